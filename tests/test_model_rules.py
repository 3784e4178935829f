"""Which sessions does a rule speak of, and what can no rule say?"""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from kapsched.errors import InvalidInput
from kapsched.model.periods import CalendarWeek, RollingDays, TreatmentWeek
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Rule, Span
from kapsched.model.selectors import matches, select
from kapsched.timeline.units import Days, Hours, Length, OpenDays


@frozen
class Visit:
    """A session by its names alone."""

    id: str

    @property
    def phase(self) -> str:
        return self.id.split("/")[0]

    @property
    def kind_name(self) -> str:
        return self.id.split("/")[1]

    @property
    def number(self) -> int:
        return int(self.id.split("/")[2])


def visits(text: str) -> tuple[Visit, ...]:
    return tuple(map(Visit, text.split()))


COURSE = visits(
    "prep/talk/1 induction/dosing/1 induction/talk/1 induction/dosing/2 induction/talk/2"
    " later/dosing/1 later/talk/1"
)


def ids(pairs: Iterable[tuple[Visit, ...]]) -> list[tuple[str, ...]]:
    return [tuple(one.id for one in pair) for pair in pairs]


# Selectors.


@pytest.mark.parametrize(
    ("selector", "places"),
    [
        ("*", [0, 1, 2, 3, 4, 5, 6]),
        ("dosing", [1, 3, 5]),
        ("induction", []),
        ("induction/*", [1, 2, 3, 4]),
        ("induction/dosing", [1, 3]),
        ("induction/dosing/2", [3]),
        ("*/dosing/1", [1, 5]),
        ("*/*/2", [3, 4]),
        ("*/talk", [0, 2, 4, 6]),
        ("*/*/*", [0, 1, 2, 3, 4, 5, 6]),
        ("induction/dosing/02", []),
        ("induction/dosing/1/1", []),
        ("dos*", []),
        ("Dosing", []),
        ("/dosing", []),
        ("", []),
    ],
)
def test_a_selector_picks_by_phase_kind_and_number(selector: str, places: list[int]) -> None:
    assert [place for place, one in enumerate(COURSE) if matches(selector, one)] == places


def test_several_selectors_pick_each_session_once_in_programme_order() -> None:
    picked = select(("later/*", "dosing", "induction/dosing/1"), COURSE)
    assert [one.id for one in picked] == [
        "induction/dosing/1",
        "induction/dosing/2",
        "later/dosing/1",
        "later/talk/1",
    ]


def test_one_selector_needs_no_list() -> None:
    assert Span(name="s", of="dosing", at_most=Days(9)).of == ("dosing",)
    assert Span(name="s", of=["dosing", "talk"], at_most=Days(9)).of == ("dosing", "talk")


# Gaps.


def gap(after: str, before: str, **said: Any) -> Gap:
    return Gap(name="apart", after=after, before=before, **(said or {"at_least": Days(2)}))


def test_a_gap_of_a_kind_with_itself_binds_neighbours_only() -> None:
    assert ids(gap("dosing", "dosing").pairs(COURSE)) == [
        ("induction/dosing/1", "induction/dosing/2"),
        ("induction/dosing/2", "later/dosing/1"),
    ]


def test_a_gap_binds_each_session_to_the_next_of_the_other() -> None:
    assert ids(gap("induction/dosing", "later/*").pairs(COURSE)) == [
        ("induction/dosing/1", "later/dosing/1"),
        ("induction/dosing/2", "later/dosing/1"),
    ]


def test_two_gaps_interleave_two_kinds() -> None:
    there, back = gap("dosing", "talk").pairs(COURSE), gap("talk", "dosing").pairs(COURSE)
    assert ids(sorted((*there, *back), key=lambda pair: COURSE.index(pair[0]))) == [
        (one.id, two.id) for one, two in pairwise(COURSE)
    ]


def test_a_gap_does_not_look_back() -> None:
    assert gap("later/*", "induction/*").pairs(COURSE) == ()


@given(
    st.permutations(COURSE),
    st.sampled_from(["dosing", "talk", "*", "later/*"]),
    st.sampled_from(["dosing", "*"]),
)
def test_between_the_two_sessions_of_a_gap_stands_none_of_the_second(
    course: list[Visit], after: str, before: str
) -> None:
    for first, second in gap(after, before).pairs(course):
        between = course[course.index(first) + 1 : course.index(second)]
        assert not any(matches(before, one) for one in between)
        assert matches(before, second)
        assert matches(after, first)


@pytest.mark.parametrize(
    ("said", "in_days"),
    [
        ({"at_least": Days(0)}, True),
        ({"at_most": Days(3)}, True),
        ({"at_least": Hours(0)}, False),
        ({"at_least": Hours(1), "at_most": Hours(1)}, False),
    ],
)
def test_a_gap_knows_its_unit(said: dict[str, Length], in_days: bool) -> None:
    assert gap("dosing", "talk", **said).in_days is in_days


# Offsets.


def offset(of: str, anchor: str, earliest: int = 1, latest: int = 1, **said: Any) -> Offset:
    return Offset(name="off", of=of, anchor=anchor, earliest=Days(earliest), latest=Days(latest), **said)


def test_an_offset_counts_from_the_last_anchor_before_the_session() -> None:
    assert ids(offset("talk", "dosing").pairs(COURSE)) == [
        ("induction/dosing/1", "prep/talk/1"),
        ("induction/dosing/1", "induction/talk/1"),
        ("induction/dosing/2", "induction/talk/2"),
        ("later/dosing/1", "later/talk/1"),
    ]


def test_where_no_anchor_stands_before_it_is_the_first_after() -> None:
    assert ids(offset("prep/*", "dosing", -14, -1).pairs(COURSE)) == [("induction/dosing/1", "prep/talk/1")]


def test_no_session_is_its_own_anchor() -> None:
    assert ids(offset("dosing", "dosing").pairs(COURSE)) == [
        ("induction/dosing/1", "induction/dosing/2"),
        ("induction/dosing/2", "later/dosing/1"),
    ]
    assert offset("prep/*", "prep/*").pairs(COURSE) == ()


@pytest.mark.parametrize(
    ("earliest", "latest", "ideal"), [(1, 3, 1), (-14, -3, -3), (-2, 2, 0), (12, 16, 12), (0, 0, 0)]
)
def test_the_ideal_is_the_end_nearest_the_anchor_unless_it_is_said(
    earliest: int, latest: int, ideal: int
) -> None:
    assert offset("talk", "dosing", earliest, latest).ideal == Days(ideal)
    assert offset("talk", "dosing", earliest, latest, ideal=Days(latest)).ideal == Days(latest)


# Frequencies and spans.


def test_a_frequency_counts_the_whole_course_and_binds_its_phase() -> None:
    two = Frequency(name="two", of="dosing", phase="induction", at_most=2)
    assert [one.id for one in two.counted(COURSE)] == [
        "induction/dosing/1",
        "induction/dosing/2",
        "later/dosing/1",
    ]
    assert [one.id for one in two.binding(COURSE)] == ["induction/dosing/1", "induction/dosing/2"]
    assert Frequency(name="two", of="dosing", at_most=2).binding(COURSE) == two.counted(COURSE)


def test_a_span_counts_what_it_names() -> None:
    assert len(Span(name="s", of=("prep/*", "dosing"), at_most=Days(11)).counted(COURSE)) == 4


# Continuity.


def groups(course: Iterable[Visit] = COURSE, *offsets: Offset, **said: Any) -> list[tuple[str, ...]]:
    return ids(Continuity(name="same", role="therapist", **said).groups(tuple(course), offsets))


def test_continuity_over_a_course_is_one_group() -> None:
    assert groups() == [tuple(one.id for one in COURSE)]


def test_continuity_over_kinds_is_one_group_of_what_it_names() -> None:
    assert groups(scope="kinds", of=["prep/*", "dosing"]) == [
        ("prep/talk/1", "induction/dosing/1", "induction/dosing/2", "later/dosing/1")
    ]


def test_continuity_over_phases_is_a_group_for_each_of_two_sessions_and_more() -> None:
    assert groups(scope="phase", of="*") == [
        ("induction/dosing/1", "induction/talk/1", "induction/dosing/2", "induction/talk/2"),
        ("later/dosing/1", "later/talk/1"),
    ]


def test_continuity_over_pairs_is_an_anchor_with_what_hangs_on_it() -> None:
    next_day = offset("induction/talk", "dosing")
    assert groups(COURSE, next_day, scope="pair", of="talk") == [
        ("induction/dosing/1", "induction/talk/1"),
        ("induction/dosing/2", "induction/talk/2"),
    ]


def test_several_sessions_on_one_anchor_are_one_pair_whichever_offset_names_them() -> None:
    course = visits("a/dosing/1 a/talk/1 a/talk/2 a/call/1")
    hanging = (offset("talk", "dosing", 1, 3), offset("call", "dosing", 7, 7))
    assert groups(course, *hanging, scope="pair", of=["talk", "call"]) == [
        ("a/dosing/1", "a/talk/1", "a/talk/2", "a/call/1")
    ]


def test_a_pair_is_only_of_the_sessions_named() -> None:
    assert groups(COURSE, offset("talk", "dosing"), scope="pair", of="later/*") == [
        ("later/dosing/1", "later/talk/1")
    ]
    assert groups(COURSE, scope="pair", of="talk") == []


# What no rule can say.


@pytest.mark.parametrize(
    ("said", "path", "message"),
    [
        ({}, "at_least", "says at_least, at_most or both"),
        (
            {"at_least": Days(2), "at_most": Hours(72)},
            "at_most",
            "in days, in open days or in hours, never in two",
        ),
        ({"at_least": OpenDays(2), "at_most": Days(3)}, "at_most", "never in two of them"),
        ({"at_least": Days(2), "at_most": Days(1)}, "at_most", "at most 1 day is less than at least 2 days"),
        ({"at_least": 2}, "at_least", "Days or Hours is wanted, not 2"),
        (
            {"at_least": Days(1), "between": "starts"},
            "between",
            "'starts' is not known here; there are end-start",
        ),
        ({"at_least": Days(1), "after": ()}, "after", "name at least one session"),
        ({"at_least": Days(1), "before": ["dosing", 3]}, "before", "text is wanted, not 3"),
        ({"at_least": Days(1), "before": 3}, "before", "several are wanted"),
        ({"at_least": Days(1), "name": " "}, "name", "not a blank"),
    ],
)
def test_a_gap_that_says_nothing_or_too_much_is_refused(
    said: dict[str, Any], path: str, message: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        Gap(**{"name": "apart", "after": "dosing", "before": "dosing", **said})
    (fault,) = caught.value.faults
    assert fault.path == path
    assert message in fault.message


@pytest.mark.parametrize(
    ("said", "paths"),
    [
        ({"earliest": Days(3)}, ["ideal"]),
        ({"ideal": Days(5)}, ["ideal"]),
        ({"earliest": 1}, ["earliest"]),
        ({"earliest": 48, "latest": None, "of": ""}, ["of", "earliest", "latest"]),
        ({"ideal": None}, ["ideal"]),
        ({"anchor": []}, ["anchor"]),
    ],
)
def test_an_offset_out_of_order_or_out_of_days_is_refused(said: dict[str, Any], paths: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        Offset(**{"name": "o", "of": "a", "anchor": "b", "earliest": Days(1), "latest": Days(2), **said})
    assert [fault.path for fault in caught.value.faults] == paths


@pytest.mark.parametrize(
    ("said", "path", "message"),
    [
        ({"latest": OpenDays(2)}, "latest", "never in two of them"),
        ({"latest": Hours(72)}, "latest", "never in two of them"),
        ({"ideal": OpenDays(2)}, "ideal", "never in two of them"),
        ({"earliest": Hours(1), "latest": Hours(2), "ideal": Days(1)}, "ideal", "in hours has no ideal"),
        ({"earliest": Hours(3), "latest": Hours(2)}, "latest", "earliest 3 hours, latest 2 hours are not"),
        ({"earliest": Hours(1), "latest": Hours(2), "within": Hours(3)}, "within", "by its latest"),
        ({"within": Hours(0)}, "within", "leaves no time"),
        ({"within": Days(3)}, "within", "Hours is wanted"),
        ({"between": "start"}, "between", "'start' is not known here"),
    ],
)
def test_an_offset_in_two_units_or_with_an_idle_limit_is_refused(
    said: dict[str, Any], path: str, message: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        Offset(**{"name": "o", "of": "a", "anchor": "b", "earliest": Days(1), "latest": Days(2), **said})
    (fault,) = caught.value.faults
    assert fault.path == path
    assert message in fault.message


@pytest.mark.parametrize(
    ("earliest", "latest", "ideal"),
    [
        (OpenDays(1), OpenDays(3), OpenDays(1)),
        (OpenDays(-3), OpenDays(-1), OpenDays(-1)),
        (OpenDays(-3), OpenDays(2), OpenDays(0)),
        (Hours(20), Hours(30), None),
    ],
)
def test_the_ideal_is_the_end_nearest_the_anchor_in_the_unit_of_the_offset(
    earliest: Length, latest: Length, ideal: Length | None
) -> None:
    assert Offset(name="o", of="a", anchor="b", earliest=earliest, latest=latest).ideal == ideal


@pytest.mark.parametrize("length", [Days(1), OpenDays(1), Hours(1)])
def test_a_gap_in_days_or_open_days_compares_dates(length: Length) -> None:
    assert Gap(name="g", after="a", before="b", at_most=length).in_days == (length != Hours(1))


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({}, "at_most"),
        ({"at_most": 0}, "at_most"),
        ({"at_least": 3, "at_most": 2}, "at_most"),
        ({"at_least": -1, "at_most": 2}, "at_least"),
        ({"at_least": 1, "per": RollingDays(days=7)}, "at_least"),
        ({"at_most": 2, "per": TreatmentWeek}, "per"),
        ({"at_most": True}, "at_most"),
        ({"at_most": 2.0}, "at_most"),
        ({"at_least": None}, "at_least"),
        ({"at_most": 2, "per": 7}, "per"),
        ({"at_most": 2, "phase": ""}, "phase"),
        ({"at_most": 2, "of": ()}, "of"),
    ],
)
def test_a_frequency_that_no_week_can_keep_is_refused(said: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Frequency(**{"name": "two", "of": "dosing", **said})
    assert [fault.path for fault in caught.value.faults] == [path]


def test_treatment_weeks_are_counted_from_the_first_counted_session_of_the_phase_or_the_one_named() -> None:
    def anchors(anchor: str | None, phase: str | None = None) -> list[str]:
        rule = Frequency(name="w", of="dosing", phase=phase, at_most=2, per=TreatmentWeek(anchor=anchor))
        return [one.id for one in rule.anchors(COURSE)]

    assert anchors(None) == ["induction/dosing/1"]
    assert anchors(None, "later") == ["later/dosing/1"]
    assert anchors("prep/talk/1") == ["prep/talk/1"]
    assert len(anchors("dosing")) > 1
    assert Frequency(name="w", of="dosing", at_most=2).anchors(COURSE) == ()


@pytest.mark.parametrize("anchor", ["", 7, ("dosing",)])
def test_treatment_weeks_are_counted_from_one_selector(anchor: str) -> None:
    with pytest.raises(InvalidInput, match="anchor: "):
        TreatmentWeek(anchor=anchor)


@pytest.mark.parametrize("days", [0, -7, True, 7.0, "7", None, 4000])
def test_rolling_days_are_some_days(days: int) -> None:
    with pytest.raises(InvalidInput, match="days: "):
        RollingDays(days=days)


@pytest.mark.parametrize("at_most", [Days(-1), Hours(24), 11, None])
def test_a_span_is_of_days(at_most: Days) -> None:
    with pytest.raises(InvalidInput, match="at_most: "):
        Span(name="s", of="dosing", at_most=at_most)


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"of": "dosing"}, "of"),
        ({"scope": "week"}, "scope"),
        ({"role": ""}, "role"),
        ({"hard": 1}, "hard"),
        ({"scope": "kinds", "of": []}, "of"),
    ],
)
def test_continuity_of_nothing_we_know_is_refused(said: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Continuity(**{"name": "same", "role": "therapist", **said})
    assert [fault.path for fault in caught.value.faults] == [path]


@pytest.mark.parametrize(
    "rule",
    [
        gap("dosing", "talk", at_least=Hours(0)),
        offset("talk", "dosing", -3, 2),
        Frequency(name="two", of="dosing", at_least=2, at_most=2, per=CalendarWeek()),
        Frequency(name="two", of="dosing", at_most=2, per=RollingDays(days=7)),
        Span(name="s", of="dosing", at_most=Days(11)),
        Continuity(name="same", role="therapist", scope="pair", of=["talk"], hard=False),
    ],
)
def test_rules_pickle(rule: Rule) -> None:
    back = pickle.loads(pickle.dumps(rule))  # noqa: S301  # our own pickle
    assert back == rule
    assert hash(back) == hash(rule)


def test_an_offset_from_its_own_kind_leaves_the_first_session_free() -> None:
    sessions = [Visit("therapy/talk/1"), Visit("therapy/talk/2"), Visit("therapy/talk/3")]
    each = Offset(name="each", of="talk", anchor="talk", earliest=Days(7), latest=Days(7))
    assert [(anchor.number, one.number) for anchor, one in each.pairs(sessions)] == [(1, 2), (2, 3)]
