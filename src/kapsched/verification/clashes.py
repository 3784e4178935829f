"""Is nothing booked twice? Who takes each resource at each instant, ours and all others together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Booking, Resource
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.zones import instant
from kapsched.verification.case import Case
from kapsched.verification.report import Breach


class Taking(NamedTuple):
    """A resource taken for a while; by a session of ours, or else by `holder`."""

    start: datetime
    end: datetime
    exclusive: bool
    holder: str
    ours: bool


class Crowd(NamedTuple):
    """A stretch in which a resource is taken by more than it bears."""

    start: datetime
    end: datetime
    takings: tuple[Taking, ...]


def nothing_is_booked_twice(case: Case) -> Iterator[Breach]:
    """At every instant a resource has one exclusive booking alone, or at most `capacity` sharing ones."""
    ours, windows = _ours(case)
    own = _own(case)
    for resource, takings in ours.items():
        if resource.type == "pool":
            continue  # it has a ratio in place of a capacity, and a check of its own
        others = _others(case, resource, windows[resource], own)
        unit = case.clinic.by_resource.get(resource)
        for crowd in _crowds([*takings, *others], 1 if unit is None else unit.capacity):
            new = any(one.ours for one in crowd.takings)
            whole = (crowd,) if new else _whole(case, resource, crowd, windows[resource])
            for one in whole:
                yield _breach(case, resource, one, new=new)


def ours_and_others(case: Case, resource: Resource, windows: IntervalSet) -> list[Taking]:
    """All that takes one resource within some times: our appointments, each as one, and whatever else is booked."""
    ours, _ = _ours(case)
    return [*ours.get(resource, ()), *_others(case, resource, windows, _own(case))]


def _own(case: Case) -> set[tuple[Resource, str, datetime, datetime, bool]]:
    """The rows of our appointments as they would stand among all that is booked."""
    return {
        (row.of, _id(case, one), row.start, row.end, row.exclusive)
        for one in case.appointments
        for row in one.bookings
    }


def _ours(case: Case) -> tuple[dict[Resource, list[Taking]], dict[Resource, IntervalSet]]:
    """What our appointments take, and the whole times of the appointments that take it, by resource."""
    found: dict[Resource, list[Taking]] = {}
    windows: dict[Resource, list[Interval]] = {}
    for one in case.appointments:
        edges = [instant(one.start), instant(one.end)]
        edges += [edge for row in one.bookings for edge in (row.start, row.end)]
        units: dict[Resource, list[Booking]] = {}
        for row in one.bookings:
            units.setdefault(row.of, []).append(row)
        for resource, rows in units.items():
            found.setdefault(resource, []).extend(_merged(rows, one.session))
            windows.setdefault(resource, []).append(Interval(min(edges), max(edges)))
    return found, {resource: IntervalSet(intervals) for resource, intervals in windows.items()}


def _merged(rows: Sequence[Booking], session: str) -> Iterator[Taking]:
    """One visit's bookings of one unit as one, its exclusive stretches cut out of its sharing ones."""
    if len(rows) == 1:
        yield Taking(rows[0].start, rows[0].end, rows[0].exclusive, session, ours=True)
        return
    alone = IntervalSet(Interval(row.start, row.end) for row in rows if row.exclusive)
    shared = IntervalSet(Interval(row.start, row.end) for row in rows if not row.exclusive) - alone
    for times, exclusive in ((alone, True), (shared, False)):
        yield from (Taking(one.start, one.end, exclusive, session, ours=True) for one in times)


def _others(
    case: Case,
    resource: Resource,
    windows: IntervalSet,
    own: set[tuple[Resource, str, datetime, datetime, bool]],
) -> Iterator[Taking]:
    earlier: datetime | None = None
    for window in windows:
        for row in case.booked.during(resource, window.start, window.end):
            # A row that reaches into two windows was met in the first; one of ours may be among them already.
            met = earlier is not None and row.start < earlier
            if not met and (resource, row.ref, row.start, row.end, row.exclusive) not in own:
                yield Taking(row.start, row.end, row.exclusive, row.ref, ours=False)
        earlier = window.end
    if resource == Resource("patient", case.course.patient.id):
        for visit in case.done:
            yield Taking(visit.start, visit.end, exclusive=True, holder=visit.id, ours=False)


def _id(case: Case, one: Appointment) -> str:
    return one.id if one.course else f"{case.course.id}{one.id}"


def _crowds(takings: Sequence[Taking], capacity: int) -> Iterator[Crowd]:
    """The stretches in which it is too much, each as long as the same takings go on."""
    ordered = sorted(takings)
    if all(one.end <= two.start for one, two in pairwise(ordered)):
        return
    edges = sorted({edge for one in takings for edge in (one.start, one.end)})
    for start, end in pairwise(edges):
        there = tuple(one for one in ordered if one.start <= start < one.end)
        if len(there) > (1 if any(one.exclusive for one in there) else capacity):
            yield Crowd(start, end, there)


def _whole(case: Case, resource: Resource, crowd: Crowd, windows: IntervalSet) -> Iterator[Crowd]:
    """A crowd that was there already, where it meets our times, as long as the same rows go on.

    Of the rows that bound it only those were looked at that meet our times; with the others it is the same crowd
    for every course.
    """
    others = case.booked.during(resource, crowd.start, crowd.end)
    edges = {crowd.start, crowd.end, *(edge for row in others for edge in (row.start, row.end))}
    within = sorted(edge for edge in edges if crowd.start <= edge <= crowd.end)
    for start, end in pairwise(within):
        if any(start < window.end and window.start < end for window in windows):
            yield crowd._replace(start=start, end=end)


def _breach(case: Case, resource: Resource, crowd: Crowd, *, new: bool) -> Breach:
    return Breach(
        f"{resource.type} {resource.id} is taken by {_listed(crowd.takings)} at once, "
        f"{case.stretch(crowd.start, crowd.end)}",
        tuple(dict.fromkeys(one.holder for one in crowd.takings if one.ours)),
        resource,
        new,
    )


def _listed(takings: Iterable[Taking]) -> str:
    return " and ".join(one.holder or "another booking" for one in takings)
