"""Where would a visit fit if one simply looked from hour to hour? Nothing is planned here: the first place will do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations, product
from typing import NamedTuple

from attrs import frozen

from kapsched.model.bookings import Booking, Bookings, Resource, ResourceType
from kapsched.model.clinic import Clinic
from kapsched.model.course import Patient
from kapsched.model.programme import SessionKind
from kapsched.testing.pools import Taken, first_crowd, pools_of
from kapsched.timeline.intervals import IntervalSet
from kapsched.timeline.zones import at, wall

_OFTEN_ENOUGH = 15


@frozen
class Visit:
    """A visit that fits: its bookings, the patient's first."""

    rows: tuple[Booking, ...]

    @property
    def start(self) -> datetime:
        """When the patient arrives."""
        return self.rows[0].start

    @property
    def end(self) -> datetime:
        """When the patient leaves."""
        return self.rows[0].end

    @property
    def people(self) -> Mapping[str, list[str]]:
        """Who fills each role."""
        found: dict[str, list[str]] = {}
        for row in self.rows:
            if row.type == "staff" and row.resource not in found.setdefault(row.role, []):
                found[row.role].append(row.resource)
        return found


class Stretch(NamedTuple):
    """Part of a visit, from its start on, in which a unit is taken: alone, or for one of its places."""

    begin: timedelta
    end: timedelta
    alone: bool


class Need(NamedTuple):
    """What a person, a room or a place of a pool is wanted for, throughout a visit."""

    type: ResourceType
    what: str
    stretches: tuple[Stretch, ...]


def needs_of(kind: SessionKind) -> list[Need]:
    """Everything that a visit wants, each the same from first to last, as if nothing were handed over."""
    alone: dict[tuple[ResourceType, str, int], set[int]] = {}
    sharing: dict[tuple[ResourceType, str, int], set[int]] = {}
    for begin, segment in kind.timed():
        end, staff = begin + segment.minutes, segment.staff
        wanted: list[tuple[ResourceType, str, int, int]] = [
            ("staff", role, staff[:place].count(role), end + segment.tail) for place, role in enumerate(staff)
        ]
        if segment.room is not None:
            wanted.append(("room", segment.room, 0, end + segment.turnaround))
        wanted += [("pool", role, 0, end + segment.tail) for role in segment.pools]
        for type, what, entry, until in wanted:
            for minutes in (alone, sharing):
                minutes.setdefault((type, what, entry), set())
            shares = what in segment.shares or type == "pool"
            (sharing if shares else alone)[type, what, entry].update(range(begin, until))
    return [
        Need(
            key[0],
            key[1],
            (*_stretches(alone[key], alone=True), *_stretches(sharing[key] - alone[key], alone=False)),
        )
        for key in alone
    ]


def _stretches(minutes: set[int], *, alone: bool) -> Iterator[Stretch]:
    edges = sorted({minute for minute in minutes if minute - 1 not in minutes})
    ends = sorted({minute + 1 for minute in minutes if minute + 1 not in minutes})
    for begin, end in zip(edges, ends, strict=True):
        yield Stretch(timedelta(minutes=begin), timedelta(minutes=end), alone)


def first_visit(
    kind: SessionKind, clinic: Clinic, patient: Patient, since: datetime, taken: Iterable[Booking]
) -> Visit | None:
    """The first visit of that kind from `since` on that meets nothing of what is taken, or None."""
    needs, busy = needs_of(kind), Bookings(taken)
    lasts = timedelta(minutes=kind.minutes)
    day = max(wall(since, clinic.place).date(), clinic.horizon.first_day)
    while day <= clinic.horizon.last_day:
        comes = patient.available(clinic.open_time(day, day), day, day, clinic.zone)
        for start in _starts(comes, day, clinic):
            if start >= since and comes.covers(start, start + lasts):
                rows = [Booking(type="patient", resource=patient.id, start=start, end=start + lasts)]
                units = _units(needs, clinic, patient, day, start, busy)
                if units is not None and not busy.during(rows[0].of, start, start + lasts):
                    return Visit((*rows, *units))
        day += timedelta(days=1)
    return None


def _starts(comes: IntervalSet, day: date, clinic: Clinic) -> Iterator[datetime]:
    """Starts on the grid; not all of them, if it is fine."""
    step = clinic.grid * -(-_OFTEN_ENOUGH // clinic.grid)
    for stretch in comes:
        first, last = (wall(edge, clinic.place) for edge in (stretch.start, stretch.end))
        until = 24 * 60 if last.date() > day else last.hour * 60 + last.minute
        for minute in range((first.hour * 60 + first.minute) // step * step, until, step):
            start = at(day, minute, clinic.place)
            shown = wall(start, clinic.place)
            if (shown.hour * 60 + shown.minute) == minute:  # and not one that the clocks skip
                yield start


def _units(
    needs: Sequence[Need], clinic: Clinic, patient: Patient, day: date, start: datetime, busy: Bookings
) -> list[Booking] | None:
    """Somebody, or a room, for each need, none of them twice at once; or None."""
    options = []
    for need in needs:
        able = [
            unit for unit in _who_might(need, clinic, patient) if _free(unit, need, start, clinic, day, busy)
        ]
        if not able:
            return None
        options.append(able)
    chosen = next((units for units in product(*options) if not _at_once(needs, units)), None)
    if chosen is None:
        return None
    rows = _rows(needs, chosen, start)
    return None if crowded(rows, busy, clinic) else rows


def crowded(rows: Iterable[Booking], others: Iterable[Booking], clinic: Clinic) -> bool:
    """Would some pool have too many patients, or too few members, while one of the rows lasts?"""
    rows = tuple(rows)
    taken = [
        Taken(row.of, row.start, row.end, row.exclusive, number)
        for number, row in enumerate([*rows, *(others if clinic.pools else ())])
    ]
    return any(
        first_crowd(pool, clinic, taken, row.start, row.end)
        for row in rows
        for pool in pools_of(row.of, clinic, exclusive=row.exclusive)
    )


def _rows(needs: Sequence[Need], chosen: Sequence[Resource], start: datetime) -> list[Booking]:
    return [
        Booking(
            type=need.type,
            resource=unit.id,
            start=start + stretch.begin,
            end=start + stretch.end,
            exclusive=stretch.alone,
            role=need.what if need.type == "staff" else "",
        )
        for need, unit in zip(needs, chosen, strict=True)
        for stretch in need.stretches
    ]


def _at_once(needs: Sequence[Need], units: Sequence[Resource]) -> bool:
    """Is one unit to answer two needs at the same time?"""
    return any(
        unit == other
        and any(a.begin < b.end and b.begin < a.end for a in need.stretches for b in more.stretches)
        for (need, unit), (more, other) in combinations(zip(needs, units, strict=True), 2)
    )


def _who_might(need: Need, clinic: Clinic, patient: Patient) -> list[Resource]:
    if need.type == "pool":
        return [Resource("pool", need.what)]
    if need.type == "room":
        return [Resource("room", one.id) for one in clinic.rooms_of(need.what)]
    return [Resource("staff", one.id) for one in clinic.staff_of(need.what) if one.id not in patient.excludes]


def _free(unit: Resource, need: Need, start: datetime, clinic: Clinic, day: date, busy: Bookings) -> bool:
    if unit.type == "pool":
        return True  # counted when it is known whom the visit has for itself
    there, capacity = clinic.working_time(unit, day, day), clinic.by_resource[unit].capacity
    for begin, end, alone in need.stretches:
        if not there.covers(start + begin, start + end):
            return False
        others = busy.during(unit, start + begin, start + end)
        if others and (alone or any(one.exclusive for one in others) or len(others) >= capacity):
            return False
    return True
