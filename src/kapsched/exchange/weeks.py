"""What does a week look like? The clinic's rooms as lanes, its days as columns, as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from xml.etree.ElementTree import Element

from attrs import frozen

from kapsched.exchange.legends import EDGE, border, draw_mark, hatched_shut, hatched_taken, heading, legend
from kapsched.exchange.svg import FAINT, INK, PAPER, RULE, Mark, add, finished, fitted, hatch, marks, picture
from kapsched.exchange.tables import day_text, stay_row
from kapsched.exchange.visits import Minute, Stay, minute_of, stays
from kapsched.exchange.wording import ENGLISH, Wording
from kapsched.model.bookings import Booking, Resource
from kapsched.model.clinic import Clinic
from kapsched.model.plan import Schedule

NAMES, TOP, LANE, BAR = 132, 112, 34, 26
"""The width of the rooms' names, where lanes begin, a lane's height and that of a bar in it."""
OPEN, SHUT = 196, 36
"""The width of a day on which something opens or is booked, and of any other."""


@frozen(kw_only=True)
class _Week:
    """Where everything stands: days from left to right, from `opens` to `closes`; rooms downwards."""

    days: tuple[date, ...]
    lefts: tuple[int, ...]
    widths: tuple[int, ...]
    opens: Minute
    closes: Minute
    tops: dict[str, int]
    heights: dict[str, int]
    lanes: dict[Stay, int]

    @property
    def right(self) -> int:
        return self.lefts[-1] + self.widths[-1]

    @property
    def bottom(self) -> int:
        return max((self.tops[room] + self.heights[room] for room in self.tops), default=TOP)

    def x(self, day: date, minute: Minute) -> float:
        """Where a minute of an open day stands."""
        place = self.days.index(day)
        part = (min(max(minute, self.opens), self.closes) - self.opens) / (self.closes - self.opens)
        return self.lefts[place] + part * self.widths[place]


def week_by_room(
    schedule: Schedule,
    clinic: Clinic,
    monday: date,
    *,
    booked: Iterable[Booking] = (),
    wording: Wording = ENGLISH,
) -> str:
    """The rooms in the week from `monday`: who is where until when; `booked` adds other bookings."""
    shown = stays(schedule, clinic, monday, booked)
    week = _laid_out(shown, clinic, monday)
    kinds = (kind.name for plan in schedule.plans for kind in plan.course.programme.kinds)
    drawn = marks((*kinds, *(one.kind for one in shown if one.kind)))
    title = wording.say("desk", "week title", day=day_text(monday, wording))
    words = wording.say("desk", "week summary", count=len(shown), rooms=len(clinic.rooms))
    key = wording.say("desk", "week key")
    width, height = week.right + EDGE, week.bottom + 54
    root = picture(width, height, title=title, desc=f"{words}. {key}", language=wording.language)
    heading(root, title, words)
    for day in week.days:
        for room in clinic.rooms:
            _closed(root, week, room.id, day, clinic)
        _day_head(root, week, day, wording)
    _rooms(root, week, clinic)
    for stay in shown:
        _bar(root, stay, week, drawn.get(stay.kind), wording)
    used = {kind: mark for kind, mark in drawn.items() if any(one.kind == kind for one in shown)}
    turnaround = ("turnaround",) if any(one.leaves < one.end for one in shown) else ()
    states = (*dict.fromkeys(one.status for one in shown), *turnaround, "closed")
    legend(root, week.bottom + 26, used, states, wording, key)
    return finished(root)


def _laid_out(shown: Sequence[Stay], clinic: Clinic, monday: date) -> _Week:
    days = tuple(monday + timedelta(days=turn) for turn in range(7))
    spans = [
        (minute_of(one.start, day, clinic), minute_of(one.end, day, clinic))
        for day in days
        for one in clinic.open_time(day, day)
    ]
    # What something else takes may last all night; it is cut to the hours that matter.
    spans += [(one.start, one.end) for one in shown if one.kind]
    used = {one.day for one in shown if one.kind}
    widths = [OPEN if day in used or clinic.open_time(day, day) else SHUT for day in days]
    lanes = _lanes(shown)
    tops, heights, top = {}, {}, TOP
    for room in clinic.rooms:
        tops[room.id] = top
        heights[room.id] = LANE * (1 + max((lanes[one] for one in shown if one.room == room.id), default=0))
        top += heights[room.id]
    return _Week(
        days=days,
        lefts=tuple(EDGE + NAMES + sum(widths[:turn]) for turn in range(7)),
        widths=tuple(widths),
        opens=min((start for start, _ in spans), default=0) // 60 * 60,
        closes=-(-max((end for _, end in spans), default=24 * 60) // 60) * 60,
        tops=tops,
        heights=heights,
        lanes=lanes,
    )


def _lanes(shown: Sequence[Stay]) -> dict[Stay, int]:
    """The lane of each stay within its room's: the first in which nothing before it lasts until it starts."""
    found: dict[Stay, int] = {}
    free: dict[tuple[str, date], list[Minute]] = {}
    for one in shown:
        ends = free.setdefault((one.room, one.day), [])
        lane = next((place for place, end in enumerate(ends) if end <= one.start), len(ends))
        ends[lane : lane + 1] = [one.end]
        found[one] = lane
    return found


def _day_head(root: Element, week: _Week, day: date, wording: Wording) -> None:
    place = week.days.index(day)
    left, width = week.lefts[place], week.widths[place]
    words = wording.say("desk", "weekdays").split()[day.weekday()]
    if width == OPEN:
        words += f" {day.day} {wording.say('desk', 'months').split()[day.month - 1]}"
        for minute in range(week.opens, week.closes + 1, 60):
            x = week.x(day, minute)
            add(root, "path", d=f"M{x:.1f} {TOP - 4}V{week.bottom}", stroke=RULE, stroke_width=0.6)
            if minute % 120 == 0 and week.opens < minute < week.closes:
                hour = str(minute // 60)
                add(root, "text", hour, x=x, y=TOP - 9, font_size=9, fill=FAINT, text_anchor="middle")
    add(root, "text", words, x=left + width / 2, y=TOP - 24, font_weight=600, text_anchor="middle")


def _closed(root: Element, week: _Week, room: str, day: date, clinic: Clinic) -> None:
    """The parts of a day on which a room is not to be had, hatched."""
    place, fill = week.days.index(day), hatched_shut(root)
    y, height = week.tops[room], week.heights[room]
    if week.widths[place] == SHUT:
        add(root, "rect", x=week.lefts[place], y=y, width=SHUT, height=height, fill=fill)
        return
    begin, there = week.opens, clinic.working_time(Resource("room", room), day, day)
    spans = [(minute_of(one.start, day, clinic), minute_of(one.end, day, clinic)) for one in there]
    for start, end in (*spans, (week.closes, week.closes)):
        if start > begin:
            x = week.x(day, begin)
            add(root, "rect", x=x, y=y, width=week.x(day, start) - x, height=height, fill=fill)
        begin = end


def _rooms(root: Element, week: _Week, clinic: Clinic) -> None:
    """The rooms' names and types, and the lines between rooms and between days."""
    for room in clinic.rooms:
        y = week.tops[room.id]
        add(root, "path", d=f"M{EDGE} {y}H{week.right}", stroke=RULE)
        add(root, "text", fitted(room.id, NAMES - 8, 12), x=EDGE, y=y + 15, font_size=12, font_weight=600)
        add(root, "text", fitted(room.type, NAMES - 8, 10), x=EDGE, y=y + 28, font_size=10, fill=FAINT)
    add(root, "path", d=f"M{EDGE} {week.bottom}H{week.right}", stroke=RULE)
    for left in (*week.lefts, week.right):
        add(root, "path", d=f"M{left} {TOP - 38}V{week.bottom}", stroke=FAINT, stroke_width=0.8)


def _bar(root: Element, stay: Stay, week: _Week, mark: Mark | None, wording: Wording) -> None:
    x, leaves, end = (week.x(stay.day, minute) for minute in (stay.start, stay.leaves, stay.end))
    y = week.tops[stay.room] + week.lanes[stay] * LANE + (LANE - BAR) / 2
    group = add(root, "g", class_="stay")
    add(group, "title", "; ".join(stay_row(stay, wording)))
    if mark is None:
        # What is over before the first hour shown is still a sliver at its edge.
        fill, width = hatched_taken(root), max(end - x, 3)
        add(group, "rect", x=x, y=y, width=width, height=BAR, rx=3, fill=fill, stroke=FAINT)
        return
    add(group, "rect", x=x, y=y, width=end - x, height=BAR, rx=3, fill=mark.tint)
    if end > leaves:
        add(group, "rect", x=leaves, y=y, width=end - leaves, height=BAR, fill=hatch(root, mark.ink, PAPER))
    line = border(stay.status, mark.ink)
    add(group, "rect", x=x, y=y, width=end - x, height=BAR, rx=3, fill="none", **line)
    wide = leaves - x >= 20
    draw_mark(group, mark, x + 11 if wide else (x + leaves) / 2, y + BAR / 2, 8 if wide else 6)
    if text := fitted(stay.course, leaves - x - 22, 10):
        add(group, "text", text, x=x + 21, y=y + BAR / 2 + 4, font_size=10, fill=INK)
