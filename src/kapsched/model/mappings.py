"""What goes by names and stays as it is? A mapping that can be a field of a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from attrs import field, frozen

K = TypeVar("K")
V = TypeVar("V")


def _copied(given: Mapping[K, V]) -> Mapping[K, V]:
    return dict(given)


@frozen(eq=False, repr=False)
class FrozenMapping(Mapping[K, V]):
    """A copy of a mapping, in its order, that nobody can change; equal to any mapping that holds the same."""

    _held: Mapping[K, V] = field(factory=dict, converter=_copied)

    def __getitem__(self, key: K) -> V:
        return self._held[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def __hash__(self) -> int:
        return hash(frozenset(self._held.items()))

    def __repr__(self) -> str:
        return repr(self._held)
