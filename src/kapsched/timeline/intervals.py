"""Which stretches of time? Half-open intervals of UTC, sorted and merged once, on creation."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import attrgetter

from attrs import field, frozen

from kapsched.errors import InvalidInput
from kapsched.timeline.zones import instant


@frozen(order=True)
class Interval:
    """From `start` up to, but not including, `end`; both UTC whatever zone they were given in."""

    start: datetime = field(converter=instant)
    end: datetime = field(converter=instant)

    def __attrs_post_init__(self) -> None:
        if self.end <= self.start:
            raise InvalidInput(
                f"an interval must end after it starts: {self.start:%Y-%m-%d %H:%M} to "
                f"{self.end:%Y-%m-%d %H:%M} UTC"
            )

    def overlaps(self, other: Interval) -> bool:
        """Is there an instant in both? Touching is not overlapping."""
        return self.start < other.end and other.start < self.end


def _merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    merged: list[Interval] = []
    for interval in sorted(intervals, key=attrgetter("start")):
        if merged and interval.start <= merged[-1].end:
            if interval.end > merged[-1].end:
                merged[-1] = Interval(merged[-1].start, interval.end)
        else:
            merged.append(interval)
    return tuple(merged)


@frozen
class IntervalSet:
    """Stretches of time that neither touch nor overlap, in order."""

    intervals: tuple[Interval, ...] = field(default=(), converter=_merged)
    _starts: list[datetime] = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_starts", [interval.start for interval in self.intervals])

    def __iter__(self) -> Iterator[Interval]:
        return iter(self.intervals)

    def __bool__(self) -> bool:
        return bool(self.intervals)

    def covers(self, start: datetime, end: datetime) -> bool:
        """Does one stretch hold all of `start` to `end` (UTC)?"""
        found = bisect_right(self._starts, start) - 1
        return found >= 0 and self.intervals[found].end >= end

    def __or__(self, other: IntervalSet) -> IntervalSet:
        return IntervalSet(self.intervals + other.intervals)

    def __and__(self, other: IntervalSet) -> IntervalSet:
        shared, ours, theirs = [], list(reversed(self.intervals)), list(reversed(other.intervals))
        while ours and theirs:
            one, two = ours[-1], theirs[-1]
            if one.overlaps(two):
                shared.append(Interval(max(one.start, two.start), min(one.end, two.end)))
            (ours if one.end <= two.end else theirs).pop()
        return IntervalSet(shared)

    def __sub__(self, other: IntervalSet) -> IntervalSet:
        left, taken = [], list(reversed(other.intervals))
        for interval in self.intervals:
            start = interval.start
            while taken and taken[-1].end <= start:
                taken.pop()
            for cut in reversed(taken):
                if cut.start >= interval.end:
                    break
                if cut.start > start:
                    left.append(Interval(start, cut.start))
                start = max(start, cut.end)
            if start < interval.end:
                left.append(Interval(start, interval.end))
        return IntervalSet(left)
