"""What can still be read of a TOML file where some of it is no TOML?

The parser stops at its first fault. Where that lies within one value, or is something said twice, the value or what
is said once more is set aside, so that parser and readers go on and find what else is wrong.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from attrs import frozen

from kapsched.errors import Fault, InvalidInput
from kapsched.exchange.toml_lines import LineIndex, Part

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_TWICE = re.compile(
    r"(?:Cannot (?:declare|mutate immutable namespace|overwrite|redefine namespace)|Duplicate inline table key)"
    r" ?(\(.*\))?.*"
)
# A time by itself: TOML, and nothing that any key here takes.
_ASIDE = "00:00:00"
_MOST_FAULTS = 100


class Mended(NamedTuple):
    """What was read of a text, the text as it was read at last, the faults of its TOML, and the paths set aside."""

    table: dict[str, object]
    text: str
    faults: tuple[Fault, ...]
    aside: tuple[str, ...]


def mended(text: str, source: str) -> Mended:
    """Parse a text, setting aside what can be; `InvalidInput` where it cannot be parsed all the same."""
    faults: list[Fault] = []
    aside: list[str] = []
    while True:
        try:
            return Mended(tomllib.loads(text), text, tuple(faults), tuple(aside))
        except RecursionError:
            raise InvalidInput(*faults, Fault("is nested too deeply to be read", source=source)) from None
        except ValueError as error:
            stop = _Stop.of(str(error), text)
        # Where a value set aside did not help, it was something around it, which has been told.
        if stop.twice or stop.path not in aside:
            faults.append(stop.fault._replace(source=source))
        left = stop.twice_aside() if stop.twice else stop.value_aside()
        if left is None or len(faults) == _MOST_FAULTS:
            raise InvalidInput(*faults)
        aside += left.paths
        text = left.text


class _Left(NamedTuple):
    """A text with something set aside, every line where it was, and the paths of that."""

    text: str
    paths: tuple[str, ...]


@frozen(slots=False)
class _Stop:
    """Where the parser stopped in a text, if it told, and what it said."""

    text: str
    said: str
    place: int | None

    @classmethod
    def of(cls, message: str, text: str) -> _Stop:
        found = _PLACE.search(message)
        if found is None:
            return cls(text, message, None)
        said, place = message[: found.start()], len(text)
        if found[1]:
            before = text.split("\n")[: int(found[1]) - 1]
            place = sum(len(line) + 1 for line in before) + int(found[2]) - 1
        return cls(text, said, place)

    @cached_property
    def twice(self) -> re.Match[str] | None:
        """Is it that something is said twice?"""
        return _TWICE.fullmatch(self.said)

    @cached_property
    def _index(self) -> LineIndex:
        return LineIndex(self.text)

    @cached_property
    def _part(self) -> Part | None:
        return None if self.place is None else self._index.at(self.place)

    @property
    def path(self) -> str:
        """The path of what stands there, or of the table that it stands in."""
        return "" if self.place is None else self._index.written(self._index.nearest(self.place))[0]

    @property
    def fault(self) -> Fault:
        """What to tell of it."""
        line = None if self.place is None else self.text.count("\n", 0, self.place) + 1
        if self.twice:
            named = ".".join(re.findall(r"'([^']*)'", self.twice[1] or ""))
            return Fault("is said twice; each id and each key stands once", named or self.path, line=line)
        return Fault(f"is not TOML: {self.said[:1].lower()}{self.said[1:]}", self.path, line=line)

    def twice_aside(self) -> _Left | None:
        """The text without what is said once more; None where it is not a statement."""
        part = self._part
        if part is None or not part.statement or part.end is None:
            return None
        if part.value is not None:
            return self._without(part.start, part.end, ())
        # A table goes with all that it says, which else would be said by the one before.
        parts, end = self._index.beneath(part)
        return self._without(part.start, end, parts)

    def _without(self, start: int, end: int, parts: Iterable[Part]) -> _Left:
        gone = re.sub(r"[^\n]", " ", self.text[start:end])
        paths = tuple(path for part in parts for path in self._index.written(part.path))
        return _Left(self.text[:start] + gone + self.text[end:], paths)

    def value_aside(self) -> _Left | None:
        """The text with something else in place of the value; None where it is not a single one on a line."""
        part = self._part
        if part is None or part.value is None or part.end is None:
            return None
        value = self.text[part.value : part.end]
        if "\n" in value or value.startswith(("[", "{")) or value.strip() == _ASIDE:
            return None
        text = self.text[: part.value] + _ASIDE + self.text[part.end :]
        return _Left(text, self._index.written(part.path))
