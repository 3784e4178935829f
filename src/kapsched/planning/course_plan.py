"""Where does this course go? The planner's front: from a course and a diary to a plan or a refusal, unverified."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from attrs import evolve

from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Booking, Resource
from kapsched.model.course import Course
from kapsched.model.plan import Cost, Plan, Proof, Refusal
from kapsched.planning.diary import Diary
from kapsched.planning.needs import Stretch, joined
from kapsched.planning.pinned import as_reason, beside_pinned, settled, with_pinned
from kapsched.planning.problem import Problem
from kapsched.planning.refusal import contradiction, out_of_steps, refusal
from kapsched.planning.search import IMPOSSIBLE, Search, Steps, StepsSpent
from kapsched.planning.staffing import Staffed, Staffing
from kapsched.planning.times import Chosen, choose_times
from kapsched.planning.units import Taken

DEFAULT_STEPS = 200_000


def plan_course(course: Course, diary: Diary, now: datetime, steps: int) -> Plan | Refusal:
    """The best plan within the steps, or why there is none; what is pinned stays in it as it is."""
    free = settled(course)
    found = _plan_freely(free, beside_pinned(_beside_past(course, diary, now), course), now, steps)
    if free is course:
        return found
    if isinstance(found, Plan):
        return evolve(found, course=course, appointments=with_pinned(found.appointments, diary, course))
    return evolve(found, course=course, reasons=(*found.reasons, as_reason(course, diary)))


def _plan_freely(course: Course, diary: Diary, now: datetime, steps: int) -> Plan | Refusal:
    problem = Problem(course, diary, now)
    if not problem.sessions:
        return Plan(
            course=course,
            appointments=(),
            cost=Cost(wait=0, drift=0, changes=0, wishes=0, minutes=0),
            proved_through="all",
        )
    if problem.rules.contradictory:
        return contradiction(problem)
    domains = problem.domains()
    if domains is None:
        return refusal(problem, Steps(steps))
    budget = Steps(steps)
    found = _search(problem, Search(problem, domains, budget), budget)
    if found.starts is None:
        return refusal(problem, budget) if found.proof == "all" else out_of_steps(problem, budget)
    staffed = Staffing(problem, found.starts, found.changes).staff()
    assert staffed is not None, "starts that the masks allow can be staffed"
    return _plan(problem, found.starts, staffed, found.proof, budget.spent)


def _beside_past(course: Course, diary: Diary, now: datetime) -> Diary:
    """The diary in which the patient is booked for what has begun by now, as far as it is not over yet."""
    sessions = course.planned.by_id
    visits = ((done.start, done.ended(sessions[id]), id) for id, done in course.done.items())
    rows = [
        Booking(type="patient", resource=course.patient.id, start=start, end=end, ref=id)
        for start, end, id in visits
        if end > now
    ]
    return diary.with_bookings(add=rows) if rows else diary


class _Found(NamedTuple):
    """The best starts that the budget reached, and how far they are proved; no starts and `all`: there are none.

    `changes` are the fewest they can be had with, if that is proved.
    """

    starts: Chosen | None
    proof: Proof
    changes: int | None = None


def _search(problem: Problem, search: Search, budget: Steps) -> _Found:
    days = IMPOSSIBLE
    try:
        days = search.least_days()
        if days >= IMPOSSIBLE:
            return _Found(None, "all")
        best = search.best(0, days)
    except StepsSpent:
        return _in_a_hurry(problem, search, days, budget)
    assert best is not None, "a plan of least days has its changes and wishes"
    timed = choose_times(search, budget)
    proof: Proof = "all" if timed.ties_proved else "minutes" if timed.minutes_proved else "wishes"
    return _Found(timed.starts, proof, best[0])


def _in_a_hurry(problem: Problem, search: Search, days: int, budget: Steps) -> _Found:
    """Some plan, after the budget ran out: a quarter of it more, for a plain search without aims."""
    extra = Steps(max(1000, budget.limit // 4))
    again = Search(problem, search.domains, extra)
    try:
        starts = again.plan_of(days) if days < IMPOSSIBLE else again.any_plan()
    except StepsSpent:
        starts = None
    budget.spent += extra.spent
    return _Found(starts, "none" if starts is None or days >= IMPOSSIBLE else "days")


def _plan(problem: Problem, starts: Chosen, staffed: Staffed, proof: Proof, spent: int) -> Plan:
    course = problem.course
    appointments = tuple(
        _appointment(problem, place, bit, staffed.taken[place]) for place, bit in enumerate(starts)
    )
    wait, drift = _days(problem, starts)
    cost = Cost(
        wait=wait,
        drift=drift,
        changes=staffed.changes,
        wishes=staffed.wishes,
        minutes=_minutes(problem, starts),
    )
    return Plan(course=course, appointments=appointments, cost=cost, proved_through=proof, steps=spent)


def _appointment(problem: Problem, place: int, bit: int, taken: tuple[Taken, ...]) -> Appointment:
    session, course = problem.sessions[place], problem.course
    start = problem.grid.moment(bit)
    end = start + timedelta(minutes=session.kind.minutes)
    ref = f"{course.id}:{session.id}"
    rows = [Booking(type="patient", resource=course.patient.id, start=start, end=end, ref=ref)]
    stretches: dict[tuple[Resource, str], list[Stretch]] = {}
    for one in taken:
        role = one.need.what if one.unit.type == "staff" else ""
        stretches.setdefault((one.unit, role), []).extend(one.need.stretches)
    for (unit, role), spans in stretches.items():
        for first, last, exclusive in joined(spans):
            rows.append(
                Booking(
                    type=unit.type,
                    resource=unit.id,
                    start=start + timedelta(minutes=first),
                    end=start + timedelta(minutes=last),
                    exclusive=exclusive,
                    role=role,
                    ref=ref,
                )
            )
    clock = problem.diary.clinic.place
    return Appointment(
        session=session.id,
        kind=session.kind.name,
        start=start.astimezone(clock),
        end=end.astimezone(clock),
        bookings=tuple(rows),
        course=course.id,
        patient=course.patient.id,
        created=problem.now,
        revised=problem.now,
        notes=course.notes.get(session.id, ""),
    )


def _days(problem: Problem, starts: Chosen) -> tuple[int, int]:
    """Wait and drift of starts, by the dates they fall on."""
    day = [problem.grid.day(bit) for bit in starts]
    target = problem.outline.place.get(problem.course.planned.target)
    first = (problem.course.first_day - problem.grid.first_day).days
    wait = 0 if target is None else day[target] - first
    return wait, problem.drift(day)


def _minutes(problem: Problem, starts: Chosen) -> int:
    """The distance of starts from the preferred time, or else from their kind's lower median."""
    wish = problem.course.patient.wishes.time
    shown: dict[str, list[int]] = {}
    for session, bit in zip(problem.sessions, starts, strict=True):
        shown.setdefault(session.kind.name, []).append(problem.grid.wall_minute(bit))
    total = 0
    for minutes in shown.values():
        middle = sorted(minutes)[(len(minutes) - 1) // 2] if wish is None else wish.hour * 60 + wish.minute
        total += sum(abs(minute - middle) for minute in minutes)
    return total
