"""In what order are many courses planned, and verified beside one another?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime

from attrs import evolve

from kapsched.errors import (
    Fault,
    InvalidInput,
    Several,
    a_moment,
    each,
    of_type,
    optional,
    refuse,
    require_given,
    shown,
    text,
)
from kapsched.logs import info
from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Booking, Bookings, not_among
from kapsched.model.clinic import Clinic, Horizon
from kapsched.model.course import Course, Patient
from kapsched.model.plan import Plan, Refusal, Schedule
from kapsched.model.revisions import as_it_took_place
from kapsched.model.versions import transfer
from kapsched.planning.course_plan import DEFAULT_STEPS
from kapsched.planning.diary import Diary
from kapsched.planning.pinned import beside_pinned, pinned_rows
from kapsched.timeline.zones import instant, tz_version, wall
from kapsched.verification.case import judged
from kapsched.verification.checks import verify
from kapsched.verification.cost import cost_of
from kapsched.verification.report import Finding, Report
from kapsched.workflow.one_course import SOME_STEPS, find_plan


def _visits_done(courses: Iterable[Course]) -> Iterator[Booking]:
    """The time that what is done took of each patient's."""
    for course in courses:
        for session, done in course.done.items():
            yield Booking(
                type="patient",
                resource=course.patient.id,
                start=done.start,
                end=done.ended(course.planned.by_id[session]),
                ref=f"{course.id}:{session}",
            )


def _with_visits_that_go_on(courses: Iterable[Course], diary: Diary, now: datetime) -> Diary:
    """The diary in which no patient comes again before the visit that they are at has ended."""
    going_on = [row for row in _visits_done(courses) if row.end > now]
    return diary.with_bookings(add=not_among(going_on, diary.bookings)) if going_on else diary


def plan_courses(
    courses: Iterable[Course],
    diary: Diary,
    *,
    now: datetime,
    digest: str = "",
    kept: Schedule | None = None,
    steps: int = DEFAULT_STEPS,
    progress: Callable[[Course], None] | None = None,
) -> Schedule:
    """Courses planned one after another, in order of first day and then as given.

    `digest` is the clinic's, as `clinic_digest` tells it; with it one sees later whether the clinic has changed.
    The plans of `kept` stay as they are, also those of courses that are no longer given; only what is done by
    now is marked so, and their patients have the names and languages of today. A kept course whose programme is another
    today, or another version of it, goes on under that one; where that lacks sessions that are done, waived, pinned or
    planned, `InvalidInput` lists them, as of `transfer`. What people decided is what the course says today. Each course
    has beside it what its patient has booked and done in others by then. `progress` is told of each course before it
    is planned.
    """
    courses = Several(courses)
    require_given(
        courses=(courses, each(of_type(Course))),
        diary=(diary, of_type(Diary)),
        now=(now, a_moment),
        digest=(digest, text),
        kept=(kept, optional(of_type(Schedule))),
        steps=(steps, SOME_STEPS),
        progress=(progress, optional(_a_function)),
    )
    ordered = sorted(courses, key=lambda course: course.first_day)
    today = {course.id: course for course in ordered}
    plans = [] if kept is None else list(_kept(kept.plans, today, diary.clinic, now))
    refusals: list[Refusal] = []
    waiting = _waiting(ordered, plans)
    standing = [row for plan in plans for row in plan.bookings]
    diary = _with_all_that_stands(diary, standing, ordered, waiting, instant(now))
    for course in waiting:
        if progress is not None:
            progress(course)
        found = find_plan(_beside_others(course, ordered, plans), diary, now=now, steps=steps)
        # The schedule holds the others; what stood beside one is not kept twice.
        found = evolve(found, course=course)
        if isinstance(found, Plan):
            plans.append(found)
            diary = diary.book(found)
        else:
            refusals.append(found)
    info("courses: %d with a plan, %d refused", len(plans), len(refusals))
    clinic = diary.clinic
    return Schedule(
        clinic=clinic.id,
        zone=clinic.zone,
        digest=digest,
        tzdata=tz_version(),
        horizon=diary.horizon,
        now=wall(now, clinic.place),
        plans=_in_order(plans, today),
        refusals=refusals,
    )


def _with_all_that_stands(
    diary: Diary, kept: Iterable[Booking], courses: Iterable[Course], waiting: Iterable[Course], now: datetime
) -> Diary:
    """The diary with what no plan may take: kept plans, visits that go on, and pins, whoever is planned first."""
    diary = diary.with_bookings(add=not_among(kept, diary.bookings))
    diary = _with_visits_that_go_on(courses, diary, now)
    # Also where its own course is refused, what is pinned is nobody else's.
    for course in waiting:
        diary = beside_pinned(diary, course)
    return diary


def _in_order(plans: Iterable[Plan], today: Mapping[str, Course]) -> list[Plan]:
    """The plans by the first day of their courses and then as these were given, those of other courses last."""
    places = {id: place for place, id in enumerate(today)}

    def place(plan: Plan) -> tuple[date, int]:
        id = plan.course.id
        return today.get(id, plan.course).first_day, places.get(id, len(places))

    return sorted(plans, key=place)


def _a_function(value: object) -> str:
    return (
        "" if callable(value) and not isinstance(value, type) else f"a function is wanted, not {shown(value)}"
    )


def _waiting(courses: Iterable[Course], plans: Iterable[Plan]) -> list[Course]:
    planned = {plan.course.id for plan in plans}
    return [course for course in courses if course.id not in planned]


def _beside_others(course: Course, courses: Iterable[Course], plans: Iterable[Plan]) -> Course:
    """The course with all that its patient has elsewhere by today; what it says itself of those courses is older."""
    today = {one.id: one for one in courses if one.patient.id == course.patient.id and one.id != course.id}
    found = {}
    for plan in plans:
        id, patient, before = plan.course.id, plan.course.patient.id, plan.course.done
        if patient == course.patient.id and id != course.id:
            booked = (one for one in plan.elsewhere if id not in today or one.session not in before)
            found.update({(id, one.session): one for one in booked})
    for other in today.values():
        found.update({(other.id, one.session): one for one in other.elsewhere})
    known = {*today, *(id for id, _ in found)}
    return evolve(
        course, beside=[*(one for one in course.beside if one.course not in known), *found.values()]
    )


def _kept(
    plans: Iterable[Plan], today: Mapping[str, Course], clinic: Clinic, now: datetime
) -> Iterator[Plan]:
    """The plans as they stand today; what their programmes of today have lost of them is raised together."""
    faults: list[Fault] = []
    patients = {course.patient.id: course.patient for course in today.values()}
    for plan in plans:
        course = today.get(plan.course.id)
        try:
            found = _as_today(plan, course, clinic)
            patient = course.patient if course else patients.get(plan.course.patient.id)
            yield _with_done(_as_called_today(found, patient), course, now)
        except InvalidInput as error:
            faults += error.under(f"courses.{plan.course.id}").faults
    refuse(faults)


def _as_today(plan: Plan, course: Course | None, clinic: Clinic) -> Plan:
    """The plan, its appointments untouched, under today's programme and with what people have decided by today.

    Where that is something else than before, its cost is counted anew and nothing of it is proved.
    """
    if course is None:
        return plan
    moved = plan.course
    if course.programme != moved.programme:
        moved = transfer(moved, course.programme, appointments=plan.appointments)
    moved = evolve(moved, waivers=course.waivers, pins=course.pins)
    if moved == plan.course:
        return plan
    whole_plan = {one.id for one in moved.owed} <= {one.session for one in judged(plan.appointments, moved)}
    cost = cost_of(plan.appointments, moved, clinic) if whole_plan else None
    return evolve(plan, course=moved, cost=cost, proved_through="none")


def _as_called_today(plan: Plan, patient: Patient | None) -> Plan:
    """The plan under the patient's name and language of today; hours and wishes are those that it was made by."""
    before = plan.course.patient
    if patient is None or patient.id != before.id:
        return plan
    called = evolve(before, name=patient.name, language=patient.language)
    return evolve(plan, course=evolve(plan.course, patient=called))


def _with_done(plan: Plan, course: Course | None, now: datetime) -> Plan:
    """The plan, in which what the course has done by now is no longer to come, and what was recorded is known."""

    def marked(one: Appointment) -> Appointment:
        if course is None or one.status == "cancelled":
            return one
        if one.session in course.done:
            one = as_it_took_place(one, course.done[one.session], now)
        # Notes that a person wrote on a pinned appointment stay with it.
        noted = one.notes if one.session in course.pinned else ""
        return evolve(one, notes=course.notes.get(one.session, noted))

    return evolve(plan, appointments=map(marked, plan.appointments))


def verify_plans(
    schedule: Schedule,
    clinic: Clinic,
    *,
    booked: Iterable[Booking] = (),
    courses: Iterable[Course] = (),
    now: datetime | None = None,
    horizon: Horizon | None = None,
) -> tuple[tuple[Plan, Report], ...]:
    """Each plan verified beside all the others and all that is `booked`, as `verify` does.

    A plan is held against the course of its id among `courses`, if there is one, beside what the patient has in others
    today. Where it is no longer the course as it was planned, the cost stated then is not judged. Of an open phase it
    answers for the rounds that it was planned with: further ones are owed, and not planned yet. What was there already,
    and no appointment has a part in, is told in the first report that meets it.
    """
    courses, rows = Several(courses), Several(booked)
    require_given(
        schedule=(schedule, of_type(Schedule)),
        clinic=(clinic, of_type(Clinic)),
        booked=(rows, each(of_type(Booking))),
        courses=(courses, each(of_type(Course))),
        now=(now, optional(a_moment)),
        horizon=(horizon, optional(of_type(Horizon))),
    )
    today = {course.id: course for course in courses}
    rows = (*rows, *not_among(schedule.bookings, rows))
    planned = {plan.course.id for plan in schedule.plans}
    unplanned = [course for id, course in today.items() if id not in planned]
    settled = [*_visits_done(today.values()), *(row for one in unplanned for row in pinned_rows(one))]
    everything = Bookings([*rows, *not_among(settled, rows)])

    def report(plan: Plan) -> Report:
        course = today.get(plan.course.id, plan.course)
        what = plan if course == plan.course else plan.appointments
        course = _as_far_as_planned(course, plan.course)
        course = _beside_others(course, today.values(), schedule.plans)
        return verify(what, course, clinic, booked=everything, now=now, horizon=horizon)

    reports = tuple(_told_once((plan, report(plan)) for plan in schedule.plans))
    new = sum(len(one.new) for _, one in reports)
    there = sum(len(one.findings) for _, one in reports) - new
    info("plans verified: %d; findings: %d new, %d already there", len(reports), new, there)
    return reports


def _told_once(reports: Iterable[tuple[Plan, Report]]) -> Iterator[tuple[Plan, Report]]:
    """The same reports, each without what was there already and another has told."""
    told: set[Finding] = set()
    for plan, report in reports:
        findings = [one for one in report if one.new or one not in told]
        told.update(one for one in findings if not one.new)
        yield plan, evolve(report, findings=findings)


def _as_far_as_planned(course: Course, before: Course) -> Course:
    """The course with the rounds of its open phase that were planned before some of it was done."""
    same = (course.programme, course.book_ahead) == (before.programme, before.book_ahead)
    if (
        course == before
        or course.goes_on is None
        or not same
        or not course.done.keys() <= before.planned.by_id.keys()
    ):
        return course
    return course.within(before.planned)
