"""Does whatever the front door is handed either serve, or come back as input that cannot be used, by name?"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

import kapsched
from kapsched import Clash, Fault, InvalidInput
from tests.lawful import CALLS, NINE, NOUNS, Door

DOORS = {**NOUNS, **CALLS}

NOBODY_S: tuple[object, ...] = (
    object(),
    [object()],
    1.5,
    [[None]],
    datetime(2027, 1, 4, 9),  # noqa: DTZ001  # the naive time is the point
)
"""What no parameter takes."""
SOMEBODY_S: tuple[object, ...] = (
    None,
    5,
    -1,
    0,
    float("nan"),
    10**5000,
    True,
    "",
    "x",
    b"x",
    [],
    [None],
    [5],
    ["x"],
    [[]],
    {},
    {None: None},
    {"x": object()},
    object,
    date(2027, 1, 4),
    date.max,
    NINE,
    datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
)
"""What some parameters take, and others do not."""


def handed(door: Door, **instead: object) -> object:
    """What the door answers to its lawful arguments, some of them replaced; a feed is read to its end."""
    call, said = door
    answer = call(**{**said, **instead})
    return list(answer) if inspect.isgenerator(answer) else answer


def named(faults: Iterable[Fault]) -> set[str]:
    return {fault.path.partition(".")[0] for fault in faults}


PARAMETERS = [(door, parameter) for door, (_, said) in DOORS.items() for parameter in said]


def test_every_public_function_is_tried() -> None:
    functions = {name for name in kapsched.__all__ if inspect.isfunction(getattr(kapsched, name))}
    assert functions <= set(CALLS)


def test_every_parameter_is_tried() -> None:
    for door, (call, said) in DOORS.items():
        parameters = inspect.signature(call).parameters.values()
        named = {one.name for one in parameters if one.kind is not inspect.Parameter.VAR_KEYWORD}
        assert named <= set(said), door


@pytest.mark.parametrize("door", DOORS)
def test_lawful_arguments_serve(door: str) -> None:
    handed(DOORS[door])


@pytest.mark.parametrize(("door", "parameter"), PARAMETERS)
def test_whatever_is_handed_in_serves_or_is_refused(door: str, parameter: str) -> None:
    for value in SOMEBODY_S:
        with suppress(InvalidInput, Clash):
            handed(DOORS[door], **{parameter: value})


@pytest.mark.parametrize(("door", "parameter"), PARAMETERS)
def test_what_nobody_could_mean_is_refused_by_name(door: str, parameter: str) -> None:
    for wrong in NOBODY_S:
        with pytest.raises(InvalidInput) as caught:
            handed(DOORS[door], **{parameter: wrong})
        assert named(caught.value.faults) == {parameter}


@pytest.mark.parametrize("door", DOORS)
def test_all_wrong_arguments_are_named_at_once(door: str) -> None:
    said = DOORS[door][1]
    wrong: dict[str, Any] = {parameter: object() for parameter in said}
    if wrong:
        with pytest.raises(InvalidInput) as caught:
            handed(DOORS[door], **wrong)
        assert named(caught.value.faults) == set(said)
