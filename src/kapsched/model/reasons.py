"""Why was something not possible? Reasons as values, and how each is said to whoever asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Literal, TypeAlias, get_args

from attrs import evolve, field, frozen

from kapsched.errors import Fault, Several, a_date, each, one_of, optional, refuse, require
from kapsched.model.appointments import a_session
from kapsched.model.wording import Wording

ReasonCode: TypeAlias = Literal[
    "rule",
    "window",
    "hours",
    "absence",
    "closure",
    "booked",
    "patient",
    "break",
    "notice",
    "horizon",
    "continuity",
    "pinned",
    "steps",
]
Audience: TypeAlias = Literal["desk", "patient"]
"""Who reads why there is no plan."""


@frozen(kw_only=True)
class Reason:
    """Why something was not possible: a code, whom or what it concerns, and on which `dates`, in order.

    `first` and `last` are the ends of the dates. Where those between are not known, `dates` is empty.
    """

    code: ReasonCode
    ids: tuple[str, ...] = field(default=(), converter=Several[str])
    dates: tuple[date, ...] = field(default=(), converter=Several[date], repr=False)  # there may be hundreds
    first: date | None = field()
    last: date | None = field()

    @first.default
    def _first(self) -> date | None:
        return self._end(0)

    @last.default
    def _last(self) -> date | None:
        return self._end(-1)

    def _end(self, place: int) -> date | None:
        # What is no date is the dates' fault, and not told of their ends as well.
        return self.dates[place] if self.dates and not each(a_date)(self.dates) else None

    def __attrs_post_init__(self) -> None:
        require(
            self,
            code=one_of(get_args(ReasonCode)),
            ids=each(a_session),
            dates=each(a_date),
            first=optional(a_date),
            last=optional(a_date),
        )
        refuse(self._faults())

    def _faults(self) -> Iterator[Fault]:
        if any(one >= other for one, other in pairwise(self.dates)):
            yield Fault("dates are wanted in order, each once", "dates")
        elif self.dates and (self.first, self.last) != (self.dates[0], self.dates[-1]):
            yield Fault("the first and the last are not those of the dates", "dates")


def sentences(
    reasons: Iterable[Reason],
    first_day: date,
    audience: Audience,
    wording: Wording,
    shared: Collection[str] = (),
) -> tuple[str, ...]:
    """What stands in the way of a course that begins on `first_day`; what is the same is said once.

    `shared` are the names of the rules that count the patient's other courses as well.
    """
    told = _alike(reasons, wording) if audience == "patient" else reasons
    return tuple(dict.fromkeys(_sentence(one, first_day, audience, wording, shared) for one in told))


def _alike(reasons: Iterable[Reason], wording: Wording) -> Iterator[Reason]:
    """The reasons, those as one that a patient reads the same of: that there are several is not for them either."""
    grouped: dict[str, list[Reason]] = {}
    for one in reasons:
        grouped.setdefault(wording.texts["patient", f"reason {_said_as(one)}"], []).append(one)
    for some in grouped.values():
        dates = sorted({day for one in some for day in _dates(one)})
        if len(some) == 1:
            yield from some
        elif all(map(_dates, some)):
            yield evolve(some[0], dates=dates, first=dates[0], last=dates[-1])
        else:  # one of them is at any time, and so are they all
            yield evolve(some[0], dates=(), first=None, last=None)


def _dates(reason: Reason) -> tuple[date, ...]:
    """On which dates; where only the ends are known, all between them."""
    ends = sorted(day.toordinal() for day in (reason.first, reason.last) if day)
    if reason.dates or not ends:
        return reason.dates
    return tuple(map(date.fromordinal, range(ends[0], ends[-1] + 1)))


def _sentence(
    reason: Reason, first_day: date, audience: Audience, wording: Wording, shared: Collection[str]
) -> str:
    on, last = _on(reason, audience, wording), reason.last or first_day
    ends = {
        name: _day(day, audience, wording) for name, day in (("first_day", first_day), ("last_day", last))
    }
    names = _listed(reason.ids, wording)
    return wording.say(audience, f"reason {_said_as(reason, shared)}", on=on, names=names, **ends)


def _said_as(reason: Reason, shared: Collection[str] = ()) -> str:
    """Which sentence a reason is: that of its code, or a special one."""
    if reason.code == "hours" and not reason.ids:
        return "not open"
    if reason.code == "patient" and reason.ids:
        return "excluded"
    if reason.code == "rule" and reason.first is None:
        return "contradiction"
    if reason.code == "rule" and not {*shared}.isdisjoint(reason.ids):
        return "shared"
    return reason.code


def _listed(names: Sequence[str], wording: Wording) -> str:
    if not names:
        return wording.say("desk", "nobody alone")
    *others, last = names
    return wording.say("desk", "list", others=", ".join(others), last=last) if others else last


def _day(day: date, audience: Audience, wording: Wording) -> str:
    return wording.patients_day(day) if audience == "patient" else wording.day(day, "short day")


def _on(reason: Reason, audience: Audience, wording: Wording) -> str:
    """The dates: up to three of them each, more by their ends."""

    def say(key: str, **days: date) -> str:
        said = {name: _day(one, audience, wording) for name, one in days.items()}
        return wording.say("desk", key, count=len(reason.dates), **said)

    ends = sorted({day for day in (reason.first, reason.last) if day})
    if not ends:
        return say("on none")
    known = reason.dates or (ends if len(ends) == 1 else ())
    if 1 <= len(known) <= 3:
        count = {1: "one", 2: "two", 3: "three"}[len(known)]
        return say(f"on {count}", **dict(zip(("first", "second", "third"), known, strict=False)))
    closed = len(known) in (0, (ends[-1] - ends[0]).days + 1)
    return say("on a stretch" if closed else "on several", first=ends[0], last=ends[-1])
