"""Where does the search stand? The sessions placed so far, by place in programme order."""

from __future__ import annotations

from kapsched.planning.problem import Problem
from kapsched.planning.starts import AllowedKey
from kapsched.planning.weeks import Count


class Position:
    """The days of the sessions placed so far, whom they are allowed, whom open groups keep to, the counts of weeks.

    It changes as moves are made and taken back.
    """

    def __init__(self, problem: Problem) -> None:
        self.day = [0] * len(problem.sessions)
        self.allowed: list[AllowedKey] = [()] * len(problem.sessions)
        self.chosen: dict[int, frozenset[str]] = {}
        self.counts: list[Count] = [counter.start for counter in problem.counters]
