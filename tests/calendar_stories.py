"""Schedules made by hand, for everything that writes calendars, pictures and tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from attrs import evolve

from kapsched.model.appointments import Appointment, Sequence, Status
from kapsched.model.bookings import Booking, ResourceType
from kapsched.model.clinic import Clinic, Horizon, Room, StaffMember
from kapsched.model.course import Course, Done, Patient, enrol
from kapsched.model.phases import Phase
from kapsched.model.plan import Plan, Refusal, Schedule
from kapsched.model.programme import Programme, Segment, Session, SessionKind
from kapsched.model.reasons import Reason
from kapsched.model.rules import Offset
from kapsched.testing import Desk
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.recurrence import Absence, Pattern, Week
from kapsched.timeline.units import Days
from kapsched.timeline.zones import tz_version, wall, zone

LONDON = zone("Europe/London")
NOW = datetime(2026, 12, 1, 9, tzinfo=LONDON)
KEY = b"an invented key for the tests"

PROGRAMME = Programme(
    name="kap-twice-weekly",
    version="1",
    kinds=(
        SessionKind(
            name="preparation",
            segments=[
                Segment(name="talk", minutes=60, staff=["therapist"], room="therapy"),
            ],
        ),
        SessionKind(
            name="dosing",
            segments=[
                Segment(name="arrival", minutes=15, staff=["nurse"], room="infusion"),
                Segment(name="administration", minutes=60, staff=["doctor", "therapist"], room="infusion"),
                Segment(name="recovery", minutes=90, staff=["nurse"], room="infusion", turnaround=15),
            ],
        ),
        SessionKind(
            name="integration",
            segments=[
                Segment(name="review", minutes=50, staff=["therapist"], room="therapy", tail=10),
            ],
        ),
    ),
    phases=(
        Phase(name="readying", order=["preparation"]),
        Phase(name="induction", order=["dosing", "integration"], times=3),
    ),
    rules=(
        Offset(name="next day", of="integration", anchor="dosing", earliest=Days(1), latest=Days(1)),
        Offset(name="readying first", of="preparation", anchor="dosing", earliest=Days(-14), latest=Days(-3)),
    ),
)

WEEKDAYS = Pattern((Week.of(**{day: [(540, 1080)] for day in ("mon", "tue", "wed", "thu", "fri")}),))

CLINIC = Clinic(
    id="quayside",
    zone="Europe/London",
    hours=WEEKDAYS,
    rooms=(Room(id="ketamine-1", type="infusion"), Room(id="Anchor & Co <2>", type="therapy")),
    staff=(
        StaffMember(id="imran", roles=["doctor"], hours=WEEKDAYS),
        StaffMember(id="ben", roles=["therapist"], hours=WEEKDAYS),
        StaffMember(id="../../ruth", roles=["nurse"], hours=WEEKDAYS),
    ),
    closed=(
        Absence(first=date(2027, 3, 26), last=date(2027, 3, 26), why="Good Friday"),
        Absence(first=date(2027, 3, 29), last=date(2027, 3, 29), why="Easter Monday"),
    ),
    horizon=Horizon(first_day=date(2026, 12, 1), days=365),
)

ROOMS = {"infusion": "ketamine-1", "therapy": "Anchor & Co <2>"}
STAFF = {"doctor": "imran", "therapist": "ben", "nurse": "../../ruth"}


def course(
    id: str, patient: str, first_day: date = date(2027, 3, 1), done: dict[str, Done] | None = None
) -> Course:
    return enrol(
        PROGRAMME, Patient(id=patient, name="Mira Vasquez"), id=id, first_day=first_day, done=done or {}
    )


def appointment(session: Session, day: date, hour: int = 9) -> Appointment:
    """The session on that day from that hour, in the rooms and with the people of these stories."""
    start = datetime.combine(day, time(hour), LONDON)
    taken: dict[tuple[ResourceType, str, str], list[Interval]] = {}
    for minute, segment in session.kind.timed():
        begin = start + timedelta(minutes=minute)
        end = begin + timedelta(minutes=segment.minutes)
        for role in segment.staff:
            stretch = Interval(begin, end + timedelta(minutes=segment.tail))
            taken.setdefault(("staff", STAFF[role], role), []).append(stretch)
        if segment.room is not None:
            stretch = Interval(begin, end + timedelta(minutes=segment.turnaround))
            taken.setdefault(("room", ROOMS[segment.room], ""), []).append(stretch)
    rows = [
        Booking(type=type, resource=id, role=role, start=one.start, end=one.end)
        for (type, id, role), stretches in taken.items()
        for one in IntervalSet(stretches)
    ]
    return Appointment(
        session=session.id,
        kind=session.kind.name,
        start=start,
        end=start + timedelta(minutes=session.kind.minutes),
        bookings=rows,
        sequence=Sequence(patient=1, staff=2, room=3),
        created=NOW,
        revised=NOW + timedelta(hours=1),
    )


def plan(course: Course, first: date = date(2027, 3, 8), hour: int = 9) -> Plan:
    """One preparation, then a dose each Monday from a week after `first` with its integration on Tuesday."""
    days = {"readying/preparation/1": first}
    for turn in range(3):
        dose = first + timedelta(weeks=turn + 1)
        if dose == date(2027, 3, 29):
            dose += timedelta(days=1)
        days[f"induction/dosing/{turn + 1}"] = dose
        days[f"induction/integration/{turn + 1}"] = dose + timedelta(days=1)
    return Plan.of(course, (appointment(one, days[one.id], hour) for one in course.owed))


def schedule(plans: Iterable[Plan], refusals: Iterable[Refusal] = (), revision: int = 1) -> Schedule:
    return Schedule(
        clinic="quayside",
        zone="Europe/London",
        digest="0" * 64,
        tzdata="2026c",
        horizon=CLINIC.horizon,
        now=NOW + timedelta(days=revision),
        revision=revision,
        plans=plans,
        refusals=refusals,
    )


def refusal(course: Course) -> Refusal:
    return Refusal(
        course=course,
        session="induction/dosing/2",
        first=date(2027, 4, 1),
        last=date(2027, 4, 9),
        reasons=[
            Reason(
                code="absence",
                ids=["imran"],
                first=date(2027, 4, 1),
                last=date(2027, 4, 9),
            )
        ],
    )


def with_status(plan: Plan, session: str, status: Status) -> Plan:
    """The same plan with one appointment in another status."""
    return evolve(
        plan,
        appointments=[
            evolve(one, status=status) if one.session == session else one for one in plan.appointments
        ],
    )


def witnessed(desk: Desk, status: Status = "provisional") -> Schedule:
    """The schedule that a desk's witness is the proof of."""
    clinic, now = desk.clinic, wall(desk.now, desk.clinic.place)
    plans = [
        evolve(
            plan,
            appointments=[evolve(one, status=status, created=now, revised=now) for one in plan.appointments],
        )
        for plan in desk.witness or ()
    ]
    return Schedule(
        clinic=clinic.id,
        zone=clinic.zone,
        digest="an invented digest",
        tzdata=tz_version(),
        horizon=clinic.horizon,
        now=now,
        plans=plans,
    )
