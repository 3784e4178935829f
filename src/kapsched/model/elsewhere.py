"""What else does the patient come for? The sessions of their other courses, which a programme may count as well."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from attrs import field, frozen

from kapsched.errors import Fault, identifier, require, shown
from kapsched.timeline.zones import an_instant, as_instant, wall, zone

_A_SESSION = re.compile(r"[^/]+/[^/]+/[0-9]{1,9}")


def _a_session(value: object) -> str:
    fault = identifier(value, most=500)
    if not fault and not _A_SESSION.fullmatch(str(value)):
        return f"a session of a programme such as induction/dosing/1 is wanted, not {shown(value)}"
    return fault


@frozen(kw_only=True)
class Elsewhere:
    """A session of another course of the same patient, done or booked: whose, its id in that programme, and when."""

    course: str
    session: str
    start: datetime = field(converter=as_instant)

    def __attrs_post_init__(self) -> None:
        require(self, course=identifier, session=_a_session, start=an_instant)

    def on(self, zone_name: str) -> date:
        """The date it is on in that zone."""
        return wall(self.start, zone(zone_name)).date()

    # By these a selector picks it, as it picks a session of the course itself.

    @property
    def id(self) -> str:
        """Its id in the programme of its own course."""
        return self.session

    @property
    def phase(self) -> str:
        """Its phase there."""
        return self.session.split("/")[0]

    @property
    def kind_name(self) -> str:
        """Its kind there."""
        return self.session.split("/")[1]

    @property
    def number(self) -> int:
        """Which of its kind it is in its phase."""
        return int(self.session.split("/")[2])


def faults_beside(course: str, beside: Iterable[Elsewhere]) -> Iterator[Fault]:
    """What is wrong with what stands beside a course, each with its path."""
    seen: set[tuple[str, str]] = set()
    for place, one in enumerate(beside):
        path = f"beside.{place}"
        if one.course == course:
            yield Fault(f"{one.session} is of this course itself; beside it stand other courses", path)
        elif (one.course, one.session) in seen:
            yield Fault(f"{one.session} of course {one.course!r} stands here twice", path)
        seen.add((one.course, one.session))
