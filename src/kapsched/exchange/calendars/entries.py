"""What stands in a calendar, and what does each entry say? An audience's view of appointments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, TypeAlias

from attrs import field, frozen

from kapsched.errors import InvalidInput
from kapsched.exchange.calendars.alarms import Alarm, exact
from kapsched.exchange.calendars.audiences import SEES, Audience, Sees, Sort, sort_of, told, whose
from kapsched.exchange.calendars.duties import duties, meets, rooms
from kapsched.exchange.calendars.links import Courses, Link
from kapsched.exchange.opaque import opaque, signed
from kapsched.model.appointments import Appointment, Reader, Status
from kapsched.model.bookings import Resource
from kapsched.model.wording import Wording
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.zones import wall, zone

Visit: TypeAlias = tuple[str, ...]
Spans: TypeAlias = dict[Visit, tuple[Interval, ...]]
"""When each visit is in a calendar."""


@frozen(kw_only=True)
class Relation:
    """That an entry is tied to another: the type of the tie, the other's uid, and the gap between them if any."""

    type: str
    uid: str
    gap: str = ""


@frozen(kw_only=True)
class Reminder:
    """An alarm of one entry."""

    uid: str
    trigger: str


@frozen(kw_only=True)
class Entry:
    """One entry: from `start` to `end` (UTC), written as `times` in the zone of that name; empty texts are not."""

    uid: str
    start: datetime
    end: datetime
    zone: str | None
    times: tuple[datetime, datetime]
    sequence: int
    created: datetime | None
    revised: datetime | None
    status: Status
    group: str
    summary: str
    category: str
    place: str
    description: str
    relations: tuple[Relation, ...]
    reminders: tuple[Reminder, ...]


class _Place(NamedTuple):
    """What an entry is made of: an appointment, the span of it that is seen, and which of its spans that is."""

    one: Appointment
    span: Interval
    ordinal: int


@frozen(kw_only=True, slots=False)
class View:
    """What one audience sees, in which words, and what is known of the courses beyond their appointments."""

    audience: Audience
    key: bytes = field(repr=False)
    wording: Wording
    courses: Courses
    alarms: tuple[Alarm, ...] = ()
    _uids: dict[tuple[Visit, int], str] = field(factory=dict, init=False, repr=False, eq=False)
    _groups: dict[str, str] = field(factory=dict, init=False, repr=False, eq=False)

    @cached_property
    def sort(self) -> Sort:
        return sort_of(self.audience)

    @cached_property
    def sees(self) -> Sees:
        return SEES[self.sort]

    @cached_property
    def own(self) -> Resource | None:
        """The resource whose time is shown, where that is not whole visits."""
        of = whose(self.audience)
        return None if self.sees.whole_visits or of is None or of.type == "patient" else of

    @cached_property
    def _named(self) -> tuple[str, ...]:
        """What entries are known by, besides their visit."""
        of = whose(self.audience)
        if self.sort == "busy":
            return ("busy", *(of or ()))
        return (self.sort, of.id if of is not None else "")

    @cached_property
    def _reader(self) -> Reader:
        return told(self.audience)

    @property
    def name(self) -> str:
        """What the calendar is called."""
        of = whose(self.audience)
        blanks = {of.type: of.id} if of is not None and self.sort in ("staff", "room") else {}
        return self.wording.say(self.sort, "calendar", **blanks)

    def uid(self, one: Appointment, ordinal: int) -> str:
        """The identity of an entry, for ever."""
        return self._uid(visit_of(one), ordinal)

    def _uid(self, visit: Visit, ordinal: int) -> str:
        known = self._uids.get((visit, ordinal))
        if known is None:  # asked for again by every entry that is tied to it
            known = self._uids[visit, ordinal] = signed(self.key, "uid", *self._named, *visit, ordinal)
        return known

    def sequence(self, one: Appointment) -> int:
        """How often an appointment has changed for the audience."""
        return int(getattr(one.sequence, self._reader))

    def _group(self, course: str) -> str:
        """What stands for a course in this calendar."""
        if not self.sees.relations or not course:
            return ""
        known = self._groups.get(course)
        if known is None:
            known = self._groups[course] = opaque(self.key, "course", *self._named, course)
        return known

    def spans(self, one: Appointment) -> tuple[Interval, ...]:
        """When the audience sees something of an appointment."""
        if self.own is None:
            return (Interval(one.start, one.end),)
        return tuple(IntervalSet(Interval(row.start, row.end) for row in one.bookings if row.of == self.own))

    def entries(
        self,
        appointments: Iterable[Appointment],
        withdrawn: Iterable[Appointment] = (),
        shows: Callable[[Appointment], bool] = bool,  # an appointment is something
    ) -> Iterator[Entry]:
        """An entry for each span of what it `shows`, and for each that is `withdrawn` and there no more; by start."""
        there = {
            self.uid(one, ordinal): _Place(one, span, ordinal)
            for one in appointments
            for ordinal, span in enumerate(self.spans(one))
        }
        gone = {
            self.uid(one, ordinal): _Place(one, span, ordinal)  # of several the last, which was told last
            for one in withdrawn
            for ordinal, span in enumerate(self.spans(one))
        }
        shown = [(uid, place) for uid, place in {**gone, **there}.items() if shows(place.one)]
        live, off = Spans(), Spans()
        for _, (one, span, _) in shown:
            visits = off if one.status == "cancelled" else live
            visits[visit_of(one)] = (*visits.get(visit_of(one), ()), span)
        every = off | live
        for uid, place in sorted(shown, key=lambda each: (each[1].span.start, each[0])):
            yield self._entry(uid, place, live, every)

    def _entry(self, uid: str, place: _Place, live: Spans, every: Spans) -> Entry:
        (one, span, _), sees, name = place, self.sees, _zone_name(place.one.start)
        patient = one.patient if sees.people else ""  # whatever the wording would say
        what = {"kind": one.kind, "course": one.course, "patient": patient, "session": one.session}
        where = ", ".join(rooms(self.courses.get(one.course), one, span)) if sees.rooms else ""
        return Entry(
            uid=uid,
            start=span.start,
            end=span.end,
            zone=name,
            times=_written(span, name),
            sequence=self.sequence(one),
            created=one.created,
            revised=one.revised_for(self._reader),
            status=one.status,
            group=self._group(one.course),
            summary=self.wording.say(self.sort, "summary", **(what if sees.what else {})),
            category=one.kind if sees.what else "",
            place=where,
            description=self._description(one, span, where),
            relations=tuple(self._relations(place, live, every)),
            reminders=tuple(self._reminders(one, uid)),
        )

    def _description(self, one: Appointment, span: Interval, where: str) -> str:
        lines: list[str] = []
        if self.sees.roles:
            lines += self._duties(one, span)
        if self.sees.notes and one.notes:
            lines.append(self.wording.say("staff", "description", notes=one.notes))
        if self.sees.people:
            staff = ", ".join(sorted({row.resource for row in one.bookings if row.type == "staff"}))
            lines.append(
                self.wording.say("clinic", "description", patient=one.patient, staff=staff, rooms=where)
            )
        return "\n".join(lines)

    def _duties(self, one: Appointment, span: Interval) -> Iterator[str]:
        """As what somebody is there, in each segment of a stretch; without its course, in each booking."""
        rows = [row for row in one.bookings if row.of == self.own and meets(row, span)]
        place = zone(_zone_name(one.start) or "UTC")
        for start, end, part, roles in duties(self.courses.get(one.course), one, rows):
            yield self.wording.say(
                "staff",
                "part",
                start=f"{wall(start, place):%H:%M}",
                end=f"{wall(end, place):%H:%M}",
                segment=part,
                roles=", ".join(roles),
            )

    def _relations(self, place: _Place, live: Spans, every: Spans) -> Iterator[Relation]:
        """Ties to what else is in this calendar: the last entry of the one visit, and the first of the other.

        Nothing that is to be is tied to what is not, and what the times contradict is not told: somebody may have
        waived the rule. A part of a visit that somebody has lost is tied to nothing.
        """
        one, span, ordinal = place
        if not self.sees.relations or (one.status == "cancelled" and visit_of(one) in live):
            return
        mine, course = self.courses.links(one.course, one.session), one.course
        spans_of = every if one.status == "cancelled" else live
        if ordinal == 0:
            for before in dict.fromkeys(link.before for link in mine if link.after == one.session):
                spans = spans_of.get((course, before), ())
                if spans and spans[-1].end <= span.start:
                    yield Relation(type="DEPENDS-ON", uid=self._uid((course, before), len(spans) - 1))
        if ordinal + 1 == len(spans_of[visit_of(one)]):
            for after in dict.fromkeys(link.after for link in mine if link.before == one.session):
                spans = spans_of.get((course, after), ())
                if spans and span.end <= spans[0].start:
                    both = [link for link in mine if (link.before, link.after) == (one.session, after)]
                    gap = self._gap(place, both, spans[0].start)
                    yield Relation(type="FINISHTOSTART", uid=self._uid((course, after), 0), gap=gap)

    def _gap(self, place: _Place, links: Iterable[Link], start: datetime) -> str:
        """From the end of an entry to when another may begin, which begins at `start`; nothing where it may at once."""
        one, span, _ = place
        clocks = zone(_zone_name(one.start) or "UTC")
        firsts = (link.first_instant(one.start, one.end, clocks) for link in links)
        first = max((first for first in firsts if first <= start), default=span.end)
        return exact(first - span.end) if first > span.end else ""

    def _reminders(self, one: Appointment, uid: str) -> Iterator[Reminder]:
        if one.status in ("provisional", "confirmed"):
            chosen = (alarm.trigger for alarm in self.alarms if alarm.of(self.sort, one.kind))
            for trigger in dict.fromkeys(chosen):
                yield Reminder(uid=opaque(self.key, "alarm", uid, trigger), trigger=trigger)


def visit_of(one: Appointment) -> Visit:
    """Which visit it is: a course's session or, of an appointment without a course, its patient's."""
    return (one.course, one.session) if one.course else ("", one.patient, one.session)


def _written(span: Interval, name: str | None) -> tuple[datetime, datetime]:
    """Start and end as written: wall times, or UTC where the clocks show one of them twice."""
    if name is None:
        return span.start, span.end
    walls = wall(span.start, zone(name)), wall(span.end, zone(name))
    # A calendar cannot say which of the two it means.
    twice = any(one.replace(fold=0).utcoffset() != one.replace(fold=1).utcoffset() for one in walls)
    return (span.start, span.end) if twice else walls


def _zone_name(moment: datetime) -> str | None:
    """The zone a moment was given in, by a name of ours; None where it has none, and for UTC."""
    name = getattr(moment.tzinfo, "key", None)
    if name is None or name in ("UTC", "Etc/UTC"):
        return None
    try:
        return zone(name).key
    except InvalidInput:
        return None
