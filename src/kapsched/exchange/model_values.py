"""How do the nouns of the model become plain values for JSON, and come back the same?

What equals its default is left out. Reading is strict: nothing is taken for what it is not, nothing unknown
is passed over, and every fault has its path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import cache, partial
from operator import eq
from typing import Any, Literal, TypeVar, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn

from kapsched.errors import InvalidInput
from kapsched.exchange.fields import (
    Fields,
    Reader,
    boolean,
    choice,
    gather,
    listed,
    listed_by,
    mapped,
    named,
    private_text,
    text,
    whole,
)
from kapsched.exchange.hours import placed, span, week, weekdays, written_date, written_moment
from kapsched.exchange.rule_tables import day_count, days, hours, length, period, written_period
from kapsched.exchange.shown import cell, shown
from kapsched.model.periods import Period, TreatmentWeek
from kapsched.model.phases import BookAhead
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Rule, Span
from kapsched.timeline.recurrence import WEEKDAYS, DaySpan, Week
from kapsched.timeline.units import DayCount, Days, Hours, Length, OpenDays
from kapsched.timeline.zones import wall, zone

T = TypeVar("T")

# Between the period and the session that it is counted from.
_FROM = " from "
RULES: Mapping[str, type[Rule]] = {
    "gap": Gap,
    "offset": Offset,
    "frequency": Frequency,
    "span": Span,
    "continuity": Continuity,
}


def plain(thing: object, zone_name: str) -> Any:
    """A noun of the model as dicts, lists, texts and numbers; times as the clocks of the zone show them."""
    return _converter(zone_name).unstructure(thing)


def reader_of(noun: type[T]) -> Reader[T]:
    """A reader of what `plain` makes of `noun`."""
    hook = _converter("UTC").get_structure_hook(noun)

    def read(value: object) -> T:
        found: T = hook(value, noun)
        return found

    return read


@cache
def _converter(zone_name: str) -> Converter:
    converter = Converter()
    place = zone(zone_name)
    converter.register_unstructure_hook_factory(
        attrs.has, lambda noun: make_dict_unstructure_fn(noun, converter, _cattrs_omit_if_default=True)
    )
    writers: list[tuple[Any, Callable[[Any], object]]] = [
        (datetime, lambda moment: wall(moment, place).isoformat()),
        (date, date.isoformat),
        (time, time.isoformat),
        *((unit, str) for unit in (Days, OpenDays, Hours, Length)),
        *((unit, _plain_length) for unit in (Length | None, DayCount | None, Hours | None)),
        (DaySpan, str),
        (Week, _plain_week),
        (frozenset[int], lambda chosen: [WEEKDAYS[day] for day in sorted(chosen)]),
        (Period, _plain_period),
        (BookAhead | None, plain_ahead),
        (Rule, partial(_plain_rule, converter)),
    ]
    for type_, write in writers:
        if isinstance(type_, type):
            converter.register_unstructure_hook(type_, write)
        else:
            converter.register_unstructure_hook_func(partial(eq, type_), write)
    _register_readers(converter)
    return converter


def _register_readers(converter: Converter) -> None:
    def hook(type_: Any, read: Reader[Any]) -> None:
        if isinstance(type_, type):
            converter.register_structure_hook(type_, lambda value, _: read(value))
        else:
            converter.register_structure_hook_func(partial(eq, type_), lambda value, _: read(value))

    converter.register_structure_hook_factory(attrs.has, partial(_noun_reader, converter))
    converter.register_structure_hook_factory(partial(_comes_from, tuple), partial(_tuple_reader, converter))
    converter.register_structure_hook_factory(
        partial(_comes_from, Mapping), partial(_mapping_reader, converter)
    )
    converter.register_structure_hook_factory(
        partial(_comes_from, Literal),
        lambda type_: lambda value, _: choice(*get_args(type_))(value),
    )
    hook(str, text)
    hook(int, whole)
    hook(bool, boolean)
    hook(date, written_date)
    hook(datetime, lambda value: placed(written_moment(value), None))
    hook(time, _time)
    hook(Days, days)
    hook(Length, length)
    for unit, read in ((Length, length), (DayCount, day_count), (Hours, hours)):
        hook(unit | None, _perhaps(read))
    hook(DaySpan, span)
    hook(Week, week)
    hook(frozenset[int], lambda value: weekdays(value) if value != [] else frozenset())
    hook(Period, _period)
    hook(BookAhead | None, read_ahead)
    hook(Rule, partial(_rule, converter))


def _comes_from(origin: Any, type_: Any) -> bool:
    found: Any = get_origin(type_)
    return bool(found is origin)


def _noun_reader(converter: Converter, noun: Any) -> Callable[[object, Any], Any]:
    attributes = [one for one in attrs.fields(attrs.resolve_types(noun)) if one.init]
    hooks = {one.name: converter.get_structure_hook(one.type) for one in attributes}

    def read_one(attribute: attrs.Attribute[Any], value: object) -> object:
        if attribute.type is str and not attribute.repr:
            return private_text(value)  # what is not shown of the noun is not shown in a fault either
        return hooks[attribute.name](value, attribute.type)

    def read(value: object, _: object) -> Any:
        said: dict[str, object] = {}
        with Fields(value) as table:
            for one in attributes:
                take = table.need if one.default is attrs.NOTHING else table.take
                found = take(one.name, partial(read_one, one), None)
                if one.name in table:
                    said[one.name] = found
        return noun(**said)

    return read


def _tuple_reader(converter: Converter, type_: Any) -> Callable[[object, Any], tuple[object, ...]]:
    (inner, _) = get_args(type_)
    hook = converter.get_structure_hook(inner)
    by_name = inner == Rule or (attrs.has(inner) and "name" in attrs.fields_dict(inner))

    def read(value: object) -> object:
        return hook(value, inner)

    whole_list = listed_by("name", read) if by_name else listed(read)
    return lambda value, _: whole_list(value)


def _mapping_reader(converter: Converter, type_: Any) -> Callable[[object, Any], dict[str, object]]:
    inner = get_args(type_)[1]
    hook = converter.get_structure_hook(inner)
    whole_table = mapped(lambda value: hook(value, inner))
    return lambda value, _: whole_table(value)


def _plain_length(given: Length | None) -> str | None:
    return None if given is None else str(given)


def _perhaps(read: Reader[Length]) -> Reader[Length | None]:
    return lambda value: None if value is None else read(value)


def _plain_week(given: Week) -> dict[str, list[str]]:
    pairs = zip(WEEKDAYS, given.days, strict=True)
    return {weekday: [str(part) for part in spans] for weekday, spans in pairs if spans}


def plain_ahead(ahead: BookAhead | None) -> int | str | None:
    """How far ahead is planned, as a count or a date in text."""
    return ahead.isoformat() if isinstance(ahead, date) else ahead


def read_ahead(value: object) -> BookAhead | None:
    """What `plain_ahead` makes."""
    if value is None:
        return None
    return whole(value) if isinstance(value, int) else written_date(value)


def _plain_period(given: Period) -> str:
    anchor = given.anchor if isinstance(given, TreatmentWeek) else None
    return written_period(given) + (f"{_FROM}{anchor}" if anchor else "")


def _period(value: object) -> Period:
    per, counted_from, anchor = text(value).partition(_FROM)
    found = period(per)
    if not counted_from:
        return found
    if not isinstance(found, TreatmentWeek):
        raise InvalidInput(f"only treatment weeks are counted from a session, not {shown(value)}")
    return TreatmentWeek(anchor=anchor)


def _plain_rule(converter: Converter, rule: Rule) -> dict[str, object]:
    (word,) = (word for word, noun in RULES.items() if type(rule) is noun)
    return {"rule": word, **converter.unstructure(rule)}


def _time(value: object) -> time:
    try:
        return time.fromisoformat(text(value))
    except ValueError:
        raise InvalidInput(f"a time of day such as 09:30:00 is wanted, not {cell(value)}") from None


def _rule(converter: Converter, value: object) -> Rule:
    said = dict(named(value))
    (word,) = gather([("rule", partial(choice(*RULES), said.pop("rule", None)))])
    noun = RULES[word]
    rule: Rule = converter.get_structure_hook(noun)(said, noun)
    return rule
