"""What is odd about the bookings that are there already? Told once for each resource, and no plan's fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias, get_args

from attrs import field, frozen

from kapsched.errors import MOST, Several, a_date, each, of_type, one_of, require, require_given, text, whole
from kapsched.exchange.odd_pools import hours_of_members, taken_alone, too_many, when_any
from kapsched.model.bookings import Booking, Resource, some_bookings
from kapsched.model.bookings import rows as bookings_of
from kapsched.model.clinic import Clinic
from kapsched.timeline.zones import wall

OddityCode: TypeAlias = Literal["unknown", "hours", "twice"]

_A_CODE = one_of(get_args(OddityCode))
_A_COUNT = whole(1, MOST)
_A_YEAR = 366  # in days; nothing that lasts longer is looked at


@frozen(kw_only=True)
class Oddity:
    """So many rows of a resource, from the `first` date to the `last`, that are odd in one way.

    They are of one that the clinic does not have (`unknown`), outside its hours (`hours`), or at the same time as
    more others than it bears (`twice`). `lines` is where the first stands in its file.
    """

    code: OddityCode
    resource: Resource
    count: int
    first: date
    last: date
    sentence: str = ""
    lines: tuple[int, ...] = field(default=(), converter=Several[int])

    def __attrs_post_init__(self) -> None:
        require(
            self,
            code=_A_CODE,
            resource=of_type(Resource),
            count=_A_COUNT,
            first=a_date,
            last=a_date,
            sentence=text,
            lines=each(_A_COUNT),
        )

    def __str__(self) -> str:
        return self.sentence


class Placed(NamedTuple):
    """A booking, and the line of the file that says so; 0 where there is none."""

    booking: Booking
    line: int = 0


def odd_bookings(booked: Iterable[Booking], clinic: Clinic) -> tuple[Oddity, ...]:
    """What is odd about bookings, before anything is planned: for each resource one oddity of each sort."""
    given = bookings_of(booked)
    require_given(booked=(given, some_bookings), clinic=(clinic, of_type(Clinic)))
    return oddities(map(Placed, given), clinic)


def oddities(placed: Iterable[Placed], clinic: Clinic, *, ours: bool = True) -> tuple[Oddity, ...]:
    """What is odd about bookings, resources that the clinic does not have first, each in order of appearance.

    Unless the words of the rows are `ours`, no sentence shows one that the clinic does not know.
    """
    grouped: dict[Resource, list[Placed]] = {}
    for one in placed:
        grouped.setdefault(one.booking.of, []).append(one)
    unknown = [one for one in grouped if one.type != "patient" and not clinic.has(one)]
    found = [_of_nobody(one, grouped[one], clinic, ours) for one in unknown]
    for resource, theirs in grouped.items():
        if resource in unknown:
            continue
        in_order = sorted(theirs, key=lambda one: (one.booking.start, one.booking.end))
        if resource.type == "pool":
            found += _of_pool(resource, in_order, grouped, clinic)
        else:
            found += [*_outside(resource, in_order, clinic), *_twice(resource, in_order, clinic)]
    return tuple(found)


def _of_nobody(resource: Resource, theirs: Sequence[Placed], clinic: Clinic, ours: bool) -> Oddity:
    sentence = f"{clinic.id} has no {resource.type} {resource.id!r}; its rows are left out"
    if not ours:
        # A column of patients may have been taken for one of staff.
        sentence = (
            f"{clinic.id} has no {resource.type} of the name in line {theirs[0].line}; its rows are left out"
        )
    return _oddity("unknown", resource, theirs, clinic, sentence, theirs[:1])


def _outside(resource: Resource, theirs: Sequence[Placed], clinic: Clinic) -> Iterator[Oddity]:
    if resource.type == "patient":
        return  # when they can come is not the clinic's to say
    odd = [one for one in theirs if not _within_hours(one.booking, clinic)]
    if odd:
        yield _oddity("hours", resource, odd, clinic, "outside hours", odd[:1])


def _within_hours(booking: Booking, clinic: Clinic) -> bool:
    start, end = booking.start, booking.end
    # The clinic remembers the hours of a year, which most rows lie in.
    if clinic.working_time(booking.of, date(start.year, 1, 1), date(start.year, 12, 31)).covers(start, end):
        return True
    first, last = (wall(moment, clinic.place).date() for moment in (start, end - timedelta.resolution))
    if first.year == last.year == start.year:
        return False
    return (last - first).days <= _A_YEAR and clinic.working_time(booking.of, first, last).covers(start, end)


def _of_pool(
    resource: Resource, theirs: Sequence[Placed], grouped: Mapping[Resource, Sequence[Placed]], clinic: Clinic
) -> Iterator[Oddity]:
    pool = clinic.pool_of(resource.id)
    assert pool is not None, "else the clinic does not have it"
    rows = [one.booking for one in theirs]
    hours = hours_of_members(pool, rows, clinic)
    there = when_any(hours)
    odd = [one for one in theirs if not there.covers(one.booking.start, one.booking.end)]
    if odd:
        yield _oddity("hours", resource, odd, clinic, "outside its members' hours", odd[:1])
    alone = {member: taken_alone(one.booking for one in grouped.get(member, ())) for member in hours}
    crowds = list(too_many(pool, rows, hours, alone))
    if crowds:
        found = [theirs[place] for place in sorted({place for crowd in crowds for place in crowd})]
        example = [theirs[place] for place in crowds[0]]
        yield _oddity("twice", resource, found, clinic, "beyond what its members can watch", example)


def _twice(resource: Resource, theirs: Sequence[Placed], clinic: Clinic) -> Iterator[Oddity]:
    unit = clinic.by_resource.get(resource)
    crowds = list(_crowds(theirs, 1 if unit is None else unit.capacity))
    if crowds:
        there = {place for crowd in crowds for place in crowd}
        odd = [one for place, one in enumerate(theirs) if place in there]
        yield _oddity(
            "twice",
            resource,
            odd,
            clinic,
            "at the same time as others",
            [theirs[place] for place in crowds[0]],
        )


def _crowds(theirs: Sequence[Placed], capacity: int) -> Iterator[tuple[int, ...]]:
    """The places in order of all rows that are too many at one instant, for each such instant at which one begins."""
    ends = [one.booking for one in theirs]
    if all(one.end <= two.start for one, two in pairwise(ends)):
        return
    there: list[int] = []
    for place, one in enumerate(ends):
        there = [*(other for other in there if ends[other].end > one.start), place]
        if len(there) > (1 if any(ends[other].exclusive for other in there) else capacity):
            yield tuple(there)


def _oddity(
    code: OddityCode,
    resource: Resource,
    odd: Sequence[Placed],
    clinic: Clinic,
    what: str,
    example: Sequence[Placed],
) -> Oddity:
    days = [wall(one.booking.start, clinic.place).date() for one in odd]
    first, last = min(days), max(days)
    lines = tuple(sorted(one.line for one in example if one.line))
    return Oddity(
        code=code,
        resource=resource,
        count=len(odd),
        first=first,
        last=last,
        sentence=what if code == "unknown" else _told(resource, len(odd), what, first, last, lines),
        lines=lines,
    )


def _told(resource: Resource, count: int, what: str, first: date, last: date, lines: tuple[int, ...]) -> str:
    # What a table calls a patient may be a name.
    who = "a patient" if resource.type == "patient" else f"{resource.type} {resource.id}"
    when = f"on {first}" if first == last else f"from {first} to {last}"
    which = "the first " if count > len(lines) else ""
    place = f", {which}in line{'s' * (len(lines) > 1)} {' and '.join(map(str, lines))}" if lines else ""
    return f"{who}: {count} row{'s' * (count > 1)} {what}, {when}{place}"
