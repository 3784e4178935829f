"""What is new in a schedule, and whom does it concern? Stamps that go from one version to the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from attrs import evolve

from kapsched.errors import a_moment, of_type, require_given
from kapsched.model.appointments import READERS, Appointment, Changed, Sequence
from kapsched.model.bookings import ResourceType
from kapsched.model.done import Done
from kapsched.model.plan import Plan, Schedule
from kapsched.model.programme import Segment
from kapsched.model.withdrawals import by_id, id_of, remembered, still_withdrawn, taken_away
from kapsched.timeline.zones import instant

_A_SCHEDULE = of_type(Schedule)


def confirmed(schedule: Schedule) -> Schedule:
    """The schedule with every provisional appointment confirmed, its stamps untouched."""

    def confirm(_: Plan, one: Appointment) -> Appointment:
        return evolve(one, status="confirmed") if one.status == "provisional" else one

    return _each(schedule, confirm)


def succeeding(schedule: Schedule, before: Schedule) -> Schedule:
    """The schedule as the version that follows `before`; `before` itself where nothing is different.

    An appointment that stays as it was keeps its stamps and, once confirmed, stays so. Any other was revised
    at the schedule's `now`, and its sequence rises for those who can see the difference; the others keep the time of
    the last change that they could see. What was still to come and is taken from somebody, or gone, is `withdrawn`.
    What is new, or comes back, has a sequence that no appointment had before, for somebody may still remember it.
    """
    require_given(schedule=(schedule, _A_SCHEDULE), before=(before, _A_SCHEDULE))
    earlier, gone = by_id(before), {one.id: one for one in before.withdrawn}
    parts, former, first = _parts(schedule), _parts(before), _first_sequence(before)

    def stamp(plan: Plan, one: Appointment) -> Appointment:
        id = id_of(plan, one)
        if id in gone and id not in earlier:
            one = evolve(one, created=gone[id].created, revised=schedule.now, changed=Changed())
        if id not in earlier:
            return evolve(one, sequence=first)
        return _stamped(
            one,
            earlier[id],
            schedule.now,
            same_patient=plan.course.patient.id == earlier[id].patient,
            same_parts=parts.get(id) == former.get(id),
        )

    stamped = _each(schedule, stamp)
    withdrawn = (*still_withdrawn(before, stamped), *taken_away(before, stamped))
    if evolve(stamped, revision=before.revision, now=before.now, withdrawn=withdrawn) == before:
        return before
    kept = [one for one in withdrawn if remembered(one, schedule.now)]
    return evolve(stamped, revision=before.revision + 1, withdrawn=kept)


def with_plan(schedule: Schedule, plan: Plan, *, now: datetime) -> Schedule:
    """The version of a schedule that follows when a course has another plan, or its first.

    What took place stays in it: appointments of the plan before, of sessions that the course has done, are done. A
    refusal of the course is gone.
    """
    require_given(schedule=(schedule, _A_SCHEDULE), plan=(plan, of_type(Plan)), now=(now, a_moment))
    id, new = plan.course.id, {one.session for one in plan.appointments}
    before = next((one for one in schedule.plans if one.course.id == id), None)
    past = [
        as_it_took_place(one, plan.course.done[one.session], now)
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


def as_it_took_place(one: Appointment, done: Done, now: datetime) -> Appointment:
    """The appointment as done; moved to when that was, where it is booked for another time that is still to come."""
    if instant(one.end) <= instant(now) or instant(one.start) <= done.start < instant(one.end):
        return evolve(one, status="done")
    later = done.start - instant(one.start)
    start, end = ((instant(edge) + later).astimezone(edge.tzinfo) for edge in (one.start, one.end))
    rows = [evolve(row, start=row.start + later, end=row.end + later) for row in one.bookings]
    return evolve(one, status="done", start=start, end=end, bookings=rows)


def _first_sequence(before: Schedule) -> Sequence:
    """Higher than any appointment has had: none rises more than once in a version, and people may begin higher."""
    known = [one for plan in before.plans for one in plan.appointments] + list(before.withdrawn)
    highest = {reader: max((getattr(one.sequence, reader) for one in known), default=0) for reader in READERS}
    return Sequence(**{reader: max(count, before.revision) + 1 for reader, count in highest.items()})


def _parts(schedule: Schedule) -> dict[str, tuple[Segment, ...]]:
    """The segments of every visit, by its id."""
    return {
        f"{plan.course.id}:{session.id}": session.kind.segments
        for plan in schedule.plans
        for session in plan.course.planned.sessions
    }


def _each(schedule: Schedule, change: Callable[[Plan, Appointment], Appointment]) -> Schedule:
    return evolve(
        schedule,
        plans=[
            evolve(plan, appointments=[change(plan, one) for one in plan.appointments])
            for plan in schedule.plans
        ],
    )


def _stamped(
    one: Appointment, before: Appointment, now: datetime, *, same_patient: bool, same_parts: bool
) -> Appointment:
    moved = not same_patient or _times(one) != _times(before)
    rooms, staff = (_rows(one, type) != _rows(before, type) for type in ("room", "staff"))
    same = not (moved or rooms or staff)
    if before.status == "confirmed" and same and one.status in ("provisional", "confirmed"):
        one = evolve(one, status="confirmed", confirmation=one.confirmation or before.confirmation)
    moved |= _told(one) != _told(before)
    taken = staff
    rooms |= one.kind != before.kind
    staff |= one.notes != before.notes or _roles(one) != _roles(before) or not same_parts
    sequence = Sequence(
        patient=before.sequence.patient + moved,
        # Staff are told the room, while a room is told nothing of staff.
        staff=before.sequence.staff + (moved or rooms or staff),
        room=before.sequence.room + (moved or rooms),
        busy=before.sequence.busy + (moved or taken),
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


def _times(one: Appointment) -> tuple[datetime, datetime]:
    return instant(one.start), instant(one.end)


def _told(one: Appointment) -> str:
    """The status that calendars tell: what is done was confirmed, and nobody need hear of it."""
    return "confirmed" if one.status == "done" else one.status


def _roles(one: Appointment) -> set[tuple[object, ...]]:
    """As what everybody is there."""
    return {(row.resource, row.role, row.start, row.end) for row in one.bookings if row.type == "staff"}


def _rows(one: Appointment, type: ResourceType) -> list[tuple[object, ...]]:
    """Who or what of one type is taken from when to when."""
    return sorted((row.resource, row.start, row.end) for row in one.bookings if row.type == type)
