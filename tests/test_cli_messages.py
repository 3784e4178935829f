"""Does `kapsched messages` write to everybody whom a new plan concerns, and keep to its own folder?"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from kapsched.exchange.calendars.address_files import read_addresses
from kapsched.model.bookings import Resource
from tests.desk import Desk, contents, patient, quayside
from tests.test_exchange_ics import events

ADDRESSES = """\
type,id,address
patient,q1,mira@example.org
patient,q2,
staff,tess,tess@example.org
room,oak,oak@example.org
"""
CLINIC = "Harbour clinic <appointments@example.org>"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A clinic of one patient, planned, whose schedule was put aside before a second one came."""
    desk = quayside(tmp_path)
    desk.planned()
    (tmp_path / "before.json").write_bytes((desk.out / "schedule.json").read_bytes())
    desk.patients(patient(1), patient(2))
    desk.planned("--confirm")
    (tmp_path / "addresses.csv").write_text(ADDRESSES, encoding="utf-8")
    return desk


def written(desk: Desk, before: object = None, *options: object, **said: object) -> Result:
    given = {
        "addresses": desk.folder / "addresses.csv",
        "organizer": CLINIC,
        "key": desk.clinic / "uid.key",
        "out": desk.folder / "post",
        **said,
    }
    words = [word for name, value in given.items() for word in (f"--{name}", value)]
    old = desk.folder / "before.json" if before is None else before
    return desk.type("messages", old, desk.out / "schedule.json", *words, *options)


def index(desk: Desk) -> list[dict[str, str]]:
    with (desk.folder / "post" / "index.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_message_is_a_file_that_the_index_says_for_whom_it_is(desk: Desk) -> None:
    result = written(desk)
    assert result.exit_code == 0, result.output
    rows = index(desk)
    assert {(row["type"], row["id"], row["address"], row["method"]) for row in rows} == {
        ("patient", "q1", "mira@example.org", "REQUEST"),
        ("staff", "tess", "tess@example.org", "REQUEST"),
        ("room", "oak", "oak@example.org", "REQUEST"),
    }
    files = contents(desk.folder / "post")
    assert set(files) == {"index.csv", *(row["file"] for row in rows)}
    for row in rows:
        (event,) = events(files[row["file"]])
        assert str(event["ATTENDEE"]) == f"mailto:{row['address']}"
    # Two of q1's are confirmed now; of tess and the oak room those of q2 are new.
    assert result.stdout == f"requests: 6, cancellations: 0; written to {desk.folder / 'post'}\n"
    assert result.stderr == "note: patients of the schedule without an address: 1\n"


def test_messages_remind_as_the_clinic_s_calendars_do(desk: Desk) -> None:
    policy = desk.write("calendars.toml", 'format = 1\n[[alarm]]\nbefore = "1 day"\n')
    written(desk, None, "--calendars", policy)
    files = contents(desk.folder / "post")
    reminded = {row["type"]: b"TRIGGER:-P1D" in files[row["file"]] for row in index(desk)}
    assert reminded == {"patient": True, "staff": False, "room": False}


def test_the_identities_are_those_of_the_calendars(desk: Desk) -> None:
    written(desk)
    known = {
        str(event["UID"])
        for name, content in desk.written().items()
        if name.endswith(".ics") and "/clinic/" not in name
        for event in events(content)
    }
    post = [event for name, content in contents(desk.folder / "post").items() if name.endswith(".ics")
            for event in events(content)]  # fmt: skip
    assert {str(event["UID"]) for event in post} < known


def test_without_a_schedule_before_everything_is_new(desk: Desk) -> None:
    assert written(desk, "-").exit_code == 0
    assert len(index(desk)) == 2 + 2 + 2
    assert written(desk, desk.out / "schedule.json").exit_code == 0
    assert index(desk) == []


def test_what_a_run_before_left_goes_and_a_second_run_changes_no_byte(desk: Desk) -> None:
    written(desk, "-")
    first = contents(desk.folder / "post")
    assert "nothing to change in" in written(desk, "-").stdout
    assert contents(desk.folder / "post") == first
    written(desk, desk.out / "schedule.json")
    assert set(contents(desk.folder / "post")) == {"index.csv"}


def test_a_message_is_in_the_patient_s_language_else_in_that_of_the_folder(desk: Desk) -> None:
    desk.planned("--language", "cy")
    written(desk)
    texts = b"".join(contents(desk.folder / "post").values())
    assert b"SUMMARY;LANGUAGE=cy:Apwyntiad" in texts
    written(desk, None, "--language", "en")
    assert b"LANGUAGE=cy" not in b"".join(contents(desk.folder / "post").values())


@pytest.mark.parametrize("where", ["clinic", "out", "."])
def test_nothing_is_written_where_something_is_read(desk: Desk, where: str) -> None:
    before = contents(desk.folder)
    result = written(desk, out=desk.folder / where)
    assert result.exit_code == 2
    assert "which is to be written into; name another folder" in result.stderr
    assert contents(desk.folder) == before


def test_a_key_that_is_not_there_is_never_made(desk: Desk) -> None:
    result = written(desk, key=desk.folder / "other.key")
    assert result.exit_code == 2
    assert "there is no such key" in result.stderr
    assert not (desk.folder / "other.key").exists()
    assert not (desk.folder / "post").exists()


@pytest.mark.parametrize(
    ("organizer", "fault"),
    [
        ("appointments@example.org", "--organizer: a name and an address are wanted"),
        ("<appointments@example.org>", "--organizer: a name and an address are wanted"),
        ("Harbour <appointments>", "--organizer.address: a mail address is wanted"),
        ('The "Harbour" <a@example.org>', "--organizer.name: holds '\"'"),
    ],
)
def test_an_organizer_has_a_name_and_an_address(desk: Desk, organizer: str, fault: str) -> None:
    result = written(desk, organizer=organizer)
    assert (result.exit_code, result.stderr.startswith(fault)) == (2, True), result.stderr


def test_schedules_in_the_wrong_order_are_refused(desk: Desk) -> None:
    old, new = desk.folder / "before.json", desk.out / "schedule.json"
    kept = old.read_bytes()
    old.write_bytes(new.read_bytes())
    new.write_bytes(kept)
    result = written(desk)
    assert result.exit_code == 2
    assert "version 2, and the schedule is version 1" in result.stderr


# The table of addresses.


def addresses(folder: Path, text: str) -> dict[Resource, str]:
    path = folder / "addresses.csv"
    path.write_text(text, encoding="utf-8")
    return read_addresses(path)


def test_addresses_are_read_by_recipient_and_a_blank_one_says_nothing(tmp_path: Path) -> None:
    assert addresses(tmp_path, "Id,Address,Type\nq1, mira@example.org ,patient\nq2,,patient\n") == {
        Resource("patient", "q1"): "mira@example.org"
    }


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "addresses.csv: the file is empty; it begins with the names of its columns"),
        ("type,id\n", "addresses.csv:1: header: the columns are type, id, address, and no others"),
        ("pool,nurse,n@example.org", "addresses.csv:1: header: the columns are type, id, address"),
        (
            "type,id,address\npool,nurse,n@x.org\n",
            "addresses.csv:2: rows.1.type: is no recipient; there are patient, staff, room",
        ),
        ("type,id,address\nroom, ,n@x.org\n", "addresses.csv:2: rows.1.id: is blank"),
        (
            "type,id,address\nroom,oak,Mira <mira@secret.org>\n",
            "addresses.csv:2: rows.1.address: a mail address is wanted",
        ),
        (
            "type,id,address\nroom,oak,a@x.org\nroom,oak,b@x.org\n",
            "addresses.csv:3: rows.2: is the second row of room 'oak'; each has one address",
        ),
    ],
)
def test_a_table_of_addresses_says_where_it_is_wrong_and_shows_no_address(
    desk: Desk, text: str, fault: str
) -> None:
    (desk.folder / "addresses.csv").write_text(text, encoding="utf-8")
    result = written(desk)
    assert (result.exit_code, result.stderr.startswith(fault)) == (2, True), result.stderr
    assert "secret" not in result.output


def test_check_reads_addresses_in_the_clinic_s_folder(desk: Desk) -> None:
    checked: Any = desk.type("check", desk.write("addresses.csv", ADDRESSES))
    assert checked.exit_code == 0, checked.output
    assert desk.type("check", desk.clinic).exit_code == 0
    desk.change("addresses.csv", "tess@example.org", "tess")
    result = desk.type("check", desk.clinic)
    assert result.exit_code == 2
    assert "addresses.csv:4: rows.3.address: a mail address is wanted" in result.stderr
