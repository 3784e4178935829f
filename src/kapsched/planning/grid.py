"""Which bit is which moment? A horizon as one integer, a bit for every few minutes.

Bit 0 begins at the midnight that begins the horizon. Bits count elapsed time, so a day of the autumn clock change
has more of them; wall-clock facts (the start grid, the end of a day) become masks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby, pairwise
from typing import TypeAlias

from attrs import field, frozen

from kapsched.timeline.intervals import IntervalSet
from kapsched.timeline.zones import midnight, zone

Mask: TypeAlias = int

MINUTES_A_DAY = 24 * 60


def runs(mask: Mask, length: int) -> Mask:
    """Where do `length` set bits in a row begin? By doubling shifts, a handful of operations for any length."""
    have = 1
    while have < length and mask:
        step = min(have, length - have)
        mask &= mask >> step
        have += step
    return mask


def bits(mask: Mask) -> Iterable[int]:
    """The set bits, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def filled(spans: Iterable[tuple[int, int]], size: int) -> Mask:
    """A mask with the half-open spans set; spans may overlap and are cut to `size` bits."""
    digits = bytearray(b"0") * size
    for begin, end in spans:
        first, last = max(begin, 0), min(end, size)
        if first < last:
            digits[size - last : size - first] = b"1" * (last - first)
    return int(digits, 2) if size else 0


@frozen(kw_only=True, eq=False)
class Grid:
    """The bits of a horizon in a zone: `step` minutes each."""

    zone: str
    first_day: date
    days: int
    step: int
    bit: timedelta = field(init=False)
    epoch: datetime = field(init=False)
    begins: tuple[int, ...] = field(init=False)  # the bit at which each day begins, and one past the last
    # Days of equal length in a row: the first of them, how many, and their bits.
    stretches: tuple[tuple[int, int, int], ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        place = zone(self.zone)
        midnights = [midnight(self.first_day + timedelta(days=n), place) for n in range(self.days + 1)]
        object.__setattr__(self, "bit", timedelta(minutes=self.step))
        object.__setattr__(self, "epoch", midnights[0])
        object.__setattr__(self, "begins", tuple(map(self.down, midnights)))
        object.__setattr__(self, "stretches", tuple(self._stretches()))

    def _stretches(self) -> Iterator[tuple[int, int, int]]:
        first = 0
        for width, days in groupby(end - begin for begin, end in pairwise(self.begins)):
            count = sum(1 for _ in days)
            yield first, count, width
            first += count

    @property
    def size(self) -> int:
        """The number of bits."""
        return self.begins[-1]

    def down(self, moment: datetime) -> int:
        """The bit that holds a moment, which may lie outside the horizon."""
        return (moment - self.epoch) // self.bit

    def up(self, moment: datetime) -> int:
        """The first bit that begins at or after a moment."""
        return -((self.epoch - moment) // self.bit)

    def moment(self, bit: int) -> datetime:
        """When a bit begins, in UTC."""
        return self.epoch + bit * self.bit

    def date(self, day: int) -> date:
        """The date of a day of the horizon, counted from 0."""
        return self.first_day + timedelta(days=day)

    def day(self, bit: int) -> int:
        """The day of the horizon that holds a bit."""
        return bisect_right(self.begins, bit) - 1

    def wall_minute(self, bit: int) -> int:
        """Wall-clock minutes after midnight at which a bit begins."""
        return self.wall_minute_on(self.day(bit), bit)

    def wall_minute_on(self, day: int, bit: int) -> int:
        """The same of a bit that is known to lie on a day."""
        if self.is_ordinary(day):
            return (bit - self.begins[day]) * self.step
        shown = self.moment(bit).astimezone(zone(self.zone))
        return shown.hour * 60 + shown.minute

    def is_ordinary(self, day: int) -> bool:
        """Does a day have 24 hours, with no clock change in it?"""
        return (self.begins[day + 1] - self.begins[day]) * self.step == MINUTES_A_DAY

    def within(self, times: IntervalSet) -> Mask:
        """The bits that lie wholly within some times."""
        return filled(((self.up(one.start), self.down(one.end)) for one in times), self.size)

    def touched(self, start: datetime, end: datetime) -> tuple[int, int]:
        """The bits that hold any part of `start` to `end`, half-open, cut to the horizon."""
        return max(self.down(start), 0), min(self.up(end), self.size)

    def days_of(self, mask: Mask) -> Mask:
        """A bit for each day on which `mask` has any."""
        days = 0
        for first, count, width in self.stretches:
            part = mask >> self.begins[first] & ((1 << width * count) - 1)
            if part and count == 1:
                days |= 1 << first
            elif part:
                days |= _spaced(_any_of(part, width), count, width) << first
        return days


def _any_of(mask: Mask, length: int) -> Mask:
    """The bits from which any of `length` in a row is set."""
    have = 1
    while have < length:
        step = min(have, length - have)
        mask |= mask >> step
        have += step
    return mask


# For a byte the digit of its lowest bit.
_LOWEST = bytes(b"01"[byte & 1] for byte in range(256))


def _spaced(mask: Mask, count: int, width: int) -> Mask:
    """Every `width`-th bit of a mask, `count` of them from the lowest on, side by side."""
    if width % 8:
        return sum(1 << n for n in range(count) if mask >> n * width & 1)
    # Slices of bytes are far quicker than shifts of a long integer.
    column = mask.to_bytes(width * count // 8, "little")[:: width // 8]
    return int(column.translate(_LOWEST)[::-1], 2)


@lru_cache(maxsize=64)
def grid_of(zone_name: str, first_day: date, days: int, step: int) -> Grid:
    """The grid of a horizon, one object for each."""
    return Grid(zone=zone_name, first_day=first_day, days=days, step=step)


@lru_cache(maxsize=64)
def wall_clock_starts(grid: Grid, every: int) -> Mask:
    """The bits at which the wall clock shows a multiple of `every` minutes after midnight."""
    ordinary = [place for place in range(MINUTES_A_DAY // grid.step) if place * grid.step % every == 0]
    digits = bytearray(b"0") * grid.size
    for begin, end in pairwise(grid.begins):
        places = ordinary
        if (end - begin) * grid.step != MINUTES_A_DAY:
            places = [bit - begin for bit in range(begin, end) if grid.wall_minute(bit) % every == 0]
        for place in places:
            digits[grid.size - 1 - begin - place] = 49  # the digit one
    return int(digits, 2)


@lru_cache(maxsize=256)
def ends_by_midnight(grid: Grid, length: int) -> Mask:
    """The bits from which `length` bits end by the midnight that ends their day."""
    return filled(((begin, end - length + 1) for begin, end in pairwise(grid.begins)), grid.size)
