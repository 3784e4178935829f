"""Does every reader get a calendar of their own, in a file that tells nothing by its name?"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date, timedelta
from hashlib import sha256
from itertools import cycle
from pathlib import PurePosixPath
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from kapsched.errors import InvalidInput
from kapsched.exchange.calendars.alarms import REMINDED, Alarm
from kapsched.exchange.calendars.audiences import Busy
from kapsched.exchange.calendars.feeds import ALL, Feed, feeds, index_rows
from kapsched.exchange.calendars.ics import to_ics
from kapsched.exchange.opaque import opaque
from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Booking, Resource
from kapsched.model.plan import Plan
from kapsched.model.revisions import succeeding
from kapsched.testing import Desk, desks
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.units import Days
from kapsched.timeline.zones import zone
from tests import calendar_stories as stories
from tests.fences import ROOT
from tests.test_exchange_ics import read_by_icalendar, with_unknown_zones

KEY = stories.KEY
MIRA = stories.plan(stories.course("c1", "q17"))
OMAR = stories.plan(stories.course("c2", "q18"), hour=14)
AGAIN = stories.plan(stories.course("c3", "q17"), first=date(2027, 5, 10))
SCHEDULE = stories.schedule([MIRA, OMAR, AGAIN])


def named(files: Any) -> dict[str, bytes]:
    return {feed.name: feed.content for feed in files}


def file_of(type: str, id: str) -> str:
    (file,) = [row.file for row in index_rows(SCHEDULE, KEY) if (row.type, row.id) == (type, id)]
    return file


def patients(files: Any) -> dict[str, bytes]:
    return {name: content for name, content in named(files).items() if name.startswith("patients/")}


def with_staff(plan: Plan, old: str, new: str) -> Plan:
    """The same plan with someone, or some room, under another id."""
    return evolve(
        plan,
        appointments=[
            evolve(
                one,
                bookings=[evolve(row, resource=new) if row.resource == old else row for row in one.bookings],
            )
            for one in plan.appointments
        ],
    )


def test_everyone_has_one_calendar_in_a_fixed_order() -> None:
    names = [feed.name for feed in feeds(SCHEDULE, uid_key=KEY)]
    folders = [name.split("/")[0] for name in names]
    assert folders == ["patients"] * 2 + ["staff"] * 3 + ["rooms"] * 2 + ["clinic"]
    assert len(set(names)) == len(names)


def test_a_patient_with_two_courses_has_one_calendar_of_both() -> None:
    content = to_ics(
        [one for plan in (MIRA, AGAIN) for one in plan.appointments],
        audience="patient",
        uid_key=KEY,
        courses=[MIRA.course, AGAIN.course],
    )
    assert next(feeds(SCHEDULE, uid_key=KEY)).content == content


def test_the_index_says_whose_each_file_is() -> None:
    rows = index_rows(SCHEDULE, KEY)
    assert [row.file for row in rows] == [feed.name for feed in feeds(SCHEDULE, uid_key=KEY)]
    assert [(row.type, row.id) for row in rows] == [
        ("patient", "q17"),
        ("patient", "q18"),
        ("staff", "../../ruth"),
        ("staff", "ben"),
        ("staff", "imran"),
        ("room", "Anchor & Co <2>"),
        ("room", "ketamine-1"),
        ("clinic", "quayside"),
    ]
    calendars = named(feeds(SCHEDULE, uid_key=KEY))
    for row in rows[2:-1]:
        resource = Resource(row.type, row.id)  # type: ignore[arg-type]
        placed = [one for plan in SCHEDULE.plans for one in plan.appointments]
        theirs = [one for one in placed if any(booking.of == resource for booking in one.bookings)]
        courses = [plan.course for plan in SCHEDULE.plans]
        assert calendars[row.file] == to_ics(theirs, audience=resource, uid_key=KEY, courses=courses)


def test_a_digest_is_that_of_the_bytes() -> None:
    assert all(feed.digest == sha256(feed.content).hexdigest() for feed in feeds(SCHEDULE, uid_key=KEY))


def test_only_the_audiences_asked_for_are_written() -> None:
    wanted = list(feeds(SCHEDULE, audiences=["clinic", "patient"], uid_key=KEY))
    everything = list(feeds(SCHEDULE, uid_key=KEY, audiences=ALL))
    assert wanted == [*everything[:2], everything[len(everything) // 2]]
    assert [one for name in ALL for one in feeds(SCHEDULE, audiences=[name], uid_key=KEY)] == everything


def test_one_more_patient_changes_no_byte_of_the_others() -> None:
    before = patients(feeds(stories.schedule([MIRA, OMAR]), uid_key=KEY))
    newcomer = stories.plan(stories.course("c0", "a new patient"), first=date(2027, 3, 15), hour=12)
    after = patients(feeds(stories.schedule([newcomer, MIRA, OMAR], revision=2), uid_key=KEY))
    assert len(after) == 3
    assert {name: after[name] for name in before} == before


def test_a_refused_course_has_no_calendar() -> None:
    refused = stories.refusal(stories.course("c9", "q99"))
    assert list(feeds(stories.schedule([MIRA], [refused]), uid_key=KEY)) == list(
        feeds(stories.schedule([MIRA]), uid_key=KEY)
    )


def test_an_empty_schedule_still_has_the_clinic_s_calendar() -> None:
    (feed,) = feeds(stories.schedule([]), uid_key=KEY)
    assert feed.name == file_of("clinic", "quayside")
    assert b"BEGIN:VEVENT" not in feed.content


def test_appointments_are_labelled_with_their_plan_s_course() -> None:
    bare = evolve(MIRA, appointments=[evolve(one, course="", patient="") for one in MIRA.appointments])
    assert list(feeds(stories.schedule([bare]), uid_key=KEY)) == list(
        feeds(stories.schedule([MIRA]), uid_key=KEY)
    )


def test_a_file_name_tells_nothing_and_needs_the_key() -> None:
    names = list(named(feeds(SCHEDULE, uid_key=KEY)))
    assert all(re.fullmatch(r"(patients|staff|rooms|clinic)/[a-z2-7]{26}\.ics", name) for name in names)
    assert not set(names) & set(named(feeds(SCHEDULE, uid_key=b"another key")))


@given(
    st.text(st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"]), min_size=1, max_size=60)
    | st.sampled_from(["../../x", "/etc/passwd", "con", "Ben", "a.b", "-", "lpt1"])
)
def test_no_path_follows_from_an_id(id: str) -> None:
    schedule = stories.schedule([with_staff(MIRA, "imran", id)])
    (name,) = [row.file for row in index_rows(schedule, KEY) if (row.type, row.id) == ("staff", id)]
    path = PurePosixPath(name)
    assert (path.parent.as_posix(), path.suffix) == ("staff", ".ics")
    assert re.fullmatch("[a-z2-7]{26}", path.stem)


def test_ids_that_differ_only_in_case_have_different_files() -> None:
    both = stories.schedule([with_staff(MIRA, "imran", "Ben")])
    names = [row.file for row in index_rows(both, KEY)]
    assert len({name.casefold() for name in names}) == len(names)


def test_a_bad_key_or_audience_is_refused_before_anything_is_read() -> None:
    with pytest.raises(InvalidInput, match="empty"):
        feeds(SCHEDULE, uid_key=b"")
    with pytest.raises(InvalidInput, match="'nurse' is no audience"):
        feeds(SCHEDULE, audiences=["nurse"], uid_key=KEY)  # type: ignore[list-item]


def test_a_cancelled_appointment_stays_with_the_staff_it_had() -> None:
    session = MIRA.appointments[0].session
    cancelled = stories.schedule([stories.with_status(MIRA, session, "cancelled")])
    for name in (file_of("staff", "ben"), file_of("clinic", "quayside")):
        assert named(feeds(cancelled, uid_key=KEY))[name].count(b"STATUS:CANCELLED") == 1


def test_a_booking_of_another_type_with_one_s_id_is_not_one_s_own() -> None:
    visit = MIRA.appointments[0]
    rows = (*visit.bookings, Booking(type="room", resource="ben", start=visit.start, end=visit.end))
    plan = evolve(MIRA, appointments=[evolve(visit, bookings=rows)])
    names = named(feeds(stories.schedule([plan]), uid_key=KEY))
    room, member = opaque(KEY, "file", "room", "ben"), opaque(KEY, "file", "staff", "ben")
    assert {f"rooms/{room}.ics", f"staff/{member}.ics"} <= set(names)
    assert b"NAME:Room ben" in names[f"rooms/{room}.ics"]


@settings(max_examples=15)
@given(desks(feasible=True))
def test_calendars_say_the_same_instants_as_the_plans(desk: Desk) -> None:
    schedule = stories.witnessed(desk)
    read = {
        feed.name: sorted(read_by_icalendar(with_unknown_zones(feed.content)))
        for feed in feeds(schedule, uid_key=KEY, past=None)
    }
    rows = index_rows(schedule, KEY)
    assert {row.file for row in rows} == set(read)
    for row in rows:
        wanted = [
            interval
            for plan in schedule.plans
            for visit in plan.appointments
            for interval in theirs(row.type, row.id, plan, visit)
        ]
        assert read[row.file] == sorted((one.start, one.end) for one in wanted), row.file


def theirs(type: str, id: str, plan: Plan, visit: Appointment) -> IntervalSet:
    """When a reader has to do with a visit."""
    if type == "clinic" or (type == "patient" and id == plan.course.patient.id):
        return IntervalSet([Interval(visit.start, visit.end)])
    mine = [row for row in visit.bookings if (row.type, row.resource) == (type, id) and type != "patient"]
    return IntervalSet(Interval(row.start, row.end) for row in mine)


@pytest.mark.parametrize(
    ("whom", "said"),
    [
        (
            Resource("pool", "nurses"),
            "'pool' has no calendar; a patient, a member of staff and a room have one",
        ),
        (Resource("xx", "y"), "'xx' has no calendar; a patient, a member of staff and a room have one"),  # type: ignore[arg-type]
        (Resource("staff", "\ud800"), ""),
        (Resource("staff", "x\r\nX:y"), ""),
        (Resource("staff", 5), "text is wanted, not 5"),  # type: ignore[arg-type]
        (Resource("room", None), "text is wanted, not None"),  # type: ignore[arg-type]
        (Resource(["xx"], "y"), ""),  # type: ignore[arg-type]
        ("ruth", "a Resource is wanted, not str"),
    ],
)
def test_whoever_is_nobody_has_no_calendar(whom: Any, said: str) -> None:
    for call in (
        lambda: list(feeds(SCHEDULE, uid_key=KEY, also=[whom])),
        lambda: index_rows(SCHEDULE, KEY, also=[whom]),
        lambda: Busy(of=whom),
        lambda: to_ics([], audience=whom, uid_key=KEY),
    ):
        with pytest.raises(InvalidInput) as refused:
            call()
        assert refused.value.faults[0].path in ("also", "of", "audience")
        if refused.value.faults[0].path != "audience":
            assert said in str(refused.value)


def test_two_appointments_of_one_session_are_refused() -> None:
    twice = evolve(MIRA, appointments=[*MIRA.appointments, MIRA.appointments[0]])
    with pytest.raises(
        InvalidInput, match=r"^schedule\.plans\.c1\.readying/preparation/1: two appointments are of"
    ):
        feeds(evolve(SCHEDULE, plans=[twice]), uid_key=KEY)


def all_that_is_written() -> list[tuple[str, str]]:
    """Every sort of calendar of a schedule in which somebody lost a visit, with alarms; and one in several zones."""
    later = evolve(SCHEDULE, plans=[with_staff(MIRA, "../../ruth", "zoe"), AGAIN], now=stories.NOW)
    alarms = [Alarm(before=Days(1), readers=REMINDED), Alarm(before=timedelta(hours=2), readers=REMINDED)]
    changed = succeeding(later, SCHEDULE)
    assert changed.withdrawn
    found = [(feed.name, feed.digest) for feed in feeds(changed, uid_key=KEY, audiences=ALL, alarms=alarms)]
    zones = [zone(name) for name in ("Europe/London", "Asia/Kolkata", "America/Havana", "Africa/Casablanca")]
    abroad = [
        evolve(one, start=one.start.astimezone(place), end=one.end.astimezone(place))
        for one, place in zip(MIRA.appointments, cycle(zones), strict=False)
    ]
    content = to_ics(abroad, audience="clinic", uid_key=KEY, courses=[MIRA.course])
    assert content.count(b"BEGIN:VTIMEZONE") == len(zones)
    return [*found, ("abroad", sha256(content).hexdigest())]


PROBE = """
from tests.test_exchange_feeds import all_that_is_written
print(all_that_is_written())
"""


def test_the_bytes_are_the_same_in_every_process() -> None:
    answers = [
        subprocess.run(
            [sys.executable, "-c", PROBE],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(("src", "."))},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert answers[0] == answers[1]
    assert answers[0].strip() == str(all_that_is_written())


def test_feeds_are_values() -> None:
    assert isinstance(next(feeds(SCHEDULE, uid_key=KEY)), Feed)
    assert next(feeds(SCHEDULE, uid_key=KEY)) == next(feeds(SCHEDULE, uid_key=KEY))
