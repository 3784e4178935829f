"""Where and with whom? A clinic's rooms, staff and hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import cast

from attrs import field, frozen

from kapsched.errors import (
    Fault,
    InvalidInput,
    Several,
    a_date,
    by_repr,
    each,
    faults_in,
    identifier,
    of_type,
    optional,
    private_text,
    refuse,
    require,
    text,
    whole,
)
from kapsched.model.bookings import Resource
from kapsched.model.lacking import faults_between
from kapsched.model.mappings import FrozenMapping
from kapsched.model.programme import Programme
from kapsched.timeline.intervals import IntervalSet
from kapsched.timeline.recurrence import Absence, Pattern, absent
from kapsched.timeline.zones import Zone, at, instant, midnight, wall, zone

LONGEST_HORIZON = 3660

_A_CAPACITY = whole(1, 1000)
_A_PATTERN = of_type(Pattern)
_PERHAPS_A_PATTERN = optional(_A_PATTERN)
_ABSENCES = each(of_type(Absence))


@frozen(kw_only=True)
class Horizon:
    """The dates considered: `days` of them from `first_day`."""

    first_day: date
    days: int

    def __attrs_post_init__(self) -> None:
        require(self, first_day=a_date, days=whole(1, LONGEST_HORIZON))

    @property
    def last_day(self) -> date:
        """The last date considered, itself included."""
        return self.first_day + timedelta(days=self.days - 1)

    def edges(self, place: Zone) -> tuple[datetime, datetime]:
        """The first instant inside and the first one past it, in UTC."""
        return midnight(self.first_day, place), midnight(self.last_day + timedelta(days=1), place)


@frozen(kw_only=True)
class Room:
    """A room; with a `capacity` above one, so many bookings that share it may overlap."""

    id: str
    type: str
    capacity: int = 1
    hours: Pattern | None = None
    away: tuple[Absence, ...] = field(default=(), converter=Several[Absence])

    def __attrs_post_init__(self) -> None:
        require(
            self,
            id=identifier,
            type=identifier,
            capacity=_A_CAPACITY,
            hours=_PERHAPS_A_PATTERN,
            away=_ABSENCES,
        )


@frozen(kw_only=True)
class StaffMember:
    """Someone who works here, in any one of `roles` at a time."""

    id: str
    roles: tuple[str, ...] = field(converter=Several[str])
    hours: Pattern
    breaks: Pattern | None = None
    away: tuple[Absence, ...] = field(default=(), converter=Several[Absence])
    capacity: int = 1
    name: str = field(default="", repr=False)

    _repr_pretty_ = by_repr

    def __attrs_post_init__(self) -> None:
        require(
            self,
            id=identifier,
            roles=each(identifier),
            hours=_A_PATTERN,
            breaks=_PERHAPS_A_PATTERN,
            away=_ABSENCES,
            capacity=_A_CAPACITY,
            name=private_text,
        )


@frozen(kw_only=True)
class Pool:
    """All who have a role, as those who watch patients together: at most `ratio` patients for each of them.

    At any instant those count who work then, and are not taken by an exclusive booking. Nobody in particular is
    booked for a patient.
    """

    role: str
    ratio: int

    def __attrs_post_init__(self) -> None:
        require(self, role=identifier, ratio=_A_CAPACITY)


@frozen(kw_only=True)
class Notice:
    """Least time from `now` to a start: so many hours, or the end of so many open days after today."""

    hours: int = 0
    open_days: int = 0

    def __attrs_post_init__(self) -> None:
        require(self, hours=whole(0, 24 * LONGEST_HORIZON), open_days=whole(0, 100))


def _a_zone(value: object) -> str:
    if isinstance(value, str):
        try:
            zone(value)
        except InvalidInput as error:
            return error.faults[0].message
    return text(value)


def _a_grid(value: object) -> str:
    if fault := whole(1, 60)(value):
        return fault
    if 60 % cast(int, value):
        return f"starts every {value} minutes do not fit an hour; a divisor of 60 is wanted"
    return ""


@frozen(kw_only=True, slots=False, eq=True)
class Clinic:
    """One site: its zone, hours, closures, rooms, staff and pools, in the order of its file.

    `grid` is in wall minutes after midnight: sessions start at its multiples only. Nothing is booked outside
    the clinic's own hours, turnaround and tail included.
    """

    id: str
    zone: str
    hours: Pattern
    rooms: tuple[Room, ...] = field(converter=Several[Room])
    staff: tuple[StaffMember, ...] = field(converter=Several[StaffMember])
    pools: tuple[Pool, ...] = field(default=(), converter=Several[Pool])
    closed: tuple[Absence, ...] = field(default=(), converter=Several[Absence])
    grid: int = 15
    notice: Notice = Notice()
    horizon: Horizon

    def __attrs_post_init__(self) -> None:
        faults = faults_in(
            self,
            id=identifier,
            zone=_a_zone,
            hours=_A_PATTERN,
            rooms=each(of_type(Room)),
            staff=each(of_type(StaffMember)),
            pools=each(of_type(Pool)),
            closed=_ABSENCES,
            grid=_a_grid,
            notice=of_type(Notice),
            horizon=of_type(Horizon),
        )
        refuse([*faults, *self._doubles(), *(() if faults else self._doubtful_members())])

    def _doubles(self) -> Iterator[Fault]:
        for what, noun, key in (
            ("rooms", Room, "id"),
            ("staff", StaffMember, "id"),
            ("pools", Pool, "role"),
        ):
            things = getattr(self, what) if isinstance(getattr(self, what), tuple) else ()
            ids = (getattr(thing, key) for thing in things if isinstance(thing, noun))
            for name, times in Counter(ids).items():
                if times > 1:
                    yield Fault(f"two {what} have the {key} {name!r}", f"{what}.{name}")

    def _doubtful_members(self) -> Iterator[Fault]:
        """A pool counts heads: it must not matter to it which of its members a visit has for itself."""
        for pool in self.pools:
            if not self.staff_of(pool.role):
                yield Fault(f"nobody at {self.id} is a {pool.role!r}", f"pools.{pool.role}")
            for one in self.staff:
                others = " and ".join(role for role in one.roles if role != pool.role)
                if pool.role in one.roles and others:
                    message = f"{one.id} is in the pool of {pool.role!r}, and so cannot be a {others} too"
                    yield Fault(message, f"staff.{one.id}.roles")

    @property
    def place(self) -> Zone:
        """The clinic's zone."""
        return zone(self.zone)

    @cached_property
    def by_resource(self) -> Mapping[Resource, Room | StaffMember]:
        """Rooms, then staff, each by type and id, in the order of the clinic's file."""
        found: dict[Resource, Room | StaffMember] = {Resource("room", one.id): one for one in self.rooms}
        found.update((Resource("staff", one.id), one) for one in self.staff)
        return FrozenMapping(found)

    def has(self, resource: Resource) -> bool:
        """Is it a room, a member of staff or a pool of this clinic?"""
        return resource in self.by_resource or (
            resource.type == "pool" and self.pool_of(resource.id) is not None
        )

    def rooms_of(self, type: str) -> tuple[Room, ...]:
        """The rooms of one type, in the order of the clinic's file."""
        return tuple(room for room in self.rooms if room.type == type)

    def staff_of(self, role: str) -> tuple[StaffMember, ...]:
        """Those who can fill a role, in the order of the clinic's file."""
        return tuple(one for one in self.staff if role in one.roles)

    def pool_of(self, role: str) -> Pool | None:
        """The pool of those with a role, if they are one."""
        return next((pool for pool in self.pools if pool.role == role), None)

    def open_time(self, first: date, last: date) -> IntervalSet:
        """When the clinic is open from `first` to `last`, both included: its hours less its closures."""
        key = ("", first, last)
        if key not in self._times:
            closed = absent(self.closed, first, last, self.place)
            self._times[key] = self.hours.over(first, last, self.place) - closed
        return self._times[key]

    def working_time(self, resource: Resource, first: date, last: date) -> IntervalSet:
        """When a room or a member of staff is there: open time, less what is theirs alone."""
        key = (resource, first, last)
        if key not in self._times:
            one, there = self.by_resource[resource], self.open_time(first, last)
            if one.hours is not None:
                there &= one.hours.over(first, last, self.place)
            if isinstance(one, StaffMember) and one.breaks is not None:
                there -= one.breaks.over(first, last, self.place)
            self._times[key] = there - absent(one.away, first, last, self.place)
        return self._times[key]

    @cached_property
    def _times(self) -> dict[tuple[Resource | str, date, date], IntervalSet]:
        return {}

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in self.__dict__.items() if name != "_times"}

    def earliest_start(self, now: datetime) -> datetime:
        """The first instant (UTC) at which a session may start when asked at `now`, notice kept.

        Open days are counted after the date of `now`; the start may be on any later date.
        """
        earliest = instant(now) + timedelta(hours=self.notice.hours)
        if self.notice.open_days:
            day, left = wall(now, self.place).date(), self.notice.open_days
            for _ in range(LONGEST_HORIZON):
                day += timedelta(days=1)
                left -= bool(self.open_time(day, day))
                if not left:
                    break
            earliest = max(earliest, at(day + timedelta(days=1), 0, self.place))
        return earliest

    def faults_with(self, programme: Programme) -> tuple[Fault, ...]:
        """What a programme asks for that nobody and no room here can give."""
        return faults_between(self, programme)
