"""Why is there no plan? The first session that cannot be placed, and what stands in its way on each date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from kapsched.model.clinic import Notice
from kapsched.model.course import Course, Patient
from kapsched.model.plan import Refusal
from kapsched.model.programme import Session
from kapsched.model.reasons import Reason, ReasonCode
from kapsched.model.rules import Continuity
from kapsched.planning.closure import consistent
from kapsched.planning.diary import Diary
from kapsched.planning.grid import Mask, bits
from kapsched.planning.obstacles import ALWAYS, by_ids, layers
from kapsched.planning.problem import Problem
from kapsched.planning.search import Search, Steps, StepsSpent

# Reasons are worth less time than plans are.
STEPS_FOR_DATES = 50_000
STEPS_FOR_A_RULE = 5_000


def contradiction(problem: Problem) -> Refusal:
    """The refusal of rules that contradict each other: they are named, and no clinic could keep them."""
    names = [rule.name for rule in problem.course.planned.rules]
    for name in tuple(names):
        fewer = _without(problem.course, [one for one in names if one != name])
        if Problem(fewer, problem.diary, problem.now, starts=problem.starts).rules.contradictory:
            names.remove(name)
    return _refused(problem, None, 0, [_reason("rule", tuple(names), problem, 0)], Steps(0))


def out_of_steps(problem: Problem, budget: Steps) -> Refusal:
    """The refusal of a search that ended before it found a plan or proved that there is none."""
    reason = _reason("steps", (), problem, 0)
    return evolve(_refused(problem, None, 0, [reason], budget), proved=False)


def refusal(problem: Problem, budget: Steps) -> Refusal:
    """The refusal of a course that is proved to have no plan."""
    try:
        if not _have_dates(problem):
            whole = (1 << problem.grid.days) - 1
            return _refused(problem, None, 0, [_reason("horizon", (), problem, whole)], budget)
        count = _first_impossible(problem, budget.limit)
        return _blocked(problem, count, budget)
    except StepsSpent:
        return out_of_steps(problem, budget)


def _dates_alone(problem: Problem) -> list[Mask]:
    """The days that rules, first day and horizon leave to each session, whatever the clinic's hours."""
    days = (1 << problem.grid.days) - 1 >> problem.first_day << problem.first_day
    return [days & problem.by_date(place) for place in range(len(problem.sessions))]


def _have_dates(problem: Problem) -> bool:
    """Do the rules leave dates within the horizon? Where that is not quickly ruled out a session can be named."""
    try:
        return _can_place(_rules_alone(problem), STEPS_FOR_DATES, dates_only=True)
    except StepsSpent:
        return True


def _rules_alone(problem: Problem) -> Problem:
    """The course in a clinic that never closes, for visits that need nobody: what is left are rules and horizon."""
    course, clinic = problem.course, problem.diary.clinic
    kinds = [
        evolve(
            kind,
            handover=(),
            segments=[evolve(one, staff=(), room=None, shares=(), pools=()) for one in kind.segments],
        )
        for kind in course.planned.kinds
    ]
    rules = [rule for rule in course.planned.rules if not isinstance(rule, Continuity)]
    bare = course.within(evolve(course.planned, kinds=kinds, rules=rules))
    bare = evolve(bare, patient=Patient(id=course.patient.id))
    # Any start will do: hours counted from a session that is done may leave just one.
    always = evolve(clinic, hours=ALWAYS, rooms=(), staff=(), pools=(), closed=(), notice=Notice(), grid=1)
    return Problem(bare, Diary(always, problem.diary.horizon), problem.grid.epoch, any_calendar=True)


def _first_impossible(problem: Problem, limit: int) -> int:
    """How many sessions, in programme order, are the fewest that cannot all be placed."""
    possible, impossible = 0, len(problem.sessions)
    while impossible - possible > 1:
        middle = (possible + impossible) // 2
        if _can_place(_prefix(problem, middle), limit):
            possible = middle
        else:
            impossible = middle
    return impossible


def _prefix(problem: Problem, count: int) -> Problem:
    return Problem(problem.course, problem.diary, problem.now, first=count, starts=problem.starts)


def _can_place(problem: Problem, limit: int, *, dates_only: bool = False) -> bool:
    if problem.rules.contradictory:
        return False
    domains = problem.domains()
    return domains is not None and Search(problem, domains, Steps(limit), dates_only=dates_only).has_plan()


def _blocked(problem: Problem, count: int, budget: Steps) -> Refusal:
    part = _prefix(problem, count)
    place = count - 1
    domains = _dates_alone(part)
    for other in range(place):
        domains[other] &= part.days(other, ())
    consistent(domains, part.rules.between, part.grid.days, part.open_ties)
    reasons = list(_reasons(part, place, domains[place])) or [_reason("window", (), part, 0)]
    return _refused(part, part.sessions[place], domains[place], reasons, budget)


def _reasons(problem: Problem, place: int, window: Mask) -> Iterator[Reason]:
    """One reason for each kind of obstacle, in the order of the codes, with the dates of the window it stops."""
    left, kind, unmet = window, problem.sessions[place].kind, window
    for code, starts, before in layers(problem):
        possible = starts.days(kind, ()) if code != "booked" else problem.days(place, ())
        # Too few for the visit even if all were always there: it is neither notice nor closure that is in the way.
        unmet &= starts.grid.days_of(starts.base(kind)) & ~possible if code in ("notice", "closure") else 0
        for ids, days in by_ids(code, starts, before, problem, place, left & ~possible & ~unmet):
            yield _reason(code, ids, problem, days)
        left &= possible | unmet
    if left:
        yield from _rules_in_the_way(problem, place, left)


def _rules_in_the_way(problem: Problem, place: int, days: Mask) -> Iterator[Reason]:
    """The rules each of which alone keeps the session out; where it takes several, all that concern it."""
    alone = [name for name in _concerned(problem, place) if _can_without(problem, name)]
    hard = {rule.name for rule in problem.course.planned.rules if isinstance(rule, Continuity)}
    names = alone or _concerned(problem, place)
    people = tuple(name for name in names if name in hard)
    others = tuple(name for name in names if name not in hard)
    if people:
        yield _reason("continuity", people, problem, days)
    if others or not people:
        yield _reason("rule", others, problem, days)


def _concerned(problem: Problem, place: int) -> list[str]:
    session, outline = problem.sessions[place].id, problem.outline
    names = [edge.rule for edge in outline.edges if session in (edge.earlier, edge.later)]
    names += [
        rule.name
        for rule, counter in zip(outline.frequencies, problem.counters, strict=True)
        if place in counter.places
    ]
    names += [group.rule for group in outline.groups if session in group.members and group.hard]
    return list(dict.fromkeys(names))


def _can_without(problem: Problem, name: str) -> bool:
    """Would a plan of these sessions be quickly found without a rule?"""
    rules = [rule.name for rule in problem.course.planned.rules if rule.name != name]
    fewer = _without(problem.course, rules)
    count = len(problem.sessions)
    try:
        freed = Problem(fewer, problem.diary, problem.now, first=count, starts=problem.starts)
        return _can_place(freed, STEPS_FOR_A_RULE)
    except StepsSpent:
        return False


def _without(course: Course, names: Sequence[str]) -> Course:
    programme = course.planned
    left = evolve(programme, rules=[one for one in programme.rules if one.name in names])
    return course.within(left)


def _reason(code: ReasonCode, ids: tuple[str, ...], problem: Problem, days: Mask) -> Reason:
    return Reason(code=code, ids=ids, dates=[problem.grid.date(day) for day in bits(days)])


def _refused(
    problem: Problem, session: Session | None, window: Mask, reasons: Sequence[Reason], budget: Steps
) -> Refusal:
    dates = [problem.grid.date(day) for day in bits(window)]
    return Refusal(
        course=problem.course,
        session=session.id if session else None,
        first=dates[0] if dates else None,
        last=dates[-1] if dates else None,
        reasons=tuple(reasons),
        steps=budget.spent,
    )
