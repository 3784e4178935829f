"""When does a series of a foreign calendar take its owner's time? Its repeats, and what differs in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from typing import NamedTuple

from kapsched.exchange.foreign.entries import Entry
from kapsched.exchange.foreign.lines import Line
from kapsched.exchange.foreign.moments import Moment, Taken, Window, moment_in, period
from kapsched.exchange.foreign.repeats import starts
from kapsched.exchange.foreign.values import NotUnderstood
from kapsched.exchange.foreign.zones import shown

_A_DAY = timedelta(days=1)
_MIDNIGHT = time()


class _Start(NamedTuple):
    """One start of a series: when, what the series' own clocks show then, and its length where it has its own."""

    instant: datetime
    local: datetime
    lasts: timedelta | None = None


class _Change(NamedTuple):
    """An entry that stands for all repeats from an instant on, and how much later they are on the series' clocks."""

    since: datetime
    entry: Entry
    later: timedelta


class Series:
    """An entry with all that repeats it, and the entries that stand for one of its repeats."""

    def __init__(self, core: Entry, others: Sequence[Entry], window: Window) -> None:
        self._core, self._window = core, window
        self._clocks = core.start.clocks
        self._without: set[datetime] = set()
        self._days_without: set[date] = set()
        changes = []
        for one in others:
            repeat = self._moment(one.repeat.value, one.repeat, one)
            if one.from_then_on:
                changes.append(self._change(repeat, one))
            else:
                self._leave_out(repeat)
        self._changes = sorted(changes, key=itemgetter(0))
        # Any clocks are within a day of UTC; a repeat that is moved is looked for where it was.
        longest = max(one.longest for one in (core, *(change.entry for change in changes)))
        self._margin = longest + max((abs(change.later) for change in changes), default=timedelta()) + _A_DAY

    def _moment(self, text: str, line: Line, entry: Entry) -> Moment:
        """A time without a zone is one on the series' clocks."""
        return moment_in(text, line, entry.zones).by(self._clocks)

    def _leave_out(self, repeat: Moment) -> None:
        """A date is all of that day, and so is a midnight where the series is one of whole days."""
        if repeat.all_day or (self._core.start.all_day and repeat.local.time() == _MIDNIGHT):
            self._days_without.add(repeat.local.date())
        else:
            self._without.add(repeat.instant)

    def _begun(self, found: Moment) -> tuple[datetime, datetime]:
        """The instant, and what the series' clocks show then; a date has the time of day of the series."""
        of_day = self._core.start.local.time()
        if found.all_day:
            local = datetime.combine(found.local, of_day)
            return self._clocks(local), local
        return found.instant, shown(self._clocks, found.instant, of_day)

    def _change(self, repeat: Moment, entry: Entry) -> _Change:
        since, local = self._begun(repeat)
        begins = entry.start.local if entry.start.all_day else self._begun(entry.start)[1]
        return _Change(since, entry, begins - local)

    def taken(self) -> Iterator[Taken]:
        """Every stretch that its repeats take about the window."""
        self._read_exceptions()
        begun: set[datetime] = set()
        for start in set(self._starts()):
            begun.add(start.instant)
            if start.instant not in self._without and start.local.date() not in self._days_without:
                yield from self._at(start)
        # What stands for a repeat that the series has not is taken all the same, as any other entry would be.
        yield from (
            change.entry.taken
            for change in self._changes
            if change.entry.busy and change.since not in begun | self._without
        )

    def _at(self, start: _Start) -> Iterator[Taken]:
        """What the entry that says how it is from then on takes, as much later as that begins later."""
        place = bisect_right(self._changes, start.instant, key=itemgetter(0))
        if place:
            _, entry, later = self._changes[place - 1]
            if entry.busy:
                clocks = entry.start.clocks if entry.start.all_day else self._clocks
                local = start.local + later
                yield entry.taken_at(clocks(local), local, clocks)
        elif self._core.busy:
            taken = self._core.taken_at(start.instant, start.local, self._clocks)
            yield taken if start.lasts is None else Taken(start.instant, start.instant + start.lasts)

    def _read_exceptions(self) -> None:
        for line in self._core.component.lines.get("EXDATE", ()):
            self._window.effort.spend(line.value.count(","), line)
            for text in line.value.split(","):
                try:
                    self._leave_out(self._moment(text, line, self._core))
                except NotUnderstood as error:
                    self._window.note(line, str(error))
                except OverflowError:
                    self._window.note(line, "EXDATE cannot be read")
        for line in self._core.component.lines.get("EXRULE", ()):
            self._window.note(line, "EXRULE is not understood; what it leaves out is taken")

    def _starts(self) -> Iterator[_Start]:
        yield _Start(self._core.start.instant, self._core.start.local)
        for line in self._core.component.lines.get("RRULE", ()):
            yield from self._by_rule(line)
        for line in self._core.component.lines.get("RDATE", ()):
            self._window.effort.spend(line.value.count(","), line)
            for text in line.value.split(","):
                yield from self._by_date(text, line)

    def _by_date(self, text: str, line: Line) -> Iterator[_Start]:
        if "/" in text:
            for one in period(text, line, self._core.zones, self._window):
                yield _Start(one.start, shown(self._clocks, one.start), one.end - one.start)
            return
        try:
            yield _Start(*self._begun(self._moment(text, line, self._core)))
        except NotUnderstood as error:
            self._window.note(line, str(error))
        except OverflowError:
            self._window.note(line, "RDATE cannot be read")

    def _by_rule(self, line: Line) -> Iterator[_Start]:
        core, window = self._core, self._window
        window.effort.spend(1, line)
        try:
            found = starts(
                line,
                core.start.local,
                window.first.replace(tzinfo=None) - self._margin,
                window.last.replace(tzinfo=None) + self._margin,
                clocks=self._clocks,
                effort=window.effort,
                whole_days=core.start.all_day,
            )
            yield from (_Start(self._clocks(local), local) for local in found)
        except NotUnderstood as error:
            window.note(line, f"RRULE {error}")
