"""Do hours and absences come round as definitions 2 and 3 say? Against clocks read minute by minute."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kapsched.errors import InvalidInput
from kapsched.timeline.intervals import IntervalSet
from kapsched.timeline.recurrence import WEEKDAYS, WHOLE_DAY, Absence, DaySpan, Pattern, Week, absent
from kapsched.timeline.zones import zone
from tests.wall_clocks import ZONES, Clocks, minutes_of

Span: TypeAlias = tuple[int, int]
# The spans of each weekday of each week of a turn, as bare numbers.
Turn: TypeAlias = list[list[list[Span]]]

A_MONDAY = date(2024, 1, 1)
WORK, SATURDAY = (9 * 60, 17 * 60), (9 * 60, 13 * 60)

# Edges cluster where clocks change: around midnight and in the small hours.
edges = st.sampled_from([0, 30, 60, 75, 90, 105, 120, 150, 180, 540, 1020, 1380, 1410, 1440]) | st.integers(
    0, 1440
)
spans = st.tuples(edges, edges).filter(lambda span: span[0] < span[1])
changes = st.sampled_from([(name, day) for name, days in ZONES.items() for day in days])


@st.composite
def days_of_spans(draw: st.DrawFn) -> list[Span]:
    """Spans of one day that may touch but do not overlap."""
    cuts = sorted(draw(st.sets(edges, max_size=6)))
    pairs = list(pairwise(cuts))
    return [pair for pair in pairs if draw(st.booleans())]


turns: st.SearchStrategy[Turn] = st.lists(
    st.lists(days_of_spans(), min_size=7, max_size=7), min_size=1, max_size=3
)


def pattern_of(turn: Turn, monday: date) -> Pattern:
    return Pattern([Week([[DaySpan(*span) for span in day] for day in week]) for week in turn], monday)


def spans_by_counting(turn: Turn, monday: date, first: date, last: date) -> Iterator[tuple[date, int, int]]:
    """Definition 2 by counting days from the stated Monday, one date after the other."""
    for count in range((last - first).days + 1):
        day = first + timedelta(days=count)
        since = (day - monday).days
        yield from ((day, start, end) for start, end in turn[since // 7 % len(turn)][since % 7])


@settings(deadline=None)
@given(changes, st.integers(-1, 0), st.integers(0, 1), turns, st.integers(-300, 300))
def test_hours_are_those_on_the_wall(
    where: tuple[str, date], before: int, after: int, turn: Turn, weeks: int
) -> None:
    name, day = where
    first, last = day + timedelta(days=before), day + timedelta(days=after)
    monday = A_MONDAY + timedelta(weeks=weeks)
    expected = Clocks(name, first, last).minutes(spans_by_counting(turn, monday, first, last))
    assert minutes_of(pattern_of(turn, monday).over(first, last, zone(name))) == expected


@settings(deadline=None)
@given(
    changes,
    st.tuples(st.integers(-4, 3), st.integers(0, 4)),
    st.tuples(st.none() | st.integers(-4, 4), st.none() | st.integers(0, 8)),
    st.frozensets(st.integers(0, 6)),
    spans,
)
def test_an_absence_is_what_the_wall_shows_on_its_days(
    where: tuple[str, date],
    asked: tuple[int, int],
    held: tuple[int | None, int | None],
    weekdays: frozenset[int],
    span: Span,
) -> None:
    name, day = where
    first, last = day + timedelta(days=min(asked)), day + timedelta(days=max(asked))
    begins = None if held[0] is None else day + timedelta(days=held[0])
    ends = None if held[1] is None else (begins or day) + timedelta(days=held[1])
    absence = Absence(first=begins, last=ends, weekdays=weekdays, span=DaySpan(*span))
    days = (first + timedelta(days=count) for count in range((last - first).days + 1))
    held_on = [
        one
        for one in days
        if (begins is None or begins <= one)
        and (ends is None or one <= ends)
        and (not weekdays or one.weekday() in weekdays)
    ]
    assert list(absence.dates(first, last)) == held_on
    expected = Clocks(name, day - timedelta(days=4), day + timedelta(days=4)).minutes(
        (one, *span) for one in held_on
    )
    assert minutes_of(absence.over(first, last, zone(name))) == expected


@given(turns, st.integers(-300, 300), st.integers(-900, 900), st.integers(0, 90))
def test_weeks_take_turns_for_ever_in_both_directions(turn: Turn, weeks: int, day: int, length: int) -> None:
    monday = A_MONDAY + timedelta(weeks=weeks)
    first = A_MONDAY + timedelta(days=day)
    last = first + timedelta(days=length)
    found = [(one, span.start, span.end) for one, span in pattern_of(turn, monday).spans(first, last)]
    assert sorted(found) == list(spans_by_counting(turn, monday, first, last))


@given(turns, st.integers(0, 40), st.integers(0, 40), st.sampled_from(sorted(ZONES)))
def test_hours_of_two_stretches_of_dates_are_the_hours_of_both(
    turn: Turn, one: int, two: int, name: str
) -> None:
    pattern, first = pattern_of(turn, A_MONDAY), date(2026, 3, 1)
    middle = first + timedelta(days=one)
    last = middle + timedelta(days=1 + two)
    apart = pattern.over(first, middle, zone(name)) | pattern.over(
        middle + timedelta(days=1), last, zone(name)
    )
    assert pattern.over(first, last, zone(name)) == apart


def saturdays(pattern: Pattern, first: date, last: date) -> list[date]:
    return sorted(day for day, _ in pattern.spans(first, last) if day.weekday() == 5)


def test_a_and_b_weeks_alternate_across_iso_week_53() -> None:
    # 2026 has an ISO week 53, from 28 December to 3 January; two odd weeks follow each other there.
    fortnight = Pattern((Week.of(mon=[WORK], sat=[SATURDAY]), Week.of(mon=[WORK])), date(2026, 12, 7))
    assert saturdays(fortnight, date(2026, 12, 1), date(2027, 2, 1)) == [
        date(2026, 12, 12),
        date(2026, 12, 26),
        date(2027, 1, 9),
        date(2027, 1, 23),
    ]


def test_a_and_b_weeks_alternate_before_the_stated_monday_too() -> None:
    fortnight = Pattern((Week.of(sat=[SATURDAY]), Week.of(tue=[WORK])), date(2026, 12, 7))
    assert saturdays(fortnight, date(2026, 11, 1), date(2026, 12, 6)) == [
        date(2026, 11, 14),
        date(2026, 11, 28),
    ]
    b_weeks = {day for day, _ in fortnight.spans(date(2026, 11, 16), date(2026, 11, 22))}
    assert b_weeks == {date(2026, 11, 17)}


def test_opening_hours_keep_to_the_wall_when_the_clocks_change() -> None:
    hours = Pattern((Week.of(sat=[WORK], sun=[WORK], mon=[WORK]),))
    opens = [
        one.start.hour for one in hours.over(date(2027, 3, 27), date(2027, 3, 29), zone("Europe/London"))
    ]
    assert opens == [9, 8, 8]


def test_hours_that_begin_in_a_skipped_hour_begin_when_the_clocks_have_jumped() -> None:
    night = Pattern((Week.of(sun=[(90, 180)]),))
    (only,) = night.over(date(2027, 3, 28), date(2027, 3, 28), zone("Europe/London"))
    assert (only.start, only.end) == (
        datetime(2027, 3, 28, 1, tzinfo=UTC),
        datetime(2027, 3, 28, 2, tzinfo=UTC),
    )


def test_hours_within_a_skipped_hour_are_none() -> None:
    night = Pattern((Week.of(sun=[(75, 105)]),))
    assert not night.over(date(2027, 3, 28), date(2027, 3, 28), zone("Europe/London"))


def test_hours_that_end_in_an_hour_shown_twice_end_the_first_time() -> None:
    night = Pattern((Week.of(sun=[(0, 90)]),))
    (only,) = night.over(date(2026, 10, 25), date(2026, 10, 25), zone("Europe/London"))
    assert only.end == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_whole_day_has_as_many_hours_as_the_clocks_give_it() -> None:
    always = Absence()
    lengths = [
        sum(((one.end - one.start) for one in always.over(day, day, zone("Europe/London"))), timedelta())
        for day in (date(2027, 3, 27), date(2027, 3, 28), date(2027, 10, 31))
    ]
    assert lengths == [timedelta(hours=24), timedelta(hours=23), timedelta(hours=25)]


def test_a_day_that_a_country_skips_has_no_hours_at_all() -> None:
    friday = date(2011, 12, 30)
    assert not Absence().over(friday, friday, zone("Pacific/Apia"))
    assert not Pattern((Week.of(fri=[WORK]),)).over(friday, friday, zone("Pacific/Apia"))


def test_hours_that_touch_are_one_stretch() -> None:
    hours = Pattern((Week.of(tue=[(840, 1020), (540, 840)]),))
    assert len(hours.over(date(2027, 1, 5), date(2027, 1, 5), zone("Europe/London")).intervals) == 1


def test_nights_that_touch_at_midnight_are_one_stretch() -> None:
    hours = Pattern((Week.of(**{day: [(0, 1440)] for day in WEEKDAYS}),))
    assert len(hours.over(date(2027, 3, 1), date(2027, 4, 30), zone("America/Havana")).intervals) == 1


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5), spans), max_size=4))
def test_absences_together_are_each_of_them(held: list[tuple[int, int, Span]]) -> None:
    begin = date(2027, 3, 22)
    absences = [
        Absence(
            first=begin + timedelta(days=day), last=begin + timedelta(days=day + length), span=DaySpan(*span)
        )
        for day, length, span in held
    ]
    place, last = zone("Europe/London"), begin + timedelta(days=14)
    each = IntervalSet()
    for absence in absences:
        each |= absence.over(begin, last, place)
    assert absent(absences, begin, last, place) == each


def test_dates_asked_for_backwards_hold_nothing() -> None:
    pattern = Pattern((Week.of(mon=[WORK], thu=[WORK]),))
    assert not pattern.over(date(2027, 1, 10), date(2027, 1, 3), zone("Europe/London"))
    assert not Absence().over(date(2027, 1, 10), date(2027, 1, 3), zone("Europe/London"))


def test_hours_and_absences_pickle() -> None:
    fortnight = Pattern((Week.of(sat=[SATURDAY]), Week.of(tue=[WORK])), date(2026, 12, 7))
    away = Absence(first=date(2027, 1, 1), weekdays=frozenset({4}), span=DaySpan(*WORK), why="leave")
    for value in (fortnight, away):
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301  # what was pickled a moment ago
        assert hash(pickle.loads(pickle.dumps(value))) == hash(value)  # noqa: S301


# What is refused.


def test_a_span_says_its_hours() -> None:
    assert str(DaySpan(540, 1050)) == "09:00-17:30"
    assert str(WHOLE_DAY) == "00:00-24:00"


@pytest.mark.parametrize(("start", "end"), [(1020, 540), (540, 540)])
def test_a_reversed_span_is_refused(start: int, end: int) -> None:
    with pytest.raises(InvalidInput, match="is reversed: the end must come after the start"):
        DaySpan(start, end)


@pytest.mark.parametrize(
    ("start", "end", "paths"),
    [
        (-30, 60, ["start"]),
        (540, 1441, ["end"]),
        (540.0, 1020, ["start"]),
        (False, True, ["start", "end"]),
        ("9", None, ["start", "end"]),
        (float("nan"), 60, ["start"]),
    ],
)
def test_a_span_is_made_of_whole_minutes_of_one_day(start: int, end: int, paths: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        DaySpan(start, end)
    assert [fault.path for fault in caught.value.faults] == paths


def test_overlapping_hours_are_refused_by_weekday_all_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        Week.of(tue=[(540, 720), (600, 660), (1000, 1010)], sun=[(0, 10), (9, 20)], mon=[(0, 10), (10, 20)])
    assert [(fault.path, fault.message) for fault in caught.value.faults] == [
        ("tue", "09:00-12:00 overlaps 10:00-11:00"),
        ("sun", "00:00-00:10 overlaps 00:09-00:20"),
    ]


def test_a_week_puts_its_spans_in_order() -> None:
    early, late = DaySpan(540, 720), DaySpan(780, 1020)
    assert Week([[late, early], *[[]] * 6]) == Week.of(mon=[(540, 720), (780, 1020)])


def test_a_day_that_no_week_has_is_refused() -> None:
    with pytest.raises(InvalidInput, match="monday: there is no day 'monday'; there are mon, tue"):
        Week.of(monday=[WORK])


@pytest.mark.parametrize("days", [[], [[]] * 6, [[]] * 8, [[(540, 1020)], *[[]] * 6], ["", *[[]] * 5, "x"]])
def test_a_week_has_seven_days_of_spans(days: list[list[DaySpan]]) -> None:
    with pytest.raises(InvalidInput):
        Week(days)


@pytest.mark.parametrize(
    ("weeks", "monday", "message"),
    [
        ((), A_MONDAY, "at least one week"),
        ((Week.of(), None), A_MONDAY, "weeks: Week is wanted, not None"),
        ((Week.of(),), date(2024, 1, 2), "must begin on a Monday; 2024-01-02 is none"),
        ((Week.of(),), datetime(2024, 1, 1, tzinfo=UTC), "first_monday: a date is wanted"),
        ((Week.of(),), "2024-01-01", "first_monday: a date is wanted"),
        ((Week.of(),), date(1, 1, 1), "first_monday: a year from 1900 to 2999"),
    ],
)
def test_a_pattern_is_weeks_from_a_monday(weeks: tuple[Week, ...], monday: date, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        Pattern(weeks, monday)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first", datetime(2027, 1, 1, tzinfo=UTC)),
        ("first", "2027-01-01"),
        ("last", date(9999, 12, 31)),
        ("weekdays", {7}),
        ("weekdays", {True}),
        ("weekdays", ["mon"]),
        ("weekdays", "mon"),
        ("span", (540, 1020)),
        ("span", time(9)),
        ("why", None),
        ("why", "leave\n"),
    ],
)
def test_an_absence_of_anything_else_is_refused(field: str, value: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        Absence(**{field: value})  # type: ignore[arg-type]  # the point of the test
    assert [fault.path for fault in caught.value.faults] == [field]


def test_an_absence_does_not_end_before_it_begins() -> None:
    with pytest.raises(InvalidInput, match="ends on 2027-01-01, before it begins on 2027-01-02"):
        Absence(first=date(2027, 1, 2), last=date(2027, 1, 1))
    assert list(Absence(first=date(2027, 1, 2), last=date(2027, 1, 2)).dates(A_MONDAY, date(2028, 1, 1)))
