"""How is each rule written in a programme's file?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from kapsched.errors import InvalidInput
from kapsched.exchange.fields import (
    Fields,
    boolean,
    choice,
    label,
    listed,
    one_or_more,
    positive,
    text,
    whole,
)
from kapsched.exchange.shown import shown
from kapsched.model.periods import CalendarWeek, Period, RollingDays, TreatmentWeek
from kapsched.model.rules import Across, Between, Continuity, Frequency, Gap, Offset, Rule, Scope, Span
from kapsched.timeline.units import DayCount, Days, Hours, Length, read_length

_PERIOD = re.compile(r"(\d{1,4}) days?", re.ASCII)
_NO_DAYS = Days(0)
_SCOPES: tuple[Scope, ...] = ("course", "phase", "kinds", "pair")
_BETWEEN: tuple[Between, ...] = ("end-start", "start-start")
_ACROSS: tuple[Across, ...] = ("course", "patient")
_ANY = ("*",)
_HARD = True

selectors = one_or_more(label)


def length(value: object) -> Length:
    """A length in days, open days or hours such as "2 days"."""
    return read_length(text(value))


def days(value: object) -> Days:
    """A length in days such as "3 days"."""
    found = length(value)
    if not isinstance(found, Days):
        raise InvalidInput(f'a length in days such as "3 days" is wanted, not {shown(value)}')
    return found


def day_count(value: object) -> DayCount:
    """A length in days or open days such as "1 open day"."""
    found = length(value)
    if isinstance(found, Hours):
        raise InvalidInput(f'days or open days such as "1 open day" are wanted, not {shown(value)}')
    return found


def hours(value: object) -> Hours:
    """A length in hours such as "72 hours"."""
    found = length(value)
    if not isinstance(found, Hours):
        raise InvalidInput(f'a length in hours such as "72 hours" is wanted, not {shown(value)}')
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
        between = _between(table, least, most)
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


def _between(table: Fields, *lengths: Length | None) -> Between:
    """Between which instants hours are counted; said of days alone it is a fault."""
    between = table.take("between", choice(*_BETWEEN), _BETWEEN[0])
    said = [one for one in lengths if one is not None]
    if "between" in table and said and not any(isinstance(one, Hours) for one in said):
        table.fault("days compare dates; only hours are counted between two instants", "between")
    return between


def _offset(name: str, value: object) -> tuple[Rule, ...]:
    ideal: DayCount | None
    with Fields(value) as table:
        of, anchor = table.need("of", selectors, _ANY), table.need("anchor", selectors, _ANY)
        if _one_way(table, "after", ("earliest", "ideal", "latest")):
            earliest = latest = table.need("after", length, _NO_DAYS)
            ideal = None
        else:
            earliest, latest = (
                table.need("earliest", length, _NO_DAYS),
                table.need("latest", length, _NO_DAYS),
            )
            ideal = table.take("ideal", day_count, None)
        within = table.take("within", hours, None)
        between = _between(table, earliest, latest, within)
    offset = partial(Offset, name=name, of=of, anchor=anchor, earliest=earliest, latest=latest)
    offset = partial(offset, within=within, between=between)
    return (offset() if ideal is None else offset(ideal=ideal),)


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
        across = table.take("across", choice(*_ACROSS), _ACROSS[0])
    frequency = partial(Frequency, name=name, of=of, phase=phase, at_least=least, at_most=most)
    return (frequency(per=per, across=across),)


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
