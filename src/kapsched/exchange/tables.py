"""Who comes when, as rows? Tables in plain text, CSV and HTML, with the facts that the pictures show."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable
from datetime import date
from html import escape
from io import StringIO

from attrs import field, frozen

from kapsched.exchange.visits import Stay, Visit, clock, stays, visits
from kapsched.exchange.wording import ENGLISH, Wording
from kapsched.model.bookings import Booking
from kapsched.model.clinic import Clinic
from kapsched.model.plan import Plan, Refusal, Schedule
from kapsched.timeline.zones import wall, zone


def _rows(given: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row) for row in given)


@frozen(kw_only=True)
class Table:
    """Rows of text under heads, with a title."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(converter=_rows)
    language: str = "en"

    def lines(self) -> tuple[str, ...]:
        """Heads and rows as plain text in aligned columns; the last column is as long as it is."""
        table = (self.heads, *self.rows)
        widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
        return tuple("  ".join(map(_padded, row, widths)).rstrip() for row in table)

    def csv(self) -> str:
        """Heads and rows as comma-separated values, a line each."""
        written = StringIO()
        csv.writer(written, lineterminator="\n").writerows((self.heads, *self.rows))
        return written.getvalue()

    def html(self) -> str:
        """A `<table>` to be put into a page."""
        heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in self.heads)
        rows = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in self.rows)
        return "\n".join(
            (
                f'<table lang="{escape(self.language)}">',
                f"<caption>{escape(self.title)}</caption>",
                f"<thead><tr>{heads}</tr></thead>",
                "<tbody>",
                *(f"<tr>{row}</tr>" for row in rows),
                "</tbody>",
                "</table>\n",
            )
        )


def _width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def day_text(day: date, wording: Wording = ENGLISH) -> str:
    """A date in words, such as Mon 8 March 2027."""
    return wording.say(
        "desk",
        "day",
        weekday=wording.say("desk", "weekdays").split()[day.weekday()],
        day=day.day,
        month=wording.say("desk", "months").split()[day.month - 1],
        year=day.year,
    )


def _heads(wording: Wording, *heads: str) -> tuple[str, ...]:
    return tuple(wording.say("desk", head) for head in heads)


def course_title(plan: Plan, wording: Wording = ENGLISH) -> str:
    """What a table or a picture of one course is called."""
    course = plan.course
    return wording.say(
        "desk", "course title", course=course.id, patient=course.patient.id, programme=course.programme.name
    )


def visit_row(visit: Visit, wording: Wording = ENGLISH) -> tuple[str, ...]:
    """One visit as the cells of a row: date, from, to, kind, session, rooms, staff and status."""
    return (
        day_text(visit.day, wording),
        clock(visit.start),
        clock(visit.end),
        visit.kind,
        visit.session,
        ", ".join(visit.rooms),
        ", ".join(visit.staff),
        wording.say("desk", visit.status),
    )


def course_table(plan: Plan, clinic: Clinic, *, wording: Wording = ENGLISH) -> Table:
    """Every visit of one course by time, done ones included."""
    return Table(
        title=course_title(plan, wording),
        heads=_heads(wording, "date", "from", "to", "kind", "session", "room", "staff", "status"),
        rows=(visit_row(visit, wording) for visit in visits(plan, clinic)),
        language=wording.language,
    )


def stay_row(stay: Stay, wording: Wording = ENGLISH) -> tuple[str, ...]:
    """One stay as the cells of a row: room, date, from, to, free from, kind, course and status."""
    return (
        stay.room,
        day_text(stay.day, wording),
        clock(stay.start),
        clock(stay.leaves),
        clock(stay.end),
        stay.kind,
        stay.course,
        wording.say("desk", stay.status),
    )


def week_table(
    schedule: Schedule,
    clinic: Clinic,
    monday: date,
    *,
    booked: Iterable[Booking] = (),
    wording: Wording = ENGLISH,
) -> Table:
    """What takes each room in one week; `booked` adds bookings that are not the schedule's."""
    return Table(
        title=wording.say("desk", "week title", day=day_text(monday, wording)),
        heads=_heads(wording, "room", "date", "from", "to", "free from", "kind", "course", "status"),
        rows=(stay_row(stay, wording) for stay in stays(schedule, clinic, monday, booked)),
        language=wording.language,
    )


def closing_table(schedule: Schedule, *, wording: Wording = ENGLISH) -> Table:
    """Who starts when, ends when, proved how far; then who could not be placed and why."""
    placed = len(schedule.plans)
    return Table(
        title=wording.say("desk", "closing title", placed=placed, courses=placed + len(schedule.refusals)),
        heads=_heads(wording, "course", "patient", "starts", "ends", "visits", "proved", "remark"),
        rows=(
            *(_placed_row(plan, schedule, wording) for plan in schedule.plans),
            *(_refused_row(refusal, wording) for refusal in schedule.refusals),
        ),
        language=wording.language,
    )


def _placed_row(plan: Plan, schedule: Schedule, wording: Wording) -> tuple[str, ...]:
    course, place = plan.course, zone(schedule.zone)
    days = sorted(wall(one.start, place).date() for one in plan.appointments if one.status != "cancelled")
    if not days:
        none = "; ".join(filter(None, (wording.say("desk", "no appointments"), _goes_on(plan, wording))))
        return course.id, course.patient.id, "", "", "0", plan.proved_through, none
    first, last = day_text(days[0], wording), day_text(days[-1], wording)
    remark = _goes_on(plan, wording)
    return course.id, course.patient.id, first, last, str(len(days)), plan.proved_through, remark


def _goes_on(plan: Plan, wording: Wording) -> str:
    phase = plan.course.goes_on
    return "" if phase is None else wording.say("desk", "goes on", phase=phase)


def _refused_row(refusal: Refusal, wording: Wording) -> tuple[str, ...]:
    course, reasons = refusal.course, "; ".join(one.rstrip(".") for one in refusal.sentences() if one)
    if refusal.session is None:
        remark = wording.say("desk", "refused", reasons=reasons)
    else:
        remark = wording.say("desk", "refused at", session=refusal.session, reasons=reasons)
    return course.id, course.patient.id, "", "", "0", "", remark.rstrip(" ;:")
