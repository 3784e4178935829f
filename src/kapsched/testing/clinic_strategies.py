"""What clinics are there to test with? Small ones, plain before awkward."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import product
from typing import TypeVar

from attrs import evolve, frozen
from hypothesis import strategies as st

from kapsched.model.clinic import Clinic, Horizon, Notice, Pool, Room, StaffMember
from kapsched.timeline.recurrence import WHOLE_DAY, Absence, DaySpan, Pattern, Week
from kapsched.timeline.zones import MINUTES_A_DAY, midnight, zone

T = TypeVar("T")

ZONES = (
    "Europe/London",
    "America/New_York",
    "Asia/Kolkata",  # the clocks never change
    "Australia/Lord_Howe",  # they change by half an hour
    "America/Santiago",  # at midnight, so that one day begins at one o'clock
    "America/St_Johns",
    "Africa/Casablanca",  # for the month of Ramadan
)

_WEEKDAYS = ((0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5, 6), (0, 2, 4, 6), (1, 3, 4, 5))
_FORTNIGHTS = ((0, 1, 2, 3, 4), (0, 1, 2)), ((1, 3, 4, 5), (0, 2, 4, 6))
_A_WEEK_ON_A_WEEK_OFF = ((0, 1, 2, 3, 4), ())
# A fortnight is counted from a stated Monday, be it past or yet to come.
_MONDAYS = (date(2024, 1, 1), date(2031, 1, 6))

_BLUE = Room(id="blue", type="treatment")
_GREEN = Room(id="green", type="treatment")
_OAK = Room(id="oak", type="therapy")
_LOUNGE = Room(id="lounge", type="recovery", capacity=2)
_HOUSES = (
    (_BLUE,),
    (_BLUE, _OAK),
    (_BLUE, _LOUNGE),
    (_BLUE, _GREEN),
    (_BLUE, _OAK, _LOUNGE),
    (_BLUE, _OAK, _LOUNGE, _GREEN),
)

_ADA, _BEN, _TESS = ("ada", ("doctor",), 1), ("ben", ("therapist",), 1), ("tess", ("therapist",), 1)
_JO, _DEV = ("jo", ("nurse",), 2), ("dev", ("doctor", "nurse"), 1)
_KIM = ("kim", ("nurse",), 2)
_TEAMS = (
    (_ADA,),
    (_ADA, _BEN),
    (_ADA, _JO),
    (_ADA, _DEV),
    (_ADA, _BEN, _TESS),
    (_ADA, _BEN, _JO),
    (_ADA, _BEN, _JO, _TESS),
    (_ADA, _DEV, _BEN, _JO, _TESS),
    (_ADA, _BEN, _JO, _KIM),
)


def among(*options: T) -> st.SearchStrategy[T]:
    """One of some values, the plainest first."""
    found: st.SearchStrategy[T] = _remembered(*options)
    return found


# To build a strategy costs more than to draw from it.
_remembered = lru_cache(maxsize=4096, typed=True)(lambda *options: st.sampled_from(options))


@frozen
class Frame:
    """What the parts of one clinic share: their dates, and the minutes of the day between which all is done."""

    first: date
    days: int
    opens: int
    closes: int

    def at(self, day: int) -> date:
        """The date so many days after the first."""
        return self.first + timedelta(days=day)


def frame_of(clinic: Clinic) -> Frame:
    """The frame of a clinic that is given."""
    spans = [span for week in clinic.hours.weeks for day in week.days for span in day]
    opens = min((one.start for one in spans), default=0)
    closes = max((one.end for one in spans), default=MINUTES_A_DAY)
    return Frame(clinic.horizon.first_day, clinic.horizon.days, opens, closes)


def easier(clinic: Clinic) -> Clinic:
    """The clinic in which everybody is there, and every room open, whenever it is."""
    staff = [evolve(one, hours=clinic.hours, breaks=None, away=()) for one in clinic.staff]
    return evolve(clinic, staff=staff, rooms=[evolve(one, hours=None, away=()) for one in clinic.rooms])


@st.composite
def clinics(
    draw: st.DrawFn,
    *,
    zones: Sequence[str] = ZONES,
    most_rooms: int = 4,
    most_staff: int = 5,
    most_weeks: int = 3,
) -> Clinic:
    """Clinics of a few rooms and people over a few weeks, each open on some date for three hours or more.

    The plainest is a week of one doctor in one room. In others the clocks change, some are open by night, and
    there are fortnights, closures, leave, breaks, notice, fine grids, rooms and nurses that are shared, and nurses who
    are a pool. The first of `zones` is where they become plain.
    """
    place = draw(among(*zones))
    opens, closes = draw(
        among((9 * 60, 13 * 60), (490, 970), (13 * 60, 16 * 60), (0, 4 * 60), (9 * 60, 17 * 60))
    )
    frame = Frame(
        first=draw(among(*_weeks_of(place))) + timedelta(days=draw(among(0, 0, 3, 6))),
        days=7 * draw(among(*range(1, most_weeks + 1))),
        opens=opens,
        closes=closes,
    )
    hours = draw(among(*_patterns(opens, closes)))
    house = draw(among(*(some for some in _HOUSES if len(some) <= max(1, most_rooms))))
    team = draw(among(*(some for some in _TEAMS if len(some) <= max(1, most_staff))))
    return Clinic(
        id="hill",
        zone=place,
        hours=hours,
        rooms=[_room(draw, frame, one) for one in house],
        staff=[_member(draw, frame, hours, one) for one in team],
        pools=_pools(draw, team),
        closed=_closures(draw, frame, hours),
        grid=draw(among(30, 60, 15, 5)),
        notice=draw(among(Notice(), Notice(), Notice(hours=24), Notice(open_days=1))),
        horizon=Horizon(first_day=frame.first, days=frame.days),
    )


@cache
def _weeks_of(place: str) -> tuple[date, ...]:
    """The Mondays of an even week in June, and of all weeks of that year in which the clocks change there."""
    mondays = [date(2027, 1, 4) + timedelta(weeks=number) for number in range(51)]
    edges = [(monday, monday + timedelta(weeks=1)) for monday in mondays]
    there = zone(place)
    changing = (
        one for one, two in edges if midnight(two, there) - midnight(one, there) != timedelta(weeks=1)
    )
    return date(2027, 6, 7), *changing


def _weekly(weekdays: Sequence[int], span: DaySpan) -> Week:
    return Week([(span,) if day in weekdays else () for day in range(7)])


@cache
def _patterns(opens: int, closes: int, *more: tuple[tuple[int, ...], ...]) -> tuple[Pattern, ...]:
    """Hours of whole days from the one minute to the other, by the week or the fortnight."""
    span = DaySpan(opens, closes)
    return (
        *(Pattern([_weekly(days, span)]) for days in _WEEKDAYS),
        *(
            Pattern([_weekly(days, span) for days in weeks], first_monday=monday)
            for weeks, monday in product((*_FORTNIGHTS, *more), _MONDAYS)
        ),
    )


@cache
def own_hours(opens: int, closes: int) -> tuple[Pattern, ...]:
    """Hours of somebody within the minutes given, some beginning later and some ending sooner."""
    edges = ((0, 0), (60, 0), (0, 45), (25, 30))
    return tuple(
        pattern
        for later, sooner in edges
        if opens + later < closes - sooner
        for pattern in _patterns(opens + later, closes - sooner, _A_WEEK_ON_A_WEEK_OFF)
    )


def leave(draw: st.DrawFn, frame: Frame, *, spared: int = 0) -> tuple[Absence, ...]:
    """A stretch of dates, none of them before day `spared`, wholly or in part."""
    if spared >= frame.days:
        return ()
    begins = draw(among(*range(spared, frame.days)))
    days, span = draw(
        among(
            (1, WHOLE_DAY),
            (2, WHOLE_DAY),
            (5, WHOLE_DAY),
            (3, DaySpan(0, min(frame.opens + 90, MINUTES_A_DAY))),
        )
    )
    return (Absence(first=frame.at(begins), last=frame.at(begins + days - 1), span=span),)


def _closures(draw: st.DrawFn, frame: Frame, hours: Pattern) -> tuple[Absence, ...]:
    if not draw(among(False, False, True)):
        return ()
    # The first open date stays so, or there might be none.
    first = min(day for day, _ in hours.spans(frame.first, frame.at(frame.days - 1)))
    return leave(draw, frame, spared=(first - frame.first).days + 1)


def _pools(draw: st.DrawFn, team: Sequence[tuple[str, tuple[str, ...], int]]) -> tuple[Pool, ...]:
    """The nurses as a pool, where there are any and they are nothing else."""
    nurses = [roles for _, roles, _ in team if "nurse" in roles]
    if not nurses or any(len(roles) > 1 for roles in nurses):
        return ()
    ratio = draw(among(0, 1, 2, 0))
    return (Pool(role="nurse", ratio=ratio),) if ratio else ()


def _room(draw: st.DrawFn, frame: Frame, room: Room) -> Room:
    unlike = draw(among("", "", "hours", "leave"))
    if unlike == "hours":
        return evolve(room, hours=draw(among(*own_hours(frame.opens, frame.closes))))
    return evolve(room, away=leave(draw, frame)) if unlike == "leave" else room


def _member(
    draw: st.DrawFn, frame: Frame, hours: Pattern, who: tuple[str, tuple[str, ...], int]
) -> StaffMember:
    away: tuple[Absence, ...] = ()
    breaks: Pattern | None = None
    unlike = draw(among((), (), ("breaks",), ("leave",), ("hours",), ("hours", "breaks", "leave")))
    if "hours" in unlike:
        hours = draw(among(*own_hours(frame.opens, frame.closes)))
    if "breaks" in unlike:
        noon = (frame.opens + frame.closes) // 2
        breaks = draw(among(*_patterns(noon - 15, noon + 15), *_patterns(noon + 20, noon + 50)))
    if "leave" in unlike:
        away = leave(draw, frame)
    id, roles, capacity = who
    return StaffMember(id=id, roles=roles, hours=hours, breaks=breaks, away=away, capacity=capacity)
