"""What could a cluster add to the minutes? Its sessions' starts, by the wall minutes they show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import accumulate
from operator import add, sub
from typing import TypeAlias

from kapsched.planning.closure import NEVER
from kapsched.planning.lanes import Scale
from kapsched.planning.linked import Linked

# The minute of the day that each kind's minutes count from, for the kinds that have one.
Times: TypeAlias = Mapping[str, int]
# (place, start) of the sessions still to be settled, in programme order.
Starts: TypeAlias = tuple[tuple[int, int], ...]

# A wish broken weighs more than any minutes of a cluster, and still leaves room in a lane.
A_WISH = 1 << 20


class Choice:
    """A session by itself with its possible starts; of those alike in minutes the earliest."""

    def __init__(self, place: int, kind: str, starts: Sequence[int], shown: Sequence[int]) -> None:
        self.place, self.kinds = place, (kind,)
        self._starts: dict[int, int] = {}
        self._nearest: dict[int, int] = {}
        for bit, minute in zip(starts, shown, strict=True):
            self._starts[minute] = min(bit, self._starts.get(minute, bit))
        self._earliest: Starts = ((place, min(self._starts.values())),)

    def minutes_of(self, _kind: str) -> set[int]:
        """Every wall minute at which it could start."""
        return set(self._starts)

    def nearest(self, times: Times) -> int:
        """The least distance of any start from the time of its kind."""
        time = times.get(self.kinds[0])
        if time is None:
            return 0
        found = self._nearest.get(time)
        if found is None:
            found = self._nearest[time] = min([abs(minute - time) for minute in self._starts])
        return found

    def first(self, times: Times) -> Starts:
        """The earliest of the nearest starts."""
        time = times.get(self.kinds[0])
        if time is None:
            return self._earliest
        least = self.nearest(times)
        near = [self._starts[minute] for minute in (time - least, time + least) if minute in self._starts]
        return ((self.place, min(near)),)

    def curve(self, _kind: str, scale: Scale, _times: Times) -> int:
        """The least distance for each point as the time of its kind, in lanes.

        The points are in order and hold every minute at which a session of the kind could start.
        """
        costs = [0 if point in self._starts else NEVER for point in scale.points]
        return scale.lanes.packed(_sloping(costs, scale.points))


class LinkedChoice:
    """Sessions whose starts hang on each other, with the ways in which they could be had."""

    def __init__(self, ways: Sequence[Linked], kinds: Mapping[int, str], shown: Callable[[int], int]) -> None:
        least = min(way.broken for way in ways)
        self._ways = [_Way(way, kinds, shown) for way in ways if way.broken == least]
        self._wishes = least * A_WISH
        self.kinds = tuple(kinds.values())
        self._nearest: dict[tuple[int | None, ...], int] = {}

    def minutes_of(self, kind: str) -> set[int]:
        """Every wall minute at which a session of a kind could start."""
        return {minute for way in self._ways for part in way.parts for minute in part.minutes_of(kind)}

    def nearest(self, times: Times) -> int:
        """The least distance of any arrangement from the times."""
        key = tuple([times.get(kind) for kind in self.kinds])
        found = self._nearest.get(key)
        if found is None:
            least = min([min(way.totals(0, times)) for way in self._ways])
            found = self._nearest[key] = least - self._wishes
        return found

    def first(self, times: Times) -> Starts:
        """The earliest of the nearest arrangements."""
        least = self.nearest(times) + self._wishes
        return min(way.first(times) for way in self._ways if min(way.totals(0, times)) == least)

    def curve(self, kind: str, scale: Scale, times: Times) -> int:
        """The least distance for each point as the time of a kind, the other kinds' being `times`; in lanes."""
        others = {name: time for name, time in times.items() if name != kind}
        alone = self.kinds.count(kind) == 1
        curves = [
            way.slope(kind, scale, others) if alone else way.curve(kind, scale, others) for way in self._ways
        ]
        return reduce(scale.lanes.least, curves) - scale.lanes.ones * self._wishes


class _Way:
    """One way, and what its arrangements cost: their wishes, and their distance from times."""

    def __init__(self, linked: Linked, kinds: Mapping[int, str], shown: Callable[[int], int]) -> None:
        self.linked = linked
        self.parts = [
            _Minutes(
                [kinds[place] for place in part.places],
                [tuple([shown(bit) for bit in starts]) for starts in part.arrangements],
                [broken * A_WISH for broken in part.broken],
            )
            for part in linked.parts
        ]

    def totals(self, root: int, times: Times) -> list[int]:
        return self.linked.totals(root, [part.costs(times) for part in self.parts], min, A_WISH)

    def first(self, times: Times) -> Starts:
        found = self.linked.first([part.costs(times) for part in self.parts], A_WISH)
        return tuple(sorted(found.items()))

    def slope(self, kind: str, scale: Scale, others: Times) -> int:
        """The curve of the only session of a kind."""
        (root,) = (n for n, part in enumerate(self.parts) if kind in part.kinds)
        part = self.parts[root]
        column, least = part.kinds.index(kind), dict.fromkeys(scale.points, MOST)
        for shown, total in zip(part.shown, self.totals(root, others), strict=True):
            least[shown[column]] = min(total, least[shown[column]])
        return scale.lanes.packed(_sloping(list(least.values()), scale.points))

    def curve(self, kind: str, scale: Scale, others: Times) -> int:
        """The curve of a kind with several sessions."""
        lanes = scale.lanes
        costs = [part.costs_in_lanes(kind, scale, others) for part in self.parts]
        return reduce(lanes.least, self.linked.totals(0, costs, lanes.least, lanes.ones * A_WISH))


# More than any arrangement costs, and no more than a lane holds when a day's minutes are added.
MOST = (1 << 31) - (1 << 20)


class _Minutes:
    """What each arrangement of a part costs."""

    def __init__(self, kinds: list[str], shown: list[tuple[int, ...]], wishes: list[int]) -> None:
        self.kinds, self.shown, self.wishes = kinds, shown, wishes
        self._costs: dict[tuple[int | None, ...], list[int]] = {}

    def minutes_of(self, kind: str) -> set[int]:
        return {
            minute
            for shown in self.shown
            for name, minute in zip(self.kinds, shown, strict=True)
            if name == kind
        }

    def costs(self, times: Times) -> list[int]:
        """What each arrangement costs at some times."""
        key = tuple([times.get(kind) for kind in self.kinds])
        found = self._costs.get(key)
        if found is None:
            found = self.wishes
            for column, time in enumerate(key):
                if time is not None:
                    found = [
                        cost + abs(shown[column] - time)
                        for cost, shown in zip(found, self.shown, strict=True)
                    ]
            self._costs[key] = found
        return found

    def costs_in_lanes(self, kind: str, scale: Scale, times: Times) -> list[int]:
        """The same for each point as the time of a kind."""
        ones = scale.lanes.ones
        found = [ones * cost for cost in self.costs(times)]
        for column, name in enumerate(self.kinds):
            if name == kind:
                found = [
                    cost + scale.away(shown[column]) for cost, shown in zip(found, self.shown, strict=True)
                ]
        return found


def _sloping(costs: Sequence[int], points: Sequence[int]) -> list[int]:
    """The costs, where each point may take another's for as many minutes as it lies away."""
    before = accumulate(map(sub, costs, points), min)
    after = [*accumulate(map(add, reversed(costs), reversed(points)), min)][::-1]
    return list(map(min, map(add, before, points), map(sub, after, points)))
