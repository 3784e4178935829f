"""On which line of a TOML file does a name stand, and what stands at a place?

The parser gives values without places. This scan follows the same grammar, as far as the text does, and notes the
line of every table, key and element of a list. Elements go by their number from 1 and also, where they have one,
by their `name`.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from contextlib import suppress
from typing import TypeAlias

from attrs import define

from kapsched.exchange.fields import NO_NAME

Path: TypeAlias = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'", re.DOTALL
)
_KEY = re.compile(r'[ \t]*([A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\')[ \t]*')
_BARE = re.compile(r"[^,\]}#\n]*")
_CLOSING, _CLOSINGS = re.compile(r"\]"), re.compile(r"\]\]")
_SOMETHING = re.compile(r"(?=[^,}])")
_EQUALS = re.compile(r"=[ \t]*")
_END_OF_LINE = re.compile(r"[ \t\r]*(?:#[^\n]*)?(?:\n|\Z)")


@define
class Part:
    """A table's header, a key with its value, or an element of a list.

    `value` is where the value begins, None for a header; `end` is None where the text does not get so far. What
    stands in no other value is a `statement`.
    """

    path: Path
    start: int
    statement: bool
    value: int | None = None
    end: int | None = None


class LineIndex:
    """The lines of one TOML text, by path."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self._lines: dict[Path, int] = {}
        self._names: dict[Path, str] = {}
        self._counts: dict[Path, int] = {}
        self._parts: list[Part] = []
        with suppress(RecursionError, ValueError):  # what was found so far still helps
            self._file()
        self._by_path: dict[str, int] = {}
        for path, line in self._lines.items():
            for written in self.written(path):
                self._by_path.setdefault(written, line)

    def line(self, path: str) -> int:
        """The line of `path`, of the nearest thing around it, or the first."""
        while path:
            if path in self._by_path:
                return self._by_path[path]
            path = path.rpartition(".")[0]
        return 1

    def at(self, place: int) -> Part | None:
        """The innermost part around a place in the text."""
        around = (one for one in reversed(self._parts) if one.start <= place)
        return next((one for one in around if one.end is None or place <= one.end), None)

    def nearest(self, place: int) -> Path:
        """The path of the part around a place, of a statement before it on its line, or of its table."""
        around = self.at(place)
        for part in reversed(self._parts) if around is None else ():
            ended = part.statement and part.end is not None and part.end < place
            if ended and (part.value is None or "\n" not in self._text[part.end : place]):
                return part.path
        return () if around is None else around.path

    def beneath(self, header: Part) -> tuple[list[Part], int]:
        """The parts of a table, and where it ends: at the next header, or where the scan has ended."""
        later = [part for part in self._parts if part.start > header.start]
        ends = (place for place, part in enumerate(later) if part.statement and part.value is None)
        end = next(ends, len(later))
        return later[:end], later[end].start if end < len(later) else self._at

    def written(self, path: Path) -> tuple[str, str]:
        """A path with the names of elements that have one, and with all by number."""
        return self._written(path, by_name=True), self._written(path, by_name=False)

    def _written(self, path: Path, *, by_name: bool) -> str:
        parts = []
        for place, part in enumerate(path, start=1):
            name = self._names.get(path[:place], "") if by_name else ""
            parts.append(name or str(part) or NO_NAME)
        return ".".join(parts)

    def _note(self, path: Path, at: int) -> None:
        for length in range(1, len(path) + 1):
            self._lines.setdefault(path[:length], bisect_right(self._breaks, at - 1) + 1)

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError(f"not understood at {self._at}")
        self._at = found.end()
        return found[found.lastindex or 0]

    def _ahead(self, text: str) -> bool:
        return self._text.startswith(text, self._at)

    def _file(self) -> None:
        table: Path = ()
        self._take(_BLANK)
        while self._at < len(self._text):
            start = self._at
            if self._ahead("["):
                table = self._header()
                self._note(table, start)
            else:
                self._pair(table, statement=True)
            self._take(_END_OF_LINE)
            self._take(_BLANK)

    def _header(self) -> Path:
        start, repeated = self._at, self._ahead("[[")
        self._at += 2 if repeated else 1
        keys = self._keys()
        path: Path = ()
        for place, key in enumerate(keys, start=1):
            path += (key,)
            if place == len(keys) and repeated:
                self._counts[path] = self._counts.get(path, 0) + 1
            if path in self._counts:
                path += (self._counts[path],)
        self._parts.append(Part(path, start, statement=True, end=self._at))
        self._take(_CLOSINGS if repeated else _CLOSING)
        return path

    def _keys(self) -> Path:
        keys = [self._key()]
        while self._ahead("."):
            self._at += 1
            keys.append(self._key())
        return tuple(keys)

    def _key(self) -> str:
        written = self._take(_KEY)
        return next(iter(tomllib.loads(f"{written} = 0"))) if written[0] in "\"'" else written

    def _pair(self, table: Path, *, statement: bool = False) -> None:
        start = self._at
        path = table + self._keys()
        self._note(path, start)
        part = Part(path, start, statement=statement)
        self._parts.append(part)
        self._take(_EQUALS)
        part.value = begin = self._at
        self._value(path)
        part.end = self._at
        if path[-1] == "name" and len(path) > 1 and isinstance(path[-2], int):
            value = tomllib.loads(f"v = {self._text[begin : self._at]}")["v"]
            if isinstance(value, str):
                self._names[path[:-1]] = value

    def _value(self, path: Path) -> None:
        if self._ahead("["):
            self._list(path)
        elif self._ahead("{"):
            self._inline(path)
        elif self._ahead('"') or self._ahead("'"):
            self._take(_STRING)
        else:
            self._take(_BARE)

    def _list(self, path: Path) -> None:
        number = 0
        self._at += 1
        self._take(_BLANK)
        while not self._ahead("]"):
            number += 1
            self._take(_SOMETHING)
            self._note((*path, number), self._at)
            part = Part((*path, number), self._at, statement=False, value=self._at)
            self._parts.append(part)
            self._value(part.path)
            part.end = self._at
            self._past_comma("]")
        self._at += 1

    def _inline(self, path: Path) -> None:
        self._at += 1
        self._take(_BLANK)
        while not self._ahead("}"):
            self._pair(path)
            self._past_comma("}")
        self._at += 1

    def _past_comma(self, closing: str) -> None:
        self._take(_BLANK)
        if self._ahead(","):
            self._at += 1
            self._take(_BLANK)
        elif not self._ahead(closing):
            raise ValueError(f"not understood at {self._at}")
