"""Where is somebody needed in a visit, and as what? The segments of a visit, as one of its staff reads them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from kapsched.exchange.visits import segments_of, serves
from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Booking
from kapsched.model.course import Course
from kapsched.timeline.intervals import Interval


class Duty(NamedTuple):
    """One part of a visit, from `start` to `end`, and the roles in it."""

    start: datetime
    end: datetime
    part: str
    roles: tuple[str, ...]


def duties(course: Course | None, one: Appointment, rows: Iterable[Booking]) -> list[Duty]:
    """What these bookings of one person are for: each segment and, where they serve none, each booking. By time."""
    own, parts = tuple(rows), tuple(segments_of(course, one)) if course else ()
    in_segments = [
        Duty(start, end, segment.name, tuple(sorted(roles)))
        for start, end, segment in parts
        if (roles := {row.role for row in own if serves(row, start, end, segment)})
    ]
    left = [row for row in own if not any(serves(row, *part) for part in parts)]
    return sorted([*in_segments, *(Duty(row.start, row.end, one.kind, (row.role,)) for row in left)])


def rooms(course: Course | None, one: Appointment, span: Interval) -> tuple[str, ...]:
    """Where a visit is during a span of it, by id; a room that is being made ready is not where it is."""
    rows = [row for row in one.bookings if row.type == "room" and meets(row, span)]
    whole = span.start <= one.start and one.end <= span.end
    if course is not None and not whole and (parts := tuple(segments_of(course, one))):
        asking = [part for part in parts if part[2].room is not None and _overlap(part, span)]
        serving = [row for row in rows if any(serves(row, *part) for part in asking)]
        rows = serving or (rows if asking else [])
    return tuple(sorted({row.resource for row in rows}))


def meets(row: Booking, span: Interval) -> bool:
    """Is it taken during some of that span?"""
    return row.start < span.end and span.start < row.end


def _overlap(part: tuple[datetime, datetime, object], span: Interval) -> bool:
    return part[0] < span.end and span.start < part[1]
