"""Where is everybody written to? A table of mail addresses, a row for each recipient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from os import PathLike
from pathlib import Path

from kapsched.errors import Fault, InvalidInput, identifier, refuse, require_given
from kapsched.exchange.calendars.mail_addresses import RECIPIENTS, Recipient, a_mail_address
from kapsched.exchange.csv_rows import Cells, Read, rows_of
from kapsched.exchange.fields import Fields, private_text, text
from kapsched.exchange.table_forms import OURS
from kapsched.exchange.toml_files import a_path, read_text
from kapsched.model.bookings import Resource

COLUMNS = ("type", "id", "address")


def read_addresses(path: str | PathLike[str]) -> dict[Resource, str]:
    """The addresses of a CSV file by recipient, in its order; a row without an address says nothing."""
    require_given(path=(path, a_path))
    return addresses_in(read_text(path), Path(path).name)


def addresses_in(content: str, source: str) -> dict[Resource, str]:
    """The addresses of a table that was read already; every fault by row (from 1) and column."""
    rows = rows_of(content, source, OURS, _unlike_ours, _row)
    refuse(_twice(rows, source))
    return {recipient: address for recipient, address in (one.what for one in rows) if address}


def _unlike_ours(columns: list[str]) -> Iterator[str]:
    if sorted(columns) != sorted(COLUMNS):
        # They are not shown: a first row that names no column may be somebody's.
        yield f"the columns are {', '.join(COLUMNS)}, and no others"


def _row(cells: Cells) -> tuple[Resource, str]:
    with Fields(cells) as row:
        type, id = row.need("type", _type, RECIPIENTS[0]), row.need("id", text, "x")
        address = row.need("address", private_text, "").strip()
        if identifier(id):
            row.fault("is blank, or no text that every file can carry", "id")
        if address and (fault := a_mail_address(address)):
            row.fault(fault, "address")
    return Resource(type, id), address


def _type(value: object) -> Recipient:
    for recipient in RECIPIENTS:
        if value == recipient:
            return recipient
    # It is not shown: where the columns are in another order, it is somebody's address.
    raise InvalidInput(f"is no recipient; there are {', '.join(RECIPIENTS)}")


def _twice(rows: Iterable[Read[tuple[Resource, str]]], source: str) -> Iterator[Fault]:
    seen: set[Resource] = set()
    for row in rows:
        recipient, _ = row.what
        if recipient in seen:
            message = f"is the second row of {recipient.type} {recipient.id!r}; each has one address"
            yield Fault(message, f"rows.{row.number}", source, row.line)
        seen.add(recipient)
