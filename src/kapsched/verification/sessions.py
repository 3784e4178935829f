"""Is each session planned as it should be: once, as long as its kind says, and in its time?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from attrs import evolve

from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Booking
from kapsched.timeline.zones import instant, midnight, wall
from kapsched.verification.case import Case
from kapsched.verification.report import Breach


def every_session_is_planned_once(case: Case) -> Iterator[Breach]:
    """Each owed session has one appointment; nothing that is done, unknown or another course's has any."""
    course, planned = case.course, Counter(one.session for one in case.appointments)
    for session in course.owed:
        if planned[session.id] != 1:
            times = f"{planned[session.id]} times" if planned[session.id] else "not at all"
            yield Breach(f"{session.id} is planned {times}", (session.id,))
    for one in dict.fromkeys(one.session for one in case.appointments):
        if one in course.done:
            yield Breach(f"{one} is done and planned again", (one,))
        elif one not in course.planned.by_id:
            yield Breach(f"there is no session {one!r} in {course.planned.name}", (one,))
    for appointment in case.appointments:
        one, known = appointment.session, course.planned.by_id.get(appointment.session)
        if appointment.course not in ("", course.id):
            yield Breach(f"{one} is labelled as course {appointment.course!r}'s, not {course.id!r}'s", (one,))
        if known is not None and appointment.kind != known.kind.name:
            yield Breach(f"{one} is labelled {appointment.kind!r}, not {known.kind.name!r}", (one,))


def every_visit_lasts_as_its_kind_says(case: Case) -> Iterator[Breach]:
    """From the patient's arrival to the patient's leaving are the elapsed minutes of the kind's segments."""
    for visit in case.visits:
        lasts = visit.end - visit.start
        if lasts != timedelta(minutes=visit.session.kind.minutes):
            yield Breach(
                f"{visit.id} lasts {lasts / timedelta(minutes=1):g} minutes; "
                f"its kind lasts {visit.session.kind.minutes}",
                (visit.id,),
            )


def what_is_pinned_stays(case: Case) -> Iterator[Breach]:
    """A pinned appointment is as it was pinned: its times, and all that is booked for it."""
    found = {one.session: one for one in case.appointments}
    for id, pinned in case.course.pinned.items():
        one = found.get(id, pinned)  # a session without an appointment breaks another promise
        if (instant(one.start), instant(one.end)) != (instant(pinned.start), instant(pinned.end)):
            yield Breach(f"{id} is pinned to {case.shown(pinned.start)}, not {case.shown(one.start)}", (id,))
        elif _taken(one) != _taken(pinned):
            yield Breach(f"{id} is pinned with other bookings than it has", (id,))


def _taken(one: Appointment) -> list[Booking]:
    return sorted(evolve(row, ref="") for row in one.bookings)


def starts_are_on_the_grid(case: Case) -> Iterator[Breach]:
    """Each start's wall minutes after midnight are a multiple of the clinic's grid."""
    for visit in case.visits:
        if visit.minute % case.clinic.grid or visit.local.second or visit.local.microsecond:
            begins = f"{visit.local:%H:%M:%S}"
            message = f"{visit.id} starts at {begins}, off the grid of {case.clinic.grid} minutes"
            yield Breach(message, (visit.id,))


def nothing_starts_before_its_time(case: Case) -> Iterator[Breach]:
    """No date is before the course's first day, and no start sooner after `now` than the clinic's notice."""
    after = _last_day_of_notice(case)
    for visit in case.movable:
        if visit.day < case.course.first_day:
            message = f"{visit.id} is on {visit.day}, before the first day {case.course.first_day}"
            yield Breach(message, (visit.id,))
        if case.now is not None:
            soonest = case.now + timedelta(hours=case.clinic.notice.hours)
            if visit.start < soonest:
                message = f"{visit.id} starts at {case.shown(visit.start)}, before {case.shown(soonest)}"
                yield Breach(message, (visit.id,))
            elif after is not None and visit.day <= after:
                wanted = f"{case.clinic.notice.open_days} open days after {case.shown(case.now)} come first"
                yield Breach(f"{visit.id} is on {visit.day}, but {wanted}", (visit.id,))


def _last_day_of_notice(case: Case) -> date | None:
    """The last of the open dates that must pass after today's; `date.max` where no visit lies after them."""
    left = case.clinic.notice.open_days
    if case.now is None or not left:
        return None
    day = wall(case.now, case.clinic.place).date()
    last = max((visit.day for visit in case.visits), default=day)
    while day < last:
        day += timedelta(days=1)
        left -= bool(case.clinic.open_time(day, day))
        if not left:
            return day
    return date.max


def nothing_lies_beyond_the_horizon(case: Case) -> Iterator[Breach]:
    """Each date is one of the horizon's, where a horizon is given."""
    for visit in case.movable:
        if case.horizon and not case.horizon.first_day <= visit.day <= case.horizon.last_day:
            dates = f"{case.horizon.first_day} to {case.horizon.last_day}"
            yield Breach(f"{visit.id} is on {visit.day}, outside the horizon of {dates}", (visit.id,))


def everything_ends_by_midnight(case: Case) -> Iterator[Breach]:
    """The visit and all its bookings lie on the visit's date, turnaround and tail included."""
    for visit in case.visits:
        night = midnight(visit.day + timedelta(days=1), case.clinic.place)
        if visit.end > night:
            yield Breach(f"{visit.id} ends at {case.shown(visit.end)}, after midnight", (visit.id,))
        for row in visit.bookings:
            if row.end > night and row.type != "patient":
                until = f"{case.shown(row.end)}, after midnight"
                message = f"{visit.id}: {row.type} {row.resource} is booked until {until}"
                yield Breach(message, (visit.id,), row.of)
