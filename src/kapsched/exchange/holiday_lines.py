"""How do holidays come into a clinic's file? As the lines of a table of named dates, ready to be pasted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from os import PathLike
from typing import cast

from kapsched.errors import Fault, a_date, identifier, private_text, refuse, require_given, shown, text
from kapsched.exchange.fields import named
from kapsched.exchange.hours import holidays
from kapsched.exchange.toml_files import TomlFile

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_JOINERS = "\u200c\u200d"  # of letters and of emoji: unseen, and part of how they look


def holiday_lines(days: Mapping[date, str], *, name: str, note: str = "") -> str:
    """The table `[holidays.NAME]` of a clinic's file, sorted by date, beneath a comment with the `note`.

    `days` are names by date: any mapping, such as a `holidays.HolidayBase` or the `days` of `read_holidays`. Read back
    they are exactly these; what a clinic's file cannot carry is `InvalidInput`.
    """
    require_given(days=(days, _a_mapping), name=(name, identifier), note=(note, text))
    refuse(
        Fault(message, f"days.{day}" if isinstance(day, date) else "days")
        for day, why in days.items()
        if (message := a_date(day) or private_text(why))
    )
    head = f"[holidays.{name if _BARE.fullmatch(name) else _quoted(name)}]"
    dates = [f"{day.isoformat()} = {_quoted(days[day])}" for day in sorted(days)]
    return "".join(f"{line}\n" for line in (*([f"# {note}"] if note else []), head, *dates))


def _a_mapping(value: object) -> str:
    return "" if isinstance(value, Mapping) else f"names by date are wanted, not {shown(value)}"


def _quoted(words: str) -> str:
    """A basic string of TOML, in which whoever edits the file sees each sign that it holds."""
    return f'"{"".join(map(_seen, words))}"'


def _seen(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    if sign.isprintable() or sign in _JOINERS:
        return sign
    return f"\\u{ord(sign):04X}" if ord(sign) <= 0xFFFF else f"\\U{ord(sign):08X}"


def tables_of_holidays(path: str | PathLike[str]) -> dict[str, tuple[str, ...]]:
    """The tables of holidays that a clinic's file has, each with its dates as they are written there."""
    file = TomlFile.read(path)
    with file.placing():
        tables = file.table.get("holidays", {})
        holidays(tables)  # refuses what is none
    return {name: tuple(cast(dict[str, object], days)) for name, days in named(tables).items()}
