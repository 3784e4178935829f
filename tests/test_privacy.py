"""Where do names and reasons stand? In the clinic's own files and in the schedule, and nowhere else."""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis.vendor.pretty import pretty
from rich.pretty import pretty_repr

from kapsched.cli.clinic_folder import ClinicFolder
from kapsched.errors import InvalidInput, PlannerBug
from kapsched.exchange.documents import check_files, from_document, read_clinic, read_courses, to_document
from kapsched.model.clinic import StaffMember
from kapsched.model.course import Done, Patient, enrol
from kapsched.model.overrides import Pin, Waiver
from kapsched.planning.diary import Diary
from kapsched.timeline.recurrence import Absence
from kapsched.verification.report import Finding, Report
from kapsched.workflow.many_courses import verify_plans
from kapsched.workflow.one_course import find_plan
from tests import calendar_stories as stories
from tests.desk import NOW, Desk, patient, python, quayside

# Every text about somebody that a file can hold; each word of them is nowhere else.
NAMES = "Zebedee Quillfeather", "Ottoline Marmalade"
REASONS = "hushed chemotherapy", "hushed tribunal"
STAFF_NAME, STAFF_REASON, ROOM_REASON = "Bartholomew Finchley", "hushed rehab", "hushed asbestos"
OF_PATIENTS = NAMES + REASONS
ALL = (*OF_PATIENTS, STAFF_NAME, STAFF_REASON, ROOM_REASON)
REF = "elsewhere-4711"


def told(text: str | bytes, secrets: Iterable[str] = ALL) -> list[str]:
    """Which words of the secrets stand in a text."""
    found = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    words = {word for secret in secrets for word in secret.split()}
    return sorted(word for word in words if word.lower() in found.lower())


def leaks(texts: dict[str, str | bytes], secrets: Iterable[str] = ALL) -> dict[str, list[str]]:
    return {place: words for place, text in texts.items() if (words := told(text, secrets))}


def about(number: int, more: str = "") -> str:
    """A patient of a name, away for a reason; `more` goes with the absence."""
    return patient(
        number,
        more=f'name = "{NAMES[number - 1]}"\n'
        f'away = [{{ from = 2027-01-06, to = 2027-01-06, why = "{REASONS[number - 1]}" }}{more}]',
    )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """One patient who is placed and one who is not, with a name or a reason wherever there can be one."""
    desk = quayside(tmp_path)
    desk.patients(about(1), about(2, ', { from = 2027-01-05, why = "hushed tribunal" }'))
    desk.change(
        "clinic.toml",
        "[staff.nia]",
        f'[staff.nia]\nname = "{STAFF_NAME}"\n'
        f'away = [{{ from = 2027-02-01, to = 2027-02-01, why = "{STAFF_REASON}" }}]',
    )
    desk.change(
        "clinic.toml",
        "[rooms.oak]",
        f'[rooms.oak]\naway = [{{ from = 2027-02-02, to = 2027-02-02, why = "{ROOM_REASON}" }}]',
    )
    desk.change("bookings.csv", "painters", REF)
    return desk


def site(desk: Desk) -> ClinicFolder:
    return ClinicFolder.read(desk.clinic)


# What is written.


def test_of_all_that_is_written_only_the_schedule_holds_a_name_or_a_reason(desk: Desk) -> None:
    assert desk.plan().exit_code == 3
    written = desk.written()
    document = written.pop("schedule.json")
    assert told(document) == told(" ".join(OF_PATIENTS))
    assert len(written) > 15
    assert leaks({**written}) == {}
    assert leaks({name: name for name in written}) == {}


COMMANDS: dict[str, Callable[[Desk], list[Any]]] = {
    "check": lambda desk: ["check", desk.clinic, desk.out / "schedule.json"],
    "plan": lambda desk: ["plan", desk.clinic, "--now", NOW, "--out", desk.out, "--afresh", "--yes"],
    "verify": lambda desk: ["verify", desk.out / "schedule.json", "--clinic", desk.clinic, "--now", NOW],
    "show": lambda desk: ["show", desk.out],
    "a patient": lambda desk: ["show", desk.out, "--patient", "q1"],
    "a patient refused": lambda desk: ["show", desk.out, "--patient", "q2"],
    "a person": lambda desk: ["show", desk.out, "--staff", "tess"],
    "a week": lambda desk: ["show", desk.out, "--week", "--clinic", desk.clinic],
    "a sheet": lambda desk: [
        "show",
        desk.out,
        "--day",
        "2027-01-07",
        "--clinic",
        desk.clinic,
        "--sheet",
        desk.folder / "sheet.html",
    ],
    "nobody": lambda desk: ["show", desk.out, "--patient", "q3"],
    "erase": lambda desk: ["erase", desk.clinic, "c2", "--out", desk.out],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_prints_a_name_or_a_reason(desk: Desk, command: str) -> None:
    desk.plan()
    result = desk.type(*COMMANDS[command](desk))
    assert result.output
    assert told(result.output) == []
    sheet = desk.folder / "sheet.html"
    assert sheet.exists() == (command == "a sheet")
    assert not sheet.exists() or told(sheet.read_bytes()) == []


def test_a_name_is_shown_to_those_who_ask_for_names(desk: Desk) -> None:
    desk.plan()
    result = desk.type("show", desk.out, "--patient", "q1", "--names")
    assert told(result.output) == ["Quillfeather", "Zebedee"]


def test_what_others_say_of_a_booking_is_for_the_desk_alone(desk: Desk) -> None:
    desk.write(
        "bookings.csv", f"type,resource,start,end,ref\nstaff,tess,2027-01-07T10:00,2027-01-07T11:00,{REF}\n"
    )
    desk.plan()
    assert [name for name, content in desk.written().items() if REF.encode() in content] == []
    shown = desk.type("show", desk.out, "--staff", "tess", "--week", "2027-01-04", "--clinic", desk.clinic)
    assert REF in shown.output


# What is printed, logged and raised.


def test_no_noun_has_a_name_or_a_reason_in_its_repr_whoever_writes_it(desk: Desk) -> None:
    desk.plan()
    here, schedule = site(desk), desk.schedule()
    diary = Diary(here.clinic, booked=here.bookings)
    things = [here.clinic, here.courses, schedule, diary, here.bookings, here]
    things += [one for clinic in [here.clinic] for one in (*clinic.staff, *clinic.rooms)]
    for write in (repr, str, pretty, pretty_repr):
        written = [write(thing) for thing in things]
        assert all("quayside" in one for one in (written[0], written[2]))
        assert [told(one) for one in written if told(one)] == []


def test_no_refusal_and_no_finding_has_a_name_or_a_reason(desk: Desk) -> None:
    desk.plan()
    here, schedule = site(desk), desk.schedule()
    (refusal,) = schedule.refusals
    assert "patient" in {reason.code for reason in refusal.reasons}
    nobody = evolve(
        here.clinic, staff=[evolve(one, away=[Absence(why="hushed")]) for one in here.clinic.staff]
    )
    everywhere = [evolve(row, ref=REF) for row in schedule.bookings]
    findings = [
        str(report)
        for booked in (everywhere, ())
        for _, report in verify_plans(schedule, nobody, booked=booked, courses=here.courses)
    ]
    assert any("taken by" in one and REF in one for one in findings)
    assert told("\n".join((*refusal.sentences(), *findings))) == []


def mutations(text: str) -> Iterator[str]:
    """A file that is damaged at one place: at every text about somebody, and at every line."""
    for secret in (one for one in ALL if one in text):
        for other in ("\\u0007 ", "\\ud800", "\x07", '"', "\\", "\n", "x" * 10_001):
            yield text.replace(secret, f"{secret}{other}")
        for wrong in (
            f"{secret}",
            f"['{secret}']",
            f'{{ of = "{secret}" }}',
            f'"{secret}" "{secret}"',
            "5",
            "true",
        ):
            yield text.replace(f'"{secret}"', wrong)
    lines = text.splitlines()
    for number, line in enumerate(lines):
        for instead in ([], [line, line], [line[:-1]], [line[: len(line) // 2]], [line.replace(" = ", " ")]):
            yield "\n".join([*lines[:number], *instead, *lines[number + 1 :]])


@pytest.mark.parametrize("name", ["patients.toml", "clinic.toml"])
def test_no_fault_of_a_file_has_a_name_or_a_reason(desk: Desk, name: str) -> None:
    whole, faulty = (desk.clinic / name).read_text(encoding="utf-8"), 0
    for text in mutations(whole):
        desk.write(name, text)
        found = check_files([desk.clinic / name, desk.clinic / "programmes" / "short.toml"])
        faulty += bool(found.faults)
        assert leaks({text: "\n".join(map(str, (*found.faults, *found.notes)))}) == {}
    assert faulty > 50


def test_no_fault_of_a_document_has_a_name_or_a_reason(desk: Desk) -> None:
    desk.plan()
    document, faulty = (desk.out / "schedule.json").read_text(encoding="utf-8"), 0
    for text in mutations_of_texts(document):
        with pytest.raises(InvalidInput) as raised:
            from_document(text)
        faulty += 1
        assert told(str(raised.value)) == []
        assert told("".join(traceback.format_exception(raised.value))) == []
    assert faulty > 20


NUMBER = 19770412
"""Whoever forgets the quotes may have meant more than a number."""


@pytest.mark.parametrize(
    ("name", "text"),
    [(name, text) for name in ("patients.toml", "clinic.toml") for text in ALL if text != NAMES[1]],
)
def test_no_fault_of_a_file_repeats_a_number_in_place_of_a_name(desk: Desk, name: str, text: str) -> None:
    whole = (desk.clinic / name).read_text(encoding="utf-8")
    desk.write(name, whole.replace(f'"{text}"', str(NUMBER)))
    found = check_files([desk.clinic])
    assert {fault.message for fault in found.faults} == (
        {"text is wanted; put it in quotes"} if text in whole else set()
    )


def test_no_fault_of_a_decision_repeats_a_number_in_place_of_its_reason(desk: Desk) -> None:
    signed = f'by = "amara", at = 2027-01-04T09:00:00, why = {NUMBER}'
    decisions = (
        f'waivers = [{{ check = "gaps_are_kept", sessions = "only/talk/1", {signed} }}]\n'
        f'pins."only/talk/1" = {{ start = 2027-01-06T09:00:00, {signed} }}\n'
        f'done."only/dosing/1" = {{ start = 2027-01-01T09:00:00, notes = {NUMBER} }}\n'
    )
    desk.patients(patient(1) + decisions)
    found = check_files([desk.clinic])
    assert [(fault.path.rpartition(".")[2], fault.message) for fault in found.faults] == [
        (key, "text is wanted; put it in quotes") for key in ("why", "why", "notes")
    ]


PLACES = {
    "patients": ("patients = X", "[patients]\nq1 = X"),
    "patients.q1": (
        "hours = X",
        "hours = { mon = X }",
        "hours = { A = X }",
        "away = X",
        "away = [X]",
        "away = [{ from = X }]",
        "away = [{ to = X }]",
        "away = [{ from = 2027-01-06, time = X }]",
        "excludes = X",
        "wishes = X",
        "wishes.staff = X",
        "wishes.time = X",
    ),
    "courses": ("courses = X", "[courses]\nc1 = X"),
    "courses.c1": (
        "first_day = X",
        "book_ahead = X",
        "done = X",
        'done."only/dosing/1" = X',
        'done."only/dosing/1".start = X',
        'done."only/dosing/1" = { start = 2027-01-04T09:00:00Z, end = X }',
        'done."only/dosing/1" = { start = 2027-01-04T09:00:00Z, staff = X }',
        "waivers = X",
        "waivers = [X]",
        'waivers = [{ check = "gaps_are_kept", sessions = "only/talk/1", by = "amara", why = "so", at = X }]',
        "pins = X",
        'pins."only/talk/1" = X',
        'pins."only/talk/1".start = X',
        'pins."only/talk/1".staff = X',
        'pins."only/talk/1".rooms = X',
        'pins."only/talk/1".at = X',
    ),
    "clinic": (
        "hours = X",
        "fortnight = X",
        "horizon = X",
        "horizon.first_day = X",
        "closed = X",
        "closed = [X]",
        "closed = [{ from = X }]",
        "holidays = X",
        "holidays.england = X",
        "rooms = X",
        "rooms.oak = X",
        "staff = X",
        "staff.tess = X",
        "pools = X",
        "pools.nurse = X",
    ),
    "rooms.oak": ("hours = X", "away = X", "away = [X]", "away = [{ to = X }]"),
    "staff.tess": (
        "roles = X",
        "hours = X",
        "hours.mon = X",
        "breaks = X",
        "breaks.A = X",
        "away = X",
        "away = [X]",
        "away = [{ from = X }]",
    ),
}
"""What a file wants as a table, a list, a date or a time, by the table that it stands in."""


@pytest.mark.parametrize("wrong", [f'"{NAMES[0]}"', f'"2027-02-01 {REASONS[0]}"'])
@pytest.mark.parametrize("table", PLACES)
def test_no_fault_repeats_what_stands_where_a_table_a_list_or_a_time_belongs(
    tmp_path: Path, table: str, wrong: str
) -> None:
    read: Callable[[Path], object] = read_courses if table.startswith(("pat", "cour")) else read_clinic
    for place in PLACES[table]:
        line = place.replace("X", wrong)
        head = f"[{table}]\n" if "." in table else ""
        path = tmp_path / "file.toml"
        path.write_text(f"format = 1\n{head}{line}\n", encoding="utf-8")
        with pytest.raises(InvalidInput) as raised:
            read(path)
        assert (place, told(str(raised.value))) == (place, [])
        assert re.search(r"not (a text|words)", str(raised.value)), place


@pytest.mark.parametrize("wrong", [NAMES[0], REASONS[0]])
def test_no_fault_of_a_value_repeats_a_text_that_stands_for_several_or_a_date(wrong: Any) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: Patient(id="q1", away=wrong),
        lambda: Patient(id="q1", excludes=wrong),
        lambda: Absence(first=wrong),
        lambda: Absence(last=wrong),
        lambda: StaffMember(id="s1", roles=["nurse"], hours=stories.WEEKDAYS, away=wrong),
        lambda: Done(start=wrong),
        lambda: enrol(stories.PROGRAMME, Patient(id="q1"), id="c1", first_day=wrong),
        lambda: enrol(
            stories.PROGRAMME, Patient(id="q1"), id="c1", first_day=stories.NOW.date(), waivers=wrong
        ),
    ]
    for attempt in attempts:
        with pytest.raises(InvalidInput, match=r"not str") as raised:
            attempt()
        assert told(str(raised.value)) == []


@pytest.mark.parametrize("key", ["name", "why", "ref"])
def test_no_fault_of_a_document_repeats_a_number_in_place_of_a_name(desk: Desk, key: str) -> None:
    desk.plan()
    document = (desk.out / "schedule.json").read_text(encoding="utf-8")
    if key == "ref":
        document = re.sub(r'"ref": "[^"]*"', f'"ref": {NUMBER}', document, count=1)
    else:
        secret = NAMES[0] if key == "name" else REASONS[0]
        document = document.replace(f'"{secret}"', str(NUMBER))
    with pytest.raises(InvalidInput, match=rf"{key}: text is wanted; put it in quotes$"):
        from_document(document)


def containers(of: Any) -> Iterator[tuple[Any, Any]]:
    """Every dict or list of a document that holds a dict, a list, a date or a time, with its key."""
    for key, value in list(of.items() if isinstance(of, dict) else enumerate(of)):
        if isinstance(value, dict | list):
            yield from containers(value)
        if isinstance(value, dict | list) or re.match(r"\d\d[-:\d]", str(value)):
            yield of, key


def test_no_fault_of_a_document_repeats_what_stands_for_a_date_a_table_or_a_list(desk: Desk) -> None:
    desk.change("patients.toml", "away = ", 'wishes.time = "10:00"\naway = ')
    desk.plan()
    document = json.loads((desk.out / "schedule.json").read_text(encoding="utf-8"))
    faults: dict[str, str | bytes] = {}
    for holder, key in containers(document):
        kept, holder[key] = holder[key], NAMES[0]
        try:
            from_document(json.dumps(document))
        except InvalidInput as error:
            faults[f"{len(faults)}.{key}"] = str(error)
        holder[key] = kept
    assert leaks(faults) == {}
    assert {place.partition(".")[2] for place in faults} >= {
        "first",
        "start",
        "first_day",
        "time",
        "away",
        "now",
        "patient",
        "done",
    }


def mutations_of_texts(text: str) -> Iterator[str]:
    for secret in (one for one in OF_PATIENTS if one in text):
        for wrong in ("5", "null", "true", f'["{secret}"]', f'{{"of": "{secret}"}}', f'"{secret}', secret):
            yield text.replace(f'"{secret}"', wrong)
        for other in ("\\u0007", "\\ud800", "\\", '"', "\n", "x" * 10_001):
            yield text.replace(secret, f"{secret}{other}")


@pytest.mark.parametrize(
    "row",
    [
        f"room,blue,{NAMES[0]},2027-01-06T11:00,true,",
        f"room,blue,2027-01-06T10:00,{NAMES[0]},true,",
        f"{NAMES[0]},blue,2027-01-06T10:00,2027-01-06T11:00,true,",
        f"room,blue,2027-01-06T10:00,2027-01-06T11:00,{NAMES[0]},",
        f"room,blue,2027-01-06T10:00,2027-01-06T11:00,true,{NAMES[0]},x",
        f"room,blue,2027-01-06T10:00,2027-01-06T11:00,true,{NAMES[0]}\x07",
        f'room,blue,2027-01-06T10:00,2027-01-06T11:00,true,"{NAMES[0]}',
    ],
)
def test_no_fault_of_a_booking_s_cell_repeats_words(desk: Desk, row: str) -> None:
    for header in ("type,resource,start,end,exclusive,ref\n", ""):
        desk.write("bookings.csv", header + row + "\n")
        found = check_files([desk.clinic / "clinic.toml", desk.clinic / "bookings.csv"])
        assert found.faults
        assert told("\n".join(map(str, found.faults))) == []


class Theirs:
    """A patient of the caller's own software, whose repr is the name."""

    def __repr__(self) -> str:
        return f"<Patient: {NAMES[0]}>"


@pytest.mark.parametrize("wrong", [Theirs(), {"name": NAMES[0]}, NAMES[0], [Theirs()], (NAMES[0],)])
def test_whatever_is_handed_in_for_a_patient_no_fault_shows_who_it_is(wrong: Any) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: enrol(stories.PROGRAMME, wrong, id="c1", first_day=stories.NOW.date()),
        lambda: Patient(id="q1", hours=wrong),
        lambda: Patient(id="q1", wishes=wrong),
        lambda: find_plan(wrong, wrong, now=stories.NOW),
        lambda: to_document(wrong),
    ]
    if not isinstance(wrong, str):
        attempts += [
            lambda: Patient(id=wrong),
            lambda: Patient(id="q1", name=wrong),
            lambda: Absence(why=wrong),
        ]
    for attempt in attempts:
        with pytest.raises(InvalidInput) as raised:
            attempt()
        assert told(str(raised.value)) == [] or isinstance(wrong, tuple)


@pytest.mark.parametrize("ending", ["\x00", "\ud800", "x" * 10_001])
def test_a_name_or_a_reason_that_cannot_be_written_is_not_shown(ending: str) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: Patient(id="q1", name=NAMES[0] + ending),
        lambda: StaffMember(id="s1", roles=["nurse"], hours=stories.WEEKDAYS, name=NAMES[0] + ending),
        lambda: Absence(why=NAMES[0] + ending),
    ]
    for attempt in attempts:
        with pytest.raises(InvalidInput, match=r"(name|why): it (is longer than|holds) ") as raised:
            attempt()
        assert told(str(raised.value)) == []


def test_why_a_promise_was_waived_or_a_visit_pinned_is_told_in_the_report_alone() -> None:
    why = "hushed"
    waiver = Waiver(check="gaps_are_kept", sessions=["a/b/1"], by="amara", at=stories.NOW, why=why)
    pinned = Pin(
        appointment=stories.plan(stories.course("c1", "q1")).appointments[0],
        by="amara",
        at=stories.NOW,
        why=why,
    )
    finding = Finding(check=waiver.check, message="it is not", sessions=waiver.sessions, waiver=waiver)
    assert why in str(Report([finding]))
    for write in (repr, str, pretty, pretty_repr):
        written = [write(thing) for thing in (waiver, pinned, Report([finding])) if write is not str]
        assert [one for one in written if why in one] == []
    for noun in (waiver, pinned):
        for wrong in (f"{why}\x07", f"{why} " * 100, [why]):
            with pytest.raises(InvalidInput) as raised:
                evolve(noun, why=wrong)  # type: ignore[arg-type]
            assert why not in str(raised.value)
    with pytest.raises(InvalidInput, match=r"^why: some text is wanted, not a blank$"):
        evolve(waiver, why=" ")


def test_a_bug_of_ours_is_told_without_what_was_accepted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    waiver = Waiver(check="gaps_are_kept", sessions=["a"], by="amara", at=stories.NOW, why="hushed")
    accepted = Finding(check="gaps_are_kept", message="it is not", sessions=["a"], waiver=waiver)
    broken = Finding(check="gaps_are_kept", message="neither is this", sessions=["b"])
    monkeypatch.setattr("kapsched.workflow.one_course.verify", lambda *_, **__: Report([accepted, broken]))
    here = site(desk)
    with pytest.raises(PlannerBug, match="neither is this") as raised:
        find_plan(here.courses[0], Diary(here.clinic), now=stories.NOW)
    assert "hushed" not in str(raised.value)


# The log.


def test_the_log_holds_ids_and_counts_and_nothing_else(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="kapsched")
    desk.plan()
    desk.type("verify", desk.out / "schedule.json", "--clinic", desk.clinic)
    assert {record.name for record in caplog.records} == {"kapsched"}
    messages = [record.getMessage() for record in caplog.records]
    assert told("\n".join(messages)) == []
    assert [re.sub(r"\d+ steps", "N steps", one) for one in messages] == [
        "course 'c1' planned: 2 sessions, N steps, proved through all",
        "course 'c2' refused at only/dosing/1: hours, patient; N steps, proved: True",
        "courses: 1 with a plan, 1 refused",
        "plans verified: 1; findings: 0 new, 0 already there",
        "document written: revision 1, 1 plans, 1 refusals",
        "calendars made: 8",
        "document read: revision 1, 1 plans, 1 refusals",
        "plans verified: 1; findings: 0 new, 0 already there",
    ]
    kinds = {type(argument) for record in caplog.records for argument in record.args or ()}
    assert kinds <= {str, int, bool}
    assert {record.levelname for record in caplog.records} == {"INFO", "DEBUG"}
    assert {record.module for record in caplog.records} == {
        "one_course", "many_courses", "schedule_documents", "feeds",
    }  # fmt: skip


LISTENING = (
    "import logging; logging.basicConfig(level='DEBUG', format='%(name)s %(levelname)s %(message)s'); "
)
READING = (
    "import pathlib, sys; from kapsched import from_document; "
    "from_document(pathlib.Path(sys.argv[1]).read_text())"
)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("", ""),
        ("import logging; ", ""),
        ("import logging; logging.getLogger('kapsched').setLevel('DEBUG'); ", ""),
        (LISTENING, "kapsched DEBUG document read: revision 1, 1 plans, 1 refusals\n"),
    ],
)
def test_nothing_is_logged_unless_a_program_listens(desk: Desk, before: str, said: str) -> None:
    desk.plan()
    result = python("-c", before + READING, str(desk.out / "schedule.json"))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", said)


def test_whoever_does_not_listen_does_not_wait_for_the_library_of_logs(desk: Desk) -> None:
    desk.plan()
    line = f"{READING}; print('logging' in sys.modules)"
    assert python("-c", line, str(desk.out / "schedule.json")).stdout == "False\n"
