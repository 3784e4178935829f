"""Do an SQLite file with the tables of the page, and the page's loop, keep what was booked whole and single?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from kapsched import (
    Appointment,
    Booking,
    Diary,
    Horizon,
    Patient,
    Phase,
    Plan,
    Programme,
    Refusal,
    Rows,
    Segment,
    SessionKind,
    enrol,
    find_plan,
)
from tests.database_judge import judged
from tests.database_race import CLINIC, MONDAY, NOW, ROUNDS, course, elsewhen, raced
from tests.own_database import loop, tables
from tests.table_stories import PLACES, booking


@pytest.fixture
def path(tmp_path: Path) -> str:
    path = tmp_path / "bookings.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(tables("SQLite"))
        connection.executemany("INSERT INTO resources (type, id, capacity) VALUES (?, ?, ?)", PLACES)
    connection.close()
    return str(path)


@pytest.fixture
def connection(path: str) -> Iterator[Any]:
    connection = sqlite3.connect(path, isolation_level="IMMEDIATE")
    yield connection
    connection.close()


def planned(number: int, diary: Diary) -> Plan:
    plan = find_plan(course(number, 0), diary, now=NOW)
    assert isinstance(plan, Plan)
    return plan


def test_what_is_written_is_read_as_it_was(connection: Any) -> None:
    page, plan = loop(), planned(1, Diary(CLINIC))
    assert page["change"](connection, Rows(taken=plan.bookings), [plan], Diary(CLINIC))
    assert tuple(page["look"](connection, Diary(CLINIC)).bookings) == plan.bookings


def test_a_course_of_which_one_row_is_taken_leaves_no_row(connection: Any) -> None:
    page, diary = loop(), Diary(CLINIC)
    first, second = planned(1, diary), planned(2, diary)
    last = second.bookings[-1:]
    assert first.bookings[-1].of == last[0].of
    assert page["change"](connection, Rows(taken=last), [], diary)
    assert not page["change"](connection, Rows(taken=first.bookings), [first], diary)
    assert tuple(page["look"](connection, diary).bookings) == last


def test_a_course_that_somebody_has_moved_meanwhile_is_not_moved(connection: Any) -> None:
    page, diary = loop(), Diary(CLINIC)
    plan = planned(1, diary)
    moved = find_plan(elsewhen(plan), diary, now=NOW)
    assert isinstance(moved, Plan)
    assert page["change"](connection, Rows(taken=plan.bookings), [plan], Diary(CLINIC))
    assert page["change"](connection, Rows.between(plan.bookings, moved.bookings), [moved], diary)
    assert not page["change"](connection, Rows.between(plan.bookings, moved.bookings), [moved], diary)
    assert tuple(page["look"](connection, diary).bookings) == moved.bookings


def test_whoever_was_slower_looks_again_and_gets_other_times(connection: Any) -> None:
    page, tried = loop(), []

    def slow(asked: Any, diary: Any, *, now: Any) -> Any:
        """Plans, and then somebody else books before what was planned is written."""
        tried.append(found := find_plan(asked, diary, now=now))
        if len(tried) == 1:
            page["change"](connection, Rows(taken=planned(2, diary).bookings), [], diary)
        return found

    page["find_plan"] = slow
    plan = page["book"](course(1, 0), connection, Diary(CLINIC), now=NOW)
    assert plan == tried[1] != tried[0]
    assert {row.ref.partition(":")[0] for row in page["look"](connection, Diary(CLINIC)).bookings} == {
        "c1-0",
        "c2-0",
    }


def test_whoever_is_always_slower_gives_up(connection: Any) -> None:
    page, tried = loop(), []

    def slow(asked: Any, diary: Any, *, now: Any) -> Any:
        tried.append(found := find_plan(asked, diary, now=now))
        page["change"](connection, Rows(taken=planned(1 + len(tried), diary).bookings), [], diary)
        return found

    page["find_plan"] = slow
    assert page["book"](course(1, 0), connection, Diary(CLINIC), now=NOW, tries=3) is None
    assert len(tried) == 3
    assert not any(row.ref.startswith("c1-") for row in page["look"](connection, Diary(CLINIC)).bookings)


def test_a_course_that_cannot_be_booked_is_refused_and_writes_nothing(connection: Any) -> None:
    page, diary = loop(), Diary(CLINIC, horizon=Horizon(first_day=MONDAY, days=1))
    assert isinstance(page["book"](course(1, 0), connection, diary, now=NOW), Refusal)
    assert len(page["look"](connection, diary).bookings) == 0


def watching(number: int, diary: Diary) -> Plan:
    """A course of one visit in which a nurse watches a patient, of whom there is one alone."""
    kind = SessionKind(name="rest", segments=[Segment(name="rest", minutes=60, pools=["nurse"])])
    rest = Programme(name="rest", version="1", kinds=[kind], phases=[Phase(name="only", order=["rest"])])
    plan = find_plan(enrol(rest, Patient(id="q1"), id=f"c{number}", first_day=MONDAY), diary, now=NOW)
    assert isinstance(plan, Plan)
    return plan


def two_places(plan: Plan) -> list[Booking]:
    """One nurse watches somebody else, the other is needed alone: no table knows that they belong together."""
    (place,) = (row for row in plan.bookings if row.type == "pool")
    return [evolve(place, ref="x"), evolve(place, type="staff", resource="ned", exclusive=True, ref="y")]


def test_a_pool_that_others_have_filled_is_counted_again_before_it_is_taken(connection: Any) -> None:
    page, diary = loop(), Diary(CLINIC)
    plan = watching(1, diary)
    taken = two_places(plan)
    assert page["change"](connection, Rows(taken=taken), [], diary)
    assert not page["change"](connection, Rows(taken=plan.bookings), [plan], diary)
    page["find_plan"] = lambda *_, **__: plan  # as if it had looked before
    assert page["book"](plan.course, connection, diary, now=NOW) is None
    assert page["change"](connection, Rows(freed=taken[1:]), [], diary)
    assert page["book"](plan.course, connection, diary, now=NOW) == plan


def test_a_course_is_not_moved_into_a_pool_that_others_have_filled(connection: Any) -> None:
    page, diary = loop(), Diary(CLINIC)
    plan = watching(1, diary)
    moved = find_plan(elsewhen(plan), diary, now=NOW)
    assert isinstance(moved, Plan)
    assert page["change"](connection, Rows(taken=plan.bookings), [plan], diary)
    assert page["change"](connection, Rows(taken=two_places(moved)), [], diary)
    assert not page["change"](connection, Rows.between(plan.bookings, moved.bookings), [moved], diary)
    assert set(plan.bookings) < set(page["look"](connection, diary).bookings)


def test_two_who_move_different_visits_of_a_course_do_not_mix_their_plans(connection: Any) -> None:
    page, diary = loop(), Diary(CLINIC)
    plan = planned(1, diary)
    one, two = plan.appointments
    later = timedelta(hours=1)

    def an_hour_later(visit: Appointment) -> Appointment:
        rows = [evolve(row, start=row.start + later, end=row.end + later) for row in visit.bookings]
        return evolve(visit, start=visit.start + later, end=visit.end + later, bookings=rows)

    first = evolve(plan, appointments=[an_hour_later(one), two])
    second = evolve(plan, appointments=[one, an_hour_later(two)])
    assert page["change"](connection, Rows(taken=plan.bookings), [plan], diary)
    assert page["change"](connection, Rows.between(plan.bookings, first.bookings), [first], diary)
    assert not page["change"](connection, Rows.between(plan.bookings, second.bookings), [second], diary)
    assert tuple(page["look"](connection, diary).bookings) == first.bookings


def test_a_member_of_a_pool_is_locked_with_the_pool_and_all_in_order() -> None:
    rows = [
        booking(one) for one in ("staff ned 9-10", "room blue 9-10", "patient q1 9-10", "staff dora 9-10")
    ]
    assert loop()["touched"](Rows(taken=rows[:2], freed=rows[2:]), CLINIC) == [
        ("patient", "q1"),
        ("pool", "nurse"),
        ("room", "blue"),
        ("staff", "dora"),
        ("staff", "ned"),
    ]


def test_of_equal_rows_as_many_are_freed_as_are_named(connection: Any) -> None:
    page, diary = loop(), Diary(CLINIC)
    one, other = booking("room snug 9-10 shared"), booking("room snug 11-12 shared")
    assert page["change"](connection, Rows(taken=[one, one]), [], diary)
    assert not page["change"](connection, Rows(freed=[one, other]), [], diary)
    assert tuple(page["look"](connection, diary).bookings) == (one, one)
    assert page["change"](connection, Rows(freed=[one]), [], diary)
    assert tuple(page["look"](connection, diary).bookings) == (one,)


def test_a_row_that_no_table_should_have_is_no_slowness(connection: Any) -> None:
    page, diary = loop(), Diary(CLINIC)
    fine, row = booking("room green 9-10"), booking("room blue 9-10")
    odd = evolve(row, start=row.start + timedelta(microseconds=5))
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        page["change"](connection, Rows(taken=[odd, fine]), [], diary)
    assert not connection.in_transaction
    assert len(page["look"](connection, diary).bookings) == 0


def test_a_connection_that_commits_each_row_is_refused(path: str) -> None:
    page, diary, row = loop(), Diary(CLINIC), booking("room blue 9-10")
    connection = sqlite3.connect(path, isolation_level=None)
    with pytest.raises(ValueError, match="half a course"):
        page["change"](connection, Rows(taken=[row]), [], diary)
    assert len(page["look"](connection, diary).bookings) == 0
    connection.close()


def test_four_writers_in_sqlite_take_nothing_twice_and_leave_no_half_course(path: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    tales = raced(path)
    judged(tales)
    assert [one for stock in tales[0].stocks for one in stock.rounds] == list(range(ROUNDS))
    assert sum(tale.beaten for tale in tales) > ROUNDS  # so that there was something to refuse
    assert sum(tale.moved for tale in tales) > ROUNDS // 10
