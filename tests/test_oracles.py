"""Do the oracles agree with each other, and do their cases ask hard questions?"""

from __future__ import annotations

from functools import cache
from itertools import islice

import pytest

from tests.oracles.brute import brute_force, is_tiny
from tests.oracles.clinics import random_case, tiny_case
from tests.oracles.cpsat import cpsat_plan
from tests.oracles.reference import Best, reference_plan
from tests.oracles.shares import answer, first_fit_fails, infeasible, seeds

NUMBER = 300


@cache
def tiny_seeds() -> tuple[int, ...]:
    return tuple(islice((seed for seed in range(400) if is_tiny(tiny_case(seed))), 50))


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
    assert 10 <= plans <= 40, "the tiny cases have lost either their plans or their refusals"


@pytest.mark.parametrize("first", range(0, 300, 50))
def test_the_reference_has_the_aims_that_the_solver_finds(first: int) -> None:
    for seed in seeds(NUMBER)[first : first + 50]:
        best = answer(seed)
        assert cpsat_plan(random_case(seed)).aims == (best.aims if isinstance(best, Best) else None), (
            f"seed {seed}"
        )


def test_three_cases_in_ten_have_no_plan() -> None:
    assert sum(map(infeasible, seeds(NUMBER))) >= 0.3 * NUMBER


def test_three_cases_in_ten_defeat_those_who_never_look_back() -> None:
    assert sum(map(first_fit_fails, seeds(NUMBER))) >= 0.3 * NUMBER
