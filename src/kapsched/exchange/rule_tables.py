"""How is each rule written in a programme's file?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from kapsched.errors import InvalidInput
from kapsched.exchange.fields import (
    Fields,
    boolean,
    choice,
    label,
    listed,
    one_or_more,
    positive,
    shown,
    text,
    whole,
)
from kapsched.model.rules import (
    CalendarWeek,
    Continuity,
    Frequency,
    Gap,
    Offset,
    Period,
    RollingDays,
    Rule,
    Scope,
    Span,
    TreatmentWeek,
)
from kapsched.timeline.units import Days, Hours, Length, read_length

_PERIOD = re.compile(r"(\d{1,4}) days?", re.ASCII)
_NO_DAYS = Days(0)
_SCOPES: tuple[Scope, ...] = ("course", "phase", "kinds", "pair")
_BETWEEN: tuple[Literal["end-start", "start-start"], ...] = ("end-start", "start-start")
_ANY = ("*",)
_HARD = True

selectors = one_or_more(label)


def length(value: object) -> Length:
    """A length in days or hours such as "2 days"."""
    return read_length(text(value))


def days(value: object) -> Days:
    """A length in days such as "3 days"."""
    found = length(value)
    if not isinstance(found, Days):
        raise InvalidInput(f'a length in days such as "3 days" is wanted, not {shown(value)}')
    return found


def _one_way(table: Fields, short: str, long: tuple[str, ...]) -> bool:
    """Is the short form used? Both forms at once are a fault."""
    if short not in table:
        return False
    for key in long:
        if key in table:
            table.fault(f"{short!r} already says it; keep one of the two", key)
            table.take(key, lambda value: value, None)
    return True


def _gap(name: str, value: object) -> tuple[Rule, ...]:
    with Fields(value) as table:
        if _one_way(table, "of", ("after", "before")):
            after = before = table.need("of", selectors, _ANY)
        else:
            after = table.need("after", selectors, _ANY)
            before = table.need("before", selectors, _ANY)
        least, most = table.take("at_least", length, None), table.take("at_most", length, None)
        between = table.take("between", choice(*_BETWEEN), _BETWEEN[0])
        if "between" in table and (isinstance(least, Days) or isinstance(most, Days)):
            table.fault("days compare dates; only a gap in hours says between which instants", "between")
    return (
        Gap(
            name=name,
            after=after,
            before=before,
            at_least=least,
            at_most=most,
            between=between,
        ),
    )


def _interleaved(name: str, value: object) -> tuple[Rule, ...]:
    with Fields(value) as table:
        turns = table.need("of", listed(label), ("*", "*"))
        if len(turns) != 2:
            table.fault(f"two things take turns, not {len(turns)}", "of")
    return interleaving(name, *turns)


def interleaving(name: str, first: str, second: str) -> tuple[Gap, Gap]:
    """The two gaps that make sessions of `first` and `second` take turns."""
    return (
        Gap(name=name, after=first, before=second, at_least=Hours(0)),
        Gap(name=f"{name}-next", after=second, before=first, at_least=Hours(0)),
    )


def _offset(name: str, value: object) -> tuple[Rule, ...]:
    with Fields(value) as table:
        of, anchor = table.need("of", selectors, _ANY), table.need("anchor", selectors, _ANY)
        ideal: Days | None
        if _one_way(table, "after", ("earliest", "ideal", "latest")):
            earliest = ideal = latest = table.need("after", days, _NO_DAYS)
        else:
            earliest, latest = table.need("earliest", days, _NO_DAYS), table.need("latest", days, _NO_DAYS)
            ideal = table.take("ideal", days, None)
    if ideal is None:
        return (Offset(name=name, of=of, anchor=anchor, earliest=earliest, latest=latest),)
    return (Offset(name=name, of=of, anchor=anchor, earliest=earliest, latest=latest, ideal=ideal),)


def period(value: object) -> Period:
    """A calendar week, "week", a "treatment week", or any so many days in a row, "7 days"."""
    if text(value) == "week":
        return CalendarWeek()
    if text(value) == "treatment week":
        return TreatmentWeek()
    found = _PERIOD.fullmatch(text(value))
    if found is None:
        raise InvalidInput(
            f'"week", "treatment week" or any days in a row such as "7 days" are wanted, not {shown(value)}'
        )
    return RollingDays(days=int(found[1]))


def written_period(per: Period) -> str:
    """How a period is written in a file; the anchor of treatment weeks stands beside it."""
    match per:
        case CalendarWeek():
            return "week"
        case TreatmentWeek():
            return "treatment week"
        case RollingDays():
            return str(Days(per.days))


def _frequency(name: str, value: object) -> tuple[Rule, ...]:
    most: int | None
    with Fields(value) as table:
        of, phase = table.need("of", selectors, _ANY), table.take("phase", label, None)
        if _one_way(table, "exactly", ("at_least", "at_most")):
            least = most = table.need("exactly", positive, 1)
        else:
            least, most = table.take("at_least", whole, 0), table.take("at_most", whole, None)
        per = table.take("per", period, CalendarWeek())
        anchor = table.take("anchor", label, None)
        if isinstance(per, TreatmentWeek):
            per = TreatmentWeek(anchor=anchor)
        elif "anchor" in table:
            table.fault('only per = "treatment week" is counted from a session', "anchor")
    return (Frequency(name=name, of=of, phase=phase, at_least=least, at_most=most, per=per),)


def _span(name: str, value: object) -> tuple[Rule, ...]:
    with Fields(value) as table:
        of, most = table.need("of", selectors, _ANY), table.need("at_most", days, _NO_DAYS)
    return (Span(name=name, of=of, at_most=most),)


def _continuity(name: str, value: object) -> tuple[Rule, ...]:
    with Fields(value) as table:
        role = table.need("role", label, "")
        scope = table.take("scope", choice(*_SCOPES), _SCOPES[0])
        of = table.take("of", selectors, _ANY)
        hard = table.take("hard", boolean, _HARD)
    return (Continuity(name=name, role=role, scope=scope, of=of, hard=hard),)


# The order of the rules in a programme; the steps of phases stand after the offsets.
RULE_TABLES: Mapping[str, Callable[[str, object], tuple[Rule, ...]]] = {
    "gaps": _gap,
    "interleaved": _interleaved,
    "offsets": _offset,
    "frequencies": _frequency,
    "spans": _span,
    "continuity": _continuity,
}
