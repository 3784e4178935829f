"""When could a session start, and with whom? Masks of starts for one course in one diary.

A session's mask is an AND over what it needs of an OR over who could fill the need. Needs that meet and could be
filled by the same unit are never ORed apart: they are matched to distinct units.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from itertools import combinations
from typing import TypeAlias

from kapsched.model.bookings import Resource
from kapsched.model.course import NOON, Course
from kapsched.model.programme import Session, SessionKind
from kapsched.planning.diary import Diary
from kapsched.planning.grid import Mask, bits, ends_by_midnight, runs, wall_clock_starts
from kapsched.planning.needs import Need, needs_of
from kapsched.planning.open_days import OpenDates
from kapsched.planning.pools import Asked, Call, calls_of

# The people a continuity leaves for a role; roles not named are open to all who can fill them.
Allowed: TypeAlias = Mapping[str, frozenset[str]]
AllowedKey: TypeAlias = tuple[tuple[str, frozenset[str]], ...]
# Starts of one day that break as many wishes: (broken, mask of that day, counted from its first bit).
Level: TypeAlias = tuple[int, Mask]


class Starts:
    """The starts of one course's sessions in one diary, none before `earliest`; each mask computed once."""

    def __init__(self, course: Course, diary: Diary, earliest: datetime) -> None:
        self.course, self.diary, self.grid = course, diary, diary.grid
        self.patient = course.patient
        self.earliest = earliest
        self._units: dict[tuple[Resource, tuple[tuple[int, int, bool], ...]], Mask] = {}
        self._masks: dict[tuple[SessionKind, AllowedKey, tuple[str, ...]], Mask] = {}
        self._days: dict[tuple[SessionKind, AllowedKey], Mask] = {}
        self._levels: dict[tuple[SessionKind, AllowedKey, int], tuple[Level, ...]] = {}
        self._base: dict[SessionKind, Mask] = {}
        self._pools: dict[SessionKind, Mask] = {}
        self._times: dict[SessionKind, tuple[int, int]] = {}
        self.patient_free = self._patient_free()

    @cached_property
    def open_dates(self) -> OpenDates:
        """The clinic's open dates, for rules in open days."""
        return OpenDates(self.diary.clinic, self.grid.first_day, self.grid.days)

    def _patient_free(self) -> Mask:
        grid, horizon, clinic = self.grid, self.diary.horizon, self.diary.clinic
        first, last = horizon.first_day, horizon.last_day
        there = clinic.open_time(first, last)
        if self.patient.hours is not None or self.patient.away:
            there = self.patient.available(there, first, last, clinic.zone)
        free, _ = self.diary.left(
            grid.within(there), self.diary.bookings.of(Resource("patient", self.patient.id)), 1
        )
        return free

    def base(self, kind: SessionKind) -> Mask:
        """Starts that the patient, the clock, the notice and the first day leave to a kind, whatever it needs."""
        found = self._base.get(kind)
        if found is None:
            grid = self.grid
            found = runs(self.patient_free, kind.minutes // grid.step)
            found &= wall_clock_starts(grid, self.diary.clinic.grid)
            longest = max((need.end for need in needs_of(kind)), default=0)
            found &= ends_by_midnight(grid, max(longest, kind.minutes) // grid.step)
            first = max(grid.up(self.earliest), 0)
            if self.course.first_day > grid.first_day:
                days = min((self.course.first_day - grid.first_day).days, grid.days)
                first = max(first, grid.begins[days])
            self._base[kind] = found = found >> first << first
        return found

    def unit(self, resource: Resource, need: Need) -> Mask:
        """Starts at which one unit is free for all the stretches of a need."""
        key = (resource, need.stretches)
        found = self._units.get(key)
        if found is None:
            step, found = self.grid.step, -1
            for first, last, exclusive in need.stretches:
                if resource.type == "pool":
                    found &= self._counted(resource.id, Call(first, last, Asked(places=1, members=0)))
                else:
                    found &= self.diary.runs(resource, (last - first) // step, exclusive) >> (first // step)
            self._units[key] = found
        return found

    def _counted(self, role: str, call: Call) -> Mask:
        first, last, asked = call
        step = self.grid.step
        return runs(self.diary.enough(role, asked), (last - first) // step) >> (first // step)

    def counted(self, kind: SessionKind) -> Mask:
        """Starts at which the pools have all that a visit asks of them at once, whoever it has for itself."""
        found = self._pools.get(kind)
        if found is None:
            found = -1
            for pool in self.diary.clinic.pools:
                for call in calls_of(kind, pool.role):
                    found &= self._counted(pool.role, call)
            self._pools[kind] = found
        return found

    def able(self, need: Need, allowed: Allowed) -> tuple[Resource, ...]:
        """Who or what could fill a need, in the order of the clinic's file."""
        clinic = self.diary.clinic
        if need.type == "pool":
            return (Resource("pool", need.what),)
        if need.type == "room":
            return tuple(Resource("room", room.id) for room in clinic.rooms_of(need.what))
        people = allowed.get(need.what)
        return tuple(
            Resource("staff", one.id)
            for one in clinic.staff_of(need.what)
            if one.id not in self.patient.excludes and (people is None or one.id in people)
        )

    def mask(self, kind: SessionKind, allowed: AllowedKey, with_people: tuple[str, ...] = ()) -> Mask:
        """Starts at which the session can be had with those allowed, and with all of `with_people` among them."""
        key = (kind, allowed, with_people)
        found = self._masks.get(key)
        if found is None:
            needs = needs_of(kind)
            able = [self.able(need, dict(allowed)) for need in needs]
            found = 0
            for narrowed in _placed(with_people, able):
                found |= self._matched(needs, narrowed, self.base(kind) & self.counted(kind))
            self._masks[key] = found
        return found

    def _matched(self, needs: Sequence[Need], able: Sequence[Sequence[Resource]], mask: Mask) -> Mask:
        for group in _rivals(needs, able):
            if not mask:
                break
            if len(group) == 1:
                (one,) = group
                either = 0
                for resource in able[one]:
                    either |= self.unit(resource, needs[one])
                mask &= either
            else:
                mask = self._distinct([needs[one] for one in group], [able[one] for one in group], mask, [])
        return mask

    def _distinct(
        self, needs: Sequence[Need], able: Sequence[Sequence[Resource]], mask: Mask, taken: list[Resource]
    ) -> Mask:
        """Starts within `mask` at which the needs have units that differ wherever they meet."""
        place = len(taken)
        if place == len(needs) or not mask:
            return mask
        found = 0
        for resource in able[place]:
            met = any(resource == other and needs[place].meets(needs[n]) for n, other in enumerate(taken))
            if not met and (left := mask & self.unit(resource, needs[place])):
                found |= self._distinct(needs, able, left, [*taken, resource])
        return found

    def days(self, kind: SessionKind, allowed: AllowedKey) -> Mask:
        """A bit for each day of the horizon with a start."""
        key = (kind, allowed)
        found = self._days.get(key)
        if found is None:
            found = self._days[key] = self.grid.days_of(self.mask(kind, allowed))
        return found

    def times_of_day(self, kind: SessionKind) -> tuple[int, int]:
        """The earliest and the latest minute from midnight, in elapsed time, at which a kind ever starts."""
        found = self._times.get(kind)
        if found is None:
            mask, together = self.mask(kind, ()), 0
            for day in range(self.grid.days):
                together |= self.of_day(mask, day)
            first = (together & -together).bit_length() - 1 if together else 0
            last = together.bit_length() - 1 if together else 0
            found = self._times[kind] = first * self.grid.step, last * self.grid.step
        return found

    def levels(self, kind: SessionKind, allowed: AllowedKey, day: int) -> tuple[Level, ...]:
        """One day's starts by the wishes they break, fewest first; each start once, at its fewest."""
        key = (kind, allowed, day)
        found = self._levels.get(key)
        if found is None:
            found = self._levels[key] = tuple(self._levels_of(kind, allowed, day))
        return found

    def wished(self, kind: SessionKind) -> tuple[str, ...]:
        """The people wished for who could fill a role that the kind needs."""
        roles = kind.roles()
        staff = {one.id: one for one in self.diary.clinic.staff}
        return tuple(
            name
            for name in dict.fromkeys(self.patient.wishes.staff)
            if name in staff and any(role in roles for role in staff[name].roles)
        )

    def _levels_of(self, kind: SessionKind, allowed: AllowedKey, day: int) -> Iterator[Level]:
        wished, off = self.wished(kind), self._off(day)
        by_broken: dict[int, Mask] = {}
        for size in range(len(wished), -1, -1):
            for people in combinations(wished, size):
                part = self.of_day(self.mask(kind, allowed, people), day)
                for late, half in self._halves(part, day):
                    broken = len(wished) - size + off + late
                    by_broken[broken] = by_broken.get(broken, 0) | half
        seen = 0
        for broken in sorted(by_broken):
            if left := by_broken[broken] & ~seen:
                yield broken, left
                seen |= left

    def badly_timed(self, bit: int) -> int:
        """The wishes for weekdays and half-days that a start breaks."""
        return self._off(self.grid.day(bit)) + self._late(bit)

    def _off(self, day: int) -> bool:
        weekdays = self.patient.wishes.weekdays
        return bool(weekdays) and self.grid.date(day).weekday() not in weekdays

    def _late(self, bit: int) -> bool:
        wish = self.patient.wishes.half_day
        return wish is not None and (self.grid.wall_minute(bit) < NOON) != (wish == "morning")

    def _halves(self, part: Mask, day: int) -> Iterator[tuple[bool, Mask]]:
        if self.patient.wishes.half_day is None:
            yield False, part
            return
        begin, kept = self.grid.begins[day], 0
        for bit in bits(part):
            if not self._late(begin + bit):
                kept |= 1 << bit
        yield False, kept
        yield True, part & ~kept

    def of_day(self, mask: Mask, day: int) -> Mask:
        """A day's part of a mask, counted from the day's first bit."""
        begin, end = self.grid.begins[day], self.grid.begins[day + 1]
        return (mask >> begin) & ((1 << (end - begin)) - 1)

    def moment(self, day: int, bit: int) -> datetime:
        """When a bit of a day begins, in the clinic's zone."""
        return self.grid.moment(self.grid.begins[day] + bit).astimezone(self.diary.clinic.place)

    def end(self, session: Session, start: datetime) -> datetime:
        """When a visit ends that starts at `start` (UTC)."""
        return start + timedelta(minutes=session.kind.minutes)


def _rivals(needs: Sequence[Need], able: Sequence[Sequence[Resource]]) -> list[list[int]]:
    """The needs in groups: two that meet and could be filled by one unit stand together."""
    groups: list[list[int]] = []
    for place, need in enumerate(needs):
        linked = [
            group
            for group in groups
            if any(need.meets(needs[other]) and set(able[place]) & set(able[other]) for other in group)
        ]
        groups = [group for group in groups if group not in linked]
        groups.append(sorted([place, *(one for group in linked for one in group)]))
    return groups


def _placed(
    people: tuple[str, ...], able: Sequence[Sequence[Resource]]
) -> Iterator[list[Sequence[Resource]]]:
    """Those able, narrowed in every way in which each of `people` fills some need of their own."""
    if not people:
        yield list(able)
        return
    person = Resource("staff", people[0])
    for rest in _placed(people[1:], able):
        for place, some in enumerate(able):
            if person in some and (len(rest[place]) == len(some)):
                yield [[person] if place == other else one for other, one in enumerate(rest)]
