"""When does a series of a foreign calendar take its owner's time? Its repeats, and what differs in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from operator import itemgetter

from kapsched.exchange.foreign.entries import Entry, Moment, Taken, Window, moment, moment_in, period
from kapsched.exchange.foreign.lines import Line
from kapsched.exchange.foreign.repeats import starts
from kapsched.exchange.foreign.values import NotUnderstood

_A_DAY = timedelta(days=1)


class Series:
    """An entry with all that repeats it, and the entries that stand for one of its repeats."""

    def __init__(self, core: Entry, others: Sequence[Entry], window: Window) -> None:
        self._core, self._window = core, window
        self._clocks = core.start.clocks
        repeats = [(self._own(moment(one.repeat, one.zones)), one) for one in others]
        self._replaced = {local for local, one in repeats if not one.from_then_on}
        self._from_then_on = sorted((pair for pair in repeats if pair[1].from_then_on), key=itemgetter(0))

    def _own(self, found: Moment) -> datetime:
        """What the series' clocks show then."""
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
        for local, lasts in sorted(dict(self._starts()).items()):
            if not (local in self._replaced or local in without or local.date() in dates):
                yield from self._at(local, lasts)

    def _at(self, local: datetime, lasts: timedelta | None) -> Iterator[Taken]:
        """What the entry that says how it is from then on takes, as much later as that begins later."""
        place = bisect_right(self._from_then_on, local, key=itemgetter(0))
        if place:
            since, other = self._from_then_on[place - 1]
            if other.busy:
                clocks = other.start.clocks if other.start.all_day else self._clocks
                yield other.taken_from(local + (self._of(other) - since), clocks)
        elif self._core.busy:
            taken = self._core.taken_from(local, self._clocks)
            yield taken if lasts is None else Taken(taken.start, taken.start + lasts)

    def _of(self, other: Entry) -> datetime:
        """When another entry begins, on the series' clocks."""
        return other.start.local if other.start.all_day else self._shown(other.start.instant)

    def _exceptions(self) -> tuple[set[datetime], set[date]]:
        times: set[datetime] = set()
        dates: set[date] = set()
        for line in self._core.component.lines.get("EXDATE", ()):
            for text in line.value.split(","):
                try:
                    found = moment_in(text, line, self._core.zones)
                except NotUnderstood as error:
                    self._window.note(line, str(error))
                    continue
                if found.all_day:
                    dates.add(found.local.date())
                else:
                    times.add(self._own(found))
        return times, dates

    def _starts(self) -> Iterator[tuple[datetime, timedelta | None]]:
        """When it begins on its own clocks, and how long a start lasts that has a length of its own."""
        yield self._core.start.local, None
        yield from ((local, None) for local in self._by_rules())
        for line in self._core.component.lines.get("EXRULE", ()):
            self._window.note(line, "EXRULE is not understood; what it leaves out is taken")
        for line in self._core.component.lines.get("RDATE", ()):
            self._window.effort.spend(line.value.count(","), line)
            for text in line.value.split(","):
                yield from self._by_date(text, line)

    def _by_date(self, text: str, line: Line) -> Iterator[tuple[datetime, timedelta | None]]:
        if "/" in text:
            for one in period(text, line, self._core.zones, self._window):
                yield self._shown(one.start), one.end - one.start
            return
        try:
            yield self._own(moment_in(text, line, self._core.zones)), None
        except NotUnderstood as error:
            self._window.note(line, str(error))

    def _by_rules(self) -> Iterator[datetime]:
        core, window = self._core, self._window
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
