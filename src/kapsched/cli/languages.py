"""In which languages is it said? The options that commands share, and what a folder is written in already."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import click

from kapsched.cli.screen import tell
from kapsched.errors import InvalidInput
from kapsched.exchange.wording_files import read_wording
from kapsched.model.wording import HEADS, Wording
from kapsched.model.wordings.english import ENGLISH
from kapsched.model.wordings.shipped import WORDINGS, spoken

F = TypeVar("F", bound=Callable[..., Any])

_KNOWN = f"{', '.join(WORDINGS)}, or a file of wording (.toml)"
_AS_THERE = f"[default: that of the folder, else {ENGLISH.language}]"
_NAME = re.compile(r"^NAME;LANGUAGE=([^:]+):(.*)$", re.MULTILINE)
_SUMMARY = re.compile(r"^SUMMARY;LANGUAGE=([^:]+):(.*)$", re.MULTILINE)


def language_option(command: F) -> F:
    """Adds `--language` to a command, which is given a `wording`, or None where nobody says one."""
    return click.option(
        "--language",
        "wording",
        metavar="TAG",
        callback=lambda _, __, value: None if value is None else _wording(value),
        help=f"The language of texts: {_KNOWN}.  {_AS_THERE}",
    )(command)


def languages_option(command: F) -> F:
    """Adds a `--language` that may be said again to a command, which is given `wordings`, perhaps none."""
    return click.option(
        "--language",
        "wordings",
        metavar="TAG",
        multiple=True,
        callback=lambda _, __, values: tuple(map(_wording, values)),
        help=f"The language of texts: {_KNOWN}; once more for one that only patients read.  {_AS_THERE}",
    )(command)


def _wording(said: str) -> Wording:
    if said.endswith(".toml"):
        return read_wording(said)
    found = spoken(said, WORDINGS.values())
    if found is None:
        known = ", ".join(WORDINGS)
        raise InvalidInput(
            f"there is no {said!r}; there are {known}, and files of wording, which end with .toml",
            path="--language",
        )
    return found


def wording_for(out: Path, said: Wording | None) -> Wording:
    """What was said, or else the language that the folder is written in.

    The words of a file cannot be read back; where a folder has such, a note asks for the file.
    """
    if said is not None:
        return said
    tag = next((tag for tag, _ in _clinic_names(out)), ENGLISH.language)
    found = spoken(tag, WORDINGS.values()) or ENGLISH
    if tag != found.language or any(_strange(out, found)):
        tell(
            f"note: {out} is written in words that are not those of {found.language!r} here; "
            "to go on in them, name their file with --language",
            aside=True,
        )
    return found


def wordings_for(out: Path, said: tuple[Wording, ...]) -> tuple[Wording, ...]:
    """Those that were said, or else the language that the folder is written in, alone."""
    return said or (wording_for(out, None),)


def _clinic_names(out: Path) -> Iterator[tuple[str, str]]:
    """The language and the name of the clinic's calendar, which `plan` always writes."""
    for text in _texts(out, "calendars/clinic/*.ics"):
        yield from _NAME.findall(text)


def _strange(out: Path, wording: Wording) -> Iterator[bool]:
    """Of some texts in the folder, whether a wording that is shipped would have said otherwise."""
    yield from (name != wording.say("clinic", "calendar") for _, name in _clinic_names(out))
    for text in _texts(out, "calendars/patients/*.ics"):
        for tag, summary in _SUMMARY.findall(text):
            of = spoken(tag, WORDINGS.values())
            yield of is None or summary != of.say("patient", "summary")
    heads = {wording.say("desk", head) for head in HEADS}
    for pattern in ("pictures/utilisation.csv", "pictures/courses/*.csv", "pictures/weeks/*.csv"):
        for text in _texts(out, pattern):
            yield not heads.issuperset(next(csv.reader(text.splitlines()), ()))


def _texts(out: Path, pattern: str) -> Iterator[str]:
    for path in sorted(out.glob(pattern)):
        with suppress(OSError, UnicodeDecodeError):  # whoever writes there next says what is wrong with it
            yield path.read_text(encoding="utf-8")
