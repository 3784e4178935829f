"""On which dates does a day come round that has a place in each year? A few of iCalendar's rules, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from attrs import frozen

from kapsched.errors import InvalidInput

_KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYMONTHDAY", "BYDAY"}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ORDINAL = re.compile(r"([+-]?[1-5])(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER = re.compile(r"[1-9]\d{0,3}", re.ASCII)
_UNTIL = re.compile(r"(\d{8})(T\d{6}Z?)?", re.ASCII)
_DAY = timedelta(days=1)


@frozen
class _Place:
    """A place in each year: a day of a month, or the first of a weekday from that day on.

    A day below 0 is counted from the month's end, and the weekday is the last until then.
    """

    month: int
    day: int
    weekday: int | None = None

    def in_year(self, year: int) -> date | None:
        try:
            if self.day > 0:
                found = date(year, self.month, self.day)
            else:
                following = date(year + self.month // 12, self.month % 12 + 1, 1)
                found = following + self.day * _DAY
        except ValueError:  # there is no 29 February
            return None
        if self.weekday is not None and self.day > 0:
            found += (self.weekday - found.weekday()) % 7 * _DAY
        elif self.weekday is not None:
            found -= (found.weekday() - self.weekday) % 7 * _DAY
        return found if found.month == self.month else None


def yearly(rule: str, start: date, last: date, first: date = date.min) -> Iterator[date]:
    """The dates from `start` to `last` that an RRULE gives; `InvalidInput` if it is none of a place in each year.

    Those of the years before `first` may be left out, where none need to be counted.
    """
    parts = _parts(rule)
    place = _place(parts, start)
    interval, count = _number(parts, "INTERVAL", 1), _number(parts, "COUNT", 9999)
    last = min(last, _until(parts, last))
    skipped = 0 if "COUNT" in parts else max(0, first.year - start.year) // interval * interval
    found = (place.in_year(year) for year in range(start.year + skipped, last.year + 1, interval))
    later = (day for day in found if day is not None and day > start)
    return (day for day, _ in zip(_after(start, later), range(count), strict=False) if day <= last)


def _after(start: date, later: Iterator[date]) -> Iterator[date]:
    """The start counts as the first, whether or not the rule would give it."""
    yield start
    yield from later


def _parts(rule: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in rule.upper().split(";")]
    parts = {key: value for key, _, value in pairs}
    if parts.get("FREQ") != "YEARLY" or len(parts) < len(pairs) or not parts.keys() <= _KNOWN:
        raise _not_understood()
    return parts


def _place(parts: dict[str, str], start: date) -> _Place:
    by_day, by_date = parts.get("BYDAY"), parts.get("BYMONTHDAY")
    if "BYMONTH" not in parts:
        if by_day or by_date:  # then each month has one, or the year is counted through
            raise _not_understood()
        return _Place(start.month, start.day)
    month = _number(parts, "BYMONTH", 0)
    if month > 12:
        raise _not_understood()
    if by_day is None:
        return _Place(month, _number(parts, "BYMONTHDAY", start.day))
    if by_date:
        return _Place(month, _a_week(by_date), _weekday(by_day))
    found = _ORDINAL.fullmatch(by_day)
    if not found:
        raise _not_understood()
    turn = int(found[1])
    return _Place(month, (turn - 1) * 7 + 1 if turn > 0 else (turn + 1) * 7 - 1, _weekday(found[2]))


def _a_week(by_date: str) -> int:
    """The first of seven days in a row, of which each weekday is one."""
    if not re.fullmatch(r"\d\d?(,\d\d?){6}", by_date, re.ASCII):
        raise _not_understood()
    days = sorted(map(int, by_date.split(",")))
    if days[0] < 1 or days != list(range(days[0], days[0] + 7)):
        raise _not_understood()
    return days[0]


def _weekday(name: str) -> int:
    if name not in _WEEKDAYS:
        raise _not_understood()
    return _WEEKDAYS.index(name)


def _number(parts: dict[str, str], key: str, default: int) -> int:
    if key not in parts:
        return default
    if not _NUMBER.fullmatch(parts[key]):
        raise _not_understood()
    return int(parts[key])


def _until(parts: dict[str, str], default: date) -> date:
    if "UNTIL" not in parts:
        return default
    found = _UNTIL.fullmatch(parts["UNTIL"])
    try:
        return date.fromisoformat(found[1] if found else "")
    except ValueError:
        raise _not_understood() from None


def _not_understood() -> InvalidInput:
    return InvalidInput("its rule is not understood; understood are rules of one day in each year")
