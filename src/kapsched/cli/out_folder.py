"""What is written where? A schedule with its calendars and pictures, in one folder of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from kapsched.errors import Fault, InvalidInput
from kapsched.exchange.calendars.feeds import IndexRow, feeds, index_rows
from kapsched.exchange.calendars.ics_hours import opening_hours
from kapsched.exchange.calendars.policy import CalendarPolicy
from kapsched.exchange.documents import from_document, to_document
from kapsched.exchange.opaque import opaque
from kapsched.exchange.pictures import course_strip, utilisation_strip, week_by_person, week_by_room
from kapsched.exchange.tables import Table, course_table, people_table, utilisation_table, week_table
from kapsched.exchange.toml_files import read_text
from kapsched.exchange.writing import sweep, write_all
from kapsched.model.bookings import Booking
from kapsched.model.clinic import Clinic
from kapsched.model.plan import Schedule
from kapsched.model.wording import Wording
from kapsched.timeline.zones import wall

SCHEDULE = "schedule.json"

# What a run before may have left that this one does not write again.
_OURS = (
    "calendars/*/*.ics",
    "pictures/courses/*.svg",
    "pictures/courses/*.csv",
    "pictures/weeks/*.svg",
    "pictures/weeks/*.csv",
)
_ALWAYS = (SCHEDULE, "calendars/index.csv", "pictures/index.csv", "pictures/utilisation.*")


def require_own_folder(out: Path, inputs: Iterable[Path]) -> None:
    """Refuse a folder that holds what is read: it might be overwritten, and the key be given away."""
    if out.exists() and not out.is_dir():
        raise InvalidInput(f"{out} is a file; name a folder to write into", path="--out")
    for one in inputs:
        if one.resolve().is_relative_to(out.resolve()):
            raise InvalidInput(
                f"{one} lies in {out}, which is to be written into; name another folder, "
                f"such as {one.parent / 'out'}",
                path="--out",
            )


def read_schedule(path: Path) -> Schedule:
    """The schedule of a file; its faults carry the file's name."""
    try:
        return from_document(read_text(path))
    except InvalidInput as error:
        raise InvalidInput(*(fault._replace(source=str(path)) for fault in error.faults)) from None


def require_same_clinic(schedule: Schedule, clinic: Clinic, path: Path) -> None:
    """Refuse a schedule of another clinic, or of one whose clocks were others."""
    for name, said, wanted in (
        ("clinic", schedule.clinic, clinic.id),
        ("timezone", schedule.zone, clinic.zone),
    ):
        if said != wanted:
            message = f"this schedule is of {said!r}, and the clinic's file is of {wanted!r}"
            raise InvalidInput(Fault(message, name, str(path)))


def write_folder(
    out: Path,
    schedule: Schedule,
    clinic: Clinic,
    booked: Iterable[Booking],
    key: bytes,
    wordings: tuple[Wording, ...],
    policy: CalendarPolicy,
) -> tuple[Path, ...]:
    """Write everything, or where an error is raised nothing; the paths that changed.

    It is in the first of the wordings; the others are for patients who read them. What a run before left unfinished
    goes too: it says what one that is whole says.
    """
    files = {
        out / name: content
        for name, content in _files(schedule, clinic, tuple(booked), key, wordings, policy)
    }
    try:
        left = sweep(out, (*_OURS, *_ALWAYS))
        return *left, *write_all(files, stale=[path for pattern in _OURS for path in out.glob(pattern)])
    except OSError as error:
        error.add_note(f"everything in {out} is as it was; see to that, or name another folder with --out")
        raise


def _files(
    schedule: Schedule,
    clinic: Clinic,
    booked: tuple[Booking, ...],
    key: bytes,
    wordings: tuple[Wording, ...],
    policy: CalendarPolicy,
) -> Iterator[tuple[str, bytes]]:
    wording, *others = wordings
    yield SCHEDULE, to_document(schedule).encode("utf-8")
    # Whoever reads a calendar keeps it, though they have no appointment any more: an address that is gone tells their
    # device nothing.
    also = clinic.by_resource
    for feed in feeds(
        schedule,
        audiences=policy.audiences,
        uid_key=key,
        wording=wording,
        wordings=others,
        past=policy.past,
        cancelled_for=policy.cancelled_for,
        also=also,
        alarms=policy.alarms,
    ):
        yield f"calendars/{feed.name}", feed.content
    whose = index_rows(schedule, key, also, policy.audiences)
    if policy.opening_hours:
        hours = f"hours/{opaque(key, 'file', 'hours', clinic.id)}.ics"
        yield f"calendars/{hours}", opening_hours(clinic, uid_key=key)
        whose = (*whose, IndexRow("hours", clinic.id, hours))
    yield "calendars/index.csv", index_file(("type", "id", "file"), whose)
    names = [f"courses/{opaque(key, 'picture', plan.course.id)}" for plan in schedule.plans]
    for name, plan in zip(names, schedule.plans, strict=True):
        table = course_table(plan, clinic, wording=wording)
        yield from _drawn(name, course_strip(plan, clinic, wording=wording), table)
    rows = zip(schedule.plans, names, strict=True)
    pictures = [(plan.course.id, plan.course.patient.id, f"{name}.svg") for plan, name in rows]
    yield "pictures/index.csv", index_file(("course", "patient", "file"), pictures)
    for monday in _mondays(schedule, clinic):
        rooms = week_by_room(schedule, clinic, monday, booked=booked, wording=wording)
        table = week_table(schedule, clinic, monday, booked=booked, wording=wording)
        yield from _drawn(f"weeks/{monday}", rooms, table)
        people = week_by_person(schedule, clinic, monday, booked=booked, wording=wording)
        table = people_table(schedule, clinic, monday, booked=booked, wording=wording)
        yield from _drawn(f"weeks/{monday}-people", people, table)
    use = utilisation_table(schedule, clinic, booked=booked, wording=wording)
    yield from _drawn("utilisation", utilisation_strip(schedule, clinic, booked=booked, wording=wording), use)


def _drawn(name: str, picture: str, table: Table) -> Iterator[tuple[str, bytes]]:
    yield f"pictures/{name}.svg", picture.encode("utf-8")
    yield f"pictures/{name}.csv", table.csv().encode("utf-8")


def index_file(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    """The table that says whose each file is."""
    return Table(title="", heads=heads, rows=rows).csv().encode("utf-8")


def _mondays(schedule: Schedule, clinic: Clinic) -> list[date]:
    """The Mondays of the weeks that hold an appointment."""
    shown = (one for plan in schedule.plans for one in plan.appointments if one.status != "cancelled")
    days = {wall(one.start, clinic.place).date() for one in shown}
    return sorted({day - timedelta(days=day.weekday()) for day in days})
