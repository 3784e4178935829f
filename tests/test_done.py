"""Does what took place bind what is still to come, and is it never moved, counted or told as new itself?"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

import pytest
from attrs import evolve, frozen
from icalendar import Calendar

from kapsched.exchange.calendars.feeds import feeds
from kapsched.exchange.documents import clinic_digest
from kapsched.model.clinic import Clinic
from kapsched.model.course import Course, Done, Wishes
from kapsched.model.periods import CalendarWeek, RollingDays, TreatmentWeek
from kapsched.model.plan import Plan, Refusal
from kapsched.model.revisions import confirmed, succeeding
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Rule, Span
from kapsched.planning.diary import Diary
from kapsched.timeline.recurrence import Absence
from kapsched.timeline.units import Days, Hours, OpenDays
from kapsched.verification.checks import verify
from kapsched.workflow.many_courses import plan_courses
from kapsched.workflow.one_course import find_plan
from tests.oracles.clinics import Case, tiny_case
from tests.oracles.compare import differences
from tests.oracles.compare import planned as planned_case
from tests.oracles.reference import Stuck, reference_plan
from tests.stories import asked, course_of, dates, london, planned, programme, quayside, times, visit

NEXT = "therapy/talk/2"
FIRST = date(2027, 1, 5)
TOOK = Done(start=london("2027-01-04 10:00"), staff={"therapist": ("tom",)})


@frozen
class Bound:
    """A rule between a talk on Monday the 4th and the next, a day that keeps it and one that breaks it."""

    rule: Rule
    keeps: int
    breaks: int
    check: str


BOUND = {
    "a gap of days at least": Bound(
        Gap(name="r", after="talk", before="talk", at_least=Days(7)), 11, 8, "gaps_are_kept"
    ),
    "a gap of days at most": Bound(
        Gap(name="r", after="talk", before="talk", at_most=Days(7)), 11, 12, "gaps_are_kept"
    ),
    "a gap of open days": Bound(
        Gap(name="r", after="talk", before="talk", at_least=OpenDays(6)), 12, 11, "gaps_are_kept"
    ),
    "a gap of hours": Bound(
        Gap(name="r", after="talk", before="talk", at_least=Hours(72)), 8, 6, "gaps_are_kept"
    ),
    "a frequency of the calendar week at most": Bound(
        Frequency(name="r", of="talk", at_most=1, per=CalendarWeek()), 11, 8, "frequencies_are_kept"
    ),
    "a frequency of the calendar week at least": Bound(
        Frequency(name="r", of="talk", at_least=2, per=CalendarWeek()), 8, 11, "frequencies_are_kept"
    ),
    "a frequency of the treatment week": Bound(
        Frequency(name="r", of="talk", at_most=1, per=TreatmentWeek(anchor="therapy/talk/1")),
        11,
        8,
        "frequencies_are_kept",
    ),
    "a frequency of rolling days": Bound(
        Frequency(name="r", of="talk", at_most=1, per=RollingDays(days=10)), 14, 13, "frequencies_are_kept"
    ),
    "a span": Bound(Span(name="r", of="talk", at_most=Days(4)), 8, 11, "spans_are_kept"),
}


def free_on(*days: int) -> tuple[Absence, ...]:
    """Away on all dates from the 5th but those of January."""
    one = timedelta(days=1)
    free = [FIRST - one, *(date(2027, 1, day) for day in sorted(days))]
    between = (Absence(first=a + one, last=b - one) for a, b in pairwise(free) if b - a > one)
    return (*between, Absence(first=free[-1] + one))


def half_way(rule: Rule, *days: int, done: bool = True) -> Course:
    record = {"therapy/talk/1": TOOK} if done else {}
    what = programme("talk", times=2, rules=(rule,))
    return course_of(what, first_day=FIRST.isoformat(), done=record, away=free_on(*days))


@pytest.mark.parametrize("bound", BOUND.values(), ids=BOUND.keys())
def test_a_rule_binds_what_is_to_come_to_what_is_done(bound: Bound) -> None:
    plan = planned(half_way(bound.rule, bound.keeps, bound.breaks))
    assert [(one.session, one.start.day) for one in plan.appointments] == [(NEXT, bound.keeps)]
    refusal = asked(half_way(bound.rule, bound.breaks))
    assert isinstance(refusal, Refusal)
    assert (refusal.session, refusal.proved) in {(NEXT, True), (None, True)}


@pytest.mark.parametrize("bound", BOUND.values(), ids=BOUND.keys())
def test_an_appointment_is_judged_beside_what_is_done(bound: Bound) -> None:
    course = half_way(bound.rule, bound.keeps, bound.breaks)
    found = {}
    for day in (bound.keeps, bound.breaks):
        start = f"2027-01-{day:02} 08:00"
        one = visit(course.programme, NEXT, start, therapist="tess", therapy="oak")
        found[day] = [finding.check for finding in verify([one], course, quayside())]
    assert found == {bound.keeps: [], bound.breaks: [bound.check]}


@pytest.mark.parametrize("anchor", ["2027-01-04", "2027-01-06", "2027-01-13"])
def test_an_offset_counts_from_an_anchor_that_is_done(anchor: str) -> None:
    after = Offset(name="after", of="talk", anchor="dosing", earliest=Days(1), latest=Days(2))
    what = programme("dosing", "talk", rules=(after,))
    day = date.fromisoformat(anchor) + timedelta(days=1)
    done = {"therapy/dosing/1": Done(start=london(f"{anchor} 10:00"))}
    course = course_of(what, first_day=day.isoformat(), done=done)
    plan = planned(course)
    (talk,) = plan.appointments
    assert talk.start.date() == day
    late = visit(what, talk.session, f"{day + timedelta(days=7)} 10:00", therapist="tess", therapy="oak")
    assert [one.check for one in verify([late], course, quayside())] == ["offsets_are_kept"]


@pytest.mark.parametrize("scope", ["course", "phase", "kinds"])
def test_the_person_who_was_there_goes_on_or_nobody_does(scope: Literal["course", "phase", "kinds"]) -> None:
    same = Continuity(name="same", role="therapist", scope=scope, of="talk" if scope == "kinds" else "*")
    plan = planned(half_way(same, 5, 6))
    assert [one.staff("therapist") for one in plan.appointments] == [("tom",)]
    other = visit(plan.course.programme, NEXT, "2027-01-05 10:00", therapist="tess", therapy="oak")
    found = verify([other], plan.course, quayside())
    assert [one.check for one in found] == ["people_stay_the_same"]
    gone = evolve(quayside(), staff=[one for one in quayside().staff if one.id != "tom"])
    refusal = asked(half_way(same, 5, 6), gone)
    assert isinstance(refusal, Refusal)
    # Had nobody been there before, anybody would do.
    assert isinstance(asked(half_way(same, 5, 6, done=False), gone), Plan)


def test_a_pair_goes_on_with_the_person_of_the_anchor_that_is_done() -> None:
    pair = Continuity(name="pair", role="therapist", scope="pair")
    after = Offset(name="after", of="talk", anchor="dosing", earliest=Days(1), latest=Days(1))
    course = course_of(
        programme("dosing", "talk", rules=(after, pair)),
        done={"therapy/dosing/1": TOOK},
        first_day="2027-01-05",
    )
    assert [one.staff("therapist") for one in planned(course).appointments] == [("tom",)]


def test_what_is_under_way_is_waited_for_as_the_reference_does() -> None:
    waited = 0
    for seed in range(40):
        case = under_way(tiny_case(seed))
        if case is not None:
            best = reference_plan(case)
            assert list(differences(case, planned_case(case), best)) == [], seed
            before = evolve(case, course=evolve(case.course, done=ended_at_once(case.course)))
            other = reference_plan(before)
            waited += isinstance(best, Stuck) or isinstance(other, Stuck) or best.visits != other.visits
    assert waited >= 3


def under_way(case: Case) -> Case | None:
    """The case as it is while the last visit that is done goes on, on the first day that is open."""
    if not case.course.done:
        return None
    horizon = case.clinic.horizon
    opens = next(iter(case.clinic.open_time(horizon.first_day, horizon.last_day))).start
    id, done = list(case.course.done.items())[-1]
    record = {**case.course.done, id: evolve(done, start=opens, end=opens + timedelta(minutes=100))}
    return evolve(case, course=evolve(case.course, first_day=horizon.first_day, done=record), now=opens)


def ended_at_once(course: Course) -> dict[str, Done]:
    id, done = list(course.done.items())[-1]
    return {**course.done, id: evolve(done, end=done.start + timedelta(minutes=1))}


def broken_before(clinic: Clinic) -> Course:
    """A course of which two talks took place against every rule, in the night, on a day off and with two people."""
    rules = (
        Gap(name="apart", after="talk", before="talk", at_least=Days(7)),
        Frequency(name="weekly", of="talk", at_most=1),
        Continuity(name="same", role="therapist", hard=False),
    )
    done = {
        "therapy/talk/1": Done(start=london("2027-01-02 22:00"), staff={"therapist": ("tess",)}),
        "therapy/talk/2": Done(start=london("2027-01-02 22:30"), staff={"therapist": ("nobody here",)}),
    }
    what = programme("talk", times=4, rules=rules, target="therapy/talk/1")
    assert clinic.horizon.first_day > date(2027, 1, 2)
    return course_of(what, done=done, first_day="2027-01-04", wishes=Wishes(weekdays={0}))


def test_what_is_done_is_neither_moved_nor_booked_nor_judged_nor_counted() -> None:
    course = broken_before(quayside())
    plan = planned(course)
    assert [one.session for one in plan.appointments] == ["therapy/talk/3", "therapy/talk/4"]
    assert {row.ref for row in plan.bookings} == {one.id for one in plan.appointments}
    assert course.done == plan.course.done
    assert plan.cost is not None
    # The target took place before, and so there is no wait for it. That the people changed is what can be counted:
    # one who goes on is a further one beside the two who were there, or one of them.
    assert (plan.cost.wait, plan.cost.drift, plan.cost.wishes, plan.cost.minutes) == (0, 0, 0, 0)
    assert plan.cost.changes == 1
    assert verify(plan, course, quayside()).findings == ()


def test_what_is_done_is_in_no_calendar_as_something_new() -> None:
    clinic, course = quayside(), broken_before(quayside())
    diary = Diary(clinic)
    digest = clinic_digest(clinic)
    first = confirmed(plan_courses([course], diary, now=london("2027-01-04 08:00"), digest=digest))
    for feed in feeds(first, uid_key=b"key"):
        assert len(Calendar.from_ical(feed.content).walk("VEVENT")) == 2, feed.name
    # Once it took place, what was in the calendars stays there as it was.
    (plan,) = first.plans
    session = plan.appointments[0]
    later = evolve(course, done={**course.done, session.session: Done(start=session.start)})
    second = plan_courses([later], diary, now=session.start, digest=digest, kept=first)
    second = succeeding(second, first)
    assert [one.status for one in second.plans[0].appointments] == ["done", "confirmed"]
    entries = [
        {str(one["UID"]): one["SEQUENCE"] for one in Calendar.from_ical(feed.content).walk("VEVENT")}
        for schedule in (first, second)
        for feed in feeds(schedule, audiences=["patient"], uid_key=b"key")
    ]
    assert entries[0] == entries[1]


def test_what_is_done_takes_the_patient_s_own_time_and_nobody_else_s() -> None:
    took = Done(
        start=london("2027-01-04 10:00"), end=london("2027-01-04 17:30"), staff={"therapist": ("tess",)}
    )
    what = programme("talk", times=2)
    course = course_of(what, done={"therapy/talk/1": took}, first_day="2027-01-04")
    plan = find_plan(course, Diary(quayside()), now=took.start)
    assert isinstance(plan, Plan)
    assert dates(plan) == ["Tue 5 Jan"]
    # Had it ended after its hour, there would be time for another.
    shorter = evolve(course, done={"therapy/talk/1": evolve(took, end=None)})
    plan = find_plan(shorter, Diary(quayside()), now=took.start)
    assert isinstance(plan, Plan)
    assert (dates(plan), times(plan)) == (["Mon 4 Jan"], ["11:00"])
    # Tess was there, and is free all the same.
    assert plan.appointments[0].staff("therapist") == ("tess",)
    meanwhile = visit(what, NEXT, "2027-01-04 11:00", therapist="tess", therapy="oak")
    (finding,) = verify([meanwhile], course, quayside())
    assert (finding.check, finding.resource) == ("nothing_is_booked_twice", ("patient", "q17"))
