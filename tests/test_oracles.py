"""Do the oracles agree with each other, and do their cases ask hard questions?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from random import Random
from typing import TypeAlias

import pytest
from attrs import evolve

from kapsched import verify
from kapsched.model.clinic import Horizon
from kapsched.model.course import Course, Done
from kapsched.model.periods import CalendarWeek, Period, TreatmentWeek
from kapsched.model.rules import Frequency, Offset
from kapsched.timeline.units import Days
from tests.oracles.appointments import plan_of
from tests.oracles.brute import brute_force, is_tiny
from tests.oracles.clinics import Case, pooled_case, random_case, tiny_case, tiny_pooled_case
from tests.oracles.compare import differences, planned
from tests.oracles.cpsat import cpsat_plan
from tests.oracles.openings import gone_on
from tests.oracles.reference import Best, reference_plan
from tests.oracles.shares import (
    BINDING,
    Draw,
    answer,
    binds,
    continuity_costs,
    enough,
    first_fit_fails,
    infeasible,
    seeds,
    some_seeds,
    tiny_seeds,
)
from tests.stories import course_of, london, programme, quayside

NUMBER = 300
Cases: TypeAlias = Callable[[int], Sequence[int]]
RANDOM = pytest.param(seeds, random_case, id="random")
TINY = pytest.param(tiny_seeds, tiny_case, id="tiny")
POPULATIONS = pytest.mark.parametrize(("cases", "draw"), [RANDOM, TINY])


@pytest.mark.parametrize("first", range(0, NUMBER, 50))
def test_in_tiny_clinics_the_reference_finds_what_trying_everything_finds(first: int) -> None:
    for seed in tiny_seeds(NUMBER)[first : first + 50]:
        best = answer(seed, tiny_case)
        assert brute_force(tiny_case(seed)) == (
            (best.aims, best.visits) if isinstance(best, Best) else None
        ), f"seed {seed}"


@pytest.mark.parametrize("weeks", [CalendarWeek(), TreatmentWeek(anchor="therapy/talk/2")])
def test_an_empty_week_between_two_that_are_begun_is_past_and_binds_nothing(weeks: Period) -> None:
    # The second was put off by a week. Of the week between nothing can be asked any more.
    pace = Frequency(name="two a week", of="talk", at_least=2, per=weeks)
    done = {
        f"therapy/talk/{number}": Done(start=london(f"{day} 09:00"))
        for number, day in ((1, "2027-01-05"), (2, "2027-01-18"))
    }
    course = course_of(
        programme("talk", times=3, rules=(pace,), target="therapy/talk/3"), first_day="2027-01-19", done=done
    )
    assert all_find(course) == [date(2027, 1, 19)]


def test_an_offset_from_its_own_kind_binds_the_first_to_nothing() -> None:
    next_day = Offset(name="the next day", of="talk", anchor="talk", earliest=Days(1), latest=Days(1))
    assert all_find(course_of(programme("talk", times=2, rules=(next_day,)), first_day="2027-01-19")) == [
        date(2027, 1, 19),
        date(2027, 1, 20),
    ]


def all_find(course: Course) -> list[date]:
    """The dates that reference, brute force, solver and planner all find at quayside within a week."""
    clinic = quayside(horizon=Horizon(first_day=course.first_day, days=6), grid=60)
    now = london(f"{course.first_day} 00:00")
    case = Case(seed=0, family="story", clinic=clinic, course=course, booked=(), now=now)
    best = reference_plan(case)
    assert isinstance(best, Best), best
    assert list(differences(case, planned(case), best)) == []
    assert brute_force(case) == (best.aims, best.visits)
    assert cpsat_plan(case).aims == best.aims
    return [date.fromordinal(one.day) for one in best.visits]


def test_the_plans_of_the_reference_verify_clean() -> None:
    for seed in seeds(NUMBER):
        case, best = random_case(seed), answer(seed)
        if isinstance(best, Best):
            plan, horizon = plan_of(case, best), case.clinic.horizon
            report = verify(plan, case.course, case.clinic, booked=case.booked, now=case.now, horizon=horizon)
            assert report.clean, f"seed {seed}: {report}"


def test_even_tiny_cases_have_four_sessions_and_resources_two_roles_and_a_fortnight() -> None:
    for seed in tiny_seeds(NUMBER):
        case = tiny_case(seed)
        assert len(case.course.owed) >= 4
        assert len(case.clinic.by_resource) >= 4
        assert len({role for one in case.course.owed for role in one.kind.roles()}) >= 2
        assert case.clinic.horizon.days >= 14


def test_an_open_phase_is_planned_just_as_far_as_a_count_or_a_date_says() -> None:
    said: list[object] = []
    for seed in range(NUMBER):
        course = random_case(seed).course
        closed = evolve(course, programme=course.planned, book_ahead=None)
        again = gone_on(Random(seed), closed)  # noqa: S311  # a seed makes a case, not a secret
        assert again.planned == closed.programme, f"seed {seed}"
        said.append(again.book_ahead or again.goes_on)
    assert sum(isinstance(one, date) for one in said) > NUMBER / 10
    assert sum(isinstance(one, int) for one in said) > 3


@POPULATIONS
def test_three_cases_in_ten_have_no_plan(cases: Cases, draw: Draw) -> None:
    assert enough(cases(NUMBER), 0.3, lambda seed: infeasible(seed, draw))


@POPULATIONS
def test_three_cases_in_ten_defeat_those_who_never_look_back(cases: Cases, draw: Draw) -> None:
    assert enough(cases(NUMBER), 0.3, lambda seed: first_fit_fails(seed, draw))


@POPULATIONS
def test_keeping_to_people_costs_days_or_the_plan_in_three_cases_in_ten(cases: Cases, draw: Draw) -> None:
    assert enough(cases(NUMBER), 0.3, lambda seed: continuity_costs(seed, draw))


@pytest.mark.parametrize("what", BINDING)
@POPULATIONS
def test_each_rule_and_each_kind_of_resource_binds_in_one_case_of_twenty(
    cases: Cases, draw: Draw, what: str
) -> None:
    assert enough(cases(NUMBER), 0.05, lambda seed: binds(seed, what, draw))


POOLED = 90
POOLS = pytest.mark.parametrize("draw", [pooled_case, tiny_pooled_case])


def test_where_nurses_are_a_pool_the_reference_finds_what_trying_everything_finds() -> None:
    tiny = [
        seed for seed in some_seeds(tiny_pooled_case, POOLED) if is_tiny(tiny_pooled_case(seed), most=60_000)
    ]
    assert len(tiny) >= POOLED // 3
    for seed in tiny:
        best = answer(seed, tiny_pooled_case)
        assert brute_force(tiny_pooled_case(seed)) == (
            (best.aims, best.visits) if isinstance(best, Best) else None
        ), f"seed {seed}"


def test_where_nurses_are_a_pool_the_reference_has_the_aims_of_the_solver_and_is_verified() -> None:
    for seed in some_seeds(pooled_case, POOLED):
        case, best = pooled_case(seed), answer(seed, pooled_case)
        assert cpsat_plan(case).aims == (best.aims if isinstance(best, Best) else None), f"seed {seed}"
        if isinstance(best, Best):
            plan, horizon = plan_of(case, best), case.clinic.horizon
            report = verify(plan, case.course, case.clinic, booked=case.booked, now=case.now, horizon=horizon)
            assert report.clean, f"seed {seed}: {report}"


@POOLS
def test_pooled_cases_ask_questions_as_hard_as_the_others(draw: Draw) -> None:
    cases = some_seeds(draw, POOLED)
    assert enough(cases, 0.3, lambda seed: infeasible(seed, draw))
    assert enough(cases, 0.3, lambda seed: first_fit_fails(seed, draw))


@POOLS
def test_a_pool_binds_in_one_case_of_six_that_have_one(draw: Draw) -> None:
    assert enough(some_seeds(draw, POOLED), 1 / 6, lambda seed: binds(seed, "pool", draw))
