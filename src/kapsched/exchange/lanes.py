"""How do resources stand over days? A lane for each, its days side by side, what takes it as bars, as SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from xml.etree.ElementTree import Element

from attrs import frozen

from kapsched.exchange.legends import EDGE, border, draw_mark, hatched_shut, hatched_taken
from kapsched.exchange.stays import Stay
from kapsched.exchange.svg import FAINT, INK, PAPER, RULE, Mark, add, fitted, hatch
from kapsched.exchange.tables import stay_row
from kapsched.exchange.visits import Minute, minute_of
from kapsched.model.bookings import Resource
from kapsched.model.clinic import Clinic, Room, StaffMember
from kapsched.model.wording import Wording

SHUT = 36
"""The width of a day on which nothing opens and nothing is booked."""


@frozen(kw_only=True)
class Sizes:
    """Where lanes begin, the width of the names and of a day, and the height of a lane and of a bar in it."""

    top: int = 112
    names: int = 132
    day: int = 196
    lane: int = 34
    bar: int = 26


@frozen(kw_only=True)
class Lanes:
    """Where everything stands: days from left to right, from `opens` to `closes`; resources downwards."""

    sizes: Sizes
    days: tuple[date, ...]
    lefts: tuple[int, ...]
    widths: tuple[int, ...]
    opens: Minute
    closes: Minute
    tops: dict[Resource, int]
    heights: dict[Resource, int]
    lanes: dict[Stay, int]

    @property
    def right(self) -> int:
        return self.lefts[-1] + self.widths[-1]

    @property
    def bottom(self) -> int:
        return max((self.tops[one] + self.heights[one] for one in self.tops), default=self.sizes.top)

    def x(self, day: date, minute: Minute) -> float:
        """Where a minute of an open day stands."""
        place = self.days.index(day)
        part = (min(max(minute, self.opens), self.closes) - self.opens) / (self.closes - self.opens)
        return self.lefts[place] + part * self.widths[place]


def laid_out(
    shown: Sequence[Stay],
    clinic: Clinic,
    days: tuple[date, ...],
    resources: Iterable[Resource],
    sizes: Sizes,
) -> Lanes:
    """Places for what is `shown`: as wide as the clinic's hours, a lane more wherever two overlap."""
    spans = [
        (minute_of(one.start, day, clinic.place), minute_of(one.end, day, clinic.place))
        for day in days
        for one in clinic.open_time(day, day)
    ]
    # What something else takes may last all night; it is cut to the hours that matter.
    spans += [(one.start, one.end) for one in shown if one.kind]
    used = {one.day for one in shown if one.kind}
    widths = [sizes.day if day in used or clinic.open_time(day, day) else SHUT for day in days]
    lanes = _lanes(shown)
    tops, heights, top = {}, {}, sizes.top
    for resource in resources:
        most = max((lanes[one] for one in shown if one.resource == resource), default=0)
        tops[resource], heights[resource] = top, sizes.lane * (1 + most)
        top += heights[resource]
    return Lanes(
        sizes=sizes,
        days=days,
        lefts=tuple(EDGE + sizes.names + sum(widths[:turn]) for turn in range(len(days))),
        widths=tuple(widths),
        opens=min((start for start, _ in spans), default=0) // 60 * 60,
        closes=-(-max((end for _, end in spans), default=24 * 60) // 60) * 60,
        tops=tops,
        heights=heights,
        lanes=lanes,
    )


def _lanes(shown: Sequence[Stay]) -> dict[Stay, int]:
    """The lane of each stay within its resource's: the first in which nothing before it lasts until it starts."""
    found: dict[Stay, int] = {}
    free: dict[tuple[Resource, date], list[Minute]] = {}
    for one in shown:
        ends = free.setdefault((one.resource, one.day), [])
        lane = next((place for place, end in enumerate(ends) if end <= one.start), len(ends))
        ends[lane : lane + 1] = [one.end]
        found[one] = lane
    return found


def draw_days(root: Element, lanes: Lanes, clinic: Clinic, wording: Wording) -> None:
    """The days with their hours, hatched where a resource is not to be had; beneath everything else."""
    for day in lanes.days:
        for resource in lanes.tops:
            _closed(root, lanes, resource, day, clinic)
        _day_head(root, lanes, day, wording)


def _day_head(root: Element, lanes: Lanes, day: date, wording: Wording) -> None:
    place = lanes.days.index(day)
    left, width, top = lanes.lefts[place], lanes.widths[place], lanes.sizes.top
    words = wording.words("desk", "weekdays")[day.weekday()]
    if width == lanes.sizes.day:
        words = wording.day(day, "day of week")
        hour_width = lanes.x(day, lanes.opens + 60) - left
        for minute in range(lanes.opens, lanes.closes + 1, 60):
            x = lanes.x(day, minute)
            add(root, "path", d=f"M{x:.1f} {top - 4}V{lanes.bottom}", stroke=RULE, stroke_width=0.6)
            if (minute % 120 == 0 or hour_width >= 30) and lanes.opens < minute < lanes.closes:
                hour = str(minute // 60)
                add(root, "text", hour, x=x, y=top - 9, font_size=9, fill=FAINT, text_anchor="middle")
    add(root, "text", words, x=left + width / 2, y=top - 24, font_weight=600, text_anchor="middle")


def _closed(root: Element, lanes: Lanes, resource: Resource, day: date, clinic: Clinic) -> None:
    """The parts of a day on which a resource is not to be had, hatched."""
    place, fill = lanes.days.index(day), hatched_shut(root)
    y, height = lanes.tops[resource], lanes.heights[resource]
    if lanes.widths[place] == SHUT:
        add(root, "rect", x=lanes.lefts[place], y=y, width=SHUT, height=height, fill=fill)
        return
    begin, there = lanes.opens, clinic.working_time(resource, day, day)
    spans = [
        (minute_of(one.start, day, clinic.place), minute_of(one.end, day, clinic.place)) for one in there
    ]
    for start, end in (*spans, (lanes.closes, lanes.closes)):
        if start > begin:
            x = lanes.x(day, begin)
            add(root, "rect", x=x, y=y, width=lanes.x(day, start) - x, height=height, fill=fill)
        begin = end


def what_it_is(resource: Resource, clinic: Clinic) -> str:
    """A room's type, somebody's roles; of anything else what it is called in bookings."""
    match clinic.by_resource.get(resource):
        case Room(type=type):
            return type
        case StaffMember(roles=roles):
            return ", ".join(roles)
        case _:
            return resource.type


def draw_names(root: Element, lanes: Lanes, clinic: Clinic) -> None:
    """The resources by id, with what they are, and the lines between them and between days."""
    room = lanes.sizes.names - 8
    for resource, y in lanes.tops.items():
        what = what_it_is(resource, clinic)
        add(root, "path", d=f"M{EDGE} {y}H{lanes.right}", stroke=RULE)
        if lanes.sizes.lane >= 30:
            add(root, "text", fitted(resource.id, room, 12), x=EDGE, y=y + 15, font_size=12, font_weight=600)
            add(root, "text", fitted(what, room, 10), x=EDGE, y=y + 28, font_size=10, fill=FAINT)
        else:
            words, down = fitted(resource.id, room, 11), y + lanes.sizes.lane / 2 + 4
            add(root, "text", words, x=EDGE, y=down, font_size=11, font_weight=600)
            add(
                root,
                "text",
                fitted(what, room - 8 - 11 * 0.56 * len(words), 9),
                x=EDGE + room + 2,
                y=down,
                font_size=9,
                fill=FAINT,
                text_anchor="end",
            )
    add(root, "path", d=f"M{EDGE} {lanes.bottom}H{lanes.right}", stroke=RULE)
    for left_edge in (*lanes.lefts, lanes.right):
        add(
            root,
            "path",
            d=f"M{left_edge} {lanes.sizes.top - 38}V{lanes.bottom}",
            stroke=FAINT,
            stroke_width=0.8,
        )


def draw_bar(
    root: Element,
    stay: Stay,
    lanes: Lanes,
    mark: Mark | None,
    label: Callable[[Stay], str],
    wording: Wording,
) -> None:
    """What takes a resource, as long as it lasts: its mark and its label where there is space for them."""
    x, leaves, end = (lanes.x(stay.day, minute) for minute in (stay.start, stay.leaves, stay.end))
    height = lanes.sizes.bar
    lane = lanes.lanes[stay] * lanes.sizes.lane + (lanes.sizes.lane - height) / 2
    box: dict[str, float] = {"y": lanes.tops[stay.resource] + lane, "height": height, "rx": 3}
    group = add(root, "g", class_="stay")
    add(group, "title", "; ".join(stay_row(stay, wording)))
    if mark is None:
        # What is over before the first hour shown is still a sliver at its edge.
        fill, width = hatched_taken(root), max(end - x, 3)
        add(group, "rect", x=x, width=width, **box, fill=fill, stroke=FAINT)
        return
    if end - x < 9:
        add(group, "rect", x=x, width=end - x, **{**box, "rx": 1}, fill=mark.ink)
        return
    add(group, "rect", x=x, width=end - x, **box, fill=mark.tint)
    if end > leaves:
        after = {**box, "rx": 0}
        add(group, "rect", x=leaves, width=end - leaves, **after, fill=hatch(root, mark.ink, PAPER))
    add(group, "rect", x=x, width=end - x, **box, fill="none", **border(stay.status, mark.ink))
    wide, middle = leaves - x >= 20, box["y"] + height / 2
    radius = min(8, height / 2 - 3) if wide else 6
    draw_mark(group, mark, x + 11 if wide else (x + leaves) / 2, middle, radius)
    if text := fitted(label(stay), leaves - x - 22, 10):
        add(group, "text", text, x=x + 21, y=middle + 4, font_size=10, fill=INK)
