"""When is who there, minute by minute? Opening hours expanded anew, from the fields of patterns alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from kapsched.model.bookings import Resource
from kapsched.model.clinic import Pool, StaffMember
from kapsched.timeline.recurrence import Absence, Pattern
from tests.oracles.clinics import Case

EPOCH = datetime(2027, 1, 1, tzinfo=UTC)
BEFORE, AFTER = 3, 40


class Clock:
    """The date and the wall minute that the clinic's clocks show in every quarter of an hour of the horizon."""

    def __init__(self, case: Case) -> None:
        self.case, horizon, zone = case, case.clinic.horizon, case.clinic.place
        first = horizon.first_day - timedelta(days=BEFORE)
        moment = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=1)
        self.shown: list[tuple[int, int, int]] = []
        # Offsets are whole quarters and change on one; so one look at each quarter tells all its minutes.
        for quarter in range((horizon.days + BEFORE + AFTER) * 96):
            here = moment + quarter * timedelta(minutes=15)
            offset = here.astimezone(zone).utcoffset() or timedelta(0)
            local = here.replace(tzinfo=None) + offset
            minute = (here - EPOCH) // timedelta(minutes=1)
            self.shown.append((minute, local.toordinal(), local.hour * 60 + local.minute))
        self.first, self.last = self.shown[0][0], self.shown[-1][0] + 14
        # The first of two quarters that are shown alike is put in last.
        self.firsts = {(day, tod): minute for minute, day, tod in reversed(self.shown)}
        last, earliest = max(horizon.first_day, case.course.first_day).toordinal(), self._earliest()
        self.days = range(last, horizon.last_day.toordinal() + 1)
        self.starts = [
            (minute + more, day, tod + more, self.at(day + 1, 0))
            for minute, day, tod in self.shown
            if day in self.days
            for more in range(15)
            if (tod + more) % case.clinic.grid == 0 and minute + more >= earliest
        ]

    def at(self, day: int, tod: int) -> int:
        """When the clocks first show that time or, where they skip it, the first later one."""
        day, tod, more = day + tod // 1440, tod % 1440 // 15 * 15, tod % 15
        while (day, tod) not in self.firsts:
            day, tod, more = day + (tod + 15) // 1440, (tod + 15) % 1440, 0
        return self.firsts[day, tod] + more

    def _earliest(self) -> int:
        now, notice = self.case.now, self.case.clinic.notice
        noticed = -((EPOCH - now) // timedelta(minutes=1)) + notice.hours * 60
        if notice.open_days:
            day = now.astimezone(self.case.clinic.place).date().toordinal()
            left = notice.open_days
            while left:
                day += 1
                hours = stretches(self, self.case.clinic.hours, [day]) - closures(
                    self, self.case.clinic.closed, [day]
                )
                left -= bool(hours)
            noticed = max(noticed, self.at(day + 1, 0))
        return noticed


def stretches(clock: Clock, pattern: Pattern, days: Iterable[int]) -> set[int]:
    """The minutes of a pattern on these dates."""
    found: set[int] = set()
    for day in days:
        turn = (day - pattern.first_monday.toordinal()) // 7 % len(pattern.weeks)
        for span in pattern.weeks[turn].days[date.fromordinal(day).weekday()]:
            found.update(range(clock.at(day, span.start), clock.at(day, span.end)))
    return found


def closures(clock: Clock, absences: Iterable[Absence], days: Iterable[int]) -> set[int]:
    """The minutes that absences take on these dates."""
    found: set[int] = set()
    for absence in absences:
        for day in days:
            when = date.fromordinal(day)
            begun = absence.first is None or absence.first <= when
            over = absence.last is not None and when > absence.last
            if begun and not over and (not absence.weekdays or when.weekday() in absence.weekdays):
                found.update(range(clock.at(day, absence.span.start), clock.at(day, absence.span.end)))
    return found


def open_dates(case: Case, days: Iterable[int]) -> list[int]:
    """Those of the dates of which the clinic's hours, less its closures, leave a minute."""
    hours, found = case.clinic.hours, []
    for day in days:
        when = date.fromordinal(day)
        turn = (day - hours.first_monday.toordinal()) // 7 % len(hours.weeks)
        left = {tod for span in hours.weeks[turn].days[when.weekday()] for tod in range(span.start, span.end)}
        for closed in case.clinic.closed:
            if when in set(closed.dates(when, when)):
                left -= set(range(closed.span.start, closed.span.end))
        if left:
            found.append(day)
    return found


class Openings:
    """Stretches of minutes at which the patient and each unit can be had, and what is booked of them."""

    def __init__(self, case: Case, clock: Clock) -> None:
        self.case, self.clock = case, clock
        clinic, days = case.clinic, self.clock.days
        self._open = stretches(self.clock, clinic.hours, days) - closures(self.clock, clinic.closed, days)
        patient, minute = case.course.patient, timedelta(minutes=1)
        can = set(self._open)
        if patient.hours is not None:
            can &= stretches(self.clock, patient.hours, days)
        can -= closures(self.clock, patient.away, days)
        for first, last, _ in self.booked(Resource("patient", patient.id)):
            can -= set(range(first, last))
        for id, done in case.course.done.items():
            ended = done.ended(case.course.planned.by_id[id])
            can -= set(range((done.start - EPOCH) // minute, (ended - EPOCH) // minute))
        self.patient = _runs(can)

    def of(self, unit: Resource) -> list[tuple[int, int]]:
        """When a room or a member of staff is there."""
        one, days = self.case.clinic.by_resource[unit], self.clock.days
        there = set(self._open)
        if one.hours is not None:
            there &= stretches(self.clock, one.hours, days)
        if isinstance(one, StaffMember) and one.breaks is not None:
            there -= stretches(self.clock, one.breaks, days)
        return _runs(there - closures(self.clock, one.away, days))

    def left(self, pool: Pool, members: list[Resource]) -> list[tuple[int, int, int]]:
        """How many more patients a pool could watch, stretch by stretch from the first minute to the last."""
        last = self.clock.last
        left = dict.fromkeys(range(self.clock.first, last + 1), 0)
        for member in members:
            there = {minute for begin, end in self.of(member) for minute in range(begin, end)}
            for begin, end, sharing in self.booked(member):
                if not sharing:
                    there -= set(range(begin, end))
            for minute in there:
                left[minute] += pool.ratio
        for begin, end, _ in self.booked(Resource("pool", pool.role)):
            for minute in range(begin, end):
                left[minute] -= 1
        edges = [minute for minute in left if left[minute] != left.get(minute - 1)]
        return [(begin, end, left[begin]) for begin, end in pairwise([*edges, last + 1])]

    def booked(self, unit: Resource) -> list[tuple[int, int, bool]]:
        """What is booked of a unit: first and last minute (the last not included), and whether it shares."""
        return [
            (
                (row.start - EPOCH) // timedelta(minutes=1),
                (row.end - EPOCH) // timedelta(minutes=1),
                not row.exclusive,
            )
            for row in self.case.booked
            if (row.type, row.resource) == unit
        ]

    def crowd(self, unit: Resource) -> list[tuple[int, int, int]]:
        """How many sharing bookings there are at once, stretch by stretch."""
        rows = [row for row in self.booked(unit) if row[2]]
        edges = sorted({edge for first, last, _ in rows for edge in (first, last)})
        counted = [
            (begin, end, sum(first <= begin and end <= last for first, last, _ in rows))
            for begin, end in pairwise(edges)
        ]
        return [row for row in counted if row[2]]


def _runs(minutes: set[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for minute in sorted(minutes):
        if found and found[-1][1] == minute:
            found[-1] = (found[-1][0], minute + 1)
        else:
            found.append((minute, minute + 1))
    return found
