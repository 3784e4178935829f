"""How far apart may the sessions be? The rules of a course as differences of dates, closed.

Every rule becomes a difference of dates, of open dates or of instants, a counter over weeks or a group of people.
Closing the date edges finds contradictions without any clinic, tells which sessions could ever share a date, and
keeps the search narrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

from attrs import field, frozen

from kapsched.model.programme import Programme, Session
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Span
from kapsched.planning.closure import NEVER, Between, closed
from kapsched.timeline.units import Days, Hours, Length, OpenDays

MINUTES_A_DAY = 24 * 60
# Two clock changes of an hour and a half between them is more than any zone makes of a day or two.
CLOCK_CHANGE = 180


@frozen
class DateEdge:
    """`least <= D(later) - D(earlier) <= most`, in days; `rule` is the name of the rule behind it."""

    earlier: str
    later: str
    least: int
    most: int
    rule: str


@frozen
class OpenEdge:
    """`least <= N(later) - N(earlier) <= most`, where N counts the clinic's open dates up to a session's date.

    With an `ideal` each date away from the open date at which the number is this costs a day.
    """

    earlier: str
    later: str
    least: int
    most: int
    rule: str
    ideal: int | None = None

    def implied(self) -> DateEdge:
        """What it says of the dates alone, whatever the clinic: n open days are at least n dates."""
        least = self.least if self.least >= 0 else -NEVER
        return DateEdge(self.earlier, self.later, least, self.most if self.most <= 0 else NEVER, self.rule)


@frozen
class HourEdge:
    """`least <= s(later) - s(earlier) <= most`, in elapsed minutes from start to start.

    `from_end` tells that they are counted from the end of the earlier one, which may have taken longer than it should.
    """

    earlier: str
    later: str
    least: int
    most: int
    rule: str
    from_end: bool = False

    def implied(self) -> DateEdge:
        """What it says of the dates alone, whatever the clocks do."""
        least, most = -NEVER, NEVER
        if self.least > -NEVER:
            least = 0 if 0 <= self.least < MINUTES_A_DAY else (self.least - CLOCK_CHANGE) // MINUTES_A_DAY
        if self.most < NEVER:
            most = -((-(MINUTES_A_DAY - 1 + self.most + CLOCK_CHANGE)) // MINUTES_A_DAY)
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
        return any(8 * MINUTES_A_DAY < abs(bound) < NEVER for bound in (self.least, self.most))


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

    @cached_property
    def place(self) -> dict[str, int]:
        """Each owed session's place in programme order."""
        return {session.id: place for place, session in enumerate(self.owed)}

    @cached_property
    def frequencies(self) -> tuple[Frequency, ...]:
        """The rules that count sessions by week, where an owed session is counted."""
        return tuple(
            rule
            for rule in self.programme.rules
            if isinstance(rule, Frequency)
            and any(session.id in self.place for session in rule.counted(self.programme.sessions))
        )

    @cached_property
    def edges(self) -> tuple[DateEdge | OpenEdge | HourEdge, ...]:
        """Every rule between two sessions each, in days, open days or hours."""
        return (*self.dates, *self.open_days, *self.hours)

    @cached_property
    def between(self) -> tuple[Between, ...]:
        """What the rules say of the dates of two owed sessions each, by place."""
        opened = tuple(edge.implied() for edge in self.open_days)
        return tuple(self._placed((*self.dates, *opened, *(edge.implied() for edge in self.hours))))

    def _placed(self, edges: Iterable[DateEdge | OpenEdge]) -> Iterator[Between]:
        for edge in edges:
            if edge.earlier in self.place and edge.later in self.place:
                yield self.place[edge.earlier], self.place[edge.later], edge.least, edge.most

    @cached_property
    def furthest(self) -> list[list[int]]:
        """`furthest[a][b]`: the most days that owed session b can lie after a, closed over all rules."""
        return closed(len(self.owed), self.between)

    @cached_property
    def furthest_open(self) -> list[list[int]]:
        """The same in open days: an owed session is on an open date, so a later date has a higher number."""
        days = self._placed((*self.dates, *(edge.implied() for edge in self.hours)))
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
def outline(programme: Programme, owed: tuple[str, ...], done: frozenset[str], whole: bool = True) -> Outline:
    """The outline of some owed sessions beside those that are done."""
    known = set(owed) | done
    edges: list[DateEdge | OpenEdge | HourEdge] = []
    groups: list[Group] = []
    ideals: dict[str, tuple[str, int]] = {}
    for rule in programme.rules:
        match rule:
            case Gap() | Offset():
                for earlier, later in rule.pairs(programme.sessions):
                    edges.extend(_edges(rule, earlier, later))
                    if isinstance(rule, Offset) and isinstance(rule.ideal, Days):
                        ideals[later.id] = (earlier.id, rule.ideal.count)
            case Span():
                edges.extend(_span_edges(rule, programme.sessions))
            case Continuity():
                groups.extend(_groups(rule, programme, known, set(owed)))
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


def _binds(ends: set[str], known: set[str], done: frozenset[str]) -> bool:
    return ends <= known and not ends <= done


def _edges(rule: Gap | Offset, one: Session, two: Session) -> Iterator[DateEdge | OpenEdge | HourEdge]:
    """What a rule says of a pair that it binds."""
    if isinstance(rule, Gap):
        least, most = rule.at_least, rule.at_most
    else:
        least, most = rule.earliest, rule.latest
    low, high = -NEVER if least is None else least.count, NEVER if most is None else most.count
    unit = type(least or most)
    if unit is Days:
        yield DateEdge(one.id, two.id, low, high, rule.name)
    elif unit is OpenDays:
        ideal = rule.ideal.count if isinstance(rule, Offset) and rule.ideal is not None else None
        yield OpenEdge(one.id, two.id, low, high, rule.name, ideal)
    elif isinstance(rule, Gap):
        yield _hour_edge(rule, one, two, least, most)
    else:
        yield from _hour_edges(rule, one, two, rule.earliest.count, rule.latest.count)
    if isinstance(rule, Offset) and rule.within is not None:
        yield _hour_edge(rule, one, two, None, rule.within)
        yield _hour_edge(rule, two, one, None, rule.within)


def _hour_edges(rule: Offset, anchor: Session, session: Session, low: int, high: int) -> Iterator[HourEdge]:
    """An offset in hours: after the anchor they run from its end, before it from the session's end to its start."""
    if low >= 0 or rule.between == "start-start":
        yield _hour_edge(rule, anchor, session, rule.earliest, rule.latest)
    elif high <= 0:
        yield _hour_edge(rule, session, anchor, Hours(-high), Hours(-low))
    else:
        yield _hour_edge(rule, anchor, session, None, rule.latest)
        yield _hour_edge(rule, session, anchor, None, Hours(-low))


def _hour_edge(
    rule: Gap | Offset, earlier: Session, later: Session, least: Length | None, most: Length | None
) -> HourEdge:
    from_end = rule.between == "end-start"
    visit = earlier.kind.minutes if from_end else 0
    return HourEdge(
        earlier.id,
        later.id,
        -NEVER if least is None else least.count * 60 + visit,
        NEVER if most is None else most.count * 60 + visit,
        rule.name,
        from_end,
    )


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
