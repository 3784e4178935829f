"""Does a PostgreSQL with the tables of the page refuse what is taken, whoever writes it and whenever?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.database_race import ROUNDS, judged, raced
from tests.own_database import loop, tables
from tests.postgres import binaries, server
from tests.table_stories import PLACES, REFUSED, SUFFERED, enter

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


def test_four_writers_in_postgresql_take_nothing_twice_and_leave_no_half_course(address: str) -> None:
    tales = raced(address)
    judged(tales)
    assert [one for stock in tales[0].stocks for one in stock.rounds] == list(range(ROUNDS))
    assert sum(tale.beaten for tale in tales) > ROUNDS  # so that there was something to refuse
    assert sum(tale.moved for tale in tales) > ROUNDS // 10
    with psycopg.connect(address) as connection:
        found = connection.execute("SELECT sum(deadlocks) FROM pg_stat_database").fetchone()
    assert found == (0,)
