"""What is taken? Bookings: neutral rows, sorted and indexed, that planning and verification both read."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Literal, NamedTuple, TypeAlias

from attrs import field, frozen

from kapsched.errors import (
    InvalidInput,
    Several,
    each,
    flag,
    identifier,
    of_type,
    one_of,
    private_text,
    require,
    require_given,
    text,
)
from kapsched.timeline.zones import an_instant, as_instant

ResourceType: TypeAlias = Literal["patient", "room", "staff", "pool"]
RESOURCE_TYPES: tuple[ResourceType, ...] = ("patient", "room", "staff", "pool")

_A_TYPE = one_of(RESOURCE_TYPES)


class Resource(NamedTuple):
    """What can be taken, by type and id, so that patient 17 and room 17 never meet."""

    type: ResourceType
    id: str


@frozen(kw_only=True, order=True)
class Booking:
    """One resource taken from `start` to `end` (UTC, half-open), turnaround and tail included.

    An exclusive booking suffers no other; sharing ones may overlap up to the resource's capacity. One of a
    pool takes a place of it, and is never exclusive. `role` is the one a member of staff fills; `ref` says for
    what: an appointment's id or anything of the caller's.
    """

    type: ResourceType
    resource: str
    start: datetime = field(converter=as_instant)
    end: datetime = field(converter=as_instant)
    exclusive: bool = True
    role: str = ""
    ref: str = ""

    def __attrs_post_init__(self) -> None:
        require(
            self,
            type=_A_TYPE,
            resource=identifier,
            start=an_instant,
            end=an_instant,
            exclusive=flag,
            role=text,
            ref=private_text,
        )
        if self.type == "pool" and self.exclusive:
            raise InvalidInput(
                f"a booking of a pool takes one place of it, and that of {self.resource!r} is exclusive",
                path="exclusive",
            )
        if self.end <= self.start:
            raise InvalidInput(f"a booking must end after it starts; {self.resource!r} does not", path="end")

    @property
    def of(self) -> Resource:
        """The resource taken."""
        return Resource(self.type, self.resource)

    def overlaps(self, other: Booking) -> bool:
        """Is there an instant in both? Touching is not overlapping."""
        return self.start < other.end and other.start < self.end


def not_among(bookings: Iterable[Booking], others: Iterable[Booking]) -> Iterator[Booking]:
    """The bookings that `others` lack, by resource, times and `ref`: rows from a table know no roles."""
    there = {(row.of, row.start, row.end, row.ref) for row in others}
    return (row for row in bookings if (row.of, row.start, row.end, row.ref) not in there)


def in_order(given: Iterable[Booking]) -> tuple[Booking, ...]:
    """Bookings in their order; what cannot be put in order is left for a check to refuse."""
    several = Several(given)
    try:
        return tuple(sorted(several))
    except TypeError:
        return several


def _by_time(booking: Booking) -> tuple[datetime, datetime, bool, str, str]:
    return booking.start, booking.end, booking.exclusive, booking.role, booking.ref


_FIRST = datetime.min.replace(tzinfo=UTC)
_start = attrgetter("start")


_EACH_A_BOOKING = each(of_type(Booking))


def rows(given: Iterable[Booking]) -> Bookings | tuple[Booking, ...]:
    """Bookings that were handed in, once through; an index of them stays one."""
    return given if isinstance(given, Bookings) else Several(given)


def some_bookings(value: object) -> str:
    """What is wrong with some `rows`, if anything."""
    return "" if isinstance(value, Bookings) else _EACH_A_BOOKING(value)


class Bookings:
    """Bookings by resource and start: an immutable value; two that overlap are both remembered."""

    __slots__ = ("_by_resource", "_longest")

    def __init__(self, bookings: Iterable[Booking] = ()) -> None:
        given = rows(bookings)
        require_given(bookings=(given, some_bookings))
        grouped: dict[Resource, list[Booking]] = {}
        for booking in given:
            grouped.setdefault(booking.of, []).append(booking)
        self._by_resource = {key: tuple(sorted(grouped[key], key=_by_time)) for key in sorted(grouped)}
        self._longest: dict[Resource, timedelta] = {}

    def __iter__(self) -> Iterator[Booking]:
        for bookings in self._by_resource.values():
            yield from bookings

    def __len__(self) -> int:
        return sum(map(len, self._by_resource.values()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bookings) and self._by_resource == other._by_resource

    __hash__ = None  # type: ignore[assignment]  # as large as a database; nobody should hash it

    def __getstate__(self) -> tuple[Booking, ...]:
        return tuple(self)

    def __setstate__(self, bookings: tuple[Booking, ...]) -> None:
        self.__init__(bookings)  # type: ignore[misc]

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Every resource that something takes, in order."""
        return tuple(self._by_resource)

    def of(self, resource: Resource) -> tuple[Booking, ...]:
        """The bookings of one resource, by start."""
        return self._by_resource.get(resource, ())

    def during(self, resource: Resource, start: datetime, end: datetime) -> tuple[Booking, ...]:
        """The bookings of one resource that overlap `start` to `end` (UTC), by start."""
        bookings = self._by_resource.get(resource)
        if not bookings:
            return ()
        longest = self._longest.get(resource)
        if longest is None:
            longest = self._longest[resource] = max(one.end - one.start for one in bookings)
        # None lasts longer than the longest, so none that starts before this reaches `start`.
        since = start - longest if start - _FIRST > longest else _FIRST
        first = bisect_left(bookings, since, key=_start)
        last = bisect_left(bookings, end, lo=first, key=_start)
        return tuple(one for one in bookings[first:last] if one.end > start)

    def changed(self, add: Iterable[Booking] = (), remove: Iterable[Booking] = ()) -> Bookings:
        """A new value with some more and some fewer; each removal takes one of equal bookings.

        Removing what is not there is `InvalidInput`.
        """
        add, remove = rows(add), rows(remove)
        require_given(add=(add, some_bookings), remove=(remove, some_bookings))
        touched: dict[Resource, list[Booking]] = {}
        for booking in add:
            insort(touched.setdefault(booking.of, list(self.of(booking.of))), booking, key=_by_time)
        for booking in remove:
            left = touched.setdefault(booking.of, list(self.of(booking.of)))
            place = bisect_left(left, _by_time(booking), key=_by_time)
            if left[place : place + 1] != [booking]:
                raise InvalidInput(
                    f"there is no booking of {booking.type} {booking.resource!r} from "
                    f"{booking.start:%Y-%m-%d %H:%M} UTC to remove",
                    path="remove",
                )
            del left[place]
        merged = {**self._by_resource, **{resource: tuple(left) for resource, left in touched.items()}}
        changed = Bookings()
        changed._by_resource = {key: merged[key] for key in sorted(merged) if merged[key]}
        # What was the longest before remains a safe bound where bookings were only taken out.
        changed._longest = dict(self._longest)
        for booking in add:
            if booking.of in changed._longest:
                longest = max(changed._longest[booking.of], booking.end - booking.start)
                changed._longest[booking.of] = longest
        return changed


@frozen(kw_only=True)
class Rows:
    """What to change where bookings are kept: those newly `taken` and those `freed`, each by resource and start."""

    taken: tuple[Booking, ...] = field(default=(), converter=in_order)
    freed: tuple[Booking, ...] = field(default=(), converter=in_order)

    def __attrs_post_init__(self) -> None:
        require(self, taken=_EACH_A_BOOKING, freed=_EACH_A_BOOKING)

    @classmethod
    def between(cls, before: Iterable[Booking], after: Iterable[Booking]) -> Rows:
        """What leads from some bookings to others; of equal ones so many as there are more, and none is in both."""
        before, after = rows(before), rows(after)
        require_given(before=(before, some_bookings), after=(after, some_bookings))
        earlier, later = Counter(before), Counter(after)
        return cls(taken=(later - earlier).elements(), freed=(earlier - later).elements())
