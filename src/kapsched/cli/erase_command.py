"""Whose course is to be forgotten? The command `erase`: the folder written again without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from kapsched.cli.clinic_folder import ClinicFolder, lasting_key
from kapsched.cli.exit_codes import FEW_EXIT_CODES
from kapsched.cli.languages import languages_option, wordings_for
from kapsched.cli.out_folder import (
    SCHEDULE,
    read_schedule,
    require_own_folder,
    require_same_clinic,
    write_folder,
)
from kapsched.cli.screen import appointments, tell
from kapsched.errors import InvalidInput
from kapsched.exchange.views import courses_of
from kapsched.model.bookings import Resource, not_among
from kapsched.model.plan import Schedule
from kapsched.model.wording import Wording

A_PATH = click.Path(path_type=Path)


@click.command(epilog=FEW_EXIT_CODES, short_help="Erase a course from what was written.")
@click.argument("folder", metavar="DIR", type=A_PATH)
@click.argument("course")
@click.option("--out", metavar="DIR", required=True, type=A_PATH, help="The folder that `plan` wrote into.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--key", metavar="FILE", type=A_PATH, help="The key of the calendars.  [default: DIR/uid.key]")
@languages_option
def erase(
    folder: Path, course: str, *, out: Path, yes: bool, key: Path | None, wordings: tuple[Wording, ...]
) -> None:
    """Erase a COURSE of the clinic in DIR: from the schedule, the calendars and the pictures, after asking.

    Nothing else is planned or changed. Take it out of the patients' file before; nobody's calendar is told that
    what is still to come is off.
    """
    site, key = ClinicFolder.read(folder, key=key), key or folder / "uid.key"
    require_own_folder(out, (*site.files, key))
    uid_key, before = lasting_key(key), read_schedule(out / SCHEDULE)
    require_same_clinic(before, site.clinic, out / SCHEDULE)
    if course in {one.id for one in site.courses}:
        raise InvalidInput(
            f"course {course!r} is still in the patients' file, and would be planned again; take it out first",
            path="COURSE",
        )
    schedule, wordings = _without(before, course), wordings_for(out, wordings)
    if not yes:
        _ask(before, schedule, course, out)
    others, notes = not_among(site.bookings, schedule.bookings), tuple(_left(site, before, course))
    changed = write_folder(out, schedule, site.clinic, others, uid_key, wordings, site.calendars)
    for note in notes:
        tell(f"note: {note}", aside=True)
    tell(f"course {course} is erased; files of {out} written again or removed: {len(changed)}")


def _without(schedule: Schedule, course: str) -> Schedule:
    try:
        return schedule.without(course)
    except InvalidInput as error:
        raise InvalidInput(error.faults[0]._replace(path="COURSE")) from None


def _ask(before: Schedule, schedule: Schedule, course: str, out: Path) -> None:
    gone = len(appointments(before)) - len(appointments(schedule))
    try:
        agreed = click.confirm(f"Erase course {course} from {out} (appointments: {gone})?", err=True)
    except click.Abort:  # nobody is there to answer
        tell("", aside=True)
        agreed = False
    if not agreed:
        raise InvalidInput("nothing is erased; with --yes it is, unasked", path="COURSE")


def _left(site: ClinicFolder, before: Schedule, course: str) -> Iterator[str]:
    """What still says something of the course or its patient, in places that are not ours to change."""
    for patient in sorted(before.patients_of[course]):
        others = sorted(
            one.course.id
            for one in courses_of(before)
            if one.course.patient.id == patient and one.course.id != course
        )
        if others:
            yield f"patient {patient} stays, with {', '.join(others)}"
        rows = [row for row in site.bookings if row.ref.startswith(f"{course}:")]
        if not others:
            rows += [
                row for row in site.bookings if row.of == Resource("patient", patient) and row not in rows
            ]
        if rows:
            yield f"rows of course {course} or patient {patient} still in the clinic's bookings: {len(rows)}"
