"""In which words does a schema speak? JSON Schema, as far as editors of TOML know it.

Everything is said in place, without `$ref`, for an editor shows only what stands beside the key. A schema may allow
what a reader refuses, since it judges each value by itself; what a reader takes it never forbids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, get_args, get_origin

import attrs

Schema: TypeAlias = dict[str, Any]


def says(description: str, schema: Mapping[str, Any]) -> Schema:
    """The schema with what an editor shows of its key."""
    return {"description": description, **schema}


def written(pattern: str) -> Schema:
    """Text of which all is of the pattern."""
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


def choice(words: Iterable[str]) -> Schema:
    """One of a few words."""
    return {"type": "string", "enum": list(words)}


def listed(one: Schema) -> Schema:
    """A list of such values."""
    return {"type": "array", "items": one}


def either(*schemas: Schema) -> Schema:
    """What one of the schemas allows."""
    return {"anyOf": list(schemas)}


def one_or_more(one: Schema) -> Schema:
    """Such a value, or a list of them."""
    return either(one, listed(one))


def perhaps(one: Schema) -> Schema:
    """Such a value, or null."""
    return either(one, {"type": "null"})


def mapped(one: Schema) -> Schema:
    """Names, each with such a value."""
    return {"type": "object", "additionalProperties": one}


def table(
    what: type | str,
    *,
    needs: Mapping[str, Schema],
    takes: Mapping[str, Schema],
    ways: Iterable[Iterable[str]] = (),
) -> Schema:
    """A table of these keys and no others: those it `needs` and those it `takes`; one of the `ways` must be whole.

    It is described as the noun of the model is that is made of it, and what the noun puts for a key left out is the
    key's default.
    """
    known = {} if isinstance(what, str) else _defaults(what)
    taken = {key: {**one, "default": known[key]} if key in known else one for key, one in takes.items()}
    found: Schema = {
        "type": "object",
        "description": what if isinstance(what, str) else told_of(what),
        "properties": {**needs, **taken},
        "additionalProperties": False,
    }
    if needs:
        found["required"] = list(needs)
    if keys := [list(way) for way in ways]:
        found["anyOf"] = [{"required": way} for way in keys]
    return found


def told_of(noun: type) -> str:
    """What the docstring of a noun says, its first paragraph."""
    first, _, _ = (noun.__doc__ or "").partition("\n\n")
    return " ".join(first.split())


def _defaults(noun: type) -> dict[str, object]:
    """What stands for a key that is left out, where a file could have said it."""
    plain = {one.name: one.default for one in attrs.fields(noun) if isinstance(one.default, int | str)}
    return {name: value for name, value in plain.items() if value != ""}


def types_of(noun: type) -> dict[str, Any]:
    """The type of each attribute of a noun."""
    return {one.name: one.type for one in attrs.fields(attrs.resolve_types(noun))}


def words_of(noun: type, attribute: str) -> tuple[str, ...]:
    """The words that an attribute may have, its type a `Literal` or one or none of it."""
    kind = types_of(noun)[attribute]
    return next(get_args(one) for one in (kind, *get_args(kind)) if get_args(one) and _is_words(one))


def _is_words(kind: Any) -> bool:
    return get_origin(kind) is not None and all(isinstance(one, str) for one in get_args(kind))
