"""What can be done next? The moves from where the search stands, and the state that they lead to.

Sessions are placed in an order. A state is what later sessions refer to: some dates, the counts of some weeks, the
people of some groups. Starts are left open. Sessions whose starts hang on each other, on one date or across an hour
rule's boundary, are asked for jointly each time one joins, and settled when no other can join.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import product
from typing import NamedTuple, TypeAlias

from kapsched.planning.closure import NEVER, between
from kapsched.planning.clusters import Clusters
from kapsched.planning.folds import Folds, allowed_by
from kapsched.planning.grid import Mask, bits
from kapsched.planning.position import Position
from kapsched.planning.reach import Reach
from kapsched.planning.starts import AllowedKey
from kapsched.planning.ties import Ties
from kapsched.planning.visits import Visits
from kapsched.planning.ways import Cluster

# The level, the days still referred to, the clusters still open, the counts of weeks, the people.
State: TypeAlias = tuple[int, Hashable, Hashable, Hashable, Hashable]

# So many moves looked at count as a step of their own: a budget bounds the time where a state has very many.
MOVES_A_STEP = 64


class Move(NamedTuple):
    """A session placed on a day: the days and the changes it costs."""

    days: int
    changes: int


class Frontier:
    """The moves from each state. A move holds while its iteration stands; the next one takes it back.

    `fine` moves also choose the people of soft groups; coarse ones leave them open, and may have sessions folded into
    those they place.
    """

    def __init__(
        self,
        ties: Ties,
        position: Position,
        visits: Visits,
        *,
        fine: bool = False,
        folds: Folds | None = None,
    ) -> None:
        self.problem, self.ties, self.fine, self.folds = ties.problem, ties, fine, folds
        self.position, self.visits = position, visits
        self.day, self.allowed, self.counts = position.day, position.allowed, position.counts
        self.clusters = Clusters(ties, position)
        self.reach = Reach(ties, position)
        self._groups, self._opening, self._open = (
            [[n for n in some if fine or self.problem.people[n].group.hard] for some in by_place_or_level]
            for by_place_or_level in (ties.groups_of, ties.opening, ties.open)
        )
        self._looked = 0
        self._allowed: dict[tuple[int, tuple[frozenset[str] | None, ...]], AllowedKey] = {}

    def state(self, at: int) -> State:
        """All that the sessions from level `at` on need to know."""
        # Most programmes leave most of these empty, and a state is asked for at every move.
        ties, day, chosen = self.ties, self.day, self.position.chosen
        meeting, counting, open_groups = ties.meeting[at], ties.counting[at], self._open[at]
        return (
            at,
            tuple([day[one] for one in ties.dated[at]]),
            tuple([self.clusters.open(at, one) for one in meeting]) if meeting else (),
            tuple([self.counts[n] for n in counting]) if counting else (),
            tuple([chosen[n] for n in open_groups]) if open_groups else (),
        )

    def moves(self, at: int, most: int = NEVER) -> Iterator[Move]:
        """The moves at a level that may cost up to `most` days, those with the fewest changes first.

        Each is in force while it is looked at.
        """
        place = self.ties.order[at]
        first, last = self.reach.clipped(place, *self.reach.between(place), most)
        if first > last:
            return
        chosen, opened = self.position.chosen, self._opening[at]
        within = between(first, last) & self.ties.domains[place]
        step = self._alone if self.ties.alone[place] else self._beside
        try:
            for changes, sets in self._sets(opened):
                chosen.update(zip(opened, sets, strict=True))
                for extra, days in self._days(place):
                    left = days & within
                    self._look_at(left.bit_count() + 1)
                    yield from step(at, place, left, changes, extra)
        finally:
            for n in opened:
                chosen.pop(n, None)

    def _look_at(self, moves: int) -> None:
        self._looked += moves
        if self._looked >= MOVES_A_STEP:
            self.visits.spend(self._looked // MOVES_A_STEP)
            self._looked %= MOVES_A_STEP

    def _days(self, place: int) -> Iterator[tuple[int, Mask]]:
        """The days of a session by what is folded into it costs there, with the people chosen so far."""
        if self.folds is not None:
            yield from self.folds.days(place, self.position.chosen)
        else:
            yield 0, self.problem.days(place, self._allowed_now(place))

    def _sets(self, opened: list[int]) -> Iterator[tuple[int, tuple[frozenset[str], ...]]]:
        """The people that groups opened together could keep to, the fewest changes first."""
        if not opened:
            yield 0, ()
            return
        groups = [self.problem.people[n] for n in opened]
        ways = sorted(product(*(group.changes for group in groups)), key=lambda way: (sum(way), way))
        for way in ways:
            for sets in product(*(group.choices(more) for group, more in zip(groups, way, strict=True))):
                yield sum(way), sets

    def _allowed_now(self, place: int) -> AllowedKey:
        """Whom the groups chosen so far leave to a session."""
        chosen = self.position.chosen
        groups = self._groups[place]
        key = (place, tuple([chosen.get(n) for n in groups]))
        found = self._allowed.get(key)
        if found is None:
            found = allowed_by(self.problem, {n: chosen[n] for n in groups if n in chosen})
            self._allowed[key] = found
        return found

    def _alone(self, at: int, place: int, days: Mask, changes: int, extra: int) -> Iterator[Move]:
        """The moves of a session whose start no other can ever hang on."""
        self.allowed[place] = self._allowed_now(place)
        for day in self._counted(at, place, days):
            yield Move(self.reach.cost(place, day) + extra, changes)

    def _beside(self, at: int, place: int, days: Mask, changes: int, extra: int) -> Iterator[Move]:
        """The moves of a session that others may share a date with, or whose start an hour rule may hang on."""
        self.allowed[place] = self._allowed_now(place)
        for day in self._counted(at, place, days):
            if self._can_be_had(at, place):
                yield Move(self.reach.cost(place, day) + extra, changes)

    def _can_be_had(self, at: int, place: int) -> bool:
        """Can the sessions of the cluster all be had, with the one placed last?"""
        if self.ties.dates_only:
            return all(self.ties.dates_possible(rule, self.day) for rule in self.ties.hours[place])
        cluster = self.clusters.can_be_had(at, place)
        return cluster is not None and (len(cluster) == 1 or self.visits.possible(cluster))

    def _counted(self, at: int, place: int, days: Mask) -> Iterator[int]:
        """A session placed on one day after another, where no frequency forbids it."""
        counts, counted = self.counts, self.ties.counted[place]
        if not counted:
            for day in bits(days):
                self.day[place] = day
                yield day
            return
        before = list(counts)
        try:
            for day in bits(days):
                self.day[place] = day
                if self._count(at, place, day, counted):
                    yield day
                counts[:] = before
        finally:
            counts[:] = before

    def _count(self, at: int, place: int, day: int, counted: list[int]) -> bool:
        """Count a session on a day; does every frequency allow it?"""
        for n in counted:
            counter = self.problem.counters[n]
            after = counter.add(self.counts[n], self.problem.sessions[place].id, day)
            if after is None or (n in self.ties.closing[at] and not counter.kept(after)):
                return False
            self.counts[n] = after
        return True

    def settled(self, at: int) -> tuple[Cluster, ...]:
        """The clusters that the move in force at a level settles."""
        place = self.ties.order[at]
        if self.ties.alone[place]:
            return ((self.clusters.placed(place),),)
        return tuple(self.clusters.settled(at))

    def starts(self) -> tuple[int, ...]:
        """Starts for the sessions as they are all placed now, by place."""
        found = [0] * len(self.day)
        left = set(range(len(self.day)))
        while left:
            cluster = self.clusters.of(self.ties.count, min(left))
            starts = self.visits.first(cluster)
            assert starts is not None, "every cluster was asked for when its last session was placed"
            for one, bit in zip(cluster, starts, strict=True):
                found[one.place] = bit
                left.discard(one.place)
        return tuple(found)
