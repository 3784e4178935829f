"""Do intervals behave like sets of minutes?"""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kapsched.errors import InvalidInput
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.zones import zone

MIDNIGHT = datetime(2027, 3, 28, tzinfo=UTC)
LATEST = 40


def minute(count: int) -> datetime:
    return MIDNIGHT + timedelta(minutes=count)


def interval(start: int, end: int) -> Interval:
    return Interval(minute(start), minute(end))


def minutes_of(intervals: Iterable[Interval]) -> set[int]:
    """The minutes after midnight that begin in any of them."""
    return {
        count for count in range(-1, LATEST + 2) for one in intervals if one.start <= minute(count) < one.end
    }


edges = st.tuples(st.integers(0, LATEST), st.integers(0, LATEST)).filter(lambda pair: pair[0] < pair[1])
several = st.lists(edges.map(lambda pair: interval(*pair)), max_size=8)
sets = several.map(IntervalSet)


@given(several)
def test_a_set_holds_the_minutes_it_was_made_of(intervals: list[Interval]) -> None:
    assert minutes_of(IntervalSet(intervals)) == minutes_of(intervals)


@given(several)
def test_its_intervals_are_in_order_and_neither_touch_nor_overlap(intervals: list[Interval]) -> None:
    made = list(IntervalSet(intervals))
    assert all(one.end < two.start for one, two in pairwise(made))


@given(several, st.randoms())
def test_the_same_minutes_make_equal_sets(intervals: list[Interval], order: Random) -> None:
    shuffled = [interval(count, count + 1) for count in minutes_of(intervals)]
    order.shuffle(shuffled)
    assert IntervalSet(shuffled) == IntervalSet(intervals)
    assert hash(IntervalSet(shuffled)) == hash(IntervalSet(intervals))


@given(sets, sets)
def test_union_intersection_and_difference_are_those_of_the_minutes(
    one: IntervalSet, two: IntervalSet
) -> None:
    assert minutes_of(one | two) == minutes_of(one) | minutes_of(two)
    assert minutes_of(one & two) == minutes_of(one) & minutes_of(two)
    assert minutes_of(one - two) == minutes_of(one) - minutes_of(two)


@given(sets, edges)
def test_a_stretch_is_covered_when_all_its_minutes_are_there(one: IntervalSet, edge: tuple[int, int]) -> None:
    assert one.covers(minute(edge[0]), minute(edge[1])) == (set(range(*edge)) <= minutes_of(one))


@given(edges, edges)
def test_intervals_overlap_when_they_share_a_minute(one: tuple[int, int], two: tuple[int, int]) -> None:
    assert interval(*one).overlaps(interval(*two)) == bool(set(range(*one)) & set(range(*two)))


@given(sets)
def test_a_set_is_true_unless_it_is_empty_and_pickles(one: IntervalSet) -> None:
    assert bool(one) == bool(minutes_of(one))
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301  # what was pickled a moment ago
    assert pickle.loads(pickle.dumps(one)).covers(minute(3), minute(4)) == one.covers(minute(3), minute(4))  # noqa: S301


def test_stretches_that_touch_are_one_and_cover_across_the_seam() -> None:
    touching = IntervalSet([interval(0, 10), interval(10, 20)])
    assert touching.intervals == (interval(0, 20),)
    assert touching.covers(minute(5), minute(15))


def test_a_gap_of_one_minute_is_not_covered() -> None:
    assert not IntervalSet([interval(0, 10), interval(11, 20)]).covers(minute(5), minute(15))


def test_an_interval_is_kept_in_utc_whatever_zone_it_is_given_in() -> None:
    london = Interval(
        datetime(2027, 6, 1, 9, tzinfo=zone("Europe/London")), datetime(2027, 6, 1, 9, tzinfo=UTC)
    )
    assert london.start == datetime(2027, 6, 1, 8, tzinfo=UTC)
    assert london.start.tzinfo is UTC


def test_an_hour_shown_twice_makes_an_interval_although_the_clock_stands() -> None:
    first = datetime(2027, 10, 31, 1, 30, tzinfo=zone("Europe/London"))
    assert Interval(first, first.replace(fold=1)).end - minute(0) > timedelta(0)


@pytest.mark.parametrize("end", [0, -1])
def test_an_interval_ends_after_it_starts(end: int) -> None:
    with pytest.raises(InvalidInput, match="must end after it starts: 2027-03-28 00:00"):
        interval(0, end)


def test_an_interval_is_not_made_of_naive_times() -> None:
    with pytest.raises(InvalidInput, match="does not say in which time zone"):
        Interval(datetime(2027, 1, 1, 9), minute(5))  # noqa: DTZ001  # naive on purpose
