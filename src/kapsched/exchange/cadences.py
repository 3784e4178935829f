"""How far apart are the rounds of a phase? Its steps, short for an offset each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kapsched.exchange.fields import Fields, positive
from kapsched.exchange.rule_tables import days
from kapsched.model.phases import Phase
from kapsched.model.rules import Offset
from kapsched.timeline.units import Days


class Step(NamedTuple):
    """So many rounds of a phase, each so many days after the one before, within a tolerance; 0 for all there are."""

    every: Days
    times: int
    tolerance: Days


def cadence(phase: Phase, steps: Iterable[Step]) -> tuple[Offset, ...]:
    """The offsets that steps stand for: each session of the phase's first kind from the one before it.

    The one step of an open phase is of them all.
    """
    kind, begun, found = phase.order[0], 0, []
    for number, step in enumerate(steps, start=1):
        count = step.times * phase.order.count(kind)
        found.append(
            Offset(
                name=f"{phase.name}-step-{number}",
                of=[f"{phase.name}/{kind}/{begun + one}" for one in range(1, count + 1)]
                or f"{phase.name}/{kind}",
                anchor=kind,
                earliest=Days(step.every.count - step.tolerance.count),
                ideal=step.every,
                latest=Days(step.every.count + step.tolerance.count),
            )
        )
        begun += count
    return tuple(found)


def timed_step(value: object) -> Step:
    """A step that says how many rounds it is of."""
    return _step(value, goes_on=False)


def open_step(value: object) -> Step:
    """The step of an open phase, of all its rounds."""
    return _step(value, goes_on=True)


def _step(value: object, *, goes_on: bool) -> Step:
    with Fields(value) as table:
        every, tolerance = table.need("every", days, Days(1)), table.take("tolerance", days, Days(0))
        times = 0 if goes_on else table.need("times", positive, 1)
        if every.count < 1:
            table.fault(f"steps lie at least 1 day apart, not {every}", "every")
        if tolerance.count < 0:
            table.fault(f"a tolerance cannot be negative: {tolerance}", "tolerance")
    return Step(every, times, tolerance)
