"""Who and when, once the least days are known? The peer's later aims, on the dates that are left.

Continuity needs names: each visit has a literal for each date within reach and each therapist who can be had for
all of it. Bounds propagated from the least days leave few dates, so there are few literals.
"""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from benchmarks.cpsat import NO_PLAN, Dates, Visit, least, least_days
from benchmarks.peer_starts import STEP, Table


class People:
    """Who and when, for the dates within reach: a literal for each visit's date and therapist."""

    def __init__(self, dates: Dates, days: int, opens: int) -> None:
        self.dates, self.model, self.opens = dates, dates.model, opens
        self.model.add(sum(dates.cost) == days)
        self.chosen: list[dict[tuple[int, int], cp_model.IntVar]] = []
        therapists = range(len(dates.able[0]))
        self.used = [self.model.new_bool_var("") for _ in therapists]
        for place, (low, high) in enumerate(dates.reach(days)):
            people, offsets = np.nonzero(dates.able[place][:, low : high + 1])
            literals = {
                (low + offset, person): self.model.new_bool_var("")
                for person, offset in zip(people.tolist(), offsets.tolist(), strict=True)
            }
            self.model.add_exactly_one(literals.values())
            self.model.add(sum(day * one for (day, _), one in literals.items()) == dates.days[place])
            for person in therapists:
                there = [one for (_, who), one in literals.items() if who == person]
                self.model.add(sum(there) <= self.used[person])
            self.chosen.append(literals)

    def changes(self) -> cp_model.LinearExprT:
        """The therapists of the course less the one it needs."""
        return sum(self.used) - 1

    def minutes(self) -> cp_model.LinearExprT:
        """The distance of starts from the preferred time or from their kind's median."""
        preferred = self.dates.course.patient.wishes.time
        if preferred is None:
            return self._from_medians()
        wanted = preferred.hour * 60 + preferred.minute
        total: list[cp_model.LinearExprT] = []
        for visit, literals in zip(self.dates.visits, self.chosen, strict=True):
            nearest = {key: sum(self._nearest(visit, key, wanted)) for key in literals}
            total += [cost * literals[key] for key, cost in nearest.items() if cost]
        return sum(total)

    def _nearest(self, visit: Visit, key: tuple[int, int], wanted: int) -> list[int]:
        day, person = key
        return [
            int(
                np.abs(
                    np.flatnonzero(self._starts(kind, person, day + after)) * STEP + self.opens - wanted
                ).min()
            )
            for _, kind, after in visit.sessions
        ]

    def _starts(self, kind: str, person: int, day: int) -> Table:
        found: Table = self.dates.domains[kind][person, day]
        return found

    def _from_medians(self) -> cp_model.LinearExprT:
        kinds = [kind for visit in self.dates.visits for _, kind, _ in visit.sessions]
        columns = next(iter(self.dates.domains.values())).shape[2]
        medians = {kind: self.model.new_int_var(0, columns, "") for kind in kinds if kinds.count(kind) > 1}
        total: list[cp_model.LinearExprT] = []
        for visit, literals in zip(self.dates.visits, self.chosen, strict=True):
            for _, kind, after in visit.sessions:
                if kind in medians:
                    start = self.model.new_int_var(0, columns, "")
                    for (day, person), literal in literals.items():
                        there = np.flatnonzero(self._starts(kind, person, day + after)).tolist()
                        domain = cp_model.Domain.from_values(there)
                        self.model.add_linear_expression_in_domain(start, domain).only_enforce_if(literal)
                    away = self.model.new_int_var(0, columns, "")
                    self.model.add(away >= start - medians[kind])
                    self.model.add(away >= medians[kind] - start)
                    total.append(away)
        return STEP * sum(total)


def least_aims(dates: Dates, opens: int) -> tuple[int, ...]:
    """Days, changes, wishes and minutes, one after another, as far as they are proved."""
    wishes = dates.course.patient.wishes
    assert not any((wishes.weekdays, wishes.half_day, wishes.staff)), "trial patients wish for times alone"
    days = least_days(dates)
    if days is None or days == NO_PLAN:
        return () if days is None else (days,)
    people = People(dates, days, opens)
    changes = least(dates.model, people.changes())
    if changes is None:
        return (days,)
    dates.model.clear_objective()  # type: ignore[no-untyped-call]  # theirs has no annotation
    dates.model.add(people.changes() == changes)
    minutes = least(dates.model, people.minutes())
    return (days, changes, 0) if minutes is None else (days, changes, 0, minutes)
