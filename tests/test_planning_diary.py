"""Is a diary a value? What is free depends on its bookings alone, however they came into it."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from kapsched.errors import Clash, InvalidInput
from kapsched.model.bookings import Booking, Bookings, Resource
from kapsched.model.clinic import Horizon
from kapsched.model.plan import Plan
from kapsched.planning.diary import Diary
from kapsched.timeline.zones import midnight
from kapsched.workflow.one_course import find_plan
from tests.oracles.clinics import random_case
from tests.stories import (
    LONDON,
    course_of,
    planned,
    programme,
    quayside,
    taken,
)

CLINIC = quayside()
FEW = quayside(staff=[one for one in CLINIC.staff if one.id in ("dora", "tess", "nia")])
# The clocks go forward on the last of these days.
HORIZON = Horizon(first_day=date(2027, 3, 25), days=4)
NOBODY = (Resource("patient", "q17"), Resource("staff", "zed"), Resource("room", "attic"))
RESOURCES = (*CLINIC.by_resource, *NOBODY)


@st.composite
def rows(draw: st.DrawFn) -> Booking:
    """A booking around the horizon's days, on and off the grid, before, across and beyond its edges."""
    # A few resources and round times now and then, so that rows meet, touch and equal each other.
    kind, id_ = draw(
        st.sampled_from((Resource("room", "lounge"), Resource("staff", "nia"))) | st.sampled_from(RESOURCES)
    )
    minute = draw(st.integers(-1_500, 7_000) | st.sampled_from((-30, 0, 480, 540, 600, 4_290, 5_700)))
    seconds = draw(st.sampled_from((0, 0, 0, 1, 59)))
    length = draw(st.sampled_from((1, 5, 7, 15, 60, 61, 480, 3_000, 9_000)))
    start = midnight(HORIZON.first_day, LONDON) + timedelta(minutes=minute, seconds=seconds)
    return Booking(
        type=kind,
        resource=id_,
        start=start,
        end=start + timedelta(minutes=length),
        exclusive=draw(st.booleans()),
        ref=draw(st.sampled_from(("", "a"))),
    )


def seen(diary: Diary) -> dict[object, object]:
    """All that a diary tells: its bookings, what is free in it, and where a quarter and an hour begin."""
    found: dict[object, object] = {"bookings": tuple(diary.bookings)}
    for resource in diary.clinic.by_resource:
        free = diary.free(resource)
        found[resource] = (free.working, free.whole, free.shared)
        for length in (1, 3, 12):
            found[resource, length] = (
                diary.runs(resource, length, True),
                diary.runs(resource, length, False),
            )
    return found


def slowly(diary: Diary, resource: Resource) -> tuple[set[int], set[int]]:
    """The bits of a resource that are free whole, and those that can be shared, each looked at by itself."""
    clinic, grid = diary.clinic, diary.grid
    one = clinic.by_resource[resource]
    working = clinic.working_time(resource, diary.horizon.first_day, diary.horizon.last_day)
    whole, shared = set(), set()
    for bit in range(grid.size):
        start, end = grid.moment(bit), grid.moment(bit + 1)
        if not working.covers(start, end):
            continue
        there = [row for row in diary.bookings.of(resource) if row.start < end and start < row.end]
        if not there:
            whole.add(bit)
        # A bit is as coarse as it is: whatever holds any part of it holds it.
        if not any(row.exclusive for row in there) and len(there) < one.capacity:
            shared.add(bit)
    return whole, shared


def places(mask: int) -> set[int]:
    return {bit for bit in range(mask.bit_length()) if mask >> bit & 1}


@settings(max_examples=60)
@given(st.lists(rows(), max_size=12))
def test_what_is_free_is_what_no_booking_holds(booked: list[Booking]) -> None:
    diary = Diary(CLINIC, HORIZON, booked)
    for resource in (Resource("room", "lounge"), Resource("staff", "nia"), Resource("room", "oak")):
        free = diary.free(resource)
        assert (places(free.whole), places(free.shared)) == slowly(diary, resource)


@settings(max_examples=150)
@given(st.lists(rows(), max_size=10), st.lists(rows(), max_size=6), st.data())
def test_a_diary_changed_is_the_diary_built_afresh(
    booked: list[Booking], add: list[Booking], data: st.DataObject
) -> None:
    gone = data.draw(st.permutations(range(len(booked)))) if booked else []
    remove = [booked[n] for n in gone[: data.draw(st.integers(0, len(booked)))]]
    before = Diary(CLINIC, HORIZON, booked)
    was = seen(before)
    after = before.with_bookings(add=add, remove=remove)
    left = list(booked)
    for row in remove:
        left.remove(row)
    assert seen(after) == seen(Diary(CLINIC, HORIZON, [*left, *add]))
    assert seen(before) == was == seen(Diary(CLINIC, HORIZON, booked))


@settings(max_examples=30)
@given(st.lists(rows(), max_size=8), st.lists(rows(), max_size=8))
def test_the_way_does_not_matter(one: list[Booking], two: list[Booking]) -> None:
    diary = Diary(CLINIC, HORIZON)
    there_and_back = diary.with_bookings(add=one).with_bookings(add=two).with_bookings(remove=one)
    assert seen(there_and_back) == seen(diary.with_bookings(add=two))
    finer = diary.at_step(1).with_bookings(add=two)
    assert seen(finer) == seen(Diary(CLINIC, HORIZON, two).at_step(1))


@settings(max_examples=30)
@given(st.lists(rows(), max_size=10))
def test_a_diary_that_was_pickled_is_the_same(booked: list[Booking]) -> None:
    diary = Diary(CLINIC, HORIZON, booked)
    diary.at_step(1)
    assert seen(pickle.loads(pickle.dumps(diary))) == seen(diary)  # noqa: S301  # our own bytes


def test_diaries_are_equal_when_clinic_horizon_bookings_and_step_are() -> None:
    row = taken("room", "oak", "2027-03-25 09:00", "2027-03-25 11:00")
    diary = Diary(CLINIC, HORIZON, [row])
    equal = (
        Diary(quayside(), HORIZON).with_bookings(add=[row]),
        pickle.loads(pickle.dumps(diary)),  # noqa: S301  # our own bytes
        deepcopy(diary),
    )
    assert {diary, *equal} == {diary}
    others = (
        Diary(FEW, HORIZON, [row]),
        Diary(CLINIC, Horizon(first_day=HORIZON.first_day, days=5), [row]),
        Diary(CLINIC, HORIZON),
        diary.at_step(1),
    )
    assert diary not in others


@pytest.mark.parametrize("name", ["clinic", "horizon", "bookings", "step", "owner"])
def test_a_diary_cannot_be_set_to_anything_else(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(Diary(CLINIC, HORIZON), name, 5)


def test_one_of_two_bookings_that_overlap_is_left_when_the_other_goes() -> None:
    one = taken("room", "oak", "2027-03-25 09:00", "2027-03-25 11:00")
    two = taken("room", "oak", "2027-03-25 10:00", "2027-03-25 12:00")
    diary = Diary(CLINIC, HORIZON, [one, two]).with_bookings(remove=[one])
    assert seen(diary) == seen(Diary(CLINIC, HORIZON, [two]))


def test_of_two_equal_bookings_one_removal_takes_one() -> None:
    row = taken("room", "oak", "2027-03-25 09:00", "2027-03-25 11:00")
    diary = Diary(CLINIC, HORIZON, [row, row])
    once = diary.with_bookings(remove=[row])
    assert seen(once) == seen(Diary(CLINIC, HORIZON, [row]))
    assert seen(once.with_bookings(remove=[row])) == seen(Diary(CLINIC, HORIZON))
    with pytest.raises(InvalidInput, match="no booking of room 'oak' from 2027-03-25 09:00 UTC to remove"):
        diary.with_bookings(remove=[row, row, row])


def test_without_a_horizon_the_clinic_s_is_meant() -> None:
    assert Diary(CLINIC).horizon == CLINIC.horizon


# Booking whole plans


def dose() -> Plan:
    """From 08:00 to 10:15 with Dora, Tess and Nia, who is shared from 09:15, in the blue room."""
    return planned(course_of(programme("dosing"), first_day="2027-03-25"), FEW)


def test_releasing_is_the_inverse_of_booking() -> None:
    booked = [taken("staff", "dora", "2027-03-25 08:00", "2027-03-25 08:07")]
    diary = Diary(CLINIC, HORIZON, booked)
    plan = planned(course_of(programme("dosing"), first_day="2027-03-25"), booked=booked)
    assert [f"{one.start:%H:%M}" for one in plan.appointments] == ["08:00"]
    after = diary.book(plan)
    assert set(plan.bookings) <= set(after.bookings)
    assert seen(after) != seen(diary)
    assert seen(after.release(plan)) == seen(diary)


def test_a_plan_cannot_be_booked_twice() -> None:
    diary = Diary(CLINIC, HORIZON).book(dose())
    with pytest.raises(Clash, match="is already taken at 2027-03-25 08:00 UTC"):
        diary.book(dose())


@pytest.mark.parametrize(
    "row",
    [
        taken("staff", "dora", "2027-03-25 09:00", "2027-03-25 09:01"),
        taken("room", "blue", "2027-03-25 10:29", "2027-03-25 12:00"),
        taken("patient", "q17", "2027-03-25 07:00", "2027-03-25 08:01"),
        taken("staff", "nia", "2027-03-25 09:30", "2027-03-25 10:00"),
        taken("staff", "nia", "2027-03-25 08:00", "2027-03-25 08:15", exclusive=False),
    ],
    ids=[
        "a minute of the doctor",
        "turnaround",
        "the patient",
        "not shared by the other",
        "not shared by us",
    ],
)
def test_a_plan_that_meets_a_booking_is_a_clash(row: Booking) -> None:
    plan = dose()
    assert {row.of} <= {one.of for one in plan.bookings}
    with pytest.raises(Clash, match=f"{row.type} {row.resource!r} is already taken"):
        Diary(FEW, HORIZON, [row]).book(plan)


def test_touching_is_no_clash() -> None:
    rows = [
        taken("room", "blue", "2027-03-25 10:30", "2027-03-25 12:00"),
        taken("staff", "dora", "2027-03-25 08:00", "2027-03-25 08:15"),
        taken("staff", "nia", "2027-03-25 09:15", "2027-03-25 10:15", exclusive=False),
    ]
    assert Diary(FEW, HORIZON, rows).book(dose()).bookings == Bookings([*rows, *dose().bookings])


def test_rows_of_one_visit_that_overlap_are_one_booking() -> None:
    plan = dose()
    (visit,) = plan.appointments
    rows = []
    for row in visit.bookings:
        middle = row.start + (row.end - row.start) / 2
        rows += [evolve(row, end=middle + timedelta(minutes=5)), evolve(row, start=middle)]
    halved = Plan.of(plan.course, [evolve(visit, bookings=rows)])
    diary = Diary(FEW, HORIZON).book(halved)
    assert len(diary.bookings) == 2 * len(visit.bookings)
    with pytest.raises(Clash):
        diary.book(halved)


def test_a_shared_room_that_is_full_is_a_clash() -> None:
    rest = planned(course_of(programme("rest"), first_day="2027-03-25"))
    there = taken("room", "lounge", "2027-03-25 08:30", "2027-03-25 09:00", exclusive=False)
    assert len(Diary(CLINIC, HORIZON, [there]).book(rest).bookings) == 3
    with pytest.raises(Clash, match="room 'lounge'"):
        Diary(CLINIC, HORIZON, [there, there]).book(rest)


def test_two_that_share_one_after_the_other_fill_one_place_only() -> None:
    rest = planned(course_of(programme("rest"), first_day="2027-03-25"))
    early = taken("room", "lounge", "2027-03-25 08:00", "2027-03-25 08:30", exclusive=False)
    late = taken("room", "lounge", "2027-03-25 08:30", "2027-03-25 09:00", exclusive=False)
    assert len(Diary(CLINIC, HORIZON, [early, late]).book(rest).bookings) == 4


# Many at once


def test_eight_threads_plan_in_one_diary_as_one_alone_would() -> None:
    cases = [random_case(seed) for seed in range(0, 400, 50)]

    def answers(diaries: Sequence[Diary], turn: int) -> list[object]:
        order = [*range(turn, len(cases)), *range(turn)]
        found = {n: find_plan(cases[n].course, diaries[n], now=cases[n].now) for n in order}
        return [found[n] for n in range(len(cases))]

    def diaries() -> list[Diary]:
        return [Diary(case.clinic, case.clinic.horizon, case.booked) for case in cases]

    alone, shared = answers(diaries(), 0), diaries()
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda turn: answers(shared, turn), range(8)))
    assert together == [alone] * 8
    assert any(isinstance(one, Plan) for one in alone)


def test_planning_changes_nothing_in_the_diary() -> None:
    case = random_case(0)
    diary = Diary(case.clinic, case.clinic.horizon, case.booked)
    was = seen(diary)
    find_plan(case.course, diary, now=case.now)
    assert seen(diary) == was
