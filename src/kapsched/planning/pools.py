"""Has a pool enough left? Its members and its places, counted at every instant.

A pool counts heads: a visit takes a place of it, or has some member for itself, and it does not matter which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from kapsched.model.bookings import Booking, Bookings, Resource
from kapsched.model.clinic import Clinic, Pool
from kapsched.model.programme import SessionKind
from kapsched.planning.grid import Grid, Mask, filled
from kapsched.planning.needs import needs_of
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.zones import wall


class Asked(NamedTuple):
    """So many places of a pool, and so many members taken out of it."""

    places: int
    members: int


class Call(NamedTuple):
    """What is asked of a pool between two points of time, half-open."""

    first: int
    last: int
    asked: Asked


# The role of a pool, and what is asked of it.
Question: TypeAlias = tuple[str, Asked]


@lru_cache(maxsize=1024)
def calls_of(kind: SessionKind, role: str) -> tuple[Call, ...]:
    """What a visit asks of a pool, in minutes from its start."""
    return overlaid(
        Call(first, last, Asked(need.type == "pool", need.type == "staff"))
        for need in needs_of(kind)
        if need.what == role and need.type != "room"
        for first, last, exclusive in need.stretches
        if exclusive or need.type == "pool"
    )


def overlaid(calls: Iterable[Call]) -> tuple[Call, ...]:
    """Calls that may overlap as calls that do not: what is asked at once is added up."""
    calls, found = tuple(calls), list[Call]()
    edges = sorted({edge for one in calls for edge in (one.first, one.last)})
    for first, last in pairwise(edges):
        there = [one.asked for one in calls if one.first <= first and last <= one.last]
        asked = Asked(sum(one.places for one in there), sum(one.members for one in there))
        if found and found[-1][1:] == (first, asked):
            found[-1] = Call(found[-1].first, last, asked)
        elif there:
            found.append(Call(first, last, asked))
    return tuple(found)


def concerns(booking: Booking, pool: Pool, clinic: Clinic) -> bool:
    """Does a booking take a place of a pool, or one of its members out of it?"""
    if booking.type == "staff":
        return booking.exclusive and any(one.id == booking.resource for one in clinic.staff_of(pool.role))
    return booking.of == Resource("pool", pool.role)


def enough(pool: Pool, asked: Asked, clinic: Clinic, bookings: Bookings, grid: Grid, bits: range) -> Mask:
    """Those of some bits, counted from the first of them, in which a pool has what is asked beside its bookings."""
    start, end = grid.moment(bits.start), grid.moment(bits.stop)
    short = (
        (grid.down(since) - bits.start, grid.up(until) - bits.start)
        for since, until in shortfalls(pool, asked, clinic, bookings, start, end)
    )
    return ((1 << len(bits)) - 1) & ~filled(short, len(bits))


def shortfalls(
    pool: Pool, asked: Asked, clinic: Clinic, bookings: Bookings, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """When a pool lacks what is asked between two instants."""
    changes: dict[datetime, list[int]] = {start: [0, 0], end: [0, 0]}
    for row in bookings.during(Resource("pool", pool.role), start, end):
        _between(changes, 0, row.start, row.end, start, end)
    for there in _members(pool, clinic, bookings, start, end):
        for one in there:
            if one.start < end and start < one.end:
                _between(changes, 1, one.start, one.end, start, end)
    taken, members = asked.places, -asked.members
    for since, until in pairwise(sorted(changes)):
        taken, members = taken + changes[since][0], members + changes[since][1]
        if taken > pool.ratio * members:
            yield since, until


def _between(
    changes: dict[datetime, list[int]],
    which: int,
    since: datetime,
    until: datetime,
    start: datetime,
    end: datetime,
) -> None:
    """One more from `since` to `until`, as far as that lies between `start` and `end`."""
    changes.setdefault(max(since, start), [0, 0])[which] += 1
    changes.setdefault(min(until, end), [0, 0])[which] -= 1


def _members(
    pool: Pool, clinic: Clinic, bookings: Bookings, start: datetime, end: datetime
) -> Iterator[IntervalSet]:
    """When each member counts: at work, and not taken by an exclusive booking."""
    first, last = wall(start, clinic.place).date(), wall(end - timedelta.resolution, clinic.place).date()
    for one in clinic.staff_of(pool.role):
        resource = Resource("staff", one.id)
        alone = [
            Interval(row.start, row.end) for row in bookings.during(resource, start, end) if row.exclusive
        ]
        there = clinic.working_time(resource, first, last)
        yield there - IntervalSet(alone) if alone else there
