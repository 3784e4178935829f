"""Does a complete plan take anything twice? Judged minute by minute, for the planner that tries everything."""

from __future__ import annotations

from kapsched.model.bookings import Resource
from kapsched.model.clinic import Pool
from tests.oracles.needs import Piece
from tests.oracles.visits import Setting, Visit


def clash(setting: Setting, chosen: list[Visit]) -> bool:
    """Minute by minute: is anybody or anything of the course in two visits that do not share?"""
    there = [minute for visit in chosen for minute in range(visit.start, visit.end)]
    if len(set(there)) < len(there):
        return True
    pieces: dict[Resource, list[Piece]] = {}
    for visit in chosen:
        for piece in visit.pieces:
            pieces.setdefault(piece.unit, []).append(piece)
    for unit, some in pieces.items():
        # What one visit takes of a unit never overlaps, so that one piece meets nothing.
        if unit.type != "pool" and len(some) > 1 and _taken_twice(setting, unit, some):
            return True
    if not setting.clinic.pools:
        return False
    taken: dict[tuple[Resource, int], list[bool]] = {}
    for unit, some in pieces.items():
        for piece in some:
            for minute in range(piece.start, piece.end):
                taken.setdefault((unit, minute), []).append(piece.sharing)
    return any(_crowded(setting, pool, taken) for pool in setting.clinic.pools)


def _taken_twice(setting: Setting, unit: Resource, pieces: list[Piece]) -> bool:
    """Is there a minute at which a unit is taken by two that do not share, or by more than it can take?"""
    taken: dict[int, list[bool]] = {}
    for piece in pieces:
        for minute in range(piece.start, piece.end):
            taken.setdefault(minute, []).append(piece.sharing)
    for minute, sharing in taken.items():
        others = setting.shared[unit][minute] if unit in setting.shared else 0
        if len(sharing) > 1 and (not all(sharing) or len(sharing) + others > setting.capacity(unit)):
            return True
    return False


def _crowded(setting: Setting, pool: Pool, taken: dict[tuple[Resource, int], list[bool]]) -> bool:
    """Is there a minute of ours at which a pool has more patients than its members may watch?"""
    ward, members = (
        Resource("pool", pool.role),
        [Resource("staff", one.id) for one in setting.clinic.staff_of(pool.role)],
    )
    ours = {minute for unit, minute in taken if unit == ward}
    ours |= {minute for (unit, minute), sharing in taken.items() if unit in members and not all(sharing)}
    for minute in ours:
        watching = [
            one
            for one in members
            if minute in setting.works_at(one)
            and minute not in setting.taken.get(one, ())
            and all(taken.get((one, minute), ()))
        ]
        watched = len(taken.get((ward, minute), ()))
        watched += setting.shared[ward][minute] if ward in setting.shared else 0
        if watched > pool.ratio * len(watching):
            return True
    return False
