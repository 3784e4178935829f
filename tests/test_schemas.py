"""Does the schema of each file say what its reader takes, key by key and form by form?"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from copy import copy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from jsonschema import Draft4Validator, Draft7Validator

from kapsched.errors import InvalidInput
from kapsched.exchange import schedule_documents
from kapsched.exchange.calendars.policy_files import calendars_in
from kapsched.exchange.clinic_files import clinic_of
from kapsched.exchange.documents import preset_text, presets, to_document
from kapsched.exchange.patient_files import patients_and_courses_in
from kapsched.exchange.programme_bases import programme_table
from kapsched.exchange.programme_files import programme_in, programmes_in
from kapsched.exchange.schemas.printed import SCHEMAS, schema_text
from kapsched.exchange.schemas.words import Schema
from kapsched.exchange.toml_files import TomlFile
from kapsched.exchange.wording_files import wording_in
from kapsched.model.appointments import Appointment, Changed, Confirmation
from kapsched.model.bookings import Booking
from kapsched.model.clinic import Horizon
from kapsched.model.elsewhere import Elsewhere
from kapsched.model.plan import Cost, Plan, Refusal, Schedule
from kapsched.model.programme import Programme
from kapsched.model.reasons import Reason
from kapsched.model.rules import Frequency
from kapsched.testing import Desk, desks, programmes
from tests.asked import Asked, Place, allows, as_json, asking, judge, keyed_tables, spots, told_of
from tests.calendar_stories import witnessed
from tests.fences import ROOT, fences
from tests.test_formats import FORMATS, samples

Table = dict[str, Any]
NINE = datetime(2027, 1, 11, 9, tzinfo=UTC)
TEN = NINE.replace(hour=10)

_PROGRAMMES = programmes_in([TomlFile.read(path) for path in samples("programme")])


def _schedule() -> Schedule:
    """A schedule in which every key of a document is said."""
    files = [TomlFile.read(path) for path in samples("patients")]
    enrolled = [course for file in files for course in patients_and_courses_in(file, _PROGRAMMES)[1]]
    # A document of presets as well says nothing more, and takes its time to be read so often.
    courses = [course for course in enrolled if course.programme in _PROGRAMMES]
    row = Booking(type="staff", resource="amara", start=NINE, end=TEN, role="therapist", ref="ours")
    visit = Appointment(
        session="induction/dosing/2",
        kind="dosing",
        start=NINE,
        end=TEN,
        bookings=[row],
        created=NINE,
        revised=TEN,
        changed=Changed(patient=NINE, staff=TEN, room=TEN, busy=NINE),
        notes="rec-7",
        status="confirmed",
        confirmation=Confirmation(by="jo", at=NINE),
    )
    first, *others = courses
    elsewhere = Elsewhere(course="c8", session="induction/dosing/1", start=NINE)
    limits = [
        evolve(one, across="patient") if isinstance(one, Frequency) and one.at_most is not None else one
        for one in first.programme.rules
    ]
    first = evolve(first, programme=evolve(first.programme, rules=limits), beside=[elsewhere])
    labelled = evolve(visit, session="induction/dosing/3", course="c9", patient="q9")
    plans = [Plan.of(one, [visit]) for one in others]
    plans += [evolve(Plan.of(first, [visit]), appointments=[evolve(visit, course=first.id), labelled])]
    cost = Cost(wait=1, drift=2, changes=3, wishes=4, minutes=5)
    return Schedule(
        clinic="quayside",
        zone="Europe/London",
        digest="d",
        tzdata="t",
        horizon=Horizon(first_day=date(2027, 1, 4), days=180),
        now=NINE,
        plans=[evolve(one, cost=cost) for one in plans],
        refusals=[
            Refusal(
                course=first,
                session=None,
                reasons=[Reason(code="booked", ids=["ben"], dates=[date(2027, 1, 4)])],
            )
        ],
        withdrawn=[evolve(labelled, status="cancelled", confirmation=None)],
    )


DOCUMENT: Table = json.loads(to_document(_schedule()))


def _read_toml(sort: str, parsed: Table) -> None:
    file = TomlFile(source="x.toml", text="", table=parsed, folder=FORMATS)
    if sort == "clinic":
        clinic_of(file)
    elif sort == "programme":
        programme_in(file, _PROGRAMMES)
    elif sort == "wording":
        wording_in(file)
    elif sort == "calendars":
        calendars_in(file)
    else:
        patients_and_courses_in(file, _PROGRAMMES)


def read(sort: str, parsed: Table) -> None:
    """Read a parsed file of a sort, as its reader does."""
    if sort == "schedule":
        schedule_documents._schedule(parsed)
    else:
        _read_toml(sort, parsed)


def reads(sort: str, parsed: Table) -> bool:
    try:
        read(sort, parsed)
    except InvalidInput:
        return False
    return True


def _parsed(path: Path) -> Table:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def files(sort: str) -> list[Table]:
    """The samples of a sort of file, parsed."""
    return [DOCUMENT] if sort == "schedule" else [_parsed(path) for path in samples(sort)]


def readings(sort: str) -> Iterator[tuple[Table, Asked]]:
    """What is asked of each table of the samples; of those that begin from another programme the merged table is."""
    # Of documents, what past formats said besides.
    past = (
        [] if sort != "schedule" else [json.loads(path.read_text("utf-8")) for path in samples(sort, "json")]
    )
    for parsed in [*files(sort), *past]:
        if sort != "programme" or "based_on" not in parsed:
            with asking(parsed) as found:
                read(sort, parsed)
            yield from ((parsed, one) for one in found)


SORTS = pytest.mark.parametrize("sort", SCHEMAS)


def shown(place: Place) -> str:
    return ".".join(map(str, place)) or "the top"


# The same tables, the same keys.


@SORTS
def test_schema_and_reader_know_the_same_keys_in_every_table(sort: str) -> None:
    wrong, seen = [], set()
    for parsed, asked in readings(sort):
        told = told_of(SCHEMAS[sort], parsed, asked.place)
        if told is None:
            wrong.append(
                f"{sort}: the reader reads a table at {shown(asked.place)}, and the schema has none there"
            )
            continue
        seen.add(told.keys)
        # Hours and a fortnight's hours are one place with two tables, either with keys of its own.
        wrong += [
            f"{sort}: at {shown(asked.place)} the reader asks for {key!r}, which exchange/schemas/{sort}.py lacks"
            for key in sorted(asked.keys - told.keys)
        ]
    wrong += [
        f"{sort}: no sample has a table of {', '.join(sorted(keys))}, which the schema tells of"
        for keys in dict.fromkeys(keyed_tables(SCHEMAS[sort]))
        if keys not in seen
    ]
    assert wrong == []


def _by_table(sort: str) -> dict[frozenset[str], list[tuple[frozenset[str], Asked]]]:
    """The readings, and what the schema needs, by the keys that the schema gives the table."""
    found: dict[frozenset[str], list[tuple[frozenset[str], Asked]]] = {}
    for parsed, asked in readings(sort):
        if told := told_of(SCHEMAS[sort], parsed, asked.place):
            found.setdefault(told.keys, []).append((told.needs, asked))
    return found


@SORTS
def test_every_key_of_a_schema_is_asked_for_by_the_reader(sort: str) -> None:
    wrong = [
        f"{sort}: the schema has {key!r} beside {', '.join(sorted(keys - {key}))}; no reader asks for it there"
        for keys, found in _by_table(sort).items()
        for key in sorted(keys - frozenset().union(*(asked.keys for _, asked in found)))
    ]
    assert wrong == []


@SORTS
def test_schema_and_reader_need_the_same_keys_in_every_table(sort: str) -> None:
    wrong = [
        f"{sort}: in a table of {', '.join(sorted(keys))} the reader needs {sorted(always)}, the schema {sorted(told)}"
        for keys, found in _by_table(sort).items()
        for always in [frozenset.intersection(*(asked.needs for _, asked in found))]
        for told in [frozenset.intersection(*(needs for needs, _ in found))]
        if always != told
    ]
    assert wrong == []


def test_the_samples_use_every_key_that_the_readers_take() -> None:
    """One that is red for a new key wants a sample more: `clinic-1-languages.toml` beside `clinic-1.toml`, say."""
    found = [
        (sort, keys, asked) for sort in SCHEMAS for keys, some in _by_table(sort).items() for _, asked in some
    ]
    used = {(keys, key) for _, keys, asked in found for key in asked.holds}
    used |= {
        (keys, "based_on") for _, keys, _ in found if any("based_on" in one for one in files("programme"))
    }
    wrong = {
        f"{sort}: no sample says {key!r}; add tests/formats/{sort}-1-<what>.toml, and leave the others as they are"
        if sort != "schedule"
        else f"no document here says {key!r} beside {', '.join(sorted(keys - {key}))}; let _schedule() say it"
        for sort, keys, asked in found
        for key in asked.keys
        if (keys, key) not in used
    }
    assert sorted(wrong) == []


# Whole files.


def _everything() -> Iterator[tuple[str, str, Table]]:
    """(sort, name, what is parsed) of every file and example file there is."""
    for sort in ("clinic", "patients", "programme", "wording", "calendars"):
        for path in samples(sort):
            yield sort, path.name, _parsed(path)
    for clinic in sorted((ROOT / "examples").iterdir()):
        for path in sorted(clinic.rglob("*.toml")):
            sort = path.stem if path.stem in SCHEMAS else "programme"
            yield sort, f"{clinic.name}/{path.name}", _parsed(path)
    for name in presets():
        yield "programme", name, tomllib.loads(preset_text(name))
    for path in samples("schedule", "json"):
        yield "schedule", path.name, json.loads(path.read_text(encoding="utf-8"))
    yield "schedule", "a document with every key", DOCUMENT


EVERYTHING = list(_everything())


@pytest.mark.parametrize(
    ("sort", "parsed"), [(sort, one) for sort, _, one in EVERYTHING], ids=[one[1] for one in EVERYTHING]
)
def test_every_file_that_is_shipped_is_what_its_schema_says(sort: str, parsed: Table) -> None:
    assert [error.message for error in judge(SCHEMAS[sort]).iter_errors(as_json(parsed))] == []


# Of pages whose blocks follow on one another, the sort of file that they make.
PAGES = {
    "calendars.md": "calendars",
    "clinic-file.md": "clinic",
    "editor-completion.md": "clinic",
    "patients-file.md": "patients",
    "presets.md": "programme",
    "programme-file.md": "programme",
}


def _written(page: Path) -> Iterator[tuple[str, str]]:
    """(sort, text) of every TOML file that a page writes."""
    blocks = [one.text for one in fences(page.read_text(encoding="utf-8")) if one.language == "toml"]
    if page.name in PAGES:
        # Such a page may write more than one file; each begins with its format.
        for text in "\n".join(blocks).split("format = 1\n")[1:]:
            yield PAGES[page.name], f"format = 1\n{text}"
    else:
        for text in blocks:
            name = text.splitlines()[0].removeprefix("# ")
            yield Path(name).stem if Path(name).stem in SCHEMAS else "programme", text


def test_the_files_that_the_documents_write_are_what_their_schemas_say() -> None:
    pages = sorted((ROOT / "docs").rglob("*.md"))
    written = [(page, sort, text) for page in pages for sort, text in _written(page)]
    assert {page.name for page, _, _ in written} >= {*PAGES, "overrides.md", "on-the-command-line.md"}
    wrong = [
        (page.name, error.message)
        for page, sort, text in written
        for error in judge(SCHEMAS[sort]).iter_errors(as_json(tomllib.loads(text)))
    ]
    # The tutorial makes three mistakes for `kapsched check` to find; a schema sees the mistyped key.
    mistyped = "Additional properties are not allowed ('wishs' was unexpected)"
    assert wrong == [("on-the-command-line.md", mistyped)]


@settings(max_examples=25, deadline=None)
@given(programmes())
def test_any_programme_that_is_written_down_is_what_its_schema_says(programme: Programme) -> None:
    assert allows(SCHEMAS["programme"], programme_table(programme))


@settings(max_examples=15, deadline=None)
@given(desks(feasible=True))
def test_any_schedule_that_is_written_down_is_what_its_schema_says(desk: Desk) -> None:
    assert allows(SCHEMAS["schedule"], json.loads(to_document(witnessed(desk, "confirmed"))))


# Files with something wrong in them.


def places(sort: str) -> Iterator[tuple[Table, Place]]:
    """A place in a sample for each spot that the schema speaks of."""
    for parsed in files(sort):
        for place, _ in spots(SCHEMAS[sort], parsed):
            yield parsed, place


def changed(parsed: Table, place: Place, change: Callable[[Any, Any], None]) -> Table:
    """The file with something done to what holds that place."""
    again = copy(parsed)
    holder: Any = again
    for step in place[:-1]:
        holder[step] = copy(holder[step])
        holder = holder[step]
    change(holder, place[-1])
    return again


def _gone(holder: Any, key: Any) -> None:
    del holder[key]


def _becoming(value: object) -> Callable[[Any, Any], None]:
    def change(holder: Any, key: Any) -> None:
        holder[key] = value

    return change


@SORTS
def test_what_a_reader_misses_its_schema_misses_and_forbids_nothing_more(sort: str) -> None:
    """Each key of each sample is left out in turn."""
    for parsed, place in places(sort):
        less = changed(parsed, place, _gone)
        try:
            read(sort, less)
        except InvalidInput as error:
            missing = any(
                fault.message == "is missing" and fault.path.endswith(str(place[-1]))
                for fault in error.faults
            )
            assert not (missing and allows(SCHEMAS[sort], less)), place
        else:
            assert allows(SCHEMAS[sort], less), place


@SORTS
def test_a_key_that_is_not_known_is_refused_by_both_in_every_table(sort: str) -> None:
    tables = {
        told_of(SCHEMAS[sort], parsed, asked.place): (parsed, asked.place) for parsed, asked in readings(sort)
    }
    assert len(tables) > 1
    for parsed, place in tables.values():
        more = changed(parsed, (*place, "colour"), _becoming("red"))
        assert not reads(sort, more), place
        assert not allows(SCHEMAS[sort], more), place


@SORTS
def test_what_is_of_no_form_is_refused_by_both_wherever_it_stands(sort: str) -> None:
    """No value of a file is a fraction."""
    for parsed, place in places(sort):
        for odd in (1.5,) if sort == "schedule" else (1.5, {"colour": 1.5}):
            worse = changed(parsed, place, _becoming(odd))
            assert not allows(SCHEMAS[sort], worse), (place, odd)
            assert not reads(sort, worse), (place, odd)


ODD: tuple[object, ...] = (
    True, 0, "", [], None, {},
    "x", "mon", "2 days", "1 open day", "-3 hours", "09:30", "09:00-17:30", "2027-01-04", ["x"], ["mon"],
    ["09:00-12:00"], {"x": {}}, {"A": {}}, date(2027, 1, 4), datetime(2027, 1, 4, 10, tzinfo=UTC),
)  # fmt: skip
IN_TURN = dict.fromkeys(SCHEMAS, 3) | {"schedule": 7, "calendars": 1}
"""Every so many of them are tried at one place, those that follow at the next, where many places are of each form."""


@SORTS
def test_what_a_reader_takes_its_schema_allows_whatever_stands_where(sort: str) -> None:
    """Values that readers take somewhere take the place of every value of every sample."""
    allowed = 0
    for parsed in files(sort):
        for turn, (place, speaking) in enumerate(spots(SCHEMAS[sort], parsed)):
            for value in ODD[turn % IN_TURN[sort] :: IN_TURN[sort]]:
                if all(allows(one, value) for one in speaking):
                    allowed += 1
                elif sort != "schedule" or not isinstance(value, date):
                    assert not reads(sort, changed(parsed, place, _becoming(value))), (place, value)
    assert allowed > 10


# The schemas themselves.


@SORTS
def test_a_schema_is_one_by_the_drafts_that_editors_read(sort: str) -> None:
    Draft7Validator.check_schema(SCHEMAS[sort])
    Draft4Validator.check_schema(SCHEMAS[sort])


@SORTS
def test_a_schema_is_printed_the_same_and_says_everything_in_place(sort: str) -> None:
    text = schema_text(sort)
    assert json.loads(text) == SCHEMAS[sort]
    assert text == schema_text(sort)
    assert "$ref" not in text


def _undescribed(schema: Schema, path: str) -> Iterator[str]:
    for key, one in schema.get("properties", {}).items():
        if "description" not in one:
            yield f"{path}.{key}"
    for key, one in schema.items():
        if isinstance(one, dict) and key != "else":
            yield from _undescribed(one, f"{path}.{key}")
        elif isinstance(one, list):
            for each in one:
                if isinstance(each, dict):
                    yield from _undescribed(each, f"{path}.{key}")


@pytest.mark.parametrize("sort", ["clinic", "programme", "patients", "wording", "calendars"])
def test_an_editor_can_tell_what_each_key_is(sort: str) -> None:
    assert list(_undescribed(SCHEMAS[sort], sort)) == []


def test_defaults_are_those_of_the_model() -> None:
    text = SCHEMAS["clinic"]["properties"]
    assert text["grid"]["default"] == 15
    assert text["rooms"]["additionalProperties"]["properties"]["capacity"]["default"] == 1
