"""Do the cases ask hard questions? What each rule and each kind of resource changes by its absence."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import count, islice
from typing import TypeAlias

from attrs import evolve

from kapsched.model.periods import TreatmentWeek
from kapsched.model.programme import Programme, Segment
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Rule, Span
from kapsched.timeline.units import Days, Hours, Length, OpenDays
from tests.oracles.brute import is_tiny
from tests.oracles.clinics import (
    Case,
    pooled_case,
    random_case,
    shared_case,
    tiny_case,
    tiny_pooled_case,
    tiny_shared_case,
)
from tests.oracles.firstfit import first_fit
from tests.oracles.placing import TooLarge
from tests.oracles.reference import Best, Reference, Stuck, reference_plan

Draw: TypeAlias = Callable[[int], Case]


@cache
def answer(seed: int, draw: Draw = random_case) -> Best | Stuck:
    """What the reference says of that case."""
    return reference_plan(draw(seed))


@cache
def seeds(number: int) -> tuple[int, ...]:
    """The first so many seeds whose cases the reference can finish; all but a few can.

    Half of the cases have no plan. That is one question of many, so of those four in five are kept.
    """
    found: list[int] = []
    without = 0
    for seed in count():
        try:
            stuck = infeasible(seed)
        except TooLarge:
            continue
        without += stuck
        if stuck and without % 5 == 2:
            continue
        found.append(seed)
        if len(found) == number:
            break
    return tuple(found)


@cache
def tiny_seeds(number: int) -> tuple[int, ...]:
    """The first so many seeds whose cases are tiny enough to try everything.

    Eight tiny cases in ten have no plan. That is one question of many, so of those one in six is kept.
    """
    found: list[int] = []
    without = 0
    for seed in filter(lambda seed: is_tiny(tiny_case(seed)), count()):
        if infeasible(seed, tiny_case):
            without += seed % 2 == 0
            if seed % 2 or without % 3:
                continue
        found.append(seed)
        if len(found) == number:
            break
    return tuple(found)


# Of these cases without a plan, and most tiny ones have none, one in so many is kept.
_KEPT: Mapping[Draw, int] = {pooled_case: 2, tiny_pooled_case: 16, shared_case: 4, tiny_shared_case: 16}


@cache
def some_seeds(draw: Draw, number: int) -> tuple[int, ...]:
    """The first so many seeds of cases with a pool, or beside other courses, that the reference can finish."""
    found: list[int] = []
    without = 0
    for seed in count():
        try:
            stuck = infeasible(seed, draw)
        except TooLarge:
            continue
        if stuck:
            without += seed % 2 == 0
            if seed % 2 or without % (_KEPT[draw] // 2):
                continue
        found.append(seed)
        if len(found) == number:
            break
    return tuple(found)


def enough(cases: Sequence[int], share: float, ask: Callable[[int], bool]) -> bool:
    """Do so many of the cases, as a share of one, answer yes? Those left over are not asked."""
    least = math.ceil(share * len(cases))
    return len(list(islice(filter(ask, cases), least))) == least


def _aims(found: Best | Stuck) -> tuple[int, int, int, int] | None:
    return found.aims if isinstance(found, Best) else None


def infeasible(seed: int, draw: Draw = random_case) -> bool:
    """Is there no plan?"""
    return isinstance(answer(seed, draw), Stuck)


def first_fit_fails(seed: int, draw: Draw = random_case) -> bool:
    """Is there a plan, but not for those who never look back?"""
    return not infeasible(seed, draw) and first_fit(draw(seed)) is None


def continuity_costs(seed: int, draw: Draw = random_case) -> bool:
    """Would the course be possible, or have fewer days of wait and drift, if people did not matter?"""
    case, found = draw(seed), answer(seed, draw)
    if not any(isinstance(rule, Continuity) for rule in case.course.planned.rules):
        return False
    freed = Reference(without_rules(case, Continuity))
    return freed.has_plan() if isinstance(found, Stuck) else freed.fewest_days != found.aims[0]


def without_rules(case: Case, sort: type[Rule]) -> Case:
    """The case less every rule of one sort."""
    return _with(case, lambda rule: not isinstance(rule, sort))


def _with(case: Case, keep: Callable[[Rule], bool]) -> Case:
    programme = case.course.planned
    return _programme(case, evolve(programme, rules=[rule for rule in programme.rules if keep(rule)]))


def _programme(case: Case, programme: Programme) -> Case:
    return evolve(case, course=evolve(case.course, programme=programme, book_ahead=None))


def _without_needs(case: Case, drop: Callable[[Segment, str], bool]) -> Case:
    """The case with some of what its segments need left out: rooms or roles by name."""
    kinds = []
    for kind in case.course.planned.kinds:
        segments = []
        for segment in kind.segments:
            room = None if segment.room is None or drop(segment, segment.room) else segment.room
            staff = tuple(role for role in segment.staff if not drop(segment, role))
            shares = tuple(one for one in segment.shares if one == room or one in staff)
            segments.append(evolve(segment, room=room, staff=staff, shares=shares))
        used = {name for segment in segments for name in (*segment.staff, segment.room)}
        kinds.append(
            evolve(kind, segments=segments, handover=[name for name in kind.handover if name in used])
        )
    roles = {role for kind in kinds for role in kind.roles()}
    programme = case.course.planned
    rules = [rule for rule in programme.rules if not isinstance(rule, Continuity) or rule.role in roles]
    return _programme(case, evolve(programme, kinds=kinds, rules=rules))


def _without_pools(case: Case) -> Case:
    kinds = [
        evolve(kind, segments=[evolve(one, pools=()) for one in kind.segments])
        for kind in case.course.programme.kinds
    ]
    return _programme(case, evolve(case.course.programme, kinds=kinds))


def _alone(case: Case) -> Case:
    return evolve(case, course=evolve(case.course, beside=()))


def _free_patient(case: Case) -> Case:
    patient = evolve(case.course.patient, hours=None, away=(), excludes=())
    booked = tuple(row for row in case.booked if row.type != "patient")
    return evolve(case, course=evolve(case.course, patient=patient), booked=booked)


def _counts(rule: Rule, sort: type[Gap | Offset], unit: type[Length]) -> bool:
    """Is it a rule of that sort, counted in that unit?"""
    if not isinstance(rule, sort):
        return False
    length = rule.earliest if isinstance(rule, Offset) else rule.at_least or rule.at_most
    return isinstance(length, unit)


def _without_within(case: Case) -> Case:
    programme = case.course.programme
    rules = [evolve(rule, within=None) if isinstance(rule, Offset) else rule for rule in programme.rules]
    return _programme(case, evolve(programme, rules=rules))


def _is_room(segment: Segment, name: str) -> bool:
    return name == segment.room


REMOVALS: Mapping[str, Callable[[Case], Case]] = {
    "gap in days": lambda case: _with(case, lambda rule: not _counts(rule, Gap, Days)),
    "gap in open days": lambda case: _with(case, lambda rule: not _counts(rule, Gap, OpenDays)),
    "gap in hours": lambda case: _with(case, lambda rule: not _counts(rule, Gap, Hours)),
    "offset in days": lambda case: _with(case, lambda rule: not _counts(rule, Offset, Days)),
    "offset in open days": lambda case: _with(case, lambda rule: not _counts(rule, Offset, OpenDays)),
    "offset in hours": lambda case: _with(case, lambda rule: not _counts(rule, Offset, Hours)),
    "offset within hours": _without_within,
    "frequency": lambda case: without_rules(case, Frequency),
    "treatment week": lambda case: _with(
        case, lambda rule: not (isinstance(rule, Frequency) and isinstance(rule.per, TreatmentWeek))
    ),
    "span": lambda case: without_rules(case, Span),
    "continuity": lambda case: without_rules(case, Continuity),
    "exclusive room": lambda case: _without_needs(
        case, lambda at, name: _is_room(at, name) and name not in at.shares
    ),
    "shared room": lambda case: _without_needs(
        case, lambda at, name: _is_room(at, name) and name in at.shares
    ),
    "staff": lambda case: _without_needs(
        case, lambda at, name: not _is_room(at, name) and name not in at.shares
    ),
    "shared staff": lambda case: _without_needs(
        case, lambda at, name: not _is_room(at, name) and name in at.shares
    ),
    "patient": _free_patient,
}
BINDING = (*REMOVALS, "done sessions")
REMOVALS_OF_OTHERS = {"pool": _without_pools, "beside": _alone}


def binds(seed: int, what: str, draw: Draw = random_case) -> bool:
    """Does taking it away change whether there is a plan, or what the best one costs?"""
    case = draw(seed)
    freed = case if what == "done sessions" else {**REMOVALS, **REMOVALS_OF_OTHERS}[what](case)
    if freed == case and not (what == "done sessions" and case.course.done):
        return False
    found, slow = answer(seed, draw), Reference(freed, forget_done=freed == case, tries=15_000)
    try:
        if isinstance(found, Stuck):
            return slow.has_plan()
        return slow.fewest_days != found.aims[0] or _aims(slow.answer()) != found.aims
    except TooLarge:
        return False
