"""Which dates, and which people? An exact, budgeted search over states, aim after aim.

First the least days (wait and drift), deepening budget by budget with a memo of exact or proven lower bounds. Then,
only on moves that lie on a plan of least days, the fewest changes and broken wishes. What remains is a graph of all
the moves that are best so far; `times` finds the least minutes and the earliest starts in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kapsched.planning.closure import NEVER
from kapsched.planning.dominance import Earlier, never_worse_early
from kapsched.planning.folds import Folds
from kapsched.planning.frontier import Frontier, State
from kapsched.planning.grid import Mask
from kapsched.planning.position import Position
from kapsched.planning.problem import Problem
from kapsched.planning.ties import Ties
from kapsched.planning.visits import Visits
from kapsched.planning.ways import Cluster

IMPOSSIBLE = 10**9


class StepsSpent(Exception):
    """The budget of steps is used up."""


class Steps:
    """A budget of steps: one for each state expanded, or for so many moves looked at."""

    def __init__(self, limit: int) -> None:
        self.limit, self.spent = limit, 0

    def spend(self, count: int = 1) -> None:
        """Count some states; `StepsSpent` where there would be more than the limit."""
        if self.spent + count > self.limit:
            self.spent = self.limit
            raise StepsSpent
        self.spent += count


class Edge(NamedTuple):
    """One best move: the clusters it settles, and the state after it."""

    settled: tuple[Cluster, ...]
    after: State


class Search:
    """The search for one problem, or for the dates of it alone, its starts unheeded.

    Raises `StepsSpent` when its budget ends, keeping what it has learnt.
    """

    def __init__(
        self, problem: Problem, domains: list[Mask], steps: Steps, *, dates_only: bool = False
    ) -> None:
        self.problem, self.steps, self.domains = problem, steps, list(domains)
        apart = Ties(problem, self.domains, problem.order, dates_only=dates_only, apart=True)
        self.folds = Folds(problem, domains, apart)
        self.possible = self._narrowed()
        ties = Ties(problem, self.domains, self.folds.order, dates_only=dates_only)
        core = Ties(problem, self.domains, self.folds.core, settled=self.folds.settled, apart=True)
        # Where no start hangs on another the core leaves nothing out.
        self.exact = all(ties.alone)
        self.visits, position = Visits(problem, steps.spend), Position(problem)
        self.core = Frontier(core, position, self.visits, folds=self.folds)
        self.whole = Frontier(ties, position, self.visits)
        self.fine = Frontier(ties, position, self.visits, fine=True)
        self.count, self._early = ties.count, never_worse_early(ties)
        self._bounds: dict[State, tuple[int, bool]] = {}
        self._least: dict[State, tuple[int, bool]] = {}
        self._dead: set[State] = set()
        self._best: dict[State, tuple[tuple[int, int] | None, list[Edge]]] = {}
        self._read_levels()

    def _narrowed(self) -> bool:
        """Narrow the days to those on which what is folded can be had too; false if some session has none."""
        for place in self.folds.core:
            self.domains[place] &= self.folds.levels(place, {})[-1]
        return self.problem.narrow(self.domains)

    def _read_levels(self) -> None:
        """For each level of the whole: its level in the core, what hangs on sessions placed before, and a bound."""
        order, core, anchor = self.whole.ties.order, self.core.ties.order, self.folds.anchor
        self._core_level = [sum(one in core for one in order[:at]) for at in range(self.count + 1)]
        self._pending = [
            [one for one in order[at:] if anchor.get(one) in order[:at]] for at in range(self.count + 1)
        ]
        drift = [self._least_drift(place) for place in range(self.count)]
        self.rest = [sum(drift[place] for place in order[at:]) for at in range(self.count + 1)]
        self._core_rest = [self.rest[order.index(place)] for place in core] + [0]

    def _least_drift(self, place: int) -> int:
        """A bound: the least wait or drift that a session adds, by dates alone."""
        ties, least = self.whole.ties, 0
        domain = self.domains[place]
        if place == ties.target:
            least = (domain & -domain).bit_length() - 1 - ties.first_day
        for drift in ties.drifts[place]:
            ideal = drift.ideal + drift.done
            anchors = 1 if drift.other is None else self.domains[drift.other]
            # Ideal dates may lie outside the horizon, before its first day as well.
            shift = self.problem.grid.days + abs(ideal)
            ideals, days = anchors << shift + ideal, domain << shift
            while ideals and days and not ideals & days:
                ideals |= ideals << 1 | ideals >> 1
                least += 1
        return least + sum(tie.least_cost(self.domains) for _, tie in ties.opened[place])

    def least_days(self) -> int:
        """The least days of any plan, proved; `IMPOSSIBLE` if there is none."""
        budget = self.rest[0] if self.possible else IMPOSSIBLE
        for search in (self.bound, self.least):
            while budget < IMPOSSIBLE:
                found = search(0, budget)
                if found <= budget:
                    break
                budget = found
        return budget

    def bound(self, at: int, budget: int) -> int:
        """A bound: the least days that the sessions from level `at` on cost where no start hangs on another.

        Above `budget` a lower bound of that.
        """
        day, chosen, pending = self.whole.day, self.core.position.chosen, 0
        for leaf in self._pending[at]:
            pending += self.folds.cost(leaf, day[self.folds.anchor[leaf]], chosen)
        if pending > budget:
            return pending
        return pending + self._least_of_core(self._core_level[at], budget - pending)

    def _least_of_core(self, at: int, budget: int) -> int:
        """The same of the sessions that are not folded, with what is folded into them."""
        if at == self.core.ties.count:
            return 0
        if self._core_rest[at] > budget:
            return self._core_rest[at]
        return self._deepened(
            at, budget, self.core, self._core_rest, self._core_rest[at], self._bounds, self._least_of_core
        )

    def least(self, at: int, budget: int) -> int:
        """The least days that the sessions from level `at` on cost; above `budget` a lower bound of it."""
        low = self.bound(at, budget)
        if self.exact or low > budget or at == self.count:
            return low
        return self._deepened(at, budget, self.whole, self.rest, low, self._least, self.least)

    def _deepened(
        self,
        at: int,
        budget: int,
        frontier: Frontier,
        rest: list[int],
        low: int,
        memo: dict[State, tuple[int, bool]],
        search: Callable[[int, int], int],
    ) -> int:
        """The least days over the moves at a level, `low` or more, and `search` for what comes after each."""
        state = frontier.state(at)
        known = memo.get(state)
        if known is not None and (known[1] or known[0] > budget):
            return known[0]
        self.steps.spend()
        best, after = IMPOSSIBLE, rest[at + 1]
        most = budget - after
        for move in frontier.moves(at, most):
            limit = min(budget, best - 1) - move.days
            found = move.days + (search(at + 1, limit) if after <= limit else after)
            if found < best:
                best = found
                if best == low:
                    break
        if best > budget:
            beyond = frontier.reach.beyond(frontier.ties.order[at], most)
            best = max(low, min(best, IMPOSSIBLE if beyond >= NEVER else beyond + after))
        memo[state] = (best, best <= budget or best == IMPOSSIBLE)
        return best

    def best(self, at: int, days: int) -> tuple[int, int] | None:
        """The fewest changes, then broken wishes, from level `at` on in plans that cost exactly `days` there."""
        if at == self.count:
            return 0, 0
        state = self.fine.state(at)
        if state in self._best:
            return self._best[state][0]
        self.steps.spend()
        best: tuple[int, int] | None = None
        edges: list[Edge] = []
        earlier, early = Earlier(), self._early[self.fine.ties.order[at]]
        for move in self.fine.moves(at, most=days - self.rest[at + 1]):
            if best is not None and move.changes > best[0]:
                break  # the moves come in order of changes
            left = days - move.days
            if left < self.rest[at + 1] or self.least(at + 1, left) != left:
                continue
            settled, after = self.fine.settled(at), self.fine.state(at + 1)
            wishes = sum([self.visits.broken(one) for one in settled])
            starts = self.visits.times_of_day(settled[0]) if early else 0
            people = (settled[0][0].allowed if early else (), after[-1])  # here, and from here on
            if earlier.serves(people, wishes, starts):
                continue
            rest = self.best(at + 1, left)
            if rest is None:
                continue
            earlier.add(people, wishes, starts)
            found = (move.changes + rest[0], wishes + rest[1])
            if best is None or found < best:
                best, edges = found, []
            if found == best:
                edges.append(Edge(settled, after))
        self._best[state] = (best, edges)
        return best

    def edges(self, state: State) -> list[Edge]:
        """The best moves from a state that `best` has looked at."""
        return self._best[state][1]

    def has_plan(self) -> bool:
        """Is there any plan at all?"""
        if not self.possible:
            return False
        if self.exact:
            return self._can_be_had(0)
        return self._first_plan(lambda: ()) is not None

    def any_plan(self) -> tuple[int, ...] | None:
        """The starts of the first plan that a plain depth-first search meets; None if there is none."""
        return self._first_plan(self.whole.starts)

    def _can_be_had(self, at: int) -> bool:
        """Could the sessions of the core from a level on be had, where no start hangs on another?"""
        if at == self.core.ties.count:
            return True
        state = self.core.state(at)
        if state in self._dead:
            return False
        self.steps.spend()
        if any(self._can_be_had(at + 1) for _ in self.core.moves(at)):
            return True
        self._dead.add(state)
        return False

    def _first_plan(self, starts: Callable[[], tuple[int, ...]]) -> tuple[int, ...] | None:
        dead: set[State] = set()

        def down(at: int) -> tuple[int, ...] | None:
            if at == self.count:
                return starts()
            state = self.whole.state(at)
            if state in dead:
                return None
            self.steps.spend()
            if self._can_be_had(self._core_level[at]):
                for _ in self.whole.moves(at):
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
                return self.whole.starts()
            for move in self.whole.moves(at):
                rest = left - move.days
                if rest >= self.rest[at + 1] and self.least(at + 1, rest) == rest:
                    return down(at + 1, rest)
            return None

        return down(0, days)
