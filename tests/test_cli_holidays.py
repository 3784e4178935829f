"""Does the command `holidays` print lines that a clinic's file takes, and say where they come from?"""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

import holidays
import pytest

from kapsched.exchange.clinic_files import read_clinic
from kapsched.timeline.recurrence import Absence
from tests.desk import Desk, quayside
from tests.test_exchange_holidays import FEED

FROM_PACKAGE = f"# Copied from the package holidays {version('holidays')}"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return quayside(tmp_path)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "england.ics"
    path.write_bytes(FEED)
    return path


def paste(desk: Desk, lines: str) -> None:
    path = desk.clinic / "clinic.toml"
    path.write_text(path.read_text(encoding="utf-8") + lines, encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "language"), [("GB-ENG", "en_GB"), ("DE-BY", "en_US"), ("FR-Zone A", "en_US")]
)
def test_the_lines_of_a_country_close_the_clinic_on_the_days_that_the_package_has(
    desk: Desk, code: str, language: str
) -> None:
    printed = desk.type("holidays", code.lower(), "2028", "2027", "2028")
    assert (printed.exit_code, printed.stderr) == (0, "")
    assert printed.stdout.splitlines()[0] == f"{FROM_PACKAGE} in {language}: {code}, 2027, 2028"
    paste(desk, printed.stdout)
    country, _, part = code.partition("-")
    wanted = holidays.country_holidays(country, subdiv=part, years=[2027, 2028], language=language)
    closed = read_clinic(desk.clinic / "clinic.toml").closed
    assert closed == tuple(Absence(first=day, last=day, why=wanted[day]) for day in sorted(wanted))
    assert len(closed) > 15


def test_good_friday_and_easter_monday_are_holidays_in_england(desk: Desk) -> None:
    printed = desk.type("holidays", "GB-ENG", "2027").stdout.splitlines()
    assert printed[1] == "[holidays.GB-ENG]"
    assert {'2027-03-26 = "Good Friday"', '2027-03-29 = "Easter Monday"'} <= set(printed)
    assert printed[2:] == sorted(printed[2:])


@pytest.mark.parametrize(
    ("language", "shown", "name"),
    [
        ("de", "de", "Neujahr"),
        ("de-DE", None, ""),
        ("EN-us", "en_US", "New Year's Day"),
        ("en", "en_US", "New Year's Day"),
    ],
)
def test_names_are_in_the_language_that_is_said(
    desk: Desk, language: str, shown: str | None, name: str
) -> None:
    printed = desk.type("holidays", "DE", "2027", "--language", language)
    if shown is None:
        assert (printed.exit_code, printed.stdout) == (2, "")
        assert printed.stderr.startswith("--language: the names are not known in 'de-DE'; known are de, ")
    else:
        assert printed.stdout.splitlines()[0].startswith(f"{FROM_PACKAGE} in {shown}: ")
        assert f'2027-01-01 = "{name}"' in printed.stdout


def test_a_country_whose_names_have_one_language_is_told_in_it(desk: Desk) -> None:
    printed = desk.type("holidays", "AQ", "2027")
    assert printed.stdout.splitlines()[0] == f"{FROM_PACKAGE}: AQ, 2027"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["GBB", "2027"],
            "COUNTRY: there are no holidays of 'GBB'; a code of ISO 3166 is wanted, such as GB or GB-ENG; near are ",
        ),
        (
            ["Ruritania", "2027"],
            "COUNTRY: there are no holidays of 'Ruritania'; a code of ISO 3166 is wanted",
        ),
        (
            ["GB-EN", "2027"],
            "COUNTRY: there are no holidays of 'EN' in GB; did you mean 'ENG'? (known are ENG, NIR, ",
        ),
        (["GB-", "2027"], "COUNTRY: there are no holidays of '' in GB; known are ENG, NIR, SCT, WLS"),
        (["nowhere.ics", "2027"], "nowhere.ics cannot be used: no such file or directory"),
    ],
)
def test_what_is_not_known_is_one_sentence_with_what_is_near(
    desk: Desk, arguments: list[str], sentence: str
) -> None:
    result = desk.type("holidays", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(sentence)
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("year", ["27", "3000", "next"])
def test_a_year_that_is_none_is_refused(desk: Desk, year: str) -> None:
    result = desk.type("holidays", "GB", year)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "YEAR" in result.stderr


def test_the_lines_of_a_feed_are_printed_and_what_is_not_understood_is_told(desk: Desk, feed: Path) -> None:
    feed.write_bytes(FEED.replace(b"DTSTART;VALUE=DATE:20270326", b"DTSTART:20270326T000000Z"))
    printed = desk.type("holidays", feed, "2027", "2028")
    assert printed.stdout.splitlines() == [
        "# Copied from england.ics, 2027, 2028",
        "[holidays.england]",
        '2027-12-25 = "Christmas, both days"',
        '2027-12-26 = "Christmas, both days"',
    ]
    assert printed.stderr.splitlines() == [
        "note: england.ics:6: entry 1: left out: it has a time of day; a holiday is a whole day",
        "note: there is no holiday in 2028",
    ]


def test_a_feed_that_has_nothing_to_give_is_refused(desk: Desk, feed: Path) -> None:
    nothing = desk.type("holidays", feed, "2029", "2030")
    assert (nothing.exit_code, nothing.stdout) == (2, "")
    assert nothing.stderr == f"{feed}: there is no holiday in 2029, 2030\n"
    feed.write_bytes(b"nothing")
    spoilt = desk.type("holidays", feed, "2027")
    assert (spoilt.exit_code, spoilt.stderr) == (
        2,
        "england.ics: is no calendar: it has no BEGIN:VCALENDAR\n",
    )
    told = desk.type("holidays", feed, "2027", "--language", "de")
    assert (told.exit_code, told.stderr) == (
        2,
        "--language: a feed has its names in one language; leave it out\n",
    )


def test_what_the_clinic_s_file_has_already_is_noted(desk: Desk, feed: Path) -> None:
    lines = desk.type("holidays", feed, "2027", "--clinic", desk.clinic)
    assert lines.stderr == ""
    paste(desk, '[holidays.england]\n2027-03-26 = "Good Friday"\n[holidays.own]\n2027-12-26 = "Founder"\n')
    again = desk.type("holidays", feed, "2027", "--clinic", desk.clinic / "clinic.toml")
    assert again.stdout == lines.stdout
    assert again.stderr.splitlines() == [
        "note: clinic.toml has holidays.england already; paste beneath it, without the head, and without 2027-03-26",
        "note: clinic.toml has of these dates already, in holidays.own: 2027-12-26",
    ]
    assert read_clinic(desk.clinic / "clinic.toml").closed[0].first == date(2027, 3, 26)


@pytest.mark.parametrize("code", ["GB-ENG", "england.ics"])
def test_without_its_extra_one_sentence_names_the_install_and_feeds_are_read_all_the_same(
    feed: Path, code: str
) -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.modules['holidays'] = None\nfrom kapsched.cli import main\nmain()",
            "holidays",
            code,
            "2027",
        ],
        cwd=feed.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if code == "GB-ENG":
        sentence = (
            "holidays of a country need holidays; install it with: pip install 'kapsched[cli,holidays]'\n"
        )
        assert (run.returncode, run.stdout, run.stderr) == (2, "", f"the {sentence}")
    else:
        assert (run.returncode, run.stderr) == (0, "")
        assert run.stdout.startswith("# Copied from england.ics, 2027\n[holidays.england]\n")
