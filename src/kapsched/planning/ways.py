"""In what ways could the sessions of a cluster be had? Each way as parts linked in a tree or a ring.

Two visits of a date are neighbours, before or after one another. Of three to five, one way stands for each order in
time, where nothing that one leaves behind is in another's way; otherwise their starts are found as tuples, as one part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, groupby, pairwise, permutations, product
from math import factorial, prod
from typing import NamedTuple, TypeAlias

from kapsched.planning.bridges import Link
from kapsched.planning.grid import bits
from kapsched.planning.linked import Linked, Part
from kapsched.planning.problem import Problem
from kapsched.planning.starts import AllowedKey


class Placed(NamedTuple):
    """A session on a day, and whom continuity allows it."""

    place: int
    day: int
    allowed: AllowedKey


# Sessions whose starts hang on each other, by place.
Cluster: TypeAlias = tuple[Placed, ...]
# For two sessions of a date the pairs of starts at which one is in the other's way and both can yet be had, with the
# wishes that this breaks besides; and for three and more all their arrangements.
Contacts: TypeAlias = Callable[[Placed, Placed, Sequence[int]], dict[tuple[int, int], int]]
Joint: TypeAlias = Callable[[Cluster], Part]

# The orders in time of five visits.
MOST_WAYS = factorial(5)


class Ways:
    """The ways of clusters in one course."""

    def __init__(
        self, problem: Problem, contacts: Contacts, joint: Joint, spend: Callable[[int], None]
    ) -> None:
        self.problem, self.contacts, self.joint, self.spend = problem, contacts, joint, spend
        self.edges = [(*problem.ends(edge), edge) for edge in problem.hour_edges]
        self._found: dict[Cluster, tuple[Linked, ...]] = {}

    def of(self, cluster: Cluster) -> tuple[Linked, ...]:
        """The ways in which the sessions could be had, possible ones only."""
        found = self._found.get(cluster)
        if found is None:
            found = self._found[cluster] = tuple(self._ways(cluster))
        return found

    def is_ordered(self, together: Cluster) -> bool:
        """Are three and more visits of a date weighed in each of their orders in time?"""
        if len(together) < 3 or factorial(len(together)) > MOST_WAYS:
            return False
        return not any(
            self._clearance(one, two) > self._length(one)
            for pair in combinations(together, 2)
            for one, two in (pair, pair[::-1])
        )

    def _ways(self, cluster: Cluster) -> Iterator[Linked]:
        dates = by_date(cluster)
        across = self._across(cluster)
        ordered = [together for together in dates if self.is_ordered(together)]
        if prod(factorial(len(together)) for together in ordered) > MOST_WAYS:
            ordered = []
        parts: list[Part] = []
        for together in dates:
            if len(together) < 3 or together in ordered:
                parts.extend(self._part(one) for one in together)
                if len(together) == 2:
                    across.append(self._either_order(*together))
            else:
                parts.append(self.joint(together))
        for orders in product(*map(permutations, ordered)):
            links = [self._in_order(order) for order in orders]
            if None not in links:
                self.spend(1)
                way = Linked(parts, [*across, *(link for some in links for link in some or ())], self.spend)
                if way.possible:
                    yield way

    def _across(self, cluster: Cluster) -> list[Link]:
        """The hour rules that hang on the starts of two dates."""
        day, step = {one.place: one.day for one in cluster}, self.problem.grid.step
        return [
            Link(early, late, ((-(-edge.least // step), edge.most // step),))
            for n, (early, late, edge) in enumerate(self.edges)
            if early in day and late in day and day[early] != day[late] and self.problem.binds(n, day)
        ]

    def _either_order(self, one: Placed, two: Placed) -> Link:
        """How the starts of two sessions of one date go together."""
        before, after = self._clearance(one, two), self._clearance(two, one)
        least, most = self._apart_by_rules(one, two)
        ranges = [(max(least, before), most), (least, min(most, -after))]
        near = [*range(self._length(one), before), *range(1 - after, 1 - self._length(two))]
        lawful = [apart for apart in near if least <= apart <= most]
        contacts = self.contacts(one, two, lawful) if lawful else {}
        return Link(one.place, two.place, tuple([each for each in ranges if each[0] <= each[1]]), contacts)

    def _in_order(self, order: Cluster) -> list[Link] | None:
        """The links of visits one after another; None where an hour rule forbids the order."""
        links = []
        neighbours = set(pairwise(order))
        for one, two in combinations(order, 2):
            least, most = self._apart_by_rules(one, two)
            if most < max(least, self._length(one)):
                return None
            if (one, two) in neighbours or self._bears(one, two):
                links.append(Link(one.place, two.place, ((max(least, self._length(one)), most),)))
        return links

    def _bears(self, one: Placed, two: Placed) -> bool:
        pair = {one.place, two.place}
        return any({early, late} == pair for early, late, _ in self.edges)

    def _apart_by_rules(self, one: Placed, two: Placed) -> tuple[int, int]:
        """The least and most bits from one start to another on a date, by the hour rules between them."""
        least, most, step = -self.problem.grid.size, self.problem.grid.size, self.problem.grid.step
        for early, late, edge in self.edges:
            if (early, late) == (one.place, two.place):
                least, most = max(least, -(-edge.least // step)), min(most, edge.most // step)
            elif (late, early) == (one.place, two.place):
                least, most = max(least, -(edge.most // step)), min(most, -edge.least // step)
        return least, most

    def _part(self, one: Placed) -> Part:
        begin = self.problem.grid.begins[one.day]
        levels = self.problem.levels(one.place, one.allowed, one.day)
        rows = sorted((begin + bit, broken) for broken, mask in levels for bit in bits(mask))
        return Part((one.place,), tuple([(bit,) for bit, _ in rows]), tuple([broken for _, broken in rows]))

    def _clearance(self, early: Placed, late: Placed) -> int:
        sessions = self.problem.sessions
        return self.problem.units.clearance(sessions[early.place].kind, sessions[late.place].kind)

    def _length(self, one: Placed) -> int:
        return self.problem.sessions[one.place].kind.minutes // self.problem.grid.step


def by_date(cluster: Cluster) -> list[Cluster]:
    """The sessions of a cluster date by date."""
    ordered = sorted(cluster, key=lambda one: (one.day, one.place))
    return [tuple(some) for _, some in groupby(ordered, key=lambda one: one.day)]
