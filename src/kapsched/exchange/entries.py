"""What stands in a calendar, and what does each entry say? An audience's view of appointments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import TypeAlias

from attrs import field, frozen

from kapsched.errors import InvalidInput
from kapsched.exchange.alarms import Alarm, exact
from kapsched.exchange.audiences import SEES, Audience, Sees, Sort, sort_of, told, whose
from kapsched.exchange.links import Courses
from kapsched.exchange.opaque import opaque
from kapsched.exchange.visits import segments_of, serves
from kapsched.model.appointments import Appointment, Status
from kapsched.model.bookings import Booking, Resource, ResourceType
from kapsched.model.wording import Wording
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.zones import wall, zone

Visit: TypeAlias = tuple[str, ...]


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
        return (self.sort, of.id if of is not None and self.sort != "patient" else "")

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
            known = self._uids[visit, ordinal] = opaque(self.key, "uid", *self._named, *visit, ordinal)
        return known

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
        """An entry for each span of what it `shows`, and for each that is `withdrawn` and there no more."""
        there = {visit_of(one): (one, self.spans(one)) for one in appointments}
        gone = {
            self.uid(one, ordinal): (one, span, ordinal)  # of several the last, which was told last
            for one in withdrawn
            for ordinal, span in enumerate(self.spans(one))
        }
        counts = {visit_of(one): ordinal + 1 for one, _, ordinal in gone.values()}
        counts |= {visit: len(spans) for visit, (_, spans) in there.items() if spans}
        for one, spans in there.values():
            shown = shows(one)
            for ordinal, span in enumerate(spans):
                gone.pop(self.uid(one, ordinal), None)
                if shown:
                    yield self._entry(one, span, ordinal, counts)
        for one, span, ordinal in gone.values():
            if shows(one):
                yield self._entry(one, span, ordinal, counts)

    def _entry(self, one: Appointment, span: Interval, ordinal: int, counts: Mapping[Visit, int]) -> Entry:
        uid, sees, reader = self.uid(one, ordinal), self.sees, told(self.audience)
        name = _zone_name(one.start)
        what = {"kind": one.kind, "course": one.course, "patient": one.patient, "session": one.session}
        rooms = ", ".join(_ids(one, "room", span)) if sees.rooms else ""
        return Entry(
            uid=uid,
            start=span.start,
            end=span.end,
            zone=name,
            times=_written(span, name),
            sequence=getattr(one.sequence, reader),
            created=one.created,
            revised=one.revised_for(reader),
            status=one.status,
            group=self._group(one.course),
            summary=self.wording.say(self.sort, "summary", **(what if sees.what else {})),
            category=one.kind if sees.what else "",
            place=rooms,
            description=self._description(one, span, rooms),
            relations=tuple(self._relations(one, span, ordinal, counts)),
            reminders=tuple(self._reminders(one, uid)),
        )

    def _description(self, one: Appointment, span: Interval, rooms: str) -> str:
        lines: list[str] = []
        if self.sees.roles:
            lines += self._parts(one, span)
        if self.sees.notes and one.notes:
            lines.append(self.wording.say("staff", "description", notes=one.notes))
        if self.sees.people:
            staff = ", ".join(_ids(one, "staff"))
            lines.append(
                self.wording.say("clinic", "description", patient=one.patient, staff=staff, rooms=rooms)
            )
        return "\n".join(lines)

    def _parts(self, one: Appointment, span: Interval) -> Iterator[str]:
        """As what somebody is there, in each segment of a stretch; without its course, in each booking."""
        rows = [row for row in one.bookings if row.of == self.own and _meets(row, span)]
        course, place = self.courses.get(one.course), zone(_zone_name(one.start) or "UTC")
        parts = [
            (begin, end, segment.name, {row.role for row in rows if serves(row, begin, end, segment)})
            for begin, end, segment in (segments_of(course, one) if course else ())
        ]
        named = [part for part in parts if part[3]]
        for begin, end, segment, roles in named or [
            (row.start, row.end, one.kind, {row.role}) for row in rows
        ]:
            yield self.wording.say(
                "staff",
                "part",
                start=f"{wall(begin, place):%H:%M}",
                end=f"{wall(end, place):%H:%M}",
                segment=segment,
                roles=", ".join(sorted(roles)),
            )

    def _relations(
        self, one: Appointment, span: Interval, ordinal: int, counts: Mapping[Visit, int]
    ) -> Iterator[Relation]:
        """Ties to what else is in this calendar: the last entry of the one visit, and the first of the other."""
        mine = self.courses.links(one.course, one.session) if self.sees.relations else ()
        if ordinal == 0:
            for before in dict.fromkeys(link.before for link in mine if link.after == one.session):
                if count := counts.get((one.course, before)):
                    yield Relation(type="DEPENDS-ON", uid=self._uid((one.course, before), count - 1))
        if ordinal + 1 == counts.get(visit_of(one)):
            place = zone(_zone_name(one.start) or "UTC")
            firsts: dict[str, datetime] = {}
            for link in mine:
                if link.before == one.session and counts.get((one.course, link.after)):
                    first = link.first_instant(one.start, one.end, place)
                    firsts[link.after] = max(first, firsts.get(link.after, first))
            for after, first in firsts.items():
                gap = exact(first - span.end) if first > span.end else ""
                yield Relation(type="FINISHTOSTART", uid=self._uid((one.course, after), 0), gap=gap)

    def _reminders(self, one: Appointment, uid: str) -> Iterator[Reminder]:
        if one.status in ("provisional", "confirmed"):
            chosen = (alarm.trigger for alarm in self.alarms if alarm.of(self.sort, one.kind))
            for trigger in dict.fromkeys(chosen):
                yield Reminder(uid=opaque(self.key, "alarm", uid, trigger), trigger=trigger)


def visit_of(one: Appointment) -> Visit:
    """Which visit it is: a course's session or, of an appointment without a course, its patient's."""
    return (one.course, one.session) if one.course else ("", one.patient, one.session)


def _ids(one: Appointment, type: ResourceType, span: Interval | None = None) -> list[str]:
    """Who or what of a type is taken for it, in order; where a span is given, then."""
    rows = (row for row in one.bookings if row.type == type and (span is None or _meets(row, span)))
    return sorted({row.resource for row in rows})


def _meets(row: Booking, span: Interval) -> bool:
    return row.start < span.end and span.start < row.end


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
