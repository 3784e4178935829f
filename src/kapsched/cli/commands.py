"""Which commands are there? Each parses, calls and prints."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from kapsched.cli.clinic_folder import ClinicFolder, moment_at, new_key, read_key
from kapsched.cli.erase_command import erase
from kapsched.cli.exit_codes import (
    BAD_INPUT,
    EXIT_CODES,
    FEW_EXIT_CODES,
    INTERRUPTED,
    NOBODY_READS,
    finish,
)
from kapsched.cli.holidays_command import holidays
from kapsched.cli.languages import languages_option, wordings_for
from kapsched.cli.messages_command import messages
from kapsched.cli.out_folder import (
    SCHEDULE,
    read_schedule,
    require_own_folder,
    require_same_clinic,
    write_folder,
)
from kapsched.cli.screen import (
    appointments,
    difference,
    progress_over,
    show_closing,
    show_reports,
    summary,
    tell,
)
from kapsched.cli.show_command import show
from kapsched.cli.verify_command import verify
from kapsched.errors import Fault, InvalidInput
from kapsched.exchange.documents import check_files, clinic_digest, preset_text, presets
from kapsched.exchange.schemas.printed import SCHEMAS, schema_text
from kapsched.exchange.tables import closing_table
from kapsched.model.bookings import not_among
from kapsched.model.clinic import Clinic
from kapsched.model.plan import Schedule
from kapsched.model.revisions import confirmed, succeeding
from kapsched.model.wording import Wording
from kapsched.planning.course_plan import DEFAULT_STEPS
from kapsched.planning.diary import Diary
from kapsched.workflow.many_courses import plan_courses, verify_plans

A_PATH = click.Path(path_type=Path)


class Commands(click.Group):
    """Commands whose failures are sentences: only a fault of ours ends with a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except InvalidInput as error:
            for fault in error.faults:
                tell(fault, aside=True)
            ctx.exit(BAD_INPUT)
        except BrokenPipeError:
            # Whoever was reading has seen enough; what is left must not fail once more at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(NOBODY_READS)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            notes = getattr(error, "__notes__", ())
            tell("; ".join((f"{error.filename or 'a file'} cannot be used: {why}", *notes)), aside=True)
            ctx.exit(BAD_INPUT)
        except KeyboardInterrupt:
            tell("stopped", aside=True)
            ctx.exit(INTERRUPTED)


def _release() -> str:
    try:
        return version("kapsched")
    except PackageNotFoundError:
        return "run from its sources"


@click.group(cls=Commands, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_release(), message="%(prog)s %(version)s")
def kapsched() -> None:
    """Book whole courses of treatment, or learn exactly why they cannot be booked."""


@kapsched.command(epilog=EXIT_CODES, short_help="Check a clinic's files, and change nothing.")
@click.argument("files", nargs=-1, required=True, type=A_PATH)
def check(files: tuple[Path, ...]) -> None:
    """Check FILES of a clinic, or a folder of them, and schedules; change nothing."""
    found = check_files(files)
    for note in found.notes:
        tell(f"note: {note}")
    if found.faults:
        raise InvalidInput(*found.faults)
    tell(f"no faults in {', '.join(map(str, files))}")


@kapsched.command(epilog=EXIT_CODES, short_help="Plan a clinic's courses; write calendars and pictures.")
@click.argument("folder", metavar="DIR", type=A_PATH)
@click.option("--now", metavar="T", required=True, help="The time at the clinic, such as 2026-12-01T09:00.")
@click.option("--out", metavar="DIR", required=True, type=A_PATH, help="The folder to write into.")
@click.option("--confirm", is_flag=True, help="Confirm every appointment.")
@click.option("--afresh", is_flag=True, help="Discard the schedule in the folder, after asking.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--steps",
    metavar="N",
    type=click.IntRange(min=1),
    default=DEFAULT_STEPS,
    show_default=True,
    help="How far to search for each course.",
)
@click.option("--key", metavar="FILE", type=A_PATH, help="The key of the calendars.  [default: DIR/uid.key]")
@languages_option
def plan(  # noqa: PLR0913  # one for each option
    folder: Path,
    now: str,
    out: Path,
    *,
    confirm: bool,
    afresh: bool,
    yes: bool,
    steps: int,
    key: Path | None,
    wordings: tuple[Wording, ...],
) -> None:
    """Plan the courses of the clinic in DIR and write schedule, calendars and pictures.

    DIR holds clinic.toml, patients.toml, programmes/*.toml, perhaps calendars.toml, the bookings that the clinic's
    file names, and in busy/ the calendars of others. A schedule that is already in the folder to write into is
    kept: only courses that it does not place are planned.
    """
    if not folder.is_dir():
        raise InvalidInput(Fault("there is no such folder", source=str(folder)))
    wordings = wordings_for(out, wordings)
    site, key = ClinicFolder.read(folder, wordings, key), key or folder / "uid.key"
    wording, moment = wordings[0], moment_at(now, site.clinic)
    require_own_folder(out, (*site.files, key))
    uid_key, before = read_key(key), _schedule_before(out / SCHEDULE, site.clinic)
    for note in (*site.notes, *_every_calendar_anew(before, uid_key, key)):
        tell(f"note: {note}", aside=True)
    if afresh and before and not yes:
        _ask_to_discard(before, out)
    schedule = _planned(site, None if afresh else before, moment, steps)
    schedule = confirmed(schedule) if confirm else schedule
    schedule = succeeding(schedule, before) if before else schedule
    reports = verify_plans(schedule, site.clinic, booked=site.bookings, courses=site.courses)
    with nullcontext(uid_key) if uid_key else new_key(key) as lasting:
        others = not_among(site.bookings, schedule.bookings)
        changed = write_folder(out, schedule, site.clinic, others, lasting, wordings, site.calendars)
    if uid_key is None:
        tell(f"note: made {key}; keep it, for without it every calendar would become a new one", aside=True)
    new = show_reports(reports, aside=True, new_only=True)
    show_closing(closing_table(schedule, wording=wording))
    if before:
        tell(difference(schedule, before, wording))
    where = wording.say("desk", "written" if changed else "unchanged", place=out)
    tell(f"{summary(schedule, wording)}; {where}")
    finish(new, refused=len(schedule.refusals))


def _every_calendar_anew(before: Schedule | None, uid_key: bytes | None, key: Path) -> Iterator[str]:
    if before and uid_key is None:
        yield (
            f"there is no {key}, so a new key is made, and every calendar and picture becomes a new one under another "
            "name; if there is an old key, stop here and name it with --key"
        )


def _planned(site: ClinicFolder, kept: Schedule | None, now: datetime, steps: int) -> Schedule:
    planned = {one.course.id for one in kept.plans} if kept else set()
    site.refuse_done_later(planned, now)
    with progress_over(sum(course.id not in planned for course in site.courses)) as progress:
        return plan_courses(
            site.courses,
            Diary(site.clinic, booked=site.bookings),
            now=now,
            digest=clinic_digest(site.clinic),
            kept=kept,
            steps=steps,
            progress=progress,
        )


def _schedule_before(path: Path, clinic: Clinic) -> Schedule | None:
    if not path.exists():
        return None
    schedule = read_schedule(path)
    require_same_clinic(schedule, clinic, path)
    return schedule


def _ask_to_discard(before: Schedule, out: Path) -> None:
    there = appointments(before).values()
    sure = sum(one.status == "confirmed" for one in there)
    try:
        agreed = click.confirm(
            f"Discard the schedule in {out} (appointments: {len(there)}; confirmed: {sure})?", err=True
        )
    except click.Abort:  # nobody is there to answer
        tell("", aside=True)
        agreed = False
    if not agreed:
        raise InvalidInput("the schedule stays as it is; with --yes it is discarded unasked", path="--afresh")


@kapsched.command("presets", epilog=FEW_EXIT_CODES, short_help="List the presets, or print one.")
@click.argument("name", required=False)
def show_presets(name: str | None) -> None:
    """List the presets, or print the TOML of the one called NAME, as a start for a programme of your own."""
    if name is None:
        width = max(map(len, presets()))
        for one in presets():
            first, _, _ = preset_text(one).partition("\n")
            tell(f"{one:{width}}  {first.removeprefix('#').strip()}")
        return
    newest = max((one for one in presets() if one.startswith(f"{name}@")), default=name)
    click.echo(preset_text(newest), nl=False)


@kapsched.command("schema", epilog=FEW_EXIT_CODES, short_help="Print what may stand in a file, for editors.")
@click.argument("sort", metavar="|".join(SCHEMAS), type=click.Choice(list(SCHEMAS)))
def show_schema(sort: str) -> None:
    """Print the JSON Schema of one sort of file, by which an editor completes and checks it."""
    click.echo(schema_text(sort), nl=False)


kapsched.add_command(verify)
kapsched.add_command(show)
kapsched.add_command(erase)
kapsched.add_command(holidays)
kapsched.add_command(messages)
