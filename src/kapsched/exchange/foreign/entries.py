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

REPEATING = ("RRULE", "RDATE", "EXDATE", "EXRULE")
ONCE = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "UID")
_A_DAY = timedelta(days=1)
_WELL_AFTER = timedelta(days=10 * 366)


class Taken(NamedTuple):
    """A stretch of time that is taken, both ends in UTC."""

    start: datetime
    end: datetime


class Moment(NamedTuple):
    """What clocks show, whose they are, whether no more than a date was said, and whether no zone was."""

    local: datetime
    clocks: Clocks
    all_day: bool
    floating: bool

    @property
    def instant(self) -> datetime:
        """The same in UTC."""
        return self.clocks(self.local)

    def by(self, clocks: Clocks) -> Moment:
        """The same, on those clocks if it names none itself."""
        return self._replace(clocks=clocks) if self.floating else self


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
    """The zones of one calendar, each found once; `own` are the clocks of the reader."""

    def __init__(self, calendar: Component, window: Window) -> None:
        self._window = window
        self.own = clocks_of(window.place)
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
            return self.own
        if name not in self._found:
            self._found[name] = self._clocks(plain(name))
            if self._found[name] is None:
                self._window.note(
                    line,
                    "its TZID is no zone that is known or described here; read on the clocks that were named, "
                    "here and wherever it stands",
                )
        return self._found[name] or self.own

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
    if not isinstance(found, datetime) or line.params.get("VALUE", "").upper() == "DATE":
        day = datetime.fromordinal(found.toordinal())
        return Moment(day, zones.own, all_day=True, floating=True)
    if found.tzinfo is not None:
        return Moment(found.replace(tzinfo=None), _utc, all_day=False, floating=False)
    return Moment(found, zones.of(line), all_day=False, floating="TZID" not in line.params)


def _utc(local: datetime) -> datetime:
    return local.replace(tzinfo=UTC)


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
        repeats = tuple(line.text for name in REPEATING for line in self.component.lines.get(name, ()))
        return self.start.instant, self.days, self.rest, self.busy, repeats

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
        for name in ONCE:
            first, *others = self.component.lines.get(name) or [self.line]
            yield from (
                (line, f"{name} stands in one entry a second time, and otherwise; the first is used")
                for line in others
                if line.text != first.text
            )
        if self.recurrence is not None:
            yield from (
                (line, f"{name} is not used in an entry that stands for a repeat of another")
                for name in REPEATING
                for line in self.component.lines.get(name, ())
            )

    @property
    def taken(self) -> Taken:
        """The stretch that it takes by itself."""
        return self.taken_at(self.start.instant, self.start.local, self.start.clocks)

    def taken_at(self, instant: datetime, local: datetime, clocks: Clocks) -> Taken:
        """The stretch that it takes when it begins at an instant at which those clocks show `local`."""
        return _lasting(instant, local, clocks, self.days, self.rest)

    @property
    def longest(self) -> timedelta:
        """No less than it lasts, whatever the clocks do."""
        return abs(self.days) * _A_DAY + abs(self.rest) + _A_DAY


def _free(component: Component) -> bool:
    word = component.word
    shown = word("X-MICROSOFT-CDO-BUSYSTATUS") or word("X-MICROSOFT-CDO-INTENDEDSTATUS")
    return word("TRANSP") == "TRANSPARENT" or shown == "FREE"


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
    start = moment_in(begins, line, zones)
    if ends.strip().upper().lstrip("+").startswith("P"):
        return _lasting(start.instant, start.local, start.clocks, *a_duration(ends))
    return Taken(start.instant, moment_in(ends, line, zones).instant)


def _lasting(start: datetime, local: datetime, clocks: Clocks, days: int, rest: timedelta) -> Taken:
    """So many days of the calendar, and then elapsed time."""
    return Taken(start, (clocks(local + days * _A_DAY) if days else start) + rest)
