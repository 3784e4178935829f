"""How does a text stand in a calendar? Sign for sign, also where icalendar would find the end of a line in it."""

from __future__ import annotations

import icalendar


class Text(icalendar.vText):
    r"""A text as icalendar writes it, but for `\N`, which icalendar takes for a line break that is escaped already."""

    def to_ical(self) -> bytes:
        return rb"\\N".join(icalendar.vText(part).to_ical() for part in self.split(r"\N"))
