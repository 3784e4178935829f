"""How are a programme's rules told to a constraint solver? Each rule and aim over dates, starts and units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple, TypeAlias

from ortools.sat.python import cp_model

from kapsched.model.periods import RollingDays, TreatmentWeek
from kapsched.model.programme import Session
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Span
from kapsched.model.selectors import matches
from kapsched.timeline.units import DayCount, Days, Hours
from kapsched.timeline.zones import wall
from tests.oracles.clinics import Case
from tests.oracles.expansion import EPOCH, open_dates
from tests.oracles.needs import Need

Number: TypeAlias = cp_model.LinearExpr | int
Truth: TypeAlias = cp_model.IntVar | bool


class Owed(NamedTuple):
    """The variables of one owed session: minutes from the epoch, the ordinal of its date, its wall minute.

    `chosen` has for each need the literals of the units that could meet it, by place in the clinic's file.
    """

    session: Session
    start: cp_model.IntVar
    day: cp_model.IntVar
    tod: cp_model.IntVar
    broken: cp_model.IntVar
    needs: tuple[Need, ...]
    chosen: tuple[dict[int, cp_model.IntVar], ...]


class SolverRules:
    """The rules of one case over the variables of its owed sessions."""

    def __init__(self, model: cp_model.CpModel, case: Case, owed: Sequence[Owed]) -> None:
        self.model, self.case = model, case
        self.sessions, self.offsets = case.course.planned.sessions, case.course.planned.offsets
        self.owed = {one.session.id: one for one in owed}
        horizon = case.clinic.horizon
        self.days = range(horizon.first_day.toordinal(), horizon.last_day.toordinal() + 1)
        self.day: dict[str, Number] = {one.session.id: one.day for one in owed}
        self.start: dict[str, Number] = {one.session.id: one.start for one in owed}
        self.end: dict[str, Number] = {one.session.id: one.start + one.session.kind.minutes for one in owed}
        for id_, done in case.course.done.items():
            self.day[id_] = wall(done.start, case.clinic.place).date().toordinal()
            self.start[id_] = int((done.start - EPOCH).total_seconds()) // 60
            ended = done.ended(case.course.planned.by_id[id_])
            self.end[id_] = int((ended - EPOCH).total_seconds()) // 60
        around = range(self.days[0] - 60, self.days[-1] + 60)
        self.opens = open_dates(case, around)
        # For each date the number of open ones up to it.
        self.numbers = dict(zip(around, accumulate(day in self.opens for day in around), strict=True))
        self._number: dict[str, Number] = {}
        self._inside: dict[tuple[str, int, int], Truth] = {}
        self.changes: list[cp_model.IntVar] = []
        for rule in case.course.planned.rules:
            match rule:
                case Gap():
                    self._gap(rule)
                case Offset():
                    for anchor, session in rule.pairs(self.sessions):
                        self._offset(rule, anchor.id, session.id)
                case Span():
                    self._span(rule)
                case Frequency():
                    self._frequency(rule)
                case Continuity():
                    self._continuity(rule)

    def _gap(self, rule: Gap) -> None:
        least = None if rule.at_least is None else rule.at_least.count
        most = None if rule.at_most is None else rule.at_most.count
        for one, two in rule.pairs(self.sessions):
            if not isinstance(rule.at_least or rule.at_most, Hours):
                counted = self._counted(rule.at_least or rule.at_most, one.id, two.id)
                self._bounds(counted, one.id, two.id, least, most)
            elif one.id in self.owed or two.id in self.owed:
                begin = self.end[one.id] if rule.between == "end-start" else self.start[one.id]
                if least is not None:
                    self.model.add(self.start[two.id] - begin >= least * 60)
                if most is not None:
                    self.model.add(self.start[two.id] - begin <= most * 60)

    def _counted(self, unit: object, *sessions: str) -> dict[str, Number]:
        """The dates of sessions, or how many open ones there are up to them."""
        if isinstance(unit, Days):
            return self.day
        for session in sessions:
            if session not in self._number:
                self._number[session] = self._looked_up(self.day[session], self.numbers)
        return self._number

    def _looked_up(self, day: Number, table: Mapping[int, int]) -> Number:
        """What a table has for a date."""
        if isinstance(day, int):
            return table[day]
        found = self.model.new_int_var(min(table.values()), max(table.values()), "")
        rows = [row for row in table.items() if row[0] in self.days]
        self.model.add_allowed_assignments([day, found], rows)
        return found

    def _offset(self, rule: Offset, anchor: str, one: str) -> None:
        if anchor not in self.owed and one not in self.owed:
            return
        after, before = (self.end[anchor], self.start[one]), (self.start[anchor], self.end[one])
        if rule.between == "start-start":
            after = before = (self.start[anchor], self.start[one])
        low, high = rule.earliest.count, rule.latest.count
        if isinstance(rule.earliest, Hours):
            soon = before if low < 0 else after
            late = before if low < 0 and high <= 0 else after
            self.model.add(soon[1] - soon[0] >= low * 60)
            self.model.add(late[1] - late[0] <= high * 60)
        else:
            self._bounds(self._counted(rule.earliest, anchor, one), anchor, one, low, high)
        if rule.within is not None:
            self.model.add(after[1] - after[0] <= rule.within.count * 60)
            self.model.add(before[0] - before[1] <= rule.within.count * 60)

    def _bounds(
        self, what: dict[str, Number], one: str, two: str, least: int | None, most: int | None
    ) -> None:
        if one in self.owed or two in self.owed:
            if least is not None:
                self.model.add(what[two] - what[one] >= least)
            if most is not None:
                self.model.add(what[two] - what[one] <= most)

    def _span(self, rule: Span) -> None:
        ids = [one.id for one in rule.counted(self.sessions)]
        for one in ids:
            for two in ids:
                if one in self.owed or two in self.owed:
                    self.model.add(self.day[two] - self.day[one] <= rule.at_most.count)

    def _within(self, session: str, first: int, last: int) -> Truth:
        """Is its date from `first` to `last`, both included?"""
        day = self.day[session]
        if isinstance(day, int):
            return first <= day <= last
        key = (session, first, last)
        if key not in self._inside:
            literal, domain = self.model.new_bool_var(""), cp_model.Domain(first, last)
            self.model.add_linear_expression_in_domain(day, domain).only_enforce_if(literal)
            self.model.add_linear_expression_in_domain(day, domain.complement()).only_enforce_if(
                literal.negated()
            )
            self._inside[key] = literal
        return self._inside[key]

    def _any(self, truths: Iterable[Truth]) -> Truth:
        known = list(truths)
        if any(one is True for one in known):
            return True
        open_ones = [one for one in known if not isinstance(one, bool)]
        if not open_ones:
            return False
        literal = self.model.new_bool_var("")
        self.model.add_max_equality(literal, open_ones)
        return literal

    def _where(self, truths: Iterable[Truth], bounded: cp_model.BoundedLinearExpression | bool) -> None:
        """Where all of these hold the bound must too."""
        known = list(truths)
        if any(one is False for one in known):
            return
        literals = [one for one in known if not isinstance(one, bool)]
        if isinstance(bounded, bool):
            if not bounded:
                self.model.add_bool_or([one.negated() for one in literals])
        else:
            self.model.add(bounded).only_enforce_if(literals)

    def _frequency(self, rule: Frequency) -> None:
        counted = [one.id for one in rule.counted(self.sessions)]
        binding = [one.id for one in rule.binding(self.sessions)]
        for (first, last), given in self._stretches(rule):
            inside = {one: self._within(one, first, last) for one in counted}
            total = sum(inside.values())
            if rule.at_most is not None:
                others = sum(first <= day <= last for day in self._elsewhere(rule))
                holds = self._any(inside[one] for one in binding)
                owed = self._any(inside[one] for one in counted if one in self.owed)
                self._where([given, holds, owed], total + others <= rule.at_most)
            if rule.at_least:
                self._enough(rule.at_least, inside, binding, (first, last), given)

    def _elsewhere(self, rule: Frequency) -> list[int]:
        """The dates of what the rule counts in other courses of the patient's."""
        return [
            wall(one.start, self.case.clinic.place).date().toordinal()
            for one in self.case.course.beside
            if rule.across == "patient" and any(matches(selector, one) for selector in rule.of)
        ]

    def _stretches(self, rule: Frequency) -> Iterator[tuple[tuple[int, int], Truth]]:
        """The first and last days of the stretches to count in, each with what it is counted in on condition of."""
        if isinstance(rule.per, RollingDays):
            lasts = rule.per.days - 1
            for first in range(self.days[0] - lasts, self.days[-1] + 1):
                yield (first, first + lasts), True
            return
        anchor = rule.anchors(self.sessions)[0].id if isinstance(rule.per, TreatmentWeek) else None
        for begins in range(7) if anchor else [1]:
            given = anchor is None or self._any(
                self._within(anchor, day, day)
                for day in range(self.days[0] - 400, self.days[-1] + 1)
                if day % 7 == begins and (anchor not in self.owed or day >= self.days[0])
            )
            for first in range(self.days[0] - (self.days[0] - begins) % 7, self.days[-1] + 1, 7):
                yield (first, first + 6), given

    def _enough(
        self,
        least: int,
        inside: dict[str, Truth],
        binding: list[str],
        week: tuple[int, int],
        given: Truth,
    ) -> None:
        first, last = week
        early, late = self.days[0] - 400, self.days[-1] + 400
        total = sum(inside.values())
        begun = self._any(self._within(one, early, last) for one in binding)
        goes_on = self._any(self._within(one, first, late) for one in binding)
        owed = self._any(truth for one, truth in inside.items() if one in self.owed)
        # Up to the week of the last one done, a week counts only for what is owed in it.
        past = any(isinstance(day := self.day[one], int) and day >= first for one in inside)
        self._where([given, begun, goes_on, owed if past else True], total >= least)

    def _continuity(self, rule: Continuity) -> None:
        for group in rule.groups(self.sessions, self.offsets):
            members = [one for one in group if one.kind.roles()[rule.role]]
            owed = [self.owed[one.id] for one in members if one.id in self.owed]
            if len(members) < 2 or not owed:
                continue
            needed = max(one.kind.roles()[rule.role] for one in members)
            past = {
                who
                for one in members
                if one.id in self.case.course.done
                for who in self.case.course.done[one.id].staff.get(rule.role, ())
            }
            people: list[Truth] = []
            for place, one in enumerate(self.case.clinic.staff):
                there: list[Truth] = [
                    able[place]
                    for session in owed
                    for need, able in zip(session.needs, session.chosen, strict=True)
                    if need.type == "staff" and need.role == rule.role and place in able
                ]
                people.append(self._any([one.id in past, *there]))
            extra = self.model.new_int_var(0, 0 if rule.hard else len(people), "")
            self.model.add(extra >= sum(people) - needed)
            self.changes.append(extra)

    def aims(self) -> list[Number]:
        """Days, changes, wishes and minutes, each to be made least while those before it stay so."""
        return [
            self._days(),
            sum(self.changes),
            sum(one.broken for one in self.owed.values()),
            self._minutes(),
        ]

    def _distance(self, one: Number, two: Number, most: int) -> cp_model.IntVar:
        distance = self.model.new_int_var(0, most, "")
        self.model.add(distance >= one - two)
        self.model.add(distance >= two - one)
        return distance

    def _days(self) -> Number:
        target, total = self.case.course.planned.target, []
        if target in self.owed:
            total.append(self.day[target] - self.case.course.first_day.toordinal())
        for rule in self.offsets:
            for anchor, session in rule.pairs(self.sessions):
                if session.id in self.owed and rule.ideal is not None:
                    ideal = self._ideal(rule.ideal, self.day[anchor.id])
                    total.append(self._distance(self.day[session.id], ideal, 1000))
        return sum(total)

    def _ideal(self, ideal: DayCount, anchor: Number) -> Number:
        if isinstance(ideal, Days):
            return anchor + ideal.count
        after = {
            day: self.opens[number + ideal.count - 1]
            for day, number in self.numbers.items()
            if 0 < number + ideal.count <= len(self.opens)
        }
        return self._looked_up(anchor, after)

    def _minutes(self) -> Number:
        preferred = self.case.course.patient.wishes.time
        middles: dict[str, Number] = {}
        for one in self.owed.values():
            if preferred is not None:
                middles[one.session.kind.name] = preferred.hour * 60 + preferred.minute
            elif one.session.kind.name not in middles:
                middles[one.session.kind.name] = self.model.new_int_var(0, 1440, "")
        return sum(
            self._distance(one.tod, middles[one.session.kind.name], 1440) for one in self.owed.values()
        )
