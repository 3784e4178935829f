"""Which starts fit together? The sessions of a cluster, placed jointly.

A session whose start no other hangs on has a mask of starts. Two and more on one date meet: in the patient's time, in
rooms not yet turned round, in hour rules between them. Two on a date, and dates that an hour rule links, are weighed as
parts of a tree; the starts of three and more on one date are found as tuples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, groupby, product
from typing import NamedTuple, TypeAlias

from kapsched.planning.bridges import Link
from kapsched.planning.closure import NEVER
from kapsched.planning.grid import Mask, bits
from kapsched.planning.linked import Arrangement, Linked, Part
from kapsched.planning.problem import Problem
from kapsched.planning.starts import AllowedKey, Level
from kapsched.planning.units import Visit


class Placed(NamedTuple):
    """A session on a day, and whom continuity allows it."""

    place: int
    day: int
    allowed: AllowedKey


# Sessions whose starts hang on each other, by place.
Cluster: TypeAlias = tuple[Placed, ...]


class Visits:
    """The starts of sessions by cluster, each question answered once."""

    def __init__(self, problem: Problem, spend: Callable[[int], None]) -> None:
        self.problem, self.spend = problem, spend
        self._possible: dict[Cluster, bool] = {}
        self._first: dict[Cluster, Arrangement | None] = {}
        self._best: dict[Cluster, tuple[int, tuple[Arrangement, ...]]] = {}
        self._linked: dict[Cluster, Linked] = {}
        self._starts: dict[Placed, list[int]] = {}
        self.edges = [(*problem.ends(edge), edge) for edge in problem.hour_edges]

    def possible(self, cluster: Cluster) -> bool:
        """Can the sessions all be had?"""
        found = self._possible.get(cluster)
        if found is None:
            if self.is_linked(cluster):
                found = all(map(self._fit_a_date, by_date(cluster))) and self.linked(cluster).possible
            else:
                found = self.first(cluster) is not None
            self._possible[cluster] = found
        return found

    def first(self, cluster: Cluster) -> Arrangement | None:
        """Some arrangement of the sessions; None if there is none."""
        if cluster not in self._first:
            self._first[cluster] = self._find(cluster)
        return self._first[cluster]

    def _find(self, cluster: Cluster) -> Arrangement | None:
        if self.is_linked(cluster):
            if not self.possible(cluster):
                return None
            linked = self.linked(cluster)
            starts = linked.first([[0] * len(part.arrangements) for part in linked.parts], 0)
            return tuple([starts[one.place] for one in cluster])
        if not self._fit_a_date(cluster):
            return None
        if len(cluster) == 1:
            return (self.starts(cluster[0])[0],)
        units = self.problem.units
        for found in self._tuples(cluster, twins_in_order=True):
            if units.fit_together(self._visits(cluster, found)):
                return found
        return None

    def is_linked(self, cluster: Cluster) -> bool:
        """Are the sessions weighed as linked parts? All but one alone, and three or more of a single date."""
        return len(cluster) == 2 or len(by_date(cluster)) > 1

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

    def linked(self, cluster: Cluster) -> Linked:
        """The sessions as linked parts, each with its arrangements and the wishes they break."""
        found = self._linked.get(cluster)
        if found is None:
            self.spend(1)
            parts: list[Part] = []
            links: list[Link] = []
            for together in by_date(cluster):
                if len(together) == 2:
                    parts.extend(self._part((one,)) for one in together)
                    links.append(self._date_link(*together))
                else:
                    parts.append(self._part(together))
            day = {one.place: one.day for one in cluster}
            step = self.problem.grid.step
            links.extend(
                Link(early, late, ((-(-edge.least // step), edge.most // step),))
                for n, (early, late, edge) in enumerate(self.edges)
                if early in day and late in day and day[early] != day[late] and self.problem.binds(n, day)
            )
            found = self._linked[cluster] = Linked(parts, links, self.spend)
        return found

    def _date_link(self, one: Placed, two: Placed) -> Link:
        """How the starts of two sessions of one date go together."""
        units = self.problem.units
        first, second = (self.problem.sessions[each.place].kind for each in (one, two))
        before, after = units.clearance(first, second), units.clearance(second, first)
        least, most = self._apart_by_rules(one, two)
        ranges = [(max(least, before), most), (least, min(most, -after))]
        contacts: dict[tuple[int, int], int] = {}
        near = [*range(self._length(one), before), *range(1 - after, 1 - self._length(two))]
        far = set(self.starts(two))
        for bit in self.starts(one) if near else ():
            for apart in near:
                if bit + apart in far and least <= apart <= most:
                    broken = self._people_broken((one, two), (bit, bit + apart), NEVER)
                    if broken is not None:
                        alone = [
                            self._people_broken((each,), (start,), NEVER) or 0
                            for each, start in ((one, bit), (two, bit + apart))
                        ]
                        contacts[bit, bit + apart] = broken - sum(alone)
        return Link(one.place, two.place, tuple([each for each in ranges if each[0] <= each[1]]), contacts)

    def _apart_by_rules(self, one: Placed, two: Placed) -> tuple[int, int]:
        """The least and most bits from one start to another on a date, by the hour rules between them."""
        least, most, step = -self.problem.grid.size, self.problem.grid.size, self.problem.grid.step
        for early, late, edge in self.edges:
            if (early, late) == (one.place, two.place):
                least, most = max(least, -(-edge.least // step)), min(most, edge.most // step)
            elif (late, early) == (one.place, two.place):
                least, most = max(least, -(edge.most // step)), min(most, -edge.least // step)
        return least, most

    def _part(self, together: Cluster) -> Part:
        places = tuple([one.place for one in together])
        if len(together) == 1:
            (one,) = together
            begin = self.problem.grid.begins[one.day]
            levels = self.problem.levels(one.place, one.allowed, one.day)
            rows = sorted((begin + bit, broken) for broken, mask in levels for bit in bits(mask))
            return Part(places, tuple([(bit,) for bit, _ in rows]), tuple([broken for _, broken in rows]))
        found = {starts: self._broken(together, starts, NEVER) for starts in self._tuples(together)}
        fit = {starts: broken for starts, broken in found.items() if broken is not None}
        return Part(places, tuple(fit), tuple(fit.values()))

    def broken(self, cluster: Cluster) -> int:
        """The fewest wishes that the sessions break."""
        if len(cluster) == 1:
            return self._level(cluster[0])[0]
        return self._joint(cluster)[0]

    def times_of_day(self, cluster: Cluster) -> Mask:
        """The starts of a session alone that break no more wishes than they must, from the day's first bit.

        None on a day of a clock change, whose bits show other times than those of other days.
        """
        (one,) = cluster
        return self._level(one)[1] if self.problem.grid.is_ordinary(one.day) else 0

    def arrangements(self, cluster: Cluster) -> tuple[Arrangement, ...]:
        """Every arrangement of sessions that are not linked that breaks no more wishes than it must."""
        if len(cluster) == 1:
            begin = self.problem.grid.begins[cluster[0].day]
            return tuple([(begin + bit,) for bit in bits(self._level(cluster[0])[1])])
        return self._joint(cluster)[1]

    def starts(self, one: Placed) -> list[int]:
        """The bits at which a session may start on its day."""
        found = self._starts.get(one)
        if found is None:
            found = self._starts[one] = self.problem.day_starts(one.place, one.allowed, one.day)
        return found

    def _level(self, one: Placed) -> Level:
        """The starts of a session by itself that break the fewest wishes."""
        return next(iter(self.problem.levels(one.place, one.allowed, one.day)), (0, 0))

    def _joint(self, cluster: Cluster) -> tuple[int, tuple[Arrangement, ...]]:
        if cluster not in self._best:
            if self.is_linked(cluster):
                self._best[cluster] = self.linked(cluster).broken(), ()
            else:
                self._best[cluster] = self._all_joint(cluster)
        return self._best[cluster]

    def _all_joint(self, together: Cluster) -> tuple[int, tuple[Arrangement, ...]]:
        least = NEVER
        found: list[Arrangement] = []
        for starts in self._tuples(together):
            broken = self._broken(together, starts, least)
            if broken is None:
                continue
            if broken < least:
                least, found = broken, []
            found.append(starts)
        return least, tuple(found)

    def _broken(self, together: Cluster, starts: Arrangement, most: int) -> int | None:
        """The wishes that an arrangement of one date breaks, if at most so many and the visits fit at all."""
        timed = sum(self.problem.starts.badly_timed(bit) for bit in starts)
        broken = None if timed > most else self._people_broken(together, starts, most - timed)
        return None if broken is None else timed + broken

    def _people_broken(self, together: Cluster, starts: Arrangement, most: int) -> int | None:
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


def by_date(cluster: Cluster) -> list[Cluster]:
    """The sessions of a cluster date by date."""
    ordered = sorted(cluster, key=lambda one: (one.day, one.place))
    return [tuple(some) for _, some in groupby(ordered, key=lambda one: one.day)]
