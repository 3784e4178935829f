"""What does a clinic's folder hold? The clinic, its bookings, its courses, and the key of its calendars."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from attrs import frozen

from kapsched.errors import Fault, InvalidInput, refuse
from kapsched.exchange.documents import (
    bookings_table,
    done_table,
    read_bookings,
    read_clinic,
    read_courses,
    read_programmes,
)
from kapsched.exchange.file_checks import checked
from kapsched.exchange.table_forms import NamedTable
from kapsched.exchange.writing import naming
from kapsched.model.bookings import Bookings
from kapsched.model.clinic import Clinic
from kapsched.model.course import Course
from kapsched.model.wording import Wording


@frozen(kw_only=True)
class ClinicFolder:
    """What was read, from which files, and what is worth knowing about them."""

    files: tuple[Path, ...]
    clinic: Clinic
    bookings: Bookings
    courses: tuple[Course, ...]
    notes: tuple[str, ...]

    @classmethod
    def read(cls, path: Path, wordings: Iterable[Wording] | None = None) -> ClinicFolder:
        """The files of a clinic's folder, or a clinic's file alone with its bookings but without any course.

        `InvalidInput` holds the faults of all of them. Where `wordings` are given, the notes say which language of a
        patient neither they nor those that are shipped speak.
        """
        whole = path.is_dir()
        clinic_path = path / "clinic.toml" if whole else path
        patients, programmes = path / "patients.toml", sorted(path.glob("programmes/*.toml"))
        bookings, past = _named(bookings_table, clinic_path), _named(done_table, patients) if whole else None
        tables = [Path(one.file) for one in (bookings, past) if one]
        files = [clinic_path, *programmes, *([patients] if whole else []), *tables]
        check = checked(files, wordings)
        refuse(check.faults)
        clinic = read_clinic(clinic_path)
        return cls(
            files=tuple(files),
            clinic=clinic,
            bookings=read_bookings(bookings.file, clinic, form=bookings.form) if bookings else Bookings(),
            courses=read_courses(patients, read_programmes(programmes)) if whole else (),
            notes=check.notes,
        )


def _named(table: Callable[[Path], NamedTable | None], path: Path) -> NamedTable | None:
    """The table that a file names."""
    with suppress(InvalidInput):  # the check of all files says what is wrong
        return table(path)
    return None


def read_key(path: Path) -> bytes | None:
    """The key in a file; None where there is no such file, but a folder to make it in."""
    if not path.parent.is_dir():
        raise InvalidInput(f"there is no folder {path.parent}", path="--key")
    try:
        key = path.read_bytes().strip()
    except FileNotFoundError:
        return None
    if not key:
        raise InvalidInput(Fault("holds no key; without the file a new key is made", source=str(path)))
    return key


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
