"""Which clocks does a foreign calendar mean? Zones by their names, by Windows' names, and as the file defines them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cache, partial
from typing import TypeAlias

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from kapsched.errors import InvalidInput
from kapsched.exchange.foreign.lines import Component
from kapsched.exchange.foreign.repeats import Effort, starts
from kapsched.exchange.foreign.values import BROKEN, NotUnderstood, a_moment, an_offset
from kapsched.timeline.zones import Zone, spelt, zone

Clocks: TypeAlias = Callable[[datetime], datetime]
"""From what clocks show to UTC: of a time that they show twice the first, of one that they skip what it would be."""

_A_DAY = timedelta(days=1)
_ESCAPED = re.compile(r"\\([\\,;:])")


def clocks_of(place: Zone) -> Clocks:
    """The clocks of a zone of ours."""

    def read(local: datetime) -> datetime:
        return local.replace(tzinfo=place, fold=0).astimezone(UTC)

    return read


def shown(clocks: Clocks, instant: datetime, like: time | None = None) -> datetime:
    """What those clocks show at an instant, which is read back as that instant unless they show it a second time.

    Where a time that they skip is read as that instant too, it is the one that is `like` a time of day.
    """
    plain = instant.replace(tzinfo=None)
    # Any clocks are within a day of UTC; the later of two offsets first, for a skipped time is read by the earlier.
    around = [plain + _A_DAY, plain - _A_DAY]
    found = [plain + (local - clocks(local).replace(tzinfo=None)) for local in around]
    if found[0] == found[1]:  # nothing changes about then
        return found[0]
    read_back = [local for local in found if clocks(local) == instant] or found
    return next((local for local in read_back if local.time() == like), read_back[0])


def plain(name: str) -> str:
    """The name of a zone without what programs differ in: quotes, escapes, spaces, capitals."""
    return " ".join(_ESCAPED.sub(r"\1", name).replace('"', "").split()).casefold()


def zone_of_place(name: str) -> Zone | None:
    """The zone of a place that a TZID names, as in Europe/Berlin, whatever a vendor puts before it."""
    parts = name.split("/")[-3:]  # as many as any name has
    found = (spelt("/".join(parts[place:])) for place in range(len(parts) - 1))
    return next((zone(one) for one in found if one), None)


def zone_by_habit(name: str) -> Zone | None:
    """The zone that a TZID is used for: one of Windows' names, or of the short ones such as EST."""
    found = _windows().get(name) or spelt(name.rpartition("/")[2])
    return zone(found) if found else None


@cache
def _windows() -> dict[str, str]:
    return {plain(name): place for name, place in WINDOWS_TO_OLSON.items()}


def defined_clocks(definition: Component, last: datetime, effort: Effort) -> Clocks | None:
    """The clocks that a VTIMEZONE describes, until `last` as they show it; None where it cannot be followed.

    It is worked out here, and not by the name's first definition in the process, as icalendar would.
    """
    changes: list[tuple[datetime, timedelta, timedelta]] = []
    try:
        for part in definition.parts:
            before, after = (_offset(part, name) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
            changes += ((onset, before, after) for onset in _onsets(part, before, last, effort))
    except InvalidInput:
        raise  # there is too much to do
    except (*BROKEN, NotUnderstood):
        return None
    return _stepwise(sorted(set(changes))) if changes else None


def _offset(part: Component, name: str) -> timedelta:
    line = part.first(name)
    if line is None:
        raise NotUnderstood(f"{name} is missing")
    return an_offset(line.value)


def _onsets(part: Component, before: timedelta, last: datetime, effort: Effort) -> Iterator[datetime]:
    """When it begins, as the clocks before show it: at its start, on its dates, and by its rules."""
    begins = part.first("DTSTART")
    if begins is None:
        raise NotUnderstood("DTSTART is missing")
    start = _local(begins.value, before)
    yield start
    for line in part.lines.get("RDATE", ()):
        effort.spend(line.value.count(","), line)
        yield from (_local(one, before) for one in line.value.split(","))
    for line in part.lines.get("RRULE", ()):
        yield from starts(line, start, start, last, clocks=partial(_at_offset, before), effort=effort)


def _at_offset(offset: timedelta, local: datetime) -> datetime:
    return (local - offset).replace(tzinfo=UTC)


def _local(value: str, offset: timedelta) -> datetime:
    found = a_moment(value)
    if not isinstance(found, datetime):
        return datetime.combine(found, time())
    return found if found.tzinfo is None else found.replace(tzinfo=None) + offset


def _stepwise(changes: list[tuple[datetime, timedelta, timedelta]]) -> Clocks:
    onsets = [onset for onset, _, _ in changes]
    offsets = [changes[0][1], *(after for _, _, after in changes)]

    def read(local: datetime) -> datetime:
        found = bisect_right(onsets, local)
        ahead = offsets[found] - offsets[found - 1] if found else timedelta()
        if found and local < onsets[found - 1] + ahead:
            found -= 1  # the clocks skip it, and had not yet changed
        return (local - offsets[found]).replace(tzinfo=UTC)

    return read
