"""Do the tables of the page refuse in SQLite what is taken, whoever writes it, and what could be no booking?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from tests.database_judge import crowds
from tests.own_database import loop, tables
from tests.table_stories import PLACES, REFUSED, SUFFERED, booking, enter


@pytest.fixture
def connection() -> Iterator[Any]:
    connection = sqlite3.connect(":memory:", isolation_level="IMMEDIATE")
    connection.executescript(tables("SQLite"))
    connection.executemany("INSERT INTO resources (type, id, capacity) VALUES (?, ?, ?)", PLACES)
    connection.commit()
    yield connection
    connection.close()


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


@pytest.mark.parametrize(
    "row",
    [
        ("rooms", "blue", "09:00:00", "10:00:00", 1),
        ("room", "", "09:00:00", "10:00:00", 1),
        ("room", "blue", "10:00:00", "09:00:00", 1),
        ("room", "blue", "09:00:00", "09:00:00", 1),
        ("room", "blue", "09:00:00", "24:00:00", 1),
        ("room", "blue", "09:00:00", "10:61:00", 1),
        ("pool", "nurse", "09:00:00", "10:00:00", 1),
        ("room", "blue", "09:00:00", "10:00:00", 2),
    ],
)
def test_sqlite_takes_only_rows_that_could_be_bookings(connection: Any, row: Any) -> None:
    page, (type, id, start, end, exclusive) = loop(), row
    times = (f"2027-01-04T{time}+00:00" for time in (start, end))
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        page["run"](connection, page["TAKE"], [(type, id, *times, exclusive, "", "")])


@pytest.mark.parametrize("date", ["2027-13-01", "2027-02-30"])
def test_sqlite_takes_only_dates_that_there_are(connection: Any, date: str) -> None:
    page = loop()
    row = ("room", "blue", f"{date}T09:00:00+00:00", "2028-01-01T09:00:00+00:00", 1, "", "")
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        page["run"](connection, page["TAKE"], [row])


def test_sqlite_has_no_booking_replaced(connection: Any) -> None:
    enter(connection, "room blue 9-10")
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        connection.execute(
            "REPLACE INTO bookings SELECT id, type, 'green', starts, ends, exclusive, role, ref FROM bookings"
        )


@pytest.mark.parametrize("statement", ["DELETE FROM resources", "UPDATE resources SET id = id || 'gery'"])
def test_sqlite_keeps_the_entry_of_what_is_booked(connection: Any, statement: str) -> None:
    enter(connection, "room snug 9-10 shared")
    with pytest.raises(sqlite3.IntegrityError, match="there are bookings of it"):
        connection.execute(f"{statement} WHERE id = 'snug'")
    connection.execute(f"{statement} WHERE id = 'dora'")


def test_a_capacity_that_is_lowered_shows_what_is_too_many_and_takes_no_more(connection: Any) -> None:
    enter(connection, "room snug 9-10 shared", "room snug 9-10 shared")
    connection.execute("UPDATE resources SET capacity = 1 WHERE id = 'snug'")
    crowded = connection.execute("SELECT DISTINCT resource, moment FROM crowded").fetchall()
    assert crowded == [("snug", "2027-01-04T09:00:00+00:00")]
    with pytest.raises(sqlite3.IntegrityError, match="taken already"):
        enter(connection, "room snug 9.5-11 shared")
    enter(connection, "room snug 10-11 shared")
