"""What is new in a schedule, and whom does it concern? Stamps that go from one version to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from attrs import evolve

from kapsched.errors import a_moment, of_type, require_given
from kapsched.model.appointments import READERS, Appointment, Changed, Sequence
from kapsched.model.bookings import Resource, ResourceType
from kapsched.model.plan import Plan, Schedule
from kapsched.model.programme import Segment
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.zones import instant

# A device that was off for longer than this has forgotten what it was told.
REMEMBERED = timedelta(days=90)

_A_SCHEDULE = of_type(Schedule)


def confirmed(schedule: Schedule) -> Schedule:
    """The schedule with every provisional appointment confirmed, its stamps untouched."""

    def confirm(_: str, one: Appointment) -> Appointment:
        return evolve(one, status="confirmed") if one.status == "provisional" else one

    return _each(schedule, confirm)


def succeeding(schedule: Schedule, before: Schedule) -> Schedule:
    """The schedule as the version that follows `before`; `before` itself where nothing is different.

    An appointment that stays as it was keeps its stamps and, once confirmed, stays so. Any other was revised
    at the schedule's `now`, and its sequence rises for those who can see the difference; the others keep the time of
    the last change that they could see. What was still to come and is taken from somebody, or gone, is `withdrawn`;
    where it comes back its sequences go on.
    """
    require_given(schedule=(schedule, _A_SCHEDULE), before=(before, _A_SCHEDULE))
    earlier = {one.id: one for one in before.withdrawn} | _by_id(before)
    parts, former = _parts(schedule), _parts(before)

    def stamp(id: str, one: Appointment) -> Appointment:
        if id not in earlier:
            return one
        same_parts = parts.get(id) == former.get(id)
        return _stamped(one, earlier[id], schedule.now, same_parts=same_parts)

    stamped = _each(schedule, stamp)
    withdrawn = (*before.withdrawn, *_withdrawn(before, stamped))
    if evolve(stamped, revision=before.revision, now=before.now, withdrawn=withdrawn) == before:
        return before
    remembered = [one for one in withdrawn if _remembered(one, schedule.now)]
    return evolve(stamped, revision=before.revision + 1, withdrawn=remembered)


def with_plan(schedule: Schedule, plan: Plan, *, now: datetime) -> Schedule:
    """The version of a schedule that follows when a course has another plan, or its first.

    What took place stays in it: appointments of the plan before, of sessions that the course has done, are done. A
    refusal of the course is gone.
    """
    require_given(schedule=(schedule, _A_SCHEDULE), plan=(plan, of_type(Plan)), now=(now, a_moment))
    id, new = plan.course.id, {one.session for one in plan.appointments}
    before = next((one for one in schedule.plans if one.course.id == id), None)
    past = [
        evolve(one, status="done")
        for one in (before.appointments if before else ())
        if one.session in plan.course.done and one.session not in new and one.status != "cancelled"
    ]
    whole = evolve(plan, appointments=Plan.of(plan.course, [*past, *plan.appointments]).appointments)
    plans = [whole if one is before else one for one in schedule.plans]
    changed = evolve(
        schedule,
        plans=plans if before else [*plans, whole],
        refusals=[one for one in schedule.refusals if one.course.id != id],
        now=now,
    )
    return succeeding(changed, schedule)


def _by_id(schedule: Schedule) -> dict[str, Appointment]:
    return {_id(plan, one): one for plan in schedule.plans for one in plan.appointments}


def _id(plan: Plan, one: Appointment) -> str:
    """The appointment's id, also where it was never labelled with its course."""
    return f"{plan.course.id}:{one.session}"


def _parts(schedule: Schedule) -> dict[str, tuple[Segment, ...]]:
    """The segments of every visit, by its id."""
    return {
        f"{plan.course.id}:{session.id}": session.kind.segments
        for plan in schedule.plans
        for session in plan.course.planned.sessions
    }


def _withdrawn(before: Schedule, after: Schedule) -> Iterator[Appointment]:
    """The last form of each appointment that is gone, or that somebody has lost a part of."""
    staying = _by_id(after)
    for plan in before.plans:
        for old in plan.appointments:
            form = _last_form(old, staying.get(_id(plan, old)), after.now)
            if form is not None:
                yield evolve(form, course=plan.course.id, patient=plan.course.patient.id)


def _last_form(old: Appointment, new: Appointment | None, now: datetime) -> Appointment | None:
    if old.status == "cancelled":
        return old if new is None else None  # everybody was told already
    if old.status == "done" or instant(old.end) <= instant(now):
        return None  # it took place, whatever became of its plan
    if new is None:
        counts = {reader: getattr(old.sequence, reader) + 1 for reader in READERS}
        return evolve(old, status="cancelled", sequence=Sequence(**counts), revised=now, changed=Changed())
    if old.bookings != new.bookings and _loses(old, new):
        return evolve(old, status="cancelled", sequence=new.sequence, revised=now, changed=Changed())
    return None


def _loses(old: Appointment, new: Appointment) -> bool:
    """Is a room or a member of staff taken in fewer parts than before?"""
    left = _stretches(new)
    return any(count > left.get(of, 0) for of, count in _stretches(old).items())


def _stretches(one: Appointment) -> dict[Resource, int]:
    taken: dict[Resource, list[Interval]] = {}
    for row in one.bookings:
        if row.type in ("room", "staff"):
            taken.setdefault(row.of, []).append(Interval(row.start, row.end))
    return {of: len(tuple(IntervalSet(spans))) for of, spans in taken.items()}


def _remembered(one: Appointment, now: datetime) -> bool:
    last = max(instant(one.end), instant(one.revised or one.end))
    return last + REMEMBERED >= instant(now)


def _each(schedule: Schedule, change: Callable[[str, Appointment], Appointment]) -> Schedule:
    return evolve(
        schedule,
        plans=[
            evolve(plan, appointments=[change(_id(plan, one), one) for one in plan.appointments])
            for plan in schedule.plans
        ],
    )


def _stamped(one: Appointment, before: Appointment, now: datetime, *, same_parts: bool) -> Appointment:
    moved = _visit(one) != _visit(before)
    rooms, staff = (_rows(one, type) != _rows(before, type) for type in ("room", "staff"))
    same = not (moved or rooms or staff)
    if before.status == "confirmed" and same and one.status in ("provisional", "confirmed"):
        one = evolve(one, status="confirmed", confirmation=one.confirmation or before.confirmation)
    moved |= _told(one) != _told(before)
    rooms |= one.kind != before.kind
    staff |= one.notes != before.notes or _roles(one) != _roles(before) or not same_parts
    sequence = Sequence(
        patient=before.sequence.patient + moved,
        # Staff are told the room, while a room is told nothing of staff.
        staff=before.sequence.staff + (moved or rooms or staff),
        room=before.sequence.room + (moved or rooms),
    )
    one = evolve(one, sequence=sequence, created=before.created)
    if sequence == before.sequence and before.revised:
        return evolve(one, revised=before.revised, changed=before.changed)
    untold = {
        reader: before.revised_for(reader)
        for reader in READERS
        if getattr(sequence, reader) == getattr(before.sequence, reader)
    }
    return evolve(one, revised=now, changed=Changed(**untold))


def _visit(one: Appointment) -> tuple[object, ...]:
    """What everybody sees of an appointment."""
    return instant(one.start), instant(one.end), one.patient


def _told(one: Appointment) -> str:
    """The status that calendars tell: what is done was confirmed, and nobody need hear of it."""
    return "confirmed" if one.status == "done" else one.status


def _roles(one: Appointment) -> set[tuple[object, ...]]:
    """As what everybody is there."""
    return {(row.resource, row.role, row.start, row.end) for row in one.bookings if row.type == "staff"}


def _rows(one: Appointment, type: ResourceType) -> list[tuple[object, ...]]:
    """Who or what of one type is taken from when to when."""
    return sorted((row.resource, row.start, row.end) for row in one.bookings if row.type == type)
