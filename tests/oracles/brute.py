"""What do all plans look like? Every start and every unit of a tiny case, judged when they are complete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from kapsched.model.elsewhere import Elsewhere
from kapsched.model.periods import RollingDays
from kapsched.model.programme import Session
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Span
from kapsched.timeline.units import DayCount, Days, Hours, Length
from tests.oracles.brute_clashes import clash
from tests.oracles.clinics import Case
from tests.oracles.visits import Setting, Visit, moment_of


class Held(NamedTuple):
    """A session of a complete plan, done or to be done, as a person would write it down."""

    session: Session
    day: date
    start: datetime
    end: datetime
    people: dict[str, set[str]]
    done: bool


def brute_force(case: Case) -> tuple[tuple[int, int, int, int], tuple[Visit, ...]] | None:
    """The best of all complete plans by aims, then starts, then units; None where there is none."""
    setting = Setting(case)
    best = None
    done = [
        _held_done(case, session)
        for session in case.course.planned.sessions
        if session.id in case.course.done
    ]
    options = [
        [(visit, _to_be_held(case, visit)) for visit in setting.visits(session)]
        for session in case.course.owed
    ]
    for chosen, held in _combinations(case, _pairs(case), options, {one.session.id: one for one in done}, []):
        if not clash(setting, chosen) and _lawful(case, held):
            aims = _aims(case, held, chosen)
            key = (aims, [one.start for one in chosen], [one.units for one in chosen])
            if best is None or key < best[0]:
                best = key, tuple(chosen)
    return None if best is None else (best[0][0], best[1])


def _pairs(case: Case) -> list[tuple[Gap | Offset, str, str]]:
    """Each gap and offset with the two sessions of each pair that it binds."""
    programme = case.course.planned
    return [
        (rule, one.id, two.id)
        for rule in programme.rules
        if isinstance(rule, Gap | Offset)
        for one, two in rule.pairs(programme.sessions)
    ]


def _combinations(
    case: Case,
    pairs: list[tuple[Gap | Offset, str, str]],
    options: list[list[tuple[Visit, Held]]],
    held: dict[str, Held],
    chosen: list[Visit],
) -> Iterator[tuple[list[Visit], dict[str, Held]]]:
    """Every choice of one visit for each session in which no two break a gap or an offset; and what is held then."""
    if len(chosen) == len(options):
        yield chosen, held
        return
    for visit, as_held in options[len(chosen)]:
        with_it = held | {visit.session: as_held}
        if _distances_kept(case, pairs, with_it):
            yield from _combinations(case, pairs, options, with_it, [*chosen, visit])


def _held_done(case: Case, session: Session) -> Held:
    done = case.course.done[session.id]
    people = {role: set(who) for role, who in done.staff.items()}
    return Held(session, done.on(case.clinic.zone), done.start, done.ended(session), people, done=True)


def _to_be_held(case: Case, visit: Visit) -> Held:
    people = {role: set(who) for role, who in visit.people}
    start, end = moment_of(visit.start), moment_of(visit.end)
    session = case.course.planned.by_id[visit.session]
    return Held(session, date.fromordinal(visit.day), start, end, people, done=False)


def _distances_kept(case: Case, pairs: list[tuple[Gap | Offset, str, str]], held: dict[str, Held]) -> bool:
    for rule, first, second in pairs:
        if first in held and second in held:
            one, two = held[first], held[second]
            if one.done and two.done:
                continue
            if isinstance(rule, Gap):
                if not _gap_kept(case, rule, one, two):
                    return False
            elif not _offset_kept(case, rule, one, two):
                return False
    return True


def _gap_kept(case: Case, rule: Gap, one: Held, two: Held) -> bool:
    begin = one.end if rule.between == "end-start" else one.start
    return (rule.at_least is None or _distance(case, rule.at_least, one, two, begin) >= 0) and (
        rule.at_most is None or _distance(case, rule.at_most, one, two, begin) <= 0
    )


def _distance(case: Case, bound: Length, one: Held, two: Held, begin: datetime) -> float:
    """By how much the second lies further from the first than the bound."""
    if isinstance(bound, Hours):
        return (two.start - begin) / timedelta(hours=1) - bound.count
    if isinstance(bound, Days):
        return (two.day - one.day).days - bound.count
    return len(_open_after(case, one.day, two.day)) - len(_open_after(case, two.day, one.day)) - bound.count


def _open_after(case: Case, day: date, last: date) -> list[date]:
    """The open dates after a day up to another, that included."""
    dates = (day + timedelta(days=more) for more in range(1, (last - day).days + 1))
    return [one for one in dates if case.clinic.open_time(one, one)]


def _offset_kept(case: Case, rule: Offset, anchor: Held, one: Held) -> bool:
    after, before = one.start - anchor.end, anchor.start - one.end
    if rule.between == "start-start":
        after, before = one.start - anchor.start, anchor.start - one.start
    hour = timedelta(hours=1)
    if rule.within is not None and max(after, before) > rule.within.count * hour:
        return False
    early, late = rule.earliest, rule.latest
    if not isinstance(early, Hours):
        far, near = (_distance(case, bound, anchor, one, anchor.end) for bound in (early, late))
        return far >= 0 and near <= 0
    if early.count >= 0:
        return early.count * hour <= after <= late.count * hour
    soon = before <= -early.count * hour
    return soon and (after <= late.count * hour if late.count > 0 else before >= -late.count * hour)


def _lawful(case: Case, held: dict[str, Held]) -> bool:
    for rule in case.course.planned.rules:
        match rule:
            case Gap() | Offset() | Continuity(hard=False):
                continue  # judged already, or only a cost
            case Span():
                counted = [held[one.id] for one in rule.counted(case.course.planned.sessions)]
                days = [one.day for one in counted if not one.done]
                if any(abs(day - one.day).days > rule.at_most.count for day in days for one in counted):
                    return False
            case Frequency():
                if not _often_enough(case, rule, held):
                    return False
            case Continuity():
                if any(_extra_people(case, rule, held)):
                    return False
    return True


def _often_enough(case: Case, rule: Frequency, held: dict[str, Held]) -> bool:
    counted = [held[one.id] for one in rule.counted(case.course.planned.sessions)]
    others = [
        one.on(case.clinic.zone) for one in case.course.beside if any(_picks(one, of) for of in rule.of)
    ]
    binding = [held[one.id] for one in rule.binding(case.course.planned.sessions)]
    days = sorted(one.day for one in binding)
    if isinstance(rule.per, RollingDays):
        lengths = rule.per.days
        firsts = [days[0] + timedelta(days=more) for more in range(-lengths, (days[-1] - days[0]).days + 1)]
    else:
        lengths = 7
        first = days[0] - timedelta(days=days[0].weekday())
        for anchor in rule.anchors(case.course.planned.sessions):
            first = days[0] - timedelta(days=(days[0] - held[anchor.id].day).days % 7)
        firsts = [first + timedelta(weeks=more) for more in range((days[-1] - first).days // 7 + 1)]
    inside = [[one for one in counted if 0 <= (one.day - first).days < lengths] for first in firsts]
    held_in = [[one for one in binding if one in stretch] for stretch in inside]
    for place, stretch in enumerate(inside):
        owed = any(not one.done for one in stretch)
        beside = [day for day in others if 0 <= (day - firsts[place]).days < lengths]
        most = len(stretch) + (len(beside) if rule.across == "patient" else 0)
        if rule.at_most is not None and owed and held_in[place] and most > rule.at_most:
            return False
        # Up to the week of the last one done, what is empty is past.
        past = any(one.done and one.day >= firsts[place] for one in counted)
        if len(stretch) < rule.at_least and (owed or not past):
            return False
    return True


def _picks(one: Elsewhere, selector: str) -> bool:
    """Does `kind`, or `phase/kind` or `phase/kind/number`, name it? Each part may be anything, as an asterisk."""
    phase, kind, number = one.session.split("/")
    parts = selector.split("/") if "/" in selector else [phase, selector]
    return all(part in ("*", name) for part, name in zip(parts, (phase, kind, number), strict=False))


def _extra_people(case: Case, rule: Continuity, held: dict[str, Held]) -> list[int]:
    programme, extra = case.course.planned, []
    for group in rule.groups(programme.sessions, programme.offsets):
        members = [held[one.id] for one in group if rule.role in one.kind.roles()]
        if len(members) > 1 and not all(one.done for one in members):
            people = set[str]().union(*(one.people.get(rule.role, set()) for one in members))
            extra.append(max(0, len(people) - max(one.session.kind.roles()[rule.role] for one in members)))
    return extra


def _aims(case: Case, held: dict[str, Held], chosen: Sequence[Visit]) -> tuple[int, int, int, int]:
    programme, course = case.course.planned, case.course
    days = 0 if programme.target in course.done else (held[programme.target].day - course.first_day).days
    for rule in programme.offsets:
        for anchor, session in rule.pairs(programme.sessions):
            if not held[session.id].done and rule.ideal is not None:
                days += abs((held[session.id].day - _ideal(case, rule.ideal, held[anchor.id].day)).days)
    soft = [rule for rule in programme.rules if isinstance(rule, Continuity) and not rule.hard]
    changes = sum(sum(_extra_people(case, rule, held)) for rule in soft)
    wishes = sum(_broken(case, held[one.session]) for one in chosen)
    return days, changes, wishes, _minutes(case, [held[one.session] for one in chosen])


def _ideal(case: Case, ideal: DayCount, anchor: date) -> date:
    """The date so many days from the anchor's or, of the open dates around it, the one so many further."""
    if isinstance(ideal, Days):
        return anchor + timedelta(days=ideal.count)
    far = timedelta(days=60)
    here = len(_open_after(case, anchor - far, anchor))
    return _open_after(case, anchor - far, anchor + far)[here + ideal.count - 1]


def _wall(case: Case, one: Held) -> int:
    local = one.start.astimezone(case.clinic.place)
    return local.hour * 60 + local.minute


def _broken(case: Case, one: Held) -> int:
    wishes, broken = case.course.patient.wishes, 0
    if wishes.weekdays and one.day.weekday() not in wishes.weekdays:
        broken += 1
    if wishes.half_day == "morning" and _wall(case, one) >= 720:
        broken += 1
    if wishes.half_day == "afternoon" and _wall(case, one) < 720:
        broken += 1
    there = set[str]().union(*one.people.values())
    for person in case.clinic.staff:
        could_help = any(role in one.session.kind.roles() for role in person.roles)
        if person.id in wishes.staff and could_help and person.id not in there:
            broken += 1
    return broken


def _minutes(case: Case, owed: list[Held]) -> int:
    preferred = case.course.patient.wishes.time
    if preferred is not None:
        return sum(abs(_wall(case, one) - preferred.hour * 60 - preferred.minute) for one in owed)
    total = 0
    for kind in {one.session.kind.name for one in owed}:
        tods = sorted(_wall(case, one) for one in owed if one.session.kind.name == kind)
        median = tods[(len(tods) - 1) // 2]
        total += sum(abs(tod - median) for tod in tods)
    return total


def is_tiny(case: Case, most: int = 200_000) -> bool:
    """Has it four sessions, four resources and two weeks, and yet no more than so many combinations?"""
    if len(case.course.owed) < 4 or len(case.clinic.by_resource) < 4 or case.clinic.horizon.days < 14:
        return False
    setting, combinations = Setting(case), 1
    for session in case.course.owed:
        combinations *= len(list(setting.visits(session)))
    return 0 < combinations <= most
