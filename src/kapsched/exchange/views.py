"""Who comes when, for somebody at a screen? A course, a person, a room, a day or a week, as rows in groups.

A view is text and nothing else. How wide the screen is, and what becomes of columns that it has no space for, is
for whoever shows it: `spare` names those that may leave, in the order in which they go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Literal, TypeAlias, TypeVar

from attrs import frozen

from kapsched.exchange.stays import Stay, stays
from kapsched.exchange.tables import course_title, heads, refusal_text
from kapsched.exchange.visits import Minute, Part, Visit, all_visits, clock, visits
from kapsched.model.bookings import Booking, Resource
from kapsched.model.plan import Plan, Refusal, Schedule
from kapsched.model.wording import Wording
from kapsched.model.wordings.english import ENGLISH
from kapsched.timeline.zones import wall, zone

T = TypeVar("T")

Tone: TypeAlias = Literal["", "part", "taken", "cancelled", "done"]
"""What a row is besides its words; a `part` belongs to the row above it."""


OF_A_ROOM = ("time", "patient", "kind", "staff", "free from", "status", "course")
OF_A_PERSON = ("time", "patient", "kind", "segment", "room", "free from", "status", "course", "role")


@frozen(kw_only=True)
class Row:
    """The cells of a row, one for each head."""

    cells: tuple[str, ...]
    tone: Tone = ""


Groups: TypeAlias = tuple[tuple[str, tuple[Row, ...]], ...]


@frozen(kw_only=True)
class View:
    """Rows in groups, each beneath a heading, which may be ""; cells of `wrapped` columns may be continued."""

    title: str
    summary: str
    heads: tuple[str, ...] = ()
    groups: Groups = ()
    spare: tuple[str, ...] = ()
    wrapped: tuple[str, ...] = ()


def busy_days(schedule: Schedule, resource: Resource | None = None) -> tuple[date, ...]:
    """The dates on which a patient comes, a room or a person is needed, or, without any, somebody comes at all."""
    place = zone(schedule.zone)
    if resource is not None and resource.type != "patient":
        days = {wall(row.start, place).date() for row in schedule.bookings if row.of == resource}
    else:
        whose = None if resource is None else resource.id
        coming = (one for one in all_visits(schedule, place) if one.status != "cancelled")
        days = {one.day for one in coming if whose in {None, one.patient}}
    return tuple(sorted(days))


def nearest(days: Sequence[date], day: date) -> date:
    """The first of some sorted dates that is not before `day`, else the last of them, else `day` itself."""
    return next((one for one in days if one >= day), days[-1] if days else day)


def called(schedule: Schedule, *, names: bool) -> Mapping[str, str]:
    """What each patient is called: by the id and, only where `names` are asked for, by the name as well."""
    patients = (one.course.patient for one in courses_of(schedule))
    return {one.id: f"{one.id} {one.name if names else ''}".rstrip() for one in patients}


def courses_of(schedule: Schedule) -> tuple[Plan | Refusal, ...]:
    """Whatever became of each course: the plans, then the refusals."""
    return (*schedule.plans, *schedule.refusals)


def course_views(
    schedule: Schedule,
    patient: str,
    days: Sequence[date] = (),
    *,
    names: bool = False,
    wording: Wording = ENGLISH,
) -> tuple[View, ...]:
    """Each course of a patient, month by month, or only what is on some `days`; a refused one says why."""
    name, place = called(schedule, names=names)[patient], zone(schedule.zone)
    found = []
    for of in courses_of(schedule):
        if of.course.patient.id != patient:
            continue
        if isinstance(of, Refusal):
            title = course_title(of, wording, name)
            found.append(View(title=title, summary=refusal_text(of, wording)))
            continue
        shown = [one for one in visits(of, place) if not days or one.day in days]
        found.append(_course_view(of, shown, name, wording))
    return tuple(found)


def _course_view(plan: Plan, shown: Sequence[Visit], name: str, wording: Wording) -> View:
    months, weekdays = wording.words("desk", "months"), wording.words("desk", "weekdays")

    def heading(one: Visit) -> str:
        return wording.say("desk", "month", month=months[one.day.month - 1], year=one.day.year)

    def row(one: Visit) -> Row:
        weekday = weekdays[one.day.weekday()]
        day = wording.say("desk", "day of month", weekday=weekday, day=f"{one.day.day:2}")
        cells = (
            day,
            span(one.start, one.end),
            one.kind,
            *_where(one),
            _state(one.status, wording),
            one.session,
        )
        return Row(cells=cells, tone=_tone(one.status))

    return View(
        title=course_title(plan, wording, name),
        summary=count_text(len(shown), wording),
        heads=heads(wording, "date", "time", "kind", "room", "staff", "status", "session"),
        groups=_grouped(shown, heading, lambda one: [row(one)]),
        spare=heads(wording, "session"),
        wrapped=heads(wording, "staff", "kind"),
    )


def visits_view(
    schedule: Schedule,
    days: Sequence[date],
    *,
    booked: Iterable[Booking] = (),
    names: bool = False,
    wording: Wording = ENGLISH,
) -> View:
    """Everybody who comes on some days; a single day also segment by segment, and with what else is `booked`."""
    place, name = zone(schedule.zone), called(schedule, names=names)
    shown = [one for one in all_visits(schedule, place) if one.day in days]
    single = len(days) == 1

    def rows(one: Visit) -> list[Row]:
        state = _state(one.status, wording)
        cells = (
            span(one.start, one.end),
            name[one.patient],
            one.kind,
            *_where(one),
            state,
            one.course,
            one.session,
        )
        parts = one.parts if single and len(one.parts) > 1 and one.status != "cancelled" else ()
        return [Row(cells=cells, tone=_tone(one.status)), *(_part_row(part, one) for part in parts)]

    groups = _grouped(shown, lambda one: "" if single else wording.day(one.day), rows)
    others = stays(schedule, place, days, wanted=_not_a_patient, booked=booked)
    taken = [one for one in others if not one.kind]
    if single and taken:
        by_time = sorted(taken, key=lambda one: (one.start, one.end))
        groups += ((wording.say("desk", "also booked"), tuple(_taken_row(one, wording) for one in by_time)),)
    return View(
        title=f"{schedule.clinic}: {when(days, wording)}",
        summary=count_text(len(shown), wording),
        heads=heads(wording, "time", "patient", "kind", "room", "staff", "status", "course", "session"),
        groups=groups,
        spare=heads(wording, "session", "course"),
        wrapped=heads(wording, "staff", "patient", "kind"),
    )


def _part_row(part: Part, visit: Visit) -> Row:
    rooms = ", ".join(part.rooms) if part.rooms != visit.rooms else ""
    cells = (
        f" {span(part.start, part.end)}",
        "",
        f" {part.segment}",
        rooms,
        ", ".join(part.staff),
        "",
        "",
        "",
    )
    return Row(cells=cells, tone="part")


def _taken_row(stay: Stay, wording: Wording) -> Row:
    room, person = (stay.resource.id, "") if stay.resource.type == "room" else ("", stay.resource.id)
    state = _state(stay.status, wording)
    return Row(cells=(span(stay.start, stay.end), "", stay.ref, room, person, state, "", ""), tone="taken")


def resource_view(
    schedule: Schedule,
    resource: Resource,
    days: Sequence[date],
    *,
    booked: Iterable[Booking] = (),
    names: bool = False,
    wording: Wording = ENGLISH,
) -> View:
    """What a room or a member of staff is needed for on some days, for which patient, and until when."""
    name, place = called(schedule, names=names), zone(schedule.zone)
    shown = stays(schedule, place, days, wanted=lambda one: one == resource, booked=booked)
    wanted = OF_A_ROOM if resource.type == "room" else OF_A_PERSON

    def row(one: Stay) -> Row:
        said = {
            "time": span(one.start, one.leaves),
            "patient": name.get(one.patient, ""),
            "kind": one.kind or one.ref,
            "segment": ", ".join(one.segments),
            "room": ", ".join(one.rooms),
            "staff": ", ".join(one.staff),
            "free from": clock(one.end) if one.end > one.leaves else "",
            "status": _state(one.status, wording),
            "course": one.course,
            "role": one.role,
        }
        return Row(cells=tuple(said[head] for head in wanted), tone=_tone(one.status))

    return View(
        title=f"{wording.say('desk', resource.type)} {resource.id}: {when(days, wording)}",
        summary=count_text(len({(one.day, one.course, one.session) for one in shown if one.kind}), wording),
        heads=heads(wording, *wanted),
        groups=_grouped(
            shown, lambda one: wording.day(one.day) if len(days) > 1 else "", lambda one: [row(one)]
        ),
        spare=heads(wording, "role", "course"),
        wrapped=heads(wording, "segment", "staff", "patient", "kind"),
    )


def _not_a_patient(resource: Resource) -> bool:
    return resource.type != "patient"


def span(start: Minute, end: Minute) -> str:
    """From when until when, such as 09:05–10:00."""
    return f"{clock(start)}–{clock(end)}"


def when(days: Sequence[date], wording: Wording = ENGLISH) -> str:
    """Some days that follow each other, in words: the day, or the week from the first of them."""
    first = wording.day(days[0])
    return first if len(days) == 1 else wording.say("desk", "week of", day=first)


def _where(visit: Visit) -> tuple[str, str]:
    return ", ".join(visit.rooms), ", ".join(visit.staff)


def count_text(visits: int, wording: Wording = ENGLISH) -> str:
    """How many visits there are, in words."""
    return (
        wording.say("desk", "view summary", count=visits)
        if visits
        else wording.say("desk", "no appointments")
    )


def _state(status: str, wording: Wording) -> str:
    return wording.say("desk", status)


def _tone(status: str) -> Tone:
    tones: dict[str, Tone] = {"cancelled": "cancelled", "done": "done", "taken": "taken"}
    return tones.get(status, "")


def _grouped(shown: Iterable[T], heading: Callable[[T], str], rows: Callable[[T], Iterable[Row]]) -> Groups:
    return tuple(
        (key, tuple(row for one in some for row in rows(one))) for key, some in groupby(shown, heading)
    )
