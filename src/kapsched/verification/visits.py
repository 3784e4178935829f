"""When did a session take place, or is it to? The sight of it that every check shares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property

from attrs import field, frozen

from kapsched.model.bookings import Booking, Resource
from kapsched.model.programme import Session


@frozen(kw_only=True, eq=False, slots=False)
class Visit:
    """A session that has its time, whether it took place or is an appointment.

    `start` and `end` are UTC, where differences are elapsed time; `local` is the start on the clinic's
    clocks. `done` counts for rules: what is pinned is as settled as what took place.
    """

    session: Session
    start: datetime
    end: datetime
    local: datetime
    done: bool = False
    people: Mapping[str, tuple[str, ...]] = field(factory=dict)
    bookings: tuple[Booking, ...] = ()
    patient: str = ""

    @property
    def id(self) -> str:
        """The session's id."""
        return self.session.id

    @property
    def day(self) -> date:
        """Its date in the clinic's zone."""
        return self.local.date()

    @property
    def minute(self) -> int:
        """Wall minutes after midnight at which it starts."""
        return self.local.hour * 60 + self.local.minute

    @cached_property
    def units(self) -> Mapping[Resource, tuple[Booking, ...]]:
        """Its bookings by resource."""
        found: dict[Resource, list[Booking]] = {}
        for row in self.bookings:
            found.setdefault(row.of, []).append(row)
        return {resource: tuple(rows) for resource, rows in found.items()}
