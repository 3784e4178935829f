"""Who needs to know of what was recorded? References to notes, handed on from a session to those that hang on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kapsched.errors import private_text
from kapsched.model.programme import Session
from kapsched.model.rules import Offset


def a_reference(value: object) -> str:
    """Possibly nothing, or one word of the caller's: never the text of what was said, which no message repeats."""
    if not isinstance(value, str) or private_text(value, most=100) or any(map(str.isspace, value)):
        return "a reference to notes is one word of at most 100 characters, such as an id; it holds no notes"
    return ""


def handed_on(
    recorded: Mapping[str, str], offsets: Iterable[Offset], sessions: Sequence[Session]
) -> dict[str, str]:
    """What is `recorded` on some sessions, by the later sessions that an offset counts from them."""
    places = {session.id: place for place, session in enumerate(sessions)}
    return {
        one.id: recorded[anchor.id]
        for offset in offsets
        for anchor, one in offset.pairs(sessions)
        # What comes before it, as a preparation does, has nothing to learn from it.
        if anchor.id in recorded and places[anchor.id] < places[one.id]
    }
