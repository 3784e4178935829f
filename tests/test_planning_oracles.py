"""Does the planner find exactly what the slow planner and the solver find?"""

from __future__ import annotations

from contextlib import suppress

import pytest

from tests.oracles.clinics import pooled_case, random_case, tiny_case, tiny_pooled_case
from tests.oracles.compare import differences, planned
from tests.oracles.cpsat import cpsat_plan
from tests.oracles.placing import TooLarge
from tests.oracles.reference import Best
from tests.oracles.shares import Draw, answer, seeds, tiny_seeds

SHARDS = range(6)


@pytest.mark.parametrize("shard", SHARDS)
def test_the_planner_finds_the_plan_of_the_reference_and_the_solver_the_same_aims(shard: int) -> None:
    for seed in seeds(300)[shard :: len(SHARDS)]:
        case, best = random_case(seed), answer(seed)
        assert not list(differences(case, planned(case), best)), f"seed {seed}"
        assert cpsat_plan(case).aims == (best.aims if isinstance(best, Best) else None), f"seed {seed}"


def test_the_planner_finds_the_plan_of_the_reference_in_tiny_clinics() -> None:
    for seed in tiny_seeds(300):
        case = tiny_case(seed)
        assert not list(differences(case, planned(case), answer(seed, tiny_case))), f"seed {seed}"


@pytest.mark.parametrize("shard", SHARDS)
@pytest.mark.parametrize("draw", [pooled_case, tiny_pooled_case])
def test_the_planner_finds_the_plan_of_the_reference_where_nurses_are_a_pool(shard: int, draw: Draw) -> None:
    for seed in range(120)[shard :: len(SHARDS)]:
        with suppress(TooLarge):
            found = answer(seed, draw)
            case = draw(seed)
            assert not list(differences(case, planned(case), found)), f"seed {seed}"
