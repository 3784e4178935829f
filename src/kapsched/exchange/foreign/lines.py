"""Which lines of a foreign calendar say when somebody is busy, and where do they stand? Components, line by line.

A calendar's text is only taken apart here, and only what decides about time is kept: titles, places and people never
get any further.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from attrs import define, field
from icalendar.parser import Contentline

from kapsched.errors import Fault, InvalidInput

KEPT = frozenset(
    {
        *("UID", "SEQUENCE", "DTSTAMP", "RECURRENCE-ID", "DTSTART", "DTEND", "DURATION"),
        *("RRULE", "RDATE", "EXDATE", "EXRULE", "FREEBUSY"),
        *("STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-INTENDEDSTATUS"),
        *("METHOD", "TZID", "TZOFFSETFROM", "TZOFFSETTO"),
    }
)
PARTS = frozenset({"VCALENDAR", "VEVENT", "VFREEBUSY", "VAVAILABILITY", "VTIMEZONE", "STANDARD", "DAYLIGHT"})
ENTRIES = frozenset({"VEVENT", "VFREEBUSY", "VTIMEZONE", "VAVAILABILITY"})
# What says nothing of anybody's time, or says it of a part of an entry.
_OTHERS = frozenset(
    {
        *("VTODO", "VJOURNAL", "VALARM", "AVAILABLE"),
        *("VLOCATION", "VRESOURCE", "PARTICIPANT", "VPOLL", "VOTER", "VOTE"),
    }
)
_KNOWN = PARTS | _OTHERS
MOST_FAULTS = 10_000
DEEPEST = 20
"""How many components may be within each other: a reader of real calendars meets four."""
_BREAK = re.compile(rb"\r*\n|\r")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_PLAIN = re.compile(r"[A-Za-z0-9-]+((?:;[A-Za-z0-9-]+=[\w/+. -]+)+):(.*)", re.ASCII | re.DOTALL)


class Line(NamedTuple):
    """A content line: the number of its first line in the file, its name in capitals, its parameters, its value."""

    number: int
    name: str
    params: Mapping[str, str]
    value: str

    @property
    def text(self) -> str:
        """The line as it would be written."""
        params = "".join(f';{name}="{value}"' for name, value in self.params.items())
        return f"{self.name}{params}:{self.value}"

    def fault(self, message: str) -> Fault:
        """What is wrong with it."""
        return Fault(message, f"line {self.number}")


@define
class Component:
    """One component: its name, the number of its first line, and of what is in it what decides about time."""

    name: str
    number: int
    lines: dict[str, list[Line]] = field(factory=dict)
    parts: list[Component] = field(factory=list)

    @property
    def said(self) -> list[str]:
        """All that is kept of it, wherever it stands."""
        own = [f"{self.name} {line.text}" for lines in self.lines.values() for line in lines]
        return sorted(own + [text for part in self.parts for text in part.said])

    def first(self, name: str) -> Line | None:
        """The first line of that name."""
        found = self.lines.get(name)
        return found[0] if found else None

    def word(self, name: str) -> str:
        """The value of the first line of that name, in capitals; empty without one."""
        line = self.first(name)
        return line.value.strip().upper() if line else ""


def components(content: bytes, kept: frozenset[str] = KEPT) -> tuple[list[Component], list[Fault]]:
    """The calendars of a file with the lines of the `kept` names, and what of these cannot be understood."""
    found: list[Component] = []
    faults: list[Fault] = []
    open_ones: list[Component] = []
    for number, octets in unfolded(content):
        line = octets.decode(errors="replace")
        name = _NAME.match(line)
        word = name[0].upper() if name else ""
        if word == "BEGIN":
            faults += _begun(Component(line[6:].strip().upper(), number), open_ones, found)
        elif word == "END":
            faults += _closed(line[4:].strip().upper(), number, open_ones, found)
        elif not name:
            if line.strip() and open_ones:
                faults.append(Fault("is no line of a calendar", f"line {number}"))
                _require_few(faults)
        elif word in kept and open_ones and open_ones[-1].name in PARTS:
            try:
                open_ones[-1].lines.setdefault(word, []).append(_line(number, word, line))
            except ValueError:
                faults.append(Fault(f"{word} cannot be taken apart", f"line {number}"))
    # A file that breaks off still says what it says.
    for one in reversed(open_ones):
        faults.append(Fault("a component that begins here has no end", f"line {one.number}"))
    while open_ones:
        _close(open_ones, found)
    return found, faults


def _require_few(faults: list[Fault]) -> None:
    if len(faults) > MOST_FAULTS:
        message = f"here are more than {MOST_FAULTS:,} lines that are none of a calendar; is it one?"
        raise InvalidInput(Fault(message, faults[-1].path))


def _begun(one: Component, open_ones: list[Component], found: list[Component]) -> Iterator[Fault]:
    """Open a component; an entry stands in a calendar and in nothing else, and ends what lacks an end before it."""
    if one.name in ENTRIES:
        while open_ones and open_ones[-1].name != "VCALENDAR":
            yield Fault("a component that begins here has no end", f"line {open_ones[-1].number}")
            _close(open_ones, found)
        if not open_ones:
            yield Fault("an entry begins here outside of a calendar, and is not read", f"line {one.number}")
    if one.name not in _KNOWN and not one.name.startswith("X-") and open_ones:
        yield Fault("a component begins here that is not known, and is not read", f"line {one.number}")
    if len(open_ones) >= DEEPEST:
        yield Fault("a component begins here deeper within others than any does", f"line {one.number}")
        return
    open_ones.append(one)


def _closed(name: str, number: int, open_ones: list[Component], found: list[Component]) -> Iterator[Fault]:
    if name not in (one.name for one in open_ones):
        yield Fault("a component ends here that did not begin", f"line {number}")
        return
    while open_ones[-1].name != name:
        yield Fault("a component that begins here has no end", f"line {open_ones[-1].number}")
        _close(open_ones, found)
    _close(open_ones, found)


def _close(open_ones: list[Component], found: list[Component]) -> None:
    one = open_ones.pop()
    if one.name == "VCALENDAR":
        found.append(one)
    elif open_ones and one.name in PARTS:
        open_ones[-1].parts.append(one)


def _line(number: int, name: str, text: str) -> Line:
    if text[len(name) : len(name) + 1] == ":":  # most have no parameters, and are quick to read
        return Line(number, name, {}, text[len(name) + 1 :])
    plain = _PLAIN.fullmatch(text)
    if plain:  # so are those in which nothing is quoted
        pairs = (one.partition("=") for one in plain[1].split(";")[1:])
        return Line(number, name, {key.upper(): one for key, _, one in pairs}, plain[2])
    _, params, value = Contentline(text).parts()  # type: ignore[no-untyped-call]
    # A name with commas or a colon in it, as Outlook's zones have, is one name although nobody quoted it.
    joined = {key.upper(): one if isinstance(one, str) else ",".join(one) for key, one in params.items()}
    if "TZID" in joined and ":" in value:
        rest, _, value = value.rpartition(":")
        more, *others = rest.split(";")
        joined["TZID"] += ":" + more
        joined |= {key.upper(): one for key, _, one in (other.partition("=") for other in others)}
    return Line(number, name, joined, value)


def unfolded(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each content line with the number of the line in which it begins; folded ones are joined.

    In octets, for a line may be folded within a character.
    """
    content = content.removeprefix(b"\xef\xbb\xbf")
    parts: list[bytes] = []
    first = number = 1
    start = 0
    for end, following in _breaks(content):
        line = content[start:end]
        if line[:1] in (b" ", b"\t") and parts:
            parts.append(line[1:])
        else:
            if parts:
                yield first, b"".join(parts)
            parts, first = [line], number
        start, number = following, number + 1
    if parts:
        yield first, b"".join(parts)


def _breaks(content: bytes) -> Iterator[tuple[int, int]]:
    """Where each line ends, and where the next begins."""
    for found in _BREAK.finditer(content):
        yield found.span()
    yield len(content), len(content)
