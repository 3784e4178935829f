"""Does a rule name what is there? What is wrong with one among the sessions of a programme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kapsched.errors import Fault
from kapsched.model.periods import TreatmentWeek
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Rule
from kapsched.model.selectors import Named, matches


def _anchor_faults(rule: Rule, sessions: Sequence[Named]) -> Iterator[Fault]:
    if isinstance(rule, Frequency) and isinstance(rule.per, TreatmentWeek) and rule.per.anchor is not None:
        found = rule.anchors(sessions)
        if len(found) != 1:
            known = ", ".join(one.id for one in found or sessions)
            yield Fault(
                f"weeks are counted from one session, and {rule.per.anchor!r} picks {len(found)}; "
                f"{'it picks' if found else 'there are'} {known}",
                "anchor",
            )


def faults_of_rule(rule: Rule, sessions: Sequence[Named], roles: Iterable[str]) -> list[Fault]:
    """What is wrong with a rule in a programme of these sessions: names that nothing answers to."""
    faults: list[Fault] = []
    for attribute in ("of", "anchor", "after", "before"):
        for selector in getattr(rule, attribute, ()):
            if not any(matches(selector, session) for session in sessions):
                known = ", ".join(dict.fromkeys(f"{one.phase}/{one.kind_name}" for one in sessions))
                faults.append(Fault(f"there is no session {selector!r}; there are {known}", attribute))
    if isinstance(rule, Frequency) and rule.phase and rule.phase not in {one.phase for one in sessions}:
        known = ", ".join(dict.fromkeys(one.phase for one in sessions))
        faults.append(Fault(f"there is no phase {rule.phase!r}; there are {known}", "phase"))
    faults += _anchor_faults(rule, sessions)
    if isinstance(rule, Continuity) and rule.role not in (known_roles := sorted(set(roles))):
        faults.append(Fault(f"no session needs a {rule.role!r}; needed are {', '.join(known_roles)}", "role"))
    if not faults and isinstance(rule, Gap | Offset) and not rule.pairs(sessions):
        path = "before" if isinstance(rule, Gap) else "anchor"
        faults.append(Fault("it binds no two sessions: nothing it names comes before the other", path))
    if not faults and isinstance(rule, Frequency) and not rule.binding(sessions):
        faults.append(Fault(f"it binds no session: none that it names is in {rule.phase!r}", "phase"))
    return faults
