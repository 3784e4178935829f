"""What took place? Sessions that are done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import cast

from attrs import field, frozen
from attrs.converters import optional as if_given

from kapsched.errors import (
    Fault,
    InvalidInput,
    Several,
    a_moment,
    by_repr,
    each,
    faults_in,
    identifier,
    of_type,
    optional,
    refuse,
)
from kapsched.model.mappings import FrozenMapping
from kapsched.model.notes import a_reference
from kapsched.model.programme import Session
from kapsched.timeline.zones import as_instant, wall, zone


def _people(given: Mapping[str, Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    """Each role's people as a tuple; what is no mapping is left for the check to refuse."""
    if not isinstance(cast(object, given), Mapping):
        return cast(Mapping[str, tuple[str, ...]], given)
    return FrozenMapping({role: Several(people) for role, people in given.items()})


@frozen(kw_only=True)
class Done:
    """A session that took place: when, and who was there in which role (role to staff ids).

    `notes` refers to the clinic's own record of it. The staff of the sessions that an offset counts from this one
    find it in their calendars, and nobody else does.
    """

    start: datetime = field(converter=as_instant)
    end: datetime | None = field(default=None, converter=if_given(as_instant))
    staff: Mapping[str, tuple[str, ...]] = field(default=FrozenMapping(), converter=_people)
    notes: str = field(default="", repr=False)

    _repr_pretty_ = by_repr

    def __attrs_post_init__(self) -> None:
        refuse(self._faults())
        if self.end is not None and self.end <= self.start:
            raise InvalidInput("a session that is done must end after it starts", path="end")

    def _faults(self) -> Iterator[Fault]:
        yield from faults_in(
            self, start=a_moment, end=optional(a_moment), staff=of_type(Mapping), notes=a_reference
        )
        if not isinstance(cast(object, self.staff), Mapping):
            return
        for role, people in self.staff.items():
            if fault := identifier(role) or each(identifier)(people):
                yield Fault(fault, f"staff.{role}")

    def ended(self, session: Session) -> datetime:
        """Its end in UTC; where none was recorded, the kind's minutes after its start."""
        return self.end or self.start + timedelta(minutes=session.kind.minutes)

    def on(self, zone_name: str) -> date:
        """The date it took place on in that zone."""
        return wall(self.start, zone(zone_name)).date()


NOTHING_DONE: Mapping[str, Done] = FrozenMapping()
