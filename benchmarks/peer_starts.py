"""When could a session of the trial course start, by the peer's own reckoning? Hours and bookings as numpy tables.

A row is a date of the horizon, a column five wall minutes between the clinic's earliest opening and its latest
closing. The benchmark clinic is closed whenever its clocks change, so within a row wall time is elapsed time.
Nothing here is the library's own arithmetic: patterns and bookings are read by their fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from kapsched import Absence, Booking, Clinic, Course, Diary, Pattern, Resource, SessionKind
from kapsched.model.clinic import StaffMember
from kapsched.planning.grid import bits
from kapsched.planning.starts import Starts

STEP = 5
Table: TypeAlias = NDArray[np.bool_]
# For each kind of session, by name, a table for each therapist in the order of the clinic's file.
Domains: TypeAlias = Mapping[str, NDArray[np.bool_]]
CONTINUED = "therapist"


@frozen
class Need:
    """One unit that a visit needs: the columns it is taken for, counted from the start, and whether whole."""

    type: str
    what: str
    stretches: tuple[tuple[int, int, bool], ...]


class FreeTime:
    """What is free of every room and member of staff; made once for a clinic, like a diary."""

    def __init__(self, clinic: Clinic, bookings: Iterable[Booking]) -> None:
        assert all(len(one.roles) == 1 for one in clinic.staff), "with one role each, no two needs are rivals"
        self.clinic, self.zone = clinic, ZoneInfo(clinic.zone)
        self.first, self.days = clinic.horizon.first_day, clinic.horizon.days
        spans = [span for week in clinic.hours.weeks for day in week.days for span in day]
        self.opens, self.closes = min(span.start for span in spans), max(span.end for span in spans)
        self.columns = (self.closes - self.opens) // STEP
        self.open = self._pattern(clinic.hours) & ~self._absences(clinic.closed)
        there = {resource: self._there(resource) for resource in clinic.by_resource}
        whole = {resource: np.zeros_like(self.open) for resource in there}
        shared = {resource: np.zeros(self.open.shape, np.int8) for resource in there}
        self._busy_patients: set[str] = set()
        for one in bookings:
            resource = Resource(one.type, one.resource)
            if one.type == "patient":
                self._busy_patients.add(one.resource)
            if resource in there:
                row, begin, end = self._cells(one.start, one.end)
                if one.exclusive:
                    whole[resource][row, begin:end] = True
                else:
                    shared[resource][row, begin:end] += 1
        self._free = {
            resource: (
                table & ~whole[resource] & (shared[resource] == 0),
                table & ~whole[resource] & (shared[resource] < clinic.by_resource[resource].capacity),
            )
            for resource, table in there.items()
        }
        self._runs: dict[tuple[Resource, int, bool], Table] = {}

    def _cells(self, start: datetime, end: datetime) -> tuple[int, int, int]:
        """A booking's row and columns, rounded outwards; it lies within one date."""
        here = start.astimezone(self.zone)
        begin = here.hour * 60 + here.minute - self.opens
        last = begin + (end - start) // timedelta(minutes=1)
        return (here.date() - self.first).days, max(0, begin // STEP), max(0, -(-last // STEP))

    def _pattern(self, pattern: Pattern) -> Table:
        table = np.zeros((self.days, self.columns), np.bool_)
        for row in range(self.days):
            day = self.first + timedelta(days=row)
            turn = (day - pattern.first_monday).days // 7 % len(pattern.weeks)
            for span in pattern.weeks[turn].days[day.weekday()]:
                begin, end = max(span.start, self.opens), min(span.end, self.closes)
                table[row, -(-(begin - self.opens) // STEP) : (end - self.opens) // STEP] = True
        return table

    def _absences(self, absences: Iterable[Absence]) -> Table:
        table = np.zeros((self.days, self.columns), np.bool_)
        for one in absences:
            for row in range(self.days):
                day = self.first + timedelta(days=row)
                if (one.first or date.min) <= day <= (one.last or date.max) and (
                    not one.weekdays or day.weekday() in one.weekdays
                ):
                    begin, end = max(one.span.start, self.opens), min(one.span.end, self.closes)
                    table[row, (begin - self.opens) // STEP : -(-(end - self.opens) // STEP)] = True
        return table

    def _there(self, resource: Resource) -> Table:
        one, table = self.clinic.by_resource[resource], self.open.copy()
        if one.hours is not None:
            table &= self._pattern(one.hours)
        if isinstance(one, StaffMember) and one.breaks is not None:
            table &= ~self._pattern(one.breaks)
        return table & ~self._absences(one.away)

    def runs(self, resource: Resource, length: int, whole: bool) -> Table:
        """Where `length` free columns in a row begin; each measured once, as a diary does."""
        key = (resource, length, whole)
        if key not in self._runs:
            self._runs[key] = _runs(self._free[resource][0 if whole else 1], length)
        return self._runs[key]

    def domains(self, course: Course, now: datetime) -> Domains:
        """The starts of each kind with each therapist; for all else that it needs, any unit will do."""
        return {kind.name: self._of_kind(kind, course, now) for kind in course.programme.kinds}

    def _of_kind(self, kind: SessionKind, course: Course, now: datetime) -> NDArray[np.bool_]:
        here, patient = now.astimezone(self.zone), course.patient
        assert patient.hours is None, "trial patients can always come"
        assert not any((patient.away, patient.excludes)), "trial patients can always come, to anybody"
        assert patient.id not in self._busy_patients, "trial patients have nothing else booked"
        assert not any((self.clinic.notice.hours, self.clinic.notice.open_days)), (
            "the benchmark has no notice"
        )
        common = _runs(self.open, kind.minutes // STEP)
        common[:, [(self.opens + n * STEP) % self.clinic.grid != 0 for n in range(self.columns)]] = False
        common[: max(0, (course.first_day - self.first).days)] = False
        today = (here.date() - self.first).days
        if today >= 0:
            common[:today] = False
            common[today, : max(0, -(-(here.hour * 60 + here.minute - self.opens) // STEP))] = False
        named: Need | None = None
        for need in needs_of(kind):
            if need.what == CONTINUED:
                assert named is None, "one therapist throughout"
                named = need
            else:
                common &= np.logical_or.reduce([self._unit(one, need) for one in self._pool(need)])
        assert named is not None
        return np.stack([common & self._unit(one, named) for one in self._pool(named)])

    def _pool(self, need: Need) -> list[Resource]:
        if need.type == "room":
            return [Resource("room", one.id) for one in self.clinic.rooms if one.type == need.what]
        return [Resource("staff", one.id) for one in self.clinic.staff if need.what in one.roles]

    def _unit(self, resource: Resource, need: Need) -> Table:
        found = np.ones_like(self.open)
        for begin, end, whole in need.stretches:
            table = self.runs(resource, end - begin, whole)
            found[:, : self.columns - begin] &= table[:, begin:]
            found[:, self.columns - begin :] = False
        return found


def _runs(free: Table, length: int) -> Table:
    """Where so many free columns in a row begin."""
    found = np.zeros_like(free)
    if length <= free.shape[1]:
        sums = np.zeros((free.shape[0], free.shape[1] + 1), np.int16)
        np.cumsum(free, axis=1, out=sums[:, 1:])
        found[:, : free.shape[1] - length + 1] = sums[:, length:] - sums[:, :-length] == length
    return found


def needs_of(kind: SessionKind) -> list[Need]:
    """What a visit needs, in columns: one unit for a role or a room type, or one for each segment it changes in."""
    taken: dict[tuple[str, str, int], list[tuple[int, int, bool]]] = {}
    begin = 0
    for place, segment in enumerate(kind.segments):
        assert len(set(segment.staff)) == len(segment.staff), "no role twice at once"
        entries = [("staff", role, segment.tail) for role in segment.staff]
        if segment.room is not None:
            entries.append(("room", segment.room, segment.turnaround))
        for type, what, after in entries:
            own = taken.setdefault((type, what, place if what in kind.handover else -1), [])
            whole, last = what not in segment.shares, begin + segment.minutes + after
            if own and own[-1][1] >= begin // STEP and own[-1][2] == whole:
                own[-1] = (own[-1][0], last // STEP, whole)
            else:
                own.append((begin // STEP, last // STEP, whole))
        begin += segment.minutes
    return [Need(type, what, tuple(stretches)) for (type, what, _), stretches in taken.items()]


def handed_over(course: Course, diary: Diary, now: datetime, free: FreeTime) -> Domains:
    """The library's own masks of starts, per kind and therapist, laid out as the peer's tables."""
    starts, clinic = Starts(course, diary, now), diary.clinic
    tables: dict[str, NDArray[np.bool_]] = {}
    for kind in course.programme.kinds:
        people = clinic.staff_of(CONTINUED)
        table = tables[kind.name] = np.zeros((len(people), free.days, free.columns), np.bool_)
        for place, one in enumerate(people):
            for bit in bits(starts.mask(kind, ((CONTINUED, frozenset({one.id})),))):
                column = (starts.grid.wall_minute(bit) - free.opens) // STEP
                table[place, starts.grid.day(bit), column] = True
    return tables
