"""Do the documents show what can be run, and is all they show run?"""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import kapsched
from tests.consoles import PAGES, answered
from tests.fences import ROOT, Fence, fence_under, fences, python_example
from tests.readme_picture import PICTURE, drawn

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize(
    ("heading", "start"), [("Run it", "uv run kapsched plan "), ("Test it", "uv run pytest")]
)
def test_the_readme_has_its_command_directly_beneath_the_heading(heading: str, start: str) -> None:
    fence = fence_under((ROOT / "README.md").read_text(encoding="utf-8"), heading)
    assert (fence.language, fence.direct) == ("sh", True)
    assert fence.text.startswith(start)
    assert "\n" not in fence.text


def test_every_python_example_has_prompts_so_that_it_is_run() -> None:
    silent = [
        f"{path.relative_to(ROOT)}, {fence.heading}"
        for path in DOCUMENTS
        for fence in fences(path.read_text(encoding="utf-8"))
        if fence.language.startswith(("py", "{code", "{doctest"))
        and (fence.language != "python" or not fence.text.startswith(">>> "))
    ]
    assert silent == []


# What is neither Python with prompts nor typed into a console nor built by Sphinx, and what looks at it.
LOOKED_AT = {
    ("README.md", "Run it", "sh"): "test_harbour, and below",
    ("README.md", "Run it", "text"): "test_harbour",
    ("README.md", "Test it", "sh"): "it runs the tests, and below",
    ("README.md", "Test it", "text"): "below",
    ("a-feeds-address.md", "Without a program", "sh"): "below",
    ("architecture.md", "The floors", "text"): "test_architecture",
    ("architecture.md", "The way of one item", "text"): "below",
    ("architecture.md", "The front door", "text"): "test_front_door",
    ("bookings-file.md", "A table in CSV", "text"): "below",
    ("clinic-file.md", "Existing bookings", "text"): "test_example_files",
    ("editor-completion.md", "Let your editor complete the files", "sh"): "test_cli_schema",
    ("coming-from-another-system.md", "Come from another system", "text"): "below",
    ("errors.md", "Errors", "text"): "below",
    ("other-peoples-calendars.md", "Other people's calendars", "sh"): "test_exchange_busy",
    ("own-database.md", "Tables in PostgreSQL", "plpgsql"): "test_database_postgres",
    ("own-database.md", "Tables in SQLite", "sql"): "test_database_tables, and the page itself",
    ("week-on-a-page.md", "Seeing it", "sh"): "test_week_page",
    **{("week-on-a-page.md", "The parts", language): "test_week_page" for language in ("json", "html", "js")},
}
WHOLE_FILES = {
    "calendars.md": "test_calendar_files",
    "clinic-file.md": "test_example_files",
    "editor-completion.md": "test_cli_schema",
    "languages.md": "test_languages",
    "overrides.md": "below",
    "patients-file.md": "below",
    "presets.md": "test_presets_sources",
    "programme-file.md": "test_example_files",
}


def _is_run(page: Path, fence: Fence) -> bool:
    match fence.language:
        case "python" | "{toctree}" | "{eval-rst}":
            return True
        case "console":
            return page in PAGES
        case "toml":
            named = re.match(r"# \S+\.toml\n", fence.text)
            return page.name in WHOLE_FILES or (page in PAGES and named is not None)
        case _:
            return (page.name, fence.heading, fence.language) in LOOKED_AT


def test_every_block_of_the_documents_is_run_or_compared() -> None:
    idle = [
        f"{path.relative_to(ROOT)}, {fence.heading}: {fence.language}"
        for path in DOCUMENTS
        for fence in fences(path.read_text(encoding="utf-8"))
        if not _is_run(path, fence)
    ]
    assert idle == []


def test_a_link_that_can_be_taken_back_serves_the_calendar(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "a-feeds-address.md").read_text(encoding="utf-8")
    (command,) = [one.text for one in fences(page) if one.heading == "Without a program"]
    (name,) = re.findall(r"patients/\S+", command)
    feed, served = tmp_path / "srv/kapsched/out/calendars" / name, tmp_path / "srv/www/cal"
    feed.parent.mkdir(parents=True)
    served.mkdir(parents=True)
    feed.write_bytes(b"BEGIN:VCALENDAR")
    subprocess.run(["sh", "-ec", command.replace("/srv", f"{tmp_path}/srv")], check=True)
    (link,) = served.iterdir()
    assert re.fullmatch(r"[0-9a-f]{32}\.ics", link.name)
    assert link.read_bytes() == b"BEGIN:VCALENDAR"
    link.unlink()
    assert feed.exists()


def test_what_the_readme_types_with_pip_is_what_it_types_with_uv() -> None:
    def blocks(heading: str) -> list[str]:
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        return [one.text for one in fences(text) if (one.heading, one.language) == (heading, "sh")]

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for heading, extra in (("Run it", "cli"), ("Test it", "test")):
        with_uv, with_pip = blocks(heading)
        assert with_pip.splitlines()[-1] == with_uv.replace("uv run ", ".venv/bin/")
        assert extra in {**project["project"]["optional-dependencies"], **project["dependency-groups"]}
        assert f"'.[{extra}]'" in with_pip or f"--editable . --group {extra}" in with_pip


def test_the_readme_counts_the_tests_that_there_are() -> None:
    collecting = [sys.executable, "-m", "pytest", "--collect-only", "--quiet", "-p", "no:cacheprovider"]
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    found = subprocess.run(collecting, cwd=ROOT, env=alone, capture_output=True, text=True, check=True)
    (count,) = re.findall(r"^(\d+) tests collected", found.stdout, re.MULTILINE)
    (shown,) = [
        one.text
        for one in fences((ROOT / "README.md").read_text(encoding="utf-8"))
        if (one.heading, one.language) == ("Test it", "text")
    ]
    last_line = rf"=+ {count} passed in \d+\.\d\ds \(\d+:\d\d:\d\d\) =+"
    assert re.fullmatch(last_line, shown.strip()), f"there are {count} tests"


def test_the_errors_are_drawn_alike_in_the_code_and_in_the_reference() -> None:
    page = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    drawn = fence_under(page, "Errors").text.splitlines()
    said = (kapsched.errors.__doc__ or "").splitlines()
    below = [re.match(r"[├└]── (\w+)", line) for line in drawn[1:]]
    assert [line.partition(";")[0] for line in drawn] == [line.partition(";")[0] for line in said[2:6]]
    assert [one and one[1] for one in below] == [
        one.__name__ for one in kapsched.KapschedError.__subclasses__()
    ]


def test_the_drawing_of_one_item_names_what_the_front_door_has() -> None:
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    drawn = fence_under(page, "The way of one item").text
    named = re.findall(r"(?<![\w.])([a-z]+_[a-z]+|enrol|verify|[A-Z][a-z]+)(?![\w.])", drawn)
    assert len(named) >= 12
    assert [one for one in named if one not in kapsched.__all__] == []


def test_no_example_is_skipped() -> None:
    skipping = [path.name for path in DOCUMENTS if "doctest: +" in path.read_text(encoding="utf-8")]
    assert skipping == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_command_line_answers_as_the_page_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    text = page.read_text(encoding="utf-8")
    assert answered(text) == text, "write it anew: python -m tests.consoles"


def test_the_picture_of_the_readme_is_of_the_plan_that_its_example_makes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    assert PICTURE.read_bytes().decode("utf-8") == drawn(), "write it anew: python -m tests.readme_picture"


def test_the_picture_of_the_readme_is_told_in_words_too() -> None:
    (image,) = re.finditer(r"!\[([^]]+)]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert ROOT / image[2] == PICTURE
    assert "A course of sixteen visits on a strip of weeks from March to July 2027" in " ".join(
        image[1].split()
    )
    # What the words say of the picture, the picture says too.
    assert "Visits: 16, from Tue 23 March 2027 to Fri 2 July 2027" in PICTURE.read_text(encoding="utf-8")


def test_the_reference_has_every_public_name_once() -> None:
    directive = re.compile(
        r"^\.\. (auto)?(function|class|exception|data|currentmodule):: ([\w.]+)", re.MULTILINE
    )
    found: list[str] = []
    for path in sorted((ROOT / "docs" / "reference").glob("*.md")):
        module = ""
        for entry in directive.finditer(path.read_text(encoding="utf-8")):
            if entry[2] == "currentmodule":
                module = entry[3]
            elif module == "kapsched":
                found.append(entry[3])
    assert sorted(found) == sorted(kapsched.__all__)


def test_a_signature_that_the_reference_spells_out_is_the_code_s() -> None:
    spelt = re.compile(r"^\.\. (?:currentmodule:: ([\w.]+)|autofunction:: (\w+)(\(.*))$", re.MULTILINE)
    wrong, count = [], 0
    for path in sorted((ROOT / "docs" / "reference").glob("*.md")):
        module = ""
        for entry in spelt.finditer(path.read_text(encoding="utf-8")):
            module = entry[1] or module
            if entry[2]:
                (call,) = ast.parse(f"def _{entry[3]}: ...").body
                assert isinstance(call, ast.FunctionDef)
                said = [one.arg for one in (*call.args.args, *call.args.kwonlyargs)]
                there = inspect.signature(getattr(importlib.import_module(module), entry[2])).parameters
                wrong += [f"{path.name}: {entry[2]}"] * (said != list(there))
                count += 1
    assert (wrong, count > 4) == ([], True)


def test_every_link_within_the_documents_leads_somewhere() -> None:
    dead = [
        f"{path.relative_to(ROOT)}: {link}"
        for path in DOCUMENTS
        for link in re.findall(r"]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
        if not (path.parent / link).exists()
    ]
    assert dead == []


def test_the_example_of_a_document_is_its_statements_in_order() -> None:
    first = "```python\n>>> a = 1\n>>> a\n1\n\n```\n"
    second = "```python\n>>> for b in (a,):\n...     b\n1\n\n```\n"
    document = f"# A\n\n{first}\n```sh\nls\n```\n\n{second}"
    assert python_example(document) == "a = 1\na\nfor b in (a,):\n    b\n"


def test_the_patients_of_the_how_to_are_one_file_that_is_read(tmp_path: Path) -> None:
    path = tmp_path / "patients.toml"
    path.write_text("\n".join(_blocks("patients-file.md", "toml")), encoding="utf-8")
    courses = kapsched.read_courses(path)
    assert [course.patient.id for course in courses] == ["q17", "q18", "q19", "q20"]
    assert [len(course.done) for course in courses] == [0, 0, 0, 2]


def test_the_decisions_of_the_how_to_are_read(tmp_path: Path) -> None:
    path = tmp_path / "patients.toml"
    path.write_text("\n".join(_blocks("overrides.md", "toml")), encoding="utf-8")
    (course,) = kapsched.read_courses(path)
    assert [one.check for one in course.waivers] == ["gaps_are_kept"]
    assert list(course.pinned) == ["preparation/preparation/1"]
    clinic = kapsched.read_clinic("examples/harbour/clinic.toml")
    report = kapsched.verify(course.pinned.values(), course, clinic)
    assert {one.check for one in report} == {"every_session_is_planned_once"}, (
        "the others are not planned yet"
    )


def test_the_bookings_of_the_how_to_are_read(tmp_path: Path) -> None:
    (rows,) = _blocks("bookings-file.md", "text")
    path = tmp_path / "bookings.csv"
    path.write_text(rows, encoding="utf-8")
    clinic_file = tmp_path / "clinic.toml"
    clinic_file.write_text("\n".join(_blocks("clinic-file.md", "toml")), encoding="utf-8")
    bookings = kapsched.read_bookings(path, kapsched.read_clinic(clinic_file))
    assert [(row.resource, row.exclusive) for row in bookings] == [
        ("q17", True),
        ("blue", True),
        ("jo", False),
    ]


def test_the_clinic_that_moves_in_is_the_one_of_the_examples() -> None:
    page, folder = "coming-from-another-system.md", ROOT / "examples" / "newbridge"
    (table,) = _blocks(page, "text")
    assert table == (folder / "appointments.csv").read_text(encoding="cp1252").rstrip("\n")
    for name, block in zip(("clinic.toml", "patients.toml"), _blocks(page, "toml"), strict=True):
        assert block == (folder / name).read_text(encoding="utf-8").rstrip("\n")


def _blocks(page: str, language: str) -> list[str]:
    text = (ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8")
    return [fence.text for fence in fences(text) if fence.language == language]
