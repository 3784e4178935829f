"""Where do planner and reference part? `python -m tests.oracles.compare FROM TO [KIND]` says, by seed.

The kind of case is `random`, or else `tiny`, `pooled`, `tiny-pooled`, `decided`, `tiny-decided`, `shared` or
`tiny-shared`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping

from kapsched import Diary, Plan, Refusal, find_plan, verify
from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Resource
from tests.oracles.clinics import (
    Case,
    pooled_case,
    random_case,
    shared_case,
    tiny_case,
    tiny_pooled_case,
    tiny_shared_case,
)
from tests.oracles.decided import decided_case, tiny_decided_case, undecided
from tests.oracles.placing import TooLarge
from tests.oracles.reference import Best, Stuck, reference_plan
from tests.oracles.visits import Visit, minute_of

DRAWS: Mapping[str, Callable[[int], Case]] = {
    "random": random_case,
    "tiny": tiny_case,
    "pooled": pooled_case,
    "tiny-pooled": tiny_pooled_case,
    "decided": decided_case,
    "tiny-decided": tiny_decided_case,
    "shared": shared_case,
    "tiny-shared": tiny_shared_case,
}


def planned(case: Case) -> Plan | Refusal:
    """What the planner makes of the case."""
    diary = Diary(case.clinic, case.clinic.horizon, booked=case.booked)
    return find_plan(case.course, diary, now=case.now)


def differences(case: Case, plan: Plan | Refusal, best: Best | Stuck) -> Iterator[str]:
    """In what the planner and the reference do not agree, a line for each thing."""
    if isinstance(plan, Refusal):
        if isinstance(best, Best):
            yield f"refused at {plan.session}, but there is a plan of {best.aims}"
        else:
            expected = None if best.rules_alone else best.session
            if plan.session != expected:
                yield f"refused at {plan.session}; the first that cannot be placed is {expected}"
        return
    if isinstance(best, Stuck):
        yield f"planned, but {best.session} cannot be placed"
    else:
        yield from _other_plan(plan, best)
    report = verify(
        plan, case.course, case.clinic, booked=case.booked, now=case.now, horizon=case.clinic.horizon
    )
    # What is wrong among pinned appointments alone is not the planner's doing.
    settled = {*case.course.pinned, *case.course.done}
    yield from (f"not clean: {one}" for one in report.new if not {*one.sessions} <= settled)


def _other_plan(plan: Plan, best: Best) -> Iterator[str]:
    if plan.proved_through != "all":
        yield f"proved through {plan.proved_through} only"
    if plan.cost is None or (plan.cost.aims, plan.cost.wait, plan.cost.drift) != (
        best.aims,
        best.wait,
        best.drift,
    ):
        yield f"costs {plan.cost}; the least is {best.aims}, wait {best.wait}, drift {best.drift}"
    placed = [one for one in plan.appointments if one.session not in plan.course.pinned]
    if [one.session for one in placed] != [one.session for one in best.visits]:
        yield f"places {[one.session for one in placed]}"
        return
    for appointment, visit in zip(placed, best.visits, strict=True):
        if minute_of(appointment.start) != visit.start or minute_of(appointment.end) != visit.end:
            late = minute_of(appointment.start) - visit.start
            yield f"{visit.session} is at {appointment.start}, not {late} minutes earlier"
        elif taken_by(appointment) != taken_in(visit):
            ours, theirs = (sorted(taken.units) for taken in (taken_by(appointment), taken_in(visit)))
            yield f"{visit.session} takes {ours}, not {theirs}"


class Taken(dict[tuple[Resource, int], bool]):
    """Each minute of each unit that is taken, and whether it is shared."""

    @property
    def units(self) -> set[Resource]:
        """What is taken at all."""
        return {unit for unit, _ in self}


def taken_by(appointment: Appointment) -> Taken:
    """What an appointment takes besides the patient."""
    return Taken(
        ((row.of, minute), not row.exclusive)
        for row in appointment.bookings
        if row.type != "patient"
        for minute in range(minute_of(row.start), minute_of(row.end))
    )


def taken_in(visit: Visit) -> Taken:
    """What a visit of the reference takes."""
    return Taken(
        ((piece.unit, minute), piece.sharing)
        for piece in visit.pieces
        for minute in range(piece.start, piece.end)
    )


def main(first: int, last: int, kind: str = "random") -> int:
    """Compare the seeds from `first` up to `last`; say where they part, and how often."""
    parted = passed_over = 0
    for seed in range(first, last):
        case = DRAWS[kind](seed)
        try:
            found = list(differences(case, planned(case), reference_plan(undecided(case))))
        except TooLarge:
            passed_over += 1
            continue
        parted += bool(found)
        for line in found:
            sys.stdout.write(f"seed {seed} ({case.family}): {line}\n")
    sys.stdout.write(f"{last - first} seeds, {passed_over} passed over, {parted} with differences\n")
    return int(bool(parted))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))
