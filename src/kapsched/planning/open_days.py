"""How many open days lie between two dates? A clinic's open dates, numbered, and what rules make of them.

A date's number is that of the open dates up to it, so a rule in open days bounds a difference of numbers. Both ways
from a day of one session to those of the other there are tables: the first and the last day that the rule leaves.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeAlias

from kapsched.model.clinic import LONGEST_HORIZON, Clinic
from kapsched.planning.closure import NEVER, between
from kapsched.planning.edges import OpenEdge
from kapsched.planning.grid import Mask, bits
from kapsched.timeline.zones import wall

# First and last day, by the day from which they are counted.
Table: TypeAlias = Sequence[tuple[int, int]]

# So many dates are looked up at a time beyond the horizon.
_AT_A_TIME = 64


class OpenDates:
    """The dates on which a clinic is open, as days of a horizon; those beyond it are looked up when asked for."""

    def __init__(self, clinic: Clinic, first_day: date, days: int) -> None:
        self.clinic, self.first_day, self.size = clinic, first_day, days
        self.inside = self._open(0, days)
        self._days, self._first, self._end = list(self.inside), 0, days
        self._before = 0  # how many of `_days` lie before the horizon
        self._tables: dict[tuple[int, int], Table] = {}
        self._ideals: dict[int, Sequence[int]] = {}

    def _open(self, first: int, end: int) -> list[int]:
        """The open days from `first` up to `end`, in order."""
        dates = [self.first_day + timedelta(days=day) for day in (first, end - 1)]
        found: set[int] = set()
        for stretch in self.clinic.open_time(*dates):
            begun, over = (
                wall(moment, self.clinic.place).date()
                for moment in (stretch.start, stretch.end - timedelta.resolution)
            )
            found.update(range((begun - self.first_day).days, (over - self.first_day).days + 1))
        return sorted(found)

    def _reach(self, first: int, last: int) -> None:
        """Look up the days from `first` to `last`."""
        if first < self._first:
            more = self._open(first - _AT_A_TIME, self._first)
            self._days, self._first = more + self._days, first - _AT_A_TIME
            self._before += len(more)
        if last >= self._end:
            self._days += self._open(self._end, last + _AT_A_TIME)
            self._end = last + _AT_A_TIME

    def number(self, day: int) -> int:
        """The open days from the horizon's first up to a day; negative for those before."""
        self._reach(day, day)
        return bisect_right(self._days, day) - self._before

    def span(self, day: int, least: int, most: int) -> tuple[int, int]:
        """The first and the last day of the horizon that lie `least` to `most` open days from a day."""
        inside, number = self.inside, self.number(day)
        low, high = number + least, number + most
        first = 0 if low <= 0 else inside[low - 1] if low <= len(inside) else self.size
        last = -1 if high < 0 else inside[high] - 1 if high < len(inside) else self.size - 1
        return first, last

    def spans(self, least: int, most: int) -> Table:
        """The same for each day of the horizon."""
        if (least, most) not in self._tables:
            self._tables[least, most] = [self.span(day, least, most) for day in range(self.size)]
        return self._tables[least, most]

    def ideal(self, day: int, count: int) -> int:
        """The open day to which there are so many from a day, or the furthest looked at; perhaps past the horizon."""
        place = self.number(day) + count - 1
        furthest = day + LONGEST_HORIZON if count > 0 else day + 1 - LONGEST_HORIZON
        while place + self._before >= len(self._days) and self._end <= furthest:
            self._reach(day, self._end)
        while place + self._before < 0 and self._first > furthest:
            self._reach(self._first - 1, day)
        if not 0 <= place + self._before < len(self._days):
            return furthest
        found = self._days[place + self._before]
        return min(found, furthest) if count > 0 else max(found, furthest)

    def ideals(self, count: int) -> Sequence[int]:
        """The same for each day of the horizon."""
        if count not in self._ideals:
            self._ideals[count] = [self.ideal(day, count) for day in range(self.size)]
        return self._ideals[count]


class OpenTie:
    """A rule in open days between two owed sessions, `earlier` and `later`, by place in programme order."""

    def __init__(self, edge: OpenEdge, earlier: int, later: int, dates: OpenDates) -> None:
        self.edge, self.earlier, self.later, self.dates = edge, earlier, later, dates
        self._after = dates.spans(edge.least, edge.most)
        self._before = dates.spans(-edge.most, -edge.least)

    @property
    def costs(self) -> bool:
        """Does it cost days?"""
        return self.edge.ideal is not None

    @property
    def _ideals(self) -> Sequence[int]:
        assert self.edge.ideal is not None, "asked only where it costs days"
        return self.dates.ideals(self.edge.ideal)

    def window(self, other: int, day: int) -> tuple[int, int]:
        """The first and the last day that it leaves to the one session, with the `other` on a day."""
        return (self._after if other == self.earlier else self._before)[day]

    def most(self, other: int) -> int:
        """The most open days from the `other` session to this one."""
        return self.edge.most if other == self.earlier else -self.edge.least

    def spread(self, other: int, days: Mask) -> Mask:
        """The days that it leaves to the one session, with the `other` on any of some days."""
        found = 0
        for day in bits(days):
            found |= between(*self.window(other, day))
        return found

    def cost(self, other: int, there: int, here: int) -> int:
        """The days of drift, with the `other` session there and the one here."""
        if self.edge.ideal is None:
            return 0
        anchor, day = (there, here) if other == self.earlier else (here, there)
        return abs(day - self._ideals[anchor])

    def near(self, other: int, day: int, most: int) -> tuple[int, int]:
        """The first and the last day on which the one session costs no more than `most`."""
        if other == self.earlier:
            return self._ideals[day] - most, self._ideals[day] + most
        return bisect_left(self._ideals, day - most), bisect_right(self._ideals, day + most) - 1

    def least_cost(self, domains: Sequence[Mask]) -> int:
        """The least days of drift that any of the two sessions' days have."""
        if self.edge.ideal is None:
            return 0
        days = list(bits(domains[self.later]))
        least = len(days) and LONGEST_HORIZON * 2
        for ideal in {self._ideals[day] for day in bits(domains[self.earlier])}:
            place = bisect_left(days, ideal)
            for day in days[max(0, place - 1) : place + 1]:
                least = min(least, abs(day - ideal))
        return least

    def widest(self, anchor: int, days: Mask) -> int:
        """The most days of drift that it could come to, with `anchor` on one of some days."""
        most = 0
        for day in bits(days) if self.costs else ():
            first, last = self.window(anchor, day)
            if first <= last:
                most = max(most, self.cost(anchor, day, first), self.cost(anchor, day, last))
        return most


def seen_across(
    ties: Sequence[OpenTie],
    anchor: int,
    own: Sequence[Mask],
    apart: tuple[int, int],
    ideals: Sequence[int],
) -> list[Mask]:
    """The days of an anchor by the least that a session beyond `ties` costs there, itself by cost on `own` days.

    Besides, it lies `apart` days from the anchor, and each day from each of the `ideals` costs. No two days of the
    anchor need have the same days before them, so each is asked for by itself.
    """
    costly = bool(ideals) or any(tie.costs for tie in ties)
    costs: dict[int, Mask] = {}
    for there in range(ties[0].dates.size):
        days, least = between(there + apart[0], there + apart[1]), NEVER
        for tie in ties:
            days &= between(*tie.window(anchor, there))
        for more, its_days in enumerate(own):
            here = days & its_days
            if here and more < least:
                least = min(least, more + (_least_drift(ties, anchor, there, here, ideals) if costly else 0))
            days &= ~here
        if least < NEVER:
            costs[least] = costs.get(least, 0) | 1 << there
    found = [costs.get(cost, 0) for cost in range(max(costs, default=0) + 1)]
    for cost in range(1, len(found)):
        found[cost] |= found[cost - 1]
    return found


def _least_drift(ties: Sequence[OpenTie], anchor: int, there: int, days: Mask, ideals: Sequence[int]) -> int:
    """The least days of drift of any of a session's days, with the anchor there."""
    return min(
        sum([abs(here - there - ideal) for ideal in ideals])
        + sum([tie.cost(anchor, there, here) for tie in ties])
        for here in bits(days)
    )
