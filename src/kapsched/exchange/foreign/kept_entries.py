"""Which form of each entry of a foreign file counts, and which entries belong together? Then, what do they take?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeAlias, TypeVar

from attrs import define, field

from kapsched.errors import Fault, InvalidInput
from kapsched.exchange.foreign.entries import Entry
from kapsched.exchange.foreign.lines import Component
from kapsched.exchange.foreign.moments import Taken, Window, Zones
from kapsched.exchange.foreign.series import Series
from kapsched.exchange.foreign.values import BROKEN, NotUnderstood

_Key = TypeVar("_Key")
_Repeat: TypeAlias = tuple[datetime, bool]
"""For which repeat of a series an entry stands, and whether for all that follow."""


@define
class KeptEntries:
    """The latest form of each entry, and of each that stands for repeats of a series, in whichever calendar."""

    window: Window
    _cores: dict[str, Entry] = field(factory=dict, init=False)
    _others: dict[str, dict[_Repeat, Entry]] = field(factory=dict, init=False)

    def add(self, part: Component, zones: Zones, *, called_off: bool = False) -> None:
        """Keep an entry, unless a later form of it is known; what cannot be read is noted."""
        try:
            entry = Entry(part, zones, called_off=called_off)
            for line, message in entry.odd_lines():
                self.window.note(line, message)
            uid = entry.uid or f"line {part.number}"  # without one it is nobody else's
            if entry.recurrence is None:
                self._keep(entry, uid, self._cores)
            else:
                repeat = entry.stands_for, entry.from_then_on
                self._keep(entry, repeat, self._others.setdefault(uid, {}))
        except InvalidInput:
            raise  # there is too much to do
        except NotUnderstood as error:
            self.window.faults.append(Fault(str(error), f"line {error.line or part.number}"))
        except BROKEN:
            self.window.faults.append(
                Fault("an entry begins here that cannot be read", f"line {part.number}")
            )

    def _keep(self, entry: Entry, key: _Key, forms: dict[_Key, Entry]) -> None:
        known = forms.get(key)
        if known is None or known.revision <= entry.revision:
            forms[key] = entry
        if known is not None and known.revision == entry.revision and known.times != entry.times:
            message = f"is at other times on line {known.line.number}, and neither is said to be later"
            self.window.note(entry.line, f"the same entry {message}; the last is used")

    def taken(self) -> Iterator[Taken]:
        """Every stretch that they take about the window."""
        for uid, core in self._cores.items():
            yield from self._series(core, list(self._others.get(uid, {}).values()))
        for uid, entries in self._others.items():
            yield from self._singles(self._cores.get(uid), entries.values())

    def _singles(self, core: Entry | None, entries: Iterable[Entry]) -> Iterator[Taken]:
        """What those take that stand for one repeat, or for more without their series in the file."""
        for one in entries:
            if one.from_then_on and core is None:
                message = (
                    "stands for all repeats that follow, but their series is not here; only this one is used"
                )
                self.window.note(one.repeat, message)
            called_off = core is not None and core.cancelled and one.revision[0] < core.revision[0]
            if one.busy and not called_off and not (one.from_then_on and core):
                yield from self._single(one)

    def _series(self, core: Entry, others: list[Entry]) -> Iterator[Taken]:
        if not core.busy and not any(one.busy and one.from_then_on for one in others):
            return  # birthdays and the like: nothing of it takes time, and nothing is spent on it
        try:
            yield from Series(core, others, self.window).taken()
        except InvalidInput:
            raise  # there is too much to do
        except (NotUnderstood, *BROKEN):
            self.window.note(core.line, "a series begins here that cannot be followed")

    def _single(self, one: Entry) -> Iterator[Taken]:
        try:
            yield one.taken
        except BROKEN:
            self.window.note(one.line, "an entry begins here that cannot be read")
