"""Does everybody learn by mail of what changed for them, and of nothing else?"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import icalendar
import pytest
import vobject
from attrs import evolve, field, mutable
from hypothesis import given, settings
from hypothesis import strategies as st

from kapsched.errors import InvalidInput
from kapsched.exchange.calendars.alarms import Alarm
from kapsched.exchange.calendars.feeds import feeds
from kapsched.exchange.calendars.mail_addresses import Organizer, mailto
from kapsched.exchange.calendars.messages import Message, messages
from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Resource
from kapsched.model.course import Patient
from kapsched.model.decisions import confirm
from kapsched.model.plan import Plan, Schedule
from kapsched.model.revisions import confirmed, succeeding
from kapsched.model.wordings.welsh import WELSH
from kapsched.timeline.units import Days
from tests import calendar_stories as stories
from tests.fences import ROOT
from tests.test_exchange_feed_changes import (
    BEFORE,
    DOSE,
    LATER,
    NURSE,
    ROOM,
    an_hour_later,
    calendars,
    with_first_dose,
)
from tests.test_exchange_ics import events
from tests.test_foreign_readers import PROGRAMS, asked

KEY = stories.KEY
CLINIC = Organizer(address="appointments@example.org", name="Quayside")
MIRA, RUTH, ZOE, IMRAN, BEN, KETAMINE_1, ATTIC = (
    Resource("patient", "q17"),
    Resource("staff", "../../ruth"),
    Resource("staff", "zoe"),
    Resource("staff", "imran"),
    Resource("staff", "ben"),
    Resource("room", "ketamine-1"),
    Resource("room", "attic"),
)
EVERYBODY = {
    one: f"{number}@example.org"
    for number, one in enumerate((MIRA, RUTH, ZOE, IMRAN, BEN, KETAMINE_1, ATTIC))
}


def sent(schedule: Schedule, before: Schedule | None, **said: Any) -> list[Message]:
    given = {"organizer": CLINIC, "addresses": EVERYBODY, "uid_key": KEY, **said}
    return list(messages(schedule, before, **given))


def told(found: Iterable[Message]) -> list[tuple[str, str]]:
    return [(one.recipient.id, one.method) for one in found]


def of(message: Message) -> Any:
    """The one event of a message."""
    (event,) = events(message.content)
    return event


def without_first_dose(schedule: Schedule, now: datetime = LATER) -> Schedule:
    (plan,) = schedule.plans
    visits = [one for one in plan.appointments if one.session != DOSE.session]
    return evolve(schedule, plans=[evolve(plan, appointments=visits)], now=now)


# Who is told of what.


def test_of_a_first_schedule_everybody_with_an_address_is_asked_to_every_entry_of_theirs() -> None:
    found = sent(BEFORE, None)
    assert {one.method for one in found} == {"REQUEST"}
    for recipient in EVERYBODY:
        calendar = calendars(BEFORE).get(recipient)
        wanted = events(calendar) if calendar else []
        theirs = [of(one) for one in found if one.recipient == recipient]
        same = ("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "STATUS")
        assert [[event.get(name) for name in same] for event in theirs] == [
            [event.get(name) for name in same] for event in wanted
        ]


def test_who_has_no_address_is_not_written_to() -> None:
    assert set(told(sent(BEFORE, None, addresses={MIRA: "mira@example.org"}))) == {("q17", "REQUEST")}


def test_messages_come_in_the_order_of_feeds_and_to_each_in_order_of_time() -> None:
    found = sent(BEFORE, None, addresses=dict(reversed(EVERYBODY.items())))
    recipients = list(dict.fromkeys(one.recipient for one in found))
    assert recipients == [MIRA, RUTH, BEN, IMRAN, KETAMINE_1]
    for recipient in recipients:
        starts = [of(one)["DTSTART"].dt for one in found if one.recipient == recipient]
        assert starts == sorted(starts)


def test_where_nothing_changed_nobody_is_written_to() -> None:
    assert sent(BEFORE, BEFORE) == []


def test_another_nurse_is_told_to_the_one_and_the_other_and_to_nobody_else() -> None:
    found = sent(succeeding(with_first_dose(BEFORE, **NURSE), BEFORE), BEFORE)
    assert told(found) == [("../../ruth", "CANCEL")] * 2 + [("zoe", "REQUEST")] * 2
    assert {str(of(one)["STATUS"]) for one in found if one.method == "CANCEL"} == {"CANCELLED"}


def test_another_room_is_told_to_both_rooms_and_the_staff() -> None:
    found = told(sent(succeeding(with_first_dose(BEFORE, **ROOM), BEFORE), BEFORE))
    assert [one for one in found if one[1] == "CANCEL"] == [("ketamine-1", "CANCEL")]
    assert {one[0] for one in found if one[1] == "REQUEST"} == {"../../ruth", "ben", "imran", "attic"}


def test_what_moves_is_requested_again_at_its_new_time_with_a_higher_sequence() -> None:
    found = sent(succeeding(with_first_dose(BEFORE, **an_hour_later()), BEFORE), BEFORE)
    assert {one.method for one in found} == {"REQUEST"}
    (mira,) = [of(one) for one in found if one.recipient == MIRA]
    assert mira["DTSTART"].dt == DOSE.start + timedelta(hours=1)
    assert (mira["SEQUENCE"], mira["DTSTAMP"].dt) == (2, LATER)
    assert {one[0] for one in told(found)} == {"q17", "../../ruth", "ben", "imran", "ketamine-1"}


@pytest.mark.parametrize(
    "after", [with_first_dose(BEFORE, status="cancelled"), without_first_dose(BEFORE)], ids=["said", "gone"]
)
def test_what_is_cancelled_or_gone_is_cancelled_for_everybody_who_had_it(after: Schedule) -> None:
    found = sent(succeeding(after, BEFORE), BEFORE)
    assert {one.method for one in found} == {"CANCEL"}
    (mira,) = [of(one) for one in found if one.recipient == MIRA]
    assert (mira["STATUS"], mira["SEQUENCE"], mira["DTSTART"].dt) == ("CANCELLED", 2, DOSE.start)
    assert {one[0] for one in told(found)} == {"q17", "../../ruth", "ben", "imran", "ketamine-1"}


def test_nobody_is_told_twice_that_something_is_off() -> None:
    once = succeeding(with_first_dose(BEFORE, status="cancelled"), BEFORE)
    gone = succeeding(without_first_dose(once, LATER + timedelta(days=1)), once)
    assert gone is not once
    assert sent(gone, once) == []


def test_who_turns_out_not_to_be_the_patient_is_told_that_it_is_off_in_a_file_of_their_own() -> None:
    (plan,) = BEFORE.plans
    other = Plan.of(evolve(plan.course, patient=Patient(id="q99")), plan.appointments)
    after = succeeding(evolve(BEFORE, plans=[other], now=LATER), BEFORE)
    found = sent(
        after, BEFORE, addresses={MIRA: "m@example.org", Resource("patient", "q99"): "q@example.org"}
    )
    count = len(plan.appointments)
    assert told(found) == [("q99", "REQUEST")] * count + [("q17", "CANCEL")] * count
    assert len({one.name for one in found}) == len(found)


def test_who_was_taken_off_while_a_visit_was_cancelled_is_told_also_by_a_later_version() -> None:
    cancelled = succeeding(with_first_dose(BEFORE, status="cancelled"), BEFORE)
    again = evolve(with_first_dose(cancelled, status="provisional", **NURSE), now=LATER + timedelta(days=1))
    found = told(sent(succeeding(again, cancelled), BEFORE))
    assert found.count(("../../ruth", "CANCEL")) == 2
    assert found.count(("zoe", "REQUEST")) == 2


def test_who_has_left_the_schedule_is_told_in_their_language() -> None:
    (plan,) = BEFORE.plans
    before = evolve(
        BEFORE,
        plans=[evolve(plan, course=evolve(plan.course, patient=Patient(id="q17", language="cy")))],
    )
    found = sent(
        succeeding(evolve(before, plans=[], now=LATER), before), before, addresses={MIRA: "m@example.org"}
    )
    assert {of(one)["SUMMARY"].params["LANGUAGE"] for one in found} == {"cy"}
    assert {one.method for one in found} == {"CANCEL"}


def test_what_comes_back_is_requested_with_a_higher_sequence_than_its_end_had() -> None:
    gone = succeeding(without_first_dose(BEFORE), BEFORE)
    again = succeeding(evolve(BEFORE, now=LATER + timedelta(days=1)), gone)
    ends = {of(one)["UID"]: of(one)["SEQUENCE"] for one in sent(gone, BEFORE)}
    back = sent(again, gone)
    assert {one.method for one in back} == {"REQUEST"}
    assert {of(one)["UID"] for one in back} == set(ends)
    assert all(of(one)["SEQUENCE"] > ends[of(one)["UID"]] for one in back)


def test_what_is_confirmed_is_requested_as_confirmed() -> None:
    (plan,) = BEFORE.plans
    said = confirm(plan, [DOSE.session], by="reception", at=LATER)
    for after in (evolve(BEFORE, plans=[said], now=LATER), evolve(confirmed(BEFORE), now=LATER)):
        found = sent(succeeding(after, BEFORE), BEFORE)
        assert {(one.method, str(of(one)["STATUS"])) for one in found} == {("REQUEST", "CONFIRMED")}


def test_a_version_that_was_passed_over_is_made_up_for() -> None:
    nurse = succeeding(with_first_dose(BEFORE, **NURSE), BEFORE)
    dose = nurse.plans[0].appointments[1]
    rows = [evolve(row, resource="attic") if row.resource == "ketamine-1" else row for row in dose.bookings]
    later = evolve(with_first_dose(nurse, bookings=rows), now=LATER + timedelta(days=1))
    found = told(sent(succeeding(later, nurse), BEFORE))
    assert ("../../ruth", "CANCEL") in found
    assert ("attic", "REQUEST") in found


@pytest.mark.parametrize("status", ["cancelled", "done"])
def test_nobody_is_told_of_what_is_over(status: Any) -> None:
    over = DOSE.end + timedelta(minutes=15)  # when its room is ready again
    after = evolve(with_first_dose(BEFORE, status=status), now=over)
    still_to_come = [one for one in sent(evolve(BEFORE, now=over), None) if one.recipient == MIRA]
    assert len(still_to_come) == 5  # of seven: the preparation and the dose are over
    assert sent(succeeding(after, BEFORE), BEFORE) == []


def test_what_took_place_is_no_news_though_it_is_not_over() -> None:
    after = evolve(with_first_dose(BEFORE, status="done"), now=DOSE.end - timedelta(minutes=30))
    assert sent(succeeding(after, BEFORE), BEFORE) == []


def days_earlier(count: int) -> dict[str, Any]:
    day = timedelta(days=count)
    rows = [evolve(row, start=row.start - day, end=row.end - day) for row in DOSE.bookings]
    return {"start": DOSE.start - day, "end": DOSE.end - day, "bookings": rows}


@pytest.mark.parametrize("passed_over", [True, False])
@pytest.mark.parametrize(("became", "method"), [("done", "REQUEST"), ("gone", "CANCEL")])
def test_who_expects_what_took_place_earlier_is_told_that_it_is_no_more_to_come(
    became: str, method: str, passed_over: bool
) -> None:
    """It was brought forward by ten days, and those who were not told of that expect it still."""
    moved = succeeding(with_first_dose(BEFORE, **days_earlier(10)), BEFORE)
    (plan,) = moved.plans
    visits = [
        evolve(one, status="done") if one.session == DOSE.session else one
        for one in plan.appointments
        if became == "done" or one.session != DOSE.session
    ]
    now = DOSE.start - timedelta(days=8)
    after = succeeding(evolve(moved, plans=[evolve(plan, appointments=visits)], now=now), moved)
    found = sent(after, BEFORE if passed_over else moved)
    if not passed_over:
        assert found == []
        return
    assert {one.recipient for one in found} == {MIRA, RUTH, BEN, IMRAN, KETAMINE_1} - (
        {BEN} if "ben" not in [row.resource for row in DOSE.bookings] else set()
    )
    assert {one.method for one in found} == {method}
    first = {of(one)["UID"]: of(one)["SEQUENCE"] for one in sent(BEFORE, None)}
    assert all(of(one)["SEQUENCE"] > first[of(one)["UID"]] for one in found)


def test_who_was_left_out_in_a_version_passed_over_and_comes_back_is_told_of_both() -> None:
    """A visit was brought forward and took place, with another nurse; then it turns out that it is still to come."""
    first = evolve(BEFORE, revision=11)
    early = days_earlier(10)
    moved = succeeding(evolve(with_first_dose(first, **early), now=DOSE.start - timedelta(days=11)), first)
    zoe = [evolve(row, resource="zoe") if row.of == RUTH else row for row in early["bookings"]]
    put_right = evolve(with_first_dose(moved, bookings=zoe), now=DOSE.start - timedelta(days=8))
    without = succeeding(put_right, moved)
    back = evolve(with_first_dose(without, **an_hour_later()), now=DOSE.start - timedelta(days=7))

    def hers(found: list[Message]) -> dict[str, Any]:
        return {str(of(one)["UID"]): of(one) for one in found if one.recipient == RUTH}

    asked, off = hers(sent(first, None)), hers(sent(without, first))
    again = hers(sent(succeeding(back, without), without))
    assert {one["STATUS"] for one in off.values()} == {"CANCELLED"}
    assert off.keys() == again.keys()
    assert off
    assert all(asked[uid]["SEQUENCE"] < off[uid]["SEQUENCE"] < again[uid]["SEQUENCE"] for uid in off)


def test_who_never_heard_of_a_visit_is_not_told_that_it_is_off() -> None:
    """It was over before anybody was written to; it is booked anew, and given up, before anybody is again."""
    first = succeeding(evolve(with_first_dose(BEFORE, notes="N-1"), now=DOSE.end + timedelta(days=5)), BEFORE)
    weeks = timedelta(weeks=4)
    rows = [evolve(row, start=row.start + weeks, end=row.end + weeks) for row in DOSE.bookings]
    booked = with_first_dose(first, start=DOSE.start + weeks, end=DOSE.end + weeks, bookings=rows)
    second = succeeding(evolve(booked, now=first.now + timedelta(days=1)), first)
    third = succeeding(without_first_dose(second, now=first.now + timedelta(days=2)), second)
    assert {one.method for one in sent(third, second)} == {"CANCEL"}
    assert sent(third, first) == []


def test_what_is_brought_forward_into_the_past_is_told() -> None:
    now = DOSE.start - timedelta(minutes=30)
    day = timedelta(days=1)
    rows = [evolve(row, start=row.start - day, end=row.end - day) for row in DOSE.bookings]
    moved = with_first_dose(BEFORE, start=DOSE.start - day, end=DOSE.end - day, bookings=rows)
    found = sent(succeeding(evolve(moved, now=now), BEFORE), BEFORE)
    assert ("q17", "REQUEST") in told(found)


# What a message says.


def test_a_message_is_from_the_clinic_to_one_and_asks_for_no_answer() -> None:
    for one in sent(BEFORE, None):
        calendar, event = icalendar.Calendar.from_ical(one.content), of(one)
        assert calendar["METHOD"] == one.method
        assert (str(event["ORGANIZER"]), event["ORGANIZER"].params) == (
            "mailto:appointments@example.org",
            {"CN": "Quayside"},
        )
        assert str(event["ATTENDEE"]) == f"mailto:{one.address}"
        room = {"CUTYPE": "ROOM"} if one.recipient.type == "room" else {}
        assert event["ATTENDEE"].params == {**room, "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"}


def test_a_second_reader_finds_the_same_in_each_message() -> None:
    found = sent(succeeding(with_first_dose(BEFORE, **NURSE), BEFORE), BEFORE) + sent(BEFORE, None)
    for one in found:
        calendar, event = vobject.readOne(one.content.decode()), of(one)
        assert calendar.validate()
        read = calendar.vevent
        assert (read.uid.value, int(read.sequence.value)) == (event["UID"], event["SEQUENCE"])
        assert (read.dtstart.value, read.dtend.value) == (event["DTSTART"].dt, event["DTEND"].dt)
        assert (calendar.method.value, read.attendee.value) == (one.method, f"mailto:{one.address}")


@pytest.mark.parametrize("program", PROGRAMS)
def test_four_other_programs_read_each_message_and_complain_of_nothing(program: str) -> None:
    gone = succeeding(without_first_dose(BEFORE), BEFORE)
    policy = [Alarm(before=Days(1), readers=["patient", "staff", "room"])]
    found = sent(BEFORE, None, alarms=policy) + sent(gone, BEFORE, alarms=policy)
    answers = asked(program, [one.content for one in found])
    assert [answer.complaints for answer in answers] == [[]] * len(found)
    for one, answer in zip(found, answers, strict=True):
        event, (read,) = of(one), answer.entries
        times = (int(event[name].dt.timestamp()) for name in ("DTSTART", "DTEND"))
        assert read == (str(event["UID"]), *times, event["SEQUENCE"], str(event["STATUS"]))


OF_REQUESTS = {
    *("UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "STATUS", "SUMMARY", "ORGANIZER", "ATTENDEE"),
    *("CATEGORIES", "CLASS", "CREATED", "DESCRIPTION", "LAST-MODIFIED", "LOCATION", "TRANSP"),
}
"""What of RFC 5546 3.2.2 and 3.2.5 is written here, where each stands once at most."""


def test_the_tables_of_the_methods_are_kept() -> None:
    gone = succeeding(without_first_dose(BEFORE), BEFORE)
    policy = [Alarm(before=Days(1), readers=["patient", "staff", "room"])]
    found = sent(BEFORE, None, alarms=policy) + sent(gone, BEFORE, alarms=policy)
    assert {one.method for one in found} == {"REQUEST", "CANCEL"}
    for one in found:
        event = of(one)
        names = [name for name, _ in event.property_items(recursive=False) if name not in ("BEGIN", "END")]
        assert len(names) == len(set(names))
        assert set(names) <= OF_REQUESTS
        assert OF_REQUESTS - {"CATEGORIES", "DESCRIPTION", "LOCATION"} <= set(names)
        wanted = {"CANCELLED"} if one.method == "CANCEL" else {"TENTATIVE", "CONFIRMED"}
        assert str(event["STATUS"]) in wanted
        assert len(event.walk("VALARM")) == (one.method == "REQUEST")
        head = icalendar.Calendar.from_ical(one.content)
        assert set(head) == {"PRODID", "VERSION", "CALSCALE", "METHOD"}


def test_a_patient_s_message_tells_nothing_but_the_time() -> None:
    for one in sent(BEFORE, None, addresses={MIRA: "m@example.org"}):
        for word in ("dosing", "kap", "ketamine", "imran", "ruth", "q17", "c1"):
            assert word not in one.content.decode().lower()
        assert str(of(one)["SUMMARY"]) == "Appointment"


def test_a_patient_is_written_to_in_their_language() -> None:
    (plan,) = BEFORE.plans
    course = evolve(plan.course, patient=Patient(id="q17", language="cy"))
    found = sent(evolve(BEFORE, plans=[evolve(plan, course=course)]), None)
    said = {one.recipient.type: of(one)["SUMMARY"].params["LANGUAGE"] for one in found}
    assert said == {"patient": "cy", "staff": "en", "room": "en"}
    assert {str(of(one)["SUMMARY"]) for one in found if one.recipient == MIRA} == {
        WELSH.say("patient", "summary")
    }


def test_no_name_tells_whose_a_message_is_and_no_two_are_the_same() -> None:
    moved = succeeding(with_first_dose(BEFORE, **an_hour_later()), BEFORE)
    names = [one.name for one in sent(BEFORE, None) + sent(moved, BEFORE)]
    assert len(set(names)) == len(names)
    for name in names:
        folder, _, file = name.partition("/")
        assert folder == "messages"
        assert file.removesuffix(".ics").isalnum()


def test_no_feed_says_a_method_an_organizer_or_an_address() -> None:
    for feed in feeds(succeeding(with_first_dose(BEFORE, **NURSE), BEFORE), uid_key=KEY):
        for word in (b"METHOD", b"ORGANIZER", b"ATTENDEE", b"mailto"):
            assert word not in feed.content


PROBE = """
from hashlib import sha256
from kapsched.model.revisions import succeeding
from tests.test_exchange_messages import BEFORE, NURSE, sent, with_first_dose
found = sent(BEFORE, None) + sent(succeeding(with_first_dose(BEFORE, **NURSE), BEFORE), BEFORE)
print([(one.name, sha256(one.content).hexdigest()) for one in found])
"""


def test_the_bytes_are_the_same_in_every_process() -> None:
    answers = {
        subprocess.run(
            [sys.executable, "-c", PROBE],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(("src", "."))},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1
    assert len(answers.pop()) > 1000


# Addresses.


@pytest.mark.parametrize("address", ["mira@example.org", "o'hara+x=1&2?/%@example.org", "#{m}^@x.y"])
def test_an_address_comes_out_of_its_uri_as_it_went_in(address: str) -> None:
    assert Organizer(address=address, name="Quayside").address == address
    uri = mailto(address)
    assert unquote(uri.removeprefix("mailto:")) == address
    assert not set(uri) & set("?&=#/{}^ ")


@pytest.mark.parametrize(
    "address",
    [
        *("", "mira", "@clinic.test", "mira@", "mira vasquez@clinic.test", "mira@clinic.test\r\nBCC:x@y.z"),
        *(
            "Mira <mira@clinic.test>",
            "mira@clinic.test,omar@clinic.test",
            "müra@clinic.test",
            "mira@clínic.test",
        ),
        *("a@b@clinic.test", "mira@clinic.test\x00", "mira@clinic..test", "a" * 250 + "@x.org", None, 5),
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(address: Any) -> None:
    with pytest.raises(InvalidInput, match="a mail address is wanted") as caught:
        sent(BEFORE, None, addresses={MIRA: address})
    assert caught.value.faults[0].path == "addresses.patient.q17"
    assert not address or str(address) not in str(caught.value)
    with pytest.raises(InvalidInput, match="a mail address is wanted"):
        Organizer(address=address, name="Quayside")


@pytest.mark.parametrize("name", ['The "Quay"', "Quay^side", "", "Quay\nside"])
def test_a_name_that_some_program_could_not_read_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="name"):
        Organizer(address="a@example.org", name=name)


@pytest.mark.parametrize("whom", ["q17", ("patient", "q17"), Resource("pool", "nurse"), Resource("room", "")])
def test_whom_nobody_can_write_to_is_refused(whom: Any) -> None:
    with pytest.raises(InvalidInput, match="addresses"):
        sent(BEFORE, None, addresses={whom: "a@example.org"})


def test_addresses_and_contents_are_in_no_repr() -> None:
    found = sent(BEFORE, None)
    assert "@example.org" not in repr(found) + repr(CLINIC)


def test_versions_in_the_wrong_order_or_of_another_clinic_are_refused() -> None:
    after = succeeding(with_first_dose(BEFORE, **NURSE), BEFORE)
    with pytest.raises(InvalidInput, match="before: comes after the schedule"):
        sent(BEFORE, after)
    with pytest.raises(InvalidInput, match="before: is of 'hillside', and the schedule is of 'quayside'"):
        sent(after, evolve(BEFORE, clinic="hillside"))


def test_what_was_never_dated_is_refused() -> None:
    with pytest.raises(InvalidInput, match="last revised") as caught:
        sent(with_first_dose(BEFORE, revised=None), None)
    assert caught.value.faults[0].path == "schedule.plans.c1.induction/dosing/1.revised"


# A mail client that gets every message, in whatever order, shows what the calendar shows.


@mutable
class MailClient:
    """Keeps, by uid, the message of the highest sequence and, of several, the latest; a cancelled one is not shown."""

    kept: dict[str, tuple[tuple[int, datetime], str, Any]] = field(factory=dict)

    def take(self, message: bytes) -> None:
        (event,) = events(message)
        rank, uid = (int(event["SEQUENCE"]), event["DTSTAMP"].dt), str(event["UID"])
        if uid not in self.kept or rank >= self.kept[uid][0]:
            method = str(icalendar.Calendar.from_ical(message)["METHOD"])
            self.kept[uid] = rank, method, event

    def shows(self) -> list[Any]:
        return [event for _, method, event in self.kept.values() if method == "REQUEST"]


def to_come(found: Iterable[Any], now: datetime) -> dict[str, tuple[Any, ...]]:
    """What of some events one sees, where they are not over."""
    seen = ("SUMMARY", "STATUS", "LOCATION", "DESCRIPTION")
    return {
        str(event["UID"]): (
            event["DTSTART"].dt,
            event["DTEND"].dt,
            *(str(event.get(name, "")) for name in seen),
        )
        for event in found
        if event["DTEND"].dt > now and event["STATUS"] != "CANCELLED"
    }


FEW = BEFORE.plans[0].appointments[:3]
CHANGES = ("moved", "earlier", "zoe", "attic", "at once", "cancelled", "confirmed", "noted", "gone")


def changed(one: Appointment, how: str) -> Appointment | None:
    """The appointment as first planned, but for what is said."""
    if how in ("moved", "earlier"):
        length = timedelta(days=9 if how == "moved" else -9)
        rows = [evolve(row, start=row.start + length, end=row.end + length) for row in one.bookings]
        return evolve(one, start=one.start + length, end=one.end + length, bookings=rows)
    if how in ("zoe", "attic"):
        old = {"zoe": "../../ruth", "attic": "ketamine-1"}[how]
        rows = [evolve(row, resource=how) if row.resource == old else row for row in one.bookings]
        return evolve(one, bookings=rows)
    if how == "at once":  # whoever is there in two parts stays in between
        rows = [evolve(row, start=one.start, end=one.end) for row in one.bookings]
        return evolve(one, bookings=dict.fromkeys(rows))
    if how == "noted":
        return evolve(one, notes="N-4711")
    if how == "gone":
        return None
    status: Any = how
    return evolve(one, status=status) if how in ("cancelled", "confirmed") else one


HISTORIES = st.lists(
    st.tuples(st.integers(0, 12), st.lists(st.sampled_from(("", *CHANGES)), min_size=3, max_size=3)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40)
@given(HISTORIES, st.randoms(use_true_random=False))
def test_a_mail_client_shows_what_the_calendar_shows(history: Any, order: Any) -> None:
    post, version, now = [], None, BEFORE.now + timedelta(days=80)
    for days, how in [(0, ["", "", ""]), *history]:
        now += timedelta(days=days)
        visits = [found for one, said in zip(FEW, how, strict=True) if (found := changed(one, said))]
        plans = [evolve(BEFORE.plans[0], appointments=visits)]
        new = evolve(BEFORE, plans=plans, now=now)
        after = succeeding(new, version) if version else new
        post += sent(after, version)
        version = after
    assert version is not None
    shown = calendars(version, past=None, cancelled_for=None)
    order.shuffle(post)
    for recipient in EVERYBODY:
        client = MailClient()
        for one in post:
            if one.recipient == recipient:
                client.take(one.content)
        calendar = shown.get(recipient)
        assert to_come(client.shows(), now) == to_come(events(calendar) if calendar else [], now)


def test_the_stories_above_reach_every_change() -> None:
    assert FEW[0].end.date() == date(2027, 3, 8)
    assert all(changed(DOSE, how) != DOSE for how in CHANGES)
