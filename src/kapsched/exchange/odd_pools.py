"""Which rows of a pool are odd? Those outside its members' hours, and those that are more than these can watch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from kapsched.model.bookings import Booking, Resource
from kapsched.model.clinic import Clinic, Pool
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.zones import wall


def hours_of_members(pool: Pool, rows: Iterable[Booking], clinic: Clinic) -> dict[Resource, IntervalSet]:
    """When each member of a pool is at work, in the years in which the rows lie."""
    years: set[int] = set()
    for row in rows:
        first, last = (
            wall(moment, clinic.place).year for moment in (row.start, row.end - timedelta.resolution)
        )
        if last - first <= 1:  # nothing that lasts longer is looked at
            years |= {first, last}
    members = [Resource("staff", one.id) for one in clinic.staff_of(pool.role)]
    return {
        one: IntervalSet(
            stretch
            for year in sorted(years)
            for stretch in clinic.working_time(one, date(year, 1, 1), date(year, 12, 31))
        )
        for one in members
    }


def when_any(hours: Mapping[Resource, IntervalSet]) -> IntervalSet:
    """When one of the members at least is at work."""
    return IntervalSet(stretch for times in hours.values() for stretch in times)


def too_many(
    pool: Pool,
    rows: Sequence[Booking],
    hours: Mapping[Resource, IntervalSet],
    alone: Mapping[Resource, IntervalSet],
) -> Iterator[tuple[int, ...]]:
    """The places of all rows that are too many at one instant, while some member is at work.

    The rows are in order of their starts; `alone` says when a member is taken for something else.
    """
    free = _changes(times - alone[member] for member, times in hours.items())
    at_work = _changes(hours.values())
    instants = sorted({*free, *at_work, *(edge for row in rows for edge in (row.start, row.end))})
    watched: list[int] = []
    members = working = met = 0
    for now in instants:
        members, working = members + free[now], working + at_work[now]
        watched = [place for place in watched if rows[place].end > now]
        while met < len(rows) and rows[met].start <= now:
            watched.append(met)
            met += 1
        if working and len(watched) > pool.ratio * members:
            yield tuple(watched)


def _changes(several: Iterable[IntervalSet]) -> Counter[datetime]:
    """By how many more are there from each instant on."""
    found: Counter[datetime] = Counter()
    for times in several:
        for stretch in times:
            found[stretch.start] += 1
            found[stretch.end] -= 1
    return found


def taken_alone(rows: Iterable[Booking]) -> IntervalSet:
    """When any of the rows takes its resource whole."""
    return IntervalSet(Interval(row.start, row.end) for row in rows if row.exclusive)
