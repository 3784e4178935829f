"""Do these placings keep the programme's rules? The slow planner's own reading of the definitions."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from kapsched.model.clinic import Clinic
from kapsched.model.course import Course
from kapsched.model.elsewhere import Elsewhere
from kapsched.model.periods import RollingDays, TreatmentWeek
from kapsched.model.programme import Session
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Span
from kapsched.timeline.units import Days, Hours, Length, OpenDays
from kapsched.timeline.zones import wall
from tests.oracles.visits import Visit, minute_of

# The ordinal of a Monday.
A_MONDAY = 1


class Placed(NamedTuple):
    """A session with a time and its people: what a rule needs to know of it."""

    day: int
    start: int
    end: int
    people: tuple[tuple[str, tuple[str, ...]], ...]


Unit: TypeAlias = Literal["days", "open days", "end-start", "start-start", "start-end"]


class Edge(NamedTuple):
    """A bound on the distance from one session to another: in days, or in minutes from an end or a start.

    `opens` are the clinic's open dates, in order, where they are counted.
    """

    one: str
    two: str
    unit: Unit
    least: int | None
    most: int | None
    opens: Sequence[int] = ()

    def kept(self, one: Placed | Visit, two: Placed | Visit) -> bool:
        """Is the distance within the bounds?"""
        if self.unit == "days":
            distance = two.day - one.day
        elif self.unit == "open days":
            distance = bisect_right(self.opens, two.day) - bisect_right(self.opens, one.day)
        else:
            begin, end = self.unit.split("-")
            distance = getattr(two, end) - getattr(one, begin)
        return (self.least is None or self.least <= distance) and (self.most is None or distance <= self.most)


class Group(NamedTuple):
    """Sessions within which a role's people should stay; `past` filled it in the done ones."""

    role: str
    owed: tuple[str, ...]
    needed: int
    hard: bool
    past: frozenset[str]


class Drift(NamedTuple):
    """A session whose distance in days from its ideal date costs; with `opens` that is an open date."""

    anchor: str
    session: str
    ideal: int
    opens: Sequence[int] = ()

    def away(self, anchor: int, day: int) -> int:
        """What it costs on a day."""
        if not self.opens:
            return abs(day - anchor - self.ideal)
        return abs(day - self.opens[bisect_right(self.opens, anchor) + self.ideal - 1])


def picks(selectors: Iterable[str], session: Session | Elsewhere) -> bool:
    """Does one of the selectors pick the session?"""
    for selector in selectors:
        parts = selector.split("/")
        if parts == ["*"]:
            return True
        if len(parts) == 1:
            parts = ["*", *parts]
        known = tuple(session.id.split("/"))
        if all(part in ("*", name) for part, name in zip(parts, known, strict=False)):
            return True
    return False


def followers(gap: Gap, sessions: Sequence[Session]) -> list[tuple[str, str]]:
    """Each session of `after` with the first of `before` behind it."""
    found = []
    for place, session in enumerate(sessions):
        if picks(gap.after, session):
            behind = [other.id for other in sessions[place + 1 :] if picks(gap.before, other)]
            found += [(session.id, other) for other in behind[:1]]
    return found


def anchored(offset: Offset, sessions: Sequence[Session]) -> list[tuple[str, str]]:
    """Each session of the offset as (anchor, session)."""
    found = []
    for place, session in enumerate(sessions):
        if picks(offset.of, session):
            before = [other.id for other in sessions[:place] if picks(offset.anchor, other)]
            behind = [
                other.id
                for other in sessions[place + 1 :]
                if picks(offset.anchor, other) and not picks(offset.of, other)
            ]
            anchors = before[-1:] or behind[:1]
            found += [(anchor, session.id) for anchor in anchors]
    return found


class Rulebook:
    """The rules of one course with what is done put in; `facts` are the done sessions."""

    def __init__(self, course: Course, clinic: Clinic, *, forget_done: bool = False) -> None:
        # No rule of these cases counts further than this from the horizon.
        around = range(clinic.horizon.first_day.toordinal() - 60, clinic.horizon.last_day.toordinal() + 60)
        self.opens = [day for day in around if clinic.open_time(date.fromordinal(day), date.fromordinal(day))]
        self.course, self.sessions = course, course.planned.sessions
        self.owed = tuple(one.id for one in self.sessions if one.id not in course.done)
        self.facts: dict[str, Placed] = {}
        for id_, done in course.done.items():
            if not forget_done:
                end = minute_of(done.ended(course.planned.by_id[id_]))
                day = wall(done.start, clinic.place).date().toordinal()
                self.facts[id_] = Placed(day, minute_of(done.start), end, tuple(done.staff.items()))
        self.beside = [(one, wall(one.start, clinic.place).date().toordinal()) for one in course.beside]
        self.edges = [edge for edge in self._edges() if edge.one in self.owed or edge.two in self.owed]
        self.groups = list(self._groups())
        self.drifts = [
            Drift(anchor, session, rule.ideal.count, self.opens if isinstance(rule.ideal, OpenDays) else ())
            for rule in course.planned.rules
            if isinstance(rule, Offset) and rule.ideal is not None
            for anchor, session in anchored(rule, self.sessions)
            if session in self.owed and not self._waived("offsets_are_kept", anchor, session)
        ]

    def _waived(self, check: str, *sessions: str) -> bool:
        """Does a waiver of the check name all of these sessions?"""
        named = [one.sessions for one in self.course.waivers if one.check == check]
        return any(all(one in names for one in sessions) for names in named)

    def _edges(self) -> Iterable[Edge]:
        for rule in self.course.planned.rules:
            if isinstance(rule, Gap):
                for one, two in followers(rule, self.sessions):
                    if not self._waived("gaps_are_kept", one, two):
                        yield self._edge(one, two, rule.between, rule.at_least, rule.at_most)
            elif isinstance(rule, Offset):
                for anchor, session in anchored(rule, self.sessions):
                    if not self._waived("offsets_are_kept", anchor, session):
                        yield from self._offset(rule, anchor, session)

    def _edge(self, one: str, two: str, minutes: Unit, least: Length | None, most: Length | None) -> Edge:
        if isinstance(least or most, Hours):
            low, high = (None if bound is None else bound.count * 60 for bound in (least, most))
            return Edge(one, two, minutes, low, high)
        low, high = (None if bound is None else bound.count for bound in (least, most))
        if isinstance(least or most, Days):
            return Edge(one, two, "days", low, high)
        return Edge(one, two, "open days", low, high, self.opens)

    def _offset(self, rule: Offset, anchor: str, session: str) -> Iterable[Edge]:
        """Hours after the anchor are counted from its end, hours before it back from its start."""
        after, before = ("start-start",) * 2 if rule.between == "start-start" else ("end-start", "start-end")
        soon, late = after, after
        if rule.earliest.count < 0:
            soon, late = before, before if rule.latest.count <= 0 else after
        yield self._edge(anchor, session, soon, rule.earliest, None)  # type: ignore[arg-type]
        yield self._edge(anchor, session, late, None, rule.latest)  # type: ignore[arg-type]
        if rule.within is not None:
            yield self._edge(anchor, session, before, Hours(-rule.within.count), None)  # type: ignore[arg-type]
            yield self._edge(anchor, session, after, None, rule.within)  # type: ignore[arg-type]

    def _groups(self) -> Iterable[Group]:
        for rule in self.course.planned.rules:
            if isinstance(rule, Continuity):
                for members in self._members(rule):
                    chosen = [
                        one
                        for one in members
                        if one.kind.roles()[rule.role] and not self._waived("people_stay_the_same", one.id)
                    ]
                    owed = tuple(one.id for one in chosen if one.id in self.owed)
                    past = [
                        dict(self.facts[one.id].people).get(rule.role, ())
                        for one in chosen
                        if one.id in self.facts
                    ]
                    if len(owed) + len(past) > 1 and owed:
                        needed = max(one.kind.roles()[rule.role] for one in chosen)
                        yield Group(rule.role, owed, needed, rule.hard, frozenset().union(*past))

    def _members(self, rule: Continuity) -> list[list[Session]]:
        chosen = [one for one in self.sessions if picks(rule.of, one)]
        if rule.scope == "phase":
            return [
                [one for one in chosen if one.phase == phase.name] for phase in self.course.planned.phases
            ]
        if rule.scope != "pair":
            return [chosen]
        hung: dict[str, list[str]] = {}
        for offset in self.course.planned.rules:
            if isinstance(offset, Offset):
                for anchor, session in anchored(offset, self.sessions):
                    hung.setdefault(anchor, []).append(session)
        ids = {one.id for one in chosen}
        return [
            [one for one in self.sessions if one.id == anchor or (one.id in hanging and one.id in ids)]
            for anchor, hanging in hung.items()
        ]

    def counts_kept(self, days: Mapping[str, int], *, whole: bool) -> bool:
        """Are the spans and frequencies kept by these dates of done and owed sessions?

        Unless they are the `whole` course nothing is held against weeks with too few.
        """
        for rule in self.course.planned.rules:
            if isinstance(rule, Span):
                found = [
                    one.id
                    for one in self.sessions
                    if picks(rule.of, one) and one.id in days and not self._waived("spans_are_kept", one.id)
                ]
                when = [days[one] for one in found]
                owed = [days[one] for one in found if one in self.owed]
                if any(max(abs(day - other) for other in when) > rule.at_most.count for day in owed):
                    return False
            elif isinstance(rule, Frequency) and not self._often_enough(rule, days, whole=whole):
                return False
        return True

    def _often_enough(self, rule: Frequency, days: Mapping[str, int], *, whole: bool) -> bool:
        counted = [one for one in self.sessions if picks(rule.of, one) and one.id in days]
        binding = [one for one in counted if rule.phase in (None, one.phase)]
        begins = self._weeks_begin(rule, days)
        if begins is None:
            return True
        if rule.at_most is not None:
            beside = [day for one, day in self.beside if rule.across == "patient" and picks(rule.of, one)]
            for stretch in self._stretches(rule, [days[one.id] for one in binding], begins):
                inside = [one.id for one in counted if days[one.id] in stretch]
                number = len(inside) + sum(day in stretch for day in beside)
                if set(inside) & set(self.owed) and number > rule.at_most:
                    return False
        if not (rule.at_least and whole and binding):
            return True
        weeks = {one.id: (days[one.id] - begins) // 7 for one in counted}
        bound = [weeks[one.id] for one in binding]
        last_done = max((when for one, when in weeks.items() if one not in self.owed), default=min(bound) - 1)
        for week in range(min(bound), max(bound) + 1):
            inside = [one for one, when in weeks.items() if when == week]
            judged = week > last_done or bool(set(inside) & set(self.owed))
            if judged and len(inside) < rule.at_least:
                return False
        return True

    def can_be_filled(self, days: Mapping[str, int], domains: Mapping[str, set[int]]) -> bool:
        """Can the weeks that hold placed owed sessions still get enough of those not yet placed?"""
        for rule in self.course.planned.rules:
            if isinstance(rule, Frequency) and rule.at_least:
                counted = [one for one in self.sessions if picks(rule.of, one)]
                left = [domains[one.id] for one in counted if one.id in domains]
                begins = self._weeks_begin(rule, days)
                if begins is None:
                    continue
                weeks = [(days[one.id] - begins) // 7 for one in counted if one.id in days]
                begun = {
                    (days[one.id] - begins) // 7
                    for one in counted
                    if one.id in days and one.id in self.owed and rule.phase in (None, one.phase)
                }
                lacking = {week: rule.at_least - weeks.count(week) for week in begun}
                for week, number in lacking.items():
                    if number > sum(any((day - begins) // 7 == week for day in dates) for dates in left):
                        return False
                if sum(number for number in lacking.values() if number > 0) > len(left):
                    return False
        return True

    def _weeks_begin(self, rule: Frequency, days: Mapping[str, int]) -> int | None:
        """A day on which a week of the rule begins; None where that hangs on a session without a date."""
        if not isinstance(rule.per, TreatmentWeek):
            return A_MONDAY
        for one in self.sessions:
            counted = picks(rule.of, one) and rule.phase in (None, one.phase)
            if counted if rule.per.anchor is None else picks([rule.per.anchor], one):
                return days.get(one.id)
        return None

    def _stretches(self, rule: Frequency, days: list[int], begins: int) -> Iterable[range]:
        for day in sorted(set(days)):
            if not isinstance(rule.per, RollingDays):
                first = day - (day - begins) % 7
                yield range(first, first + 7)
            else:
                for first in range(day - rule.per.days + 1, day + 1):
                    yield range(first, first + rule.per.days)
