"""Does each part of the planner do what it says? Small parts against plain loops over what they stand for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import combinations, permutations, product

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from kapsched.model.bookings import Booking, Resource
from kapsched.model.clinic import Horizon
from kapsched.model.course import Wishes
from kapsched.model.elsewhere import Elsewhere
from kapsched.model.periods import CalendarWeek, Period, RollingDays, TreatmentWeek
from kapsched.model.phases import Phase
from kapsched.model.programme import Programme, Segment, SessionKind
from kapsched.model.rules import Frequency, Gap, Span
from kapsched.planning.closure import NEVER, closed, consistent, spread
from kapsched.planning.diary import Diary
from kapsched.planning.grid import Grid, bits, ends_by_midnight, filled, grid_of, runs, wall_clock_starts
from kapsched.planning.needs import Need, joined, needs_of
from kapsched.planning.starts import Starts
from kapsched.planning.treatment_weeks import counters
from kapsched.planning.weeks import Counter, WeekCounter
from kapsched.planning.windows import outline
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.units import Days, Hours
from kapsched.timeline.zones import zone
from tests.stories import (
    DOSING,
    DYAD,
    TALK,
    course_of,
    london,
    planned,
    programme,
    quayside,
    taken,
    weekly,
    with_person,
)
from tests.wall_clocks import ZONES

masks = st.integers(0, 2**40 - 1)


def places(mask: int) -> set[int]:
    return {bit for bit in range(mask.bit_length()) if mask >> bit & 1}


def mask_of(some: set[int]) -> int:
    return sum(1 << one for one in some)


# Masks


@given(
    masks | st.sets(st.integers(0, 39), max_size=3).map(lambda gaps: (2**40 - 1) ^ mask_of(gaps)),
    st.integers(1, 45),
)
def test_runs_begin_where_so_many_bits_in_a_row_are_set(mask: int, length: int) -> None:
    there = places(mask)
    assert places(runs(mask, length)) == {
        bit for bit in there if all(bit + n in there for n in range(length))
    }


@given(masks)
def test_bits_come_lowest_first(mask: int) -> None:
    assert list(bits(mask)) == sorted(places(mask))


@given(st.lists(st.tuples(st.integers(-9, 30), st.integers(-9, 30)), max_size=6), st.integers(0, 20))
def test_filled_is_cut_to_its_size_and_knows_no_reversed_span(
    spans: list[tuple[int, int]], size: int
) -> None:
    assert places(filled(spans, size)) == {
        bit for bit in range(size) if any(first <= bit < last for first, last in spans)
    }


# The grid

CHANGES = [(name, day) for name, days in sorted(ZONES.items()) for day in days if day.year > 2020]
around_changes = pytest.mark.parametrize(("name", "day"), CHANGES, ids=str)


def around(name: str, day: date, step: int = 5) -> Grid:
    return grid_of(name, day - timedelta(days=1), 3, step)


def shown(grid: Grid, bit: int) -> datetime:
    """What the clocks show as a bit begins."""
    return grid.moment(bit).astimezone(zone(grid.zone))


@around_changes
def test_starts_are_where_the_clocks_show_a_multiple_of_the_grid(name: str, day: date) -> None:
    grid = around(name, day)
    for every in (5, 15, 60):
        mask = wall_clock_starts(grid, every)
        for bit in range(grid.size):
            clock = shown(grid, bit)
            assert grid.wall_minute(bit) == clock.hour * 60 + clock.minute
            assert mask >> bit & 1 == ((clock.hour * 60 + clock.minute) % every == 0), clock
        assert mask.bit_length() <= grid.size


@around_changes
def test_each_bit_is_on_the_date_that_the_calendar_shows(name: str, day: date) -> None:
    grid = around(name, day)
    assert [grid.date(grid.day(bit)) for bit in range(grid.size)] == [
        shown(grid, bit).date() for bit in range(grid.size)
    ]
    assert shown(grid, grid.size).date() == grid.first_day + timedelta(days=3)


@around_changes
def test_what_ends_by_midnight_ends_on_the_date_it_begins(name: str, day: date) -> None:
    grid = around(name, day)
    for length in (1, 13, 200):
        mask = ends_by_midnight(grid, length)
        for bit in range(grid.size):
            same = grid.day(bit) == grid.day(bit + length - 1) if bit + length <= grid.size else False
            assert mask >> bit & 1 == same


@settings(max_examples=60)
@given(st.sampled_from(CHANGES), st.sampled_from((1, 4, 5, 7)), st.data())
def test_days_of_are_the_days_on_which_a_mask_has_any_bit(
    change: tuple[str, date], step: int, data: st.DataObject
) -> None:
    grid = around(*change, step=5 if step == 7 else step)
    some = data.draw(st.sets(st.integers(0, grid.size - 1), max_size=4))
    edges = data.draw(st.sets(st.sampled_from([one - 1 for one in grid.begins[1:]] + list(grid.begins[:-1]))))
    assert places(grid.days_of(mask_of(some | edges))) == {grid.day(bit) for bit in some | edges}


@given(st.integers(-20_000, 20_000), st.sampled_from((1, 5, 15)))
def test_down_is_the_bit_that_holds_a_second_and_up_the_next_that_begins(seconds: int, step: int) -> None:
    grid = around("Europe/London", date(2027, 3, 28), step)
    moment = grid.epoch + timedelta(seconds=seconds)
    down, up = grid.down(moment), grid.up(moment)
    assert grid.moment(down) <= moment < grid.moment(down + 1)
    assert grid.moment(up - 1) < moment <= grid.moment(up)


@settings(max_examples=60)
@given(st.integers(-3000, 9000), st.integers(1, 5000))
def test_within_rounds_inwards_and_touched_outwards(first: int, minutes: int) -> None:
    grid = around("Europe/London", date(2027, 3, 28))
    start = grid.epoch + timedelta(minutes=first)
    end = start + timedelta(minutes=minutes)
    inside = places(grid.within(IntervalSet([Interval(start, end)])))
    begin, stop = grid.touched(start, end)
    every = range(grid.size)
    assert inside == {bit for bit in every if start <= grid.moment(bit) and grid.moment(bit + 1) <= end}
    assert set(range(begin, stop)) == {
        bit for bit in every if grid.moment(bit) < end and start < grid.moment(bit + 1)
    }


# Needs


def kind(*segments: Segment, handover: tuple[str, ...] = ()) -> SessionKind:
    return SessionKind(name="kind", segments=segments, handover=handover)


def stay(name: str, minutes: int = 30, **more: object) -> Segment:
    return Segment(name=name, minutes=minutes, staff=("nurse",), **more)  # type: ignore[arg-type]  # fields


def test_a_role_is_one_unit_throughout_the_visit_and_its_stretches_merge() -> None:
    both = kind(stay("one"), stay("two"), Segment(name="gone", minutes=30), stay("three", tail=15))
    assert needs_of(both) == (Need("staff", "nurse", 0, ((0, 60, True), (90, 135, True))),)


def test_a_tail_that_reaches_the_next_segment_joins_it() -> None:
    assert needs_of(kind(stay("one", tail=40), Segment(name="gap", minutes=30), stay("two"))) == (
        Need("staff", "nurse", 0, ((0, 90, True),)),
    )


def test_a_whole_stretch_cuts_a_sharing_one() -> None:
    watch = kind(stay("one", tail=15), stay("two", shares=("nurse",)))
    assert needs_of(watch) == (Need("staff", "nurse", 0, ((0, 45, True), (45, 60, False))),)


def test_a_role_that_is_handed_over_is_a_need_for_each_segment() -> None:
    relay = kind(stay("one", tail=15), stay("two", shares=("nurse",)), handover=("nurse",))
    one, two = needs_of(relay)
    assert (one.stretches, two.stretches) == (((0, 45, True),), ((30, 60, False),))
    # What stays on of its own entry meets nobody: the same nurse may go on.
    assert not one.meets(two)


def test_two_entries_of_a_role_are_two_needs_that_meet() -> None:
    therapists, other, room = needs_of(DYAD)
    assert [(one.type, one.what, one.turn) for one in needs_of(DYAD)] == [
        ("staff", "therapist", 0),
        ("staff", "therapist", 1),
        ("room", "therapy", 0),
    ]
    assert therapists.meets(other)
    assert not therapists.meets(room)


def test_needs_meet_only_where_they_overlap() -> None:
    first, second = needs_of(
        kind(
            Segment(name="one", minutes=30, staff=("nurse",)),
            Segment(name="two", minutes=30, staff=("doctor",)),
        )
    )
    assert not first.meets(second)
    late, after = needs_of(
        kind(
            Segment(name="one", minutes=30, staff=("nurse",), tail=1),
            Segment(name="two", minutes=30, staff=("doctor",)),
        )
    )
    assert late.meets(after)
    assert late.end == 31


def test_needs_come_in_the_order_in_which_they_first_appear() -> None:
    assert [(one.what, one.end) for one in needs_of(DOSING)] == [
        ("nurse", 15),
        ("treatment", 150),
        ("doctor", 90),
        ("therapist", 90),
        ("nurse", 135),
    ]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12), st.booleans()), max_size=5))
def test_joined_stretches_hold_the_same_minutes_once(parts: list[tuple[int, int, bool]]) -> None:
    found = joined((first, first + length, whole) for first, length, whole in parts)
    whole = {n for first, length, alone in parts if alone for n in range(first, first + length)}
    every = {n for first, length, _ in parts for n in range(first, first + length)}
    assert {n for first, last, alone in found if alone for n in range(first, last)} == whole
    shared = [n for first, last, alone in found if not alone for n in range(first, last)]
    assert sorted(shared) == sorted(every - whole)
    assert list(found) == sorted(found)


# Differences of dates


@given(st.sets(st.integers(0, 15)), st.integers(-20, 20), st.integers(-20, 20), st.integers(16, 20))
def test_spread_is_every_day_that_lies_between_after_some_day(
    days: set[int], least: int, most: int, size: int
) -> None:
    assert places(spread(mask_of(days), least, most, size)) == {
        day for day in range(size) if any(least <= day - one <= most for one in days)
    }


edges = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(-3, 3), st.integers(0, 3)).filter(
        lambda edge: edge[0] != edge[1]
    ),
    max_size=4,
).map(lambda found: [(a, b, least, least + more) for a, b, least, more in found])


@given(edges, st.lists(st.sets(st.integers(0, 9)), min_size=3, max_size=3))
def test_narrowed_dates_each_have_a_partner_and_none_is_lost(
    rules: list[tuple[int, int, int, int]], domains: list[set[int]]
) -> None:
    found = [mask_of(one) for one in domains]
    held = consistent(found, rules, 10)
    kept = [
        days
        for days in product(*domains)
        if all(least <= days[b] - days[a] <= most for a, b, least, most in rules)
    ]
    for days in kept:
        assert all(found[n] >> day & 1 for n, day in enumerate(days))
    if not held:
        assert not kept
        return
    for a, b, least, most in rules:
        for one, two in ((a, b), (b, a)):
            for day in places(found[one]):
                apart = [other - day if one == a else day - other for other in places(found[two])]
                assert any(least <= days <= most for days in apart)
    assert all(found)


@given(edges)
def test_closed_distances_are_the_furthest_of_all_lawful_dates(
    rules: list[tuple[int, int, int, int]],
) -> None:
    most = closed(3, rules)
    # Three sessions bound by at most six days each: what has any dates has some this near.
    lawful = [
        days
        for days in product(range(-13, 14), repeat=3)
        if 0 in days and all(least <= days[b] - days[a] <= top for a, b, least, top in rules)
    ]
    assert any(most[n][n] < 0 for n in range(3)) == (not lawful)
    for a, b in permutations(range(3), 2):
        if lawful and most[a][b] < NEVER:
            assert max(days[b] - days[a] for days in lawful) == most[a][b]


def test_rules_contradict_each_other_over_several_sessions() -> None:
    three = [
        Gap(name="one", after="therapy/talk/1", before="therapy/talk/2", at_least=Days(3)),
        Gap(name="two", after="therapy/talk/2", before="therapy/talk/3", at_least=Days(3)),
    ]
    for days, contradictory in ((5, True), (6, False)):
        what = programme("talk", times=3, rules=(*three, Span(name="all", of="talk", at_most=Days(days))))
        owed = tuple(one.id for one in what.sessions)
        found = outline(what, owed, frozenset())
        assert found.contradictory == contradictory
        assert not outline(what, owed[:2], frozenset()).contradictory
        if not contradictory:
            assert (found.furthest[0][2], -found.furthest[2][0]) == (6, 6)


def test_hours_imply_dates_and_never_too_few() -> None:
    # From the end of an hour's talk 48 hours to the next start: the day after next at the earliest.
    what = programme(
        "talk",
        times=2,
        rules=(Gap(name="g", after="talk", before="talk", at_least=Hours(48), at_most=Hours(72)),),
    )
    found = outline(what, tuple(one.id for one in what.sessions), frozenset())
    least, most = -found.furthest[1][0], found.furthest[0][1]
    assert least in (1, 2)
    assert most in (4, 5)
    assert not found.contradictory


# Weeks


def judged(
    rule: Frequency,
    days: dict[str, date],
    done: set[str],
    binding: set[str],
    begins: date,
    beside: tuple[date, ...] = (),
) -> bool:
    """Definitions 16 and 19, read aloud; a week begins on that date, as on every seventh before and after."""

    def week_with(day: date) -> date:
        return day - timedelta(days=(day - begins).days % 7)

    def week_of(one: str) -> date:
        return week_with(days[one])

    if rule.at_most is not None:
        for one in binding & set(days):
            width = rule.per.days if isinstance(rule.per, RollingDays) else 7
            firsts = [days[one] - timedelta(days=back) for back in range(width)]
            for first in firsts if isinstance(rule.per, RollingDays) else [week_of(one)]:
                held = [other for other in days if 0 <= (days[other] - first).days < width]
                more = [day for day in beside if 0 <= (day - first).days < width]
                if len(held) + len(more) > rule.at_most and set(held) - done:
                    return False
    weeks = [week_of(one) for one in binding & set(days)]
    took = [week_of(one) for one in done & set(days)]
    week = min(weeks, default=date.max)
    while rule.at_least and week <= max(weeks, default=date.min):
        there = {one for one in days if week_of(one) == week}
        if len(there) < rule.at_least and (there - done or week > max(took, default=date.min)):
            return False
        week += timedelta(weeks=1)
    return True


@st.composite
def frequencies(draw: st.DrawFn) -> Frequency:
    at_most = draw(st.none() | st.integers(1, 3))
    rolling = at_most is not None and draw(st.booleans())
    least = 0 if rolling else draw(st.integers(0 if at_most else 1, at_most or 3))
    anchor = draw(st.sampled_from((None, "one/talk/1", "one/dyad/1", "one/talk/2", "two/talk/2")))
    weeks: list[Period] = [CalendarWeek(), *[TreatmentWeek(anchor=anchor)] * 2]
    return Frequency(
        name="often",
        of=draw(st.sampled_from(("*", "talk"))),
        phase=draw(st.sampled_from((None, "one", "two"))),
        at_least=least,
        at_most=at_most,
        per=RollingDays(days=draw(st.integers(1, 9))) if rolling else draw(st.sampled_from(weeks)),
        across=draw(st.sampled_from(("course", "patient") if at_most else ("course",))),
    )


ORDER = (
    Gap(name="talks", after="talk", before="talk", at_least=Days(0)),
    Gap(name="all", after="*", before="*", at_least=Days(0)),
)


# Sessions of another course of the patient's, and the day of each.
OTHERS = st.tuples(st.sampled_from(("one/talk", "other/talk", "two/dyad")), st.integers(-12, 26))


@settings(max_examples=500)
@given(frequencies(), st.booleans(), st.data())
def test_a_counter_lets_through_exactly_the_dates_that_the_rule_allows(
    rule: Frequency, ordered: bool, data: st.DataObject
) -> None:
    what = Programme(
        name="counted",
        version="1",
        kinds=(TALK, DYAD),
        phases=(
            Phase(name="one", order=("talk", "dyad", "talk")),
            Phase(name="two", order=("talk",), times=2),
        ),
        rules=(rule, *(ORDER if ordered else ())),
    )
    first_day = date(2027, 1, 6)
    ids = [one.id for one in what.sessions]
    # What has its date already may lie before, between and behind the others, and stand anywhere in the programme.
    first = ids[: data.draw(st.integers(0, 3))]
    past = (
        first
        if data.draw(st.booleans())
        else data.draw(st.lists(st.sampled_from(ids), max_size=3, unique=True))
    )
    done = {one: data.draw(st.integers(-12, 0) | st.integers(-12, 26)) for one in past}
    owed = [one for one in ids if one not in done]
    a_day = st.integers(0, 26) | st.sampled_from((0, 1, 7, 14, 21))
    days = data.draw(st.lists(a_day, min_size=len(owed), max_size=len(owed)))
    if ordered:
        days.sort()
    beside = {
        Elsewhere(course="c2", session=f"{session}/{number}", start=london("2027-01-01 10:00")): day
        for number, (session, day) in enumerate(data.draw(st.lists(OTHERS, max_size=3)), 1)
    }
    (counter,) = counters(outline(what, tuple(owed), frozenset(done)), done, 0, first_day.toordinal(), beside)
    anchors = {one.id for one in rule.anchors(what.sessions)}
    assert isinstance(counter, WeekCounter) == (anchors <= set(done))
    if isinstance(counter, WeekCounter):
        assert past != first or counter.in_order == ordered or len(counter.places) < 2
    steps = [(place, one, day) for place, (one, day) in enumerate(zip(owed, days, strict=True))]
    if data.draw(st.booleans()):
        # An anchor that is not counted itself may get its date at any time.
        steps.sort(key=lambda step: step[1] in anchors - {one.id for one in rule.counted(what.sessions)})
    allowed = passes(counter, [step for step in steps if step[0] in counter.places])
    dated = {
        one: first_day + timedelta(days=day) for one, day in [*done.items(), *zip(owed, days, strict=True)]
    }
    counted = {one.id for one in rule.counted(what.sessions)}
    binding = {one.id for one in rule.binding(what.sessions)}
    expected = judged(
        rule,
        {one: dated[one] for one in dated if one in counted},
        set(done) & counted,
        binding,
        next((dated[one] for one in anchors), date(2027, 1, 4)),
        tuple(
            first_day + timedelta(days=day)
            for one, day in beside.items()
            if rule.across == "patient" and (rule.of == ("*",) or one.kind_name == "talk")
        ),
    )
    assert allowed == expected


def passes(counter: Counter, steps: list[tuple[int, str, int]]) -> bool:
    """Do the sessions go through the counter in this order? What it says of its days in advance must be true."""
    state, beyond = counter.start, False
    for _, session, day in steps:
        first, last = counter.days(state, session)
        beyond |= not first <= day <= last
        state = counter.add(state, session, day)
        if state is None:
            return False
    kept = counter.kept(state)
    assert not (kept and beyond)
    return kept


@pytest.mark.parametrize(
    ("at_least", "binding", "fixed", "talks", "kept"),
    [
        # One in a week between two that are fixed is too few; two, or one beside a fixed one, are not.
        (2, "one", {"one/talk/1": -1, "one/talk/2": 20}, {"two/talk/1": 6, "two/talk/2": 13}, False),
        (2, "one", {"one/talk/1": -1, "one/talk/2": 20}, {"two/talk/1": 7, "two/talk/2": 8}, True),
        (2, "one", {"one/talk/1": -1, "one/talk/2": 20}, {"two/talk/1": 20, "two/talk/2": 40}, True),
        (2, "one", {"one/talk/1": 6, "one/talk/2": 20}, {"two/talk/1": 10, "two/talk/2": 20}, False),
        (2, "one", {"one/talk/1": 13, "one/talk/2": 20}, {"two/talk/1": 0, "two/talk/2": 40}, True),
        # An empty week counts behind the last that is fixed, not before it.
        (2, "two", {"one/talk/1": 0, "two/talk/1": 20}, {"one/talk/2": 0, "two/talk/2": 20}, True),
        (1, "two", {"one/talk/1": 0, "two/talk/1": 13}, {"one/talk/2": 0, "two/talk/2": 20}, True),
        (1, "two", {"one/talk/1": 0, "two/talk/1": 13}, {"one/talk/2": 0, "two/talk/2": 27}, False),
    ],
)
def test_weeks_are_full_between_talks_that_have_their_dates_already(
    at_least: int, binding: str, fixed: dict[str, int], talks: dict[str, int], kept: bool
) -> None:
    rule = Frequency(name="often", of="talk", phase=binding, at_least=at_least)
    one, two = talks
    in_order = Gap(name="in order", after=one, before=two, at_least=Days(0))
    phases = (Phase(name="one", order=("talk",), times=2), Phase(name="two", order=("talk",), times=2))
    what = Programme(name="w", version="1", kinds=(TALK,), phases=phases, rules=(rule, in_order))
    monday = date(2027, 1, 4)
    (counter,) = counters(outline(what, (one, two), frozenset(fixed)), fixed, 0, monday.toordinal())
    assert isinstance(counter, WeekCounter)
    assert counter.in_order
    days = {session: monday + timedelta(days=day) for session, day in {**fixed, **talks}.items()}
    bound = {session for session in days if session.startswith(binding)}
    assert judged(rule, days, set(fixed), bound, monday) == kept
    assert passes(counter, [(0, one, talks[one]), (1, two, talks[two])]) == kept


# Starts and who is there


def starts_of(wishes: Wishes, booked: list[Booking]) -> Starts:
    course = course_of(programme("dyad"), wishes=wishes)
    clinic = with_person(quayside(grid=30), "dev", roles=("nurse", "therapist"))
    horizon = Horizon(first_day=date(2027, 1, 4), days=2)
    return Starts(course, Diary(clinic, horizon, booked), london("2027-01-01 09:00"))


def broken_at(starts: Starts, start: datetime, wishes: Wishes) -> int | None:
    """The fewest wishes that a dyad breaks that starts then, every pair of therapists tried."""
    end, diary = start + timedelta(hours=1), starts.diary
    clinic = diary.clinic
    local = start.astimezone(clinic.place)

    def is_free(resource: Resource) -> bool:
        there = clinic.working_time(resource, local.date(), local.date())
        return there.covers(start, end) and not diary.bookings.during(resource, start, end)

    if not any(is_free(Resource("room", room.id)) for room in clinic.rooms_of("therapy")):
        return None
    if diary.bookings.during(Resource("patient", "q17"), start, end):
        return None
    free = [one.id for one in clinic.staff_of("therapist") if is_free(Resource("staff", one.id))]
    pairs = list(combinations(free, 2))
    if not pairs or local.minute % clinic.grid:
        return None
    missed = min(sum(1 for name in wishes.staff if name not in pair) for pair in pairs)
    off = bool(wishes.weekdays) and local.weekday() not in wishes.weekdays
    late = wishes.half_day is not None and (local.hour < 12) != (wishes.half_day == "morning")
    return missed + off + late


@settings(max_examples=40)
@given(
    st.builds(
        Wishes,
        weekdays=st.sets(st.integers(0, 1)),
        half_day=st.sampled_from((None, "morning", "afternoon")),
        staff=st.lists(st.sampled_from(("tess", "tom", "dev")), unique=True),
    ),
    st.lists(
        st.builds(
            lambda who, hour, minute, length: Booking(
                type=who.type,
                resource=who.id,
                start=london("2027-01-04 08:00") + timedelta(hours=hour, minutes=minute),
                end=london("2027-01-04 08:00") + timedelta(hours=hour + length, minutes=minute),
            ),
            st.sampled_from(
                (
                    Resource("staff", "tess"),
                    Resource("staff", "tom"),
                    Resource("staff", "dev"),
                    Resource("room", "oak"),
                    Resource("patient", "q17"),
                )
            ),
            st.integers(0, 30),
            st.sampled_from((0, 7)),
            st.integers(1, 6),
        ),
        max_size=6,
    ),
)
def test_levels_are_the_starts_of_a_day_by_the_fewest_wishes_they_break(
    wishes: Wishes, booked: list[Booking]
) -> None:
    starts = starts_of(wishes, booked)
    for day in (0, 1):
        found = {}
        for broken, mask in starts.levels(DYAD, (), day):
            for bit in places(mask):
                assert bit not in found
                found[bit] = broken
        begin, end = starts.grid.begins[day], starts.grid.begins[day + 1]
        expected = {
            bit - begin: broken_at(starts, starts.grid.moment(bit), wishes) for bit in range(begin, end)
        }
        assert found == {bit: broken for bit, broken in expected.items() if broken is not None}


def test_people_and_rooms_come_in_the_order_of_the_clinic_s_file() -> None:
    clinic = quayside()
    (first,) = planned(course_of(programme("dyad")), clinic).appointments
    assert [row.resource for row in first.bookings if row.type == "room"] == ["oak"]
    turned = evolve(clinic, rooms=clinic.rooms[::-1], staff=clinic.staff[::-1])
    (second,) = planned(course_of(programme("talk")), turned).appointments
    assert [row.resource for row in second.bookings if row.type != "patient"] == ["ash", "tom"]


def test_needs_are_filled_in_the_order_of_their_segments() -> None:
    # The nurse comes first and takes Dev, the first nurse of the file, although he is a doctor too.
    (only,) = planned(course_of(programme("dosing"))).appointments
    assert [(row.resource, row.role) for row in only.bookings if row.role == "doctor"] == [("dora", "doctor")]
    assert only.staff("nurse") == ("dev",)
    with_wish = planned(course_of(programme("dosing"), wishes=Wishes(staff=["ned"])))
    assert with_wish.appointments[0].staff("nurse") == ("dev", "ned")


def test_someone_who_is_needed_twice_at_once_is_left_to_the_need_that_nobody_else_can_fill() -> None:
    clinic = with_person(quayside(), "dora", hours=weekly((16 * 60, 18 * 60)))
    (only,) = planned(course_of(programme("dosing")), clinic).appointments
    assert (f"{only.start:%H:%M}", only.staff("doctor")) == ("08:00", ("dev",))
    busy = [taken("staff", one, "2027-01-04 08:00", "2027-01-04 12:00") for one in ("nia", "ned")]
    (later,) = planned(course_of(programme("dosing")), clinic, booked=busy).appointments
    # Dev may be nurse before and after the dose, and its doctor, for then he is never both at once.
    assert later.staff("doctor") == ("dev",)
