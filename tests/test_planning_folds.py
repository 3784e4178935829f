"""Does a folded session cost its anchor what trying each of its dates would cost?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from kapsched.exchange.documents import load_preset
from kapsched.model.course import Patient, enrol
from kapsched.model.rules import Gap
from kapsched.planning.closure import NEVER
from kapsched.planning.course_plan import DEFAULT_STEPS
from kapsched.planning.diary import Diary
from kapsched.planning.folds import Folds, allowed_by
from kapsched.planning.grid import bits
from kapsched.planning.hour_days import HourDays
from kapsched.planning.problem import Problem
from kapsched.planning.search import IMPOSSIBLE, Search, Steps
from kapsched.planning.ties import Ties
from kapsched.timeline.units import Hours
from kapsched.timeline.zones import instant
from tests.oracles.clinics import Case, random_case
from tests.stories import course_of, london, programme, quayside, taken


def folded(case: Case) -> Folds | None:
    diary = Diary(case.clinic, case.clinic.horizon, case.booked)
    problem = Problem(case.course, diary, instant(case.now))
    domains = None if problem.rules.contradictory else problem.domains()
    return None if domains is None else Folds(problem, domains, Ties(problem, domains, problem.order))


def least(folds: Folds, leaf: int, day: int, people: dict[int, frozenset[str]]) -> int:
    """The least that a session and all that is folded into it cost, by trying every date and all people."""
    problem, anchor, costs = folds.problem, folds.anchor[leaf], [NEVER]
    free = [
        n for n, one in enumerate(problem.people) if one.group.hard and leaf in one.places and n not in people
    ]
    for sets in product(*(problem.people[n].choices(0) for n in free)):
        chosen = {**people, **dict(zip(free, sets, strict=True))}
        mine = {n: some for n, some in chosen.items() if leaf in problem.people[n].places}
        for other in bits(folds.domains[leaf] & problem.days(leaf, allowed_by(problem, mine))):
            open_days = in_open_days(folds, anchor, leaf, day, other)
            if open_days < NEVER and all(
                low <= other - day <= high for low, high in edges(folds, anchor, leaf)
            ):
                drift = open_days + sum(abs(other - day - ideal) for ideal in ideals(folds, anchor, leaf))
                tail = sum(least(folds, one, other, chosen) for one in folds.leaves[leaf])
                costs.append(drift + tail)
    return min(costs)


def edges(folds: Folds, anchor: int, leaf: int) -> Iterator[tuple[int, int]]:
    for a, b, low, high in folds.problem.outline.between:
        if (a, b) == (anchor, leaf):
            yield low, high
        if (b, a) == (anchor, leaf):
            yield -high, -low


def in_open_days(folds: Folds, anchor: int, leaf: int, day: int, other: int) -> int:
    """What the rules in open days cost with the two on these days; `NEVER` where one is broken."""
    clinic, cost = folds.problem.diary.clinic, 0
    dates = [folds.problem.grid.date(n) for n in range(-60, folds.problem.grid.days + 60)]
    opens = [n for n, date in enumerate(dates, -60) if clinic.open_time(date, date)]
    for edge in folds.problem.outline.open_days:
        ends = [folds.problem.outline.place.get(one) for one in (edge.earlier, edge.later)]
        if set(ends) == {anchor, leaf}:
            first, last = (day, other) if ends[0] == anchor else (other, day)
            numbers = [sum(one <= at for one in opens) for at in (first, last)]
            if not edge.least <= numbers[1] - numbers[0] <= edge.most:
                return NEVER
            cost += 0 if edge.ideal is None else abs(last - opens[numbers[0] + edge.ideal - 1])
    return cost


def ideals(folds: Folds, anchor: int, leaf: int) -> Iterator[int]:
    for one, other, sign in ((leaf, anchor, 1), (anchor, leaf, -1)):
        found = folds.problem.ideal(one)
        if found is not None and found[0] == other:
            yield sign * found[2]


def test_a_folded_session_costs_what_the_best_of_its_dates_costs() -> None:
    tried = across = 0
    for seed in range(220):
        folds = folded(random_case(seed))
        for leaf, anchor in (folds.anchor if folds else {}).items():
            assert folds is not None
            shared = [
                n
                for n, one in enumerate(folds.problem.people)
                if one.group.hard and {leaf, anchor} <= set(one.places)
            ]
            for sets in product(*(folds.problem.people[n].choices(0) for n in shared)):
                people = dict(zip(shared, sets, strict=True))
                for day in range(folds.problem.grid.days):
                    found = folds.cost(leaf, day, people)
                    assert min(found, NEVER) == min(least(folds, leaf, day, people), NEVER), (
                        f"seed {seed}, {folds.problem.sessions[leaf].id} on day {day}"
                    )
                tried += 1
                across += any({leaf, anchor} == {one.earlier, one.later} for one in folds.problem.open_ties)
    assert tried > 100, "hardly any session is folded"
    assert across > 10, "hardly any session is folded across open days"


@pytest.fixture
def twice_weekly() -> Folds:
    course = enrol(
        load_preset("kap-twice-weekly@1"),
        Patient(id="q17"),
        id="c1",
        first_day=london("2027-01-11 00:00").date(),
    )
    problem = Problem(course, Diary(quayside()), london("2027-01-04 09:00"))
    domains = [(1 << problem.grid.days) - 1 for _ in problem.sessions]
    return Folds(problem, domains, Ties(problem, domains, problem.order))


def test_integrations_are_folded_and_doses_whose_weeks_are_counted_are_not(twice_weekly: Folds) -> None:
    names = [one.id for one in twice_weekly.problem.sessions]
    assert all("integration" in names[leaf] for leaf in twice_weekly.anchor)
    assert sum("integration" in name for name in names) == len(twice_weekly.anchor)
    assert [names[place] for place in twice_weekly.order][:2] == [
        "induction/dosing/1",
        "induction/integration/1",
    ]


def test_looking_away_from_starts_never_says_more_than_a_plan_costs() -> None:
    tried = less = 0
    for seed in range(120):
        case = random_case(seed)
        problem = Problem(
            case.course, Diary(case.clinic, case.clinic.horizon, case.booked), instant(case.now)
        )
        domains = None if problem.rules.contradictory else problem.domains()
        if domains is None:
            continue
        search = Search(problem, domains, Steps(DEFAULT_STEPS))
        days = search.least_days()
        if search.exact or days >= IMPOSSIBLE:
            continue
        budget = search.rest[0]
        while (found := search.bound(0, budget)) > budget:
            budget = found
        assert budget <= days, f"seed {seed}"
        tried, less = tried + 1, less + (budget < days)
    assert tried > 20
    assert less < tried / 2, "the bound is hardly ever what a plan costs"


@pytest.mark.parametrize(("low", "high"), [(18, 20), (14, 16), (20, 30), (10, 18)])
def test_a_window_of_hours_is_looked_up_in_the_starts_of_both_dates(low: int, high: int) -> None:
    soon = Gap(name="soon", after="dosing", before="talk", at_least=Hours(low), at_most=Hours(high))
    what = programme("dosing", "talk", rules=(soon,))
    visit = what.by_id["therapy/dosing/1"].kind.minutes
    # Each day the therapists are free from another time on, and on some days late or not at all.
    mornings = [(f"2027-01-{4 + n:02}", 9 + n * 7 % 10) for n in range(26)]
    booked = [
        taken("staff", who, f"{day} 08:00", f"{day} {until:02}:00")
        for day, until in mornings
        for who in ("tess", "tom")
    ]
    problem = Problem(course_of(what), Diary(quayside(), booked=booked), instant(london("2027-01-04 07:00")))
    hours = HourDays(problem)
    assert hours.bind(0, 1)
    kept = hours.kept(0, 1, 1, ())
    for day in range(problem.grid.days - 1):
        begin = [set(problem.day_starts(place, (), day + place)) for place in (0, 1)]
        step = problem.grid.step
        any_start = any(
            low * 60 + visit <= (late - early) * step <= high * 60 + visit
            for early in begin[0]
            for late in begin[1]
        )
        assert bool(kept >> day & 1) == any_start, day
    assert 0 < kept.bit_count() < problem.grid.days
