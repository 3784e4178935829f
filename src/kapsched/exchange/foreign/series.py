"""When does a series of a foreign calendar take its owner's time? Its repeats, and what differs in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from kapsched.exchange.foreign.entries import Entry, Taken, Window, moment_in, period
from kapsched.exchange.foreign.lines import Line
from kapsched.exchange.foreign.repeats import starts
from kapsched.exchange.foreign.values import NotUnderstood

_A_DAY = timedelta(days=1)


class Series:
    """An entry with all that repeats it, and the entries that stand for one of its repeats."""

    def __init__(self, core: Entry, others: Sequence[Entry], window: Window) -> None:
        self._core, self._window = core, window
        self._clocks = core.start.clocks
        self._replaced = {self._own(one.repeat) for one in others if not one.from_then_on}
        self._from_then_on = sorted(
            ((self._own(one.repeat), one) for one in others if one.from_then_on), key=lambda pair: pair[0]
        )

    def _own(self, line: Line, text: str = "") -> datetime:
        """A time that the series' clocks show."""
        found = moment_in(text or line.value, line, self._core.zones)
        if found.clocks is self._clocks or found.all_day or self._core.start.all_day:
            return found.local
        return self._shown(found.instant)

    def _shown(self, instant: datetime) -> datetime:
        """What the series' clocks show at an instant."""
        guess = instant.replace(tzinfo=None)
        for _ in range(2):
            guess += instant - self._clocks(guess)
        return guess

    def taken(self) -> Iterator[Taken]:
        """Every stretch that its repeats take about the window."""
        without, dates = self._exceptions()
        for local in sorted(set(self._starts())):
            if local in self._replaced or local in without or local.date() in dates:
                continue
            entry, moved = self._entry_at(local)
            if entry.busy:
                yield entry.taken_from(local + moved)
        if self._core.busy:
            yield from self._periods()

    def _entry_at(self, local: datetime) -> tuple[Entry, timedelta]:
        """Which entry says how it is at a repeat, and by how much it is moved."""
        place = bisect_right(self._from_then_on, local, key=lambda pair: pair[0])
        if not place:
            return self._core, timedelta()
        since, other = self._from_then_on[place - 1]
        return other, self._of(other) - since

    def _of(self, other: Entry) -> datetime:
        """When another entry begins, on the series' clocks."""
        return other.start.local if other.start.all_day else self._shown(other.start.instant)

    def _exceptions(self) -> tuple[set[datetime], set[date]]:
        times: set[datetime] = set()
        dates: set[date] = set()
        for line in self._core.component.lines.get("EXDATE", ()):
            for text in line.value.split(","):
                try:
                    found = self._own(line, text)
                    whole_day = moment_in(text, line, self._core.zones).all_day
                except NotUnderstood as error:
                    self._window.note(line, str(error))
                    continue
                if whole_day:
                    dates.add(found.date())
                else:
                    times.add(found)
        return times, dates

    def _starts(self) -> Iterator[datetime]:
        core, window = self._core, self._window
        yield core.start.local
        # Any clocks are within a day of UTC; a repeat that is moved is looked for where it was.
        moves = [abs(self._of(other) - since) for since, other in self._from_then_on]
        longest = max(one.longest for one in (core, *(other for _, other in self._from_then_on)))
        margin = longest + max(moves, default=timedelta()) + _A_DAY
        first, last = (edge.replace(tzinfo=None) for edge in (window.first, window.last))
        for line in core.component.lines.get("RRULE", ()):
            try:
                yield from starts(
                    line,
                    core.start.local,
                    first - margin,
                    last + margin,
                    local=self._shown,
                    effort=window.effort,
                )
            except NotUnderstood as error:
                window.note(line, f"RRULE {error}")
        for line in core.component.lines.get("EXRULE", ()):
            window.note(line, "EXRULE is not understood; what it leaves out is taken")
        for line in core.component.lines.get("RDATE", ()):
            window.effort.spend(line.value.count(","), line)
            for text in line.value.split(","):
                try:
                    if "/" not in text:
                        yield self._own(line, text)
                except NotUnderstood as error:
                    window.note(line, str(error))

    def _periods(self) -> Iterator[Taken]:
        for line in self._core.component.lines.get("RDATE", ()):
            for text in line.value.split(","):
                if "/" in text:
                    yield from period(text, line, self._core.zones, self._window)
