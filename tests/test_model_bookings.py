"""Do bookings remember all that is taken, and find it again?"""

from __future__ import annotations

import pickle
from copy import copy, deepcopy
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kapsched.errors import InvalidInput
from kapsched.model.bookings import RESOURCE_TYPES, Booking, Bookings, Resource, Rows
from kapsched.timeline.zones import zone

NINE = datetime(2027, 1, 4, 9, tzinfo=UTC)
BLUE = Resource("room", "blue")


def hours(count: float) -> datetime:
    return NINE + timedelta(hours=count)


def row(begin: float = 0, finish: float = 1, /, **said: Any) -> Booking:
    """Room blue, from so many hours after nine to so many, unless something else is said."""
    times = {"start": hours(begin), "end": hours(finish)}
    return Booking(**{"type": "room", "resource": "blue", **times, **said})


rows = st.builds(
    lambda type, resource, start, length, exclusive, ref: row(
        start, start + length, type=type, resource=resource, exclusive=exclusive and type != "pool", ref=ref
    ),
    st.sampled_from(RESOURCE_TYPES),
    st.sampled_from(["17", "18"]),
    st.integers(0, 20),
    st.integers(1, 6) | st.just(15),
    st.booleans(),
    st.sampled_from(["", "a", "b"]),
)
lists = st.lists(rows, max_size=16)
resources = st.builds(Resource, st.sampled_from(RESOURCE_TYPES), st.sampled_from(["17", "18", "19"]))


@given(lists)
def test_bookings_hold_what_they_were_made_of_in_order(given_rows: list[Booking]) -> None:
    bookings = Bookings(iter(given_rows))
    assert list(bookings) == sorted(given_rows)
    assert len(bookings) == len(given_rows)
    assert bookings.resources == tuple(sorted({one.of for one in given_rows}))
    for resource, found in groupby(sorted(given_rows), key=lambda one: one.of):
        assert bookings.of(resource) == tuple(found)


@given(lists, resources, st.integers(-2, 30), st.integers(0, 8))
def test_what_is_found_during_a_time_is_what_a_plain_scan_finds(
    given_rows: list[Booking], resource: Resource, start: int, length: int
) -> None:
    begin, end = hours(start), hours(start + length)
    scanned = [one for one in given_rows if one.of == resource and one.start < end and begin < one.end]
    bookings = Bookings(given_rows)
    for _ in range(2):  # the second time it is looked up in what the first time was indexed
        assert bookings.during(resource, begin, end) == tuple(sorted(scanned))


@given(lists, lists, st.data())
def test_changes_are_those_of_a_plain_list(
    given_rows: list[Booking], added: list[Booking], data: st.DataObject
) -> None:
    removed = data.draw(st.permutations(given_rows).map(lambda some: some[: len(some) // 2]))
    before = Bookings(given_rows)
    plain = [*given_rows, *added]
    for one in removed:
        plain.remove(one)
    assert before.changed(add=added, remove=removed) == Bookings(plain)
    assert before == Bookings(given_rows)


@given(lists, resources, st.integers(0, 24))
def test_a_change_is_found_again(given_rows: list[Booking], resource: Resource, start: int) -> None:
    before = Bookings(given_rows)
    before.during(resource, hours(0), hours(1))
    new = row(start, start + 2, type=resource.type, resource=resource.id, exclusive=False, ref="new")
    after = before.changed(add=[new])
    assert new in after.during(resource, hours(start), hours(start + 1))
    assert new not in before.during(resource, hours(start), hours(start + 1))
    assert after.changed(remove=[new]) == before


def test_of_two_that_overlap_both_are_remembered_and_removing_one_leaves_the_other() -> None:
    one, two = row(0, 2, ref="one"), row(1, 3, ref="two")
    both = Bookings([one]).changed(add=[two])
    assert both.of(BLUE) == (one, two)
    left = both.changed(remove=[one])
    assert left.of(BLUE) == (two,)
    assert left.during(BLUE, hours(1), hours(2)) == (two,)


def test_of_two_equal_ones_a_removal_takes_one() -> None:
    twice = Bookings([row(), row()])
    assert len(twice.changed(remove=[row()])) == 1
    assert not len(twice.changed(remove=[row(), row()]))


def test_a_resource_with_nothing_left_is_no_longer_taken() -> None:
    assert Bookings([row()]).changed(remove=[row()]).resources == ()


@pytest.mark.parametrize(
    "absent", [row(0, 2), row(ref="other"), row(exclusive=False), row(resource="green"), row(type="staff")]
)
def test_what_is_not_there_cannot_be_removed(absent: Booking) -> None:
    here = Bookings([row()])
    with pytest.raises(
        InvalidInput, match=f"no booking of {absent.type} '{absent.resource}' from 2027-01-04 09:00 UTC"
    ):
        here.changed(remove=[absent])
    assert here == Bookings([row()])


def test_what_is_there_once_cannot_be_removed_twice() -> None:
    with pytest.raises(InvalidInput, match="to remove"):
        Bookings([row()]).changed(remove=[row(), row()])


def test_touching_is_not_overlapping() -> None:
    assert not row(0, 1).overlaps(row(1, 2))
    assert row(0, 2).overlaps(row(1, 3))
    assert Bookings([row(0, 1), row(2, 3)]).during(BLUE, hours(1), hours(2)) == ()


def test_patient_17_and_room_17_never_meet() -> None:
    bookings = Bookings([row(type="patient", resource="17"), row(type="room", resource="17")])
    assert len(bookings.of(Resource("room", "17"))) == 1


def test_a_booking_for_ever_does_not_hide_the_others() -> None:
    ever = row(start=datetime(1, 1, 1, tzinfo=UTC), end=datetime(9999, 12, 31, tzinfo=UTC))
    assert Bookings([row(), ever]).during(BLUE, hours(0), hours(1)) == (ever, row())
    assert Bookings([row(), ever]).during(BLUE, hours(5), hours(6)) == (ever,)


@given(lists)
def test_bookings_pickle_and_copy(given_rows: list[Booking]) -> None:
    bookings = Bookings(given_rows)
    for back in (pickle.loads(pickle.dumps(bookings)), copy(bookings), deepcopy(bookings)):  # noqa: S301
        assert back == bookings
        assert back.changed(add=[row()]) == bookings.changed(add=[row()])


def test_bookings_are_equal_to_bookings_only_and_are_not_hashed() -> None:
    assert Bookings([row()]) != [row()]
    with pytest.raises(TypeError, match="unhashable"):
        hash(Bookings())


def test_a_booking_is_kept_in_utc() -> None:
    kolkata = row(start=datetime(2027, 1, 4, 14, 30, tzinfo=zone("Asia/Kolkata")))
    assert kolkata == row()
    assert kolkata.start.tzinfo is UTC


def test_bookings_differ_by_whatever_is_said_of_them() -> None:
    assert len({row(), row(role="nurse"), row(ref="c1:a/b/1"), row(exclusive=False), row(0, 2)}) == 5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "machine"),
        ("type", None),
        ("resource", ""),
        ("resource", 17),
        ("resource", "a\0b"),
        ("resource", "\udcff"),
        ("resource", "x" * 201),
        ("exclusive", 1),
        ("exclusive", "true"),
        ("role", None),
        ("ref", 17),
        ("ref", "two\nlines"),
        ("end", NINE),
    ],
)
def test_a_booking_that_cannot_be_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        row(**{field: value})
    assert [fault.path for fault in caught.value.faults] == [field]


@pytest.mark.parametrize("moment", [datetime(2027, 1, 4, 9), date(2027, 1, 4), "2027-01-04T09:00Z", None])  # noqa: DTZ001
def test_a_booking_has_aware_times(moment: object) -> None:
    with pytest.raises(InvalidInput):
        row(start=moment)


@pytest.mark.parametrize("wrong", [("room", "blue"), BLUE, None])
def test_bookings_are_made_of_bookings(wrong: Any) -> None:
    with pytest.raises(InvalidInput, match="bookings: Booking is wanted"):
        Bookings([wrong])
    with pytest.raises(InvalidInput, match="add: Booking is wanted"):
        Bookings().changed(add=[wrong])
    with pytest.raises(InvalidInput, match="remove: Booking is wanted"):
        Bookings().changed(remove=[wrong])


# What changes where bookings are kept.

_FEW = st.builds(
    lambda type, start, ref: row(start, start + 1, type=type, ref=ref),
    st.sampled_from(["room", "staff"]),
    st.integers(0, 1),
    st.sampled_from(["", "c1:a/talk/1"]),
)


@given(st.lists(_FEW, max_size=8), st.lists(_FEW, max_size=8))
def test_what_is_freed_and_then_taken_leads_from_some_bookings_to_others(
    before: list[Booking], after: list[Booking]
) -> None:
    found = Rows.between(before, after)
    assert Bookings(before).changed(remove=found.freed).changed(add=found.taken) == Bookings(after)
    assert set(found.taken).isdisjoint(found.freed)
    assert (list(found.taken), list(found.freed)) == (sorted(found.taken), sorted(found.freed))
    assert Rows.between(after, before) == Rows(taken=found.freed, freed=found.taken)


@given(st.lists(_FEW, max_size=8).flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_the_same_bookings_in_any_order_change_nothing(given: tuple[list[Booking], list[Booking]]) -> None:
    assert Rows.between(*given) == Rows()


def test_of_equal_bookings_so_many_are_taken_as_there_are_more() -> None:
    assert Rows.between([row()], [row(), row(), row()]) == Rows(taken=[row(), row()])
    assert Rows.between(Bookings([row(), row()]), iter([row()])) == Rows(freed=[row()])
