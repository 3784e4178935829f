"""Does the command line print the schemas, and does the how-to page say rightly how an editor is given them?"""

from __future__ import annotations

import json
import shlex
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from kapsched.cli.commands import kapsched
from kapsched.exchange.documents import read_clinic
from kapsched.exchange.schemas.printed import SCHEMAS, schema_text
from tests.asked import allows
from tests.fences import ROOT, Fence, fences

PAGE = (ROOT / "docs" / "how-to" / "editor-completion.md").read_text(encoding="utf-8")


def block(language: str) -> Fence:
    (found,) = (one for one in fences(PAGE) if one.language == language)
    return found


@pytest.mark.parametrize("sort", SCHEMAS)
def test_a_schema_is_printed_as_it_is(sort: str) -> None:
    result = CliRunner().invoke(kapsched, ["schema", sort])
    assert (result.exit_code, result.stdout) == (0, schema_text(sort))


def test_a_sort_of_file_that_is_not_known_is_refused_with_those_that_are() -> None:
    result = CliRunner().invoke(kapsched, ["schema", "staff"])
    assert result.exit_code == 2
    assert all(sort in result.stderr for sort in SCHEMAS)


def test_the_page_s_commands_write_the_schema_that_its_file_names(tmp_path: Path) -> None:
    making, *printing = map(shlex.split, block("sh").text.splitlines())
    assert making[0] == "mkdir"
    (tmp_path / making[1]).mkdir()
    for program, command, sort, redirected, name in printing:
        assert (program, redirected) == ("kapsched", ">")
        (tmp_path / name).write_text(CliRunner().invoke(kapsched, [command, sort]).stdout, encoding="utf-8")
    text = block("toml").text
    directive, empty, *_ = text.splitlines()
    assert directive.startswith("#:schema ./")
    assert empty == ""
    schema = json.loads((tmp_path / directive.removeprefix("#:schema ")).read_text(encoding="utf-8"))
    assert allows(schema, tomllib.loads(text))
    path = tmp_path / "clinic.toml"
    path.write_text(text, encoding="utf-8")
    assert read_clinic(path).id == "quayside"


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("2027-01-04", '"2027-01-04"'),
        ("09:00-17:00", "17:00-09:00"),
        ("hours = { mon", "hours.A = { mon"),
    ],
)
def test_what_the_page_says_a_schema_cannot_see_it_does_not_see(good: str, bad: str) -> None:
    text = block("toml").text
    assert good in text
    assert allows(SCHEMAS["clinic"], tomllib.loads(text.replace(good, bad)))
