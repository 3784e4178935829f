"""How many in a week whose first day is open? The counters of a course, also where their weeks wait for an anchor.

Treatment weeks are weeks that begin on the weekday of their anchor: where its date is open, that is all that the
search has to learn of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from kapsched.model.elsewhere import Elsewhere
from kapsched.model.rules import Frequency
from kapsched.planning.closure import NEVER
from kapsched.planning.weeks import Counter, WeekCount, WeekCounter
from kapsched.planning.windows import Outline

NOTHING_BESIDE: Mapping[Elsewhere, int] = MappingProxyType({})


class Anchored(NamedTuple):
    """Treatment weeks whose anchor is owed: the weekday they begin on, from 0, and the count in such weeks.

    Until the anchor has a date there are only the counted sessions by place, each with its day.
    """

    begins: int | None
    so_far: WeekCount
    waiting: tuple[tuple[int, int], ...] = ()


class AnchoredCounter:
    """Counts one frequency's sessions in treatment weeks whose anchor is owed.

    Once the anchor has a date, weeks begin on a known weekday, and one of seven counters goes on.
    """

    only_limits = False

    def __init__(
        self,
        rule: Frequency,
        outline: Outline,
        done: Mapping[str, int],
        first: int,
        ordinal: int,
        elsewhere: Sequence[int] = (),
    ) -> None:
        self._by_weekday = [
            WeekCounter(rule, outline, done, first, ordinal, begins, elsewhere) for begins in range(7)
        ]
        self._outline, self._ordinal = outline, ordinal
        (self.anchor,) = (one.id for one in rule.anchors(outline.programme.sessions))
        self.counted = self._by_weekday[0].counted
        self.places = self._by_weekday[0].places | {outline.place[self.anchor]}
        self.start = Anchored(None, None)

    def add(self, state: Anchored, session: str, day: int) -> Anchored | None:
        """The state with one more session that is counted, or is the anchor, on a day; None if that breaks the rule."""
        waiting = state.waiting
        if session in self.counted:
            waiting = tuple(sorted((*waiting, (self._outline.place[session], day))))
        begins = (self._ordinal - 1 + day) % 7 if session == self.anchor else state.begins
        if begins is None:
            return Anchored(None, None, waiting)
        counter = self._by_weekday[begins]
        count = counter.start if state.begins is None else state.so_far
        for place, on in waiting:
            count = counter.add(count, self._outline.owed[place].id, on)
            if count is None:
                return None
        return Anchored(begins, count)

    def days(self, state: Anchored, session: str) -> tuple[int, int]:
        """The first and last day of one more session; any, before the anchor has a date."""
        if state.begins is None or session not in self.counted:
            return -NEVER, NEVER
        return self._by_weekday[state.begins].days(state.so_far, session)

    def kept(self, state: Anchored) -> bool:
        """Does the rule hold once all its sessions and the anchor are placed?"""
        return state.begins is not None and self._by_weekday[state.begins].kept(state.so_far)


def counters(
    outline: Outline,
    done: Mapping[str, int],
    first: int,
    ordinal: int,
    beside: Mapping[Elsewhere, int] = NOTHING_BESIDE,
) -> tuple[Counter, ...]:
    """A counter for each frequency of an outline; `first` is the first day on which an owed session may be.

    `beside` are the days of the patient's sessions in other courses.
    """
    return tuple(
        _counter(rule, outline, done, first, ordinal, [beside[one] for one in rule.elsewhere(tuple(beside))])
        for rule in outline.frequencies
    )


def _counter(
    rule: Frequency,
    outline: Outline,
    done: Mapping[str, int],
    first: int,
    ordinal: int,
    elsewhere: Sequence[int],
) -> Counter:
    anchors = rule.anchors(outline.programme.sessions)
    if any(one.id in outline.place for one in anchors):
        return AnchoredCounter(rule, outline, done, first, ordinal, elsewhere)
    begins = (ordinal - 1 + done[anchors[0].id]) % 7 if anchors else 0
    return WeekCounter(rule, outline, done, first, ordinal, begins, elsewhere)
