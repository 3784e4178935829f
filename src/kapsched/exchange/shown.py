"""How does a message show what stands in a file? Where a table, a list or a time belongs it may be somebody's name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from difflib import get_close_matches

_KINDS: dict[type, str] = {
    str: "a text",
    int: "a number",
    float: "a number",
    date: "a date",
    datetime: "a date and time",
    time: "a time",
}
_SHOWABLE = re.compile(r"[\d:./, +-]*(?:\dT[\d:.+-]*)?(?:\dZ|\d ?[ap]\.?m\.?)?", re.ASCII | re.IGNORECASE)


def shown(value: object) -> str:
    """A parsed value as a message shows it: short, and in the words of the file."""
    if isinstance(value, dict):
        return "named values"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else f"{value[:57]}...")
    return str(value)[:60]


def meant(word: str, known: Iterable[str]) -> str:
    """The known words, or the one that was probably meant, as the end of a message."""
    options = list(dict.fromkeys(known))
    close = get_close_matches(word, options, n=1) or [one for one in options if one.lower() == word.lower()]
    listed = f"known are {', '.join(options)}" if options else "none is known"
    return f"; did you mean {close[0]!r}? ({listed})" if close else f"; {listed}"


def kind(value: object) -> str:
    """What sort of value stands there, and nothing of what it says."""
    return _KINDS.get(type(value)) or shown(value)


def cell(value: object) -> str:
    """What stands where digits are wanted, as a message shows it; what holds more than these and their signs is not."""
    if not isinstance(value, str) or _SHOWABLE.fullmatch(value):
        return shown(value)
    return "words" if any(map(str.isalpha, value)) else "other signs"
