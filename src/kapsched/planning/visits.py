"""Which starts fit together? The sessions of a course that share a date, placed jointly.

A session alone on its date has a mask of starts. Two and more meet: in the patient's time, in rooms not yet turned
round, in hour rules between them; their starts are found as tuples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product
from typing import NamedTuple, TypeAlias

from kapsched.planning.closure import NEVER, between
from kapsched.planning.grid import Mask, bits
from kapsched.planning.problem import Problem
from kapsched.planning.starts import AllowedKey, Level
from kapsched.planning.units import Visit


class Placed(NamedTuple):
    """A session on its date: whom continuity allows it, and the first and the last bit it may start at."""

    place: int
    allowed: AllowedKey
    first: int
    last: int

    @property
    def pinned(self) -> bool:
        """Is its start settled?"""
        return self.first == self.last


Together: TypeAlias = tuple[Placed, ...]
# One start for each of the sessions together.
Arrangement: TypeAlias = tuple[int, ...]


class Visits:
    """The starts of sessions by date, each question answered once."""

    def __init__(self, problem: Problem, spend: Callable[[int], None]) -> None:
        self.problem, self.spend = problem, spend
        self._first: dict[tuple[int, Together], Arrangement | None] = {}
        self._best: dict[tuple[int, Together], tuple[int, tuple[Arrangement, ...]]] = {}
        self._starts: dict[tuple[int, Placed], list[int]] = {}
        self.edges = [
            (problem.outline.place[edge.earlier], problem.outline.place[edge.later], edge)
            for edge in problem.hour_edges
        ]

    def possible(self, day: int, together: Together) -> bool:
        """Can the sessions all be had on the day?"""
        return self.first(day, together) is not None

    def first(self, day: int, together: Together) -> Arrangement | None:
        """Some arrangement of the sessions on the day; None if there is none."""
        key = (day, together)
        if key not in self._first:
            self._first[key] = self._find(day, together)
        return self._first[key]

    def _find(self, day: int, together: Together) -> Arrangement | None:
        starts = [self.starts(day, one) for one in together]
        if not all(starts):
            return None
        if len(together) == 1:
            return (starts[0][0],)
        last = max(bits[-1] + self._length(one) for bits, one in zip(starts, together, strict=True))
        if sum(map(self._length, together)) > last - min(bits[0] for bits in starts):
            return None
        if len(together) > 2 and not all(self.possible(day, pair) for pair in combinations(together, 2)):
            return None
        units = self.problem.units
        for found in self._tuples(day, together, twins_in_order=True):
            if units.fit_together(self._visits(together, found)):
                return found
        return None

    def broken(self, day: int, together: Together) -> int:
        """The fewest wishes that the sessions break on the day."""
        if len(together) == 1:
            return self._level(day, together[0])[0]
        return self._joint(day, together)[0]

    def times_of_day(self, day: int, together: Together) -> Mask:
        """The starts of a session alone that break no more wishes than they must, from the day's first bit.

        None on a day of a clock change, whose bits show other times than those of other days.
        """
        return self._level(day, together[0])[1] if self.problem.grid.is_ordinary(day) else 0

    def arrangements(self, day: int, together: Together) -> tuple[Arrangement, ...]:
        """Every arrangement of the sessions on the day that breaks no more wishes than it must."""
        if len(together) == 1:
            begin = self.problem.grid.begins[day]
            return tuple([(begin + bit,) for bit in bits(self._level(day, together[0])[1])])
        return self._joint(day, together)[1]

    def starts(self, day: int, one: Placed) -> list[int]:
        """The bits at which a session may start on the day."""
        key = (day, one)
        found = self._starts.get(key)
        if found is None:
            all_day = self.problem.day_starts(one.place, one.allowed, day)
            found = self._starts[key] = [bit for bit in all_day if one.first <= bit <= one.last]
        return found

    def _level(self, day: int, one: Placed) -> Level:
        """The starts of a session by itself that break the fewest wishes, within the bits it may start at."""
        begin = self.problem.grid.begins[day]
        within = between(one.first - begin, one.last - begin)
        for broken, mask in self.problem.levels(one.place, one.allowed, day):
            if mask & within:
                return broken, mask & within
        return 0, 0

    def _joint(self, day: int, together: Together) -> tuple[int, tuple[Arrangement, ...]]:
        key = (day, together)
        if key not in self._best:
            self._best[key] = self._all_joint(day, together)
        return self._best[key]

    def _all_joint(self, day: int, together: Together) -> tuple[int, tuple[Arrangement, ...]]:
        least = NEVER
        found: list[Arrangement] = []
        for starts in self._tuples(day, together):
            timed = sum(self.problem.starts.badly_timed(bit) for bit in starts)
            if timed > least:
                continue
            broken = self._people_broken(together, starts, least - timed)
            if broken is None:
                continue
            if timed + broken < least:
                least, found = timed + broken, []
            found.append(starts)
        return least, tuple(found)

    def _people_broken(self, together: Together, starts: Arrangement, most: int) -> int | None:
        """The fewest wished people who are missing, if that is at most `most` and the visits fit at all."""
        wished = [self.problem.starts.wished(self.problem.sessions[one.place].kind) for one in together]
        total = sum(map(len, wished))
        ways = product(
            *(
                [people for size in range(len(names) + 1) for people in combinations(names, size)]
                for names in wished
            )
        )
        for people in sorted(ways, key=lambda way: -sum(map(len, way))):
            broken = total - sum(map(len, people))
            if broken > most:
                return None
            visits = tuple(
                visit._replace(people=names)
                for visit, names in zip(self._visits(together, starts), people, strict=True)
            )
            if self.problem.units.fit_together(visits):
                return broken
        return None

    def _visits(self, together: Together, starts: Arrangement) -> tuple[Visit, ...]:
        return tuple(
            Visit(self.problem.sessions[one.place].kind, bit, one.allowed)
            for one, bit in zip(together, starts, strict=True)
        )

    def _tuples(
        self, day: int, together: Together, chosen: Arrangement = (), *, twins_in_order: bool = False
    ) -> Iterator[Arrangement]:
        """Starts that keep the patient's visits apart and the hour rules between them.

        Sessions that differ in nothing but their number need be tried in one order only to know whether they fit.
        """
        place = len(chosen)
        if place == len(together):
            self.spend(1)
            yield chosen
            return
        after = (
            chosen[-1] if twins_in_order and place and self._twins(*together[place - 1 : place + 1]) else -1
        )
        for bit in self.starts(day, together[place]):
            if bit > after and self._apart(together, chosen, bit) and self._lawful(together, (*chosen, bit)):
                yield from self._tuples(day, together, (*chosen, bit), twins_in_order=twins_in_order)

    def _twins(self, one: Placed, two: Placed) -> bool:
        kinds = [self.problem.sessions[each.place].kind for each in (one, two)]
        ruled = any(
            place in (one.place, two.place) for early, late, _ in self.edges for place in (early, late)
        )
        return kinds[0] == kinds[1] and one[1:] == two[1:] and not ruled

    def _apart(self, together: Together, chosen: Arrangement, bit: int) -> bool:
        length = self._length(together[len(chosen)])
        return all(
            bit >= other + self._length(together[n]) or other >= bit + length
            for n, other in enumerate(chosen)
        )

    def _length(self, one: Placed) -> int:
        return self.problem.sessions[one.place].kind.minutes // self.problem.grid.step

    def _lawful(self, together: Sequence[Placed], starts: Arrangement) -> bool:
        at = {one.place: bit for one, bit in zip(together, starts, strict=False)}
        step = self.problem.grid.step
        return all(
            edge.least <= (at[late] - at[early]) * step <= edge.most
            for early, late, edge in self.edges
            if early in at and late in at
        )
