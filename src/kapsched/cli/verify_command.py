"""Is every promise kept, today too? The command `verify`: the plans of a schedule against the clinic as it is."""

from __future__ import annotations

from pathlib import Path

import click

from kapsched.cli.clinic_folder import ClinicFolder, moment_at
from kapsched.cli.exit_codes import EXIT_CODES, finish
from kapsched.cli.out_folder import read_schedule, require_same_clinic
from kapsched.cli.screen import show_decisions, show_reports, tell
from kapsched.exchange.documents import clinic_digest
from kapsched.workflow.many_courses import verify_plans

A_PATH = click.Path(path_type=Path)


@click.command(epilog=EXIT_CODES, short_help="Verify the plans of a schedule.")
@click.argument("schedule", type=A_PATH)
@click.option(
    "--clinic",
    "folder",
    metavar="DIR",
    required=True,
    type=A_PATH,
    help="The clinic's folder, or its clinic.toml alone: then courses count as they were planned.",
)
@click.option("--now", metavar="T", help="Judge notice and horizon too, as at this time.")
@click.option("--key", metavar="FILE", type=A_PATH, help="The key of the calendars.  [default: DIR/uid.key]")
def verify(schedule: Path, folder: Path, now: str | None, key: Path | None) -> None:
    """Verify the plans of a SCHEDULE against the clinic, its bookings and one another."""
    site, planned = ClinicFolder.read(folder, key=key), read_schedule(schedule)
    require_same_clinic(planned, site.clinic, schedule)
    moment = moment_at(now, site.clinic) if now else None
    reports = verify_plans(
        planned,
        site.clinic,
        booked=site.bookings,
        courses=site.courses,
        now=moment,
        horizon=site.clinic.horizon if now else None,
    )
    for note in site.notes:
        tell(f"note: {note}", aside=True)
    if planned.digest != clinic_digest(site.clinic):
        tell(f"note: {site.clinic.id} has changed since this schedule was made", aside=True)
    new = show_reports(reports, aside=False, new_only=False)
    show_decisions(planned.plans, site.courses, site.clinic.place)
    accepted = sum(len(report.accepted) for _, report in reports)
    there = sum(len(report.findings) for _, report in reports) - new - accepted
    also = f", {accepted} accepted" if accepted else ""
    tell(f"plans verified: {len(reports)}; findings: {new} new, {there} already there{also}")
    finish(new)
