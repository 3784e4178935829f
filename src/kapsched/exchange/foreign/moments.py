"""Which instant does a time in a foreign calendar mean? By the zone that it names, or the clocks of who reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
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
        self._defined: dict[str, Component] = {}
        for part in calendar.parts:
            tzid = part.first("TZID") if part.name == "VTIMEZONE" else None
            if tzid is not None:
                known = self._defined.setdefault(plain(tzid.value), part)
                if known.said != part.said:
                    window.note(
                        tzid, "a zone of this name is described before, and otherwise; the first is used"
                    )

    def of(self, line: Line) -> Clocks:
        """The clocks that a line names; the reader's where it names none, or none that can be found."""
        name = line.params.get("TZID")
        if name is None:
            return self.own
        if name not in self._found:
            self._found[name] = self._clocks(plain(name), line)
            if self._found[name] is None:
                self._window.note(
                    line,
                    "its TZID is no zone that is known or described here; read on the clocks of who reads, "
                    "here and wherever it stands",
                )
        return self._found[name] or self.own

    def _clocks(self, name: str, line: Line) -> Clocks | None:
        """A place has the clocks that it has; any other name means what the file says, or else what it mostly does."""
        found = zone_of_place(name)
        if found is None and name in self._defined:
            late = self._window.local(self._window.last) + _WELL_AFTER
            clocks = defined_clocks(self._defined[name], late, self._window.effort)
            if clocks is not None:
                return clocks
            if zone_by_habit(name):
                message = (
                    "its TZID is described here in no way that can be followed; read as its name mostly means"
                )
                self._window.note(line, message)
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
        return lasting(start.instant, start.local, start.clocks, *a_duration(ends))
    return Taken(start.instant, moment_in(ends, line, zones).instant)


def lasting(start: datetime, local: datetime, clocks: Clocks, days: int, rest: timedelta) -> Taken:
    """So many days of the calendar, and then elapsed time."""
    return Taken(start, (clocks(local + days * _A_DAY) if days else start) + rest)
