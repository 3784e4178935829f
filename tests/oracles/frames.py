"""Where and when does a case play? The family, zone, days and opening hours that its parts share."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from attrs import frozen

from kapsched.timeline.recurrence import DaySpan, Pattern, Week

OTHERS = ("weeks", "crowded", "hours", "one-day", "weeks", "midway", "night")
# Every other case, and then some, is about keeping to one therapist, for whom there are few days.
FAMILIES = (*(family for other in OTHERS for family in ("steady", other)), *("steady",) * 4)
# Monday of a week in which, or soon after which, the clocks of that place change; or never do.
PLACES = (
    ("Europe/London", date(2027, 3, 22)),
    ("Europe/London", date(2027, 10, 25)),
    ("America/New_York", date(2027, 3, 8)),
    ("America/New_York", date(2027, 11, 1)),
    ("Asia/Kolkata", date(2027, 5, 3)),
    ("Europe/London", date(2027, 6, 7)),
)
# Of the night family: the clocks change while these are open, in Lord Howe by half an hour.
NIGHTS = (
    ("Europe/London", date(2027, 3, 22)),
    ("Europe/London", date(2027, 10, 25)),
    ("America/New_York", date(2027, 11, 1)),
    ("Australia/Lord_Howe", date(2027, 3, 29)),
)


@frozen(kw_only=True)
class Frame:
    """What the parts of one case have in common."""

    family: str
    zone: str
    first: date
    days: int
    grid: int
    opens: int
    closes: int
    open_weekdays: frozenset[int]


def random_frame(dice: Random, family: str) -> Frame:
    """The frame of a case of that family."""
    place, first = dice.choice(NIGHTS if family == "night" else PLACES)
    grid = dice.choice((30, 60))
    opens = 0 if family == "night" else dice.choice((8, 9, 10, 13)) * 60
    hours = dice.choice((5, 6)) if family in ("one-day", "night") else dice.choice((4, 4, 5))
    weeks: tuple[tuple[int, ...], ...] = (
        (0, 1, 2, 3, 4),
        (0, 1, 2, 3, 4),
        (0, 1, 2, 3, 4, 5),
        (0, 1, 3, 4, 6),
    )
    weekdays = dice.choice(weeks)
    if family == "night":
        weekdays = dice.choice(((0, 2, 4, 5, 6), (1, 3, 5, 6), (0, 1, 4, 6)))
    if family == "tiny":
        grid, hours, weekdays = 60, dice.choice((2, 2, 2, 3)), (0, 1, 2, 3, 4)
    return Frame(
        family=family,
        zone=place,
        first=first + timedelta(days=dice.choice((0, 0, 1, 3))),
        days=14
        if family == "tiny"
        else 18
        if family in ("steady", "weeks")
        else dice.choice((15, 16, 17, 17)),
        grid=grid,
        opens=opens,
        closes=opens + hours * 60,
        open_weekdays=frozenset(weekdays),
    )


def each_week(spans: dict[int, tuple[DaySpan, ...]]) -> Pattern:
    """The spans of each weekday, every week."""
    return Pattern((Week(tuple(spans.get(weekday, ()) for weekday in range(7))),))


def some_day(dice: Random, frame: Frame) -> date:
    """Any date of the horizon."""
    return frame.first + timedelta(days=dice.randrange(frame.days))


def part_of_a_day(dice: Random, frame: Frame, least: int) -> DaySpan:
    """A stretch of the opening hours of at least so many minutes, now and then off the grid."""
    step = dice.choice((frame.grid, frame.grid, 15, 7))
    length = min(frame.closes - frame.opens, least + step * dice.randrange(4))
    latest = frame.closes - length
    return DaySpan(start := min(latest, frame.opens + step * dice.randrange(0, 8)), start + length)
