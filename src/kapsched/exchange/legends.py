"""How is a mark to be read? What marks, borders and hatching mean, drawn the same in every picture.

A kind of visit is told by the letter and the shape of its mark; its colour only repeats them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import cos, pi, sin
from xml.etree.ElementTree import Element

from kapsched.exchange.svg import FAINT, PAPER, RULE, Mark, Number, add, hatch, written
from kapsched.model.wording import Wording

EDGE = 18
"""The margin about a picture."""


def heading(root: Element, title: str, words: str) -> None:
    """What the picture shows, above it."""
    add(root, "text", title, x=EDGE, y=32, font_size=17, font_weight=600)
    add(root, "text", words, x=EDGE, y=52, font_size=12, fill=FAINT)


def hatched_shut(root: Element) -> str:
    """The fill of what is closed."""
    return hatch(root, "#e2e0da", "#f1f0ec")


def hatched_taken(root: Element) -> str:
    """The fill of what something else takes."""
    return hatch(root, "#b9bec4", "#e9ebed")


def draw_mark(parent: Element, mark: Mark, x: Number, y: Number, radius: Number = 8) -> None:
    """The mark of a kind about the point (x, y)."""
    if mark.corners == 0:
        add(parent, "circle", cx=x, cy=y, r=radius, fill=mark.ink)
    else:
        count, turned = abs(mark.corners), mark.corners == 4
        reach = radius * {3: 1.35, 4: 1.2, 5: 1.12, 6: 1.08}[count]
        angles = [-pi / 2 + (2 * turn + turned) * pi / count for turn in range(count)]
        points = " ".join(
            f"{written(x + reach * cos(one))},{written(y + reach * sin(one))}" for one in angles
        )
        add(parent, "polygon", points=points, fill=mark.ink)
    down = y + 3.6 + (1.5 if mark.corners == 3 else 0)
    add(
        parent,
        "text",
        mark.letter,
        x=x,
        y=down,
        fill=PAPER,
        font_size=10,
        font_weight=700,
        text_anchor="middle",
    )


def border(status: str, ink: str) -> Mapping[str, str | Number]:
    """The line about a visit: dashed until it is confirmed, thin once it is cancelled or done."""
    dashes: dict[str, str | Number] = {"stroke_dasharray": "3 2"} if status == "provisional" else {}
    return {"stroke": ink, "stroke_width": 1.4 if status == "confirmed" else 1, **dashes}


def tick(parent: Element, x: Number, y: Number, ink: str) -> None:
    """A tick, for what is done, to the right of (x, y)."""
    add(
        parent,
        "path",
        d=f"M{written(x)} {written(y)}l3 3.2l5.5 -7.2",
        fill="none",
        stroke=ink,
        stroke_width=1.8,
        stroke_linecap="round",
        stroke_linejoin="round",
    )


def crossed(parent: Element, x: Number, y: Number, width: Number, ink: str) -> None:
    """A line through what is cancelled, from (x, y) to the right."""
    add(parent, "path", d=f"M{written(x)} {written(y)}h{written(width)}", stroke=ink, stroke_width=1.3)


def legend(
    root: Element, y: int, drawn: Mapping[str, Mark], states: Iterable[str], wording: Wording, key: str
) -> None:
    """The kinds by mark, then the states by border and filling, then a sentence beneath."""
    x = EDGE + 8
    for kind, mark in drawn.items():
        draw_mark(root, mark, x, y - 4)
        add(root, "text", kind, x=x + 14, y=y)
        x += 36 + 6 * len(kind)
    for state in states:
        word = wording.say("desk", state)
        _swatch(root, state, x, y)
        add(root, "text", word, x=x + 22, y=y)
        x += 46 + 6 * len(word)
    add(root, "text", key, x=EDGE, y=y + 18, fill=FAINT)


def _swatch(root: Element, state: str, x: int, y: int) -> None:
    """A small sample of what a state looks like."""
    fills = {"taken": hatched_taken, "closed": hatched_shut, "not there": hatched_shut}
    fill, ink = (
        fills[state](root) if state in fills else PAPER,
        RULE if fills.get(state) is hatched_shut else FAINT,
    )
    add(root, "rect", x=x - 6, y=y - 11, width=22, height=14, rx=3, fill=fill, **border(state, ink))
    if state in {"turnaround", "tail"}:
        add(root, "rect", x=x + 3, y=y - 11, width=13, height=14, rx=3, fill=hatch(root, FAINT, PAPER))
    if state == "done":
        tick(root, x + 1, y - 4, FAINT)
    if state == "cancelled":
        crossed(root, x - 3, y - 4, 16, FAINT)
