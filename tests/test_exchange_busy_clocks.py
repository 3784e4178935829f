"""Are a foreign series' repeats the right ones where its clocks change, whichever clocks name them?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.foreign_calendars import SUMMER, Spans, calendar, day, read, spans

# Within an hour or two of each of these the clocks change: forward, back, at midnight, by half an hour.
CHANGES = {
    "Europe/Berlin": (datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC)),
    "Europe/London": (datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC)),
    "America/New_York": (datetime(2027, 3, 14, 7, tzinfo=UTC), datetime(2027, 11, 7, 6, tzinfo=UTC)),
    "Africa/Cairo": (datetime(2027, 4, 29, 22, tzinfo=UTC), datetime(2027, 10, 28, 21, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2027, 10, 2, 15, 30, tzinfo=UTC), datetime(2027, 4, 3, 15, tzinfo=UTC)),
}
HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)
SPRING = "UID:a\nDTSTART;TZID=Europe/Berlin:20270326T033000\nDURATION:PT30M\nRRULE:FREQ=DAILY;COUNT=4"


def stamp(local: datetime) -> str:
    return f"{local:%Y%m%dT%H%M%S}"


@st.composite
def times(draw: st.DrawFn, place: str, instant: datetime) -> str:
    """A time as a property has it, after its name: in UTC, or as the clocks of that place or another show it."""
    written = draw(st.sampled_from(["utc", "own", "Asia/Kathmandu"]))
    if written == "own":
        local = instant.astimezone(ZoneInfo(place))
        if local.fold == 0:  # on clocks that show it again it cannot be said
            return f";TZID={place}:{stamp(local)}"
    if written == "Asia/Kathmandu":
        return f";TZID=Asia/Kathmandu:{stamp(instant.astimezone(ZoneInfo('Asia/Kathmandu')))}"
    return f":{stamp(instant)}Z"


@st.composite
def series(draw: st.DrawFn) -> tuple[str, datetime, list[datetime]]:
    """A zone, what it shows when a daily series begins there, and the instants of its repeats."""
    place = draw(st.sampled_from(sorted(CHANGES)))
    change = draw(st.sampled_from(CHANGES[place]))
    near = change + draw(st.integers(-10, 10)) * QUARTER - draw(st.integers(0, 3)) * timedelta(days=1)
    start = near.astimezone(ZoneInfo(place)).replace(tzinfo=None)
    count = draw(st.integers(2, 6))
    shown = [start + turn * timedelta(days=1) for turn in range(count)]
    return place, start, [one.replace(tzinfo=ZoneInfo(place), fold=0).astimezone(UTC) for one in shown]


@given(st.data(), series())
def test_whichever_clocks_name_a_repeat_it_is_that_repeat(
    data: st.DataObject, drawn: tuple[str, datetime, list[datetime]]
) -> None:
    place, start, instants = drawn
    gone = data.draw(st.sampled_from(instants[1:]), "taken out")
    moved = data.draw(st.sampled_from(instants), "moved")
    last = data.draw(st.sampled_from(instants), "the last")
    to = datetime(2027, 7, 1, 12, tzinfo=UTC)
    rule = f"RRULE:FREQ=DAILY;UNTIL={stamp(last)}Z"
    without = data.draw(times(place, gone))
    entries = [
        f"UID:a\nDTSTART;TZID={place}:{stamp(start)}\nDURATION:PT5M\n{rule}\nEXDATE{without}",
        f"UID:a\nRECURRENCE-ID{data.draw(times(place, moved))}\nDTSTART:{stamp(to)}Z\nDURATION:PT5M",
    ]
    found = read(calendar(*entries), date(2027, 1, 1), date(2027, 12, 31), place)
    wanted = {one for one in instants if one <= last} - {gone, moved} | {to}
    assert [one.start for one in found.intervals] == sorted(wanted)
    assert all(one.end - one.start == timedelta(minutes=5) for one in found.intervals)
    assert not found.unread


@given(st.data(), series(), st.integers(-20, 20))
def test_repeats_moved_from_one_on_are_as_much_later_as_their_clocks_show(
    data: st.DataObject, drawn: tuple[str, datetime, list[datetime]], quarters: int
) -> None:
    place, start, instants = drawn
    clocks = ZoneInfo(place)
    first = data.draw(st.integers(0, len(instants) - 1), "the first that is moved")
    to = instants[first] + quarters * QUARTER
    shown = to.astimezone(clocks)
    assume(shown.fold == 0)
    assume(shown.replace(tzinfo=None) - (to - HOUR).astimezone(clocks).replace(tzinfo=None) == HOUR)
    since, begins = data.draw(times(place, instants[first])), data.draw(times(place, to))
    entries = [
        f"UID:a\nDTSTART;TZID={place}:{stamp(start)}\nDURATION:PT5M\nRRULE:FREQ=DAILY;COUNT={len(instants)}",
        f"UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE{since}\nDTSTART{begins}\nDURATION:PT5M",
    ]
    found = read(calendar(*entries), date(2027, 1, 1), date(2027, 12, 31), place)
    following = [
        shown.replace(tzinfo=None) + turn * timedelta(days=1) for turn in range(len(instants) - first)
    ]
    moved = [local.replace(tzinfo=clocks).astimezone(UTC) for local in following]
    assert [one.start for one in found.intervals] == sorted({*instants[:first], *moved})


BEFORE = [day(3, 26, "03:30", "04:00"), day(3, 27, "03:30", "04:00")]
AFTER = [day(3, 28, "03:30", "04:00"), day(3, 29, "03:30", "04:00")]


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        ([SPRING], BEFORE + AFTER),
        ([f"{SPRING}\nEXDATE:20270328T013000Z"], [*BEFORE, AFTER[1]]),
        ([SPRING.replace("COUNT=4", "UNTIL=20270328T013000Z")], [*BEFORE, AFTER[0]]),
        ([SPRING.replace("COUNT=4", "UNTIL=20270328T012959Z")], BEFORE),
        (
            [SPRING, "UID:a\nRECURRENCE-ID:20270328T013000Z\nDTSTART:20270328T100000Z\nDURATION:PT1H"],
            [*BEFORE, day(3, 28, "12:00", "13:00"), AFTER[1]],
        ),
        (
            [
                SPRING,
                "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270328T013000Z\nDTSTART:20270328T023000Z\nDURATION:PT1H",
            ],
            [*BEFORE, day(3, 28, "04:30", "05:30"), day(3, 29, "04:30", "05:30")],
        ),
    ],
)
def test_an_hour_after_the_clocks_went_forward_is_that_hour(entries: list[str], wanted: Spans) -> None:
    found = read(calendar(*entries), place="Europe/Berlin")
    assert spans(found, "Europe/Berlin") == wanted


OUR_OWN = SUMMER.replace("16010101T03", "20271031T03").replace("16010101T02", "20270328T02")


@given(st.datetimes(datetime(2027, 3, 27), datetime(2027, 11, 2)))  # noqa: DTZ001  # what clocks show
@example(datetime(2027, 3, 28, 2, 30))  # noqa: DTZ001
def test_clocks_described_from_this_year_on_are_those_of_the_zone(local: datetime) -> None:
    entry = f"DTSTART;TZID={{}}:{stamp(local)}\nDURATION:PT1M"
    described, known = (
        read(calendar(entry.format(name), zones=OUR_OWN), date(2027, 1, 1), date(2027, 12, 31)).intervals
        for name in ("Ours", "Europe/Berlin")
    )
    assert described == known


def test_a_period_of_days_ends_at_the_same_time_of_day() -> None:
    free_busy = "BEGIN:VFREEBUSY\nFREEBUSY;TZID=Europe/London:20270327T120000/P1D\nEND:VFREEBUSY\n"
    further = "UID:a\nDTSTART;TZID=Europe/London:20270302T120000\nDURATION:PT1H\nRDATE;VALUE=PERIOD:20270327T120000/P1D"
    assert spans(read(calendar(zones=free_busy))) == [("03-27 12:00", "03-28 12:00")]
    assert spans(read(calendar(further))) == [day(3, 2, "12:00", "13:00"), ("03-27 12:00", "03-28 12:00")]


def test_what_follows_the_name_of_a_zone_that_nobody_quoted_is_understood() -> None:
    series = "UID:a\nDTSTART;TZID=Europe/London:20270302T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2"
    later = (
        "UID:a\nRECURRENCE-ID;TZID=(UTC+01:00) Ours;RANGE=THISANDFUTURE:20270302T100000\n"
        "DTSTART:20270302T110000Z\nDURATION:PT1H"
    )
    named = OUR_OWN.replace("TZID:Ours", "TZID:(UTC+01:00) Ours")
    assert spans(read(calendar(series, later, zones=named))) == [
        day(3, 2, "11:00", "12:00"),
        day(3, 9, "11:00", "12:00"),
    ]
