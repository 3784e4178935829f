"""What does the whole vector cost in one model? Each start and therapist a variable, one aim after another.

It uses nothing but what holds for any course: no date is settled before any start is looked at. So it is the model
that would also do for courses in which hours tie visits together.
"""

from __future__ import annotations

from ortools.sat.python import cp_model

from benchmarks.cpsat import NO_PLAN, Dates, Starts, least
from benchmarks.peer_starts import STEP


def least_aims_with_starts(dates: Dates, opens: int) -> tuple[int, ...]:
    """Days, changes, wishes and minutes, one after another, as far as they are proved."""
    if dates.hopeless:
        return (NO_PLAN,)
    starts = Starts(dates)
    aims = (sum(dates.cost), _changes(starts), 0, _minutes(starts, opens))
    found: list[int] = []
    for aim in aims:
        if isinstance(aim, int):
            found.append(aim)  # trial patients wish for times alone
            continue
        value = least(dates.model, aim, probe=False)
        if value is None:
            break
        found.append(value)
        if value == NO_PLAN:
            break
        dates.model.clear_objective()  # type: ignore[no-untyped-call]  # theirs has no annotation
        dates.model.add(aim == value)
    return tuple(found)


def _changes(starts: Starts) -> cp_model.LinearExprT:
    """The therapists of the course less the one it needs."""
    used = [starts.model.new_bool_var("") for _ in starts.present[0]]
    for present in starts.present:
        for literal, one in zip(present, used, strict=True):
            starts.model.add_implication(literal, one)
    return sum(used) - 1


def _minutes(starts: Starts, opens: int) -> cp_model.LinearExprT:
    """The distance of starts from the preferred time or from their kind's median."""
    model, preferred = starts.model, starts.dates.course.patient.wishes.time
    kinds = [kind for kind, _ in starts.columns]
    columns = next(iter(starts.dates.domains.values())).shape[2]
    if preferred is None:
        middles: dict[str, cp_model.LinearExprT] = {
            kind: model.new_int_var(0, columns, "") for kind in kinds if kinds.count(kind) > 1
        }
    else:
        wanted = preferred.hour * 60 + preferred.minute - opens
        assert wanted % STEP == 0, "trial patients prefer times on the grid"
        middles = dict.fromkeys(kinds, wanted // STEP)
    total: list[cp_model.LinearExprT] = []
    for kind, column in starts.columns:
        if kind in middles:
            away = model.new_int_var(0, columns, "")
            model.add(away >= column - middles[kind])
            model.add(away >= middles[kind] - column)
            total.append(away)
    return STEP * sum(total)
