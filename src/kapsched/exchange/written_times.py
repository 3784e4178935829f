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
_MINUTES = re.compile(r"(\d{1,4})(?:[.,]0+)?(?: ?min(?:ute)?s?\.?)?", re.ASCII | re.IGNORECASE)
_HOURS = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_FRACTION = re.compile(r"\d+[.,]\d+.*")
_MIDNIGHT = ("24:00", "0:00", "00:00", "24:00:00", "00:00:00")

_EXAMPLES: dict[Dates, str] = {"iso": "2027-01-04", "day first": "04/01/2027", "month first": "01/04/2027"}


def date_in(value: object, dates: Dates) -> date:
    """The date in a cell, whose day, month and year stand in that order; one that begins with its year is plain."""
    written = _plain(value)
    found = _date(written, dates)
    if found is None:
        example = f'a date such as "{_EXAMPLES[dates]}"'
        raise InvalidInput(f"{example} is wanted, not {cell(written)}{_in_other_order(written, dates)}")
    in_calendar(found)
    return found


def moment_in(value: object, dates: Dates, *, ends: bool = False) -> datetime:
    """The date and time in a cell, with or without an offset; 24:00 as an end is the one of that day."""
    written = _plain(value)
    try:
        return written_moment(written)
    except InvalidInput:
        parts = _PARTED.fullmatch(written)
    day = _date(parts[1], dates) if parts else None
    at = _time(parts[2]) if parts else None
    if day is not None and parts and ends and parts[2] in _MIDNIGHT[::3]:
        day, at = day + timedelta(days=1), time()
    if day is None or at is None:
        between = "T" if dates == "iso" else " "
        example = f'a date and time such as "{_EXAMPLES[dates]}{between}09:30"'
        other = _in_other_order(parts[1], dates) if parts else ""
        raise InvalidInput(f"{example} is wanted, not {cell(written)}{other}")
    in_calendar(day)
    return datetime.combine(day, at)


def time_in(value: object, day: date, *, ends: bool = False) -> datetime:
    """The time of day in a cell, on that day; midnight as an end is the one that ends it."""
    written = _plain(value)
    midnight = ends and written in _MIDNIGHT
    at = time() if midnight else _time(written)
    if at is None:
        raise InvalidInput(f'a time such as "09:30" is wanted, not {cell(written)}')
    return datetime.combine(day + timedelta(days=midnight), at)


def minutes_in(value: object) -> timedelta:
    """How long, in whole minutes or in hours and minutes such as 1:30."""
    written = _plain(value)
    if found := _HOURS.fullmatch(written):
        length = timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=int(found[3] or 0))
    elif found := _MINUTES.fullmatch(written):
        length = timedelta(minutes=int(found[1]))
    else:
        length = timedelta()
    if not length:
        # A fraction may be of a minute or of an hour.
        hint = "; an hour and a half is 1:30" if _FRACTION.fullmatch(written) else ""
        raise InvalidInput(f"minutes such as 45, or 0:45, are wanted, not {cell(written)}{hint}")
    return length


def _plain(value: object) -> str:
    """The cell without the blanks around it, and with a plain one for each that is not."""
    return " ".join(text(value).split())


def _in_other_order(written: str, dates: Dates) -> str:
    """In which other orders of day and month the cell is a date, as the end of a message."""
    if _date(written, dates):
        return ""
    others = [f'"{one}"' for one in _EXAMPLES if one not in ("iso", dates) and _date(written, one)]
    return f"; it is one with dates = {' or '.join(others)}" if others else ""


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
