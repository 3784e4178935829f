"""Do the oracles agree with each other, and do their cases ask hard questions?"""

from __future__ import annotations

from functools import cache
from itertools import islice

import pytest

from kapsched import verify
from tests.oracles.appointments import plan_of
from tests.oracles.brute import brute_force, is_tiny
from tests.oracles.clinics import random_case, tiny_case
from tests.oracles.cpsat import cpsat_plan
from tests.oracles.reference import Best, reference_plan
from tests.oracles.shares import BINDING, answer, binds, continuity_costs, first_fit_fails, infeasible

SEEDS = range(300)


@cache
def tiny_seeds() -> tuple[int, ...]:
    return tuple(islice((seed for seed in range(400) if is_tiny(tiny_case(seed))), 60))


def test_the_reference_finds_what_trying_everything_finds() -> None:
    plans = 0
    for seed in tiny_seeds():
        case = tiny_case(seed)
        found, best = brute_force(case), reference_plan(case)
        if found is None:
            assert not isinstance(best, Best), f"seed {seed}"
        else:
            assert isinstance(best, Best), f"seed {seed}"
            assert (best.aims, best.visits) == found, f"seed {seed}"
            plans += 1
    assert 12 <= plans <= 48, "the tiny cases have lost either their plans or their refusals"


@pytest.mark.parametrize("first", range(0, 300, 50))
def test_the_reference_has_the_aims_that_the_solver_finds(first: int) -> None:
    for seed in range(first, first + 50):
        best = answer(seed)
        assert cpsat_plan(random_case(seed)).aims == (best.aims if isinstance(best, Best) else None), (
            f"seed {seed}"
        )


def test_what_the_reference_plans_verifies_clean() -> None:
    for seed in SEEDS:
        case, best = random_case(seed), answer(seed)
        if isinstance(best, Best):
            report = verify(
                plan_of(case, best),
                case.course,
                case.clinic,
                booked=case.booked,
                now=case.now,
                horizon=case.clinic.horizon,
            )
            assert not report.findings, f"seed {seed}: {report.findings}"


def test_three_cases_in_ten_have_no_plan() -> None:
    assert sum(map(infeasible, SEEDS)) >= 0.3 * len(SEEDS)


def test_three_cases_in_ten_defeat_those_who_never_look_back() -> None:
    assert sum(map(first_fit_fails, SEEDS)) >= 0.3 * len(SEEDS)


def test_three_cases_in_ten_would_be_possible_or_quicker_without_continuity() -> None:
    assert sum(map(continuity_costs, SEEDS)) >= 0.3 * len(SEEDS)


@pytest.mark.parametrize("what", BINDING)
def test_one_case_in_twenty_depends_on(what: str) -> None:
    # Counting stops as soon as there are enough, since each case is planned once more for it.
    wanted = len(SEEDS) // 20
    assert len(list(islice((seed for seed in SEEDS if binds(seed, what)), wanted))) == wanted
