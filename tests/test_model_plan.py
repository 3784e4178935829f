"""Do appointments, plans and schedules keep what was booked?"""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any, get_args

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kapsched.errors import InvalidInput
from kapsched.model.appointments import Appointment, Sequence, Status
from kapsched.model.bookings import Booking, Bookings, Rows
from kapsched.model.clinic import Horizon
from kapsched.model.course import Course, Patient, enrol
from kapsched.model.phases import Phase
from kapsched.model.plan import PROOFS, Cost, Plan, Proof, Refusal, Schedule
from kapsched.model.programme import Programme, Segment, SessionKind
from kapsched.model.reasons import Reason
from kapsched.timeline.zones import zone

LONDON = zone("Europe/London")
TALK = SessionKind(
    name="talk", segments=[Segment(name="talk", minutes=60, staff=["therapist"], room="therapy")]
)
THREE = Programme(name="three", version="1", kinds=[TALK], phases=[Phase(name="a", order=["talk"], times=3)])
NINE = datetime(2027, 1, 4, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def course(id: str = "c17") -> Course:
    return enrol(THREE, Patient(id=f"patient of {id}"), id=id, first_day=date(2027, 1, 4))


def visit(number: int = 1, day: int = 0, **said: Any) -> Appointment:
    """A talk at nine, so many days after the fourth of January, with Ben in room oak."""
    start = NINE + timedelta(days=day)
    rows = [
        Booking(type="staff", resource="ben", start=start, end=start + HOUR, role="therapist"),
        Booking(type="room", resource="oak", start=start, end=start + HOUR),
        Booking(type="patient", resource="q17", start=start, end=start + HOUR),
    ]
    given: dict[str, Any] = {
        "session": f"a/talk/{number}",
        "kind": "talk",
        "start": start,
        "end": start + HOUR,
    }
    return Appointment(**{**given, "bookings": rows, **said})


def schedule(**said: Any) -> Schedule:
    given: dict[str, Any] = {
        "clinic": "quayside",
        "zone": "Europe/London",
        "digest": "d1",
        "tzdata": "2026a",
        "horizon": Horizon(first_day=date(2027, 1, 4), days=30),
        "now": NINE,
        "plans": [Plan.of(course("c2"), [visit(1, 2)]), Plan.of(course("c1"), [visit(2, 1), visit(1, 0)])],
    }
    return Schedule(**{**given, **said})


# Appointments.


def test_a_visit_booked_by_hand_needs_a_session_its_times_and_its_bookings() -> None:
    bare = Appointment(session="a/talk/1", kind="talk", start=NINE, end=NINE + HOUR)
    assert (bare.status, bare.sequence, bare.bookings) == ("provisional", Sequence(), ())


def test_the_id_of_an_appointment_is_its_course_and_session() -> None:
    assert visit(course="c17").id == "c17:a/talk/1"


def test_bookings_stand_in_order_however_they_were_given() -> None:
    rows = visit().bookings
    assert rows == tuple(sorted(rows))
    assert all(visit(bookings=shuffled) == visit() for shuffled in permutations(rows))


def test_staff_are_told_by_role_once_each_in_order() -> None:
    more = [
        evolve(visit().bookings[-1], resource=person, role=role, start=NINE + late, end=NINE + HOUR + late)
        for person, role in (("mia", "therapist"), ("abe", "therapist"), ("eve", "nurse"))
        for late in (timedelta(0), HOUR)
    ]
    assert visit(bookings=[*visit().bookings, *more]).staff("therapist") == ("abe", "ben", "mia")
    assert visit().staff("doctor") == visit().staff("") == ()


def test_an_appointment_keeps_the_clock_it_was_given() -> None:
    wall = datetime(2027, 6, 1, 9, tzinfo=LONDON)
    assert visit(start=wall, end=wall + HOUR, bookings=()).start.isoformat() == "2027-06-01T09:00:00+01:00"


@pytest.mark.parametrize(
    ("start", "end", "path"),
    [("2027-03-28T01:15", "2027-03-28T02:30", "start"), ("2027-03-28T00:30", "2027-03-28T01:30", "end")],
)
def test_an_appointment_at_a_time_that_the_clocks_skip_is_refused(start: str, end: str, path: str) -> None:
    first, last = (datetime.fromisoformat(text).replace(tzinfo=LONDON) for text in (start, end))
    with pytest.raises(InvalidInput, match=f"{path}: the clocks skip 2027-03-28 01:") as caught:
        visit(start=first, end=last)
    assert len(caught.value.faults) == 1


def test_an_appointment_lasts_in_time_and_not_on_the_clock() -> None:
    # The clocks go back from 02:00 to 01:00: 01:45 and then, half an hour later, 01:15.
    first = datetime(2027, 10, 31, 1, 45, tzinfo=LONDON)
    later = datetime(2027, 10, 31, 1, 15, tzinfo=LONDON, fold=1)
    assert visit(start=first, end=later, bookings=()).end is later
    with pytest.raises(InvalidInput, match="must end after it starts"):
        visit(start=later, end=first, bookings=())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("session", ""),
        ("session", None),
        ("session", "a/talk/\x01"),
        ("kind", 3),
        ("start", NINE.replace(tzinfo=None)),
        ("start", date(2027, 1, 4)),
        ("end", "10:00"),
        ("end", NINE),
        ("bookings", ["oak"]),
        ("course", 17),
        ("course", "c" * 201),
        ("patient", None),
        ("status", "held"),
        ("sequence", 0),
        ("created", NINE.replace(tzinfo=None)),
        ("revised", date(2027, 1, 4)),
    ],
)
def test_an_appointment_that_cannot_be_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        visit(**{field: value})
    assert [fault.path for fault in caught.value.faults] == [field]


@pytest.mark.parametrize("status", get_args(Status))
def test_an_appointment_has_one_of_four_states(status: Status) -> None:
    assert visit(status=status).status == status


@pytest.mark.parametrize("count", [-1, True, 1.0, "1", None])
def test_a_sequence_counts_from_nought(count: Any) -> None:
    with pytest.raises(InvalidInput, match="staff: a whole number from 0"):
        Sequence(staff=count)


# Plans.


@given(st.permutations([1, 2, 3]), st.permutations([0, 1, 2]))
def test_a_plan_made_by_hand_is_in_programme_order_whatever_the_dates(
    numbers: list[int], days: list[int]
) -> None:
    visits = [visit(number, day) for number, day in zip(numbers, days, strict=True)]
    plan = Plan.of(course(), iter(visits))
    assert [one.session for one in plan.appointments] == ["a/talk/1", "a/talk/2", "a/talk/3"]
    assert {(one.session, one.start) for one in plan.appointments} == {
        (one.session, one.start) for one in visits
    }


def test_a_plan_made_by_hand_bears_its_course_and_proves_nothing() -> None:
    plan = Plan.of(course(), [visit(course="other", patient="other")])
    assert {(one.course, one.patient) for one in plan.appointments} == {("c17", "patient of c17")}
    assert (plan.cost, plan.proved_through, plan.steps) == (None, "none", 0)


def test_sessions_that_the_programme_does_not_have_come_last_by_start() -> None:
    plan = Plan.of(course(), [visit(9, 2), visit(8, 1), visit(3, 5)])
    assert [one.session for one in plan.appointments] == ["a/talk/3", "a/talk/8", "a/talk/9"]


@given(st.permutations([(1, 2), (2, 0), (3, 1)]))
def test_the_bookings_of_a_plan_are_sorted_and_say_for_which_appointment(
    order: list[tuple[int, int]],
) -> None:
    rows = Plan.of(course(), [visit(*one) for one in order]).bookings
    assert list(rows) == sorted(rows)
    by_room = [(row.start.day, row.ref) for row in rows if row.type == "room"]
    assert by_room == [(4, "c17:a/talk/2"), (5, "c17:a/talk/3"), (6, "c17:a/talk/1")]
    assert len(rows) == 9


def test_a_cancelled_appointment_takes_nothing() -> None:
    plan = Plan.of(course(), [visit(1, 0, status="cancelled"), visit(2, 1, status="done")])
    assert {row.ref for row in plan.bookings} == {"c17:a/talk/2"}


def test_two_plans_differ_by_what_was_booked_and_not_by_the_steps_it_took() -> None:
    plan = Plan.of(course(), [visit()])
    assert evolve(plan, steps=7) == plan
    assert evolve(plan, proved_through="days") != plan


def test_plans_compare_by_wait_and_drift_together_then_by_the_other_aims() -> None:
    cost = Cost(wait=3, drift=2, changes=1, wishes=0, minutes=45)
    assert cost.days == 5
    assert cost.aims == (5, 1, 0, 45)
    assert cost.aims < Cost(wait=0, drift=5, changes=1, wishes=1, minutes=0).aims


def test_proofs_come_in_the_order_of_the_aims() -> None:
    assert PROOFS == get_args(Proof) == ("none", "days", "changes", "wishes", "minutes", "all")


@pytest.mark.parametrize("aim", ["wait", "drift", "changes", "wishes", "minutes"])
@pytest.mark.parametrize("value", [1.5, True, None, "3", float("nan")])
def test_a_cost_is_of_whole_numbers(aim: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        Cost(**{**dict.fromkeys(("wait", "drift", "changes", "wishes", "minutes"), 0), aim: value})
    assert [fault.path for fault in caught.value.faults] == [aim]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("course", "c17"),
        ("appointments", [None]),
        ("cost", (0, 0, 0, 0, 0)),
        ("proved_through", "everything"),
        ("proved_through", True),
        ("steps", -1),
        ("steps", 1.0),
    ],
)
def test_a_plan_that_cannot_be_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        evolve(Plan.of(course(), [visit()]), **{field: value})
    assert [fault.path for fault in caught.value.faults] == [field]


# Refusals and schedules.


def refusal(**said: Any) -> Refusal:
    reasons = [
        Reason(code="closure", dates=[date(2027, 1, 4), date(2027, 1, 5)]),
        Reason(code="booked", ids=["oak", "ash"], dates=[date(2027, 1, 6)]),
    ]
    return Refusal(**{"course": course(), "session": "a/talk/1", "reasons": reasons, **said})


def test_a_refusal_reads_as_its_reasons() -> None:
    assert refusal().sentences() == (
        "The clinic is closed on Mon 4 Jan 2027 and Tue 5 Jan 2027.",
        "Already booked on Wed 6 Jan 2027: oak and ash.",
    )
    assert refusal(session=None, reasons=()).sentences() == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("course", None),
        ("session", ""),
        ("session", 1),
        ("first", NINE),
        ("last", "2027-01-04"),
        ("reasons", ["no"]),
        ("proved", 1),
        ("steps", None),
    ],
)
def test_a_refusal_that_cannot_be_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        refusal(**{field: value})
    assert [fault.path for fault in caught.value.faults] == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [("code", "weather"), ("ids", "oak"), ("ids", [1]), ("first", NINE), ("last", 5), ("dates", "no")],
)
def test_a_reason_that_cannot_be_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        Reason(**{"code": "booked", field: value})
    assert [fault.path for fault in caught.value.faults] == [field]


def test_a_schedule_has_the_bookings_of_all_its_plans_in_one_order() -> None:
    rows = schedule().bookings
    assert list(rows) == sorted(rows)
    assert sorted({row.ref for row in rows}) == ["c1:a/talk/1", "c1:a/talk/2", "c2:a/talk/1"]
    assert len(rows) == 9


_SOME_PLANS = st.lists(
    st.tuples(
        st.sampled_from(["c1", "c2", "c3"]),
        st.lists(st.tuples(st.integers(1, 3), st.integers(0, 2)), max_size=3),
    ),
    unique_by=lambda plan: plan[0],
).map(
    lambda plans: schedule(
        plans=[Plan.of(course(id), [visit(*one) for one in visits]) for id, visits in plans]
    )
)


@given(_SOME_PLANS, _SOME_PLANS)
def test_what_a_schedule_has_freed_and_then_taken_leads_to_it(before: Schedule, after: Schedule) -> None:
    rows = after.rows_since(before)
    left = Bookings(before.bookings).changed(remove=rows.freed)
    assert left.changed(add=rows.taken) == Bookings(after.bookings)
    assert set(rows.taken).isdisjoint(rows.freed)
    assert (list(rows.taken), list(rows.freed)) == (sorted(rows.taken), sorted(rows.freed))


@given(_SOME_PLANS)
def test_since_itself_a_schedule_has_changed_nothing_and_since_none_it_has_taken_all(some: Schedule) -> None:
    again = evolve(some, plans=reversed(some.plans), revision=2)
    assert again.rows_since(some) == Rows()
    assert some.rows_since(None) == Rows(taken=some.bookings)


def test_a_cancelled_appointment_frees_its_rows_and_a_confirmed_one_keeps_them() -> None:
    before = schedule(plans=[Plan.of(course(), [visit(1, 0), visit(2, 1)])])
    after = schedule(
        plans=[Plan.of(course(), [visit(1, 0, status="cancelled"), visit(2, 1, status="confirmed")])]
    )
    rows = after.rows_since(before)
    assert (rows.taken, {row.ref for row in rows.freed}) == ((), {"c17:a/talk/1"})
    assert len(rows.freed) == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("clinic", ""),
        ("zone", None),
        ("digest", 5),
        ("tzdata", b"2026a"),
        ("horizon", 30),
        ("now", date(2027, 1, 4)),
        ("now", NINE.replace(tzinfo=None)),
        ("revision", 0),
        ("revision", True),
        ("plans", [refusal()]),
        ("refusals", [Plan.of(course(), ())]),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        schedule(**{field: value})
    assert [fault.path for fault in caught.value.faults] == [field]


def test_what_was_booked_and_what_was_not_pickles() -> None:
    wall = datetime(2027, 6, 1, 9, tzinfo=LONDON)
    cost = Cost(wait=3, drift=2, changes=1, wishes=0, minutes=45)
    booked = evolve(Plan.of(course(), [visit(start=wall, end=wall + HOUR, created=NINE)]), cost=cost)
    for value in (visit(), booked, cost, refusal(), schedule(plans=[booked], refusals=[refusal()])):
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301  # our own pickle
