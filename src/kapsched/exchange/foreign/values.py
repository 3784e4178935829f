"""What does a value of a foreign calendar mean? icalendar's readers, with one way to fail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, cast

import icalendar

# What a broken value raises within the libraries that read it.
BROKEN = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, ArithmeticError)


class NotUnderstood(Exception):
    """Why something in a calendar cannot be understood, said of the line that it stands in."""


def a_moment(text: str) -> date:
    """A date, or a date and time, with or without UTC."""
    found = _read(icalendar.vDDDTypes.from_ical, text)
    if not isinstance(found, date):
        raise NotUnderstood("is no date or time")
    return found


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
