"""Is no pool over its ratio? Its patients and its members, counted at every instant from all that is booked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, pairwise
from typing import NamedTuple

from kapsched.model.bookings import Resource
from kapsched.model.clinic import Pool
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.verification.case import Case
from kapsched.verification.clashes import Taking, ours_and_others
from kapsched.verification.report import Breach


class Load(NamedTuple):
    """Between two instants: who is watched, how many members can watch, and the sessions of ours that matter.

    `takings` are the places of those who are watched, and what keeps members from it.
    """

    start: datetime
    end: datetime
    watched: int
    members: int
    sessions: tuple[str, ...]
    takings: tuple[Taking, ...]


def no_pool_is_over_its_ratio(case: Case) -> Iterator[Breach]:
    """At every instant a pool has at most `ratio` patients for each member at work and not taken alone."""
    for pool in case.clinic.pools:
        resources = [Resource("pool", pool.role)]
        resources += [Resource("staff", one.id) for one in case.clinic.staff_of(pool.role)]
        window = IntervalSet(
            Interval(
                *_edges(one.start, one.end, *(edge for row in one.bookings for edge in (row.start, row.end)))
            )
            for one in case.appointments
            if any(row.of in resources and (row.type == "pool" or row.exclusive) for row in one.bookings)
        )
        if window:
            yield from _over(case, pool, resources, window)


def _edges(*edges: datetime) -> tuple[datetime, datetime]:
    return min(edges), max(edges)


def _over(case: Case, pool: Pool, resources: Sequence[Resource], window: IntervalSet) -> Iterator[Breach]:
    takings = {resource: ours_and_others(case, resource, window) for resource in resources}
    told: list[Load] = []
    for stretch in window:
        for load in _joined(_loads(case, takings, stretch), lambda load: load[2:5]):
            if load.watched <= pool.ratio * load.members:
                continue
            if load.sessions:
                yield _breach(case, pool, resources[0], load)
                continue
            for part in _loads(case, takings, Interval(load.start, load.end)):
                if not any(one.start <= part.start < one.end for one in told):
                    told.append(_whole(case, resources, part))
                    yield _breach(case, pool, resources[0], told[-1])


def _breach(case: Case, pool: Pool, resource: Resource, load: Load) -> Breach:
    return Breach(
        f"pool {pool.role}: {load.watched} patients for {load.members} at {pool.ratio} each, "
        f"{case.stretch(load.start, load.end)}",
        load.sessions,
        resource,
        new=bool(load.sessions),
    )


def _whole(case: Case, resources: Sequence[Resource], load: Load) -> Load:
    """A load that was there already, as long as it goes on: so it is the same for every course that meets it."""
    around = Interval(max(one.start for one in load.takings), min(one.end for one in load.takings))
    takings = {resource: ours_and_others(case, resource, IntervalSet([around])) for resource in resources}
    joined = _joined(_loads(case, takings, around), lambda load: load[3:])
    return next(one for one in joined if one.start <= load.start < one.end)


def _loads(case: Case, takings: dict[Resource, list[Taking]], stretch: Interval) -> Iterator[Load]:
    """The stretch cut where anything changes."""
    (places, *_), members = takings.values(), list(takings)[1:]
    working = {one: case.working_time(one, stretch.start, stretch.end) for one in members}
    edges = {stretch.start, stretch.end}
    edges.update(edge for some in takings.values() for one in some for edge in (one.start, one.end))
    edges.update(edge for times in working.values() for one in times for edge in (one.start, one.end))
    inside = sorted(edge for edge in edges if stretch.start <= edge <= stretch.end)
    for start, end in pairwise(inside):
        watched = [one for one in places if one.start <= start < one.end]
        alone = {
            member: [one for one in takings[member] if one.exclusive and one.start <= start < one.end]
            for member in members
        }
        there = [one for one in members if not alone[one] and working[one].covers(start, end)]
        holders = [one.holder for one in (*watched, *_flat(alone.values())) if one.ours]
        sessions = tuple(dict.fromkeys(holders))
        yield Load(start, end, len(watched), len(there), sessions, (*watched, *_flat(alone.values())))


def _flat(several: Iterable[list[Taking]]) -> Iterator[Taking]:
    for some in several:
        yield from some


def _joined(loads: Iterable[Load], alike: Callable[[Load], object]) -> Iterator[Load]:
    """Loads that follow each other and are alike as one."""
    for _, some in groupby(loads, alike):
        first, *others = some
        yield first._replace(end=others[-1].end) if others else first
