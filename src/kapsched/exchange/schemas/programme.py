"""What may stand in a programme's file, by itself or on top of another programme?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from kapsched.exchange.schemas.values import (
    BOOK_AHEAD,
    BOOLEAN,
    COUNT,
    DAY_COUNT,
    DAYS,
    HOURS_LONG,
    LABEL,
    LENGTH,
    PERIOD,
    TEXT,
    WHOLE,
    form,
)
from kapsched.exchange.schemas.words import Schema, choice, either, listed, mapped, one_or_more, says, table
from kapsched.exchange.toml_files import FORMAT
from kapsched.model.phases import Phase
from kapsched.model.programme import Programme, Segment, SessionKind
from kapsched.model.rules import Between, Continuity, Frequency, Gap, Offset, Scope, Span

_SELECTORS = one_or_more(LABEL)
_OF = says("Which sessions: a kind, a phase/kind, a session, or a list of these.", _SELECTORS)
_BETWEEN = says("Between which instants hours are counted.", choice(get_args(Between)))

SEGMENT = table(
    Segment,
    needs={
        "name": says("What the segment is called.", LABEL),
        "minutes": says("How long the patient is there for it.", COUNT),
    },
    takes={
        "staff": says("One role for each person needed; two therapists are the role twice.", listed(LABEL)),
        "room": says("The type of room.", LABEL),
        "shares": says("Which of these roles, or the room, take one place of a capacity.", listed(LABEL)),
        "pools": says("The roles whose pool watches the patient.", listed(LABEL)),
        "turnaround": says("Minutes for which the room stays taken afterwards.", WHOLE),
        "tail": says("Minutes for which staff and places of pools stay taken afterwards.", WHOLE),
    },
)
KIND = table(
    SessionKind,
    needs={"segments": says("The parts of the visit, in order.", listed(SEGMENT))},
    takes={"handover": says("Roles and rooms that may change between segments.", listed(LABEL))},
)
STEP = table(
    "So many rounds, each so many days after the one before.",
    needs={"every": says('The days from one round to the next, such as "28 days".', DAYS)},
    takes={
        "times": says("How many rounds; the one step of an open phase says none.", COUNT),
        "tolerance": says('How far off a round may be, such as "3 days".', DAYS),
    },
)
PHASE = table(
    Phase,
    needs={"order": says("The kinds of its sessions, in order.", listed(LABEL))},
    takes={
        "times": says("How often the order is gone through.", COUNT),
        "open": says("Whether the phase goes on; only the last one can.", BOOLEAN),
        "book_ahead": says("How far an open phase is planned: a number of rounds, or a date.", BOOK_AHEAD),
        "steps": says("A cadence that thins out, in place of times.", listed(STEP)),
    },
)
GAP = table(
    Gap,
    needs={},
    takes={
        "of": says("Short for after and before being the same sessions.", _SELECTORS),
        "after": says("From each of these sessions.", _SELECTORS),
        "before": says("To the next one of these.", _SELECTORS),
        "at_least": says('The least time between, such as "2 days", "1 open day" or "20 hours".', LENGTH),
        "at_most": says("The most time between.", LENGTH),
        "between": _BETWEEN,
    },
    ways=[["of"], ["after", "before"]],
)
TURNS = table(
    "Sessions that take turns.",
    needs={"of": says("The two that take turns.", {**listed(LABEL), "minItems": 2, "maxItems": 2})},
    takes={},
)
OFFSET = table(
    Offset,
    needs={
        "of": _OF,
        "anchor": says("From which session they are counted: the last one before.", _SELECTORS),
    },
    takes={
        "after": says("Short for earliest, ideal and latest being the same.", LENGTH),
        "earliest": says('The least distance; "-14 days" lies before the anchor.', LENGTH),
        "ideal": says("The distance that costs nothing; left out, the end nearest the anchor.", DAY_COUNT),
        "latest": says("The greatest distance.", LENGTH),
        "within": says('The most hours between the two, such as "72 hours".', HOURS_LONG),
        "between": _BETWEEN,
    },
    ways=[["after"], ["earliest", "latest"]],
)
FREQUENCY = table(
    Frequency,
    needs={"of": _OF},
    takes={
        "phase": says("Whose weeks it binds; left out, those of the whole course.", LABEL),
        "exactly": says("Short for at_least and at_most being the same.", COUNT),
        "at_least": says("At least so many in each week.", WHOLE),
        "at_most": says("At most so many in each.", WHOLE),
        "per": says('"week", "treatment week", or any days in a row, "7 days".', PERIOD),
        "anchor": says("The session from which treatment weeks are counted.", LABEL),
    },
)
SPAN = table(
    Span,
    needs={"of": _OF, "at_most": says('From the first date to the last, such as "13 days".', DAYS)},
    takes={},
)
CONTINUITY = table(
    Continuity,
    needs={"role": says("The role in which people stay the same.", LABEL)},
    takes={
        "scope": says("Throughout what.", choice(get_args(Scope))),
        "of": _OF,
        "hard": says("Whether a change is forbidden, or counted as a cost.", BOOLEAN),
    },
)

SECTIONS: Mapping[str, tuple[str, Schema]] = {
    "kinds": ("Kinds of session, each by its name.", KIND),
    "phases": ("The stretches of a course in order, each by its name.", PHASE),
    "gaps": ("Least and most time between neighbours, each rule by its name.", GAP),
    "interleaved": ("Sessions that take turns, each rule by its name.", TURNS),
    "offsets": ("Distances from an anchor, each rule by its name.", OFFSET),
    "frequencies": ("How many in a week, each rule by its name.", FREQUENCY),
    "spans": ("Days from the first to the last, each rule by its name.", SPAN),
    "continuity": ("The same people, each rule by its name.", CONTINUITY),
}
_AT_LEAST_ONE = ("kinds", "phases")
_TAKEN_AWAY: Schema = {"enum": [False]}


def _laid_over(one: Schema) -> Schema:
    """A table of which any part may be left to the programme below, or which is taken away by `false`."""
    return either({key: value for key, value in one.items() if key not in ("required", "anyOf")}, _TAKEN_AWAY)


def _whole(one: Schema) -> Schema:
    """What a table needs where no programme lies below."""
    return {"type": "object", **{key: one[key] for key in ("required", "anyOf") if key in one}}


# Whether a phase is open is known only where no programme lies below: if it is not, each of its steps says its times.
_TIMED: Schema = {
    "if": {"required": ["open"]},
    "else": {"properties": {"steps": {"items": {"required": ["times"]}}}},
}

PROGRAMME: Schema = {
    **table(
        Programme,
        needs={
            "format": form(FORMAT),
            "name": says("What the programme is called; courses name it as name@version.", LABEL),
            "version": says("Which version this is; a changed programme gets a new one.", LABEL),
        },
        takes={
            "based_on": says("A preset:name@version, or a name@version of this folder, to begin from.", TEXT),
            "target": says("The session whose date ends the wait; left out, the first dose.", LABEL),
            **{
                name: says(told, either(mapped(_laid_over(one)), _TAKEN_AWAY))
                for name, (told, one) in SECTIONS.items()
            },
        },
    ),
    "if": {"required": ["based_on"]},
    "else": {
        "required": list(_AT_LEAST_ONE),
        "properties": {
            name: mapped(_whole(one) | (_TIMED if one is PHASE else {}))
            for name, (_, one) in SECTIONS.items()
        },
    },
}
