"""Which clinics are the oracles asked about? Small invented ones, drawn from a seed in families."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

from attrs import evolve, frozen

from kapsched.model.bookings import Booking
from kapsched.model.clinic import Clinic, Horizon, Notice, Room
from kapsched.model.course import Course, Done, Patient
from kapsched.model.programme import Programme, Session
from kapsched.timeline.recurrence import Absence, DaySpan, Pattern
from kapsched.timeline.zones import at, midnight, zone
from tests.oracles.besides import beside_others
from tests.oracles.frames import FAMILIES, Frame, each_week, part_of_a_day, random_frame, some_day
from tests.oracles.openings import gone_on
from tests.oracles.patients import random_patient
from tests.oracles.pools import pool_bookings, pooled_clinic, pooled_programme
from tests.oracles.programmes import random_programme
from tests.oracles.rules import in_treatment_weeks
from tests.oracles.staff import random_staff


@frozen(kw_only=True)
class Case:
    """One question to a planner: everything that `find_plan` is given, and the seed it came from."""

    seed: int
    family: str
    clinic: Clinic
    course: Course
    booked: tuple[Booking, ...]
    now: datetime


def tiny_case(seed: int) -> Case:
    """Four sessions in a fortnight of short days: small enough to try everything."""
    return _case(seed, "tiny")


def random_case(seed: int) -> Case:
    """The case of that seed: same seed, same case."""
    return _case(seed, FAMILIES[seed % len(FAMILIES)])


def pooled_case(seed: int) -> Case:
    """The random case of that seed, in which the nurses are a pool."""
    return _case(seed, FAMILIES[seed % len(FAMILIES)], pooled=True)


def tiny_pooled_case(seed: int) -> Case:
    """The tiny case of that seed, in which the nurses are a pool."""
    return _case(seed, "tiny", pooled=True)


def shared_case(seed: int) -> Case:
    """The random case of that seed, with limits that the patient's other courses share."""
    return _beside_others(random_case(seed))


def tiny_shared_case(seed: int) -> Case:
    """The tiny case of that seed, with limits that the patient's other courses share."""
    return _beside_others(tiny_case(seed))


def _beside_others(case: Case) -> Case:
    dice = Random(f"beside {case.seed}")  # noqa: S311
    return evolve(case, course=beside_others(dice, case.clinic, case.course))


def _case(seed: int, family: str, *, pooled: bool = False) -> Case:
    dice = Random(seed)  # noqa: S311  # a seed makes a case, not a secret
    frame = random_frame(dice, family)
    rooms, staff = _rooms(dice, frame), random_staff(dice, frame)
    clinic = Clinic(
        id="hill",
        zone=frame.zone,
        hours=_opening(frame),
        rooms=rooms,
        staff=staff,
        closed=_closures(dice, frame),
        grid=frame.grid,
        notice=_notice(dice, frame),
        horizon=Horizon(first_day=frame.first, days=frame.days),
    )
    programme = random_programme(dice, frame.family, places=clinic.rooms_of("lounge")[0].capacity)
    # Dice of their own, so that without a pool a case is what it would be.
    more_dice = Random(-1 - seed)  # noqa: S311
    if pooled:
        clinic = pooled_clinic(more_dice, frame, clinic)
        programme = pooled_programme(more_dice, frame.family, programme)
    now = _now(dice, frame)
    patient = random_patient(dice, frame.family, staff, frame.first, frame.days, (frame.opens, frame.closes))
    course = Course(
        id="c1",
        patient=patient,
        programme=programme,
        first_day=frame.first + timedelta(days=0 if family == "tiny" else dice.choice((0, 0, 0, 1, 2))),
        done=_done(dice, frame, programme, clinic, now),
    )
    booked = tuple(_booked(dice, frame, clinic, patient))
    if pooled:
        booked += tuple(pool_bookings(more_dice, frame))
    course = evolve(course, programme=in_treatment_weeks(dice, programme))
    if dice.random() < 0.3:
        course = gone_on(dice, course)
    return Case(seed=seed, family=frame.family, clinic=clinic, course=course, booked=booked, now=now)


def _notice(dice: Random, frame: Frame) -> Notice:
    if frame.family in ("midway", "tiny") and dice.random() < 0.7:
        return Notice()
    return dice.choice(
        (Notice(), Notice(), Notice(), Notice(hours=24), Notice(hours=40), Notice(open_days=1))
    )


def _opening(frame: Frame) -> Pattern:
    return each_week({weekday: (DaySpan(frame.opens, frame.closes),) for weekday in frame.open_weekdays})


def _closures(dice: Random, frame: Frame) -> tuple[Absence, ...]:
    closed = [Absence(first=(day := some_day(dice, frame)), last=day) for _ in range(dice.choice((0, 1, 1)))]
    if dice.random() < 0.12:
        closed.append(Absence(weekdays=frozenset({dice.randrange(7)}), span=part_of_a_day(dice, frame, 60)))
    return tuple(closed)


def _rooms(dice: Random, frame: Frame) -> tuple[Room, ...]:
    rooms = [
        Room(id=f"t{number}", type="treatment")
        for number in range(1 if frame.family == "tiny" else dice.choice((1, 1, 2)))
    ]
    lounge = dice.choice((2, 2, 2, 3))
    hours = None
    if dice.random() < 0.3:
        least = 75 if frame.family == "tiny" else 150
        hours = each_week({weekday: (part_of_a_day(dice, frame, least),) for weekday in frame.open_weekdays})
    rooms.append(Room(id="lounge", type="lounge", capacity=lounge, hours=hours))
    return tuple(rooms)


def _now(dice: Random, frame: Frame) -> datetime:
    later = dice.choice((2, 3, 4)) if frame.family == "midway" else dice.choice((-1, -1, 0))
    day = frame.first + timedelta(days=later)
    return at(day, frame.opens + dice.choice((0, 60, 95)), zone(frame.zone))


def _done(dice: Random, frame: Frame, programme: Programme, clinic: Clinic, now: datetime) -> dict[str, Done]:
    if frame.family not in ("midway", "tiny") and dice.random() < 0.9:
        return {}
    past = programme.sessions[: -4 if frame.family == "tiny" else dice.choice((1, 1, 2, 3))]
    day, found = now.astimezone(zone(frame.zone)).date() - timedelta(days=1), {}
    people = [one.id for one in clinic.staff]
    for session in reversed(past):
        if dice.random() < 0.3:
            dice.shuffle(people)
        start = at(day, frame.opens + dice.choice((0, 60, 75)), zone(frame.zone))
        end = start + timedelta(minutes=session.kind.minutes)
        if end <= now:
            late = dice.choice((0, 0, 20))
            found[session.id] = Done(
                start=start,
                end=end + timedelta(minutes=late) if late or dice.random() < 0.5 else None,
                staff=_who_was_there(clinic, session, people),
            )
        day -= timedelta(days=dice.choice((1, 1, 2, 3)))
    return found


def _who_was_there(clinic: Clinic, session: Session, people: list[str]) -> dict[str, tuple[str, ...]]:
    """The first of these people who can, for each role."""
    there: dict[str, tuple[str, ...]] = {}
    for role, number in session.kind.roles().items():
        can = {one.id for one in clinic.staff_of(role)}
        there[role] = tuple([one for one in people if one in can][:number])
        people = [one for one in people if one not in there[role]]
    return there


def _booked(dice: Random, frame: Frame, clinic: Clinic, patient: Patient) -> list[Booking]:
    """Blocks in the diaries: some off the grid, some sharing, some on top of one another."""
    load = {"crowded": 0.08, "steady": 0.02, "one-day": 0.08, "tiny": 0.02}.get(frame.family, 0.03)
    rows = []
    for resource, one in clinic.by_resource.items():
        for offset in range(frame.days):
            for _ in range(2):
                scarce = resource.type == "room" or (one.capacity > 1 and frame.family != "tiny")
                if dice.random() < (
                    load * 2 if scarce and frame.family in ("crowded", "steady", "tiny") else load
                ):
                    day = frame.first + timedelta(days=offset)
                    sharing = one.capacity > 1 and dice.random() < 0.5
                    rows.append(_row(dice, frame, day, (resource.type, resource.id), sharing))
    for who in (*(patient.id,) * dice.choice((0, 0, 1, 3)), "somebody else"):
        rows.append(_row(dice, frame, some_day(dice, frame), ("patient", who), sharing=False))  # noqa: PERF401
    return rows


def _row(dice: Random, frame: Frame, day: date, who: tuple[str, str], sharing: bool) -> Booking:
    span = part_of_a_day(dice, frame, 50)
    begin = midnight(day, zone(frame.zone)).astimezone(UTC) + timedelta(minutes=span.start)
    resource_type, resource = who
    return Booking(
        type=resource_type,  # type: ignore[arg-type]  # both come from a Resource
        resource=resource,
        start=begin,
        end=begin + timedelta(minutes=span.end - span.start),
        exclusive=not sharing,
        ref="already there",
    )
