"""Which rules do a zone's clocks follow over the days of a calendar?

Calendar programs read the rules from the file, and some read only yearly ones (`-1SU` of March). So a zone
with summer time is written as two yearly rules wherever these are exact, and change by change where not.
Each begins when it truly began: some programs judge a zone by past years.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from attrs import evolve, frozen
from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from kapsched.errors import InvalidInput
from kapsched.timeline.zones import zone

_EPOCH = 1970
_WEEK = timedelta(days=7)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

# Since 1970 no two changes of one zone lie nearer than six days and some hours.
_STRIDE = timedelta(days=5)

# Years looked at beyond the last day: within seven, a fourth Sunday and a last Sunday are seen to differ.
_SIGHT = 8


@frozen(kw_only=True)
class _Observance:
    """What begins when clocks still `before` ahead of UTC show `onset`: they go to `after`, under `name`."""

    onset: datetime  # naive
    before: timedelta
    after: timedelta
    name: str
    weekday: str = ""  # of a change that comes back each year, such as -1SU


def vtimezone(name: str, first: date, last: date) -> bytes:
    """The component, written, with the observances that hold from `first` to `last`, both inclusive, by onset."""
    if last < first:
        raise InvalidInput(f"the calendar's last day {last} comes before its first {first}")
    return _written(name, first.year, last.year)


@lru_cache(maxsize=256)
def _written(name: str, first: int, last: int) -> bytes:
    """The same for every calendar of these years; most files are small, and it would be a quarter of their cost."""
    timezone = Timezone()
    timezone.add("TZID", name)
    observances = _observances(name, first, last)
    for each in observances:
        # Summer is whatever moves ahead, also in Ireland, whose law calls the winter the exception; but what
        # nothing follows is no summer.
        summer = each.after > each.before and len(observances) > 1
        timezone.add_component(_component(each, summer=summer))
    return bytes(timezone.to_ical())


def _component(observance: _Observance, *, summer: bool) -> TimezoneDaylight | TimezoneStandard:
    component = TimezoneDaylight() if summer else TimezoneStandard()
    component.add("DTSTART", observance.onset)
    component.add("TZOFFSETFROM", observance.before)
    component.add("TZOFFSETTO", observance.after)
    component.add("TZNAME", observance.name)
    if observance.weekday:
        month = observance.onset.month
        component.add("RRULE", {"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": observance.weekday})
    return component


def _observances(name: str, first: int, last: int) -> tuple[_Observance, ...]:
    """What to write for the years `first` to `last`: changes one by one until a yearly pair takes over."""
    until = last + _SIGHT
    changes = _changes(name, min(_EPOCH, first - 1), until)
    in_force = max(index for index, change in enumerate(changes) if change.onset.year < first)
    # A year more than asked for, since an appointment may end after the last midnight.
    in_sight = sum(change.onset.year <= last + 1 for change in changes)

    def regular(index: int) -> bool:
        return bool(_yearly_pair(changes[index:], until))

    # What is regular from one change on is so from each later one.
    single = bisect_left(range(in_sight), 1, key=regular)
    return (*changes[in_force:single], *_yearly_pair(changes[single:], until))


def _changes(name: str, first: int, last: int) -> list[_Observance]:
    """What holds when `first` begins, then every change of offset or abbreviation until `last` ends."""
    place = zone(name)
    start, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    offset, abbreviation = clock = _clock(start, place)
    onset = start.replace(tzinfo=None)
    found = [_Observance(onset=onset, before=offset, after=offset, name=abbreviation)]
    while start < end:
        before, clock = clock, _clock(start + _STRIDE, place)
        if clock != before:
            onset = _change_after(start, place).replace(tzinfo=None) + before[0]
            found.append(_Observance(onset=onset, before=before[0], after=clock[0], name=clock[1]))
        start += _STRIDE
    return found


def _clock(instant: datetime, place: tzinfo) -> tuple[timedelta, str]:
    """Offset from UTC and abbreviation."""
    local = instant.astimezone(place)
    return local.utcoffset() or timedelta(), local.tzname() or ""


def _change_after(start: datetime, place: tzinfo) -> datetime:
    """The second at which the clock changes, given that it does so once within a stride of `start`."""
    before = _clock(start, place)

    def changed(seconds: int) -> bool:
        return _clock(start + timedelta(seconds=seconds), place) != before

    return start + timedelta(seconds=bisect_left(range(_STRIDE // timedelta(seconds=1)), 1, key=changed))


def _yearly_pair(changes: Sequence[_Observance], last: int) -> tuple[_Observance, ...]:
    """The first two changes with their weekdays, if all are these two, every year until `last`."""
    weekdays = _shared_weekday(changes[::2], last), _shared_weekday(changes[1::2], last)
    if not all(weekdays):
        return ()
    return tuple(evolve(change, weekday=day) for change, day in zip(changes, weekdays, strict=False))


def _shared_weekday(changes: Sequence[_Observance], last: int) -> str:
    """The day of the month they share, such as 2SU or -1SU, if they are one change a year until `last`."""
    alike = {(each.before, each.after, each.name, f"{each.onset:%m %w %H%M%S}") for each in changes}
    years = [each.onset.year for each in changes]
    if len(alike) != 1 or years != list(range(years[0], last + 1)):
        return ""
    weekday = _WEEKDAYS[changes[0].onset.weekday()]
    if all((each.onset + _WEEK).month != each.onset.month for each in changes):
        return f"-1{weekday}"
    weeks = {(each.onset.day - 1) // 7 + 1 for each in changes}
    return f"{weeks.pop()}{weekday}" if len(weeks) == 1 else ""
