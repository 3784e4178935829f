"""Which days does a feed of holidays name? Those of its all-day entries; what is not understood is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, cast

import icalendar
from attrs import field, frozen

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
from kapsched.exchange.foreign.yearly_rules import yearly
from kapsched.model.mappings import FrozenMapping

MOST_BYTES = 1_000_000
MOST_DAYS = 31

_SOME_YEARS = each(whole(FIRST_YEAR, LAST_YEAR))
_READ = {"DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "STATUS", "SUMMARY"}
_UNREAD = {
    "RECURRENCE-ID": "it changes another entry",
    "RDATE": "it has further dates",
    "EXRULE": "it has a rule of exceptions",
}
_DAY = timedelta(days=1)


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


def read_holidays(ics: bytes, *, years: Iterable[int]) -> Holidays:
    """The holidays in some `years` of an iCalendar file, such as a feed of a country's.

    All-day entries are read, of up to 31 days, once or every year; names that fall on one date are joined by "; ".
    Cancelled ones are none. What else stands there is left out and told. What is no calendar, or longer than a million
    bytes, is `InvalidInput`.
    """
    wanted = Several(years)
    require_given(ics=(ics, of_type(bytes)), years=(wanted, _SOME_YEARS))
    chosen, unread = frozenset(wanted), list[Fault]()
    names: dict[date, list[str]] = {}
    for number, (line, event) in enumerate(_events(ics), start=1):
        try:
            days, name = list(_days(event, chosen)), _name(event)
        except InvalidInput as error:
            unread += [
                Fault(f"left out: {one.message}", f"entry {number}", line=line) for one in error.faults
            ]
            continue
        for day in days:
            known = names.setdefault(day, [])
            known += [name] if name not in known else []
    joined = {day: "; ".join(filter(None, names[day])) for day in sorted(names)}
    return Holidays(days=joined, unread=unread)


def _events(content: bytes) -> Iterator[tuple[int | None, icalendar.Event]]:
    """The entries of a file, each with the line it begins in."""
    if len(content) > MOST_BYTES:
        raise InvalidInput(f"a feed of holidays has at most {MOST_BYTES:,} bytes, not {len(content):,}")
    try:
        content.decode()
        calendars = icalendar.Calendar.from_ical(content.removeprefix(b"\xef\xbb\xbf"), multiple=True)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidInput(Fault("is not UTF-8 text; save the file as UTF-8", line=line)) from None
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, RecursionError):
        raise InvalidInput("is not understood as a calendar (iCalendar)") from None
    if not any(calendar.name == "VCALENDAR" for calendar in calendars):
        raise InvalidInput("is no calendar: it has no BEGIN:VCALENDAR")
    lines = enumerate(content.splitlines(), start=1)
    begins = [place for place, line in lines if line.rstrip().upper() == b"BEGIN:VEVENT"]
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    known = begins if len(begins) == len(events) else [None] * len(events)
    yield from zip(known, cast(list[icalendar.Event], events), strict=True)


def _days(event: icalendar.Event, years: frozenset[int]) -> Iterator[date]:
    """The days in those years that an entry covers."""
    for key, why in _UNREAD.items():
        if key in event:
            raise InvalidInput(f"{why} ({key})")
    for broken, _ in event.errors:
        if broken is None or broken in _READ:
            raise InvalidInput(f"its {broken or 'text'} cannot be read")
    start, length = _date(event, "DTSTART"), _length(event)
    if str(event.get("STATUS", "")).upper() == "CANCELLED" or not years:
        return
    last = date(max(years), 12, 31)
    rule = _rule(event)
    starts = [start] if rule is None else yearly(rule, start, last)
    without = frozenset(_exceptions(event))
    for first in starts:
        covered = (first + turn * _DAY for turn in range(length)) if first not in without else ()
        yield from (day for day in covered if day.year in years)


def _one(event: icalendar.Event, key: str) -> object:
    value = event.get(key)
    if isinstance(value, list):
        raise InvalidInput(f"its {key} stands there twice")
    return value


def _date(event: icalendar.Event, key: str) -> date:
    value = _one(event, key)
    if value is None:
        raise InvalidInput(f"it has no {key}")
    found = getattr(value, "dt", None)
    if isinstance(found, datetime):
        raise InvalidInput("it has a time of day; a holiday is a whole day")
    if message := a_date(found):
        raise InvalidInput(f"its {key} cannot be used: {message}")
    return cast(date, found)


def _rule(event: icalendar.Event) -> str | None:
    given = _one(event, "RRULE")
    try:
        return None if given is None else str(cast(Any, given).to_ical().decode())
    except (AttributeError, TypeError, ValueError):  # a broken rule is found out only when it is written
        raise InvalidInput("its RRULE cannot be read") from None


def _length(event: icalendar.Event) -> int:
    """In days; the end of an entry is the day after its last, but some write it as the same."""
    if "DTEND" in event:
        length = (_date(event, "DTEND") - _date(event, "DTSTART")).days or 1
    else:
        given = getattr(_one(event, "DURATION"), "dt", _DAY)
        length = given.days if isinstance(given, timedelta) and given == given.days * _DAY else 0
    if not 1 <= length <= MOST_DAYS:
        raise InvalidInput(f"it does not last from 1 to {MOST_DAYS} whole days")
    return length


def _exceptions(event: icalendar.Event) -> Iterator[date]:
    given = event.get("EXDATE", [])
    for some in given if isinstance(given, list) else [given]:
        dates = [one.dt for one in getattr(some, "dts", [None])]
        if any(map(a_date, dates)):
            raise InvalidInput("its EXDATE is no list of dates")
        yield from dates


def _name(event: icalendar.Event) -> str:
    name = str(_one(event, "SUMMARY") or "")
    if message := private_text(name):
        raise InvalidInput(f"its SUMMARY cannot be used: {message}")
    return name
