"""What time is it there? The one door between wall time and UTC.

All zones come from the `tzdata` wheel, never from the operating system, so that instants and exported
calendars follow one database on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import TypeAlias
from zoneinfo import ZoneInfo

import tzdata

from kapsched.errors import InvalidInput, aware

MINUTES_A_DAY = 24 * 60

Zone: TypeAlias = ZoneInfo


class _Zone(ZoneInfo):
    """A zone that pickles by its name, although it was read from a file."""

    def __reduce__(self) -> tuple[Callable[[str], ZoneInfo], tuple[str]]:
        return zone, (self.key,)


def tz_version() -> str:
    """The release of the tz database in use, such as `2026c`."""
    return str(tzdata.IANA_VERSION)


def tzif(name: str) -> bytes:
    """The zone's compiled rules as the tz database ships them."""
    # Asked of the list and not of the file system, which may know no difference between upper and lower case.
    if name not in _names():
        raise InvalidInput(f"there is no time zone {name!r}; a name such as 'Europe/London' is wanted")
    return files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


@cache
def _names() -> frozenset[str]:
    return frozenset((files("tzdata") / "zones").read_text(encoding="ascii").split())


@cache
def _spelt() -> dict[str, str]:
    return {name.casefold(): name for name in _names()}


def spelt(name: str) -> str | None:
    """The IANA name that is meant, whatever of it is in capitals; None where there is none."""
    return _spelt().get(name.casefold())


_ZONES: dict[str, ZoneInfo] = {}


def zone(name: str) -> ZoneInfo:
    """The zone of that IANA name, one object for each name, whichever of several threads asks first."""
    found = _ZONES.get(name)
    if found is None:
        # With two objects of one zone, equal times within a repeated hour would be unequal.
        found = _ZONES.setdefault(name, _Zone.from_file(BytesIO(tzif(name)), key=name))
    return found


def require_aware(moment: datetime) -> datetime:
    """The same moment, or `InvalidInput` if it does not say in which zone it is."""
    if message := aware(moment):
        raise InvalidInput(message)
    return moment


def instant(moment: datetime) -> datetime:
    """An aware datetime as UTC, in which differences are elapsed time."""
    if type(moment) is datetime and moment.tzinfo is UTC:
        return moment
    try:
        return require_aware(moment).astimezone(UTC)
    except OverflowError:
        raise InvalidInput(f"{moment} lies outside the calendar") from None


def as_instant(moment: datetime) -> datetime:
    """As `instant`; what is no instant is left for `an_instant` to refuse."""
    try:
        return instant(moment)
    except InvalidInput:
        return moment


def an_instant(value: object) -> str:
    """What `as_instant` has made of an aware datetime within the calendar."""
    if isinstance(value, datetime) and value.tzinfo is UTC:
        return ""
    return aware(value) or f"{value} lies outside the calendar"


def exists(local: datetime) -> bool:
    """Does this aware wall time occur, or do the clocks skip it?"""
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)


def wall(moment: datetime, place: ZoneInfo) -> datetime:
    """An aware datetime as the clocks of `place` show it."""
    return require_aware(moment).astimezone(place)


def at(day: date, minute: int, place: ZoneInfo) -> datetime:
    """The UTC instant at which the clocks of `place` show `minute` minutes after midnight of `day`.

    A time that the clocks skip is the end of the skipped stretch; one that they show twice is the first.
    `minute` may be 1440: the next midnight.
    """
    day, minute = day + timedelta(days=minute // MINUTES_A_DAY), minute % MINUTES_A_DAY
    local = datetime.combine(day, time(minute // 60, minute % 60), place)
    if exists(local):
        return local.astimezone(UTC)
    return _end_of_skip(local, place)


def _end_of_skip(skipped: datetime, place: ZoneInfo) -> datetime:
    """The instant at which the clocks jump over `skipped`."""
    # Read with the offset before the jump (fold 0) a skipped time lies after the jump; with the later one,
    # before it.
    late = skipped.replace(fold=0).astimezone(UTC)
    early = skipped.replace(fold=1).astimezone(UTC)
    offset = early.astimezone(place).utcoffset()
    while late - early > timedelta(minutes=1):
        middle = early + (late - early) // 2
        if middle.astimezone(place).utcoffset() == offset:
            early = middle
        else:
            late = middle
    return late.replace(second=0, microsecond=0)


def midnight(day: date, place: ZoneInfo) -> datetime:
    """The UTC instant at which `day` begins in `place`."""
    return at(day, 0, place)
