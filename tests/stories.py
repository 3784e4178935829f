"""Small clinics and programmes that stories are told about, and visits booked in them by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

from attrs import evolve, field, frozen

from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Booking, ResourceType
from kapsched.model.clinic import Clinic, Horizon, Room, StaffMember
from kapsched.model.course import Course, Patient, enrol
from kapsched.model.phases import Phase
from kapsched.model.plan import Cost, Plan, Refusal
from kapsched.model.programme import Programme, Segment, SessionKind
from kapsched.model.rules import Rule
from kapsched.planning.diary import Diary
from kapsched.timeline.recurrence import Absence, Pattern, Week
from kapsched.timeline.zones import at, zone
from kapsched.workflow.one_course import find_plan

LONDON = zone("Europe/London")
DAY, NIGHT = (8 * 60, 18 * 60), (0, 24 * 60)

Units: TypeAlias = "str | tuple[str, ...] | list[str]"


def weekly(span: tuple[int, int], days: str = "mon tue wed thu fri") -> Pattern:
    """The same hours on each of `days`."""
    return Pattern((Week.of(**{day: [span] for day in days.split()}),))


EVERY_DAY = "mon tue wed thu fri sat sun"
WORKING = weekly(DAY)


def quayside(**changes: Any) -> Clinic:
    """Mon-Fri, 08:00 to 18:00: two treatment and two therapy rooms, a lounge for two, and six people."""
    clinic = Clinic(
        id="quayside",
        zone="Europe/London",
        hours=WORKING,
        horizon=Horizon(first_day=date(2027, 1, 4), days=364),
        rooms=(
            Room(id="blue", type="treatment"),
            Room(id="green", type="treatment"),
            Room(id="oak", type="therapy"),
            Room(id="ash", type="therapy"),
            Room(id="lounge", type="recovery", capacity=2),
        ),
        staff=(
            StaffMember(id="dora", roles=("doctor",), hours=WORKING),
            StaffMember(id="dev", roles=("doctor", "nurse"), hours=WORKING),
            StaffMember(id="tess", roles=("therapist",), hours=WORKING),
            StaffMember(id="tom", roles=("therapist",), hours=WORKING),
            StaffMember(id="nia", roles=("nurse",), hours=WORKING, capacity=2),
            StaffMember(id="ned", roles=("nurse",), hours=WORKING),
        ),
    )
    return evolve(clinic, **changes)


def always_open() -> Clinic:
    """Quayside round the clock, every day of the week."""
    hours = weekly(NIGHT, EVERY_DAY)
    return quayside(hours=hours, staff=tuple(evolve(one, hours=hours) for one in quayside().staff))


def with_person(clinic: Clinic, person: str, **changes: Any) -> Clinic:
    """The same clinic, in which something about one member of staff is different."""
    staff = tuple(evolve(one, **changes) if one.id == person else one for one in clinic.staff)
    return evolve(clinic, staff=staff)


TALK = SessionKind(
    name="talk", segments=(Segment(name="talk", minutes=60, staff=("therapist",), room="therapy"),)
)
DOSING = SessionKind(
    name="dosing",
    segments=(
        Segment(name="arrive", minutes=15, staff=("nurse",), room="treatment"),
        Segment(name="dose", minutes=60, staff=("doctor", "therapist"), room="treatment", tail=15),
        Segment(
            name="recovery", minutes=60, staff=("nurse",), room="treatment", shares=("nurse",), turnaround=15
        ),
    ),
    handover=("nurse",),
)
DYAD = SessionKind(
    name="dyad",
    segments=(Segment(name="dyad", minutes=60, staff=("therapist", "therapist"), room="therapy"),),
)
REST = SessionKind(
    name="rest", segments=(Segment(name="rest", minutes=60, room="recovery", shares=("recovery",)),)
)


def programme(*order: str, rules: tuple[Rule, ...] = (), times: int = 1, **changes: Any) -> Programme:
    """One phase, `therapy`, of these kinds."""
    kinds = {kind.name: kind for kind in (TALK, DOSING, DYAD, REST)}
    kinds.update((kind.name, kind) for kind in changes.pop("kinds", ()))
    return Programme(
        name="short",
        version="1",
        kinds=tuple(kinds[name] for name in dict.fromkeys(order)),
        phases=(Phase(name="therapy", order=order, times=times),),
        rules=rules,
        **changes,
    )


def course_of(what: Programme, *, first_day: str = "2027-01-04", **patient: Any) -> Course:
    """Patient q17's course of it."""
    done = patient.pop("done", {})
    return enrol(
        what, Patient(id="q17", **patient), id="c17", first_day=date.fromisoformat(first_day), done=done
    )


def london(text: str) -> datetime:
    """A wall time at quayside."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def taken(type: ResourceType, resource: str, start: str, end: str, **changes: Any) -> Booking:
    """A row of the diary, in quayside's wall time."""
    return Booking(type=type, resource=resource, start=london(start), end=london(end), **changes)


def visit(what: Programme, session: str, start: str | datetime, **units: Units) -> Appointment:
    """An appointment with all its bookings, put together segment by segment.

    Units are named by role or room type: one, or a tuple with one for each entry, or a list with one for each
    segment that wants any.
    """
    kind = what.by_id[session].kind
    begins = london(start) if isinstance(start, str) else start
    first = begins.astimezone(UTC)
    ends = first + timedelta(minutes=kind.minutes)
    rows = [
        Booking(type="patient", resource="q17", start=first, end=ends),
        *_joined(_rows(kind, first, units)),
    ]
    return Appointment(session=session, kind=kind.name, start=begins, end=ends, bookings=tuple(rows))


def _rows(kind: SessionKind, first: datetime, units: dict[str, Units]) -> Iterator[Booking]:
    turns = {what: iter(named) for what, named in units.items() if isinstance(named, list)}
    for begin, segment in kind.timed():
        start = first + timedelta(minutes=begin)
        end = start + timedelta(minutes=segment.minutes)
        for what in dict.fromkeys((*segment.staff, *([segment.room] if segment.room else []))):
            named = next(turns[what]) if what in turns else units[what]
            room = what == segment.room
            for unit in (named,) if isinstance(named, str) else named[: segment.staff.count(what)]:
                yield Booking(
                    type="room" if room else "staff",
                    resource=unit,
                    start=start,
                    role="" if room else what,
                    end=end + timedelta(minutes=segment.turnaround if room else segment.tail),
                    exclusive=what not in segment.shares,
                )
        for role in segment.pools:
            later = end + timedelta(minutes=segment.tail)
            yield Booking(type="pool", resource=role, start=start, end=later, exclusive=False)


def _joined(rows: Iterator[Booking]) -> list[Booking]:
    """One booking where two alike touch or overlap; an exclusive one cuts the sharing one that follows."""
    joined: list[Booking] = []
    for row in sorted(rows, key=lambda row: (row.of, row.role, row.start)):
        last = joined[-1] if joined else None
        if last is None or (last.of, last.role) != (row.of, row.role) or row.start > last.end:
            joined.append(row)
        elif last.exclusive == row.exclusive:
            joined[-1] = evolve(last, end=max(last.end, row.end))
        else:
            joined.append(evolve(row, start=max(last.end, row.start)))
    return joined


@frozen(kw_only=True)
class Story:
    """A hand-made plan with all that stands around it."""

    course: Course
    appointments: tuple[Appointment, ...]
    clinic: Clinic = field(factory=quayside)
    booked: tuple[Booking, ...] = ()
    now: datetime | None = None
    horizon: Horizon | None = None
    cost: Cost | None = None


def asked(course: Course, clinic: Clinic | None = None, *, days: int = 28, **more: Any) -> Plan | Refusal:
    """The planner's answer over `days` from the course's first day, asked at noon of the day before.

    `now`, `booked` and `steps` may be said otherwise.
    """
    place = clinic or quayside()
    now = more.pop("now", at(course.first_day - timedelta(days=1), 12 * 60, place.place))
    diary = Diary(place, Horizon(first_day=course.first_day, days=days), booked=more.pop("booked", ()))
    return find_plan(course, diary, now=now, **more)


def planned(course: Course, clinic: Clinic | None = None, **more: Any) -> Plan:
    """A plan that is proved the best."""
    found = asked(course, clinic, **more)
    assert isinstance(found, Plan), found.sentences()
    assert found.proved_through == "all"
    return found


def refused(course: Course, clinic: Clinic | None = None, **more: Any) -> Refusal:
    """A refusal that is proved right."""
    found = asked(course, clinic, **more)
    assert isinstance(found, Refusal), dates(found)
    assert found.proved
    return found


def dates(plan: Plan, kind: str = "") -> list[str]:
    """The dates of a plan's appointments, of one kind or of all, such as `Thu 25 Mar`; in programme order."""
    return [
        f"{one.start:%a} {one.start.day} {one.start:%b}"
        for one in plan.appointments
        if kind in ("", one.kind)
    ]


def times(plan: Plan) -> list[str]:
    """The wall times at which its appointments start, in programme order."""
    return [f"{one.start:%H:%M}" for one in plan.appointments]


def closed(*days: str) -> tuple[Absence, ...]:
    """Closures, or absences, of single dates."""
    return tuple(Absence(first=date.fromisoformat(day), last=date.fromisoformat(day)) for day in days)
