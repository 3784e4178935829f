"""Where does the search stand? The sessions placed so far, and what the rest still needs to know of them.

Sessions are placed in the outline's order. A state is what later sessions refer to: some dates, the counts of some
weeks, the people of some groups. Starts are left open. Sessions that share a date are asked for jointly each time
one joins, and settled when no other can join. Only where an hour rule may hang on starts of two dates is the earlier
session also tried *pinned*, with each of its starts; an open one may then not be met.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from itertools import product
from typing import NamedTuple, TypeAlias

from kapsched.planning.closure import NEVER
from kapsched.planning.grid import Mask, bits
from kapsched.planning.problem import Problem
from kapsched.planning.reach import Reach
from kapsched.planning.starts import AllowedKey
from kapsched.planning.ties import Ties
from kapsched.planning.visits import Placed, Together, Visits
from kapsched.planning.weeks import Count

State: TypeAlias = Hashable


class Settled(NamedTuple):
    """Sessions of one date that no other can join any more."""

    day: int
    together: Together


class Move(NamedTuple):
    """A session placed on a day: what that costs, and the dates that it settles."""

    days: int
    changes: int
    wishes: int
    settled: tuple[Settled, ...]


class Frontier:
    """The moves from each state. A move holds while its iteration stands; the next one takes it back.

    `fine` moves also choose the people of soft groups and count wishes; coarse ones leave both open.
    """

    def __init__(
        self, problem: Problem, domains: list[Mask], spend: Callable[[], None], *, dates_only: bool = False
    ) -> None:
        self.problem, self.domains = problem, domains
        self.order = problem.order
        self.ties = Ties(problem, domains, dates_only=dates_only)
        self.visits = Visits(problem, spend)
        count = len(self.order)
        self.day = [0] * count
        self.placed: list[Placed | None] = [None] * count
        self.chosen: list[frozenset[str] | None] = [None] * len(problem.people)
        self.counts: list[Count] = [counter.start for counter in problem.counters]
        self.reach = Reach(problem, self.ties, domains, self.day, self.counts)
        self._allowed: dict[tuple[int, bool, tuple[frozenset[str] | None, ...]], AllowedKey] = {}

    def state(self, at: int, fine: bool) -> State:
        """All that the sessions from level `at` on need to know."""
        people, ties = self.problem.people, self.ties
        return (
            at,
            tuple([self.day[one] for one in ties.dated[at]]),
            tuple([self._still_met(at, one) for one in ties.meeting[at]]),
            tuple([self.counts[n] for n in ties.counting[at]]),
            tuple([self.chosen[n] for n in ties.open[at] if fine or people[n].group.hard]),
        )

    def _still_met(self, at: int, place: int) -> tuple[bool, Placed | None]:
        """Is the date of a placed session settled, and what of its start may later sessions hang on?"""
        closed = self._is_closed(at, place)
        return closed, None if closed and self.ties.hours_until[place] < at else self.placed[place]

    def moves(self, at: int, fine: bool, most: int = NEVER) -> Iterator[Move]:
        """The moves at a level that may cost up to `most` days, those with the fewest changes first.

        Each is in force while it is looked at.
        """
        place = self.order[at]
        opened = [n for n in self.ties.opening[at] if fine or self.problem.people[n].group.hard]
        first, last = self.reach.clipped(place, *self.reach.between(place), most)
        if first > last:
            return
        step = self._alone if self.ties.alone[place] else self._beside
        for changes, sets in self._sets(opened):
            try:
                for n, people in zip(opened, sets, strict=True):
                    self.chosen[n] = people
                allowed = self._allowed_now(place, fine)
                days = self.domains[place] >> first & ((1 << (last - first + 1)) - 1)
                if allowed and days:
                    days &= self.problem.days(place, allowed) >> first
                for day in bits(days):
                    yield from step(at, place, first + day, allowed, fine, changes)
            finally:
                for n in opened:
                    self.chosen[n] = None

    def _sets(self, opened: list[int]) -> Iterator[tuple[int, tuple[frozenset[str], ...]]]:
        """The people that groups opened together could keep to, the fewest changes first."""
        groups = [self.problem.people[n] for n in opened]
        ways = sorted(product(*(group.changes for group in groups)), key=lambda way: (sum(way), way))
        for way in ways:
            for sets in product(*(group.choices(more) for group, more in zip(groups, way, strict=True))):
                yield sum(way), sets

    def _allowed_now(self, place: int, fine: bool) -> AllowedKey:
        """Whom the groups chosen so far leave to a session."""
        groups = self.ties.groups_of[place]
        chosen = tuple([self.chosen[n] for n in groups])
        key = (place, fine, chosen)
        found = self._allowed.get(key)
        if found is None:
            by_role: dict[str, frozenset[str]] = {}
            for n, people in zip(groups, chosen, strict=True):
                group = self.problem.people[n].group
                if people is not None and (fine or group.hard):
                    by_role[group.role] = by_role.get(group.role, people) & people
            found = self._allowed[key] = tuple(sorted(by_role.items(), key=lambda item: item[0]))
        return found

    def _alone(
        self, at: int, place: int, day: int, allowed: AllowedKey, fine: bool, changes: int
    ) -> Iterator[Move]:
        """The move of a session whose start no other can ever hang on."""
        before = self._count(at, place, day)
        if before is None:
            return
        self.day[place] = day
        self.placed[place] = placed = Placed(place, allowed, 0, self.problem.grid.size)
        try:
            if fine:
                wishes = self.visits.broken(day, (placed,))
                yield Move(self.reach.cost(place, day), changes, wishes, (Settled(day, (placed,)),))
            else:
                yield Move(self.reach.cost(place, day), changes, 0, ())
        finally:
            for n, state in before:
                self.counts[n] = state

    def _beside(
        self, at: int, place: int, day: int, allowed: AllowedKey, fine: bool, changes: int
    ) -> Iterator[Move]:
        """The moves of a session that others may share a date with, or whose start an hour rule may hang on."""
        before = self._count(at, place, day)
        if before is None:
            return
        self.day[place] = day
        try:
            limits = self._limits(place, day)
            if limits is not None:
                for placed in self._ways(at, place, day, allowed, limits):
                    self.placed[place] = placed
                    yield from self._settled(at, place, day, fine, changes)
        finally:
            self.placed[place] = None
            for n, state in before:
                self.counts[n] = state

    def _count(self, at: int, place: int, day: int) -> list[tuple[int, Count]] | None:
        """Count a session on a day; the counts as they were, or None where a frequency forbids it."""
        before: list[tuple[int, Count]] = []
        for n in self.ties.counted[place]:
            counter = self.problem.counters[n]
            after = counter.add(self.counts[n], self.problem.sessions[place].id, day)
            if after is None or (n in self.ties.closing[at] and not counter.kept(after)):
                for other, state in before:
                    self.counts[other] = state
                return None
            before.append((n, self.counts[n]))
            self.counts[n] = after
        return before

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

    def _settled(self, at: int, place: int, day: int, fine: bool, changes: int) -> Iterator[Move]:
        """The move, if the sessions of the date can all be had, with the dates it settles."""
        mine = self._together(place, day)
        if len(mine) > 1:
            if any(self._is_closed(at, one.place) for one in mine if one.place != place):
                return
            if not self.visits.possible(day, mine):
                return
        cost = self.reach.cost(place, day)
        if not fine:
            yield Move(cost, changes, 0, ())
            return
        wishes, settled = 0, []
        for together in self._closed(at, mine):
            on = self.day[together[0].place]
            wishes += self.visits.broken(on, together)
            settled.append(Settled(on, together))
        yield Move(cost, changes, wishes, tuple(settled))

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
        found = [0] * len(self.order)
        days: dict[int, list[Placed]] = {}
        for place, day in enumerate(self.day):
            days.setdefault(day, []).append(self._now(place))
        for day, together in days.items():
            starts = self.visits.first(day, tuple(together))
            assert starts is not None, "every date was asked for when its last session was placed"
            for one, bit in zip(together, starts, strict=True):
                found[one.place] = bit
        return tuple(found)
