"""What programme does a table describe, with its kinds, phases and rules?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import NamedTuple

from attrs import define, field

from kapsched.errors import Fault, InvalidInput
from kapsched.exchange.cadences import Step, cadence, open_step, timed_step
from kapsched.exchange.fields import (
    NO_NAME,
    Fields,
    boolean,
    count_or_day,
    label,
    listed,
    listed_by,
    named,
    positive,
    text,
    whole,
)
from kapsched.exchange.rule_tables import RULE_TABLES
from kapsched.exchange.shown import meant
from kapsched.exchange.toml_files import read_format
from kapsched.model.phases import Phase
from kapsched.model.programme import Programme, Segment, SessionKind
from kapsched.model.rules import Offset, Rule, Span
from kapsched.timeline.units import Days

_CLOSED = False


class _Stretch(NamedTuple):
    """A phase, with an offset for each step of its cadence."""

    phase: Phase
    steps: tuple[Offset, ...]


class _Place(NamedTuple):
    """Where a rule is written; `fields` moves faults of some of its fields, and "" to the place itself."""

    path: str
    fields: Mapping[str, str] = {}

    def of(self, attribute: str) -> str:
        field = self.fields.get(attribute, attribute)
        return f"{self.path}.{field}" if field else self.path


_SELECTORS = {"gaps": ("of", "after", "before"), "offsets": ("of", "anchor")}
_SHORT_GAP = {"after": "of", "before": "of"}


@define
class _Rules:
    """The rules read so far, each with the place in the file where its faults belong."""

    rules: list[Rule] = field(factory=list)
    places: dict[str, _Place] = field(factory=dict)

    def add(self, rules: Iterable[Rule], place: _Place) -> None:
        """Take in the rules written at `place`."""
        for rule in rules:
            if rule.name in self.places:
                raise InvalidInput(f"there is already a rule {rule.name!r}, at {self.places[rule.name].path}")
        for rule in rules:
            self.rules.append(rule)
            self.places[rule.name] = place

    def read(self, kind: str, name: str, value: object) -> _Place:
        """Read one rule of the table `kind`, and say where it is written."""
        short = kind == "interleaved" or "of" in named(value)
        place = _Place(f"{kind}.{name}", _SHORT_GAP if short else {})
        rules = RULE_TABLES[kind](name, value)
        # A name that cannot stand has been told; the programme would only tell it again.
        self.add(rules if _is_plain(name) else (), place)
        return place

    def sketch(self, kind: str, name: str, value: object) -> _Place:
        """Take in the name and the selectors of a rule at fault, so that they can still be looked at."""
        place = self.places.setdefault(name, _Place(f"{kind}.{name}"))
        for attribute in _SELECTORS.get(kind, ("of",)):
            said = value.get(attribute) if isinstance(value, dict) else None
            names = [said] if isinstance(said, str) else said
            if isinstance(names, list) and names and all(isinstance(one, str) and one for one in names):
                # Whatever is wrong with the name of the rule, the sketch has one of its own.
                own = f"sketch {len(self.rules)}"
                self.rules.append(Span(name=own, of=names, at_most=Days(1)))
                self.places[own] = _Place(f"{kind}.{name}.{attribute}", {"of": ""})
        return place

    def moved(self, fault: Fault) -> Fault:
        """A fault of the finished programme as one of the file."""
        for name in sorted(self.places, key=len, reverse=True):
            if fault.path.startswith(f"rules.{name}."):
                return fault._replace(path=self.places[name].of(fault.path.removeprefix(f"rules.{name}.")))
        return fault


def programme_of(value: object) -> Programme:
    """The programme a table describes in full; `based_on` has been seen to before."""
    with Fields(value) as table:
        read_format(table)
        name, version = table.need("name", label, "programme"), table.need("version", label, "1")
        table.take("based_on", text, "")
        target = table.take("target", label, "")
        known, phases = (list(table.need(key, named, {})) for key in ("kinds", "phases"))
        kinds = table.each("kinds", _kind, partial(_sketched_kind, _roles_asked_for(value)), _plain)
        stretches = table.each(
            "phases",
            lambda name, one: _stretch(name, one, known),
            lambda name, one: _sketched_stretch(name, one, known),
            _plain,
        )
        rules = _rules(table, stretches)
        for key in ("kinds", "phases"):
            if table.take(key, named, None) == {}:
                table.fault("at least one is wanted", key)
        # Without all of them, whatever names one of them would seem wrong.
        if not len(kinds) == len(known) > 0 or not len(stretches) == len(phases) > 0:
            raise InvalidInput(*table.faults)
        try:
            return Programme(
                name=name,
                version=version,
                kinds=kinds,
                phases=[one.phase for one in stretches],
                rules=rules.rules,
                target=target,
            )
        except InvalidInput as error:
            raise InvalidInput(*map(rules.moved, error.faults)) from None


def _rules(table: Fields, stretches: Iterable[_Stretch]) -> _Rules:
    found = _Rules()
    for kind in RULE_TABLES:
        table.each(kind, partial(found.read, kind), partial(found.sketch, kind), _plain)
        if kind == "offsets":
            for stretch in stretches:
                _add_steps(found, stretch, table)
    return found


def _add_steps(found: _Rules, stretch: _Stretch, table: Fields) -> None:
    for number, step in enumerate(stretch.steps, start=1):
        path = f"phases.{stretch.phase.name}.steps.{number}"
        try:
            found.add([step], _Place(path, {"of": "", "anchor": "", "before": ""}))
        except InvalidInput as error:
            table.faults += error.under(path).faults


def _is_plain(name: str) -> bool:
    return "/" not in name and name not in ("*", NO_NAME)


def _plain(value: object) -> str:
    if not _is_plain(label(value)):
        raise InvalidInput(f"{value!r} is not a name: selectors use '/' and '*'")
    return label(value)


def _segment(value: object) -> Segment:
    with Fields(value) as table:
        name = table.need("name", label, "")
        minutes = table.need("minutes", whole, 1)
        staff, room = table.take("staff", listed(label), ()), table.take("room", label, None)
        shares, pools = table.take("shares", listed(label), ()), table.take("pools", listed(label), ())
        turnaround, tail = table.take("turnaround", whole, 0), table.take("tail", whole, 0)
        return Segment(
            name=name,
            minutes=minutes,
            staff=staff,
            room=room,
            turnaround=turnaround,
            tail=tail,
            shares=() if table.faults else shares,
            pools=pools,
        )


def _kind(name: str, value: object) -> SessionKind:
    with Fields(value) as table:
        handover = table.take("handover", listed(label), ())
        segments = table.need("segments", listed_by("name", _segment), ())
        needs = {need for segment in segments for need in (*segment.staff, segment.room)}
        if segments:
            for one in handover:
                if one not in needs:
                    table.fault(f"{one!r} is neither a role nor a room of these segments", "handover")
    return SessionKind(name=name, segments=segments, handover=handover)


def _roles_asked_for(value: object) -> list[str]:
    rules = value.get("continuity") if isinstance(value, dict) else None
    tables = rules.values() if isinstance(rules, dict) else ()
    roles = [one.get("role") for one in tables if isinstance(one, dict)]
    return [role for role in roles if isinstance(role, str)]


def _sketched_kind(asked_for: list[str], name: str, value: object) -> SessionKind:
    """A kind that needs every role it seems to name, so that rules about it can still be looked at.

    Where it cannot be told which those are, they may be any that rules ask for.
    """
    segments = value.get("segments") if isinstance(value, dict) else None
    tables = segments if isinstance(segments, list) else [None]
    listings = [one.get("staff", []) if isinstance(one, dict) else None for one in tables]
    roles = [role for one in listings for role in (one if isinstance(one, list) else [None])]
    staff = [role for role in roles if isinstance(role, str)]
    staff += asked_for if len(staff) < len(roles) else []
    return SessionKind(name=name, segments=(Segment(name="sketch", minutes=1, staff=staff),))


def _stretch(name: str, value: object, kinds: list[str]) -> _Stretch:
    with Fields(value) as table:
        order = table.need("order", listed(label), ())
        for kind in dict.fromkeys(order):
            if kind not in kinds:
                table.fault(f"there is no kind {kind!r}{meant(kind, kinds)}", "order")
        times = table.take("times", positive, 1)
        is_open = table.take("open", boolean, _CLOSED)
        ahead = table.take("book_ahead", count_or_day, None)
        steps = table.take("steps", listed(open_step if is_open else timed_step), ())
        if is_open:
            _open_faults(table, steps)
        elif "book_ahead" in table and not table.faults:
            table.fault("only an open phase is planned so far ahead", "book_ahead")
        elif steps and "times" in table and times != sum(step.times for step in steps):
            table.fault(
                f"the steps add up to {sum(step.times for step in steps)}; say one of the two", "times"
            )
        elif "steps" in table and not steps and not table.faults:
            table.fault("at least one step is wanted", "steps")
    if is_open:
        times = 1
    elif steps:
        times = sum(step.times for step in steps)
    phase = Phase(name=name, order=order, times=times, open=is_open, book_ahead=ahead)
    return _Stretch(phase, cadence(phase, steps))


def _open_faults(table: Fields, steps: tuple[Step, ...]) -> None:
    if "steps" in table and len(steps) != 1 and not table.faults:
        table.fault("an open phase has one step, which goes on", "steps")
    if "times" in table:
        table.fault("an open phase has no number of times: it goes on", "times")
    if "book_ahead" not in table:
        table.fault("an open phase says how far ahead it is planned", "book_ahead")


def _sketched_stretch(name: str, value: object, kinds: list[str]) -> _Stretch:
    """A phase with all the sessions it may be meant to have, for the same reason."""
    order = value.get("order") if isinstance(value, dict) else None
    known = [one for one in order if one in kinds] if isinstance(order, list) else []
    return _Stretch(Phase(name=name, order=known + kinds * 2, times=20), ())
