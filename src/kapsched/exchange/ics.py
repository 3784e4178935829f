"""Who reads which appointments in their calendar? iCalendar files, one for each audience.

The patient's tells nothing to one who looks over a shoulder: no word of the programme, of rooms or of staff.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Literal, TypeAlias

import icalendar
from attrs import frozen

from kapsched.errors import (
    Fault,
    InvalidInput,
    Several,
    each,
    identifier,
    of_type,
    refuse,
    require_given,
    shown,
)
from kapsched.exchange.opaque import a_key, opaque
from kapsched.exchange.timezones import vtimezone
from kapsched.model.appointments import Appointment, Status
from kapsched.model.appointments import Reader as Told
from kapsched.model.bookings import Resource
from kapsched.model.wording import Reader, Wording
from kapsched.model.wordings.english import ENGLISH
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.zones import instant, wall, zone

Audience: TypeAlias = Literal["patient", "clinic"] | Resource
"""Who reads a calendar: one patient, the clinic, or the room or member of staff that the resource names."""

# It is read by patients' devices too, so it names no product from which a treatment could be guessed.
PRODID = "-//Appointments//Appointments 1//EN"
REFRESH = timedelta(hours=4)

STATUS: Mapping[Status, str] = {
    "provisional": "TENTATIVE",
    "confirmed": "CONFIRMED",
    "cancelled": "CANCELLED",
    "done": "CONFIRMED",
}


@frozen(kw_only=True)
class _Entry:
    """One event to be written: an appointment's, from `start` to `end` (UTC), in the zone of that name."""

    appointment: Appointment
    start: datetime
    end: datetime
    zone: str | None
    uid: str
    sequence: int
    revised: datetime | None
    texts: Mapping[str, str]
    language: str

    def times(self) -> tuple[datetime, datetime]:
        """Start and end as written: wall times, or UTC where the clocks show one of them twice."""
        if self.zone is None:
            return self.start, self.end
        walls = wall(self.start, zone(self.zone)), wall(self.end, zone(self.zone))
        # A calendar cannot say which of the two it means.
        twice = any(one.replace(fold=0).utcoffset() != one.replace(fold=1).utcoffset() for one in walls)
        return (self.start, self.end) if twice else walls


def to_ics(
    appointments: Iterable[Appointment], *, audience: Audience, uid_key: bytes, wording: Wording = ENGLISH
) -> bytes:
    """A calendar for `"patient"`, `"clinic"`, `Resource("staff", id)` or `Resource("room", id)`.

    Patient and clinic see whole visits, staff when they are needed, a room until it is free again. Each
    appointment must say when it was `revised`; its time zone is that of its `start`, or else UTC.
    """
    chosen = Several(appointments)
    require_given(
        appointments=(chosen, each(of_type(Appointment))),
        audience=(audience, _an_audience),
        uid_key=(uid_key, a_key),
        wording=(wording, of_type(Wording)),
    )
    refuse(_faults(chosen, audience))
    entries = [entry for one in chosen for entry in _entries(one, audience, uid_key, wording)]
    entries.sort(key=lambda one: (one.start, one.uid))
    return _calendar(entries, _name(audience, wording), wording.language)


def _reader(audience: Audience) -> Reader:
    return audience if isinstance(audience, str) else "staff" if audience.type == "staff" else "room"


def told(audience: Audience) -> Told:
    """For whom an appointment counts its changes where this audience reads; the clinic reads what its staff do."""
    if isinstance(audience, Resource):
        return "staff" if audience.type == "staff" else "room"
    return "patient" if audience == "patient" else "staff"


def _name(audience: Audience, wording: Wording) -> str:
    blanks = {} if isinstance(audience, str) else {audience.type: audience.id}
    return wording.say(_reader(audience), "calendar", **blanks)


def _an_audience(value: object) -> str:
    if isinstance(value, Resource) and value.type in ("staff", "room"):
        return identifier(value.id)
    if value in ("patient", "clinic"):
        return ""
    return (
        f"{shown(value)} is no audience; there are 'patient', 'clinic', Resource('staff', id) and "
        "Resource('room', id)"
    )


def _faults(appointments: tuple[Appointment, ...], audience: Audience) -> Iterator[Fault]:
    seen: set[tuple[str, ...]] = set()
    for one in appointments:
        path = f"appointments.{one.id}"
        if _whose(one) in seen:
            yield Fault("two appointments are of the same course and session", path)
        seen.add(_whose(one))
        yield from (fault.under(path) for fault in _faults_of(one))
    if audience == "patient" and len(patients := sorted({one.patient for one in appointments})) > 1:
        named = ", ".join(map(repr, patients))
        yield Fault(f"a patient's calendar is one patient's; these are of {named}", "appointments")


def _faults_of(one: Appointment) -> Iterator[Fault]:
    if one.revised is None:
        yield Fault("a calendar says when an appointment was last revised; give the time", "revised")
    moments = (one.start, one.end, *(edge for row in one.bookings for edge in (row.start, row.end)))
    if any(moment.microsecond for moment in moments):
        yield Fault("a calendar cannot say fractions of a second", "start")


def _entries(one: Appointment, audience: Audience, key: bytes, wording: Wording) -> Iterator[_Entry]:
    """One entry for the visit, or one for each stretch for which the resource is taken."""
    reader = _reader(audience)
    spans = IntervalSet([Interval(one.start, one.end)])
    if isinstance(audience, Resource):
        spans = IntervalSet(Interval(row.start, row.end) for row in one.bookings if row.of == audience)
    whose = audience.id if isinstance(audience, Resource) else ""
    kept = told(audience)
    for ordinal, span in enumerate(spans):
        yield _Entry(
            appointment=one,
            start=span.start,
            end=span.end,
            zone=_zone_name(one.start),
            uid=opaque(key, "uid", reader, whose, *_whose(one), ordinal),
            sequence=getattr(one.sequence, kept),
            revised=one.revised_for(kept),
            texts=_texts(one, span, reader, wording),
            language=wording.language,
        )


def _whose(one: Appointment) -> tuple[str, ...]:
    """Which visit it is: a course's session or, of an appointment without a course, its patient's."""
    return (one.course, one.session) if one.course else ("", one.patient, one.session)


def _texts(one: Appointment, span: Interval, reader: Reader, wording: Wording) -> dict[str, str]:
    if reader == "patient":
        return {"SUMMARY": wording.say("patient", "summary")}
    blanks = {"kind": one.kind, "course": one.course, "patient": one.patient, "session": one.session}
    texts = {"SUMMARY": wording.say(reader, "summary", **blanks)}
    rooms = ", ".join(
        sorted(
            {
                row.resource
                for row in one.bookings
                if row.type == "room" and row.start < span.end and span.start < row.end
            }
        )
    )
    if reader != "room" and rooms:
        texts["LOCATION"] = rooms
    if reader == "staff" and one.notes:
        texts["DESCRIPTION"] = wording.say("staff", "description", notes=one.notes)
    if reader == "clinic":
        staff = ", ".join(sorted({row.resource for row in one.bookings if row.type == "staff"}))
        texts["DESCRIPTION"] = wording.say(
            "clinic", "description", patient=one.patient, staff=staff, rooms=rooms
        )
    return texts


def _zone_name(moment: datetime) -> str | None:
    """The zone a moment was given in, by a name of ours; None where it has none, and for UTC."""
    name = getattr(moment.tzinfo, "key", None)
    if name is None or name in ("UTC", "Etc/UTC"):
        return None
    try:
        return zone(name).key
    except InvalidInput:
        return None


def _calendar(entries: list[_Entry], name: str, language: str) -> bytes:
    """The file: properties, then zones by name, then events by start."""
    calendar = icalendar.Calendar()
    calendar.add("PRODID", PRODID)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("NAME", icalendar.vText(name), parameters={"LANGUAGE": language})
    calendar.add("X-WR-CALNAME", icalendar.vText(name))
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", icalendar.vDuration(REFRESH))
    for zone_name, (first, last) in sorted(_zones(entries).items()):
        calendar.add_component(vtimezone(zone_name, first, last))
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _zones(entries: list[_Entry]) -> dict[str, tuple[date, date]]:
    """Each zone that the entries are written in, with the first and the last date in it."""
    spans: dict[str, tuple[date, date]] = {}
    for entry in entries:
        start, end = entry.times()
        if entry.zone is not None and start.tzinfo is not UTC:
            first, last = spans.get(entry.zone, (start.date(), end.date()))
            spans[entry.zone] = min(first, start.date()), max(last, end.date())
    # A calendar without a component is not lawful; that of somebody without appointments has only this.
    return spans or ({} if entries else {"Etc/UTC": (date(1970, 1, 1), date(1970, 1, 1))})


def _event(entry: _Entry) -> icalendar.Event:
    one, event = entry.appointment, icalendar.Event()
    start, end = entry.times()
    event.add("UID", entry.uid)
    event.add("DTSTART", start)
    event.add("DTEND", end)
    if entry.revised is not None:
        stamp = instant(entry.revised).replace(microsecond=0)
        event.add("DTSTAMP", stamp)
        event.add("LAST-MODIFIED", stamp)
    if one.created is not None:
        event.add("CREATED", instant(one.created).replace(microsecond=0))
    event.add("SEQUENCE", entry.sequence)
    event.add("STATUS", STATUS[one.status])
    event.add("TRANSP", "TRANSPARENT" if one.status == "cancelled" else "OPAQUE")
    event.add("CLASS", "PRIVATE")
    for name, text in entry.texts.items():
        # A place is a name, in no language.
        event.add(name, text, parameters={} if name == "LOCATION" else {"LANGUAGE": entry.language})
    return event
