"""Is what is odd about existing bookings told once for each resource, and blamed on nobody's plan?"""

from __future__ import annotations

from datetime import date
from itertools import combinations
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kapsched.exchange.documents import odd_bookings, read_bookings_file
from kapsched.model.bookings import Booking, Bookings, Resource
from kapsched.model.clinic import Pool
from kapsched.timeline.zones import wall
from tests.pool_stories import at_lunch, busy, place, ward
from tests.stories import closed, london, quayside, taken, weekly, with_person

CLINIC = evolve(
    with_person(quayside(), "tom", hours=weekly((9 * 60, 12 * 60)), away=closed("2027-01-06")),
    pools=(Pool(role="therapist", ratio=2),),
)

TABLE = """\
type,resource,start,end,exclusive
staff,zoe,2027-01-04T09:00,2027-01-04T10:00,
room,blue,2027-01-04T09:00,2027-01-04T10:00,

staff,zoe,2027-02-04T09:00,2027-02-04T10:00,
room,blue,2027-01-04T09:30,2027-01-04T11:00,
room,blue,2027-01-04T10:00,2027-01-04T10:30,
patient,Mira Vasquez,2027-01-05T03:00,2027-01-05T04:00,
patient,Mira Vasquez,2027-01-05T03:30,2027-01-05T04:30,
staff,tom,2027-01-06T09:00,2027-01-06T10:00,
staff,tom,2027-01-07T11:30,2027-01-07T12:15,
staff,tom,2027-01-08T09:00,2027-01-08T12:00,
room,lounge,2027-01-04T09:00,2027-01-04T10:00,false
room,lounge,2027-01-04T09:00,2027-01-04T10:00,false
room,oak,2027-01-09T09:00,2027-01-09T10:00,
pool,therapist,2027-01-09T09:00,2027-01-09T10:00,
pool,guard,2027-01-04T09:00,2027-01-04T10:00,
"""
TOLD = [
    "quayside has no staff 'zoe'; its rows are left out",
    "quayside has no pool 'guard'; its rows are left out",
    "room blue: 3 rows at the same time as others, on 2027-01-04, the first in lines 3 and 6",
    "a patient: 2 rows at the same time as others, on 2027-01-05, in lines 8 and 9",
    "staff tom: 2 rows outside hours, from 2027-01-06 to 2027-01-07, the first in line 10",
    "room oak: 1 row outside hours, on 2027-01-09, in line 15",
    "pool therapist: 1 row outside its members' hours, on 2027-01-09, in line 16",
]


def test_each_resource_is_told_of_once_for_each_way_in_which_its_rows_are_odd(tmp_path: Path) -> None:
    path = tmp_path / "bookings.csv"
    path.write_text(TABLE, encoding="utf-8")
    found = read_bookings_file(path, CLINIC)
    assert list(map(str, found.oddities)) == TOLD
    first = found.oddities[0]
    assert (first.code, first.resource, first.count, first.lines) == (
        "unknown",
        Resource("staff", "zoe"),
        2,
        (2,),
    )
    assert (first.first, first.last) == (date(2027, 1, 4), date(2027, 2, 4))
    assert found.unknown == (Resource("staff", "zoe"), Resource("pool", "guard"))
    assert len(found.bookings) == 12
    # What comes from a database has no lines, and else the same is odd about it.
    rows = odd_bookings(
        [*found.bookings, taken("staff", "zoe", "2027-01-04 09:00", "2027-01-04 10:00")], CLINIC
    )
    assert {(one.code, one.resource, one.count) for one in found.oddities[2:]} == {
        (one.code, one.resource, one.count) for one in rows if one.code != "unknown"
    }
    (oak,) = (one for one in rows if one.resource.id == "oak")
    assert str(oak) == "room oak: 1 row outside hours, on 2027-01-09"


def test_rows_that_share_are_odd_only_beyond_the_capacity_or_beside_one_that_does_not_share() -> None:
    def shared(start: str, end: str, exclusive: bool = False) -> Booking:
        return taken("room", "lounge", f"2027-01-04 {start}", f"2027-01-04 {end}", exclusive=exclusive)

    two = [shared("09:00", "11:00"), shared("10:00", "12:00")]
    assert odd_bookings(two, CLINIC) == ()
    assert odd_bookings([*two, shared("11:00", "13:00")], CLINIC) == ()
    (odd,) = odd_bookings([*two, shared("10:59", "13:00")], CLINIC)
    assert odd.count == 3
    (odd,) = odd_bookings([*two, shared("11:30", "13:00", exclusive=True)], CLINIC)
    assert odd.count == 2


ROWS = st.builds(
    lambda start, length, exclusive: taken(
        "room",
        "lounge",
        f"2027-01-04 {start // 4 + 8:02}:{start % 4 * 15:02}",
        f"2027-01-04 {(start + length) // 4 + 8:02}:{(start + length) % 4 * 15:02}",
        exclusive=exclusive,
    ),
    st.integers(0, 12),
    st.integers(1, 8),
    st.booleans(),
)


@given(rows=st.lists(ROWS, max_size=7), capacity=st.integers(1, 3))
def test_a_row_is_odd_where_at_some_instant_of_it_there_are_too_many(
    rows: list[Booking], capacity: int
) -> None:
    rooms = [evolve(one, capacity=capacity) if one.id == "lounge" else one for one in CLINIC.rooms]
    places = range(len(rows))
    crowds = [
        group
        for size in range(2, len(rows) + 1)
        for group in combinations(places, size)
        # Intervals that meet each other in pairs have an instant in common.
        if all(rows[one].overlaps(rows[two]) for one, two in combinations(group, 2))
        and (size > capacity or any(rows[one].exclusive for one in group))
    ]
    odd = odd_bookings(rows, evolve(CLINIC, rooms=rooms))
    assert sum(one.count for one in odd) == len({place for group in crowds for place in group})


def test_rows_of_a_pool_are_odd_beyond_what_its_members_can_watch_and_when_none_is_at_work() -> None:
    clinic = ward(nia=at_lunch("11:00", "11:30"), ned=at_lunch("11:20", "12:00"))
    evening = taken("pool", "nurse", "2027-01-05 17:30", "2027-01-05 18:30", exclusive=False)

    def told(*rows: Booking) -> list[str]:
        return list(map(str, odd_bookings(rows, clinic)))

    assert told(place("09:00", "11:00"), place("10:00", "12:00"), place("08:30", "09:00")) == [
        "pool nurse: 1 row outside its members' hours, on 2027-01-05"
    ]
    assert told(place("09:00", "11:01"), place("10:00", "11:10"), evening) == [
        "pool nurse: 1 row outside its members' hours, on 2027-01-05",
        "pool nurse: 2 rows beyond what its members can watch, on 2027-01-05",
    ]
    crowd = [place("09:00", "10:00"), place("09:30", "10:30")]
    assert told(*crowd, place("10:00", "10:30")) == []
    assert told(*crowd, place("09:59", "10:30")) == [
        "pool nurse: 3 rows beyond what its members can watch, on 2027-01-05"
    ]
    assert told(*crowd, busy("ned", "10:00", "11:00")) == []
    assert told(*crowd, busy("ned", "09:50", "11:00"), busy("ned", "09:50", "11:00"))[0] == (
        "pool nurse: 2 rows beyond what its members can watch, on 2027-01-05"
    )
    # Whom a nurse shares elsewhere still watches; and what lasts for years is only outside hours.
    assert told(*crowd, evolve(busy("ned", "09:50", "11:00"), exclusive=False)) == []
    long = taken("pool", "nurse", "2020-01-05 10:00", "2027-01-05 10:00", exclusive=False)
    assert [one.code for one in odd_bookings([long], clinic)] == ["hours"]


def test_hours_are_those_of_the_dates_that_a_row_lies_on() -> None:
    night = [taken("room", "blue", "2027-01-04 17:00", "2027-01-05 09:00")]
    assert [one.code for one in odd_bookings(night, CLINIC)] == ["hours"]
    # It ends as the clinic closes, on the day of the clock change as on any other.
    clinic = evolve(CLINIC, hours=weekly((0, 24 * 60), "sun"))
    whole = [taken("room", "blue", "2027-03-28 00:00", "2027-03-29 00:00")]
    assert odd_bookings(whole, clinic) == ()
    (odd,) = odd_bookings([evolve(whole[0], end=london("2027-03-29 00:01"))], clinic)
    assert (odd.code, odd.first) == ("hours", wall(whole[0].start, clinic.place).date())


@pytest.mark.parametrize("booked", [(), Bookings()])
def test_nothing_is_odd_where_there_is_nothing(booked: Bookings) -> None:
    assert odd_bookings(booked, CLINIC) == ()
