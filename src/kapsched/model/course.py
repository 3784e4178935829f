"""Whose sessions are owed? One patient's run through a programme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from functools import cached_property
from typing import Literal, cast

from attrs import evolve, field, frozen

from kapsched.errors import (
    Fault,
    InvalidInput,
    Several,
    a_date,
    by_repr,
    each,
    identifier,
    language_tag,
    of_type,
    one_of,
    optional,
    private_text,
    refuse,
    require,
    shown,
)
from kapsched.model.ahead import planned_ahead, rounds_begun
from kapsched.model.appointments import Appointment
from kapsched.model.done import NOTHING_DONE
from kapsched.model.done import Done as Done  # noqa: PLC0414  # whoever builds a course finds it here
from kapsched.model.elsewhere import Elsewhere, faults_beside
from kapsched.model.mappings import FrozenMapping
from kapsched.model.notes import handed_on
from kapsched.model.overrides import Pin, Waiver
from kapsched.model.phases import BookAhead, book_ahead
from kapsched.model.programme import Programme, Session
from kapsched.timeline.intervals import IntervalSet
from kapsched.timeline.recurrence import Absence, Pattern, absent, some_weekdays, weekday_numbers
from kapsched.timeline.zones import zone

NOON = 12 * 60


def _wall_time(value: object) -> str:
    if not isinstance(value, time) or value.tzinfo is not None:
        return f"a time of day on the clinic's clocks is wanted, not {shown(value)}"
    return ""


def _perhaps_a_language(value: object) -> str:
    return "" if value == "" else language_tag(value)


@frozen(kw_only=True)
class Wishes:
    """What a patient would rather have; each is kept where it can be, and none is a rule.

    `weekdays` are numbers from 0, Monday; `time` is the preferred time of day; `staff` names people, each
    wished for wherever a role of theirs is needed.
    """

    weekdays: frozenset[int] = field(default=frozenset(), converter=weekday_numbers)
    half_day: Literal["morning", "afternoon"] | None = None
    staff: tuple[str, ...] = field(default=(), converter=Several[str])
    time: time | None = None

    def __attrs_post_init__(self) -> None:
        require(
            self,
            weekdays=some_weekdays,
            half_day=optional(one_of(("morning", "afternoon"))),
            staff=each(identifier),
            time=optional(_wall_time),
        )


@frozen(kw_only=True)
class Patient:
    """Somebody in treatment, by the caller's id. `hours` and `away` say when they can come at all.

    `language` is the BCP 47 tag of the one that they read their calendar in, where it is not the clinic's.
    `excludes` names members of staff who must not be booked for them. The name is kept in a schedule's document,
    and stands in no `repr`, calendar or picture.
    """

    id: str
    name: str = field(default="", repr=False)
    language: str = ""
    hours: Pattern | None = None
    away: tuple[Absence, ...] = field(default=(), converter=Several[Absence])
    excludes: tuple[str, ...] = field(default=(), converter=Several[str])
    wishes: Wishes = Wishes()

    _repr_pretty_ = by_repr

    def __attrs_post_init__(self) -> None:
        require(
            self,
            id=identifier,
            name=private_text,
            language=_perhaps_a_language,
            hours=optional(of_type(Pattern)),
            away=each(of_type(Absence)),
            excludes=each(identifier),
            wishes=of_type(Wishes),
        )

    def available(self, open_time: IntervalSet, first: date, last: date, zone_name: str) -> IntervalSet:
        """When they can be at the clinic within its `open_time`, from `first` to `last`, both included."""
        place = zone(zone_name)
        if self.hours is not None:
            open_time &= self.hours.over(first, last, place)
        return open_time - absent(self.away, first, last, place)


def _recorded(done: Mapping[str, Done]) -> Mapping[str, Done]:
    return FrozenMapping(done) if isinstance(cast(object, done), Mapping) else done


@frozen(kw_only=True, slots=False)
class Course:
    """One patient's run through a programme: nothing of it is dated before `first_day`, save what is done.

    `book_ahead` is how far ahead its open phase is planned, where that is not as the phase says: so many rounds more
    than are begun, or those that may be by a date. `waivers` and `pins` are what people decided about its sessions.
    `beside` holds the sessions of the patient's other courses, which a `Frequency` may count too; the time that they
    take is booked for the patient like any other.
    """

    id: str
    patient: Patient
    programme: Programme
    first_day: date
    done: Mapping[str, Done] = field(default=NOTHING_DONE, converter=_recorded)
    book_ahead: BookAhead | None = None
    waivers: tuple[Waiver, ...] = field(default=(), converter=Several[Waiver])
    pins: tuple[Pin, ...] = field(default=(), converter=Several[Pin])
    beside: tuple[Elsewhere, ...] = field(default=(), converter=Several[Elsewhere])

    def __attrs_post_init__(self) -> None:
        require(
            self,
            id=identifier,
            patient=of_type(Patient),
            programme=of_type(Programme),
            first_day=a_date,
            done=of_type(Mapping),
            book_ahead=optional(book_ahead),
            waivers=each(of_type(Waiver)),
            pins=each(of_type(Pin)),
            beside=each(of_type(Elsewhere)),
        )
        if self.book_ahead is not None and self.programme.open_phase is None:
            raise InvalidInput(f"no phase of {self.programme.name} is open", path="book_ahead")
        refuse([*self._faults(), *faults_beside(self.id, self.beside)])

    def _faults(self) -> Iterator[Fault]:
        # Without their dates nothing can be counted from what is done.
        sound = all(not of_type(Done)(record) for record in self.done.values())
        known = (self.planned if sound else self.programme).by_id
        for session, record in self.done.items():
            if fault := of_type(Done)(record):
                yield Fault(fault, f"done.{session}")
            if session not in known:
                yield self._no_session(session, known, f"done.{session}")
        for number, waiver in enumerate(self.waivers):
            for session in waiver.sessions:
                if session not in known and not self._to_come(session):
                    yield self._no_session(session, known, f"waivers.{number}.sessions")
        yield from self._faults_of_pins(known)

    def _to_come(self, session: str) -> bool:
        """Is it a session of the phase that goes on, in a round that is not planned yet?"""
        phase = self.programme.open_phase
        return phase is not None and rounds_begun(phase, [session]) > 0

    def _no_session(self, session: str, known: Iterable[str], path: str) -> Fault:
        return Fault(
            f"there is no session {session!r} in {self.programme.name}; there are {', '.join(known)}", path
        )

    def _faults_of_pins(self, known: Mapping[str, Session]) -> Iterator[Fault]:
        seen: set[str] = set()
        for one in (pin.appointment for pin in self.pins):
            path = f"pins.{one.session}"
            if one.session not in known:
                yield self._no_session(one.session, known, path)
            if one.session in seen:
                yield Fault("two appointments are pinned for this session", path)
            if one.status in ("cancelled", "done"):
                yield Fault(f"an appointment that is {one.status} cannot be pinned", path)
            if one.course not in ("", self.id):
                yield Fault(f"this appointment is of course {one.course!r}, not of {self.id!r}", path)
            elif one.patient not in ("", self.patient.id):
                yield Fault(f"this appointment is another patient's, not {self.patient.id!r}'s", path)
            seen.add(one.session)

    @cached_property
    def pinned(self) -> Mapping[str, Appointment]:
        """The appointments that move only by name, by session in programme order; none of what is done by now."""
        found = {
            pin.appointment.session: evolve(pin.appointment, course=self.id, patient=self.patient.id)
            for pin in self.pins
        }
        return FrozenMapping({one.id: found[one.id] for one in self.owed if one.id in found})

    @cached_property
    def planned(self) -> Programme:
        """The programme as far as it is planned: what goes on is cut after so many rounds. Plans are of this."""
        phase = self.programme.open_phase
        if phase is None:
            return self.programme
        ahead = phase.book_ahead if self.book_ahead is None else self.book_ahead
        assert ahead is not None, "an open phase says how far ahead it is planned"
        # A course knows no clinic, and so no clocks: what is done counts by its date in UTC.
        done = {session: record.start.date() for session, record in self.done.items()}
        pinned = [pin.appointment.session for pin in self.pins if isinstance(pin, Pin)]
        return planned_ahead(self.programme, ahead, self.first_day, done, pinned)

    def within(self, programme: Programme) -> Course:
        """The course in a programme that ends, and of what people decided what concerns its sessions."""
        known = programme.by_id
        waivers = [
            evolve(waiver, sessions=[one for one in waiver.sessions if one in known])
            for waiver in self.waivers
            if not known.keys().isdisjoint(waiver.sessions)
        ]
        pins = [pin for pin in self.pins if pin.appointment.session in known]
        return evolve(self, programme=programme, book_ahead=None, waivers=waivers, pins=pins)

    @property
    def goes_on(self) -> str | None:
        """The open phase, of which more is owed than is planned; None for a course that ends."""
        phase = self.programme.open_phase
        return None if phase is None else phase.name

    @cached_property
    def notes(self) -> Mapping[str, str]:
        """What is recorded on a session that is done, by the later sessions that an offset counts from it."""
        recorded = {id: done.notes for id, done in self.done.items() if done.notes}
        return FrozenMapping(handed_on(recorded, self.planned.offsets, self.planned.sessions))

    @cached_property
    def owed(self) -> tuple[Session, ...]:
        """The sessions that are planned and not yet done, in programme order."""
        return tuple(session for session in self.planned.sessions if session.id not in self.done)

    @property
    def elsewhere(self) -> tuple[Elsewhere, ...]:
        """What is done of it, and pinned, as it stands beside another course of the patient's."""
        starts = {id: one.start for id, one in self.pinned.items()}
        starts |= {id: done.start for id, done in self.done.items()}
        return tuple(
            Elsewhere(course=self.id, session=session, start=start) for session, start in starts.items()
        )


def enrol(  # noqa: PLR0913  # as much as a course can begin with
    programme: Programme,
    patient: Patient,
    *,
    id: str,
    first_day: date,
    done: Mapping[str, Done] = NOTHING_DONE,
    book_ahead: BookAhead | None = None,
    waivers: Iterable[Waiver] = (),
    pins: Iterable[Pin] = (),
    beside: Iterable[Elsewhere] = (),
) -> Course:
    """Open a course, also one that is half way: `done` maps session ids to what took place.

    `book_ahead` takes the place of what an open phase says. `waivers` set promises aside for some sessions, and `pins`
    keep appointments where they are. `beside` are the sessions of the patient's other courses; `Plan.elsewhere` tells
    those of one.
    """
    return Course(
        id=id,
        patient=patient,
        programme=programme,
        first_day=first_day,
        done=done,
        book_ahead=book_ahead,
        waivers=waivers,
        pins=pins,
        beside=Several(beside),
    )
