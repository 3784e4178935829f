"""Which days can a session still be on, and what does each cost? Asked of the sessions placed before it."""

from __future__ import annotations

from kapsched.planning.closure import NEVER, between
from kapsched.planning.grid import bits
from kapsched.planning.position import Position
from kapsched.planning.ties import Ties


class Reach:
    """The days within a session's reach from where the search stands."""

    def __init__(self, ties: Ties, position: Position) -> None:
        self.problem, self.ties, self.domains = ties.problem, ties, ties.domains
        self.day, self.counts = position.day, position.counts

    def between(self, place: int) -> tuple[int, int]:
        """The first and the last day that the sessions placed before leave to one."""
        first, last = 0, self.problem.grid.days
        for other, least, most in self.ties.dates[place]:
            day = self.day[other]
            first = max(first, day + least)
            last = min(last, day + most)
        for other, tie in self.ties.opened[place]:
            begin, end = tie.window(other, self.day[other])
            first, last = max(first, begin), min(last, end)
        for n in self.ties.counted[place]:
            begin, end = self.problem.counters[n].days(self.counts[n], self.problem.sessions[place].id)
            first, last = max(first, begin), min(last, end)
        return first, last

    def clipped(self, place: int, first: int, last: int, most: int) -> tuple[int, int]:
        """Those of the days between on which no single aim costs more than `most`."""
        if most >= NEVER:
            return first, last
        if place == self.ties.target:
            last = min(last, self.ties.first_day + most)
        for drift in self.ties.drifts[place]:
            ideal = drift.ideal + (drift.done if drift.other is None else self.day[drift.other])
            first, last = max(first, ideal - most), min(last, ideal + most)
        for other, tie in self.ties.opened[place]:
            if tie.costs:
                begin, end = tie.near(other, self.day[other], most)
                first, last = max(first, begin), min(last, end)
        return first, last

    def beyond(self, place: int, most: int) -> int:
        """A bound: the least days of any day of a session that costs more than `most`; `NEVER` if none does."""
        first, last = self.between(place)
        near = between(*self.clipped(place, first, last, most))
        far = self.domains[place] & between(first, last) & ~near
        if not far:
            return NEVER
        if not (self.ties.drifts[place] or self.ties.opened[place]):
            far &= -far  # waiting costs a day a day
        return max(most + 1, min(self.cost(place, day) for day in bits(far)))

    def cost(self, place: int, day: int) -> int:
        """The days of wait and drift that placing a session on a day settles."""
        cost = day - self.ties.first_day if place == self.ties.target else 0
        for drift in self.ties.drifts[place]:
            if drift.other is None:
                cost += abs(day - drift.done - drift.ideal)
            else:
                cost += abs(day - self.day[drift.other] - drift.ideal)
        for other, tie in self.ties.opened[place]:
            cost += tie.cost(other, self.day[other], day)
        return cost
