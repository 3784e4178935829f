"""What are the rows of a table? Its cells under our names of columns, and every fault by row and column."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from typing import Generic, NamedTuple, TypeVar

from attrs import field, frozen

from kapsched.errors import Fault, InvalidInput, refuse
from kapsched.exchange.fields import Fields, text
from kapsched.exchange.hours import placed
from kapsched.exchange.table_forms import TableForm
from kapsched.exchange.written_times import date_in, minutes_in, moment_in, time_in

T = TypeVar("T")

# Several columns of theirs can say one of ours; then its cells are a list.
Cells = dict[str, object]


class Read(NamedTuple, Generic[T]):
    """What was read out of a row: its number from 1, and the line in which it ends."""

    what: T
    number: int
    line: int


@frozen(kw_only=True)
class Header:
    """The first line of a table: which columns of ours each of its own fills, by their places."""

    theirs: tuple[str, ...]
    ours: tuple[tuple[str, ...], ...]
    _plain: tuple[str, ...] = field(init=False)

    @_plain.default
    def _one_each(self) -> tuple[str, ...]:
        """Our names, where each column has one of its own."""
        names = tuple(name for names in self.ours for name in names)
        return names if len(set(names)) == len(names) == len(self.theirs) else ()

    def cells(self, row: Sequence[str]) -> Cells:
        """The cells of a row under our names."""
        if self._plain:
            return dict(zip(self._plain, row, strict=True))
        found: dict[str, list[str]] = {}
        for names, one in zip(self.ours, row, strict=True):
            for name in names:
                found.setdefault(name, []).append(one)
        return {name: cells[0] if len(cells) == 1 else cells for name, cells in found.items()}

    def named(self, fault: Fault) -> Fault:
        """The fault under the name that its column has in the table."""
        ours, dot, rest = fault.path.partition(".")
        theirs = next((one for one, names in zip(self.theirs, self.ours, strict=True) if ours in names), ours)
        return fault._replace(path=f"{theirs}{dot}{rest}")


def rows_of(
    content: str,
    source: str,
    form: TableForm,
    own: Callable[[list[str]], Iterable[str]],
    read: Callable[[Cells], T],
) -> list[Read[T]]:
    """What `read` makes of each row, in order; or every fault, by row (from 1), column and line.

    `own` says what is wrong with the columns of a table of ours.
    """
    reader = csv.reader(
        StringIO(content, newline=""), delimiter=form.separator, quotechar=form.quote, strict=True
    )
    found: list[Read[T]] = []
    faults: list[Fault] = []
    header: Header | None = None
    number = 0
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _header(cells, form, own, source, reader.line_num)
                continue
            number += 1
            if _left_out(cells, header, form):
                continue
            try:
                found.append(Read(read(header.cells(_fitting(cells, header, form))), number, reader.line_num))
            except InvalidInput as error:
                named = (header.named(fault).under(f"rows.{number}") for fault in error.faults)
                faults += [fault._replace(source=source, line=reader.line_num) for fault in named]
    except csv.Error as error:
        faults.append(Fault(f"is not CSV: {error}", source=source, line=reader.line_num))
    if header is None and not faults:
        faults.append(Fault("the file is empty; it begins with the names of its columns", source=source))
    refuse(faults)
    return found


def _header(
    cells: Iterable[str],
    form: TableForm,
    own: Callable[[list[str]], Iterable[str]],
    source: str,
    line: int,
) -> Header:
    theirs = tuple(cell.strip() for cell in cells)
    plain = [one.lower() for one in theirs]
    if form.columns:
        ours = tuple(
            tuple(
                name for name, said in form.columns.items() if one in (word.strip().lower() for word in said)
            )
            for one in plain
        )
        faults = list(_lacking(plain, form))
    else:
        ours = tuple((one,) for one in plain)
        faults = [*own(plain), *_lacking(plain, form)]
    refuse(Fault(fault, "header", source, line) for fault in faults)
    return Header(theirs=theirs, ours=ours)


def _lacking(plain: list[str], form: TableForm) -> Iterator[str]:
    # What stands there is not shown: where the first line is no header, it is somebody's row.
    wanted = dict.fromkeys([*(one for said in form.columns.values() for one in said), *form.leave_out])
    for one in wanted:
        times = plain.count(one.strip().lower())
        if times != 1:
            yield f"there is no column {one!r}" if not times else f"the column {one!r} stands twice"


def _fitting(cells: list[str], header: Header, form: TableForm) -> list[str]:
    """The cells of a row, as many as there are columns; blank ones too many are how other systems end a line."""
    count = len(header.theirs)
    if any(cell.strip() for cell in cells[count:]):
        what = "commas" if form.separator == "," else f"{form.separator!r}"
        raise InvalidInput(f"has {len(cells)} cells for {count} columns; put a text with {what} in quotes")
    return [*cells[:count], *[""] * (count - len(cells))]


def _left_out(cells: list[str], header: Header, form: TableForm) -> bool:
    if not form.leave_out:
        return False
    there = {one.lower(): cell.strip() for one, cell in zip(header.theirs, cells, strict=False)}
    return any(there.get(one.strip().lower()) in words for one, words in form.leave_out.items())


def said(value: object) -> list[str]:
    """The cells of one column of ours that are not blank."""
    cells = value if isinstance(value, list) else [value]
    return [one for cell in cells if (one := text(cell).strip())]


def times_of(
    row: Fields, form: TableForm, zone_name: str | None, never: datetime, *, ends: bool
) -> tuple[datetime, datetime | None]:
    """When a row starts and ends: moments, or times on the `date` of the row; in place of an end it has `minutes`.

    The end is None where it is not said, and a fault where the row `ends`; after a fault `never` stands in.
    """
    dated = "date" in row
    day = row.take("date", lambda value: date_in(value, form.dates), never.date()) if dated else never.date()

    def moment(value: object, *, ends: bool = False) -> datetime:
        found = time_in(value, day, ends=ends) if dated else moment_in(value, form.dates)
        return placed(found, zone_name)

    start = row.need("start", moment, never)
    before = len(row.faults)
    end = row.take("end", lambda value: moment(value, ends=True) if said(value) else None, None)
    length = None
    if "minutes" in row:
        length = row.take("minutes", lambda value: minutes_in(value) if said(value) else None, None)
    if end is None and length is not None:
        return start, start + length
    if ends and end is None and len(row.faults) == before:
        row.fault("is missing", "minutes" if "minutes" in row else "end")
    elif end is not None and end <= start and not row.faults:
        row.fault("the end must come after the start", "end")
    return start, end
