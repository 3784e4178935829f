"""Where does the planner put what is counted in open days, or in hours on either side of an anchor?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve

from kapsched.model.clinic import Clinic
from kapsched.model.course import Course, Done
from kapsched.model.plan import Plan
from kapsched.model.rules import Gap, Offset, Rule
from kapsched.planning.open_days import OpenDates
from kapsched.timeline.recurrence import Absence
from kapsched.timeline.units import Days, Hours, Length, OpenDays
from kapsched.verification.case import Case
from tests.stories import (
    EVERY_DAY,
    always_open,
    asked,
    closed,
    course_of,
    dates,
    london,
    planned,
    programme,
    quayside,
    refused,
    times,
    weekly,
)

EASTER = quayside(closed=closed("2027-03-26", "2027-03-29"))
NEXT_OPEN_DAY = Offset(name="next", of="talk", anchor="dosing", earliest=OpenDays(1), latest=OpenDays(1))


def dose_and_talk(rule: Rule, *others: Rule, **course: Any) -> Course:
    return course_of(programme("dosing", "talk", rules=(rule, *others)), **course)


def away_but_on(*days: str) -> tuple[Absence, ...]:
    """Everything from March to May of 2027 but these days."""
    every = (date(2027, 3, 1) + timedelta(days=n) for n in range(92))
    return tuple(Absence(first=day, last=day) for day in every if day.isoformat() not in days)


# The next open day


def test_before_easter_the_next_open_day_is_the_tuesday_after_it() -> None:
    plan = planned(dose_and_talk(NEXT_OPEN_DAY, first_day="2027-03-25"), EASTER)
    assert dates(plan) == ["Thu 25 Mar", "Tue 30 Mar"]
    assert plan.cost is not None
    assert plan.cost.days == 0


def test_a_dose_whose_next_open_day_is_not_within_72_hours_is_moved() -> None:
    rule = evolve(NEXT_OPEN_DAY, within=Hours(72))
    plan = planned(dose_and_talk(rule, first_day="2027-03-25"), EASTER)
    assert dates(plan) == ["Tue 30 Mar", "Wed 31 Mar"]
    # Over an ordinary weekend the next open day is near enough, but not at any time of it.
    over = planned(dose_and_talk(rule, first_day="2027-04-09"), EASTER)
    assert dates(over) == ["Fri 9 Apr", "Mon 12 Apr"]
    assert over.appointments[1].start - over.appointments[0].end <= timedelta(hours=72)


def test_the_next_day_before_easter_can_be_a_number_of_days_within_hours_as_well() -> None:
    rule = Offset(
        name="soon", of="talk", anchor="dosing", earliest=Days(1), latest=Days(9), within=Hours(100)
    )
    assert dates(planned(dose_and_talk(rule, first_day="2027-03-25"), EASTER)) == ["Tue 30 Mar", "Wed 31 Mar"]
    wider = evolve(rule, within=Hours(130))
    plan = planned(dose_and_talk(wider, first_day="2027-03-25"), EASTER)
    assert dates(plan) == ["Thu 25 Mar", "Tue 30 Mar"]
    assert plan.cost is not None
    assert plan.cost.drift == 4


def test_open_days_before_an_anchor_are_counted_back() -> None:
    rule = Offset(name="before", of="talk", anchor="dosing", earliest=OpenDays(-2), latest=OpenDays(-2))
    what = programme("talk", "dosing", rules=(rule,))
    plan = planned(course_of(what, first_day="2027-03-24", away=closed("2027-03-31")), EASTER)
    # Two open days before a Tuesday after Easter is the Wednesday; before the Thursday it is the Tuesday.
    assert dates(plan) == ["Wed 24 Mar", "Tue 30 Mar"]


def test_a_gap_in_open_days_passes_over_what_is_closed() -> None:
    gap = Gap(name="apart", after="talk", before="talk", at_least=OpenDays(2), at_most=OpenDays(2))
    plan = planned(course_of(programme("talk", times=3, rules=(gap,)), first_day="2027-03-24"), EASTER)
    assert dates(plan) == ["Wed 24 Mar", "Tue 30 Mar", "Thu 1 Apr"]


def test_drift_from_an_open_day_is_counted_in_calendar_days() -> None:
    rule = evolve(NEXT_OPEN_DAY, latest=OpenDays(2), ideal=OpenDays(2))
    days = away_but_on("2027-03-24", "2027-03-25")
    early = planned(dose_and_talk(rule, first_day="2027-03-24", away=days), EASTER)
    assert dates(early) == ["Wed 24 Mar", "Thu 25 Mar"]
    assert early.cost is not None
    assert early.cost.drift == 5, "the second open day after the Wednesday is the Tuesday after Easter"


def test_an_ideal_open_day_may_lie_past_the_horizon() -> None:
    rule = evolve(NEXT_OPEN_DAY, latest=OpenDays(2), ideal=OpenDays(2))
    plan = planned(dose_and_talk(rule, first_day="2027-04-15"), EASTER, days=2)
    assert dates(plan) == ["Thu 15 Apr", "Fri 16 Apr"]
    assert plan.cost is not None
    assert plan.cost.drift == 3


def test_an_anchor_that_was_done_on_a_day_that_is_closed_now_counts_from_there() -> None:
    done = {"therapy/dosing/1": Done(start=london("2027-03-27 10:00"))}
    plan = planned(dose_and_talk(NEXT_OPEN_DAY, first_day="2027-03-28", done=done), EASTER)
    assert dates(plan) == ["Tue 30 Mar"]
    assert plan.cost is not None
    assert plan.cost.drift == 0


def test_a_refusal_says_on_which_open_day_it_fails_and_by_which_rule() -> None:
    days = away_but_on("2027-03-25", "2027-03-31")
    refusal = refused(dose_and_talk(NEXT_OPEN_DAY, first_day="2027-03-22", away=days), EASTER)
    assert refusal.session == "therapy/talk/1"
    assert refusal.sentences() == ("The patient cannot come on Tue 30 Mar 2027 and Thu 1 Apr 2027.",)


def test_a_refusal_names_the_rule_whose_hours_leave_no_time_on_an_open_day() -> None:
    # On the Monday there is no time within 50 hours of the Friday.
    rule = evolve(NEXT_OPEN_DAY, within=Hours(50))
    near = away_but_on("2027-04-09", "2027-04-12")
    refusal = refused(dose_and_talk(rule, first_day="2027-04-09", away=near), EASTER)
    assert refusal.session == "therapy/talk/1"
    assert refusal.sentences() == (
        "The patient cannot come on Tue 13 Apr 2027.",
        "The sessions before it leave no room on Mon 12 Apr 2027 (rule: next).",
    )


def test_open_days_alone_are_no_contradiction_whatever_the_dates_between_them() -> None:
    # Three dates and yet one open day: so it is over a weekend.
    gap = Gap(name="three dates", after="dosing", before="talk", at_least=Days(3))
    plan = planned(dose_and_talk(NEXT_OPEN_DAY, gap, first_day="2027-04-12"), EASTER)
    assert dates(plan) == ["Fri 16 Apr", "Mon 19 Apr"]


def test_more_open_days_than_dates_are_a_contradiction() -> None:
    gap = Gap(name="two dates", after="dosing", before="talk", at_most=Days(2))
    rule = evolve(NEXT_OPEN_DAY, earliest=OpenDays(3), latest=OpenDays(4), ideal=OpenDays(3))
    refusal = refused(dose_and_talk(rule, gap), EASTER)
    assert refusal.session is None
    assert refusal.reasons[0].ids == ("next", "two dates")


# Hours


def at_ten(clinic: Clinic) -> Clinic:
    """The clinic on every day of the week, from ten for an hour, so that starts are at ten."""
    hours = weekly((600, 660), EVERY_DAY)
    return evolve(clinic, hours=hours, staff=[evolve(one, hours=hours) for one in clinic.staff])


SPRING, AUTUMN, SUMMER = "2027-03-25", "2027-10-28", "2027-06-10"


@pytest.mark.parametrize(
    ("first", "bound", "days"),
    [
        (SUMMER, {"at_least": Hours(72)}, 3),
        (SPRING, {"at_least": Hours(72)}, 4),
        (SPRING, {"at_least": Hours(71)}, 3),
        (AUTUMN, {"at_least": Hours(73)}, 3),
        (SUMMER, {"at_least": Hours(73)}, 4),
    ],
)
def test_a_least_of_72_hours_is_kept_three_days_on_unless_the_clocks_go_forward(
    first: str, bound: dict[str, Hours], days: int
) -> None:
    gap = Gap(name="apart", after="talk", before="talk", between="start-start", **bound)
    course = course_of(programme("talk", times=2, rules=(gap,)), first_day=first)
    plan = planned(course, at_ten(always_open()))
    assert times(plan) == ["10:00", "10:00"]
    assert (plan.appointments[1].start.date() - plan.appointments[0].start.date()).days == days


@pytest.mark.parametrize(("first", "possible"), [(SUMMER, True), (SPRING, True), (AUTUMN, False)])
@pytest.mark.parametrize("sort", ["gap", "offset", "within"])
def test_a_most_of_72_hours_is_kept_three_days_on_unless_the_clocks_go_back(
    first: str, possible: bool, sort: str
) -> None:
    second, day_three = "therapy/talk/2", Days(3)
    rules: dict[str, tuple[Rule, ...]] = {
        "gap": (
            Gap(name="near", after="talk", before="talk", at_most=Hours(72), between="start-start"),
            Gap(name="three", after="talk", before="talk", at_least=day_three, at_most=day_three),
        ),
        "offset": (
            offset(second, Hours(0), Hours(72)),
            Gap(name="three", after="talk", before="talk", at_least=day_three, at_most=day_three),
        ),
        "within": (evolve(offset(second, day_three, day_three), within=Hours(72)),),
    }
    course = course_of(programme("talk", times=2, rules=rules[sort]), first_day=first)
    found = asked(course, at_ten(always_open()), days=4)
    assert isinstance(found, Plan) == possible


def offset(of: str, earliest: Length, latest: Length) -> Offset:
    return Offset(
        name="beside",
        of=of,
        anchor="therapy/talk/1",
        earliest=earliest,
        latest=latest,
        between="start-start",
    )


def test_hours_before_an_anchor_run_from_the_end_of_the_session_to_its_start() -> None:
    rule = Offset(name="before", of="talk", anchor="dosing", earliest=Hours(-48), latest=Hours(-24))
    what = programme("talk", "dosing", rules=(rule,))
    plan = planned(course_of(what, first_day="2027-04-12"), EASTER)
    talk, dose = plan.appointments
    assert timedelta(hours=24) <= dose.start - talk.end <= timedelta(hours=48)
    assert dates(plan) == ["Mon 12 Apr", "Tue 13 Apr"]
    sharp = evolve(rule, earliest=Hours(-25), latest=Hours(-25))
    talk, dose = planned(course_of(evolve(what, rules=(sharp,)), first_day="2027-04-12"), EASTER).appointments
    assert dose.start - talk.end == timedelta(hours=25)


def test_hours_of_either_side_allow_both() -> None:
    rule = Offset(name="beside", of="talk", anchor="dosing", earliest=Hours(-3), latest=Hours(3))
    before = programme("dosing", "talk", rules=(rule,))
    busy_after = away_but_on("2027-04-13")
    plan = planned(course_of(before, first_day="2027-04-12", away=busy_after), EASTER)
    dose, talk = plan.appointments
    assert talk.start - dose.end <= timedelta(hours=3)
    assert dose.start - talk.end <= timedelta(hours=3)


@pytest.mark.parametrize(("end", "possible"), [("10:00", True), ("09:45", False), ("", True)])
def test_within_hours_counts_from_the_true_end_of_an_anchor_that_is_done(end: str, possible: bool) -> None:
    rule = Offset(name="soon", of="talk", anchor="dosing", earliest=Days(0), latest=Days(2), within=Hours(22))
    over = london(f"2027-04-12 {end}") if end else None
    course = dose_and_talk(
        rule,
        first_day="2027-04-13",
        done={"therapy/dosing/1": Done(start=london("2027-04-12 09:00"), end=over)},
    )
    found = asked(course, EASTER, now=london("2027-04-12 18:00"))
    assert isinstance(found, Plan) == possible
    if isinstance(found, Plan):
        assert dates(found) == ["Tue 13 Apr"]
        assert found.appointments[0].start <= london("2027-04-13 09:15")


def test_a_least_of_hours_from_what_was_done_long_ago_forbids_nothing() -> None:
    gap = Gap(name="rest", after="talk", before="talk", at_least=Hours(24))
    done = {"therapy/talk/1": Done(start=london("2024-04-12 09:00"))}
    course = course_of(programme("talk", times=2, rules=(gap,)), first_day="2027-04-12", done=done)
    assert dates(planned(course)) == ["Mon 12 Apr"]


# The numbers of dates


@pytest.mark.parametrize("count", [-7, -1, 0, 1, 5, 30])
@pytest.mark.parametrize("first", ["2027-03-20", "2027-03-26"])
def test_the_planner_counts_open_days_as_the_verifier_does(count: int, first: str) -> None:
    begin = date.fromisoformat(first)
    opened = OpenDates(EASTER, begin, 15)
    case = Case(course=dose_and_talk(NEXT_OPEN_DAY), clinic=EASTER, appointments=())
    for day in range(-80, 200, 3):
        here = begin + timedelta(days=day)
        assert case.open_date(here, count) == begin + timedelta(days=opened.ideal(day, count))
        for other in range(15):
            first_day, last = opened.span(day, count, count)
            there = case.open_days(here, begin + timedelta(days=other)) == count
            assert (first_day <= other <= last) == there, (day, other)


def test_where_a_clinic_never_opens_again_the_ideal_is_the_furthest_date_looked_at() -> None:
    shut = quayside(closed=(Absence(first=date(2027, 2, 1)),))
    opened = OpenDates(shut, date(2027, 1, 4), 60)
    case = Case(course=dose_and_talk(NEXT_OPEN_DAY), clinic=shut, appointments=())
    for day, count in ((0, 30), (30, 2), (10, -5)):
        here = date(2027, 1, 4) + timedelta(days=day)
        assert case.open_date(here, count) == date(2027, 1, 4) + timedelta(days=opened.ideal(day, count))


def test_an_ideal_past_the_horizon_makes_no_plan_seem_dearer_than_it_is() -> None:
    # The ideal of the later dose lies past the horizon, that of the earlier one far from the talk.
    rule = Offset(name="ten", of="talk", anchor="dosing", earliest=Days(1), latest=Days(10), ideal=Days(10))
    what = programme("dyad", "dosing", "talk", rules=(rule,), target="therapy/dyad/1")
    days = away_but_on("2027-04-06", "2027-04-07", "2027-04-26", "2027-04-30")
    done = {"therapy/dyad/1": Done(start=london("2027-04-01 10:00"))}
    plan = planned(course_of(what, first_day="2027-04-05", away=days, done=done), EASTER)
    assert dates(plan) == ["Mon 26 Apr", "Fri 30 Apr"]
    assert plan.cost is not None
    assert plan.cost.drift == 6
