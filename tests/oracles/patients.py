"""Who comes? A patient drawn at random: when they can, whom they refuse, what they would like."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from random import Random

from kapsched.model.clinic import StaffMember
from kapsched.model.course import Patient, Wishes
from kapsched.timeline.recurrence import Absence, DaySpan, Pattern, Week


def random_patient(
    dice: Random, family: str, staff: Sequence[StaffMember], first: date, days: int, opening: tuple[int, int]
) -> Patient:
    """A patient of a clinic that is open during `opening`, in minutes after midnight."""
    hours = None
    if dice.random() < (0.06 if family in ("steady", "tiny", "night", "one-day") else 0.2):
        spans = tuple(_when_they_can(dice, opening) for _ in range(7))
        hours = Pattern((Week(spans),))
    away: tuple[Absence, ...] = ()
    if dice.random() < (0.08 if family in ("steady", "tiny") else 0.12):
        gone = first + timedelta(days=dice.randrange(days))
        away = (Absence(first=gone, last=gone + timedelta(days=dice.choice((0, 1, 2)))),)
    excludes = (dice.choice(staff).id,) if dice.random() < 0.06 else ()
    return Patient(id="q17", hours=hours, away=away, excludes=excludes, wishes=_wishes(dice, staff, opening))


def _when_they_can(dice: Random, opening: tuple[int, int]) -> tuple[DaySpan, ...]:
    opens, closes = opening
    if dice.random() < 0.1:
        return ()
    if dice.random() < 0.6:
        return (DaySpan(0, 1440),)
    middle = opens + dice.choice((30, 60, 90))
    return (DaySpan(middle, 1440),) if dice.random() < 0.5 else (DaySpan(0, closes - (middle - opens)),)


def _wishes(dice: Random, staff: Sequence[StaffMember], opening: tuple[int, int]) -> Wishes:
    if dice.random() < 0.35:
        return Wishes()
    preferred = None
    if dice.random() < 0.35:
        minute = dice.randrange(opening[0], opening[1], 15)
        preferred = time(minute // 60, minute % 60)
    half_day = dice.choice(("morning", "afternoon")) if dice.random() < 0.3 else None
    return Wishes(
        weekdays=frozenset(dice.sample(range(5), 2)) if dice.random() < 0.3 else frozenset(),
        half_day=half_day,  # type: ignore[arg-type]  # a choice of two literals is typed as text
        staff=tuple(one.id for one in dice.sample(list(staff), dice.choice((1, 1, 2))))
        if dice.random() < 0.4
        else (),
        time=preferred,
    )
