"""How do plans and refusals become plain values for JSON, and come back the same?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias, TypeVar, get_args

from kapsched.errors import InvalidInput
from kapsched.exchange.fields import (
    Fields,
    Reader,
    anything,
    boolean,
    choice,
    label,
    listed,
    listed_by,
    private_text,
    text,
    whole,
)
from kapsched.exchange.hours import placed, written_moment
from kapsched.exchange.model_values import plain, reader_of
from kapsched.exchange.reason_values import date_text, perhaps, read_ends, read_reason, reason_value
from kapsched.exchange.shown import meant, shown
from kapsched.model.appointments import READERS, Appointment, Changed, Confirmation, Sequence, Status
from kapsched.model.bookings import RESOURCE_TYPES, Booking
from kapsched.model.course import Course
from kapsched.model.overrides import Pin
from kapsched.model.plan import PROOFS, Cost, Plan, Refusal
from kapsched.timeline.zones import wall, zone

T = TypeVar("T")
Courses: TypeAlias = Mapping[str, Course]

_STATUSES: tuple[Status, ...] = get_args(Status)
_EXCLUSIVE = _PROVED = True
_FIRST, _LAST = "1970-01-01T00:00+00:00", "1970-01-01T01:00+00:00"


def moment_reader(zone_name: str) -> Reader[datetime]:
    """A reader of a date and time with its offset, as the clocks of the zone show it."""
    place = zone(zone_name)
    return lambda value: wall(placed(written_moment(value), None), place)


def clock_text(moment: datetime, zone_name: str) -> str:
    """An instant as the clocks of the zone show it, with their offset."""
    return wall(moment, zone(zone_name)).isoformat()


def plan_value(plan: Plan, zone_name: str) -> dict[str, Any]:
    """A plan; its course and programme by name."""
    return {
        "course": plan.course.id,
        "patient": plan.course.patient.id,
        "programme": {"name": plan.course.programme.name, "version": plan.course.programme.version},
        **({} if plan.course.goes_on is None else {"goes_on": plan.course.goes_on}),
        "proved_through": plan.proved_through,
        "steps": plan.steps,
        "cost": None if plan.cost is None else plain(plan.cost, zone_name),
        "appointments": [_appointment_value(one, plan.course, zone_name) for one in plan.appointments],
    }


def pin_value(pin: Pin, course: Course, zone_name: str) -> dict[str, Any]:
    """A pin, with the whole appointment."""
    signed = {"by": pin.by, "at": clock_text(pin.at, zone_name), **({"why": pin.why} if pin.why else {})}
    return {**signed, "appointment": _appointment_value(pin.appointment, course, zone_name)}


def _appointment_value(one: Appointment, course: Course, zone_name: str) -> dict[str, Any]:
    # An appointment that was never labelled, or belongs elsewhere, says so; the others go by their plan.
    value = appointment_value(one, zone_name)
    if (one.course, one.patient) == (course.id, course.patient.id):
        del value["course"], value["patient"]
    return value


def appointment_value(one: Appointment, zone_name: str) -> dict[str, Any]:
    """An appointment that says whose it is."""
    return {
        "id": one.id,
        "session": one.session,
        "kind": one.kind,
        "course": one.course,
        "patient": one.patient,
        "status": one.status,
        **({} if one.confirmation is None else {"confirmation": plain(one.confirmation, zone_name)}),
        "sequence": {reader: getattr(one.sequence, reader) for reader in READERS},
        "created": None if one.created is None else clock_text(one.created, zone_name),
        "revised": None if one.revised is None else clock_text(one.revised, zone_name),
        **({} if one.changed == Changed() else {"changed": plain(one.changed, zone_name)}),
        **({"notes": one.notes} if one.notes else {}),
        "start": clock_text(one.start, zone_name),
        "end": clock_text(one.end, zone_name),
        "bookings": [_booking_value(row, zone_name) for row in one.bookings],
    }


def _booking_value(row: Booking, zone_name: str) -> dict[str, Any]:
    return {
        "type": row.type,
        "resource": row.resource,
        "start": clock_text(row.start, zone_name),
        "end": clock_text(row.end, zone_name),
        "exclusive": row.exclusive,
        **({"role": row.role} if row.role else {}),
        **({"ref": row.ref} if row.ref else {}),
    }


def refusal_value(refusal: Refusal) -> dict[str, Any]:
    """A refusal; its course by name."""
    return {
        "course": refusal.course.id,
        "session": refusal.session,
        "first": date_text(refusal.first),
        "last": date_text(refusal.last),
        "proved": refusal.proved,
        "steps": refusal.steps,
        "reasons": [reason_value(reason) for reason in refusal.reasons],
    }


def _of_course(courses: Courses) -> Reader[Course]:
    def read(value: object) -> Course:
        if label(value) not in courses:
            raise InvalidInput(
                f"there is no course {shown(value)} in this document{meant(label(value), courses)}"
            )
        return courses[label(value)]

    return read


def _same(wanted: object, whose: str) -> Reader[None]:
    """A reader of what is said twice in a document, and must be said alike."""

    def read(value: object) -> None:
        if value != wanted or type(value) is not type(wanted):
            raise InvalidInput(f"{shown(value)} does not agree with {whose}, which says {shown(wanted)}")

    return read


def read_plan(courses: Courses, zone_name: str, value: object) -> Plan:
    """A plan of one of the courses."""
    with Fields(value) as table:
        course = table.need("course", _of_course(courses), None)
        owner = None if course is None else course.patient.id
        table.need("patient", text if course is None else _same(owner, "its course"), None)
        table.need("programme", anything if course is None else partial(_same_programme, course), None)
        table.take("goes_on", text if course is None else _same(course.goes_on, "its course"), None)
        proof = table.need("proved_through", choice(*PROOFS), PROOFS[0])
        steps = table.need("steps", whole, 0)
        cost = table.need("cost", perhaps(reader_of(Cost)), None)
        owners = None if course is None else (course.id, course.patient.id)
        one = partial(_read_appointment, owners, moment_reader(zone_name))
        appointments = table.need("appointments", listed_by("session", one), ())
        if course is None:
            raise InvalidInput(*table.faults)
        return Plan(course=course, appointments=appointments, cost=cost, proved_through=proof, steps=steps)


def _same_programme(course: Course, value: object) -> None:
    with Fields(value) as table:
        table.need("name", _same(course.programme.name, "its course"), None)
        table.need("version", _same(course.programme.version, "its course"), None)


def read_pin(owners: tuple[str, str], zone_name: str, value: object) -> Pin:
    """A pin of the course and the patient with these ids."""
    moment = moment_reader(zone_name)
    with Fields(value) as table:
        by, at = table.need("by", label, ""), table.need("at", moment, moment(_FIRST))
        why = table.take("why", private_text, "")
        one = table.need("appointment", partial(_read_appointment, owners, moment), None)
        if one is None:
            raise InvalidInput(*table.faults)
        return Pin(appointment=one, by=by, at=at, why=why)


def read_appointment(moment: Reader[datetime], value: object) -> Appointment:
    """An appointment that says whose it is."""
    return _read_appointment(("", ""), moment, value)


def _read_appointment(owners: tuple[str, str] | None, moment: Reader[datetime], value: object) -> Appointment:
    owning_course, owning_patient = owners or ("", "")
    with Fields(value) as table:
        session, kind = table.need("session", label, ""), table.need("kind", label, "")
        course_id = table.take("course", text, owning_course)
        patient = table.take("patient", text, owning_patient)
        agreeing = f"{course_id}:{session}"
        table.need("id", anything if owners is None else _same(agreeing, "its course and session"), None)
        status = table.need("status", choice(*_STATUSES), _STATUSES[0])
        confirmation = table.take("confirmation", partial(_read_confirmation, moment), None)
        sequence = table.need("sequence", reader_of(Sequence), Sequence())
        created, revised = (
            table.need("created", perhaps(moment), None),
            table.need("revised", perhaps(moment), None),
        )
        changed, notes = (
            table.take("changed", partial(_read_changed, moment), Changed()),
            table.take("notes", private_text, ""),
        )
        start, end = table.need("start", moment, moment(_FIRST)), table.need("end", moment, moment(_LAST))
        bookings = table.need("bookings", listed_by("resource", partial(_read_booking, moment)), ())
    return Appointment(
        session=session,
        kind=kind,
        course=course_id,
        patient=patient,
        status=status,
        sequence=sequence,
        created=created,
        revised=revised,
        changed=changed,
        notes=notes,
        confirmation=confirmation,
        start=start,
        end=end,
        bookings=bookings,
    )


def _read_confirmation(moment: Reader[datetime], value: object) -> Confirmation:
    with Fields(value) as table:
        return Confirmation(by=table.need("by", label, ""), at=table.need("at", moment, moment(_FIRST)))


def _read_changed(moment: Reader[datetime], value: object) -> Changed:
    with Fields(value) as table:
        return Changed(**{reader: table.take(reader, moment, None) for reader in READERS})


def _read_booking(moment: Reader[datetime], value: object) -> Booking:
    with Fields(value) as table:
        type_ = table.need("type", choice(*RESOURCE_TYPES), RESOURCE_TYPES[0])
        resource = table.need("resource", label, "")
        start, end = table.need("start", moment, moment(_FIRST)), table.need("end", moment, moment(_LAST))
        exclusive = table.need("exclusive", boolean, _EXCLUSIVE)
        role, ref = table.take("role", text, ""), table.take("ref", private_text, "")
    return Booking(
        type=type_, resource=resource, start=start, end=end, exclusive=exclusive, role=role, ref=ref
    )


def read_refusal(courses: Courses, value: object) -> Refusal:
    """A refusal of one of the courses."""
    with Fields(value) as table:
        course = table.need("course", _of_course(courses), None)
        session = table.need("session", perhaps(label), None)
        first, last = read_ends(table)
        proved, steps = table.need("proved", boolean, _PROVED), table.need("steps", whole, 0)
        reasons = table.need("reasons", listed(read_reason), ())
        if course is None:
            raise InvalidInput(*table.faults)
        return Refusal(
            course=course,
            session=session,
            first=first,
            last=last,
            proved=proved,
            steps=steps,
            reasons=reasons,
        )
