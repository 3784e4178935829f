"""Does a PostgreSQL with the tables of the page refuse what is taken, whoever writes it and whenever?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from kapsched import Rows
from tests.database_race import ROUNDS, judged, raced
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
    page, row = loop(), booking("room blue 9-10")
    page["run"](connection, page["LOCK"], [row.of])
    with psycopg.connect(address) as other:
        other.execute("SET lock_timeout = '100ms'")
        other.commit()
        with pytest.raises(psycopg.errors.LockNotAvailable, match="resources"):
            page["change"](other, Rows(taken=[booking("room blue 11-12")]))
        other.rollback()
        with pytest.raises(psycopg.errors.LockNotAvailable, match="resources"):
            page["change"](other, Rows(freed=[row]))
        other.rollback()
        assert page["change"](other, Rows(taken=[booking("room green 9-10")]))
        assert page["change"](other, Rows(freed=[booking("room green 9-10")]))


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


def test_four_writers_in_postgresql_take_nothing_twice_and_leave_no_half_course(address: str) -> None:
    tales = raced(address)
    judged(tales)
    assert [one for stock in tales[0].stocks for one in stock.rounds] == list(range(ROUNDS))
    assert sum(tale.beaten for tale in tales) > ROUNDS  # so that there was something to refuse
    assert sum(tale.moved for tale in tales) > ROUNDS // 10
    with psycopg.connect(address) as connection:
        found = connection.execute("SELECT sum(deadlocks) FROM pg_stat_database").fetchone()
    assert found == (0,)
