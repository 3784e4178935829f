"""What does a plan cost? Recounted from its appointments, the course and the clinic alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kapsched.errors import InvalidInput
from kapsched.model.appointments import Appointment
from kapsched.model.clinic import Clinic
from kapsched.model.course import NOON, Course, Wishes
from kapsched.model.plan import Cost
from kapsched.timeline.units import DayCount, OpenDays
from kapsched.verification.case import Case, judged
from kapsched.verification.report import Breach
from kapsched.verification.rules import groups_of_people
from kapsched.verification.visits import Visit


def cost_of(appointments: Iterable[Appointment], course: Course, clinic: Clinic) -> Cost:
    """The cost of a whole plan; an owed session without an appointment is `InvalidInput`."""
    case = Case(
        course=course,
        clinic=clinic,
        appointments=judged(appointments, course),
        settled=frozenset(course.pinned),
    )
    if missing := [session.id for session in course.owed if session.id not in case.placed]:
        raise InvalidInput(f"only a whole plan has a cost; there is no appointment of {', '.join(missing)}")
    return counted(case)


def counted(case: Case) -> Cost:
    """The cost of a case in which every owed session has a visit."""
    return Cost(
        wait=_wait(case),
        drift=_drift(case),
        changes=_changes(case),
        wishes=_wishes(case),
        minutes=_minutes(case),
    )


def _wait(case: Case) -> int:
    target = case.placed[case.course.planned.target]
    return 0 if target.done else (target.day - case.course.first_day).days


def _drift(case: Case) -> int:
    programme, drift = case.course.planned, 0
    waivers = [one for one in case.course.waivers if one.check == "offsets_are_kept"]
    for offset in programme.offsets:
        for pair in offset.pairs(programme.sessions):
            anchor, visit = case.among(pair)
            # An offset that is set aside has no ideal either.
            if not visit.done and not any(one.covers((anchor.id, visit.id)) for one in waivers):
                drift += _away(case, offset.ideal, anchor, visit)
    return drift


def _away(case: Case, ideal: DayCount | None, anchor: Visit, visit: Visit) -> int:
    """The days between a visit and its ideal date; hours have none."""
    if ideal is None:
        return 0
    if isinstance(ideal, OpenDays):
        return abs((visit.day - case.open_date(anchor.day, ideal.count)).days)
    return abs((visit.day - anchor.day).days - ideal.count)


def _changes(case: Case) -> int:
    groups = groups_of_people(case)
    return sum(max(0, len(people) - needed) for rule, _, people, needed in groups if not rule.hard)


def _wishes(case: Case) -> int:
    wishes = case.course.patient.wishes
    return sum(broken for visit in case for broken in _broken(wishes, visit, case.clinic))


def _broken(wishes: Wishes, visit: Visit, clinic: Clinic) -> Iterator[bool]:
    """Each wish that bears on a visit: is it broken?"""
    yield bool(wishes.weekdays) and visit.local.weekday() not in wishes.weekdays
    if wishes.half_day is not None:
        yield (visit.minute >= NOON) == (wishes.half_day == "morning")
    needed = visit.session.kind.roles()
    there = {row.resource for row in visit.bookings if row.type == "staff"}
    for person in clinic.staff:
        if person.id in wishes.staff and any(needed[role] for role in person.roles):
            yield person.id not in there


def _minutes(case: Case) -> int:
    preferred = case.course.patient.wishes.time
    starts: dict[str, list[int]] = {}
    for visit in case:
        starts.setdefault(visit.session.kind.name, []).append(visit.minute)
    away = 0
    for minutes in starts.values():
        middle = sorted(minutes)[(len(minutes) - 1) // 2]
        steady = middle if preferred is None else preferred.hour * 60 + preferred.minute
        away += sum(abs(minute - steady) for minute in minutes)
    return away


def the_stated_cost_is_true(case: Case) -> Iterator[Breach]:
    """Each number of a plan's cost is what its appointments come to; only a whole plan is counted."""
    if case.cost is None or any(session.id not in case.placed for session in case.course.owed):
        return
    true = counted(case)
    for aim in ("wait", "drift", "changes", "wishes", "minutes"):
        stated, found = getattr(case.cost, aim), getattr(true, aim)
        if stated != found:
            yield Breach(f"{aim} is stated as {stated} and comes to {found}")
