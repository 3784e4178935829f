"""Do many numbers at once, and curves of minutes, come to what one number at a time comes to?"""

from __future__ import annotations

from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from kapsched.planning.choices import Choice, LinkedChoice
from kapsched.planning.lanes import Lanes, Scale
from kapsched.planning.linked import Linked, Part

numbers = st.integers(0, 2**30 - 1)
pairs = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=40)
minutes = st.integers(0, 95).map(lambda place: place * 15)


@given(pairs)
def test_lanes_add_and_compare_number_by_number(rows: list[tuple[int, int]]) -> None:
    ones, twos = (list(column) for column in zip(*rows, strict=True))
    lanes = Lanes(len(rows))
    one, two = lanes.packed(ones), lanes.packed(twos)
    assert lanes.unpacked(one) == ones
    assert lanes.unpacked(one + two) == [a + b for a, b in rows]
    assert lanes.unpacked(lanes.least(one, two)) == [min(a, b) for a, b in rows]
    assert lanes.unpacked(lanes.ones * 7) == [7] * len(rows)


Drawn: TypeAlias = tuple[Choice | LinkedChoice, list[tuple[int, ...]], list[tuple[int, ...]]]


@st.composite
def choices(draw: st.DrawFn) -> Drawn:
    """A choice, its arrangements and their minutes; some arrangements show the same minutes."""
    kinds = draw(st.lists(st.sampled_from(("dosing", "integration")), min_size=1, max_size=3))
    shown = draw(st.lists(st.tuples(*(minutes for _ in kinds)), min_size=1, max_size=12))
    starts = [tuple(3000 + minute + place * 1440 for minute in row) for place, row in enumerate(shown)]
    if len(kinds) == 1:
        return Choice(0, kinds[0], [bit for (bit,) in starts], [one for (one,) in shown]), starts, shown
    part = Part(tuple(range(len(kinds))), tuple(starts), (0,) * len(starts))
    ways = [Linked([part], [], lambda _: None)]
    return LinkedChoice(ways, dict(enumerate(kinds)), lambda bit: (bit - 3000) % 1440), starts, shown


def away(choice: Choice | LinkedChoice, shown: tuple[int, ...], times: dict[str, int]) -> int:
    return sum(
        abs(minute - times[kind]) for kind, minute in zip(choice.kinds, shown, strict=True) if kind in times
    )


@given(choices(), st.dictionaries(st.sampled_from(("dosing", "integration", "review")), minutes))
def test_a_choice_has_the_earliest_of_its_nearest_arrangements(drawn: Drawn, times: dict[str, int]) -> None:
    choice, starts, shown = drawn
    distances = [away(choice, row, times) for row in shown]
    assert choice.nearest(times) == min(distances)
    earliest = min(one for one, far in zip(starts, distances, strict=True) if far == min(distances))
    assert choice.first(times) == tuple(enumerate(earliest))


@given(choices(), st.sets(minutes), st.dictionaries(st.sampled_from(("dosing", "integration")), minutes))
def test_a_curve_has_the_least_distance_for_each_point(
    drawn: Drawn, more: set[int], times: dict[str, int]
) -> None:
    choice, _, shown = drawn
    for kind in set(choice.kinds):
        points = sorted(more | choice.minutes_of(kind))
        expected = [min(away(choice, row, {**times, kind: point}) for row in shown) for point in points]
        scale = Scale(points)
        assert scale.lanes.unpacked(choice.curve(kind, scale, times)) == expected
