"""What does a programme say that is based on another one?

A programme is written back into the table that would describe it, short forms found again, and the new table
is laid over it: tables merge by key, other values replace, and `false` in place of a table takes it away.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from attrs import evolve

from kapsched.errors import Fault, refuse
from kapsched.exchange.cadences import Step, cadence
from kapsched.exchange.rule_tables import interleaving, written_period
from kapsched.model.periods import TreatmentWeek
from kapsched.model.phases import Phase
from kapsched.model.programme import Programme, Segment, SessionKind
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Rule, Span
from kapsched.timeline.units import Days, Hours, Length

# What is said here takes the place of these words of the programme below, which say the same in another way.
_REPLACES = {
    "times": ("steps", "open", "book_ahead"),
    "steps": ("times",),
    "open": ("times", "steps", "book_ahead"),
    "of": ("after", "before"),
    "after": ("earliest", "ideal", "latest"),
    "exactly": ("at_least", "at_most"),
    "per": ("anchor",),
}


_HEADING = ("format", "name", "version", "based_on")


def merged(base: Programme, table: dict[str, object]) -> dict[str, object]:
    """The table that a programme file means which is based on `base`."""
    faults: list[Fault] = []
    heading = {key: table[key] for key in _HEADING if key in table}
    own = {key: value for key, value in table.items() if key not in _HEADING}
    below = {key: value for key, value in programme_table(base).items() if key not in _HEADING}
    laid = _laid(below, own, (), faults, base)
    refuse(faults)
    return {**heading, **laid}


def _laid(
    below: dict[str, object],
    above: dict[str, object],
    path: tuple[str, ...],
    faults: list[Fault],
    base: Programme,
) -> dict[str, object]:
    gone = {word for key in above if len(path) == 2 for word in _REPLACES.get(key, ()) if word not in above}
    found = {key: value for key, value in below.items() if key not in gone}
    for key, value in above.items():
        under = found.get(key)
        if isinstance(under, dict) and isinstance(value, dict):
            found[key] = _laid(under, value, (*path, key), faults, base)
        elif value is False and isinstance(under, dict):
            del found[key]
        elif value is False and len(path) < 2:
            message = f"there is nothing of this name in {base.name}@{base.version} to take away"
            faults.append(Fault(message, ".".join((*path, key))))
        else:
            found[key] = value
    return found


def programme_table(programme: Programme) -> dict[str, object]:
    """The table that describes a programme: `programme_of` reads it back, rules ordered by table."""
    steps = {phase.name: _steps(phase, programme) for phase in programme.phases}
    turns = dict(_turns(programme))
    spoken = {f"{name}-step-{number}" for name, some in steps.items() for number in range(1, len(some) + 1)}
    spoken |= {name for first in turns for name in (first, f"{first}-next")}
    table: dict[str, dict[str, object]] = {
        "kinds": {kind.name: _kind_table(kind) for kind in programme.kinds},
        "phases": {phase.name: _phase_table(phase, steps[phase.name]) for phase in programme.phases},
        "interleaved": {name: {"of": list(pair)} for name, pair in turns.items()},
    }
    for rule in programme.rules:
        if rule.name not in spoken:
            place, said = _rule_table(rule)
            table.setdefault(place, {})[rule.name] = {
                key: value for key, value in said.items() if value is not None
            }
    heading: dict[str, object] = {"format": 1, "name": programme.name, "version": programme.version}
    if evolve(programme, target="").target != programme.target:
        heading["target"] = programme.target
    return {**heading, **table}


def _segment_table(segment: Segment) -> dict[str, object]:
    said: dict[str, object] = {"name": segment.name, "minutes": segment.minutes, "staff": list(segment.staff)}
    if segment.room is not None:
        said["room"] = segment.room
    listed = {"shares": list(segment.shares), "pools": list(segment.pools)}
    return {**said, **listed, "turnaround": segment.turnaround, "tail": segment.tail}


def _kind_table(kind: SessionKind) -> dict[str, object]:
    return {"handover": list(kind.handover), "segments": list(map(_segment_table, kind.segments))}


def _phase_table(phase: Phase, steps: tuple[Step, ...]) -> dict[str, object]:
    said: dict[str, object] = {"order": list(phase.order)}
    if phase.open:
        said |= {"open": True, "book_ahead": phase.book_ahead}
    elif not steps:
        said["times"] = phase.times
    written = [
        {"every": str(step.every), "times": step.times, "tolerance": str(step.tolerance)} for step in steps
    ]
    for step in written if phase.open else ():
        del step["times"]
    return {**said, "steps": written} if steps else said


def _steps(phase: Phase, programme: Programme) -> tuple[Step, ...]:
    """The steps that the offsets of a phase stand for; none unless they stand for exactly those."""
    offsets = {offset.name: offset for offset in programme.offsets}
    found: list[Offset] = []
    while (name := f"{phase.name}-step-{len(found) + 1}") in offsets:
        found.append(offsets[name])
    rounds = phase.order.count(phase.order[0])
    steps = tuple(
        Step(
            one.ideal,
            0 if phase.open else len(one.of) // rounds,
            Days(one.ideal.count - one.earliest.count),
        )
        for one in found
        if isinstance(one.ideal, Days)
    )
    fits = phase.open or sum(step.times for step in steps) == phase.times
    return steps if fits and cadence(phase, steps) == tuple(found) else ()


def _turns(programme: Programme) -> Iterator[tuple[str, tuple[str, str]]]:
    """The pairs of gaps that stand for sessions taking turns."""
    gaps = {rule.name: rule for rule in programme.rules if isinstance(rule, Gap)}
    for gap in gaps.values():
        if len(gap.after) == len(gap.before) == 1:
            pair = (gap.after[0], gap.before[0])
            if (gap, gaps.get(f"{gap.name}-next")) == interleaving(gap.name, *pair):
                yield gap.name, pair


def _rule_table(rule: Rule) -> tuple[str, dict[str, object]]:
    match rule:
        case Gap():
            between = None if rule.in_days else rule.between
            return "gaps", {
                "after": list(rule.after),
                "before": list(rule.before),
                "at_least": _written(rule.at_least),
                "at_most": _written(rule.at_most),
                "between": between,
            }
        case Offset():
            return "offsets", {
                "of": list(rule.of),
                "anchor": list(rule.anchor),
                "earliest": str(rule.earliest),
                "ideal": _written(rule.ideal),
                "latest": str(rule.latest),
                "within": _written(rule.within),
                "between": rule.between if isinstance(rule.latest, Hours) or rule.within else None,
            }
        case Frequency():
            return "frequencies", {
                "of": list(rule.of),
                "phase": rule.phase,
                "at_least": rule.at_least,
                "at_most": rule.at_most,
                "per": written_period(rule.per),
                "anchor": rule.per.anchor if isinstance(rule.per, TreatmentWeek) else None,
                "across": None if rule.across == "course" else rule.across,
            }
        case Span():
            return "spans", {"of": list(rule.of), "at_most": str(rule.at_most)}
        case Continuity():
            return "continuity", {
                "role": rule.role,
                "scope": rule.scope,
                "of": list(rule.of),
                "hard": rule.hard,
            }
        case _:
            assert_never(rule)


def _written(length: Length | None) -> str | None:
    return None if length is None else str(length)
