"""Do planner, reference, solver and brute force count alike what stands beside a course?"""

from __future__ import annotations

from functools import cache

import pytest
from attrs import evolve

from kapsched import Plan, verify
from tests.oracles.brute import brute_force, is_tiny
from tests.oracles.clinics import Case, shared_case, tiny_shared_case
from tests.oracles.compare import differences, planned
from tests.oracles.cpsat import cpsat_plan
from tests.oracles.reference import Best
from tests.oracles.shares import Draw, answer

NUMBER = 60


def alone(case: Case) -> Case:
    """The same case of a patient who is in no other course."""
    return evolve(case, course=evolve(case.course, beside=()))


@cache
def decided(draw: Draw) -> tuple[int, ...]:
    """The seeds in which what stands beside the course decides whether there is a plan, or which."""
    found = []
    for seed in range(NUMBER):
        with_others, without = planned(draw(seed)), planned(alone(draw(seed)))
        if isinstance(with_others, Plan) and isinstance(without, Plan):
            differ = with_others.appointments != without.appointments
        else:
            differ = with_others != evolve(without, course=with_others.course)
        found += [seed] if differ else []
    return tuple(found)


@pytest.mark.parametrize("draw", [shared_case, tiny_shared_case])
def test_what_stands_beside_a_course_decides_one_case_in_five(draw: Draw) -> None:
    assert len(decided(draw)) >= NUMBER / 5


def test_beside_other_courses_the_planner_finds_what_the_reference_and_the_solver_find() -> None:
    for seed in (*decided(shared_case)[:9], *range(2)):
        case, best = shared_case(seed), answer(seed, shared_case)
        plan = planned(case)
        assert not list(differences(case, plan, best)), f"seed {seed}"
        assert cpsat_plan(case).aims == (best.aims if isinstance(best, Best) else None), f"seed {seed}"
        if isinstance(plan, Plan):
            freed = verify(plan, alone(case).course, case.clinic, booked=case.booked, now=case.now)
            assert freed.clean, f"seed {seed}"


def test_beside_other_courses_the_planner_and_the_reference_find_what_trying_everything_finds() -> None:
    tiny = [seed for seed in range(NUMBER) if is_tiny(tiny_shared_case(seed), most=20_000)]
    assert len(set(tiny) & set(decided(tiny_shared_case))) >= 5
    for seed in tiny:
        case, best = tiny_shared_case(seed), answer(seed, tiny_shared_case)
        assert not list(differences(case, planned(case), best)), f"seed {seed}"
        assert brute_force(case) == ((best.aims, best.visits) if isinstance(best, Best) else None), (
            f"seed {seed}"
        )
