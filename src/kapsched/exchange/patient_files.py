"""Who are the patients, and which courses are theirs?"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Literal

from attrs import evolve

from kapsched.errors import Fault, InvalidInput, Several, refuse, require_given
from kapsched.exchange.done_files import DoneTable, done_in
from kapsched.exchange.fields import (
    Fields,
    choice,
    count_or_day,
    day,
    label,
    listed,
    mapped,
    one_or_more,
    private_text,
)
from kapsched.exchange.hours import (
    HoursReader,
    absences,
    hours_reader,
    moment_reader,
    require_fortnight,
    time_of_day,
    weekdays,
    written_zone,
)
from kapsched.exchange.override_tables import pins_of, pins_reader, waivers_reader
from kapsched.exchange.programme_files import programme_named, some_programmes
from kapsched.exchange.shown import meant
from kapsched.exchange.table_forms import NamedTable, named_table, under_where_unplaced
from kapsched.exchange.toml_files import TomlFile, a_path, read_format, read_text
from kapsched.model.clinic import Clinic
from kapsched.model.course import Course, Done, Patient, Wishes, enrol
from kapsched.model.programme import Programme
from kapsched.timeline.zones import wall

_NO_DAY = date(1970, 1, 1)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_HALVES: tuple[Literal["morning", "afternoon"], ...] = ("morning", "afternoon")


def read_courses(path: str | PathLike[str], programmes: Iterable[Programme] = ()) -> tuple[Course, ...]:
    """The courses of a file of patients, in its order; `programmes` go before presets of the same name."""
    known = Several(programmes)
    require_given(path=(path, a_path), programmes=(known, some_programmes))
    return courses_in(TomlFile.read(path), known)


def courses_in(file: TomlFile, programmes: Iterable[Programme] = ()) -> tuple[Course, ...]:
    """The courses of a file already parsed."""
    return patients_and_courses_in(file, programmes)[1]


def patients_and_courses_in(
    file: TomlFile, programmes: Iterable[Programme] = ()
) -> tuple[tuple[Patient, ...], tuple[Course, ...]]:
    """All that a file already parsed holds, patients without a course included."""
    with file.placing():
        return _patients_and_courses(file, tuple(programmes))


def done_table(path: str | PathLike[str]) -> NamedTable | None:
    """The path of the table of past visits that a file of patients names, and how it is written."""
    file = TomlFile.read(path)
    with file.placing():
        return done_file(file)


def done_file(file: TomlFile) -> NamedTable | None:
    """The path of the table of past visits that the file names, and how it is written; None where it names none."""
    named = named_table(file.table["done"]) if "done" in file.table else None
    return named._replace(file=str(file.folder / named.file)) if named else None


def done_beside(file: TomlFile, courses: Sequence[Course]) -> DoneTable | None:
    """What that table says of the courses of the file."""
    named, zone_name = done_file(file), file.table.get("zone")
    if named is None:
        return None
    try:
        content = read_text(named.file, named.form.encoding)
        zone_or_none = zone_name if isinstance(zone_name, str) else None
        return done_in(content, Path(named.file).name, courses, zone_or_none, named.form)
    except InvalidInput as error:
        raise under_where_unplaced(error, "done") from None


def refuse_done_later(
    path: str | PathLike[str],
    courses: Sequence[Course],
    settled: Container[str],
    now: datetime,
    clinic: Clinic,
) -> None:
    """Refuse what a file of patients, or its table, says took place after now, each at its place.

    Courses that are `settled` already, with a plan, are not asked.
    """
    file = TomlFile.read(path)
    table = done_beside(file, courses)
    found: list[Fault] = []
    for course in courses:
        for session, done in course.done.items():
            if done.start > now and course.id not in settled:
                begun, today = (
                    f"{wall(moment, clinic.place):%Y-%m-%d %H:%M}" for moment in (done.start, now)
                )
                what = f"{session} of course {course.id} took place on {begun}, which is after now, {today}"
                row = table.placed(Fault(what, "start"), course.id, session) if table else None
                found.append(row or Fault(what, f"courses.{course.id}.done.{session}"))
    with file.placing():
        refuse(found)


def _patients_and_courses(
    file: TomlFile, programmes: tuple[Programme, ...]
) -> tuple[tuple[Patient, ...], tuple[Course, ...]]:
    with Fields(file.table) as table:
        read_format(table)
        zone_name = table.take("zone", written_zone, "UTC" if "zone" in table else None)
        hours = hours_reader(table)
        patients = {
            one.id: one for one in table.each("patients", partial(_patient, hours), _sketched_patient)
        }
        courses = table.each("courses", partial(_course, patients, programmes, zone_name))
        require_fortnight(table, hours)
        if table.take("done", named_table, None) is not None:
            courses = _with_done(file, courses, table)
    return tuple(patients.values()), courses


def _with_done(file: TomlFile, courses: tuple[Course, ...], table: Fields) -> tuple[Course, ...]:
    """The courses with what the table of past visits says is done of each."""
    try:
        read = done_beside(file, courses)
    except InvalidInput as error:
        table.faults += error.faults
        return courses
    found = []
    for course in courses:
        done = read.done.get(course.id, {}) if read else {}
        if done and course.done:
            table.fault("the table of past visits says too what is done", f"courses.{course.id}.done")
        try:
            found.append(evolve(course, done={**done, **course.done}))
        except InvalidInput as error:
            table.faults += error.under(f"courses.{course.id}").faults
    return tuple(found)


def _patient(hours: HoursReader, id: str, value: object) -> Patient:
    with Fields(value) as table:
        return Patient(
            id=id,
            name=table.take("name", private_text, ""),
            language=table.take("language", label, ""),
            hours=table.take("hours", hours, None),
            away=table.take("away", absences, ()),
            excludes=table.take("excludes", listed(label), ()),
            wishes=table.take("wishes", _wishes, Wishes()),
        )


def _sketched_patient(id: str, _: object) -> Patient:
    return Patient(id=id)


def _wishes(value: object) -> Wishes:
    with Fields(value) as table:
        half_day = table.take("half_day", choice(*_HALVES), None)
        return Wishes(
            weekdays=table.take("weekdays", weekdays, frozenset()),
            half_day=half_day,
            staff=table.take("staff", listed(label), ()),
            time=table.take("time", time_of_day, None),
        )


def _course(
    patients: Mapping[str, Patient],
    programmes: tuple[Programme, ...],
    zone_name: str | None,
    id: str,
    value: object,
) -> Course:
    def owner(value: object) -> Patient:
        if label(value) not in patients:
            raise InvalidInput(f"there is no patient {value!r}{meant(label(value), patients)}")
        return patients[label(value)]

    with Fields(value) as table:
        patient = table.need("patient", owner, None)
        programme = table.need("programme", lambda name: programme_named(label(name), programmes), None)
        first_day = table.need("first_day", day, _NO_DAY)
        done = table.take("done", mapped(partial(_done, zone_name)), {})
        ahead = table.take("book_ahead", count_or_day, None)
        waivers = table.take("waivers", waivers_reader(zone_name), ())
        pins = table.take("pins", pins_reader(zone_name), {})
        if programme is None:
            raise InvalidInput(*table.faults)
        owner_or_none = patient or Patient(id="-")
        course = enrol(
            programme,
            owner_or_none,
            id=id,
            first_day=first_day,
            done=done,
            book_ahead=ahead,
            waivers=waivers,
        )
        return evolve(course, pins=pins_of(course, pins)) if pins else course


def _done(zone_name: str | None, value: object) -> Done:
    moment = moment_reader(zone_name)
    if not isinstance(value, dict):
        return Done(start=moment(value))
    with Fields(value) as table:
        start = table.need("start", moment, _NEVER)
        end = table.take("end", moment, None)
        staff = table.take("staff", mapped(one_or_more(label)), {})
        notes = table.take("notes", private_text, "")
    return Done(start=start, end=end, staff=staff, notes=notes)
