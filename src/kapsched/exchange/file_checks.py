"""Are these files usable, each by itself and all of them together?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path

from attrs import define, field, frozen

from kapsched.errors import Fault, InvalidInput, refuse
from kapsched.exchange.booking_files import booking_rows, bookings_in, named_bookings
from kapsched.exchange.calendars.address_files import addresses_in
from kapsched.exchange.calendars.policy import CalendarPolicy
from kapsched.exchange.calendars.policy_files import calendars_in, unmet_kinds
from kapsched.exchange.clinic_files import clinic_of
from kapsched.exchange.done_files import DoneTable
from kapsched.exchange.file_sorts import SORTS, sort_of_text, table_sort
from kapsched.exchange.foreign.busy_files import busy_files, read_busy_files, source_of
from kapsched.exchange.patient_files import done_beside, done_file, patients_and_courses_in
from kapsched.exchange.programme_files import own_name, programmes_and_faults_in
from kapsched.exchange.schedule_documents import clinic_digest, from_document
from kapsched.exchange.shown import meant
from kapsched.exchange.table_forms import OURS, TableForm
from kapsched.exchange.table_notes import of_bookings, of_gaps_in_the_past, of_leavers, of_past, of_words
from kapsched.exchange.toml_files import TomlFile, read_text
from kapsched.exchange.wording_files import wording_in
from kapsched.model.bookings import Bookings
from kapsched.model.clinic import Clinic
from kapsched.model.course import Course, Patient
from kapsched.model.programme import Programme
from kapsched.model.wording import Wording
from kapsched.model.wordings.shipped import WORDINGS, spoken


@frozen(kw_only=True)
class FileCheck:
    """What is wrong with some files, and what is worth knowing about them; both in the order of the files."""

    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def check_files(paths: Iterable[str | PathLike[str]]) -> FileCheck:
    """Read a clinic's files, told apart by what they hold, and schedules.

    They are of clinic, programmes, patients, wording, calendars, bookings and addresses. What belongs together is
    compared. A folder stands for its TOML and CSV files, those of its `programmes` and the calendars in its `busy`.
    """
    return checked(paths, ())


def checked(paths: Iterable[str | PathLike[str]], wordings: Iterable[Wording] | None) -> FileCheck:
    """As `check_files`; patients may read these `wordings` too, or in None of them nobody asks what they read."""
    check = _Check(spoken=None if wordings is None else [*WORDINGS.values(), *wordings])
    for path in paths:
        with check.collecting():
            for one in _files(Path(path)):
                with check.collecting():
                    check.take(one)
        check.foreign += busy_files(Path(path))
    check.settle()
    check.read()
    check.compare()
    return FileCheck(faults=tuple(dict.fromkeys(check.faults)), notes=tuple(dict.fromkeys(check.notes)))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted([*path.glob("*.toml"), *path.glob("*.csv"), *path.glob("programmes/*.toml")])
    if not found:
        raise InvalidInput(Fault("there is no TOML or CSV file in this folder", source=str(path)))
    return found


@define
class _Check:
    """The files, sorted, what was read out of them so far, and the faults and notes met on the way."""

    tables: dict[str, list[TomlFile]] = field(factory=lambda: {sort: [] for sort in SORTS})
    schedules: list[tuple[str, str]] = field(factory=list)
    foreign: list[Path] = field(factory=list)
    loose: list[tuple[Path, InvalidInput | None]] = field(factory=list)
    bookings: list[tuple[str, str, TableForm]] = field(factory=list)
    clinics: list[Clinic] = field(factory=list)
    programmes: tuple[Programme | None, ...] = ()
    policies: list[tuple[str, CalendarPolicy]] = field(factory=list)
    spoken: list[Wording] | None = None
    enrolled: list[tuple[TomlFile, tuple[Patient, ...], tuple[Course, ...], DoneTable | None]] = field(
        factory=list
    )
    faults: list[Fault] = field(factory=list)
    notes: list[str] = field(factory=list)

    @contextmanager
    def collecting(self) -> Iterator[None]:
        try:
            yield
        except InvalidInput as error:
            self.faults += error.faults

    def take(self, path: Path) -> None:
        """Sort in one file; what is none of ours may be a table that one of ours names."""
        if path.suffix.lower() == ".ics":
            self.foreign.append(path)
            return
        try:
            text = read_text(path)
            sort = sort_of_text(text)
            if sort == "schedule":
                self.schedules.append((path.name, text))
            elif sort == "addresses":
                addresses_in(text, path.name)
            elif sort == "bookings" or path.suffix.lower() == ".csv":
                self.loose.append((path, None))
            else:
                file = TomlFile.of(text, path.name, path.parent)
                self.tables[table_sort(file)].append(file)
        except InvalidInput as error:
            self.loose.append((path, error))

    def settle(self) -> None:
        """Find out what the tables are that other files name."""
        past, forms = set(), {}
        for file in self.tables["patients"]:
            with suppress(InvalidInput):  # it is told when the file is read
                if named := done_file(file):
                    past.add(Path(named.file).resolve())
        for file in self.tables["clinic"]:
            with suppress(InvalidInput):
                if "bookings" in file.table:
                    named = named_bookings(file.table["bookings"])
                    forms[(file.folder / named.file).resolve()] = named.form
        for path, error in self.loose:
            place = path.resolve()
            if place in past and place not in forms:
                continue  # it is read with the patients
            with self.collecting():
                if place not in forms and error is not None:
                    raise error
                form = forms.get(place, OURS)
                self.bookings.append((path.name, read_text(path, form.encoding), form))

    def read(self) -> None:
        """Read each file by itself, those that others refer to first."""
        for file in self.tables["clinic"]:
            with self.collecting():
                self.clinics.append(clinic_of(file))
        self.programmes, faults = programmes_and_faults_in(self.tables["programme"])
        self.faults += faults
        for file in self.tables["patients"]:
            self._read_patients(file)
        for file in self.tables["wording"]:
            with self.collecting():
                wording = wording_in(file)
                if self.spoken is not None:
                    self.spoken.append(wording)
        for file in self.tables["calendars"]:
            with self.collecting():
                self.policies.append((file.source, calendars_in(file)))
        for source, text, form in self.bookings:
            with self.collecting():
                self._read_bookings(source, text, form)
        for source, text in self.schedules:
            with self.collecting():
                self._read_schedule(source, text)

    def _read_patients(self, file: TomlFile) -> None:
        known = [programme for programme in self.programmes if programme is not None]
        try:
            patients, courses = patients_and_courses_in(file, known)
            named, table = done_file(file), done_beside(file, courses)
            self.enrolled.append((file, patients, courses, table))
            self.notes += of_past(named, table) if named and table else ()
            self.notes += of_gaps_in_the_past(file.source, courses)
        except InvalidInput as error:
            pairs = zip(self.programmes, self.tables["programme"], strict=True)
            faulty = {own_name(table) for programme, table in pairs if programme is None}
            self.faults += [fault for fault in error.faults if not _echoes(fault, file, faulty)]

    def _read_bookings(self, source: str, text: str, form: TableForm) -> None:
        if len(self.clinics) != 1:
            booking_rows(text, source, "UTC", form)
            self.notes.append(
                f"{source}: no one clinic was given, so rooms, staff and clock changes go unchecked"
            )
            return
        (clinic,) = self.clinics
        found = bookings_in(text, source, clinic, form)
        self.notes += of_words(source, text, form)
        self.notes += [f"{source}: {note}" for note in of_bookings(found, form, clinic)]

    def _read_schedule(self, source: str, text: str) -> None:
        try:
            schedule = from_document(text)
        except InvalidInput as error:
            raise InvalidInput(*(fault._replace(source=source) for fault in error.faults)) from None
        for clinic in self.clinics:
            if clinic.id == schedule.clinic and clinic_digest(clinic) != schedule.digest:
                self.notes.append(f"{source}: {clinic.id} has changed since this schedule was made")

    def compare(self) -> None:
        """Hold what was read against wordings, programmes, and the clinic, if one and only one could be read."""
        followed = [one for one in self.programmes if one is not None]
        followed += [course.programme for _, _, courses, _ in self.enrolled for course in courses]
        for source, policy in self.policies if followed else ():
            self.notes += [f"{source}: {note}" for note in unmet_kinds(policy, followed)]
        if self.spoken is not None:
            for file, patients, _, _ in self.enrolled:
                self.notes += [f"{file.source}: {note}" for note in _unspoken(patients, self.spoken)]
        if len(self.clinics) != 1:
            lacking = "no one clinic was given, so that it goes unread"
            self.notes += [f"{source_of(path)}: {lacking}" for path in self.foreign]
            return
        (clinic,) = self.clinics
        for file, programme in zip(self.tables["programme"], self.programmes, strict=True):
            if programme is not None:
                with self.collecting(), file.placing():
                    refuse(clinic.faults_with(programme))
        for file, patients, courses, table in self.enrolled:
            with self.collecting(), file.placing():
                refuse([*_strangers(clinic, patients), *self._beyond(clinic, courses)])
            self.notes += of_leavers(file.source, clinic, courses, table)
        owners = [course.patient.id for _, _, courses, _ in self.enrolled for course in courses]
        busy = read_busy_files(self.foreign, clinic, owners, Bookings())
        self.faults += busy.faults
        self.notes += busy.notes

    def _beyond(self, clinic: Clinic, courses: Iterable[Course]) -> Iterator[Fault]:
        """What the presets of some courses ask for that the clinic cannot give."""
        for course in courses:
            if course.programme not in self.programmes:
                for fault in clinic.faults_with(course.programme):
                    yield Fault(f"{fault.message} ({fault.path})", f"courses.{course.id}.programme")


def _echoes(fault: Fault, file: TomlFile, faulty: set[str]) -> bool:
    """Is it only said of a course because its programme's own file is at fault?"""
    courses = file.table.get("courses")
    return isinstance(courses, dict) and any(
        fault.path == f"courses.{id}.programme"
        and isinstance(one, dict)
        and str(one.get("programme")) in faulty
        for id, one in courses.items()
    )


def _strangers(clinic: Clinic, patients: Iterable[Patient]) -> Iterator[Fault]:
    staff = [one.id for one in clinic.staff]
    for patient in patients:
        for path, people in (("excludes", patient.excludes), ("wishes.staff", patient.wishes.staff)):
            for one in dict.fromkeys(people):
                if one not in staff:
                    yield Fault(
                        f"nobody at {clinic.id} is {one!r}{meant(one, staff)}",
                        f"patients.{patient.id}.{path}",
                    )


def _unspoken(patients: Iterable[Patient], wordings: Sequence[Wording]) -> Iterator[str]:
    """Each language that a patient reads and no wording speaks, with the first who reads it."""
    first: dict[str, str] = {}
    for one in patients:
        first.setdefault(one.language, one.id)
    for language, patient in first.items():
        if language and not spoken(language, wordings):
            known = dict.fromkeys(one.language for one in wordings)
            yield (
                f"patients.{patient}.language: there is no wording in {language!r}, so that such a calendar is in the "
                f"clinic's language{meant(language, known)}"
            )
