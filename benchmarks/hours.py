"""What does a rule in hours cost? The same courses with it and without, in pairs of programmes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from benchmarks.clinics import Filled, programme
from benchmarks.trial import Tried, trial_courses, tried

# With the rule, and without: doses 48 hours apart rather than two days; integrations 18 to 72 hours after their dose.
PAIRS = (("doses-48-hours", "trial"), ("integration-within-hours", "integration-within-days"))


@frozen(kw_only=True)
class Ruled:
    """Some courses of a programme with a rule in hours, and of the one without it."""

    name: str
    other: str
    ruled: Sequence[Tried]
    free: Sequence[Tried]


def with_hours(count: int, seed: int, filled: Filled) -> Iterator[Ruled]:
    """Both programmes of each pair for the same patients, planned one after the other."""
    for name, other in PAIRS:
        pairs = zip(
            trial_courses(count, seed, programme(name)),
            trial_courses(count, seed, programme(other)),
            strict=True,
        )
        both = [(tried(one, filled), tried(two, filled)) for one, two in pairs]
        yield Ruled(name=name, other=other, ruled=[one for one, _ in both], free=[two for _, two in both])
