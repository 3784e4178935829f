"""What is a table of bookings to refuse, and what not? Rows in brief: a resource, its hours, shared or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kapsched import Booking
from tests.own_database import loop

_MONDAY = datetime(2027, 1, 4, tzinfo=UTC)


PLACES = [("room", "snug", 2), ("staff", "dora", 2), ("pool", "nurse", 2)]
"""What has more than one place; the rest need not be entered in SQLite."""


def booking(said: str) -> Booking:
    """The booking of a text such as `room snug 9-10.5 shared`."""
    type, id, hours, *shared = said.split()
    start, end = (_MONDAY + timedelta(hours=float(hour)) for hour in hours.split("-"))
    return Booking(type=type, resource=id, start=start, end=end, exclusive=not shared, ref="c1:only/dose/1")  # type: ignore[arg-type]


def enter(connection: Any, *said: str) -> None:
    """Insert rows as the page does."""
    page, rows = loop(), [booking(one) for one in said]
    page["run"](connection, page["LOCK"], sorted({row.of for row in rows}))
    page["run"](connection, page["TAKE"], map(page["as_row"], rows))


def _story(name: str, there: str, new: str) -> Any:
    return pytest.param([one.strip() for one in there.split(",")], new, id=name)


REFUSED = [
    _story("the same again", "room blue 9-10", "room blue 9-10"),
    _story("from within", "room blue 9-12", "room blue 10-11"),
    _story("from around", "room blue 10-11", "room blue 9-12"),
    _story("by a minute", "room blue 9-10", "room blue 9.98-11"),
    _story("a patient elsewhere", "patient q1 9-10", "patient q1 9.5-10.5"),
    _story("sharing with an exclusive one", "room snug 9-10", "room snug 9.5-10.5 shared"),
    _story("exclusive beside a sharing one", "room snug 9-10 shared", "room snug 9.5-10.5"),
    _story("one more than places", "room snug 9-10 shared, room snug 9-10 shared", "room snug 9.5-11 shared"),
    _story(
        "one more only in the middle",
        "room snug 9-10.5 shared, room snug 10-11 shared",
        "room snug 8-12 shared",
    ),
    _story(
        "a person beyond their places",
        "staff dora 9-10 shared, staff dora 9-10 shared",
        "staff dora 9-10 shared",
    ),
    _story(
        "a pool beyond its most", "pool nurse 9-10 shared, pool nurse 9-10 shared", "pool nurse 9-10 shared"
    ),
    _story("sharing what has one place", "room blue 9-10 shared", "room blue 9-10 shared"),
]
SUFFERED = [
    _story("before and after", "room blue 9-10, room blue 11-12", "room blue 10-11"),
    _story("another room", "room blue 9-10", "room green 9-10"),
    _story("a person called as a room", "room blue 9-10", "staff blue 9-10"),
    _story("as many as places", "room snug 9-10 shared", "room snug 9-10 shared"),
    _story(
        "two that do not meet beside one that meets both",
        "room snug 9-10 shared, room snug 10-11 shared",
        "room snug 9-11 shared",
    ),
    _story("exclusive after sharing ones", "room snug 9-10 shared, room snug 9-10 shared", "room snug 10-11"),
]
