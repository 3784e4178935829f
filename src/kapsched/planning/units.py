"""Who and which room, once the start is known? Units for visits, matched one by one.

Masks answer for a visit alone. Visits of one course on one date meet each other too, in rooms not yet turned round
and in staff who stay after; they are settled here, together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import NamedTuple

from kapsched.model.bookings import Resource
from kapsched.model.programme import SessionKind
from kapsched.planning.needs import Need, needs_of
from kapsched.planning.pools import Call, calls_of, overlaid
from kapsched.planning.starts import AllowedKey, Starts


class Visit(NamedTuple):
    """A session at a start: the bit it begins at, whom continuity allows, and who must be among its people."""

    kind: SessionKind
    bit: int
    allowed: AllowedKey = ()
    people: tuple[str, ...] = ()


class Taken(NamedTuple):
    """A unit that a visit takes for a need."""

    unit: Resource
    need: Need
    bit: int


class Units:
    """The units that visits of one course could take, in the order of the clinic's file."""

    def __init__(self, starts: Starts) -> None:
        self.starts, self.step = starts, starts.grid.step
        self._fits: dict[tuple[Visit, ...], bool] = {}
        self._clearances: dict[tuple[SessionKind, SessionKind], int] = {}

    def choices(self, visit: Visit, beside: Sequence[Taken] = ()) -> Iterator[tuple[Taken, ...]]:
        """Every way to fill a visit's needs beside what other visits take, first the first in the clinic's file."""
        needs = needs_of(visit.kind)
        allowed = dict(visit.allowed)
        able = [
            [
                unit
                for unit in self.starts.able(need, allowed)
                if self.starts.unit(unit, need) >> visit.bit & 1
            ]
            for need in needs
        ]
        yield from self._filled(visit, needs, able, beside, ())

    def telling(
        self, visit: Visit, roles: frozenset[str], people: frozenset[str]
    ) -> Iterator[tuple[Taken, ...]]:
        """Ways to fill a visit by itself, one for each choice of people that matters.

        What matters is who fills `roles`, and which of `people` are there.
        """
        needs, allowed = needs_of(visit.kind), dict(visit.allowed)
        able = [
            [
                unit
                for unit in self.starts.able(need, allowed)
                if self.starts.unit(unit, need) >> visit.bit & 1
            ]
            for need in needs
        ]
        matters = [
            need.what in roles or any(unit.id in people for unit in some if unit.type == "staff")
            for need, some in zip(needs, able, strict=True)
        ]
        order = sorted(range(len(needs)), key=lambda place: not matters[place])
        telling = sum(matters)
        ranked = [needs[place] for place in order], [able[place] for place in order]
        for first in self._filled(visit, ranked[0][:telling], ranked[1][:telling], (), ()):
            rest = next(self._filled(visit, *ranked, (), first), None)
            if rest is not None:
                yield rest

    def _filled(
        self,
        visit: Visit,
        needs: Sequence[Need],
        able: Sequence[Sequence[Resource]],
        beside: Sequence[Taken],
        chosen: tuple[Taken, ...],
    ) -> Iterator[tuple[Taken, ...]]:
        place = len(chosen)
        if place == len(needs):
            there = {one.unit.id for one in chosen if one.unit.type == "staff"}
            if there.issuperset(visit.people):
                yield chosen
            return
        need = needs[place]
        for unit in able[place]:
            if any(one.unit == unit and one.need.meets(need) for one in chosen):
                continue
            taken = Taken(unit, need, visit.bit)
            # Pools are counted for all visits of a date at once, in `fit_together`.
            if not beside or unit.type == "pool" or self._free_beside(taken, beside):
                yield from self._filled(visit, needs, able, beside, (*chosen, taken))

    def _free_beside(self, taken: Taken, beside: Sequence[Taken]) -> bool:
        others = [one for one in beside if one.unit == taken.unit]
        for first, last, exclusive in self._spans(taken):
            met = [span for one in others for span in self._spans(one) if span[0] < last and first < span[1]]
            if met and (exclusive or any(span[2] for span in met)):
                return False
            if met and self._most_sharing(taken.unit, first, last, met) >= self._capacity(taken.unit):
                return False
        return True

    def _spans(self, taken: Taken) -> list[tuple[int, int, bool]]:
        """The stretches of a need in bits of the horizon."""
        return [
            (taken.bit + first // self.step, taken.bit + last // self.step, exclusive)
            for first, last, exclusive in taken.need.stretches
        ]

    def _capacity(self, unit: Resource) -> int:
        return self.starts.diary.clinic.by_resource[unit].capacity

    def _most_sharing(
        self, unit: Resource, first: int, last: int, met: Sequence[tuple[int, int, bool]]
    ) -> int:
        """The most bookings that share a unit at once between two bits, those of the diary and `met` ones."""
        grid, diary = self.starts.grid, self.starts.diary
        spans = [
            grid.touched(one.start, one.end)
            for one in diary.bookings.during(unit, grid.moment(first), grid.moment(last))
        ]
        spans += [(begin, end) for begin, end, _ in met]
        return max(
            sum(1 for begin, end in spans if begin <= place < end)
            for place in {first, *(begin for begin, _ in spans if first <= begin < last)}
        )

    def apart(self, one: Visit, two: Visit) -> bool:
        """Is the patient gone from one visit before the other begins?"""
        early, late = (one, two) if one.bit <= two.bit else (two, one)
        return early.bit + early.kind.minutes // self.step <= late.bit

    def clearance(self, early: SessionKind, late: SessionKind) -> int:
        """Bits after one visit's start from which on another can begin and meet nothing that the first one takes."""
        found = self._clearances.get((early, late))
        if found is None:
            minutes = early.minutes
            for need, other in product(needs_of(early), needs_of(late)):
                if self._touched(need) & self._touched(other):
                    minutes = max(minutes, need.end - other.stretches[0][0])
            found = self._clearances[early, late] = minutes // self.step
        return found

    def _touched(self, need: Need) -> set[Resource]:
        """Whatever could fill a need, and the pool that it bears on."""
        pools = {Resource("pool", pool.role) for pool in self.starts.diary.clinic.pools}
        return {*self.starts.able(need, {}), *(pools & {Resource("pool", need.what)})}

    def clear(self, one: Visit, two: Visit) -> bool:
        """Is all that one visit takes, and the other wants, free again before the other begins?"""
        early, late = (one, two) if one.bit <= two.bit else (two, one)
        return late.bit - early.bit >= self.clearance(early.kind, late.kind)

    def fit_together(self, visits: tuple[Visit, ...]) -> bool:
        """Can visits of one date, each possible by itself, be had together, each with the people it asks for?"""
        # Where nothing of one meets anything of another, each is judged by itself, and once.
        return all(
            self._fit_by_themselves(group) if len(group) > 1 else not group[0].people or self._has(group[0])
            for group in self._meeting(visits)
        )

    def _meeting(self, visits: tuple[Visit, ...]) -> list[tuple[Visit, ...]]:
        """The visits in groups, such that nothing in one group meets anything in another."""
        groups: list[tuple[Visit, ...]] = []
        for visit in visits:
            group: tuple[Visit, ...] = ()
            others = []
            for other in groups:
                if all(self.clear(visit, one) for one in other):
                    others.append(other)
                else:
                    group += other
            groups = [*others, (*group, visit)]
        return groups

    def _fit_by_themselves(self, visits: tuple[Visit, ...]) -> bool:
        found = self._fits.get(visits)
        if found is None:
            apart = all(self.apart(one, two) for one, two in combinations(visits, 2))
            found = self._fits[visits] = apart and self._counted(visits) and self._fit(visits, ())
        return found

    def _has(self, visit: Visit) -> bool:
        return bool(self.starts.mask(visit.kind, visit.allowed, visit.people) >> visit.bit & 1)

    def _counted(self, visits: tuple[Visit, ...]) -> bool:
        """Have the pools all that some visits ask of them together?

        One visit's tail may reach into another, but never with a member whom that one has for itself.
        """
        for pool in self.starts.diary.clinic.pools:
            calls = [
                Call(visit.bit + first // self.step, visit.bit + last // self.step, asked)
                for visit in visits
                for first, last, asked in calls_of(visit.kind, pool.role)
            ]
            for first, last, asked in overlaid(calls):
                stretch = (1 << (last - first)) - 1
                if self.starts.diary.enough(pool.role, asked) >> first & stretch != stretch:
                    return False
        return True

    def _fit(self, visits: tuple[Visit, ...], beside: tuple[Taken, ...]) -> bool:
        if not visits:
            return True
        return any(self._fit(visits[1:], beside + chosen) for chosen in self.choices(visits[0], beside))
