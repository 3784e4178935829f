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
    """A place in each year: a day of a month, or the weekday of so many in the month, counted from its end below 0."""

    month: int
    day: int = 0
    ordinal: int = 0
    weekday: int = 0

    def in_year(self, year: int) -> date | None:
        try:
            if not self.ordinal:
                return date(year, self.month, self.day)
            first = date(year, self.month, 1)
            if self.ordinal > 0:
                found = first + (self.weekday - first.weekday()) % 7 * _DAY + (self.ordinal - 1) * 7 * _DAY
            else:
                last = date(year + self.month // 12, self.month % 12 + 1, 1) - _DAY
                found = last - (last.weekday() - self.weekday) % 7 * _DAY + (self.ordinal + 1) * 7 * _DAY
        except ValueError:  # there is no 29 February
            return None
        return found if found.month == self.month else None


def yearly(rule: str, start: date, last: date) -> Iterator[date]:
    """The dates from `start` to `last` that an RRULE gives; `InvalidInput` if it is none of a place in each year."""
    parts = _parts(rule)
    place = _place(parts, start)
    interval, count = _number(parts, "INTERVAL", 1), _number(parts, "COUNT", 9999)
    last = min(last, _until(parts, last))
    found = (place.in_year(year) for year in range(start.year, last.year + 1, interval))
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
    found = _ORDINAL.fullmatch(by_day or "")
    if month > 12 or (by_day and by_date) or (by_day and not found):
        raise _not_understood()
    if found:
        return _Place(month, ordinal=int(found[1]), weekday=_WEEKDAYS.index(found[2]))
    return _Place(month, _number(parts, "BYMONTHDAY", start.day))


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
