"""What happens when on the clinic's clocks? A course's visits, as tables write them out and pictures draw them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import TypeAlias

from attrs import frozen

from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Booking
from kapsched.model.course import Course
from kapsched.model.plan import Plan, Schedule
from kapsched.model.programme import Segment
from kapsched.timeline.zones import Zone, instant, wall

Minute: TypeAlias = int
"""Wall minutes after midnight; 1440 is the next one."""


@frozen(kw_only=True)
class Part:
    """One segment of a visit: who is there, and where. `staff` holds the people by id, in order."""

    segment: str
    start: Minute
    end: Minute
    rooms: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()


@frozen(kw_only=True)
class Visit:
    """One visit of a course, planned or done, on the clinic's clocks; only a planned one has `parts`."""

    course: str
    patient: str
    session: str
    kind: str
    day: date
    start: Minute
    end: Minute
    rooms: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    status: str


def minute_of(moment: datetime, day: date, place: Zone) -> Minute:
    """What the clocks of `place` show, in minutes of `day`: 0 for anything before it, 1440 after it."""
    local = wall(moment, place)
    if local.date() != day:
        return 0 if local.date() < day else 24 * 60
    return local.hour * 60 + local.minute


def clock(minute: Minute) -> str:
    """The time of day, such as 09:05; the next midnight is 24:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


def visits(plan: Plan, place: Zone) -> tuple[Visit, ...]:
    """Every visit of the plan and every session of its course that is done, by time."""
    return tuple(sorted((*_planned(plan, place), *_done(plan, place)), key=lambda one: (one.day, one.start)))


def all_visits(schedule: Schedule, place: Zone) -> tuple[Visit, ...]:
    """The visits of every plan, by time; those that begin together stand in the order of the plans."""
    found = (visit for plan in schedule.plans for visit in visits(plan, place))
    return tuple(sorted(found, key=lambda one: (one.day, one.start)))


def _planned(plan: Plan, place: Zone) -> Iterator[Visit]:
    for one in plan.appointments:
        day = wall(one.start, place).date()
        yield Visit(
            course=plan.course.id,
            patient=plan.course.patient.id,
            session=one.session,
            kind=one.kind,
            day=day,
            start=minute_of(one.start, day, place),
            end=minute_of(one.end, day, place),
            rooms=_ids(one.bookings, "room"),
            staff=_people(one.bookings),
            parts=tuple(_parts(plan, one, day, place)),
            status=one.status,
        )


def _parts(plan: Plan, one: Appointment, day: date, place: Zone) -> Iterator[Part]:
    for start, end, segment in segments_of(plan.course, one):
        rows = [row for row in one.bookings if serves(row, start, end, segment)]
        yield Part(
            segment=segment.name,
            start=minute_of(start, day, place),
            end=minute_of(end, day, place),
            rooms=_ids(rows, "room"),
            staff=_people(rows),
        )


def segments_of(course: Course, one: Appointment) -> Iterator[tuple[datetime, datetime, Segment]]:
    """Each segment of an appointment with its first instant and the first one past it, in UTC.

    None where the appointment lasts otherwise than its kind, or is of a session that the programme lacks.
    """
    session, start = course.planned.by_id.get(one.session), instant(one.start)
    if session is None or instant(one.end) - start != timedelta(minutes=session.kind.minutes):
        return
    for minute, segment in session.kind.timed():
        begin = start + timedelta(minutes=minute)
        yield begin, begin + timedelta(minutes=segment.minutes), segment


def serves(row: Booking, start: datetime, end: datetime, segment: Segment) -> bool:
    """Is this booking for that segment, which lasts from `start` to `end`?"""
    if not (row.start <= start and end <= row.end):
        return False
    if row.type == "room":
        return segment.room is not None
    if row.type == "pool":
        return row.resource in segment.pools
    return row.type == "patient" or row.role in segment.staff


def _done(plan: Plan, place: Zone) -> Iterator[Visit]:
    placed = {one.session for one in plan.appointments}
    for id, done in plan.course.done.items():
        if id not in placed:
            session = plan.course.planned.by_id[id]
            day = wall(done.start, place).date()
            yield Visit(
                course=plan.course.id,
                patient=plan.course.patient.id,
                session=id,
                kind=session.kind.name,
                day=day,
                start=minute_of(done.start, day, place),
                end=minute_of(done.ended(session), day, place),
                staff=tuple(sorted({person for people in done.staff.values() for person in people})),
                status="done",
            )


def _ids(bookings: Iterable[Booking], type: str) -> tuple[str, ...]:
    return tuple(sorted({row.resource for row in bookings if row.type == type}))


def _people(bookings: Iterable[Booking]) -> tuple[str, ...]:
    """Whoever is neither the patient nor a room."""
    return tuple(sorted({row.resource for row in bookings if row.type not in {"patient", "room"}}))
