"""What if the last phase were open? The same course, of which only so much is planned as it had before."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from random import Random

from attrs import evolve

from kapsched.model.course import Course
from kapsched.model.programme import Session
from kapsched.model.rules import Gap, Offset
from kapsched.timeline.units import Hours, Length, OpenDays


def gone_on(dice: Random, course: Course) -> Course:
    """The course with its last phase open and the sessions it has now planned, by a count or by a date.

    As it was where neither a count nor a date leaves it these sessions.
    """
    *others, last = course.programme.phases
    phase = evolve(last, times=1, open=True, book_ahead=last.times)
    programme = evolve(course.programme, phases=(*others, phase))
    rounds = _rounds(course)
    begun = max((number for number, ids in enumerate(rounds, 1) if set(ids) & set(course.done)), default=0)
    more = len(rounds) - begun
    if dice.random() < 0.5 and _says_more(course):
        return evolve(course, programme=programme, book_ahead=_first_date(course, rounds[-1]))
    if not more:
        return course
    return evolve(course, programme=programme, book_ahead=None if more == last.times else more)


def _rounds(course: Course) -> list[list[str]]:
    last = course.programme.phases[-1]
    ids = [one.id for one in course.programme.sessions if one.phase == last.name]
    return [ids[place : place + len(last.order)] for place in range(0, len(ids), len(last.order))]


def _says_more(course: Course) -> bool:
    """Would one round more be of a later date, so that a date can tell the two apart?"""
    *others, last = course.programme.phases
    longer = evolve(course.programme, phases=(*others, evolve(last, times=last.times + 1)))
    more = evolve(course, programme=longer)
    return _first_date(more, _rounds(more)[-1]) > _first_date(course, _rounds(course)[-1])


def _first_date(course: Course, ids: list[str]) -> date:
    dates = first_dates(course)
    return min(dates[id] for id in ids)


def first_dates(course: Course) -> dict[str, date]:
    """The first date of each session that keeps the least distances in days, by trying one day after another."""
    sessions: tuple[Session, ...] = course.programme.sessions
    done = {id: record.start.astimezone(UTC).date() for id, record in course.done.items()}
    least: dict[str, list[tuple[str, int]]] = {one.id: [] for one in sessions}
    for rule in course.programme.rules:
        if isinstance(rule, Gap):
            bound: Length | None = rule.at_least
        elif isinstance(rule, Offset):
            bound = rule.earliest
        else:
            continue
        days = None if bound is None or isinstance(bound, Hours) else bound.count
        if isinstance(bound, OpenDays) and bound.count <= 0:
            days = None
        if days is not None:
            for one, two in rule.pairs(sessions):
                least[two.id].append((one.id, days))
    found = {one.id: done.get(one.id, course.first_day) for one in sessions}
    for _ in range(10_000):
        late = [
            id
            for id, day in found.items()
            if id not in done and any(day < found[other] + timedelta(days=days) for other, days in least[id])
        ]
        if not late:
            break
        for id in late:
            found[id] += timedelta(days=1)
    return found
