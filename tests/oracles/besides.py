"""What if the patient were in other courses too? A drawn case whose limits count what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from attrs import evolve

from kapsched.model.clinic import Clinic
from kapsched.model.course import Course
from kapsched.model.elsewhere import Elsewhere
from kapsched.model.periods import CalendarWeek, Period, RollingDays, TreatmentWeek
from kapsched.model.rules import Frequency, Rule
from kapsched.timeline.zones import at


def beside_others(dice: Random, clinic: Clinic, course: Course) -> Course:
    """The course beside a few sessions of others, most of its limits counted across all of them."""
    rules: list[Rule] = []
    for rule in course.programme.rules:
        if isinstance(rule, Frequency) and rule.at_most is not None and dice.random() < 0.85:
            rules.append(evolve(rule, across="patient", at_most=rule.at_most + dice.choice((0, 0, 0, 1))))
        else:
            rules.append(rule)
    if not any(isinstance(rule, Frequency) and rule.at_most is not None for rule in rules):
        rules.append(_limit(dice, course))
    programme = evolve(course.programme, rules=rules)
    return evolve(course, programme=programme, beside=list(_sessions(dice, clinic, course)))


def _limit(dice: Random, course: Course) -> Frequency:
    of = dice.choice(("dosing", "dosing", "induction/dosing", "*"))
    most = dice.choice((2, 3, 4)) if of == "*" else dice.choice((1, 2, 2, 3))
    anchors = (None, None, dice.choice(course.programme.sessions).id)
    per: Period = dice.choice(
        (
            CalendarWeek(),
            RollingDays(days=dice.choice((2, 4, 7))),
            RollingDays(days=7),
            TreatmentWeek(anchor=dice.choice(anchors)),
        )
    )
    phase = dice.choice((None, None, "induction"))
    return Frequency(name="across courses", of=of, phase=phase, at_most=most, per=per, across="patient")


def _sessions(dice: Random, clinic: Clinic, course: Course) -> Iterator[Elsewhere]:
    """Past and to come, close to midnight too; some have the names of this programme's, others their own."""
    for number in range(1, dice.choice((2, 3, 4, 6, 8)) + 1):
        day = course.first_day + timedelta(
            days=dice.choice((dice.randrange(-4, 9), dice.randrange(-8, clinic.horizon.days + 3)))
        )
        phase = dice.choice(("induction", "induction", "later", "other"))
        kind = dice.choice(("dosing", "dosing", "dosing", "integration", "review"))
        minute = dice.choice((0, 9 * 60, 14 * 60, 23 * 60 + 50))
        yield Elsewhere(
            course=dice.choice(("c2", "c3")),
            session=f"{phase}/{kind}/{number}",
            start=at(day, minute, clinic.place),
        )
