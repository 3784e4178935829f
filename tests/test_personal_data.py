"""Does the page of personal data name everything that there is?"""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Any, NoReturn

import attrs
import pytest

from kapsched.model.appointments import Appointment, Confirmation
from kapsched.model.bookings import Booking
from kapsched.model.clinic import StaffMember
from kapsched.model.course import Course, Done, Patient, Wishes
from kapsched.model.elsewhere import Elsewhere
from kapsched.model.overrides import Pin, Waiver
from kapsched.timeline.recurrence import Absence
from tests.desk import quayside
from tests.fences import ROOT

PAGE = (ROOT / "docs" / "explanation" / "personal-data.md").read_text(encoding="utf-8")


NOUNS = (
    Patient,
    Wishes,
    Absence,
    Course,
    Done,
    Elsewhere,
    StaffMember,
    Booking,
    Appointment,
    Confirmation,
    Waiver,
    Pin,
)


@pytest.mark.parametrize("noun", NOUNS)
def test_every_field_that_says_something_of_a_person_is_on_the_page(noun: Any) -> None:
    (row,) = re.findall(rf"^\| `{noun.__name__}` \| ([^|]*) \|", PAGE, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) == {one.name for one in attrs.fields(noun)}


def test_every_file_that_a_plan_writes_is_on_the_page_and_no_other(tmp_path: Path) -> None:
    desk = quayside(tmp_path)
    desk.write("calendars.toml", "format = 1\nbusy = true\n")
    desk.planned()
    written = {
        re.sub(r"/(patients|staff|rooms|clinic|busy|courses|weeks)/[^.]+", r"/\1/*", name)
        for name in desk.written()
    }
    rows = [line for line in PAGE.splitlines() if line.startswith(("| `schedule", "| `cal", "| `pic"))]
    assert {name for line in rows for name in re.findall(r"`([^`]+)`", line.split("|")[1])} == written


def test_nothing_is_sent_over_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> NoReturn:
        raise AssertionError("somebody is called")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refused)
    desk = quayside(tmp_path)
    desk.planned()
    assert desk.type("check", desk.clinic).exit_code == 0
    assert desk.type("verify", desk.out / "schedule.json", "--clinic", desk.clinic).exit_code == 0
