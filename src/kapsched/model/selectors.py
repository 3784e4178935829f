"""Which sessions does a rule name? Selectors: `phase/kind/number`, `phase/kind` or `kind`.

`*` stands for anything, so that `induction/*` is a whole phase.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Protocol, TypeVar

from kapsched.errors import Several, each, identifier


class Named(Protocol):
    """What a selector can pick: anything that is a session in a programme."""

    @property
    def id(self) -> str: ...
    @property
    def phase(self) -> str: ...
    @property
    def kind_name(self) -> str: ...
    @property
    def number(self) -> int: ...


S = TypeVar("S", bound=Named)


def as_selectors(value: str | Iterable[str]) -> tuple[str, ...]:
    """One selector or several, as several."""
    return (value,) if isinstance(value, str) else Several(value)


def some_selectors(value: object) -> str:
    """What is wrong with the selectors of a rule, if anything."""
    return each(lambda one: identifier(one, 500))(value) or ("" if value else "name at least one session")


def matches(selector: str, session: Named) -> bool:
    """Does `selector` pick `session`?"""
    return _matches(selector, (session.phase, session.kind_name, str(session.number)))


@lru_cache(maxsize=1 << 16)
def _matches(selector: str, names: tuple[str, str, str]) -> bool:
    parts = selector.split("/")
    if selector == "*":
        return True
    if len(parts) == 1:
        parts = ["*", selector]
    return len(parts) <= 3 and all(part in ("*", name) for part, name in zip(parts, names, strict=False))


def select(selectors: Iterable[str], sessions: Sequence[S]) -> tuple[S, ...]:
    """The sessions that any of `selectors` picks, in programme order."""
    return _selected(tuple(selectors), tuple(sessions))  # type: ignore[return-value]  # equal sessions are the same


# Planner and verifier each ask the same of the same programme, course after course.
@lru_cache(maxsize=1 << 12)
def _selected(selectors: tuple[str, ...], sessions: tuple[Named, ...]) -> tuple[Named, ...]:
    return tuple(session for session in sessions if any(matches(one, session) for one in selectors))
