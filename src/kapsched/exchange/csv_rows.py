"""What are the rows of a table? Its cells under our names of columns, and every fault by row and column."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from typing import Generic, NamedTuple, TypeVar

from attrs import field, frozen

from kapsched.errors import Fault, InvalidInput, refuse
from kapsched.exchange.fields import Fields, text
from kapsched.exchange.hours import placed
from kapsched.exchange.table_forms import TableForm, folded_word
from kapsched.exchange.written_times import date_in, minutes_in, moment_in, time_in

T = TypeVar("T")

_SEPARATOR = re.compile(r"sep=([^\"\r\n])\r?\n", re.IGNORECASE)

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


class _Lines:
    """The cells of each line, and the number of the line in which the last of them ended.

    In a first line such as `sep=;` Excel says to itself what parts the columns.
    """

    def __init__(self, content: str, form: TableForm) -> None:
        said = _SEPARATOR.match(content)
        self._before = 1 if said else 0
        self._reader = csv.reader(
            StringIO(content[said.end() :] if said else content, newline=""),
            delimiter=said[1] if said else form.separator,
            quotechar=form.quote,
            strict=True,
        )

    def __iter__(self) -> Iterator[list[str]]:
        return (cells for cells in self._reader if any(cell.strip() for cell in cells))

    @property
    def line_num(self) -> int:
        return self._before + self._reader.line_num


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
    reader = _Lines(content, form)
    found: list[Read[T]] = []
    faults: list[Fault] = []
    header: Header | None = None
    number = 0
    try:
        for cells in reader:
            if header is None:
                header = _header(cells, form, own, source, reader.line_num)
                continue
            number += 1
            if form.passes_over(header.theirs, cells):
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


def unused(content: str, form: TableForm) -> Iterator[str]:
    """What a form says of words that occur nowhere in its table, which was read already."""
    first, *rows = _Lines(content, form)
    columns = [folded_word(one) for one in first]
    of_column = {
        one: {folded_word(row[place]) for row in rows if place < len(row)}
        for place, one in enumerate(columns)
    }
    cells = {cell for row in rows for cell in row}
    there = {
        folded_word(one)
        for cell in cells
        for one in (cell.split(form.joined_by) if form.joined_by else [cell])
    }
    for column, words in form.words.items():
        # Their words for patients may be names.
        yield from _unmet(f"words.{column}", words, there, shown=column not in ("patient", "course"))
    for column, some in form.leave_out.items():
        yield from _unmet(f"leave_out.{column}", some, of_column[folded_word(column)])
    all_words = {folded_word(theirs): ours for words in form.words.values() for theirs, ours in words.items()}
    ours = {folded_word(all_words.get(one, one)) for one in there}
    yield from _unmet("shares", form.shares, ours)


def _unmet(path: str, words: Iterable[str], there: Container[str], *, shown: bool = True) -> Iterator[str]:
    found = [one for one in words if folded_word(one) not in there]
    if found:
        which = " and ".join(map(repr, found)) if shown else f"{len(found)} of the words"
        yield f"{path}: {which} {'occurs' if len(found) == 1 else 'occur'} nowhere in it"


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
        return time_in(value, day, ends=ends) if dated else moment_in(value, form.dates, ends=ends)

    def ending(value: object) -> datetime | None:
        if not said(value):
            return None
        found = moment(value, ends=True)
        first = placed(found, zone_name)
        # Of a time that the clocks show twice the first is meant, unless it is over as the row starts.
        return placed(found.replace(fold=1), zone_name) if first <= start else first

    start = row.need("start", lambda value: placed(moment(value), zone_name), never)
    before = len(row.faults)
    end = row.take("end", ending, None)
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
