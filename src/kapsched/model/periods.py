"""Over what does a frequency count? Calendar weeks, treatment weeks, or any days in a row."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen

from kapsched.errors import identifier, optional, require, whole


@frozen(kw_only=True)
class CalendarWeek:
    """Monday to Sunday."""


@frozen(kw_only=True)
class RollingDays:
    """Any `days` consecutive dates."""

    days: int

    def __attrs_post_init__(self) -> None:
        require(self, days=whole(1, 3660))


@frozen(kw_only=True)
class TreatmentWeek:
    """Seven dates in a row, counted from that of one session before and after it.

    `anchor` is a selector of that one session; by default the first that the rule counts in its phase.
    """

    anchor: str | None = None

    def __attrs_post_init__(self) -> None:
        require(self, anchor=optional(lambda one: identifier(one, 500)))


Period: TypeAlias = CalendarWeek | TreatmentWeek | RollingDays
