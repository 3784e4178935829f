"""Are days and hours counted, read and kept apart?"""

from __future__ import annotations

import pickle
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kapsched.errors import InvalidInput
from kapsched.timeline.units import Days, Hours, Length, OpenDays, read_length

counts = st.integers(-36_525, 36_525)
lengths = (
    st.builds(Days, counts) | st.builds(OpenDays, counts) | st.builds(Hours, st.integers(-876_600, 876_600))
)


@given(lengths)
def test_a_length_is_read_as_it_is_written(length: Length) -> None:
    assert read_length(str(length)) == length


@given(lengths)
def test_lengths_pickle(length: Length) -> None:
    assert pickle.loads(pickle.dumps(length)) == length  # noqa: S301  # what was pickled a moment ago


@given(st.text() | st.none() | st.integers() | st.binary())
def test_whatever_is_no_length_is_invalid_input(written: object) -> None:
    with suppress(InvalidInput):
        assert str(read_length(written)).split()[0] == str(int(str(written).split()[0]))


@pytest.mark.parametrize(
    "written",
    [
        *(
            "2",
            "2 weeks",
            "2days",
            "2  days",
            " 2 days",
            "2 days ",
            "two days",
            "2.5 days",
            "+2 days",
            "2 Days",
            "2 open",
            "2 open  days",
            "2 open hours",
            "open days",
        ),
        *("٢ days", "9999999 days", "9" * 5000 + " days", "40000 days", "", None, 2, True, ["2 days"]),
    ],
)
def test_only_a_number_and_a_unit_make_a_length(written: object) -> None:
    with pytest.raises(InvalidInput):
        read_length(written)


@pytest.mark.parametrize(
    ("length", "written"),
    [
        (Days(1), "1 day"),
        (Days(2), "2 days"),
        (Days(0), "0 days"),
        (Days(-1), "-1 days"),
        (OpenDays(1), "1 open day"),
        (OpenDays(-2), "-2 open days"),
        (Hours(1), "1 hour"),
        (Hours(48), "48 hours"),
        (Hours(-3), "-3 hours"),
    ],
)
def test_a_length_says_how_long_it_is(length: Length, written: str) -> None:
    assert str(length) == written


def test_a_day_is_not_twenty_four_hours() -> None:
    day: Length = Days(1)
    assert day not in (Hours(24), Hours(1), OpenDays(1))
    with pytest.raises(TypeError):
        assert Days(1) < Hours(48)  # type: ignore[operator]  # the point of the test


@pytest.mark.parametrize("unit", [Days, OpenDays, Hours])
@pytest.mark.parametrize("count", [True, 1.0, "1", None, float("nan"), 10**6, -(10**400)])
def test_a_count_is_a_whole_number_within_reach(unit: type[Length], count: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        unit(count)  # type: ignore[arg-type]  # the point of the test
    assert [fault.path for fault in caught.value.faults] == ["count"]


@given(st.integers(-500, 500), st.integers(-500, 500))
def test_lengths_of_one_unit_are_ordered_by_their_counts(one: int, two: int) -> None:
    assert (Days(one) < Days(two)) == (one < two)
    assert (Hours(one) <= Hours(two)) == (one <= two)
