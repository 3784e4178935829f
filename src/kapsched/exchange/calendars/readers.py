"""Who reads what of a schedule, and in which language?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from attrs import evolve

from kapsched.errors import Fault
from kapsched.exchange.calendars.audiences import Audience, Busy, Sort, whose
from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Resource, ResourceType
from kapsched.model.plan import Schedule
from kapsched.model.wording import Wording
from kapsched.model.wordings.shipped import WORDINGS, spoken
from kapsched.timeline.zones import Zone, wall, zone


class Read(NamedTuple):
    """What of a schedule concerns one audience, and what of it did; on the clinic's clocks."""

    audience: Audience
    appointments: tuple[Appointment, ...]
    withdrawn: tuple[Appointment, ...]


def reads(schedule: Schedule, sorts: Iterable[Sort], also: Iterable[Resource] = ()) -> Iterator[Read]:
    """What each reader of these sorts has, and of those named `also`: patients in order of course, others by id."""
    appointments, withdrawn = tuple(_placed(schedule)), tuple(_withdrawn(schedule))
    others = tuple(also)
    for sort in sorts:
        if sort == "clinic":
            yield Read("clinic", appointments, tuple(one for one in withdrawn if one.patient))
            continue
        for type in ("patient", "staff", "room") if sort == "busy" else (sort,):
            theirs, formerly = _grouped(appointments, type), _grouped(withdrawn, type)
            known = dict.fromkeys((*theirs, *formerly, *(one.id for one in others if one.type == type)))
            for id in known if type == "patient" else sorted(known):
                of = Resource(type, id)
                yield Read(
                    Busy(of=of) if sort == "busy" else of,
                    tuple(theirs.get(id, ())),
                    tuple(formerly.get(id, ())),
                )


def faults_of_schedule(schedule: Schedule) -> Iterator[Fault]:
    """What is wrong with the appointments of a schedule that calendars are to tell of."""
    for plan in schedule.plans:
        seen: set[str] = set()
        for one in plan.appointments:
            path = f"plans.{plan.course.id}.{one.session}"
            if one.session in seen:
                yield Fault("two appointments are of this session", path)
            seen.add(one.session)
            yield from (fault.under(path) for fault in faults_of(one))
    for place, one in enumerate(schedule.withdrawn):
        yield from (fault.under(f"withdrawn.{place}") for fault in faults_of(one))


def faults_of(one: Appointment) -> Iterator[Fault]:
    """What is wrong with an appointment that a calendar is to tell of."""
    if one.revised is None:
        yield Fault("a calendar says when an appointment was last revised; give the time", "revised")
    moments = (one.start, one.end, *(edge for row in one.bookings for edge in (row.start, row.end)))
    if any(moment.microsecond for moment in moments):
        yield Fault("a calendar cannot say fractions of a second", "start")


def speaking(
    schedules: Iterable[Schedule], wording: Wording, wordings: Iterable[Wording]
) -> Callable[[Audience], Wording]:
    """In which words an audience reads: a patient in their language, where a wording speaks it.

    Where schedules differ, the first that knows the patient says which language that is.
    """
    tables = (*WORDINGS.values(), wording, *wordings)
    languages: dict[str, str] = {}
    for schedule in schedules:
        languages = {**_languages(schedule), **languages}

    def speaks(audience: Audience) -> Wording:
        of = whose(audience)
        language = languages.get(of.id, "") if of is not None and of.type == "patient" else ""
        return spoken(language, tables) or wording

    return speaks


def _languages(schedule: Schedule) -> dict[str, str]:
    """What each patient reads; where two courses differ, as the last of them says."""
    courses = [one.course for one in schedule.refusals] + [one.course for one in schedule.plans]
    patients = (course.patient for course in courses)
    return {one.id: one.language for one in patients if one.language}


def _placed(schedule: Schedule) -> Iterator[Appointment]:
    """Every appointment under its course and patient, on the clinic's clocks."""
    place = zone(schedule.zone)
    for plan in schedule.plans:
        course, patient = plan.course.id, plan.course.patient.id
        for one in plan.appointments:
            labelled = one.course == course and one.patient == patient
            yield _on_clocks(one if labelled else evolve(one, course=course, patient=patient), place)


def _withdrawn(schedule: Schedule) -> Iterator[Appointment]:
    place = zone(schedule.zone)
    for one in schedule.withdrawn:
        yield _on_clocks(one, place)


def _on_clocks(one: Appointment, place: Zone) -> Appointment:
    if one.start.tzinfo is place and one.end.tzinfo is place:
        return one
    return evolve(one, start=wall(one.start, place), end=wall(one.end, place))


def _grouped(appointments: Iterable[Appointment], type: ResourceType) -> dict[str, list[Appointment]]:
    """The appointments of each patient, member of staff or room, in the order in which they come."""
    grouped: dict[str, list[Appointment]] = {}
    for one in appointments:
        ids = (
            {one.patient} - {""}
            if type == "patient"
            else {row.resource for row in one.bookings if row.type == type}
        )
        for id in ids:
            grouped.setdefault(id, []).append(one)
    return grouped
