"""Does `show` answer whoever stands at the desk in the morning, on any screen and on paper?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import Result
from rich.cells import cell_len
from rich.console import Console

from kapsched.cli.view_screen import lines
from kapsched.exchange.views import Row, View, busy_days, course_views, visits_view
from tests.conftest import Harbour
from tests.desk import Desk, contents, patient, python, quayside


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = quayside(tmp_path)
    desk.patients(patient(1, more='name = "Mira Invented"'), patient(2))
    desk.planned()
    return desk


def show(desk: Desk, *options: object) -> Result:
    return desk.type("show", desk.out, *options)


def shown(desk: Desk, *options: object) -> list[str]:
    result = show(desk, *options)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def refused(desk: Desk, *options: object) -> str:
    """The one line that says why nothing is shown."""
    result = show(desk, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    return line


def test_without_more_it_lists_the_courses_as_the_plan_did(desk: Desk) -> None:
    *table, last = shown(desk)
    assert table == desk.plan().stdout.splitlines()[: len(table)]
    assert last == "2 placed, 0 refused; appointments: 4"


def test_the_schedule_itself_may_be_named_instead_of_its_folder(desk: Desk) -> None:
    named = desk.type("show", desk.out / "schedule.json", "--patient", "q1")
    assert named.stdout == show(desk, "--patient", "q1").stdout


def test_a_patient_s_course_is_shown_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert shown(desk, "--patient", "q1") == [
        "Course c1 of patient q1: short",
        "Visits: 2",
        "",
        "Date    Time         Kind    Room  Staff  Status       Session",
        "January 2027",
        "Tue  5  08:00–09:00  dosing  blue  nia    provisional  only/dosing/1",
        "Wed  6  08:00–09:00  talk    oak   tess   provisional  only/talk/1",
    ]


def test_a_person_s_week_is_the_next_one_in_which_they_are_needed(desk: Desk) -> None:
    assert shown(desk, "--staff", "tess")[0] == "Staff tess: week of Mon 4 January 2027"
    assert shown(desk, "--staff", "tess", "--week", "2027-01-14")[:3] == [
        "Staff tess: week of Mon 11 January 2027", "no visits", "the nearest are on Wed 6 January 2027"
    ]  # fmt: skip


def test_a_day_without_a_date_is_the_next_on_which_anybody_comes(desk: Desk) -> None:
    assert shown(desk, "--day")[0] == "quayside: Tue 5 January 2027"
    assert shown(desk, "--day", "--staff", "tess")[0] == "Staff tess: Wed 6 January 2027"


def test_what_else_is_booked_is_shown_where_the_clinic_is_named(desk: Desk) -> None:
    day = ("--day", "2027-01-11")
    assert "painters" not in show(desk, *day).stdout
    assert [line.split() for line in shown(desk, *day, "--clinic", desk.clinic)[-2:]] == [
        ["Also", "booked"], ["08:00–09:00", "painters", "blue", "taken"]
    ]  # fmt: skip


def test_bookings_of_strangers_are_noted_beside_the_answer(desk: Desk) -> None:
    rows = (desk.clinic / "bookings.csv").read_text(encoding="utf-8")
    desk.write("bookings.csv", f"{rows}staff,zoe,2027-01-12T08:00,2027-01-12T09:00,true,\n")
    result = show(desk, "--day", "2027-01-12", "--clinic", desk.clinic)
    assert result.stderr == "note: bookings.csv: quayside has no staff 'zoe'; its rows are left out\n"
    assert "zoe" not in result.stdout


def test_a_member_of_staff_without_any_visit_is_known_where_the_clinic_is_named(desk: Desk) -> None:
    clinic = (desk.clinic / "clinic.toml").read_text(encoding="utf-8")
    zed = '[staff.zed]\nroles = ["nurse"]\nhours = { mon = "08:00-18:00" }\n'
    desk.write("clinic.toml", clinic + zed)
    assert "there is no member of staff 'zed' in the schedule" in refused(desk, "--staff", "zed")
    assert shown(desk, "--staff", "zed", "--clinic", desk.clinic)[1] == "no visits"


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--patient", "q3"], "--patient: there is no patient 'q3'; known are q1, q2"),
        (["--staff", "tes"], "--staff: there is no member of staff 'tes' in the schedule; did you mean 'tess'? "),
        (["--room", "attic"], "--room: there is no room 'attic' in the schedule; known are blue, green, oak"),
        (["--day", "tuesday"], "--day: a date such as 2026-12-25 is wanted, not words"),
        (["--week", "2027-02-30"], "--week: "),
        (["--day", "--week"], "--week: a day or a week can be shown, not both"),
        (["--patient", "q1", "--room", "oak"], "--room: shows one at a time, not also --patient"),
        (["--sheet", "s.html"], "--sheet: a sheet is of one day and of everybody; ask for it with --day alone"),
        (["--sheet", "s.html", "--week"], "--sheet: a sheet is of one day and of everybody; ask"),
        (["--sheet", "s.html", "--day"], "--sheet: a sheet tells all that is booked; say --clinic DIR too"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_told_in_one_line_with_what_there_is(
    desk: Desk, options: list[str], line: str
) -> None:
    assert refused(desk, *options).startswith(line)


def test_a_folder_without_a_schedule_and_a_schedule_of_another_clinic_are_refused(desk: Desk) -> None:
    assert refused(Desk(desk.folder / "nowhere")).endswith("out: there is no such file")
    desk.change("clinic.toml", 'id = "quayside"', 'id = "seaside"')
    assert "this schedule is of 'quayside', and the clinic's file is of 'seaside'" in refused(
        desk, "--day", "--clinic", desk.clinic
    )


def test_nothing_is_changed_by_looking(desk: Desk) -> None:
    before = contents(desk.folder)
    for options in ([], ["--day"], ["--week"], ["--patient", "q1"], ["--room", "oak"]):
        shown(desk, *options, "--clinic", desk.clinic)
    assert contents(desk.folder) == before


@pytest.mark.parametrize("options", [["--day"], ["--week"], ["--patient", "q1"], ["--room", "blue"]])
def test_a_name_is_shown_only_where_it_is_asked_for(desk: Desk, options: list[str]) -> None:
    assert "Mira" not in show(desk, *options).stdout
    assert "q1 Mira Invented" in show(desk, *options, "--names").stdout


def test_a_sheet_is_written_once_and_holds_the_day(desk: Desk) -> None:
    sheet = desk.folder / "wall" / "tuesday.html"
    asked = ("--day", "2027-01-05", "--clinic", desk.clinic, "--sheet", sheet)
    assert shown(desk, *asked) == [f"the sheet of Tue 5 January 2027 is written to {sheet}"]
    assert shown(desk, *asked) == [f"the sheet of Tue 5 January 2027 is already in {sheet}"]
    page = sheet.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "Mira" not in page
    assert [path.name for path in sheet.parent.iterdir()] == ["tuesday.html"]
    shown(desk, *asked, "--names")
    assert "q1 Mira Invented" in sheet.read_text(encoding="utf-8")


def test_a_sheet_never_takes_the_place_of_another_kind_of_file(desk: Desk) -> None:
    before = desk.written()
    asked = ("--day", "--clinic", desk.clinic, "--sheet", desk.out / "schedule.json")
    assert "schedule.html" in refused(desk, *asked)
    assert desk.written() == before


VIEW = View(
    title="a day",
    summary="Visits: 1",
    heads=("time", "patient", "staff", "course", "session"),
    groups=(
        ("", (Row(cells=("09:00–10:00", "q1", "anna, bert, cora, dora", "c1", "phase/dosing/1")),)),
        ("other", (Row(cells=(" 09:00–09:30", "", "anna", "", ""), tone="part"),)),
    ),
    spare=("session", "course"),
    wrapped=("staff", "patient"),
)


def on_screen(view: View, width: int) -> list[str]:
    console = Console(width=width)
    return [line.plain for line in lines(view, console)]


def test_on_a_wide_screen_every_column_has_its_space() -> None:
    assert on_screen(VIEW, 69) == [
        "a day",
        "Visits: 1",
        "",
        "time          patient  staff                   course  session",
        "09:00–10:00   q1       anna, bert, cora, dora  c1      phase/dosing/1",
        "",
        "other",
        " 09:00–09:30           anna",
    ]


def test_columns_leave_in_their_order_as_the_screen_narrows() -> None:
    heads = [on_screen(VIEW, width)[3].split() for width in (69, 68, 53, 52)]
    assert heads == [
        ["time", "patient", "staff", "course", "session"],
        ["time", "patient", "staff", "course"],
        ["time", "patient", "staff", "course"],
        ["time", "patient", "staff"],
    ]


def test_when_no_column_is_left_to_leave_one_goes_on_beneath() -> None:
    assert on_screen(VIEW, 40)[3:6] == [
        "time          patient  staff",
        "09:00–10:00   q1       anna, bert, cora,",
        "                       dora",
    ]


def test_on_a_screen_too_narrow_for_columns_each_row_is_a_line_that_goes_on() -> None:
    assert on_screen(VIEW, 30)[3:] == [
        "09:00–10:00 q1 anna, bert,",
        "  cora, dora",
        "",
        "other",
        "  09:00–09:30 anna",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("width", [40, 80, 100, 120])
def test_nothing_of_harbour_is_wider_than_the_screen(harbour: Harbour, width: int) -> None:
    schedule, console = harbour.desk.schedule(), Console(width=width)
    views = [visits_view(schedule, [day], names=True) for day in busy_days(schedule)[::5]]
    views += [view for plan in schedule.plans for view in course_views(schedule, plan.course.patient.id)]
    found = [(line.plain, cell_len(line.plain)) for view in views for line in lines(view, console)]
    assert len(found) > 500
    assert [line for line, long in found if long > width or line != line.rstrip()] == []


@pytest.mark.parametrize("no_colour", ["", "1"])
def test_a_terminal_has_colour_only_where_it_is_wanted(desk: Desk, no_colour: str) -> None:
    pytest.importorskip("pty")
    environment = {"TERM": "xterm-256color", "COLUMNS": "80", **({"NO_COLOR": "1"} if no_colour else {})}
    seen = python(
        "-c",
        "import os, pty, sys\n"
        "pty.spawn([sys.executable, '-m', 'kapsched', *sys.argv[1:]], lambda end: os.read(end, 4096))\n",
        *("show", str(desk.out), "--week"),
        **environment,
    )
    assert "Tue 5 January 2027" in seen.stdout
    coloured = re.search(r"\x1b\[(\d+;)*(3[0-7]|38|9[0-7])[;m]", seen.stdout)
    assert bool(coloured) is not bool(no_colour)


def test_without_a_terminal_it_is_plain_text(desk: Desk) -> None:
    seen = python("-m", "kapsched", "show", str(desk.out), "--week")
    assert seen.returncode == 0
    assert "Tue 5 January 2027" in seen.stdout
    assert "\x1b" not in seen.stdout


def test_whoever_has_seen_enough_may_stop_reading(desk: Desk) -> None:
    command = ["-m", "kapsched", "show", str(desk.out), "--week"]
    run = python(
        "-c",
        "import subprocess, sys\n"
        "run = subprocess.Popen([sys.executable, *sys.argv[1:]], stdout=-1, stderr=-1)\n"
        "run.stdout.close()\n"
        "print(run.stderr.read(), run.wait())",
        *command,
    )
    assert run.stdout in ("b'' 141\n", "b'' 0\n")
