"""Whose starts hang on those of others? Sessions linked by an hour rule or a date, weighed from one to the next.

A session is a part; three and more of one date are one. What a part costs, seen from a start of its neighbour, is the
least of its starts at which both can be had: so a whole chain is weighed by passing from part to part. Parts linked
twice, or in a ring, are first made one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from kapsched.planning.closure import spread

# One start for each of some sessions, a bit of the horizon.
Arrangement: TypeAlias = tuple[int, ...]
# The lesser of two numbers, or of two integers lane by lane.
Least: TypeAlias = Callable[[int, int], int]

NO_CONTACTS: Mapping[tuple[int, int], int] = MappingProxyType({})
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


class Link(NamedTuple):
    """Two sessions by place, and how many bits the second may start after the first: within any of some ranges.

    `contacts` are starts outside them at which both can be had all the same, with the wishes that this breaks beyond
    those that each breaks by itself.
    """

    one: int
    two: int
    ranges: tuple[tuple[int, int], ...]
    contacts: Mapping[tuple[int, int], int] = NO_CONTACTS

    def seen_from(self, place: int) -> Link:
        """The same with one of the sessions as the first."""
        if place == self.one:
            return self
        return Link(
            self.two,
            self.one,
            tuple([(-most, -least) for least, most in reversed(self.ranges)]),
            {(two, one): more for (one, two), more in self.contacts.items()},
        )

    def broken(self, one: int, two: int) -> int | None:
        """The wishes broken besides at two starts; None if both cannot be had."""
        if any(least <= two - one <= most for least, most in self.ranges):
            return 0
        return self.contacts.get((one, two))


class Bridge(NamedTuple):
    """How one part sees another: its arrangements by start, and what of them each arrangement here can go with.

    That is windows of starts, half-open, and single starts with the wishes they break besides.
    """

    by_start: tuple[tuple[int, ...], ...]
    windows: tuple[tuple[tuple[int, int], ...], ...]
    contacts: tuple[tuple[tuple[int, int], ...], ...]


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

    def broken(self) -> int:
        """The fewest wishes that the sessions break."""
        if not any(any(part.broken) for part in self.parts) and not any(
            any(link.contacts.values()) for some in self.beside for _, link in some
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
                seen = _seen(self._bridge(root, other, link), beyond, least, wish)
                found = [one + two for one, two in zip(found, seen, strict=True)]
        return found

    def _bridge(self, here: int, there: int, link: Link) -> Bridge:
        found = self._bridges.get((here, there))
        if found is None:
            part, other = self.parts[here], self.parts[there]
            link = link.seen_from(link.one if link.one in part.places else link.two)
            by_start: dict[int, list[int]] = {}
            for n, bit in enumerate(other.starts(link.two)):
                by_start.setdefault(bit, []).append(n)
            far = sorted(by_start)
            near = part.starts(link.one)
            found = self._bridges[here, there] = Bridge(
                tuple([tuple(by_start[bit]) for bit in far]),
                tuple([_windows(bit, far, link) for bit in near]),
                _contacts(near, far, link),
            )
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


def _windows(bit: int, far: Sequence[int], link: Link) -> tuple[tuple[int, int], ...]:
    found = [(bisect_left(far, bit + least), bisect_right(far, bit + most)) for least, most in link.ranges]
    return tuple([(first, last) for first, last in found if first < last])


def _contacts(near: Sequence[int], far: Sequence[int], link: Link) -> tuple[tuple[tuple[int, int], ...], ...]:
    if not link.contacts:
        return ((),) * len(near)
    at = {bit: n for n, bit in enumerate(far)}
    by_near: dict[int, list[tuple[int, int]]] = {}
    for (one, two), more in link.contacts.items():
        if two in at:
            by_near.setdefault(one, []).append((at[two], more))
    return tuple([tuple(by_near.get(bit, ())) for bit in near])


def _seen(bridge: Bridge, totals: Sequence[int], least: Least, wish: int) -> list[int]:
    """The least total that each arrangement can go with."""
    values = []
    for group in bridge.by_start:
        value = totals[group[0]]
        for one in group[1:]:
            value = least(value, totals[one])
        values.append(value)
    within = _Within(values, least)
    found = []
    for windows, contacts in zip(bridge.windows, bridge.contacts, strict=True):
        some = [within(first, last) for first, last in windows]
        some += [values[n] + wish * more for n, more in contacts]
        value = some[0]
        for one in some[1:]:
            value = least(value, one)
        found.append(value)
    return found


class _Within:
    """The least of some values within windows of them, half-open and not empty."""

    def __init__(self, values: list[int], least: Least) -> None:
        self.values, self.least = values, least
        self.onwards: list[int] = []
        self.up_to: list[int] = []
        self.rows = [values]  # in row n the least of 2 ** n values from each place on

    def __call__(self, first: int, last: int) -> int:
        # A window mostly ends at one side of a date: then the least is of all values from a place on, or up to it.
        if last == len(self.values):
            if not self.onwards:
                self.onwards = list(accumulate(reversed(self.values), self.least))[::-1]
            return self.onwards[first]
        if first == 0:
            if not self.up_to:
                self.up_to = list(accumulate(self.values, self.least))
            return self.up_to[last - 1]
        n = (last - first).bit_length() - 1
        while len(self.rows) <= n:
            row, half = self.rows[-1], 1 << len(self.rows) - 1
            self.rows.append([self.least(one, two) for one, two in zip(row, row[half:], strict=False)])
        return self.least(self.rows[n][first], self.rows[n][last - (1 << n)])
