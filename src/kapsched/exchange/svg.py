"""How is a picture put together? SVG elements, and the letters, shapes and colours that stand for kinds."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring

INK, FAINT, RULE, PAPER, SHUT = "#2b3138", "#6a727b", "#d5d9dd", "#ffffff", "#f1f0ec"
FONT = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"

# Dark enough for white letters, each with a tint of its own; told apart also by most who see fewer colours.
COLOURS = (
    ("#1f5f66", "#deedee"),
    ("#8a5a14", "#f7ecd8"),
    ("#5d4a7e", "#e9e4f2"),
    ("#2d5b8a", "#e1ebf5"),
    ("#55682f", "#e9eedd"),
    ("#8d3f55", "#f5e3e8"),
)
CORNERS = (0, 4, 3, 6, -4, 5)
"""The shape of each kind's mark: so many corners; 0 is a circle and -4 a square on its tip."""

Number = float | int


class Mark(NamedTuple):
    """How a kind of visit is drawn."""

    letter: str
    corners: int
    ink: str
    tint: str


def marks(kinds: Iterable[str]) -> dict[str, Mark]:
    """A mark for each kind, in order; the letter is the first of its name that no kind before it took."""
    found: dict[str, Mark] = {}
    for place, kind in enumerate(dict.fromkeys(kinds)):
        taken = {mark.letter for mark in found.values()}
        letters = (*(letter for letter in kind.upper() if letter.isalnum()), *map(str, range(1, 1000)))
        letter = next(one for one in letters if one not in taken)
        ink, tint = COLOURS[place % len(COLOURS)]
        found[kind] = Mark(letter, CORNERS[place % len(CORNERS)], ink, tint)
    return found


def written(value: str | Number) -> str:
    """A number with at most two decimals, or the text as it is."""
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def add(parent: Element, name: str, text: str | None = None, /, **attributes: str | Number) -> Element:
    """A new last child of `parent`; an attribute `stroke_width` is written `stroke-width`."""
    named = {key.rstrip("_").replace("_", "-"): written(value) for key, value in attributes.items()}
    element = SubElement(parent, name, named)
    element.text = text
    return element


def picture(width: Number, height: Number, *, title: str, desc: str, language: str) -> Element:
    """An empty sheet that says what it shows to those who do not see it."""
    # Several pictures may stand in one page, so the ids come from the title.
    key = sha256(title.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {written(width)} {written(height)}",
            "width": written(width),
            "height": written(height),
            "style": "max-width:100%;height:auto",  # on paper nothing is cut off
            "role": "img",
            "lang": language,
            "aria-labelledby": f"title-{key} desc-{key}",
            "font-family": FONT,
            "font-size": "11",
            "fill": INK,
        },
    )
    add(root, "title", title, id=f"title-{key}")
    add(root, "desc", desc, id=f"desc-{key}")
    add(root, "rect", width=width, height=height, fill=PAPER)
    return root


def hatch(root: Element, ink: str, paper: str) -> str:
    """A fill of slanted lines, defined once in the picture."""
    id = "hatch-" + sha256(f"{root.get('aria-labelledby')} {ink} {paper}".encode()).hexdigest()[:8]
    if root.find(f".//pattern[@id='{id}']") is None:
        defs = root.find("defs")
        pattern = add(
            add(root, "defs") if defs is None else defs,
            "pattern",
            id=id,
            width=6,
            height=6,
            patternUnits="userSpaceOnUse",
            patternTransform="rotate(45)",
        )
        add(pattern, "rect", width=6, height=6, fill=paper)
        add(pattern, "path", d="M0 0V6", stroke=ink, stroke_width=1.6)
    return f"url(#{id})"


def fitted(text: str, width: Number, size: Number = 11) -> str:
    """As much of a text as fits a width, with an ellipsis for the rest; "" if not even a letter does."""
    room = int(width / (size * 0.56))
    return text if len(text) <= room else text[: room - 1] + "…" if room > 1 else ""


def finished(root: Element) -> str:
    """The picture as a file."""
    indent(root)
    return tostring(root, encoding="unicode") + "\n"
