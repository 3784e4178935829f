"""In which languages is it said? The options that commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from kapsched.errors import InvalidInput
from kapsched.exchange.wording_files import read_wording
from kapsched.model.wording import Wording
from kapsched.model.wordings.english import ENGLISH
from kapsched.model.wordings.shipped import WORDINGS, spoken

F = TypeVar("F", bound=Callable[..., Any])

_KNOWN = f"{', '.join(WORDINGS)}, or a file of wording (.toml)"


def language_option(command: F) -> F:
    """Adds `--language` to a command, which is given a `wording`."""
    return click.option(
        "--language",
        "wording",
        metavar="TAG",
        default=ENGLISH.language,
        show_default=True,
        callback=lambda _, __, value: _wording(value),
        help=f"The language of texts: {_KNOWN}.",
    )(command)


def languages_option(command: F) -> F:
    """Adds a `--language` that may be said again to a command, which is given `wordings`, at least one."""
    return click.option(
        "--language",
        "wordings",
        metavar="TAG",
        multiple=True,
        default=(ENGLISH.language,),
        show_default=True,
        callback=lambda _, __, values: tuple(map(_wording, values)),
        help=f"The language of texts: {_KNOWN}; once more for one that only patients read.",
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
