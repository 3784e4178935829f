"""What does a value of a foreign calendar mean? Times as most files have them, the rest by icalendar's readers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import icalendar

# What a broken value raises within the libraries that read it.
BROKEN = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, ArithmeticError)
_MOMENT = re.compile(r"(\d{8})(T(?:[01]\d|2[0-3])[0-5]\d)?(?(2)([0-5]\d|60))(Z?)", re.ASCII)
_ESCAPED = re.compile(r"\\([\\;,nN])")


class NotUnderstood(Exception):
    """Why something in a calendar cannot be understood, and the number of the line, where one property says it."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def a_moment(text: str) -> date:
    """A date, or a date and time, with or without UTC."""
    parts = _MOMENT.fullmatch(text.strip().upper())
    try:
        if parts and parts[2]:
            second = min(parts[3], "59")  # a leap second counts as the one before it
            found = datetime.fromisoformat(parts[1] + parts[2] + second)
            return found.replace(tzinfo=UTC) if parts[4] else found
        if parts and not parts[4]:
            return date.fromisoformat(parts[1])
    except ValueError:
        pass  # there is no such day
    raise NotUnderstood("cannot be read")


def a_text(text: str) -> str:
    """Text without its escapes; icalendar's reader for it is to go, and takes an escaped backslash for half a sign."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)


def a_duration(text: str) -> tuple[int, timedelta]:
    """A duration: so many days of the calendar, and then elapsed time."""
    whole = cast(timedelta, _read(icalendar.vDuration.from_ical, text))
    dates, _, _ = text.strip().upper().partition("T")
    days = cast(timedelta, _read(icalendar.vDuration.from_ical, dates)).days if dates[-1] in "DW" else 0
    return days, whole - timedelta(days=days)


def an_offset(text: str) -> timedelta:
    """How far clocks are ahead of UTC."""
    return cast(timedelta, _read(icalendar.vUTCOffset.from_ical, text))


def a_rule(text: str) -> dict[str, list[Any]]:
    """The parts of a rule, each with its values, their names in capitals."""
    found = _read(icalendar.vRecur.from_ical, text)
    return {
        str(name).upper(): values if isinstance(values, list) else [values] for name, values in found.items()
    }


def _read(reader: Callable[[str], Any], text: str) -> Any:
    try:
        return reader(text.strip())
    except BROKEN:
        raise NotUnderstood("cannot be read") from None
