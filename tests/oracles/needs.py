"""What does one visit take? The needs of its segments, and the bookings that meeting them makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from kapsched.model.bookings import Resource
from kapsched.model.programme import SessionKind


class Need(NamedTuple):
    """One person, room or place of a pool that one segment needs, booked from minute to minute of the visit.

    Needs of one `slot` are met by one unit.
    """

    type: str
    role: str
    slot: tuple[str, ...]
    begin: int
    end: int
    sharing: bool


class Piece(NamedTuple):
    """A stretch of one unit's time, in minutes."""

    unit: Resource
    start: int
    end: int
    sharing: bool


def needs_of(kind: SessionKind) -> tuple[Need, ...]:
    """What a visit needs: segment by segment, in each the staff entries, the room, and the pools."""
    found, begin = [], 0
    for number, segment in enumerate(kind.segments):
        end, seen = begin + segment.minutes, Counter[str]()
        for role in segment.staff:
            slot = ("staff", role, str(seen[role]), str(number) if role in kind.handover else "")
            found.append(Need("staff", role, slot, begin, end + segment.tail, role in segment.shares))
            seen[role] += 1
        if segment.room is not None:
            slot = ("room", segment.room, "", str(number) if segment.room in kind.handover else "")
            shared = segment.room in segment.shares
            found.append(Need("room", segment.room, slot, begin, end + segment.turnaround, shared))
        found += [
            Need("pool", role, ("pool", role, "", ""), begin, end + segment.tail, sharing=True)
            for role in segment.pools
        ]
        begin = end
    return tuple(found)


def exclude_each_other(one: Need, two: Need) -> bool:
    """Must these needs of one visit have distinct units?

    The same entry of a role may outlast its segment (by a tail) into its own next one; others may not.
    """
    overlap = one.begin < two.end and two.begin < one.end
    return overlap and one.slot[:3] != two.slot[:3]


def joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """One visit's bookings: those of one unit that touch or overlap are one, and exclusive cuts sharing."""
    minutes: dict[Resource, dict[int, bool]] = {}
    for piece in pieces:
        taken = minutes.setdefault(piece.unit, {})
        for minute in range(piece.start, piece.end):
            taken[minute] = taken.get(minute, True) and piece.sharing
    found: list[Piece] = []
    for unit, taken in minutes.items():
        start = None
        for minute in sorted(taken):
            if start is None:
                start = minute
            if taken.get(minute + 1) is not taken[minute]:
                found.append(Piece(unit, start, minute + 1, taken[minute]))
                start = None
    return tuple(found)
