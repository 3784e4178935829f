"""How does one add and compare many numbers at once? As lanes of one integer, for a single pass over a graph."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from attrs import field, frozen

WIDTH = 32


@frozen
class Lanes:
    """Packs `count` numbers below 2**31 into one integer; `+` adds lane by lane while no sum reaches 2**31."""

    count: int
    ones: int = field(init=False)
    _guards: int = field(init=False)  # the highest bit of each lane, which no number reaches

    def __attrs_post_init__(self) -> None:
        ones = self.packed([1] * self.count)
        object.__setattr__(self, "ones", ones)
        object.__setattr__(self, "_guards", ones << (WIDTH - 1))

    def packed(self, numbers: Sequence[int]) -> int:
        """The numbers in one integer."""
        return int.from_bytes(struct.pack(f"<{self.count}I", *numbers), "little")

    def unpacked(self, lanes: int) -> list[int]:
        """The numbers of one integer."""
        return list(struct.unpack(f"<{self.count}I", lanes.to_bytes(self.count * WIDTH // 8, "little")))

    def least(self, one: int, two: int) -> int:
        """The lesser number in each lane."""
        # A guard bit outlives the subtraction where `one` is not the lesser; spread out, it picks `two` there.
        guards = ((one | self._guards) - two) & self._guards
        return one ^ ((one ^ two) & (guards - (guards >> (WIDTH - 1))))


class Scale:
    """Points of time in order, and in lanes how far minutes lie away from each of them."""

    def __init__(self, points: Sequence[int]) -> None:
        self.points, self.lanes = points, Lanes(len(points))
        self._away: dict[int, int] = {}

    def away(self, minute: int) -> int:
        """The distances of a minute from the points."""
        found = self._away.get(minute)
        if found is None:
            found = self._away[minute] = self.lanes.packed([abs(minute - point) for point in self.points])
        return found
