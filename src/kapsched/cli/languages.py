"""In which language is it said? The option that commands share."""

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


def language_option(command: F) -> F:
    """Adds `--language` to a command, which is given a `wording`."""
    return click.option(
        "--language",
        "wording",
        metavar="TAG",
        default=ENGLISH.language,
        show_default=True,
        callback=lambda _, __, value: _wording(value),
        help=f"The language of texts: {', '.join(WORDINGS)}, or a file of wording (.toml).",
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
