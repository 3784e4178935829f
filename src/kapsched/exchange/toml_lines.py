"""On which line of a TOML file does a name stand?

The parser gives values without places. This scan follows the same grammar on text the parser has
accepted, and notes the line of every table, key and element of a list. Elements go by their number from 1 and
also, where they have one, by their `name`.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from contextlib import suppress
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'", re.DOTALL
)
_KEY = re.compile(r'[ \t]*([A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\')[ \t]*')
_BARE = re.compile(r"[^,\]}#\n]*")


class LineIndex:
    """The lines of one TOML text, by path."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self._lines: dict[Path, int] = {}
        self._names: dict[Path, str] = {}
        self._counts: dict[Path, int] = {}
        with suppress(RecursionError, ValueError):  # what was found so far still helps
            self._file()
        self._by_path: dict[str, int] = {}
        for path, line in self._lines.items():
            for written in {self._written(path, by_name=True), self._written(path, by_name=False)}:
                self._by_path.setdefault(written, line)

    def line(self, path: str) -> int:
        """The line of `path`, of the nearest thing around it, or the first."""
        while path:
            if path in self._by_path:
                return self._by_path[path]
            path = path.rpartition(".")[0]
        return 1

    def _written(self, path: Path, *, by_name: bool) -> str:
        parts = []
        for place, part in enumerate(path, start=1):
            name = self._names.get(path[:place], "") if by_name else ""
            parts.append(name or str(part))
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
                self._pair(table)
            self._take(_BLANK)

    def _header(self) -> Path:
        repeated = self._ahead("[[")
        self._at += 2 if repeated else 1
        keys = self._keys()
        path: Path = ()
        for place, key in enumerate(keys, start=1):
            path += (key,)
            if place == len(keys) and repeated:
                self._counts[path] = self._counts.get(path, 0) + 1
            if path in self._counts:
                path += (self._counts[path],)
        self._at += 2 if repeated else 1
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

    def _pair(self, table: Path) -> None:
        start = self._at
        path = table + self._keys()
        self._note(path, start)
        self._at += 1
        self._take(re.compile(r"[ \t]*"))
        begin = self._at
        self._value(path)
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
            self._note((*path, number), self._at)
            self._value((*path, number))
            self._past_comma()
        self._at += 1

    def _inline(self, path: Path) -> None:
        self._at += 1
        self._take(_BLANK)
        while not self._ahead("}"):
            self._pair(path)
            self._past_comma()
        self._at += 1

    def _past_comma(self) -> None:
        self._take(_BLANK)
        if self._ahead(","):
            self._at += 1
            self._take(_BLANK)
        elif not (self._ahead("]") or self._ahead("}")):
            raise ValueError(f"not understood at {self._at}")
