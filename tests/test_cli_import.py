"""Does a clinic move in from another system: its bookings read, what is odd told once, and no plan blamed?"""

from __future__ import annotations

from pathlib import Path

import pytest

from kapsched.exchange.documents import read_clinic, read_courses
from kapsched.model.bookings import Booking
from kapsched.verification.checks import verify
from kapsched.workflow.many_courses import verify_plans
from tests.desk import BOOKINGS, PROGRAMME, Desk, patient, quayside
from tests.pool_stories import busy, place, ward, watched
from tests.stories import DOSING, course_of, london, programme, taken, visit
from tests.stories import quayside as rooms_and_people

LONG_FORM = """
[bookings]
file = "export.csv"
separator = ";"
encoding = "cp1252"
dates = "day first"
columns = { room = "Raum", staff = "Wer", start = "Beginn", minutes = "Dauer" }
words.room = { "Grünes Zimmer" = "green" }
leave_out = { Stand = ["abgesagt"] }
"""
EXPORT = """\
Raum;Wer;Klient;Beginn;Dauer;Stand
Grünes Zimmer;nia;Mira Vasquez;05.01.2027 08:00;600;
Grünes Zimmer;nia;Mira Vasquez;06.01.2027 08:00;600;abgesagt
Grünes Zimmer;;Jun Park;05.01.2027 09:00;60;
Keller;;Jun Park;05.01.2027 07:00;60;
blue;;Jun Park;05.01.2027 07:00;60;
"""
NOTES = [
    "note: export.csv: 1 name is of no room of quayside; left out in line 5",
    "note: export.csv: room green: 2 rows at the same time as others, on 2027-01-05, in lines 2 and 4",
    "note: export.csv: room blue: 1 row outside hours, on 2027-01-05, in line 6",
]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = quayside(tmp_path)
    (desk.clinic / "bookings.csv").unlink()
    desk.change("clinic.toml", 'bookings = "bookings.csv"\n', "")
    path = desk.clinic / "clinic.toml"
    path.write_text(path.read_text(encoding="utf-8") + LONG_FORM, encoding="utf-8")
    (desk.clinic / "export.csv").write_bytes(EXPORT.encode("cp1252"))
    return desk


def test_a_clinic_s_file_says_how_the_table_of_its_bookings_is_written(desk: Desk) -> None:
    checked = desk.type("check", desk.clinic)
    assert (checked.exit_code, checked.stdout.splitlines()) == (0, [*NOTES, f"no faults in {desk.clinic}"])
    planned = desk.plan()
    assert (planned.exit_code, planned.stderr.splitlines()[:3]) == (0, NOTES)
    # All of Tuesday the green room and Nia are taken; what was called off on Wednesday is not.
    (dose,) = (one for one in desk.schedule().plans[0].appointments if one.kind == "dosing")
    assert (f"{dose.start:%a}", {row.resource for row in dose.bookings}) == ("Tue", {"q1", "ned", "blue"})
    verified = desk.type("verify", desk.out / "schedule.json", "--clinic", desk.clinic)
    assert (verified.exit_code, verified.stderr.splitlines()) == (0, NOTES)
    assert verified.stdout == "plans verified: 1; findings: 0 new, 0 already there\n"


def test_the_long_form_is_checked_with_its_lines_and_the_table_with_its_own(desk: Desk) -> None:
    desk.change("clinic.toml", 'start = "Beginn"', 'start = "Begin"')
    desk.change("clinic.toml", 'dates = "day first"', 'dates = "day frist"')
    first = len((desk.clinic / "clinic.toml").read_text(encoding="utf-8").splitlines()) - 3
    checked = desk.type("check", desk.clinic)
    assert checked.exit_code == 2
    assert f"clinic.toml:{first}: bookings.dates: 'day frist' is not known here" in checked.stderr
    desk.change("clinic.toml", 'dates = "day frist"', 'dates = "iso"')
    checked = desk.type("check", desk.clinic)
    assert checked.stderr == "export.csv:1: header: there is no column 'Begin'\n"
    desk.change("clinic.toml", 'start = "Begin"', 'start = "Beginn"')
    faults = desk.type("check", desk.clinic).stderr.splitlines()
    assert [fault.partition(": a date")[0] for fault in faults] == [
        f"export.csv:{row + 1}: rows.{row}.Beginn" for row in (1, 3, 4, 5)
    ]
    desk.change("clinic.toml", 'minutes = "Dauer"', 'hours = "Dauer"')
    told = desk.type("check", desk.clinic).stderr
    assert "bookings.columns.hours: 'hours' is no column of ours" in told
    assert "bookings.columns: one column says the end, or else the minutes" in told


def test_words_that_occur_nowhere_in_a_table_are_noted(desk: Desk) -> None:
    desk.change("clinic.toml", '["abgesagt"]', '["Abgesagt", "verschoben"]')
    desk.patients(patient(1), DONE + 'leave_out = { Visit = ["Cancelled"] }\n')
    desk.write(
        "past.csv",
        "Client,Visit,When,Nurse\nq1,INFUSION,2027-01-04 08:00,nia\nq1,cancelled ,2027-01-05 08:00,\n",
    )
    told = desk.type("check", desk.clinic).stdout.splitlines()
    assert told[0] == "note: export.csv: leave_out.Stand: 'verschoben' occurs nowhere in it"
    desk.change("patients.toml", '["Cancelled"]', '["Cancelled", "DNA"]')
    told = desk.type("check", desk.clinic).stdout.splitlines()
    assert told[0] == "note: past.csv: leave_out.Visit: 'DNA' occurs nowhere in it"


def test_a_table_that_no_file_names_is_not_taken_for_one(desk: Desk) -> None:
    desk.change("clinic.toml", 'file = "export.csv"', 'file = "bookings.csv"')
    desk.write("bookings.csv", BOOKINGS)
    told = desk.type("check", desk.clinic).stderr
    assert "export.csv:2: is not UTF-8 text" in told
    assert "bookings.csv:1: header: there is no column 'Raum'" in told


DONE = """
[done]
file = "past.csv"
columns = { patient = "Client", kind = "Visit", start = "When", nurse = "Nurse" }
words.kind = { Infusion = "dosing" }
"""


def test_what_took_place_before_is_done_and_is_not_planned(desk: Desk) -> None:
    desk.patients(patient(1), DONE)
    desk.write(
        "past.csv",
        "Client,Visit,When,Nurse\nq1,Infusion,2027-01-04 08:00,nia\nq2,Infusion,2027-01-04 08:00,\n",
    )
    checked = desk.type("check", desk.clinic)
    note = "note: past.csv: 1 row is of no course here and passed over; the first in line 3"
    assert (checked.exit_code, note in checked.stdout) == (0, True)
    schedule = desk.planned()
    (plan,) = schedule.plans
    assert [one.session for one in plan.appointments] == ["only/talk/1"]
    assert list(plan.course.done) == ["only/dosing/1"]
    desk.change("past.csv", "q1,Infusion", "q1,Review")
    assert desk.plan().stderr.startswith("past.csv:2: rows.1.Visit: stands for no kind of visit of short")


def test_a_visit_that_was_exported_twice_is_one_session_and_a_note(desk: Desk) -> None:
    desk.patients(patient(1), DONE)
    head, row = "Client,Visit,When,Nurse\n", "q1,Infusion,2027-01-04 08:00,{}\n"
    desk.write("past.csv", head + row.format("nia") + row.format("nia"))
    note = "note: past.csv: one visit stands in several rows and counts once: lines 2 and 3"
    checked = desk.type("check", desk.clinic)
    assert (checked.exit_code, note in checked.stdout.splitlines()) == (0, True)
    planned = desk.plan()
    assert (planned.exit_code, note in planned.stderr.splitlines()) == (0, True)
    (plan,) = desk.schedule().plans
    assert [one.session for one in plan.appointments] == ["only/talk/1"]
    # Twice in two rows each, the second time with whoever else was there.
    later = row.replace("04 08", "05 08").replace("Infusion", "talk")
    desk.write("past.csv", head + row.format("nia") * 2 + later.format("ned") + later.format(""))
    note = "note: past.csv: 2 visits stand in several rows and count once each; the first in lines 2 and 3"
    assert note in desk.type("check", desk.clinic).stdout.splitlines()
    desk.write("past.csv", head + row.format("nia") + row.format("nia").replace("Infusion", "talk"))
    refused = desk.type("check", desk.clinic)
    assert refused.exit_code == 2
    assert refused.stderr == "past.csv:3: rows.2.When: is at the same time as another visit, in line 2\n"


NAMES = ("Mira Vasquez", "Jun Park")


def test_a_column_of_patients_that_is_taken_for_one_of_staff_shows_none_of_them(desk: Desk) -> None:
    desk.change("clinic.toml", 'staff = "Wer"', 'staff = ["Wer", "Klient"]')
    desk.patients(patient(1), DONE)
    rows = "".join(
        f"q1,{what},2027-01-0{4 + place} 08:00,{NAMES[place]}\n"
        for place, what in enumerate(("Infusion", "talk"))
    )
    desk.write("past.csv", "Client,Visit,When,Nurse\n" + rows)
    told = desk.type("check", desk.clinic).output
    assert (
        "note: export.csv: 2 names are of no staff of quayside; left out in 4 rows, the first in line 2"
        in told
    )
    assert "note: past.csv: 1 name is of nobody at quayside now; in line 2" in told
    assert not any(name in told + desk.plan().output for name in NAMES)


def test_a_visit_after_now_is_told_where_it_stands(desk: Desk) -> None:
    desk.patients(patient(1), patient(2), DONE)
    row = "{},Infusion,2027-01-{} 08:00,nia\n"
    desk.write("past.csv", "Client,Visit,When,Nurse\n" + row.format("q1", "04") + row.format("q2", 29))
    path = desk.clinic / "patients.toml"
    text = path.read_text(encoding="utf-8")
    assert desk.type("check", desk.clinic).exit_code == 0
    refused = desk.plan()
    later = "which is after now, 2027-01-04 09:00"
    told = f"past.csv:3: rows.2.When: only/dosing/1 of course c2 took place on 2027-01-29 08:00, {later}\n"
    assert (refused.exit_code, refused.stderr.endswith(told)) == (2, True)
    assert refused.stderr.count("after now") == 1
    # What the file of patients says itself has its line there.
    written = text.replace(DONE, "") + 'done = { "only/dosing/1" = 2027-01-29T08:00:00 }\n'
    path.write_text(written, encoding="utf-8")
    refused = desk.plan()
    line = len(written.splitlines())
    assert refused.stderr.endswith(
        f"patients.toml:{line}: courses.c2.done.only/dosing/1: "
        f"only/dosing/1 of course c2 took place on 2027-01-29 08:00, {later}\n"
    )


def test_a_past_that_a_rule_forbids_is_noted(desk: Desk) -> None:
    desk.patients(
        '[patients.q1]\n[courses.c1]\npatient = "q1"\nprogramme = "kap-twice-weekly@1"\nfirst_day = 2027-01-05\n',
        DONE,
    )
    head = "Client,Visit,When,Nurse\n"

    def told(*rows: str) -> list[str]:
        desk.write("past.csv", head + "".join(f"q1,{row},nia\n" for row in rows))
        found = desk.type("check", desk.clinic).output.splitlines()
        return [one.removeprefix("note: patients.toml: courses.c1: ") for one in found if "before it" in one]

    first, second = "preparation,2026-12-28 10:00", "preparation,2026-12-29 10:00"
    dose, talk = "Infusion,2027-01-01 10:00", "integration,2027-01-02 10:00"
    missing = "induction/dosing/1 is done, and {}, which comes before it, is not"
    assert told(first, second, dose, talk) == []
    assert told(first, dose, talk) == [missing.format("preparation/preparation/2")]
    assert missing.format("preparation/preparation/2") in told(dose)
    assert told(first, second, talk) == [
        "induction/integration/1 is done, and induction/dosing/1, which comes before it, is not"
    ]


def five_courses(folder: Path) -> Desk:
    """Five patients who wait for an hour at the same time, and are then watched by Ned, all on one day."""
    desk = quayside(folder)
    clinic = (desk.clinic / "clinic.toml").read_text(encoding="utf-8")
    clinic = clinic.replace('[staff.nia]\nroles = ["nurse"]', '[staff.nia]\nroles = ["doctor"]')
    day = '{ tue = "10:00-12:00" }'
    lines = [f"hours = {day}" if line.startswith("hours") else line for line in clinic.splitlines()]
    desk.write(
        "clinic.toml", "\n".join([*lines, "capacity = 5", '[rooms.hall]\ntype = "hall"\ncapacity = 5', ""])
    )
    watched = PROGRAMME.partition("[[kinds.dosing")[0] + (
        "[[kinds.dosing.segments]]\n"
        'name = "wait"\nminutes = 60\nroom = "hall"\nshares = ["hall"]\n'
        "[[kinds.dosing.segments]]\n"
        'name = "watch"\nminutes = 60\nstaff = ["nurse"]\nroom = "hall"\nshares = ["hall", "nurse"]\n'
        '[phases.only]\norder = ["dosing"]\n'
    )
    desk.write("programmes/short.toml", watched)
    desk.patients(*(patient(number) for number in range(1, 6)))
    return desk


def test_an_old_double_booking_is_told_once_and_is_no_plan_s(tmp_path: Path) -> None:
    desk = five_courses(tmp_path)
    desk.planned()
    row = "staff,ned,2027-01-05T10:15,2027-01-05T10:45,true,{}\n"
    desk.write("bookings.csv", BOOKINGS + row.format("fair") + row.format("post"))
    told = "staff ned is taken by fair and post at once, 2027-01-05 10:15 to 10:45 (already there)"
    verified = desk.type("verify", desk.out / "schedule.json", "--clinic", desk.clinic)
    assert (verified.exit_code, verified.stdout.splitlines()) == (
        0,
        [
            "c1:",
            "  not so: nothing is booked twice",
            f"    {told}",
            "plans verified: 5; findings: 0 new, 1 already there",
        ],
    )
    again = desk.plan()
    assert (again.exit_code, told in again.output) == (0, False)
    note = "note: bookings.csv: staff ned: 2 rows at the same time as others, on 2027-01-05, in lines 3 and 4"
    assert again.stderr.splitlines().count(note) == 1
    # Each by itself is told of it: what is left out is what another report has said.
    clinic, schedule = read_clinic(desk.clinic / "clinic.toml"), desk.schedule()
    start, end = london("2027-01-05 10:15"), london("2027-01-05 10:45")
    rows = [Booking(type="staff", resource="ned", start=start, end=end, ref=ref) for ref in ("fair", "post")]
    alone = [verify(plan, plan.course, clinic, booked=rows) for plan in schedule.plans]
    assert [len(report.findings) for report in alone] == [1] * 5
    reports = [report for _, report in verify_plans(schedule, clinic, booked=rows)]
    assert [len(report.findings) for report in reports] == [1, 0, 0, 0, 0]
    assert all(report.clean for report in reports)


def test_an_old_crowd_is_the_same_for_every_course_that_meets_it() -> None:
    what = programme("dosing", kinds=(DOSING,))
    old = [
        taken("staff", "dora", "2027-01-05 11:45", "2027-01-05 14:00", ref="fair"),
        taken("staff", "dora", "2027-01-05 11:45", "2027-01-05 14:00", ref="post"),
        taken("staff", "dora", "2027-01-05 12:35", "2027-01-05 13:00", ref="round"),
    ]
    found = []
    # The first leaves the green room before the third of the rows begins, and the second meets it.
    for start in ("2027-01-05 10:00", "2027-01-05 10:15"):
        dose = visit(
            what, "therapy/dosing/1", start, doctor="dora", therapist="tess", nurse="nia", treatment="green"
        )
        report = verify([dose], course_of(what), rooms_and_people(), booked=old)
        found.append({str(one) for one in report if not one.new})
    common = "staff dora is taken by fair and post at once, 2027-01-05 11:45 to 12:35 (already there)"
    assert found[0] == {common}
    assert found[1] == {
        common,
        "staff dora is taken by fair and post and round at once, 2027-01-05 12:35 to 13:00 (already there)",
    }


def test_an_old_crowd_of_a_pool_is_the_same_for_every_course_that_meets_it() -> None:
    old = [*[place("10:15", "10:50")] * 3, place("10:20", "10:25"), busy("ned", "09:00", "10:40")]
    found = []
    # The first begins before the crowd has gathered, the others when some of it has gone.
    for start in ("10:00", "10:30", "10:45"):
        story = watched(f"2027-01-05 {start}", clinic=ward())
        report = verify(story.appointments, story.course, story.clinic, booked=old)
        assert report.clean
        found.append([str(one) for one in report])
    told = "pool nurse: {}, 2027-01-05 {} (already there)"
    assert found[0] == [
        told.format("3 patients for 1 at 1 each", "10:15 to 10:20"),
        told.format("4 patients for 1 at 1 each", "10:20 to 10:25"),
        told.format("3 patients for 1 at 1 each", "10:25 to 10:40"),
        told.format("3 patients for 2 at 1 each", "10:40 to 10:50"),
    ]
    assert found[1:] == [found[0][2:], found[0][3:]]


def test_the_courses_of_a_file_are_those_of_its_table_wherever_it_is_read_from(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.patients(
        '[patients.q1]\n[courses.c1]\npatient = "q1"\nprogramme = "iv-six@1"\nfirst_day = 2027-01-05\n', DONE
    )
    desk.change("patients.toml", 'nurse = "Nurse"', 'nurse = ["Nurse", "Second"]')
    desk.write("past.csv", "Client,Visit,When,Nurse,Second\nq1,Infusion,2027-01-04 08:00,nia,\n")
    monkeypatch.chdir(desk.clinic)
    (there,) = read_courses("patients.toml")
    (elsewhere,) = read_courses(desk.clinic / "patients.toml")
    assert there == elsewhere
    assert there.done["induction/dosing/1"].staff == {"nurse": ("nia",)}
