"""How is the schema of a file printed, for an editor to read?"""

from __future__ import annotations

import json
from collections.abc import Mapping

from kapsched.exchange.schemas.calendars import CALENDARS
from kapsched.exchange.schemas.clinic import CLINIC
from kapsched.exchange.schemas.patients import PATIENTS
from kapsched.exchange.schemas.programme import PROGRAMME
from kapsched.exchange.schemas.schedule import SCHEDULE
from kapsched.exchange.schemas.wording import WORDING
from kapsched.exchange.schemas.words import Schema

# The draft that editors of TOML read; of it little more is used than they had in the one before.
DRAFT = "http://json-schema.org/draft-07/schema#"

SCHEMAS: Mapping[str, Schema] = {
    name: {"$schema": DRAFT, "title": f"kapsched: {title}", **schema}
    for name, title, schema in (
        ("clinic", "a clinic's file", CLINIC),
        ("programme", "a programme's file", PROGRAMME),
        ("patients", "a patients' file", PATIENTS),
        ("wording", "a file of wording", WORDING),
        ("calendars", "a clinic's file of calendars", CALENDARS),
        ("schedule", "the document of a schedule", SCHEDULE),
    )
}


def schema_text(name: str) -> str:
    """The JSON Schema of one sort of file; the same text always, ending with a newline."""
    return json.dumps(SCHEMAS[name], ensure_ascii=False, indent=1) + "\n"
