"""Which sessions hang on one other alone? They are folded into it, as masks of days by what they cost.

An integration the day after a dose, a maintenance dose four weeks after the last: nobody else refers to it, so all
that the search needs to know of it is on which days of its anchor it can be had, and at how much drift. What is
folded can carry folded sessions itself, so that a whole chain comes to a few masks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import TypeAlias

from kapsched.planning.closure import NEVER, spread
from kapsched.planning.grid import Mask
from kapsched.planning.hour_days import HourDays
from kapsched.planning.open_days import OpenTie, seen_across
from kapsched.planning.problem import Problem
from kapsched.planning.starts import AllowedKey
from kapsched.planning.ties import Ties

# `[c]` holds the days at a cost of `c` or less; the last holds all there are.
Levels: TypeAlias = tuple[Mask, ...]
# The people that groups keep to, by the number of the group; a group without any may still have all.
People: TypeAlias = Mapping[int, frozenset[str]]

NOWHERE: Levels = (0,)
# A session is left to the search if it could cost more days than this, or if more lie folded in a row into it.
MOST_LEVELS = 64
LONGEST_CHAIN = 24


class Folds:
    """The sessions folded into others, and for each of the others its days by what hangs on it.

    `anchor` leads from a folded session to the one it is folded into; `settled` are the groups of people that lie
    within one session and what is folded into it. Hard groups alone count here.
    """

    def __init__(self, problem: Problem, domains: Sequence[Mask], ties: Ties) -> None:
        self.problem, self.domains, self.ties = problem, domains, ties
        size = len(problem.sessions)
        self.anchor: dict[int, int] = {}
        self.leaves: list[list[int]] = [[] for _ in range(size)]
        self.settled: set[int] = set()
        self._inner: list[list[int]] = [[] for _ in range(size)]
        self._outer: list[tuple[int, ...]] = [() for _ in range(size)]
        self._width = [0] * size
        self._chain = [0] * size  # how many sessions deep lies what is folded into one
        self._apart: dict[tuple[int, int], tuple[int, int]] = {}
        self._ideals: dict[tuple[int, int], list[int]] = {}
        self._opened: dict[tuple[int, int], list[OpenTie]] = {}
        self._levels: dict[tuple[int, tuple[frozenset[str] | None, ...]], Levels] = {}
        self._costs: dict[tuple[int, tuple[frozenset[str] | None, ...]], Levels] = {}
        self.hours = HourDays(problem)
        self._read()
        self._fold()
        for place in self.core:
            self._sort_groups(place)

    @property
    def core(self) -> tuple[int, ...]:
        """The sessions that are not folded, in the order of the ties."""
        return tuple(place for place in self.ties.order if place not in self.anchor)

    @property
    def order(self) -> tuple[int, ...]:
        """All sessions: those of the core, each followed by what is folded into it, the shortest chain first.

        So an integration comes before the next dose, and what is remembered of a dose can be forgotten.
        """

        def branch(place: int) -> Iterator[int]:
            yield place
            for leaf in sorted(self.leaves[place], key=lambda leaf: (self._chain[leaf], leaf)):
                yield from branch(leaf)

        return tuple(one for place in self.core for one in branch(place))

    def _read(self) -> None:
        """How far two sessions that any rule ties may lie apart, and how far they ideally do."""
        self._beside: list[set[int]] = [set() for _ in self.problem.sessions]
        for place, ties in enumerate(self.ties.dates):
            for other, least, most in ties:
                low, high = self._apart.get((other, place), (-NEVER, NEVER))
                low, high = max(low, least), min(high, most)
                self._apart[other, place], self._apart[place, other] = (low, high), (-high, -low)
                self._tie(place, other)
        for place, drifts in enumerate(self.ties.drifts):
            for drift in drifts:
                if drift.other is not None:
                    self._ideals.setdefault((drift.other, place), []).append(drift.ideal)
                    self._ideals.setdefault((place, drift.other), []).append(-drift.ideal)
                    self._tie(place, drift.other)
        for place, opened in enumerate(self.ties.opened):
            for other, tie in opened:
                self._opened.setdefault((other, place), []).append(tie)
                self._opened.setdefault((place, other), []).append(tie)
                self._tie(place, other)

    def _tie(self, one: int, two: int) -> None:
        self._beside[one].add(two)
        self._beside[two].add(one)

    def _fold(self) -> None:
        """Fold while anything can be folded, from the end of the programme."""
        left = sorted(self.ties.order, reverse=True)
        while (found := next((one for one in left if self._foldable(one)), None)) is not None:
            (anchor,) = self._beside[found]
            self.anchor[found] = anchor
            self.leaves[anchor].append(found)
            self._width[anchor] += self._width_of(found, anchor)
            self._chain[anchor] = max(self._chain[anchor], self._chain[found] + 1)
            self._sort_groups(found)
            self._beside[anchor].discard(found)
            left.remove(found)

    def _foldable(self, place: int) -> bool:
        ties = self.ties
        if place == ties.target or not ties.alone[place] or ties.counted[place]:
            return False
        if len(self._beside[place]) != 1 or any(drift.other is None for drift in ties.drifts[place]):
            return False
        (anchor,) = self._beside[place]
        width = self._width[anchor] + self._width_of(place, anchor)
        if width > MOST_LEVELS or self._chain[place] >= LONGEST_CHAIN:
            return False
        return all(others == {place} or anchor in others for _, others in self._groups(place))

    def _groups(self, place: int) -> Iterator[tuple[int, set[int]]]:
        """The hard groups of a session, each with those of its sessions that are not folded."""
        for n in self.ties.groups_of[place]:
            people = self.problem.people[n]
            if people.group.hard:
                yield n, {one for one in people.places if one not in self.anchor or one == place}

    def _sort_groups(self, place: int) -> None:
        """Which groups are settled within a session, and which it shares with others that are not folded."""
        inner = [n for n, others in self._groups(place) if others == {place} and self.ties.alone[place]]
        self._inner[place] = inner
        self.settled.update(inner)
        self._outer[place] = tuple(n for n, _ in self._groups(place) if n not in inner)

    def _width_of(self, place: int, anchor: int) -> int:
        """The most that a session could cost its anchor, roughly; what is folded into it included."""
        least, most = self._apart.get((anchor, place), (-NEVER, NEVER))
        ideals = self._ideals.get((anchor, place), ())
        opened = sum(
            tie.widest(anchor, self.domains[anchor]) for tie in self._opened.get((anchor, place), ())
        )
        return (
            self._width[place] + opened + sum(max(abs(least - ideal), abs(most - ideal)) for ideal in ideals)
        )

    def levels(self, place: int, people: People) -> Levels:
        """A session's days by what its leaves cost, among those that the groups it shares leave to it."""
        key = (place, tuple([people.get(n) for n in self._outer[place]]))
        found = self._levels.get(key)
        if found is None:
            shared = {n: people[n] for n in self._outer[place] if n in people}
            groups = [self.problem.people[n] for n in self._inner[place]]
            found = NOWHERE
            for sets in product(*(group.choices(0) if group.changes else () for group in groups)):
                chosen = {**shared, **dict(zip(self._inner[place], sets, strict=True))}
                found = _either(found, self._with(place, chosen))
            self._levels[key] = found
        return found

    def _with(self, place: int, people: People) -> Levels:
        allowed = allowed_by(self.problem, people)
        found: Levels = (self.domains[place] & self.problem.days(place, allowed),)
        for leaf in self.leaves[place]:
            found = _both(found, self.cost_levels(leaf, people))
        return found

    def cost_levels(self, leaf: int, people: People) -> Levels:
        """The days of a folded session's anchor by what it costs there."""
        key = (leaf, tuple([people.get(n) for n in self._outer[leaf]]))
        found = self._costs.get(key)
        if found is None:
            found = self._costs[key] = tuple(self._seen_from(self.anchor[leaf], leaf, people))
        return found

    def cost(self, leaf: int, day: int, people: People) -> int:
        """What a folded session costs when its anchor is on a day; `NEVER` where it cannot be had."""
        for cost, days in enumerate(self.cost_levels(leaf, people)):
            if days >> day & 1:
                return cost
        return NEVER

    def days(self, place: int, people: People) -> Iterator[tuple[int, Mask]]:
        """(cost, days) of a session and what is folded into it: each day once, at its least cost."""
        below = 0
        for cost, days in enumerate(self.levels(place, people)):
            if days != below:
                yield cost, days & ~below
                below = days

    def _seen_from(self, anchor: int, leaf: int, people: People) -> list[Mask]:
        size = self.problem.grid.days
        own = self.levels(leaf, people)
        least, most = self._apart.get((anchor, leaf), (-size, size))
        least, most = max(least, -size), min(most, size)
        ideals = self._ideals.get((anchor, leaf), ())
        if ties := self._opened.get((anchor, leaf)):
            return seen_across(ties, anchor, own, (least, most), ideals)
        bound = self.hours.bind(anchor, leaf) and not self.ties.dates_only
        if not ideals and not bound:
            return [spread(days, -most, -least, size) for days in own]
        allowed = allowed_by(
            self.problem,
            {n: some for n, some in people.items() if {anchor, leaf} <= set(self.problem.people[n].places)},
        )
        steps = [(sum(abs(apart - ideal) for ideal in ideals), apart) for apart in range(least, most + 1)]
        found = [0] * (max((cost for cost, _ in steps), default=0) + len(own))
        for cost, apart in steps:
            within = self.hours.kept(anchor, leaf, apart, allowed) if bound else -1
            for more, days in enumerate(own):
                found[cost + more] |= spread(days, -apart, -apart, size) & within
        for cost in range(1, len(found)):
            found[cost] |= found[cost - 1]
        return found


def allowed_by(problem: Problem, people: People) -> AllowedKey:
    """Whom some groups leave for each role."""
    by_role: dict[str, frozenset[str]] = {}
    for n, some in people.items():
        role = problem.people[n].group.role
        by_role[role] = by_role.get(role, some) & some
    return tuple(sorted(by_role.items()))


def _either(one: Levels, two: Levels) -> Levels:
    """The days at each cost under either of two ways."""
    size = max(len(one), len(two))
    return _trimmed([one[min(n, len(one) - 1)] | two[min(n, len(two) - 1)] for n in range(size)])


def _both(one: Levels, two: Levels) -> Levels:
    """The days at each cost where both costs are to be paid."""
    found = [0] * (len(one) + len(two) - 1)
    for n, days in enumerate(one):
        for m, others in enumerate(two):
            found[n + m] |= days & others
    for cost in range(1, len(found)):
        found[cost] |= found[cost - 1]
    return _trimmed(found)


def _trimmed(levels: list[Mask]) -> Levels:
    while len(levels) > 1 and levels[-1] == levels[-2]:
        levels.pop()
    return tuple(levels)
