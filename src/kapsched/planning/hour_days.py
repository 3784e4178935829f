"""On which days could an hour rule between two sessions be kept, so many dates apart? Looked up start by start.

On most dates a window of hours is kept whatever the starts; only where its boundary falls between the times of day of
the two dates do their masks tell.
"""

from __future__ import annotations

from typing import TypeAlias

from kapsched.model.programme import SessionKind
from kapsched.planning.closure import spread
from kapsched.planning.edges import minutes_between
from kapsched.planning.grid import Mask, bits
from kapsched.planning.problem import Problem
from kapsched.planning.starts import AllowedKey

# The least and most minutes from the start of the one to that of the other.
Hours: TypeAlias = tuple[int, int]


class HourDays:
    """The days of a session on which another, so many dates later, can keep the hours between them."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._between: dict[tuple[int, int], list[Hours]] = {}
        for edge in problem.hour_edges:
            one, two = problem.ends(edge)
            self._between.setdefault((one, two), []).append((edge.least, edge.most))
            self._between.setdefault((two, one), []).append((-edge.most, -edge.least))
        self._kept: dict[tuple[SessionKind, SessionKind, Hours, int, AllowedKey], Mask] = {}

    def bind(self, one: int, two: int) -> bool:
        """Is there an hour rule between two sessions at all?"""
        return (one, two) in self._between

    def kept(self, one: int, two: int, apart: int, allowed: AllowedKey) -> Mask:
        """The days of one session, for a start of each with those allowed; all days where the starts do not matter."""
        found = (1 << self.problem.grid.days) - 1
        for hours in self._between.get((one, two), ()):
            found &= self._of_rule(one, two, hours, apart, allowed)
        return found

    def _of_rule(self, one: int, two: int, hours: Hours, apart: int, allowed: AllowedKey) -> Mask:
        kinds = self.problem.sessions[one].kind, self.problem.sessions[two].kind
        key = (*kinds, hours, apart, allowed)
        found = self._kept.get(key)
        if found is None:
            starts = self.problem.starts
            first, last = (starts.times_of_day(kind) for kind in kinds)
            shortest, longest = minutes_between(apart, first, last)
            if hours[0] <= shortest and longest <= hours[1]:
                found = (1 << self.problem.grid.days) - 1
            else:
                found = self._looked_up(kinds, hours, apart, allowed)
            self._kept[key] = found
        return found

    def _looked_up(
        self, kinds: tuple[SessionKind, SessionKind], hours: Hours, apart: int, allowed: AllowedKey
    ) -> Mask:
        grid, starts, found = self.problem.grid, self.problem.starts, 0
        near, far = (starts.mask(kind, allowed) for kind in kinds)
        # Rounded outwards: more days than there are do no harm to a bound, fewer would.
        least, most = hours[0] // grid.step, -(-hours[1] // grid.step)
        days = starts.days(kinds[0], allowed) & spread(
            starts.days(kinds[1], allowed), -apart, -apart, grid.days
        )
        for day in bits(days):
            begin, there = grid.begins[day], grid.begins[day + apart]
            size = grid.begins[day + 1] - begin
            late = starts.of_day(far, day + apart)
            if spread(late, there - begin - most, there - begin - least, size) & starts.of_day(near, day):
                found |= 1 << day
        return found
