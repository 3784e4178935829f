"""What does a week look like, or a day? The clinic's rooms and people as lanes, as SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from attrs import frozen

from kapsched.exchange.lanes import Sizes, draw_bar, draw_days, draw_names, laid_out
from kapsched.exchange.legends import EDGE, heading, legend
from kapsched.exchange.stays import Stay, in_file_order, stays, week_of
from kapsched.exchange.svg import finished, marks, picture
from kapsched.model.bookings import Booking, Resource
from kapsched.model.clinic import Clinic
from kapsched.model.plan import Schedule
from kapsched.model.wording import Wording
from kapsched.model.wordings.english import ENGLISH

PAGE = 860
"""The lanes of a day that fit a page, in height, beside the hours above them and the legend beneath."""

_WEEK, _DAY = Sizes(), Sizes(top=44, names=112, day=588, lane=21, bar=17)


@frozen(kw_only=True)
class _Sheet:
    """What is drawn beside the bars: the resources, what stands above and beneath them, and what bars say."""

    resources: tuple[Resource, ...]
    title: str
    words: str
    key: str
    label: Callable[[Stay], str]
    shut: str = "not there"


def week_by_room(
    schedule: Schedule,
    clinic: Clinic,
    monday: date,
    *,
    booked: Iterable[Booking] = (),
    wording: Wording = ENGLISH,
) -> str:
    """The rooms in the week from `monday`: who is where until when; `booked` adds other bookings."""
    resources = tuple(Resource("room", one.id) for one in clinic.rooms)
    shown, day = _shown(schedule, clinic, week_of(monday), resources, booked), wording.day(monday)
    sheet = _Sheet(
        resources=resources,
        title=wording.say("desk", "week title", day=day),
        words=wording.say("desk", "week summary", count=len(shown), rooms=len(resources)),
        key=wording.say("desk", "week key"),
        label=lambda stay: stay.course,
        shut="closed",
    )
    return _drawn(schedule, clinic, week_of(monday), shown, sheet, _WEEK, wording)


def week_by_person(
    schedule: Schedule,
    clinic: Clinic,
    monday: date,
    *,
    booked: Iterable[Booking] = (),
    wording: Wording = ENGLISH,
) -> str:
    """The staff in the week from `monday`: who is needed when, and for what; `booked` adds other bookings."""
    resources = tuple(Resource("staff", one.id) for one in clinic.staff)
    shown, day = _shown(schedule, clinic, week_of(monday), resources, booked), wording.day(monday)
    sheet = _Sheet(
        resources=resources,
        title=wording.say("desk", "people title", day=day),
        words=wording.say("desk", "people summary", count=len(shown), people=len(resources)),
        key=wording.say("desk", "people key"),
        label=lambda stay: stay.course,
    )
    return _drawn(schedule, clinic, week_of(monday), shown, sheet, _WEEK, wording)


def day_by_hour(
    schedule: Schedule,
    clinic: Clinic,
    day: date,
    *,
    booked: Iterable[Booking] = (),
    wording: Wording = ENGLISH,
) -> tuple[str, ...]:
    """One day: the rooms, and beneath them whoever works or is booked; bars say which patient.

    As many pictures as it takes for none to be higher than a page.
    """
    everything = tuple(clinic.by_resource)
    shown = _shown(schedule, clinic, (day,), everything, booked)
    busy = {one.resource for one in shown}
    there = tuple(one for one in everything if one in busy or clinic.working_time(one, day, day))
    pages = _pages(laid_out(shown, clinic, (day,), there, _DAY).heights)
    title, found = wording.say("desk", "day title", day=wording.day(day)), []
    for turn, page in enumerate(pages, 1):
        here = [one for one in shown if one.resource in page]
        sheet = _Sheet(
            resources=page,
            title=title if len(pages) == 1 else f"{title} ({turn}/{len(pages)})",
            words=wording.say("desk", "day summary", count=len(here)),
            key=wording.say("desk", "day key"),
            label=lambda stay: stay.patient,
        )
        found.append(_drawn(schedule, clinic, (day,), here, sheet, _DAY, wording))
    return tuple(found)


def _pages(heights: Mapping[Resource, int]) -> list[tuple[Resource, ...]]:
    """The resources in order, as many together as fit a page; one at least."""
    pages: list[list[Resource]] = [[]]
    space = PAGE
    for resource, height in heights.items():
        if height > space and pages[-1]:
            pages.append([])
            space = PAGE
        pages[-1].append(resource)
        space -= height
    return [tuple(page) for page in pages]


def _shown(
    schedule: Schedule,
    clinic: Clinic,
    days: Sequence[date],
    resources: tuple[Resource, ...],
    booked: Iterable[Booking],
) -> tuple[Stay, ...]:
    wanted = frozenset(resources)
    found = stays(schedule, clinic.place, days, wanted=wanted.__contains__, booked=booked)
    return in_file_order(found, resources)


def _after(shown: Sequence[Stay]) -> list[str]:
    """What a room and what a person does once the patient has left, where any does."""
    words = {"room": "turnaround"}
    return sorted(
        {words.get(one.resource.type, "tail") for one in shown if one.leaves < one.end}, reverse=True
    )


def _drawn(
    schedule: Schedule,
    clinic: Clinic,
    days: tuple[date, ...],
    shown: Sequence[Stay],
    sheet: _Sheet,
    sizes: Sizes,
    wording: Wording,
) -> str:
    lanes = laid_out(shown, clinic, days, sheet.resources, sizes)
    kinds = (kind.name for plan in schedule.plans for kind in plan.course.programme.kinds)
    drawn = marks((*kinds, *(one.kind for one in shown if one.kind)))
    width, height, desc = lanes.right + EDGE, lanes.bottom + 54, f"{sheet.words}. {sheet.key}"
    root = picture(width, height, title=sheet.title, desc=desc, language=wording.language)
    if len(days) > 1:  # a single day stands above its own hours
        heading(root, sheet.title, sheet.words)
    draw_days(root, lanes, clinic, wording)
    draw_names(root, lanes, clinic)
    for stay in shown:
        draw_bar(root, stay, lanes, drawn.get(stay.kind), sheet.label, wording)
    used = {kind: mark for kind, mark in drawn.items() if any(one.kind == kind for one in shown)}
    states = dict.fromkeys(one.status for one in shown) | dict.fromkeys(_after(shown)) | {sheet.shut: None}
    legend(root, lanes.bottom + 26, used, states, wording, sheet.key)
    return finished(root)
