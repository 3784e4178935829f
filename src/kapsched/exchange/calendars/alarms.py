"""When does a calendar remind its reader? A policy of alarms, which the clinic chooses."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

from attrs import field, frozen

from kapsched.errors import Several, each, identifier, one_of, require
from kapsched.exchange.calendars.audiences import SEES, Sort
from kapsched.timeline.units import Days

_A_YEAR = timedelta(days=366)

REMINDED: tuple[Sort, ...] = tuple(sort for sort, sees in SEES.items() if sees.alarms)
"""The audiences whose calendars may have alarms."""


def _a_reader(value: object) -> str:
    if fault := one_of(get_args(Sort))(value):
        return fault
    return "" if SEES[value].alarms else f"{value!r} has no alarms"  # type: ignore[index]  # it is one of them


def _before(value: object) -> str:
    if isinstance(value, Days):
        return "" if value.count >= 0 else f"no days or more are wanted, not {value}"
    if not isinstance(value, timedelta):
        return f"days, or a time such as timedelta(hours=2), are wanted, not {type(value).__name__}"
    if not timedelta() <= value <= _A_YEAR:
        return f"a time from nothing to a year is wanted, not {value}"
    return "" if not value % timedelta(minutes=1) else f"whole minutes are wanted, not {value}"


@frozen(kw_only=True)
class Alarm:
    """A reminder so long `before` the start of an entry: days before at the same time of day, or elapsed time.

    It is in the calendars of these `readers`, for visits of these `kinds`, or of every kind where none is named.
    """

    before: Days | timedelta
    readers: tuple[Sort, ...] = field(default=("patient",), converter=Several[Sort])
    kinds: tuple[str, ...] = field(default=(), converter=Several[str])

    def __attrs_post_init__(self) -> None:
        require(self, before=_before, readers=each(_a_reader), kinds=each(identifier))

    def of(self, reader: Sort, kind: str) -> bool:
        """Does it remind this audience of a visit of this kind?"""
        return reader in self.readers and (not self.kinds or kind in self.kinds)

    @property
    def trigger(self) -> str:
        """The duration as calendars write it: a day is one of the calendar, and 24 hours are 24 hours."""
        if isinstance(self.before, Days):
            return f"-P{self.before.count}D"
        return f"-{exact(self.before)}"


def exact(elapsed: timedelta) -> str:
    """Elapsed time as calendars write it, in no unit greater than an hour, for a day may have 23 of them."""
    minutes, seconds = divmod(elapsed // timedelta(seconds=1), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
    return "PT" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0S")
