"""What if people had decided some of it? Random cases in which appointments are pinned and promises waived."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from attrs import evolve

from kapsched import Diary, Plan, find_plan
from kapsched.model.appointments import Appointment
from kapsched.model.course import Done
from kapsched.model.overrides import Pin, Waiver
from kapsched.model.programme import Session
from kapsched.model.rules import Continuity, Gap, Offset, Span
from kapsched.timeline.zones import at, instant
from tests.oracles.clinics import Case, random_case, tiny_case
from tests.oracles.rulebook import anchored, followers, picks
from tests.stories import visit

AT = datetime(2026, 1, 2, 3, tzinfo=UTC)


def decided_case(seed: int) -> Case:
    """The random case of that seed with up to two appointments pinned, and perhaps some promises waived."""
    return _decided(random_case(seed))


def tiny_decided_case(seed: int) -> Case:
    """The same of the tiny case of that seed."""
    return _decided(tiny_case(seed))


def _decided(case: Case) -> Case:
    dice = Random(2_000_000 + case.seed)  # noqa: S311  # a seed makes a case, not a secret
    course = case.course
    owed = list(course.owed)
    chosen = dice.sample(owed, min(len(owed) - 1, dice.choice((0, 1, 1, 1, 2))))
    usual = {one.session: one for one in _usually(case)}
    pins = tuple(
        _moved(dice, usual[session.id])
        if session.id in usual and dice.random() < 0.9
        else _pin(dice, case, session)
        for session in sorted(chosen, key=owed.index)
    )
    waivers = tuple(_waivers(dice, case, [one.id for one in chosen]))
    return evolve(case, course=evolve(course, pins=pins, waivers=waivers))


def _usually(case: Case) -> tuple[Appointment, ...]:
    """Where the planner would have them: a start for what people want otherwise, and no more than that."""
    found = find_plan(case.course, Diary(case.clinic, booked=case.booked), now=case.now)
    return found.appointments if isinstance(found, Plan) else ()


def _moved(dice: Random, one: Appointment) -> Pin:
    """An appointment as it was, or some days or minutes off."""
    by = timedelta(days=dice.choice((0, 0, 0, 0, 0, 1, -1)), minutes=dice.choice((0, 0, 0, 0, 60, 10)))
    rows = [evolve(row, start=row.start + by, end=row.end + by, ref="") for row in one.bookings]
    moved = instant(one.start) + by
    length = instant(one.end) - instant(one.start)
    return Pin(appointment=evolve(one, start=moved, end=moved + length, bookings=rows), by="someone", at=AT)


def _pin(dice: Random, case: Case, session: Session) -> Pin:
    """Somewhere in the horizon, or a little before or after it; in opening hours or not."""
    clinic, horizon = case.clinic, case.clinic.horizon
    offset = dice.randrange(-2, horizon.days + 2) if dice.random() < 0.2 else dice.randrange(horizon.days)
    day = horizon.first_day + timedelta(days=offset)
    minute = dice.choice((*range(480, 1080, 15), 7 * 60 + 5, 9 * 60 + 50))
    units: dict[str, str | tuple[str, ...] | list[str]] = {}
    for segment in session.kind.segments:
        for role, number in session.kind.roles().items():
            people = [one.id for one in clinic.staff_of(role)]
            units[role] = tuple(dice.sample(people, min(number, len(people))))
        if segment.room is not None:
            units.setdefault(segment.room, dice.choice(clinic.rooms_of(segment.room)).id)
    placed = visit(case.course.planned, session.id, at(day, minute, clinic.place), **units)
    return Pin(appointment=placed, by="someone", at=AT)


def _waivers(dice: Random, case: Case, pinned: list[str]) -> Iterator[Waiver]:
    sessions = case.course.planned.sessions
    for rule in case.course.planned.rules:
        if dice.random() < 0.6:
            continue
        if isinstance(rule, Gap | Offset):
            check = "gaps_are_kept" if isinstance(rule, Gap) else "offsets_are_kept"
            pairs = followers(rule, sessions) if isinstance(rule, Gap) else anchored(rule, sessions)
            meeting = [pair for pair in pairs if {*pair} & {*pinned}] or pairs
            if meeting:
                yield _waiver(check, *dice.choice(meeting))
        elif isinstance(rule, Span | Continuity):
            check = "spans_are_kept" if isinstance(rule, Span) else "people_stay_the_same"
            inside = [one.id for one in sessions if picks(rule.of, one)]
            if inside:
                yield _waiver(check, dice.choice([one for one in inside if one in pinned] or inside))


def _waiver(check: str, *sessions: str) -> Waiver:
    return Waiver(check=check, sessions=sessions, by="someone", at=AT, why="it was agreed")


def undecided(case: Case) -> Case:
    """The same question in other words: what is pinned was done already, and takes what it takes."""
    course = case.course
    pinned = [pin.appointment for pin in course.pins if pin.appointment.session not in course.done]
    done = {one.session: Done(start=one.start, end=one.end, staff=_people(one)) for one in pinned}
    rows = tuple(row for one in pinned for row in one.bookings)
    whole = evolve(course, programme=course.planned, book_ahead=None, done={**course.done, **done}, pins=())
    return evolve(case, course=whole, booked=(*case.booked, *rows))


def _people(one: Appointment) -> dict[str, tuple[str, ...]]:
    there: dict[str, set[str]] = {}
    for row in one.bookings:
        if row.type == "staff":
            there.setdefault(row.role, set()).add(row.resource)
    return {role: tuple(sorted(people)) for role, people in there.items()}
