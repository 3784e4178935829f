"""In which words of its own does a clinic speak? A table of wording as a file, which may build on a shipped one."""

from __future__ import annotations

from os import PathLike
from typing import get_args

from kapsched.errors import require_given
from kapsched.exchange.fields import Fields, choice, label, mapped, text
from kapsched.exchange.toml_files import TomlFile, a_path, read_format
from kapsched.model.wording import Reader, Wording
from kapsched.model.wordings.english import ENGLISH
from kapsched.model.wordings.shipped import WORDINGS

READERS: tuple[Reader, ...] = get_args(Reader)


def read_wording(path: str | PathLike[str]) -> Wording:
    """The wording of a file: a table for each reader, whose texts go before those of the language it is based on."""
    require_given(path=(path, a_path))
    return wording_in(TomlFile.read(path))


def wording_in(file: TomlFile) -> Wording:
    """The wording of a file already parsed."""
    with file.placing():
        return _wording(file.table)


def _wording(value: object) -> Wording:
    with Fields(value) as table:
        read_format(table)
        # With a base that is none, everything would be missing as well.
        based_on = table.take("based_on", _shipped, ENGLISH if "based_on" in table else None)
        take = table.take if based_on else table.need
        language = take("language", label, based_on.language if based_on else "en")
        texts = table.take("texts", _texts, {})
        return Wording(language=language, texts={**(based_on.texts if based_on else {}), **texts})


def _shipped(value: object) -> Wording:
    return WORDINGS[choice(*WORDINGS)(value)]


def _texts(value: object) -> dict[tuple[Reader, str], str]:
    with Fields(value) as table:
        said = {reader: table.take(reader, mapped(text), {}) for reader in READERS}
    return {(reader, key): text for reader, texts in said.items() for key, text in texts.items()}
