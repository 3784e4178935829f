"""Which visit may begin only after another has ended, and how long after? The order that a course's rules ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from kapsched.model.course import Course
from kapsched.model.programme import Session
from kapsched.model.rules import Gap, Offset
from kapsched.timeline.units import Hours, Length
from kapsched.timeline.zones import Zone, instant, midnight, wall


class Link(NamedTuple):
    """From one session to a later one at least so long; hours are counted from its end, or from its start."""

    before: str
    after: str
    least: Length
    from_start: bool

    def first_instant(self, start: datetime, end: datetime, place: Zone) -> datetime:
        """When the later session may begin at the earliest, in UTC, after a visit from `start` to `end`.

        Open days count as days, which they are at least.
        """
        if isinstance(self.least, Hours):
            return instant(start if self.from_start else end) + timedelta(hours=self.least.count)
        return instant(midnight(wall(start, place).date() + timedelta(days=self.least.count), place))


def links(course: Course) -> tuple[Link, ...]:
    """What the offsets and gaps of the course say of which session comes after which, in order of its rules."""
    return tuple(_links(course))


class Courses:
    """Courses by their ids, and what their rules say of each session, worked out once for all calendars."""

    def __init__(self, courses: Iterable[Course] = ()) -> None:
        self._courses = {course.id: course for course in courses}
        self._links: dict[str, dict[str, list[Link]]] = {}

    def get(self, id: str) -> Course | None:
        """The course of that id, where it is known."""
        return self._courses.get(id)

    def links(self, course: str, session: str) -> Sequence[Link]:
        """What comes after a session, and before it."""
        if course not in self._links:
            found = self._links[course] = {}
            for link in links(self._courses[course]) if course in self._courses else ():
                for one in (link.before, link.after):
                    found.setdefault(one, []).append(link)
        return self._links[course].get(session, ())


def _links(course: Course) -> Iterator[Link]:
    places = {session.id: place for place, session in enumerate(course.planned.sessions)}
    for rule in course.planned.rules:
        if isinstance(rule, Gap) and rule.at_least is not None:
            for earlier, later in rule.pairs(course.planned.sessions):
                yield Link(earlier.id, later.id, rule.at_least, rule.between == "start-start")
        if isinstance(rule, Offset):
            for anchor, session in rule.pairs(course.planned.sessions):
                yield from _of_offset(rule, anchor, session, in_order=places[anchor.id] < places[session.id])


def _of_offset(rule: Offset, anchor: Session, session: Session, *, in_order: bool) -> Iterator[Link]:
    from_start = rule.between == "start-start"
    if rule.earliest.count > 0 or (rule.earliest.count == 0 and in_order):
        yield Link(anchor.id, session.id, rule.earliest, from_start)
    elif rule.latest.count < 0 or (rule.latest.count == 0 and not in_order):
        # Hours before an anchor are counted from the session's end, whatever they are counted from after it.
        yield Link(session.id, anchor.id, type(rule.latest)(-rule.latest.count), from_start=False)
