"""Whom, and when? The command `show`: what a schedule holds, on a screen or as a sheet of paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import click

from kapsched.cli.clinic_folder import ClinicFolder
from kapsched.cli.exit_codes import FEW_EXIT_CODES
from kapsched.cli.languages import language_option, wording_for
from kapsched.cli.out_folder import SCHEDULE, read_schedule, require_same_clinic
from kapsched.cli.screen import show_closing, summary, tell
from kapsched.cli.view_screen import show_view
from kapsched.errors import InvalidInput
from kapsched.exchange.day_sheets import day_sheet
from kapsched.exchange.hours import written_date
from kapsched.exchange.shown import meant
from kapsched.exchange.tables import closing_table
from kapsched.exchange.views import (
    View,
    busy_days,
    course_views,
    courses_of,
    nearest,
    resource_view,
    visits_view,
)
from kapsched.exchange.writing import write_all
from kapsched.model.bookings import Booking, Resource, ResourceType, not_among
from kapsched.model.plan import Schedule
from kapsched.model.wording import Wording
from kapsched.timeline.zones import wall, zone

A_PATH = click.Path(path_type=Path)
NEXT = "next"
ASKED: tuple[ResourceType, ...] = ("patient", "staff", "room")


@click.command(epilog=FEW_EXIT_CODES, short_help="Show who comes when, and who is needed where.")
@click.argument("out", type=A_PATH)
@click.option("--patient", metavar="ID", help="A patient's courses, whole unless a day or a week is said.")
@click.option("--staff", metavar="ID", help="What a member of staff is needed for.")
@click.option("--room", metavar="ID", help="What takes a room.")
@click.option(
    "--day",
    metavar="[DATE]",
    is_flag=False,
    flag_value=NEXT,
    help="One day; without a date the next with visits.",
)
@click.option(
    "--week",
    metavar="[DATE]",
    is_flag=False,
    flag_value=NEXT,
    help="The week of a date, or the next with visits.",
)
@click.option(
    "--clinic", "folder", metavar="DIR", type=A_PATH, help="Show what else is booked at the clinic in DIR."
)
@click.option("--key", metavar="FILE", type=A_PATH, help="The key of the calendars.  [default: DIR/uid.key]")
@click.option("--names", is_flag=True, help="Show patients by name as well as by id.")
@language_option
@click.option(
    "--sheet", metavar="FILE", type=A_PATH, help="Write the day as a page (.html), to be printed on A4."
)
def show(
    out: Path,
    *,
    day: str | None,
    week: str | None,
    folder: Path | None,
    key: Path | None,
    names: bool,
    sheet: Path | None,
    wording: Wording | None,
    **whose: str | None,
) -> None:
    """Show what `kapsched plan` wrote into the folder OUT: the list of courses, or whom and when you ask for.

    Times are the clinic's. "The next" counts from when the schedule was made.
    """
    path = out / SCHEDULE if out.is_dir() else out
    schedule, wording = read_schedule(path), wording_for(path.parent, wording)
    site = ClinicFolder.read(folder, key=key) if folder else None
    if site:
        require_same_clinic(schedule, site.clinic, path)
        for note in site.notes:
            tell(f"note: {note}", aside=True)
    whom = _whom(schedule, site, whose)
    days = _days(schedule, whom, day, week)
    if whom is None and not days and not sheet:
        show_closing(closing_table(schedule, wording=wording))
        tell(summary(schedule, wording))
        return
    booked = tuple(not_among(site.bookings, schedule.bookings)) if site else ()
    if sheet:
        _write_sheet(sheet, schedule, site, whom, days, booked, names=names, wording=wording)
        return
    views = _views(schedule, whom, days, booked, names=names, wording=wording)
    for turn, view in enumerate(views):
        if turn:
            tell("")
        show_view(view)
    if days and not any(view.groups for view in views):
        busy = busy_days(schedule, whom)
        if busy:
            tell(wording.say("desk", "nearest", day=wording.day(nearest(busy, days[0]))))


def _write_sheet(
    path: Path,
    schedule: Schedule,
    site: ClinicFolder | None,
    whom: Resource | None,
    days: tuple[date, ...],
    booked: tuple[Booking, ...],
    *,
    names: bool,
    wording: Wording,
) -> None:
    if whom is not None or len(days) != 1:
        raise InvalidInput(
            "a sheet is of one day and of everybody; ask for it with --day alone", path="--sheet"
        )
    if site is None:
        raise InvalidInput("a sheet tells all that is booked; say --clinic DIR too", path="--sheet")
    if path.suffix != ".html":
        raise InvalidInput(
            f"a sheet is a page; name a file such as {path.with_suffix('.html')}", path="--sheet"
        )
    page = day_sheet(schedule, site.clinic, days[0], booked=booked, names=names, wording=wording)
    changed = write_all({path: page.encode("utf-8")})
    what = "sheet written" if changed else "sheet there"
    tell(wording.say("desk", what, day=wording.day(days[0]), place=path))


def _whom(schedule: Schedule, site: ClinicFolder | None, whose: Mapping[str, str | None]) -> Resource | None:
    """The one resource that is asked for; `InvalidInput` names those that there are."""
    asked = [Resource(type, id) for type in ASKED if (id := whose[type]) is not None]
    if not asked:
        return None
    if len(asked) > 1:
        raise InvalidInput(f"shows one at a time, not also --{asked[0].type}", path=f"--{asked[1].type}")
    (whom,) = asked
    if whom.type == "patient":
        known = [one.course.patient.id for one in courses_of(schedule)]
    else:
        booked = sorted({row.of for row in schedule.bookings})
        there = (*(site.clinic.by_resource if site else ()), *booked)
        known = [one.id for one in there if one.type == whom.type]
    if whom.id not in known:
        noun = "member of staff" if whom.type == "staff" else whom.type
        where = "" if site or whom.type == "patient" else " in the schedule"
        raise InvalidInput(
            f"there is no {noun} {whom.id!r}{where}{meant(whom.id, known)}", path=f"--{whom.type}"
        )
    return whom


def _days(schedule: Schedule, whom: Resource | None, day: str | None, week: str | None) -> tuple[date, ...]:
    """The dates asked for: none for a whole course, and for the list of courses."""
    if day is not None and week is not None:
        raise InvalidInput("a day or a week can be shown, not both", path="--week")
    if day is not None:
        return (_date(schedule, whom, day, "--day"),)
    if week is None and (whom is None or whom.type == "patient"):
        return ()
    first = _date(schedule, whom, week or NEXT, "--week")
    return tuple(first + timedelta(days=turn - first.weekday()) for turn in range(7))


def _date(schedule: Schedule, whom: Resource | None, said: str, path: str) -> date:
    if said == NEXT:
        return nearest(busy_days(schedule, whom), wall(schedule.now, zone(schedule.zone)).date())
    try:
        return written_date(said)
    except InvalidInput as error:
        raise error.under(path) from None


def _views(
    schedule: Schedule,
    whom: Resource | None,
    days: tuple[date, ...],
    booked: tuple[Booking, ...],
    *,
    names: bool,
    wording: Wording,
) -> tuple[View, ...]:
    if whom is None:
        return (visits_view(schedule, days, booked=booked, names=names, wording=wording),)
    if whom.type == "patient":
        return course_views(schedule, whom.id, days, names=names, wording=wording)
    return (resource_view(schedule, whom, days, booked=booked, names=names, wording=wording),)
