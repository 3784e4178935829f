"""What holds of every plan, whatever the clinic? Laws over invented clinics, each drawn from a seed."""

from __future__ import annotations

import os
from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kapsched.exchange.documents import clinic_digest, from_document, to_document
from kapsched.model.clinic import Clinic, StaffMember
from kapsched.model.periods import RollingDays
from kapsched.model.plan import Plan, Refusal, Schedule
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Rule, Span
from kapsched.testing import (
    a_course_is_whole_or_absent,
    everything_is_within_hours,
    nothing_is_booked_twice,
)
from kapsched.timeline.recurrence import Absence
from kapsched.timeline.units import Days, Hours
from kapsched.timeline.zones import tz_version, wall
from kapsched.verification.checks import verify
from kapsched.verification.cost import cost_of
from tests.desk import python
from tests.fences import ROOT
from tests.oracles.clinics import Case, random_case
from tests.oracles.compare import planned as answer
from tests.stories import asked, closed, course_of, planned, programme, quayside, with_person

cases = st.integers(0, 10**6).map(random_case)


@settings(max_examples=40)
@given(cases)
def test_a_plan_verifies_clean_and_its_cost_is_that_of_its_appointments(case: Case) -> None:
    plan = answer(case)
    assume(isinstance(plan, Plan))
    assert isinstance(plan, Plan)
    report = verify(
        plan, case.course, case.clinic, booked=case.booked, now=case.now, horizon=case.clinic.horizon
    )
    assert report.clean, report
    assert plan.cost == cost_of(plan.appointments, case.course, case.clinic)
    assert plan.proved_through == "all"
    assert [one.session for one in plan.appointments] == [one.id for one in case.course.owed]
    nothing_is_booked_twice(plan.bookings, case.clinic, booked=case.booked)
    everything_is_within_hours(plan.bookings, case.clinic, patients=[case.course.patient])
    a_course_is_whole_or_absent(plan.bookings, case.course)


@settings(max_examples=30)
@given(cases)
def test_a_refusal_names_a_session_with_reasons_or_only_rules(case: Case) -> None:
    refusal = answer(case)
    assume(isinstance(refusal, Refusal))
    assert isinstance(refusal, Refusal)
    assert refusal.reasons
    assert all(one.endswith(".") for one in refusal.sentences())
    if refusal.session is None:
        assert {one.code for one in refusal.reasons} <= {"rule", "horizon"}
        return
    assert refusal.session in {one.id for one in case.course.owed}
    for reason in refusal.reasons:
        if reason.first is not None and refusal.first is not None:
            assert reason.last is not None
            assert refusal.last is not None
            assert refusal.first <= reason.first <= reason.last <= refusal.last


# More of everything


def with_another_room(clinic: Clinic) -> Clinic:
    """A room more of each type, last in the clinic's file."""
    firsts = {room.type: room for room in reversed(clinic.rooms)}
    more = [evolve(room, id=f"another {type}", hours=None, away=()) for type, room in firsts.items()]
    return evolve(clinic, rooms=(*clinic.rooms, *more))


def with_another_person(clinic: Clinic, place: int) -> Clinic:
    """Somebody who can do what a colleague can and is always there, last in the clinic's file."""
    one = clinic.staff[place % len(clinic.staff)]
    more = StaffMember(id="another", roles=one.roles, hours=clinic.hours, capacity=one.capacity)
    return evolve(clinic, staff=(*clinic.staff, more))


@settings(max_examples=30)
@given(cases, st.integers(-1, 5))
def test_one_more_room_or_person_never_makes_the_days_worse(case: Case, who: int) -> None:
    before = answer(case)
    assume(isinstance(before, Plan))
    assert isinstance(before, Plan)
    clinic = with_another_room(case.clinic) if who < 0 else with_another_person(case.clinic, who)
    after = answer(evolve(case, clinic=clinic))
    assert isinstance(after, Plan)
    assert before.cost is not None
    assert after.cost is not None
    assert {before.proved_through, after.proved_through} == {"all"}
    assert after.cost.days <= before.cost.days


# One rule less


DAILY = Gap(name="daily", after="talk", before="talk", at_least=Days(1), at_most=Days(1))
WEEKLY = Gap(name="weekly", after="talk", before="talk", at_least=Days(7), at_most=Days(7))
ON_LEAVE = with_person(quayside(), "tess", away=closed("2027-01-11"))

# The check that must speak, the rule that the planner is not told, what it is told besides, and where it bites.
LESS: dict[str, tuple[str, Rule, tuple[Rule, ...], Clinic]] = {
    "a gap of days": (
        "gaps_are_kept",
        Gap(name="apart", after="talk", before="talk", at_least=Days(2)),
        (),
        quayside(),
    ),
    "a gap of days at most": (
        "gaps_are_kept",
        Gap(name="near", after="talk", before="talk", at_most=Days(2)),
        (Gap(name="far", after="therapy/talk/1", before="talk", at_least=Days(1)),),
        quayside(closed=closed("2027-01-05", "2027-01-06")),
    ),
    "a gap of hours": (
        "gaps_are_kept",
        Gap(name="rest", after="talk", before="talk", at_least=Hours(24)),
        (DAILY,),
        quayside(),
    ),
    "an offset": (
        "offsets_are_kept",
        Offset(name="soon", of="therapy/talk/2", anchor="talk", earliest=Days(2), latest=Days(3)),
        (Gap(name="then", after="talk", before="talk", at_least=Days(1)),),
        quayside(),
    ),
    "at most so many a week": (
        "frequencies_are_kept",
        Frequency(name="one", of="talk", at_most=1),
        (Gap(name="then", after="talk", before="talk", at_least=Days(1)),),
        quayside(),
    ),
    "at least so many a week": (
        "frequencies_are_kept",
        Frequency(name="two", of="talk", at_least=2),
        (WEEKLY,),
        quayside(),
    ),
    "at most so many in any days": (
        "frequencies_are_kept",
        Frequency(name="rolling", of="talk", at_most=1, per=RollingDays(days=8)),
        (WEEKLY,),
        quayside(),
    ),
    "a span": (
        "spans_are_kept",
        Span(name="short", of="talk", at_most=Days(6)),
        (WEEKLY,),
        quayside(),
    ),
    "continuity": ("people_stay_the_same", Continuity(name="same", role="therapist"), (WEEKLY,), ON_LEAVE),
}


@pytest.mark.parametrize("what", LESS)
def test_a_rule_that_the_planner_is_not_told_is_found_by_the_verifier(what: str) -> None:
    check, rule, others, clinic = LESS[what]
    told = course_of(programme("talk", times=2, rules=others))
    whole = course_of(programme("talk", times=2, rules=(*others, rule)))
    plan = planned(told, clinic, days=14)
    report = verify(plan.appointments, whole, clinic)
    assert {finding.check for finding in report.findings} == {check}
    assert rule.name in report.findings[0].message
    assert verify(plan.appointments, told, clinic).clean


@pytest.mark.parametrize("what", LESS)
def test_a_rule_that_the_planner_is_told_is_kept_or_there_is_no_plan(what: str) -> None:
    _, rule, others, clinic = LESS[what]
    course = course_of(programme("talk", times=2, rules=(*others, rule)))
    found = asked(course, clinic, days=14)
    if isinstance(found, Plan):
        assert verify(found.appointments, course, clinic).clean
    else:
        # Of these the rule contradicts the others, or the days that are closed leave no room for both.
        assert what in {
            "a gap of days at most",
            "at least so many a week",
            "at most so many in any days",
            "a span",
        }


# The same again


YEAR = timedelta(weeks=52)


def later(case: Case) -> Case:
    """The same case 52 weeks on, with everything that has a date."""

    def moved(absences: tuple[Absence, ...]) -> tuple[Absence, ...]:
        return tuple(
            evolve(one, first=one.first and one.first + YEAR, last=one.last and one.last + YEAR)
            for one in absences
        )

    clinic, course = case.clinic, case.course
    ahead = course.book_ahead
    return evolve(
        case,
        clinic=evolve(
            clinic,
            horizon=evolve(clinic.horizon, first_day=clinic.horizon.first_day + YEAR),
            closed=moved(clinic.closed),
            rooms=[evolve(one, away=moved(one.away)) for one in clinic.rooms],
            staff=[evolve(one, away=moved(one.away)) for one in clinic.staff],
        ),
        course=evolve(
            course,
            first_day=course.first_day + YEAR,
            book_ahead=ahead + YEAR if isinstance(ahead, date) else ahead,
            patient=evolve(course.patient, away=moved(course.patient.away)),
            done={
                id: evolve(one, start=one.start + YEAR, end=one.end and one.end + YEAR)
                for id, one in course.done.items()
            },
        ),
        booked=tuple(evolve(row, start=row.start + YEAR, end=row.end + YEAR) for row in case.booked),
        now=case.now + YEAR,
    )


@settings(max_examples=25)
@given(cases)
def test_where_the_clocks_never_change_52_weeks_later_all_is_the_same(case: Case) -> None:
    here = evolve(case, clinic=evolve(case.clinic, zone="Asia/Kolkata"))
    now, then = answer(here), answer(later(here))
    if isinstance(now, Refusal):
        assert isinstance(then, Refusal)
        assert then.session == now.session
        assert [(one.code, one.ids) for one in then.reasons] == [(one.code, one.ids) for one in now.reasons]
        return
    assert isinstance(then, Plan)
    assert (then.cost, then.proved_through) == (now.cost, now.proved_through)
    for one, two in zip(now.appointments, then.appointments, strict=True):
        assert (two.session, two.start, two.end) == (one.session, one.start + YEAR, one.end + YEAR)
        assert two.bookings == tuple(
            evolve(row, start=row.start + YEAR, end=row.end + YEAR) for row in one.bookings
        )


PROBE = """
from hashlib import sha256
from tests.test_planning_laws import answer, random_case, schedule_of, to_document
for seed in range(0, 60, 4):
    case = random_case(seed)
    print(seed, sha256(to_document(schedule_of(case)).encode()).hexdigest())
"""


def test_the_same_input_makes_the_same_plan_in_every_process() -> None:
    found = [
        python("-c", PROBE, PYTHONHASHSEED=seed, PYTHONPATH=os.pathsep.join((str(ROOT / "src"), str(ROOT))))
        for seed in ("1", "2")
    ]
    assert found[0].stdout.count("\n") == 15, found[0].stderr
    assert found[0].stdout == found[1].stdout


# Written down


def schedule_of(case: Case) -> Schedule:
    """The schedule of that one course."""
    found, clinic = answer(case), case.clinic
    return Schedule(
        clinic=clinic.id,
        zone=clinic.zone,
        digest=clinic_digest(clinic),
        tzdata=tz_version(),
        horizon=clinic.horizon,
        now=wall(case.now, clinic.place),
        plans=[found] if isinstance(found, Plan) else [],
        refusals=[found] if isinstance(found, Refusal) else [],
    )


@settings(max_examples=20)
@given(cases)
def test_plans_and_refusals_survive_being_written_down(case: Case) -> None:
    schedule = schedule_of(case)
    text = to_document(schedule)
    again = from_document(text)
    assert again == schedule
    assert to_document(again) == text
