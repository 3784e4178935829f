"""What is judged? A course's visits, as instants and on the clinic's clocks, and all that is booked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property

from attrs import field, frozen

from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Bookings, Resource
from kapsched.model.clinic import LONGEST_HORIZON, Clinic, Horizon
from kapsched.model.course import Course
from kapsched.model.plan import Cost
from kapsched.model.programme import Session
from kapsched.model.rules import Gap, Offset
from kapsched.timeline.intervals import IntervalSet
from kapsched.timeline.zones import instant, wall
from kapsched.verification.needs import Match, best_match
from kapsched.verification.visits import Visit


@frozen(kw_only=True, eq=False, slots=False)
class Case:
    """Appointments to be judged with all that the promises refer to.

    `now` and `horizon` may be unknown; then nothing that depends on them is judged. So may `cost`. The sessions of
    `settled` are pinned: they bind the others as what is done does. `whole` is false where only those are looked at.
    With `strict`, no waiver sets a session apart. `around` is where sessions stand that are not looked at.
    """

    course: Course
    clinic: Clinic
    appointments: tuple[Appointment, ...]
    booked: Bookings = field(factory=Bookings)
    now: datetime | None = None
    horizon: Horizon | None = None
    cost: Cost | None = None
    settled: frozenset[str] = frozenset()
    whole: bool = True
    strict: bool = False
    around: Mapping[str, Visit] = field(factory=dict)
    _open: dict[date, bool] = field(init=False, factory=dict)

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        """Every appointment of a session of the programme; an unknown session has no visit to judge."""
        known = self.course.planned.by_id
        appointments = (one for one in self.appointments if one.session in known)
        return tuple(self._visit(one, known[one.session]) for one in appointments)

    @cached_property
    def placed(self) -> dict[str, Visit]:
        """What stands for each session in its rules: what took place, else the earliest of its visits."""
        found = {}
        for session in self.course.planned.sessions:
            if session.id in self.course.done:
                found[session.id] = self._past(session)
        for visit in self.visits:
            found.setdefault(visit.id, visit)
        return found

    @cached_property
    def rooms(self) -> dict[Visit, Match]:
        """How the rooms that each visit books answer its needs."""
        return {visit: best_match(visit, self.clinic, "room") for visit in self.visits}

    @cached_property
    def people(self) -> dict[Visit, Match]:
        """How the staff whom each visit books answer its needs."""
        return {visit: best_match(visit, self.clinic, "staff") for visit in self.visits}

    @cached_property
    def places(self) -> dict[Visit, Match]:
        """How the places of pools that each visit books answer its needs."""
        return {visit: best_match(visit, self.clinic, "pool") for visit in self.visits}

    @property
    def done(self) -> Iterator[Visit]:
        """The visits that took place, in programme order."""
        return (visit for visit in self.placed.values() if visit.id in self.course.done)

    @property
    def movable(self) -> Iterator[Visit]:
        """Every visit of a session that is not pinned."""
        return (visit for visit in self.visits if visit.id not in self.settled)

    def __iter__(self) -> Iterator[Visit]:
        """The one visit of each session that was to be planned and has one, in programme order."""
        return (
            self.placed[one.id]
            for one in self.course.owed
            if one.id in self.placed and one.id not in self.settled
        )

    def apart(self, check: str) -> frozenset[str]:
        """The sessions that waivers of a check set apart from what it looks at as a whole."""
        waivers = () if self.strict else self.course.waivers
        return frozenset(id for waiver in waivers if waiver.check == check for id in waiver.sessions)

    def pairs(self, rule: Gap | Offset) -> Iterator[tuple[Visit, Visit]]:
        """The visits of each pair that a rule binds, where both are there and not both are done."""
        for one, two in rule.pairs(self.course.planned.sessions):
            if one.id in self.placed and two.id in self.placed:
                first, second = self.placed[one.id], self.placed[two.id]
                if not (first.done and second.done):
                    yield first, second

    def open_days(self, first: date, second: date) -> int:
        """The clinic's open dates after `first`, up to and including `second`; negative where that is earlier."""
        if second < first:
            return -self.open_days(second, first)
        return sum(self._is_open(first + timedelta(days=n)) for n in range(1, (second - first).days + 1))

    def open_date(self, day: date, count: int) -> date:
        """The open date to which there are so many open days from `day`."""
        # From a closed date none lies no open days away but the last one before it.
        step = timedelta(days=1 if count > 0 else -1)
        left = count if count > 0 else 1 - count
        at = day if count > 0 else day + timedelta(days=1)
        for _ in range(LONGEST_HORIZON):
            at += step
            left -= self._is_open(at)
            if not left:
                break
        return at

    def _is_open(self, day: date) -> bool:
        if day not in self._open:
            self._open[day] = bool(self.clinic.open_time(day, day))
        return self._open[day]

    def among(self, sessions: Iterable[Session]) -> tuple[Visit, ...]:
        """The visits of those of `sessions` that have one, in the order given."""
        return tuple(self.placed[one.id] for one in sessions if one.id in self.placed)

    def working_time(self, resource: Resource, start: datetime, end: datetime) -> IntervalSet:
        """When a room or a member of staff of the clinic is there on the dates from `start` to `end`."""
        return self.clinic.working_time(resource, *self._dates(start, end))

    def patient_time(self, start: datetime, end: datetime) -> IntervalSet:
        """When the patient can be at the clinic on the dates from `start` to `end`."""
        first, last = self._dates(start, end)
        open_time = self.clinic.open_time(first, last)
        return self.course.patient.available(open_time, first, last, self.clinic.zone)

    def shown(self, moment: datetime) -> str:
        """A moment as the clinic's clocks show it."""
        return f"{wall(moment, self.clinic.place):%Y-%m-%d %H:%M}"

    def stretch(self, start: datetime, end: datetime) -> str:
        """From when to when, as the clinic's clocks show it; the date once where it is one."""
        first, last = (wall(moment, self.clinic.place) for moment in (start, end))
        ending = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M}"
        return f"{first:%Y-%m-%d %H:%M} to {ending}"

    def _dates(self, start: datetime, end: datetime) -> tuple[date, date]:
        place = self.clinic.place
        return wall(start, place).date(), wall(end - timedelta.resolution, place).date()

    def _visit(self, one: Appointment, session: Session) -> Visit:
        people: dict[str, tuple[str, ...]] = {}
        for row in one.bookings:
            if row.type == "staff" and row.resource not in people.get(row.role, ()):
                people[row.role] = (*people.get(row.role, ()), row.resource)
        return Visit(
            session=session,
            start=instant(one.start),
            end=instant(one.end),
            local=wall(one.start, self.clinic.place),
            done=session.id in self.settled,
            people=people,
            bookings=one.bookings,
            patient=one.patient,
        )

    def _past(self, session: Session) -> Visit:
        done = self.course.done[session.id]
        return Visit(
            session=session,
            start=done.start,
            end=done.ended(session),
            local=wall(done.start, self.clinic.place),
            done=True,
            people=done.staff,
        )


def judged(appointments: Iterable[Appointment], course: Course) -> tuple[Appointment, ...]:
    """The appointments that count, in programme order, those of unknown sessions last."""
    places = {session.id: place for place, session in enumerate(course.planned.sessions)}
    counting = (
        one
        for one in appointments
        if one.status != "cancelled" and not (one.status == "done" and one.session in course.done)
    )
    return tuple(sorted(counting, key=lambda one: (places.get(one.session, len(places)), instant(one.start))))
