"""With the dates chosen, at what times and with whom? The slow planner's second half: starts and units."""

from __future__ import annotations

from collections.abc import Hashable
from operator import add
from typing import NamedTuple, TypeAlias

from tests.oracles.rulebook import Edge, Group, Placed, Rulebook
from tests.oracles.visits import Setting, Visit

Aims: TypeAlias = tuple[int, int, int]
Found: TypeAlias = tuple[Aims, tuple[Visit, ...]]
Dates: TypeAlias = dict[str, int]
# For each kind, the summed distances of the visits chosen so far from each of its middles.
_Far: TypeAlias = tuple[tuple[int, ...], ...]


# About two seconds.
MOST_TRIES = 200_000


class _Median(NamedTuple):
    """One kind's sessions, and what those not yet placed cost at least for each middle, by how many are."""

    members: frozenset[str]
    middles: tuple[int, ...]
    rest: tuple[tuple[int, ...], ...]


class TooLarge(Exception):
    """A case that this way of planning does not finish."""


class Placer:
    """Starts and units for sessions whose dates are chosen."""

    def __init__(self, setting: Setting, book: Rulebook, tries: int) -> None:
        self.setting, self.book = setting, book
        self.kinds = {one.id: one.kind.name for one in book.sessions}
        preferred = setting.course.patient.wishes.time
        self.preferred = None if preferred is None else preferred.hour * 60 + preferred.minute
        self.hard = [group for group in book.groups if group.hard]
        self.soft = [group for group in book.groups if not group.hard]
        self.options: dict[str, dict[int, list[Visit]]] = {}
        for session in setting.course.owed:
            days: dict[int, list[Visit]] = {}
            self.options[session.id] = days
            for visit in setting.visits(session):
                if self._kept_with_facts(visit):
                    days.setdefault(visit.day, []).append(visit)
        self.tried, self.most_tries = 0, tries
        self._clashes: dict[tuple[int, ...], bool] = {}
        self._different: dict[tuple[str, int, bool, bool, bool], list[Visit]] = {}

    def count_tries(self, number: int) -> None:
        """So many more; `TooLarge` where that becomes too many."""
        self.tried += number
        if self.tried > self.most_tries:
            raise TooLarge

    def _kept_with_facts(self, visit: Visit) -> bool:
        placed: dict[str, Placed | Visit] = {visit.session: visit, **self.book.facts}
        for edge in self.book.edges:
            both_known = edge.one in placed and edge.two in placed
            if both_known and not edge.kept(placed[edge.one], placed[edge.two]):
                return False
        return self._same_people([visit])

    def _same_people(self, visits: list[Visit]) -> bool:
        # With nothing but done sessions in it, a group is not judged: what happened, happened.
        there = {visit.session for visit in visits}
        return all(self._changes(group, visits) == 0 for group in self.hard if there & {*group.owed})

    def _changes(self, group: Group, visits: list[Visit]) -> int:
        """People more than are needed at once, so far."""
        people = set(group.past)
        for visit in visits:
            if visit.session in group.owed:
                people.update(visit.staff(group.role))
        return max(0, len(people) - group.needed)

    def possible(self, dates: Dates) -> bool:
        """Can these sessions be held on these dates, by every rule between two and every group of people?"""
        edges = self._live(dates)
        choices = [self._choices(session, dates, edges, all_people=False) for session in dates]
        return self._any(choices, edges, [])

    def at_least(self, domains: dict[str, set[int]]) -> tuple[Aims, tuple[int, ...]]:
        """No plan on dates from these has lower aims or, with the same aims, earlier starts."""
        wishes = minutes = 0
        starts = []
        for session, days in domains.items():
            visits = [visit for day in days for visit in self.options[session][day]]
            wishes += min(visit.broken_wishes for visit in visits)
            minutes += (
                0 if self.preferred is None else min(abs(visit.tod - self.preferred) for visit in visits)
            )
            starts.append(min(visit.start for visit in visits))
        return (0, wishes, minutes), tuple(starts)

    def _any(self, choices: list[list[Visit]], edges: list[Edge], chosen: list[Visit]) -> bool:
        if len(chosen) == len(choices):
            return True
        for visit in choices[len(chosen)]:
            if self.fits(visit, chosen, edges) and self._any(choices, edges, [*chosen, visit]):
                return True
        return False

    def fits(self, visit: Visit, chosen: list[Visit], edges: list[Edge]) -> bool:
        """May this visit be added to those chosen, by the edges, the units and the people?"""
        same_day = [visit]
        for other in chosen:
            for edge in edges:
                if edge.one == other.session and edge.two == visit.session and not edge.kept(other, visit):
                    return False
                if edge.one == visit.session and edge.two == other.session and not edge.kept(visit, other):
                    return False
            if other.day == visit.day:
                same_day.append(other)
        return not self._clash(same_day) and self._same_people([*chosen, visit])

    def _clash(self, visits: list[Visit]) -> bool:
        if len(visits) == 1:
            return False
        # Visits live as long as their options, so that each has one identity.
        key = tuple(map(id, visits))
        if key not in self._clashes:
            self._clashes[key] = self.setting.clash(visits)
        return self._clashes[key]

    def _live(self, dates: Dates) -> list[Edge]:
        """The edges between these sessions that not every pair of starts on these dates keeps."""
        live = []
        for edge in self.book.edges:
            if edge.one in dates and edge.two in dates:
                ones = self.options[edge.one][dates[edge.one]]
                twos = self.options[edge.two][dates[edge.two]]
                corners = [(one, two) for one in (ones[0], ones[-1]) for two in (twos[0], twos[-1])]
                if not all(edge.kept(one, two) for one, two in corners):
                    live.append(edge)
        return live

    def _choices(self, session: str, dates: Dates, edges: list[Edge], *, all_people: bool) -> list[Visit]:
        """The visits on its date that differ in what matters, the first of each kind, in order."""
        day = dates[session]
        timed = all_people or any(session in (edge.one, edge.two) for edge in edges)
        beside = sum(other == day for other in dates.values()) > 1
        key = (session, day, timed, beside, all_people)
        if key not in self._different:
            first: dict[Hashable, Visit] = {}
            for visit in self.options[session][day]:
                people = tuple(
                    visit.staff(group.role)
                    for group in self.book.groups
                    if session in group.owed and (group.hard or all_people)
                )
                when = visit.start if timed or beside else None
                wishes = visit.broken_wishes if all_people else None
                first.setdefault((when, people, wishes, visit.pieces if beside else None), visit)
            self._different[key] = list(first.values())
        return self._different[key]

    def improve(self, dates: Dates, found: Found | None) -> Found | None:
        """A plan of the best aims and starts on these dates if it betters the one found, else that one."""
        edges = self._live(dates)
        sessions = [session for session in self.book.owed if session in dates]
        choices = [self._choices(session, dates, edges, all_people=True) for session in sessions]
        wishes = [
            sum(min(one.broken_wishes for one in rest) for rest in choices[place:])
            for place in range(len(choices) + 1)
        ]
        soonest = tuple(min(visit.start for visit in visits) for visits in choices)
        medians = self._medians(choices)
        best = found

        def extend(chosen: list[Visit], broken: int, far: _Far) -> None:
            nonlocal best
            depth = len(chosen) + 1
            if depth > len(choices):
                plan = self._aims(chosen, broken, medians, far), tuple(chosen)
                if best is None or _order(plan) < _order(best):
                    best = plan
                return
            self.count_tries(len(choices[depth - 1]))
            tries = []
            for visit in choices[depth - 1]:
                further, so_far = _further(medians, far, visit), broken + visit.broken_wishes
                least = self._aims([*chosen, visit], so_far + wishes[depth], medians, further)
                tries.append((least, visit.start, visit.units, visit, so_far, further))
            # The most promising first, so that a good plan soon cuts off the others.
            for least, _, _, visit, so_far, further in sorted(tries):
                longer = [*chosen, visit]
                if best is not None and (least, _starts(longer) + soonest[depth:]) >= _order(best):
                    continue
                if self.fits(visit, chosen, edges):
                    extend(longer, so_far, further)

        extend([], 0, tuple((0,) * len(median.middles) for median in medians))
        return best

    def settle(self, found: Found) -> tuple[Visit, ...]:
        """Of the plans with these aims and starts the one whose units come first in the clinic's file."""
        aims, visits = found
        dates = {visit.session: visit.day for visit in visits}
        edges = self._live(dates)
        choices = [
            [
                one
                for one in self._choices(visit.session, dates, edges, all_people=True)
                if one.start == visit.start
            ]
            for visit in visits
        ]
        wishes = [
            sum(min(one.broken_wishes for one in rest) for rest in choices[place:])
            for place in range(len(choices) + 1)
        ]

        def extend(chosen: list[Visit]) -> tuple[Visit, ...] | None:
            changes = sum(self._changes(group, chosen) for group in self.soft)
            broken = sum(one.broken_wishes for one in chosen) + wishes[len(chosen)]
            if (changes, broken) > aims[:2]:
                return None
            if len(chosen) == len(choices):
                return tuple(chosen)
            fitting = (one for one in choices[len(chosen)] if self.fits(one, chosen, edges))
            return next((done for one in fitting if (done := extend([*chosen, one])) is not None), None)

        settled = extend([])
        assert settled is not None, "the plan found is one of them"
        return settled

    def _aims(self, chosen: list[Visit], wishes: int, medians: list[_Median], far: _Far) -> Aims:
        """What these visits cost, and what those to come cost at least; broken wishes are given."""
        changes = sum(self._changes(group, chosen) for group in self.soft)
        # The lower median has the least total distance, so the least over all middles is what it costs.
        minutes = sum(
            min(map(add, away, median.rest[len(chosen)])) for median, away in zip(medians, far, strict=True)
        )
        return changes, wishes, minutes

    def _medians(self, choices: list[list[Visit]]) -> list[_Median]:
        """For each kind, or for all with a preferred time, the possible middles and their bounds."""
        grouped: dict[str, list[str]] = {}
        for visits in choices:
            kind = self.kinds[visits[0].session] if self.preferred is None else ""
            grouped.setdefault(kind, []).append(visits[0].session)
        found = []
        for members in grouped.values():
            tods = sorted({visit.tod for visits in choices for visit in visits if visit.session in members})
            middles = tuple(tods) if self.preferred is None else (self.preferred,)
            least = [
                [min(abs(visit.tod - middle) for visit in visits) for middle in middles]
                if visits[0].session in members
                else [0] * len(middles)
                for visits in choices
            ]
            rest = tuple(
                tuple(sum(row[place] for row in least[depth:]) for place in range(len(middles)))
                for depth in range(len(choices) + 1)
            )
            found.append(_Median(frozenset(members), middles, rest))
        return found


def _further(medians: list[_Median], far: _Far, visit: Visit) -> _Far:
    """The distances from each middle with one more visit counted."""
    return tuple(
        tuple([one + abs(visit.tod - middle) for one, middle in zip(away, median.middles, strict=True)])
        if visit.session in median.members
        else away
        for median, away in zip(medians, far, strict=True)
    )


def _starts(visits: tuple[Visit, ...] | list[Visit]) -> tuple[int, ...]:
    return tuple(visit.start for visit in visits)


def _order(found: Found) -> tuple[Aims, tuple[int, ...]]:
    aims, visits = found
    return aims, _starts(visits)
