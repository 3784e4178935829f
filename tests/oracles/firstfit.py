"""What would a desk do? Each session in programme order at the first start and people that fit."""

from __future__ import annotations

from tests.oracles.clinics import Case
from tests.oracles.reference import Reference
from tests.oracles.visits import Visit


def first_fit(case: Case) -> tuple[Visit, ...] | None:
    """A plan made without ever looking back, or None where that gets stuck."""
    reference = Reference(case)
    placer, book = reference.placer, reference.book
    chosen: list[Visit] = []
    for session in book.owed:
        days = placer.options[session]
        fitting = (
            visit
            for day in sorted(days)
            for visit in days[day]
            if placer.fits(visit, chosen, book.edges) and reference.counts_kept([*chosen, visit])
        )
        visit = next(fitting, None)
        if visit is None:
            return None
        chosen.append(visit)
    return tuple(chosen)
