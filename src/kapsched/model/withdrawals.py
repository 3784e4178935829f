"""What did somebody have in a schedule that the next one takes from them? The last forms of appointments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from attrs import evolve

from kapsched.model.appointments import READERS, Appointment, Changed, Sequence
from kapsched.model.bookings import Resource
from kapsched.model.plan import Plan, Schedule
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.zones import instant

# A device that was off for longer than this has forgotten what it was told.
REMEMBERED = timedelta(days=90)


def by_id(schedule: Schedule) -> dict[str, Appointment]:
    """Every appointment by its id, under its course and patient."""
    return {id_of(plan, one): _labelled(plan, one) for plan in schedule.plans for one in plan.appointments}


def id_of(plan: Plan, one: Appointment) -> str:
    """The appointment's id, also where it was never labelled with its course."""
    return f"{plan.course.id}:{one.session}"


def taken_away(before: Schedule, after: Schedule) -> Iterator[Appointment]:
    """The last form of each appointment that is gone, or that somebody has lost a part of; `after` is stamped."""
    staying = by_id(after)
    for id, old in by_id(before).items():
        form = _last_form(old, staying.get(id), after.now)
        if form is not None:
            yield form


def still_withdrawn(before: Schedule, after: Schedule) -> Iterator[Appointment]:
    """What was withdrawn before, but for what has taken place since in another form, which leaves the schedule now."""
    former, staying = by_id(before), by_id(after)
    for form in before.withdrawn:
        last = former.get(form.id)
        if last is None or form.id in staying or _last_form(last, None, after.now) is not None:
            yield form
        elif (left := _without_those_in(form, last)) is not None:
            yield left


def _without_those_in(form: Appointment, last: Appointment) -> Appointment | None:
    """A form that nobody reads who had part in the last one: nobody in particular is its patient then."""
    there = {row.of for row in last.bookings}
    rows = [row for row in form.bookings if row.of not in there]
    patient = "" if form.patient == last.patient else form.patient
    if not patient and not any(row.type in ("room", "staff") for row in rows):
        return None
    return evolve(form, bookings=rows, patient=patient)


def remembered(one: Appointment, now: datetime) -> bool:
    """Is it still told that it was withdrawn?"""
    last = max(instant(one.end), instant(one.revised or one.end))
    return last + REMEMBERED >= instant(now)


def _labelled(plan: Plan, one: Appointment) -> Appointment:
    course, patient = plan.course.id, plan.course.patient.id
    if one.course == course and one.patient == patient:
        return one
    return evolve(one, course=course, patient=patient)


def _last_form(old: Appointment, new: Appointment | None, now: datetime) -> Appointment | None:
    if old.status == "done" or (new is not None and not _loses(old, new)):
        return None
    if old.status == "cancelled":
        return old  # as everybody was told
    if instant(old.end) <= instant(now):
        return None  # it took place, whatever became of its plan
    if new is None:
        counts = {reader: getattr(old.sequence, reader) + 1 for reader in READERS}
        return evolve(old, status="cancelled", sequence=Sequence(**counts), revised=now, changed=Changed())
    form = evolve(old, status="cancelled", sequence=new.sequence, revised=now, changed=Changed())
    if old.patient != new.patient:
        return form
    # Whoever stays is told by the appointment itself, and later by its own last form.
    lost = _lost(old, new)
    return evolve(form, bookings=[row for row in old.bookings if row.of in lost], patient="")


def _loses(old: Appointment, new: Appointment) -> bool:
    """Is the visit another patient's, or has a room or a member of staff lost a part of it?"""
    return old.patient != new.patient or (old.bookings != new.bookings and bool(_lost(old, new)))


def _lost(old: Appointment, new: Appointment) -> set[Resource]:
    """Which rooms and staff are taken in fewer parts than before."""
    left = _stretches(new)
    return {of for of, count in _stretches(old).items() if count > left.get(of, 0)}


def _stretches(one: Appointment) -> dict[Resource, int]:
    taken: dict[Resource, list[Interval]] = {}
    for row in one.bookings:
        if row.type in ("room", "staff"):
            taken.setdefault(row.of, []).append(Interval(row.start, row.end))
    return {of: len(tuple(IntervalSet(spans))) for of, spans in taken.items()}
