"""What becomes of a kept schedule when a course's programme has a new version?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk import Desk, patient, quayside

DOSE = "c1:only/dosing/1"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = quayside(tmp_path)
    desk.patients(patient(1), patient(2))
    desk.planned("--confirm")
    return desk


def second_version(desk: Desk, old: str = "", new: str = "") -> None:
    """The programme in a second version beside the first, changed in one place; the first course is of it."""
    text = (desk.clinic / "programmes" / "short.toml").read_text(encoding="utf-8")
    assert old in text
    desk.write("programmes/short-2.toml", text.replace('version = "1"', 'version = "2"').replace(old, new))
    desk.patients(patient(1).replace("short@1", "short@2"), patient(2))


def test_a_new_version_keeps_the_appointments_and_every_id(desk: Desk) -> None:
    before = desk.schedule()
    second_version(desk, 'after = "1 day"', 'earliest = "1 day"\nideal = "2 days"\nlatest = "3 days"')
    after = desk.planned()
    assert [plan.appointments for plan in after.plans] == [plan.appointments for plan in before.plans]
    assert [plan.course.programme.version for plan in after.plans] == ["2", "1"]
    (moved, other), (planned, _) = after.plans, before.plans
    assert other == before.plans[1]
    assert planned.cost is not None
    assert moved.cost is not None
    assert (planned.cost.drift, moved.cost.drift) == (0, 1)
    assert (planned.proved_through, moved.proved_through) == ("all", "none")
    written = desk.written()
    desk.planned()
    assert desk.written() == written


def test_a_longer_phase_shifts_no_id_and_what_it_adds_is_told_as_not_planned(desk: Desk) -> None:
    second_version(desk, 'order = ["dosing", "talk"]', 'order = ["dosing", "talk"]\ntimes = 2')
    result = desk.plan()
    assert result.exit_code == 4
    assert "only/dosing/2" in result.stderr
    assert desk.appointment(DOSE).status == "confirmed"
    assert desk.appointment(DOSE).sequence.patient == 0


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("only", "all", "phase 'only' is gone; there are all"),
        ("[phases.only]", '[phases.only]\norder = ["talk"]\n[phases.more]', ""),
    ],
)
def test_a_version_without_sessions_that_are_planned_is_refused_with_their_list(
    desk: Desk, old: str, new: str, why: str
) -> None:
    before = desk.written()
    second_version(desk, old, new)
    if "more" in new:
        desk.change("programmes/short-2.toml", 'target = "only/dosing/1"', 'target = "more/dosing/1"')
    result = desk.plan()
    assert result.exit_code == 2
    ours = "courses.c1.appointments.only"
    assert result.stderr.splitlines() == (
        [f"{ours}/dosing/1: {why}", f"{ours}/talk/1: {why}"]
        if why
        else [f"{ours}/dosing/1: only has no dosing session now; it has talk"]
    )
    assert desk.written() == before
    assert desk.plan("--afresh", "--yes").exit_code == 0


def test_all_courses_that_lose_something_are_told_at_once(desk: Desk) -> None:
    desk.change("programmes/short.toml", "only", "all")
    result = desk.plan()
    assert result.exit_code == 2
    assert [line.split(".")[1] for line in result.stderr.splitlines()] == ["c1", "c1", "c2", "c2"]
