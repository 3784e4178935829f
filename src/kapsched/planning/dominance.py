"""Which days need not be tried? Those whose starts an earlier day has too, where earlier is never worse.

Where nothing but a least distance binds what comes after a session, every future of a late day is one of an early day
as well. Of two equal times of day the earlier date then leads to plans that cost no more and begin sooner.
"""

from __future__ import annotations

from collections.abc import Hashable

from kapsched.planning.closure import NEVER
from kapsched.planning.grid import Mask
from kapsched.planning.ties import Ties


def never_worse_early(ties: Ties) -> list[bool]:
    """For each session by place: is an earlier date never worse, wherever it may be?"""
    free = [_is_free(ties, place) for place in range(len(ties.alone))]
    for place, drifts in enumerate(ties.drifts):
        for drift in drifts:
            if drift.other is not None:
                free[drift.other] = False
        for other, _, most in ties.dates[place]:
            if most < NEVER:
                free[other] = False
        for other, tie in ties.opened[place]:
            if tie.costs or tie.most(other) < NEVER:
                free[other] = False
    return free


def _is_free(ties: Ties, place: int) -> bool:
    """Is a session tied to nothing that a late date could do good? A frequency that only limits is no such tie."""
    counters = [ties.problem.counters[n] for n in ties.counted[place]]
    limits = all(counter.only_limits for counter in counters)
    costs = ties.drifts[place] or any(tie.costs for _, tie in ties.opened[place])
    return ties.alone[place] and place != ties.target and limits and not costs


class Earlier:
    """The times of day that earlier days of one session have served, by the people chosen and the wishes broken."""

    def __init__(self) -> None:
        self._served: dict[Hashable, list[tuple[int, Mask]]] = {}

    def serves(self, people: Hashable, wishes: int, starts: Mask) -> bool:
        """Has an earlier day with these people each of the starts, at no more broken wishes?"""
        if not starts:
            return False
        for broken, served in self._served.get(people, ()):
            if broken <= wishes:
                starts &= ~served
        return not starts

    def add(self, people: Hashable, wishes: int, starts: Mask) -> None:
        """Note the starts of a day that leads to a plan; none where a later day might be better."""
        self._served.setdefault(people, []).append((wishes, starts))
