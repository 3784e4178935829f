"""Is whatever the front door makes a value: frozen, compared by what it holds, fit to be hashed and pickled?"""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from attrs import fields
from hypothesis import given
from hypothesis import strategies as st

import kapsched
from kapsched.model.mappings import FrozenMapping
from tests.lawful import COURSE, DIARY, NOUNS, PLAN, PROGRAMME

# As large as a database; nobody should hash them.
NO_HASH = {"Bookings"}
# Named tuples, and what is raised: Python's own words for them hold.
PLAIN = {"Fault", "Resource", "Clash", "InvalidInput", "KapschedError", "PlannerBug"}


def built(noun: str) -> Any:
    make, said = NOUNS[noun]
    return make(**said)


def test_every_public_noun_is_looked_at() -> None:
    nouns = {name for name in kapsched.__all__ if inspect.isclass(getattr(kapsched, name))}
    assert nouns - PLAIN == set(NOUNS)


@pytest.mark.parametrize("noun", NOUNS)
def test_equal_values_are_equal_and_so_are_their_copies(noun: str) -> None:
    one = built(noun)
    assert one == built(noun)
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301  # our own bytes
    assert deepcopy(one) == one


@pytest.mark.parametrize("noun", sorted(set(NOUNS) - NO_HASH))
def test_equal_values_have_one_hash(noun: str) -> None:
    one = built(noun)
    assert len({one, built(noun), pickle.loads(pickle.dumps(one)), deepcopy(one)}) == 1  # noqa: S301  # our own bytes


@pytest.mark.parametrize("noun", sorted(set(NOUNS) - {"Bookings"}))
def test_no_field_of_a_value_can_be_set(noun: str) -> None:
    one = built(noun)
    for field in fields(type(one)):
        with pytest.raises(AttributeError):
            setattr(one, field.name, getattr(one, field.name))
    with pytest.raises(AttributeError):
        one.anything_else = 5


@pytest.mark.parametrize("noun", NOUNS)
def test_no_public_field_holds_what_can_be_changed(noun: str) -> None:
    one = built(noun)
    for name in dir(one):
        if not name.startswith("_") and not callable(getattr(one, name)):
            assert not isinstance(getattr(one, name), list | dict | set | bytearray), name


def test_what_was_done_cannot_be_changed() -> None:
    record: Any = COURSE.done
    with pytest.raises(TypeError):
        record["only/talk/2"] = record["only/talk/1"]
    with pytest.raises(TypeError):
        del record["only/talk/1"]
    with pytest.raises(TypeError):
        record["only/talk/1"].staff["nurse"] = ("nia",)


def test_what_is_found_by_name_cannot_be_changed() -> None:
    lookups: tuple[Any, ...] = (PROGRAMME.by_id, DIARY.clinic.by_resource, kapsched.ENGLISH.texts)
    for lookup in lookups:
        with pytest.raises(TypeError):
            lookup[next(iter(lookup))] = None


def test_a_course_and_its_plan_can_be_keys() -> None:
    assert {COURSE: "course", PLAN: "plan"}[deepcopy(PLAN)] == "plan"


@given(st.dictionaries(st.text(), st.integers() | st.text()))
def test_a_frozen_mapping_is_as_the_mapping_it_was_made_from(given: dict[str, object]) -> None:
    frozen: FrozenMapping[str, object] = FrozenMapping(given)
    assert frozen == given
    assert given == frozen
    assert list(frozen.items()) == list(given.items())
    assert repr(frozen) == repr(given)
    assert isinstance(frozen, Mapping)


@given(st.permutations(["a", "b", "c", "d"]))
def test_frozen_mappings_that_are_equal_have_one_hash_in_any_order(names: list[str]) -> None:
    one: FrozenMapping[str, str] = FrozenMapping({name: name.upper() for name in names})
    two: FrozenMapping[str, str] = FrozenMapping({name: name.upper() for name in sorted(names)})
    assert one == two
    assert hash(one) == hash(two)


def test_a_frozen_mapping_keeps_what_it_was_made_from_when_that_changes() -> None:
    record = {"a": 1}
    frozen: FrozenMapping[str, int] = FrozenMapping(record)
    record.clear()
    assert frozen == {"a": 1}
