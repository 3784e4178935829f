"""What may stand in a clinic's file?"""

from __future__ import annotations

from kapsched.exchange.schemas.tables import NAMED_TABLE
from kapsched.exchange.schemas.values import (
    ABSENCES,
    COUNT,
    DAY,
    FORTNIGHT_BEGINS,
    HOLIDAYS,
    LABEL,
    NOTICE,
    PATTERN,
    TEXT,
    WHOLE,
    ZONE,
    form,
)
from kapsched.exchange.schemas.words import listed, mapped, says, table
from kapsched.exchange.toml_files import FORMAT
from kapsched.model.clinic import Clinic, Horizon, Pool, Room, StaffMember

_AWAY = "When it is not there: dates, or tables of from, to, weekdays, time and why."

ROOM = table(
    Room,
    needs={"type": says("What a programme asks for, such as treatment.", LABEL)},
    takes={
        "capacity": says("How many may be there at once, where a segment shares the room.", COUNT),
        "hours": says("When it is there; left out, while the clinic is open.", PATTERN),
        "away": says(_AWAY, ABSENCES),
    },
)
MEMBER = table(
    StaffMember,
    needs={
        "roles": says("What they can do; in one visit they fill one role at a time.", listed(LABEL)),
        "hours": says("When they work.", PATTERN),
    },
    takes={
        "name": says("For those who edit this file; it stands in no calendar.", TEXT),
        "breaks": says("Hours that are taken out of theirs.", PATTERN),
        "away": says(
            "When they are not there: dates, or tables of from, to, weekdays, time and why.", ABSENCES
        ),
        "capacity": says("How many patients they can watch at once, where a segment shares them.", COUNT),
    },
)
POOL = table(
    Pool,
    needs={"ratio": says("The most patients at once for each member who is there.", COUNT)},
    takes={},
)
HORIZON = table(
    Horizon,
    needs={
        "first_day": says("The first date that is considered.", DAY),
        "days": says("How many dates are considered.", COUNT),
    },
    takes={},
)

CLINIC = table(
    Clinic,
    needs={
        "format": form(FORMAT),
        "id": says("What the clinic is called in documents.", LABEL),
        "zone": ZONE,
        "horizon": says("The dates that are considered.", HORIZON),
        "hours": says("When the clinic is open.", PATTERN),
    },
    takes={
        "grid": says("Visits start at multiples of so many minutes after midnight.", WHOLE),
        "notice": says('The least time from now to a start: "24 hours", or "2 open days".', NOTICE),
        "fortnight": FORTNIGHT_BEGINS,
        "bookings": says("A CSV file beside this one, with what is already booked.", NAMED_TABLE),
        "closed": says("When it is closed, although its hours say otherwise.", ABSENCES),
        "holidays": says("Sets of closures by date, each with its name.", HOLIDAYS),
        "rooms": says("The rooms, each by its id.", mapped(ROOM)),
        "staff": says("Those who work here, each by their id.", mapped(MEMBER)),
        "pools": says("Roles whose members watch patients together, each by its name.", mapped(POOL)),
    },
)
