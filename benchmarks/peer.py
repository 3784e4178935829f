"""Who is faster, and do both say the same? CP-SAT asked of the courses that were tried, its answers asserted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import TypeVar

from attrs import frozen

from benchmarks.clinics import NOW, Filled
from benchmarks.cpsat import NO_PLAN, Dates, least_days, least_days_with_starts
from benchmarks.cpsat_people import least_aims
from benchmarks.cpsat_whole import least_aims_with_starts
from benchmarks.peer_starts import FreeTime, handed_over
from benchmarks.trial import Tried
from kapsched import Course
from kapsched.planning.course_plan import DEFAULT_STEPS
from kapsched.planning.problem import Problem
from kapsched.planning.search import Search, Steps, StepsSpent

T = TypeVar("T")


@frozen(kw_only=True)
class Peered:
    """Seconds for one course: ours and CP-SAT's, which found what we found.

    `own` has the peer's own domains of starts, computed, built and solved; `handed` has ours, given for nothing.
    `unproved` counts answers for which the time or the steps were too few; `unequalled` says that the whole vector
    was not proved by both.
    """

    ours: float
    ours_days: float
    days_own: float
    days_handed: float
    starts_own: float
    starts_handed: float
    whole: float
    whole_starts: float
    unproved: int
    unequalled: bool


def peered(trials: Sequence[Tried], filled: Filled) -> Iterator[Peered]:
    """Each course asked of the peer; its free time is made once, as our diary is."""
    free = FreeTime(filled.clinic, filled.diary.bookings)
    for one in trials:
        yield _asked(one, filled, free)


def _asked(one: Tried, filled: Filled, free: FreeTime) -> Peered:
    course, clinic = one.course, filled.clinic
    handed = handed_over(course, filled.diary, NOW, free)
    own = free.domains(course, NOW)
    assert all((own[kind] == handed[kind]).all() for kind in own), f"{course.id}: other starts"

    def dates(ours: bool) -> Dates:
        return Dates(course, clinic, handed if ours else free.domains(course, NOW))

    days_own, first = _timed(lambda: least_days(dates(False)))
    days_handed, second = _timed(lambda: least_days(dates(True)))
    starts_own, third = _timed(lambda: least_days_with_starts(dates(False)))
    starts_handed, fourth = _timed(lambda: least_days_with_starts(dates(True)))
    whole, aims = _timed(lambda: least_aims(dates(False), free.opens))
    whole_starts, more = _timed(lambda: least_aims_with_starts(dates(False), free.opens))
    assert more == aims[: len(more)] or len(aims) < 4, f"{course.id}: {aims} and {more}"
    ours_days, least = _timed(lambda: _least_days(course, filled))
    found = (first, second, third, fourth, *aims[:1], least)
    return Peered(
        ours=one.seconds,
        ours_days=ours_days,
        days_own=days_own,
        days_handed=days_handed,
        starts_own=starts_own,
        starts_handed=starts_handed,
        whole=whole,
        whole_starts=whole_starts,
        unproved=found.count(None) + sum(len(some) < 4 and some != (NO_PLAN,) for some in (aims, more)),
        unequalled=not _agree(one, found, aims),
    )


def _agree(one: Tried, days: Sequence[int | None], aims: tuple[int, ...]) -> bool:
    """Is the whole vector proved the same by both? What both proved must never differ."""
    cost = None if one.plan is None else one.plan.cost
    least, vector = (NO_PLAN, (NO_PLAN,)) if cost is None else (cost.days, cost.aims)
    proof = "all" if one.plan is None else one.plan.proved_through
    if proof != "none":
        differing = [theirs for theirs in days if theirs not in (None, least)]
        assert not differing, f"{one.course.id}: we say {least} days, others {differing}"
    if proof in ("minutes", "all"):
        assert aims == vector[: len(aims)], f"{one.course.id}: we say {vector}, CP-SAT {aims}"
        return len(aims) == len(vector)
    return False


def _least_days(course: Course, filled: Filled) -> int | None:
    """Our own search as far as the first aim."""
    problem = Problem(course, filled.diary, NOW)
    domains = problem.domains()
    if domains is None:
        return NO_PLAN
    try:
        return Search(problem, domains, Steps(DEFAULT_STEPS)).least_days()
    except StepsSpent:
        return None


def _timed(ask: Callable[[], T]) -> tuple[float, T]:
    began = perf_counter()
    found = ask()
    return perf_counter() - began, found
