"""What does a visit take, once its start and its units are known? The bookings of an appointment made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from kapsched.errors import Fault, Several, each, identifier, refuse
from kapsched.model.bookings import Booking, Resource, ResourceType
from kapsched.model.course import Course
from kapsched.model.programme import SessionKind
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.zones import instant

# By role, or by type of room: one id, or several.
Named: TypeAlias = Mapping[str, str | Iterable[str]]
_Units: TypeAlias = Mapping[str, tuple[str, ...]]


class _Stretch(NamedTuple):
    """One unit wanted in one segment, tail or turnaround included; `entry` numbers those alike in the segment."""

    type: ResourceType
    what: str
    entry: int
    span: Interval
    alone: bool


def taken_by(
    course: Course, session: str, start: datetime, *, staff: Named, rooms: Named
) -> tuple[Booking, ...]:
    """What the visit takes: the patient, who fills each role, the rooms of each type, and places of pools.

    A role or room type names its units in the order in which segments ask for them: as many as are needed at
    once, who then stay, or where it is handed over one for each entry of each segment.
    """
    # Minutes elapse: on the clocks of a zone they would be added as the clocks show them.
    kind, start = course.planned.by_id[session].kind, instant(start)
    stretches, people, places = tuple(_stretches(kind, start)), _units(staff), _units(rooms)
    refuse([*_faults(kind, stretches, "staff", people), *_faults(kind, stretches, "room", places)])
    whole = Interval(start, start + timedelta(minutes=kind.minutes))
    taken = [(Resource("patient", course.patient.id), "", whole, True)]
    for what, mine in _alike(stretches).items():
        type, name = what
        units = (name,) if type == "pool" else (people if type == "staff" else places)[name]
        role = name if type == "staff" else ""
        stays = len(units) <= max(one.entry for one in mine) + 1
        for place, one in enumerate(mine):
            unit = Resource(type, units[one.entry if stays else place])
            taken.append((unit, role, one.span, one.alone))
    return tuple(_joined(taken, f"{course.id}:{session}"))


def _stretches(kind: SessionKind, start: datetime) -> Iterator[_Stretch]:
    for begin, segment in kind.timed():
        first = start + timedelta(minutes=begin)
        last = first + timedelta(minutes=segment.minutes)
        tail, turnaround = (last + timedelta(minutes=n) for n in (segment.tail, segment.turnaround))
        for place, role in enumerate(segment.staff):
            entry, alone = segment.staff[:place].count(role), role not in segment.shares
            yield _Stretch("staff", role, entry, Interval(first, tail), alone)
        if segment.room is not None:
            alone = segment.room not in segment.shares
            yield _Stretch("room", segment.room, 0, Interval(first, turnaround), alone)
        for role in segment.pools:
            yield _Stretch("pool", role, 0, Interval(first, tail), alone=False)


def _alike(stretches: Iterable[_Stretch]) -> dict[tuple[ResourceType, str], list[_Stretch]]:
    found: dict[tuple[ResourceType, str], list[_Stretch]] = {}
    for one in stretches:
        found.setdefault((one.type, one.what), []).append(one)
    return found


def _units(named: Named) -> _Units:
    """Each name's units in order; one id alone is one unit."""
    return {what: (units,) if isinstance(units, str) else Several(units) for what, units in named.items()}


def _joined(taken: Iterable[tuple[Resource, str, Interval, bool]], ref: str) -> Iterator[Booking]:
    """A booking for each stretch of a unit in a role; what touches is one, and a whole one cuts a sharing one."""
    spans: dict[tuple[Resource, str], tuple[list[Interval], list[Interval]]] = {}
    for unit, role, span, alone in taken:
        spans.setdefault((unit, role), ([], []))[not alone].append(span)
    for (unit, role), (whole, shared) in spans.items():
        exclusive = IntervalSet(whole)
        for times, alone in ((exclusive, True), (IntervalSet(shared) - exclusive, False)):
            for one in times:
                yield Booking(
                    type=unit.type,
                    resource=unit.id,
                    start=one.start,
                    end=one.end,
                    exclusive=alone,
                    role=role,
                    ref=ref,
                )


def _faults(
    kind: SessionKind, stretches: tuple[_Stretch, ...], type: ResourceType, named: _Units
) -> Iterator[Fault]:
    path = "staff" if type == "staff" else "rooms"
    needed = {what: mine for (one, what), mine in _alike(stretches).items() if one == type}
    for what in named:
        if what not in needed:
            known = ", ".join(map(str, needed)) or "nothing of the kind"
            yield Fault(f"{kind.name} needs no {what!r}; it needs {known}", f"{path}.{what}")
    for what, mine in needed.items():
        if what not in named:
            yield Fault(f"{kind.name} needs {what!r}; say which", f"{path}.{what}")
            continue
        units = named[what]
        at_once = max(one.entry for one in mine) + 1
        in_turn = len(mine) if what in kind.handover else at_once
        if fault := each(identifier)(units):
            yield Fault(fault, f"{path}.{what}")
        elif len(units) not in (at_once, in_turn):
            or_more = "" if in_turn == at_once else f", or {in_turn} in turn"
            message = f"{kind.name} needs {at_once} {what!r} at once{or_more}; {len(units)} are named"
            yield Fault(message, f"{path}.{what}")
