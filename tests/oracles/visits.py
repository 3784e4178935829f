"""Where could one session be, with whom? Minutes in sets, one visit at a time: the slow planners' ground."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from math import gcd
from typing import NamedTuple

from kapsched.model.bookings import Resource
from kapsched.model.programme import Session
from kapsched.timeline.intervals import IntervalSet
from kapsched.timeline.zones import midnight, wall
from tests.oracles.clinics import Case
from tests.oracles.needs import Need, Piece, exclude_each_other, joined, needs_of

EPOCH = datetime(2027, 1, 1, tzinfo=UTC)


def minute_of(moment: datetime) -> int:
    """Whole minutes since an instant long before any case."""
    return (moment - EPOCH) // timedelta(minutes=1)


def moment_of(minute: int) -> datetime:
    """The instant of such a minute, in UTC."""
    return EPOCH + timedelta(minutes=minute)


class Visit(NamedTuple):
    """One session with a start and a unit for each need; `day` is a date's ordinal, `tod` a wall minute."""

    session: str
    start: int
    end: int
    day: int
    tod: int
    units: tuple[int, ...]
    pieces: tuple[Piece, ...]
    people: tuple[tuple[str, tuple[str, ...]], ...]
    broken_wishes: int

    def staff(self, role: str) -> tuple[str, ...]:
        """Who fills a role."""
        return dict(self.people).get(role, ())


class Setting:
    """A case as minutes: who works when, what is taken, and every visit that could be made."""

    def __init__(self, case: Case) -> None:
        self.case, self.clinic, self.course = case, case.clinic, case.course
        horizon = case.clinic.horizon
        self.first, self.last = horizon.first_day, horizon.last_day
        self.place = case.clinic.place
        self.units: dict[str, tuple[Resource, ...]] = {
            "room": tuple(Resource("room", one.id) for one in self.clinic.rooms),
            "staff": tuple(Resource("staff", one.id) for one in self.clinic.staff),
            "pool": tuple(Resource("pool", one.role) for one in self.clinic.pools),
        }
        self.taken: dict[Resource, set[int]] = {}
        self.shared: dict[Resource, Counter[int]] = {}
        for row in case.booked:
            during = range(minute_of(row.start), minute_of(row.end))
            if row.exclusive or row.type == "patient":
                self.taken.setdefault(row.of, set()).update(during)
            else:
                self.shared.setdefault(row.of, Counter()).update(during)
        for id, done in case.course.done.items():
            session = case.course.planned.by_id[id]
            during = range(minute_of(done.start), minute_of(done.ended(session)))
            self.taken.setdefault(Resource("patient", case.course.patient.id), set()).update(during)
        self._works: dict[Resource, set[int]] = {}
        self._free: dict[tuple[Resource, int, int, bool], bool] = {}
        self._able: dict[tuple[str, str], list[tuple[int, Resource]]] = {}
        self._shapes: dict[tuple[str, tuple[int, ...]], tuple[Piece, ...]] = {}

    def capacity(self, unit: Resource) -> int:
        """How many sharing bookings a unit takes at once."""
        return self.clinic.by_resource[unit].capacity

    def works_at(self, unit: Resource) -> set[int]:
        """The minutes at which a unit is there."""
        if unit not in self._works:
            there = self.clinic.working_time(unit, self.first, self.last)
            self._works[unit] = _minutes(there)
        return self._works[unit]

    @cached_property
    def _patient_can(self) -> set[int]:
        patient = self.course.patient
        opening = self.clinic.open_time(self.first, self.last)
        can = _minutes(patient.available(opening, self.first, self.last, self.clinic.zone))
        return can - self.taken.get(Resource("patient", patient.id), set())

    def free(self, piece: Piece) -> bool:
        """May this be booked, as far as hours and what is booked already go?"""
        if piece.unit.type == "pool":
            return True  # counted when the whole visit is known
        if piece not in self._free:
            during = range(piece.start, piece.end)
            ok = self.works_at(piece.unit).issuperset(during)
            ok = ok and self.taken.get(piece.unit, set()).isdisjoint(during)
            if ok:
                others = self.shared.get(piece.unit, Counter())
                most = self.capacity(piece.unit) - 1 if piece.sharing else 0
                ok = all(others[minute] <= most for minute in during)
            self._free[piece] = ok
        return self._free[piece]

    @cached_property
    def heads(self) -> Heads:
        """The members of pools that are left to watch patients."""
        return Heads(self)

    @cached_property
    def earliest(self) -> int:
        """The first minute that notice allows."""
        now, notice = self.case.now, self.clinic.notice
        earliest = minute_of(now + timedelta(hours=notice.hours))
        if (now + timedelta(hours=notice.hours) - EPOCH) % timedelta(minutes=1):
            earliest += 1
        day, left = wall(now, self.place).date(), notice.open_days
        while left:
            day += timedelta(days=1)
            left -= bool(self.clinic.open_time(day, day))
        if notice.open_days:
            earliest = max(earliest, minute_of(midnight(day + timedelta(days=1), self.place)))
        return earliest

    @cached_property
    def _grid(self) -> tuple[tuple[date, int, int, int], ...]:
        """Date, minute, wall minute and next midnight of each start on the grid with the patient free."""
        found, day = [], max(self.first, self.course.first_day)
        # Clocks stand whole quarters from UTC, so that only these minutes can be on the grid.
        step = gcd(self.clinic.grid, 15)
        while day <= self.last:
            begin, end = (minute_of(midnight(day + timedelta(days=more), self.place)) for more in (0, 1))
            first = max(begin, self.earliest)
            for minute in range(first + -first % step, end, step):
                if minute in self._patient_can:
                    local = wall(moment_of(minute), self.place)
                    tod = local.hour * 60 + local.minute
                    if tod % self.clinic.grid == 0:
                        found.append((day, minute, tod, end))
            day += timedelta(days=1)
        return tuple(found)

    def visits(self, session: Session) -> Iterator[Visit]:
        """Every visit that could be made for one session were it the only one, by start, then by units."""
        needs = needs_of(session.kind)
        lasts = max([session.kind.minutes, *(need.end for need in needs)])
        for day, start, tod, midnight_after in self._grid:
            there = self._patient_can.issuperset(range(start, start + session.kind.minutes))
            if there and start + lasts <= midnight_after:
                for units in self._assignments(needs, start):
                    visit = self._visit(session, needs, units, (day, start, tod))
                    if self.heads.enough([visit.pieces]):
                        yield visit

    def _assignments(
        self, needs: tuple[Need, ...], start: int, chosen: tuple[int, ...] = ()
    ) -> Iterator[tuple[int, ...]]:
        if len(chosen) == len(needs):
            yield chosen
            return
        need = needs[len(chosen)]
        for number, unit in self._who_can(need):
            if all(
                number != other if exclude_each_other(need, earlier) else number == other
                for earlier, other in zip(needs, chosen, strict=False)
                if earlier.type == need.type
                and (exclude_each_other(need, earlier) or earlier.slot == need.slot)
            ) and self.free(Piece(unit, start + need.begin, start + need.end, need.sharing)):
                yield from self._assignments(needs, start, (*chosen, number))

    def _who_can(self, need: Need) -> list[tuple[int, Resource]]:
        """The units that may fill the need, each with its place in the clinic's file."""
        key = (need.type, need.role)
        if need.type == "pool":
            return [row for row in enumerate(self.units["pool"]) if row[1].id == need.role]
        if key not in self._able:
            able = self.clinic.rooms_of(need.role) if need.type == "room" else self.clinic.staff_of(need.role)
            ids = {one.id for one in able} - set(self.course.patient.excludes if need.type == "staff" else ())
            self._able[key] = [row for row in enumerate(self.units[need.type]) if row[1].id in ids]
        return self._able[key]

    def _visit(
        self, session: Session, needs: tuple[Need, ...], units: tuple[int, ...], when: tuple[date, int, int]
    ) -> Visit:
        day, start, tod = when
        chosen = [self.units[need.type][number] for need, number in zip(needs, units, strict=True)]
        people: dict[str, set[str]] = {}
        for need, unit in zip(needs, chosen, strict=True):
            if need.type == "staff":
                people.setdefault(need.role, set()).add(unit.id)
        return Visit(
            session=session.id,
            start=start,
            end=start + session.kind.minutes,
            day=day.toordinal(),
            tod=tod,
            units=units,
            pieces=tuple(
                Piece(piece.unit, start + piece.start, start + piece.end, piece.sharing)
                for piece in self._shape(session.kind.name, needs, units)
            ),
            people=tuple((role, tuple(sorted(who))) for role, who in people.items()),
            broken_wishes=self._broken(session, day, tod, set[str]().union(*people.values())),
        )

    def _shape(self, kind: str, needs: tuple[Need, ...], units: tuple[int, ...]) -> tuple[Piece, ...]:
        """What a visit by these units takes, in minutes from its start."""
        if (kind, units) not in self._shapes:
            self._shapes[kind, units] = joined(
                Piece(self.units[need.type][number], need.begin, need.end, need.sharing)
                for need, number in zip(needs, units, strict=True)
            )
        return self._shapes[kind, units]

    def _broken(self, session: Session, day: date, tod: int, there: set[str]) -> int:
        wishes = self.course.patient.wishes
        broken: int = bool(wishes.weekdays) and day.weekday() not in wishes.weekdays
        broken += wishes.half_day == ("afternoon" if tod < 12 * 60 else "morning")
        for one in self.clinic.staff:
            if one.id in wishes.staff and set(one.roles) & set(session.kind.roles()):
                broken += one.id not in there
        return broken

    def clash(self, visits: list[Visit]) -> bool:
        """Do these visits of one course get in each other's way, each being possible alone?"""
        for place, one in enumerate(visits):
            for two in visits[:place]:
                if one.start < two.end and two.start < one.end:
                    return True
        pieces: dict[Resource, list[Piece]] = {}
        for visit in visits:
            for piece in visit.pieces:
                pieces.setdefault(piece.unit, []).append(piece)
        if any(self._too_many(unit, found) for unit, found in pieces.items() if len(found) > 1):
            return True
        return not self.heads.enough([visit.pieces for visit in visits])

    def _too_many(self, unit: Resource, pieces: list[Piece]) -> bool:
        # The pieces of one visit never overlap, so an overlap is always between visits.
        overlaps = [
            (one, two)
            for place, one in enumerate(pieces)
            for two in pieces[:place]
            if one.start < two.end and two.start < one.end
        ]
        if unit.type == "pool":
            return False
        if any(not (one.sharing and two.sharing) for one, two in overlaps):
            return True
        for one, two in overlaps:
            for minute in range(max(one.start, two.start), min(one.end, two.end)):
                ours = sum(piece.start <= minute < piece.end for piece in pieces)
                if ours + self.shared.get(unit, _NOBODY)[minute] > self.capacity(unit):
                    return True
        return False


_NOBODY: Counter[int] = Counter()


def _minutes(times: IntervalSet) -> set[int]:
    found: set[int] = set()
    for stretch in times:
        found.update(range(minute_of(stretch.start), minute_of(stretch.end)))
    return found


class Heads:
    """How many more patients each pool could watch, minute by minute."""

    def __init__(self, setting: Setting) -> None:
        self.ratio = {pool.role: pool.ratio for pool in setting.clinic.pools}
        self.pool_of = {
            Resource("staff", one.id): role for role in self.ratio for one in setting.clinic.staff_of(role)
        }
        self.left: dict[tuple[str, int], int] = {}
        for member, role in self.pool_of.items():
            for minute in setting.works_at(member) - setting.taken.get(member, set()):
                self.left[role, minute] = self.left.get((role, minute), 0) + self.ratio[role]
        for role in self.ratio:
            for minute, watched in setting.shared.get(Resource("pool", role), _NOBODY).items():
                self.left[role, minute] = self.left.get((role, minute), 0) - watched

    def enough(self, visits: list[tuple[Piece, ...]]) -> bool:
        """Are there enough for these visits, whose pieces do not overlap among each other within one visit?"""
        wanted: Counter[tuple[str, int]] = Counter()
        for piece in (piece for pieces in visits for piece in pieces):
            role, cost = piece.unit.id, 1
            if piece.unit.type != "pool":
                role, cost = (
                    self.pool_of.get(piece.unit, ""),
                    self.ratio.get(self.pool_of.get(piece.unit, ""), 0),
                )
                if piece.sharing:
                    continue
            if cost:
                for minute in range(piece.start, piece.end):
                    wanted[role, minute] += cost
        return all(number <= self.left.get(key, 0) for key, number in wanted.items())
