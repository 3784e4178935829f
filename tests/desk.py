"""A small clinic in files, and somebody who sits before them and types commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from attrs import frozen
from click.testing import CliRunner, Result

from kapsched.cli.commands import kapsched
from kapsched.exchange.documents import from_document
from kapsched.model.appointments import Appointment
from kapsched.model.plan import Schedule
from tests.fences import ROOT

NOW = "2027-01-04T09:00"

_WORKING = "{ " + ", ".join(f'{day} = "08:00-18:00"' for day in ["mon", "tue", "wed", "thu", "fri"]) + " }"

CLINIC = """\
format = 1
id = "quayside"
zone = "Europe/London"
horizon = { first_day = 2027-01-04, days = 60 }
bookings = "bookings.csv"
hours = WORKING

[rooms.blue]
type = "treatment"
[rooms.green]
type = "treatment"
[rooms.oak]
type = "therapy"

[staff.tess]
roles = ["therapist"]
hours = WORKING
[staff.nia]
roles = ["nurse"]
hours = WORKING
[staff.ned]
roles = ["nurse"]
hours = WORKING
""".replace("WORKING", _WORKING)

PROGRAMME = """\
format = 1
name = "short"
version = "1"
target = "only/dosing/1"

[[kinds.dosing.segments]]
name = "dose"
minutes = 60
staff = ["nurse"]
room = "treatment"

[[kinds.talk.segments]]
name = "talk"
minutes = 60
staff = ["therapist"]
room = "therapy"

[phases.only]
order = ["dosing", "talk"]

[offsets.after]
of = "talk"
anchor = "dosing"
after = "1 day"
"""

BOOKINGS = """\
type,resource,start,end,exclusive,ref
room,blue,2027-01-11T08:00,2027-01-11T09:00,true,painters
"""


def patient(number: int, *, id: str = "", first_day: str = "2027-01-05", more: str = "") -> str:
    """The lines of a patient and their course."""
    return f"""\
[patients."{id or f"q{number}"}"]
{more}
[courses.c{number}]
patient = "{id or f"q{number}"}"
programme = "short@1"
first_day = {first_day}
"""


@frozen
class Desk:
    """A folder with a clinic's files in `clinic`, from which commands write into `out`."""

    folder: Path

    @property
    def clinic(self) -> Path:
        return self.folder / "clinic"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def write(self, name: str, text: str) -> Path:
        path = self.clinic / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.clinic / name).read_text(encoding="utf-8")
        assert text.count(old) >= 1, old
        self.write(name, text.replace(old, new))

    def patients(self, *some: str) -> None:
        self.write("patients.toml", 'format = 1\nzone = "Europe/London"\n' + "".join(some))

    def type(self, *arguments: object, answer: str | None = None) -> Result:
        """A command of kapsched's, with nobody before the terminal."""
        return CliRunner().invoke(kapsched, list(map(str, arguments)), input=answer)

    def plan(self, *options: object, now: str = NOW, answer: str | None = None) -> Result:
        return self.type("plan", self.clinic, "--now", now, "--out", self.out, *options, answer=answer)

    def planned(self, *options: object, now: str = NOW) -> Schedule:
        """The schedule that a plan without any trouble writes."""
        result = self.plan(*options, now=now)
        assert result.exit_code == 0, result.output
        return self.schedule()

    def schedule(self) -> Schedule:
        return from_document((self.out / "schedule.json").read_text(encoding="utf-8"))

    def appointment(self, id: str) -> Appointment:
        return next(one for plan in self.schedule().plans for one in plan.appointments if one.id == id)

    def written(self) -> dict[str, bytes]:
        """Every file under `out` by its name from there."""
        return contents(self.out)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file in a folder, by its name from there."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def quayside(folder: Path) -> Desk:
    """A clinic with two treatment rooms, two nurses and one therapist, and a single patient."""
    desk = Desk(folder)
    desk.write("clinic.toml", CLINIC)
    desk.write("programmes/short.toml", PROGRAMME)
    desk.write("bookings.csv", BOOKINGS)
    desk.patients(patient(1))
    return desk


def python(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """This Python in a process of its own, with kapsched's sources and `more` in its environment."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        env={**kept, "PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "utf-8", **more},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
