"""How are values read out of a parsed file? One by one, with every fault told at once, each by its path.

A reader is a function that takes what was parsed and gives what is meant, or raises `InvalidInput` with paths
that begin where it reads. Whoever calls it puts their own name before them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime, time
from functools import partial
from types import TracebackType
from typing import Self, TypeAlias, TypeVar

from kapsched.errors import FIRST_YEAR, LAST_YEAR, MOST, Fault, InvalidInput, refuse
from kapsched.exchange.shown import kind, meant, shown

T = TypeVar("T")
D = TypeVar("D")
W = TypeVar("W", bound=str)
Reader: TypeAlias = Callable[[object], T]

NO_NAME = '""'
"""How a file writes the name that is none."""


def gather(readings: Iterable[tuple[str, Callable[[], T]]]) -> tuple[T, ...]:
    """What all the named readings give, in order; or the faults of all of them, each under its name."""
    found: list[T] = []
    faults: list[Fault] = []
    for name, reading in readings:
        try:
            found.append(reading())
        except InvalidInput as error:
            faults.extend(error.under(name).faults)
    refuse(faults)
    return tuple(found)


class Fields:
    """The named values of one table, read within a `with` block; leaving it raises every fault met inside.

    After a fault reading goes on with a stand-in, so that the next fault is found too; what is built from
    stand-ins never leaves the block.
    """

    def __init__(self, value: object) -> None:
        self._values = named(value)
        self._known: list[str] = []
        self.faults: list[Fault] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: TracebackType | None) -> None:
        if error is not None and not isinstance(error, InvalidInput):
            return
        self.faults += [
            Fault(f"{key!r} is not known here{meant(key, self._known)}", key)
            for key in self._values
            if key not in self._known
        ]
        if error is not None:
            # What is built from a stand-in may be refused for it: an echo of a fault that is known.
            echoing = tuple(fault.path for fault in self.faults if fault.path)
            self.faults += [one for one in error.faults if not within(one.path, echoing)]
        if self.faults:
            raise InvalidInput(*dict.fromkeys(self.faults)) from None

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def need(self, key: str, read: Reader[T], stand_in: D) -> T | D:
        """The value of `key`, which must be there."""
        if key not in self._values:
            self._known.append(key)
            self.fault("is missing", key)
        return self.take(key, read, stand_in)

    def take(self, key: str, read: Reader[T], default: D) -> T | D:
        """The value of `key`, or `default` where it is not said."""
        self._known.append(key)
        if key not in self._values:
            return default
        try:
            return read(self._values[key])
        except InvalidInput as error:
            self.faults += error.under(key).faults
            return default

    def each(
        self,
        key: str,
        read: Callable[[str, object], T],
        sketch: Callable[[str, object], T] | None = None,
        called: Reader[str] | None = None,
    ) -> tuple[T, ...]:
        """What the tables in the table `key` say, each with its own key, in the order of the file.

        Those at fault are left out, or else `sketch` stands in for them. One that is `called` what nothing may be
        is left out too, but read before, for what else is wrong with it.
        """
        found: list[T] = []
        for name, value in self.take(key, named, {}).items():
            written = name or NO_NAME
            place = f"{key}.{written}"
            known = self._tried(place, partial(called or label, name))
            one = self._tried(place, partial(read, written, value))
            if known and one is None and sketch is not None:
                with suppress(InvalidInput):  # what is not even good for a sketch has been told
                    one = sketch(known, value)
            if known and one is not None:
                found.append(one)
        return tuple(found)

    def _tried(self, place: str, reading: Callable[[], T]) -> T | None:
        try:
            return reading()
        except InvalidInput as error:
            self.faults += error.under(place).faults
            return None

    def fault(self, message: str, path: str = "") -> None:
        """Note a fault of this table and go on."""
        self.faults.append(Fault(message, path))


def within(path: str, others: Iterable[str]) -> bool:
    """Is the path one of the others, or beneath one?"""
    return any(f"{path}.".startswith(f"{other}.") for other in others)


def named(value: object) -> dict[str, object]:
    """Names with values: a table."""
    if not isinstance(value, dict):
        raise InvalidInput(f"named values are wanted, not {kind(value)}")
    return value


def anything(value: object) -> object:
    """Whatever stands there."""
    return value


def text(value: object) -> str:
    """Some text, possibly none."""
    if not isinstance(value, str):
        hint = "; put it in quotes" if isinstance(value, int | float | date | time) else ""
        raise InvalidInput(f"text is wanted, not {shown(value)}{hint}")
    return value


def private_text(value: object) -> str:
    """Text about somebody, such as a name: the fault shows nothing of it."""
    if not isinstance(value, str):
        raise InvalidInput("text is wanted; put it in quotes")
    return value


def label(value: object) -> str:
    """An id or a name: text that is not empty."""
    if not text(value):
        raise InvalidInput("some text is wanted, not an empty one")
    return text(value)


def whole(value: object) -> int:
    """A whole number, no further from 0 than anything is counted."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"a whole number is wanted, not {shown(value)}")
    if abs(value) > MOST:
        raise InvalidInput(f"{shown(value)} is too large a number")
    return value


def positive(value: object) -> int:
    """A whole number from 1."""
    if whole(value) < 1:
        raise InvalidInput(f"a number from 1 is wanted, not {value}")
    return whole(value)


def boolean(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise InvalidInput(f"true or false is wanted, not {shown(value)}")
    return value


def in_calendar(day: date) -> None:
    """Refuse a date so far away that the arithmetic of dates and zones gives out."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidInput(f"the year {day.year} is not between {FIRST_YEAR} and {LAST_YEAR}")


def day(value: object) -> date:
    """A date without a time."""
    if isinstance(value, datetime) or not isinstance(value, date):
        hint = "; write it without quotes" if isinstance(value, str) else ""
        raise InvalidInput(f"a date such as 2027-01-04 is wanted, not {kind(value)}{hint}")
    in_calendar(value)
    return value


def count_or_day(value: object) -> int | date:
    """A whole number from 1, or a date."""
    if isinstance(value, int):
        return positive(value)
    try:
        return day(value)
    except InvalidInput as error:
        raise InvalidInput(f"a number from 1 or {error.faults[0].message}") from None


def choice(*options: W) -> Reader[W]:
    """One of a few words."""

    def read(value: object) -> W:
        for option in options:
            if text(value) == option:
                return option
        raise InvalidInput(f"{shown(value)} is not known here{meant(text(value), options)}")

    return read


def listed(read: Reader[T]) -> Reader[tuple[T, ...]]:
    """A list, each element by its number from 1."""

    def read_all(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise InvalidInput(f"a list is wanted, not {kind(value)}; put it in [ ]")
        return gather((str(place), partial(read, one)) for place, one in enumerate(value, start=1))

    return read_all


def one_or_more(read: Reader[T]) -> Reader[tuple[T, ...]]:
    """A single value, or a list of such."""

    def read_all(value: object) -> tuple[T, ...]:
        return listed(read)(value) if isinstance(value, list) else (read(value),)

    return read_all


def listed_by(key: str, read: Reader[T]) -> Reader[tuple[T, ...]]:
    """A list whose elements go by the text each has under `key`, where that is one of its own."""

    def read_all(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            return listed(read)(value)
        names = [one.get(key) if isinstance(one, dict) else None for one in value]
        return gather(
            (
                name if isinstance(name, str) and name and names.count(name) == 1 else str(number),
                partial(read, one),
            )
            for number, (name, one) in enumerate(zip(names, value, strict=True), start=1)
        )

    return read_all


def mapped(read: Reader[T]) -> Reader[dict[str, T]]:
    """Names with values of one sort, in order."""

    def read_all(value: object) -> dict[str, T]:
        pairs = named(value)
        found = gather((key, partial(read, one)) for key, one in pairs.items())
        return dict(zip(pairs, found, strict=True))

    return read_all
