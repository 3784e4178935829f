"""What does the page on bookings in your own database show? Its tables and its loop, as the tests run them."""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol

from tests.fences import ROOT, fence_under, python_example

PAGE = ROOT / "docs" / "how-to" / "own-database.md"


class Connection(Protocol):
    """What the page asks of a connection, be it to SQLite or to PostgreSQL."""

    def commit(self) -> None: ...

    def rollback(self) -> None: ...

    def close(self) -> None: ...


def tables(database: str) -> str:
    """The SQL that the page has for a database."""
    return fence_under(PAGE.read_text(encoding="utf-8"), f"Tables in {database}").text


def loop() -> dict[str, Any]:
    """The statements and functions of the page, by name; each call gives new ones."""
    names: dict[str, Any] = {}
    exec(_loop(), names)  # noqa: S102  # our own page
    return names


@cache
def _loop() -> str:
    fence = fence_under(PAGE.read_text(encoding="utf-8"), "The loop")
    return python_example(f"```python\n{fence.text}\n```\n")
