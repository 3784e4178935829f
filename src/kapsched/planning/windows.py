"""How far apart may the sessions be? The rules of a course as differences of dates, closed.

Every rule becomes a date-difference edge, an instant-difference edge, a counter over weeks or a group of people.
Closing the date edges finds contradictions without any clinic, tells which sessions could ever share a date, and
keeps the search narrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import TypeAlias

from attrs import evolve, field, frozen

from kapsched.model.programme import Programme, Session
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Span
from kapsched.planning.closure import NEVER, Between, closed
from kapsched.timeline.units import Days, Hours

MINUTES_A_DAY = 24 * 60
# Two clock changes of an hour and a half between them is more than any zone makes of a day or two.
CLOCK_CHANGE = 180
# The first and the last minute after midnight at which a session could start.
TimesOfDay: TypeAlias = tuple[int, int]
ANY_TIME: TimesOfDay = (0, MINUTES_A_DAY - 1)


@frozen
class DateEdge:
    """`least <= D(later) - D(earlier) <= most`, in days; `rule` is the name of the rule behind it."""

    earlier: str
    later: str
    least: int
    most: int
    rule: str


@frozen
class HourEdge:
    """`least <= s(later) - s(earlier) <= most`, in elapsed minutes from start to start."""

    earlier: str
    later: str
    least: int
    most: int
    rule: str

    def implied(self, earlier: TimesOfDay = ANY_TIME, later: TimesOfDay = ANY_TIME) -> DateEdge:
        """What it says of the dates alone, whatever the clocks do, for sessions that start between these minutes."""
        least, most = -NEVER, NEVER
        if self.least > -NEVER:
            short = self.least - (later[1] - earlier[0]) - CLOCK_CHANGE
            least = max(-(-short // MINUTES_A_DAY), 0 if self.least >= 0 else -NEVER)
        if self.most < NEVER:
            long = self.most - (later[0] - earlier[1]) + CLOCK_CHANGE
            most = min(long // MINUTES_A_DAY, 0 if self.most <= 0 else NEVER)
        return DateEdge(self.earlier, self.later, least, most, self.rule)

    def may_bind(self, least_days: int, most_days: int) -> bool:
        """Could the starts matter, at a difference of dates within these bounds?"""
        for days in range(max(least_days, -9), min(most_days, 9) + 1):
            lowest, highest = (
                (days - 1) * MINUTES_A_DAY - CLOCK_CHANGE,
                (days + 1) * MINUTES_A_DAY + CLOCK_CHANGE,
            )
            if lowest < self.least <= highest or lowest <= self.most < highest:
                return True
        # Rules over more than a week are rare; their boundary dates are looked at when they are met.
        return self.least > 8 * MINUTES_A_DAY or 8 * MINUTES_A_DAY < self.most < NEVER


@frozen
class Group:
    """Sessions among which continuity in a role is wanted: `members` in programme order, done ones included."""

    rule: str
    role: str
    members: tuple[str, ...]
    needed: int
    hard: bool


@frozen(slots=False)
class Outline:
    """What the rules say of some sessions of a programme, before any clinic or date is known.

    `owed` are to be placed, in programme order; `done` took place. `whole` is false for the first few sessions of a
    course only: then no week is asked to be full.
    """

    programme: Programme
    owed: tuple[Session, ...]
    done: frozenset[str]
    whole: bool
    dates: tuple[DateEdge, ...] = field(default=())
    hours: tuple[HourEdge, ...] = field(default=())
    groups: tuple[Group, ...] = field(default=())
    ideals: dict[str, tuple[str, int]] = field(factory=dict)
    times: tuple[TimesOfDay, ...] = field(default=())
    _timed: dict[tuple[TimesOfDay, ...], Outline] = field(factory=dict, init=False, eq=False, repr=False)

    def timed(self, times: tuple[TimesOfDay, ...]) -> Outline:
        """The same for owed sessions that start between these minutes of the day: hour rules then say more of dates."""
        found = self._timed.get(times)
        if found is None:
            found = self._timed[times] = evolve(self, times=times)
        return found

    @cached_property
    def place(self) -> dict[str, int]:
        """Each owed session's place in programme order."""
        return {session.id: place for place, session in enumerate(self.owed)}

    @cached_property
    def frequencies(self) -> tuple[Frequency, ...]:
        """The rules that count sessions by week, where an owed session is counted and the anchor is known."""
        sessions = self.programme.sessions
        return tuple(
            rule
            for rule in self.programme.rules
            if isinstance(rule, Frequency)
            and any(session.id in self.place for session in rule.counted(sessions))
            and all(one.id in self.place or one.id in self.done for one in rule.anchors(sessions))
        )

    @cached_property
    def edges(self) -> tuple[DateEdge | HourEdge, ...]:
        """Every rule between two sessions each, in days or in hours."""
        return (*self.dates, *self.hours)

    @cached_property
    def between(self) -> tuple[Between, ...]:
        """What the rules say of the dates of two owed sessions each, by place."""
        place = self.place
        return tuple(
            (place[edge.earlier], place[edge.later], edge.least, edge.most)
            for edge in (*self.dates, *map(self._implied, self.hours))
            if edge.earlier in place and edge.later in place
        )

    def _implied(self, edge: HourEdge) -> DateEdge:
        ends = [self.place.get(one) for one in (edge.earlier, edge.later)]
        earlier, later = (self.times[end] if self.times and end is not None else ANY_TIME for end in ends)
        return edge.implied(earlier, later)

    @cached_property
    def furthest(self) -> list[list[int]]:
        """`furthest[a][b]`: the most days that owed session b can lie after a, closed over all rules."""
        return closed(len(self.owed), self.between)

    @property
    def contradictory(self) -> bool:
        """Do the rules contradict each other, whatever the clinic?"""
        return any(self.furthest[place][place] < 0 for place in range(len(self.owed)))

    def could_meet(self, one: int, two: int) -> bool:
        """Could two owed sessions share a date, or an hour rule between them hang on their starts?"""
        if -self.furthest[two][one] <= 0 <= self.furthest[one][two]:
            return True
        ids = {self.owed[one].id, self.owed[two].id}
        return any(
            {edge.earlier, edge.later} == ids
            and edge.may_bind(
                -self.furthest[self.place[edge.later]][self.place[edge.earlier]],
                self.furthest[self.place[edge.earlier]][self.place[edge.later]],
            )
            for edge in self.hours
        )


@lru_cache(maxsize=512)
def outline(programme: Programme, owed: tuple[str, ...], done: frozenset[str], whole: bool = True) -> Outline:
    """The outline of some owed sessions beside those that are done."""
    known = set(owed) | done
    dates: list[DateEdge] = []
    hours: list[HourEdge] = []
    groups: list[Group] = []
    ideals: dict[str, tuple[str, int]] = {}
    for rule in programme.rules:
        match rule:
            case Gap():
                for earlier, later in rule.pairs(programme.sessions):
                    if rule.in_days:
                        dates.append(_gap_edge(rule, earlier, later))
                    else:
                        hours.append(_hour_edge(rule, earlier, later))
            case Offset():
                for anchor, session in rule.pairs(programme.sessions):
                    dates.append(_offset_edge(rule, anchor, session))
                    ideals[session.id] = (anchor.id, rule.ideal.count)
            case Span():
                dates.extend(_span_edges(rule, programme.sessions))
            case Continuity():
                groups.extend(_groups(rule, programme, known, set(owed)))
            case Frequency():
                pass
    return Outline(
        programme,
        tuple(session for session in programme.sessions if session.id in owed),
        done,
        whole,
        tuple(edge for edge in dates if _binds({edge.earlier, edge.later}, known, done)),
        tuple(edge for edge in hours if _binds({edge.earlier, edge.later}, known, done)),
        tuple(groups),
        {one: anchored for one, anchored in ideals.items() if one in owed and anchored[0] in known},
    )


def _binds(ends: set[str], known: set[str], done: frozenset[str]) -> bool:
    return ends <= known and not ends <= done


def _gap_edge(rule: Gap, earlier: Session, later: Session) -> DateEdge:
    least = rule.at_least.count if isinstance(rule.at_least, Days) else -NEVER
    most = rule.at_most.count if isinstance(rule.at_most, Days) else NEVER
    return DateEdge(earlier.id, later.id, least, most, rule.name)


def _offset_edge(rule: Offset, anchor: Session, session: Session) -> DateEdge:
    return DateEdge(anchor.id, session.id, rule.earliest.count, rule.latest.count, rule.name)


def _hour_edge(rule: Gap, earlier: Session, later: Session) -> HourEdge:
    visit = earlier.kind.minutes if rule.between == "end-start" else 0
    least = rule.at_least.count * 60 + visit if isinstance(rule.at_least, Hours) else -NEVER
    most = rule.at_most.count * 60 + visit if isinstance(rule.at_most, Hours) else NEVER
    return HourEdge(earlier.id, later.id, least, most, rule.name)


def _span_edges(rule: Span, sessions: Sequence[Session]) -> Iterator[DateEdge]:
    counted = rule.counted(sessions)
    for place, one in enumerate(counted):
        for two in counted[place + 1 :]:
            yield DateEdge(one.id, two.id, -rule.at_most.count, rule.at_most.count, rule.name)


def _groups(rule: Continuity, programme: Programme, known: set[str], owed: set[str]) -> Iterator[Group]:
    for group in rule.groups(programme.sessions, programme.offsets):
        members = [session for session in group if rule.role in session.kind.roles()]
        needed = max((session.kind.roles()[rule.role] for session in members), default=0)
        ids = tuple(session.id for session in members if session.id in known)
        if len(members) > 1 and owed & set(ids):
            yield Group(rule.name, rule.role, ids, needed, rule.hard)
