"""Which paths are best so far? The moves that no aim before the minutes has ruled out, as a graph in layers."""

from __future__ import annotations

from typing import NamedTuple

from kapsched.planning.choices import Choice, LinkedChoice, Starts, Times
from kapsched.planning.frontier import State
from kapsched.planning.grid import bits
from kapsched.planning.lanes import Scale
from kapsched.planning.problem import Problem
from kapsched.planning.search import IMPOSSIBLE, Search
from kapsched.planning.ways import Cluster


class Link(NamedTuple):
    """A move of the graph: what it settles, by the number of its choice, and the node after it."""

    choices: tuple[int, ...]
    after: int


class Graph:
    """All best plans as paths: nodes in layers, node 0 first, each link to a later node."""

    def __init__(self, search: Search) -> None:
        self.problem: Problem = search.problem
        self.choices: list[Choice | LinkedChoice] = []
        self.links: list[list[Link]] = []
        self._numbers: dict[Cluster, int] = {}
        self._scales: dict[str, Scale] = {}
        self._curves: dict[tuple[int, str, tuple[int | None, ...]], int] = {}
        layer: list[State] = [search.fine.state(0)]
        for _ in range(search.count):
            layer = self._add(search, layer)
        self.links.extend([] for _ in layer)

    def _add(self, search: Search, layer: list[State]) -> list[State]:
        """Add a layer of nodes; the states of the next one."""
        following: dict[State, int] = {}
        beyond = len(self.links) + len(layer)
        for state in layer:
            found: dict[Link, None] = {}
            for edge in search.edges(state):
                after = following.setdefault(edge.after, beyond + len(following))
                numbers = tuple([self._number(search, one) for one in edge.settled])
                found[Link(numbers, after)] = None
            self.links.append(list(found))
        return list(following)

    def _number(self, search: Search, cluster: Cluster) -> int:
        number = self._numbers.get(cluster)
        if number is None:
            number = self._numbers[cluster] = len(self.choices)
            self.choices.append(self._choice(search, cluster))
        return number

    def _choice(self, search: Search, cluster: Cluster) -> Choice | LinkedChoice:
        kinds = {one.place: self.problem.sessions[one.place].kind.name for one in cluster}
        if len(cluster) > 1:
            return LinkedChoice(search.visits.ways(cluster), kinds, self.problem.grid.wall_minute)
        (one,) = cluster
        begin, shown = self.problem.grid.begins[one.day], self.problem.grid.wall_minute_on
        starts = [begin + bit for bit in bits(search.visits.level(one)[1])]
        return Choice(one.place, kinds[one.place], starts, [shown(one.day, bit) for bit in starts])

    def scale(self, kind: str) -> Scale:
        """Every wall minute at which a session of a kind could start, in order."""
        found = self._scales.get(kind)
        if found is None:
            minutes = {
                minute
                for choice in self.choices
                if kind in choice.kinds
                for minute in choice.minutes_of(kind)
            }
            found = self._scales[kind] = Scale(tuple(sorted(minutes)))
        return found

    def least(self, times: Times) -> list[int]:
        """For each node the least minutes from there on, counted from the `times` of the kinds that have one."""
        nearest = self._nearest(times)
        found = [0] * len(self.links)
        for node in range(len(self.links) - 1, -1, -1):
            if links := self.links[node]:
                best = IMPOSSIBLE
                for choices, after in links:
                    cost = found[after]
                    for choice in choices:
                        cost += nearest[choice]
                    best = min(best, cost)
                found[node] = best
        return found

    def row(self, kind: str, times: Times) -> list[int]:
        """The least minutes for each of a kind's points as its time, beside the `times` of other kinds."""
        scale = self.scale(kind)
        lanes = scale.lanes
        costs = [
            self._curve(number, kind, times) if kind in choice.kinds else lanes.ones * choice.nearest(times)
            for number, choice in enumerate(self.choices)
        ]
        found = [0] * len(self.links)
        for node in range(len(self.links) - 1, -1, -1):
            best: int | None = None
            for choices, after in self.links[node]:
                cost = found[after]
                for choice in choices:
                    cost += costs[choice]
                best = cost if best is None else lanes.least(best, cost)
            found[node] = best or 0
        return lanes.unpacked(found[0])

    def _curve(self, number: int, kind: str, times: Times) -> int:
        choice = self.choices[number]
        # Only the times of other kinds in the same cluster bear on it.
        key = (number, kind, tuple([None if one == kind else times.get(one) for one in choice.kinds]))
        found = self._curves.get(key)
        if found is None:
            found = self._curves[key] = choice.curve(kind, self.scale(kind), times)
        return found

    def earliest(self, times: Times, least: list[int]) -> tuple[int, ...]:
        """The lexicographically earliest starts, in programme order, among the paths of least minutes."""
        best_links = self._best_links(least, self._nearest(times))
        first: dict[int, Starts] = {}
        found: dict[int, Starts] = {}
        for node in sorted(best_links, reverse=True):
            best: Starts | None = None
            for choices, after in best_links[node]:
                starts = found[after]
                for choice in choices:
                    more = first.get(choice)
                    if more is None:
                        more = first[choice] = self.choices[choice].first(times)
                    starts = tuple(sorted(starts + more))
                if best is None or starts < best:
                    best = starts
            found[node] = best or ()
        return tuple([bit for _, bit in found[0]])

    def _nearest(self, times: Times) -> list[int]:
        """For each choice the least distance from the times."""
        return [choice.nearest(times) for choice in self.choices]

    def _best_links(self, least: list[int], nearest: list[int]) -> dict[int, list[Link]]:
        """The nodes on paths of least minutes, with their links on such paths."""
        reached: dict[int, list[Link]] = {0: []}
        for node in range(len(self.links)):
            if node in reached:
                best, links = least[node], reached[node]
                for link in self.links[node]:
                    cost = least[link.after]
                    for choice in link.choices:
                        cost += nearest[choice]
                    if cost == best:
                        links.append(link)
                        reached.setdefault(link.after, [])
        return reached
