"""Which starts fit together? The sessions of a cluster, placed jointly.

A session whose start no other hangs on has a mask of starts. Two and more on one date meet: in the patient's time, in
rooms not yet turned round, in hour rules between them; those of two dates in hour rules. They are weighed by the ways
in which they could be had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product
from operator import itemgetter

from kapsched.planning.closure import NEVER
from kapsched.planning.grid import Mask
from kapsched.planning.linked import Arrangement, Linked, Part
from kapsched.planning.problem import Problem
from kapsched.planning.starts import Level
from kapsched.planning.units import Visit
from kapsched.planning.ways import Cluster, Placed, Ways, by_date


class Visits:
    """The starts of sessions by cluster, each question answered once."""

    def __init__(self, problem: Problem, spend: Callable[[int], None]) -> None:
        self.problem, self.spend = problem, spend
        self._ways = Ways(problem, self._contacts, self._joint, spend)
        self._possible: dict[Cluster, bool] = {}
        self._starts: dict[Placed, list[int]] = {}
        self._people: dict[tuple[int, ...], list[tuple[int, tuple[tuple[str, ...], ...]]]] = {}
        self.edges = self._ways.edges

    def ways(self, cluster: Cluster) -> tuple[Linked, ...]:
        """The ways in which two and more sessions could be had."""
        return self._ways.of(cluster)

    def possible(self, cluster: Cluster) -> bool:
        """Can the sessions all be had?"""
        found = self._possible.get(cluster)
        if found is None:
            found = self._possible[cluster] = self._can_be_had(cluster)
        return found

    def _can_be_had(self, cluster: Cluster) -> bool:
        dates = by_date(cluster)
        if not all(map(self._fit_a_date, dates)):
            return False
        if len(cluster) == 1:
            return True
        if len(dates) == 1 and len(cluster) > 2 and not self._ways.is_ordered(cluster):
            # One tuple will do; to weigh them it takes all.
            return any(
                self.problem.units.fit_together(self._visits(cluster, starts))
                for starts in self._tuples(cluster, twins_in_order=True)
            )
        return bool(self.ways(cluster))

    def first(self, cluster: Cluster) -> Arrangement | None:
        """Some arrangement of the sessions; None if there is none."""
        if not self.possible(cluster):
            return None
        if len(cluster) == 1:
            return (self.starts(cluster[0])[0],)
        way = self.ways(cluster)[0]
        starts = way.first([[0] * len(part.arrangements) for part in way.parts], 0)
        return tuple([starts[one.place] for one in cluster])

    def _fit_a_date(self, together: Cluster) -> bool:
        """Could sessions of one date all be had, by what is soon seen?"""
        starts = [self.starts(one) for one in together]
        if not all(starts):
            return False
        if len(together) > 1:
            last = max(bits[-1] + self._length(one) for bits, one in zip(starts, together, strict=True))
            if sum(map(self._length, together)) > last - min(bits[0] for bits in starts):
                return False
        return len(together) < 3 or all(self.possible(pair) for pair in combinations(together, 2))

    def _contacts(self, one: Placed, two: Placed, apart: Sequence[int]) -> dict[tuple[int, int], int]:
        """The pairs of starts so many bits apart at which both can be had, and the wishes that breaks besides."""
        found: dict[tuple[int, int], int] = {}
        far = set(self.starts(two))
        for bit in self.starts(one):
            for starts in ((bit, bit + more) for more in apart if bit + more in far):
                broken = self._people_broken((one, two), starts, NEVER)
                if broken is not None:
                    alone = zip((one, two), starts, strict=True)
                    each = [self._people_broken((place,), (start,), NEVER) or 0 for place, start in alone]
                    found[starts] = broken - sum(each)
        return found

    def _joint(self, together: Cluster) -> Part:
        """Three and more sessions of a date with all their arrangements."""
        found = {starts: self._broken(together, starts, NEVER) for starts in self._tuples(together)}
        fit = {starts: broken for starts, broken in found.items() if broken is not None}
        return Part(tuple([one.place for one in together]), tuple(fit), tuple(fit.values()))

    def broken(self, cluster: Cluster) -> int:
        """The fewest wishes that the sessions break."""
        if len(cluster) == 1:
            return self.level(cluster[0])[0]
        return min(way.broken for way in self.ways(cluster))

    def level(self, one: Placed) -> Level:
        """The starts of a session by itself that break the fewest wishes, from the day's first bit."""
        return next(iter(self.problem.levels(one.place, one.allowed, one.day)), (0, 0))

    def times_of_day(self, cluster: Cluster) -> Mask:
        """The same of a session alone, where its bits show the times that those of other days show: else none."""
        (one,) = cluster
        return self.level(one)[1] if self.problem.grid.is_ordinary(one.day) else 0

    def starts(self, one: Placed) -> list[int]:
        """The bits at which a session may start on its day."""
        found = self._starts.get(one)
        if found is None:
            found = self._starts[one] = self.problem.day_starts(one.place, one.allowed, one.day)
        return found

    def _broken(self, together: Cluster, starts: Arrangement, most: int) -> int | None:
        """The wishes that an arrangement of one date breaks, if at most so many and the visits fit at all."""
        timed = sum(self.problem.starts.badly_timed(bit) for bit in starts)
        broken = None if timed > most else self._people_broken(together, starts, most - timed)
        return None if broken is None else timed + broken

    def _people_broken(self, together: Cluster, starts: Arrangement, most: int) -> int | None:
        """The fewest wished people who are missing, if that is at most `most` and the visits fit at all."""
        for broken, people in self._choices_of_people(tuple([one.place for one in together])):
            if broken > most:
                return None
            visits = tuple(
                visit._replace(people=names) if names else visit
                for visit, names in zip(self._visits(together, starts), people, strict=True)
            )
            if self.problem.units.fit_together(visits):
                return broken
        return None

    def _choices_of_people(self, places: tuple[int, ...]) -> list[tuple[int, tuple[tuple[str, ...], ...]]]:
        """The wished people that each of some sessions could have, the most first, and how many are then missing."""
        found = self._people.get(places)
        if found is None:
            wished = [self.problem.starts.wished(self.problem.sessions[place].kind) for place in places]
            total = sum(map(len, wished))
            ways = product(
                *(
                    [some for size in range(len(names) + 1) for some in combinations(names, size)]
                    for names in wished
                )
            )
            missing = [(total - sum(map(len, people)), people) for people in ways]
            found = self._people[places] = sorted(missing, key=itemgetter(0))
        return found

    def _visits(self, together: Cluster, starts: Arrangement) -> tuple[Visit, ...]:
        return tuple(
            Visit(self.problem.sessions[one.place].kind, bit, one.allowed)
            for one, bit in zip(together, starts, strict=True)
        )

    def _tuples(
        self, together: Cluster, chosen: Arrangement = (), *, twins_in_order: bool = False
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
        for bit in self.starts(together[place]):
            if bit > after and self._apart(together, chosen, bit) and self._lawful(together, (*chosen, bit)):
                yield from self._tuples(together, (*chosen, bit), twins_in_order=twins_in_order)

    def _twins(self, one: Placed, two: Placed) -> bool:
        kinds = [self.problem.sessions[each.place].kind for each in (one, two)]
        ruled = any(
            place in (one.place, two.place) for early, late, _ in self.edges for place in (early, late)
        )
        return kinds[0] == kinds[1] and one.allowed == two.allowed and not ruled

    def _apart(self, together: Cluster, chosen: Arrangement, bit: int) -> bool:
        length = self._length(together[len(chosen)])
        return all(
            bit >= other + self._length(together[n]) or other >= bit + length
            for n, other in enumerate(chosen)
        )

    def _length(self, one: Placed) -> int:
        return self.problem.sessions[one.place].kind.minutes // self.problem.grid.step

    def _lawful(self, together: Cluster, starts: Arrangement) -> bool:
        at = {one.place: bit for one, bit in zip(together, starts, strict=False)}
        step = self.problem.grid.step
        return all(
            edge.least <= (at[late] - at[early]) * step <= edge.most
            for early, late, edge in self.edges
            if early in at and late in at
        )
