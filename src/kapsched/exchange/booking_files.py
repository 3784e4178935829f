"""What does a table of existing bookings say?"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from io import StringIO
from os import PathLike
from pathlib import Path

from attrs import frozen

from kapsched.errors import Fault, InvalidInput, of_type, refuse, require_given
from kapsched.exchange.fields import Fields, label, meant, private_text, text
from kapsched.exchange.hours import placed, written_moment
from kapsched.exchange.toml_files import a_path, read_text
from kapsched.model.bookings import RESOURCE_TYPES, Booking, Bookings, Resource, ResourceType
from kapsched.model.clinic import Clinic

_NEEDED = ("type", "resource", "start", "end")
COLUMNS = (*_NEEDED, "exclusive", "ref")
# In a date, a time or a yes and no there are none: a cell of words may be somebody's name, and is not repeated.
_WORDS = re.compile(r"[^\W\d_]{2}")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@frozen(kw_only=True)
class BookingsFile:
    """The bookings of a file, and what else than patients it names that the clinic does not have, each once."""

    bookings: Bookings
    unknown: tuple[Resource, ...]


def read_bookings(path: str | PathLike[str], clinic: Clinic) -> Bookings:
    """The bookings of a CSV file; rows for rooms, staff and pools that the clinic does not have are left out."""
    return read_bookings_file(path, clinic).bookings


def read_bookings_file(path: str | PathLike[str], clinic: Clinic) -> BookingsFile:
    """The bookings of a CSV file, with the unknown resources in order of appearance."""
    require_given(path=(path, a_path), clinic=(clinic, of_type(Clinic)))
    source = Path(path).name
    rows = booking_rows(read_text(path), source, clinic.zone)
    strangers = [row.of for row in rows if row.type != "patient" and not clinic.has(row.of)]
    unknown = dict.fromkeys(strangers)
    kept = Bookings(row for row in rows if row.of not in unknown)
    return BookingsFile(bookings=kept, unknown=tuple(unknown))


def booking_rows(content: str, source: str, zone_name: str) -> tuple[Booking, ...]:
    """The rows of a table of bookings, in its order; every fault by row (from 1) and column."""
    reader = csv.reader(StringIO(content, newline=""), strict=True)
    found: list[Booking] = []
    faults: list[Fault] = []
    columns: list[str] | None = None
    number = 0
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _columns(cells, source, reader.line_num)
                continue
            number += 1
            try:
                found.append(_booking(dict(_paired(columns, cells)), zone_name))
            except InvalidInput as error:
                placed_faults = error.under(f"rows.{number}").faults
                faults += [fault._replace(source=source, line=reader.line_num) for fault in placed_faults]
    except csv.Error as error:
        faults.append(Fault(f"is not CSV: {error}", source=source, line=reader.line_num))
    if columns is None and not faults:
        faults.append(Fault(f"the file is empty; it begins with {','.join(COLUMNS)}", source=source))
    refuse(faults)
    return tuple(found)


def _columns(cells: Iterable[str], source: str, line: int) -> list[str]:
    columns = [cell.strip().lower() for cell in cells]
    if not set(columns) & set(COLUMNS):
        message = f"the first row names no column that is known here; it begins with {','.join(COLUMNS)}"
        raise InvalidInput(Fault(message, "header", source, line))
    faults = [
        f"there is no column {column!r}; needed are {', '.join(_NEEDED)}"
        for column in _NEEDED
        if column not in columns
    ]
    faults += [
        f"the column {one!r} is not known here{meant(one, COLUMNS)}"
        for one in dict.fromkeys(columns)
        if one not in COLUMNS
    ]
    faults += [f"the column {one!r} stands twice" for one in COLUMNS if columns.count(one) > 1]
    refuse(Fault(fault, "header", source, line) for fault in faults)
    return columns


def _paired(columns: list[str], cells: list[str]) -> Iterable[tuple[str, object]]:
    if len(cells) > len(columns):
        raise InvalidInput(
            f"has {len(cells)} cells for {len(columns)} columns; put a text with commas in quotes"
        )
    return zip(columns, cells, strict=False)


def _booking(cells: dict[str, object], zone_name: str) -> Booking:
    def moment(value: object) -> datetime:
        said = text(value).strip()
        if _WORDS.search(said):
            raise InvalidInput('a date and time such as "2027-01-04T09:30" is wanted, not words')
        return placed(written_moment(said), zone_name)

    with Fields(cells) as row:
        type = row.need("type", _type, RESOURCE_TYPES[0])
        resource = row.need("resource", label, "")
        start, end = row.need("start", moment, _NEVER), row.need("end", moment, _NEVER)
        said, ref = row.take("exclusive", _exclusive, None), row.take("ref", private_text, "")
    # Of a pool one place is taken, and nobody need say so.
    exclusive = type != "pool" if said is None else said
    return Booking(type=type, resource=resource, start=start, end=end, exclusive=exclusive, ref=ref)


def _type(value: object) -> ResourceType:
    word = text(value).strip()
    for known in RESOURCE_TYPES:
        if word == known:
            return known
    raise InvalidInput(f"is no type of resource{meant(word, RESOURCE_TYPES)}")


def _exclusive(value: object) -> bool | None:
    word = text(value).strip().lower()
    if word not in ("", "true", "false"):
        raise InvalidInput("true or false is wanted")
    return {"true": True, "false": False}.get(word)
