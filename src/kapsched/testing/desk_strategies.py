"""What lies on a desk? A clinic, its bookings, and courses for which there are plans, or certainly none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from attrs import evolve, frozen
from hypothesis import reject
from hypothesis import strategies as st

from kapsched.model.bookings import Booking, Bookings, ResourceType
from kapsched.model.clinic import Clinic, Horizon
from kapsched.model.course import Course, Patient
from kapsched.model.plan import Plan
from kapsched.testing.booking_strategies import rows_beside
from kapsched.testing.clinic_strategies import among, clinics, easier, frame_of
from kapsched.testing.course_strategies import courses, some_patient
from kapsched.testing.witness_strategies import some_moment, some_run
from kapsched.timeline.recurrence import Absence, absent
from kapsched.timeline.zones import at, instant, wall
from kapsched.verification.checks import verify


@frozen(kw_only=True)
class Desk:
    """What a booking program is given: `courses` to book in `clinic` beside its `bookings`, the time being `now`.

    `witness` holds a plan for each of the courses, which can all be booked together; it is None where none is known.
    """

    clinic: Clinic
    bookings: tuple[Booking, ...]
    courses: tuple[Course, ...]
    now: datetime
    witness: tuple[Plan, ...] | None = None


@st.composite
def desks(
    draw: st.DrawFn, feasible: bool | None = None, *, clinic: Clinic | None = None, most_courses: int = 2
) -> Desk:
    """Desks in `clinic`, or in any that is drawn; what is booked may lie off the grid, and overlap.

    Where `feasible`, all courses can be booked together and there is a witness of it. Where it is False, there is one
    course, which cannot be booked although all its sessions but one have a place; for that somebody may be away, or a
    room taken, for longer than in the clinic given. By default there are desks of both sorts, and others of which
    nobody knows.
    """
    fixed, there = clinic is not None, draw(clinics()) if clinic is None else clinic
    if feasible is None:
        feasible = draw(among(None, True, False))
    if feasible is None:
        return _unknown(draw, there, most_courses)
    if feasible:
        return _feasible(draw, there, most_courses, fixed=fixed)
    return _a_date_short(draw, there, fixed=fixed)


def _unknown(draw: st.DrawFn, clinic: Clinic, most_courses: int) -> Desk:
    asked = [draw(courses(clinic, number=n)) for n in range(1, draw(among(*range(1, most_courses + 1))) + 1)]
    begins, opens = clinic.horizon.first_day, frame_of(clinic).opens
    now = at(begins + timedelta(days=draw(among(-1, 0, 2))), opens, clinic.place)
    rows = rows_beside(draw, clinic, asked, Bookings())
    return Desk(clinic=clinic, bookings=rows, courses=tuple(asked), now=now)


def _feasible(
    draw: st.DrawFn, clinic: Clinic, most_courses: int, *, fixed: bool, apart: bool = False
) -> Desk:
    run = some_run(draw, clinic, some_patient(draw, clinic, "q1"), apart=apart)
    if run is None and not fixed:
        clinic = easier(clinic)
        run = some_run(draw, clinic, Patient(id="q1"), apart=apart)
    if run is None:
        return reject()
    runs = [run]
    for number in range(2, draw(among(*range(1, most_courses + 1))) + 1):
        taken = [row for run in runs for visit in run.visits for row in visit.rows]
        run = some_run(draw, clinic, some_patient(draw, clinic, f"q{number}"), taken, apart=apart)
        runs += [] if run is None else [run]
    now = some_moment(draw, clinic, runs)
    asked, plans = [], []
    for number, run in enumerate(runs, 1):
        first = min(wall(visit.start, clinic.place).date() for visit in run.visits if visit.end > now)
        early = (first - clinic.horizon.first_day).days
        first_day = first - timedelta(days=draw(among(*range(min(early, 3) + 1))))
        asked.append(run.course(number, first_day, now))
        plans.append(run.plan(asked[-1], clinic))
    rows = Bookings(row for plan in plans for row in plan.bookings)
    desk = Desk(
        clinic=clinic,
        bookings=rows_beside(draw, clinic, asked, rows),
        courses=tuple(asked),
        now=now,
        witness=tuple(plans),
    )
    _require_true(desk)
    return desk


def _require_true(desk: Desk) -> None:
    """No witness is handed out that is not one."""
    plans = desk.witness or ()
    everything = [*desk.bookings, *(row for plan in plans for row in plan.bookings)]
    for plan in plans:
        report = verify(
            plan, plan.course, desk.clinic, booked=everything, now=desk.now, horizon=desk.clinic.horizon
        )
        assert report.clean, f"kapsched.testing made a witness that breaks a promise:\n{report}"


def _a_date_short(draw: st.DrawFn, clinic: Clinic, *, fixed: bool) -> Desk:
    """A course whose sessions want a date each, and one date fewer on which all can be had that they want."""
    desk = _feasible(draw, clinic, 1, fixed=fixed, apart=True)
    (plan,) = desk.witness or ()
    visits = sorted(plan.appointments, key=lambda one: instant(one.start))
    scarce = draw(among(*dict.fromkeys(_wanted(row, clinic) for row in visits[-1].bookings)))
    dates = [one.start.date() for one in visits if scarce in {_wanted(row, clinic) for row in one.bookings}]
    return evolve(_without(desk, scarce, _others(dates[:-1], clinic.horizon)), witness=None)


def _wanted(row: Booking, clinic: Clinic) -> tuple[ResourceType, str]:
    """What a row answers: a role, a type of room, or the patient."""
    if row.type == "room":
        return row.type, clinic.rooms[[one.id for one in clinic.rooms].index(row.resource)].type
    if row.type == "pool":
        return "staff", row.resource  # it is there as long as somebody of the role is
    return row.type, row.role


def _others(dates: Sequence[date], horizon: Horizon) -> list[Absence]:
    """Every stretch of the horizon between some dates, which are in order."""
    one = timedelta(days=1)
    edges = [horizon.first_day - one, *dates, horizon.last_day + one]
    return [
        Absence(first=before + one, last=after - one)
        for before, after in pairwise(edges)
        if after - before > one
    ]


def _without(desk: Desk, scarce: tuple[ResourceType, str], away: Sequence[Absence]) -> Desk:
    """The desk where nobody of a role is there, no room of a type free, or the patient away."""
    clinic, (course,), (type, what) = desk.clinic, desk.courses, scarce
    if type == "patient":
        patient = evolve(course.patient, away=[*course.patient.away, *away])
        return evolve(desk, courses=(evolve(course, patient=patient),))
    if type == "staff":
        staff = [evolve(one, away=[*one.away, *away]) if what in one.roles else one for one in clinic.staff]
        return evolve(desk, clinic=evolve(clinic, staff=staff))
    shut = absent(away, clinic.horizon.first_day, clinic.horizon.last_day, clinic.place)
    rows = [
        Booking(type=type, resource=room.id, start=one.start, end=one.end, ref="elsewhere")
        for room in clinic.rooms_of(what)
        for one in shut
    ]
    return evolve(desk, bookings=(*desk.bookings, *rows))
