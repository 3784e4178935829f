"""Is the bound of what lies out of reach the least that any such day costs?"""

from __future__ import annotations

from random import Random

from kapsched.planning.closure import NEVER, between
from kapsched.planning.diary import Diary
from kapsched.planning.grid import bits
from kapsched.planning.problem import Problem
from kapsched.planning.search import Search, Steps
from kapsched.timeline.zones import instant
from tests.oracles.clinics import random_case
from tests.oracles.compare import differences, planned
from tests.oracles.reference import reference_plan


def searched(seed: int) -> Search | None:
    case = random_case(seed)
    problem = Problem(case.course, Diary(case.clinic, case.clinic.horizon, case.booked), instant(case.now))
    domains = None if problem.rules.contradictory else problem.domains()
    return None if domains is None else Search(problem, domains, Steps(10**9))


def least_beyond(search: Search, place: int, most: int) -> int:
    """The least cost of any day of a session that costs more than `most` in wait alone or in one drift."""
    reach, ties = search.whole.reach, search.whole.ties
    first, last = reach.between(place)
    costs = [NEVER]
    for day in bits(search.domains[place]):
        waits = [day - ties.first_day] if place == ties.target else []
        drifts = [
            abs(day - one.ideal - (one.done if one.other is None else reach.day[one.other]))
            for one in ties.drifts[place]
        ]
        drifts += [tie.cost(other, reach.day[other], day) for other, tie in ties.opened[place]]
        if first <= day <= last and max([0, *waits, *drifts]) > most:
            costs.append(sum(waits) + sum(drifts))
    return min(costs)


def test_what_lies_out_of_reach_costs_the_least_of_any_such_day() -> None:
    tried = 0
    for seed in (*range(60), 182, 986):
        search = searched(seed)
        if search is None or not search.possible:
            continue
        reach, position, dice = search.whole.reach, search.core.position, Random(seed)  # noqa: S311  # dates, no secrets
        for place in search.whole.ties.order * 30:
            for most in range(5):
                expected = least_beyond(search, place, most)
                assert reach.beyond(place, most) == expected, f"seed {seed}"
                tried += expected < NEVER
            # The bound is asked for wherever the search may stand; now and then where it could not.
            within = search.domains[place] & between(*reach.between(place))
            position.day[place] = dice.choice(list(bits(within or search.domains[place])))
    assert tried > 2000


def test_a_session_that_a_span_keeps_before_its_ideal_is_not_thought_dearer_than_it_is() -> None:
    # Of plans with equal days the one that begins first must win; the bound once hid it.
    case = random_case(986)
    assert not list(differences(case, planned(case), reference_plan(case)))


def test_a_single_start_that_is_left_by_hours_from_a_done_session_is_no_contradiction_of_rules() -> None:
    # 24 hours after a session done at a quarter past: starts at full hours, once taken for enough, left no date.
    case = random_case(2535)
    assert not list(differences(case, planned(case), reference_plan(case)))
