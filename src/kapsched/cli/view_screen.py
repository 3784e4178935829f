"""How does a view stand on a screen of some width?

Where its columns are too wide together, first the spare ones leave in their order, then those that may be
continued give way in theirs. Where that is not enough there are no columns: each row is a line that goes on
beneath itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from kapsched.exchange.views import Row, Tone, View

GAP = 2
"""Spaces between columns."""
LEAST = 12
"""A column that may be continued is never narrower, as long as all the others have their space."""

STYLES: dict[Tone, str] = {"taken": "italic", "cancelled": "strike", "done": "dim"}


def show_view(view: View) -> None:
    """The view on the screen, as wide as that is; without a terminal it is plain text."""
    console = Console(highlight=False)
    with console.capture() as written:
        for line in lines(view, console):
            # What is still too long is left to the terminal: cut off, it would be lost.
            console.print(line, soft_wrap=True)
    # Not by the console itself, which calls it a failure when whoever reads has seen enough.
    click.echo(written.get(), nl=False)


def lines(view: View, console: Console) -> Iterator[Text]:
    """Title, summary, heads and groups, one line after another."""
    yield from (Text(line.plain, "bold") for line in _wrapped(view.title, console.width, console))
    yield from _wrapped(view.summary, console.width, console)
    if not view.groups:
        return
    places = _places(view, console.width)
    widths = _widths(view, places, console.width)
    columns = _whole(widths) <= console.width
    yield Text()
    if columns:
        yield from _in_columns(view.heads, places, widths, console, "dim")
    for turn, (heading, rows) in enumerate(view.groups):
        if turn:
            yield Text()
        if heading:
            yield Text(heading, "bold cyan")
        for row in rows:
            style = STYLES.get(row.tone, "")
            if columns:
                yield from _in_columns(row.cells, places, widths, console, style)
            else:
                yield from _in_a_line(row, places, console, style)


def _rows(view: View) -> list[Row]:
    return [row for _, rows in view.groups for row in rows]


def _natural(view: View, place: int) -> int:
    return max(cell_len(view.heads[place]), *(cell_len(row.cells[place]) for row in _rows(view)))


def _whole(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _places(view: View, width: int) -> list[int]:
    """Which columns are shown: first those leave that hold nothing, then, while it is too narrow, the spare ones."""
    places = [place for place, _ in enumerate(view.heads) if any(row.cells[place] for row in _rows(view))]
    for head in view.spare:
        if _whole([_natural(view, place) for place in places]) <= width:
            break
        places = [place for place in places if view.heads[place] != head]
    return places


def _widths(view: View, places: list[int], width: int) -> list[int]:
    """As wide as its cells each; where that is too much, the columns that may be continued give way in their order."""
    widths = [_natural(view, place) for place in places]
    soft = [places.index(place) for head in view.wrapped for place in places if view.heads[place] == head]
    for turn in soft:
        widths[turn] = max(min(widths[turn], LEAST), widths[turn] - max(0, _whole(widths) - width))
    return widths


def _in_columns(
    cells: Sequence[str], places: Sequence[int], widths: Sequence[int], console: Console, style: str
) -> Iterator[Text]:
    columns = [_wrapped(cells[place], width, console) for place, width in zip(places, widths, strict=True)]
    for turn in range(max(map(len, columns))):
        line = Text()
        for column, width in zip(columns, widths, strict=True):
            words = column[turn] if turn < len(column) else Text()
            line.append(words.plain, style)
            line.append(" " * (width - words.cell_len + GAP))
        line.rstrip()
        yield line


def _in_a_line(row: Row, places: Sequence[int], console: Console, style: str) -> Iterator[Text]:
    words = " ".join(row.cells[place].strip() for place in places if row.cells[place])
    begin = GAP if row.tone == "part" else 0
    for turn, line in enumerate(_wrapped(words, max(1, console.width - 2 * GAP), console)):
        yield Text(" " * (begin + GAP * bool(turn))).append(line.plain, style)


def _wrapped(words: str, width: int, console: Console) -> list[Text]:
    """The words in lines of that width, broken at spaces where there are any."""
    found = list(Text(words).wrap(console, width, overflow="fold"))
    for line in found:
        line.rstrip()
    return found
