"""What becomes of a course under a new version of its programme?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from kapsched.errors import InvalidInput
from kapsched.model.appointments import Appointment, Status
from kapsched.model.course import Course, Done, Patient, enrol
from kapsched.model.overrides import Pin, Waiver
from kapsched.model.phases import Phase
from kapsched.model.programme import Programme, Segment, SessionKind
from kapsched.model.versions import transfer

NINE = datetime(2027, 1, 4, 9, tzinfo=UTC)
DOSING, TALK = (
    SessionKind(name=name, segments=[Segment(name=name, minutes=60)]) for name in ("dosing", "talk")
)
START = Phase(name="start", order=["talk"], times=2)
INDUCTION = Phase(name="induction", order=["dosing", "dosing", "talk"], times=2)
UPKEEP = Phase(name="upkeep", order=["dosing"], open=True, book_ahead=2)
PATIENT = Patient(id="q17", name="Mira Invented", excludes=["ben"])


def version(*phases: Phase, number: str = "2", kinds: tuple[SessionKind, ...] = (DOSING, TALK)) -> Programme:
    return Programme(name="ours", version=number, kinds=kinds, phases=phases)


FIRST = version(START, INDUCTION, number="1")


def course(programme: Programme = FIRST, *done: str, **said: Any) -> Course:
    record = {session: Done(start=NINE, staff={"therapist": ["ben"]}) for session in done}
    return enrol(programme, PATIENT, id="c17", first_day=date(2027, 1, 4), done=record, **said)


def visit(session: str, kind: str = "", status: Status = "provisional") -> Appointment:
    start = NINE + timedelta(days=7)
    return Appointment(
        session=session,
        kind=kind or session.split("/")[1],
        start=start,
        end=start + timedelta(hours=1),
        status=status,
    )


def faults(one: Course, programme: Programme, *appointments: Appointment) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        transfer(one, programme, appointments=appointments)
    return str(caught.value).splitlines()


def test_a_longer_phase_shifts_no_session_and_keeps_everything() -> None:
    before = course(FIRST, "start/talk/1", "start/talk/2", "induction/dosing/1")
    longer = version(evolve(START, times=3), evolve(INDUCTION, times=4))
    after = transfer(before, longer, appointments=[visit("induction/dosing/2"), visit("induction/talk/2")])
    assert after == evolve(before, programme=longer)
    assert [one.id for one in after.owed] == [
        one.id
        for one in longer.sessions
        if one.id not in ("start/talk/1", "start/talk/2", "induction/dosing/1")
    ]


def test_a_renamed_phase_is_refused_with_every_session_that_is_lost() -> None:
    before = course(FIRST, "start/talk/1", "start/talk/2")
    renamed = version(evolve(START, name="preparation"), INDUCTION)
    gone = "phase 'start' is gone; there are preparation, induction"
    assert faults(before, renamed) == [f"done.start/talk/1: {gone}", f"done.start/talk/2: {gone}"]


def test_a_shorter_phase_is_refused_only_where_the_lost_sessions_are_referred_to() -> None:
    before, shorter = course(FIRST, "induction/dosing/3"), version(START, evolve(INDUCTION, times=1))
    assert faults(
        before, shorter, visit("induction/dosing/4"), visit("induction/talk/2"), visit("start/talk/2")
    ) == [
        "done.induction/dosing/3: induction has 2 dosing sessions now",
        "appointments.induction/dosing/4: induction has 2 dosing sessions now",
        "appointments.induction/talk/2: induction has 1 talk session now",
    ]
    begun = course(FIRST, "induction/dosing/2")
    assert transfer(begun, shorter, appointments=[visit("induction/talk/1")]).programme == shorter


def test_cancelled_appointments_hold_nobody_to_a_programme() -> None:
    shorter = version(START, evolve(INDUCTION, times=1))
    assert transfer(
        course(), shorter, appointments=[visit("induction/talk/2", status="cancelled")]
    ) == course(shorter)


def test_what_people_decided_is_kept_or_told_as_lost() -> None:
    waived = Waiver(
        check="gaps_are_kept", sessions=["induction/dosing/3", "start/talk/1"], by="jo", at=NINE, why="x"
    )
    pinned = Pin(appointment=visit("induction/talk/2"), by="jo", at=NINE)
    before = course(waivers=[waived], pins=[pinned])
    longer = version(START, evolve(INDUCTION, times=3))
    assert transfer(before, longer) == evolve(before, programme=longer)
    assert faults(before, version(START, evolve(INDUCTION, times=1)), visit("induction/talk/2")) == [
        "waivers.0.sessions.induction/dosing/3: induction has 2 dosing sessions now",
        "pins.induction/talk/2: induction has 1 talk session now",
    ]


def test_a_pin_in_an_open_phase_is_reached_by_what_is_planned() -> None:
    pinned = Pin(appointment=visit("upkeep/dosing/4"), by="jo", at=NINE)
    before = course(version(START, evolve(UPKEEP, book_ahead=4), number="1"), pins=[pinned])
    nearer = version(START, evolve(UPKEEP, book_ahead=1))
    assert transfer(before, nearer) == evolve(before, programme=nearer, book_ahead=4)


def test_what_is_done_and_has_an_appointment_is_told_once() -> None:
    before = course(FIRST, "start/talk/1")
    assert len(faults(before, version(INDUCTION), visit("start/talk/1", status="done"))) == 1


def test_a_kind_that_a_phase_no_longer_has_is_told() -> None:
    before = course(FIRST, "induction/talk/1")
    assert faults(before, version(evolve(INDUCTION, order=["dosing"]), kinds=(DOSING,))) == [
        "done.induction/talk/1: induction has no talk session now; it has dosing"
    ]


def test_an_appointment_of_another_kind_than_its_session_is_told() -> None:
    assert faults(course(), FIRST, visit("start/talk/1", kind="dosing")) == [
        "appointments.start/talk/1: a session of this id is of another kind: talk, not dosing"
    ]


@pytest.mark.parametrize(
    "session", ["start", "start/talk", "start/talk/one", "start/talk/01", "start/talk/0", "x"]
)
def test_what_is_no_session_s_id_is_lost_too(session: str) -> None:
    (fault,) = faults(course(), FIRST, visit(session, kind="talk"))
    assert fault.startswith(f"appointments.{session}: ")


def test_of_an_open_phase_as_many_rounds_are_planned_as_the_appointments_reach() -> None:
    goes_on = version(START, UPKEEP, number="1")
    before = course(goes_on, "upkeep/dosing/1", book_ahead=4)
    nearer = version(START, evolve(UPKEEP, book_ahead=1))
    assert transfer(before, nearer) == evolve(before, programme=nearer)
    reaching = transfer(course(goes_on, "upkeep/dosing/1"), nearer, appointments=[visit("upkeep/dosing/3")])
    assert reaching.book_ahead == 2
    assert [one.id for one in reaching.planned.sessions][-1] == "upkeep/dosing/3"


def test_a_phase_that_becomes_open_or_closed_is_planned_as_its_new_version_says() -> None:
    closed = version(START, evolve(UPKEEP, open=False, book_ahead=None, times=6), number="1")
    goes_on = version(START, UPKEEP)
    assert transfer(course(closed), goes_on, appointments=[visit("upkeep/dosing/6")]).book_ahead == 6
    assert transfer(course(goes_on, book_ahead=4), closed).book_ahead is None


def test_what_is_no_programme_and_what_are_no_appointments_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput) as caught:
        transfer(course(), "ours@2", appointments=[5])  # type: ignore[arg-type,list-item]
    assert {fault.path for fault in caught.value.faults} == {"programme", "appointments"}
