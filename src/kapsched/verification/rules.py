"""Is every rule of the programme kept? Done sessions count, but what is done is never judged by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations

from kapsched.model.periods import RollingDays
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Span
from kapsched.timeline.units import Days, Hours, OpenDays
from kapsched.verification.case import Case
from kapsched.verification.report import Breach
from kapsched.verification.visits import Visit

WEEK = timedelta(weeks=1)
A_MONDAY = date(1, 1, 1)
AN_HOUR = timedelta(hours=1)

_NAMES = {Days: "days", OpenDays: "open days", Hours: "hours"}


def gaps_are_kept(case: Case) -> Iterator[Breach]:
    """Days are differences of dates, open days of the clinic's open dates, hours elapsed time."""
    for rule in case.course.planned.rules:
        if isinstance(rule, Gap):
            for earlier, later in case.pairs(rule):
                yield from _gap(rule, case, earlier, later)


def _gap(rule: Gap, case: Case, first: Visit, second: Visit) -> Iterator[Breach]:
    unit = type(rule.at_least or rule.at_most)
    if unit is Hours:
        apart = (second.start - (first.start if rule.between == "start-start" else first.end)) / AN_HOUR
    else:
        apart = case.open_days(first.day, second.day) if unit is OpenDays else (second.day - first.day).days
    both = (first.id, second.id)
    found = f"{rule.name}: from {first.id} to {second.id} {_are(apart, _NAMES[unit])}"
    if rule.at_least is not None and apart < rule.at_least.count:
        yield Breach(f"{found}, at least {rule.at_least} are wanted", both)
    if rule.at_most is not None and apart > rule.at_most.count:
        yield Breach(f"{found}, at most {rule.at_most} are allowed", both)


def _are(count: float, unit: str) -> str:
    return f"is {count:g} {unit[:-1]}" if count == 1 else f"are {count:g} {unit}"


def offsets_are_kept(case: Case) -> Iterator[Breach]:
    """Each session lies from earliest to latest days, open days or hours from its anchor, and within its hours."""
    for rule in case.course.planned.rules:
        if isinstance(rule, Offset):
            for anchor, visit in case.pairs(rule):
                yield from _offset(rule, case, anchor, visit)


def _offset(rule: Offset, case: Case, anchor: Visit, visit: Visit) -> Iterator[Breach]:
    unit, earliest, latest = type(rule.earliest), rule.earliest.count, rule.latest.count
    after, before = _hours(rule, anchor, visit)
    if unit is Hours:
        # A bound of no hours lies on the side of the anchor on which the other bound lies.
        low = after if earliest >= 0 else before
        high = before if latest < 0 or (latest == 0 and earliest < 0) else after
    else:
        low = high = (
            case.open_days(anchor.day, visit.day) if unit is OpenDays else (visit.day - anchor.day).days
        )
    both, found = (anchor.id, visit.id), f"{rule.name}: from {anchor.id} to {visit.id}"
    if not (earliest <= low and high <= latest):
        lies = _are(low if low < earliest else high, _NAMES[unit])
        yield Breach(f"{found} {lies}; {earliest} to {latest} are allowed", both)
    if rule.within is not None and (away := max(after, -before)) > rule.within.count:
        yield Breach(f"{found} {_are(away, 'hours')}, at most {rule.within} are allowed", both)


def _hours(rule: Offset, anchor: Visit, visit: Visit) -> tuple[float, float]:
    """Hours from the anchor to the visit, as counted where it lies after and, negative, where it lies before."""
    if rule.between == "start-start":
        return ((visit.start - anchor.start) / AN_HOUR,) * 2
    return (visit.start - anchor.end) / AN_HOUR, (visit.end - anchor.start) / AN_HOUR


def frequencies_are_kept(case: Case) -> Iterator[Breach]:
    """No week, or any n dates, holds too many of the counted sessions, and no week of a phase too few."""
    for rule in case.course.planned.rules:
        if isinstance(rule, Frequency):
            sessions = case.course.planned.sessions
            counted = sorted(case.among(rule.counted(sessions)), key=lambda visit: visit.day)
            binding = {session.id for session in rule.binding(sessions)}
            others = [one.on(case.clinic.zone) for one in rule.elsewhere(case.course.beside)]
            if isinstance(rule.per, RollingDays):
                firsts = sorted([visit.day for visit in counted] + others)
                yield from _too_many(rule, counted, others, binding, firsts, rule.per.days)
                continue
            known, anchors = {**case.around, **case.placed}, rule.anchors(sessions)
            standing = [known[one.id] for one in anchors if one.id in known]
            if len(standing) < len(anchors):
                continue  # nothing tells where its weeks begin
            some_day = standing[0].day if standing else A_MONDAY
            begins = [_week(visit.day, some_day) for visit in counted]
            yield from _too_many(rule, counted, others, binding, begins, WEEK.days)
            if case.whole:
                yield from _too_few(rule, counted, binding, some_day)


def _week(day: date, some_day: date) -> date:
    """The first date of a date's week, where a week begins on `some_day` and every seven dates before and after."""
    return day - (day - some_day) % WEEK


def _too_many(
    rule: Frequency,
    counted: Sequence[Visit],
    others: Sequence[date],
    binding: set[str],
    firsts: Sequence[date],
    days: int,
) -> Iterator[Breach]:
    if rule.at_most is None:
        return
    # Any stretch of dates that holds too many can begin with one of them: the first date it holds.
    for first in dict.fromkeys(firsts):
        held = [visit for visit in counted if first <= visit.day < first + timedelta(days=days)]
        beside = sum(first <= day < first + timedelta(days=days) for day in others)
        number = len(held) + beside
        if number > rule.at_most and _judged(held) and any(visit.id in binding for visit in held):
            elsewhere = f" ({beside} of them in the patient's other courses)" if beside else ""
            yield Breach(
                f"{rule.name}: {number} from {first} to {first + timedelta(days=days - 1)}{elsewhere}, "
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
    """No two of the sessions, of which one is still to be, lie more days apart than allowed."""
    apart = case.apart("spans_are_kept")
    for rule in case.course.planned.rules:
        if isinstance(rule, Span):
            spanned = rule.counted(case.course.planned.sessions)
            visits = case.among(one for one in spanned if one.id not in apart)
            if (furthest := _furthest(visits)) is not None:
                first, last = furthest
                if (days := (last.day - first.day).days) > rule.at_most.count:
                    yield Breach(
                        f"{rule.name}: from {first.id} to {last.id} {_are(days, 'days')}, "
                        f"at most {rule.at_most} are allowed",
                        tuple(visit.id for visit in visits),
                    )


def _furthest(visits: Sequence[Visit]) -> tuple[Visit, Visit] | None:
    """The two that lie furthest apart, in order of date, of which one is not done; None where all are."""
    ordered = sorted(visits, key=lambda visit: visit.day)
    pairs = [pair for pair in combinations(ordered, 2) if not (pair[0].done and pair[1].done)]
    return max(pairs, key=lambda pair: pair[1].day - pair[0].day, default=None)


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
    programme, apart = case.course.planned, case.apart("people_stay_the_same")
    for rule in programme.rules:
        if isinstance(rule, Continuity):
            for sessions in rule.groups(programme.sessions, programme.offsets):
                inside = (one for one in sessions if one.id not in apart)
                asking = {one: wanted for one in inside if (wanted := one.kind.roles()[rule.role])}
                visits = case.among(asking)
                if len(asking) > 1 and _judged(visits):
                    people = {person for visit in visits for person in visit.people.get(rule.role, ())}
                    yield rule, visits, tuple(sorted(people)), max(asking.values())
