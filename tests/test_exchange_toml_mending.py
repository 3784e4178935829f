"""Is everything wrong with a file told at once, also where some of it is no TOML?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kapsched.errors import InvalidInput
from kapsched.exchange.documents import check_files, read_clinic, read_courses, read_programme
from kapsched.exchange.toml_files import TomlFile
from kapsched.exchange.toml_lines import LineIndex
from tests.test_exchange_toml import CLINIC, PATIENTS, PROGRAMME, clinic_faults, faults_of, saved


def test_a_fault_of_the_toml_hides_no_other(tmp_path: Path) -> None:
    content = """\
        format = 1
        id = "quay"
        zone = "Europe/Londno"
        zone = "Europe/London"
        horizon = { first_day = 2027-02-30, days = 0 }
        hours = { mon = 08:30-18:00, tue = "18:00-08:30" }
        closed = [2026-12-25, 2026-12-32, { to = 2026-11-31, weekdays = "mno" }]
        [rooms.blue]
        type = treatment
        capacity = 0
        [rooms.blue]
        type = "therapy"
        away = 3
        [staff.ben]
        name = "Ben \\Okafor"
        roles = "nurse"
        hours = { mon = "08:30-18:00" }
        """
    assert [(line, path) for line, path, _ in clinic_faults(tmp_path, content)] == [
        (3, "zone"),
        (4, "zone"),
        (5, "horizon.first_day"),
        (5, "horizon.days"),
        (6, "hours.mon"),
        (6, "hours.tue"),
        (7, "closed.2"),
        (7, "closed.3.to"),
        (7, "closed.3.weekdays"),
        (9, "rooms.blue.type"),
        (10, "rooms.blue.capacity"),
        (11, "rooms.blue"),
        (15, "staff.ben.name"),
        (16, "staff.ben.roles"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "path"),
    [
        ('[rooms.blue]\ntype = "treatment"', '[rooms.blue]\ntype "treatment"', 14, "rooms.blue.type"),
        ('[rooms.blue]\ntype = "treatment"', '[rooms.blue]\n= "treatment"', 14, "rooms.blue"),
        ('type = "treatment"', 'type = "treatment" capacity = 2', 14, "rooms.blue.type"),
        ('type = "treatment"', 'type = "treatment', 14, "rooms.blue.type"),
        ("[rooms.blue]", "[rooms.blue", 13, "rooms.blue"),
        ('["fri"]', '["fri"', 17, "rooms.blue.away.1.weekdays.2"),
        ("days = 90", "days = 90, days = 91", 7, "horizon.days"),
        ('why = "decorating" }', 'why = "decorating"', 9, "closed.2.why"),
        ("capacity = 3", "type.of = 3", 15, "rooms.blue.type.of"),
    ],
)
def test_a_fault_of_the_toml_has_its_path_also_where_reading_cannot_go_on(
    tmp_path: Path, old: str, new: str, line: int, path: str
) -> None:
    assert CLINIC.count(old) == 1
    found = clinic_faults(tmp_path, CLINIC.replace(old, new))
    assert [(line, path) for line, path, _ in found] == [(line, path)]


FILES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "clinic": (CLINIC, read_clinic),
    "programme": (PROGRAMME, read_programme),
    "patients": (
        PATIENTS,
        lambda path: read_courses(path, [read_programme(path.with_name("quayside.toml"))]),
    ),
}


def told(folder: Path, sort: str, content: str) -> list[tuple[int | None, str, str]]:
    saved(folder, "quayside.toml", PROGRAMME)
    return faults_of(lambda: FILES[sort][1](saved(folder, "broken.toml", content)))


@pytest.mark.parametrize("broken", ["2027-02-30", "te?st", '"\\q"', ""])
@pytest.mark.parametrize("sort", FILES)
def test_a_value_that_is_no_toml_is_told_with_its_line_and_path_and_has_no_echo(
    tmp_path: Path, sort: str, broken: str
) -> None:
    content, _ = FILES[sort]
    for part in LineIndex(content)._parts:
        if part.value is None or content[part.value] in "[{" or (not broken and not part.statement):
            continue
        text = content[: part.value] + broken + content[part.end :]
        ((line, path, message),) = told(tmp_path, sort, text)
        assert message.startswith("is not TOML: ")
        assert (line, path in LineIndex(content).written(part.path)) == (
            content.count("\n", 0, part.value) + 1,
            True,
        )


@pytest.mark.parametrize("sort", FILES)
def test_a_table_that_is_said_twice_is_told_with_its_line_and_path_and_has_no_echo(
    tmp_path: Path, sort: str
) -> None:
    content, _ = FILES[sort]
    headers = [part for part in LineIndex(content)._parts if part.value is None]
    assert len(headers) >= 3
    for part in headers:
        again = f"{content[part.start : part.end]}]\nunknown = 1\n"
        assert told(tmp_path, sort, content + again) == [
            (
                content.count("\n") + 1,
                ".".join(map(str, part.path)),
                "is said twice; each id and each key stands once",
            )
        ]


def test_what_only_the_second_of_two_tables_says_is_not_called_missing(tmp_path: Path) -> None:
    content = CLINIC.replace("[rooms.blue]\n", "[rooms.blue]\n[rooms.blue]\n")
    assert [(line, path) for line, path, _ in clinic_faults(tmp_path, content)] == [(14, "rooms.blue")]


def test_a_key_that_is_said_three_times_is_told_twice(tmp_path: Path) -> None:
    content = CLINIC.replace("grid = 30\n", "grid = 30\n" * 3)
    assert [(line, path) for line, path, _ in clinic_faults(tmp_path, content)] == [(5, "grid"), (6, "grid")]


def test_lines_are_right_in_a_file_with_the_line_ends_of_windows(tmp_path: Path) -> None:
    content = CLINIC.replace("grid = 30", "grid = 2027-02-30").replace("capacity = 2", "capacity = 0")
    found = faults_of(lambda: read_clinic(saved(tmp_path, "c.toml", content.replace("\n", "\r\n").encode())))
    assert [(line, path) for line, path, _ in found] == [(4, "grid"), (28, "staff.ben.capacity")]


def test_a_broken_file_among_others_hides_nothing_and_has_no_echo_in_them(tmp_path: Path) -> None:
    paths = [
        saved(tmp_path, "clinic.toml", CLINIC.replace("grid = 30", "grid = 2027-02-30")),
        saved(tmp_path, "quayside.toml", PROGRAMME.replace("times = 4", "times = 4\ntimes = 5")),
        saved(
            tmp_path,
            "long.toml",
            'format = 1\nname = "long"\nversion = 2027-02-30\nbased_on = "quayside@2027.1"\n',
        ),
        saved(tmp_path, "patients.toml", PATIENTS.replace('"q18"\n', '"q19"\n')),
        saved(tmp_path, "what.toml", "x = 2027-02-30\n"),
    ]
    found = [(fault.source, fault.line, fault.path) for fault in check_files(paths).faults]
    assert sorted(found, key=str) == [
        ("clinic.toml", 4, "grid"),
        ("long.toml", 3, "version"),
        ("patients.toml", 12, "courses.c18.patient"),
        ("quayside.toml", 16, "phases.induction.times"),
        ("what.toml", 1, "x"),
        ("what.toml", None, ""),
    ]


@given(text=st.text(st.sampled_from("[]{}=\"',.#a1-: \n\\")).map(lambda text: f"format = 1\n{text}"))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        read = TomlFile.of(text, "any.toml").text
    except InvalidInput:
        return
    assert read.count("\n") == text.count("\n")
