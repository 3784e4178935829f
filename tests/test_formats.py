"""Is every past format of the files read, and does each say what it said when it was written?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kapsched.exchange.booking_files import COLUMNS
from kapsched.exchange.calendars.policy_files import read_calendars
from kapsched.exchange.documents import (
    read_bookings_file,
    read_clinic,
    read_courses,
    read_programme,
    read_programmes,
)
from kapsched.exchange.model_values import plain
from kapsched.exchange.wording_files import read_wording
from kapsched.model.course import Course
from kapsched.model.wordings.shipped import WORDINGS
from tests.fences import ROOT

FORMATS = ROOT / "tests" / "formats"
LONDON = "Europe/London"


def samples(sort: str, ending: str = "toml") -> list[Path]:
    """The samples of a sort of file in all its formats: `clinic-1.toml`, then those of keys that came later."""
    return sorted(FORMATS.glob(f"{sort}-*.{ending}"), key=lambda path: (len(path.stem), path.stem))


def _clinic(path: Path) -> object:
    return plain(read_clinic(path), LONDON)


def _programme(path: Path) -> object:
    return plain(read_programme(path, [read_programme(FORMATS / "programme-1.toml")]), LONDON)


def _patients(path: Path) -> object:
    programmes = read_programmes(samples("programme"))
    return [_course_value(course) for course in read_courses(path, programmes)]


def _course_value(course: Course) -> dict[str, Any]:
    programme = f"{course.programme.name}@{course.programme.version}"
    return {**plain(course, LONDON), "programme": programme}


def _bookings(path: Path) -> object:
    found = read_bookings_file(path, read_clinic(FORMATS / "clinic-1.toml"))
    assert found.unknown == ()
    return [plain(row, LONDON) for row in found.bookings]


def _wording(path: Path) -> object:
    """What is said otherwise than in the language that it is based on: texts may be added there."""
    found = read_wording(path)
    shipped = WORDINGS[found.language[:2]].texts
    own = {f"{at[0]}.{at[1]}": text for at, text in found.texts.items() if text != shipped[at]}
    return {"language": found.language, "texts": own}


def _calendars(path: Path) -> object:
    found = read_calendars(path)
    return {
        "past": str(found.past or "all"),
        "cancelled_for": str(found.cancelled_for or "all"),
        "busy": found.busy,
        **({"opening_hours": True} if found.opening_hours else {}),
        "alarms": [
            {"trigger": one.trigger, "readers": list(one.readers), "kinds": list(one.kinds)}
            for one in found.alarms
        ],
    }


READERS: dict[str, Callable[[Path], object]] = {
    "clinic": _clinic,
    "programme": _programme,
    "patients": _patients,
    "bookings": _bookings,
    "wording": _wording,
    "calendars": _calendars,
}
SAMPLES = [one for sort in READERS for one in samples(sort, "csv" if sort == "bookings" else "toml")]


def test_each_sort_of_file_has_a_sample_of_its_first_format() -> None:
    assert {f"{sort}-1" for sort in READERS} <= {path.stem for path in SAMPLES}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_file_of_each_past_format_says_what_it_said(sample: Path) -> None:
    """Beside each sample stands what it said when it was written; neither is ever written anew.

    What has its default is left out there, so that a new attribute of the model changes nothing.
    """
    sort, _, _ = sample.stem.partition("-")
    said = json.loads(sample.with_suffix(".json").read_text(encoding="utf-8"))
    assert READERS[sort](sample) == said


def test_the_samples_of_bookings_use_every_column() -> None:
    headers = [
        path.read_text(encoding="utf-8").splitlines()[0].split(",") for path in samples("bookings", "csv")
    ]
    assert {column for header in headers for column in header} == set(COLUMNS)
