"""At what time of day? The least minutes, then the earliest starts, among moves that are best in all else.

Without a preferred time the minutes of a kind are its distances from their own median. The median is the point from
which these distances are least, so the sum is the least over all points: one run over the graph for each choice of
points, cheapest bound first.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple, TypeAlias

from kapsched.planning.choices import Times
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
                self.bounds.append(sorted(self._row(kind, {})))
            self._find_least()
            minutes_proved = True
            self._find_earliest({})
        except StepsSpent:
            return Timed(self.starts or self._any(), minutes_proved, False)
        return Timed(self.starts, True, True)

    def _any(self) -> Chosen:
        return self.graph.earliest({}, self.graph.least({}))

    def _row(self, kind: str, times: Times) -> list[tuple[int, int]]:
        """(minutes, point) for each point of a kind, beside the times of other kinds, in order of time."""
        self.steps.spend(len(self.graph.links))
        return list(zip(self.graph.row(kind, times), self.graph.scale(kind).points, strict=True))

    def _run(self, times: Times) -> tuple[int, Chosen]:
        """The least minutes at some times, and the earliest starts that come to them."""
        self.steps.spend(len(self.graph.links))
        least = self.graph.least(times)
        return least[0], self.graph.earliest(times, least)

    def _choices(self) -> Iterator[tuple[int, dict[str, int]]]:
        """Every choice of points for all kinds but the last with its bound, the least bound first."""
        rows = self.bounds[:-1]
        start = (0,) * len(rows)
        heap = [(sum(row[0][0] for row in self.bounds), start)]
        seen = {start}
        while heap:
            bound, at = heappop(heap)
            yield bound, {kind: row[n][1] for kind, row, n in zip(self.kinds, rows, at, strict=False)}
            for one, row in enumerate(rows):
                after = (*at[:one], at[one] + 1, *at[one + 1 :])
                if after[one] < len(row) and after not in seen:
                    seen.add(after)
                    heappush(heap, (bound - row[at[one]][0] + row[after[one]][0], after))

    def _find_least(self) -> None:
        if not self.kinds:
            self.least, self.starts = self._run({})
            return
        for bound, times in self._choices():
            if bound >= self.least:
                return
            least, point = min(self._row(self.kinds[-1], times))
            if least < self.least:
                self.least, self.starts = self._run({**times, self.kinds[-1]: point})

    def _find_earliest(self, times: dict[str, int]) -> None:
        """Try every choice of points that goes on from `times` and could still reach the least minutes."""
        place = len(times)
        if place == len(self.kinds):
            return
        rest = sum(row[0][0] for row in self.bounds[place + 1 :])
        tries: list[tuple[Chosen, int]] = []
        for least, point in self._row(self.kinds[place], times):
            if least + rest <= self.least:
                # Where nothing is left to spare these kinds must keep to their least, and then none starts earlier.
                spare = least + rest < self.least
                starts = () if spare else self._run({**times, self.kinds[place]: point})[1]
                tries.append((starts, point))
        for starts, point in sorted(tries):
            if starts and starts >= self.starts:
                continue
            if place + 1 == len(self.kinds):
                self.starts = starts
            else:
                self._find_earliest({**times, self.kinds[place]: point})
