"""Calendars of other programs, written short, and what is read out of them."""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

from kapsched.exchange.foreign.busy_times import BusyTimes, read_busy
from kapsched.timeline.zones import wall, zone

FIRST, LAST = date(2027, 3, 1), date(2027, 4, 30)
Spans: TypeAlias = list[tuple[str, str]]


def read(content: bytes, first: date = FIRST, last: date = LAST, place: str = "Europe/London") -> BusyTimes:
    return read_busy(content, zone=place, first=first, last=last)


def spans(found: BusyTimes, place: str = "Europe/London") -> Spans:
    """The stretches as the clocks there show them."""
    clocks = zone(place)
    return [
        (f"{wall(one.start, clocks):%m-%d %H:%M}", f"{wall(one.end, clocks):%m-%d %H:%M}")
        for one in found.intervals
    ]


def calendar(*entries: str, zones: str = "") -> bytes:
    """A calendar of entries, each the lines between BEGIN and END."""
    events = "".join(f"BEGIN:VEVENT\n{one.strip()}\nEND:VEVENT\n" for one in entries)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{zones}{events}END:VCALENDAR\n".encode()


def faults(found: BusyTimes) -> list[str]:
    return [str(one) for one in found.unread]


def day(month: int, number: int, start: str, end: str) -> tuple[str, str]:
    return f"{month:02}-{number:02} {start}", f"{month:02}-{number:02} {end}"


NINE = "UID:a\nDTSTART:20270302T090000\nDTEND:20270302T100000\n"
TUESDAYS = [day(3, 2, "09:00", "10:00"), day(3, 9, "09:00", "10:00"), day(3, 16, "09:00", "10:00")]
SUMMER = """BEGIN:VTIMEZONE
TZID:Ours
BEGIN:STANDARD
DTSTART:16010101T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
"""
