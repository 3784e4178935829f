"""In which words of its own does a clinic speak? A table of wording as a file, which may build on a shipped one."""

from __future__ import annotations

from os import PathLike
from typing import get_args

from kapsched.errors import Fault, InvalidInput, require_given
from kapsched.exchange.fields import Fields, choice, label, text
from kapsched.exchange.file_sorts import sort_of_table
from kapsched.exchange.toml_files import TomlFile, a_path, read_format
from kapsched.model.wording import BLANKS, Reader, Wording
from kapsched.model.wordings.english import ENGLISH
from kapsched.model.wordings.shipped import WORDINGS

READERS: tuple[Reader, ...] = get_args(Reader)


def read_wording(path: str | PathLike[str]) -> Wording:
    """The wording of a file: a table for each audience, whose texts go before those of the language it is based on."""
    require_given(path=(path, a_path))
    file = TomlFile.read(path)
    if sort_of_table(file.table) not in ("wording", ""):
        message = "is no file of wording: that has based_on or language, and [texts]"
        raise InvalidInput(*file.faults, Fault(message, source=file.source))
    return wording_in(file)


def wording_in(file: TomlFile) -> Wording:
    """The wording of a file already parsed."""
    with file.placing():
        return _wording(file.table)


def _wording(value: object) -> Wording:
    with Fields(value) as table:
        read_format(table)
        # With a base that is none, everything would be missing as well.
        base = table.take("based_on", _shipped, ENGLISH if "based_on" in table else None)
        texts = _texts(table)
        if base is None and len(texts) < len(BLANKS) / 2:
            known = ", ".join(WORDINGS)
            table.fault(
                f"is missing: name the language, of {known}, whose texts stand where none is said here",
                "based_on",
            )
            base = ENGLISH
        take = table.take if base else table.need
        language = take("language", label, base.language if base else ENGLISH.language)
        return Wording(language=language, texts={**(base.texts if base else {}), **texts})


def _shipped(value: object) -> Wording:
    return WORDINGS[choice(*WORDINGS)(value)]


def _texts(table: Fields) -> dict[tuple[Reader, str], str]:
    """The texts that can be read; of the others the faults are noted, so that no fault hides another."""
    found: dict[tuple[Reader, str], str] = {}

    def read(value: object) -> None:
        with Fields(value) as readers:
            for reader in READERS:
                said = readers.each(reader, lambda key, one: (key, text(one)))
                found.update(((reader, key), one) for key, one in said)

    table.take("texts", read, None)
    return found
