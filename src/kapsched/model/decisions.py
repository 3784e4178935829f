"""What do people decide about a plan? They confirm appointments, and pin them where they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from attrs import evolve

from kapsched.errors import Fault, Several, a_moment, each, identifier, of_type, refuse, require_given
from kapsched.model.appointments import READERS, Appointment, Changed, Confirmation, Sequence, a_session
from kapsched.model.overrides import Pin, perhaps_why
from kapsched.model.plan import Plan


def confirm(plan: Plan, sessions: Iterable[str], *, by: str, at: datetime) -> Plan:
    """The plan with the appointments of these sessions confirmed, as `by` said at the moment `at`.

    Everybody's calendars will say so: each sequence rises. What is confirmed already stays as it was said first.
    """
    chosen = _checked(plan, sessions, by, at)

    def confirmed(one: Appointment) -> Appointment:
        if one.session not in chosen or one.confirmation is not None:
            return one
        if one.status == "confirmed":  # it was known to be; now it is known who said so
            return evolve(one, confirmation=Confirmation(by=by, at=at))
        before = one.sequence
        return evolve(
            one,
            status="confirmed",
            confirmation=Confirmation(by=by, at=at),
            sequence=Sequence(**{reader: getattr(before, reader) + 1 for reader in READERS}),
            revised=at,
            changed=Changed(),
        )

    pins = [evolve(one, appointment=confirmed(one.appointment)) for one in plan.course.pins]
    course = evolve(plan.course, pins=pins) if pins else plan.course
    return evolve(plan, course=course, appointments=map(confirmed, plan.appointments))


def pin(plan: Plan, sessions: Iterable[str], *, by: str, at: datetime, why: str = "") -> Plan:
    """The plan with the appointments of these sessions pinned in its course: they move only by name.

    Plan `plan.course` again, and they stay; those that were pinned before are pinned as they are now. What the plan
    costs is what is left to move, so it is unknown until then.
    """
    chosen = _checked(plan, sessions, by, at, why)
    pins = [one for one in plan.course.pins if one.appointment.session not in chosen]
    pins += [
        Pin(appointment=one, by=by, at=at, why=why) for one in plan.appointments if one.session in chosen
    ]
    return evolve(plan, course=evolve(plan.course, pins=pins), cost=None, proved_through="none")


def _checked(plan: Plan, sessions: Iterable[str], by: str, at: datetime, why: str = "") -> frozenset[str]:
    chosen = Several(sessions)
    require_given(
        plan=(plan, of_type(Plan)),
        sessions=(chosen, each(a_session)),
        by=(by, identifier),
        at=(at, a_moment),
        why=(why, perhaps_why),
    )
    refuse(_faults(plan, chosen))
    return frozenset(chosen)


def _faults(plan: Plan, sessions: Iterable[str]) -> Iterator[Fault]:
    statuses = {one.session: one.status for one in plan.appointments}
    for session in dict.fromkeys(sessions):
        if session not in statuses:
            there = ", ".join(statuses) or "none"
            yield Fault(
                f"the plan of course {plan.course.id!r} has no appointment of {session}; it has {there}",
                "sessions",
            )
        elif statuses[session] in ("cancelled", "done"):
            yield Fault(f"the appointment of {session} is {statuses[session]}", "sessions")
