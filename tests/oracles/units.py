"""In what else could it be counted? Gaps and offsets in days, turned into open days or hours, some within hours."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from attrs import evolve

from kapsched.model.rules import Gap, Offset, Rule
from kapsched.timeline.units import DayCount, Days, Hours, Length, OpenDays


def in_other_units(dice: Random, family: str, rules: Iterable[Rule]) -> list[Rule]:
    """The same rules, of which some are counted in another unit than days."""
    found: list[Rule] = []
    for rule in rules:
        if isinstance(rule, Gap) and rule.in_days and dice.random() < 0.25:
            found.append(_gap_in_open_days(rule))
        elif isinstance(rule, Offset) and (shape := dice.random()) < 0.9:
            found.append(_offset(dice, family, rule, shape))
        else:
            found.append(rule)
    return found


def _in_open_days(length: Length | None) -> OpenDays | None:
    return None if length is None else OpenDays(length.count)


def _gap_in_open_days(gap: Gap) -> Gap:
    return evolve(gap, at_least=_in_open_days(gap.at_least), at_most=_in_open_days(gap.at_most))


def _offset(dice: Random, family: str, offset: Offset, shape: float) -> Offset:
    least, most, ideal = offset.earliest.count, offset.latest.count, offset.ideal
    if shape < 0.35:
        return _offset_in_hours(dice, offset)
    counted: type[DayCount] = OpenDays if shape < 0.63 else Days
    near = 24 * max(1, 0 if ideal is None else abs(ideal.count))
    more = (-3, -2, -1, 0, 0, 24) if family == "tiny" else (-2, 0, 2, 24, 48)
    within = Hours(near + dice.choice(more)) if dice.random() < 0.9 else None
    return evolve(
        offset,
        earliest=counted(least),
        latest=counted(most),
        ideal=None if ideal is None else counted(ideal.count),
        within=within,
        between=dice.choice(("end-start", "start-start")),
    )


def _offset_in_hours(dice: Random, offset: Offset) -> Offset:
    """About as far as the days, some hours to either side; across a clock change an hour tells."""
    least, most = offset.earliest.count, offset.latest.count
    earliest = 24 * least - dice.choice((0, 0, 1, 2))
    return evolve(
        offset,
        earliest=Hours(earliest),
        latest=Hours(max(earliest, 24 * most + dice.choice((-2, 0, 0, 1, 2)))),
        ideal=None,
        between=dice.choice(("end-start", "start-start")),
    )
