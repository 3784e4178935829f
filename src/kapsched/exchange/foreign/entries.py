"""When does an entry of a foreign calendar begin, how long does it last, and does it take its owner's time?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from kapsched.exchange.foreign.lines import Component, Line
from kapsched.exchange.foreign.moments import Taken, Zones, lasting, moment
from kapsched.exchange.foreign.values import NotUnderstood, a_duration, a_moment
from kapsched.exchange.foreign.zones import Clocks

_REPEATING = ("RRULE", "RDATE", "EXDATE", "EXRULE")
_SHOWN = ("X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-INTENDEDSTATUS")
_ONCE = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "UID", "STATUS", "TRANSP", *_SHOWN)
_A_DAY = timedelta(days=1)


class Entry:
    """One VEVENT: when it begins, how long it lasts, and whether it takes time."""

    def __init__(self, component: Component, zones: Zones, *, called_off: bool = False) -> None:
        begins = component.first("DTSTART")
        if begins is None:
            raise NotUnderstood("an entry begins here without a DTSTART")
        self.component, self.zones, self.line = component, zones, begins
        self.start = moment(begins, zones)
        self.cancelled = called_off or component.word("STATUS") == "CANCELLED"
        self.busy = not self.cancelled and not _free(component)
        """Does it take time? What is transparent, cancelled, or shown as free does not."""
        self.days, self.rest = self._length()
        uid = component.first("UID")
        self.uid = uid.value.strip() if uid else ""
        self.recurrence = component.first("RECURRENCE-ID")
        self.revision = revision_of(component)

    def _length(self) -> tuple[int, timedelta]:
        """In days of the calendar, and in elapsed time."""
        ends, lasts = self.component.first("DTEND"), self.component.first("DURATION")
        if ends is not None:
            end = moment(ends, self.zones).by(self.start.clocks)
            if end.instant < self.start.instant:
                raise NotUnderstood("DTEND is before DTSTART", ends.number)
            if self.start.all_day and end.all_day:
                return max(1, (end.local - self.start.local).days), timedelta()
            return 0, end.instant - self.start.instant
        if lasts is not None:
            try:
                found = a_duration(lasts.value)
            except NotUnderstood as error:
                raise NotUnderstood(f"DURATION {error}", lasts.number) from None
            if min(found[0] * _A_DAY, found[1]) < timedelta():
                raise NotUnderstood("DURATION is less than nothing", lasts.number)
            return found
        return (1, timedelta()) if self.start.all_day else (0, timedelta())

    @property
    def times(self) -> tuple[datetime, int, timedelta, bool, tuple[str, ...]]:
        """What tells one form of it from another: when it is, how it repeats, and whether that takes time."""
        repeats = [line.text for name in _REPEATING for line in self.component.lines.get(name, ())]
        clocks = [self.line.text] if repeats else []
        return self.start.instant, self.days, self.rest, self.busy, (*clocks, *repeats)

    @property
    def stands_for(self) -> datetime:
        """The instant of the repeat of a series that it stands for."""
        return moment(self.repeat, self.zones).instant

    @property
    def repeat(self) -> Line:
        """The line that says for which repeat it stands."""
        assert self.recurrence is not None, "only asked of those that do"
        return self.recurrence

    @property
    def from_then_on(self) -> bool:
        """Does it stand for all repeats that follow, too?"""
        return (
            self.recurrence is not None and self.recurrence.params.get("RANGE", "").upper() == "THISANDFUTURE"
        )

    def odd_lines(self) -> Iterator[tuple[Line, str]]:
        """Its lines that are not used, each with the reason."""
        for name in _ONCE:
            first, *others = self.component.lines.get(name) or [self.line]
            yield from (
                (line, f"{name} stands in one entry a second time, and otherwise; the first is used")
                for line in others
                if line.text != first.text
            )
        if self.recurrence is not None:
            if self.recurrence.params.get("RANGE", "THISANDFUTURE").upper() != "THISANDFUTURE":
                yield self.recurrence, "its RANGE is not understood; it is taken for one repeat alone"
            yield from (
                (line, f"{name} is not used in an entry that stands for a repeat of another")
                for name in _REPEATING
                for line in self.component.lines.get(name, ())
            )

    @property
    def taken(self) -> Taken:
        """The stretch that it takes by itself."""
        return self.taken_at(self.start.instant, self.start.local, self.start.clocks)

    def taken_at(self, instant: datetime, local: datetime, clocks: Clocks) -> Taken:
        """The stretch that it takes when it begins at an instant at which those clocks show `local`."""
        return lasting(instant, local, clocks, self.days, self.rest)

    @property
    def longest(self) -> timedelta:
        """No less than it lasts, whatever the clocks do."""
        return abs(self.days) * _A_DAY + abs(self.rest) + _A_DAY


def _free(component: Component) -> bool:
    shown = (word for word in map(component.word, _SHOWN) if word)
    return component.word("TRANSP") == "TRANSPARENT" or next(shown, "") == "FREE"


def revision_of(component: Component) -> tuple[int, datetime]:
    """Of two forms of one entry the later has the higher."""
    return _whole(component.word("SEQUENCE")), _stamp(component.word("DTSTAMP"))


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _stamp(text: str) -> datetime:
    """When a form of an entry was written; without a time that can be read, before all others."""
    try:
        found = a_moment(text)
    except NotUnderstood:
        return datetime.min.replace(tzinfo=UTC)
    return (found if isinstance(found, datetime) else datetime.combine(found, time())).replace(tzinfo=UTC)
