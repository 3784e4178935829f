"""What does vobject read in calendars, and does it find them valid?"""

from __future__ import annotations

import json
import sys
from typing import Any

import vobject


def answer(text: str) -> dict[str, Any]:
    calendar = vobject.readOne(text)
    complaints = []
    try:
        calendar.validate(raiseException=True)
    except vobject.base.ValidateError as error:
        complaints.append(str(error))
    entries = [
        [
            event.uid.value,
            int(event.dtstart.value.timestamp()),
            int(event.dtend.value.timestamp()),
            int(event.sequence.value),
            event.status.value,
        ]
        for event in calendar.contents.get("vevent", ())
    ]
    return {"entries": entries, "complaints": complaints}


if __name__ == "__main__":
    sys.stdout.write(json.dumps([answer(text) for text in json.load(sys.stdin)]))
