"""How do the reasons of a refusal become plain values for JSON, and come back the same?

Dates that follow each other are one interval as ISO 8601 writes it, both ends included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import chain
from typing import Any, TypeVar, get_args

from kapsched.errors import InvalidInput
from kapsched.exchange.fields import Fields, Reader, choice, listed, text
from kapsched.exchange.hours import written_date
from kapsched.model.reasons import Reason, ReasonCode

T = TypeVar("T")

_CODES: tuple[ReasonCode, ...] = get_args(ReasonCode)
_MOST = timedelta(days=36600)


def reason_value(reason: Reason) -> dict[str, Any]:
    """A reason, with its dates where they are known."""
    return {
        "code": reason.code,
        "ids": list(reason.ids),
        "first": date_text(reason.first),
        "last": date_text(reason.last),
        **({"dates": list(_stretches(reason.dates))} if reason.dates else {}),
    }


def read_reason(value: object) -> Reason:
    """What `reason_value` makes; format 1 had no dates, and a sentence that is now made of the rest."""
    with Fields(value) as table:
        code = table.need("code", choice(*_CODES), _CODES[0])
        ids, dates = table.need("ids", listed(text), ()), table.take("dates", listed(_stretch), ())
        first, last = read_ends(table)
        table.take("sentence", text, "")
    return Reason(code=code, ids=ids, dates=chain.from_iterable(dates), first=first, last=last)


def date_text(day: date | None) -> str | None:
    """A date in text, or null."""
    return None if day is None else day.isoformat()


def perhaps(read: Reader[T]) -> Reader[T | None]:
    """What `read` reads, or null."""
    return lambda value: None if value is None else read(value)


def read_ends(table: Fields) -> tuple[date | None, date | None]:
    """The first and the last date of a table."""
    day = perhaps(written_date)
    return table.need("first", day, None), table.need("last", day, None)


def _stretches(dates: Iterable[date]) -> Iterator[str]:
    runs: list[tuple[date, date]] = []
    for day in dates:
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = runs[-1][0], day
        else:
            runs.append((day, day))
    return (str(first) if first == last else f"{first}/{last}" for first, last in runs)


def _stretch(value: object) -> tuple[date, ...]:
    begin, _, end = text(value).partition("/")
    first = written_date(begin)
    last = written_date(end) if end else first
    if not first <= last <= first + _MOST:
        raise InvalidInput(f"dates from {first} to {last} are none in order, or are too many")
    return tuple(first + timedelta(days=turn) for turn in range((last - first).days + 1))
