"""What stays where it is? Pinned appointments, which the search meets as if they were done already."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Booking, Resource, not_among
from kapsched.model.course import Course, Done
from kapsched.model.reasons import Reason
from kapsched.planning.diary import Diary
from kapsched.timeline.zones import instant, wall


def settled(course: Course) -> Course:
    """The course with what is pinned among what is done: it binds the others, and is neither moved nor costed.

    Of an open phase it owes what it owed before.
    """
    if not course.pinned:
        return course
    done = {**course.done, **{id: _as_done(one) for id, one in course.pinned.items()}}
    return evolve(evolve(course, pins=()).within(course.planned), done=done)


def _as_done(one: Appointment) -> Done:
    roles = dict.fromkeys(row.role for row in one.bookings if row.type == "staff")
    return Done(start=one.start, end=one.end, staff={role: one.staff(role) for role in roles if role})


def beside_pinned(diary: Diary, course: Course) -> Diary:
    """The diary in which what the pinned appointments take is taken, whether it was told of them or not."""
    rows = pinned_rows(course)
    return diary.with_bookings(add=not_among(rows, diary.bookings)) if rows else diary


def pinned_rows(course: Course) -> list[Booking]:
    """All that the pinned appointments of a course take, the patient's time whether it is booked or not."""
    return [row for one in course.pinned.values() for row in _taken(one, course)]


def _taken(one: Appointment, course: Course) -> Iterator[Booking]:
    patient = Resource("patient", course.patient.id)
    yield from (evolve(row, ref=one.id) for row in one.bookings)
    if not any(row.of == patient for row in one.bookings):
        yield Booking(type="patient", resource=patient.id, start=one.start, end=one.end, ref=one.id)


def with_pinned(planned: tuple[Appointment, ...], diary: Diary, course: Course) -> tuple[Appointment, ...]:
    """What was planned and what is pinned, in programme order, on the clinic's clocks."""
    clock = diary.clinic.place
    found = {one.session: one for one in planned}
    for id, one in course.pinned.items():
        start, end = (instant(moment).astimezone(clock) for moment in (one.start, one.end))
        found[id] = evolve(one, start=start, end=end, notes=course.notes.get(id, one.notes))
    return tuple(found[session.id] for session in course.owed)


def as_reason(course: Course, diary: Diary) -> Reason:
    """That it stays is never the only reason why there is no plan, and always one of them."""
    days = {wall(one.start, diary.clinic.place).date() for one in course.pinned.values()}
    return Reason(code="pinned", ids=tuple(course.pinned), dates=sorted(days))
