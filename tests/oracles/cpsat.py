"""What does a constraint solver say? A CP-SAT model of a case, with opening hours of its own expanding."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from ortools.sat.python import cp_model

from kapsched.model.bookings import Resource
from kapsched.model.clinic import Pool
from kapsched.model.programme import Session
from tests.oracles.clinics import Case
from tests.oracles.expansion import Clock, Openings
from tests.oracles.needs import Need, exclude_each_other, needs_of
from tests.oracles.solver_rules import Owed, SolverRules


class Model:
    """The variables of a whole case."""

    def __init__(self, case: Case) -> None:
        self.case, self.model = case, cp_model.CpModel()
        self.clock = Clock(case)
        self.openings = Openings(case, self.clock)
        self.units = {
            "room": [Resource("room", one.id) for one in case.clinic.rooms],
            "staff": [Resource("staff", one.id) for one in case.clinic.staff],
            "pool": [Resource("pool", one.role) for one in case.clinic.pools],
        }
        self.whole: dict[Resource, list[cp_model.IntervalVar]] = {}
        self.shared: dict[Resource, list[cp_model.IntervalVar]] = {}
        self.possible = True
        self.owed = [self._owed(session) for session in case.course.owed]
        if self.possible:
            self._apart()

    def _owed(self, session: Session) -> Owed:
        model, needs = self.model, needs_of(session.kind)
        rows = [row for row in self.clock.starts if self._fits(session, needs, row)]
        if not rows:
            self.possible = False
            rows = [(0, 0, 0, 0)]
        start = model.new_int_var_from_domain(cp_model.Domain.from_values([row[0] for row in rows]), "start")
        day = model.new_int_var(min(row[1] for row in rows), max(row[1] for row in rows), "day")
        tod = model.new_int_var(0, 1440, "tod")
        table = [(minute, date_, wall) for minute, date_, wall, _ in rows]
        model.add_allowed_assignments([start, day, tod], table)
        chosen = self._choose(needs, start)
        return Owed(session, start, day, tod, self._wishes(day, tod, needs, chosen), needs, chosen)

    def _fits(self, session: Session, needs: tuple[Need, ...], row: tuple[int, int, int, int]) -> bool:
        minute, _, _, midnight = row
        latest = max([session.kind.minutes, *(need.end for need in needs)])
        return minute + latest <= midnight and any(
            first <= minute and minute + session.kind.minutes <= last for first, last in self.openings.patient
        )

    def _choose(
        self, needs: tuple[Need, ...], start: cp_model.IntVar
    ) -> tuple[dict[int, cp_model.IntVar], ...]:
        chosen: list[dict[int, cp_model.IntVar]] = []
        for need in needs:
            able = {
                place: self.model.new_bool_var("")
                for place, unit in enumerate(self.units[need.type])
                if self._able(unit, need)
            }
            if not able:
                self.possible = False
            self.model.add_exactly_one(able.values())
            for place, literal in able.items():
                if need.type != "pool":
                    self._only_while_there(self.units[need.type][place], need, start, literal)
            for earlier, other in zip(needs, chosen, strict=False):
                self._same_or_other(need, able, earlier, other)
            chosen.append(able)
        self._take(needs, chosen, start)
        return tuple(chosen)

    def _able(self, unit: Resource, need: Need) -> bool:
        if need.type == "pool":
            return unit.id == need.role
        if need.type == "room":
            return any(one.id == unit.id and one.type == need.role for one in self.case.clinic.rooms)
        able = any(one.id == unit.id and need.role in one.roles for one in self.case.clinic.staff)
        return able and unit.id not in self.case.course.patient.excludes

    def _only_while_there(
        self, unit: Resource, need: Need, start: cp_model.IntVar, literal: cp_model.IntVar
    ) -> None:
        stretches = [
            [first - need.begin, last - need.end]
            for first, last in self.openings.of(unit)
            if last - first >= need.end - need.begin
        ]
        domain = cp_model.Domain.from_intervals(stretches)
        self.model.add_linear_expression_in_domain(start, domain).only_enforce_if(literal)

    def _same_or_other(
        self, need: Need, able: dict[int, cp_model.IntVar], earlier: Need, other: dict[int, cp_model.IntVar]
    ) -> None:
        if need.type != earlier.type:
            return
        if exclude_each_other(need, earlier):
            for place in able.keys() & other.keys():
                self.model.add_at_most_one([able[place], other[place]])
        elif need.slot == earlier.slot:
            for place in able.keys() | other.keys():
                self.model.add(able.get(place, 0) == other.get(place, 0))

    def _take(
        self,
        needs: tuple[Need, ...],
        chosen: list[dict[int, cp_model.IntVar]],
        start: cp_model.IntVar,
    ) -> None:
        """Cut the visit where needs begin or end: in each piece a unit is taken whole, shared or not."""
        edges = sorted({edge for need in needs for edge in (need.begin, need.end)})
        for kind in self.units:
            for place, unit in enumerate(self.units[kind]):
                for begin, end in pairwise(edges):
                    here = [
                        (need.sharing, able[place])
                        for need, able in zip(needs, chosen, strict=True)
                        if need.type == kind and place in able and need.begin <= begin and end <= need.end
                    ]
                    whole = self._either([literal for sharing, literal in here if not sharing])
                    shared = self._either([literal for sharing, literal in here if sharing])
                    if whole is not None:
                        self._interval(self.whole, unit, start, (begin, end), whole)
                    if shared is not None and whole is not None:
                        only = self.model.new_bool_var("")
                        self.model.add_bool_and([shared, whole.negated()]).only_enforce_if(only)
                        self.model.add_bool_or([shared.negated(), whole, only])
                        shared = only
                    if shared is not None:
                        self._interval(self.shared, unit, start, (begin, end), shared)

    def _either(self, literals: list[cp_model.IntVar]) -> cp_model.IntVar | None:
        if len(literals) < 2:
            return literals[0] if literals else None
        either = self.model.new_bool_var("")
        self.model.add_max_equality(either, literals)
        return either

    def _interval(
        self,
        into: dict[Resource, list[cp_model.IntervalVar]],
        unit: Resource,
        start: cp_model.IntVar,
        part: tuple[int, int],
        literal: cp_model.IntVar,
    ) -> None:
        begin, end = part
        interval = self.model.new_optional_interval_var(start + begin, end - begin, start + end, literal, "")
        into.setdefault(unit, []).append(interval)

    def _apart(self) -> None:
        """Nobody and nothing is taken twice, by this course or by what is booked."""
        self.model.add_no_overlap(
            [
                self.model.new_fixed_size_interval_var(one.start, one.session.kind.minutes, "")
                for one in self.owed
            ]
        )
        for pool in self.case.clinic.pools:
            self._count(pool)
        for unit in self.whole.keys() | {one for one in self.shared if one.type != "pool"}:
            taken = self.openings.booked(unit)
            capacity = self.case.clinic.by_resource[unit].capacity
            whole, shared = self.whole.get(unit, []), self.shared.get(unit, [])
            # What is booked may break the promises among itself; only what is new must not break them.
            for interval in whole:
                for first, last, _ in taken:
                    self.model.add_no_overlap([interval, self._fixed(first, last)])
            for interval in shared:
                for first, last, sharing in taken:
                    if not sharing:
                        self.model.add_no_overlap([interval, self._fixed(first, last)])
            demands = [capacity] * len(whole) + [1] * len(shared)
            self.model.add_cumulative([*whole, *shared], demands, capacity)
            for first, last, count in self.openings.crowd(unit):
                room_left = max(0, capacity - count)
                if room_left < capacity:
                    stretch = self._fixed(first, last)
                    self.model.add_cumulative(
                        [*shared, stretch], [1] * len(shared) + [capacity - room_left], capacity
                    )

    def _count(self, pool: Pool) -> None:
        """Each patient takes a place, each member taken alone as many as they could watch; so does their absence."""
        members = [Resource("staff", one.id) for one in self.case.clinic.staff_of(pool.role)]
        watched = self.shared.get(Resource("pool", pool.role), [])
        alone = [interval for one in members for interval in self.whole.get(one, [])]
        most = pool.ratio * len(members)
        missing = [
            (self._fixed(first, last), most - max(0, left))
            for first, last, left in self.openings.left(pool, members)
            if left < most
        ]
        intervals = [*watched, *alone, *(stretch for stretch, _ in missing)]
        demands = [1] * len(watched) + [pool.ratio] * len(alone) + [lost for _, lost in missing]
        self.model.add_cumulative(intervals, demands, most)

    def _fixed(self, first: int, last: int) -> cp_model.IntervalVar:
        return self.model.new_fixed_size_interval_var(first, last - first, "")

    def _wishes(
        self,
        day: cp_model.IntVar,
        tod: cp_model.IntVar,
        needs: tuple[Need, ...],
        chosen: tuple[dict[int, cp_model.IntVar], ...],
    ) -> cp_model.IntVar:
        wishes, broken = self.case.course.patient.wishes, []
        if wishes.weekdays:
            broken.append(
                self._unless(
                    day,
                    [one for one in self.clock.days if date.fromordinal(one).weekday() in wishes.weekdays],
                )
            )
        if wishes.half_day:
            halves = {"morning": range(720), "afternoon": range(720, 1440)}
            broken.append(self._unless(tod, halves[wishes.half_day]))
        for place, one in enumerate(self.case.clinic.staff):
            if one.id in wishes.staff and any(
                need.type == "staff" and need.role in one.roles for need in needs
            ):
                there = [
                    able[place]
                    for need, able in zip(needs, chosen, strict=True)
                    if need.type == "staff" and place in able
                ]
                absent = self.model.new_bool_var("")
                self.model.add_bool_or([absent, *there])
                for literal in there:
                    self.model.add_implication(literal, absent.negated())
                broken.append(absent)
        total = self.model.new_int_var(0, len(broken), "")
        self.model.add(total == sum(broken))
        return total

    def _unless(self, variable: cp_model.IntVar, values: Iterable[int]) -> cp_model.IntVar:
        """A literal that is true exactly where the variable has none of the values."""
        good, broken = cp_model.Domain.from_values(list(values)), self.model.new_bool_var("")
        self.model.add_linear_expression_in_domain(variable, good).only_enforce_if(broken.negated())
        self.model.add_linear_expression_in_domain(variable, good.complement()).only_enforce_if(broken)
        return broken


class Solved(NamedTuple):
    """What the solver found: `aims` are days, changes, wishes and minutes, or None without a plan."""

    aims: tuple[int, int, int, int] | None


def cpsat_plan(case: Case) -> Solved:
    """The least aims, each proved with those before it held; or that there is no plan."""
    built = Model(case)
    if not built.possible:
        return Solved(None)
    objectives = SolverRules(built.model, case, built.owed).aims()
    least: list[int] = []
    for objective in objectives:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        built.model.minimize(objective)
        status = solver.solve(built.model)
        if status == cp_model.INFEASIBLE:
            assert not least, "a later aim cannot make a plan impossible"
            return Solved(None)
        assert status == cp_model.OPTIMAL, solver.status_name(status)
        least.append(round(solver.objective_value))
        built.model.clear_objective()  # type: ignore[no-untyped-call]  # theirs has no annotation
        built.model.add(objective == least[-1])
    days, changes, wishes, minutes = least
    return Solved((days, changes, wishes, minutes))
