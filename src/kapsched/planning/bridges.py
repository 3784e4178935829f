"""At which starts can two sessions both be had? Links between them, and what one costs seen from the other.

Two ends of an hour rule, or two visits of one date: either begins so long after the other, within some ranges, or at
one of some pairs of starts that were looked at one by one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, reduce
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from attrs import frozen

# The lesser of two numbers, or of two integers lane by lane.
Least: TypeAlias = Callable[[int, int], int]
NO_CONTACTS: Mapping[tuple[int, int], int] = MappingProxyType({})


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


@frozen(slots=False)
class Bridge:
    """How one part sees another: its arrangements by start, and what of them each arrangement here can go with.

    That is windows of starts, half-open, and single starts with the wishes they break besides.
    """

    by_start: tuple[tuple[int, ...], ...]
    windows: tuple[tuple[tuple[int, int], ...], ...]
    contacts: tuple[tuple[tuple[int, int], ...], ...]

    @cached_property
    def onwards(self) -> list[int] | None:
        """Where each arrangement's window begins, if it has one that ends where all starts end, and no more."""
        count = len(self.by_start)
        whole = all(len(some) == 1 and some[0][1] == count for some in self.windows)
        return [some[0][0] for some in self.windows] if whole and not any(self.contacts) else None

    @cached_property
    def up_to(self) -> list[int] | None:
        """Where it ends, if it has one that begins where they begin, and no more."""
        whole = all(len(some) == 1 and some[0][0] == 0 for some in self.windows)
        return [some[0][1] for some in self.windows] if whole and not any(self.contacts) else None


def bridged(link: Link, near: Sequence[int], far: Sequence[int]) -> Bridge:
    """How the arrangements with `near` starts of the link's first session see those with `far` ones of its second."""
    by_start: dict[int, list[int]] = {}
    for n, bit in enumerate(far):
        by_start.setdefault(bit, []).append(n)
    starts = sorted(by_start)
    return Bridge(
        tuple([tuple(by_start[bit]) for bit in starts]),
        tuple([_windows(bit, starts, link) for bit in near]),
        _contacts(near, starts, link),
    )


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


def seen(bridge: Bridge, totals: Sequence[int], least: Least, wish: int) -> list[int]:
    """The least total that each arrangement can go with."""
    values = [totals[group[0]] for group in bridge.by_start]
    if len(values) < len(totals):
        values = [reduce(least, [totals[one] for one in group]) for group in bridge.by_start]
    if bridge.onwards is not None:
        from_each = list(accumulate(reversed(values), least))[::-1]
        return [from_each[first] for first in bridge.onwards]
    if bridge.up_to is not None:
        to_each = list(accumulate(values, least))
        return [to_each[last - 1] for last in bridge.up_to]
    within = _Within(values, least)
    found = []
    for windows, contacts in zip(bridge.windows, bridge.contacts, strict=True):
        some = [within(first, last) for first, last in windows]
        some += [values[n] + wish * more for n, more in contacts]
        found.append(reduce(least, some))
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
