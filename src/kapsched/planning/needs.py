"""What does a visit take? Each unit it needs, with the stretches for which that unit is taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from math import gcd
from typing import TypeAlias

from attrs import frozen

from kapsched.model.bookings import ResourceType
from kapsched.model.course import Course
from kapsched.model.programme import Segment, SessionKind

# Minutes from the start of the visit, half-open, and whether the unit is taken whole.
Stretch: TypeAlias = tuple[int, int, bool]


@frozen
class Need:
    """One unit that a visit needs: who fills a role, which room of a type or what pool, from when to when.

    `turn` counts the entries of one role. Where units may be handed over, an entry is a need for each segment.
    """

    type: ResourceType
    what: str
    turn: int
    stretches: tuple[Stretch, ...]

    def meets(self, other: Need) -> bool:
        """Must both be two units, being needed at one instant? What stays on in its own entry meets nobody."""
        own = (self.type, self.what, self.turn) == (other.type, other.what, other.turn)
        return (
            not own
            and self.type == other.type
            and any(one[0] < two[1] and two[0] < one[1] for one in self.stretches for two in other.stretches)
        )

    @property
    def end(self) -> int:
        """Minutes from the start of the visit until the unit is free again."""
        return max(last for _, last, _ in self.stretches)


@lru_cache(maxsize=1024)
def needs_of(kind: SessionKind) -> tuple[Need, ...]:
    """The units a kind of session needs, in the order in which they first appear: by segment staff, room, pools."""
    taken: dict[tuple[ResourceType, str, int, int], list[Stretch]] = {}
    for place, (begin, segment) in enumerate(kind.timed()):
        for type, what, turn, after in _entries(segment):
            own = place if what in kind.handover and type != "pool" else -1
            alone = what not in segment.shares and type != "pool"
            stretch = (begin, begin + segment.minutes + after, alone)
            taken.setdefault((type, what, turn, own), []).append(stretch)
    return tuple(
        Need(type, what, turn, joined(stretches)) for (type, what, turn, _), stretches in taken.items()
    )


def _entries(segment: Segment) -> list[tuple[ResourceType, str, int, int]]:
    """Each unit of a segment: its type, role or room type, which one of several, and the minutes it stays after."""
    seen: Counter[str] = Counter()
    entries: list[tuple[ResourceType, str, int, int]] = []
    for role in segment.staff:
        entries.append(("staff", role, seen[role], segment.tail))
        seen[role] += 1
    if segment.room is not None:
        entries.append(("room", segment.room, 0, segment.turnaround))
    entries += [("pool", role, 0, segment.tail) for role in segment.pools]
    return entries


def joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Stretches that touch or overlap as one; a whole stretch cuts a sharing one."""
    stretches = tuple(stretches)
    whole = _merged([(first, last) for first, last, exclusive in stretches if exclusive])
    left = _merged([(first, last) for first, last, exclusive in stretches if not exclusive])
    for start, end in whole:
        left = [
            piece
            for first, last in left
            for piece in ((first, min(last, start)), (max(first, end), last))
            if piece[0] < piece[1]
        ]
    return tuple(sorted([(*span, True) for span in whole] + [(*span, False) for span in left]))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def step_of(course: Course) -> int:
    """The minutes that every duration of a course's sessions is a multiple of."""
    return gcd(
        *(
            minutes
            for kind in {session.kind for session in course.planned.sessions}
            for minutes in (*_lengths(kind),)
        )
    )


def _lengths(kind: SessionKind) -> Iterator[int]:
    yield kind.minutes
    for need in needs_of(kind):
        for first, last, _ in need.stretches:
            yield first
            yield last
