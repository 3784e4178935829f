"""Has each visit its people, its room and its patient, when they are there, and has nobody else them then?"""

from __future__ import annotations

from collections.abc import Iterator

from kapsched.model.bookings import Resource
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.verification.case import Case
from kapsched.verification.needs import Match, UnitType
from kapsched.verification.report import Breach
from kapsched.verification.visits import Visit


def every_segment_has_its_people(case: Case) -> Iterator[Breach]:
    """Each entry of a segment's staff is one qualified person, tail included, the same throughout."""
    yield from _unanswered(case, "staff")


def every_segment_has_its_room(case: Case) -> Iterator[Breach]:
    """Each segment has one room of its type, turnaround included, the same throughout."""
    yield from _unanswered(case, "room")


def every_segment_has_its_place(case: Case) -> Iterator[Breach]:
    """Each segment has one place of each pool it names, tail included."""
    yield from _unanswered(case, "pool")


def _unanswered(case: Case, type: UnitType) -> Iterator[Breach]:
    matches = {"staff": case.people, "room": case.rooms, "pool": case.places}
    for visit, found in matches[type].items():
        if found.given is None:
            for missing in _missing(case, visit, found, type):
                yield Breach(f"{visit.id}: {missing}", (visit.id,))
        for fault, resource in found.faults:
            yield Breach(f"{visit.id}: {fault}", (visit.id,), resource)


def _missing(case: Case, visit: Visit, found: Match, type: UnitType) -> Iterator[str]:
    """What has no unit: single stretches first, then units that change, then too few for all at once."""
    segments = visit.session.kind.segments
    short, changing = [], []
    for need in found.needs:
        role = need.what if type == "staff" else None
        fit = [[unit for unit in found.units if unit.covers(one, role)] for one in need.stretches]
        short += [
            f"no {_named(type, need.what)} is booked throughout {segments[one.segment].name!r}, "
            f"{case.stretch(one.start, one.end)}"
            for one, units in zip(need.stretches, fit, strict=True)
            if not units
        ]
        if all(fit) and not set.intersection(*(set(units) for units in fit)):
            changing.append(f"the {_named(type, need.what)} does not stay the same")
    crowded = f"too few are booked as {' and '.join(need.what for need in found.needs)} for one each"
    yield from dict.fromkeys(short or changing or [crowded])


def _named(type: UnitType, what: str) -> str:
    return {"staff": what, "room": f"{what} room", "pool": f"place of the pool of {what}"}[type]


def nobody_excluded_is_booked(case: Case) -> Iterator[Breach]:
    """No member of staff whom the patient excludes is booked for them."""
    for visit in case.visits:
        for resource in visit.units:
            if resource.type == "staff" and resource.id in case.course.patient.excludes:
                message = f"{visit.id}: patient {case.course.patient.id} excludes {resource.id}"
                yield Breach(message, (visit.id,), resource)


def the_patient_is_booked_for_the_visit(case: Case) -> Iterator[Breach]:
    """The patient is taken, exclusively, from arrival to leaving."""
    patient = case.course.patient.id
    for visit in case.visits:
        if visit.patient not in ("", patient):
            message = f"{visit.id} is labelled as patient {visit.patient!r}'s, not {patient!r}'s"
            yield Breach(message, (visit.id,))
        rows = visit.units.get(Resource("patient", patient), ())
        taken = IntervalSet(Interval(row.start, row.end) for row in rows if row.exclusive)
        if not taken.covers(visit.start, visit.end):
            when = case.stretch(visit.start, visit.end)
            message = f"{visit.id}: patient {patient} is not booked throughout {when}"
            yield Breach(message, (visit.id,), Resource("patient", patient))


def nothing_unneeded_is_booked(case: Case) -> Iterator[Breach]:
    """An appointment books nothing that no segment asks for, and nothing for longer than asked."""
    for visit in case.visits:
        for unit, beyond in (found for match in _matches(case, visit) for found in match.excess):
            yield from (_unneeded(case, visit, unit.resource, one) for one in beyond)
        for resource, rows in visit.units.items():
            if resource.type == "patient":
                taken = IntervalSet(Interval(row.start, row.end) for row in rows)
                ours = resource.id == case.course.patient.id
                asked = IntervalSet([Interval(visit.start, visit.end)] if ours else [])
                yield from (_unneeded(case, visit, resource, one) for one in taken - asked)


def _matches(case: Case, visit: Visit) -> tuple[Match, ...]:
    return case.rooms[visit], case.people[visit], case.places[visit]


def _unneeded(case: Case, visit: Visit, resource: Resource, when: Interval) -> Breach:
    return Breach(
        f"{visit.id} does not need {resource.type} {resource.id} from {case.stretch(when.start, when.end)}",
        (visit.id,),
        resource,
    )


def everything_is_within_hours(case: Case) -> Iterator[Breach]:
    """Each booking lies in one stretch of its resource's time, and each visit in one of the patient's."""
    for visit in case.visits:
        for row in visit.bookings:
            if row.of in case.clinic.by_resource:
                there = case.working_time(row.of, row.start, row.end)
                if not there.covers(row.start, row.end):
                    yield _away(case, visit, row.of, Interval(row.start, row.end))
        if not case.patient_time(visit.start, visit.end).covers(visit.start, visit.end):
            patient = Resource("patient", case.course.patient.id)
            yield _away(case, visit, patient, Interval(visit.start, visit.end))


def _away(case: Case, visit: Visit, resource: Resource, when: Interval) -> Breach:
    stretch = case.stretch(when.start, when.end)
    message = f"{visit.id}: {resource.type} {resource.id} is not there throughout {stretch}"
    return Breach(message, (visit.id,), resource)
