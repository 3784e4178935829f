"""How are hours and absences written in a file? Weeks, fortnights, dates and parts of a day."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import partial
from typing import cast

from kapsched.errors import Fault, InvalidInput
from kapsched.exchange.fields import (
    Fields,
    Reader,
    choice,
    day,
    gather,
    in_calendar,
    listed,
    named,
    one_or_more,
    private_text,
    text,
)
from kapsched.exchange.shown import cell, kind, meant
from kapsched.timeline.recurrence import WEEKDAYS, WHOLE_DAY, Absence, DaySpan, Pattern, Week
from kapsched.timeline.zones import MINUTES_A_DAY, exists, instant, wall, zone

_TIME = re.compile(r"([01]\d|2[0-4]):([0-5]\d)", re.ASCII)
_SPAN = re.compile(r"(\d\d:\d\d) ?[-–] ?(\d\d:\d\d)", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d(:\d\d)?)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

# Stands in where a fortnight is used but its Monday is not said, so that the hours themselves are still read.
_SOME_MONDAY = date(2024, 1, 1)


def minute(value: object) -> int:
    """A wall time such as "09:30" in minutes after midnight; "24:00" is the next midnight."""
    found = _TIME.fullmatch(text(value))
    count = int(found[1]) * 60 + int(found[2]) if found else MINUTES_A_DAY + 1
    if count > MINUTES_A_DAY:
        raise InvalidInput(f'a time such as "09:30" is wanted, not {cell(value)}')
    return count


def time_of_day(value: object) -> time:
    """A wall time such as "10:00"."""
    count = minute(value)
    if count == MINUTES_A_DAY:
        raise InvalidInput('a time of day lies before "24:00"')
    return time(count // 60, count % 60)


def span(value: object) -> DaySpan:
    """Part of a day such as "09:00-17:30"."""
    found = _SPAN.fullmatch(text(value))
    if found is None:
        raise InvalidInput(f'hours such as "09:00-17:30" are wanted, not {cell(value)}')
    return DaySpan(minute(found[1]), minute(found[2]))


def _spans(value: object) -> tuple[DaySpan, ...]:
    """One span or several; several may be none."""
    if not isinstance(value, list):
        return (span(value),)
    faults: list[Fault] = []
    found: list[DaySpan] = []
    for one in value:
        try:
            found.append(span(one))
        except InvalidInput as error:
            faults += error.faults
    if faults:
        raise InvalidInput(*faults)
    return tuple(sorted(found))


def week(value: object) -> Week:
    """A table of weekdays, each with a span or a list of spans."""
    with Fields(value) as table:
        days = tuple(table.take(weekday, _spans, ()) for weekday in WEEKDAYS)
        return Week(days)


class HoursReader:
    """Reads weekly and fortnightly hours, and remembers whether anybody asked for a fortnight."""

    def __init__(self, first_monday: date | None) -> None:
        self._first_monday = first_monday
        self.fortnight_wanted = False

    def __call__(self, value: object) -> Pattern:
        weeks = named(value)
        if not {"A", "B"} & weeks.keys():
            return Pattern((week(value),))
        self.fortnight_wanted = self._first_monday is None
        with Fields(value) as table:
            nothing = Week(((),) * len(WEEKDAYS))
            pair = (table.take("A", week, nothing), table.take("B", week, nothing))
        return Pattern(pair, self._first_monday or _SOME_MONDAY)


def hours_reader(table: Fields) -> HoursReader:
    """The reader of hours for a file whose top table may name the Monday of its first week A."""
    return HoursReader(table.take("fortnight", _monday, None if "fortnight" not in table else _SOME_MONDAY))


def require_fortnight(table: Fields, hours: HoursReader) -> None:
    """Note a fault if fortnightly hours were read and no Monday was said."""
    if hours.fortnight_wanted:
        table.fault(
            "is missing: hours of A and B weeks need the Monday on which a week A begins", "fortnight"
        )


def _monday(value: object) -> date:
    if day(value).weekday() != 0:
        raise InvalidInput(f"week A begins on a Monday; {value} is a {WEEKDAYS[day(value).weekday()]}")
    return day(value)


def weekdays(value: object) -> frozenset[int]:
    """A list of weekdays such as ["mon", "wed"], as numbers from Monday."""
    chosen = one_or_more(choice(*WEEKDAYS))(value)
    if not chosen:
        raise InvalidInput(f"at least one weekday is wanted{meant('', WEEKDAYS)}")
    return frozenset(map(WEEKDAYS.index, chosen))


def absence(value: object) -> Absence:
    """A date, or a table of `from`, `to` (both included), `weekdays`, `time` and `why`."""
    if isinstance(value, date):
        return Absence(first=day(value), last=day(value))
    with Fields(value) as table:
        first, last = table.take("from", day, None), table.take("to", day, None)
        on: frozenset[int] = table.take("weekdays", weekdays, frozenset())
        part = table.take("time", span, WHOLE_DAY)
        why = table.take("why", private_text, "")
        if not {"from", "to", "weekdays", "time"} & named(value).keys():
            table.fault("an absence says when: from, to, weekdays or time")
        return Absence(first=first, last=last, weekdays=on, span=part, why=why)


def absences(value: object) -> tuple[Absence, ...]:
    """A list of absences."""
    return listed(absence)(value)


def holidays(value: object) -> tuple[Absence, ...]:
    """Named sets of named dates, as closures in the order of the file."""

    def one_set(days: object) -> tuple[Absence, ...]:
        return gather((key, partial(_holiday, key, why)) for key, why in named(days).items())

    sets = gather((key, partial(one_set, days)) for key, days in named(value).items())
    return tuple(holiday for days in sets for holiday in days)


def _holiday(key: str, why: object) -> Absence:
    found = written_date(key)
    return Absence(first=found, last=found, why=private_text(why))


def written_zone(value: object) -> str:
    """The name of a time zone that exists."""
    zone(text(value))
    return text(value)


def written_date(value: object) -> date:
    """A date written as text, such as "2026-12-25"."""
    try:
        found = date.fromisoformat(text(value)) if _DATE.fullmatch(text(value)) else None
    except ValueError:
        found = None
    if found is None:
        raise InvalidInput(f"a date such as 2026-12-25 is wanted, not {cell(value)}")
    in_calendar(found)
    return found


def written_moment(value: object) -> datetime:
    """A date and time written as text, with or without an offset."""
    try:
        found = datetime.fromisoformat(text(value).upper()) if _MOMENT.fullmatch(text(value)) else None
    except ValueError:
        found = None
    if found is None:
        raise InvalidInput(f'a date and time such as "2027-01-04T09:30" is wanted, not {cell(value)}')
    return found


def placed(moment: datetime, zone_name: str | None) -> datetime:
    """The instant meant by a date and time; one without an offset is read on the clocks of the zone.

    A time that the clocks skip is `InvalidInput`; of one that they show twice the first is meant.
    """
    in_calendar(moment)
    if moment.utcoffset() is not None:
        return instant(moment)
    if zone_name is None:
        raise InvalidInput(f"{moment:%Y-%m-%d %H:%M} has no offset; write one after it, such as +01:00")
    local = moment.replace(tzinfo=zone(zone_name))
    if not exists(local):
        raise InvalidInput(f"the clocks in {zone_name} skip {moment:%H:%M} on {moment:%Y-%m-%d}")
    return instant(local)


def moment_reader(zone_name: str | None) -> Reader[datetime]:
    """A reader of TOML's dates with times, as instants."""

    def read(value: object) -> datetime:
        if not isinstance(value, datetime):
            hint = "; write it without quotes" if isinstance(value, str) else ""
            raise InvalidInput(
                f"a date and time such as 2027-01-04T09:30:00 is wanted, not {kind(value)}{hint}"
            )
        if zone_name is None and value.utcoffset() is None:
            raise InvalidInput(
                f'{value:%Y-%m-%d %H:%M} has no offset; say zone = "..." at the top of the file'
            )
        return placed(value, zone_name)

    return read


def clock_reader(zone_name: str | None) -> Reader[datetime]:
    """As `moment_reader`, but on the clocks of the zone, so that the date is theirs; without one as it is written."""
    read = moment_reader(zone_name)

    def read_clock(value: object) -> datetime:
        moment = read(value)
        return wall(moment, zone(zone_name)) if zone_name else cast(datetime, value)

    return read_clock
