"""What does a half-full clinic look like? Sixteen resources over a year, filled from a seed until they stand at half.

The rooms for dosing are measured in doses: a room packs as many on an open day as whole dose blocks (visit and
turnaround) go into its opening hours. Half-day blocks displace some of them and the courses' doses take others;
the clinic is filled when both together reach the share asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

from attrs import frozen

from kapsched import (
    Absence,
    Booking,
    Clinic,
    DaySpan,
    Diary,
    Horizon,
    Patient,
    Pattern,
    Plan,
    Programme,
    Resource,
    Room,
    SessionKind,
    StaffMember,
    Week,
    Wishes,
    enrol,
    find_plan,
)
from kapsched.exchange.programme_files import read_programme
from kapsched.timeline.zones import at

FIRST_DAY = date(2027, 1, 4)
DAYS = 365
OPENS, NOON, CLOSES = 8 * 60, 13 * 60, 18 * 60
HALF_DAYS = (DaySpan(OPENS, NOON), DaySpan(NOON, CLOSES))
CLOSED = (
    date(2027, 3, 26),
    date(2027, 3, 29),
    date(2027, 5, 3),
    date(2027, 5, 31),
    date(2027, 8, 30),
    date(2027, 12, 27),
    date(2027, 12, 28),
)
NOW = datetime(2027, 1, 4, 7, tzinfo=UTC)
SATURDAY = 5
# The share of open half-days on which people, and rooms, are blocked whole.
PEOPLE_BLOCKED, ROOMS_BLOCKED = 0.10, 0.04
# Turns in which a treatment room packs four doses.
TIMES = (time(8), time(10, 30), time(13), time(15, 30))
# A course that fills needs to be lawful, not proved.
FILLING_STEPS = 20_000
# Up to this part of the share the courses have maintenance doses.
LONG_UNTIL = 0.6


@frozen(kw_only=True)
class Filled:
    """A clinic with its bookings: `packable` doses in all, of which blocks displace some and courses take some."""

    clinic: Clinic
    diary: Diary
    packable: int
    displaced: int
    doses: int
    courses: int
    refused: int

    @property
    def share(self) -> float:
        """How much of what the rooms can pack is gone."""
        return (self.displaced + self.doses) / self.packable

    def __str__(self) -> str:
        return (
            f"{len(self.clinic.by_resource)} resources, {len(self.diary.bookings)} bookings; the dosing rooms pack "
            f"{self.packable} doses: {self.displaced} displaced by half-day blocks, {self.doses} taken by "
            f"{self.courses} courses, together {self.share:.1%} ({self.refused} courses refused on the way)"
        )


def programme(name: str) -> Programme:
    """A programme of this folder, by the name of its file."""
    return read_programme(Path(__file__).parent / "programmes" / f"{name}.toml")


def empty_clinic(grid: int = 5) -> Clinic:
    """Three treatment rooms, two for therapy, three doctors, five therapists and three nurses.

    All Monday to Friday; on Saturday mornings the therapists see patients in the therapy rooms.
    """
    day, morning = [(OPENS, CLOSES)], [(OPENS, NOON)]
    workdays = Pattern([Week.of(mon=day, tue=day, wed=day, thu=day, fri=day)])
    hours = Pattern([Week.of(mon=day, tue=day, wed=day, thu=day, fri=day, sat=morning)])
    return Clinic(
        id="benchmark",
        zone="Europe/London",
        hours=hours,
        rooms=[
            *(Room(id=f"treatment-{number}", type="treatment", hours=workdays) for number in (1, 2, 3)),
            *(Room(id=f"therapy-{number}", type="therapy") for number in (1, 2)),
        ],
        staff=[
            *(StaffMember(id=f"doctor-{number}", roles=["doctor"], hours=workdays) for number in (1, 2, 3)),
            *(
                StaffMember(id=f"therapist-{number}", roles=["therapist"], hours=hours)
                for number in (1, 2, 3, 4, 5)
            ),
            *(
                StaffMember(id=f"nurse-{number}", roles=["nurse"], hours=workdays, capacity=2)
                for number in (1, 2, 3)
            ),
        ],
        closed=[Absence(first=day, last=day) for day in CLOSED],
        grid=grid,
        horizon=Horizon(first_day=FIRST_DAY, days=DAYS),
    )


def filled_clinic(seed: int, share: float = 0.5, grid: int = 5) -> Filled:
    """The clinic of that seed: blocks first, then whole courses until the dosing rooms stand at `share`."""
    dice, clinic = Random(seed), empty_clinic(grid)
    long, short = programme("trial"), programme("induction")
    dose = next(kind for kind in long.kinds if kind.name == "dosing")
    packable = left_by_blocks(clinic, dose, ())
    blocks = tuple(half_day_blocks(clinic, dice))
    displaced = packable - left_by_blocks(clinic, dose, blocks)
    diary, courses, refused = Diary(clinic, booked=blocks), 0, 0
    taken = [0] * DAYS
    while (stands := (displaced + sum(taken)) / packable) < share:
        # Whole courses first, while they find their weeks; then inductions alone, where least is taken.
        course, last = (long, 110) if stands < LONG_UNTIL * share else (short, DAYS - 50)
        offset = min([dice.randrange(last) for _ in range(4)], key=lambda day: sum(taken[day : day + 28]))
        first = FIRST_DAY + timedelta(days=offset)
        number = courses + refused
        patient = Patient(id=f"p{number}", wishes=Wishes(time=dice.choice(TIMES)))
        filler = enrol(course, patient, id=f"filler-{number}", first_day=first)
        plan = find_plan(filler, diary, now=NOW, steps=FILLING_STEPS)
        if isinstance(plan, Plan):
            diary = diary.book(plan)
            for one in plan.appointments:
                if one.kind == "dosing":
                    taken[(one.start.date() - FIRST_DAY).days] += 1
            courses += 1
        else:
            refused += 1
            if refused > courses + 50:
                raise RuntimeError(f"the clinic cannot be filled to {share:.0%}: {filler.id} is refused")
    return Filled(
        clinic=clinic,
        diary=diary,
        packable=packable,
        displaced=displaced,
        doses=sum(taken),
        courses=courses,
        refused=refused,
    )


def packed(dose: SessionKind, stretches: Iterable[int]) -> int:
    """How many doses one after another go into stretches of so many minutes: the visit and its turnaround each."""
    block = dose.minutes + dose.segments[-1].turnaround
    return sum(minutes // block for minutes in stretches)


def open_days(clinic: Clinic) -> Iterator[date]:
    """The dates of the horizon on which the clinic opens."""
    for offset in range(clinic.horizon.days):
        day = clinic.horizon.first_day + timedelta(days=offset)
        if clinic.open_time(day, day):
            yield day


def half_day_blocks(clinic: Clinic, dice: Random) -> Iterator[Booking]:
    """Whole mornings and afternoons that somebody or some room is not to be had."""
    for resource in clinic.by_resource:
        load = ROOMS_BLOCKED if resource.type == "room" else PEOPLE_BLOCKED
        for day in open_days(clinic):
            for half in HALF_DAYS[: 1 if day.weekday() == SATURDAY else 2]:
                if dice.random() < load:
                    yield block(resource, day, half, clinic)


def block(resource: Resource, day: date, span: DaySpan, clinic: Clinic) -> Booking:
    """A booking of one resource for one part of a day."""
    return Booking(
        type=resource.type,
        resource=resource.id,
        start=at(day, span.start, clinic.place),
        end=at(day, span.end, clinic.place),
        ref="blocked",
    )


def left_by_blocks(clinic: Clinic, dose: SessionKind, blocks: Iterable[Booking]) -> int:
    """The doses that the treatment rooms still pack beside half-day blocks."""
    rooms = {room.id for room in clinic.rooms_of("treatment")}
    gone = {(one.resource, one.start) for one in blocks if one.type == "room" and one.resource in rooms}
    total = 0
    for day in open_days(clinic):
        if day.weekday() == SATURDAY:
            continue
        morning, afternoon = (at(day, half.start, clinic.place) for half in HALF_DAYS)
        for room in rooms:
            left = [(room, morning) not in gone, (room, afternoon) not in gone]
            stretches = (CLOSES - OPENS,) if all(left) else (NOON - OPENS,) * sum(left)
            total += packed(dose, stretches)
    return total
