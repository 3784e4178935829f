"""Who exactly? Units for every session at its start: fewest changes, fewest broken wishes, then the clinic's order."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import NamedTuple, TypeAlias

from kapsched.planning.problem import Problem
from kapsched.planning.times import Chosen
from kapsched.planning.units import Taken, Visit

Cost: TypeAlias = tuple[int, int]
State: TypeAlias = tuple[int, tuple[frozenset[str], ...], Hashable]


class Staffed(NamedTuple):
    """What each session takes, by place, with the changes and the broken wishes that follow."""

    taken: tuple[tuple[Taken, ...], ...]
    changes: int
    wishes: int


class Staffing:
    """The units for sessions whose starts are fixed, by a memo over the people each group has used so far."""

    def __init__(self, problem: Problem, starts: Chosen) -> None:
        self.problem, self.starts = problem, starts
        self.count = len(starts)
        grid = problem.grid
        self.day = [grid.day(bit) for bit in starts]
        self.visits = [
            Visit(session.kind, bit) for session, bit in zip(problem.sessions, starts, strict=True)
        ]
        self.wished = [problem.starts.wished(session.kind) for session in problem.sessions]
        self.groups = [
            [n for n, people in enumerate(problem.people) if place in people.places]
            for place in range(self.count)
        ]
        self.last = [max(people.places) for people in problem.people]
        self._least: dict[State, Cost | None] = {}
        self._alone: dict[int, list[tuple[Taken, ...]]] = {}

    def staff(self) -> Staffed | None:
        """The first staffing in the clinic's order among the best ones; None if there is none."""
        used = tuple(people.was for people in self.problem.people)
        begun = sum(
            max(0, len(people.was) - people.group.needed)
            for people in self.problem.people
            if not people.group.hard
        )
        best = self._rest(0, used, {})
        if best is None:
            return None
        taken: list[tuple[Taken, ...]] = []
        beside: dict[int, tuple[Taken, ...]] = {}
        left = best
        for place in range(self.count):
            for chosen in self.problem.units.choices(self.visits[place], self._beside(place, beside)):
                step = self._step(place, used, chosen)
                if step is None:
                    continue
                cost, after = step
                rest = self._rest(place + 1, after, {**beside, place: chosen})
                if rest is not None and (cost[0] + rest[0], cost[1] + rest[1]) == left:
                    taken.append(chosen)
                    beside[place], used, left = chosen, after, rest
                    break
        return Staffed(tuple(taken), best[0] + begun, best[1])

    def _beside(self, place: int, beside: dict[int, tuple[Taken, ...]]) -> list[Taken]:
        return [
            one
            for other, taken in beside.items()
            if self.day[other] == self.day[place] and other != place
            for one in taken
        ]

    def _rest(
        self, place: int, used: tuple[frozenset[str], ...], beside: dict[int, tuple[Taken, ...]]
    ) -> Cost | None:
        """The least (changes, wishes) from a session on; None where it cannot be staffed."""
        if place == self.count:
            return 0, 0
        coming = {self.day[later] for later in range(place, self.count)}
        kept = {other: taken for other, taken in beside.items() if self.day[other] in coming}
        open_used = tuple(people if self.last[n] >= place else frozenset() for n, people in enumerate(used))
        state = (place, open_used, tuple(kept.items()))
        if state in self._least:
            return self._least[state]
        best: Cost | None = None
        for chosen in self._telling(place, kept):
            step = self._step(place, used, chosen)
            if step is None or (best is not None and step[0] >= best):
                continue
            cost, after = step
            rest = self._rest(place + 1, after, {**kept, place: chosen})
            if rest is not None:
                found = (cost[0] + rest[0], cost[1] + rest[1])
                best = found if best is None else min(best, found)
        self._least[state] = best
        return best

    def _telling(self, place: int, beside: dict[int, tuple[Taken, ...]]) -> Iterator[tuple[Taken, ...]]:
        """Ways to fill a visit, one for each difference that matters to groups, wishes or other visits of the date."""
        visit = self.visits[place]
        if self.day.count(self.day[place]) > 1:
            yield from self.problem.units.choices(visit, self._beside(place, beside))
            return
        if place not in self._alone:
            roles = frozenset(self.problem.people[n].group.role for n in self.groups[place])
            telling = self.problem.units.telling(visit, roles, frozenset(self.wished[place]))
            self._alone[place] = list(telling)
        yield from self._alone[place]

    def _step(
        self, place: int, used: tuple[frozenset[str], ...], chosen: tuple[Taken, ...]
    ) -> tuple[Cost, tuple[frozenset[str], ...]] | None:
        """What one session's units cost, and whom each group has used after it; None where a hard group forbids it."""
        changes, after = 0, list(used)
        for n in self.groups[place]:
            group = self.problem.people[n].group
            there = frozenset(
                one.unit.id for one in chosen if one.unit.type == "staff" and one.need.what == group.role
            )
            union = used[n] | there
            if group.hard and len(union) > group.needed:
                return None
            if not group.hard:
                changes += max(0, len(union) - group.needed) - max(0, len(used[n]) - group.needed)
            after[n] = union
        ids = {one.unit.id for one in chosen if one.unit.type == "staff"}
        broken = sum(1 for name in self.wished[place] if name not in ids)
        broken += self.problem.starts.badly_timed(self.starts[place])
        return (changes, broken), tuple(after)
