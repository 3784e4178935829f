"""Which languages are there, and which table does somebody's language call for?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kapsched.model.mappings import FrozenMapping
from kapsched.model.wording import Wording
from kapsched.model.wordings.english import ENGLISH
from kapsched.model.wordings.german import GERMAN
from kapsched.model.wordings.welsh import WELSH

WORDINGS: Mapping[str, Wording] = FrozenMapping({one.language: one for one in (ENGLISH, WELSH, GERMAN)})
"""The tables that are shipped, by the tags of their languages."""


def spoken(language: str, wordings: Iterable[Wording]) -> Wording | None:
    """The table for a language: of its tag or else of the nearest before it, `de` for `de-AT`; the last such."""
    tables = {one.language.lower(): one for one in wordings}
    tag = language.lower()
    while tag and tag not in tables:
        tag = tag.rpartition("-")[0]
    return tables.get(tag)
