"""When does an entry of a foreign calendar begin, how long does it last, and does it take its owner's time?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from attrs import define, field

from kapsched.errors import Fault
from kapsched.exchange.foreign.lines import Component, Line
from kapsched.exchange.foreign.repeats import Effort
from kapsched.exchange.foreign.values import BROKEN, NotUnderstood, a_duration, a_moment
from kapsched.exchange.foreign.zones import (
    Clocks,
    clocks_of,
    defined_clocks,
    plain,
    zone_by_habit,
    zone_of_place,
)
from kapsched.timeline.zones import Zone

_A_DAY = timedelta(days=1)
_WELL_AFTER = timedelta(days=10 * 366)


class Taken(NamedTuple):
    """A stretch of time that is taken, both ends in UTC."""

    start: datetime
    end: datetime


class Moment(NamedTuple):
    """What clocks show, whose they are, and whether no more than a date was said."""

    local: datetime
    clocks: Clocks
    all_day: bool

    @property
    def instant(self) -> datetime:
        """The same in UTC."""
        return self.clocks(self.local)


@define
class Window:
    """Between which instants a calendar is read, on whose clocks what names none, and with what effort."""

    place: Zone
    first: datetime
    last: datetime
    effort: Effort = field(factory=Effort)
    faults: list[Fault] = field(factory=list)

    def local(self, moment: datetime) -> datetime:
        """What the reader's clocks show at an instant."""
        return moment.astimezone(self.place).replace(tzinfo=None)

    def note(self, line: Line, message: str) -> None:
        """Something of a line was not understood."""
        self.faults.append(line.fault(message))


class Zones:
    """The zones of one calendar, each found once."""

    def __init__(self, calendar: Component, window: Window) -> None:
        self._window = window
        self._own = clocks_of(window.place)
        self._found: dict[str, Clocks | None] = {}
        self._defined = {
            plain(tzid.value): part
            for part in calendar.parts
            if part.name == "VTIMEZONE" and (tzid := part.first("TZID"))
        }

    def of(self, line: Line) -> Clocks:
        """The clocks that a line names; the reader's where it names none, or none that can be found."""
        name = line.params.get("TZID")
        if name is None:
            return self._own
        if name not in self._found:
            self._found[name] = self._clocks(plain(name))
            if self._found[name] is None:
                self._window.note(
                    line,
                    "its TZID is no zone that is known or described here; read on the clocks that were named, "
                    "here and wherever it stands",
                )
        return self._found[name] or self._own

    def _clocks(self, name: str) -> Clocks | None:
        """A place has the clocks that it has; any other name means what the file says, or else what it mostly does."""
        found = zone_of_place(name)
        if found is None and name in self._defined:
            late = self._window.local(self._window.last) + _WELL_AFTER
            clocks = defined_clocks(self._defined[name], late, self._window.effort)
            if clocks is not None:
                return clocks
        found = found or zone_by_habit(name)
        return None if found is None else clocks_of(found)


def moment(line: Line, zones: Zones) -> Moment:
    """The date or time of a property; `NotUnderstood` where it is none."""
    return moment_in(line.value, line, zones)


def moment_in(text: str, line: Line, zones: Zones) -> Moment:
    """The date or time that a part of a property's value says."""
    try:
        found = a_moment(text)
    except NotUnderstood as error:
        raise NotUnderstood(f"{line.name} {error}", line.number) from None
    if isinstance(found, datetime):
        if found.tzinfo is not None:
            return Moment(found.replace(tzinfo=None), _utc, all_day=False)
        return Moment(found, zones.of(line), all_day=False)
    return Moment(datetime.combine(found, time()), zones.of(line), all_day=True)


def _utc(local: datetime) -> datetime:
    return local.replace(tzinfo=UTC)


class Entry:
    """One VEVENT: when it begins, how long it lasts, and whether it takes time."""

    def __init__(self, component: Component, zones: Zones) -> None:
        begins = component.first("DTSTART")
        if begins is None:
            raise NotUnderstood("an entry begins here without a DTSTART")
        self.component, self.zones, self.line = component, zones, begins
        self.start = moment(begins, zones)
        self.days, self.rest = self._length()
        uid = component.first("UID")
        self.uid = uid.value.strip() if uid else ""
        self.recurrence = component.first("RECURRENCE-ID")
        self.revision = (_whole(component.word("SEQUENCE")), _stamp(component.word("DTSTAMP")))
        """Of two forms of one entry the later has the higher."""

    def _length(self) -> tuple[int, timedelta]:
        """In days of the calendar, and in elapsed time."""
        ends, lasts = self.component.first("DTEND"), self.component.first("DURATION")
        if ends is not None:
            end = moment(ends, self.zones)
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
    def busy(self) -> bool:
        """Does it take time? What is transparent, cancelled, or shown as free does not."""
        word = self.component.word
        shown = word("X-MICROSOFT-CDO-BUSYSTATUS") or word("X-MICROSOFT-CDO-INTENDEDSTATUS")
        return word("TRANSP") != "TRANSPARENT" and word("STATUS") != "CANCELLED" and shown != "FREE"

    @property
    def times(self) -> tuple[datetime, int, timedelta, bool]:
        """What tells one form of it from another: when it is, and whether that takes time."""
        return self.start.instant, self.days, self.rest, self.busy

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

    def taken_from(self, local: datetime, clocks: Clocks) -> Taken:
        """The stretch that it takes when it begins as those clocks show `local`."""
        end = clocks(local + self.days * _A_DAY) if self.days else clocks(local)
        return Taken(clocks(local), end + self.rest)

    @property
    def longest(self) -> timedelta:
        """No less than it lasts, whatever the clocks do."""
        return abs(self.days) * _A_DAY + abs(self.rest) + _A_DAY


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _stamp(text: str) -> datetime:
    """When a form of an entry was written; without a time that can be read, before all others."""
    try:
        found = a_moment(text)
    except NotUnderstood:
        return datetime.min.replace(tzinfo=UTC)
    return found.replace(tzinfo=UTC) if isinstance(found, datetime) else _utc(datetime.combine(found, time()))


def period(text: str, line: Line, zones: Zones, window: Window) -> Iterator[Taken]:
    """The stretch that a PERIOD says; what is none is noted."""
    try:
        found = _stretch(text, line, zones)
    except (NotUnderstood, *BROKEN):
        found = None
    if found is None or found.end < found.start:
        window.note(line, f"{line.name} holds a period that is none")
    else:
        yield found


def _stretch(text: str, line: Line, zones: Zones) -> Taken:
    begins, _, ends = text.partition("/")
    start = moment_in(begins, line, zones).instant
    if ends.strip().upper().lstrip("+").startswith("P"):
        days, rest = a_duration(ends)
        return Taken(start, start + days * _A_DAY + rest)
    return Taken(start, moment_in(ends, line, zones).instant)
