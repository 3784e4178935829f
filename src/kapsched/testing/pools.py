"""Has a pool too many patients? Counted at every change, in plain intervals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from kapsched.model.bookings import Resource
from kapsched.model.clinic import Clinic, Pool
from kapsched.timeline.zones import wall


class Taken(NamedTuple):
    """A place of a pool, or a member of it, taken for a while; places of one visit are one."""

    resource: Resource
    start: datetime
    end: datetime
    exclusive: bool
    visit: object


class Crowd(NamedTuple):
    """An instant at which there are too many patients for the members that are left."""

    moment: datetime
    patients: int
    members: int


def pools_of(resource: Resource, clinic: Clinic, *, exclusive: bool) -> list[Pool]:
    """The pools that a booking takes a place of, or a member out of."""
    if resource.type == "staff" and exclusive:
        return [pool for pool in clinic.pools if resource.id in _members(pool, clinic)]
    return [pool for pool in clinic.pools if resource == Resource("pool", pool.role)]


def _members(pool: Pool, clinic: Clinic) -> set[str]:
    return {one.id for one in clinic.staff_of(pool.role)}


def first_crowd(
    pool: Pool, clinic: Clinic, taken: Iterable[Taken], start: datetime, end: datetime
) -> Crowd | None:
    """The first instant from `start` to `end` (UTC) at which a pool has too many patients, if there is one."""
    days = wall(start, clinic.place).date(), wall(end - timedelta.resolution, clinic.place).date()
    there = {
        Resource("staff", id): clinic.working_time(Resource("staff", id), *days)
        for id in _members(pool, clinic)
    }
    rows = [one for one in taken if one.start < end and start < one.end]
    changes = {start, *(edge for row in rows for edge in (row.start, row.end))}
    changes.update(edge for times in there.values() for one in times for edge in (one.start, one.end))
    for moment in sorted(edge for edge in changes if start <= edge < end):
        now = [row for row in rows if row.start <= moment < row.end]
        patients = len(
            {row.visit for row in now if row.resource.type == "pool" and row.resource.id == pool.role}
        )
        alone = {row.resource for row in now if row.resource.type == "staff" and row.exclusive}
        instant_after = moment + timedelta.resolution
        members = sum(
            member not in alone and times.covers(moment, instant_after) for member, times in there.items()
        )
        if patients > pool.ratio * members:
            return Crowd(moment, patients, members)
    return None
