"""What holds of the rows of any desk? Three laws, judged from rows, clinic and course alone, in plain intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from kapsched.model.appointments import Appointment
from kapsched.model.bookings import RESOURCE_TYPES, Resource
from kapsched.model.clinic import Clinic
from kapsched.model.course import Course, Patient
from kapsched.testing.pools import Taken, first_crowd, pools_of
from kapsched.timeline.intervals import IntervalSet
from kapsched.timeline.zones import instant, wall


class Row(Protocol):
    """One resource taken from `start` to `end`: a `Booking`, or any object of yours with these attributes.

    `type` is `patient`, `room`, `staff` or `pool`; the times are aware, with turnaround and tail in them. An attribute
    `ref`, where there is one, says for which appointment it is.
    """

    @property
    def type(self) -> str: ...
    @property
    def resource(self) -> str: ...
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...
    @property
    def exclusive(self) -> bool: ...


class _Taking(NamedTuple):
    start: datetime
    end: datetime
    exclusive: bool
    ref: str
    ours: bool


def nothing_is_booked_twice(rows: Iterable[Row], clinic: Clinic, *, booked: Iterable[Row] = ()) -> None:
    """At every instant a resource has one exclusive row alone, or at most as many sharing ones as it has places.

    `booked` is what was there before: what overlaps only among itself is nobody's fault here. Rows of one `ref`
    are one visit's, and their overlapping is none. A pool has a ratio in place of a number of places: at every
    instant no more rows than that for each member at work whom no exclusive row has.
    """
    takings: dict[Resource, list[_Taking]] = {}
    for some, ours in ((rows, True), (booked, False)):
        for row in some:
            resource, start, end = _read(row, clinic)
            ref = _ref(row) if ours else ""
            takings.setdefault(resource, []).append(_Taking(start, end, row.exclusive, ref, ours))
    for resource, all_taken in sorted(takings.items()):
        known = clinic.by_resource.get(resource)
        for there in [] if resource.type == "pool" and clinic.has(resource) else _together(all_taken):
            most = 1 if known is None or any(one.exclusive for one in there) else known.capacity
            times = len({one.ref or number for number, one in enumerate(there)})
            if times > most and any(one.ours for one in there):
                when = _shown(there[-1].start, clinic)
                raise AssertionError(
                    f"{resource.type} {resource.id!r} is booked {times} times at {when}; at most {most} can be"
                )

    _nobody_watches_too_many(takings, clinic)


def _nobody_watches_too_many(takings: dict[Resource, list[_Taking]], clinic: Clinic) -> None:
    rows = [
        (one.ours, Taken(resource, one.start, one.end, one.exclusive, one.ref or number))
        for resource, some in takings.items()
        for number, one in enumerate(some)
    ]
    for ours, row in sorted(rows, key=lambda pair: pair[1][1]):
        for pool in pools_of(row.resource, clinic, exclusive=row.exclusive) if ours else ():
            found = first_crowd(pool, clinic, (other for _, other in rows), row.start, row.end)
            if found is not None:
                raise AssertionError(
                    f"pool {pool.role!r} has {found.patients} patients for {found.members} of its members at "
                    f"{_shown(found.moment, clinic)}; at most {pool.ratio} for each can be"
                )


def _together(takings: Iterable[_Taking]) -> Iterator[list[_Taking]]:
    """All that is taken at the start of each."""
    there: list[_Taking] = []
    for one in sorted(takings):
        there = [*(other for other in there if other.end > one.start), one]
        yield there


def everything_is_within_hours(
    rows: Iterable[Row], clinic: Clinic, *, patients: Iterable[Patient] = ()
) -> None:
    """Each row lies in one stretch of its resource's working time, a turnaround or tail included.

    A patient's rows lie in one of the clinic's, and of their own where they are among `patients`.
    """
    known = {one.id: one for one in patients}
    for row in rows:
        resource, start, end = _read(row, clinic)
        first, last = wall(start, clinic.place).date(), wall(end - timedelta.resolution, clinic.place).date()
        if resource.type == "patient":
            there = clinic.open_time(first, last)
            if resource.id in known:
                there = known[resource.id].available(there, first, last, clinic.zone)
        elif resource.type == "pool":
            # Some member is there at every instant, though hardly one of them throughout.
            members = [Resource("staff", one.id) for one in clinic.staff_of(resource.id)]
            there = IntervalSet(
                part
                for one in members
                if clinic.has(resource)
                for part in clinic.working_time(one, first, last)
            )
        elif resource in clinic.by_resource:
            there = clinic.working_time(resource, first, last)
        else:
            there = IntervalSet()
        if not there.covers(start, end):
            when = f"{_shown(start, clinic)} to {_shown(end, clinic)}"
            raise AssertionError(f"{resource.type} {resource.id!r} is not there throughout {when}")


def a_course_is_whole_or_absent(booked: Iterable[Row] | Iterable[Appointment], course: Course) -> None:
    """Each session that the course owes is booked exactly once, or none of them at all.

    `booked` are appointments, of this course and of others, or rows whose `ref` is an appointment's id,
    `course:session`. Of rows the patient's are counted, one for each visit. Cancelled appointments are none.
    """
    count, owed = Counter(_sessions(booked, course)), [session.id for session in course.owed]
    for session in count:
        if session not in course.planned.by_id:
            raise AssertionError(f"course {course.id!r} has {session!r} booked, which is no session of it")
    wrong = [session for session in owed if count[session] != 1]
    if wrong and any(count[session] for session in owed):
        times = f"{count[wrong[0]]} times" if count[wrong[0]] else "not at all"
        booked_once = len(owed) - len(wrong)
        raise AssertionError(
            f"course {course.id!r} has {wrong[0]} booked {times}, and {booked_once} of {len(owed)} sessions once"
        )


def _sessions(booked: Iterable[Row] | Iterable[Appointment], course: Course) -> Iterator[str]:
    """The sessions of a course that have a visit, each as often as it has one."""
    for one in booked:
        session = getattr(one, "session", None)
        if session is not None:
            if getattr(one, "course", "") in ("", course.id) and getattr(one, "status", "") != "cancelled":
                yield session
        else:
            owner, _, session = _ref(one).rpartition(":")
            if owner == course.id and getattr(one, "type", "patient") == "patient":
                yield session


def _read(row: Row, clinic: Clinic) -> tuple[Resource, datetime, datetime]:
    """The resource of a row, and its times in UTC."""
    types = {type: type for type in RESOURCE_TYPES}
    assert row.type in types, f"a row is of a patient, a room, staff or a pool, not of {row.type!r}"
    start, end = instant(row.start), instant(row.end)
    if end <= start:
        when = f"{_shown(end, clinic)}, and starts at {_shown(start, clinic)}"
        raise AssertionError(f"a row of {row.type} {row.resource!r} ends at {when}")
    return Resource(types[row.type], row.resource), start, end


def _ref(row: object) -> str:
    return str(getattr(row, "ref", "") or "")


def _shown(moment: datetime, clinic: Clinic) -> str:
    return f"{wall(moment, clinic.place):%Y-%m-%d %H:%M}"
