"""Who exactly? Units for every session at its start: fewest changes, fewest broken wishes, then the clinic's order."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from kapsched.planning.problem import Problem
from kapsched.planning.starts import AllowedKey
from kapsched.planning.times import Chosen
from kapsched.planning.units import Taken, Visit

# Changes, then broken wishes.
Cost: TypeAlias = tuple[int, int]
# The people that each group has used so far.
Used: TypeAlias = tuple[frozenset[str], ...]
State: TypeAlias = tuple[int, Used, Hashable]


class Staffed(NamedTuple):
    """What each session takes, by place, with the changes and the broken wishes that follow."""

    taken: tuple[tuple[Taken, ...], ...]
    changes: int
    wishes: int


class Way(NamedTuple):
    """One way to fill a visit: its units, the people it adds to each of its groups, and the wishes it breaks."""

    taken: tuple[Taken, ...]
    people: tuple[frozenset[str], ...]
    broken: int


class Staffing:
    """The units for sessions whose starts are fixed, by a memo over the people each group has used so far.

    `changes` is what a search has proved to be enough: no group is then let run to more. Without it there is no best
    to be had: only hard groups are looked ahead for, and each visit takes what costs least as it comes.
    """

    def __init__(self, problem: Problem, starts: Chosen, changes: int | None = None) -> None:
        self.problem, self.starts, self.changes = problem, starts, changes
        self.count = len(starts)
        grid = problem.grid
        self.day = [grid.day(bit) for bit in starts]
        self.visits = [
            Visit(session.kind, bit) for session, bit in zip(problem.sessions, starts, strict=True)
        ]
        self.wished = [frozenset(problem.starts.wished(session.kind)) for session in problem.sessions]
        self.groups = [
            [n for n, people in enumerate(problem.people) if place in people.places]
            for place in range(self.count)
        ]
        self.last = [max(people.places) for people in problem.people]
        self._least: dict[State, Cost | None] = {}
        self._alone: dict[int, list[Way]] = {}

    def staff(self) -> Staffed | None:
        """The first staffing in the clinic's order among the best ones; None if there is none."""
        used = tuple(people.was for people in self.problem.people)
        begun = sum(
            max(0, len(people.was) - people.group.needed)
            for people in self.problem.people
            if not people.group.hard
        )
        beside: dict[int, tuple[Taken, ...]] = {}
        left = self._rest(0, used, {})
        if left is None:
            return None
        changes, wishes = begun, 0
        for place in range(self.count):
            way, made, used, left = self._next(place, used, beside, left)
            beside[place] = way.taken
            changes, wishes = changes + made, wishes + way.broken
        return Staffed(tuple(beside.values()), changes, wishes)

    def _next(
        self, place: int, used: Used, beside: Mapping[int, tuple[Taken, ...]], left: Cost
    ) -> tuple[Way, int, Used, Cost]:
        """The way to fill a visit, the changes it makes, and what is used and left after it."""
        if self.changes is not None:
            return next(self._leading(place, used, beside, left))
        ways = [(way, self._leads(place, used, beside, left, way)) for way in self._telling(place, beside)]
        found = [(way, *led) for way, led in ways if led is not None]
        return min(found, key=lambda one: (one[1], one[0].broken))

    def _leading(
        self, place: int, used: Used, beside: Mapping[int, tuple[Taken, ...]], left: Cost
    ) -> Iterator[tuple[Way, int, Used, Cost]]:
        """The ways to fill a visit that lead to the least cost, as `_next` gives the first of them."""
        telling = [way for way in self._telling(place, beside) if self._leads(place, used, beside, left, way)]
        roles = [self.problem.people[n].group.role for n in self.groups[place]]
        allowed: dict[str, frozenset[str]] = {}
        for turn, role in enumerate(roles):
            there = frozenset[str]().union(*(way.people[turn] for way in telling))
            allowed[role] = allowed.get(role, there) & there
        for way in self._ways(place, beside, tuple(sorted(allowed.items(), key=itemgetter(0)))):
            if (led := self._leads(place, used, beside, left, way)) is not None:
                yield way, *led

    def _leads(
        self, place: int, used: Used, beside: Mapping[int, tuple[Taken, ...]], left: Cost, way: Way
    ) -> tuple[int, Used, Cost] | None:
        """The changes a way makes, and what is used and left after it, if it leads to the least cost."""
        step = self._step(place, used, way)
        if step is None:
            return None
        changes, after = step
        rest = self._rest(place + 1, after, {**beside, place: way.taken})
        if rest is None or (self.changes is not None and (changes + rest[0], way.broken + rest[1]) != left):
            return None
        return changes, after, rest

    def _rest(self, place: int, used: Used, beside: Mapping[int, tuple[Taken, ...]]) -> Cost | None:
        """The least cost from a session on; None where it cannot be staffed."""
        if place == self.count:
            return 0, 0
        coming = self.day[place:]
        kept = {other: taken for other, taken in beside.items() if self.day[other] in coming}
        open_used = tuple(
            [people if self._heeded(n, place) else frozenset() for n, people in enumerate(used)]
        )
        state = (place, open_used, tuple(kept.items()))
        if state in self._least:
            return self._least[state]
        best: Cost | None = None
        for way in self._telling(place, kept):
            step = self._step(place, used, way)
            if step is None:
                continue
            changes, after = step
            if best is not None and (changes, way.broken) >= best:
                continue
            rest = self._rest(place + 1, after, {**kept, place: way.taken})
            if rest is not None:
                found = (changes + rest[0], way.broken + rest[1])
                best = found if best is None else min(best, found)
                if self.changes is None:
                    break  # that it can be done is enough
        self._least[state] = best
        return best

    def _heeded(self, n: int, place: int) -> bool:
        """Does it matter to a session and those after it whom a group has used?"""
        return self.last[n] >= place and (self.changes is not None or self.problem.people[n].group.hard)

    def _telling(self, place: int, beside: Mapping[int, tuple[Taken, ...]]) -> Iterator[Way]:
        """Ways to fill a visit, one for each difference that matters to groups, wishes or other visits of the date."""
        if self.day.count(self.day[place]) > 1:
            yield from self._ways(place, beside)
            return
        if place not in self._alone:
            roles = frozenset(self.problem.people[n].group.role for n in self.groups[place])
            telling = self.problem.units.telling(self.visits[place], roles, self.wished[place])
            self._alone[place] = [self._way(place, taken) for taken in telling]
        yield from self._alone[place]

    def _ways(
        self, place: int, beside: Mapping[int, tuple[Taken, ...]], allowed: AllowedKey = ()
    ) -> Iterator[Way]:
        """Every way to fill a visit with those allowed, beside those of its date that come earlier in the programme."""
        there = [
            one for other, taken in beside.items() if self.day[other] == self.day[place] for one in taken
        ]
        for taken in self.problem.units.choices(self.visits[place]._replace(allowed=allowed), there):
            yield self._way(place, taken)

    def _way(self, place: int, taken: tuple[Taken, ...]) -> Way:
        staff = [one for one in taken if one.unit.type == "staff"]
        roles = [self.problem.people[n].group.role for n in self.groups[place]]
        return Way(
            taken,
            tuple(frozenset(one.unit.id for one in staff if one.need.what == role) for role in roles),
            len(self.wished[place].difference(one.unit.id for one in staff))
            + self.problem.starts.badly_timed(self.starts[place]),
        )

    def _step(self, place: int, used: Used, way: Way) -> tuple[int, Used] | None:
        """The changes that a way makes, and whom each group has used after it; None where a group has too many."""
        changes, after = 0, list(used)
        for n, there in zip(self.groups[place], way.people, strict=True):
            if there <= used[n]:
                continue
            group, union = self.problem.people[n].group, used[n] | there
            over = max(0, len(union) - group.needed)
            most = 0 if group.hard else self.changes
            if most is not None and over > most:
                return None
            changes += 0 if group.hard else over - max(0, len(used[n]) - group.needed)
            after[n] = union
        return changes, tuple(after)
