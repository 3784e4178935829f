"""What stands in the way on a day? The clinic layer by layer, and who or what is lacking in each."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from kapsched.model.bookings import Resource
from kapsched.model.clinic import Clinic, Room, StaffMember
from kapsched.model.course import Course
from kapsched.model.programme import Session
from kapsched.model.reasons import ReasonCode
from kapsched.planning.diary import Diary
from kapsched.planning.grid import Mask, bits
from kapsched.planning.needs import Need, needs_of
from kapsched.planning.problem import Problem
from kapsched.planning.starts import Starts
from kapsched.timeline.recurrence import WHOLE_DAY, Pattern, Week

ALWAYS = Pattern((Week(((WHOLE_DAY,),) * 7),))


def layers(problem: Problem) -> Iterator[tuple[ReasonCode, Starts, Starts]]:
    """The clinic with more and more of what it really has: each layer's code is what it adds to the one before.

    The layer before stands beside it, as the last.
    """
    course, diary = problem.course, problem.diary
    clinic, horizon = diary.clinic, diary.horizon
    free = evolve(course, patient=evolve(course.patient, hours=None, away=(), excludes=()))
    always = evolve(
        clinic,
        hours=ALWAYS,
        rooms=[evolve(one, hours=None, away=()) for one in clinic.rooms],
        staff=[evolve(one, hours=ALWAYS, breaks=None, away=()) for one in clinic.staff],
    )
    unclosed = evolve(always, closed=())
    no_breaks = evolve(clinic, staff=[evolve(one, breaks=None) for one in clinic.staff])
    nobody_away = evolve(
        no_breaks,
        rooms=[evolve(one, away=()) for one in clinic.rooms],
        staff=[evolve(one, away=()) for one in no_breaks.staff],
    )
    real: tuple[tuple[ReasonCode, Course, Clinic], ...] = (
        ("notice", free, unclosed),
        ("closure", free, always),
        ("hours", free, nobody_away),
        ("absence", free, no_breaks),
        ("patient", evolve(course, patient=evolve(course.patient, excludes=())), no_breaks),
        ("patient", course, no_breaks),
        ("break", course, clinic),
    )
    before: Starts | None = None
    for code, who, where in real:
        starts = Starts(who, Diary(where, horizon).at_step(diary.step), problem.starts.earliest)
        yield code, starts, before or starts
        before = starts
    yield "booked", problem.starts, before or problem.starts


def by_ids(
    code: ReasonCode, starts: Starts, before: Starts, problem: Problem, place: int, days: Mask
) -> list[tuple[tuple[str, ...], Mask]]:
    """Days in the way, by whom or what is lacking on them."""
    found: dict[tuple[str, ...], Mask] = {}
    for day in bits(days):
        ids: tuple[str, ...] = ()
        if code == "break":
            ids = _broken_off(starts, before, problem.sessions[place], day)
        elif code in ("hours", "absence", "booked"):
            ids = _lacking(code, starts, problem, problem.sessions[place], day)
        elif code == "patient":
            ids = starts.patient.excludes
        found[ids] = found.get(ids, 0) | 1 << day
    return sorted(found.items(), key=lambda item: (item[1] & -item[1], item[0]))


def _lacking(
    code: ReasonCode, starts: Starts, problem: Problem, session: Session, day: int
) -> tuple[str, ...]:
    """The roles and room types with no one free on a day or, where each has somebody, all that are needed.

    For absences and bookings it is those who would be there otherwise.
    """
    grid, clinic = starts.grid, starts.diary.clinic
    date_ = grid.date(day)
    if code == "hours" and not clinic.open_time(date_, date_):
        return ()
    lacking = _unanswered(starts, session, day)
    if code == "hours":
        return tuple(dict.fromkeys(need.what for need in lacking or needs_of(session.kind)))
    units = dict.fromkeys(unit for need in lacking for unit in _able(starts, need))
    if code == "booked":
        units[Resource("patient", problem.course.patient.id)] = None
        first, last = grid.moment(grid.begins[day]), grid.moment(grid.begins[day + 1])
        taken = [one.id for one in units if problem.diary.bookings.during(one, first, last)]
        return tuple(dict.fromkeys(taken))
    workers: tuple[StaffMember | Room, ...] = (*clinic.staff, *clinic.rooms)
    away = {one.id for one in workers if any(date_ in absence.dates(date_, date_) for absence in one.away)}
    return tuple(unit.id for unit in units if unit.id in away) or tuple(sorted(away))


def _broken_off(starts: Starts, before: Starts, session: Session, day: int) -> tuple[str, ...]:
    """Those who could be there all the time, were it not for a break."""
    there = before.base(session.kind)
    return tuple(
        dict.fromkeys(
            unit.id
            for need in _unanswered(starts, session, day) or needs_of(session.kind)
            for unit in _able(starts, need)
            if unit.type == "staff"
            and before.of_day(there & before.unit(unit, need) & ~starts.unit(unit, need), day)
        )
    )


def _unanswered(starts: Starts, session: Session, day: int) -> list[Need]:
    """The needs that nobody can fill on a day; where pools have too little for all of them together, those."""
    there, found = starts.base(session.kind), []
    for need in needs_of(session.kind):
        either = 0
        for unit in starts.able(need, {}):
            either |= starts.unit(unit, need)
        if not starts.of_day(there & either, day):
            found.append(need)
    if not found and not starts.of_day(there & starts.counted(session.kind), day):
        pools = {pool.role for pool in starts.diary.clinic.pools}
        found = [need for need in needs_of(session.kind) if need.what in pools]
    return found


def _able(starts: Starts, need: Need) -> Iterator[Resource]:
    """Who or what could fill a need; of a pool also its members."""
    yield from starts.able(need, {})
    if need.type == "pool":
        yield from (Resource("staff", one.id) for one in starts.diary.clinic.staff_of(need.what))
