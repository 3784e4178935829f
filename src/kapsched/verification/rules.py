"""Is every rule of the programme kept? Done sessions count, but what is done is never judged by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from kapsched.model.rules import Continuity, Frequency, Gap, Offset, RollingDays, Span
from kapsched.verification.case import Case
from kapsched.verification.report import Breach
from kapsched.verification.visits import Visit

WEEK = timedelta(weeks=1)
A_MONDAY = date(1, 1, 1)


def gaps_are_kept(case: Case) -> Iterator[Breach]:
    """Days are differences of dates, hours elapsed time; at least and at most are both allowed."""
    for rule in case.course.planned.rules:
        if isinstance(rule, Gap):
            for pair in rule.pairs(case.course.planned.sessions):
                visits = case.among(pair)
                if len(visits) == 2 and not all(visit.done for visit in visits):
                    yield from _gap(rule, *visits)


def _gap(rule: Gap, first: Visit, second: Visit) -> Iterator[Breach]:
    least, most = (None if bound is None else bound.count for bound in (rule.at_least, rule.at_most))
    if rule.in_days:
        apart, unit, named = second.day - first.day, timedelta(days=1), "days"
    else:
        apart = second.start - (first.start if rule.between == "start-start" else first.end)
        unit, named = timedelta(hours=1), "hours"
    both = (first.id, second.id)
    found = f"{rule.name}: from {first.id} to {second.id} {_are(apart / unit, named)}"
    if least is not None and apart < least * unit:
        yield Breach(f"{found}, at least {rule.at_least} are wanted", both)
    if most is not None and apart > most * unit:
        yield Breach(f"{found}, at most {rule.at_most} are allowed", both)


def _are(count: float, unit: str) -> str:
    return f"is {count:g} {unit[:-1]}" if count == 1 else f"are {count:g} {unit}"


def offsets_are_kept(case: Case) -> Iterator[Breach]:
    """Each session's date lies from earliest to latest days from its anchor's."""
    for rule in case.course.planned.rules:
        if isinstance(rule, Offset):
            for pair in rule.pairs(case.course.planned.sessions):
                visits = case.among(pair)
                if len(visits) == 2 and not all(visit.done for visit in visits):
                    anchor, visit = visits
                    days = (visit.day - anchor.day).days
                    if not rule.earliest.count <= days <= rule.latest.count:
                        yield Breach(
                            f"{rule.name}: from {anchor.id} to {visit.id} {_are(days, 'days')}; "
                            f"{rule.earliest.count} to {rule.latest.count} are allowed",
                            (anchor.id, visit.id),
                        )


def frequencies_are_kept(case: Case) -> Iterator[Breach]:
    """No week, or any n dates, holds too many of the counted sessions, and no week of a phase too few."""
    for rule in case.course.planned.rules:
        if isinstance(rule, Frequency):
            sessions = case.course.planned.sessions
            counted = sorted(case.among(rule.counted(sessions)), key=lambda visit: visit.day)
            binding = {session.id for session in rule.binding(sessions)}
            if isinstance(rule.per, RollingDays):
                yield from _too_many(rule, counted, binding, [visit.day for visit in counted], rule.per.days)
                continue
            anchors = rule.anchors(sessions)
            if len(case.among(anchors)) < len(anchors):
                continue  # nothing tells where its weeks begin
            some_day = case.among(anchors)[0].day if anchors else A_MONDAY
            begins = [_week(visit.day, some_day) for visit in counted]
            yield from _too_many(rule, counted, binding, begins, WEEK.days)
            yield from _too_few(rule, counted, binding, some_day)


def _week(day: date, some_day: date) -> date:
    """The first date of a date's week, where a week begins on `some_day` and every seven dates before and after."""
    return day - (day - some_day) % WEEK


def _too_many(
    rule: Frequency, counted: Sequence[Visit], binding: set[str], firsts: Sequence[date], days: int
) -> Iterator[Breach]:
    if rule.at_most is None:
        return
    # Any stretch of dates that holds too many can begin with one of them: the first date it holds.
    for first in dict.fromkeys(firsts):
        held = [visit for visit in counted if first <= visit.day < first + timedelta(days=days)]
        if len(held) > rule.at_most and _judged(held) and any(visit.id in binding for visit in held):
            yield Breach(
                f"{rule.name}: {len(held)} from {first} to {first + timedelta(days=days - 1)}, "
                f"{rule.at_most} at most",
                tuple(visit.id for visit in held),
            )


def _judged(visits: Sequence[Visit]) -> bool:
    return any(not visit.done for visit in visits)


def _too_few(
    rule: Frequency, counted: Sequence[Visit], binding: set[str], some_day: date
) -> Iterator[Breach]:
    bound = [visit for visit in counted if visit.id in binding]
    if not rule.at_least or not bound:
        return
    last_done = max((_week(visit.day, some_day) for visit in counted if visit.done), default=date.min)
    week = _week(bound[0].day, some_day)
    while week <= bound[-1].day:
        there = [visit for visit in counted if _week(visit.day, some_day) == week]
        if len(there) < rule.at_least and (week > last_done or _judged(there)):
            message = f"{rule.name}: {len(there)} in the week of {week}, {rule.at_least} at least"
            yield Breach(message, tuple(visit.id for visit in there or _beside(bound, week)))
        week += WEEK


def _beside(bound: Sequence[Visit], week: date) -> tuple[Visit, Visit]:
    """The sessions between which an empty week lies."""
    before = [visit for visit in bound if visit.day < week]
    after = [visit for visit in bound if visit.day > week]
    return max(before, key=lambda visit: visit.day), min(after, key=lambda visit: visit.day)


def spans_are_kept(case: Case) -> Iterator[Breach]:
    """From the first date of the sessions to the last there are no more days than allowed."""
    for rule in case.course.planned.rules:
        if isinstance(rule, Span):
            visits = case.among(rule.counted(case.course.planned.sessions))
            if visits and not all(visit.done for visit in visits):
                first, last = (pick(visits, key=lambda visit: visit.day) for pick in (min, max))
                if (days := (last.day - first.day).days) > rule.at_most.count:
                    yield Breach(
                        f"{rule.name}: from {first.id} to {last.id} {_are(days, 'days')}, "
                        f"at most {rule.at_most} are allowed",
                        tuple(visit.id for visit in visits),
                    )


def people_stay_the_same(case: Case) -> Iterator[Breach]:
    """Where continuity is hard, a group's sessions have no more people in the role than one of them needs."""
    for rule, group, people, needed in groups_of_people(case):
        if rule.hard and len(people) > needed:
            yield Breach(
                f"{rule.name}: {' and '.join(people)} share the role of {rule.role}, {needed} at most",
                tuple(visit.id for visit in group),
            )


def groups_of_people(case: Case) -> Iterator[tuple[Continuity, tuple[Visit, ...], tuple[str, ...], int]]:
    """Each group that continuity binds: its visits, the people in the role, and how many it needs at once."""
    programme = case.course.planned
    for rule in programme.rules:
        if isinstance(rule, Continuity):
            for sessions in rule.groups(programme.sessions, programme.offsets):
                asking = {one: wanted for one in sessions if (wanted := one.kind.roles()[rule.role])}
                visits = case.among(asking)
                if len(asking) > 1 and _judged(visits):
                    people = {person for visit in visits for person in visit.people.get(rule.role, ())}
                    yield rule, visits, tuple(sorted(people)), max(asking.values())
