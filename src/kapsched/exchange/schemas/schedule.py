"""What may stand in the document of a schedule?"""

from __future__ import annotations

from typing import get_args

from kapsched.exchange.schedule_documents import FORMAT
from kapsched.exchange.schemas.nouns import noun, schema_of
from kapsched.exchange.schemas.values import BOOK_AHEAD, BOOLEAN, COUNT, DAY, LABEL, MOMENT, TEXT, WHOLE
from kapsched.exchange.schemas.words import Schema, choice, listed, mapped, perhaps, says, table, written
from kapsched.model.appointments import READERS, Appointment, Changed, Confirmation, Sequence, Status
from kapsched.model.bookings import RESOURCE_TYPES, Booking
from kapsched.model.clinic import Horizon
from kapsched.model.course import Course, Done, Patient
from kapsched.model.elsewhere import Elsewhere
from kapsched.model.overrides import Pin, Waiver
from kapsched.model.plan import PROOFS, Cost, Plan, Refusal, Schedule
from kapsched.model.programme import Programme
from kapsched.model.reasons import Reason, ReasonCode

_COURSE = says("Its course, by id.", LABEL)
_FIRST = says("The first date it is about.", perhaps(DAY))
_LAST = says("The last date it is about, itself included.", perhaps(DAY))
_STRETCH = written("[0-9]{4}-[0-9]{2}-[0-9]{2}(?:/[0-9]{4}-[0-9]{2}-[0-9]{2})?")
_STEPS = says("How many steps the search took.", WHOLE)
_NAMED = {"name": says("Its name.", LABEL), "version": says("Its version.", LABEL)}

BOOKING = table(
    Booking,
    needs={
        "type": says("What sort of resource is taken.", choice(RESOURCE_TYPES)),
        "resource": says("Whose or what it is, by id.", LABEL),
        "start": says("From when, with its offset.", MOMENT),
        "end": says("Until when, with its offset.", MOMENT),
        "exclusive": says("Whether it is taken whole.", BOOLEAN),
    },
    takes={"role": says("In which role.", TEXT), "ref": says("Whose row it is, in another system.", TEXT)},
)
_CHANGED = table(
    Changed,
    needs={},
    takes={reader: says(f"For the {reader}.", MOMENT) for reader in READERS},
)
APPOINTMENT = table(
    Appointment,
    needs={
        "id": says("Its course and session.", TEXT),
        "session": says("The session of the programme, by id.", LABEL),
        "kind": says("The kind of the session.", LABEL),
        "status": says("How far it is agreed.", choice(get_args(Status))),
        "sequence": says("How often it changed for each reader.", schema_of(Sequence)),
        "created": says("When it was first planned.", perhaps(MOMENT)),
        "revised": says("When it last changed.", perhaps(MOMENT)),
        "start": says("When the patient comes.", MOMENT),
        "end": says("When the patient leaves.", MOMENT),
        "bookings": says("All that is booked for it.", listed(BOOKING)),
    },
    takes={
        "confirmation": says("Who said that it is to be, and when.", schema_of(Confirmation)),
        "changed": says("When what each reader sees last changed.", _CHANGED),
        "notes": says("A reference to the clinic's own record.", TEXT),
        "course": says("Its course, where that is not the plan's.", TEXT),
        "patient": says("Its patient, where that is not the plan's.", TEXT),
    },
)
PIN = table(
    Pin,
    needs={
        "by": says("Who decided it.", LABEL),
        "at": says("When it was decided.", MOMENT),
        "appointment": says("The appointment.", APPOINTMENT),
    },
    takes={"why": says("Why it was decided.", TEXT)},
)
PLAN = table(
    Plan,
    needs={
        "course": _COURSE,
        "patient": says("The patient of the course, by id.", TEXT),
        "programme": says(
            "The programme of the course.", table("A programme by name.", needs=_NAMED, takes={})
        ),
        "proved_through": says("Through which aim it is proved the best.", choice(PROOFS)),
        "steps": _STEPS,
        "cost": says("What it costs.", perhaps(schema_of(Cost))),
        "appointments": says("Its appointments, in programme order.", listed(APPOINTMENT)),
    },
    takes={"goes_on": says("The open phase, of which more is owed.", TEXT)},
)
REASON = table(
    Reason,
    needs={
        "code": says("What sort of reason.", choice(get_args(ReasonCode))),
        "ids": says("Whom or what it concerns.", listed(TEXT)),
        "first": _FIRST,
        "last": _LAST,
    },
    takes={
        "dates": says("On which dates: each one, or first/last.", listed(_STRETCH)),
        "sentence": says("The reason in plain words, as format 1 had it.", TEXT),
    },
)
REFUSAL = table(
    Refusal,
    needs={
        "course": _COURSE,
        "session": says("The first session that cannot be placed.", perhaps(LABEL)),
        "first": _FIRST,
        "last": _LAST,
        "proved": says("Whether it is certain that there is no plan.", BOOLEAN),
        "steps": _STEPS,
        "reasons": says("What stands in the way.", listed(REASON)),
    },
    takes={},
)
COURSE = table(
    Course,
    needs={
        "id": says("What the course is called.", LABEL),
        "patient": says("Whose it is.", schema_of(Patient)),
        "programme": says(
            "Which of the programmes below it is of.",
            table(
                "A programme by name and content.",
                needs={**_NAMED, "digest": says("The digest of its content.", LABEL)},
                takes={},
            ),
        ),
        "first_day": says("Nothing was planned before this date.", DAY),
        "done": says("Sessions that took place, by id.", mapped(schema_of(Done))),
    },
    takes={
        "book_ahead": says("How far its open phase is planned.", perhaps(BOOK_AHEAD)),
        "waivers": says("Promises that are set aside for some sessions.", listed(schema_of(Waiver))),
        "pins": says("Appointments that move only by name.", listed(PIN)),
        "beside": says("Sessions of the patient's courses in no schedule.", listed(schema_of(Elsewhere))),
    },
)

SCHEDULE: Schema = table(
    Schedule,
    needs={
        "format": says("The format of this document.", {**COUNT, "maximum": FORMAT}),
        "version": says("The version of kapsched that wrote it.", TEXT),
        "revision": says("Counts the versions of this schedule.", COUNT),
        "now": says("When it was made.", MOMENT),
        "clinic": says("The clinic, by id.", LABEL),
        "timezone": says("On whose clocks times are shown.", LABEL),
        "tzdata": says("The version of the time zone rules.", TEXT),
        "horizon": says("The dates that were considered.", schema_of(Horizon)),
        "digest": says("The digest of the clinic.", TEXT),
        "plans": says("What is booked, course by course.", listed(PLAN)),
        "refusals": says("Which courses have no plan, and why.", listed(REFUSAL)),
        "courses": says("The courses of all of these.", listed(COURSE)),
        "programmes": says(
            "The content of their programmes, each once.",
            listed(noun(Programme, {"digest": says("The digest of this content.", TEXT)})),
        ),
    },
    takes={
        "withdrawn": says("What was taken from somebody, as it last was.", listed(APPOINTMENT)),
    },
)
