"""How far apart may the sessions be? The rules of a course as differences of dates, closed.

Every rule becomes a difference of dates, of open dates or of instants, a counter over weeks or a group of people.
Closing the date edges finds contradictions without any clinic, tells which sessions could ever share a date, and
keeps the search narrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache

from attrs import evolve, field, frozen

from kapsched.model.overrides import Waiver
from kapsched.model.programme import Programme, Session
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Span
from kapsched.planning.closure import Between, closed
from kapsched.planning.edges import (
    ANY_TIME,
    DateEdge,
    HourEdge,
    OpenEdge,
    TimesOfDay,
    edges_of,
    span_edges,
)
from kapsched.timeline.units import Days


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
    open_days: tuple[OpenEdge, ...] = field(default=())
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
    def edges(self) -> tuple[DateEdge | OpenEdge | HourEdge, ...]:
        """Every rule between two sessions each, in days, open days or hours."""
        return (*self.dates, *self.open_days, *self.hours)

    @cached_property
    def between(self) -> tuple[Between, ...]:
        """What the rules say of the dates of two owed sessions each, by place."""
        opened = tuple(edge.implied() for edge in self.open_days)
        return tuple(self._placed((*self.dates, *opened, *map(self._implied, self.hours))))

    def _placed(self, edges: Iterable[DateEdge | OpenEdge]) -> Iterator[Between]:
        for edge in edges:
            if edge.earlier in self.place and edge.later in self.place:
                yield self.place[edge.earlier], self.place[edge.later], edge.least, edge.most

    def _implied(self, edge: HourEdge) -> DateEdge:
        ends = [self.place.get(one) for one in (edge.earlier, edge.later)]
        earlier, later = (self.times[end] if self.times and end is not None else ANY_TIME for end in ends)
        return edge.implied(earlier, later)

    @cached_property
    def furthest(self) -> list[list[int]]:
        """`furthest[a][b]`: the most days that owed session b can lie after a, closed over all rules."""
        return closed(len(self.owed), self.between)

    @cached_property
    def furthest_open(self) -> list[list[int]]:
        """The same in open days: an owed session is on an open date, so a later date has a higher number."""
        days = self._placed((*self.dates, *map(self._implied, self.hours)))
        implied = [(a, b, min(least, 1), max(most, -1)) for a, b, least, most in days]
        return closed(len(self.owed), (*implied, *self._placed(self.open_days)))

    @property
    def contradictory(self) -> bool:
        """Do the rules contradict each other, whatever the clinic?"""
        return any(self.furthest[place][place] < 0 for place in range(len(self.owed)))

    def could_share(self, one: int, two: int) -> bool:
        """Could two owed sessions share a date?"""
        both = [self.furthest, self.furthest_open] if self.open_days else [self.furthest]
        return all(-furthest[two][one] <= 0 <= furthest[one][two] for furthest in both)

    def could_meet(self, one: int, two: int) -> bool:
        """Could two owed sessions share a date, or an hour rule between them hang on their starts?"""
        if self.could_share(one, two):
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
def outline(
    programme: Programme,
    owed: tuple[str, ...],
    done: frozenset[str],
    whole: bool = True,
    waivers: tuple[Waiver, ...] = (),
) -> Outline:
    """The outline of some owed sessions beside those that are done, without what is waived."""
    known = set(owed) | done
    edges: list[DateEdge | OpenEdge | HourEdge] = []
    groups: list[Group] = []
    ideals: dict[str, tuple[str, int]] = {}
    for rule in programme.rules:
        match rule:
            case Gap() | Offset():
                for earlier, later in rule.pairs(programme.sessions):
                    if _waived(rule, earlier, later, waivers):
                        continue
                    edges.extend(edges_of(rule, earlier, later))
                    if isinstance(rule, Offset) and isinstance(rule.ideal, Days):
                        ideals[later.id] = (earlier.id, rule.ideal.count)
            case Span():
                apart = set_apart("spans_are_kept", waivers)
                edges.extend(span_edges(rule, [one for one in programme.sessions if one.id not in apart]))
            case Continuity():
                apart = set_apart("people_stay_the_same", waivers)
                groups.extend(_groups(rule, programme, known, set(owed), apart))
            case Frequency():
                pass
    edges = [edge for edge in edges if _binds({edge.earlier, edge.later}, known, done)]
    return Outline(
        programme,
        tuple(session for session in programme.sessions if session.id in owed),
        done,
        whole,
        tuple(edge for edge in edges if isinstance(edge, DateEdge)),
        tuple(edge for edge in edges if isinstance(edge, OpenEdge)),
        tuple(edge for edge in edges if isinstance(edge, HourEdge)),
        tuple(groups),
        {one: anchored for one, anchored in ideals.items() if one in owed and anchored[0] in known},
    )


def _waived(rule: Gap | Offset, one: Session, two: Session, waivers: tuple[Waiver, ...]) -> bool:
    check = "gaps_are_kept" if isinstance(rule, Gap) else "offsets_are_kept"
    return any(waiver.check == check and waiver.covers((one.id, two.id)) for waiver in waivers)


def set_apart(check: str, waivers: tuple[Waiver, ...]) -> frozenset[str]:
    """The sessions that stand outside of what a check looks at as a whole."""
    return frozenset(id for waiver in waivers if waiver.check == check for id in waiver.sessions)


def _binds(ends: set[str], known: set[str], done: frozenset[str]) -> bool:
    return ends <= known and not ends <= done


def _groups(
    rule: Continuity, programme: Programme, known: set[str], owed: set[str], apart: frozenset[str]
) -> Iterator[Group]:
    for group in rule.groups(programme.sessions, programme.offsets):
        members = [one for one in group if rule.role in one.kind.roles() and one.id not in apart]
        needed = max((session.kind.roles()[rule.role] for session in members), default=0)
        ids = tuple(session.id for session in members if session.id in known)
        if len(members) > 1 and owed & set(ids):
            yield Group(rule.name, rule.role, ids, needed, rule.hard)
