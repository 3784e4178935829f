"""What did people decide about a course, as a file says it? Waivers in a list, pins by session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

from attrs import frozen

from kapsched.errors import Fault, InvalidInput
from kapsched.exchange.fields import Fields, Reader, label, listed, mapped, one_or_more, private_text
from kapsched.exchange.hours import clock_reader, moment_reader
from kapsched.model.appointments import Appointment
from kapsched.model.course import Course
from kapsched.model.overrides import Pin, Waiver

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@frozen(kw_only=True)
class PinTable:
    """An appointment as a file pins it: its start and its units, from which the course tells the rest."""

    start: datetime
    staff: Mapping[str, tuple[str, ...]]
    rooms: Mapping[str, tuple[str, ...]]
    by: str
    at: datetime
    why: str

    def pin(self, course: Course, session: str) -> Pin:
        """The pin of a session of that course."""
        one = Appointment.of(course, session, self.start, staff=self.staff, rooms=self.rooms, now=self.at)
        return Pin(appointment=one, by=self.by, at=self.at, why=self.why)


def waivers_reader(zone_name: str | None) -> Reader[tuple[Waiver, ...]]:
    """A reader of a course's `waivers`."""
    return listed(partial(_waiver, zone_name))


def _waiver(zone_name: str | None, value: object) -> Waiver:
    with Fields(value) as table:
        check = table.need("check", label, "")
        sessions = table.need("sessions", one_or_more(label), ())
        by, why = table.need("by", label, ""), table.need("why", private_text, "")
        at = table.need("at", clock_reader(zone_name), _NEVER)
        if table.faults:
            raise InvalidInput(*table.faults)
        return Waiver(check=check, sessions=sessions, by=by, at=at, why=why)


def pins_reader(zone_name: str | None) -> Reader[dict[str, PinTable]]:
    """A reader of a course's `pins`, by session."""
    return mapped(partial(_pin, zone_name))


def _pin(zone_name: str | None, value: object) -> PinTable:
    moment = moment_reader(zone_name)
    with Fields(value) as table:
        return PinTable(
            start=table.need("start", moment, _NEVER),
            staff=table.take("staff", mapped(one_or_more(label)), {}),
            rooms=table.take("rooms", mapped(one_or_more(label)), {}),
            by=table.need("by", label, ""),
            at=table.need("at", clock_reader(zone_name), _NEVER),
            why=table.take("why", private_text, ""),
        )


def pins_of(course: Course, tables: Mapping[str, PinTable]) -> tuple[Pin, ...]:
    """The pins of a course that a file describes; every fault under its session."""
    found: list[Pin] = []
    faults: list[Fault] = []
    for session, table in tables.items():
        try:
            found.append(table.pin(course, session))
        except InvalidInput as error:
            faults += _under(session, error)
    if faults:
        raise InvalidInput(*faults)
    return tuple(found)


def _under(session: str, error: InvalidInput) -> Iterator[Fault]:
    for fault in error.faults:
        # Of its session the path says all there is to say.
        yield (fault._replace(path="") if fault.path == "session" else fault).under(f"pins.{session}")
