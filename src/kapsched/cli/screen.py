"""What does the administrator see? Tables, findings and progress, coloured and moving only for a terminal."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table as RichTable
from rich.text import Text

from kapsched.exchange.tables import Table
from kapsched.model.appointments import Appointment
from kapsched.model.course import Course
from kapsched.model.plan import Plan, Schedule
from kapsched.model.wording import Wording
from kapsched.timeline.zones import Zone, wall
from kapsched.verification.report import Report


def tell(line: object, *, aside: bool = False) -> None:
    """A line of the answer, or `aside` one about it, to the standard error."""
    click.echo(str(line), err=aside)


def show_closing(table: Table) -> None:
    """The closing table in plain aligned lines; in a terminal with the remarks beneath it."""
    if not sys.stdout.isatty():
        for line in table.lines():
            tell(line)
        return
    shown, console = RichTable(box=None, padding=(0, 2, 0, 0)), Console()
    for head in table.heads[:-1]:
        shown.add_column(Text(head), no_wrap=True)
    for row in table.rows:
        shown.add_row(*map(Text, row[:-1]))  # as text: an id in brackets is no markup
    console.print(shown)
    for row in table.rows:
        if row[-1]:
            console.print(Text(f"{row[0]}: {row[-1]}"))


@contextmanager
def progress_over(count: int) -> Iterator[Callable[[Course], None]]:
    """A bar over so many courses, to be told of each; nothing where nobody is watching."""
    if not sys.stderr.isatty() or not count:
        yield lambda _: None
        return
    columns = TextColumn("planning", markup=False), BarColumn(), MofNCompleteColumn()
    course_column = TextColumn("{task.fields[course]}", markup=False)
    with Progress(*columns, course_column, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=count, course="")
        started = iter(range(count))
        yield lambda course: bar.update(task, completed=next(started), course=course.id)


def show_reports(reports: Iterable[tuple[Plan, Report]], *, aside: bool, new_only: bool) -> int:
    """The findings of each course beneath its id; how many of them are new."""
    new = 0
    for plan, report in reports:
        shown = Report(report.new) if new_only else report
        new += len(report.new)
        if shown.findings:
            tell(f"{plan.course.id}:", aside=aside)
            for line in str(shown).splitlines():
                tell(f"  {line}", aside=aside)
    return new


def show_decisions(plans: Iterable[Plan], today: Iterable[Course], place: Zone) -> None:
    """What people decided about the courses of some plans: each pin, and whose confirmations there are.

    Dates are those of the clocks of `place`.
    """
    courses = {course.id: course for course in today}
    for plan in plans:
        course = courses.get(plan.course.id, plan.course)
        for pin in course.pins:
            if pin.appointment.session in course.pinned:
                why, on = f": {pin.why}" if pin.why else "", f"{wall(pin.at, place):%Y-%m-%d}"
                tell(f"{course.id}: {pin.appointment.session} is pinned, by {pin.by} on {on}{why}")
        signed = Counter(one.confirmation.by for one in plan.appointments if one.confirmation is not None)
        for by, count in signed.items():
            tell(f"{course.id}: appointments confirmed by {by}: {count} of {len(plan.appointments)}")


def appointments(schedule: Schedule | None) -> dict[str, Appointment]:
    """Every appointment that is not cancelled, by its id."""
    plans = () if schedule is None else schedule.plans
    return {one.id: one for plan in plans for one in plan.appointments if one.status != "cancelled"}


def summary(schedule: Schedule, wording: Wording) -> str:
    """How many courses and appointments there are, in one line."""
    placed, refused = len(schedule.plans), len(schedule.refusals)
    return wording.say("desk", "in all", placed=placed, refused=refused, count=len(appointments(schedule)))


def difference(schedule: Schedule, before: Schedule, wording: Wording) -> str:
    """What became of the appointments of the schedule before, and how many are new."""
    old, now = appointments(before), appointments(schedule)
    same = sum(old.get(id) == one for id, one in now.items())
    new, gone = len(now.keys() - old.keys()), len(old.keys() - now.keys())
    changed = len(now) - same - new
    others = (("added", new), ("changed", changed), ("gone", gone))
    told = [("stayed", same), *(one for one in others if one[1])]
    return ", ".join(wording.say("desk", what, count=count) for what, count in told)
