"""Are the desks that others test with lawful, telling and small, and do the laws speak when they should?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

import kapsched
from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Booking
from kapsched.model.clinic import Clinic, Horizon
from kapsched.model.course import Course, Done
from kapsched.model.periods import TreatmentWeek
from kapsched.model.plan import PROOFS, Plan, Refusal
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Span
from kapsched.planning.diary import Diary
from kapsched.testing import (
    ZONES,
    Desk,
    a_course_is_whole_or_absent,
    clinics,
    courses,
    desks,
    everything_is_within_hours,
    nothing_is_booked_twice,
    programmes,
)
from kapsched.testing.placing import first_visit
from kapsched.testing.rule_strategies import Placed, rules_kept_by
from kapsched.timeline.recurrence import Pattern, Week
from kapsched.timeline.units import Hours, OpenDays
from kapsched.timeline.zones import midnight
from kapsched.verification.checks import verify
from kapsched.verification.cost import cost_of
from kapsched.workflow.one_course import find_plan
from tests import calendar_stories
from tests.desk import python
from tests.pool_stories import at_lunch, ward
from tests.stories import closed, course_of, london, planned, programme, quayside, taken, with_person

# Enough for all but the most open of these desks; with more, some would be asked for minutes.
STEPS = 2000

QUIETLY = settings(derandomize=True, database=None, max_examples=1000)
FIRST = settings(QUIETLY, phases=[Phase.generate])


def answer(desk: Desk, course: Course) -> Plan | Refusal:
    return find_plan(course, Diary(desk.clinic, booked=desk.bookings), now=desk.now, steps=STEPS)


def witness(desk: Desk) -> tuple[Plan, ...]:
    assert desk.witness is not None
    return desk.witness


def aims(plan: Plan) -> tuple[int, ...]:
    """What a plan costs, as far as that is proved the least."""
    assert plan.cost is not None
    return plan.cost.aims[: PROOFS.index(plan.proved_through)]


def keep_the_laws(rows: list[Booking], desk: Desk) -> None:
    nothing_is_booked_twice(rows, desk.clinic, booked=desk.bookings)
    everything_is_within_hours(rows, desk.clinic, patients=[one.patient for one in desk.courses])
    for course in desk.courses:
        a_course_is_whole_or_absent(rows, course)


# What is drawn


@given(desks())
def test_a_desk_asks_for_what_its_clinic_has(desk: Desk) -> None:
    horizon = desk.clinic.horizon
    assert len({course.id for course in desk.courses}) == len(desk.courses) >= 1
    for course in desk.courses:
        assert desk.clinic.faults_with(course.programme) == ()
        for kind in course.programme.kinds:
            assert all(number <= len(desk.clinic.staff_of(role)) for role, number in kind.roles().items())
        assert course.owed
        assert horizon.first_day <= course.first_day <= horizon.last_day
        assert all(done.start <= desk.now for done in course.done.values())
    patients = {"somebody else", *(course.patient.id for course in desk.courses)}
    assert all(desk.clinic.has(row.of) or row.resource in patients for row in desk.bookings)


@settings(max_examples=50)
@given(desks(feasible=True))
def test_a_witness_keeps_every_promise_beside_all_else_and_every_law(desk: Desk) -> None:
    plans = witness(desk)
    assert [plan.course for plan in plans] == list(desk.courses)
    rows = [row for plan in plans for row in plan.bookings]
    for plan in plans:
        report = verify(
            plan,
            plan.course,
            desk.clinic,
            booked=[*desk.bookings, *rows],
            now=desk.now,
            horizon=desk.clinic.horizon,
        )
        assert report.clean, report
        assert plan.cost == cost_of(plan.appointments, plan.course, desk.clinic)
    keep_the_laws(rows, desk)


@settings(max_examples=50)
@given(desks(feasible=True))
def test_where_there_is_a_witness_the_planner_never_refuses_and_is_never_worse(desk: Desk) -> None:
    for course, plan in zip(desk.courses, witness(desk), strict=True):
        found = answer(desk, course)
        if isinstance(found, Refusal):
            assert not found.proved, found.sentences()
        else:
            assert plan.cost is not None
            assert aims(found) <= plan.cost.aims


@settings(max_examples=50)
@given(desks(feasible=False))
def test_where_a_date_is_lacking_the_planner_refuses(desk: Desk) -> None:
    assert desk.witness is None
    (course,) = desk.courses
    found = answer(desk, course)
    assert isinstance(found, Refusal)
    assert found.proved


@settings(max_examples=50)
@given(desks())
def test_what_the_planner_books_keeps_the_laws(desk: Desk) -> None:
    found = answer(desk, desk.courses[0])
    keep_the_laws(list(found.bookings) if isinstance(found, Plan) else [], desk)


def in_order_of_asking(desk: Desk) -> list[Booking]:
    """The rows of a desk that books one session after another and never looks back."""
    rows: list[Booking] = []
    for course in desk.courses:
        since = max(midnight(course.first_day, desk.clinic.place), desk.clinic.earliest_start(desk.now))
        for session in course.owed:
            taken = [*desk.bookings, *rows]
            visit = first_visit(session.kind, desk.clinic, course.patient, since, taken)
            if visit is None:
                break
            rows += [evolve(row, ref=f"{course.id}:{session.id}") for row in visit.rows]
            since = midnight(
                visit.start.astimezone(desk.clinic.place).date() + timedelta(days=1), desk.clinic.place
            )
    return rows


@settings(max_examples=30)
@given(desks(feasible=False))
def test_a_desk_that_never_looks_back_books_half_a_course_and_is_caught(desk: Desk) -> None:
    rows, (course,) = in_order_of_asking(desk), desk.courses
    nothing_is_booked_twice(rows, desk.clinic, booked=desk.bookings)
    if rows:
        with pytest.raises(AssertionError, match=f"course '{course.id}' has .* booked not at all"):
            a_course_is_whole_or_absent(rows, course)


def test_such_a_desk_is_caught_with_two_sessions_in_a_plain_week() -> None:
    desk = find(desks(feasible=False), lambda desk: bool(in_order_of_asking(desk)), settings=QUIETLY)
    assert len(desk.courses[0].owed) == 2
    assert (desk.clinic.zone, desk.clinic.horizon.days) == ("Europe/London", 7)


# Small and varied


def test_the_plainest_clinic_has_one_doctor_and_one_room_in_a_week_in_june() -> None:
    clinic = find(clinics(), lambda _: True, settings=QUIETLY)
    assert [one.roles for one in clinic.staff] == [("doctor",)]
    assert [one.id for one in clinic.rooms] == ["blue"]
    assert (clinic.zone, clinic.horizon.days, clinic.horizon.first_day.month) == ("Europe/London", 7, 6)


@pytest.mark.parametrize("feasible", [None, True, False])
def test_the_plainest_desk_has_one_session_and_no_bookings_to_heed(feasible: bool | None) -> None:
    desk = find(desks(feasible), lambda _: True, settings=settings(QUIETLY, max_examples=100))
    (course,) = desk.courses
    assert len(course.programme.sessions) == 1
    assert course.programme.rules == ()
    assert {row.type for row in desk.bookings} <= ({"room"} if feasible is False else set())
    assert len(desk.clinic.staff) == 1


def test_a_busy_clinic_shrinks_to_no_more_than_what_makes_it_busy() -> None:
    clinic = find(clinics(), lambda one: len(one.staff) > 1 and bool(one.closed), settings=QUIETLY)
    assert [one.id for one in clinic.staff] == ["ada", "ben"]
    assert len(clinic.rooms) == 1
    assert all(one.breaks is None and not one.away for one in clinic.staff)


def _rules(desk: Desk) -> list[object]:
    return [rule for course in desk.courses for rule in course.programme.rules]


def _changes(desk: Desk) -> bool:
    start, end = desk.clinic.horizon.edges(desk.clinic.place)
    return end - start != timedelta(days=desk.clinic.horizon.days)


def _overlapping(desk: Desk) -> bool:
    return any(one.of == two.of and one.overlaps(two) for one, two in combinations(desk.bookings, 2))


AWKWARD: dict[str, Callable[[Desk], bool]] = {
    "the clocks change": _changes,
    "they change in the same week for a clinic open by night": lambda desk: (
        _changes(desk) and any(span.start == 0 for span in desk.clinic.hours.weeks[0].days[6])
    ),
    "bookings overlap": _overlapping,
    "a booking lies off the grid": lambda desk: any(row.start.minute % 5 for row in desk.bookings),
    "a booking shares": lambda desk: any(not row.exclusive for row in desk.bookings),
    "a resource is taken from first to last": lambda desk: any(
        row.end - row.start > timedelta(days=2) for row in desk.bookings
    ),
    "a fortnight": lambda desk: len(desk.clinic.hours.weeks) == 2,
    "breaks": lambda desk: any(one.breaks for one in desk.clinic.staff),
    "treatment weeks": lambda desk: any(
        isinstance(one, Frequency) and isinstance(one.per, TreatmentWeek) for one in _rules(desk)
    ),
    "a course that goes on": lambda desk: any(course.goes_on for course in desk.courses),
    "leave": lambda desk: any(one.away for one in desk.clinic.staff),
    "a room with hours of its own": lambda desk: any(one.hours for one in desk.clinic.rooms),
    "a closure": lambda desk: bool(desk.clinic.closed),
    "notice": lambda desk: bool(desk.clinic.notice.open_days),
    "a patient with hours": lambda desk: any(one.patient.hours for one in desk.courses),
    "a patient who reads another language": lambda desk: any(one.patient.language for one in desk.courses),
    "a patient who is away": lambda desk: any(one.patient.away for one in desk.courses),
    "a patient who excludes somebody": lambda desk: any(one.patient.excludes for one in desk.courses),
    "a wish": lambda desk: any(one.patient.wishes.staff for one in desk.courses),
    "a course half way": lambda desk: any(one.done for one in desk.courses),
    "two courses": lambda desk: len(desk.courses) == 2,
    "a gap in hours": lambda desk: any(isinstance(one, Gap) and not one.in_days for one in _rules(desk)),
    "an offset": lambda desk: any(isinstance(one, Offset) for one in _rules(desk)),
    "a gap in open days": lambda desk: any(
        isinstance(one, Gap) and isinstance(one.at_least, OpenDays) for one in _rules(desk)
    ),
    "an offset in open days": lambda desk: any(
        isinstance(one, Offset) and isinstance(one.latest, OpenDays) for one in _rules(desk)
    ),
    "an offset in hours": lambda desk: any(
        isinstance(one, Offset) and isinstance(one.latest, Hours) for one in _rules(desk)
    ),
    "an offset within hours": lambda desk: any(
        isinstance(one, Offset) and one.within is not None for one in _rules(desk)
    ),
    "at least so many a week": lambda desk: any(
        isinstance(one, Frequency) and one.at_least for one in _rules(desk)
    ),
    "a limit that counts what stands beside the course": lambda desk: any(
        isinstance(rule, Frequency) and rule.elsewhere(course.beside)
        for course in desk.courses
        for rule in course.programme.rules
    ),
    "a span": lambda desk: any(isinstance(one, Span) for one in _rules(desk)),
    "the same face, as a must": lambda desk: any(
        isinstance(one, Continuity) and one.hard for one in _rules(desk)
    ),
    "a turnaround": lambda desk: any(
        segment.turnaround
        for course in desk.courses
        for kind in course.programme.kinds
        for segment in kind.segments
    ),
    "a place of a pool": lambda desk: any(
        row.type == "pool" for plan in desk.witness or () for row in plan.bookings
    ),
    "another patient of a pool": lambda desk: any(row.type == "pool" for row in desk.bookings),
    "a nurse alone, of a pool": lambda desk: (
        bool(desk.clinic.pools)
        and any(row.role == "nurse" and row.exclusive for plan in desk.witness or () for row in plan.bookings)
    ),
    "a visit that shares": lambda desk: any(
        not row.exclusive for plan in desk.witness or () for row in plan.bookings
    ),
}


@pytest.mark.parametrize("what", AWKWARD)
def test_awkward_things_are_drawn_where_there_is_a_witness_too(what: str) -> None:
    find(desks(feasible=True), AWKWARD[what], settings=FIRST)


@pytest.mark.parametrize("place", ZONES)
def test_every_zone_is_drawn_alone_if_that_is_asked(place: str) -> None:
    clinic = find(clinics(zones=[place]), lambda one: one.horizon.days > 7, settings=FIRST)
    assert clinic.zone == place


# Within bounds, and in clinics of one's own


@settings(max_examples=30)
@given(clinics(zones=["Asia/Tokyo"], most_rooms=1, most_staff=1, most_weeks=1))
def test_clinics_keep_to_their_bounds(clinic: Clinic) -> None:
    assert (clinic.zone, len(clinic.rooms), len(clinic.staff), clinic.horizon.days) == ("Asia/Tokyo", 1, 1, 7)


@settings(max_examples=30)
@given(st.data())
def test_programmes_and_courses_are_such_as_a_clinic_of_ones_own_can_hold(data: st.DataObject) -> None:
    clinic = quayside()
    drawn = data.draw(programmes(clinic, most_sessions=2))
    assert clinic.faults_with(drawn) == ()
    # Of a phase that goes on so much counts as is planned.
    assert (
        len(
            kapsched.enrol(
                drawn, kapsched.Patient(id="q"), id="c", first_day=date(2027, 1, 4)
            ).planned.sessions
        )
        <= 2
    )
    assert data.draw(courses(clinic, st.just(drawn))).programme == drawn
    assert clinic.faults_with(data.draw(courses(clinic)).programme) == ()


@settings(max_examples=20)
@given(desks(feasible=True, clinic=quayside(), most_courses=1))
def test_a_desk_can_stand_in_a_clinic_of_ones_own(desk: Desk) -> None:
    assert desk.clinic == quayside()
    assert len(witness(desk)) == 1


NIGHTCAP = Pattern([Week.of(sat=[(1410, 1440)])])


@settings(max_examples=20)
@given(st.data())
def test_nobody_need_work_there_and_it_may_be_open_for_half_an_hour_of_one_night(data: st.DataObject) -> None:
    horizon = Horizon(first_day=date(2027, 1, 4), days=6)
    clinic = quayside(hours=NIGHTCAP, rooms=(), staff=(), horizon=horizon)
    desk = data.draw(desks(clinic=clinic))
    assert desk.clinic == clinic


# The laws

QUAYSIDE = quayside()
TALKS = course_of(programme("talk", times=2))
PLAN = planned(TALKS)
NINE, TEN, ELEVEN = (f"2027-01-04T{hour}:00" for hour in ("09", "10", "11"))


def lounge(start: str, end: str, **more: Any) -> Booking:
    return taken("room", "lounge", start, end, **{"exclusive": False, **more})


def test_two_exclusive_rows_at_once_are_one_too_many() -> None:
    rows = [taken("room", "oak", NINE, ELEVEN), taken("room", "oak", TEN, "2027-01-04T12:00")]
    with pytest.raises(
        AssertionError, match=r"^room 'oak' is booked 2 times at 2027-01-04 10:00; at most 1 can be$"
    ):
        nothing_is_booked_twice(rows, QUAYSIDE)
    nothing_is_booked_twice([taken("room", "oak", NINE, TEN), taken("room", "oak", TEN, ELEVEN)], QUAYSIDE)
    nothing_is_booked_twice([rows[0], evolve(rows[1], type="patient")], QUAYSIDE)


def test_sharing_rows_fill_the_places_and_no_more() -> None:
    two = [lounge(NINE, ELEVEN), lounge(TEN, ELEVEN)]
    nothing_is_booked_twice(two, QUAYSIDE)
    with pytest.raises(AssertionError, match="'lounge' is booked 3 times at 2027-01-04 10:00; at most 2 "):
        nothing_is_booked_twice([*two, lounge(TEN, ELEVEN)], QUAYSIDE)
    with pytest.raises(AssertionError, match="'lounge' is booked 2 times at 2027-01-04 10:00; at most 1 "):
        nothing_is_booked_twice([two[0], lounge(TEN, ELEVEN, exclusive=True)], QUAYSIDE)


def test_what_was_there_before_counts_and_is_not_blamed() -> None:
    before = [taken("staff", "tess", NINE, TEN), taken("staff", "tess", NINE, TEN)]
    nothing_is_booked_twice([taken("staff", "tess", TEN, ELEVEN)], QUAYSIDE, booked=before)
    with pytest.raises(AssertionError, match="staff 'tess' is booked 3 times at 2027-01-04 09:00"):
        nothing_is_booked_twice([taken("staff", "tess", NINE, TEN)], QUAYSIDE, booked=before)


def test_rows_of_one_visit_may_overlap_and_rows_of_two_may_not() -> None:
    rows = [taken("staff", "tess", NINE, TEN, ref="c17:a"), taken("staff", "tess", NINE, ELEVEN, ref="c17:a")]
    nothing_is_booked_twice(rows, QUAYSIDE)
    with pytest.raises(AssertionError, match="'tess' is booked 2 times"):
        nothing_is_booked_twice([rows[0], evolve(rows[1], ref="c17:b")], QUAYSIDE)
    with pytest.raises(AssertionError, match="'tess' is booked 2 times"):
        nothing_is_booked_twice(rows[:1], QUAYSIDE, booked=rows[1:])


def watched(start: str, end: str, **more: Any) -> Booking:
    return taken("pool", "nurse", start, end, **{"exclusive": False, **more})


def test_a_pool_takes_as_many_as_its_members_may_watch_and_no_more() -> None:
    two = [watched(NINE, ELEVEN), watched(TEN, ELEVEN)]
    nothing_is_booked_twice(two, ward())
    with pytest.raises(AssertionError) as caught:
        nothing_is_booked_twice([*two, watched(TEN, ELEVEN)], ward())
    assert str(caught.value) == (
        "pool 'nurse' has 3 patients for 2 of its members at 2027-01-04 10:00; at most 1 for each can be"
    )
    # Rows of one visit are one patient, and an old crowd is nobody's fault.
    nothing_is_booked_twice([*two[:1], *(watched(NINE, ELEVEN, ref="c17:a"),) * 2], ward())
    nothing_is_booked_twice([watched(NINE, TEN)], ward(), booked=[watched(TEN, ELEVEN)] * 3)


def test_a_member_who_is_taken_alone_or_at_lunch_watches_nobody() -> None:
    two = [watched(NINE, ELEVEN), watched(TEN, ELEVEN)]
    alone = taken("staff", "ned", TEN, ELEVEN)
    with pytest.raises(AssertionError, match="has 2 patients for 1 of its members at 2027-01-04 10:00"):
        nothing_is_booked_twice(two, ward(), booked=[alone])
    with pytest.raises(AssertionError, match="has 2 patients for 1 of its members at 2027-01-04 10:00"):
        nothing_is_booked_twice([alone], ward(), booked=two)
    nothing_is_booked_twice(two, ward(), booked=[evolve(alone, exclusive=False)])
    at_ten = ward(ned=at_lunch("10:00", "10:30"))
    with pytest.raises(AssertionError, match="has 2 patients for 1 of its members at 2027-01-04 10:00"):
        nothing_is_booked_twice(two, at_ten)


def test_a_row_of_a_pool_lies_within_the_time_of_its_members_together() -> None:
    one_after_the_other = ward(nia=at_lunch("09:00", "10:00"), ned=at_lunch("10:00", "11:00"))
    everything_is_within_hours([watched(NINE, ELEVEN)], one_after_the_other)
    with pytest.raises(AssertionError, match="pool 'nurse' is not there throughout"):
        everything_is_within_hours([watched(NINE, "2027-01-04T19:00")], ward())
    with pytest.raises(AssertionError, match="pool 'nurse' is not there throughout"):
        everything_is_within_hours([watched(NINE, ELEVEN)], QUAYSIDE)


def test_times_are_compared_as_instants_while_the_clocks_change() -> None:
    # At 01:15 of the second time round, by the clocks before 01:30 of the first.
    first, second = london("2027-10-31T01:30"), london("2027-10-31T01:15").replace(fold=1)
    row = SimpleNamespace(type="room", resource="oak", start=first, end=second, exclusive=True)
    after = SimpleNamespace(
        type="room", resource="oak", start=second, end=london("2027-10-31T02:00"), exclusive=True
    )
    nothing_is_booked_twice([row, after], QUAYSIDE)
    within = datetime(2027, 10, 31, 1, 10, tzinfo=UTC)
    other = SimpleNamespace(
        type="room", resource="oak", start=within, end=within + timedelta(hours=1), exclusive=True
    )
    with pytest.raises(AssertionError, match="'oak' is booked 2 times at 2027-10-31 01:10"):
        nothing_is_booked_twice([row, other], QUAYSIDE)


OUTSIDE = {
    "before hours": (taken("room", "oak", "2027-01-04T07:30", NINE), "room 'oak'"),
    "with its turnaround after hours": (
        taken("room", "oak", "2027-01-04T17:00", "2027-01-04T18:15"),
        "room 'oak'",
    ),
    "on a day off": (taken("staff", "tess", "2027-01-05T09:00", "2027-01-05T10:00"), "staff 'tess'"),
    "while the clinic is shut": (
        taken("patient", "q17", "2027-01-09T09:00", "2027-01-09T10:00"),
        "patient 'q17'",
    ),
    "while the patient is away": (
        taken("patient", "q17", "2027-01-06T09:00", "2027-01-06T10:00"),
        "patient 'q17'",
    ),
    "where nobody works": (taken("room", "elm", NINE, TEN), "room 'elm'"),
}


@pytest.mark.parametrize("what", OUTSIDE)
def test_a_row_outside_of_hours_is_named_with_its_time(what: str) -> None:
    row, named = OUTSIDE[what]
    clinic = with_person(QUAYSIDE, "tess", away=closed("2027-01-05"))
    patient = evolve(TALKS.patient, away=closed("2027-01-06"))
    start = row.start.astimezone(clinic.place)
    with pytest.raises(
        AssertionError, match=f"^{named} is not there throughout {start:%Y-%m-%d %H:%M} to 2027-01-"
    ):
        everything_is_within_hours([row], clinic, patients=[patient])
    everything_is_within_hours([taken("staff", "tess", NINE, TEN)], clinic, patients=[patient])


def test_half_a_course_is_neither_whole_nor_absent() -> None:
    rows, half = PLAN.bookings, PLAN.appointments[:1]
    for whole in (rows, PLAN.appointments, (), taken_elsewhere()):
        a_course_is_whole_or_absent(whole, TALKS)
    halved = "^course 'c17' has therapy/talk/2 booked not at all, and 1 of 2 sessions once$"
    for some in (half, [row for row in rows if row.ref == half[0].id]):
        with pytest.raises(AssertionError, match=halved):
            a_course_is_whole_or_absent(some, TALKS)


def taken_elsewhere() -> tuple[Booking, ...]:
    return (
        taken("patient", "q17", NINE, TEN, ref="c18:therapy/talk/1"),
        taken("patient", "q17", TEN, ELEVEN),
    )


def test_a_session_twice_or_one_that_is_unknown_is_told() -> None:
    with pytest.raises(AssertionError, match="has therapy/talk/1 booked 2 times, and 1 of 2 sessions once"):
        a_course_is_whole_or_absent([*PLAN.bookings, PLAN_ROW], TALKS)
    with pytest.raises(AssertionError, match="has 'therapy/talk/3' booked, which is no session of it"):
        a_course_is_whole_or_absent([*PLAN.bookings, evolve(PLAN_ROW, ref="c17:therapy/talk/3")], TALKS)


PLAN_ROW = next(row for row in PLAN.bookings if row.type == "patient")


def test_cancelled_visits_and_done_sessions_leave_a_course_absent() -> None:
    first, second = PLAN.appointments
    cancelled: list[Appointment] = [evolve(one, status="cancelled") for one in (first, second)]
    a_course_is_whole_or_absent(cancelled, TALKS)
    with pytest.raises(AssertionError, match="therapy/talk/2 booked not at all"):
        a_course_is_whole_or_absent([first, cancelled[1]], TALKS)
    half_way = course_of(programme("talk", times=2), done={first.session: Done(start=first.start)})
    a_course_is_whole_or_absent([first], half_way)


def test_a_row_that_is_no_row_is_told_as_such() -> None:
    backwards = SimpleNamespace(
        type="room", resource="oak", start=london(TEN), end=london(NINE), exclusive=True
    )
    with pytest.raises(AssertionError, match="a row of room 'oak' ends at 2027-01-04 09:00, and starts at"):
        nothing_is_booked_twice([backwards], QUAYSIDE)
    with pytest.raises(
        AssertionError, match="a row is of a patient, a room, staff or a pool, not of 'chair'"
    ):
        everything_is_within_hours([SimpleNamespace(**{**vars(backwards), "type": "chair"})], QUAYSIDE)


# The door

MISSING = """
import sys
sys.modules["hypothesis"] = None
import kapsched.testing
"""


def test_without_hypothesis_one_sentence_names_the_install() -> None:
    run = python("-c", MISSING)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1] == (
        "ModuleNotFoundError: kapsched.testing needs hypothesis; "
        'install it with: pip install "kapsched[testing]"'
    )


def test_the_front_door_does_not_open_the_part_for_tests() -> None:
    run = python("-c", "import kapsched, sys; print('kapsched.testing' in sys.modules)")
    assert (run.stdout, run.stderr) == ("False\n", "")


@st.composite
def offsets_of_what_ends_as_its_anchor_begins(draw: st.DrawFn) -> list[Offset]:
    """The offsets in hours that are drawn where an integration lies before its dose, and ends as it begins."""
    dose, talk = calendar_stories.course("c1", "q17").planned.sessions[1:3]
    start = datetime(2027, 3, 15, 9, tzinfo=calendar_stories.LONDON)
    hour = timedelta(hours=1)
    placed = [
        Placed(session=one, day=start.date(), number=0, start=start + earlier, end=start + earlier + hour)
        for one, earlier in ((dose, hour), (talk, 0 * hour))
    ]
    rules = rules_kept_by(draw, placed)
    return [one for one in rules if isinstance(one, Offset) and isinstance(one.earliest, Hours)]


@given(offsets_of_what_ends_as_its_anchor_begins())
@settings(QUIETLY)
def test_no_hours_after_its_anchor_are_drawn_for_what_ends_as_the_anchor_begins(rules: list[Offset]) -> None:
    for rule in rules:
        if rule.of == ("integration",) and rule.between == "end-start":
            assert rule.earliest.count < 0
