"""How much of an open phase is planned? So many rounds as a count says, or all that a date may hold.

The number hangs on the course alone, never on a clinic, its bookings or a search.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache

from attrs import evolve

from kapsched.errors import InvalidInput
from kapsched.model.periods import TreatmentWeek
from kapsched.model.phases import BookAhead, Phase
from kapsched.model.programme import MOST_SESSIONS, Programme, Session, sessions_of
from kapsched.model.rule_faults import faults_of_rule
from kapsched.model.rules import Frequency, Gap, Offset, Rule
from kapsched.model.selectors import matches
from kapsched.timeline.units import Days, OpenDays


def planned_ahead(
    programme: Programme,
    ahead: BookAhead,
    first_day: date,
    done: Mapping[str, date],
    pinned: Iterable[str] = (),
) -> Programme:
    """The programme with as many rounds of its open phase as are planned, closed after them.

    `done` has the date of each session that took place; the round of one that is `pinned` is planned in any case.
    """
    phase, begun = programme.phases[-1], rounds_begun(programme.phases[-1], done)
    by_date = 0 if isinstance(ahead, int) else _rounds_by(programme, ahead, first_day, done)
    # However late it gets, a date never leaves out the session whose date ends the wait.
    rounds = (
        begun + ahead
        if isinstance(ahead, int)
        else max(begun, by_date, rounds_begun(phase, [programme.target]))
    )
    rounds = max(rounds, rounds_begun(phase, pinned))
    earlier = sum(len(one.order) * one.times for one in programme.phases[:-1])
    if earlier + rounds * len(phase.order) > MOST_SESSIONS:
        raise InvalidInput(
            f"{rounds} rounds of {phase.name} are more than the {MOST_SESSIONS} sessions of one course",
            path="book_ahead",
        )
    return _closed(programme, rounds)


def rounds_begun(phase: Phase, sessions: Iterable[str]) -> int:
    """The number of the last round of which any of the sessions is."""
    a_round, begun = Counter(phase.order), 0
    for id in sessions:
        name, _, rest = id.partition("/")
        kind, _, number = rest.partition("/")
        if name == phase.name and kind in a_round and number.isdecimal() and len(number) < len("1000000"):
            begun = max(begun, -(-int(number) // a_round[kind]))
    return begun


def _rounds_by(programme: Programme, until: date, first_day: date, done: Mapping[str, date]) -> int:
    """How many rounds, from the first on, have a session that rules in days allow on a date not after `until`."""
    phase = programme.phases[-1]
    earlier = sum(len(one.order) * one.times for one in programme.phases[:-1])
    most = (MOST_SESSIONS - earlier) // len(phase.order)
    far = _closed(programme, most)
    dates = _earliest(far, first_day, done)
    ids = [one.id for one in far.sessions if one.phase == phase.name]
    for number in range(most):
        a_round = ids[number * len(phase.order) : (number + 1) * len(phase.order)]
        if min(dates[id] for id in a_round) > until:
            return number
    raise InvalidInput(
        f"until {until} there could be more than {MOST_SESSIONS} sessions; name an earlier date, or a count, "
        f"or keep the rounds of {phase.name} some days apart",
        path="book_ahead",
    )


def _earliest(programme: Programme, first_day: date, done: Mapping[str, date]) -> dict[str, date]:
    """Each session's first date by the rules in days: no sooner after another than the least that is asked."""
    found = {one.id: done.get(one.id, first_day) for one in programme.sessions}
    least = list(_least_days(programme))
    # Rules that keep pushing dates on after so many times contradict each other: no plan is asked of them.
    for _ in programme.sessions:
        before = dict(found)
        for one, other, days in least:
            if other not in done:
                found[other] = max(found[other], found[one] + timedelta(days=days))
        if found == before:
            break
    return found


def _least_days(programme: Programme) -> Iterator[tuple[str, str, int]]:
    """(one session, another, the least days from the one to the other)."""
    for rule in programme.rules:
        if isinstance(rule, Gap | Offset):
            least = rule.at_least if isinstance(rule, Gap) else rule.earliest
            # In any clinic so many open days are at least as many dates.
            if isinstance(least, Days) or (isinstance(least, OpenDays) and least.count > 0):
                for one, other in rule.pairs(programme.sessions):
                    yield one.id, other.id, least.count


@lru_cache(maxsize=256)
def _closed(programme: Programme, rounds: int) -> Programme:
    """The programme with so many rounds of its open phase, and of its rules what is left to bind."""
    *others, last = programme.phases
    # A phase of no rounds has nothing to say, and rules about it bind nothing.
    phases = (*others, *((evolve(last, open=False, book_ahead=None, times=rounds),) if rounds else ()))
    sessions = sessions_of(programme.kinds, phases)
    if programme.target not in {one.id for one in sessions}:
        raise InvalidInput(
            f"{programme.target}, whose date ends the wait, is not among the sessions that are planned",
            path="book_ahead",
        )
    rules = [_left(rule, sessions) for rule in programme.rules]
    kept = [one for one in rules if one is not None and not faults_of_rule(one, sessions, programme.roles())]
    return evolve(programme, phases=phases, rules=kept)


def _left(rule: Rule, sessions: Sequence[Session]) -> Rule | None:
    """The rule without selectors that nothing answers to; None if it is left with none of one sort."""
    left: dict[str, tuple[str, ...]] = {}
    for attribute in ("of", "anchor", "after", "before"):
        selectors: tuple[str, ...] = getattr(rule, attribute, ())
        found = tuple(one for one in selectors if any(matches(one, session) for session in sessions))
        if selectors and not found:
            return None
        if found != selectors:
            left[attribute] = found
    if isinstance(rule, Frequency) and isinstance(rule.per, TreatmentWeek) and not rule.anchors(sessions):
        return None
    return evolve(rule, **left) if left else rule  # type: ignore[arg-type]  # selectors all
