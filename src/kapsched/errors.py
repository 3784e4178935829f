"""What can go wrong, drawn.

KapschedError
├── InvalidInput   what was handed in cannot be used; also a ValueError; lists every fault with its path
├── Clash          a booking meets another that was already there
└── PlannerBug     a plan of ours broke a promise: never the caller's fault

Below it stand the checks of single fields: a `Check` says what is wrong with a value, or "" if nothing is.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Protocol, TypeAlias, TypeVar, cast

T = TypeVar("T")


class KapschedError(Exception):
    """Whatever kapsched raises on purpose."""


class Fault(NamedTuple):
    """One thing that cannot be used: what is wrong, where by name, and where in the file."""

    message: str
    path: str = ""
    source: str = ""
    line: int | None = None

    def __str__(self) -> str:
        line = "" if self.line is None else f":{self.line}" if self.source else f"line {self.line}"
        place = f"{self.source}{line}"
        return ": ".join(part for part in (place, self.path, self.message) if part)

    def under(self, prefix: str) -> Fault:
        """The same fault seen from one level up: its path begins with `prefix`."""
        return self._replace(path=".".join(part for part in (prefix, self.path) if part))


class InvalidInput(KapschedError, ValueError):
    """Input that cannot be used; `faults` holds everything wrong with it, not only the first."""

    faults: tuple[Fault, ...]

    def __init__(self, *faults: Fault | str, path: str = "") -> None:
        self.faults = tuple(fault if isinstance(fault, Fault) else Fault(fault, path) for fault in faults)
        super().__init__("\n".join(map(str, self.faults)))

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[Fault, ...]]:
        return type(self), self.faults

    def under(self, prefix: str) -> InvalidInput:
        """The same faults with `prefix` before each path."""
        return InvalidInput(*(fault.under(prefix) for fault in self.faults))


class Clash(KapschedError):
    """A booking that meets another one already in the diary."""


class PlannerBug(KapschedError):
    """A plan that the verifier refuses; please report it with the input that led to it."""


def refuse(faults: Iterable[Fault]) -> None:
    """Raise `InvalidInput` with all `faults`, if there are any."""
    if found := tuple(faults):
        raise InvalidInput(*found)


Check: TypeAlias = Callable[[object], str]

# Beyond these years the arithmetic of dates and zones runs out of calendar.
FIRST_YEAR, LAST_YEAR = 1900, 2999

# Nothing is counted further than this, be it built or read.
MOST = 1_000_000_000

# Control characters break lines, tables and XML; half of a surrogate pair cannot be written at all; and a byte order
# mark is lost wherever it comes first, unseen.
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


class _Page(Protocol):
    """What Hypothesis and IPython write values on."""

    def text(self, words: str, /) -> object: ...


def by_repr(thing: object, page: _Page, _: object) -> None:
    """As `_repr_pretty_`: else Hypothesis would write out every field, also one that the `repr` keeps back."""
    page.text(repr(thing))


def faults_in(thing: object, **checks: Check) -> list[Fault]:
    """What is wrong with `thing`, each field by the check given for it; the paths are the fields' names."""
    return [
        Fault(message, name) for name, check in checks.items() if (message := check(getattr(thing, name)))
    ]


def require(thing: object, **checks: Check) -> None:
    """Raise `InvalidInput` with all that `faults_in` finds, if it finds anything."""
    refuse(faults_in(thing, **checks))


def require_given(**arguments: tuple[object, Check]) -> None:
    """Raise `InvalidInput` with all that is wrong with some arguments, each beside the check of it."""
    refuse(Fault(message, name) for name, (value, check) in arguments.items() if (message := check(value)))


class _Brief(reprlib.Repr):
    """Texts, numbers and dates in brief; of any other object only what it is, for it may hold somebody's name."""

    def repr_instance(self, x: object, level: int) -> str:
        if x is None or isinstance(x, bool | float | date | time | timedelta):
            return super().repr_instance(x, level)
        return f"a {type(x).__name__}"


_brief = _Brief()
_brief.maxdict = 0  # nor what stands in a dict


def shown(value: object) -> str:
    """A value as a message shows it, in brief."""
    try:
        return _brief.repr(value)
    except ValueError:  # Python writes out no number of thousands of digits
        return "a number of thousands of digits"


def _sort(value: object) -> str:
    """What sort of thing stands where a noun is wanted, and no more: it may be a person of the caller's."""
    return shown(value) if value is None or isinstance(value, bool | int | float) else type(value).__name__


def text(value: object, most: int = 10_000) -> str:
    """Text that every file can carry, possibly none; `most` in characters."""
    if not isinstance(value, str):
        return f"text is wanted, not {shown(value)}"
    if len(value) <= most and value.isprintable():
        return ""
    return f"{shown(value)} {fault}" if (fault := _unwritable(value, most)) else ""


def private_text(value: object, most: int = 10_000) -> str:
    """Text about somebody, such as a name: no message shows any of it."""
    if not isinstance(value, str):
        return "text is wanted"
    return f"it {fault}" if (fault := _unwritable(value, most)) else ""


def _unwritable(value: str, most: int) -> str:
    if len(value) > most:
        return f"is longer than {most} characters"
    if found := _UNWRITABLE.search(value):
        return f"holds {found[0]!r}, which not every file can carry"
    return ""


def identifier(value: object, most: int = 200) -> str:
    """An id or a name: anything of the caller's that is not blank; `most` in characters."""
    if isinstance(value, str) and (not value or value.isspace()):
        return "some text is wanted, not a blank"
    return text(value, most)


# As RFC 5646 has them, but for the few old tags that it lists; languages of more than three letters there are none.
_LANGUAGE_TAG = re.compile(
    r"[a-z]{2,3}(-[a-z]{3}){0,3}(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
    r"(-[0-9a-wy-z](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?",
    re.IGNORECASE | re.ASCII,
)


def language_tag(value: object) -> str:
    """The BCP 47 tag of a language, such as `cy` or `de-AT`."""
    if isinstance(value, str) and _LANGUAGE_TAG.fullmatch(value):
        return ""
    return f"the tag of a language is wanted, such as 'cy' or 'de-AT', not {shown(value)}"


class Several(tuple[T, ...]):
    """What makes tuples of several things, `Several[Room]`, and leaves the rest for `each` to refuse.

    A single text is not cut into letters.
    """

    __slots__ = ()

    def __new__(cls, given: Iterable[T]) -> tuple[T, ...]:  # type: ignore[misc]  # plain tuples, none of its own
        several = isinstance(cast(object, given), Iterable) and not isinstance(given, str)
        return tuple(given) if several else cast(tuple[T, ...], given)


def flag(value: object) -> str:
    """True or False."""
    return "" if isinstance(value, bool) else f"True or False is wanted, not {shown(value)}"


def whole(least: int, most: int) -> Check:
    """A whole number between two others, both included."""

    def check(value: object) -> str:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            return f"a whole number from {least} to {most} is wanted, not {shown(value)}"
        return ""

    return check


def a_date(value: object) -> str:
    """A date that is no datetime, in years for which there is a calendar."""
    if not isinstance(value, date) or isinstance(value, datetime):
        return f"a date is wanted, not {_sort(value)}"
    return _year(value.year)


def _year(year: int) -> str:
    if FIRST_YEAR <= year <= LAST_YEAR:
        return ""
    return f"a year from {FIRST_YEAR} to {LAST_YEAR} is wanted, not {year}"


def aware(value: object) -> str:
    """A datetime that says in which time zone it is."""
    if not isinstance(value, datetime):
        return f"a datetime is wanted, not {_sort(value)}"
    if value.utcoffset() is None:
        return f"{value} does not say in which time zone it is; give an aware datetime"
    return ""


def a_moment(value: object) -> str:
    """An aware datetime, in years for which there is a calendar."""
    return aware(value) or _year(cast(datetime, value).year)


def one_of(options: Iterable[object]) -> Check:
    """One of a few words."""
    known = tuple(options)

    def check(value: object) -> str:
        return (
            ""
            if value in known
            else f"{shown(value)} is not known here; there are {', '.join(map(str, known))}"
        )

    return check


def of_type(*types: type) -> Check:
    """A value that is built already."""

    def check(value: object) -> str:
        if isinstance(value, types):
            return ""
        return f"{' or '.join(one.__name__ for one in types)} is wanted, not {_sort(value)}"

    return check


def optional(check: Check) -> Check:
    """None, or what `check` wants."""
    return lambda value: "" if value is None else check(value)


def each(check: Check) -> Check:
    """Several, each of which `check` wants; a single text is not several."""

    def check_all(values: object) -> str:
        if not isinstance(values, tuple | frozenset):
            return f"several are wanted, in a list, not {_sort(values)}"
        return next(filter(None, map(check, values)), "")

    return check_all
