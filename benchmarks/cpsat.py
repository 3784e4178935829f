"""What does a good CP-SAT model say of a trial course, and how long does it take? The planner's peer.

The model uses what an expert would see in this course, and claims no more than the course's own rules say:

- Doses lie two days apart and each integration on the day after its dose, so all visits are on dates of their own
  and the course is never in its own way. Bookings are therefore merged into the domains of starts, and rooms,
  doctors and nurses, of whom any will do, have no variables at all; an integration has the date of its dose plus one.
- Two doses in every induction week, in order of time, are pairs in weeks one after another.
- Therapists, whose names continuity needs, are one literal for each date and person that a dose and its integration
  can both have; they are made only for dates that the least days, found first, leave within reach.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from time import perf_counter
from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from benchmarks.peer_starts import STEP, Domains, FreeTime, handed_over
from benchmarks.trial import Tried
from kapsched import Clinic, Continuity, Course, Diary, Frequency, Gap, Offset
from kapsched.timeline.units import Days

WORKERS = 2
# No trial course comes near it; a solve that does is unproved, not wrong.
LONGEST_SOLVE = 60.0
Day: TypeAlias = cp_model.LinearExpr
Table: TypeAlias = NDArray[np.bool_]


@frozen(kw_only=True)
class Visit:
    """One or two sessions that share a date variable and a therapist: each with its days after the date."""

    sessions: tuple[tuple[str, str, int], ...]  # id, kind, days after


@frozen(kw_only=True)
class Answer:
    """The least aims that the solver proved, fewer than asked where it was stopped; None if there is no plan."""

    aims: tuple[int, ...] | None
    seconds: float


class Dates:
    """The date variables of a course, the rules over them, and the first aim."""

    def __init__(self, course: Course, clinic: Clinic, domains: Domains) -> None:
        self.course, self.domains, self.model = course, domains, cp_model.CpModel()
        self.monday = clinic.horizon.first_day.weekday()
        self.first = (course.first_day - clinic.horizon.first_day).days
        self.visits = _visits(course)
        self.days: list[cp_model.IntVar] = []
        self.of: dict[str, tuple[int, int]] = {}
        self.able = [self._able(visit) for visit in self.visits]
        for place, visit in enumerate(self.visits):
            days = np.flatnonzero(self.able[place].any(axis=0)).tolist()
            self.days.append(self.model.new_int_var_from_domain(cp_model.Domain.from_values(days), ""))
            self.of.update((id, (place, after)) for id, _, after in visit.sessions)
        # What the rules say of two dates each: `least <= days[b] - days[a] <= most`.
        self.between: list[tuple[int, int, int, int]] = []
        self.weeks: list[tuple[int, int]] = []
        self.drifts: list[tuple[int, int, int]] = []
        self.cost: list[cp_model.LinearExprT] = [self.day(course.programme.target) - self.first]
        self._rules()

    def day(self, id: str) -> Day:
        """The date of a session, in days of the horizon."""
        place, after = self.of[id]
        return self.days[place] + after

    def _able(self, visit: Visit) -> Table:
        """For each therapist the dates on which all the visit's sessions have a start."""
        found: Table | None = None
        for _, kind, after in visit.sessions:
            there = self.domains[kind].any(axis=2)
            shifted = np.zeros_like(there)
            shifted[:, : there.shape[1] - after] = there[:, after:]
            found = shifted if found is None else found & shifted
        assert found is not None
        return found

    def _rules(self) -> None:
        programme = self.course.programme
        for rule in programme.rules:
            match rule:
                case Gap():
                    for one, two in rule.pairs(programme.sessions):
                        assert rule.in_days and rule.at_least is not None
                        self._apart(one.id, two.id, rule.at_least.count, _most(rule))
                case Offset():
                    for anchor, session in rule.pairs(programme.sessions):
                        self._apart(anchor.id, session.id, rule.earliest.count, rule.latest.count)
                        self._drift(anchor.id, session.id, rule)
                case Frequency():
                    self._weekly(rule)
                case Continuity():
                    assert rule.role == "therapist" and (rule.scope == "pair") == rule.hard
                case _:
                    raise AssertionError(f"no trial course has a rule such as {rule.name}")

    def _apart(self, one: str, two: str, least: int, most: int) -> None:
        (a, early), (b, late) = self.of[one], self.of[two]
        if a != b:
            least, most = least + early - late, most + early - late
            self.model.add_linear_constraint(self.days[b] - self.days[a], least, most)
            self.between.append((a, b, least, most))

    def _drift(self, anchor: str, session: str, rule: Offset) -> None:
        (a, early), (b, late) = self.of[anchor], self.of[session]
        if a == b:
            return
        ideal = rule.ideal.count + early - late
        away = self.days[b] - self.days[a] - ideal
        self.drifts.append((a, b, ideal))
        if rule.earliest == rule.ideal:
            self.cost.append(away)
        elif rule.latest == rule.ideal:
            self.cost.append(-away)
        else:
            most = max(rule.latest.count - rule.ideal.count, rule.ideal.count - rule.earliest.count)
            drift = self.model.new_int_var(0, most, "")
            self.model.add_abs_equality(drift, away)
            self.cost.append(drift)

    def _weekly(self, rule: Frequency) -> None:
        """Exactly so many in every week of the phase, in order of time: groups in weeks one after another."""
        sessions = self.course.programme.sessions
        assert rule.at_least == rule.at_most and rule.binding(sessions)
        week = self.model.new_int_var(0, self.able[0].shape[1] // 7 + 1, "")
        for number, session in enumerate(rule.binding(sessions)):
            monday = 7 * (week + number // rule.at_least) - self.monday
            place, after = self.of[session.id]
            self.model.add_linear_constraint(self.days[place] + after - monday, 0, 6)
            self.weeks.append((place, number // rule.at_least))

    def reach(self, days: int) -> list[tuple[int, int]]:
        """The first and last date of each visit in plans of so many days, by propagating bounds."""
        low = [int(np.flatnonzero(able.any(axis=0))[0]) for able in self.able]
        high = [int(np.flatnonzero(able.any(axis=0))[-1]) for able in self.able]
        target, after = self.of[self.course.programme.target]
        high[target] = min(high[target], self.first + days - after)
        before: list[int] = []
        while before != low + high:
            before = low + high
            left = days - (low[target] + after - self.first)
            drifting = [(a, b, ideal - left, ideal + left) for a, b, ideal in self.drifts]
            for a, b, least, most in (*self.between, *drifting):
                low[b], high[b] = max(low[b], low[a] + least), min(high[b], high[a] + most)
                low[a], high[a] = max(low[a], low[b] - most), min(high[a], high[b] - least)
            for place, number in self.weeks:
                start, week = self.weeks[0][0], 7 * number
                low[place] = max(low[place], self._monday(low[start]) + week)
                high[place] = min(high[place], self._monday(high[start]) + week + 6)
        return list(zip(low, high, strict=True))

    def _monday(self, day: int) -> int:
        return day - (day + self.monday) % 7


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
            int(np.abs(np.flatnonzero(self._starts(kind, person, day + after)) * STEP + self.opens - wanted).min())
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


def least_days(dates: Dates) -> int | None:
    """Wait and drift on dates alone; the starts are looked up in the domains afterwards."""
    return _least(dates.model, sum(dates.cost))


def least_days_with_starts(dates: Dates) -> int | None:
    """Wait and drift with each start and therapist a variable of the model.

    A start's place, its date's row and its therapist make one number, so that its domain needs no table.
    """
    model = dates.model
    for place, visit in enumerate(dates.visits):
        people, _ = dates.able[place].shape
        person = model.new_int_var(0, people - 1, "")
        for _, kind, after in visit.sessions:
            columns = dates.domains[kind].shape[2]
            values = np.flatnonzero(dates.domains[kind].transpose(1, 2, 0).ravel()).tolist()
            start = model.new_int_var(0, columns - 1, "")
            number = people * (columns * (dates.days[place] + after) + start) + person
            whole = model.new_int_var_from_domain(cp_model.Domain.from_values(values), "")
            model.add(whole == number)
    return _least(model, sum(dates.cost))


def least_aims(dates: Dates, opens: int) -> tuple[int, ...] | None:
    """Days, changes, wishes and minutes, one after another; no trial patient has a wish that can be broken."""
    wishes = dates.course.patient.wishes
    assert not (wishes.weekdays or wishes.half_day or wishes.staff), "trial patients wish for times alone"
    days = least_days(dates)
    if days is None:
        return None
    people = People(dates, days, opens)
    changes = _least(dates.model, people.changes())
    assert changes is not None
    dates.model.clear_objective()  # type: ignore[no-untyped-call]  # theirs has no annotation
    dates.model.add(people.changes() == changes)
    minutes = _least(dates.model, people.minutes())
    return (days, changes, 0) if minutes is None else (days, changes, 0, minutes)


def _least(model: cp_model.CpModel, aim: cp_model.LinearExprT) -> int | None:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = WORKERS
    solver.parameters.random_seed = 1
    solver.parameters.max_time_in_seconds = LONGEST_SOLVE
    model.minimize(aim)
    status = solver.solve(model)
    return round(solver.objective_value) if status == cp_model.OPTIMAL else None


def _visits(course: Course) -> list[Visit]:
    """Sessions that an offset ties to one day after their anchor share its date and, by continuity, its therapist."""
    sessions = course.programme.sessions
    hangs = {
        session.id: (anchor.id, rule.ideal.count)
        for rule in course.programme.offsets
        if rule.earliest == rule.latest
        for anchor, session in rule.pairs(sessions)
    }
    pairs = {
        tuple(one.id for one in group)
        for rule in course.programme.rules
        if isinstance(rule, Continuity) and rule.hard
        for group in rule.groups(sessions, course.programme.offsets)
    }
    assert pairs == {(anchor, id) for id, (anchor, _) in hangs.items()}
    found = []
    for one in sessions:
        if one.id not in hangs:
            own = [(one.id, one.kind.name, 0)]
            own += [
                (two.id, two.kind.name, hangs[two.id][1])
                for two in sessions
                if two.id in hangs and hangs[two.id][0] == one.id
            ]
            found.append(Visit(sessions=tuple(own)))
    return found


def _most(rule: Gap) -> int:
    return rule.at_most.count if isinstance(rule.at_most, Days) else 10_000
