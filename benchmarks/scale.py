"""Does a full clinic slow the next course down? The same courses beside 30 others, and beside 300.

The clinic has three of everything for every hundred courses a year, so it could hold them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from attrs import evolve, frozen

from benchmarks.clinics import (
    FILLING_STEPS,
    FIRST_DAY,
    NOW,
    TIMES,
    Filled,
    empty_clinic,
    programme,
)
from benchmarks.trial import LAST_FIRST_DAY, Tried, trial_courses, tried
from kapsched import Clinic, Diary, Patient, Plan, Wishes, enrol, find_plan

FEW, MANY = 30, 300
PER_HUNDRED = 3


@frozen(kw_only=True)
class Scaled:
    """The same courses tried when few and when many others were booked."""

    refused: int
    beside_few: Sequence[Tried]
    beside_many: Sequence[Tried]


def scaled_clinic() -> Clinic:
    """Nine rooms of each type, nine doctors, therapists and nurses."""
    small, count = empty_clinic(), PER_HUNDRED * MANY // 100
    rooms = {room.type: room for room in small.rooms}
    staff = {one.roles[0]: one for one in small.staff}
    return evolve(
        small,
        rooms=[
            evolve(room, id=f"{type}-{number}")
            for type, room in rooms.items()
            for number in range(1, count + 1)
        ],
        staff=[
            evolve(one, id=f"{role}-{number}")
            for role, one in staff.items()
            for number in range(1, count + 1)
        ],
    )


def scaled(count: int, seed: int) -> Scaled:
    """Courses of that seed booked one after another; `count` others are tried on the way and not booked."""
    dice, course, clinic = Random(seed), programme("trial"), scaled_clinic()
    diary, booked, refused = Diary(clinic), 0, 0
    beside: dict[int, list[Tried]] = {}
    while booked < MANY:
        first = FIRST_DAY + timedelta(days=dice.randrange(LAST_FIRST_DAY))
        patient = Patient(id=f"s{booked + refused}", wishes=Wishes(time=dice.choice(TIMES)))
        found = find_plan(
            enrol(course, patient, id=f"scale-{booked + refused}", first_day=first),
            diary,
            now=NOW,
            steps=FILLING_STEPS,
        )
        if not isinstance(found, Plan):
            refused += 1
            continue
        # The diary before this course is booked holds one course less than the course's number.
        if booked + 1 in (FEW, MANY):
            filled = Filled(
                clinic=clinic, diary=diary, packable=1, displaced=0, doses=0, courses=booked, refused=refused
            )
            beside[booked + 1] = [tried(one, filled) for one in trial_courses(count, seed)]
        diary, booked = diary.book(found), booked + 1
    return Scaled(refused=refused, beside_few=beside[FEW], beside_many=beside[MANY])
