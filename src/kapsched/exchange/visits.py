"""What happens when on the clinic's clocks? The facts that tables write out and pictures draw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TypeAlias

from attrs import frozen

from kapsched.errors import InvalidInput
from kapsched.model.bookings import Booking
from kapsched.model.clinic import Clinic
from kapsched.model.plan import Appointment, Plan, Schedule
from kapsched.timeline.zones import instant, midnight, wall

Minute: TypeAlias = int
"""Wall minutes after midnight; 1440 is the next one."""


@frozen(kw_only=True)
class Visit:
    """One visit of a course, planned or done, on the clinic's clocks."""

    session: str
    kind: str
    day: date
    start: Minute
    end: Minute
    rooms: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    status: str


@frozen(kw_only=True)
class Stay:
    """A room taken on one day: by the patient until `leaves`, and then until `end` all the same.

    A booking that is no appointment of the schedule's has no kind and no course.
    """

    room: str
    day: date
    start: Minute
    leaves: Minute
    end: Minute
    kind: str = ""
    course: str = ""
    status: str


def minute_of(moment: datetime, day: date, clinic: Clinic) -> Minute:
    """What the clinic's clocks show, in minutes of `day`: 0 for anything before it, 1440 after it."""
    local = wall(moment, clinic.place)
    if local.date() != day:
        return 0 if local.date() < day else 24 * 60
    return local.hour * 60 + local.minute


def clock(minute: Minute) -> str:
    """The time of day, such as 09:05; the next midnight is 24:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


def visits(plan: Plan, clinic: Clinic) -> tuple[Visit, ...]:
    """Every visit of the plan and every session of its course that is done, by time."""
    return tuple(
        sorted((*_planned(plan, clinic), *_done(plan, clinic)), key=lambda one: (one.day, one.start))
    )


def _planned(plan: Plan, clinic: Clinic) -> Iterator[Visit]:
    for one in plan.appointments:
        day = wall(one.start, clinic.place).date()
        yield Visit(
            session=one.session,
            kind=one.kind,
            day=day,
            start=minute_of(one.start, day, clinic),
            end=minute_of(one.end, day, clinic),
            rooms=_ids(one.bookings, "room"),
            staff=_ids(one.bookings, "staff"),
            status=one.status,
        )


def _done(plan: Plan, clinic: Clinic) -> Iterator[Visit]:
    placed = {one.session for one in plan.appointments}
    for id, done in plan.course.done.items():
        if id not in placed:
            session = plan.course.planned.by_id[id]
            day = wall(done.start, clinic.place).date()
            yield Visit(
                session=id,
                kind=session.kind.name,
                day=day,
                start=minute_of(done.start, day, clinic),
                end=minute_of(done.ended(session), day, clinic),
                staff=tuple(sorted({person for people in done.staff.values() for person in people})),
                status="done",
            )


def _ids(bookings: Iterable[Booking], type: str) -> tuple[str, ...]:
    return tuple(sorted({row.resource for row in bookings if row.type == type}))


def stays(
    schedule: Schedule, clinic: Clinic, monday: date, booked: Iterable[Booking] = ()
) -> tuple[Stay, ...]:
    """What takes the clinic's rooms in the week from `monday`: the schedule's visits, and what is `booked`.

    By room in the order of the clinic's file, then by time. Cancelled appointments take no room.
    """
    if monday.weekday() != 0:
        raise InvalidInput(f"a week begins on a Monday; {monday} is none", path="monday")
    order = {room.id: place for place, room in enumerate(clinic.rooms)}
    days = [monday + timedelta(days=turn) for turn in range(7)]
    midnights = [midnight(day, clinic.place) for day in (*days, monday + timedelta(days=7))]
    found = [
        _stay(row, one, course, day, clinic)
        for row, one, course in (*_of_schedule(schedule), *((row, None, "") for row in booked))
        if row.type == "room" and row.resource in order
        for day, (begins, ends) in zip(days, pairwise(midnights), strict=True)
        if row.start < ends and begins < row.end
    ]
    return tuple(sorted(found, key=lambda one: (order[one.room], one.day, one.start, one.end, one.course)))


def _of_schedule(schedule: Schedule) -> Iterator[tuple[Booking, Appointment, str]]:
    for plan in schedule.plans:
        for one in plan.appointments:
            if one.status != "cancelled":
                yield from ((row, one, plan.course.id) for row in one.bookings)


def _stay(row: Booking, one: Appointment | None, course: str, day: date, clinic: Clinic) -> Stay:
    """The part of a room's booking that falls on one day."""
    leaves = row.end if one is None else min(row.end, max(row.start, instant(one.end)))
    return Stay(
        room=row.resource,
        day=day,
        start=minute_of(row.start, day, clinic),
        leaves=minute_of(leaves, day, clinic),
        end=minute_of(row.end, day, clinic),
        kind=one.kind if one else "",
        course=course,
        status=one.status if one else "taken",
    )
