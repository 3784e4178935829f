"""Does a table of past visits become what is done of each course, visit by visit and nothing else?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from kapsched.errors import Fault, InvalidInput
from kapsched.exchange.documents import TableForm, check_files, load_preset, read_courses, read_done
from kapsched.model.course import Course, Done, Patient, enrol
from kapsched.model.phases import Phase
from kapsched.model.programme import Programme
from tests.stories import DYAD, always_open, london, programme, quayside

CLINIC = quayside()
TWO_PHASES = evolve(
    programme("dosing", "talk"),
    phases=[
        Phase(name="begin", order=["talk", "dosing", "talk"], times=2),
        Phase(name="keep", order=["dosing"], times=2),
    ],
    target="begin/dosing/1",
)
OPEN = evolve(
    programme("talk"),
    phases=[
        Phase(name="begin", order=["talk"], times=2),
        Phase(name="keep", order=["talk"], open=True, book_ahead=2),
    ],
    target="begin/talk/1",
)

THEIRS = """\
Client no;Client;When;Length;Service;Doctor;Clinician;Status
q17;Mira Vasquez;11/01/2027 10:00;135;KAP session;Dr Dora Ashe;Tess Lowe;Attended
q17;Mira Vasquez;04/01/2027 10:00;;Therapy;;Tess Lowe;Attended
q18;Jun Park;05/01/2027 10:00;50;Therapy;;Tom Birch;Attended
q17;Mira Vasquez;12/01/2027 10:00;60;Therapy;Dr Dora Ashe;Tom Birch;Attended
q17;Mira Vasquez;13/01/2027 10:00;60;Therapy;;Tess Lowe;DNA
q99;Alan Reed;13/01/2027 10:00;60;Letter;;Tess Lowe;Attended
q17;Mira Vasquez;18/01/2027 10:00;60;Therapy;;;Attended
"""
FORM = TableForm(
    separator=";",
    dates="day first",
    columns={
        "patient": "Client no",
        "kind": "Service",
        "start": "When",
        "minutes": "Length",
        "doctor": "Doctor",
        "therapist": "Clinician",
    },
    words={
        "kind": {"KAP session": "dosing", "Therapy": "talk"},
        "staff": {"Dr Dora Ashe": "dora", "Tess Lowe": "tess", "Tom Birch": "tom"},
    },
    leave_out={"Status": "DNA"},
)


def course(id: str = "c17", patient: str = "q17", what: Programme = TWO_PHASES, **changes: Any) -> Course:
    return enrol(what, Patient(id=patient), id=id, first_day=date(2027, 1, 4), **changes)


def saved(folder: Path, text: str, name: str = "done.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(reading: Callable[[], object]) -> tuple[Fault, ...]:
    with pytest.raises(InvalidInput) as caught:
        reading()
    return caught.value.faults


def took(start: str, minutes: int = 0, **staff: str) -> Done:
    begins = london(start)
    end = begins + timedelta(minutes=minutes) if minutes else None
    return Done(start=begins, end=end, staff={role: who.split() for role, who in staff.items()})


def test_visits_count_in_order_of_time_as_the_sessions_of_their_kind_in_programme_order(
    tmp_path: Path,
) -> None:
    courses = [course(), course("c18", "q18"), course("c19", "q19")]
    done = read_done(saved(tmp_path, THEIRS), courses, CLINIC, form=FORM)
    assert done == {
        "c17": {
            "begin/talk/1": took("2027-01-04 10:00", therapist="tess"),
            # The doctor's column says nothing of a talk, which needs none.
            "begin/dosing/1": took("2027-01-11 10:00", 135, doctor="dora", therapist="tess"),
            "begin/talk/2": took("2027-01-12 10:00", 60, therapist="tom"),
            "begin/talk/3": took("2027-01-18 10:00", 60),
        },
        "c18": {"begin/talk/1": took("2027-01-05 10:00", 50, therapist="tom")},
    }
    assert list(done["c17"]) == ["begin/talk/1", "begin/dosing/1", "begin/talk/2", "begin/talk/3"]
    for one in courses:
        evolve(one, done=done.get(one.id, {}))


def test_the_visits_of_a_later_phase_follow_those_of_an_earlier_one(tmp_path: Path) -> None:
    rows = "course,kind,start\n" + "".join(f"c17,dosing,2027-01-{day:02} 10:00\n" for day in (8, 5, 6, 7))
    done = read_done(saved(tmp_path, rows), [course()], CLINIC)
    assert {id: one.start.day for id, one in done["c17"].items()} == {
        "begin/dosing/1": 5,
        "begin/dosing/2": 6,
        "keep/dosing/1": 7,
        "keep/dosing/2": 8,
    }


def test_an_open_phase_takes_as_many_visits_as_there_were(tmp_path: Path) -> None:
    rows = "course,kind,start\n" + "".join(f"c17,talk,2027-01-{day:02} 10:00\n" for day in range(4, 24))
    opened = course(what=OPEN)
    done = read_done(saved(tmp_path, rows), [opened], CLINIC)["c17"]
    assert list(done) == [f"begin/talk/{n}" for n in (1, 2)] + [f"keep/talk/{n}" for n in range(1, 19)]
    assert [one.id for one in evolve(opened, done=done).owed] == ["keep/talk/19", "keep/talk/20"]


def test_a_row_may_name_its_session_and_the_others_count_around_it(tmp_path: Path) -> None:
    rows = (
        "course,session,kind,start\n"
        "c17,,talk,2027-01-04 10:00\n"
        "c17,begin/talk/1,,2027-01-05 10:00\n"
        "c17,keep/dosing/2,,2027-01-06 10:00\n"
    )
    done = read_done(saved(tmp_path, rows), [course()], CLINIC)["c17"]
    assert {id: one.start.day for id, one in done.items()} == {
        "begin/talk/1": 5,
        "begin/talk/2": 4,
        "keep/dosing/2": 6,
    }


def test_two_people_in_one_role_stand_in_two_columns_or_in_one_cell(tmp_path: Path) -> None:
    pair = course(what=programme("dyad", kinds=(DYAD,)))
    expected = {"c17": {"therapy/dyad/1": took("2027-01-04 10:00", therapist="tess tom")}}
    columns = {"course": "Course", "kind": "Kind", "start": "Start"}
    for rows, form in (
        (
            "Course,Kind,Start,One,Two\nc17,dyad,2027-01-04 10:00,tess,tom\n",
            TableForm(columns={**columns, "therapist": ["One", "Two"]}),
        ),
        (
            "Course,Kind,Start,Who\nc17,dyad,2027-01-04 10:00,tess + tom\n",
            TableForm(columns={**columns, "therapist": "Who"}, joined_by="+"),
        ),
    ):
        assert read_done(saved(tmp_path, rows), [pair], CLINIC, form=form) == expected


def test_a_programme_stands_for_the_courses_that_are_not_open_yet(tmp_path: Path) -> None:
    done = read_done(saved(tmp_path, THEIRS.replace("Letter", "Therapy")), TWO_PHASES, CLINIC, form=FORM)
    assert {id: len(sessions) for id, sessions in done.items()} == {"q17": 4, "q18": 1, "q99": 1}
    opened = course(done=done["q17"])
    assert len(opened.owed) == len(TWO_PHASES.sessions) - 4


def test_rows_that_fit_no_session_are_faults_all_at_once_and_show_no_name(tmp_path: Path) -> None:
    rows = (
        "course,patient,session,kind,start,end\n"
        "c17,,begin/talk/9,,2027-01-04 10:00,\n"
        "c17,,,Mira Vasquez,2027-01-04 10:00,\n"
        "c17,,begin/talk/1,,2027-01-05 10:00,\n"
        "c17,,begin/talk/1,,2027-01-06 10:00,\n"
        "c18,,,dosing,2027-01-04 10:00,\n"
        "c18,,,dosing,2027-01-05 10:00,\n"
        ",q17,,talk,2027-01-04 10:00,\n"
    )
    one = programme("dosing")
    courses = [course(), course("c18", "q18", one), course("c20")]
    found = faults_of(lambda: read_done(saved(tmp_path, rows), courses, CLINIC))
    assert [(fault.line, fault.path, fault.message.partition(";")[0]) for fault in found] == [
        (2, "rows.1.session", "stands for no session of short"),
        (3, "rows.2.kind", "stands for no kind of visit of short"),
        (5, "rows.4.session", "begin/talk/1 of course c17 took place before"),
        (7, "rows.6.kind", "is a further dosing of course c18, and short has no more of them"),
        (8, "rows.7", "is a visit of one who has the courses c17 and c20"),
    ]
    assert "Mira" not in str(InvalidInput(*found))


def test_rows_of_one_visit_are_one_session_and_whoever_was_there_by_any_of_them(tmp_path: Path) -> None:
    rows = (
        "course,session,kind,start,end,therapist,doctor\n"
        "c17,,talk,2027-01-04 10:00,,tess,\n"
        "c17,,talk,2027-01-04 10:00,,tess,\n"
        "c17,,dosing,2027-01-05 10:00,2027-01-05 11:00,tess,\n"
        "c17,,talk,2027-01-06 10:00,,,\n"
        "c17,begin/dosing/2,,2027-01-05T10:00Z,2027-01-05 12:00,tom,dora\n"
        "c17,,dosing,2027-01-05 10:00,,,\n"
    )
    done = read_done(saved(tmp_path, rows), [course()], CLINIC)["c17"]
    assert done == {
        "begin/talk/1": took("2027-01-04 10:00", therapist="tess"),
        "begin/dosing/2": took("2027-01-05 10:00", 120, doctor="dora", therapist="tess tom"),
        "begin/talk/2": took("2027-01-06 10:00"),
    }


def test_visits_of_one_course_that_meet_in_time_are_faults_and_those_that_touch_are_none(
    tmp_path: Path,
) -> None:
    rows = (
        "course,session,kind,start,end\n"
        "c17,,talk,2027-01-04 10:00,\n"
        "c17,,dosing,2027-01-04 10:00,\n"
        "c17,,dosing,2027-01-05 10:00,2027-01-05 14:00\n"
        "c17,,talk,2027-01-05 11:00,2027-01-05 12:00\n"
        "c17,,dosing,2027-01-05 13:59,\n"
        "c17,,talk,2027-01-05 14:00,\n"
        "c17,keep/dosing/1,,2027-01-06 10:00,\n"
        "c17,keep/dosing/2,,2027-01-06 10:00,\n"
        "c18,,talk,2027-01-04 10:00,\n"
    )
    found = faults_of(lambda: read_done(saved(tmp_path, rows), [course(), course("c18", "q18")], CLINIC))
    assert list(map(str, found)) == [
        "done.csv:3: rows.2.start: is at the same time as another visit, in line 2",
        "done.csv:5: rows.4.start: begins before another visit has ended, in line 4",
        "done.csv:6: rows.5.start: begins before another visit has ended, in line 4",
        "done.csv:9: rows.8.start: is at the same time as another visit, in line 8",
    ]


def test_what_a_table_calls_its_patients_and_staff_stands_in_no_message(tmp_path: Path) -> None:
    columns = {
        "patient": "Client",
        "kind": "Service",
        "session": "No",
        "start": "When",
        "therapist": "Clinician",
    }
    form = TableForm(separator=";", dates="day first", columns=columns)
    head, name = "Client;Service;No;When;Clinician\n", "Mira Vasquez"
    many = "".join(f"{name};talk;;{day:02}/01/2027 10:00;{name}\n" for day in range(4, 9))
    again = "".join(f"{name};;begin/dosing/1;{day:02}/02/2027 10:00;\n" for day in (1, 2))
    found = faults_of(lambda: read_done(saved(tmp_path, head + many + again), TWO_PHASES, CLINIC, form=form))
    assert list(map(str, found)) == [
        "done.csv:6: rows.5.Service: is a further talk, and short has no more of them",
        "done.csv:8: rows.7.No: begin/dosing/1 took place before",
    ]
    broken = head + f'q17;talk;;04/01/2027 10:00;"tess\n{name}"\n"q17\n{name}";talk;;05/01/2027 10:00;\n'
    for what in ([course()], TWO_PHASES):
        found = faults_of(lambda: read_done(saved(tmp_path, broken), what, CLINIC, form=form))  # noqa: B023
        assert list(map(str, found)) == [
            "done.csv:3: rows.1.Clinician: is no text that every file can carry",
            "done.csv:5: rows.2.Client: is no text that every file can carry",
        ]


def test_rows_that_cannot_be_read_are_faults_in_the_columns_of_the_table(tmp_path: Path) -> None:
    rows = THEIRS + (
        "q17;Mira Vasquez;04/13/2027 10:00;60;Therapy;;;Attended\n"
        ";Mira Vasquez;04/01/2027 10:00;60;;;;Attended\n"
        "q17;Mira Vasquez;04/01/2027 10:00;0;Review;;;Attended\n"
    )
    found = faults_of(lambda: read_done(saved(tmp_path, rows), [course()], CLINIC, form=FORM))
    assert [(fault.source, fault.line, fault.path) for fault in found] == [
        ("done.csv", 9, "rows.8.When"),
        ("done.csv", 10, "rows.9"),
        ("done.csv", 10, "rows.9"),
        ("done.csv", 11, "rows.10.Length"),
    ]
    assert "Mira" not in str(InvalidInput(*found))
    unknown = THEIRS + "q17;Mira Vasquez;04/02/2027 10:00;60;Review;;;Attended\n"
    (fault,) = faults_of(lambda: read_done(saved(tmp_path, unknown), [course()], CLINIC, form=FORM))
    assert str(fault) == (
        "done.csv:9: rows.8.Service: stands for no kind of visit of short; known are dosing, talk"
    )


@pytest.mark.parametrize(
    ("header", "messages"),
    [
        ("Mira,2027", ["the first row names no column that is known here"]),
        ("start", ["no column says the course or the patient", "no column says the session or the kind"]),
        ("course,kind", ["no column says the start"]),
        ("course,kind,start,start", ["the column 'start' stands twice"] * 1),
        ("course,kind,start,nurses", ["the column 'nurses' is not known here; did you mean 'nurse'?"]),
    ],
)
def test_a_first_line_of_no_past_visits_is_refused(tmp_path: Path, header: str, messages: list[str]) -> None:
    found = faults_of(lambda: read_done(saved(tmp_path, f"{header}\n"), [course()], CLINIC))
    assert [(fault.line, fault.path) for fault in found] == [(1, "header")] * len(messages)
    for fault, message in zip(found, messages, strict=True):
        assert message in fault.message


def test_columns_that_make_no_past_visits_are_refused(tmp_path: Path) -> None:
    form = TableForm(columns={"patient": "Client no", "nobody": "Doctor", "start": ["When", "Length"]})
    found = faults_of(lambda: read_done(saved(tmp_path, THEIRS), [course()], CLINIC, form=form))
    assert [fault.path for fault in found] == ["form.columns.nobody", "form.columns.start", "form.columns"]


# In the patients' file


PATIENTS = """\
format = 1
zone = "Europe/London"

[done]
file = "done.csv"
separator = ";"
dates = "day first"
columns = { patient = "Client no", kind = "Service", start = "When", therapist = "Clinician" }
words.kind = { "KAP session" = "dosing", Therapy = "preparation" }
words.staff = { "Tess Lowe" = "tess", "Tom Birch" = "tom" }
leave_out = { Status = "DNA" }

[patients.q17]
[courses.c17]
patient = "q17"
programme = "kap-twice-weekly@1"
first_day = 2027-02-01

[patients.q18]
[courses.c18]
patient = "q18"
programme = "kap-twice-weekly@1"
first_day = 2027-02-01
"""
VISITS = THEIRS.rpartition("q17;")[0]


def test_the_patients_file_takes_what_is_done_from_the_table_that_it_names(tmp_path: Path) -> None:
    saved(tmp_path, VISITS)
    path = saved(tmp_path, PATIENTS, "patients.toml")
    first, second = read_courses(path)
    assert dict(first.done) == {
        "preparation/preparation/1": took("2027-01-04 10:00", therapist="tess"),
        "preparation/preparation/2": took("2027-01-12 10:00", therapist="tom"),
        "induction/dosing/1": took("2027-01-11 10:00", therapist="tess"),
    }
    assert list(second.done) == ["preparation/preparation/1"]
    check = check_files([path, tmp_path / "done.csv"])
    assert (check.faults, check.notes) == (
        (),
        ("done.csv: 1 row is of no course here and passed over; the first in line 7",),
    )


def test_a_table_of_ours_is_named_in_one_word(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        'format = 1\ndone = "past.csv"\n' + PATIENTS.partition("\n\n")[2].partition("\n\n")[2],
        "p.toml",
    )
    saved(tmp_path, "course,session,start\nc17,induction/dosing/1,2027-01-11T10:00+01:00\n", "past.csv")
    (done,) = read_courses(path)[0].done.values()
    assert done.start.hour == 9
    # Without a zone in the file a time has to say its own.
    saved(tmp_path, "course,session,start\nc17,induction/dosing/1,2027-01-11T10:00\n", "past.csv")
    (fault,) = faults_of(lambda: read_courses(path))
    assert str(fault).startswith("past.csv:2: rows.1.start: 2027-01-11 10:00 has no offset")


def test_what_is_wrong_with_a_table_and_with_the_file_that_names_it_is_told_at_once(tmp_path: Path) -> None:
    saved(tmp_path, VISITS.replace("05/01/2027", "35/01/2027"))
    path = saved(tmp_path, PATIENTS.replace("first_day = 2027-02-01\n\n", "first_day = 3\n\n"), "p.toml")
    found = faults_of(lambda: read_courses(path))
    assert [(fault.source, fault.line) for fault in found] == [("done.csv", 4), ("p.toml", 17)]
    saved(tmp_path, VISITS.replace("KAP session", "Infusion"))
    path = saved(tmp_path, PATIENTS.replace('separator = ";"', 'separator = ";;"\ncolour = 3'), "p.toml")
    found = faults_of(lambda: read_courses(path))
    assert [(fault.line, fault.path) for fault in found] == [(6, "done.separator"), (7, "done.colour")]
    path = saved(tmp_path, PATIENTS.replace("therapist =", "therapists ="), "p.toml")
    (fault,) = faults_of(lambda: read_courses(path))
    assert (fault.source, fault.line, fault.path) == ("p.toml", 8, "done.columns.therapists")
    path = saved(tmp_path, PATIENTS, "p.toml")
    (fault,) = check_files([path]).faults
    assert str(fault).startswith("done.csv:2: rows.1.Service: stands for no kind of visit")
    (tmp_path / "done.csv").unlink()
    (fault,) = faults_of(lambda: read_courses(path))
    assert str(fault) == "done.csv: there is no such file"


def test_a_name_that_stands_for_a_patient_is_read_and_shown_nowhere(tmp_path: Path) -> None:
    saved(tmp_path, VISITS)
    names = PATIENTS.replace('patient = "Client no", kind', 'patient = "Client", kind').replace(
        "words.kind", 'words.patient = { "Mira Vasquez" = "q17", "Jun Park" = "q18" }\nwords.kind'
    )
    path = saved(tmp_path, names, "p.toml")
    assert [len(one.done) for one in read_courses(path)] == [3, 1]
    form = evolve(FORM, words={"patient": {"Mira Vasquez": "q17"}})
    assert "Mira" not in repr(form)
    for wrong in ('= ""', "= 17", "= []"):
        path = saved(tmp_path, names.replace('Vasquez" = "q17"', f'Vasquez" {wrong}'), "p.toml")
        (fault,) = faults_of(partial(read_courses, path))
        assert (fault.line, fault.path) == (9, "done.words.patient")
        assert "Mira" not in str(fault)


def test_what_is_done_of_a_course_is_said_in_one_place(tmp_path: Path) -> None:
    saved(tmp_path, VISITS)
    twice = PATIENTS + 'done = { "preparation/preparation/1" = 2027-01-05T10:00:00 }\n'
    (fault,) = faults_of(lambda: read_courses(saved(tmp_path, twice, "p.toml")))
    assert (fault.line, fault.path) == (24, "courses.c18.done")


def test_a_preset_s_course_goes_on_from_its_table(tmp_path: Path) -> None:
    what = load_preset("kap-twice-weekly@1")
    rows = "course,kind,start\n" + "".join(
        f"c17,{one.kind.name},2027-01-{4 + place:02} 10:00\n" for place, one in enumerate(what.sessions[:9])
    )
    opened = course(what=what)
    done = read_done(saved(tmp_path, rows), [opened], always_open())["c17"]
    assert {*done} == {one.id for one in what.sessions[:9]}
