"""Which days does a feed of holidays name? Those of its all-day entries; what is not understood is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from typing import cast

from attrs import define, field, frozen

from kapsched.errors import (
    FIRST_YEAR,
    LAST_YEAR,
    Fault,
    InvalidInput,
    Several,
    a_date,
    each,
    of_type,
    private_text,
    require,
    require_given,
    shown,
    whole,
)
from kapsched.exchange.foreign.entries import revision_of
from kapsched.exchange.foreign.lines import Component, components, unfolded
from kapsched.exchange.foreign.values import NotUnderstood, a_duration, a_moment, a_text
from kapsched.exchange.foreign.yearly_rules import yearly
from kapsched.model.mappings import FrozenMapping

MOST_BYTES = 1_000_000
MOST_DAYS = 31
MOST_NAMES = 10_000
"""Characters, of all the names of one day: as many as a clinic's file takes."""
MOST_COVERED = 200_000
"""Days of all entries in all years: more take longer than a second or two."""

_SOME_YEARS = each(whole(FIRST_YEAR, LAST_YEAR))
_UNREAD = {
    "RECURRENCE-ID": "it changes another entry",
    "RDATE": "it has further dates",
    "EXRULE": "it has a rule of exceptions",
}
_KEPT = frozenset(
    {
        *(
            "UID",
            "SEQUENCE",
            "DTSTAMP",
            "DTSTART",
            "DTEND",
            "DURATION",
            "RRULE",
            "EXDATE",
            "STATUS",
            "SUMMARY",
        ),
        *_UNREAD,
    }
)
_BETWEEN = "; "
_DAY, _NOTHING = timedelta(days=1), timedelta()


def _names_by_date(value: object) -> str:
    if not isinstance(value, Mapping):
        return f"names by date are wanted, not {shown(value)}"
    return next(filter(None, (a_date(day) or private_text(why) for day, why in value.items())), "")


def _held(given: Mapping[date, str]) -> Mapping[date, str]:
    return FrozenMapping(given) if isinstance(cast(object, given), Mapping) else given


@frozen(kw_only=True)
class Holidays:
    """The `days` that a feed names, each with its name, in order; `unread` are the entries left out."""

    days: Mapping[date, str] = field(converter=_held)
    unread: tuple[Fault, ...] = field(default=(), converter=Several[Fault])

    def __attrs_post_init__(self) -> None:
        require(self, days=_names_by_date, unread=each(of_type(Fault)))


@define
class _Names:
    """The names of one day, each once, as many as are kept for it."""

    texts: dict[str, None] = field(factory=dict)
    length: int = 0

    def add(self, name: str) -> bool:
        """False where there is no more room."""
        if name not in self.texts:
            if self.length + len(name) > MOST_NAMES:
                return False
            self.length += len(name) + len(_BETWEEN)
            self.texts[name] = None
        return True

    def __str__(self) -> str:
        return _BETWEEN.join(filter(None, self.texts))


def read_holidays(ics: bytes, *, years: Iterable[int]) -> Holidays:
    """The holidays in some `years` of an iCalendar file, such as a feed of a country's.

    All-day entries are read, of up to 31 days, once or every year; names that fall on one date are joined by "; ".
    Cancelled ones are none, and of two forms of one entry the later counts. What else stands there is left out and
    told. What is no calendar, is longer than a million bytes, or has more than 200,000 days in those years is
    `InvalidInput`.
    """
    wanted = Several(years)
    require_given(ics=(ics, of_type(bytes)), years=(wanted, _SOME_YEARS))
    _require_text(ics)
    calendars, faults = components(ics, _KEPT)
    if not calendars:
        raise InvalidInput("is no calendar: it has no BEGIN:VCALENDAR")
    chosen = frozenset(wanted)
    unread = [Fault(one.message, line=int(one.path.removeprefix("line "))) for one in faults]
    entries = [part for calendar in calendars for part in calendar.parts if part.name == "VEVENT"]
    latest = _latest(entries)
    names: dict[date, _Names] = {}
    covered = 0
    for number, entry in enumerate(entries, start=1):
        try:
            _require_latest(entry, latest)
            days, name = list(islice(_days(entry, chosen), MOST_COVERED)), _name(entry)
            covered += len(days)
            _add(name, (day for day in days if day.year in chosen), names)
        except InvalidInput as error:
            unread += [
                Fault(f"left out: {one.message}", f"entry {number}", line=entry.number)
                for one in error.faults
            ]
        if covered > MOST_COVERED:
            message = f"there are more than {MOST_COVERED:,} days of entries in these years; ask for fewer"
            raise InvalidInput(message, path="years")
    return Holidays(
        days={day: str(names[day]) for day in sorted(names)},
        unread=sorted(unread, key=lambda one: one.line or 0),
    )


def _require_text(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise InvalidInput(f"a feed of holidays has at most {MOST_BYTES:,} bytes, not {len(content):,}")
    for number, line in unfolded(content):
        try:
            line.decode()
        except UnicodeDecodeError:
            raise InvalidInput(Fault("is not UTF-8 text; save the file as UTF-8", line=number)) from None


def _latest(entries: Iterable[Component]) -> Mapping[str, Component]:
    """The latest form of each entry, by its UID."""
    found: dict[str, Component] = {}
    for one in entries:
        uid = _uid(one)
        if "RECURRENCE-ID" not in one.lines and (
            uid not in found or revision_of(found[uid]) < revision_of(one)
        ):
            found[uid] = one
    return found


def _uid(entry: Component) -> str:
    line = entry.first("UID")
    return line.value.strip() if line else ""


def _require_latest(entry: Component, latest: Mapping[str, Component]) -> None:
    """Of two forms of which neither is later both count, for some feeds give one UID to all that they name."""
    later = latest.get(_uid(entry))
    if _uid(entry) and later and revision_of(entry) < revision_of(later):
        raise InvalidInput(f"it is an earlier form of the entry on line {later.number}")


def _add(name: str, days: Iterable[date], names: dict[date, _Names]) -> None:
    full = [day for day in days if not names.setdefault(day, _Names()).add(name)]
    if full:
        raise InvalidInput(f"{full[0]} has more names than are kept for one day, {MOST_NAMES:,} characters")


def _days(entry: Component, years: frozenset[int]) -> Iterator[date]:
    """The days that an entry covers from the first to the last of those years."""
    for key, why in _UNREAD.items():
        if key in entry.lines:
            raise InvalidInput(f"{why} ({key})")
    start, length, rule = _date(entry, "DTSTART"), _length(entry), _one(entry, "RRULE")
    if entry.word("STATUS") == "CANCELLED" or not years:
        return
    first, last = date(min(years), 1, 1), date(max(years), 12, 31)
    starts = [start] if rule is None else yearly(rule.strip(), start, last, first - length * _DAY)
    without = frozenset(_exceptions(entry))
    for begins in starts:
        if begins not in without:
            yield from (begins + turn * _DAY for turn in range(length))


def _one(entry: Component, key: str) -> str | None:
    found = entry.lines.get(key, ())
    if len(found) > 1:
        raise InvalidInput(f"its {key} stands there twice")
    return found[0].value if found else None


def _date(entry: Component, key: str) -> date:
    value = _one(entry, key)
    if value is None:
        raise InvalidInput(f"it has no {key}")
    try:
        found = a_moment(value)
    except NotUnderstood as error:
        raise InvalidInput(f"its {key} {error}") from None
    if isinstance(found, datetime):
        raise InvalidInput("it has a time of day; a holiday is a whole day")
    if message := a_date(found):
        raise InvalidInput(f"its {key} cannot be used: {message}")
    return found


def _length(entry: Component) -> int:
    """In days; the end of an entry is the day after its last, but some write it as the same."""
    lasts = _one(entry, "DURATION")
    try:
        if "DTEND" in entry.lines:
            days, rest = (_date(entry, "DTEND") - _date(entry, "DTSTART")).days or 1, _NOTHING
        else:
            days, rest = (1, _NOTHING) if lasts is None else a_duration(lasts)
    except NotUnderstood as error:
        raise InvalidInput(f"its DURATION {error}") from None
    if rest or not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"it does not last from 1 to {MOST_DAYS} whole days")
    return days


def _exceptions(entry: Component) -> Iterator[date]:
    for line in entry.lines.get("EXDATE", ()):
        for text in line.value.split(","):
            try:
                found = a_moment(text)
            except NotUnderstood:
                found = None
            if found is None or a_date(found):
                raise InvalidInput("its EXDATE is no list of dates")
            yield found


def _name(entry: Component) -> str:
    name = a_text(_one(entry, "SUMMARY") or "")
    if message := private_text(name):
        raise InvalidInput(f"its SUMMARY cannot be used: {message}")
    return name
