"""Are pools read from files, written down, and kept out of calendars where nobody in particular is meant?"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

from kapsched.errors import InvalidInput
from kapsched.exchange.calendars.feeds import index_rows
from kapsched.exchange.documents import (
    check_files,
    clinic_digest,
    from_document,
    read_bookings,
    read_clinic,
    read_programme,
    to_document,
)
from kapsched.exchange.programme_bases import programme_table
from kapsched.exchange.programme_tables import programme_of
from kapsched.exchange.utilisation import utilisation
from kapsched.exchange.visits import all_visits
from kapsched.model.bookings import Booking, Resource
from kapsched.model.clinic import Horizon, Pool
from kapsched.planning.diary import Diary
from kapsched.workflow.many_courses import plan_courses
from tests.calendar_stories import schedule
from tests.pool_stories import WATCHED, WITH_ARRIVAL, busy, place, ward
from tests.stories import course_of, london, programme

CLINIC = """\
format = 1
id = "ward"
zone = "Europe/London"
horizon = { first_day = 2027-01-04, days = 90 }
hours = { mon = "09:00-17:00" }
[staff.nia]
roles = ["nurse"]
hours = { mon = "09:00-17:00" }
[staff.ned]
roles = ["nurse"]
hours = { mon = "09:00-17:00" }
[pools.nurse]
ratio = 4
"""
PROGRAMME = """\
format = 1
name = "watched"
version = "1"
[kinds.dosing]
segments = [{ name = "recovery", minutes = 120, pools = ["nurse"], tail = 10 }]
[phases.induction]
order = ["dosing"]
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(text: str, folder: Path) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read_clinic(written(folder, "clinic.toml", text))
    return [str(fault) for fault in caught.value.faults]


def test_a_clinic_and_a_programme_with_a_pool_are_read(tmp_path: Path) -> None:
    clinic = read_clinic(written(tmp_path, "clinic.toml", CLINIC))
    assert clinic.pools == (Pool(role="nurse", ratio=4),)
    read = read_programme(written(tmp_path, "watched.toml", PROGRAMME))
    (segment,) = read.kinds[0].segments
    assert (segment.pools, segment.staff, segment.tail) == (("nurse",), (), 10)
    assert clinic.faults_with(read) == ()


def test_what_is_wrong_with_a_pool_is_told_with_its_place(tmp_path: Path) -> None:
    assert faults_of(CLINIC.replace("ratio = 4", "ratio = 0\nmost = 2"), tmp_path) == [
        "clinic.toml:13: pools.nurse.ratio: a number from 1 is wanted, not 0",
        "clinic.toml:14: pools.nurse.most: 'most' is not known here; known are ratio",
    ]
    assert faults_of(CLINIC.replace("ratio = 4", ""), tmp_path) == [
        "clinic.toml:12: pools.nurse.ratio: is missing"
    ]
    assert faults_of(CLINIC.replace("[pools.nurse]", "[pools.nurses]"), tmp_path) == [
        "clinic.toml:12: pools.nurses: nobody at ward is a 'nurses'"
    ]
    two_roles = CLINIC.replace('roles = ["nurse"]', 'roles = ["nurse", "doctor"]', 1)
    assert faults_of(two_roles, tmp_path) == [
        "clinic.toml:7: staff.nia.roles: nia is in the pool of 'nurse', and so cannot be a doctor too"
    ]


def test_a_programme_that_asks_for_a_pool_the_clinic_lacks_is_told_where(tmp_path: Path) -> None:
    clinic = written(tmp_path, "clinic.toml", CLINIC.replace("[pools.nurse]\nratio = 4\n", ""))
    asked = written(tmp_path, "watched.toml", PROGRAMME)
    assert [str(fault) for fault in check_files([clinic, asked]).faults] == [
        "watched.toml:5: kinds.dosing.segments.recovery.pools: ward has no pool of 'nurse'; it has none at all"
    ]


def test_a_row_of_a_pool_is_one_place_of_it_whether_or_not_it_says_so(tmp_path: Path) -> None:
    clinic = read_clinic(written(tmp_path, "clinic.toml", CLINIC))
    head = "type,resource,start,end,exclusive\n"
    row = "pool,{},2027-01-11T09:00,2027-01-11T10:00,{}\n"
    text = head + row.format("nurse", "") + row.format("nurse", "false") + row.format("porter", "")
    rows = read_bookings(written(tmp_path, "bookings.csv", text), clinic)
    assert [(one.of, one.exclusive) for one in rows] == [(Resource("pool", "nurse"), False)] * 2
    alone = written(tmp_path, "bookings.csv", head + row.format("nurse", "true"))
    with pytest.raises(InvalidInput, match="takes one place of it, and that of 'nurse' is exclusive"):
        read_bookings(alone, clinic)
    stranger = written(tmp_path, "bookings.csv", head + row.format("porter", ""))
    assert check_files([tmp_path / "clinic.toml", stranger]).notes == (
        "bookings.csv: ward has no pool 'porter'; its rows are left out",
    )


def test_a_schedule_with_places_of_a_pool_survives_being_written_down() -> None:
    clinic, course = ward(), course_of(programme("dosing", kinds=(WITH_ARRIVAL,)))
    now = london("2027-01-04 08:00")
    made = plan_courses([course], Diary(clinic), now=now, digest=clinic_digest(clinic))
    assert any(row.type == "pool" for row in made.bookings)
    assert from_document(to_document(made)) == made
    assert programme_of(programme_table(course.programme)).kinds == course.programme.kinds
    assert clinic_digest(clinic) != clinic_digest(evolve(clinic, pools=()))


def test_who_reads_a_day_sees_in_which_segment_the_pool_watches() -> None:
    clinic, course = ward(), course_of(programme("dosing", kinds=(WITH_ARRIVAL,)))
    now = london("2027-01-04 08:00")
    made = plan_courses([course], Diary(clinic), now=now, digest="")
    (visit,) = all_visits(made, clinic.place)
    assert [(part.segment, part.staff) for part in visit.parts] == [
        ("arrival", ("nia",)),
        ("dose", ("tess",)),
        ("recovery", ("nurse",)),
    ]


def test_a_pool_has_no_calendar() -> None:
    clinic, course = ward(), course_of(programme("dosing", kinds=(WATCHED,)))
    now = london("2027-01-04 08:00")
    booked = [place("08:00", "18:00")]
    made = plan_courses([course], Diary(clinic, booked=booked), now=now, digest="")
    readers = {(row.type, row.id) for row in index_rows(made, b"k" * 32)}
    assert readers == {("patient", "q17"), ("staff", "tess"), ("room", "blue"), ("clinic", "quayside")}


def test_a_patient_of_a_pool_takes_one_of_its_places_and_a_member_taken_alone_as_many_as_the_ratio() -> None:
    clinic = evolve(ward(ratio=3), horizon=Horizon(first_day=date(2027, 1, 4), days=7))

    def nurses(*booked: Booking) -> tuple[int, int]:
        (use,) = (one for one in utilisation(schedule([]), clinic, booked) if one.id == "nurse")
        return use.booked, use.there

    there = 2 * 3 * 5 * 600  # two nurses, three places each, five days of ten hours
    assert nurses() == (0, there)
    assert nurses(place("10:00", "11:00")) == (60, there)
    assert nurses(place("10:00", "11:00"), place("10:30", "11:30")) == (120, there)
    assert nurses(place("10:00", "11:00"), busy("nia", "10:00", "11:00")) == (60 + 180, there)
    assert nurses(place("17:30", "18:30")) == (30, there)  # what lies outside of their hours does not count
