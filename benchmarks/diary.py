"""What does a diary cost? Building one from 20,000 bookings, changing it by twenty, and importing the library."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from statistics import median
from time import perf_counter

from attrs import frozen

from benchmarks.clinics import CLOSES, OPENS, empty_clinic, open_days
from kapsched import Booking, Bookings, Clinic, Diary, Resource
from kapsched.timeline.zones import at

BOOKINGS, MORE = 20_000, 20
# The lengths of free time that the trial course asks for: what a first plan after a change has to measure again.
LENGTHS = (60, 135, 150)


@frozen(kw_only=True)
class DiaryTimes:
    """Seconds for a diary of `bookings`: built, built with its runs measured, changed, changed with its runs."""

    bookings: int
    built: float
    built_and_measured: float
    changed: float
    changed_and_measured: float


def diary_times(seed: int, rounds: int = 9) -> DiaryTimes:
    """The medians of some rounds; rows are made beforehand, the clinic's hours are expanded anew in each."""
    dice, model = Random(seed), empty_clinic()
    rows = list(_rows(model, dice, BOOKINGS))
    more = list(_rows(model, dice, MORE))
    seconds = [_round(rows, more) for _ in range(rounds)]
    built, measured, changed, changed_measured = (median(column) for column in zip(*seconds, strict=True))
    fresh = Diary(empty_clinic(), booked=[*rows, *more])
    same = Diary(empty_clinic(), booked=rows).with_bookings(add=more)
    assert all(
        fresh.runs(one, length // fresh.step, True) == same.runs(one, length // same.step, True)
        for one in fresh.clinic.by_resource
        for length in LENGTHS
    ), "a changed diary must be the diary of all its bookings"
    return DiaryTimes(
        bookings=BOOKINGS,
        built=built,
        built_and_measured=measured,
        changed=changed,
        changed_and_measured=changed_measured,
    )


def _round(rows: list[Booking], more: list[Booking]) -> tuple[float, float, float, float]:
    clinic = empty_clinic()
    began = perf_counter()
    diary = Diary(clinic, booked=Bookings(rows))
    built = perf_counter()
    _measure(diary)
    measured = perf_counter()
    changed = diary.with_bookings(add=more)
    after = perf_counter()
    _measure(changed)
    return built - began, measured - began, after - measured, perf_counter() - measured


def _measure(diary: Diary) -> None:
    """Ask for all that is measured only when it is asked for."""
    for resource in diary.clinic.by_resource:
        for length in LENGTHS:
            for exclusive in (True, False):
                diary.runs(resource, length // diary.step, exclusive)


def _rows(clinic: Clinic, dice: Random, count: int) -> Iterator[Booking]:
    """Bookings of resources and patients, half an hour to two and a half hours long, anywhere in opening hours."""
    days, resources = list(open_days(clinic)), list(clinic.by_resource)
    for number in range(count):
        resource = dice.choice(resources) if number % 4 else Resource("patient", f"p{number % 400}")
        minutes = dice.choice((30, 60, 135, 150))
        start = at(dice.choice(days), dice.randrange(OPENS, CLOSES - minutes, 5), clinic.place)
        yield Booking(
            type=resource.type,
            resource=resource.id,
            start=start,
            end=start + timedelta(minutes=minutes),
            ref=f"row-{number}",
        )


def import_times(rounds: int = 9) -> tuple[float, float, float]:
    """Median seconds of new interpreters: importing kapsched, also asking for its planner, and two libraries alone."""
    lines = ("import kapsched", "import kapsched; kapsched.find_plan", "import attrs, dateutil.rrule")
    seconds: list[list[float]] = [[], [], []]
    for _ in range(rounds):
        for into, line in zip(seconds, lines, strict=True):
            began = perf_counter()
            subprocess.run([sys.executable, "-c", line], check=True)  # noqa: S603  # this interpreter, fixed lines
            into.append(perf_counter() - began)
    imported, planning, theirs = (median(one) for one in seconds)
    return imported, planning, theirs
