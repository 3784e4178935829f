"""What becomes of a course under another version of its programme? All of it is kept, or what would be lost is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attrs import evolve, frozen

from kapsched.errors import Fault, Several, each, of_type, refuse, require_given
from kapsched.model.ahead import rounds_begun
from kapsched.model.appointments import Appointment
from kapsched.model.course import Course
from kapsched.model.programme import Programme

_A_NUMBER = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)


@frozen
class _Reference:
    """Where a session is referred to, and as one of which kind, if that is said."""

    path: str
    session: str
    kind: str = ""


def transfer(course: Course, programme: Programme, *, appointments: Iterable[Appointment] = ()) -> Course:
    """The course under a new version of its programme, or another one; all else is kept.

    A session that is done, waived, pinned or of one of the `appointments`, cancelled ones aside, and that `programme`
    does not have is `InvalidInput`: each is named, with what changed. Of an open phase as many rounds are planned as
    these reach.
    """
    given = Several(appointments)
    require_given(
        course=(course, of_type(Course)),
        programme=(programme, of_type(Programme)),
        appointments=(given, each(of_type(Appointment))),
    )
    referred = [*_decided(course), *_standing(given)]
    refuse(_lost([*(_Reference(f"done.{id}", id) for id in course.done), *referred], programme))
    phase = programme.open_phase
    ahead = None if phase is None else course.book_ahead
    # Without what refers to sessions, for these may lie further ahead than is planned.
    bare = evolve(course, programme=programme, book_ahead=ahead, waivers=(), pins=())
    if phase is not None:
        reached = rounds_begun(phase, [one.session for one in referred])
        if reached > sum(one.times for one in bare.planned.phases if one.name == phase.name):
            ahead = reached - rounds_begun(phase, course.done)
    return evolve(bare, book_ahead=ahead, waivers=course.waivers, pins=course.pins)


def _decided(course: Course) -> Iterator[_Reference]:
    for number, waiver in enumerate(course.waivers):
        for session in waiver.sessions:
            yield _Reference(f"waivers.{number}.sessions.{session}", session)
    for pin in course.pins:
        session = pin.appointment.session
        yield _Reference(f"pins.{session}", session, pin.appointment.kind)


def _standing(appointments: Iterable[Appointment]) -> Iterator[_Reference]:
    for one in appointments:
        if one.status != "cancelled":
            yield _Reference(f"appointments.{one.session}", one.session, one.kind)


def _lost(references: Iterable[_Reference], programme: Programme) -> Iterator[Fault]:
    """What is referred to and is not there, each session once."""
    told: set[str] = set()
    for one in references:
        why = what_changed(one.session, programme)
        kind = one.session.split("/")[1] if not why else ""
        if not why and one.kind not in ("", kind):
            why = f"a session of this id is of another kind: {kind}, not {one.kind}"
        if why and one.session not in told:
            told.add(one.session)
            yield Fault(why, one.path)


def what_changed(session: str, programme: Programme) -> str:
    """Why a programme has no session of this id, by what it has instead; empty where it has it.

    Of an open phase it has every round.
    """
    name, _, rest = session.partition("/")
    kind, _, number = rest.partition("/")
    phase = next((one for one in programme.phases if one.name == name), None)
    if phase is None:
        return f"phase {name!r} is gone; there are {', '.join(one.name for one in programme.phases)}"
    if kind not in phase.order:
        return f"{name} has no {kind or 'such'} session now; it has {', '.join(dict.fromkeys(phase.order))}"
    if session in programme.by_id or (phase.open and _A_NUMBER.fullmatch(number)):
        return ""
    count = phase.order.count(kind) * phase.times
    return f"{name} has {count} {kind} {'session' if count == 1 else 'sessions'} now"
