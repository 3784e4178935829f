"""Which clocks does a foreign calendar mean? Zones by their names, by Windows' names, and as the file defines them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TypeAlias

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from kapsched.errors import InvalidInput
from kapsched.exchange.foreign.lines import Component
from kapsched.exchange.foreign.repeats import Effort, starts
from kapsched.exchange.foreign.values import BROKEN, NotUnderstood, a_moment, an_offset
from kapsched.timeline.zones import Zone, zone

Clocks: TypeAlias = Callable[[datetime], datetime]
"""From what clocks show to UTC: of a time that they show twice the first, of one that they skip what it would be."""


def clocks_of(place: Zone) -> Clocks:
    """The clocks of a zone of ours."""

    def read(local: datetime) -> datetime:
        return local.replace(tzinfo=place, fold=0).astimezone(UTC)

    return read


def known_zone(name: str) -> Zone | None:
    """The zone that a TZID names, be it IANA's, Windows' or one with a vendor's prefix; None where none is known."""
    parts = name.strip().strip('"').split("/")[-3:]  # as many as any name has
    tries = ["/".join(parts[place:]) for place in range(len(parts))]
    for one in (WINDOWS_TO_OLSON.get(name.strip().strip('"'), ""), *tries):
        try:
            if one:
                return zone(one)
        except InvalidInput:
            continue
    return None


def defined_clocks(definition: Component, first: datetime, last: datetime, effort: Effort) -> Clocks | None:
    """The clocks that a VTIMEZONE describes, between two times as they show them; None where it cannot be followed.

    It is worked out here, and not by the name's first definition in the process, as icalendar would.
    """
    changes: list[tuple[datetime, timedelta, timedelta]] = []
    try:
        for part in definition.parts:
            before, after = (_offset(part, name) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
            changes += ((onset, before, after) for onset in _onsets(part, before, first, last, effort))
    except InvalidInput:
        raise  # there is too much to do
    except (*BROKEN, NotUnderstood):
        return None
    return _stepwise(sorted(changes)) if changes else None


def _offset(part: Component, name: str) -> timedelta:
    line = part.first(name)
    if line is None:
        raise NotUnderstood(f"{name} is missing")
    return an_offset(line.value)


def _onsets(
    part: Component, before: timedelta, first: datetime, last: datetime, effort: Effort
) -> Iterator[datetime]:
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
        earlier = first - timedelta(days=800)
        local = partial(_shown, before)
        yield from starts(line, start, earlier, last + timedelta(days=366), local=local, effort=effort)


def _shown(offset: timedelta, instant: datetime) -> datetime:
    return instant.replace(tzinfo=None) + offset


def _local(value: str, offset: timedelta) -> datetime:
    found = a_moment(value)
    if not isinstance(found, datetime):
        return datetime.combine(found, time())
    return found if found.tzinfo is None else _shown(offset, found)


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
