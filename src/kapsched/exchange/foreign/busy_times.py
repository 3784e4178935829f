"""When has somebody no time, by their own calendar? What Outlook, Google and others export, as unavailability."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from importlib.util import find_spec

from attrs import field, frozen

from kapsched.errors import (
    Fault,
    InvalidInput,
    Several,
    a_date,
    each,
    of_type,
    optional,
    require,
    require_given,
)
from kapsched.exchange.foreign.kept_entries import KeptEntries
from kapsched.exchange.foreign.lines import Component, components
from kapsched.exchange.foreign.moments import Taken, Window, Zones, period
from kapsched.exchange.opaque import a_key, is_signed
from kapsched.model.bookings import Booking, Resource
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.zones import midnight
from kapsched.timeline.zones import zone as zone_of

MOST_BYTES = 10_000_000
_A_YEAR = timedelta(days=366)
_LONGEST_WINDOW = 10 * _A_YEAR


@frozen(kw_only=True)
class BusyTimes:
    """When somebody has no time: stretches in UTC that neither touch nor overlap, in order.

    `unread` is what could not be understood, each with its line; of foreign text it shows nothing.
    """

    intervals: tuple[Interval, ...] = field(converter=Several[Interval])
    unread: tuple[Fault, ...] = field(default=(), converter=Several[Fault])

    def __attrs_post_init__(self) -> None:
        require(self, intervals=each(of_type(Interval)), unread=each(of_type(Fault)))

    def bookings(self, of: Resource) -> tuple[Booking, ...]:
        """The same as bookings of a member of staff, a patient or a room, to plan beside."""
        require_given(of=(of, of_type(Resource)))
        return tuple(
            Booking(type=of.type, resource=of.id, start=one.start, end=one.end) for one in self.intervals
        )


def read_busy(ics: bytes, *, zone: str, first: date, last: date, uid_key: bytes | None = None) -> BusyTimes:
    """When an iCalendar file says that its owner has no time, from the date `first` to `last`, both included.

    Dates, and times for which neither they nor their series name a zone, are read on the clocks of `zone`. What is
    transparent, cancelled or shown as free takes no time; what is tentative does. An entry that cannot be understood is
    `unread` and all others are used. With the key of the clinic's calendars, entries that came out of these are known,
    and take no time either: they are booked already. `InvalidInput` where the file is no calendar, or asks for more
    than is done for one file: 10 MB, or more repeats and dates than can be worked out at once. Wants the extra `busy`.
    """
    require_given(
        ics=(ics, _a_file),
        zone=(zone, _a_zone),
        first=(first, a_date),
        last=(last, a_date),
        uid_key=(uid_key, optional(a_key)),
    )
    if last < first:
        raise InvalidInput(f"the last date {last} comes before the first, {first}", path="last")
    if last - first > _LONGEST_WINDOW:
        raise InvalidInput("ten years at most can be read at once", path="last")
    if find_spec("recurring_ical_events") is None:
        raise InvalidInput("reading busy times wants an extra: pip install 'kapsched[busy]'")
    place = zone_of(zone)
    window = Window(place, midnight(first, place), midnight(last + timedelta(days=1), place))
    calendars, faults = components(ics)
    if not calendars:
        raise InvalidInput("is no calendar: BEGIN:VCALENDAR is missing", path="ics")
    window.faults += faults
    kept = KeptEntries(window)
    taken = [one for calendar in calendars for one in _of_calendar(calendar, window, kept, uid_key)]
    taken += kept.taken()
    return BusyTimes(
        intervals=IntervalSet(_clipped(taken, window)).intervals,
        unread=tuple(sorted(set(window.faults), key=_place)),
    )


def _a_file(value: object) -> str:
    if not isinstance(value, bytes):
        return f"the bytes of a file are wanted, such as Path(…).read_bytes(), not {type(value).__name__}"
    return "" if len(value) <= MOST_BYTES else f"{MOST_BYTES:,} bytes at most are read, not {len(value):,}"


def _a_zone(value: object) -> str:
    if not isinstance(value, str):
        return f"the name of a time zone is wanted, not {type(value).__name__}"
    try:
        zone_of(value)
    except InvalidInput as error:
        return error.faults[0].message
    return ""


def _place(fault: Fault) -> tuple[int, str]:
    return int(fault.path.removeprefix("line ")), fault.message


def _clipped(taken: list[Taken], window: Window) -> Iterator[Interval]:
    for start, end in taken:
        if start < window.last and window.first < end and start < end:
            yield Interval(max(start, window.first), min(end, window.last))


def _of_calendar(
    calendar: Component, window: Window, kept: KeptEntries, uid_key: bytes | None
) -> Iterator[Taken]:
    """The free-busy answers of a calendar; its entries are kept until all of the file is known."""
    zones = Zones(calendar, window)
    for part in calendar.parts:
        if part.name == "VFREEBUSY":
            yield from _free_busy(part, zones, window)
        if part.name == "VAVAILABILITY":
            message = "working hours begin here (VAVAILABILITY), and are not read"
            window.faults.append(Fault(message, f"line {part.number}"))
        if part.name == "VEVENT" and not (uid_key and _is_ours(part, uid_key)):
            kept.add(part, zones, called_off=calendar.word("METHOD") == "CANCEL")


def _is_ours(part: Component, key: bytes) -> bool:
    uid = part.first("UID")
    return uid is not None and is_signed(key, uid.value.strip())


def _free_busy(part: Component, zones: Zones, window: Window) -> Iterator[Taken]:
    for line in part.lines.get("FREEBUSY", ()):
        window.effort.spend(line.value.count(","), line)
        if line.params.get("FBTYPE", "BUSY").upper() != "FREE":
            for text in line.value.split(","):
                yield from period(text, line, zones, window)
