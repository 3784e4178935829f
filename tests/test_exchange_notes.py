"""Does a reference to notes reach the staff who see the patient next, and nobody else?"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis.vendor.pretty import pretty

from kapsched.errors import InvalidInput
from kapsched.exchange.calendars.feeds import index_rows
from kapsched.exchange.calendars.ics import to_ics
from kapsched.exchange.schedule_documents import from_document, to_document
from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Resource
from kapsched.model.clinic import Horizon
from kapsched.model.course import Done
from kapsched.model.overrides import Pin
from kapsched.model.plan import Plan
from kapsched.model.wordings.english import ENGLISH
from kapsched.planning.diary import Diary
from kapsched.workflow.one_course import find_plan
from tests import calendar_stories as stories
from tests.desk import Desk, contents, patient, quayside
from tests.test_exchange_ics import events

NOTES = "N-4711"
DONE = {
    "readying/preparation/1": Done(start=stories.NOW),
    "induction/dosing/1": Done(start=stories.NOW, notes=NOTES),
}


def test_notes_go_to_what_an_offset_counts_from_the_session_they_were_taken_in() -> None:
    assert dict(stories.course("c1", "q17", done=DONE).notes) == {"induction/integration/1": NOTES}


def test_what_comes_before_a_session_learns_nothing_of_it() -> None:
    (rule,) = (rule for rule in stories.PROGRAMME.offsets if rule.name == "readying first")
    bound = {(anchor.id, one.id) for anchor, one in rule.pairs(stories.PROGRAMME.sessions)}
    assert bound == {("induction/dosing/1", "readying/preparation/1")}
    assert "readying/preparation/1" not in stories.course("c1", "q17", done=DONE).notes


def test_whatever_is_planned_or_made_by_hand_has_the_notes_of_its_anchor() -> None:
    now = stories.NOW.replace(day=2, hour=8)
    course = stories.course("c1", "q17", first_day=date(2026, 12, 1), done=DONE)
    plan = find_plan(course, Diary(stories.CLINIC, Horizon(first_day=now.date(), days=21)), now=now)
    assert isinstance(plan, Plan)
    assert {one.session: one.notes for one in plan.appointments if one.notes} == {
        "induction/integration/1": NOTES
    }
    first = plan.appointments[0]
    by_hand = Appointment.of(
        course,
        first.session,
        first.start,
        staff={"therapist": "ben"},
        rooms={"therapy": "Anchor & Co <2>"},
        now=now,
    )
    assert by_hand == first
    assert from_document(to_document(stories.schedule([plan]))).plans == (plan,)


def test_what_is_pinned_learns_of_notes_too() -> None:
    now = stories.NOW.replace(day=2, hour=8)
    course = stories.course("c1", "q17", first_day=date(2026, 12, 1), done=DONE)
    bare = stories.appointment(course.planned.by_id["induction/integration/1"], date(2026, 12, 2), 11)
    pinned = evolve(course, pins=[Pin(appointment=bare, by="mira", at=now)])
    plan = find_plan(pinned, Diary(stories.CLINIC, Horizon(first_day=now.date(), days=21)), now=now)
    assert isinstance(plan, Plan)
    assert plan.appointments[0].notes == NOTES


def test_only_the_staff_s_entry_tells_of_notes() -> None:
    (visit,) = (
        one
        for one in stories.plan(stories.course("c1", "q17")).appointments
        if one.session.endswith("dosing/1")
    )
    noted = evolve(visit, notes=NOTES)
    for audience in ("patient", "clinic", Resource("room", "ketamine-1")):
        assert NOTES.encode() not in to_ics([noted], audience=audience, uid_key=stories.KEY)
    german = evolve(
        ENGLISH, language="de", texts={**ENGLISH.texts, ("staff", "description"): "Notiz {notes}"}
    )
    for wording, text in ((ENGLISH, f"Notes: {NOTES}"), (german, f"Notiz {NOTES}")):
        content = to_ics([noted], audience=Resource("staff", "imran"), uid_key=stories.KEY, wording=wording)
        assert [str(event["DESCRIPTION"]) for event in events(content)] == [
            f"09:15–10:15 dosing: doctor\n{text}"
        ]
    without = to_ics([visit], audience=Resource("staff", "imran"), uid_key=stories.KEY)
    assert [str(event["DESCRIPTION"]) for event in events(without)] == ["09:15–10:15 dosing: doctor"]


@pytest.mark.parametrize("said", ["he said that", "a\nb", "a\u2028b", "x" * 101, "\x00", 4711, None])
def test_notes_themselves_are_refused_and_not_repeated(said: Any) -> None:
    for make in (
        lambda: Done(start=stories.NOW, notes=said),
        lambda: Appointment(
            session="a", kind="b", start=stories.NOW, end=stories.NOW.replace(hour=10), notes=said
        ),
    ):
        with pytest.raises(InvalidInput) as caught:
            make()
        assert [fault.path for fault in caught.value.faults] == ["notes"]
        assert not isinstance(said, str) or said not in str(caught.value)


def test_the_longest_reference_is_taken_and_stands_in_no_repr() -> None:
    done = Done(start=stories.NOW, notes="x" * 100)
    visit = evolve(stories.appointment(stories.PROGRAMME.sessions[0], date(2027, 3, 8)), notes="x" * 100)
    for one in (done, visit):
        assert "xxx" not in repr(one) + pretty(one)


@pytest.mark.parametrize("said", ['"he said that"', "4711"])
def test_a_file_that_holds_notes_is_refused_and_not_repeated(tmp_path: Path, said: str) -> None:
    desk = quayside(tmp_path)
    taken = f'[courses.c1.done]\n"only/dosing/1" = {{ start = 2027-01-04T08:00:00, notes = {said} }}\n'
    desk.patients(patient(1) + taken)
    result = desk.plan()
    assert result.exit_code == 2
    assert "courses.c1.done.only/dosing/1.notes" in result.output
    assert said.strip('"') not in result.output


# A clinic's folder, from the first plan to the day after the dose.


@pytest.fixture(scope="module")
def noted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, dict[str, bytes], dict[str, bytes]]:
    """The desk, and all it had written before and after the notes of a dose were recorded."""
    desk = quayside(tmp_path_factory.mktemp("noted"))
    desk.planned("--confirm")
    dose = next(one for one in desk.schedule().plans[0].appointments if one.kind == "dosing")
    took_place = f'"only/dosing/1" = {{ start = {dose.start:%Y-%m-%dT%H:%M:%S} }}'
    recorded = patient(1, more="") + f"[courses.c1.done]\n{took_place}\n"
    desk.patients(recorded)
    desk.planned(now="2027-01-05T18:00")
    before = contents(desk.out)
    desk.patients(recorded.replace(" }", f', notes = "{NOTES}" }}'))
    desk.planned(now="2027-01-05T19:00")
    return desk, before, contents(desk.out)


def test_a_reference_recorded_on_a_dose_is_found_in_its_integration_s_staff_entry_alone(
    noted: tuple[Desk, dict[str, bytes], dict[str, bytes]],
) -> None:
    desk, before, after = noted
    schedule, key = desk.schedule(), (desk.clinic / "uid.key").read_bytes().strip()
    (tess,) = [row.file for row in index_rows(schedule, key) if (row.type, row.id) == ("staff", "tess")]
    holding = {name for name, content in after.items() if NOTES.encode() in content}
    assert holding == {"schedule.json", f"calendars/{tess}"}
    (talk,) = events(after[f"calendars/{tess}"])
    assert str(talk["DESCRIPTION"]) == f"08:00–09:00 talk: therapist\nNotes: {NOTES}"
    changed = {name for name in after if after[name] != before.get(name)}
    clinic = {name for name in after if name.startswith("calendars/clinic/")}
    assert changed == holding | clinic


def test_a_reference_raises_the_staff_s_sequence_and_leaves_the_visit_confirmed(
    noted: tuple[Desk, dict[str, bytes], dict[str, bytes]],
) -> None:
    desk, before, _ = noted
    earlier = from_document(before["schedule.json"].decode())
    (old,) = [one for one in earlier.plans[0].appointments if one.kind == "talk"]
    new = desk.appointment(old.id)
    assert (new.sequence.patient, new.sequence.staff, new.sequence.room) == (
        old.sequence.patient,
        old.sequence.staff + 1,
        old.sequence.room,
    )
    assert new.status == old.status == "confirmed"


def test_no_screen_tells_of_notes(noted: tuple[Desk, dict[str, bytes], dict[str, bytes]]) -> None:
    desk, *_ = noted
    for asked in ((), ("--patient", "q1"), ("--staff", "tess"), ("--room", "oak"), ("--day", "2027-01-06")):
        result = desk.type("show", desk.out, *asked)
        assert result.exit_code == 0, result.output
        assert NOTES not in result.output, asked
