"""Which rules hold between sessions that lie as they do? Rules drawn around dates, so that none contradicts another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations, pairwise
from typing import TypeAlias, get_args

from attrs import evolve, frozen
from hypothesis import strategies as st

from kapsched.model.elsewhere import Elsewhere
from kapsched.model.periods import RollingDays, TreatmentWeek
from kapsched.model.programme import Session
from kapsched.model.rules import Between, Continuity, Frequency, Gap, Offset, Rule, Scope, Span
from kapsched.testing.clinic_strategies import among
from kapsched.timeline.units import Days, Hours, Length, OpenDays

_FAR = Days(10_000)
_HOUR = timedelta(hours=1)
_A_MONDAY = date(1, 1, 1)
_SLACK = among(0, 1, 3)
_UNITS: st.SearchStrategy[type[Days | OpenDays | Hours]] = st.sampled_from([Days, OpenDays, Hours])


@frozen(kw_only=True)
class Placed:
    """A session where it might be: on a date, from when to when, and with whom in each role if that is known.

    `number` counts the open dates up to its own.
    """

    session: Session
    day: date
    number: int
    start: datetime
    end: datetime
    people: Mapping[str, Iterable[str]] | None = None


Sketch: TypeAlias = Mapping[Session, Placed]


def rules_kept_by(draw: st.DrawFn, placed: Sequence[Placed]) -> tuple[Rule, ...]:
    """Rules of several sorts, at most one of each, that sessions placed so keep."""
    sketch = {one.session: one for one in placed}
    found: list[Rule] = _in_turn(draw, sketch)
    for sort in draw(among(*_MIXTURES)):
        found += sort(draw, sketch, [one for one in found if isinstance(one, Offset)])
    return tuple(found)


def _kinds(sketch: Sketch) -> list[str]:
    return list(dict.fromkeys(one.kind_name for one in sketch))


def _selector(draw: st.DrawFn, sketch: Sketch) -> str:
    return draw(among("*", *_kinds(sketch), *dict.fromkeys(f"{one.phase}/*" for one in sketch)))


def elsewhere(
    draw: st.DrawFn, sessions: Sequence[Session], starts: Sequence[datetime]
) -> tuple[Elsewhere, ...]:
    """A few sessions, or none, of another course of the patient's, named as these are and about these times."""
    found = []
    for number in range(1, draw(among(0, 0, 1, 2)) + 1):
        like, day = draw(among(*sessions)), draw(among(*starts))
        moment = day + timedelta(days=draw(among(0, 1, -7)))
        session = f"{like.phase}/{like.kind_name}/{number}"
        found.append(Elsewhere(course="another", session=session, start=moment))
    return tuple(found)


def leaving_room_for(beside: Sequence[Elsewhere], rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules with limits that are kept beside these too, even if all were in one week."""
    return tuple(
        evolve(one, at_most=one.at_most + len(one.elsewhere(beside)))
        if isinstance(one, Frequency) and one.at_most is not None
        else one
        for one in rules
    )


def _in_turn(draw: st.DrawFn, sketch: Sketch) -> list[Rule]:
    """As in most programmes: sessions follow each other in their order, if those here do."""
    days = [(two.day - one.day).days for one, two in pairwise(sketch.values())]
    if not days or min(days) < 0 or not draw(among(True, True, True, False)):
        return []
    least = draw(among(min(days), min(1, *days)))
    return [Gap(name="in turn", after="*", before="*", at_least=Days(least))]


def _gaps(draw: st.DrawFn, sketch: Sketch, _: Sequence[Offset]) -> list[Rule]:
    gap = Gap(name="apart", after=_selector(draw, sketch), before=_selector(draw, sketch), at_least=Days(0))
    pairs = [(sketch[one], sketch[two]) for one, two in gap.pairs(tuple(sketch))]
    if not pairs or any(two.start < one.end for one, two in pairs):
        return []
    unit = draw(_UNITS)
    between: Between = draw(among(*get_args(Between)))
    shortest, longest = _extremes(unit, between, pairs)
    least, most = draw(_SLACK), draw(among(None, 0, 2))
    return [
        evolve(
            gap,
            at_least=unit(max(0, shortest - least)),
            at_most=None if most is None else unit(longest + most),
            between=between if unit is Hours else gap.between,
        )
    ]


def _extremes(
    unit: type[Length], between: Between, pairs: Sequence[tuple[Placed, Placed]]
) -> tuple[int, int]:
    """The whole hours, days or open days that no pair lies closer than, and none further apart than."""
    if unit is Days:
        days = [(two.day - one.day).days for one, two in pairs]
    elif unit is OpenDays:
        days = [two.number - one.number for one, two in pairs]
    else:
        times = [_time(between, one, two) for one, two in pairs]
        return min(times) // _HOUR, -(-max(times) // _HOUR)
    return min(days), max(days)


def _time(between: Between, anchor: Placed, one: Placed) -> timedelta:
    """From an anchor's end, or start, to what lies after it; negative, from its start to what lies before it."""
    if between == "start-start":
        return one.start - anchor.start
    return one.start - anchor.end if one.start >= anchor.end else one.end - anchor.start


def _offsets(draw: st.DrawFn, sketch: Sketch, _: Sequence[Offset]) -> list[Rule]:
    of, anchor = (draw(among(*_kinds(sketch))) for _ in range(2))
    wide = Offset(name="after", of=of, anchor=anchor, earliest=Days(-_FAR.count), latest=_FAR)
    pairs = [(sketch[one], sketch[two]) for one, two in wide.pairs(tuple(sketch))]
    if not pairs:
        return []
    unit = draw(_UNITS)
    between: Between = draw(among(*get_args(Between)))
    soonest, furthest = _extremes(unit, between, pairs)
    earliest, latest = soonest - draw(_SLACK), furthest + draw(_SLACK)
    if unit is Hours:
        # No hours lie on the side of the other bound: beside a negative one before the anchor, and else after it,
        # where nothing is that ends just as its anchor begins.
        if any(one.start < anchor.end for anchor, one in pairs):
            earliest = min(earliest, -1)
        hours = (Hours(earliest), Hours(1 if earliest < latest == 0 else latest))
        return [evolve(wide, earliest=hours[0], latest=hours[1], ideal=None, between=between)]
    ideal = draw(among(*range(earliest, latest + 1)))
    whole = OpenDays(ideal) if unit is OpenDays else Days(ideal)
    rule = evolve(wide, earliest=unit(earliest), latest=unit(latest), ideal=whole)
    if not draw(among(False, True)):
        return [rule]
    hours_apart = max(map(abs, _extremes(Hours, between, pairs)))
    return [evolve(rule, within=Hours(max(1, hours_apart) + draw(_SLACK)), between=between)]


def _frequencies(draw: st.DrawFn, sketch: Sketch, _: Sequence[Offset]) -> list[Rule]:
    phases = list(dict.fromkeys(one.phase for one in sketch))
    rule = Frequency(
        name="pace",
        of=_selector(draw, sketch),
        phase=draw(among(None, *phases)),
        at_most=1000,
        across=draw(among("course", "course", "patient")),
    )
    binding = rule.binding(tuple(sketch))
    if not binding:
        return []
    days = [sketch[one].day for one in rule.counted(tuple(sketch))]
    if draw(among(False, True)):
        rolling = draw(among(7, 2, 10))
        most = max(sum(0 <= (two - one).days < rolling for two in days) for one in days)
        return [evolve(rule, at_most=most + draw(_SLACK), per=RollingDays(days=rolling))]
    if draw(among(False, True)):
        anchor = draw(among(None, *(one.id for one in sketch)))
        rule = evolve(rule, per=TreatmentWeek(anchor=anchor))
    begins = next((sketch[one].day for one in rule.anchors(tuple(sketch))), _A_MONDAY)
    count = Counter(_week(day, begins) for day in days)
    first, last = (edge(_week(sketch[one].day, begins) for one in binding) for edge in (min, max))
    weeks = [first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]
    least = min(count[week] for week in weeks)
    return [
        evolve(
            rule,
            at_least=draw(among(*range(least + 1))),
            at_most=max(count[week] for week in weeks) + draw(_SLACK),
        )
    ]


def _week(day: date, begins: date) -> date:
    """The first date of a day's week, where weeks begin on that date and every seven days before and after."""
    return day - (day - begins) % timedelta(weeks=1)


def _spans(draw: st.DrawFn, sketch: Sketch, _: Sequence[Offset]) -> list[Rule]:
    rule = Span(name="within", of=_selector(draw, sketch), at_most=_FAR)
    days = [sketch[one].day for one in rule.counted(tuple(sketch))]
    return [evolve(rule, at_most=Days((max(days) - min(days)).days + draw(_SLACK)))]


def _continuities(draw: st.DrawFn, sketch: Sketch, offsets: Sequence[Offset]) -> list[Rule]:
    roles = list(dict.fromkeys(role for one in sketch for role in one.kind.roles()))
    if not roles:
        return []
    scope: Scope = draw(among(*get_args(Scope)))
    rule = Continuity(name="same face", role=draw(among(*roles)), scope=scope, hard=False)
    if scope in ("kinds", "pair"):
        rule = evolve(rule, of=_selector(draw, sketch))
    same = all(
        _same(rule.role, [sketch[one] for one in group]) for group in rule.groups(tuple(sketch), offsets)
    )
    return [evolve(rule, hard=same and draw(among(False, True)))]


def _same(role: str, group: Sequence[Placed]) -> bool:
    """Are they the same people in all sessions of a group, as far as they are known?"""
    if any(one.people is None for one in group):
        return True
    people = {who for one in group for who in (one.people or {}).get(role, ())}
    return len(people) == max(one.session.kind.roles().get(role, 0) for one in group)


_SORTS: tuple[Callable[[st.DrawFn, Sketch, Sequence[Offset]], list[Rule]], ...] = (
    _gaps,
    _offsets,
    _frequencies,
    _spans,
    _continuities,
)
# Offsets come before continuity, whose pairs they make.
_MIXTURES = tuple(some for number in range(4) for some in combinations(_SORTS, number))
