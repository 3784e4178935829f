"""What do differences of dates imply? Closing them over all sessions, and narrowing masks of days by them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from kapsched.planning.grid import Mask

if TYPE_CHECKING:
    from kapsched.planning.open_days import OpenTie

# More days, or minutes, than any horizon has: no bound.
NEVER = 10**6

# `least <= D(b) - D(a) <= most` for two sessions a and b, by place.
Between: TypeAlias = tuple[int, int, int, int]


def closed(count: int, edges: Iterable[Between]) -> list[list[int]]:
    """All-pairs most days from one session to another, `count` of them; below 0 from one to itself: a contradiction."""
    most = [[0 if a == b else NEVER for b in range(count)] for a in range(count)]
    for a, b, least, days in edges:
        most[a][b] = min(most[a][b], days)
        most[b][a] = min(most[b][a], -least)
    for via in range(count):
        row = most[via]
        for line in most:
            first = line[via]
            if first < NEVER:
                for b, rest in enumerate(row):
                    if rest < NEVER and first + rest < line[b]:
                        line[b] = first + rest
    return most


def spread(days: Mask, least: int, most: int, size: int) -> Mask:
    """The places that lie `least` to `most` after some bit of a mask, among `size`: days, or bits of a day."""
    if not days:
        return 0
    most = min(most, size)
    least = max(least, -days.bit_length())
    if most < least:
        return 0
    found, width, wanted = days, 1, most - least + 1
    while width < wanted:
        step = min(width, wanted - width)
        found |= found << step
        width += step
    found = found << least if least >= 0 else found >> -least
    return found & ((1 << size) - 1)


def consistent(
    domains: list[Mask], edges: Sequence[Between], size: int, ties: Sequence[OpenTie] = ()
) -> bool:
    """Narrow date masks in place until each date has a partner across every edge; false if one runs empty."""
    changed = True
    while changed:
        changed = False
        for a, b, least, most in edges:
            later = domains[b] & spread(domains[a], least, most, size)
            earlier = domains[a] & spread(later, -most, -least, size)
            if later != domains[b] or earlier != domains[a]:
                domains[b], domains[a], changed = later, earlier, True
                if not later or not earlier:
                    return False
        for tie in ties:
            later = domains[tie.later] & tie.spread(tie.earlier, domains[tie.earlier])
            earlier = domains[tie.earlier] & tie.spread(tie.later, later)
            if later != domains[tie.later] or earlier != domains[tie.earlier]:
                domains[tie.later], domains[tie.earlier], changed = later, earlier, True
                if not later or not earlier:
                    return False
    return all(domains)


def between(first: int, last: int) -> Mask:
    """The bits from `first` to `last`, both included; bits before the first of all are none."""
    first = max(0, first)
    return (1 << last + 1) - 1 >> first << first if first <= last else 0
