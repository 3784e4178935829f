"""Is the harbour example planned whole, and does a second run leave alone what stands?"""

from __future__ import annotations

import csv
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from kapsched.cli.clinic_folder import ClinicFolder
from kapsched.planning.diary import Diary
from kapsched.testing import (
    a_course_is_whole_or_absent,
    everything_is_within_hours,
    nothing_is_booked_twice,
)
from kapsched.timeline.zones import wall
from kapsched.workflow.many_courses import plan_courses
from tests.conftest import HARBOUR_NOW, Harbour
from tests.desk import Desk, contents
from tests.fences import ROOT, fences
from tests.harbour_pictures import PICTURES, WRITTEN, drawn

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(harbour: Harbour, tmp_path: Path) -> Desk:
    shutil.copytree(harbour.desk.folder, tmp_path, dirs_exist_ok=True)
    return Desk(tmp_path)


def test_every_patient_of_harbour_is_placed_and_each_plan_is_proved(harbour: Harbour) -> None:
    assert harbour.result.exit_code == 0
    assert harbour.result.stdout.splitlines()[-1].startswith(
        "24 placed, 0 refused; appointments: 326; written to "
    )
    schedule = harbour.desk.schedule()
    assert [plan.proved_through for plan in schedule.plans] == ["all"] * 24
    assert [plan.course.id for plan in schedule.plans] == [f"c{number:02}" for number in range(1, 25)]
    assert schedule.revision == 1


def test_rules_that_harbour_does_not_use_cost_it_no_steps(harbour: Harbour) -> None:
    # Counted before treatment weeks, open days, pools and rules in hours came: they are in the library, not in these
    # programmes. A change here is a change of the search itself.
    steps = [plan.steps for plan in harbour.desk.schedule().plans]
    assert (steps[:6], sum(steps)) == ([106, 872, 195, 200, 173, 1258], 9308)


def test_the_readme_shows_the_command_and_its_last_lines(harbour: Harbour) -> None:
    readme = fences((ROOT / "README.md").read_text(encoding="utf-8"))
    typed, shown, _ = (fence.text for fence in readme if fence.heading == "Run it")
    assert typed == f"uv run kapsched plan examples/harbour --now {HARBOUR_NOW} --out out"
    last = harbour.result.stdout.replace(str(harbour.out), "out").splitlines()[-4:]
    assert shown.splitlines() == last


def test_the_plans_of_harbour_stand_before_the_verifier(harbour: Harbour) -> None:
    result = harbour.desk.type(
        "verify", harbour.out / "schedule.json", "--clinic", harbour.desk.clinic, "--now", HARBOUR_NOW
    )
    assert (result.exit_code, result.stdout) == (0, "plans verified: 24; findings: 0 new, 0 already there\n")


def test_the_rows_of_harbour_keep_the_laws_of_any_desk(harbour: Harbour) -> None:
    site, schedule = ClinicFolder.read(harbour.desk.clinic), harbour.desk.schedule()
    rows = [row for plan in schedule.plans for row in plan.bookings]
    courses = [plan.course for plan in schedule.plans]
    nothing_is_booked_twice(rows, site.clinic, booked=site.bookings)
    everything_is_within_hours(rows, site.clinic, patients=[course.patient for course in courses])
    for course in courses:
        a_course_is_whole_or_absent(rows, course)


def test_what_is_booked_at_harbour_matters(harbour: Harbour) -> None:
    site = ClinicFolder.read(harbour.desk.clinic)
    assert len(site.bookings) >= 200
    now = wall(datetime.fromisoformat(f"{HARBOUR_NOW}+00:00"), site.clinic.place)
    empty = plan_courses(site.courses, Diary(site.clinic), now=now, digest="")
    loaded = harbour.desk.schedule()
    pairs = zip(loaded.plans, empty.plans, strict=True)
    different = [one for one, other in pairs if one.appointments != other.appointments]
    assert len(different) * 3 >= len(loaded.plans)


def test_a_second_run_over_harbour_changes_no_byte(copy: Desk) -> None:
    before = copy.written()
    result = copy.plan(now=HARBOUR_NOW)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-2:] == [
        "appointments as they were: 326",
        f"24 placed, 0 refused; appointments: 326; nothing to change in {copy.out}",
    ]
    assert copy.written() == before


def test_a_twenty_fifth_patient_changes_no_byte_of_the_others(copy: Desk) -> None:
    before, patients = copy.written(), copy.clinic / "patients.toml"
    more = (
        '\n[patients.q25]\n[courses.c25]\npatient = "q25"\nprogramme = "iv-six@1"\nfirst_day = 2026-12-07\n'
    )
    patients.write_text(patients.read_text(encoding="utf-8") + more, encoding="utf-8")
    result = copy.plan(now="2026-12-02T10:00")
    assert result.exit_code == 0, result.output
    assert "appointments as they were: 326, new: 7\n" in result.stdout
    after = copy.written()
    theirs = [name for name in before if name.startswith(("calendars/patients/", "pictures/courses/"))]
    assert len(theirs) == 24 * 3
    assert [name for name in theirs if after[name] != before[name]] == []
    assert copy.schedule().revision == 2


def test_each_patient_of_harbour_has_a_calendar_and_the_index_says_whose(harbour: Harbour) -> None:
    with (harbour.out / "calendars" / "index.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["id"] for row in rows if row["type"] == "patient") == [f"q{n:02}" for n in range(1, 25)]
    calendars = {name for name in contents(harbour.out / "calendars") if name.endswith(".ics")}
    assert {row["file"] for row in rows} == calendars


@pytest.mark.parametrize("name", [*WRITTEN, "day-by-hour.svg"])
def test_the_pictures_of_the_page_are_of_the_plan_that_is_made(harbour: Harbour, name: str) -> None:
    shown = (PICTURES / name).read_bytes()
    assert shown == drawn(harbour.desk)[name], "write it anew: python -m tests.harbour_pictures"
