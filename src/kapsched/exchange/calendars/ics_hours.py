"""When is a clinic open? Its hours over its horizon, as a calendar for other programs.

They are said twice: as hours that come round (VAVAILABILITY, RFC 7953), which few programs read, and as the times
at which it is closed (VFREEBUSY), one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import NamedTuple

import icalendar

from kapsched.errors import of_type, require_given
from kapsched.exchange.calendars.alarms import exact
from kapsched.exchange.calendars.ics import begun, whole
from kapsched.exchange.calendars.ics_texts import Text
from kapsched.exchange.opaque import a_key, opaque
from kapsched.model.clinic import Clinic
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.zones import Zone

_A_WEEK = timedelta(days=7)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class _Hours(NamedTuple):
    """Hours of a weekday: when they begin on the clinic's clocks, and how long they last."""

    weekday: int
    begin: time
    lasts: timedelta


def opening_hours(clinic: Clinic, *, uid_key: bytes) -> bytes:
    """A calendar of when a clinic is open and when it is closed, over its horizon.

    It stays the same to the byte as long as the clinic's zone, hours, closures and horizon do. Where these change, so
    do the identities in it, since nothing says when a clinic's file was last changed.
    """
    require_given(clinic=(clinic, of_type(Clinic)), uid_key=(uid_key, a_key))
    first, last = clinic.horizon.first_day, clinic.horizon.last_day
    horizon = Interval(*clinic.horizon.edges(clinic.place))
    opened = clinic.open_time(first, last) & IntervalSet([horizon])
    closed = IntervalSet([horizon]) - opened
    digest = sha256(repr((clinic.zone, horizon, closed)).encode()).hexdigest()
    identity = opaque(uid_key, "hours", clinic.id, digest)
    head = begun()
    head["X-WR-CALNAME"] = Text(clinic.id)
    parts = [_availability(opened, horizon, clinic.place, identity), _free_busy(closed, horizon, identity)]
    return whole(head, [(clinic.zone, (first, last))], b"".join(part.to_ical() for part in parts))


def _availability(
    opened: IntervalSet, horizon: Interval, place: Zone, identity: str
) -> icalendar.Availability:
    found = icalendar.Availability()
    found.add("UID", f"{identity}-open")
    found.add("DTSTAMP", horizon.start)
    found.add("BUSYTYPE", "BUSY-UNAVAILABLE")
    found.add("DTSTART", horizon.start.astimezone(place))
    found.add("DTEND", horizon.end.astimezone(place))
    for number, (hours, starts) in enumerate(_weekly(opened, place), start=1):
        part = _available(hours, starts)
        part.add("UID", f"{identity}-open-{number}")
        part.add("DTSTAMP", horizon.start)
        found.add_component(part)
    return found


def _weekly(opened: IntervalSet, place: Zone) -> list[tuple[_Hours, list[datetime]]]:
    """The hours that come round, each with the days on which they do."""
    found: dict[_Hours, list[datetime]] = defaultdict(list)
    for one in opened:
        start = one.start.astimezone(place)
        found[_Hours(start.weekday(), start.time(), one.end - one.start)].append(start)
    return sorted(found.items())


def _available(hours: _Hours, starts: Sequence[datetime]) -> icalendar.Available:
    """Hours of a weekday from the first day to the last; what lies between and has others is an exception."""
    found = icalendar.Available()
    # Of a time that clocks show twice a clinic's day takes the first, as who reads it here does.
    first, last = starts[0], starts[-1]
    found.add("DTSTART", first)
    found.add(
        "DURATION", icalendar.vText(exact(hours.lasts))
    )  # as text, for 24 hours would be written as a day
    if last > first:
        weekday = _WEEKDAYS[first.weekday()]
        found.add("RRULE", {"FREQ": "WEEKLY", "UNTIL": last.astimezone(UTC), "BYDAY": weekday})
        without = [day for day in _weeks(first, last) if day not in set(starts)]
        if without:
            found.add("EXDATE", without)
    return found


def _weeks(first: datetime, last: datetime) -> Iterator[datetime]:
    """Every seventh day at the same time of the clocks."""
    while first <= last:
        yield first
        first += _A_WEEK


def _free_busy(closed: IntervalSet, horizon: Interval, identity: str) -> icalendar.FreeBusy:
    found = icalendar.FreeBusy()
    found.add("UID", f"{identity}-closed")
    found.add("DTSTAMP", horizon.start)
    found.add("DTSTART", horizon.start)
    found.add("DTEND", horizon.end)
    for one in closed:
        found.add("FREEBUSY", (one.start, one.end), parameters={"FBTYPE": "BUSY-UNAVAILABLE"})
    return found
