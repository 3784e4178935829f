"""What does a course look like? Its visits on a strip of weeks, as SVG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from xml.etree.ElementTree import Element

from attrs import frozen

from kapsched.exchange.legends import EDGE, border, crossed, draw_mark, hatched_shut, heading, legend, tick
from kapsched.exchange.svg import (
    FAINT,
    INK,
    PAPER,
    RULE,
    Mark,
    add,
    finished,
    fitted,
    marks,
    picture,
    written,
)
from kapsched.exchange.tables import course_title, visit_row
from kapsched.exchange.visits import Visit, clock, visits
from kapsched.model.clinic import Clinic
from kapsched.model.plan import Plan
from kapsched.model.wording import Wording
from kapsched.model.wordings.english import ENGLISH

LEFT, TOP = 92, 92
"""Where the days begin."""
CELL, PILL, PILL_HEIGHT, STEP = 124, 114, 22, 26
"""A day's width, a visit's width and height in it, and how far visits of one day stand apart."""
HEAD = 20
"""The height of a day without a visit: its date."""
SOON = 3
"""The most days a line is drawn across; longer ones would cross out the week."""

_WEEK = timedelta(days=7)


@frozen(kw_only=True)
class _Row:
    """One week: its Monday, where it begins and how high it is."""

    monday: date
    top: int
    height: int

    def days(self) -> list[date]:
        return [self.monday + timedelta(days=turn) for turn in range(7)]


@frozen(kw_only=True)
class _Strip:
    """Where everything stands: the weeks, and the left upper corner of each visit."""

    rows: tuple[_Row, ...]
    corners: dict[Visit, tuple[int, int]]

    @property
    def bottom(self) -> int:
        return self.rows[-1].top + self.rows[-1].height if self.rows else TOP


def course_strip(plan: Plan, clinic: Clinic, *, wording: Wording = ENGLISH) -> str:
    """A course on a strip of weeks: visits joined to those they follow; closed days hatched."""
    shown = visits(plan, clinic.place)
    strip = _laid_out(shown)
    drawn = marks((*(kind.name for kind in plan.course.programme.kinds), *(one.kind for one in shown)))
    title, words, key = course_title(plan, wording), _words(shown, wording), wording.say("desk", "course key")
    width, height = LEFT + 7 * CELL + EDGE, strip.bottom + 54
    root = picture(width, height, title=title, desc=f"{words}. {key}", language=wording.language)
    heading(root, title, words)
    _weekday_heads(root, wording)
    for row in strip.rows:
        for day in row.days():
            _day_cell(root, day, row, clinic)
    _months(root, strip.rows, wording)
    _links(root, plan, strip, drawn)
    for visit in shown:
        _pill(root, visit, strip.corners[visit], drawn[visit.kind], wording)
    used = {kind: mark for kind, mark in drawn.items() if any(one.kind == kind for one in shown)}
    states = (*dict.fromkeys(one.status for one in shown), "closed")
    legend(root, strip.bottom + 26, used, states, wording, key)
    return finished(root)


def _words(shown: Sequence[Visit], wording: Wording) -> str:
    if not shown:
        return wording.say("desk", "no appointments")
    first, last = (wording.day(shown[end].day) for end in (0, -1))
    return wording.say("desk", "course summary", count=len(shown), first=first, last=last)


def _laid_out(shown: Sequence[Visit]) -> _Strip:
    """A row for every week from the first visit to the last, higher where a day has more visits."""
    if not shown:
        return _Strip(rows=(), corners={})
    on_day = Counter(visit.day for visit in shown)
    rows, top = [], TOP
    monday = shown[0].day - timedelta(days=shown[0].day.weekday())
    while monday <= shown[-1].day:
        most = max(on_day[monday + timedelta(days=turn)] for turn in range(7))
        rows.append(_Row(monday=monday, top=top, height=HEAD + most * STEP + 4 * bool(most)))
        top, monday = top + rows[-1].height, monday + _WEEK
    corners: dict[Visit, tuple[int, int]] = {}
    placed: Counter[date] = Counter()
    for visit in shown:
        row = rows[(visit.day - rows[0].monday).days // 7]
        x = LEFT + visit.day.weekday() * CELL + (CELL - PILL) // 2
        corners[visit] = x, row.top + HEAD + placed[visit.day] * STEP
        placed[visit.day] += 1
    return _Strip(rows=tuple(rows), corners=corners)


def _weekday_heads(root: Element, wording: Wording) -> None:
    for turn, word in enumerate(wording.words("desk", "weekdays")):
        x = LEFT + turn * CELL + CELL / 2
        add(root, "text", word, x=x, y=TOP - 9, font_weight=600, fill=FAINT, text_anchor="middle")


def _day_cell(root: Element, day: date, row: _Row, clinic: Clinic) -> None:
    shut, x = not clinic.open_time(day, day), LEFT + day.weekday() * CELL
    fill = hatched_shut(root) if shut else "none"
    edges = {"x": x, "y": row.top, "width": CELL, "height": row.height}
    add(root, "rect", **edges, fill=fill, stroke=RULE, stroke_width=0.8)
    add(root, "text", str(day.day), x=x + 6, y=row.top + 13, font_size=10, fill=FAINT if shut else INK)
    why = next((one.why for one in clinic.closed if one.why and any(one.dates(day, day))), "")
    if shut and why:
        text, style = fitted(why, CELL - 30, 9), {"font_style": "italic", "text_anchor": "end"}
        add(root, "text", text, x=x + CELL - 6, y=row.top + 13, font_size=9, fill=FAINT, **style)


def _months(root: Element, rows: Sequence[_Row], wording: Wording) -> None:
    """The month's name beside the row it begins in, and a line between it and the month before."""
    names = wording.words("desk", "months")
    for row in rows:
        sunday = row.days()[-1]
        begins = sunday.day <= 7
        if begins or row is rows[0]:
            day = sunday if begins else row.monday
            add(root, "text", names[day.month - 1], x=EDGE, y=row.top + 14, font_weight=600)
            if day.month == 1 or row is rows[0]:
                add(root, "text", str(day.year), x=EDGE, y=row.top + 27, font_size=10, fill=FAINT)
        if begins:
            turn = sunday.replace(day=1).weekday()
            corner, end = LEFT + turn * CELL, LEFT + 7 * CELL
            line = f"M{LEFT} {row.top + row.height}H{corner}V{row.top}H{end}"
            add(root, "path", d=line if turn else f"M{LEFT} {row.top}H{end}", fill="none", stroke=FAINT)


def _links(root: Element, plan: Plan, strip: _Strip, drawn: dict[str, Mark]) -> None:
    """A line from each visit to the ones that an offset hangs on it, where they follow soon."""
    by_session = {visit.session: visit for visit in strip.corners if visit.status != "cancelled"}
    for offset in plan.course.planned.offsets:
        for anchor, session in offset.pairs(plan.course.planned.sessions):
            before, after = by_session.get(anchor.id), by_session.get(session.id)
            if before and after and 0 < (after.day - before.day).days <= SOON:
                line = _link(strip.corners[before], strip.corners[after])
                ink = drawn[before.kind].ink
                add(root, "path", d=line, fill="none", stroke=ink, stroke_width=2.4, stroke_linecap="round")


def _link(before: tuple[int, int], after: tuple[int, int]) -> str:
    """A path from the right of one visit to the left of another, round the edge where that is a row below."""
    x, y, to_x, to_y = before[0] + PILL, before[1] + PILL_HEIGHT // 2, after[0], after[1] + PILL_HEIGHT // 2
    if to_x > x:
        bend = written((x + to_x) / 2)
        return f"M{x} {y}C{bend} {y} {bend} {to_y} {to_x} {to_y}"
    return f"M{x} {y}H{LEFT + 7 * CELL + 10}M{LEFT - 10} {to_y}H{to_x}"


def _pill(root: Element, visit: Visit, corner: tuple[int, int], mark: Mark, wording: Wording) -> None:
    x, y = corner
    group = add(root, "g", class_="visit")
    add(group, "title", "; ".join(visit_row(visit, wording)))
    fill, line = PAPER if visit.status == "cancelled" else mark.tint, border(visit.status, mark.ink)
    add(group, "rect", x=x, y=y, width=PILL, height=PILL_HEIGHT, rx=6, fill=fill, **line)
    draw_mark(group, mark, x + 13, y + PILL_HEIGHT / 2)
    add(group, "text", f"{clock(visit.start)}–{clock(visit.end)}", x=x + 26, y=y + 15, fill=INK)
    if visit.status == "cancelled":
        crossed(group, x + 25, y + PILL_HEIGHT / 2, PILL - 39, mark.ink)
    if visit.status == "done":
        tick(group, x + PILL - 13, y + 11, mark.ink)
