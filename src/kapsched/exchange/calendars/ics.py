"""How is a calendar written? As an iCalendar file, of the components that icalendar has for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Literal, TypeAlias, get_args

import icalendar

from kapsched.errors import Fault, Several, each, of_type, refuse, require_given
from kapsched.exchange.calendars.alarms import Alarm
from kapsched.exchange.calendars.audiences import Audience, an_audience, whose
from kapsched.exchange.calendars.entries import Entry, View, visit_of
from kapsched.exchange.calendars.ics_texts import Text
from kapsched.exchange.calendars.links import Courses
from kapsched.exchange.calendars.mail_addresses import Mailbox, Organizer, mailto
from kapsched.exchange.calendars.policy import some_alarms
from kapsched.exchange.calendars.readers import faults_of
from kapsched.exchange.calendars.timezones import vtimezone
from kapsched.exchange.opaque import a_key, opaque
from kapsched.model.appointments import Appointment, Status
from kapsched.model.bookings import Resource
from kapsched.model.course import Course
from kapsched.model.wording import Wording
from kapsched.model.wordings.english import ENGLISH
from kapsched.timeline.zones import instant

# It is read by patients' devices too, so it names no product from which a treatment could be guessed.
PRODID = "-//Appointments//Appointments 1//EN"
REFRESH = timedelta(hours=4)

Clocks: TypeAlias = tuple[str, tuple[date, date]]
"""The name of a zone, with the first and the last date in it."""

Method: TypeAlias = Literal["REQUEST", "CANCEL"]
METHODS: tuple[Method, ...] = get_args(Method)

STATUS: Mapping[Status, icalendar.vText] = {
    "provisional": icalendar.vText("TENTATIVE"),
    "confirmed": icalendar.vText("CONFIRMED"),
    "cancelled": icalendar.vText("CANCELLED"),
    "done": icalendar.vText("CONFIRMED"),
}
_OPAQUE, _TRANSPARENT, _PRIVATE = (icalendar.vText(one) for one in ("OPAQUE", "TRANSPARENT", "PRIVATE"))

_SOME_COURSES = each(of_type(Course))
_END = b"END:VCALENDAR\r\n"


def to_ics(
    appointments: Iterable[Appointment],
    *,
    audience: Audience,
    uid_key: bytes,
    wording: Wording = ENGLISH,
    alarms: Iterable[Alarm] = (),
    courses: Iterable[Course] = (),
) -> bytes:
    """A calendar for `"patient"`, `"clinic"`, a patient's, a member of staff's or a room's `Resource`, or `Busy(of=…)`.

    Patient and clinic see whole visits, staff when they are needed, a room until it is free again. Each
    appointment must say when it was `revised`; its time zone is that of its `start`, or else UTC. Of the `courses`
    that are given the entries tell staff their role in each segment, and which entry comes after which.
    """
    chosen, known, policy = Several(appointments), Several(courses), Several(alarms)
    require_given(
        appointments=(chosen, each(of_type(Appointment))),
        audience=(audience, an_audience),
        uid_key=(uid_key, a_key),
        wording=(wording, of_type(Wording)),
        alarms=(policy, some_alarms),
        courses=(known, _SOME_COURSES),
    )
    refuse(_faults(chosen, audience))
    patients = {one.patient for one in chosen if one.patient}
    view = View(
        audience=Resource("patient", *patients) if audience == "patient" and patients else audience,
        key=uid_key,
        wording=wording,
        courses=Courses(known),
        alarms=policy,
    )
    return written(view, view.entries(chosen))


def _faults(appointments: tuple[Appointment, ...], audience: Audience) -> Iterator[Fault]:
    seen: set[tuple[str, ...]] = set()
    for one in appointments:
        path = f"appointments.{one.id}"
        if visit_of(one) in seen:
            yield Fault("two appointments are of the same course and session", path)
        seen.add(visit_of(one))
        yield from (fault.under(path) for fault in faults_of(one))
    of = whose(audience)
    if audience == "patient" or (of is not None and of.type == "patient"):
        others = sorted({one.patient for one in appointments} - ({of.id, ""} if of else set()))
        if len(others) > (0 if of else 1):
            named = ", ".join(map(repr, others))
            yield Fault(f"a patient's calendar is one patient's; these are of {named}", "appointments")


def written(view: View, entries: Iterable[Entry]) -> bytes:
    """The file: properties, then zones by name, then events in the order of the entries."""
    events, facts = BytesIO(), _Facts()
    for entry in entries:
        facts.note(entry)
        # One event at a time: a tree of thousands would take ten times the memory of the file.
        events.write(_event(entry, view.wording.language).to_ical())
    return whole(_calendar(view, facts), facts.zones, events.getbuffer())


def mailed(entry: Entry, language: str, method: Method, organizer: Organizer, to: Mailbox) -> bytes:
    """A message of one entry, which does to the recipient's calendar what the method says.

    Nobody is asked to answer: the time is taken already, and no answer is read here. Who cannot come says so as ever.
    """
    facts = _Facts()
    facts.note(entry)
    message, event = begun(), _event(entry, language)
    message.add("METHOD", method)
    event.add("ORGANIZER", mailto(organizer.address), parameters={"CN": organizer.name})
    taken = {"CUTYPE": "ROOM"} if to.is_room else {}
    asked = {**taken, "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"}
    event.add("ATTENDEE", mailto(to.address), parameters=asked)
    return whole(message, facts.zones, event.to_ical())


def whole(head: icalendar.Calendar, zones: Iterable[Clocks], parts: bytes | memoryview) -> bytes:
    """The calendar with the rules of its zones and these components, each of which is written already."""
    rules = [vtimezone(name, first, last) for name, (first, last) in zones]
    return b"".join([head.to_ical().removesuffix(_END), *rules, parts, _END])


class _Facts:
    """What a calendar says of all its entries together: when the last was revised, and in which zones they are."""

    def __init__(self) -> None:
        self.revised: datetime | None = None
        self._some = False
        self._zones: dict[str, tuple[date, date]] = {}

    def note(self, entry: Entry) -> None:
        """There is this entry too."""
        self._some = True
        start, end = entry.times
        if entry.revised is not None:
            self.revised = max(_stamp(entry.revised), self.revised or _stamp(entry.revised))
        if entry.zone is not None and start.tzinfo is not UTC:
            first, last = self._zones.get(entry.zone, (start.date(), end.date()))
            self._zones[entry.zone] = min(first, start.date()), max(last, end.date())

    @property
    def zones(self) -> list[Clocks]:
        """Each zone by name."""
        if self._some:
            return sorted(self._zones.items())
        # A calendar without a component is not lawful; that of somebody without appointments has only this.
        return [("Etc/UTC", (date(1970, 1, 1), date(1970, 1, 1)))]


def _calendar(view: View, facts: _Facts) -> icalendar.Calendar:
    """The properties of the whole."""
    calendar, of = begun(), whose(view.audience)
    if of is not None or view.sort == "clinic":
        calendar.add("UID", opaque(view.key, "calendar", view.sort, *(of or ())))
    calendar["NAME"] = _said(view.name, view.wording.language)
    calendar.add("X-WR-CALNAME", Text(view.name))
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", icalendar.vDuration(REFRESH))
    if facts.revised is not None:
        calendar.add("LAST-MODIFIED", facts.revised)
    return calendar


def begun() -> icalendar.Calendar:
    """What stands first in every calendar and message."""
    calendar = icalendar.Calendar()
    calendar.add("PRODID", PRODID)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    return calendar


def _stamp(moment: datetime) -> datetime:
    return instant(moment).replace(microsecond=0)


def _event(entry: Entry, language: str) -> icalendar.Event:
    event = icalendar.Event()
    start, end = entry.times
    # Values of icalendar's own types, given as they are: `add` would look for the type of each again.
    event["UID"] = icalendar.vText(entry.uid)
    event["DTSTART"], event["DTEND"] = icalendar.vDatetime(start), icalendar.vDatetime(end)
    if entry.revised is not None:
        event["DTSTAMP"] = event["LAST-MODIFIED"] = icalendar.vDatetime(_stamp(entry.revised))
    if entry.created is not None:
        event["CREATED"] = icalendar.vDatetime(_stamp(entry.created))
    event["SEQUENCE"] = icalendar.vInt(entry.sequence)
    event["STATUS"] = STATUS[entry.status]
    # What is provisional occupies too: nobody else may have the time.
    event["TRANSP"] = _TRANSPARENT if entry.status == "cancelled" else _OPAQUE
    event["CLASS"] = _PRIVATE
    event["SUMMARY"] = _said(entry.summary, language)
    if entry.category:
        event.add("CATEGORIES", Text(entry.category))
    if entry.place:
        event["LOCATION"] = Text(entry.place)  # a name, in no language
    if entry.description:
        event["DESCRIPTION"] = _said(entry.description, language)
    if entry.group:
        event["REFID"] = icalendar.vText(entry.group)
    for relation in entry.relations:
        gap = {"GAP": relation.gap} if relation.gap else {}
        event.add("RELATED-TO", relation.uid, parameters={"RELTYPE": relation.type, **gap})
    for reminder in entry.reminders:
        event.add_component(_alarm(reminder.uid, reminder.trigger, entry.summary, language))
    return event


def _alarm(uid: str, trigger: str, text: str, language: str) -> icalendar.Alarm:
    alarm = icalendar.Alarm()
    alarm.add("UID", uid)
    alarm.add("ACTION", "DISPLAY")
    alarm.add("TRIGGER", icalendar.vText(trigger))  # as text, for 24 hours would be written as a day
    alarm["DESCRIPTION"] = _said(text, language)
    return alarm


def _said(text: str, language: str) -> Text:
    """Words of ours, in a language."""
    return Text(text, params={"LANGUAGE": language})
