"""How many in a week? A frequency as a small counter that the search carries from session to session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, Protocol, TypeAlias

from kapsched.model.periods import RollingDays
from kapsched.model.rules import Frequency
from kapsched.planning.closure import NEVER
from kapsched.planning.windows import Outline


class Counted(NamedTuple):
    """One counted session: its day, whether the rule binds its week, whether it is owed rather than fixed."""

    day: int
    binds: bool
    owed: bool


class Week(NamedTuple):
    """The week that is being filled, when owed sessions come in order of date; what is fixed in it is held as well.

    `seen` tells that a binding session came by; `short` that a week since then had too few.
    """

    week: int
    held: int
    binds: bool
    owed: bool
    seen: bool
    short: bool


WeekCount: TypeAlias = Week | tuple[Counted, ...] | None

# Each counter knows its own.
Count: TypeAlias = Any


class Counter(Protocol):
    """What the search asks of a frequency; its states are plain values, and None is the state of a broken rule."""

    places: frozenset[int]
    start: Count
    # Does no later date do any good where nothing else binds?
    only_limits: bool

    def add(self, state: Count, session: str, day: int) -> Count:
        """The state with one more owed session on a day, or None where that breaks the rule."""
        ...

    def days(self, state: Count, session: str) -> tuple[int, int]:
        """The first and last day on which one more session could be, as far as the state tells at once."""
        ...

    def kept(self, state: Count) -> bool:
        """Does the rule hold once all its sessions are placed?"""
        ...


class WeekCounter:
    """Counts one frequency's sessions in weeks that begin on a known weekday, or in any n days.

    Some have their dates already: `done` ones, and those of the patient's other courses `elsewhere`, which only a limit
    counts. They may lie before or after any day on which an owed session could be, and between two such days. They
    never change, so no state holds them: for each week, or any n days, they are looked up.
    Where the other rules keep the owed sessions in order of date, only what a later one can still meet is kept
    in mind; otherwise every date is.
    """

    def __init__(
        self,
        rule: Frequency,
        outline: Outline,
        done: Mapping[str, int],
        first: int,
        ordinal: int,
        begins: int = 0,
        elsewhere: Sequence[int] = (),
    ) -> None:
        sessions = outline.programme.sessions
        self.counted = {one.id for one in rule.counted(sessions)}
        self.binding = {one.id for one in rule.binding(sessions)}
        self.at_least = rule.at_least if outline.whole else 0
        self.most = 10**6 if rule.at_most is None else rule.at_most
        self.rolling = rule.per.days if isinstance(rule.per, RollingDays) else 0
        self._since = ordinal - 1 - begins
        owed = [outline.place[one.id] for one in rule.counted(sessions) if one.id in outline.place]
        self.places = frozenset(owed)
        self.fixed = sorted(
            Counted(done[one], one in self.binding, False) for one in self.counted & set(done)
        )
        self._elsewhere = [Counted(day, False, False) for day in elsewhere]
        self._read_weeks()
        # An earlier date leaves later sessions as much room or more, whatever is fixed before, between or behind them.
        self.in_order = all(outline.furthest[later][earlier] <= 0 for earlier, later in pairwise(owed))
        self.only_limits = self.in_order and not self.at_least
        self.start: WeekCount = () if not self.in_order or self.rolling else self._start(first)

    def week(self, day: int) -> int:
        """The week that holds a day of the horizon; the first of January of the year 1 was a Monday."""
        return (self._since + day) // 7

    def _read_weeks(self) -> None:
        """How many are fixed in each week, here and elsewhere, and which weeks are the first and the last."""
        weeks = [self.week(one.day) for one in self.fixed]
        bound = [self.week(one.day) for one in self.fixed if one.binds]
        self._held, self._binds = {week: weeks.count(week) for week in weeks}, set(bound)
        others = [self.week(one.day) for one in self._elsewhere]
        self._beside = {week: others.count(week) for week in others}
        self._last_done = max(weeks, default=-NEVER)
        self._first_bound, self._last_bound = min(bound, default=NEVER), max(bound, default=-NEVER)

    def _start(self, first: int) -> Week:
        """What is fixed in the last week before any owed session; nothing there is to be judged yet."""
        past = [one for one in self.fixed if one.day <= first]
        week = self.week(past[-1].day) if past else -NEVER
        return Week(
            week, self._held.get(week, 0), week in self._binds, False, self._first_bound <= week, False
        )

    def add(self, state: WeekCount, session: str, day: int) -> WeekCount:
        """The state with one more owed session on a day, or None where that breaks the rule."""
        one = Counted(day, session in self.binding, True)
        if isinstance(state, Week):
            return self._next(state, one)
        assert state is not None
        if self.rolling:
            near = [other for other in state if abs(other.day - day) < self.rolling]
            fixed = (*self.fixed, *self._elsewhere)
            dated = [other for other in fixed if abs(other.day - day) < self.rolling]
            if self._crowded([*dated, *near, one], day):
                return None
            if self.in_order:
                return (*near, one)
            return tuple(sorted((*state, one)))
        week = self.week(day)
        same = [other for other in (*self.fixed, *state, one) if self.week(other.day) == week]
        if self._too_many(week, len(same)) and any(other.binds for other in same):
            return None
        return tuple(sorted((*state, one)))

    def days(self, state: WeekCount, session: str) -> tuple[int, int]:
        """The first and last day on which one more session could be counted, as far as the state tells at once."""
        if not isinstance(state, Week) or not state.held:
            return -NEVER, NEVER
        first, last = -NEVER, NEVER
        if self._too_many(state.week, state.held + 1) and state.binds:
            first = self._begin(state.week + 1)
        if self.at_least and state.seen and session in self.binding:
            full = state.held >= self.at_least or not state.owed
            last = self._begin(max(state.week, self._last_done) + 2 if full else state.week + 1) - 1
        return first, last

    def _begin(self, week: int) -> int:
        """The day of the horizon on which a week begins."""
        return week * 7 - self._since

    def _crowded(self, near: list[Counted], day: int) -> bool:
        for first in range(day - self.rolling + 1, day + 1):
            held = [other for other in near if first <= other.day < first + self.rolling]
            if len(held) > self.most and any(other.binds for other in held):
                return True
        return False

    def _next(self, state: Week, one: Counted) -> Week | None:
        week = self.week(one.day)
        if week == state.week:
            after = state._replace(
                held=state.held + 1, binds=state.binds or one.binds, owed=True, seen=state.seen or one.binds
            )
        else:
            if self._too_few(state):
                return None
            few = state.held < self.at_least and state.owed
            skipped = bool(self.at_least) and week > max(state.week, self._last_done) + 1
            seen = state.seen or self._first_bound < week
            short = state.short or (few and state.seen) or (skipped and seen)
            binds = one.binds or week in self._binds
            after = Week(week, self._held.get(week, 0) + 1, binds, True, seen or binds, short)
        if (self._too_many(week, after.held) and after.binds) or (after.short and one.binds):
            return None
        return after

    def _too_many(self, week: int, held: int) -> bool:
        """Would so many of this course be too many in a week, with those elsewhere?"""
        return held + self._beside.get(week, 0) > self.most

    def _too_few(self, state: Week) -> bool:
        """Has a week too few once nothing owed can join it, and does it lie among those that the rule binds?"""
        among = state.binds or (state.seen and self._last_bound > state.week)
        return among and state.owed and state.held < self.at_least

    def kept(self, state: WeekCount) -> bool:
        """Does the rule hold once all its sessions are placed?"""
        if state is None:
            return False
        if isinstance(state, Week):
            return not self._too_few(state)
        everything = (*self.fixed, *state)
        if not self.at_least or not any(one.binds for one in everything):
            return True
        weeks = [self.week(one.day) for one in everything if one.binds]
        for week in range(min(weeks), max(weeks) + 1):
            held = [one for one in everything if self.week(one.day) == week]
            judged = week > self._last_done or any(one.owed for one in held)
            if judged and len(held) < self.at_least:
                return False
        return True
