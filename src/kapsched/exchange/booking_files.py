"""What does a table of existing bookings say?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from os import PathLike
from pathlib import Path

from attrs import frozen

from kapsched.errors import Fault, InvalidInput, of_type, require_given
from kapsched.exchange.csv_rows import Cells, rows_of, said, times_of
from kapsched.exchange.fields import Fields, label, private_text, text
from kapsched.exchange.oddities import Oddity, Placed, oddities
from kapsched.exchange.shown import meant
from kapsched.exchange.table_forms import (
    OURS,
    NamedTable,
    TableForm,
    named_table,
    refuse_columns,
    under_where_unplaced,
)
from kapsched.exchange.toml_files import a_path, read_text
from kapsched.model.bookings import RESOURCE_TYPES, Booking, Bookings, Resource, ResourceType
from kapsched.model.clinic import Clinic

_NEEDED = ("type", "resource", "start", "end")
COLUMNS = (*_NEEDED, "exclusive", "ref")
_UNITS: tuple[ResourceType, ...] = ("room", "staff", "patient", "pool")
_MAPPED = ("type", "resource", *_UNITS, "date", "start", "end", "minutes", "exclusive", "ref")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@frozen(kw_only=True)
class BookingsFile:
    """The bookings of a file, and what is odd about its rows; those of `unknown` resources are left out."""

    bookings: Bookings
    oddities: tuple[Oddity, ...] = ()

    @property
    def unknown(self) -> tuple[Resource, ...]:
        """What else than patients the file names that the clinic does not have, each once."""
        return tuple(one.resource for one in self.oddities if one.code == "unknown")


def read_bookings(path: str | PathLike[str], clinic: Clinic, *, form: TableForm = OURS) -> Bookings:
    """The bookings of a CSV file; rows for rooms, staff and pools that the clinic does not have are left out.

    `form` says how another system writes its tables.
    """
    return _kept(_rows(path, clinic, form), clinic)


def read_bookings_file(path: str | PathLike[str], clinic: Clinic, *, form: TableForm = OURS) -> BookingsFile:
    """The bookings of a CSV file with what is odd about them, in order of appearance."""
    return _with_oddities(_rows(path, clinic, form), clinic, form)


def bookings_in(content: str, source: str, clinic: Clinic, form: TableForm = OURS) -> BookingsFile:
    """The bookings of a table that was read already."""
    return _with_oddities(booking_rows(content, source, clinic.zone, form), clinic, form)


def _rows(path: str | PathLike[str], clinic: Clinic, form: TableForm) -> tuple[Placed, ...]:
    require_given(path=(path, a_path), clinic=(clinic, of_type(Clinic)), form=(form, of_type(TableForm)))
    try:
        return booking_rows(read_text(path, form.encoding), Path(path).name, clinic.zone, form)
    except InvalidInput as error:
        raise under_where_unplaced(error, "form") from None


def _kept(rows: Iterable[Placed], clinic: Clinic) -> Bookings:
    return Bookings(
        one.booking for one in rows if one.booking.type == "patient" or clinic.has(one.booking.of)
    )


def _with_oddities(rows: tuple[Placed, ...], clinic: Clinic, form: TableForm) -> BookingsFile:
    return BookingsFile(bookings=_kept(rows, clinic), oddities=oddities(rows, clinic, ours=not form.columns))


def booking_rows(content: str, source: str, zone_name: str, form: TableForm = OURS) -> tuple[Placed, ...]:
    """The bookings of a table, in its order, each with its line; every fault by row (from 1) and column."""
    refuse_unlike_bookings(form)

    def read(cells: Cells) -> list[Booking]:
        return _bookings(cells, zone_name, form)

    found = rows_of(content, source, form, _unlike_ours, read)
    return tuple(Placed(booking, one.line) for one in found for booking in one.what)


def named_bookings(value: object) -> NamedTable:
    """The table of bookings that a clinic's file names."""
    named = named_table(value)
    refuse_unlike_bookings(named.form)
    return named


def refuse_unlike_bookings(form: TableForm) -> None:
    """Refuse columns that are not those of a table of bookings."""
    faults = _unlike_bookings(form.columns) if form.columns else ()
    refuse_columns(form, _MAPPED, faults, several=_UNITS)


def _unlike_ours(columns: list[str]) -> Iterator[str]:
    if not set(columns) & set(COLUMNS):
        # It is not shown: a first row that names no column may be somebody's.
        yield f"the first row names no column that is known here; it begins with {','.join(COLUMNS)}"
        return
    for column in _NEEDED:
        if column not in columns:
            yield f"there is no column {column!r}; needed are {', '.join(_NEEDED)}"
    for one in dict.fromkeys(columns):
        if one not in COLUMNS:
            yield f"the column {one!r} is not known here{meant(one, COLUMNS)}"
    for one in COLUMNS:
        if columns.count(one) > 1:
            yield f"the column {one!r} stands twice"


def _unlike_bookings(columns: Collection[str]) -> Iterator[str]:
    if "start" not in columns:
        yield "no column says the start"
    if ("end" in columns) == ("minutes" in columns):
        yield "one column says the end, or else the minutes"
    units = [one for one in _UNITS if one in columns]
    if ("type" in columns) != ("resource" in columns) or ("type" in columns) == bool(units):
        yield f"columns say type and resource, or else one or more of {', '.join(_UNITS)}"


def _bookings(cells: Cells, zone_name: str, form: TableForm) -> list[Booking]:
    with Fields(cells) as row:
        taken = _taken(row, form)
        start, end = times_of(row, form, zone_name, _NEVER, ends=True)
        alone, ref = row.take("exclusive", partial(_exclusive, form), None), row.take("ref", private_text, "")
    assert end is not None, "else it is a fault"
    try:
        return [
            Booking(
                type=type,
                resource=id,
                start=start,
                end=end,
                # Of a pool one place is taken, and nobody need say so.
                exclusive=(type != "pool" and id not in form.shares)
                if alone is None or (type == "pool" and form.columns)
                else alone,
                ref=ref,
            )
            for type, id in taken
        ]
    except InvalidInput as error:
        raise InvalidInput(*map(_unshown, error.faults)) from None


def _unshown(fault: Fault) -> Fault:
    """The fault without the cell that it shows, which may be where another system keeps a name."""
    if fault.path not in ("resource", "ref"):
        return fault
    return Fault("is blank, or no text that every file can carry", fault.path)


def _taken(row: Fields, form: TableForm) -> list[Resource]:
    """What a row takes: one resource by its type, or all those that stand in columns of their own."""
    if form.columns and "resource" not in form.columns:
        found = [
            Resource(unit, id) for unit in _UNITS for id in row.take(unit, partial(_names, form, unit), ())
        ]
        if not found:
            row.fault(f"names no {', '.join(one for one in _UNITS if one in form.columns)}")
        return found
    type = row.need("type", partial(_type, form), RESOURCE_TYPES[0])
    resource = row.need("resource", label, "")
    return [Resource(type, form.ours(type, resource.strip() if form.columns else resource))]


def _names(form: TableForm, unit: ResourceType, value: object) -> tuple[str, ...]:
    return form.names(unit, said(value))


def _type(form: TableForm, value: object) -> ResourceType:
    word = form.ours("type", text(value).strip())
    for known in RESOURCE_TYPES:
        if word == known:
            return known
    hint = "; words.type can say which is meant" if form.columns else ""
    raise InvalidInput(f"is no type of resource{meant(word, RESOURCE_TYPES)}{hint}")


def _exclusive(form: TableForm, value: object) -> bool | None:
    word = form.ours("exclusive", text(value).strip()).lower()
    if word not in ("", "true", "false"):
        hint = "; words.exclusive can say which is meant" if form.columns else ""
        raise InvalidInput(f"true or false is wanted{hint}")
    return {"true": True, "false": False}.get(word)
