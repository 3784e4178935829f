"""When is meant by a cell? Dates and times as other systems write them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from kapsched.errors import InvalidInput
from kapsched.exchange.fields import in_calendar, text
from kapsched.exchange.hours import written_moment
from kapsched.exchange.shown import cell
from kapsched.exchange.table_forms import Dates

_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)", re.ASCII)
_TIME = re.compile(r"(\d{1,2})[:.](\d\d)(?:[:.](\d\d))? ?(?:([ap])\.?m\.?)?", re.ASCII | re.IGNORECASE)
_PARTED = re.compile(r"([\d./-]+)(?:[Tt]|,? +)(.+)", re.ASCII)
_MINUTES = re.compile(r"(\d{1,4})(?:[.,](\d+))?(?: ?min(?:ute)?s?\.?)?", re.ASCII | re.IGNORECASE)
_HOURS = re.compile(r"(\d{1,2}):(\d\d)(?::\d\d)?", re.ASCII)

_EXAMPLES: dict[Dates, str] = {"iso": "2027-01-04", "day first": "04/01/2027", "month first": "01/04/2027"}


def date_in(value: object, dates: Dates) -> date:
    """The date in a cell, whose day, month and year stand in that order; one that begins with its year is plain."""
    written = text(value).strip()
    found = _date(written, dates)
    if found is None:
        raise InvalidInput(f'a date such as "{_EXAMPLES[dates]}" is wanted, not {cell(written)}')
    in_calendar(found)
    return found


def moment_in(value: object, dates: Dates) -> datetime:
    """The date and time in a cell, with or without an offset."""
    written = text(value).strip()
    try:
        return written_moment(written)
    except InvalidInput:
        parts = _PARTED.fullmatch(written) if dates != "iso" else None
    day = _date(parts[1], dates) if parts else None
    at = _time(parts[2]) if parts else None
    if day is None or at is None:
        between = "T" if dates == "iso" else " "
        example = f"{_EXAMPLES[dates]}{between}09:30"
        raise InvalidInput(f'a date and time such as "{example}" is wanted, not {cell(written)}')
    in_calendar(day)
    return datetime.combine(day, at)


def time_in(value: object, day: date, *, ends: bool = False) -> datetime:
    """The time of day in a cell, on that day; midnight as an end is the one that ends it."""
    written = text(value).strip()
    midnight = ends and written in ("24:00", "0:00", "00:00", "24:00:00", "00:00:00")
    at = time() if midnight else _time(written)
    if at is None:
        raise InvalidInput(f'a time such as "09:30" is wanted, not {cell(written)}')
    return datetime.combine(day + timedelta(days=midnight), at)


def minutes_in(value: object) -> timedelta:
    """How long, in minutes or in hours and minutes such as 1:30."""
    written = text(value).strip()
    if found := _HOURS.fullmatch(written):
        length = timedelta(hours=int(found[1]), minutes=int(found[2]))
    elif found := _MINUTES.fullmatch(written):
        length = timedelta(minutes=float(f"{found[1]}.{found[2] or 0}"))
    else:
        length = timedelta()
    if not length:
        raise InvalidInput(f"minutes such as 45, or 0:45, are wanted, not {cell(written)}")
    return length


def _date(written: str, dates: Dates) -> date | None:
    if found := _YEAR_FIRST.fullmatch(written):
        year, month, day = found[1], found[3], found[4]
    elif dates != "iso" and (found := _YEAR_LAST.fullmatch(written)):
        day, month = (found[1], found[3]) if dates == "day first" else (found[3], found[1])
        year = found[4] if len(found[4]) == 4 else f"20{found[4]}"
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _time(written: str) -> time | None:
    found = _TIME.fullmatch(written)
    if found is None:
        return None
    hour, half = int(found[1]), (found[4] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + 12 * (half == "p")
    try:
        return time(hour, int(found[2]), int(found[3] or 0))
    except ValueError:
        return None
