"""What does a programme ask for that a clinic cannot give?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kapsched.errors import Fault
from kapsched.model.programme import Programme, Segment, SessionKind

if TYPE_CHECKING:
    from kapsched.model.clinic import Clinic


def faults_between(clinic: Clinic, programme: Programme) -> tuple[Fault, ...]:
    """What nobody, no room and no pool of the clinic can give, each once."""
    faults: list[Fault] = []
    for kind in programme.kinds:
        for segment in kind.segments:
            where = f"kinds.{kind.name}.segments.{segment.name}"
            faults += (fault.under(where) for fault in _lacking(clinic, segment))
        faults += (fault.under(f"kinds.{kind.name}") for fault in _uncountable(clinic, kind))
    return tuple(dict.fromkeys(faults))


def _lacking(clinic: Clinic, segment: Segment) -> Iterator[Fault]:
    for role in dict.fromkeys(segment.staff):
        if not clinic.staff_of(role):
            known = ", ".join(dict.fromkeys(r for one in clinic.staff for r in one.roles))
            yield Fault(f"nobody at {clinic.id} is a {role!r}; there are {known}", "staff")
    if segment.room is not None and not clinic.rooms_of(segment.room):
        known = ", ".join(dict.fromkeys(room.type for room in clinic.rooms))
        yield Fault(f"{clinic.id} has no {segment.room!r} room; there are {known}", "room")
    for role in segment.pools:
        if clinic.pool_of(role) is None:
            known = ", ".join(pool.role for pool in clinic.pools)
            there = f"there are {known}" if known else "it has none at all"
            yield Fault(f"{clinic.id} has no pool of {role!r}; {there}", "pools")


def _uncountable(clinic: Clinic, kind: SessionKind) -> Iterator[Fault]:
    """Where one stays on while another takes over, it may be the same person, and a pool would not know."""
    for role in kind.handover:
        staying = any(one.tail and role in one.staff and role not in one.shares for one in kind.segments)
        if staying and clinic.pool_of(role) is not None:
            yield Fault(f"a {role!r} of a pool who stays on for a tail cannot be handed over", "handover")
