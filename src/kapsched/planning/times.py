"""At what time of day? The least minutes, then the earliest starts, among moves that are best in all else.

Without a preferred time the minutes of a kind are its distances from their own median. The median is the point from
which these distances are least, so the sum is the least over all points: one run over the graph for each choice of
points, cheapest bound first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import heappop, heappush
from typing import NamedTuple, TypeAlias

from kapsched.planning.graph import Graph
from kapsched.planning.search import IMPOSSIBLE, Search, Steps, StepsSpent

# A start (a bit of the horizon) for each session, by place in programme order.
Chosen: TypeAlias = tuple[int, ...]


class Timed(NamedTuple):
    """The starts, and whether the minutes and the ties are proved."""

    starts: Chosen
    minutes_proved: bool
    ties_proved: bool


def choose_times(search: Search, steps: Steps) -> Timed:
    """The starts of a best plan; `search.best` must have gone through."""
    graph = Graph(search)
    wish = search.problem.course.patient.wishes.time
    kinds = [session.kind.name for session in search.problem.sessions]
    if wish is not None:
        times = dict.fromkeys(kinds, wish.hour * 60 + wish.minute)
        return Timed(graph.earliest(times, graph.least(times)), True, True)
    steady = [kind for kind in dict.fromkeys(kinds) if kinds.count(kind) > 1]
    return _Steady(graph, steady, steps).times()


class _Steady:
    """The search for the points of time around which each kind's starts lie closest."""

    def __init__(self, graph: Graph, kinds: list[str], steps: Steps) -> None:
        self.graph, self.kinds, self.steps = graph, kinds, steps
        self.least = IMPOSSIBLE
        self.starts: Chosen = ()
        self.bounds: list[list[tuple[int, int]]] = []

    def times(self) -> Timed:
        """The least minutes first, then the earliest starts among all choices of points that reach them."""
        minutes_proved = False
        try:
            for kind in self.kinds:
                times = self.graph.minutes_of(kind)
                self.steps.spend(len(self.graph.links))
                self.bounds.append(sorted(zip(self.graph.bounds(kind, times), times, strict=True)))
            self._find_least()
            minutes_proved = True
            self._find_earliest({}, 0)
        except StepsSpent:
            return Timed(self.starts or self._any(), minutes_proved, False)
        return Timed(self.starts, True, True)

    def _any(self) -> Chosen:
        return self.graph.earliest({}, self.graph.least({}))

    def _run(self, times: Mapping[str, int]) -> list[int]:
        self.steps.spend(len(self.graph.links))
        return self.graph.least(times)

    def _choices(self) -> Iterator[tuple[int, dict[str, int]]]:
        """Every choice of points with its bound, the least bound first."""
        start = (0,) * len(self.kinds)
        heap = [(sum(rows[0][0] for rows in self.bounds), start)]
        seen = {start}
        while heap:
            bound, at = heappop(heap)
            yield bound, {kind: rows[n][1] for kind, rows, n in zip(self.kinds, self.bounds, at, strict=True)}
            for one, rows in enumerate(self.bounds):
                after = (*at[:one], at[one] + 1, *at[one + 1 :])
                if after[one] < len(rows) and after not in seen:
                    seen.add(after)
                    heappush(heap, (bound - rows[at[one]][0] + rows[after[one]][0], after))

    def _find_least(self) -> None:
        for bound, times in self._choices():
            if bound >= self.least:
                return
            least = self._run(times)
            if least[0] < self.least:
                self.least = least[0]
                self.starts = self.graph.earliest(times, least)

    def _find_earliest(self, times: dict[str, int], bound: int) -> None:
        """Try every choice of points that goes on from `times` and could still reach the least minutes."""
        place = len(times)
        if place == len(self.kinds):
            return
        rest = sum(rows[0][0] for rows in self.bounds[place + 1 :])
        tries: list[tuple[Chosen, int, int]] = []
        for cost, time in self.bounds[place]:
            if bound + cost + rest > self.least:
                break
            more = {**times, self.kinds[place]: time}
            least = self._run(more)
            if least[0] + rest <= self.least:
                # Where nothing is left to spare these kinds must keep to their least, and then none starts earlier.
                starts = self.graph.earliest(more, least) if least[0] + rest == self.least else ()
                tries.append((starts, time, cost))
        for starts, time, cost in sorted(tries):
            if starts and starts >= self.starts:
                continue
            if place + 1 == len(self.kinds):
                self.starts = starts
            else:
                self._find_earliest({**times, self.kinds[place]: time}, bound + cost)
