"""What do the readers ask of each table of a file, and what does its schema say of that table?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

import pytest
from attrs import define, field, frozen
from jsonschema import Draft7Validator, FormatChecker

from kapsched.exchange.fields import Fields
from kapsched.exchange.schemas.words import Schema

Place = tuple[str | int, ...]


def as_json(value: object) -> Any:
    """What an editor hands to a schema: TOML's dates and times are text there."""
    if isinstance(value, Mapping):
        return {key: as_json(one) for key, one in value.items()}
    if isinstance(value, list):
        return [as_json(one) for one in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value


_DATES = FormatChecker(["date"])


def judge(schema: Schema) -> Draft7Validator:
    return Draft7Validator(schema, format_checker=_DATES)


def allows(schema: Schema, value: object) -> bool:
    return bool(judge(schema).is_valid(as_json(value)))


@frozen
class Asked:
    """One table that was read: where it stands, what it holds, which keys were asked for and which had to be there."""

    place: Place
    holds: frozenset[str]
    keys: frozenset[str]
    needs: frozenset[str]


@define
class _Reading:
    table: Mapping[str, object]
    asked: dict[str, bool] = field(factory=dict)


@contextmanager
def _listening() -> Iterator[list[_Reading]]:
    """Within the block every table that `Fields` reads is noted, with the keys it is asked for."""
    readings: list[_Reading] = []
    opened, needed, taken = Fields.__init__, Fields.need, Fields.take

    def note(fields: Fields, key: str, *, needed: bool) -> None:
        asked = next(one.asked for one in reversed(readings) if one.table is fields._values)
        asked[key] = asked.get(key, False) or needed

    def opening(fields: Fields, value: object) -> None:
        opened(fields, value)
        readings.append(_Reading(fields._values))

    def needing(fields: Fields, key: str, *rest: Any) -> Any:
        note(fields, key, needed=True)
        return needed(fields, key, *rest)

    def taking(fields: Fields, key: str, *rest: Any) -> Any:
        note(fields, key, needed=False)
        return taken(fields, key, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Fields, "__init__", opening)
        patch.setattr(Fields, "need", needing)
        patch.setattr(Fields, "take", taking)
        yield readings


def tables(value: object, place: Place = ()) -> Iterator[tuple[Place, dict[str, object]]]:
    """Every table in a parsed file, with its place."""
    if isinstance(value, dict):
        yield place, value
    pairs: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    for key, one in pairs:
        yield from tables(one, (*place, key))


@contextmanager
def asking(parsed: dict[str, object]) -> Iterator[list[Asked]]:
    """What is asked of the tables of a parsed file that is read within the block; the list is filled at its end.

    A reader may take a key out of a copy of a table before it reads the rest: that key was asked for, and needed.
    """
    there = list(tables(parsed))
    found: list[Asked] = []
    with _listening() as readings:
        yield found
    for reading in readings:
        if _is_a_row(reading.table) and not any(one[1] is reading.table for one in there):
            continue
        place, whole = next(
            (one for one in there if one[1] is reading.table),
            None,
        ) or next(
            one
            for one in there
            if len(one[1]) == len(reading.table) + 1 and reading.table.items() <= one[1].items()
        )
        before = whole.keys() - reading.table.keys()
        found.append(
            Asked(
                place=place,
                holds=frozenset(whole),
                keys=frozenset(reading.asked) | before,
                needs=frozenset(key for key, needed in reading.asked.items() if needed) | before,
            )
        )


def _is_a_row(table: Mapping[str, object]) -> bool:
    """Is it a row of a CSV file that the file names? Its cells are texts, and stand under several names of ours."""
    return len(table) > 2 and {"kind", "start"} <= table.keys() and {str} >= set(map(type, table.values()))


@frozen
class Told:
    """What a schema says of a table: its keys, and those that it needs."""

    keys: frozenset[str]
    needs: frozenset[str]


def told_of(schema: Schema, parsed: object, place: Place) -> Told | None:
    """What the schema says of the table at a place in a file that it allows; None where it knows none there."""
    value, speaking = as_json(parsed), [schema]
    for step in place:
        speaking = [one for schema in _all(speaking, value) for one in _beneath(schema, step)]
        value = value[step]
    speaking = list(_all(speaking, value))
    keyed = [one for one in speaking if one.get("additionalProperties") is False]
    if len(keyed) != 1:
        return None
    (keys,) = (frozenset(one["properties"]) for one in keyed)
    return Told(keys, frozenset(key for one in speaking for key in one.get("required", ())))


def _all(schemas: Iterable[Schema], value: object) -> Iterator[Schema]:
    """The schemas, and those within them that have a say on the value itself; `required` alone is one of some ways."""
    for schema in schemas:
        yield schema
        ways = [one for one in schema.get("anyOf", ()) if one.keys() != {"required"}]
        yield from _all([one for one in ways if judge(one).is_valid(value)], value)
        if "else" in schema and not judge(schema["if"]).is_valid(value):
            yield from _all([schema["else"]], value)


def spots(schema: Schema, parsed: object) -> list[tuple[Place, list[Schema]]]:
    """One place in the file for each spot that the schema speaks of, with the schemas that speak of it.

    What differs in names, or in numbers of a list, is one spot.
    """
    found: dict[Place, tuple[Place, list[Schema]]] = {}

    def walk(speaking: list[Schema], value: object, place: Place, spot: Place) -> None:
        if place:
            found.setdefault(spot, (place, speaking))
        speaking = list(_all(speaking, value))
        pairs: Iterable[tuple[str | int, object]] = ()
        if isinstance(value, dict):
            pairs = value.items()
        elif isinstance(value, list):
            pairs = enumerate(value)
        for key, one in pairs:
            beneath = [inner for schema in speaking for inner in _beneath(schema, key)]
            own = any(key in schema.get("properties", ()) for schema in speaking)
            walk(beneath, one, (*place, key), (*spot, key if own else "*"))

    walk([schema], as_json(parsed), (), ())
    return list(found.values())


def _beneath(schema: Schema, step: str | int) -> Iterator[Schema]:
    if isinstance(step, int):
        inner = schema.get("items")
    else:
        inner = schema.get("properties", {}).get(step, schema.get("additionalProperties"))
    if isinstance(inner, dict):
        yield inner


def keyed_tables(schema: object) -> Iterator[frozenset[str]]:
    """The keys of every table that a schema tells of."""
    if isinstance(schema, dict):
        if schema.get("additionalProperties") is False:
            yield frozenset(schema["properties"])
        for one in schema.values():
            yield from keyed_tables(one)
    elif isinstance(schema, list):
        for one in schema:
            yield from keyed_tables(one)
