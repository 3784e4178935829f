"""Does each command do what was asked, and say clearly what it did or could not do?"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kapsched.cli import commands
from kapsched.errors import PlannerBug
from kapsched.exchange.documents import presets
from kapsched.verification.report import Finding, Report
from tests.desk import BOOKINGS, CLINIC, NOW, Desk, contents, patient, python, quayside

NEVER = 'hours = { sun = "09:00-10:00" }'


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return quayside(tmp_path)


def test_a_plan_writes_schedule_calendars_and_pictures(desk: Desk) -> None:
    result = desk.plan()
    assert result.exit_code == 0
    plain = [re.sub("[a-z2-7]{26}", "*", name) for name in desk.written()]
    assert plain == [
        "calendars/clinic/*.ics",
        "calendars/index.csv",
        "calendars/patients/*.ics",
        *["calendars/rooms/*.ics"] * 3,
        *["calendars/staff/*.ics"] * 3,
        "pictures/courses/*.csv",
        "pictures/courses/*.svg",
        "pictures/index.csv",
        "pictures/utilisation.csv",
        "pictures/utilisation.svg",
        "pictures/weeks/2027-01-04-people.csv",
        "pictures/weeks/2027-01-04-people.svg",
        "pictures/weeks/2027-01-04.csv",
        "pictures/weeks/2027-01-04.svg",
        "schedule.json",
    ]


def test_the_closing_table_tells_who_starts_and_ends_when(desk: Desk) -> None:
    result = desk.plan()
    assert result.stdout.splitlines() == [
        "Course  Patient  Starts              Ends                Visits  Proved  Remark",
        "c1      q1       Tue 5 January 2027  Wed 6 January 2027  2       all",
        f"1 placed, 0 refused; appointments: 2; written to {desk.out}",
    ]
    key = desk.clinic / "uid.key"
    assert (
        result.stderr == f"note: made {key}; keep it, for without it every calendar would become a new one\n"
    )


def test_who_cannot_be_placed_is_told_why_and_the_others_are_placed(desk: Desk) -> None:
    desk.patients(patient(1), patient(2, more=NEVER))
    result = desk.plan()
    assert result.exit_code == 3
    *_, refused, last = result.stdout.splitlines()
    assert re.match(r"c2 +q2 +0 +not placed: only/dosing/1 has no date; .*The patient cannot come ", refused)
    assert last.startswith("1 placed, 1 refused; appointments: 2; written to ")


def test_courses_are_planned_in_order_of_first_day_and_then_as_they_stand(desk: Desk) -> None:
    # Only one of them can have the therapist in a week, and whoever is planned first has the first week.
    hour = 'hours = { tue = "09:00-10:00", wed = "09:00-10:00" }'
    earlier = [patient(number, first_day="2027-01-04", more=hour) for number in (2, 1)]
    desk.patients(patient(3, more=hour), *earlier)
    starts = [(plan.course.id, f"{plan.appointments[0].start:%Y-%m-%d}") for plan in desk.planned().plans]
    assert starts == [("c2", "2027-01-05"), ("c1", "2027-01-12"), ("c3", "2027-01-19")]


def test_the_clocks_of_the_clinic_are_meant_unless_an_offset_says_otherwise(desk: Desk) -> None:
    desk.change("clinic.toml", "Europe/London", "Europe/Berlin")
    desk.planned(now="2027-01-04T09:00")
    before = desk.written()
    desk.out.rename(desk.folder / "first")
    desk.planned(now="2027-01-04T08:00Z")
    assert desk.written() == before
    assert json.loads(before["schedule.json"])["now"] == "2027-01-04T09:00:00+01:00"


@pytest.mark.parametrize("now", ["tomorrow", "2027-01-04", "2027-03-28T01:30", "2027-13-01T09:00"])
def test_a_time_that_cannot_be_is_refused_by_name(desk: Desk, now: str) -> None:
    result = desk.plan(now=now)
    assert result.exit_code == 2
    assert result.stderr.startswith("--now: ")
    assert not desk.out.exists()


def test_the_key_is_made_once_for_its_owner_alone_and_never_beneath_the_output(desk: Desk) -> None:
    desk.planned()
    key = desk.clinic / "uid.key"
    made = key.read_bytes()
    assert len(made.strip()) == 64
    if os.name == "posix":
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    again = desk.plan()
    assert (again.stderr, key.read_bytes()) == ("", made)
    assert not any(made.strip() in content for content in desk.written().values())


def test_the_name_of_a_patient_is_kept_in_the_schedule_and_told_nowhere_else(desk: Desk) -> None:
    desk.patients(patient(1, more='name = "Mira Invented"'))
    schedule = desk.planned("--confirm")
    holding = [name for name, content in desk.written().items() if b"Mira" in content]
    assert holding == ["schedule.json"]
    assert "Mira" not in repr(schedule)


def test_another_key_makes_other_names(desk: Desk) -> None:
    other = desk.folder / "other.key"
    other.write_text("0123456789abcdef" * 4 + "\n", encoding="ascii")
    desk.planned("--key", other)
    assert not (desk.clinic / "uid.key").exists()
    names = set(desk.written())
    desk.planned()
    assert len(names - set(desk.written())) == 10  # every calendar, and a picture with its table


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            "",
            "holds no key, which is one line of 64 letters and digits; without the file a new key is made\n",
        ),
        ("format = 1\n", "holds no key, "),
        ("0" * 63, "holds no key, "),
        ("0" * 64 + "\n0\n", "holds no key, "),
        (None, "there is no folder "),
    ],
)
def test_a_key_that_is_none_is_refused(desk: Desk, content: str | None, sentence: str) -> None:
    key = desk.folder / "keys" / "uid.key"
    if content is not None:
        key.parent.mkdir()
        key.write_text(content, encoding="ascii")
    result = desk.plan("--key", key)
    assert (result.exit_code, sentence in result.stderr) == (2, True)
    assert not desk.out.exists()


def test_a_file_of_the_clinic_is_taken_for_no_key(desk: Desk) -> None:
    desk.planned()
    before = desk.written()
    for command in (desk.plan, lambda *key: desk.type("erase", desk.clinic, "c1", "--out", desk.out, *key)):
        result = command("--key", desk.clinic / "clinic.toml")
        assert (result.exit_code, "clinic.toml: holds no key" in result.stderr) == (2, True)
        assert "quayside" not in result.stderr
    assert desk.written() == before


def test_that_every_calendar_becomes_a_new_one_is_said_before_it_is_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "becomes a new one" not in desk.plan().stderr
    key = desk.clinic / "uid.key"
    key.unlink()
    with monkeypatch.context() as stopping:
        stopping.setattr(commands, "plan_courses", no_room)
        assert desk.plan().stderr.startswith(
            f"note: there is no {key}, so a new key is made, and every calendar and picture becomes a new one under "
            "another name; if there is an old key, stop here and name it with --key\n"
        )
    assert not key.exists()


@pytest.mark.parametrize("place", [".", "..", "programmes", "clinic.toml"])
def test_nothing_is_written_over_what_is_read(desk: Desk, place: str) -> None:
    before = contents(desk.folder)
    result = desk.type("plan", desk.clinic, "--now", NOW, "--out", desk.clinic / place)
    assert result.exit_code == 2
    assert result.stderr.startswith("--out: ")
    assert contents(desk.folder) == before


def test_an_output_beside_the_files_of_the_clinic_is_welcome(desk: Desk) -> None:
    result = desk.type("plan", desk.clinic, "--now", NOW, "--out", desk.clinic / "out")
    assert result.exit_code == 0


def test_ids_that_look_like_paths_lead_nowhere(desk: Desk) -> None:
    desk.patients(patient(1, id="../../x"))
    for name in ("clinic.toml", "bookings.csv"):
        desk.write(name, {"clinic.toml": CLINIC, "bookings.csv": BOOKINGS}[name].replace("blue", "../blue"))
    desk.change("clinic.toml", "[rooms.../blue]", '[rooms."../../blue"]')
    desk.change("clinic.toml", "[staff.tess]", '[staff."/tess"]')
    desk.planned()
    assert {path.name for path in desk.folder.iterdir()} == {"clinic", "out"}
    assert {name.split("/")[0] for name in desk.written()} == {"calendars", "pictures", "schedule.json"}
    assert "../../x" in (desk.out / "calendars" / "index.csv").read_text(encoding="utf-8")


EIGHT = """\
format = 1
id = "quayside"
zone = "Europe/Londn"
horizon = { first_day = 2027-01-04, days = 0 }
grid = 7
hours = { mon = "18:00-08:00", tue = "08:00-13:00" }
colour = "blue"

[rooms.blue]
kind = "treatment"

[staff.tess]
roles = "therapist"
hours = { mon = "8-18" }
"""


@pytest.mark.parametrize("command", ["check", "plan"])
def test_every_fault_is_told_at_once_each_on_a_line_with_its_place(desk: Desk, command: str) -> None:
    desk.write("clinic.toml", EIGHT)
    result = desk.plan() if command == "plan" else desk.type("check", desk.clinic)
    assert result.exit_code == 2
    told = re.findall(r"^clinic\.toml(?::(\d+))?: ([\w.]+): \S", result.stderr, re.MULTILINE)
    assert len(told) == len(result.stderr.splitlines()) >= 8
    assert {path for _, path in told} >= {
        "zone",
        "horizon.days",
        "hours.mon",
        "colour",
        "rooms.blue.kind",
        "rooms.blue.type",
        "staff.tess.roles",
        "staff.tess.hours.mon",
    }
    assert not desk.out.exists()
    assert not (desk.clinic / "uid.key").exists()


def test_a_check_of_good_files_says_so(desk: Desk) -> None:
    result = desk.type("check", desk.clinic)
    assert (result.exit_code, result.stdout) == (0, f"no faults in {desk.clinic}\n")


def test_rows_of_strangers_are_noted_once_and_are_no_fault(desk: Desk) -> None:
    row = "staff,zoe,2027-01-12T08:00,2027-01-12T09:00,true,\n"
    desk.write("bookings.csv", BOOKINGS + row + row)
    note = "note: bookings.csv: quayside has no staff 'zoe'; its rows are left out"
    checked = desk.type("check", desk.clinic)
    assert (checked.exit_code, checked.stdout.splitlines()[0]) == (0, note)
    assert desk.plan().stderr.splitlines()[0] == note


def test_a_check_reads_a_schedule_and_any_mix_of_files(desk: Desk) -> None:
    desk.planned()
    files = [
        desk.clinic / "clinic.toml",
        desk.out / "schedule.json",
        desk.clinic / "programmes" / "short.toml",
    ]
    assert desk.type("check", *files).exit_code == 0
    (desk.out / "schedule.json").write_text("{}", encoding="utf-8")
    result = desk.type("check", *files)
    assert result.exit_code == 2
    assert all(line.startswith("schedule.json: ") for line in result.stderr.splitlines())


@pytest.mark.parametrize("command", ["check", "plan", "verify"])
def test_a_plan_that_stands_twice_in_a_schedule_is_refused_with_its_file(desk: Desk, command: str) -> None:
    desk.planned()
    path = desk.out / "schedule.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**document, "plans": document["plans"] * 2}), encoding="utf-8")
    more = ("--clinic", desk.clinic) if command == "verify" else ()
    result = desk.plan() if command == "plan" else desk.type(command, path, *more)
    assert result.exit_code == 2
    assert result.stderr.endswith(
        "schedule.json: plans.c1: there are two plans of this course; a course has one\n"
    )


def test_a_check_of_nothing_is_not_called_good(desk: Desk) -> None:
    empty = desk.folder / "empty"
    empty.mkdir()
    result = desk.type("check", empty)
    assert (result.exit_code, result.stderr) == (2, f"{empty}: there is no TOML or CSV file in this folder\n")


@pytest.mark.parametrize("missing", ["clinic.toml", "patients.toml", "bookings.csv"])
def test_a_missing_file_is_named(desk: Desk, missing: str) -> None:
    (desk.clinic / missing).unlink()
    result = desk.plan()
    assert (result.exit_code, result.stderr) == (2, f"{missing}: there is no such file\n")


def test_a_missing_folder_is_named(desk: Desk) -> None:
    result = desk.type("plan", desk.folder / "nowhere", "--now", NOW, "--out", desk.out)
    assert (result.exit_code, result.stderr) == (2, f"{desk.folder / 'nowhere'}: there is no such folder\n")


@pytest.mark.parametrize("method", ["open", "replace"])
def test_a_failure_at_any_write_leaves_the_old_files_whole(
    desk: Desk, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.planned()
    before, true = desk.written(), getattr(Path, method)
    desk.patients(patient(1), patient(2))
    for failing in count():
        calls = count()

        def broken(path: Path, *arguments: Any, times: Any = calls, last: int = failing, **named: Any) -> Any:
            if path.name.endswith(".unfinished") and next(times) == last:
                raise OSError(28, "No space left on device", str(path))
            return true(path, *arguments, **named)

        with monkeypatch.context() as patch:
            patch.setattr(Path, method, broken)
            result = desk.plan()
        if result.exit_code == 0:
            break
        assert result.exit_code == 2
        assert result.stderr.endswith(
            f" cannot be used: no space left on device; everything in {desk.out} is as it was; "
            "see to that, or name another folder with --out\n"
        )
        assert ".unfinished" not in result.stderr
        assert desk.written() == before
    assert failing > 10
    assert desk.written() != before


def test_a_first_run_that_cannot_write_makes_no_key_either(desk: Desk) -> None:
    desk.out.mkdir()
    (desk.out / "calendars").write_text("mine", encoding="utf-8")
    before = contents(desk.folder)
    result = desk.plan()
    assert result.exit_code == 2
    assert result.stderr == (
        f"{desk.out / 'calendars'} cannot be used: it is a file, and a folder is wanted; "
        f"everything in {desk.out} is as it was; see to that, or name another folder with --out\n"
    )
    assert contents(desk.folder) == before


def no_room(*_: object) -> None:
    raise OSError(28, "No space left on device")  # which file it was, the system does not say


def test_a_disk_that_is_full_is_told_with_the_file_it_had_no_room_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(desk.folder)
    monkeypatch.setattr(os, "fsync", no_room)
    result = desk.plan()
    named = re.escape(str(desk.out / "calendars" / "clinic")) + "/[a-z2-7]{26}.ics"
    assert re.match(f"{named} cannot be used: no space left on device; everything in ", result.stderr)
    assert (result.exit_code, contents(desk.folder)) == (2, before)


def test_a_disk_without_room_for_the_key_keeps_none_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, real = contents(desk.folder), os.fdopen

    @contextmanager
    def full(descriptor: int, mode: str) -> Iterator[Any]:
        with real(descriptor, mode):
            yield SimpleNamespace(write=no_room)

    monkeypatch.setattr(os, "fdopen", full)
    result = desk.plan()
    key = desk.clinic / "uid.key"
    assert (result.exit_code, result.stderr) == (2, f"{key} cannot be used: no space left on device\n")
    assert contents(desk.folder) == before


def test_a_broken_promise_of_ours_is_a_bug_and_no_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Report((Finding(check="gaps_are_kept", message="a gap is not kept"),))
    monkeypatch.setattr("kapsched.workflow.one_course.verify", lambda *_, **__: broken)
    result = desk.plan()
    assert result.exit_code == 1
    assert isinstance(result.exception, PlannerBug)
    assert not desk.out.exists()


def test_whoever_stops_it_gets_no_traceback(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "plan_courses", stopped)
    result = desk.plan()
    assert (result.exit_code, result.stderr) == (130, "stopped\n")
    assert not desk.out.exists()


def test_verify_finds_what_was_booked_over_the_plans(desk: Desk) -> None:
    desk.planned()
    one = desk.appointment("c1:only/dosing/1")
    taken = f"{one.start:%Y-%m-%dT%H:%M},{one.end:%Y-%m-%dT%H:%M},true,fair\n"
    desk.write("bookings.csv", BOOKINGS + f"room,blue,{taken}")
    result = desk.type("verify", desk.out / "schedule.json", "--clinic", desk.clinic)
    assert result.exit_code == 4
    first, check, finding, last = result.stdout.splitlines()
    assert (first, check) == ("c1:", "  not so: nothing is booked twice")
    assert "room blue is taken by fair and only/dosing/1 at once, 2027-01-05 08:00 to 09:00" in finding
    assert last == "plans verified: 1; findings: 1 new, 0 already there"


def test_what_was_already_there_is_shown_and_not_counted_against_the_plans(desk: Desk) -> None:
    rest = '[[kinds.dosing.segments]]\nname = "rest"\nminutes = 60\nroom = "treatment"\n\n'
    desk.change("programmes/short.toml", "[[kinds.talk", f"{rest}[[kinds.talk")
    desk.planned()
    # While the patient rests, with the nurse gone, two others have taken her.
    row = "staff,nia,2027-01-05T09:15,2027-01-05T09:45,true,{}\n"
    desk.write("bookings.csv", BOOKINGS + row.format("fair") + row.format("post"))
    result = desk.type("verify", desk.out / "schedule.json", "--clinic", desk.clinic)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-2:] == [
        "    staff nia is taken by fair and post at once, 2027-01-05 09:15 to 09:45 (already there)",
        "plans verified: 1; findings: 0 new, 1 already there",
    ]


def test_verify_takes_a_clinics_file_alone(desk: Desk) -> None:
    desk.planned()
    desk.patients()
    verified = desk.type("verify", desk.out / "schedule.json", "--clinic", desk.clinic / "clinic.toml")
    assert verified.exit_code == 0


def test_verify_judges_notice_where_a_time_is_given(desk: Desk) -> None:
    desk.planned()
    result = desk.type(
        "verify", desk.out / "schedule.json", "--clinic", desk.clinic, "--now", "2027-01-05T12:00"
    )
    assert result.exit_code == 4
    assert "not so: nothing starts before its time" in result.stdout


def test_verify_says_that_the_clinic_has_changed(desk: Desk) -> None:
    desk.planned()
    desk.change("clinic.toml", "days = 60", "days = 61")
    result = desk.type("verify", desk.out / "schedule.json", "--clinic", desk.clinic)
    assert (result.exit_code, result.stderr) == (
        0,
        "note: quayside has changed since this schedule was made\n",
    )


def test_presets_are_listed_with_what_they_are(desk: Desk) -> None:
    lines = desk.type("presets").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(presets())
    assert all(re.fullmatch(r"\S+@\d+ +[A-Z].*\.", line) for line in lines)


@pytest.mark.parametrize("name", ["kare", "kare@1"])
def test_a_preset_is_printed_as_it_is_shipped(desk: Desk, name: str) -> None:
    shipped = Path(commands.__file__).parents[1] / "presets" / "kare.toml"
    assert desk.type("presets", name).stdout == shipped.read_text(encoding="utf-8")


def test_a_preset_that_does_not_exist_is_refused_with_the_known_ones(desk: Desk) -> None:
    result = desk.type("presets", "kara")
    assert result.exit_code == 2
    assert "'kara'" in result.stderr
    assert "kare@1" in result.stderr


@pytest.mark.parametrize("command", ["", "check", "plan", "verify"])
def test_the_help_tells_the_exit_codes(desk: Desk, command: str) -> None:
    text = desk.type(*filter(None, [command]), "--help").stdout
    assert re.findall(r"^ +(\d)  \S", text, re.MULTILINE) == ["2", "4", "3", "0"]


@pytest.mark.parametrize("command", ["erase", "holidays", "show", "presets", "schema"])
def test_the_help_of_a_command_that_plans_nothing_tells_the_exit_codes_it_has(
    desk: Desk, command: str
) -> None:
    text = desk.type(command, "--help").stdout
    assert re.findall(r"^ +(\d)  \S", text, re.MULTILINE) == ["2", "0"]


def test_it_runs_as_a_module_without_colour_or_progress_when_nobody_watches(desk: Desk) -> None:
    run = python("-m", "kapsched", "plan", str(desk.clinic), "--now", NOW, "--out", str(desk.out))
    assert run.returncode == 0, run.stderr
    assert run.stdout.endswith(f"1 placed, 0 refused; appointments: 2; written to {desk.out}\n")
    assert "\x1b" not in run.stdout + run.stderr
    assert "planning" not in run.stdout + run.stderr


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_without_its_extra_one_sentence_names_the_install(missing: str) -> None:
    run = python("-c", f"import sys; sys.modules[{missing!r}] = None\nfrom kapsched.cli import main\nmain()")
    sentence = f"the command line needs {missing}; install it with: pip install 'kapsched[cli]'\n"
    assert (run.returncode, run.stdout, run.stderr) == (2, "", sentence)


def test_whoever_stops_it_before_it_has_begun_gets_no_traceback_either() -> None:
    run = python(
        "-c",
        "import sys\n"
        "class Stopped:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'kapsched.cli.commands':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Stopped())\n"
        "from kapsched.cli import main\n"
        "main()",
    )
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "stopped\n")


def test_the_version_is_told() -> None:
    assert python("-m", "kapsched", "--version").stdout.startswith("kapsched ")


def test_a_reader_who_has_seen_enough_is_no_error() -> None:
    run = python(
        "-c",
        "import subprocess, sys\n"
        "command = [sys.executable, '-m', 'kapsched', 'presets', 'kare']\n"
        "run = subprocess.Popen(command, stdout=-1, stderr=-1)\n"
        "run.stdout.close()\n"
        "print(run.stderr.read(), run.wait())",
    )
    assert run.stdout in ("b'' 141\n", "b'' 0\n")


@pytest.mark.parametrize("no_colour", ["", "1"])
def test_a_terminal_has_a_bar_and_a_table_and_colour_only_where_it_is_wanted(
    desk: Desk, no_colour: str
) -> None:
    pytest.importorskip("pty")

    desk.patients(patient(1), patient(2, more=NEVER))
    environment = {"TERM": "xterm-256color", "COLUMNS": "100", **({"NO_COLOR": "1"} if no_colour else {})}
    shown = python(
        "-c",
        "import os, pty, sys\n"
        "sys.stdout.flush()\n"
        "status = pty.spawn([sys.executable, '-m', 'kapsched', *sys.argv[1:]], "
        "lambda end: os.read(end, 4096))\n"
        "sys.exit(os.waitstatus_to_exitcode(status))",
        *("plan", str(desk.clinic), "--now", NOW, "--out", str(desk.out)),
        **environment,
    )
    assert shown.returncode == 3, shown.stdout
    assert "planning" in shown.stdout
    assert "\nc2: not placed: only/dosing/1 has no date; " in shown.stdout
    coloured = re.search(r"\x1b\[(\d+;)*(3[0-7]|38|9[0-7])[;m]", shown.stdout)
    assert bool(coloured) is not bool(no_colour)
