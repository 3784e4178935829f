"""Does a reader's calendar change when something they can see does, and only then?"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from kapsched.errors import InvalidInput
from kapsched.exchange.calendars.feeds import feeds, index_rows
from kapsched.exchange.schedule_documents import from_document, to_document
from kapsched.model.appointments import READERS, Appointment, Changed, Sequence
from kapsched.model.bookings import Resource, ResourceType
from kapsched.model.decisions import confirm
from kapsched.model.plan import Schedule
from kapsched.model.revisions import succeeding
from kapsched.timeline.units import Days
from tests import calendar_stories as stories
from tests.test_exchange_ics import events

KEY = stories.KEY
BEFORE = stories.schedule([stories.plan(stories.course("c1", "q17"))])
LATER = datetime(2027, 2, 3, 10, tzinfo=stories.LONDON)
EVERYBODY = (
    ("patient", "q17"),
    ("staff", "../../ruth"),
    ("staff", "ben"),
    ("staff", "imran"),
    ("room", "Anchor & Co <2>"),
    ("room", "ketamine-1"),
    ("clinic", "quayside"),
)


def calendars(schedule: Schedule, **said: Any) -> dict[tuple[str, str], bytes]:
    """Each reader's calendar."""
    rows = index_rows(schedule, KEY, said.get("also", ()))
    files = feeds(schedule, uid_key=KEY, **said)
    return {(row.type, row.id): feed.content for row, feed in zip(rows, files, strict=True)}


def with_first_dose(schedule: Schedule, **changes: Any) -> Schedule:
    (plan,) = schedule.plans
    visits = [evolve(one, **changes) if one.session == DOSE.session else one for one in plan.appointments]
    return evolve(schedule, plans=[evolve(plan, appointments=visits)], now=LATER)


DOSE = BEFORE.plans[0].appointments[1]


def elsewhere(type: ResourceType, id: str, new: str) -> dict[str, Any]:
    return {
        "bookings": [
            evolve(row, resource=new) if (row.type, row.resource) == (type, id) else row
            for row in DOSE.bookings
        ]
    }


def an_hour_later() -> dict[str, Any]:
    hour = timedelta(hours=1)
    rows = [evolve(row, start=row.start + hour, end=row.end + hour) for row in DOSE.bookings]
    return {"start": DOSE.start + hour, "end": DOSE.end + hour, "bookings": rows}


NURSE = elsewhere("staff", "../../ruth", "zoe")
ROOM = elsewhere("room", "ketamine-1", "attic")


def test_who_expects_what_took_place_long_ago_finds_it_for_a_while() -> None:
    """Booked for March, it is recorded as of December: over for longer than these calendars look back."""
    days = timedelta(days=90)
    rows = [evolve(row, start=row.start - days, end=row.end - days) for row in DOSE.bookings]
    done = with_first_dose(BEFORE, status="done", start=DOSE.start - days, end=DOSE.end - days, bookings=rows)
    after = succeeding(done, BEFORE)

    def known(schedule: Schedule) -> dict[tuple[str, str], set[str]]:
        files = calendars(schedule, past=Days(7))
        return {reader: {str(one["UID"]) for one in events(content)} for reader, content in files.items()}

    assert known(after) == known(BEFORE)
    week = known(evolve(after, now=after.now + timedelta(days=7)))
    assert week == known(BEFORE)
    then = known(evolve(after, now=after.now + timedelta(days=8)))
    assert len(week["patient", "q17"] - then["patient", "q17"]) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (NURSE, {"staff", "clinic"}),
        (ROOM, {"staff", "room", "clinic"}),
        (an_hour_later(), {"patient", "staff", "room", "clinic"}),
        ({"status": "cancelled"}, {"patient", "staff", "room", "clinic"}),
        ({"notes": "N-4711"}, {"staff", "clinic"}),
    ],
)
def test_a_change_reaches_those_who_can_see_it_and_changes_no_byte_of_the_others(
    changes: dict[str, Any], told: set[str]
) -> None:
    before, after = calendars(BEFORE), calendars(succeeding(with_first_dose(BEFORE, **changes), BEFORE))
    # Whose dose it is not, and was not, sees nothing of it.
    concerned = [one for one in EVERYBODY if one not in {("staff", "ben"), ("room", "Anchor & Co <2>")}]
    for reader in concerned:
        assert (after.get(reader) != before[reader]) is (reader[0] in told), reader


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"revised": None}, "a calendar says when an appointment was last revised; give the time"),
        ({"start": DOSE.start + timedelta(microseconds=1)}, "a calendar cannot say fractions of a second"),
    ],
)
def test_what_no_calendar_can_say_is_refused_by_its_place(wrong: dict[str, Any], said: str) -> None:
    places = (with_first_dose(BEFORE, **wrong), f"schedule.plans.c1.{DOSE.session}")
    gone = evolve(DOSE, status="cancelled", course="c0", patient="q0", **wrong)
    for schedule, place in (places, (evolve(BEFORE, withdrawn=[gone]), "schedule.withdrawn.0")):
        (name,) = wrong
        with pytest.raises(InvalidInput) as refused:
            feeds(schedule, uid_key=KEY)
        assert str(refused.value) == f"{place}.{name}: {said}"


def entry(content: bytes, start: datetime = DOSE.start) -> Any:
    """The entry of a calendar that begins on that date."""
    (found,) = [event for event in events(content) if event["DTSTART"].dt.date() == start.date()]
    return found


def test_another_nurse_is_dated_for_the_staff_and_not_for_the_patient() -> None:
    after = calendars(succeeding(with_first_dose(BEFORE, **NURSE), BEFORE))
    for reader, sequence, revised in (
        ("patient", 1, DOSE.revised),
        ("staff", 3, LATER),
        ("clinic", 3, LATER),
    ):
        (whose,) = [one for one in after if one[0] == reader and one[1] in ("q17", "imran", "quayside")]
        found = entry(after[whose])
        assert (found["SEQUENCE"], found["LAST-MODIFIED"].dt, found["DTSTAMP"].dt) == (
            sequence,
            revised,
            revised,
        )


def test_who_is_taken_off_loses_the_entry_and_who_comes_instead_gets_one() -> None:
    after = calendars(succeeding(with_first_dose(BEFORE, **NURSE), BEFORE))
    lost = [
        event
        for event in events(after["staff", "../../ruth"])
        if event["DTSTART"].dt.date() == DOSE.start.date()
    ]
    assert [(event["STATUS"], event["SEQUENCE"]) for event in lost] == [("CANCELLED", 3), ("CANCELLED", 3)]
    hers = [
        event for event in events(after["staff", "zoe"]) if event["DTSTART"].dt.date() == DOSE.start.date()
    ]
    assert [event["SEQUENCE"] for event in hers] == [3, 3]  # she is there at the arrival, and at the end


def test_what_each_reader_was_told_when_outlasts_changes_and_documents() -> None:
    nurse = succeeding(with_first_dose(BEFORE, **NURSE), BEFORE)
    later = evolve(with_first_dose(nurse, **ROOM), now=LATER + timedelta(days=1))
    found = from_document(to_document(succeeding(later, nurse)))
    dose = found.plans[0].appointments[1]
    assert dose.changed == Changed(patient=DOSE.revised)
    moved = evolve(with_first_dose(found, **an_hour_later()), now=LATER + timedelta(days=2))
    dose = succeeding(moved, found).plans[0].appointments[1]
    assert dose.changed == Changed()
    assert dose.revised == LATER + timedelta(days=2)


def test_what_is_planned_again_the_same_stays_as_each_reader_was_told_of_it() -> None:
    nurse = succeeding(with_first_dose(BEFORE, **NURSE), BEFORE)
    afresh = with_first_dose(nurse, changed=Changed(), sequence=Sequence(), revised=LATER + timedelta(days=9))
    assert succeeding(evolve(afresh, now=LATER + timedelta(days=9)), nurse) is nurse


def test_what_is_confirmed_is_dated_then_for_everybody() -> None:
    nurse = succeeding(with_first_dose(BEFORE, **NURSE), BEFORE).plans[0]
    said = LATER + timedelta(days=1)
    dose = confirm(nurse, [DOSE.session], by="mira", at=said).appointments[1]
    assert [dose.revised_for(reader) for reader in READERS] == [said] * len(READERS)


def test_a_room_that_hears_nothing_of_a_nurse_keeps_its_date() -> None:
    dose = succeeding(with_first_dose(BEFORE, **NURSE), BEFORE).plans[0].appointments[1]
    assert [dose.revised_for(reader) for reader in ("patient", "staff", "room")] == [
        DOSE.revised,
        LATER,
        DOSE.revised,
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"notes": "N-4711"},
        {"bookings": [evolve(row, role="second") if row.type == "staff" else row for row in DOSE.bookings]},
        ROOM,
    ],
    ids=["notes", "roles", "room"],
)
def test_who_may_know_when_somebody_is_busy_learns_of_nothing_else_that_changed(
    changes: dict[str, Any],
) -> None:
    after = succeeding(with_first_dose(BEFORE, **changes), BEFORE)
    before, now = (
        {row.file: feed.content for row, feed in zip(*both, strict=True) if row.type in ("staff", "patient")}
        for both in (
            (index_rows(one, KEY, audiences=["busy"]), feeds(one, uid_key=KEY, audiences=["busy"]))
            for one in (BEFORE, after)
        )
    )
    assert before == now


# How much of the past is written, and how long what is cancelled is told.

ENDED = date(2027, 3, 8)  # the preparation, which is the first


def at(day: date, schedule: Schedule = BEFORE) -> Schedule:
    return evolve(schedule, now=datetime(day.year, day.month, day.day, 23, 30, tzinfo=stories.LONDON))


def shown(schedule: Schedule, reader: tuple[str, str] = ("patient", "q17"), **said: Any) -> int:
    return len(events(calendars(schedule, **said)[reader]))


@pytest.mark.parametrize(
    ("past", "days", "left"), [(0, 0, 7), (0, 1, 6), (90, 90, 7), (90, 91, 6), (None, 5000, 7)]
)
def test_what_ended_long_ago_is_left_out(past: int | None, days: int, left: int) -> None:
    schedule = at(ENDED + timedelta(days=days))
    for reader in (("patient", "q17"), ("clinic", "quayside")):
        assert shown(schedule, reader, past=None if past is None else Days(past)) == left


def test_a_quarter_of_the_past_is_written_unless_somebody_says_otherwise() -> None:
    assert shown(at(ENDED + timedelta(days=90))) == 7
    assert shown(at(ENDED + timedelta(days=91))) == 6


def test_whoever_had_appointments_keeps_a_calendar_when_all_are_past() -> None:
    everybody = calendars(at(date(2032, 1, 1)))
    assert tuple(everybody) == EVERYBODY
    assert all(not events(content) for content in everybody.values())


CANCELLED = succeeding(with_first_dose(BEFORE, status="cancelled"), BEFORE)
TOLD = LATER.date()


@pytest.mark.parametrize(
    ("cancelled_for", "days", "left"), [(0, 0, 7), (0, 1, 6), (30, 30, 7), (30, 31, 6), (None, 35, 7)]
)
def test_a_cancelled_visit_is_told_for_so_long_and_no_longer(
    cancelled_for: int | None, days: int, left: int
) -> None:
    lasts = None if cancelled_for is None else Days(cancelled_for)
    assert shown(at(TOLD + timedelta(days=days), CANCELLED), cancelled_for=lasts) == left


def test_a_cancelled_visit_is_told_for_thirty_days_unless_somebody_says_otherwise() -> None:
    assert shown(at(TOLD + timedelta(days=30), CANCELLED)) == 7
    assert shown(at(TOLD + timedelta(days=31), CANCELLED)) == 6


def test_each_reader_is_told_of_what_is_cancelled_from_when_they_could_know() -> None:
    noted = evolve(with_first_dose(CANCELLED, notes="N-4711"), now=LATER + timedelta(days=20))
    later = at(TOLD + timedelta(days=40), succeeding(noted, CANCELLED))
    assert shown(later) == 6
    assert shown(later, ("clinic", "quayside")) == 7


def test_days_of_the_past_are_dates_on_the_clinic_s_clocks() -> None:
    # Half past eleven in the evening in London is the next morning in Tokyo.
    schedule = evolve(at(ENDED + timedelta(days=90)), zone="Asia/Tokyo")
    assert shown(schedule) == 6


def test_the_same_schedule_gives_the_same_bytes_whatever_the_day() -> None:
    assert calendars(CANCELLED) == calendars(from_document(to_document(CANCELLED)))


@pytest.mark.parametrize("name", ["past", "cancelled_for"])
def test_less_than_no_days_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match=f"{name}: no days or more are wanted, not -1 days"):
        calendars(BEFORE, **{name: Days(-1)})


def test_whoever_else_is_named_has_a_calendar_without_entries() -> None:
    newcomers = (
        Resource("staff", "zoe"),
        Resource("room", "attic"),
        Resource("patient", "q99"),
        Resource("staff", "ben"),
    )
    everybody = calendars(BEFORE, also=newcomers)
    assert set(everybody) - set(EVERYBODY) == {("staff", "zoe"), ("room", "attic"), ("patient", "q99")}
    assert events(everybody["staff", "zoe"]) == []
    assert everybody["staff", "ben"] == calendars(BEFORE)["staff", "ben"]


# How an appointment made by hand says so.


def test_an_appointment_that_says_nothing_changed_for_everybody_when_it_was_revised() -> None:
    one = Appointment(session="a", kind="b", start=DOSE.start, end=DOSE.end, revised=LATER)
    assert {one.revised_for("patient"), one.revised_for("staff"), one.revised_for("room")} == {LATER}
    assert one.sequence == Sequence()
