"""What may stand in a clinic's file of calendars?"""

from __future__ import annotations

from kapsched.exchange.calendars.alarms import REMINDED, Alarm
from kapsched.exchange.calendars.policy import CANCELLED_FOR, PAST, CalendarPolicy
from kapsched.exchange.calendars.policy_files import ALWAYS
from kapsched.exchange.schemas.values import BOOLEAN, LABEL, form
from kapsched.exchange.schemas.words import choice, either, listed, says, table, written
from kapsched.exchange.toml_files import FORMAT

_SOME_DAYS = either(written("[0-9]{1,6} days?"), choice([ALWAYS]))

ALARM = table(
    Alarm,
    needs={
        "before": says(
            'How long before a visit: "1 day" is the day before at the same time of day; "2 hours", "90 minutes".',
            written("[0-9]{1,6} (?:day|hour|minute)s?"),
        )
    },
    takes={
        "for": says("In whose calendars; left out, in patients'.", listed(choice(REMINDED))),
        "kinds": says("For which kinds of visit; left out, for every kind.", listed(LABEL)),
    },
)
CALENDARS = table(
    CalendarPolicy,
    needs={"format": form(FORMAT)},
    takes={
        "past": says(f"How long what is over is shown; left out, {PAST}.", _SOME_DAYS),
        "cancelled_for": says(f"How long what is cancelled is told; left out, {CANCELLED_FOR}.", _SOME_DAYS),
        "busy": says("Are there calendars too that say when somebody is busy, and no more?", BOOLEAN),
        "opening_hours": says("Is there a calendar too that says when the clinic is open?", BOOLEAN),
        "alarm": says("The alarms.", listed(ALARM)),
    },
)
