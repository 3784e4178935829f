"""How is a noun of the model written in a document? Its schema, read off its attributes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import attrs

from kapsched.exchange.model_values import RULES
from kapsched.exchange.schemas.values import (
    BOOK_AHEAD,
    BOOLEAN,
    DAY,
    DAY_COUNT,
    DAYS,
    HOURS_LONG,
    LENGTH,
    MOMENT,
    SOME_WEEKDAYS,
    SPAN,
    TEXT,
    WEEK,
    WHOLE,
)
from kapsched.exchange.schemas.words import (
    Schema,
    choice,
    either,
    listed,
    mapped,
    perhaps,
    table,
    types_of,
    written,
)
from kapsched.model.periods import Period
from kapsched.model.phases import BookAhead
from kapsched.model.rules import Rule
from kapsched.timeline.recurrence import DaySpan, Week
from kapsched.timeline.units import DayCount, Days, Hours, Length

# Only treatment weeks are counted from a session, and the reader says so.
_PERIOD = either(choice(["week", "treatment week"]), written("treatment week from .+|[0-9]{1,4} days?"))
_LEAVES: tuple[tuple[Any, Schema], ...] = (
    (str, TEXT),
    (int, WHOLE),
    (bool, BOOLEAN),
    (date, DAY),
    (datetime, MOMENT),
    (time, TEXT),
    (Days, DAYS),
    (Length, LENGTH),
    (Length | None, perhaps(LENGTH)),
    (DayCount | None, perhaps(DAY_COUNT)),
    (Hours | None, perhaps(HOURS_LONG)),
    (DaySpan, SPAN),
    (Week, WEEK),
    (frozenset[int], SOME_WEEKDAYS),
    (Period, _PERIOD),
    (BookAhead | None, perhaps(BOOK_AHEAD)),
)


def schema_of(kind: Any) -> Schema:
    """The schema of what is written for a type of the model."""
    for leaf, schema in _LEAVES:
        if kind == leaf:
            return schema
    if kind == Rule:
        return either(*(_rule(word, noun) for word, noun in RULES.items()))
    if attrs.has(kind):
        return noun(kind)
    inner = get_args(kind)
    match get_origin(kind):
        case origin if origin is tuple:
            return listed(schema_of(inner[0]))
        case origin if origin is Mapping:
            return mapped(schema_of(inner[1]))
        case origin if origin is Literal:
            return choice(inner)
    (one,) = (each for each in inner if each is not NoneType)
    return perhaps(schema_of(one))


def noun(kind: type, more: Mapping[str, Schema] | None = None) -> Schema:
    """The table of a noun: what has no default is needed, and so is what there is `more`."""
    types = types_of(kind)
    needs: dict[str, Schema] = dict(more or {})
    takes: dict[str, Schema] = {}
    for one in attrs.fields(kind):
        if one.init:
            (needs if one.default is attrs.NOTHING else takes)[one.name] = schema_of(types[one.name])
    return table(kind, needs=needs, takes=takes)


def _rule(word: str, kind: type) -> Schema:
    return noun(kind, {"rule": choice([word])})
