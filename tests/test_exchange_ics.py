"""Do the calendars say what the appointments say, to any reader, and no more?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from itertools import count
from typing import Any, cast
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kapsched.errors import InvalidInput
from kapsched.exchange.calendars.audiences import Audience
from kapsched.exchange.calendars.ics import to_ics
from kapsched.exchange.opaque import is_signed
from kapsched.model.appointments import Appointment, Sequence
from kapsched.model.bookings import Booking, Resource
from kapsched.model.wording import Wording
from kapsched.model.wordings.english import ENGLISH
from kapsched.model.wordings.welsh import WELSH
from kapsched.timeline.zones import zone
from tests import calendar_stories as stories

KEY = stories.KEY
PLAN = stories.plan(stories.course("c1", "q17"))
AUDIENCES: tuple[Audience, ...] = (
    "patient",
    "clinic",
    Resource("staff", "ben"),
    Resource("staff", "../../ruth"),
    Resource("room", "ketamine-1"),
)

ZONES = (
    "Europe/London",
    "Europe/Dublin",
    "America/New_York",
    "America/Vancouver",
    "America/Havana",
    "America/St_Johns",
    "America/Nuuk",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Auckland",
    "Antarctica/Troll",
    "Etc/UTC",
)

Span = tuple[datetime, datetime]


def one(start: datetime, end: datetime, **changes: Any) -> Appointment:
    """An appointment made by hand."""
    fields = {"session": "induction/dosing/1", "kind": "dosing", "revised": stories.NOW, **changes}
    return Appointment(start=start, end=end, **fields)


def utc(span: tuple[datetime, datetime]) -> Span:
    return span[0].astimezone(UTC), span[1].astimezone(UTC)


def read_by_icalendar(content: bytes) -> list[Span]:
    """The instants as the library that wrote them reads them, with the file's own zones only."""
    # It remembers a zone by name for ever; this forgets.
    cast(Any, icalendar).use_zoneinfo()
    return [utc((event["DTSTART"].dt, event["DTEND"].dt)) for event in events(content)]


def read_by_vobject(content: bytes) -> list[Span]:
    """The instants as a second parser reads them."""
    calendar = vobject.readOne(content.decode())

    def aware(line: Any) -> datetime:
        # It leaves a time naive where the zone kept to UTC from 2000 to 2020, though it has read the rules.
        if line.value.tzinfo is not None:
            return cast(datetime, line.value)
        return cast(datetime, line.value.replace(tzinfo=calendar.vtimezone.tzinfo))

    return [utc((aware(event.dtstart), aware(event.dtend))) for event in calendar.contents.get("vevent", [])]


_names = count()


def with_unknown_zones(content: bytes) -> bytes:
    """The same file with zones of names that no database has, so that only its own rules count."""
    unknown = f"X-Zone-{next(_names)}-{sha256(content).hexdigest()[:8]}".encode()
    for name in set(re.findall(rb"\r\nTZID:(.*?)\r\n", content)):
        other = unknown + sha256(name).hexdigest()[:8].encode()
        content = content.replace(b"TZID:" + name + b"\r", b"TZID:" + other + b"\r")
        content = content.replace(b"TZID=" + name + b":", b"TZID=" + other + b":")
    return content


def events(content: bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(content).events)


def values(content: bytes, name: str) -> list[str]:
    return [str(event[name]) for event in events(content)]


@pytest.mark.parametrize("name", ZONES)
def test_the_file_alone_tells_the_time_a_year_round(name: str) -> None:
    starts = [datetime(2027, month, 1, 9, tzinfo=zone(name)) for month in range(1, 13)]
    visits = [(start, start + timedelta(hours=1)) for start in starts]
    appointments = [one(*visit, session=f"s/{turn}") for turn, visit in enumerate(visits)]
    content = with_unknown_zones(to_ics(appointments, audience="patient", uid_key=KEY))
    assert read_by_vobject(content) == read_by_icalendar(content) == list(map(utc, visits))


def test_a_time_that_the_clocks_show_twice_is_written_in_utc() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=zone("Europe/London"), fold=1)
    visit = one(second, second.astimezone(UTC) + timedelta(hours=3))
    content = to_ics([visit], audience="patient", uid_key=KEY)
    assert b"DTSTART:20261025T013000Z" in content
    assert b"DTEND:20261025T043000Z" in content
    assert b"VTIMEZONE" not in content


@pytest.mark.parametrize("place", [UTC, timezone(timedelta(hours=5, minutes=30)), ZoneInfo("UTC")])
def test_a_time_without_a_zone_of_a_name_is_written_in_utc(place: Any) -> None:
    start = datetime(2026, 7, 1, 9, tzinfo=place)
    content = to_ics([one(start, start + timedelta(hours=1))], audience="patient", uid_key=KEY)
    assert b"TZID" not in content
    assert read_by_vobject(content) == [utc((start, start + timedelta(hours=1)))]


def test_a_zone_of_the_caller_s_becomes_ours_of_that_name() -> None:
    start = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/London"))
    content = to_ics([one(start, start + timedelta(hours=1))], audience="patient", uid_key=KEY)
    assert b"DTSTART;TZID=Europe/London:20260701T090000" in content


def test_two_zones_stand_in_order_of_name() -> None:
    tokyo = datetime(2026, 7, 3, 9, tzinfo=zone("Asia/Tokyo"))
    london = datetime(2026, 7, 2, 9, tzinfo=zone("Europe/London"))
    visits = [
        one(london, london + timedelta(hours=1), session="a"),
        one(tokyo, tokyo + timedelta(hours=1), session="b"),
    ]
    content = to_ics(visits, audience="clinic", uid_key=KEY)
    assert re.findall(rb"\r\nTZID:(.*?)\r\n", content) == [b"Asia/Tokyo", b"Europe/London"]


def test_a_patient_sees_the_whole_visit_and_one_word() -> None:
    content = to_ics(PLAN.appointments, audience="patient", uid_key=KEY)
    assert set(values(content, "SUMMARY")) == {"Appointment"}
    assert sorted(read_by_icalendar(content)) == [
        utc((visit.start, visit.end)) for visit in PLAN.appointments
    ]
    assert not any(
        {"LOCATION", "DESCRIPTION", "CATEGORIES", "ORGANIZER", "ATTENDEE"} & set(event)
        for event in events(content)
    )


DRUGS = (
    "ketamine",
    "esketamine",
    "spravato",
    "ketalar",
    "kap",
    "iv",
    "infusion",
    "psychedelic",
    "therapy",
    "treatment",
)


def forbidden_words() -> set[str]:
    programme, clinic = PLAN.course.programme, stories.CLINIC
    texts = [
        programme.name,
        clinic.id,
        PLAN.course.id,
        PLAN.course.patient.id,
        PLAN.course.patient.name,
        *DRUGS,
    ]
    texts += [phase.name for phase in programme.phases]
    texts += [
        text for kind in programme.kinds for text in (kind.name, *(part.name for part in kind.segments))
    ]
    texts += [*programme.roles(), *(rule.name for rule in programme.rules), "kapsched"]
    texts += [text for room in clinic.rooms for text in (room.id, room.type)]
    texts += [text for member in clinic.staff for text in (member.id, *member.roles)]
    found = {word for text in texts for word in re.findall(r"\w+", text.casefold())}
    return {word for word in found if not word.isdigit()}


def words(content: bytes) -> set[str]:
    """Every whole word of a file: names, parameters and values of all its properties."""
    return set(re.findall(r"\w+", content.replace(b"\r\n ", b"").decode().casefold()))


def test_no_word_of_the_treatment_is_in_a_patient_s_calendar() -> None:
    audiences: dict[Audience, bool] = {"patient": False, "clinic": True}
    for audience, leaks in audiences.items():
        found = forbidden_words() & words(to_ics(PLAN.appointments, audience=audience, uid_key=KEY))
        assert bool(found) is leaks, found


def test_no_long_word_of_the_treatment_hides_within_another() -> None:
    text = (
        to_ics(PLAN.appointments, audience="patient", uid_key=KEY).replace(b"\r\n ", b"").decode().casefold()
    )
    assert [word for word in forbidden_words() if len(word) > 4 and word in text] == []


def test_staff_see_when_they_are_needed_and_where() -> None:
    dose = next(visit for visit in PLAN.appointments if visit.kind == "dosing")
    content = to_ics([dose], audience=Resource("staff", "../../ruth"), uid_key=KEY)
    arrival = dose.start, dose.start + timedelta(minutes=15)
    recovery = dose.start + timedelta(minutes=75), dose.end
    assert read_by_icalendar(content) == [utc(arrival), utc(recovery)]
    assert values(content, "SUMMARY") == ["dosing c1"] * 2
    assert values(content, "LOCATION") == ["ketamine-1"] * 2
    assert len(set(values(content, "UID"))) == 2


def test_bookings_of_one_person_that_touch_are_one_event() -> None:
    start = datetime(2027, 3, 8, 9, tzinfo=UTC)
    hours = [start + timedelta(hours=turn) for turn in range(3)]
    rows = [
        Booking(type="staff", resource="ben", start=hours[0], end=hours[1], exclusive=False),
        Booking(type="staff", resource="ben", start=hours[1], end=hours[2]),
    ]
    content = to_ics([one(hours[0], hours[2], bookings=rows)], audience=Resource("staff", "ben"), uid_key=KEY)
    assert read_by_icalendar(content) == [(hours[0], hours[2])]


def test_a_room_is_taken_until_it_is_free_again() -> None:
    dose = next(visit for visit in PLAN.appointments if visit.kind == "dosing")
    content = to_ics([dose], audience=Resource("room", "ketamine-1"), uid_key=KEY)
    assert read_by_icalendar(content) == [utc((dose.start, dose.end + timedelta(minutes=15)))]
    (event,) = events(content)
    assert (event["SUMMARY"], "LOCATION" in event) == ("dosing c1", False)  # it is the room's own


def test_patient_room_and_staff_of_one_id_never_meet() -> None:
    start = datetime(2027, 3, 8, 9, tzinfo=UTC)
    end = start + timedelta(hours=1)
    rows = [Booking(type="room", resource="17", start=start, end=end)]
    visit = one(start, end, bookings=rows, patient="17")
    assert events(to_ics([visit], audience=Resource("staff", "17"), uid_key=KEY)) == []


def test_the_clinic_sees_kind_rooms_and_staff() -> None:
    dose = next(visit for visit in PLAN.appointments if visit.kind == "dosing")
    (event,) = events(to_ics([dose], audience="clinic", uid_key=KEY))
    assert (event["SUMMARY"], event["LOCATION"]) == ("dosing c1", "ketamine-1")
    assert event["DESCRIPTION"] == "Patient: q17\nStaff: ../../ruth, ben, imran"
    assert "Mira" not in str(event)


@pytest.mark.parametrize(
    ("status", "written", "transparency"),
    [
        ("provisional", "TENTATIVE", "OPAQUE"),
        ("confirmed", "CONFIRMED", "OPAQUE"),
        ("cancelled", "CANCELLED", "TRANSPARENT"),
        ("done", "CONFIRMED", "OPAQUE"),
    ],
)
def test_the_status_says_whether_the_time_is_taken(status: Any, written: str, transparency: str) -> None:
    visit = evolve(PLAN.appointments[0], status=status)
    for audience in AUDIENCES[0], AUDIENCES[2]:
        (event,) = events(to_ics([visit], audience=audience, uid_key=KEY))
        assert (event["STATUS"], event["TRANSP"], event["CLASS"]) == (written, transparency, "PRIVATE")


def test_each_audience_has_its_own_sequence() -> None:
    visits = [evolve(PLAN.appointments[0], sequence=Sequence(patient=4, staff=5, room=6))]
    audiences: tuple[Audience, ...] = (
        "patient",
        Resource("staff", "ben"),
        Resource("room", "Anchor & Co <2>"),
        "clinic",
    )
    found = [values(to_ics(visits, audience=audience, uid_key=KEY), "SEQUENCE") for audience in audiences]
    assert found == [["4"], ["5"], ["6"], ["5"]]


def uids(audience: Audience, key: bytes = KEY) -> list[str]:
    return values(to_ics(PLAN.appointments, audience=audience, uid_key=key), "UID")


def test_uids_are_opaque_and_differ_for_each_event_and_audience() -> None:
    found = [uid for audience in AUDIENCES for uid in uids(audience)]
    assert len(set(found)) == len(found)
    assert all(re.fullmatch("[a-z2-7]{34}", uid) for uid in found)


def test_a_uid_is_known_by_the_key_it_was_made_with_and_by_no_other() -> None:
    for uid in uids("clinic"):
        assert is_signed(KEY, uid)
        assert not is_signed(KEY + b"x", uid)
        # Neither with a letter changed, nor as programs that add or drop something might have it.
        changed = [
            uid[:place] + ("a" if uid[place] != "a" else "b") + uid[place + 1 :] for place in range(34)
        ]
        assert not any(
            is_signed(KEY, other) for other in [*changed, uid.upper(), uid[:-1], f"{uid}@google.com"]
        )


@given(st.text())
def test_no_text_of_somebody_else_s_is_taken_for_a_uid(text: str) -> None:
    assert not is_signed(KEY, text)


def test_uids_stay_when_the_appointment_moves() -> None:
    later = [
        evolve(
            visit,
            start=visit.start + timedelta(days=7),
            end=visit.end + timedelta(days=7),
            status="confirmed",
        )
        for visit in PLAN.appointments
    ]
    assert values(to_ics(later, audience="patient", uid_key=KEY), "UID") == uids("patient")


def test_another_key_gives_other_uids() -> None:
    assert not set(uids("patient")) & set(uids("patient", b"another key"))


def test_stamps_come_from_the_revision_alone() -> None:
    revised = datetime(2026, 12, 3, 8, 0, 0, 999, tzinfo=zone("Asia/Tokyo"))
    (event,) = events(
        to_ics([evolve(PLAN.appointments[0], revised=revised)], audience="patient", uid_key=KEY)
    )
    at = datetime(2026, 12, 2, 23, tzinfo=UTC)
    assert (event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt, event["CREATED"].dt) == (at, at, stories.NOW)


def test_the_file_is_lawful_and_says_no_more_than_it_must() -> None:
    content = to_ics(PLAN.appointments, audience="patient", uid_key=KEY)
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")
    assert b"METHOD" not in content
    for line in (
        b"VERSION:2.0",
        b"CALSCALE:GREGORIAN",
        b"NAME;LANGUAGE=en:Appointments",
        b"X-WR-CALNAME:Appointments",
        b"REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        b"X-PUBLISHED-TTL:PT4H",
    ):
        assert b"\r\n" + line + b"\r\n" in content
    assert vobject.readOne(content.decode()).validate()


def test_events_stand_in_order_whatever_the_order_given() -> None:
    for audience in AUDIENCES:
        content = to_ics(PLAN.appointments, audience=audience, uid_key=KEY)
        assert to_ics(reversed(PLAN.appointments), audience=audience, uid_key=KEY) == content
        assert read_by_icalendar(content) == sorted(read_by_icalendar(content))


@pytest.mark.parametrize("audience", ["patient", Resource("staff", "nobody")])
def test_a_calendar_of_nothing_is_still_lawful(audience: Audience) -> None:
    content = to_ics([], audience=audience, uid_key=KEY)
    assert read_by_icalendar(content) == []
    assert len(icalendar.Calendar.from_ical(content).subcomponents) == 1


IDS = st.text(min_size=1, max_size=90) | st.text("aé😀,;:\\\"n ^'\r\n\t", min_size=1, max_size=90)


@given(kind=IDS, course=IDS, room=IDS)
def test_ids_survive_as_they_are_or_are_refused(kind: str, course: str, room: str) -> None:
    start = datetime(2027, 3, 8, 9, tzinfo=UTC)
    end = start + timedelta(hours=1)
    try:
        rows = [Booking(type="room", resource=room, start=start, end=end)]
        visit = one(start, end, kind=kind, course=course, bookings=rows)
    except InvalidInput:
        return
    content = to_ics([visit], audience="clinic", uid_key=KEY)
    (event,) = events(content)
    assert (event["SUMMARY"], event["LOCATION"]) == (f"{kind} {course}".strip(), room)
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()


@pytest.mark.parametrize("letter", ["\0", "\a", "\n", "\x7f", "\x85", "\u2028", "\ud800", "\uffff", " ", ""])
def test_an_id_that_no_file_can_carry_names_no_audience(letter: str) -> None:
    assert len(list(faults([], Resource("room", letter)))) == 1


def faults(appointments: list[Appointment], audience: Audience = "patient") -> Iterator[str]:
    with pytest.raises(InvalidInput) as raised:
        to_ics(appointments, audience=audience, uid_key=KEY)
    yield from map(str, raised.value.faults)


def test_everything_wrong_is_said_at_once() -> None:
    first, second = PLAN.appointments[:2]
    wrong = [
        evolve(first, revised=None),
        evolve(second, start=second.start + timedelta(microseconds=1)),
        evolve(second, patient="q18"),
    ]
    one, two = "appointments.c1:readying/", "appointments.c1:induction/dosing"
    assert list(faults(wrong)) == [
        f"{one}preparation/1.revised: a calendar says when an appointment was last revised; give the time",
        f"{two}/1.start: a calendar cannot say fractions of a second",
        f"{two}/1: two appointments are of the same course and session",
        "appointments: a patient's calendar is one patient's; these are of 'q17', 'q18'",
    ]


@pytest.mark.parametrize(
    "audience",
    [
        "staff",
        "room",
        "",
        None,
        ("staff", "ben"),
        Resource("pool", "nurse"),
    ],
)
def test_an_audience_that_names_nobody_is_refused(audience: Any) -> None:
    assert all("audience: " in fault and "Resource('staff', id)" in fault for fault in faults([], audience))


@pytest.mark.parametrize(("key", "message"), [(b"", "empty"), ("text", "not str"), (None, "not NoneType")])
def test_a_key_that_hides_nothing_is_refused(key: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        to_ics([], audience="patient", uid_key=key)


def test_other_words_may_be_said() -> None:
    german = Wording(language="de", texts={**ENGLISH.texts, ("patient", "summary"): "Termin"})
    content = to_ics(PLAN.appointments, audience="patient", uid_key=KEY, wording=german)
    assert set(values(content, "SUMMARY")) == {"Termin"}


def test_texts_carry_their_language_and_still_read_as_they_are_elsewhere() -> None:
    for audience in AUDIENCES:
        content = to_ics(PLAN.appointments, audience=audience, uid_key=KEY, wording=WELSH)
        read = vobject.readOne(content.decode())
        assert [line.params for line in read.contents["name"]] == [{"LANGUAGE": ["cy"]}]
        for event in read.vevent_list:
            spoken = {line.name for line in event.lines() if line.params.get("LANGUAGE") == ["cy"]}
            assert spoken == {"SUMMARY", "DESCRIPTION"} & {line.name for line in event.lines()}
    patients = to_ics(PLAN.appointments, audience="patient", uid_key=KEY, wording=WELSH)
    assert {event.summary.value for event in vobject.readOne(patients.decode()).vevent_list} == {"Apwyntiad"}


def test_a_table_of_words_is_checked_when_it_is_built() -> None:
    texts: dict[Any, str] = {at: text for at, text in ENGLISH.texts.items() if at != ("staff", "summary")}
    texts |= {
        ("patient", "summary"): "{kind}",
        ("room", "summary"): "{kind.name}",
        ("clinic", "summary"): "{kind",
        ("desk", "weekdays"): "Mo Di",
        ("clinic", "calendar"): "bell \a",
    }
    texts["desk", "weather"] = "rain"
    with pytest.raises(InvalidInput) as raised:
        Wording(language="en", texts=texts)
    assert sorted(fault.path for fault in raised.value.faults) == [
        "texts.clinic.calendar",
        "texts.clinic.summary",
        "texts.desk.weather",
        "texts.desk.weekdays",
        "texts.patient.summary",
        "texts.room.summary",
        "texts.staff.summary",
    ]


def test_a_day_in_a_zone_of_another_date_is_still_covered() -> None:
    start = datetime(2027, 3, 28, 0, 30, tzinfo=zone("Europe/London"))
    visit = one(start, start.astimezone(UTC) + timedelta(hours=2))
    content = with_unknown_zones(to_ics([visit], audience="patient", uid_key=KEY))
    assert read_by_vobject(content) == [utc((visit.start, visit.end))]
    assert visit.start.date() == date(2027, 3, 28)
