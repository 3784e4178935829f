"""What is still free? A clinic's bookings over a horizon, ready to be searched: an immutable value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import gcd

from attrs import field, frozen

from kapsched.errors import Clash, of_type, optional, require_given
from kapsched.model.bookings import Booking, Bookings, Resource, not_among, rows, some_bookings
from kapsched.model.clinic import Clinic, Horizon, Pool
from kapsched.model.plan import Plan
from kapsched.planning.grid import Grid, Mask, filled, grid_of, runs
from kapsched.planning.pools import Asked, Question, concerns, enough, shortfalls

# Most clinics count in fives; a programme that counts finer gets a finer grid when it is planned.
USUAL_STEP = 5

_A_PLAN = of_type(Plan)


@frozen(eq=False)
class Free:
    """The bits in which one resource can be taken whole, and those in which it can be shared once more."""

    working: Mask
    whole: Mask
    shared: Mask


@frozen(init=False, repr=False)
class Diary:
    """A clinic's bookings over a horizon; changing it returns a new one, so threads need no lock.

    Each booking is remembered by itself: removing one of two that overlap leaves the other.
    """

    clinic: Clinic
    horizon: Horizon
    bookings: Bookings = field(hash=False)  # they have no hash; equal diaries still have one
    step: int
    # Measured from what stands above, and remembered.
    _free: dict[Resource, Free] = field(init=False, eq=False, factory=dict)
    _runs: dict[tuple[Resource, int, bool], Mask] = field(init=False, eq=False, factory=dict)
    _enough: dict[Question, Mask] = field(init=False, eq=False, factory=dict)
    _finer: dict[int, Diary] = field(init=False, eq=False, factory=dict)

    def __init__(
        self, clinic: Clinic, horizon: Horizon | None = None, booked: Iterable[Booking] = ()
    ) -> None:
        given = rows(booked)
        require_given(
            clinic=(clinic, of_type(Clinic)),
            horizon=(horizon, optional(of_type(Horizon))),
            booked=(given, some_bookings),
        )
        bookings = given if isinstance(given, Bookings) else Bookings(given)
        self.__attrs_init__(clinic, horizon or clinic.horizon, bookings, gcd(USUAL_STEP, clinic.grid))
        self._free.update((resource, self._measure(resource)) for resource in clinic.by_resource)

    def _empty(self, bookings: Bookings, step: int) -> Diary:
        """A diary of the same clinic and horizon in which nothing is measured yet."""
        diary = Diary.__new__(Diary)
        diary.__attrs_init__(self.clinic, self.horizon, bookings, step)
        return diary

    @property
    def grid(self) -> Grid:
        """The bits of this diary."""
        return grid_of(self.clinic.zone, self.horizon.first_day, self.horizon.days, self.step)

    def at_step(self, minutes: int) -> Diary:
        """This diary with bits fine enough for durations that are multiples of `minutes`."""
        step = gcd(self.step, minutes)
        if step == self.step:
            return self
        found = self._finer.get(step)
        if found is None:
            finer = self._empty(self.bookings, step)
            finer._free.update((resource, finer._measure(resource)) for resource in self._free)
            # Shown to other threads only when all of it is measured.
            found = self._finer.setdefault(step, finer)
        return found

    def _measure(self, resource: Resource) -> Free:
        first, last = self.horizon.first_day, self.horizon.last_day
        working = self.grid.within(self.clinic.working_time(resource, first, last))
        whole, shared = self.left(
            working, self.bookings.of(resource), self.clinic.by_resource[resource].capacity
        )
        return Free(working, whole, shared)

    def left(self, working: Mask, bookings: Iterable[Booking], capacity: int) -> tuple[Mask, Mask]:
        """What is left of `working` bits beside some bookings: to be taken whole, and to be shared once more."""
        grid = self.grid
        whole: list[tuple[int, int]] = []
        sharing: list[tuple[int, int]] = []
        for one in bookings:
            (whole if one.exclusive or capacity == 1 else sharing).append(grid.touched(one.start, one.end))
        shared = working & ~filled(whole, grid.size) if whole else working
        if not sharing:
            return shared, shared
        taken = shared & ~filled(sharing, grid.size)
        full = _crowded(sharing, capacity, grid.size)
        return taken, shared & ~full

    def free(self, resource: Resource) -> Free:
        """What is left of a room or a member of staff."""
        return self._free[resource]

    def runs(self, resource: Resource, length: int, exclusive: bool) -> Mask:
        """Where `length` free bits in a row begin, for a booking of its own or for a sharing one."""
        key = (resource, length, exclusive)
        found = self._runs.get(key)
        if found is None:
            free = self._free[resource]
            found = self._runs[key] = runs(free.whole if exclusive else free.shared, length)
        return found

    def enough(self, role: str, asked: Asked) -> Mask:
        """The bits in which a pool has what is asked of it beside what is booked."""
        found = self._enough.get((role, asked))
        if found is None:
            found = self._enough[role, asked] = self._enough_in(role, asked, range(self.grid.size))
        return found

    def _enough_in(self, role: str, asked: Asked, bits: range) -> Mask:
        pool = self.clinic.pool_of(role)
        assert pool is not None, "programmes that ask for other pools are refused"
        return enough(pool, asked, self.clinic, self.bookings, self.grid, bits)

    def with_bookings(self, add: Iterable[Booking] = (), remove: Iterable[Booking] = ()) -> Diary:
        """The diary with some bookings more and some fewer; only what they touch is measured again."""
        add, remove = rows(add), rows(remove)
        changed = self._empty(self.bookings.changed(add, remove), self.step)
        touched = {one.of for one in (*add, *remove)}
        changed._free.update(self._free)
        # Copied at one stroke, because other threads may add to what is remembered meanwhile.
        remembered = self._runs.copy()
        changed._runs.update((key, mask) for key, mask in remembered.items() if key[0] not in touched)
        for one in (*add, *remove):
            if one.of in changed._free:
                changed._free[one.of] = changed._patched(changed._free[one.of], one)
        changed._enough.update(self._enough)
        for pool in self.clinic.pools:
            for one in (*add, *remove):
                if concerns(one, pool, self.clinic):
                    changed._count_again(pool.role, one)
        return changed

    def _count_again(self, role: str, booking: Booking) -> None:
        """Ask a pool again all that it was asked before, for the stretch of a booking that is new or gone."""
        first, last = self.grid.touched(booking.start, booking.end)
        if first < last:
            stretch = ((1 << (last - first)) - 1) << first
            for name, asked in self._enough:
                if name == role:
                    left = self._enough_in(role, asked, range(first, last)) << first
                    self._enough[name, asked] = self._enough[name, asked] & ~stretch | left

    def _patched(self, free: Free, booking: Booking) -> Free:
        """`free` as it is with the bookings of now, where nothing but the stretch of `booking` has changed."""
        first, last = self.grid.touched(booking.start, booking.end)
        if first >= last:
            return free
        resource, stretch = booking.of, ((1 << (last - first)) - 1) << first
        start, end = self.grid.moment(first), self.grid.moment(last)
        there = self.bookings.during(resource, start, end)
        if len(there) == 1 and (there[0].exclusive or self.clinic.by_resource[resource].capacity == 1):
            one = self.grid.touched(there[0].start, there[0].end)
            taken = ((1 << (one[1] - one[0])) - 1) << one[0]
            whole = shared = free.working & stretch & ~taken
        elif there:
            capacity = self.clinic.by_resource[resource].capacity
            whole, shared = self.left(free.working & stretch, there, capacity)
        else:
            whole = shared = free.working & stretch
        return Free(free.working, free.whole & ~stretch | whole, free.shared & ~stretch | shared)

    def book(self, plan: Plan) -> Diary:
        """The diary with a plan's bookings; `Clash` where one of them meets what is already there.

        What is pinned stays whatever it meets; rows of it that the diary has are not added once more.
        """
        require_given(plan=(plan, _A_PLAN))
        pinned = {one.id for one in plan.course.pinned.values()}
        settled = [row for row in plan.bookings if row.ref in pinned]
        asked = [row for row in plan.bookings if row.ref not in pinned]
        # Few plans have pins, and to look for their rows is to go through the whole diary.
        new = not_among(settled, self.bookings) if settled else ()
        bookings = Bookings([*new, *asked])
        for one in asked:
            # Rows of one visit that overlap are one booking.
            ours = (row for row in bookings.during(one.of, one.start, one.end) if row.ref != one.ref)
            if one.type != "pool":
                self._refuse_clash(one, [*self.bookings.during(one.of, one.start, one.end), *ours])
        booked = self.with_bookings(add=bookings)
        for pool in self.clinic.pools:
            for one in asked:
                if concerns(one, pool, self.clinic):
                    booked._refuse_crowd(pool, one)
        return booked

    def _refuse_crowd(self, pool: Pool, booking: Booking) -> None:
        """`Clash` where a pool has too many patients for its members while a booking lasts."""
        nothing_more = Asked(places=0, members=0)
        start, end = booking.start, booking.end
        for since, _ in shortfalls(pool, nothing_more, self.clinic, self.bookings, start, end):
            raise Clash(f"pool {pool.role!r} has too few members at {since:%Y-%m-%d %H:%M} UTC")

    def _refuse_clash(self, booking: Booking, there: Sequence[Booking]) -> None:
        known = self.clinic.by_resource.get(booking.of)
        alone = booking.exclusive or any(one.exclusive for one in there)
        most = 1 if alone or known is None else known.capacity
        begins = [one.start for one in there if one.start > booking.start]
        if any(
            sum(one.start <= begin < one.end for one in (booking, *there)) > most
            for begin in (booking.start, *begins)
        ):
            raise Clash(
                f"{booking.type} {booking.resource!r} is already taken at {booking.start:%Y-%m-%d %H:%M} UTC"
            )

    def release(self, plan: Plan) -> Diary:
        """The diary without a plan's bookings."""
        require_given(plan=(plan, _A_PLAN))
        return self.with_bookings(remove=plan.bookings)

    def __getstate__(self) -> tuple[Clinic, Horizon, Bookings, int, dict[Resource, Free]]:
        return self.clinic, self.horizon, self.bookings, self.step, self._free

    def __setstate__(self, state: tuple[Clinic, Horizon, Bookings, int, dict[Resource, Free]]) -> None:
        clinic, horizon, bookings, step, free = state
        self.__attrs_init__(clinic, horizon, bookings, step)
        self._free.update(free)


def _crowded(spans: list[tuple[int, int]], capacity: int, size: int) -> Mask:
    """The bits that `capacity` or more of the spans hold."""
    edges = sorted([(first, 1) for first, _ in spans] + [(last, -1) for _, last in spans])
    crowded, there, since = [], 0, 0
    for place, change in edges:
        if there < capacity <= there + change:
            since = place
        elif there >= capacity > there + change:
            crowded.append((since, place))
        there += change
    return filled(crowded, size)
