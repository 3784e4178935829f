"""In what is time counted? Units that never convert into each other."""

from __future__ import annotations

import re
from typing import TypeAlias

from attrs import frozen

from kapsched.errors import InvalidInput, require, whole

# A hundred years: beyond any rule, and short enough for sums of dates not to run out of calendar.
_A_COUNT_OF_DAYS = whole(-36_525, 36_525)
_A_COUNT_OF_HOURS = whole(-876_600, 876_600)


@frozen(order=True)
class Days:
    """A difference of calendar dates in the clinic's zone: Monday to Wednesday is `Days(2)`."""

    count: int

    def __attrs_post_init__(self) -> None:
        require(self, count=_A_COUNT_OF_DAYS)

    def __str__(self) -> str:
        return "1 day" if self.count == 1 else f"{self.count} days"


@frozen(order=True)
class OpenDays:
    """A difference counted in a clinic's open dates: with the weekend closed, Friday to Monday is `OpenDays(1)`.

    A date is open if the clinic has any time on it, its hours less its closures.
    """

    count: int

    def __attrs_post_init__(self) -> None:
        require(self, count=_A_COUNT_OF_DAYS)

    def __str__(self) -> str:
        return "1 open day" if self.count == 1 else f"{self.count} open days"


@frozen(order=True)
class Hours:
    """Elapsed hours between two instants, whatever the clocks on the wall do in between."""

    count: int

    def __attrs_post_init__(self) -> None:
        require(self, count=_A_COUNT_OF_HOURS)

    def __str__(self) -> str:
        return "1 hour" if self.count == 1 else f"{self.count} hours"


# What dates are told apart by; only these have an ideal.
DayCount: TypeAlias = Days | OpenDays
Length: TypeAlias = Days | OpenDays | Hours

_WRITTEN = re.compile(r"(-?[0-9]{1,6}) (days?|open days?|hours?)")
_UNITS: dict[str, type[Length]] = {"day": Days, "open day": OpenDays, "hour": Hours}


def read_length(text: object) -> Length:
    """`"2 days"`, `"2 open days"` or `"48 hours"` as a unit; anything else is `InvalidInput`."""
    match = _WRITTEN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InvalidInput(f'a length such as "2 days", "2 open days" or "48 hours" is wanted, not {text!r}')
    return _UNITS[match[2].removesuffix("s")](int(match[1]))
