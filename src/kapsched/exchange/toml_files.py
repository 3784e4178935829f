"""What does a TOML file say, and where does each fault stand in it?"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path
from typing import cast

from attrs import frozen

from kapsched.errors import Fault, InvalidInput, require_given, shown
from kapsched.exchange.fields import Fields, named, whole
from kapsched.exchange.toml_lines import LineIndex

FORMAT = 1

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_TWICE = re.compile(r"Cannot (?:declare|mutate immutable namespace|overwrite) ?(\(.*\))?.*")


def a_path(value: object) -> str:
    """Where a file is, as Python's own `open` takes it; in text."""
    try:
        found = fspath(cast(str, value))
    except TypeError:
        found = None
    return "" if isinstance(found, str) else f"a path is wanted, not {shown(value)}"


def read_text(path: str | PathLike[str]) -> str:
    """The text of a file; one that is not there or is not text is `InvalidInput` that names it."""
    require_given(path=(path, a_path))
    name = Path(path).name or str(path)
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise InvalidInput(Fault("there is no such file", source=name)) from None
    except IsADirectoryError:
        raise InvalidInput(Fault("is a directory; a file is wanted", source=name)) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InvalidInput(Fault(f"cannot be read: {why}", source=name)) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = (
            f"is not UTF-8 text: byte 0x{content[error.start]:02x} is no part of it; save the file as UTF-8"
        )
        raise InvalidInput(Fault(message, source=name, line=line)) from None


@frozen(slots=False)
class TomlFile:
    """A parsed file that can say on which line a path stands."""

    source: str
    text: str
    table: dict[str, object]

    @classmethod
    def read(cls, path: str | PathLike[str]) -> TomlFile:
        """Parse the file; a newer format than ours is refused by name."""
        return cls.of(read_text(path), Path(path).name)

    @classmethod
    def of(cls, text: str, source: str) -> TomlFile:
        """Parse the text of a file called `source`."""
        file = cls(source, text, _parsed(text, source))
        with file.placing():
            _refuse_newer(file.table)
        return file

    @cached_property
    def _lines(self) -> LineIndex:
        return LineIndex(self.text)

    @contextmanager
    def placing(self) -> Iterator[None]:
        """Within the block every fault is given this file's name and its line."""
        try:
            yield
        except InvalidInput as error:
            placed = map(self._placed, error.faults)
            raise InvalidInput(*sorted(placed, key=lambda fault: fault.line or 0)) from None

    def _placed(self, fault: Fault) -> Fault:
        if fault.source:
            return fault
        return fault._replace(source=self.source, line=self._lines.line(fault.path))


def _parsed(text: str, source: str) -> dict[str, object]:
    if not text.strip():
        raise InvalidInput(Fault(f"the file is empty; it begins with format = {FORMAT}", source=source))
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise InvalidInput(Fault("is nested too deeply to be read", source=source)) from None
    except ValueError as error:
        raise InvalidInput(_syntax_fault(str(error), text, source)) from None


def _syntax_fault(message: str, text: str, source: str) -> Fault:
    place = _PLACE.search(message)
    line = int(place[1]) if place and place[1] else text.count("\n") + 1 if place else None
    said = message[: place.start()] if place else message
    if twice := _TWICE.fullmatch(said):
        path = ".".join(re.findall(r"'([^']*)'", twice[1] or ""))
        return Fault("is said twice; each id and each key stands once", path, source, line)
    return Fault(f"is not TOML: {said[:1].lower()}{said[1:]}", "", source, line)


def _refuse_newer(table: dict[str, object]) -> None:
    form = named(table).get("format")
    if isinstance(form, int) and not isinstance(form, bool) and form > FORMAT:
        raise InvalidInput(f"this file has format {form}; this kapsched reads up to {FORMAT}", path="format")


def read_format(fields: Fields) -> None:
    """Take the format of a file from its top table."""
    form = fields.need("format", whole, FORMAT)
    if form != FORMAT:
        fields.fault(f"there is no format {form}; this kapsched reads {FORMAT}", "format")
