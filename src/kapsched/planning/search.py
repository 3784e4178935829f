"""Which dates, and which people? An exact, budgeted search over states, aim after aim.

First the least days (wait and drift), deepening budget by budget with a memo of exact or proven lower bounds. Then,
only on moves that lie on a plan of least days, the fewest changes and broken wishes. What remains is a graph of all
the moves that are best so far; `times` finds the least minutes and the earliest starts in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kapsched.planning.closure import NEVER, between, spread
from kapsched.planning.frontier import Frontier, Settled, State
from kapsched.planning.grid import Mask
from kapsched.planning.problem import Problem

IMPOSSIBLE = 10**9


class StepsSpent(Exception):
    """The budget of steps is used up."""


class Steps:
    """A budget of steps: one for each state expanded."""

    def __init__(self, limit: int) -> None:
        self.limit, self.spent = limit, 0

    def spend(self, count: int = 1) -> None:
        """Count some states; `StepsSpent` once there are more than the limit."""
        self.spent += count
        if self.spent > self.limit:
            raise StepsSpent


class Edge(NamedTuple):
    """One best move: the dates it settles, and the state after it."""

    settled: tuple[Settled, ...]
    after: State


class Search:
    """The search for one problem, or for the dates of it alone, its starts unheeded.

    Raises `StepsSpent` when its budget ends, keeping what it has learnt.
    """

    def __init__(
        self, problem: Problem, domains: list[Mask], steps: Steps, *, dates_only: bool = False
    ) -> None:
        self.problem, self.steps = problem, steps
        self.frontier = Frontier(problem, domains, steps.spend, dates_only=dates_only)
        self.count = len(problem.sessions)
        self._least: dict[State, tuple[int, bool]] = {}
        self._best: dict[State, tuple[tuple[int, int] | None, list[Edge]]] = {}
        self.rest = self._least_drift(domains)

    def _least_drift(self, domains: list[Mask]) -> list[int]:
        """For each level a bound: the least drift that the sessions from there on add, by dates alone."""
        ties, size = self.frontier.ties, self.problem.grid.days
        bounds = [0] * (self.count + 1)
        for at in range(self.count - 1, -1, -1):
            place, least = self.frontier.order[at], 0
            if place == ties.target:
                least = (domains[place] & -domains[place]).bit_length() - 1 - ties.first_day
            for drift in ties.drifts[place]:
                if drift.other is None:
                    ideals = between(drift.done + drift.ideal, drift.done + drift.ideal)
                else:
                    ideals = spread(domains[drift.other], drift.ideal, drift.ideal, size)
                away = 0
                while ideals and not spread(ideals, -away, away, size) & domains[place]:
                    away += 1
                least += away
            bounds[at] = bounds[at + 1] + least
        return bounds

    def least_days(self) -> int:
        """The least days of any plan, proved; `IMPOSSIBLE` if there is none."""
        budget = self.rest[0]
        while True:
            found = self.least(0, budget)
            if found <= budget or found >= IMPOSSIBLE:
                return found
            budget = found

    def least(self, at: int, budget: int) -> int:
        """The least days that the sessions from level `at` on cost; above `budget` a lower bound of it."""
        if at == self.count:
            return 0
        if self.rest[at] > budget:
            return self.rest[at]
        state = self.frontier.state(at, fine=False)
        known = self._least.get(state)
        if known is not None and (known[1] or known[0] > budget):
            return known[0]
        self.steps.spend()
        best, after = IMPOSSIBLE, self.rest[at + 1]
        most = budget - after
        for move in self.frontier.moves(at, fine=False, most=most):
            cost = move.days
            limit = min(budget, best - 1) - cost
            found = cost + (self.least(at + 1, limit) if after <= limit else after)
            if found < best:
                best = found
                if best == self.rest[at]:
                    break
        if best > budget:
            beyond = self.frontier.reach.beyond(self.frontier.order[at], most)
            best = min(best, IMPOSSIBLE if beyond >= NEVER else beyond + after)
        self._least[state] = (best, best <= budget or best == IMPOSSIBLE)
        return best

    def best(self, at: int, days: int) -> tuple[int, int] | None:
        """The fewest changes, then broken wishes, from level `at` on in plans that cost exactly `days` there."""
        if at == self.count:
            return 0, 0
        state = self.frontier.state(at, fine=True)
        if state in self._best:
            return self._best[state][0]
        self.steps.spend()
        best: tuple[int, int] | None = None
        edges: list[Edge] = []
        for move in self.frontier.moves(at, fine=True, most=days - self.rest[at + 1]):
            if best is not None and move.changes > best[0]:
                break  # the moves come in order of changes
            left = days - move.days
            if left < self.rest[at + 1] or self.least(at + 1, left) != left:
                continue
            rest = self.best(at + 1, left)
            if rest is None:
                continue
            found = (move.changes + rest[0], move.wishes + rest[1])
            if best is None or found < best:
                best, edges = found, []
            if found == best:
                edges.append(Edge(move.settled, self.frontier.state(at + 1, fine=True)))
        self._best[state] = (best, edges)
        return best

    def edges(self, state: State) -> list[Edge]:
        """The best moves from a state that `best` has looked at."""
        return self._best[state][1]

    def any_plan(self) -> tuple[int, ...] | None:
        """The starts of the first plan that a plain depth-first search meets; None if there is none."""
        return self._first_plan(self.frontier.starts)

    def has_plan(self) -> bool:
        """Is there any plan at all?"""
        return self._first_plan(lambda: ()) is not None

    def _first_plan(self, starts: Callable[[], tuple[int, ...]]) -> tuple[int, ...] | None:
        dead: set[State] = set()

        def down(at: int) -> tuple[int, ...] | None:
            if at == self.count:
                return starts()
            state = self.frontier.state(at, fine=False)
            if state in dead:
                return None
            self.steps.spend()
            for _ in self.frontier.moves(at, fine=False):
                found = down(at + 1)
                if found is not None:
                    return found
            dead.add(state)
            return None

        return down(0)

    def plan_of(self, days: int) -> tuple[int, ...] | None:
        """The starts of a plan of just the least days, its changes and wishes unheeded."""

        def down(at: int, left: int) -> tuple[int, ...] | None:
            if at == self.count:
                return self.frontier.starts()
            for move in self.frontier.moves(at, fine=False):
                rest = left - move.days
                if rest >= self.rest[at + 1] and self.least(at + 1, rest) == rest:
                    return down(at + 1, rest)
            return None

        return down(0, days)
