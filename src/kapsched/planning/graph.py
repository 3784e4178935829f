"""Which paths are best so far? The moves that no aim before the minutes has ruled out, as a graph in layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from kapsched.planning.frontier import Settled, State
from kapsched.planning.problem import Problem
from kapsched.planning.search import IMPOSSIBLE, Search

# For each kind of a choice the time its minutes count from, if any.
Times: TypeAlias = tuple[int | None, ...]
# (place, start) of the sessions still to be settled, in programme order.
Starts: TypeAlias = tuple[tuple[int, int], ...]


class Choice(NamedTuple):
    """Sessions of one date with their possible arrangements: for each the starts and their wall minutes."""

    places: tuple[int, ...]
    kinds: tuple[str, ...]
    starts: tuple[tuple[int, ...], ...]
    minutes: tuple[tuple[int, ...], ...]

    def away(self, minutes: tuple[int, ...], times: Mapping[str, int]) -> int:
        """How far an arrangement's minutes lie from the times of the kinds that have one."""
        return sum(
            abs(minute - times[kind])
            for kind, minute in zip(self.kinds, minutes, strict=True)
            if kind in times
        )

    def nearest(self, times: Mapping[str, int]) -> int:
        """The least distance of any arrangement."""
        if not any(kind in times for kind in self.kinds):
            return 0
        if len(self.kinds) == 1:
            time = times[self.kinds[0]]
            return min([abs(minute - time) for (minute,) in self.minutes])
        return min(self.away(minutes, times) for minutes in self.minutes)

    def first(self, times: Mapping[str, int]) -> Starts:
        """The earliest of the nearest arrangements."""
        least = self.nearest(times)
        return min(
            tuple(zip(self.places, starts, strict=True))
            for starts, minutes in zip(self.starts, self.minutes, strict=True)
            if self.away(minutes, times) == least
        )


class Link(NamedTuple):
    """A move of the graph: what it settles, by the number of its choice, and the node after it."""

    choices: tuple[int, ...]
    after: int


class Graph:
    """All best plans as paths: nodes in layers, node 0 first, each link to a later node."""

    def __init__(self, search: Search) -> None:
        self.problem: Problem = search.problem
        self.choices: list[Choice] = []
        self.links: list[list[Link]] = []
        self._numbers: dict[Settled, int] = {}
        self._nearest: dict[tuple[int, Times], int] = {}
        self._first: dict[tuple[int, Times], Starts] = {}
        layer: list[State] = [search.frontier.state(0, fine=True)]
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
                found[Link(tuple(self._number(one) for one in edge.settled), after)] = None
            self.links.append(list(found))
        return list(following)

    def _number(self, settled: Settled) -> int:
        number = self._numbers.get(settled)
        if number is None:
            places = tuple(one.place for one in settled.together)
            kinds = tuple(self.problem.sessions[place].kind.name for place in places)
            minutes = tuple(
                tuple(map(self.problem.grid.wall_minute, starts)) for starts in settled.arrangements
            )
            number = self._numbers[settled] = len(self.choices)
            self.choices.append(Choice(places, kinds, settled.arrangements, minutes))
        return number

    def least(self, times: Mapping[str, int]) -> list[int]:
        """For each node the least minutes from there on, counted from the `times` of the kinds that have one."""
        nearest = self._all_nearest(times)
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

    def earliest(self, times: Mapping[str, int], least: list[int]) -> tuple[int, ...]:
        """The lexicographically earliest starts, in programme order, among the paths of least minutes."""
        best_links = self._best_links(least, self._all_nearest(times))
        found: dict[int, Starts] = {}
        for node in sorted(best_links, reverse=True):
            best: Starts | None = None
            for choices, after in best_links[node]:
                starts = found[after]
                for choice in choices:
                    starts = tuple(sorted(starts + self._earliest_of(choice, times)))
                if best is None or starts < best:
                    best = starts
            found[node] = best or ()
        return tuple(bit for _, bit in found[0])

    def _all_nearest(self, times: Mapping[str, int]) -> list[int]:
        """For each choice the least distance from the times."""
        found = []
        for number, choice in enumerate(self.choices):
            key = (number, tuple([times.get(kind) for kind in choice.kinds]))
            nearest = self._nearest.get(key)
            if nearest is None:
                nearest = self._nearest[key] = choice.nearest(times)
            found.append(nearest)
        return found

    def _earliest_of(self, number: int, times: Mapping[str, int]) -> Starts:
        """The earliest of a choice's nearest arrangements."""
        choice = self.choices[number]
        key = (number, tuple([times.get(kind) for kind in choice.kinds]))
        if key not in self._first:
            self._first[key] = choice.first(times)
        return self._first[key]

    def _best_links(self, least: list[int], nearest: list[int]) -> dict[int, list[Link]]:
        """The nodes on paths of least minutes, with their links on such paths."""
        reached: dict[int, list[Link]] = {0: []}
        for node in range(len(self.links)):
            if node in reached:
                for link in self.links[node]:
                    if least[node] == least[link.after] + sum(nearest[choice] for choice in link.choices):
                        reached[node].append(link)
                        reached.setdefault(link.after, [])
        return reached

    def bounds(self, kind: str, times: list[int]) -> list[int]:
        """For each of `times` the least minutes of one kind from it, whatever the other kinds do."""
        away: list[list[int] | None] = [
            [choice.nearest({kind: time}) for time in times] if kind in choice.kinds else None
            for choice in self.choices
        ]
        rows: list[list[int]] = [[0] * len(times)] * len(self.links)
        for node in range(len(self.links) - 1, -1, -1):
            row: list[int] | None = None
            for choices, after in self.links[node]:
                one = rows[after]
                for choice in choices:
                    more = away[choice]
                    if more is not None:
                        one = [a + b for a, b in zip(one, more, strict=True)]
                row = one if row is None else list(map(min, row, one))
            if row is not None:
                rows[node] = row
        return rows[0]

    def minutes_of(self, kind: str) -> list[int]:
        """Every wall minute at which a session of a kind could start."""
        return sorted(
            {
                minute
                for choice in self.choices
                if kind in choice.kinds
                for minutes in choice.minutes
                for name, minute in zip(choice.kinds, minutes, strict=True)
                if name == kind
            }
        )
