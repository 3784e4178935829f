"""What comes round again? Weekly and fortnightly hours, and the days on which they do not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import cast

from attrs import field, frozen
from dateutil.rrule import MO, WEEKLY, rrule

from kapsched.errors import (
    Fault,
    InvalidInput,
    Several,
    a_date,
    by_repr,
    each,
    of_type,
    optional,
    private_text,
    refuse,
    require,
    shown,
    whole,
)
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.zones import MINUTES_A_DAY, Zone, at

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_A_MINUTE = whole(0, MINUTES_A_DAY)


@frozen(order=True)
class DaySpan:
    """Part of a day, in wall minutes after midnight; `end` may be 1440, the next midnight."""

    start: int
    end: int

    def __attrs_post_init__(self) -> None:
        require(self, start=_A_MINUTE, end=_A_MINUTE)
        if self.end <= self.start:
            raise InvalidInput(f"{self} is reversed: the end must come after the start")

    def __str__(self) -> str:
        return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (self.start, self.end))


WHOLE_DAY = DaySpan(0, MINUTES_A_DAY)


_SEVERAL_DAYS = each(each(of_type(DaySpan)))


def _in_order(days: Iterable[Iterable[DaySpan]]) -> tuple[tuple[DaySpan, ...], ...]:
    given = Several(days)
    found = tuple(map(Several, given)) if isinstance(given, tuple) else given
    return found if _SEVERAL_DAYS(found) else tuple(tuple(sorted(spans)) for spans in found)


def _spans(pairs: Iterable[tuple[int, int]]) -> tuple[DaySpan, ...]:
    given = Several(pairs)
    if fault := each(_a_pair)(given):
        raise InvalidInput(fault)
    return tuple(DaySpan(*pair) for pair in given)


def _a_pair(value: object) -> str:
    if isinstance(value, tuple | list) and len(value) == 2:
        return ""
    return f"the minutes of a start and an end such as (540, 1020) are wanted, not {shown(value)}"


@frozen
class Week:
    """The spans of each weekday, Monday first; seven tuples, each put in order and without overlap."""

    days: tuple[tuple[DaySpan, ...], ...] = field(converter=_in_order)

    def __attrs_post_init__(self) -> None:
        require(self, days=_SEVERAL_DAYS)
        if len(self.days) != len(WEEKDAYS):
            raise InvalidInput(f"a week has seven days, not {len(self.days)}", path="days")
        refuse(
            Fault(f"{earlier} overlaps {later}", weekday)
            for weekday, spans in zip(WEEKDAYS, self.days, strict=True)
            for earlier, later in pairwise(spans)
            if later.start < earlier.end
        )

    @classmethod
    def of(cls, **spans: Iterable[tuple[int, int]]) -> Week:
        """`Week.of(mon=[(540, 1020)])`: the minutes of the days named, the others empty."""
        known = ", ".join(WEEKDAYS)
        faults = [
            Fault(f"there is no day {day!r}; there are {known}", day) for day in spans if day not in WEEKDAYS
        ]
        found: dict[str, tuple[DaySpan, ...]] = {}
        for day, pairs in spans.items():
            try:
                found[day] = _spans(pairs)
            except InvalidInput as error:
                faults += error.under(day).faults
        refuse(faults)
        return cls([found.get(day, ()) for day in WEEKDAYS])


@lru_cache(maxsize=4096)
def _dates(weekday: int, every: int, first_monday: date, first: date, last: date) -> tuple[date, ...]:
    # Counting from the last turn at or before `first` keeps the rule as short as the range that is asked for.
    turns = (first - first_monday).days // (7 * every)
    begin = first_monday + timedelta(days=7 * every * turns + weekday)
    rule = rrule(
        WEEKLY,
        interval=every,
        wkst=MO,
        dtstart=datetime(begin.year, begin.month, begin.day),  # noqa: DTZ001  # stands for its date alone
        until=datetime(last.year, last.month, last.day),  # noqa: DTZ001  # likewise
    )
    return tuple(moment.date() for moment in rule if moment.date() >= first)


@frozen
class Pattern:
    """Hours that come round each week, or in turn over several weeks counted from a stated Monday."""

    weeks: tuple[Week, ...] = field(converter=Several[Week])
    first_monday: date = date(2024, 1, 1)

    def __attrs_post_init__(self) -> None:
        require(self, weeks=each(of_type(Week)), first_monday=a_date)
        if not self.weeks:
            raise InvalidInput("a pattern needs at least one week", path="weeks")
        if self.first_monday.weekday() != 0:
            raise InvalidInput(f"the first week must begin on a Monday; {self.first_monday} is none")

    def spans(self, first: date, last: date) -> Iterator[tuple[date, DaySpan]]:
        """Each date from `first` to `last` (both included) with each of its spans; unordered."""
        for turn, week in enumerate(self.weeks):
            monday = self.first_monday + timedelta(weeks=turn)
            for weekday, spans in enumerate(week.days):
                if spans:
                    for day in _dates(weekday, len(self.weeks), monday, first, last):
                        for span in spans:
                            yield day, span

    def over(self, first: date, last: date, place: Zone) -> IntervalSet:
        """The pattern as intervals of UTC from `first` to `last`, both included."""
        return _intervals(self.spans(first, last), place)


def weekday_numbers(given: Iterable[int]) -> frozenset[int]:
    """Numbers of weekdays, each once; what is none is left for `some_weekdays` to refuse."""
    several = Several(given)
    try:
        return frozenset(several)
    except TypeError:
        return cast(frozenset[int], several)


some_weekdays = each(whole(0, 6))


@frozen(kw_only=True)
class Absence:
    """A stretch taken out of the hours: some dates, some weekdays, some part of the day.

    `first` and `last` are both included; without them it holds for ever. `weekdays` are numbers from 0,
    Monday; without them it holds on each day. `why` is nobody's business: it stands in no `repr`.
    """

    first: date | None = None
    last: date | None = None
    weekdays: frozenset[int] = field(default=frozenset(), converter=weekday_numbers)
    span: DaySpan = WHOLE_DAY
    why: str = field(default="", repr=False)

    _repr_pretty_ = by_repr

    def __attrs_post_init__(self) -> None:
        require(
            self,
            first=optional(a_date),
            last=optional(a_date),
            weekdays=some_weekdays,
            span=of_type(DaySpan),
            why=private_text,
        )
        if self.first and self.last and self.last < self.first:
            raise InvalidInput(f"it ends on {self.last}, before it begins on {self.first}")

    def dates(self, first: date, last: date) -> Iterator[date]:
        """The dates from `first` to `last` (both included) on which it holds, in order."""
        day, end = max(first, self.first or first), min(last, self.last or last)
        while day <= end:
            if not self.weekdays or day.weekday() in self.weekdays:
                yield day
            day += timedelta(days=1)

    def over(self, first: date, last: date, place: Zone) -> IntervalSet:
        """The absence as intervals of UTC from `first` to `last`, both included."""
        return _intervals(((day, self.span) for day in self.dates(first, last)), place)


def absent(absences: Iterable[Absence], first: date, last: date, place: Zone) -> IntervalSet:
    """All `absences` together as intervals of UTC."""
    return _intervals(
        ((day, absence.span) for absence in absences for day in absence.dates(first, last)), place
    )


def _intervals(spans: Iterable[tuple[date, DaySpan]], place: Zone) -> IntervalSet:
    edges = ((at(day, span.start, place), at(day, span.end, place)) for day, span in spans)
    # Where the clocks skip a whole span nothing of it is left.
    return IntervalSet(Interval(start, end) for start, end in edges if start < end)
