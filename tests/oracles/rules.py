"""What must hold between the sessions? Rules drawn at random, one or two of a sort."""

from __future__ import annotations

from random import Random

from attrs import evolve

from kapsched.model.periods import CalendarWeek, RollingDays, TreatmentWeek
from kapsched.model.phases import Phase
from kapsched.model.programme import Programme
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Rule, Span
from kapsched.timeline.units import Days, Hours
from tests.oracles.units import in_other_units


def random_rules(dice: Random, family: str, phases: tuple[Phase, ...]) -> list[Rule]:
    """Rules that lean towards what the family is about."""
    kinds = {kind for phase in phases for kind in phase.order}
    names = {phase.name for phase in phases}
    rules: list[Rule] = [
        _between_doses(dice, family, [kind for phase in phases for kind in phase.order * phase.times])
    ]
    if "integration" in kinds:
        rules += _after_a_dose(dice, family)
    if "start" in names:
        rules += _before_the_first_dose(dice, family)
    if "later" in names:
        rules += _later(dice, phases)
    rules += _often(dice, family, phases)
    if dice.random() < {"steady": 0.2, "weeks": 0.2, "tiny": 0.4}.get(family, 0.4):
        days = (3, 4, 5, 6) if "integration" in kinds or family == "tiny" else (6, 7, 8, 9)
        rules.append(Span(name="span", of="induction/*", at_most=Days(dice.choice(days))))
    rules += _same_people(dice, family, kinds, offsets=any(isinstance(rule, Offset) for rule in rules))
    return in_other_units(Random(dice.getrandbits(32)), family, rules)  # noqa: S311  # a seed makes a case


def _between_doses(dice: Random, family: str, kinds: list[str]) -> Rule:
    if family == "hours" or dice.random() < 0.2:
        least = dice.choice((24, 24, 47, 48, 71))
        most = Hours(least + dice.choice((48, 72, 96))) if dice.random() < 0.6 else None
        between = "start-start" if dice.random() < 0.6 else "end-start"
        return Gap(
            name="hours between doses",
            after="dosing",
            before="dosing",
            at_least=Hours(least),
            at_most=most,
            between=between,  # type: ignore[arg-type]  # one of the two literals
        )
    least = dice.choice((1, 1, 2, 2) if family == "weeks" else (1, 1, 2, 2, 3))
    shape = dice.random()
    return Gap(
        name="days between doses",
        after="dosing",
        before="dosing",
        at_least=Days(least) if shape < 0.85 or kinds.count("dosing") > 2 else None,
        at_most=Days(least + dice.choice((2, 3, 4, 5) if family == "steady" else (3, 4, 5)))
        if shape > {"steady": 0.35, "weeks": 0.65, "tiny": 0.65}.get(family, 0.5)
        else None,
    )


def _after_a_dose(dice: Random, family: str) -> list[Rule]:
    rules: list[Rule] = []
    shape = dice.random()
    if family == "one-day" and shape < 0.5:
        order = Gap(
            name="the same day, later",
            after="dosing",
            before="integration",
            at_least=Hours(0),
            at_most=Hours(dice.choice((3, 8, 30))),
        )
        return [order] if dice.random() < 0.5 else [order, _offset("integration", dice, (0, 1, 0))]
    if shape < (0.7 if family == "steady" else 0.45):
        rules.append(_offset("integration", dice, (1, 1, 1)))
    elif shape < 0.75:
        rules.append(_offset("integration", dice, dice.choice(((1, 3, 1), (0, 2, 1), (0, 3, 2), (1, 2, 2)))))
    elif family == "hours" or shape < 0.85:
        rules.append(
            Gap(
                name="a day after",
                after="dosing",
                before="integration",
                at_least=Hours(20),
                at_most=Hours(dice.choice((26, 30, 48))),
                between="start-start",
            )
        )
    else:
        rules.append(
            Gap(name="after a dose", after="dosing", before="integration", at_least=Days(1), at_most=Days(4))
        )
    if dice.random() < 0.4:
        rules.append(Gap(name="dose first", after="dosing", before="integration", at_least=Hours(0)))
        rules.append(Gap(name="then the next", after="integration", before="dosing", at_least=Hours(0)))
        if dice.random() < 0.4:
            del rules[-1]
    return rules


def _offset(what: str, dice: Random, days: tuple[int, int, int], anchor: str = "dosing") -> Offset:
    earliest, latest, ideal = days
    return Offset(
        name=f"{what.replace('/', ' ')} offset",
        of=what,
        anchor=anchor,
        earliest=Days(earliest),
        latest=Days(latest),
        ideal=Days(ideal),
    )


def _before_the_first_dose(dice: Random, family: str) -> list[Rule]:
    shape = dice.random()
    if shape < (0.25 if family == "tiny" else 0.45):
        return [
            _offset("preparation", dice, dice.choice(((-3, -1, -1), (-2, -1, -1), (-2, 0, -1), (-4, -2, -3))))
        ]
    if shape < 0.7:
        return [
            Gap(
                name="prepared",
                after="preparation",
                before="induction/dosing",
                at_least=Days(1),
                at_most=Days(4),
            )
        ]
    if shape < 0.9:
        return [
            Gap(
                name="prepared",
                after="preparation",
                before="induction/dosing",
                at_least=Hours(0),
                at_most=Hours(72),
            )
        ]
    return []


def _later(dice: Random, phases: tuple[Phase, ...]) -> list[Rule]:
    kind = phases[-1].order[0]
    days = dice.choice(((3, 6, 4), (2, 7, 2), (4, 5, 5), (1, 3, 2)))
    if kind == "review" and dice.random() < 0.6:
        return [_offset("later/review", dice, days, anchor=dice.choice(("dosing", "induction/*")))]
    if kind == "dosing" and dice.random() < 0.6:
        return [_offset("later/dosing", dice, days, anchor="induction/dosing")]
    return [Gap(name="later on", after=("induction/dosing",), before=f"later/{kind}", at_least=Days(2))]


def _often(dice: Random, family: str, phases: tuple[Phase, ...]) -> list[Rule]:
    if family != "weeks" and dice.random() < {"steady": 0.8, "tiny": 0.3}.get(family, 0.6):
        return []
    doses = sum((phase.order * phase.times).count("dosing") for phase in phases if phase.name == "induction")
    if dice.random() < {"steady": 0.25, "tiny": 0.4}.get(family, 0.4):
        # Weeks of as many doses each: who begins late in a week must wait for the next.
        each = 2 if doses % 2 == 0 else doses
        most = each if dice.random() < 0.5 else None
        return [Frequency(name="so many a week", of="dosing", phase="induction", at_least=each, at_most=most)]
    of, phase = dice.choice((("dosing", "induction"), ("dosing", None), ("induction/*", "induction")))
    most = dice.choice((1, 2, 2)) if of == "dosing" else dice.choice((2, 3, 4))
    shape = dice.random()
    if shape < 0.35:
        return [
            Frequency(
                name="rolling",
                of=of,
                phase=phase,
                at_most=most,
                per=RollingDays(days=dice.choice((2, 3, 3, 4)) * most),
            )
        ]
    if shape < 0.65:
        return [
            Frequency(
                name="weekly",
                of=of,
                phase=phase,
                at_least=dice.choice((1, 1, most)),
                at_most=most,
                per=CalendarWeek(),
            )
        ]
    if shape < 0.8:
        return [Frequency(name="weekly", of=of, phase=phase, at_least=1 if dice.random() < 0.7 else most)]
    return [Frequency(name="weekly", of=of, phase=phase, at_most=most)]


def in_treatment_weeks(dice: Random, programme: Programme) -> Programme:
    """The same with some of its weeks counted from a session, be it the first counted, a later one or another."""
    rules: list[Rule] = []
    for rule in programme.rules:
        if isinstance(rule, Frequency) and isinstance(rule.per, CalendarWeek) and dice.random() < 0.6:
            anchor = dice.choice(programme.sessions).id if dice.random() < 0.5 else None
            rules.append(evolve(rule, per=TreatmentWeek(anchor=anchor)))
        else:
            rules.append(rule)
    doses = [one for one in programme.sessions if (one.phase, one.kind_name) == ("induction", "dosing")]
    if not any(isinstance(rule, Frequency) for rule in rules) and dice.random() < 0.6:
        others = [one.id for one in programme.sessions if one not in doses]
        shape = dice.random()
        if shape < 0.5 or not others:
            pace = Frequency(name="by treatment week", of="*", at_least=2, per=TreatmentWeek())
        elif shape < 0.9:
            # All in a week that begins with another session, which may have to wait for it.
            together = TreatmentWeek(anchor=others[-1])
            pace = Frequency(
                name="by treatment week", of="induction/dosing", at_least=len(doses), per=together
            )
        else:
            any_week = TreatmentWeek(anchor=dice.choice(programme.sessions).id)
            pace = Frequency(
                name="by treatment week",
                of="induction/dosing",
                at_most=max(1, len(doses) // 2),
                per=any_week,
            )
        rules.append(pace)
    return evolve(programme, rules=rules)


def _same_people(dice: Random, family: str, kinds: set[str], offsets: bool) -> list[Rule]:
    rules: list[Rule] = []
    if family in ("steady", "tiny") or dice.random() < 0.75:
        scope = dice.choice(
            ("course", "course", "course", "phase", "kinds", "kinds", "pair" if offsets else "phase")
        )
        of: tuple[str, ...] = (
            ("dosing", "integration") if scope == "kinds" and "integration" in kinds else ("*",)
        )
        rules.append(
            Continuity(
                name="one therapist",
                role="therapist",
                of=of,
                scope=scope,  # type: ignore[arg-type]  # one of the literals
                hard=dice.random() < (0.95 if family in ("steady", "tiny") else 0.8),
            )
        )
    if dice.random() < 0.3:
        scope = dice.choice(("course", "phase", "pair" if offsets else "course"))
        rules.append(
            Continuity(
                name="another role",
                role="therapist",
                of=("*",),
                scope=scope,  # type: ignore[arg-type]  # one of the literals
                hard=dice.random() < 0.3,
            )
        )
    return rules
