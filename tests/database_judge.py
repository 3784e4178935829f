"""What stands in a table after a race: is anything there twice, or by halves?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from kapsched import Booking, verify
from kapsched.testing import a_course_is_whole_or_absent, nothing_is_booked_twice
from tests.database_race import CLINIC, NOW, WRITERS, Tale, course


def judged(tales: list[Tale]) -> None:
    """Was every course booked, whole, and nothing twice?"""
    assert [tale.trouble for tale in tales] == [""] * WRITERS
    plans = {id: plan for tale in tales for id, plan in tale.plans.items()}
    for stock in tales[0].stocks:
        written = [plans[course(turn, writer).id] for turn in stock.rounds for writer in range(WRITERS)]
        assert Counter(stock.rows) == Counter(row for plan in written for row in plan.bookings)
        assert list(crowds(stock.rows)) == []
        nothing_is_booked_twice(stock.rows, CLINIC)
        for plan in written:
            a_course_is_whole_or_absent(stock.rows, plan.course)
            report = verify(plan, plan.course, CLINIC, booked=stock.rows, now=NOW, horizon=CLINIC.horizon)
            assert not report.findings, str(report)


def crowds(rows: Iterable[Booking]) -> Iterator[Booking]:
    """The bookings at whose start an exclusive one is not alone, or more share a resource than it has places."""
    for resource, several in groupby(sorted(rows), key=lambda row: row.of):
        there: list[Booking] = []
        for one in several:
            there = [*(other for other in there if other.end > one.start), one]
            known = CLINIC.by_resource.get(resource)
            places = 1 if any(other.exclusive for other in there) else known.capacity if known else len(there)
            if len(there) > places:
                yield one
