"""How much of their working time is booked? Rooms and roles, week by week."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from attrs import frozen

from kapsched.model.bookings import Booking, Bookings, Resource
from kapsched.model.clinic import Clinic, Pool, StaffMember
from kapsched.model.plan import Schedule
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.zones import wall

_WEEK, _MINUTE = timedelta(days=7), timedelta(minutes=1)


@frozen(kw_only=True)
class Use:
    """One room's or role's week: minutes of working time, and how many of them are booked.

    A resource with a capacity has so many places: an exclusive booking takes all of them, a sharing one a single
    place. A member of a pool has as many as its ratio, and a patient of the pool takes one of all its members'. A
    role's minutes are those of everybody who can fill it, whatever they are booked for.
    """

    type: Literal["room", "role"]
    id: str
    monday: date
    booked: int
    there: int

    @property
    def percent(self) -> int | None:
        """The share that is booked; None where there is no working time."""
        return (200 * self.booked + self.there) // (2 * self.there) if self.there else None


def utilisation(schedule: Schedule, clinic: Clinic, booked: Iterable[Booking] = ()) -> tuple[Use, ...]:
    """Each room's weeks, then each role's, in the order of the clinic's file.

    The weeks are those of the horizon up to the last in which any of them is booked; only dates of the
    horizon count.
    """
    bookings = Bookings((*schedule.bookings, *booked))
    mondays = _mondays(clinic, bookings)
    roles = dict.fromkeys(role for one in clinic.staff for role in one.roles)
    pools = {one.role: _watched(one, mondays, clinic, bookings) for one in clinic.pools}
    rows: list[tuple[Literal["room", "role"], str, list[Resource]]] = [
        *(("room", one.id, [Resource("room", one.id)]) for one in clinic.rooms),
        *(("role", role, [Resource("staff", one.id) for one in clinic.staff_of(role)]) for role in roles),
    ]
    weeks = {
        one: [_week(one, monday, clinic, bookings) for monday in mondays]
        for _, _, some in rows
        for one in some
    }
    found = []
    for type, id, resources in rows:
        watched = pools[id] if type == "role" and id in pools else [0] * len(mondays)
        for place, monday in enumerate(mondays):
            there = sum(weeks[one][place][1] for one in resources)
            booked_there = sum(weeks[one][place][0] for one in resources) + watched[place]
            found.append(Use(type=type, id=id, monday=monday, booked=min(booked_there, there), there=there))
    return tuple(found)


def _mondays(clinic: Clinic, bookings: Bookings) -> list[date]:
    horizon = clinic.horizon
    pools = (Resource("pool", one.role) for one in clinic.pools)
    starts = (row.start for one in (*clinic.by_resource, *pools) for row in bookings.of(one))
    days = [wall(start, clinic.place).date() for start in starts]
    last = max((day for day in days if day <= horizon.last_day), default=horizon.first_day)
    monday = horizon.first_day - timedelta(days=horizon.first_day.weekday())
    return [monday + turn * _WEEK for turn in range(max(0, (last - monday).days // 7) + 1)]


def _week(resource: Resource, monday: date, clinic: Clinic, bookings: Bookings) -> tuple[int, int]:
    """Minutes booked and minutes worked, both of all places."""
    capacity = _places(resource, clinic)
    working = clinic.working_time(resource, *_dates(monday, clinic))
    there = sum((one.end - one.start) // _MINUTE for one in working) * capacity
    booked = sum(
        minutes * places
        for one in working
        for minutes, places in _taken(one, bookings.during(resource, one.start, one.end), capacity)
    )
    return booked, there


def _dates(monday: date, clinic: Clinic) -> tuple[date, date]:
    """The week's first and last date within the horizon."""
    return max(monday, clinic.horizon.first_day), min(monday + timedelta(days=6), clinic.horizon.last_day)


def _places(resource: Resource, clinic: Clinic) -> int:
    one = clinic.by_resource[resource]
    roles = one.roles if isinstance(one, StaffMember) else ()
    return next((pool.ratio for pool in clinic.pools if pool.role in roles), one.capacity)


def _watched(pool: Pool, mondays: Iterable[date], clinic: Clinic, bookings: Bookings) -> list[int]:
    """Minutes of the pool's places that patients take while a member is there, week by week."""
    found = []
    for monday in mondays:
        there = IntervalSet()
        for one in clinic.staff_of(pool.role):
            there |= clinic.working_time(Resource("staff", one.id), *_dates(monday, clinic))
        found.append(
            sum(
                (min(row.end, one.end) - max(row.start, one.start)) // _MINUTE
                for one in there
                for row in bookings.during(Resource("pool", pool.role), one.start, one.end)
            )
        )
    return found


def _taken(stretch: Interval, rows: tuple[Booking, ...], capacity: int) -> Iterator[tuple[int, int]]:
    """Minutes between one change and the next, with the places taken meanwhile."""
    moments = {stretch.start, stretch.end, *(edge for row in rows for edge in (row.start, row.end))}
    inside = sorted(one for one in moments if stretch.start <= one <= stretch.end)
    for start, end in pairwise(inside):
        lasting = [row for row in rows if row.start < end and start < row.end]
        alone = any(row.exclusive for row in lasting)
        yield (end - start) // _MINUTE, capacity if alone else min(capacity, len(lasting))
