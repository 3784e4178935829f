"""What does a visit ask for, and who answers? Units wanted by segment, matched with those that are booked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, TypeAlias

from attrs import field, frozen

from kapsched.model.bookings import Booking, Resource
from kapsched.model.clinic import Clinic, StaffMember
from kapsched.model.programme import Segment, SessionKind
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.verification.visits import Visit

UnitType: TypeAlias = Literal["room", "staff", "pool"]
# Instants in UTC, in order, neither touching nor overlapping: an interval set that is cheap to compare.
Times: TypeAlias = tuple[tuple[datetime, datetime], ...]


class Stretch(NamedTuple):
    """One unit wanted in one segment: until its tail or turnaround is over, alone or sharing."""

    segment: int
    start: datetime
    end: datetime
    exclusive: bool


@frozen(kw_only=True, eq=False)
class Need:
    """One unit of a role or room type, or a place of a pool, wanted in all of `stretches`.

    `entry` numbers those alike.
    """

    what: str
    entry: int
    stretches: tuple[Stretch, ...]

    def excludes(self, other: Need) -> bool:
        """Must they be two units? An entry's tail may reach into its own next segment, but no other's."""
        return (self.what, self.entry) != (other.what, other.entry) and any(
            one.start < two.end and two.start < one.end for one in self.stretches for two in other.stretches
        )


@frozen(eq=False)
class Unit:
    """A room, member of staff or pool as one visit books it: `all` its time, and when it suffers no other."""

    resource: Resource
    rows: tuple[Booking, ...]
    all: Times = field(init=False)
    alone: Times = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "all", _time(self.rows))
        object.__setattr__(self, "alone", _time(row for row in self.rows if row.exclusive))

    def covers(self, stretch: Stretch, role: str | None) -> bool:
        """Is it booked throughout, and at some time of it in that role?"""
        in_role = role is None or any(
            row.role == role and row.start < stretch.end and stretch.start < row.end for row in self.rows
        )
        return in_role and any(start <= stretch.start and stretch.end <= end for start, end in self.all)


@frozen(kw_only=True)
class Match:
    """The best way to give each need a unit; `given` is None where there is none."""

    needs: tuple[Need, ...]
    units: tuple[Unit, ...]
    given: tuple[Unit, ...] | None
    faults: tuple[tuple[str, Resource], ...] = ()
    excess: tuple[tuple[Unit, IntervalSet], ...] = ()


def _time(rows: Iterable[Booking | Stretch]) -> Times:
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted((row.start, row.end) for row in rows):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _beyond(times: Times, other: Times) -> IntervalSet:
    """What of `times` is not in `other`."""
    if times == other:
        return IntervalSet()
    return IntervalSet(Interval(*one) for one in times) - IntervalSet(Interval(*one) for one in other)


def _asked(segment: Segment, type: UnitType) -> Iterator[tuple[str, int]]:
    """What a segment asks for, each entry with its number among equal ones."""
    if type == "room":
        yield from [(segment.room, 0)] if segment.room is not None else []
    elif type == "pool":
        yield from ((role, 0) for role in segment.pools)
    else:
        yield from ((role, segment.staff[:place].count(role)) for place, role in enumerate(segment.staff))


def needs_of(kind: SessionKind, start: datetime, type: UnitType) -> tuple[Need, ...]:
    """What a visit of this kind needs: one need for a unit that stays, one per segment at a handover."""
    found: dict[tuple[str, int, int | None], list[Stretch]] = {}
    for place, (begin, segment) in enumerate(kind.timed()):
        after = segment.turnaround if type == "room" else segment.tail
        first = start + timedelta(minutes=begin)
        last = first + timedelta(minutes=segment.minutes + after)
        for what, entry in _asked(segment, type):
            key = (what, entry, place if what in kind.handover and type != "pool" else None)
            alone = what not in segment.shares and type != "pool"
            found.setdefault(key, []).append(Stretch(place, first, last, alone))
    return tuple(
        Need(what=what, entry=entry, stretches=tuple(stretches))
        for (what, entry, _), stretches in found.items()
    )


def best_match(visit: Visit, clinic: Clinic, type: UnitType) -> Match:
    """Of all ways to give each need a unit booked throughout, one with the fewest faults and least excess."""
    needs = needs_of(visit.session.kind, visit.start, type)
    units = tuple(Unit(resource, rows) for resource, rows in visit.units.items() if resource.type == type)
    best: Match | None = None
    for given in _ways(needs, units, type):
        found = _judged(needs, units, given, clinic)
        if best is None or _badness(found) < _badness(best):
            best = found
        if not best.faults and not best.excess:
            break
    return best or Match(needs=needs, units=units, given=None, excess=_beyond_all(needs, units, type))


def _ways(needs: Sequence[Need], units: Sequence[Unit], type: UnitType) -> Iterator[tuple[Unit, ...]]:
    """Each choice of one unit per need in which no unit is wanted twice at once."""
    able = []
    for need in needs:
        role = need.what if type == "staff" else None
        able.append([unit for unit in units if all(unit.covers(one, role) for one in need.stretches)])

    def extend(chosen: tuple[Unit, ...]) -> Iterator[tuple[Unit, ...]]:
        if len(chosen) == len(needs):
            yield chosen
            return
        need = needs[len(chosen)]
        for unit in able[len(chosen)]:
            earlier = zip(needs, chosen, strict=False)
            if not any(other is unit and need.excludes(before) for before, other in earlier):
                yield from extend((*chosen, unit))

    # A need that nobody can answer ends the search before it fans out over the others.
    return extend(()) if all(able) else iter(())


def _judged(needs: Sequence[Need], units: Sequence[Unit], given: tuple[Unit, ...], clinic: Clinic) -> Match:
    faults: list[tuple[str, Resource]] = []
    excess = []
    for need, unit in zip(needs, given, strict=True):
        if (fault := unfit(unit.resource, need.what, clinic)) is not None:
            faults.append((fault, unit.resource))
    for unit in units:
        filled = [need for need, other in zip(needs, given, strict=True) if other is unit]
        wanted = [one for need in filled for one in need.stretches]
        asked, alone = _time(wanted), _time(one for one in wanted if one.exclusive)
        if beyond := _beyond(unit.all, asked):
            excess.append((unit, beyond))
        if _beyond(alone, unit.alone):
            faults.append((f"{unit.resource.id} is shared where the visit needs it alone", unit.resource))
        elif _beyond(unit.alone, alone) - beyond:
            faults.append((f"{unit.resource.id} is taken alone where the visit only shares", unit.resource))
    return Match(
        needs=tuple(needs),
        units=tuple(units),
        given=given,
        faults=tuple(dict.fromkeys(faults)),
        excess=tuple(excess),
    )


def unfit(resource: Resource, what: str, clinic: Clinic) -> str | None:
    """Why a unit cannot be what is asked for, if it cannot."""
    if resource.type == "pool":
        if clinic.pool_of(resource.id) is None:
            return f"{clinic.id} has no pool {resource.id!r}"
        return None if resource.id == what else f"{resource.id} is not the pool of {what}"
    unit = clinic.by_resource.get(resource)
    if unit is None:
        return f"{clinic.id} has no {resource.type} {resource.id!r}"
    if isinstance(unit, StaffMember):
        return None if what in unit.roles else f"{resource.id} is no {what}, but {' and '.join(unit.roles)}"
    return None if unit.type == what else f"{resource.id} is a {unit.type} room, not a {what} room"


def _badness(found: Match) -> tuple[int, timedelta]:
    beyond = (one.end - one.start for _, times in found.excess for one in times)
    return len(found.faults), sum(beyond, timedelta())


def _beyond_all(
    needs: Sequence[Need], units: Sequence[Unit], type: UnitType
) -> tuple[tuple[Unit, IntervalSet], ...]:
    """Without a match: the time of units in which nothing at all, or nothing of their role, is asked for."""
    found = []
    for unit in units:
        roles = {row.role for row in unit.rows}
        asked = _time(
            one for need in needs if type != "staff" or need.what in roles for one in need.stretches
        )
        if beyond := _beyond(unit.all, asked):
            found.append((unit, beyond))
    return tuple(found)
