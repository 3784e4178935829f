"""Whose starts hang on those of others? Sessions linked by an hour rule or a date, weighed from one to the next.

A session is a part; three and more of one date are one. What a part costs, seen from a start of its neighbour, is the
least of its starts at which both can be had: so a whole chain is weighed by passing from part to part. Parts linked
twice, or in a ring, are first made one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, TypeAlias

from kapsched.planning.bridges import Bridge, Least, Link, bridged, seen
from kapsched.planning.closure import spread

# One start for each of some sessions, a bit of the horizon.
Arrangement: TypeAlias = tuple[int, ...]
# More than any plan costs: what is not to be chosen.
EXCLUDED = 1 << 40


class Part(NamedTuple):
    """Sessions by place, their arrangements in order, and the wishes that each of these breaks."""

    places: tuple[int, ...]
    arrangements: tuple[Arrangement, ...]
    broken: tuple[int, ...]

    def starts(self, place: int) -> list[int]:
        """The start of one of the sessions in each arrangement."""
        column = self.places.index(place)
        return [starts[column] for starts in self.arrangements]

    def kept(self, keep: Sequence[bool]) -> Part:
        """Some of the arrangements only."""
        return Part(
            self.places,
            tuple([one for one, kept in zip(self.arrangements, keep, strict=True) if kept]),
            tuple([one for one, kept in zip(self.broken, keep, strict=True) if kept]),
        )


class Linked:
    """Parts as a tree. Only arrangements that some arrangement of every other part can go with are left."""

    def __init__(self, parts: Sequence[Part], links: Sequence[Link], spend: Callable[[int], None]) -> None:
        self.parts, self.spend = list(parts), spend
        self._join(list(links))
        self.beside: list[list[tuple[int, Link]]] = [[] for _ in self.parts]
        for link in self._across(links):
            one, two = self._part_of(link.one), self._part_of(link.two)
            self.beside[one].append((two, link))
            self.beside[two].append((one, link))
        steps = list(self._from(0, -1))
        for there, here, link in reversed(steps):
            self._support(here, there, link)
        for there, here, link in steps:
            self._support(there, here, link)
        self._bridges: dict[tuple[int, int], Bridge] = {}

    @property
    def possible(self) -> bool:
        """Can all the sessions be had?"""
        return all(part.arrangements for part in self.parts)

    def _part_of(self, place: int) -> int:
        return next(n for n, part in enumerate(self.parts) if place in part.places)

    def _across(self, links: Sequence[Link]) -> list[Link]:
        return [link for link in links if self._part_of(link.one) != self._part_of(link.two)]

    def _join(self, links: list[Link]) -> None:
        """Make one of two parts as long as some link closes a ring."""
        while len(left := self._across(links)) >= len(self.parts):
            tree = list(range(len(self.parts)))
            for link in left:
                one, two = self._part_of(link.one), self._part_of(link.two)
                if tree[one] == tree[two]:
                    self._merge(one, two, links)
                    break
                tree = [tree[one] if each == tree[two] else each for each in tree]

    def _merge(self, one: int, two: int, links: Sequence[Link]) -> None:
        first, second = self.parts[one], self.parts[two]
        places = first.places + second.places
        inner = [link for link in links if link.one in places and link.two in places]
        found: list[Arrangement] = []
        broken: list[int] = []
        for mine, cost in zip(first.arrangements, first.broken, strict=True):
            for theirs, more in zip(second.arrangements, second.broken, strict=True):
                at = dict(zip(places, mine + theirs, strict=True))
                besides = [
                    link.broken(at[link.one], at[link.two])
                    for link in inner
                    if (link.one in first.places) != (link.two in first.places)
                ]
                if None not in besides:
                    self.spend(1)
                    found.append(mine + theirs)
                    broken.append(cost + more + sum(one or 0 for one in besides))
        self.parts[one] = Part(places, tuple(found), tuple(broken))
        del self.parts[two]

    def _from(self, here: int, parent: int) -> Iterator[tuple[int, int, Link]]:
        """(part, the one before it, their link) for all parts, outwards from one."""
        for there, link in self.beside[here]:
            if there != parent:
                yield there, here, link
                yield from self._from(there, here)

    def _support(self, here: int, there: int, link: Link) -> None:
        """Keep of one part what some arrangement of its neighbour can go with."""
        part = self.parts[here]
        link = link.seen_from(link.one if link.one in part.places else link.two)
        near, far = part.starts(link.one), set(self.parts[there].starts(link.two))
        if not near or not far:
            self.parts[here] = part.kept([False] * len(near))
            return
        base, begin = min(near), min(far)
        size = max(near) - base + 1
        mask = sum([1 << bit - begin for bit in far])
        within = 0
        for least, most in link.ranges:
            within |= spread(mask, begin - base - most, begin - base - least, size)
        for one, two in link.contacts:
            if two in far and 0 <= one - base < size:
                within |= 1 << one - base
        keep = [bool(within >> bit - base & 1) for bit in near]
        if not all(keep):
            self.parts[here] = part.kept(keep)

    @cached_property
    def broken(self) -> int:
        """The fewest wishes that the sessions break."""
        links = [link for some in self.beside for _, link in some]
        if not any(any(part.broken) for part in self.parts) and not any(
            any(link.contacts.values()) for link in links
        ):
            return 0
        return min(self.totals(0, [part.broken for part in self.parts], min, 1))

    def totals(
        self, root: int, costs: Sequence[Sequence[int]], least: Least, wish: int, parent: int = -1
    ) -> list[int]:
        """For each arrangement of a part the least cost of all, given what each arrangement costs by itself.

        `wish` is what a broken wish costs.
        """
        found = list(costs[root])
        for other, link in self.beside[root]:
            if other != parent:
                beyond = self.totals(other, costs, least, wish, root)
                far = seen(self._bridge(root, other, link), beyond, least, wish)
                found = [one + two for one, two in zip(found, far, strict=True)]
        return found

    def _bridge(self, here: int, there: int, link: Link) -> Bridge:
        found = self._bridges.get((here, there))
        if found is None:
            part, other = self.parts[here], self.parts[there]
            link = link.seen_from(link.one if link.one in part.places else link.two)
            found = bridged(link, part.starts(link.one), other.starts(link.two))
            self._bridges[here, there] = found
        return found

    def first(self, costs: Sequence[Sequence[int]], wish: int) -> dict[int, int]:
        """The earliest starts, in the order of the places, among those of the least cost; by place."""
        left = [list(one) for one in costs]
        found: dict[int, int] = {}
        for place in sorted(place for part in self.parts for place in part.places):
            n = self._part_of(place)
            totals, starts = self.totals(n, left, min, wish), self.parts[n].starts(place)
            least = min(totals)
            found[place] = min(bit for bit, total in zip(starts, totals, strict=True) if total == least)
            for each, bit in enumerate(starts):
                if bit != found[place]:
                    left[n][each] += EXCLUDED
        return found
