"""How long do so many steps take? The same courses under budgets from a thousand steps to the default."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time

from attrs import frozen

from benchmarks.clinics import NOW, Filled, programme
from benchmarks.trial import trial_courses
from kapsched import (
    DEFAULT_STEPS,
    Continuity,
    Course,
    Days,
    Diary,
    Frequency,
    Gap,
    Phase,
    Plan,
    Programme,
    Refusal,
    RollingDays,
    Span,
    find_plan,
)
from kapsched.cli.clinic_folder import ClinicFolder

BUDGETS = (1_000, 10_000, 50_000, DEFAULT_STEPS)
EXAMPLES = Path(__file__).parent.parent / "examples"
EXAMPLES_NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
# Trial courses of each programme; the second's hours are the costliest rule that is measured here.
TRIALS = ("trial", "integration-within-hours")


@frozen(kw_only=True)
class Answered:
    """One course under one budget: what came of it, in so many seconds of one core."""

    found: Plan | Refusal
    seconds: float

    @property
    def proof(self) -> str:
        """How far a plan is proved; of a refusal, whether it is."""
        if isinstance(self.found, Plan):
            return self.found.proved_through
        return "refused" if self.found.proved else "none found"

    @property
    def finished(self) -> bool:
        """Would more steps change nothing?"""
        return self.proof in ("all", "refused")


@frozen(kw_only=True)
class Budgeted:
    """Some courses under one budget."""

    name: str
    steps: int
    answers: Sequence[Answered]

    @property
    def times(self) -> tuple[float, float]:
        """Median and worst, in milliseconds."""
        seconds = [one.seconds * 1000 for one in self.answers]
        return median(seconds), max(seconds)

    @property
    def proofs(self) -> str:
        """How many answers of each proof, most first."""
        counted = Counter(one.proof for one in self.answers).most_common()
        return ", ".join(f"{count} {proof}" for proof, count in counted)


def budgeted(count: int, seed: int, filled: Filled) -> Iterator[Budgeted]:
    """The courses of both examples, and so many of each trial programme, under each budget."""
    for name in ("harbour", "edinburgh"):
        site = ClinicFolder.read(EXAMPLES / name)
        yield from _under_each(name, site.courses, Diary(site.clinic, booked=site.bookings), EXAMPLES_NOW)
    for name in TRIALS:
        yield from _under_each(name, trial_courses(count, seed, programme(name)), filled.diary, NOW)
    yield from _under_each("rolling", trial_courses(2, seed, rolling()), filled.diary, NOW)


def rolling() -> Programme:
    """A course that spends all its steps: four doses in any 28 days, and three roles that should keep their people."""
    roles = ("doctor", "therapist", "nurse")
    return Programme(
        name="rolling",
        version="1",
        kinds=programme("trial").kinds,
        phases=[Phase(name="run", order=["dosing"], times=24)],
        rules=[
            Gap(name="apart", after="dosing", before="dosing", at_least=Days(2)),
            Frequency(name="four in 28 days", of="dosing", at_most=4, per=RollingDays(days=28)),
            Span(name="no longer", of="dosing", at_most=Days(168)),
            *(Continuity(name=f"one {role}", role=role, hard=False) for role in roles),
        ],
    )


def _under_each(name: str, courses: Iterable[Course], diary: Diary, now: datetime) -> Iterator[Budgeted]:
    courses, before = tuple(courses), dict[str, Answered]()
    for course in courses:
        find_plan(course, diary, now=now, steps=1)  # what programme and diary remember is measured beforehand
    for steps in BUDGETS:
        for course in courses:
            # What was finished within fewer steps takes the same way again.
            if course.id not in before or not before[course.id].finished:
                before[course.id] = _answered(course, diary, now, steps)
        yield Budgeted(name=name, steps=steps, answers=tuple(before.values()))


def _answered(course: Course, diary: Diary, now: datetime, steps: int) -> Answered:
    began = process_time()
    found = find_plan(course, diary, now=now, steps=steps)
    return Answered(found=found, seconds=process_time() - began)
