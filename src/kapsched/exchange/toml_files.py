"""What does a TOML file say, and where does each fault stand in it?"""

from __future__ import annotations

from codecs import BOM_UTF8, lookup
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path
from typing import cast

from attrs import frozen

from kapsched.errors import Fault, InvalidInput, require_given, shown
from kapsched.exchange.fields import Fields, whole, within
from kapsched.exchange.toml_lines import LineIndex
from kapsched.exchange.toml_mending import mended

FORMAT = 1


def a_path(value: object) -> str:
    """Where a file is, as Python's own `open` takes it; in text."""
    try:
        found = fspath(cast(str, value))
    except TypeError:
        found = None
    return "" if isinstance(found, str) else f"a path is wanted, not {shown(value)}"


def read_text(path: str | PathLike[str], encoding: str = "utf-8") -> str:
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
    plain = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    if content.startswith(BOM_UTF8) and not plain and lookup(encoding).name != "utf-8-sig":
        message = f"begins with the mark of UTF-8, and is read as {encoding}; its encoding is utf-8"
        raise InvalidInput(Fault(message, source=name, line=1))
    try:
        return content.decode("utf-8-sig" if plain else encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found, what = f"byte 0x{content[error.start]:02x} is no part of it", "UTF-8" if plain else encoding
        message = f"is not {what} text: {found}{'; save the file as UTF-8' if plain else ''}"
        raise InvalidInput(Fault(message, source=name, line=line)) from None


@frozen(slots=False)
class TomlFile:
    """A parsed file that can say on which line a path stands.

    `faults` are those of the file as TOML, raised together with what a reader finds; `aside` are the paths that
    were set aside for them.
    """

    source: str
    text: str
    table: dict[str, object]
    faults: tuple[Fault, ...] = ()
    aside: tuple[str, ...] = ()
    folder: Path = Path()

    @classmethod
    def read(cls, path: str | PathLike[str]) -> TomlFile:
        """Parse the file; a newer format than ours is refused by name."""
        return cls.of(read_text(path), Path(path).name, Path(path).parent)

    @classmethod
    def of(cls, text: str, source: str, folder: Path = Path()) -> TomlFile:
        """Parse the text of a file called `source`, which lies in that folder."""
        if not text.strip():
            raise InvalidInput(Fault(f"the file is empty; it begins with format = {FORMAT}", source=source))
        read = mended(text, source)
        file = cls(source, read.text, read.table, read.faults, read.aside, folder)
        file._refuse_newer()
        return file

    @cached_property
    def _lines(self) -> LineIndex:
        return LineIndex(self.text)

    @contextmanager
    def placing(self) -> Iterator[None]:
        """Within the block every fault is given this file's name and its line; those of its TOML join them."""
        found = list(self.faults)
        try:
            yield
        except InvalidInput as error:
            found += [self._placed(fault) for fault in error.faults if not self._echoes(fault)]
        if found:
            raise InvalidInput(*sorted(found, key=lambda fault: fault.line or 0))

    def _echoes(self, fault: Fault) -> bool:
        """Is it said of what was set aside, of something in it, or of what holds it?"""
        return within(fault.path, self.aside) or any(within(one, (fault.path,)) for one in self.aside)

    def _placed(self, fault: Fault) -> Fault:
        if fault.source:
            return fault
        return fault._replace(source=self.source, line=self._lines.line(fault.path))

    def _refuse_newer(self) -> None:
        form = self.table.get("format")
        if isinstance(form, int) and not isinstance(form, bool) and form > FORMAT:
            newer = f"this file has format {form}; this kapsched reads up to {FORMAT}"
            raise InvalidInput(self._placed(Fault(newer, "format")))


def read_format(fields: Fields) -> None:
    """Take the format of a file from its top table."""
    form = fields.need("format", whole, FORMAT)
    if form != FORMAT:
        fields.fault(f"there is no format {form}; this kapsched reads {FORMAT}", "format")
