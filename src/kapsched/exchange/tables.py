"""Who comes when, as rows? Tables in plain text, CSV and HTML, with the facts that the pictures show."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable
from datetime import date
from html import escape
from io import StringIO

from attrs import field, frozen

from kapsched.exchange.stays import Stay, in_file_order, stays, week_of
from kapsched.exchange.utilisation import Use, utilisation
from kapsched.exchange.visits import Visit, clock, visits
from kapsched.model.bookings import Booking, Resource
from kapsched.model.clinic import Clinic
from kapsched.model.plan import Plan, Refusal, Schedule
from kapsched.model.wording import Wording
from kapsched.model.wordings.english import ENGLISH
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


def heads(wording: Wording, *words: str) -> tuple[str, ...]:
    """What stands over the columns of those names."""
    return tuple(wording.say("desk", word) for word in words)


def course_title(of: Plan | Refusal, wording: Wording = ENGLISH, patient: str = "") -> str:
    """What a table or a picture of one course is called; `patient` says who that is otherwise than by the id."""
    course = of.course
    who = patient or course.patient.id
    return wording.say("desk", "course title", course=course.id, patient=who, programme=course.programme.name)


def visit_row(visit: Visit, wording: Wording = ENGLISH) -> tuple[str, ...]:
    """One visit as the cells of a row: date, from, to, kind, session, rooms, staff and status."""
    return (
        wording.day(visit.day),
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
        heads=heads(wording, "date", "from", "to", "kind", "session", "room", "staff", "status"),
        rows=(visit_row(visit, wording) for visit in visits(plan, clinic.place)),
        language=wording.language,
    )


def stay_row(stay: Stay, wording: Wording = ENGLISH) -> tuple[str, ...]:
    """One stay as the cells of a row: whose it is, date, from, to, free from, kind, course and status.

    For people what they are there as and for which segments stands before the status.
    """
    return (
        stay.resource.id,
        wording.day(stay.day),
        clock(stay.start),
        clock(stay.leaves),
        clock(stay.end),
        stay.kind,
        stay.course,
        *(
            ()
            if stay.resource.type == "room"
            else (stay.role, ", ".join(stay.segments), ", ".join(stay.rooms))
        ),
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
    order = [Resource("room", one.id) for one in clinic.rooms]
    return Table(
        title=wording.say("desk", "week title", day=wording.day(monday)),
        heads=heads(wording, "room", "date", "from", "to", "free from", "kind", "course", "status"),
        rows=_stay_rows(schedule, clinic, monday, order, booked, wording),
        language=wording.language,
    )


def people_table(
    schedule: Schedule,
    clinic: Clinic,
    monday: date,
    *,
    booked: Iterable[Booking] = (),
    wording: Wording = ENGLISH,
) -> Table:
    """What each member of staff is needed for in one week; `booked` adds bookings that are not the schedule's."""
    order = [Resource("staff", one.id) for one in clinic.staff]
    columns = (
        "staff",
        "date",
        "from",
        "to",
        "free from",
        "kind",
        "course",
        "role",
        "segment",
        "room",
        "status",
    )
    return Table(
        title=wording.say("desk", "people title", day=wording.day(monday)),
        heads=heads(wording, *columns),
        rows=_stay_rows(schedule, clinic, monday, order, booked, wording),
        language=wording.language,
    )


def _stay_rows(
    schedule: Schedule,
    clinic: Clinic,
    monday: date,
    order: list[Resource],
    booked: Iterable[Booking],
    wording: Wording,
) -> list[tuple[str, ...]]:
    found = stays(schedule, clinic.place, week_of(monday), wanted=set(order).__contains__, booked=booked)
    return [stay_row(stay, wording) for stay in in_file_order(found, order)]


def use_row(use: Use, wording: Wording = ENGLISH) -> tuple[str, ...]:
    """One week of a room or a role as the cells of a row: which, its Monday, minutes booked and there, the share."""
    return (
        use.id if use.type == "room" else "",
        use.id if use.type == "role" else "",
        wording.day(use.monday),
        str(use.booked),
        str(use.there),
        "" if use.percent is None else f"{use.percent} %",
    )


def utilisation_table(
    schedule: Schedule, clinic: Clinic, *, booked: Iterable[Booking] = (), wording: Wording = ENGLISH
) -> Table:
    """The share of working time that is booked: each room's weeks, then each role's, in minutes and per cent."""
    return Table(
        title=wording.say("desk", "use title"),
        heads=heads(wording, "room", "role", "week", "booked", "there", "share"),
        rows=(use_row(use, wording) for use in utilisation(schedule, clinic, booked)),
        language=wording.language,
    )


def closing_table(schedule: Schedule, *, wording: Wording = ENGLISH) -> Table:
    """Who starts when, ends when, proved how far; then who could not be placed and why."""
    placed = len(schedule.plans)
    return Table(
        title=wording.say("desk", "closing title", placed=placed, courses=placed + len(schedule.refusals)),
        heads=heads(wording, "course", "patient", "starts", "ends", "visits", "proved", "remark"),
        rows=(
            *(_placed_row(plan, schedule, wording) for plan in schedule.plans),
            *(_refused_row(refusal, wording) for refusal in schedule.refusals),
        ),
        language=wording.language,
    )


def _placed_row(plan: Plan, schedule: Schedule, wording: Wording) -> tuple[str, ...]:
    course, place = plan.course, zone(schedule.zone)
    days = sorted(wall(one.start, place).date() for one in plan.appointments if one.status != "cancelled")
    proved = wording.say("desk", f"proved {plan.proved_through}")
    if not days:
        none = "; ".join(filter(None, (wording.say("desk", "no appointments"), _goes_on(plan, wording))))
        return course.id, course.patient.id, "", "", "0", proved, none
    first, last = wording.day(days[0]), wording.day(days[-1])
    remark = _goes_on(plan, wording)
    return course.id, course.patient.id, first, last, str(len(days)), proved, remark


def _goes_on(plan: Plan, wording: Wording) -> str:
    phase = plan.course.goes_on
    return "" if phase is None else wording.say("desk", "goes on", phase=phase)


def refusal_text(refusal: Refusal, wording: Wording = ENGLISH) -> str:
    """That a course has no plan, and why."""
    reasons = "; ".join(one.rstrip(".") for one in refusal.sentences("desk", wording) if one)
    if refusal.session is None:
        remark = wording.say("desk", "refused", reasons=reasons)
    else:
        remark = wording.say("desk", "refused at", session=refusal.session, reasons=reasons)
    return remark.rstrip(" ;:")


def _refused_row(refusal: Refusal, wording: Wording) -> tuple[str, ...]:
    course = refusal.course
    return course.id, course.patient.id, "", "", "0", "", refusal_text(refusal, wording)
