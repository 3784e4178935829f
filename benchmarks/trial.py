"""Which courses are tried? Nineteen appointments each, from first days over the year, half with a preferred time."""

from __future__ import annotations

from datetime import time, timedelta
from random import Random
from time import perf_counter

from attrs import frozen

from benchmarks.clinics import FIRST_DAY, NOW, Filled, programme
from kapsched import Course, Patient, Plan, Programme, Wishes, enrol, find_plan
from kapsched.planning.course_plan import DEFAULT_STEPS, plan_course

# A trial course takes some 120 days once it has begun; one that begins later would leave the horizon.
LAST_FIRST_DAY = 210
TIMES = (time(9), time(10, 30), time(14), time(15, 30))


@frozen(kw_only=True)
class Tried:
    """One course tried: its answer, the seconds of `find_plan`, and of the search within it without verifying."""

    course: Course
    plan: Plan | None
    seconds: float
    searching: float

    @property
    def proved(self) -> bool:
        """Is it placed, and all of its optimum proved?"""
        return self.plan is not None and self.plan.proved_through == "all"


def trial_courses(count: int, seed: int, course: Programme | None = None) -> tuple[Course, ...]:
    """So many patients of that seed, by default in the trial course; every other one has a preferred time."""
    dice, course = Random(seed), course or programme("trial")
    return tuple(
        enrol(
            course,
            Patient(id=f"t{number}", wishes=Wishes(time=dice.choice(TIMES) if number % 2 else None)),
            id=f"trial-{number}",
            first_day=FIRST_DAY + timedelta(days=dice.randrange(LAST_FIRST_DAY)),
        )
        for number in range(count)
    )


def tried(course: Course, filled: Filled) -> Tried:
    """A course planned and verified beside all that the clinic holds, and planned once more without verifying."""
    began = perf_counter()
    found = find_plan(course, filled.diary, now=NOW)
    ended = perf_counter()
    plan_course(course, filled.diary, NOW, DEFAULT_STEPS)
    again = perf_counter()
    return Tried(
        course=course,
        plan=found if isinstance(found, Plan) else None,
        seconds=ended - began,
        searching=again - ended,
    )
