"""Are the rows of a plan what a table wants: flat, whole, in UTC, in an order in which no two writers cross?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import NamedTuple

from attrs import fields
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kapsched.model.bookings import Booking
from kapsched.model.clinic import Clinic
from kapsched.model.plan import Plan
from kapsched.model.programme import SessionKind
from kapsched.planning.diary import Diary
from kapsched.testing import Desk, desks
from kapsched.workflow.one_course import find_plan

SOME = settings(max_examples=40, suppress_health_check=list(HealthCheck))
NINE = datetime(2027, 1, 4, 9, tzinfo=UTC)


def plans(desk: Desk) -> list[Plan]:
    """What is planned of each course, as if the others were not there, and what the desk has as a witness."""
    diary = Diary(desk.clinic, booked=desk.bookings)
    found = [find_plan(course, diary, now=desk.now, steps=500) for course in desk.courses]
    return [*(plan for plan in found if isinstance(plan, Plan)), *(desk.witness or ())]


class Want(NamedTuple):
    """The minutes of a visit in which something is taken, those in which it is exclusive, and how many at once."""

    taken: set[int]
    alone: set[int]
    most: Counter[int]


def wanted(kind: SessionKind) -> dict[tuple[str, str], Want]:
    """What definition 6 has a kind of session take, by role, type of room and pool."""
    found: defaultdict[tuple[str, str], Want] = defaultdict(lambda: Want(set(), set(), Counter()))
    for begin, segment in kind.timed():
        end = begin + segment.minutes
        needs = [
            ("staff", role, number, end + segment.tail) for role, number in Counter(segment.staff).items()
        ]
        needs += [("pool", role, 1, end + segment.tail) for role in segment.pools]
        needs += [("room", segment.room, 1, end + segment.turnaround)] if segment.room else []
        for type, what, number, until in needs:
            want, minutes = found[type, what], range(begin, until)
            want.taken.update(minutes)
            want.most.update({minute: max(0, number - want.most[minute]) for minute in minutes})
            if type != "pool" and what not in segment.shares:
                want.alone.update(minutes)
    return dict(found)


def answered(rows: Sequence[Booking], start: datetime, clinic: Clinic) -> dict[tuple[str, str], Want]:
    """The same of the rows of a visit that starts then."""
    rooms = {room.id: room.type for room in clinic.rooms}
    found: defaultdict[tuple[str, str], Want] = defaultdict(lambda: Want(set(), set(), Counter()))
    for row in rows:
        if row.type != "patient":
            what = row.role if row.type == "staff" else rooms.get(row.resource, row.resource)
            first, last = ((moment - start) // timedelta(minutes=1) for moment in (row.start, row.end))
            want, minutes = found[row.type, what], range(first, last)
            want.taken.update(minutes)
            want.most.update(minutes)
            if row.exclusive:
                want.alone.update(minutes)
    return dict(found)


@SOME
@given(desks())
def test_the_rows_of_a_visit_are_its_patient_and_all_that_it_takes_until_that_is_free_again(
    desk: Desk,
) -> None:
    for plan in plans(desk):
        for visit in plan.appointments:
            rows = [row for row in plan.bookings if row.ref == visit.id]
            (patient,) = (row for row in rows if row.type == "patient")
            assert (patient.resource, patient.exclusive) == (plan.course.patient.id, True)
            assert (patient.start, patient.end) == (visit.start, visit.end)
            kind = plan.course.planned.by_id[visit.session].kind
            want, there = wanted(kind), answered(rows, patient.start, desk.clinic)
            assert want.keys() == there.keys()
            for key, one in want.items():
                assert (one.taken, one.alone) == (there[key].taken, there[key].alone), key
                if key[1] not in kind.handover:
                    assert one.most == there[key].most, key


@SOME
@given(desks())
def test_rows_are_flat_in_utc_of_what_there_is_and_in_order(desk: Desk) -> None:
    for plan in plans(desk):
        rows = plan.bookings
        for row in rows:
            assert all(
                isinstance(value, str | bool | datetime)
                for value in (getattr(row, one.name) for one in fields(Booking))
            )
            assert row.start.tzinfo is row.end.tzinfo is UTC
            assert row.type == "patient" or desk.clinic.has(row.of)
        in_order = [(row.type, row.resource, row.start) for row in rows]
        assert in_order == sorted(in_order)
        assert len({(row.of, row.start, row.end, row.ref) for row in rows}) == len(rows)


@SOME
@given(desks())
def test_rows_of_one_visit_touch_and_never_overlap_and_exclusive_ones_of_a_plan_meet_nothing(
    desk: Desk,
) -> None:
    for plan in plans(desk):
        for one, other in combinations(plan.bookings, 2):
            if one.of == other.of and one.overlaps(other):
                assert one.ref != other.ref
                assert (one.exclusive, other.exclusive) == (False, False)


def meet(one: Booking, other: Booking) -> bool:
    return one.of == other.of and one.overlaps(other) and (one.exclusive or other.exclusive)


def rings(first: Sequence[Booking], second: Sequence[Booking]) -> Iterator[tuple[Booking, Booking]]:
    """Where two writers wait for each other: each wants a row that meets what the other has entered already."""
    for mine, wants in enumerate(first):
        for theirs, want in enumerate(second):
            mine_there, theirs_there = first[:mine], second[:theirs]
            if (
                any(meet(wants, one) for one in theirs_there)
                and any(meet(want, one) for one in mine_there)
                and not any(meet(one, other) for one in mine_there for other in theirs_there)
            ):
                yield wants, want


def _apart(lengths: list[tuple[str, int, int]]) -> list[Booking]:
    """Rows of a few rooms, each after a pause from the one before in its room."""
    since: Counter[str] = Counter()
    found = []
    for room, pause, hours in lengths:
        start = NINE + timedelta(hours=since[room] + pause)
        found.append(Booking(type="room", resource=room, start=start, end=start + timedelta(hours=hours)))
        since[room] += pause + hours
    return found


_ROWS = st.lists(
    st.tuples(st.sampled_from(["blue", "green"]), st.integers(0, 2), st.integers(1, 2)), max_size=5
).map(_apart)


@given(_ROWS, _ROWS)
def test_writers_who_enter_rows_in_order_never_wait_in_a_ring(
    first: list[Booking], second: list[Booking]
) -> None:
    assert list(rings(sorted(first), sorted(second))) == []


@SOME
@given(desks())
def test_no_two_plans_have_rows_over_which_their_writers_wait_in_a_ring(desk: Desk) -> None:
    for first, second in combinations(plans(desk), 2):
        assert list(rings(first.bookings, second.bookings)) == []


def test_writers_who_enter_rows_in_any_other_order_may_wait_in_a_ring() -> None:
    blue, green = _apart([("blue", 0, 1), ("green", 0, 1)])
    assert list(rings([blue, green], [green, blue])) == [(green, blue)]
    late, early = reversed(_apart([("blue", 0, 1), ("blue", 1, 1)]))
    assert list(rings([late, early], [early, late])) == [(early, late)]
