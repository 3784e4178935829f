"""Does a clinic's file of calendars say what `kapsched plan` makes of them?"""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kapsched.errors import InvalidInput
from kapsched.exchange.calendars.alarms import Alarm
from kapsched.exchange.calendars.feeds import ALL, USUAL
from kapsched.exchange.calendars.policy import CalendarPolicy
from kapsched.exchange.calendars.policy_files import read_calendars
from kapsched.timeline.units import Days
from tests.desk import Desk, patient, quayside
from tests.fences import ROOT, fences
from tests.test_exchange_ics import events


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return quayside(tmp_path)


def policy(folder: Path, text: str) -> CalendarPolicy:
    path = folder / "calendars.toml"
    path.write_text(text, encoding="utf-8")
    return read_calendars(path)


# What the file says.


def test_the_page_s_file_says_what_its_comments_say(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "calendars.md").read_text(encoding="utf-8")
    (text,) = [one.text for one in fences(page) if one.language == "toml"]
    assert policy(tmp_path, text) == CalendarPolicy(
        past=Days(90),
        cancelled_for=Days(30),
        busy=True,
        opening_hours=True,
        alarms=[
            Alarm(before=Days(1)),
            Alarm(before=timedelta(hours=2), readers=["patient", "staff"], kinds=["integration"]),
        ],
    )


def test_a_file_that_says_nothing_is_as_none(tmp_path: Path) -> None:
    assert policy(tmp_path, "format = 1\n") == CalendarPolicy()
    assert CalendarPolicy().audiences == USUAL
    assert CalendarPolicy(busy=True).audiences == ALL


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("1 day", Days(1)),
        ("0 days", Days(0)),
        ("1 hour", timedelta(hours=1)),
        ("24 hours", timedelta(hours=24)),
        ("1 minute", timedelta(minutes=1)),
        ("90 minutes", timedelta(minutes=90)),
    ],
)
def test_an_alarm_is_so_long_before(tmp_path: Path, said: str, meant: Any) -> None:
    (alarm,) = policy(tmp_path, f'format = 1\n[[alarm]]\nbefore = "{said}"\n').alarms
    assert alarm == Alarm(before=meant)


def test_all_leaves_out_nothing(tmp_path: Path) -> None:
    found = policy(tmp_path, 'format = 1\npast = "all"\ncancelled_for = "all"\n')
    assert (found.past, found.cancelled_for) == (None, None)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (
            'past = "ever"',
            'calendars.toml:2: past: days such as "90 days", or "all", are wanted, not \'ever\'',
        ),
        ('past = "-1 days"', "calendars.toml:2: past: days such as"),
        ("past = 90", "calendars.toml:2: past: text is wanted, not 90; put it in quotes"),
        ('cancelled_for = "30 hours"', "calendars.toml:2: cancelled_for: days such as"),
        ('cancelled_for = "999999 days"', "calendars.toml:2: cancelled_for.count: a whole number from"),
        ('busy = ["staff"]', "calendars.toml:2: busy: true or false is wanted, not a list"),
        ("bussy = true", "calendars.toml:2: bussy: 'bussy' is not known here; did you mean 'busy'?"),
        ("alarm = 5", "calendars.toml:2: alarm: a list is wanted"),
        ("[[alarm]]", "calendars.toml:2: alarm.1.before: is missing"),
        (
            '[[alarm]]\nbefore = "1 week"',
            'calendars.toml:3: alarm.1.before: a time such as "1 day", "2 hours"',
        ),
        (
            '[[alarm]]\nbefore = "999999 hours"',
            "calendars.toml:3: alarm.1.before: a time from nothing to a year",
        ),
        (
            '[[alarm]]\nbefore = "1 day"\nfor = ["busy"]',
            "calendars.toml:4: alarm.1.for.1: 'busy' is not known",
        ),
        (
            '[[alarm]]\nbefore = "1 day"\nkinds = [""]',
            "calendars.toml:4: alarm.1.kinds.1: some text is wanted",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_its_line(tmp_path: Path, line: str, fault: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        policy(tmp_path, f"format = 1\n{line}\n")
    assert str(caught.value).startswith(fault)


def test_a_file_of_another_sort_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="says nothing of calendars"):
        policy(tmp_path, "format = 1\n[rooms.oak]\n[staff.tess]\n")


# What is made of it.


def alarms(desk: Desk, folder: str) -> int:
    texts = (content for name, content in desk.written().items() if name.startswith(f"calendars/{folder}/"))
    return sum(content.count(b"BEGIN:VALARM") for content in texts)


def test_busy_calendars_are_written_and_listed_where_they_are_wanted(desk: Desk) -> None:
    desk.planned()
    assert not [name for name in desk.written() if "/busy/" in name]
    desk.write("calendars.toml", "format = 1\nbusy = true\n")
    desk.planned()
    written = {name for name in desk.written() if "/busy/" in name}
    rows = list(csv.DictReader(desk.written()["calendars/index.csv"].decode().splitlines()))
    listed = [row for row in rows if row["file"].startswith("busy/")]
    assert {f"calendars/{row['file']}" for row in listed} == written
    assert {row["type"] for row in listed} == {"patient", "staff", "room"}
    (mira,) = [row["file"] for row in listed if row["type"] == "patient"]
    shown = events(desk.written()[f"calendars/{mira}"])
    assert {str(event["SUMMARY"]) for event in shown} == {"Busy"}
    (desk.clinic / "calendars.toml").unlink()
    desk.planned()
    assert not [name for name in desk.written() if "/busy/" in name]


def test_opening_hours_are_written_and_listed_where_they_are_wanted(desk: Desk) -> None:
    desk.write("calendars.toml", "format = 1\nopening_hours = true\n")
    desk.planned()
    (name,) = [name for name in desk.written() if "/hours/" in name]
    rows = list(csv.DictReader(desk.written()["calendars/index.csv"].decode().splitlines()))
    listed = {"type": "hours", "id": "quayside", "file": name.removeprefix("calendars/")}
    assert rows[-1] == listed
    assert b"BEGIN:AVAILABLE" in desk.written()[name]
    before = desk.written()[name]
    desk.patients(patient(1), patient(2))
    desk.planned(now="2027-01-05T09:00")
    assert desk.written()[name] == before
    (desk.clinic / "calendars.toml").unlink()
    desk.planned()
    assert not [name for name in desk.written() if "/hours/" in name]


def test_whom_a_policy_reminds_is_reminded(desk: Desk) -> None:
    desk.write(
        "calendars.toml",
        'format = 1\n[[alarm]]\nbefore = "1 day"\n[[alarm]]\nbefore = "2 hours"\nfor = ["staff"]\nkinds = ["talk"]\n',
    )
    desk.planned()
    assert (alarms(desk, "patients"), alarms(desk, "staff"), alarms(desk, "rooms")) == (2, 1, 0)


def test_how_long_calendars_look_back_is_the_clinic_s_to_say(desk: Desk) -> None:
    desk.planned()
    desk.patients(patient(1), patient(2, first_day="2027-02-16"))
    long_after = "2027-02-15T09:00"
    for past, left in (("7 days", 0), ("all", 2)):
        desk.write("calendars.toml", f'format = 1\npast = "{past}"\n')
        desk.plan(now=long_after)
        (clinic,) = [one for name, one in desk.written().items() if name.startswith("calendars/clinic/")]
        over = [event for event in events(clinic) if event["DTSTART"].dt.isoformat() < "2027-02"]
        assert len(over) == left


def test_how_long_what_is_off_is_told_is_the_clinic_s_to_say(desk: Desk) -> None:
    desk.planned()
    (nurse,) = desk.appointment("c1:only/dosing/1").staff("nurse")
    away = f"[staff.{nurse}]\naway = [{{ from = 2027-01-01, to = 2027-03-01 }}]"
    desk.change("clinic.toml", f"[staff.{nurse}]", away)
    desk.planned("--afresh", "--yes")
    desk.patients(patient(1), patient(2))
    for told, left in (("0 days", False), ("all", True)):
        desk.write("calendars.toml", f'format = 1\ncancelled_for = "{told}"\n')
        desk.planned(now="2027-01-05T09:00")
        assert any(b"STATUS:CANCELLED" in one for one in desk.written().values()) is left


def test_erasing_goes_by_the_policy_too(desk: Desk) -> None:
    desk.write("calendars.toml", "format = 1\nbusy = true\n")
    desk.patients(patient(1), patient(2))
    desk.planned()
    desk.patients(patient(1))
    assert desk.type("erase", desk.clinic, "c2", "--out", desk.out, "--yes").exit_code == 0
    assert len([name for name in desk.written() if "/busy/" in name]) == 1 + 3 + 3


def test_a_policy_at_fault_writes_nothing(desk: Desk) -> None:
    desk.write("calendars.toml", 'format = 1\npast = "ever"\n')
    result = desk.plan()
    assert (result.exit_code, desk.out.exists()) == (2, False)
    assert result.stderr.startswith("calendars.toml:2: past: days such as")


@pytest.mark.parametrize("command", ["check", "plan"])
def test_a_kind_that_no_programme_has_is_noted(desk: Desk, command: str) -> None:
    desk.write("calendars.toml", 'format = 1\n[[alarm]]\nbefore = "1 day"\nkinds = ["talk", "dossing"]\n')
    result = desk.type("check", desk.clinic) if command == "check" else desk.plan()
    assert result.exit_code == 0
    note = "note: calendars.toml: alarm.1.kinds: no programme here has the kind 'dossing'; did you mean 'dosing'?"
    assert note in result.output
    assert result.output.count("no programme here") == 1


def test_a_file_alone_is_checked_without_knowing_any_kind(desk: Desk) -> None:
    path = desk.write("calendars.toml", 'format = 1\n[[alarm]]\nbefore = "1 day"\nkinds = ["dossing"]\n')
    result = desk.type("check", path)
    assert (result.exit_code, "dossing" in result.output) == (0, False)


@pytest.mark.parametrize("text", ["format = 1\n", "format = 1\ncolour = 3\n"])
def test_the_file_is_known_by_its_name_where_it_says_nothing_else(desk: Desk, text: str) -> None:
    result = desk.type("check", desk.write("calendars.toml", text))
    assert result.exit_code == (2 if "colour" in text else 0)
    assert ("'colour' is not known here" in result.output) is ("colour" in text)
