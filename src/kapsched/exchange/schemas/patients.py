"""What may stand in a file of patients?"""

from __future__ import annotations

from kapsched.exchange.schemas.tables import NAMED_TABLE
from kapsched.exchange.schemas.values import (
    ABSENCES,
    BOOK_AHEAD,
    DAY,
    FORTNIGHT_BEGINS,
    LABEL,
    MOMENT,
    PATTERN,
    SOME_WEEKDAYS,
    TEXT,
    TIME,
    form,
)
from kapsched.exchange.schemas.words import choice, either, listed, mapped, one_or_more, says, table, words_of
from kapsched.exchange.toml_files import FORMAT
from kapsched.model.course import Course, Done, Patient, Wishes
from kapsched.model.overrides import PROMISES, Pin, Waiver

WISHES = table(
    Wishes,
    needs={},
    takes={
        "weekdays": says("On which weekdays they would rather come.", SOME_WEEKDAYS),
        "half_day": says("Before or after noon.", choice(words_of(Wishes, "half_day"))),
        "staff": says("Whom they would rather see, by id.", listed(LABEL)),
        "time": says('The time of day they like best, such as "10:00".', TIME),
    },
)
PATIENT = table(
    Patient,
    needs={},
    takes={
        "name": says("For those who edit this file; schedule.json keeps it, no calendar shows it.", TEXT),
        "language": says("The tag of the language that they read, where it is not the clinic's.", LABEL),
        "hours": says("When they can come; left out, whenever the clinic is open.", PATTERN),
        "away": says("When they cannot: dates, or tables of from, to, weekdays, time and why.", ABSENCES),
        "excludes": says("Members of staff who are not booked for them, by id.", listed(LABEL)),
        "wishes": says("What they would rather have; none of it is a rule.", WISHES),
    },
)
DONE = either(
    MOMENT,
    table(
        Done,
        needs={"start": says("When it began.", MOMENT)},
        takes={
            "end": says("When it ended; left out, as long after as its kind lasts.", MOMENT),
            "staff": says("Who was there, by role.", mapped(one_or_more(LABEL))),
            "notes": says("A reference to the clinic's own record of it.", TEXT),
        },
    ),
)
_SIGNED = {
    "by": says("Who decided it.", LABEL),
    "at": says("When it was decided.", MOMENT),
}
_UNITS = mapped(one_or_more(LABEL))
WAIVER = table(
    Waiver,
    needs={
        "check": says("Which promise, as a report names it.", choice(PROMISES)),
        "sessions": says("For which sessions, by id.", one_or_more(LABEL)),
        **_SIGNED,
        "why": says("Why it was decided.", LABEL),
    },
    takes={},
)
PIN = table(
    Pin,
    needs={"start": says("When the session begins.", MOMENT), **_SIGNED},
    takes={
        "staff": says("Who is there, by role.", _UNITS),
        "rooms": says("Which room, by type.", _UNITS),
        "why": says("Why it was decided.", TEXT),
    },
)
COURSE = table(
    Course,
    needs={
        "patient": says("Whose course it is, by the id of a patient in this file.", LABEL),
        "programme": says("A preset or a file of the folder programmes, as name@version.", LABEL),
        "first_day": says("Nothing is planned before this date.", DAY),
    },
    takes={
        "done": says("Sessions that took place, by id: when, or when and with whom.", mapped(DONE)),
        "book_ahead": says("How far the open phase is planned: a number of rounds, or a date.", BOOK_AHEAD),
        "waivers": says("Promises that are set aside for some sessions.", listed(WAIVER)),
        "pins": says("Appointments that move only by name, by session.", mapped(PIN)),
    },
)

PATIENTS = table(
    "The patients of a clinic, and their courses.",
    needs={"format": form(FORMAT)},
    takes={
        "zone": says("On whose clocks the times under done are that carry no offset.", TEXT),
        "fortnight": FORTNIGHT_BEGINS,
        "done": says("A CSV file beside this one, with the visits that took place.", NAMED_TABLE),
        "patients": says("Those in treatment, each by their id, a code of your own.", mapped(PATIENT)),
        "courses": says("Their courses, each by its id.", mapped(COURSE)),
    },
)
