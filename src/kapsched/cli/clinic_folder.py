"""What does a clinic's folder hold? The clinic, its bookings, its courses, and the key of its calendars."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from attrs import frozen

from kapsched.errors import Fault, InvalidInput, refuse
from kapsched.exchange.calendars.policy import CalendarPolicy
from kapsched.exchange.calendars.policy_files import read_calendars
from kapsched.exchange.documents import (
    bookings_table,
    done_table,
    read_bookings,
    read_clinic,
    read_courses,
    read_programmes,
)
from kapsched.exchange.file_checks import checked
from kapsched.exchange.foreign.busy_files import busy_files, read_busy_files
from kapsched.exchange.hours import placed, written_moment
from kapsched.exchange.patient_files import refuse_done_later
from kapsched.exchange.table_forms import NamedTable
from kapsched.exchange.writing import naming
from kapsched.model.bookings import Bookings
from kapsched.model.clinic import Clinic
from kapsched.model.course import Course
from kapsched.model.wording import Wording
from kapsched.timeline.zones import wall

# Any file could be taken for a key, and would rename every calendar.
_KEY = re.compile(rb"[0-9a-f]{64}")


@frozen(kw_only=True)
class ClinicFolder:
    """What was read, from which files, and what is worth knowing about them."""

    files: tuple[Path, ...]
    clinic: Clinic
    bookings: Bookings
    courses: tuple[Course, ...]
    calendars: CalendarPolicy
    notes: tuple[str, ...]

    @classmethod
    def read(
        cls, path: Path, wordings: Iterable[Wording] | None = None, key: Path | None = None
    ) -> ClinicFolder:
        """The files of a clinic's folder, or a clinic's file alone with its bookings but without any course.

        By the `key` of the calendars, or else the folder's own, what others' calendars have from ours is known.
        `InvalidInput` holds the faults of all of them. Where `wordings` are given, the notes say which language of a
        patient neither they nor those that are shipped speak.
        """
        whole = path.is_dir()
        clinic_path = path / "clinic.toml" if whole else path
        patients, programmes = path / "patients.toml", sorted(path.glob("programmes/*.toml"))
        bookings, past = _named(bookings_table, clinic_path), _named(done_table, patients) if whole else None
        tables = [Path(one.file) for one in (bookings, past) if one]
        policy = [path / "calendars.toml"] if (path / "calendars.toml").exists() else []
        files = [clinic_path, *programmes, *([patients] if whole else []), *tables, *policy]
        check = checked(files, wordings)
        refuse(check.faults)
        clinic = read_clinic(clinic_path)
        booked = read_bookings(bookings.file, clinic, form=bookings.form) if bookings else Bookings()
        courses = read_courses(patients, read_programmes(programmes)) if whole else ()
        calendars = busy_files(path) if whole else []
        uid_key = read_key(key or path / "uid.key") if calendars else None
        owners = [course.patient.id for course in courses]
        busy = read_busy_files(calendars, clinic, owners, booked, uid_key)
        refuse(busy.faults)
        return cls(
            files=(*files, *calendars),
            clinic=clinic,
            bookings=Bookings([*booked, *busy.bookings]) if busy.bookings else booked,
            courses=courses,
            calendars=read_calendars(*policy) if policy else CalendarPolicy(),
            notes=(*check.notes, *busy.notes),
        )

    def refuse_done_later(self, planned: Container[str], now: datetime) -> None:
        """Refuse what the files say took place after now, in courses that are not planned yet."""
        for patients in (one for one in self.files if one.name == "patients.toml"):
            refuse_done_later(patients, self.courses, planned, now, self.clinic)


def moment_at(text: str, clinic: Clinic) -> datetime:
    """The time that the option `--now` says, on the clinic's clocks unless it has an offset."""
    try:
        return wall(placed(written_moment(text), clinic.zone), clinic.place)
    except InvalidInput as error:
        raise error.under("--now") from None


def _named(table: Callable[[Path], NamedTable | None], path: Path) -> NamedTable | None:
    """The table that a file names."""
    with suppress(InvalidInput):  # the check of all files says what is wrong
        return table(path)
    return None


def read_key(path: Path) -> bytes | None:
    """The key in a file that `new_key` made; None where there is no such file, but a folder to make it in."""
    if not path.parent.is_dir():
        raise InvalidInput(f"there is no folder {path.parent}", path="--key")
    try:
        key = path.read_bytes().strip()
    except FileNotFoundError:
        return None
    if not _KEY.fullmatch(key):
        message = (
            "holds no key, which is one line of 64 letters and digits; without the file a new key is made"
        )
        raise InvalidInput(Fault(message, source=str(path)))
    return key


def lasting_key(path: Path) -> bytes:
    """The key in a file that has to be there."""
    if (key := read_key(path)) is not None:
        return key
    message = (
        "there is no such key, and the calendars are named by it; name it with --key, or where it is lost let "
        "`kapsched plan` make a new one first, and every calendar becomes a new one"
    )
    raise InvalidInput(Fault(message, source=str(path)))


@contextmanager
def new_key(path: Path) -> Iterator[bytes]:
    """A new key, in a new file that only its owner can read; where the block fails, there is no such file."""
    key = secrets.token_hex(32).encode("ascii")
    with ExitStack() as undoing:
        with (
            naming(path),
            os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        ):
            undoing.callback(path.unlink)
            file.write(key + b"\n")
        yield key
        undoing.pop_all()
