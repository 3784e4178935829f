"""What can be done next? The moves from where the search stands, and the state that they lead to.

Sessions are placed in an order. A state is what later sessions refer to: some dates, the counts of some weeks, the
people of some groups. Starts are left open. Sessions that share a date are asked for jointly each time one joins, and
settled when no other can join. Only where an hour rule may hang on starts of two dates is the earlier session also
tried *pinned*, with each of its starts; an open one may then not be met.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import product
from typing import NamedTuple, TypeAlias

from kapsched.planning.closure import NEVER, between
from kapsched.planning.folds import Folds, allowed_by
from kapsched.planning.grid import Mask, bits
from kapsched.planning.position import Position
from kapsched.planning.reach import Reach
from kapsched.planning.starts import AllowedKey
from kapsched.planning.ties import Ties
from kapsched.planning.visits import Placed, Together, Visits

# The level, the days still referred to, what is left open of their starts, the counts of weeks, the people.
State: TypeAlias = tuple[int, Hashable, Hashable, Hashable, Hashable]

# So many moves looked at count as a step of their own: a budget bounds the time where a state has very many.
MOVES_A_STEP = 64


class Settled(NamedTuple):
    """Sessions of one date that no other can join any more."""

    day: int
    together: Together


class Move(NamedTuple):
    """A session placed on a day: the days and the changes it costs, and who shares its date so far."""

    days: int
    changes: int
    together: Together


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
        self.day, self.placed, self.counts = position.day, position.placed, position.counts
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
            tuple([self._still_met(at, one) for one in meeting]) if meeting else (),
            tuple([self.counts[n] for n in counting]) if counting else (),
            tuple([chosen[n] for n in open_groups]) if open_groups else (),
        )

    def _still_met(self, at: int, place: int) -> tuple[bool, Placed | None]:
        """Is the date of a placed session settled, and what of its start may later sessions hang on?"""
        closed = self._is_closed(at, place)
        return closed, None if closed and self.ties.hours_until[place] < at else self.placed[place]

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
        placed = Placed(place, self._allowed_now(place), 0, self.problem.grid.size)
        self.placed[place], together = placed, (placed,)
        for day in self._counted(at, place, days):
            yield Move(self.reach.cost(place, day) + extra, changes, together)

    def _beside(self, at: int, place: int, days: Mask, changes: int, extra: int) -> Iterator[Move]:
        """The moves of a session that others may share a date with, or whose start an hour rule may hang on."""
        allowed = self._allowed_now(place)
        for day in self._counted(at, place, days):
            limits = self._limits(place, day)
            if limits is not None:
                cost = self.reach.cost(place, day) + extra
                for placed in self._ways(at, place, day, allowed, limits):
                    self.placed[place] = placed
                    mine = self._together(place, day)
                    if self._can_join(at, place, day, mine):
                        yield Move(cost, changes, mine)
        self.placed[place] = None

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

    def _limits(self, place: int, day: int) -> tuple[int, int] | None:
        """The first and last bit that hour rules with pinned sessions leave; None if an open one would be met."""
        first, last, step = 0, self.problem.grid.size, self.problem.grid.step
        for other, sign, edge in self.ties.hours[place]:
            if self.ties.dates_only:
                if not self.ties.dates_possible(other, place, sign, edge, self.day):
                    return None
                continue
            if self.day[other] == day or not self.ties.binds(other, place, sign, edge, self.day):
                continue
            placed = self.placed[other]
            if placed is None or not placed.pinned:
                return None
            least, most = (edge.least, edge.most) if sign > 0 else (-edge.most, -edge.least)
            first = max(first, placed.first - (-least // step))
            last = min(last, placed.first + most // step)
        return (first, last) if first <= last else None

    def _ways(
        self, at: int, place: int, day: int, allowed: AllowedKey, limits: tuple[int, int]
    ) -> Iterator[Placed]:
        """The session left open and, where a later one may hang on its start, pinned to each."""
        free = Placed(place, allowed, *limits)
        begin, end = self.problem.grid.begins[day], self.problem.grid.begins[day + 1]
        if limits[0] <= begin and limits[1] >= end - 1:
            yield Placed(place, allowed, 0, self.problem.grid.size)
        elif self.visits.possible(day, (free,)):
            yield free
        if self.ties.hours_until[place] > at:
            for bit in self.visits.starts(day, free):
                yield Placed(place, allowed, bit, bit)

    def _can_join(self, at: int, place: int, day: int, mine: Together) -> bool:
        """Can the sessions of the date all be had?"""
        if len(mine) == 1:
            return True
        if any(self._is_closed(at, one.place) for one in mine if one.place != place):
            return False
        return self.visits.possible(day, mine)

    def settled(self, at: int, move: Move) -> tuple[Settled, ...]:
        """The dates that the move in force at a level settles."""
        if self.ties.alone[self.ties.order[at]]:
            return (Settled(self.day[move.together[0].place], move.together),)
        return tuple(Settled(self.day[one[0].place], one) for one in self._closed(at, move.together))

    def _together(self, place: int, day: int) -> Together:
        """The placed sessions of a day that could share it with a session, and that session."""
        others = [one for one in self.ties.shares[place] if self.day[one] == day]
        return tuple(self._now(one) for one in sorted([*others, place]))

    def _now(self, place: int) -> Placed:
        placed = self.placed[place]
        assert placed is not None, "only placed sessions are asked for"
        return placed

    def _closed(self, at: int, mine: Together) -> Iterator[Together]:
        """The dates that no later session can join any more, now that a level is placed."""
        until = self.ties.shared_until
        if min(until[one.place] for one in mine) == at:
            yield mine
        seen = {one.place for one in mine}
        for other in self.ties.closing_dates[at]:
            if other not in seen:
                group = self._date_of(at, other)
                seen.update(group)
                if min(until[one] for one in group) == at:
                    yield tuple(self._now(one) for one in sorted(group))

    def _date_of(self, at: int, place: int) -> list[int]:
        """The sessions placed before or at a level that share the date of one of them, itself included."""
        level = self.ties.level
        mates = [
            one for one in self.ties.mates[place] if level[one] <= at and self.day[one] == self.day[place]
        ]
        return [place, *mates]

    def _is_closed(self, at: int, place: int) -> bool:
        """Is the date of a placed session settled, so that none from level `at` on can join it?"""
        until, level = self.ties.shared_until, self.ties.level
        return any(
            until[one] < at and level[one] < at and self.day[one] == self.day[place]
            for one in self.ties.mates[place]
        )

    def starts(self) -> tuple[int, ...]:
        """Starts for the sessions as they are all placed now, by place."""
        found = [0] * len(self.day)
        days: dict[int, list[Placed]] = {}
        for place, day in enumerate(self.day):
            days.setdefault(day, []).append(self._now(place))
        for day, together in days.items():
            starts = self.visits.first(day, tuple(together))
            assert starts is not None, "every date was asked for when its last session was placed"
            for one, bit in zip(together, starts, strict=True):
                found[one.place] = bit
        return tuple(found)
