"""What else is booked? Rows of all sorts, around those that must keep their place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from hypothesis import strategies as st

from kapsched.model.bookings import Booking, Bookings, Resource
from kapsched.model.clinic import Clinic
from kapsched.model.course import Course
from kapsched.testing.clinic_strategies import among, frame_of
from kapsched.testing.placing import crowded
from kapsched.testing.pools import pools_of
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.zones import at


def rows_beside(
    draw: st.DrawFn, clinic: Clinic, asked: Iterable[Course], kept: Bookings
) -> tuple[Booking, ...]:
    """Rows of all sorts; what is `kept` free stays so."""
    patients = [Resource("patient", one.patient.id) for one in asked]
    pools = [Resource("pool", pool.role) for pool in clinic.pools]
    resources = [*clinic.by_resource, *patients, Resource("patient", "somebody else"), *pools]
    rows: list[Booking] = []
    for _ in range(draw(among(0, 2, 4, 7))):
        row = _row(draw, clinic, resources)
        if not _meets(row, clinic, kept, rows):
            rows.append(row)
    if draw(among(False, False, True)):
        solid = _solid(draw(among(*resources)), clinic, kept)
        rows += [row for row in solid if not _crowds_out(row, clinic, kept, rows)]
    return tuple(rows)


def _row(draw: st.DrawFn, clinic: Clinic, resources: Sequence[Resource]) -> Booking:
    frame, resource = frame_of(clinic), draw(among(*resources))
    day = frame.at(draw(among(*range(frame.days))))
    minute = draw(among(*range(frame.opens, frame.closes, 30)))
    late, minutes = draw(among((0, 30), (0, 60), (7, 67), (15, 300)))
    start = at(day, minute, clinic.place) + timedelta(minutes=late)
    known = clinic.by_resource.get(resource)
    return Booking(
        type=resource.type,
        resource=resource.id,
        start=start,
        end=start + timedelta(minutes=minutes),
        exclusive=resource.type != "pool"
        and (known is None or known.capacity == 1 or draw(among(True, False))),
        ref="elsewhere",
    )


def _meets(row: Booking, clinic: Clinic, kept: Bookings, others: Sequence[Booking]) -> bool:
    """Would the row leave a kept one without its place?"""
    if row.type == "pool":
        return _crowds_out(row, clinic, kept, others)
    known = clinic.by_resource.get(row.of)
    for one in kept.during(row.of, row.start, row.end):
        places = 1 if known is None or one.exclusive or row.exclusive else known.capacity
        sharing = [*kept.during(row.of, one.start, one.end)]
        sharing += [other for other in others if other.of == row.of and other.overlaps(one)]
        if len(sharing) >= places:
            return True
    return _crowds_out(row, clinic, kept, others)


def _crowds_out(row: Booking, clinic: Clinic, kept: Bookings, others: Sequence[Booking]) -> bool:
    """Would the row, with all the others, leave the members of a pool too many patients while a kept one lasts?"""
    if not pools_of(row.of, clinic, exclusive=row.exclusive):
        return False
    return any(crowded([one], (row, *others, *_but(kept, one)), clinic) for one in kept if one.overlaps(row))


def _but(kept: Bookings, one: Booking) -> list[Booking]:
    return [other for other in kept if other is not one]


def _solid(resource: Resource, clinic: Clinic, kept: Bookings) -> list[Booking]:
    """The resource taken from the first day to the last, save for what is kept."""
    first, last = clinic.horizon.edges(clinic.place)
    ours = IntervalSet(Interval(row.start, row.end) for row in kept.of(resource))
    return [
        Booking(
            type=resource.type,
            resource=resource.id,
            start=one.start,
            end=one.end,
            exclusive=resource.type != "pool",
            ref="elsewhere",
        )
        for one in IntervalSet([Interval(first, last)]) - ours
    ]
