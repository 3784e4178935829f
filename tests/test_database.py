"""Do an SQLite file with the tables of the page, and the page's loop, keep what was booked whole and single?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from kapsched import (
    Diary,
    Horizon,
    Patient,
    Phase,
    Plan,
    Pool,
    Programme,
    Refusal,
    Rows,
    Segment,
    SessionKind,
    enrol,
    find_plan,
)
from tests.database_race import CLINIC, MONDAY, NOW, ROUNDS, course, crowds, elsewhen, judged, raced
from tests.own_database import loop, tables
from tests.table_stories import PLACES, REFUSED, SUFFERED, booking, enter


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


# The tables.


@pytest.mark.parametrize(("there", "new"), REFUSED)
def test_sqlite_refuses_what_is_taken(connection: Any, there: list[str], new: str) -> None:
    enter(connection, *there)
    with pytest.raises(sqlite3.IntegrityError, match="taken already"):
        enter(connection, new)


@pytest.mark.parametrize(("there", "new"), SUFFERED)
def test_sqlite_suffers_what_is_free(connection: Any, there: list[str], new: str) -> None:
    enter(connection, *there, new)


def test_sqlite_gives_what_nobody_entered_a_single_place(connection: Any) -> None:
    page, row = loop(), booking("room attic 9-10 shared")
    page["run"](connection, page["TAKE"], [page["as_row"](row)])
    with pytest.raises(sqlite3.IntegrityError, match="taken already"):
        page["run"](connection, page["TAKE"], [page["as_row"](row)])


def test_sqlite_has_no_booking_changed(connection: Any) -> None:
    enter(connection, "room blue 9-10", "room blue 11-12")
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        connection.execute("UPDATE bookings SET starts = '2027-01-04T09:30:00+00:00'")


@pytest.mark.parametrize(
    "time", ["2027-01-04 09:00:00+00:00", "2027-01-04T09:00:00+01:00", "2027-01-04T09:00Z"]
)
def test_sqlite_takes_only_times_that_sort_as_text(connection: Any, time: str) -> None:
    page = loop()
    row = ("room", "blue", time, "2027-01-04T12:00:00+00:00", True, "", "")
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        page["run"](connection, page["TAKE"], [row])


@pytest.mark.parametrize(("there", "new"), REFUSED)
def test_the_sweep_that_judges_the_race_sees_what_the_tables_refuse(there: list[str], new: str) -> None:
    rows = [booking(one) for one in (*there, new)]
    if all(row.type != "pool" for row in rows):
        assert list(crowds(rows)) != []


# The loop.


def test_what_is_written_is_read_as_it_was(connection: Any) -> None:
    page, plan = loop(), planned(1, Diary(CLINIC))
    assert page["change"](connection, Rows(taken=plan.bookings))
    assert tuple(page["look"](connection, Diary(CLINIC)).bookings) == plan.bookings


def test_a_course_of_which_one_row_is_taken_leaves_no_row(connection: Any) -> None:
    page, diary = loop(), Diary(CLINIC)
    first, second = planned(1, diary), planned(2, diary)
    last = second.bookings[-1:]
    assert first.bookings[-1].of == last[0].of
    assert page["change"](connection, Rows(taken=last))
    assert not page["change"](connection, Rows(taken=first.bookings))
    assert tuple(page["look"](connection, diary).bookings) == last


def test_a_course_that_somebody_has_moved_meanwhile_is_not_moved(connection: Any) -> None:
    page, diary = loop(), Diary(CLINIC)
    plan = planned(1, diary)
    moved = find_plan(elsewhen(plan), diary, now=NOW)
    assert isinstance(moved, Plan)
    assert page["change"](connection, Rows(taken=plan.bookings))
    assert page["change"](connection, Rows.between(plan.bookings, moved.bookings))
    assert not page["change"](connection, Rows.between(plan.bookings, moved.bookings))
    assert tuple(page["look"](connection, diary).bookings) == moved.bookings


def test_whoever_was_slower_looks_again_and_gets_other_times(connection: Any) -> None:
    page, tried = loop(), []

    def slow(asked: Any, diary: Any, *, now: Any) -> Any:
        """Plans, and then somebody else books before what was planned is written."""
        tried.append(found := find_plan(asked, diary, now=now))
        if len(tried) == 1:
            page["change"](connection, Rows(taken=planned(2, diary).bookings))
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
        page["change"](connection, Rows(taken=planned(1 + len(tried), diary).bookings))
        return found

    page["find_plan"] = slow
    assert page["book"](course(1, 0), connection, Diary(CLINIC), now=NOW, tries=3) is None
    assert len(tried) == 3
    assert not any(row.ref.startswith("c1-") for row in page["look"](connection, Diary(CLINIC)).bookings)


def test_a_course_that_cannot_be_booked_is_refused_and_writes_nothing(connection: Any) -> None:
    page, diary = loop(), Diary(CLINIC, horizon=Horizon(first_day=MONDAY, days=1))
    assert isinstance(page["book"](course(1, 0), connection, diary, now=NOW), Refusal)
    assert len(page["look"](connection, diary).bookings) == 0


def test_a_pool_that_others_have_filled_is_counted_again_before_it_is_taken(connection: Any) -> None:
    pooled = evolve(CLINIC, pools=[Pool(role="nurse", ratio=1)])
    watched = SessionKind(name="rest", segments=[Segment(name="rest", minutes=60, pools=["nurse"])])
    rest = Programme(name="rest", version="1", kinds=[watched], phases=[Phase(name="only", order=["rest"])])
    page, diary = loop(), Diary(pooled)
    plan = find_plan(enrol(rest, Patient(id="q1"), id="c1", first_day=MONDAY), diary, now=NOW)
    assert isinstance(plan, Plan)
    (place,) = (row for row in plan.bookings if row.type == "pool")
    # One nurse watches somebody else, the other is needed alone: the tables do not know that they belong together.
    taken = [evolve(place, ref="x"), evolve(place, type="staff", resource="ned", exclusive=True, ref="y")]
    assert page["change"](connection, Rows(taken=taken))
    assert not page["enough"](connection, plan, diary)
    page["find_plan"] = lambda *_, **__: plan  # as if it had looked before
    assert page["book"](plan.course, connection, diary, now=NOW) is None
    assert page["change"](connection, Rows(freed=taken[1:]))
    assert page["book"](plan.course, connection, diary, now=NOW) == plan


def test_four_writers_in_sqlite_take_nothing_twice_and_leave_no_half_course(path: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    tales = raced(path)
    judged(tales)
    assert [one for stock in tales[0].stocks for one in stock.rounds] == list(range(ROUNDS))
    assert sum(tale.beaten for tale in tales) > ROUNDS  # so that there was something to refuse
    assert sum(tale.moved for tale in tales) > ROUNDS // 10
