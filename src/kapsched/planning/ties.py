"""Who still needs whom? For each level of the search, what it ties to sessions placed before it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from kapsched.planning.closure import NEVER
from kapsched.planning.edges import HourEdge, minutes_between
from kapsched.planning.grid import Mask
from kapsched.planning.open_days import OpenTie
from kapsched.planning.problem import Problem


class Drift(NamedTuple):
    """Days ideally between a session and one placed before it (or one done on day `done`)."""

    other: int | None
    done: int
    ideal: int


class Ties:
    """What each session of `order`, by place in programme order, refers to among those placed before it.

    An order may leave out sessions that are folded into others, with the groups of people that are `settled` there.
    `apart` looks away from all that starts could have to do with each other: what is left is a bound.
    """

    def __init__(
        self,
        problem: Problem,
        domains: list[Mask],
        order: Sequence[int],
        *,
        settled: Collection[int] = (),
        dates_only: bool = False,
        apart: bool = False,
    ) -> None:
        self.problem, self.domains, self.dates_only, self.apart = problem, domains, dates_only, apart
        self.order, self.count, size = tuple(order), len(order), len(problem.sessions)
        self.level = {place: n for n, place in enumerate(order)}
        self.target = problem.outline.place.get(problem.course.planned.target, -1)
        self.first_day = (problem.course.first_day - problem.grid.first_day).days
        self._until = [-1] * size  # the last level at which a session's date is referred to
        self._read_dates()
        self._read_open_days()
        self._read_drifts()
        self._read_shares()
        self._read_hours()
        self._read_counts()
        self._read_groups(settled)
        last = [max(self.shared_until[one], self.hours_until[one]) for one in range(size)]
        self.meeting = [tuple(one for one in order[:at] if last[one] >= at) for at in range(self.count + 1)]
        self.dated = [
            tuple(one for one in order[:at] if max(self._until[one], last[one]) >= at)
            for at in range(self.count + 1)
        ]
        # The sessions whose starts nothing but their own masks decides.
        self.alone = [not (self.mates[one] or self.linked[one] or self.hours[one]) for one in range(size)]
        self.closing_clusters = [
            tuple(one for one in order[: at + 1] if at in (self.shared_until[one], self.hours_until[one]))
            for at in range(self.count)
        ]

    def _sorted(self, one: int, two: int) -> tuple[int, int]:
        return (one, two) if self.level[one] < self.level[two] else (two, one)

    def _lists(self) -> list[list[Any]]:
        return [[] for _ in self.problem.sessions]

    def _read_dates(self) -> None:
        self.dates: list[list[tuple[int, int, int]]] = self._lists()
        for a, b, least, most in self.problem.outline.between:
            if not (a in self.level and b in self.level):
                continue
            early, late = self._sorted(a, b)
            self.dates[late].append((early, least, most) if early == a else (early, -most, -least))
            self._until[early] = max(self._until[early], self.level[late])

    def _read_open_days(self) -> None:
        self.opened: list[list[tuple[int, OpenTie]]] = self._lists()
        for tie in self.problem.open_ties:
            if tie.earlier in self.level and tie.later in self.level:
                early, late = self._sorted(tie.earlier, tie.later)
                self.opened[late].append((early, tie))
                self._until[early] = max(self._until[early], self.level[late])

    def _read_drifts(self) -> None:
        self.drifts: list[list[Drift]] = self._lists()
        for place in self.order:
            found = self.problem.ideal(place)
            if found is None:
                continue
            anchor, done, ideal = found
            if anchor is None:
                self.drifts[place].append(Drift(None, done, ideal))
                continue
            if anchor not in self.level:
                continue
            early, late = self._sorted(anchor, place)
            self.drifts[late].append(Drift(early, 0, ideal if early == anchor else -ideal))
            self._until[early] = max(self._until[early], self.level[late])

    def _read_shares(self) -> None:
        """Which earlier sessions could share a date, and until which level another could join a session's date."""
        outline = self.problem.outline
        self.shares: list[list[int]] = self._lists()
        self.mates: list[list[int]] = self._lists()
        self.shared_until = [self.level.get(place, -1) for place in range(len(self.shares))]
        for one, two in combinations(sorted(self.order), 2):
            early, late = self._sorted(one, two)
            could = outline.could_share(one, two) and self.domains[one] & self.domains[two]
            if could and not self.dates_only and not self.apart:
                self.shares[late].append(early)
                self.mates[early].append(late)
                self.mates[late].append(early)
                self.shared_until[early] = max(self.shared_until[early], self.level[late])

    def _read_hours(self) -> None:
        """Hour rules whose boundary two dates could meet, from both sides, by the number of the rule.

        Where dates alone are looked at, each rule stands with the session placed later.
        """
        self.hours: list[list[int]] = self._lists()
        self.linked: list[list[tuple[int, int]]] = self._lists()
        self.hours_until = [-1] * len(self.hours)
        for n, edge in enumerate(self.problem.hour_edges):
            one, two = self.problem.ends(edge)
            if self.apart or not (one in self.level and two in self.level):
                continue
            early, late = self._sorted(one, two)
            if self.dates_only:
                self.hours[late].append(n)
            elif self._may_bind(one, two, edge):
                self.linked[early].append((late, n))
                self.linked[late].append((early, n))
                self.hours_until[early] = max(self.hours_until[early], self.level[late])

    def _may_bind(self, one: int, two: int, edge: HourEdge) -> bool:
        """Could the rule hang on starts of two different dates?"""
        furthest = self.problem.outline.furthest
        first, last = (self.problem.starts.times_of_day(self.problem.sessions[n].kind) for n in (one, two))
        for days in range(max(-furthest[two][one], -self.problem.grid.days), furthest[one][two] + 1):
            shortest, longest = minutes_between(days, first, last)
            if days and (shortest < edge.least or longest > edge.most):
                return True
            if days > 0 and shortest >= edge.least and edge.most >= NEVER:
                return False
        return False

    def dates_possible(self, rule: int, day: list[int]) -> bool:
        """Could any two times of day on the days of its two sessions keep an hour rule?"""
        edge = self.problem.hour_edges[rule]
        one, two = self.problem.ends(edge)
        begins, step = self.problem.grid.begins, self.problem.grid.step
        # Each visit ends by the midnight of its date.
        lengths = [self.problem.sessions[place].kind.minutes for place in (one, two)]
        longest = (begins[day[two] + 1] - begins[day[one]]) * step - lengths[1]
        shortest = (begins[day[two]] - begins[day[one] + 1]) * step + lengths[0]
        return longest >= edge.least and shortest <= edge.most

    def _read_counts(self) -> None:
        counters = self.problem.counters
        self.counted = [
            [n for n, one in enumerate(counters) if place in one.places]
            for place in range(len(self.problem.sessions))
        ]
        last = [max(self.level.get(place, -1) for place in one.places) for one in counters]
        self.counting = [
            tuple(n for n, level in enumerate(last) if level >= at) for at in range(self.count + 1)
        ]
        self.closing = [set(self.counting[at]) - set(self.counting[at + 1]) for at in range(self.count)]

    def _read_groups(self, settled: Collection[int]) -> None:
        """The groups of each session, those that open at a level, and those still open when it is reached."""
        self.groups_of: list[list[int]] = self._lists()
        self.opening: list[list[int]] = [[] for _ in range(self.count)]
        self.open: list[tuple[int, ...]] = [() for _ in range(self.count + 1)]
        for n, one in enumerate(self.problem.people):
            levels = [self.level[place] for place in one.places if place in self.level]
            for place in one.places:
                self.groups_of[place].append(n)
            if levels and n not in settled:
                self.opening[min(levels)].append(n)
                for at in range(min(levels) + 1, max(levels) + 1):
                    self.open[at] += (n,)
