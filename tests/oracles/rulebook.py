"""Do these placings keep the programme's rules? The slow planner's own reading of the definitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from kapsched.model.course import Course
from kapsched.model.programme import Session
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, RollingDays, Span, TreatmentWeek
from kapsched.timeline.units import Days
from kapsched.timeline.zones import wall, zone
from tests.oracles.visits import Visit, minute_of

# The ordinal of a Monday.
A_MONDAY = 1


class Placed(NamedTuple):
    """A session with a time and its people: what a rule needs to know of it."""

    day: int
    start: int
    end: int
    people: tuple[tuple[str, tuple[str, ...]], ...]


class Edge(NamedTuple):
    """A bound on the distance from one session to another: in days, or in minutes from an end or a start."""

    one: str
    two: str
    unit: Literal["days", "end-start", "start-start"]
    least: int | None
    most: int | None

    def kept(self, one: Placed | Visit, two: Placed | Visit) -> bool:
        """Is the distance within the bounds?"""
        if self.unit == "days":
            distance = two.day - one.day
        else:
            distance = two.start - (one.end if self.unit == "end-start" else one.start)
        return (self.least is None or self.least <= distance) and (self.most is None or distance <= self.most)


class Group(NamedTuple):
    """Sessions within which a role's people should stay; `past` filled it in the done ones."""

    role: str
    owed: tuple[str, ...]
    needed: int
    hard: bool
    past: frozenset[str]


class Drift(NamedTuple):
    """A session whose distance in days from its anchor costs."""

    anchor: str
    session: str
    ideal: int


def picks(selectors: Iterable[str], session: Session) -> bool:
    """Does one of the selectors pick the session?"""
    for selector in selectors:
        parts = selector.split("/")
        if parts == ["*"]:
            return True
        if len(parts) == 1:
            parts = ["*", *parts]
        known = (session.phase, session.kind.name, str(session.number))
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
            behind = [other.id for other in sessions[place + 1 :] if picks(offset.anchor, other)]
            anchors = before[-1:] or behind[:1]
            found += [(anchor, session.id) for anchor in anchors]
    return found


class Rulebook:
    """The rules of one course with what is done put in; `facts` are the done sessions."""

    def __init__(self, course: Course, zone_name: str, *, forget_done: bool = False) -> None:
        self.course, self.sessions = course, course.planned.sessions
        self.owed = tuple(one.id for one in self.sessions if one.id not in course.done)
        self.facts: dict[str, Placed] = {}
        for id_, done in course.done.items():
            if not forget_done:
                end = minute_of(done.ended(course.planned.by_id[id_]))
                day = wall(done.start, zone(zone_name)).date().toordinal()
                self.facts[id_] = Placed(day, minute_of(done.start), end, tuple(done.staff.items()))
        self.edges = [edge for edge in self._edges() if edge.one in self.owed or edge.two in self.owed]
        self.groups = list(self._groups())
        self.drifts = [
            Drift(anchor, session, rule.ideal.count)
            for rule in course.planned.rules
            if isinstance(rule, Offset)
            for anchor, session in anchored(rule, self.sessions)
            if session in self.owed
        ]

    def _edges(self) -> Iterable[Edge]:
        for rule in self.course.planned.rules:
            if isinstance(rule, Gap):
                in_days = isinstance(rule.at_least or rule.at_most, Days)
                factor = 1 if in_days else 60
                least = None if rule.at_least is None else rule.at_least.count * factor
                most = None if rule.at_most is None else rule.at_most.count * factor
                for one, two in followers(rule, self.sessions):
                    yield Edge(one, two, "days" if in_days else rule.between, least, most)
            elif isinstance(rule, Offset):
                for anchor, session in anchored(rule, self.sessions):
                    yield Edge(anchor, session, "days", rule.earliest.count, rule.latest.count)

    def _groups(self) -> Iterable[Group]:
        for rule in self.course.planned.rules:
            if isinstance(rule, Continuity):
                for members in self._members(rule):
                    chosen = [one for one in members if one.kind.roles()[rule.role]]
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
                found = [one.id for one in self.sessions if picks(rule.of, one) and one.id in days]
                when = [days[one] for one in found]
                if set(found) & set(self.owed) and max(when) - min(when) > rule.at_most.count:
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
            for stretch in self._stretches(rule, [days[one.id] for one in binding], begins):
                inside = [one.id for one in counted if days[one.id] in stretch]
                if set(inside) & set(self.owed) and len(inside) > rule.at_most:
                    return False
        if not (rule.at_least and whole and binding):
            return True
        weeks = {one.id: (days[one.id] - begins) // 7 for one in counted}
        bound = [(weeks[one.id], one.id in self.owed) for one in binding]
        for week in range(min(bound)[0], max(bound)[0] + 1):
            inside = [one for one, when in weeks.items() if when == week]
            if len(inside) < rule.at_least and self._judged(week, inside, bound):
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

    def _judged(self, week: int, inside: list[str], bound: list[tuple[int, bool]]) -> bool:
        """Does a week with too few count? One with an owed session does; an empty one beside such a week."""
        if inside:
            return bool(set(inside) & set(self.owed))
        before = max(when for when, _ in bound if when < week)
        behind = min(when for when, _ in bound if when > week)
        return any(owed for when, owed in bound if when in (before, behind))

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
