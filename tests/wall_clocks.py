"""What do the clocks of a place show at each minute? An oracle for `timeline` that shares no code with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from kapsched.timeline.intervals import IntervalSet

# Days on which the clocks of each zone change, and some on which they do not.
ZONES: dict[str, tuple[date, ...]] = {
    "Africa/Cairo": (date(2026, 4, 24), date(2026, 10, 29)),  # midnight skipped; 23:00 to 24:00 shown twice
    "Africa/Casablanca": (date(2026, 2, 15), date(2026, 3, 22)),  # back for Ramadan, and on again
    "America/Havana": (date(2026, 3, 8), date(2026, 11, 1)),  # midnight skipped; midnight shown twice
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "America/Santiago": (date(2026, 9, 6), date(2026, 4, 4)),  # midnight skipped; the last hour shown twice
    "Asia/Beirut": (date(2026, 3, 29), date(2026, 10, 24)),
    "Asia/Kathmandu": (date(2026, 12, 28),),
    "Asia/Kolkata": (date(2027, 3, 28),),
    "Australia/Lord_Howe": (date(2026, 10, 4), date(2026, 4, 5)),  # by half an hour
    "Europe/London": (date(2027, 3, 28), date(2026, 10, 25), date(2027, 1, 3)),
    "Pacific/Apia": (date(2011, 12, 30), date(2011, 9, 24)),  # a whole day skipped
    "UTC": (date(2027, 1, 1),),
}

MINUTE = timedelta(minutes=1)


@cache
def _walls(name: str, first: date, last: date) -> dict[datetime, datetime]:
    """Each minute of UTC from two days before `first` to two after `last`, with what the clocks show."""
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as source:
        place = ZoneInfo.from_file(source)
    begin = datetime.combine(first, time(), UTC) - timedelta(days=2)
    minutes = ((last - first).days + 5) * 24 * 60
    every = (begin + MINUTE * count for count in range(minutes))
    return {moment: moment.astimezone(place).replace(tzinfo=None) for moment in every}


class Clocks:
    """The clocks of one place around some dates, read minute by minute."""

    def __init__(self, name: str, first: date, last: date) -> None:
        self.walls = _walls(name, first, last)

    def first_at(self, day: date, minute: int) -> datetime:
        """The first minute of UTC at which the clocks show `minute` after midnight of `day`, or later."""
        wanted = datetime.combine(day, time()) + MINUTE * minute
        return next(moment for moment, shown in self.walls.items() if shown >= wanted)

    def minutes(self, spans: Iterable[tuple[date, int, int]]) -> set[datetime]:
        """The minutes of UTC within any of the spans of wall time, each (date, from, to)."""
        found: set[datetime] = set()
        for day, start, end in spans:
            begin, stop = self.first_at(day, start), self.first_at(day, end)
            found.update(begin + MINUTE * count for count in range((stop - begin) // MINUTE))
        return found


def minutes_of(intervals: IntervalSet) -> set[datetime]:
    """The minutes of UTC within the intervals, whose edges must be whole minutes."""
    found: set[datetime] = set()
    for one in intervals:
        count, rest = divmod(one.end - one.start, MINUTE)
        assert not rest
        found.update(one.start + MINUTE * each for each in range(count))
    return found
