"""Does a PostgreSQL with the tables of the page refuse what is taken, whoever writes it and whenever?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from kapsched import Diary, Rows
from tests.database_judge import judged
from tests.database_race import CLINIC, ROUNDS, raced
from tests.own_database import loop, tables
from tests.postgres import binaries, server
from tests.table_stories import PLACES, REFUSED, SUFFERED, booking, enter

PROGRAMS = binaries()
pytestmark = pytest.mark.skipif(PROGRAMS is None, reason="there is no PostgreSQL server on this machine")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    assert PROGRAMS
    with server(PROGRAMS) as address:
        with psycopg.connect(address) as connection:
            connection.execute(tables("PostgreSQL").encode())
            loop()["run"](connection, "INSERT INTO resources (type, id, capacity) VALUES (?, ?, ?)", PLACES)
        yield address


@pytest.fixture
def connection(address: str) -> Iterator[Any]:
    with psycopg.connect(address) as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize(("there", "new"), REFUSED)
def test_postgresql_refuses_what_is_taken(connection: Any, there: list[str], new: str) -> None:
    enter(connection, *there)
    with pytest.raises(psycopg.errors.ExclusionViolation):
        enter(connection, new)


@pytest.mark.parametrize(("there", "new"), SUFFERED)
def test_postgresql_suffers_what_is_free(connection: Any, there: list[str], new: str) -> None:
    enter(connection, *there, new)


def test_whoever_comes_second_waits_before_touching_any_row(address: str, connection: Any) -> None:
    page, row, diary = loop(), booking("room blue 9-10"), Diary(CLINIC)
    page["run"](connection, page["LOCK"], [row.of])
    with psycopg.connect(address) as other:
        other.execute("SET lock_timeout = '100ms'")
        other.commit()
        with pytest.raises(psycopg.errors.LockNotAvailable, match="resources"):
            page["change"](other, Rows(taken=[booking("room blue 11-12")]), [], diary)
        other.rollback()
        with pytest.raises(psycopg.errors.LockNotAvailable, match="resources"):
            page["change"](other, Rows(freed=[row]), [], diary)
        other.rollback()
        assert page["change"](other, Rows(taken=[booking("room green 9-10")]), [], diary)
        assert page["change"](other, Rows(freed=[booking("room green 9-10")]), [], diary)


def test_whoever_takes_a_member_of_a_pool_waits_for_who_counts_the_pool(
    address: str, connection: Any
) -> None:
    page, diary = loop(), Diary(CLINIC)
    page["run"](connection, page["LOCK"], [("pool", "nurse")])
    with psycopg.connect(address) as other:
        other.execute("SET lock_timeout = '100ms'")
        other.commit()
        with pytest.raises(psycopg.errors.LockNotAvailable, match="resources"):
            page["change"](other, Rows(taken=[booking("staff ned 9-10")]), [], diary)
        assert page["change"](other, Rows(taken=[booking("staff tess 9-10")]), [], diary)
        assert page["change"](other, Rows(freed=[booking("staff tess 9-10")]), [], diary)


def test_postgresql_counts_for_those_who_lock_nothing_too(address: str, connection: Any) -> None:
    page, row = loop(), booking("room snug 9-10 shared")
    page["run"](connection, page["TAKE"], map(page["as_row"], [row, row]))
    with psycopg.connect(address) as other:
        other.execute("SET lock_timeout = '100ms'")
        other.commit()
        with pytest.raises(psycopg.errors.LockNotAvailable):
            page["run"](other, page["TAKE"], [page["as_row"](row)])
        other.rollback()


def test_postgresql_has_no_booking_moved_onto_another(connection: Any) -> None:
    enter(connection, "room blue 9-10", "room blue 11-12", "room snug 9-10 shared", "room snug 9-10 shared")
    enter(connection, "room snug 11-12 shared")
    for room in ("blue", "snug"):
        with pytest.raises(psycopg.errors.ExclusionViolation), connection.transaction():
            connection.execute(
                "UPDATE bookings SET starts = starts - interval '2 hours', ends = ends - interval '2 hours'"
                " WHERE resource = %s AND starts = '2027-01-04 11:00Z'",
                [room],
            )


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("rooms", "snug", "09:00", "10:00", True), psycopg.errors.ForeignKeyViolation),
        (("room", "nowhere", "09:00", "10:00", True), psycopg.errors.ForeignKeyViolation),
        (("room", "snug", "10:00", "09:00", True), psycopg.errors.CheckViolation),
        (("pool", "nurse", "09:00", "10:00", True), psycopg.errors.CheckViolation),
    ],
)
def test_postgresql_takes_only_rows_that_could_be_bookings(connection: Any, row: Any, fault: Any) -> None:
    page, (type, id, start, end, exclusive) = loop(), row
    times = (f"2027-01-04T{time}:00+00:00" for time in (start, end))
    with pytest.raises(fault):
        page["run"](connection, page["TAKE"], [(type, id, *times, exclusive, "", "")])


def test_postgresql_knows_no_resource_of_another_type(connection: Any) -> None:
    page = loop()
    with pytest.raises(psycopg.errors.CheckViolation):
        page["run"](connection, page["LOCK"], [("rooms", "blue")])


def test_postgresql_takes_no_booking_without_an_end(connection: Any) -> None:
    page = loop()
    with pytest.raises(psycopg.errors.CheckViolation):
        page["run"](
            connection, page["TAKE"], [("room", "snug", "2027-01-04 09:00Z", "infinity", True, "", "")]
        )


def test_of_equal_rows_as_many_are_freed_in_postgresql_as_are_named(connection: Any) -> None:
    page, diary, row = loop(), Diary(CLINIC), booking("room snug 9-10 shared")
    assert page["change"](connection, Rows(taken=[row, row]), [], diary)
    assert page["change"](connection, Rows(freed=[row]), [], diary)
    assert tuple(page["look"](connection, diary).bookings) == (row,)
    assert not page["change"](connection, Rows(freed=[row, row]), [], diary)
    assert page["change"](connection, Rows(freed=[row]), [], diary)


def test_what_is_taken_in_postgresql_is_slowness_and_other_faults_are_raised(connection: Any) -> None:
    page, diary, row = loop(), Diary(CLINIC), booking("room blue 9-10")
    assert not page["change"](connection, Rows(taken=[row, row]), [], diary)
    page["as_row"] = lambda _: ("room", "blue", row.end, row.start, True, "", "")
    with pytest.raises(psycopg.errors.CheckViolation):
        page["change"](connection, Rows(taken=[row]), [], diary)
    assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_a_connection_to_postgresql_that_commits_each_row_is_refused(address: str) -> None:
    page, row = loop(), booking("room blue 9-10")
    with psycopg.connect(address, autocommit=True) as connection:
        with pytest.raises(ValueError, match="half a course"):
            page["change"](connection, Rows(taken=[row]), [], Diary(CLINIC))
        assert len(page["look"](connection, Diary(CLINIC)).bookings) == 0


def test_whoever_sees_postgresql_as_it_was_is_turned_away(address: str, connection: Any) -> None:
    page, diary, row = loop(), Diary(CLINIC), booking("room snug 9-10 shared")
    with psycopg.connect(address) as other:
        other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        assert len(page["look"](other, diary).bookings) == 0
        assert page["change"](connection, Rows(taken=[row, row]), [], diary)
        with pytest.raises(psycopg.errors.SerializationFailure):
            page["change"](other, Rows(taken=[row]), [], diary)
        assert other.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        assert page["change"](other, Rows(freed=[row, row]), [], diary)


def test_whoever_sees_postgresql_as_it_was_is_turned_away_though_nobody_locks(
    address: str, connection: Any
) -> None:
    page, diary, row = loop(), Diary(CLINIC), booking("room snug 9-10 shared")
    with psycopg.connect(address) as other:
        other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        assert len(page["look"](other, diary).bookings) == 0
        page["run"](connection, page["TAKE"], map(page["as_row"], [row, row]))
        connection.commit()
        with pytest.raises(psycopg.errors.SerializationFailure):
            page["run"](other, page["TAKE"], [page["as_row"](row)])
        other.rollback()
        assert page["change"](other, Rows(freed=[row, row]), [], diary)


def test_four_writers_in_postgresql_take_nothing_twice_and_leave_no_half_course(address: str) -> None:
    tales = raced(address)
    judged(tales)
    assert [one for stock in tales[0].stocks for one in stock.rounds] == list(range(ROUNDS))
    assert sum(tale.beaten for tale in tales) > ROUNDS  # so that there was something to refuse
    assert sum(tale.moved for tale in tales) > ROUNDS // 10
    with psycopg.connect(address) as connection:
        found = connection.execute("SELECT sum(deadlocks) FROM pg_stat_database").fetchone()
    assert found == (0,)
