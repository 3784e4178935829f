"""Is every promise kept? All the checks, in the order of a report, and the one call that runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeAlias

from attrs import evolve

from kapsched.errors import Several, a_moment, each, of_type, optional, require_given
from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Booking, Bookings, Resource, rows, some_bookings
from kapsched.model.clinic import Clinic, Horizon
from kapsched.model.course import Course
from kapsched.model.overrides import Waiver
from kapsched.model.plan import Plan
from kapsched.timeline.zones import instant, wall
from kapsched.verification.case import Case, judged
from kapsched.verification.clashes import nothing_is_booked_twice
from kapsched.verification.cost import the_stated_cost_is_true
from kapsched.verification.pools import no_pool_is_over_its_ratio
from kapsched.verification.report import Breach, Finding, Report
from kapsched.verification.resources import (
    every_segment_has_its_people,
    every_segment_has_its_place,
    every_segment_has_its_room,
    everything_is_within_hours,
    nobody_excluded_is_booked,
    nothing_unneeded_is_booked,
    the_patient_is_booked_for_the_visit,
)
from kapsched.verification.rules import (
    frequencies_are_kept,
    gaps_are_kept,
    offsets_are_kept,
    people_stay_the_same,
    spans_are_kept,
)
from kapsched.verification.sessions import (
    every_session_is_planned_once,
    every_visit_lasts_as_its_kind_says,
    everything_ends_by_midnight,
    nothing_lies_beyond_the_horizon,
    nothing_starts_before_its_time,
    starts_are_on_the_grid,
    what_is_pinned_stays,
)

Check: TypeAlias = Callable[[Case], Iterator[Breach]]

CHECKS: tuple[Check, ...] = (
    every_session_is_planned_once,
    every_visit_lasts_as_its_kind_says,
    every_segment_has_its_people,
    every_segment_has_its_room,
    every_segment_has_its_place,
    nobody_excluded_is_booked,
    the_patient_is_booked_for_the_visit,
    nothing_unneeded_is_booked,
    starts_are_on_the_grid,
    nothing_starts_before_its_time,
    nothing_lies_beyond_the_horizon,
    everything_ends_by_midnight,
    everything_is_within_hours,
    nothing_is_booked_twice,
    no_pool_is_over_its_ratio,
    gaps_are_kept,
    offsets_are_kept,
    frequencies_are_kept,
    spans_are_kept,
    people_stay_the_same,
    what_is_pinned_stays,
    the_stated_cost_is_true,
)
WHOLES: tuple[Check, ...] = (spans_are_kept, people_stay_the_same)
# What is pinned binds the rest like what is done; what these find among pinned appointments alone is found apart.
RULES: tuple[Check, ...] = (
    gaps_are_kept,
    offsets_are_kept,
    frequencies_are_kept,
    spans_are_kept,
    people_stay_the_same,
)


def verify(
    plan_or_appointments: Plan | Iterable[Appointment],
    course: Course,
    clinic: Clinic,
    *,
    booked: Iterable[Booking] = (),
    now: datetime | None = None,
    horizon: Horizon | None = None,
) -> Report:
    """Every promise that a course's appointments break, beside all that is `booked`.

    Passed over are cancelled appointments, those that say that their session is done where the course says so
    too, and rows of `booked` that are the appointments' own by their `ref`. Without `now` no notice is
    judged, without `horizon` no horizon.
    """
    if isinstance(plan_or_appointments, Plan):
        appointments, cost = plan_or_appointments.appointments, plan_or_appointments.cost
    else:
        appointments, cost = Several(plan_or_appointments), None
    others = rows(booked)
    require_given(
        plan_or_appointments=(appointments, each(of_type(Appointment))),
        course=(course, of_type(Course)),
        clinic=(clinic, of_type(Clinic)),
        booked=(others, some_bookings),
        now=(now, optional(a_moment)),
        horizon=(horizon, optional(of_type(Horizon))),
    )
    counting = judged(appointments, course)
    case = Case(
        course=course,
        clinic=clinic,
        appointments=counting,
        booked=_near(others, counting, clinic),
        now=None if now is None else instant(now),
        horizon=horizon,
        cost=cost,
        settled=frozenset(course.pinned),
    )
    return Report(tuple(_findings(case)))


def _findings(case: Case) -> Iterator[Finding]:
    pinned = None
    if case.settled:
        alone = [one for one in case.appointments if one.session in case.settled]
        pinned = evolve(case, appointments=tuple(alone), settled=frozenset(), whole=False, around=case.placed)
    for check in CHECKS:
        found = list(_breaches(check, case))
        if pinned is not None and check in RULES:
            said = [breach for breach, _ in found]
            found += [one for one in _breaches(check, pinned) if not _told(one[0], said)]
        for breach, waiver in found:
            yield Finding(
                check=check.__name__,
                message=breach.message,
                sessions=breach.sessions,
                resource=breach.resource,
                new=breach.new,
                waiver=waiver and evolve(waiver, at=wall(waiver.at, case.clinic.place)),
            )


def _breaches(check: Check, case: Case) -> Iterator[tuple[Breach, Waiver | None]]:
    """What a check finds, with the waiver that accepts it, if one does."""
    waivers = [one for one in case.course.waivers if one.check == check.__name__]
    left = list(check(case))
    # Some checks look at what is left once those named are set apart; what they find besides is accepted.
    strictly = list(check(evolve(case, strict=True))) if waivers and check in WHOLES else left
    for breach in strictly:
        accepting = [one for one in waivers if one.covers(breach.sessions)]
        if breach not in left:
            if any(one.message == breach.message for one in left):
                continue  # it is found without them as well, and is told below
            accepting += [one for one in waivers if {*one.sessions} & {*breach.sessions}]
        yield breach, accepting[0] if accepting else None
    yield from ((breach, None) for breach in left if breach not in strictly)


def _told(breach: Breach, said: Iterable[Breach]) -> bool:
    """Is it in the findings already, of these sessions and others besides?"""
    return any(one.message == breach.message and {*breach.sessions} <= {*one.sessions} for one in said)


def _near(booked: Iterable[Booking], appointments: Iterable[Appointment], clinic: Clinic) -> Bookings:
    """The bookings as an index; rows handed in loose are kept only where they can meet an appointment's."""
    if isinstance(booked, Bookings):
        return booked
    resources = {row.of for one in appointments for row in one.bookings}
    for pool in clinic.pools:
        resources.add(Resource("pool", pool.role))
        resources.update(Resource("staff", one.id) for one in clinic.staff_of(pool.role))
    return Bookings(row for row in booked if row.of in resources)
