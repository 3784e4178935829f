"""How full is the clinic? A column for each week of every room and role, as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from xml.etree.ElementTree import Element

from kapsched.exchange.legends import EDGE, hatched_shut, heading, legend
from kapsched.exchange.svg import FAINT, INK, RULE, add, finished, fitted, picture
from kapsched.exchange.tables import use_row
from kapsched.exchange.utilisation import Use, utilisation
from kapsched.model.bookings import Booking
from kapsched.model.clinic import Clinic
from kapsched.model.plan import Schedule
from kapsched.model.wording import Wording
from kapsched.model.wordings.english import ENGLISH

NAMES, COLUMN, BAR = 110, 21, 15
"""The width of the names, of a week and of the bar in it."""
FULL, ROW = 24, 47
"""The height of a bar of a hundred per cent, and from one row to the next."""
LEAST, MOST = 26, 53
"""The width in weeks: enough for the sentences; what is more than a year goes on beneath."""
TOP, HEAD, GROUP = 74, 34, 22
"""Where the first weeks begin; the height of their dates; and of what stands above rooms and roles."""


def utilisation_strip(
    schedule: Schedule, clinic: Clinic, *, booked: Iterable[Booking] = (), wording: Wording = ENGLISH
) -> str:
    """The share of working time that is booked, by room and by role, week by week; `booked` adds other bookings."""
    uses = utilisation(schedule, clinic, booked)
    mondays = list(dict.fromkeys(use.monday for use in uses))
    blocks = [mondays[first : first + MOST] for first in range(0, len(mondays), MOST)]
    rows = len(uses) // max(1, len(mondays))
    block_height = HEAD + 2 * GROUP + rows * ROW + 12
    width = EDGE + NAMES + COLUMN * max(LEAST, *map(len, blocks)) + EDGE
    height = TOP + block_height * len(blocks) + 48
    title, key = wording.say("desk", "use title"), wording.say("desk", "use key")
    first, last = (wording.day(mondays[end]) for end in (0, -1))
    words = wording.say("desk", "use summary", first=first, last=last)
    root = picture(width, height, title=title, desc=f"{words}. {key}", language=wording.language)
    heading(root, title, words)
    for turn, block in enumerate(blocks):
        _block(root, [use for use in uses if use.monday in block], block, TOP + turn * block_height, wording)
    closed = ("closed",) if any(use.percent is None for use in uses) else ()
    legend(root, height - 28, {}, closed, wording, key)
    return finished(root)


def _block(root: Element, uses: Sequence[Use], mondays: Sequence[date], top: int, wording: Wording) -> None:
    _dates(root, mondays, top, wording)
    y = top + HEAD
    for type, group in groupby(uses, key=lambda use: use.type):
        word = wording.say("desk", f"{type}s")
        add(root, "text", word, x=EDGE, y=y + 14, font_size=11, font_weight=600, fill=FAINT)
        y += GROUP
        for id, row in groupby(group, key=lambda use: use.id):
            _row(root, id, list(row), mondays, y, wording)
            y += ROW


def _left(place: int) -> int:
    return EDGE + NAMES + place * COLUMN


def _dates(root: Element, mondays: Sequence[date], top: int, wording: Wording) -> None:
    """The day of each Monday, and the month above the first of them in it."""
    said = 0
    for place, monday in enumerate(mondays):
        month = wording.words("desk", "months")[monday.month - 1]
        words = month if monday.year == said else wording.say("desk", "month", month=month, year=monday.year)
        begins = place == 0 or mondays[place - 1].month != monday.month
        follow = sum((one.year, one.month) == (monday.year, monday.month) for one in mondays[place:])
        # A month of which only the last days are shown has no space for its name.
        if begins and (fitted(words, follow * COLUMN + 6) == words or len(mondays) == 1):
            add(root, "text", words, x=_left(place) + 2, y=top + 10, font_weight=600)
            said = monday.year
        middle = _left(place) + COLUMN / 2
        add(
            root, "text", str(monday.day), x=middle, y=top + 26, font_size=9, fill=FAINT, text_anchor="middle"
        )


def _row(
    root: Element, id: str, row: Sequence[Use], mondays: Sequence[date], y: int, wording: Wording
) -> None:
    floor = y + ROW - 4
    add(
        root, "text", fitted(id, NAMES - 8, 12), x=EDGE, y=floor - FULL / 2 + 4, font_size=12, font_weight=600
    )
    for use in row:
        left, share = _left(mondays.index(use.monday)), use.percent
        group = add(root, "g", class_="use")
        add(group, "title", "; ".join(use_row(use, wording)))
        box = {"x": left + (COLUMN - BAR) / 2, "width": BAR}
        if share is None:
            add(group, "rect", **box, y=floor - FULL, height=FULL, fill=hatched_shut(root))
            continue
        add(group, "rect", **box, y=floor - FULL, height=FULL, fill="none", stroke=RULE, stroke_width=0.8)
        tall = FULL * share / 100
        add(group, "rect", **box, y=floor - tall, height=tall, fill="#5f7f9c")
        text = {"x": left + COLUMN / 2, "y": floor - FULL - 3, "font_size": 9}
        ink = INK if share else FAINT
        add(group, "text", str(share), **text, fill=ink, text_anchor="middle")
    add(root, "path", d=f"M{_left(0)} {floor}H{_left(len(mondays))}", stroke=FAINT, stroke_width=0.8)
