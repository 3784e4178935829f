"""What does a good CP-SAT model say of a trial course, and how long does it take? The planner's peer.

The model uses what an expert would see in this course, and claims no more than the course's own rules say:

- Doses lie two days apart and each integration on the day after its dose, so all visits are on dates of their own
  and the course is never in its own way. Bookings are therefore merged into the domains of starts, and rooms,
  doctors and nurses, of whom any will do, have no variables at all; an integration has the date of its dose plus one.
- Two doses in every induction week, in order of time, are pairs in weeks one after another.
- Nothing counts a therapist or a time of day in wait and drift. A dose and its integration need one therapist with
  a start on both dates: that is a domain of dates, and starts are looked up once the dates are known.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from attrs import frozen
from ortools.sat.python import cp_model

from benchmarks.peer_starts import CONTINUED, Domains, Table
from kapsched import Clinic, Continuity, Course, Frequency, Gap, Offset
from kapsched.timeline.units import Days

WORKERS = 2
# No trial course comes near it; a solve that does is unproved, not wrong.
LONGEST_SOLVE = 60.0
# The days of a course that has no plan.
NO_PLAN = 10**9
Day: TypeAlias = cp_model.LinearExpr


@frozen(kw_only=True)
class Visit:
    """One or two sessions that share a date variable and a therapist: each with its days after the date."""

    sessions: tuple[tuple[str, str, int], ...]  # id, kind, days after


class Dates:
    """The date variables of a course, the rules over them, and the first aim."""

    def __init__(self, course: Course, clinic: Clinic, domains: Domains) -> None:
        self.course, self.domains, self.model = course, domains, cp_model.CpModel()
        self.monday = clinic.horizon.first_day.weekday()
        self.first = (course.first_day - clinic.horizon.first_day).days
        self.visits = _visits(course)
        self.days: list[cp_model.IntVar] = []
        self.of: dict[str, tuple[int, int]] = {}
        # CP-SAT takes a variable without values for a faulty model; what cannot be had at all is said without it.
        self.hopeless = False
        self.able = [self._able(visit) for visit in self.visits]
        for place, visit in enumerate(self.visits):
            days = np.flatnonzero(self.able[place].any(axis=0)).tolist()
            if not days:
                self.hopeless, days = True, [0]
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
            there: Table = np.any(self.domains[kind], axis=2)
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
                        assert rule.in_days
                        assert rule.at_least is not None
                        self._apart(one.id, two.id, rule.at_least.count, _most(rule))
                case Offset():
                    for anchor, session in rule.pairs(programme.sessions):
                        self._apart(anchor.id, session.id, rule.earliest.count, rule.latest.count)
                        self._drift(anchor.id, session.id, rule)
                case Frequency():
                    self._weekly(rule)
                case Continuity():
                    assert rule.role == CONTINUED
                    assert rule.scope == ("pair" if rule.hard else "course")
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
        assert rule.at_least == rule.at_most
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


def least_days(dates: Dates) -> int | None:
    """Wait and drift on dates alone; so small a model is best left as it is."""
    return NO_PLAN if dates.hopeless else least(dates.model, sum(dates.cost), presolve=False)


class Starts:
    """Every start and every visit's therapist as variables, for whoever wants them in the model."""

    def __init__(self, dates: Dates) -> None:
        self.dates, self.model = dates, dates.model
        self.present: list[list[cp_model.IntVar]] = []
        # For each session its kind and the column of the day's table it starts at.
        self.columns: list[tuple[str, cp_model.IntVar]] = []
        for place, visit in enumerate(dates.visits):
            present = [self.model.new_bool_var("") for _ in dates.able[place]]
            self.model.add_exactly_one(present)
            self.present.append(present)
            for _, kind, after in visit.sessions:
                domain = dates.domains[kind]
                columns = domain.shape[2]
                column = self.model.new_int_var(0, columns - 1, "")
                start = self.model.new_int_var_from_domain(_values(np.any(domain, axis=0)), "")
                self.model.add(start == columns * (dates.days[place] + after) + column)
                for literal, table in zip(present, domain, strict=True):
                    self.model.add_linear_expression_in_domain(start, _values(table)).only_enforce_if(literal)
                self.columns.append((kind, column))


def least_days_with_starts(dates: Dates) -> int | None:
    """Wait and drift with each start and each therapist of a visit a variable."""
    if dates.hopeless:
        return NO_PLAN
    return least(Starts(dates).model, sum(dates.cost), probe=False)


def _values(table: Table) -> cp_model.Domain:
    return cp_model.Domain.from_values(np.flatnonzero(table).tolist())


def least(
    model: cp_model.CpModel, aim: cp_model.LinearExprT, *, presolve: bool = True, probe: bool = True
) -> int | None:
    """The least value of an aim, proved; `NO_PLAN` where there is none, None where the time was up."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = WORKERS
    solver.parameters.random_seed = 1
    solver.parameters.max_time_in_seconds = LONGEST_SOLVE
    solver.parameters.cp_model_presolve = presolve
    if not probe:
        # Starts have domains of thousands of values; probing and symmetries cost four times what they save.
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
    model.minimize(aim)
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return NO_PLAN
    assert status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN), solver.status_name(status)
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
