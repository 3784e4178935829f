"""What takes a room or a member of staff, and when? The facts of the pictures and tables by resource."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from attrs import frozen

from kapsched.errors import InvalidInput
from kapsched.exchange.visits import Minute, minute_of, segments_of, serves
from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Booking, Resource
from kapsched.model.plan import Plan, Schedule
from kapsched.timeline.zones import Zone, instant, midnight


@frozen(kw_only=True)
class Stay:
    """A resource taken on one day: by the patient until `leaves`, and then until `end` all the same.

    `segments` names the parts of the visit that it is taken for, `role` what somebody is there as; `rooms` and
    `staff` are what the visit takes besides it meanwhile. A booking that is no appointment of the schedule's has
    no kind and no course, and `ref` says what its owner says of it.
    """

    resource: Resource
    day: date
    start: Minute
    leaves: Minute
    end: Minute
    session: str = ""
    kind: str = ""
    course: str = ""
    patient: str = ""
    segments: tuple[str, ...] = ()
    role: str = ""
    rooms: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    status: str
    ref: str = ""


def week_of(monday: date) -> tuple[date, ...]:
    """The seven dates from a Monday; `InvalidInput` where it is none."""
    if monday.weekday() != 0:
        raise InvalidInput(f"a week begins on a Monday; {monday} is none", path="monday")
    return tuple(monday + timedelta(days=turn) for turn in range(7))


def stays(
    schedule: Schedule,
    place: Zone,
    days: Iterable[date],
    *,
    wanted: Callable[[Resource], bool],
    booked: Iterable[Booking] = (),
) -> tuple[Stay, ...]:
    """What takes the `wanted` resources on some dates: the schedule's visits, and what is `booked`.

    By resource, then by time. Cancelled appointments take nothing.
    """
    edges = [(day, midnight(day, place), midnight(day + timedelta(days=1), place)) for day in days]
    found = [
        _stay(row, of, day, place)
        for row, of in (*_of_schedule(schedule), *((row, None) for row in booked))
        if wanted(row.of)
        for day, begins, ends in edges
        if row.start < ends and begins < row.end
    ]
    return tuple(sorted(found, key=lambda one: (one.resource, one.day, one.start, one.end, one.course)))


def in_file_order(found: Iterable[Stay], order: Iterable[Resource]) -> tuple[Stay, ...]:
    """The same stays, their resources in that order."""
    places = {resource: place for place, resource in enumerate(order)}
    return tuple(sorted(found, key=lambda one: places[one.resource]))


def _of_schedule(schedule: Schedule) -> Iterator[tuple[Booking, tuple[Plan, Appointment]]]:
    for plan in schedule.plans:
        for one in plan.appointments:
            if one.status != "cancelled":
                yield from ((row, (plan, one)) for row in one.bookings)


def _stay(row: Booking, of: tuple[Plan, Appointment] | None, day: date, place: Zone) -> Stay:
    """The part of a resource's booking that falls on one day."""
    begins, ends = minute_of(row.start, day, place), minute_of(row.end, day, place)
    if of is None:
        return Stay(
            resource=row.of, day=day, start=begins, leaves=ends, end=ends, status="taken", ref=row.ref
        )
    plan, one = of
    leaves = min(row.end, max(row.start, instant(one.end)))

    def beside(type: str) -> tuple[str, ...]:
        at_once = (other for other in one.bookings if other.type == type and other.overlaps(row))
        return tuple(sorted({other.resource for other in at_once if other.of != row.of}))

    parts = [part for part in segments_of(plan.course, one) if serves(row, *part)]
    return Stay(
        resource=row.of,
        day=day,
        start=begins,
        leaves=minute_of(leaves, day, place),
        end=ends,
        session=one.session,
        kind=one.kind,
        course=plan.course.id,
        patient=plan.course.patient.id,
        segments=tuple(segment.name for _, _, segment in parts),
        role=row.role,
        rooms=beside("room"),
        staff=beside("staff"),
        status=one.status,
    )
