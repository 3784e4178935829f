"""What could a cluster add to the minutes? Its sessions' arrangements, by the wall minutes they start at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias

from kapsched.planning.closure import NEVER
from kapsched.planning.lanes import Scale
from kapsched.planning.linked import Arrangement, Linked

# The minute of the day that each kind's minutes count from, for the kinds that have one.
Times: TypeAlias = Mapping[str, int]
# (place, start) of the sessions still to be settled, in programme order.
Starts: TypeAlias = tuple[tuple[int, int], ...]


class Choice:
    """Sessions of one date with their possible arrangements; of those alike in minutes the earliest."""

    def __init__(
        self,
        places: Sequence[int],
        kinds: Sequence[str],
        arrangements: Sequence[Arrangement],
        minutes: Sequence[tuple[int, ...]],
    ) -> None:
        self.places, self.kinds = tuple(places), tuple(kinds)
        self._starts: dict[tuple[int, ...], Arrangement] = {}
        self._nearest: dict[int, int] = {}
        for starts, shown in zip(arrangements, minutes, strict=True):
            known = self._starts.setdefault(shown, starts)
            if starts < known:
                self._starts[shown] = starts

    def minutes_of(self, kind: str) -> set[int]:
        """Every wall minute at which a session of a kind could start."""
        if len(self.kinds) == 1:
            return {minute for (minute,) in self._starts}
        return {minute for shown in self._starts for minute in self._of(kind, shown)}

    def _of(self, kind: str, shown: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(minute for minute, name in zip(shown, self.kinds, strict=True) if name == kind)

    def _away(self, shown: tuple[int, ...], times: Times) -> int:
        return sum(
            abs(minute - times[kind]) for kind, minute in zip(self.kinds, shown, strict=True) if kind in times
        )

    def nearest(self, times: Times) -> int:
        """The least distance of any arrangement from the times."""
        if len(self.kinds) == 1:
            time = times.get(self.kinds[0])
            if time is None:
                return 0
            found = self._nearest.get(time)
            if found is None:
                found = self._nearest[time] = min([abs(minute - time) for (minute,) in self._starts])
            return found
        return min([self._away(shown, times) for shown in self._starts])

    def first(self, times: Times) -> Starts:
        """The earliest of the nearest arrangements."""
        if len(self.kinds) == 1:
            time = times.get(self.kinds[0])
            if time is None:
                return self._earliest
            least = self.nearest(times)
            near = [self._starts.get((minute,)) for minute in (time - least, time + least)]
            first = min(starts for starts in near if starts is not None)
        else:
            _, first = min((self._away(shown, times), starts) for shown, starts in self._starts.items())
        return tuple(zip(self.places, first, strict=True))

    @cached_property
    def _earliest(self) -> Starts:
        return tuple(zip(self.places, min(self._starts.values()), strict=True))

    def curve(self, kind: str, scale: Scale, times: Times) -> int:
        """The least distance for each point as the time of a kind, the other kinds' being `times`; in lanes.

        The points are in order and hold every minute at which the kind could start.
        """
        return scale.lanes.packed(self._curve(kind, scale.points, times))

    def _curve(self, kind: str, points: Sequence[int], times: Times) -> list[int]:
        if len(self.kinds) == 1:
            return _sloping([0 if (point,) in self._starts else NEVER for point in points], points)
        others = {name: time for name, time in times.items() if name != kind}
        least: dict[tuple[int, ...], int] = {}
        for shown in self._starts:
            own, away = self._of(kind, shown), self._away(shown, others)
            least[own] = min(away, least.get(own, NEVER))
        if self.kinds.count(kind) == 1:
            return _sloping([least.get((point,), NEVER) for point in points], points)
        return [
            min(away + sum(abs(minute - point) for minute in own) for own, away in least.items())
            for point in points
        ]


# A wish broken weighs more than any minutes of a cluster, and still leaves room in a lane.
A_WISH = 1 << 20


class LinkedChoice:
    """Sessions whose starts are linked, on one date or several; as a choice, one cluster of them."""

    def __init__(self, linked: Linked, kinds: Mapping[int, str], shown: Callable[[int], int]) -> None:
        self.linked = linked
        self.kinds = tuple([kinds[place] for part in linked.parts for place in part.places])
        self._parts = [
            _Minutes(
                [kinds[place] for place in part.places],
                [tuple([shown(bit) for bit in starts]) for starts in part.arrangements],
                [broken * A_WISH for broken in part.broken],
            )
            for part in linked.parts
        ]
        self._wishes = linked.broken() * A_WISH
        self._nearest: dict[tuple[int | None, ...], int] = {}

    def minutes_of(self, kind: str) -> set[int]:
        """Every wall minute at which a session of a kind could start."""
        return {
            minute
            for part in self._parts
            for shown in part.shown
            for name, minute in zip(part.kinds, shown, strict=True)
            if name == kind
        }

    def nearest(self, times: Times) -> int:
        """The least distance of any arrangement from the times."""
        key = tuple([times.get(kind) for kind in self.kinds])
        found = self._nearest.get(key)
        if found is None:
            found = self._nearest[key] = min(self._totals(0, times)) - self._wishes
        return found

    def _totals(self, root: int, times: Times) -> list[int]:
        return self.linked.totals(root, [part.costs(times) for part in self._parts], min, A_WISH)

    def first(self, times: Times) -> Starts:
        """The earliest of the nearest arrangements."""
        costs = [part.costs(times) for part in self._parts]
        return tuple(sorted(self.linked.first(costs, A_WISH).items()))

    def curve(self, kind: str, scale: Scale, times: Times) -> int:
        """The least distance for each point as the time of a kind, the other kinds' being `times`; in lanes."""
        others = {name: time for name, time in times.items() if name != kind}
        if self.kinds.count(kind) == 1:
            (root,) = (n for n, part in enumerate(self._parts) if kind in part.kinds)
            column = self._parts[root].kinds.index(kind)
            least: dict[int, int] = {}
            for shown, total in zip(self._parts[root].shown, self._totals(root, others), strict=True):
                minute = shown[column]
                least[minute] = min(total - self._wishes, least.get(minute, NEVER))
            return scale.lanes.packed(
                _sloping([least.get(point, NEVER) for point in scale.points], scale.points)
            )
        lanes = scale.lanes
        costs = [part.costs_in_lanes(kind, scale, others) for part in self._parts]
        best, *more = self.linked.totals(0, costs, lanes.least, lanes.ones * A_WISH)
        for one in more:
            best = lanes.least(best, one)
        return best - lanes.ones * self._wishes


class _Minutes:
    """What each arrangement of a part costs: its wishes, and its distance from times."""

    def __init__(self, kinds: list[str], shown: list[tuple[int, ...]], wishes: list[int]) -> None:
        self.kinds, self.shown, self.wishes = kinds, shown, wishes
        self._costs: dict[tuple[int | None, ...], list[int]] = {}

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


def _sloping(costs: list[int], points: Sequence[int]) -> list[int]:
    """The costs, where each point may take another's for as many minutes as it lies away."""
    steps = [after - before for before, after in pairwise(points)]
    for place, step in enumerate(steps, start=1):
        costs[place] = min(costs[place], costs[place - 1] + step)
    for place in range(len(steps) - 1, -1, -1):
        costs[place] = min(costs[place], costs[place + 1] + steps[place])
    return costs
