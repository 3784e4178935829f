"""What may stand in a file of wording?"""

from __future__ import annotations

from typing import get_args

from kapsched.exchange.schemas.values import LABEL, TEXT, form
from kapsched.exchange.schemas.words import Schema, choice, says, table
from kapsched.exchange.toml_files import FORMAT
from kapsched.model.wording import BLANKS, LINES, Reader, Wording
from kapsched.model.wordings.shipped import WORDINGS

_READERS: tuple[Reader, ...] = get_args(Reader)


def _texts(reader: Reader) -> Schema:
    """The texts of one reader by key; the blanks are what an editor shows of each."""
    keys = [key for of, key in BLANKS if of == reader]
    told = {key: ", ".join(f"{{{one}}}" for one in sorted(BLANKS[reader, key])) or "none" for key in keys}
    return {
        "type": "object",
        "properties": {
            key: says(f"Blanks: {told[key]}.", TEXT if (reader, key) in LINES else LABEL) for key in keys
        },
        "additionalProperties": TEXT,
        "propertyNames": {"enum": keys},
    }


TEXTS = table(
    "Texts by who reads them.",
    needs={},
    takes={reader: says(f"What the {reader} reads.", _texts(reader)) for reader in _READERS},
)
WORDING = table(
    Wording,
    needs={"format": form(FORMAT)},
    takes={
        "language": says('The tag of its language, such as "cy-GB".', LABEL),
        "based_on": says("The language whose texts stand where none is said here.", choice(WORDINGS)),
        "texts": says("The texts, by who reads them.", TEXTS),
    },
    ways=[["based_on"], ["language"]],
)
