"""Is the harbour example the clinic it is said to be?"""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest
from holidays import country_holidays

from kapsched.exchange.documents import (
    bookings_file,
    load_preset,
    read_bookings_file,
    read_clinic,
    read_courses,
    read_programmes,
)
from kapsched.model.bookings import Bookings
from kapsched.model.clinic import Clinic
from kapsched.model.course import Course
from kapsched.model.programme import Programme
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Span
from kapsched.model.selectors import select
from kapsched.timeline.units import Days
from kapsched.timeline.zones import wall
from tests.fences import ROOT, fences

HARBOUR = ROOT / "examples" / "harbour"


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    return read_clinic(HARBOUR / "clinic.toml")


@pytest.fixture(scope="module")
def bookings(clinic: Clinic) -> Bookings:
    path = bookings_file(HARBOUR / "clinic.toml")
    assert path is not None
    read = read_bookings_file(path, clinic)
    assert read.unknown == ()
    return read.bookings


@pytest.fixture(scope="module")
def programmes() -> tuple[Programme, ...]:
    return read_programmes(sorted((HARBOUR / "programmes").glob("*.toml")))


@pytest.fixture(scope="module")
def courses(programmes: tuple[Programme, ...]) -> tuple[Course, ...]:
    return read_courses(HARBOUR / "patients.toml", programmes)


def test_harbour_has_its_rooms_and_its_people(clinic: Clinic) -> None:
    assert Counter(room.type for room in clinic.rooms) == {"treatment": 3, "therapy": 3}
    roles = Counter(role for one in clinic.staff for role in one.roles)
    assert roles == {"doctor": 2, "therapist": 5, "nurse": 3}
    assert (clinic.zone, clinic.horizon.first_day, clinic.horizon.days) == (
        "Europe/London",
        date(2026, 12, 1),
        365,
    )


def test_everybody_at_harbour_has_breaks_and_leave_and_some_work_by_the_fortnight(clinic: Clinic) -> None:
    assert [one.id for one in clinic.staff if one.breaks is None or not one.away] == []
    assert {len(one.hours.weeks) for one in clinic.staff} == {1, 2}


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 12, 12), 4),  # the Saturday of an A week
        (date(2026, 12, 19), 0),  # of a B week
        (date(2027, 1, 9), 4),  # of an A week, ISO week 53 in between
        (date(2026, 12, 13), 0),  # a Sunday
        (date(2026, 12, 14), 9.5),  # a Monday
    ],
)
def test_harbour_opens_every_other_saturday_morning(day: date, hours: float, clinic: Clinic) -> None:
    opened = clinic.open_time(day, day)
    assert sum((one.end - one.start).total_seconds() for one in opened) == hours * 3600


def test_the_bank_holidays_are_those_of_the_holidays_package(clinic: Clinic) -> None:
    england = country_holidays("GB", subdiv="ENG", years=[2026, 2027, 2028])
    single = {one.first for one in clinic.closed if one.first == one.last and str(one.span) == "00:00-24:00"}
    assert single == set(england)
    for day in england:
        assert not clinic.open_time(day, day)


def test_the_file_says_where_its_bank_holidays_come_from() -> None:
    text = (HARBOUR / "clinic.toml").read_text(encoding="utf-8")
    before, _ = text.split("[holidays.england]")
    assert "`holidays` 0." in before.splitlines()[-1]


def test_there_are_hundreds_of_bookings_and_some_are_off_the_grid(clinic: Clinic, bookings: Bookings) -> None:
    assert len(bookings) >= 200
    edges = [wall(edge, clinic.place) for one in bookings for edge in (one.start, one.end)]
    assert sum(edge.minute % clinic.grid > 0 for edge in edges) >= 10


def test_exactly_two_bookings_overlap_each_other(bookings: Bookings) -> None:
    overlapping = [
        (first, second)
        for resource in bookings.resources
        for first, second in combinations(bookings.of(resource), 2)
        if first.overlaps(second)
    ]
    assert len(overlapping) == 1


def test_every_booking_lies_within_the_hours_of_its_room_or_person(
    clinic: Clinic, bookings: Bookings
) -> None:
    for one in bookings:
        if one.type != "patient":
            day = wall(one.start, clinic.place).date()
            there = clinic.working_time(one.of, day, day)
            assert any(part.start <= one.start and one.end <= part.end for part in there), one


def test_twenty_four_patients_begin_on_days_of_their_own(courses: tuple[Course, ...]) -> None:
    assert len({course.patient.id for course in courses}) == len(courses) == 24
    days = [course.first_day for course in courses]
    assert days == sorted(set(days))
    assert date(2026, 12, 1) <= days[0] <= days[-1] <= date(2027, 3, 31)


def test_patients_differ_in_programme_availability_and_wishes(courses: tuple[Course, ...]) -> None:
    patients = [course.patient for course in courses]
    assert len({course.programme.name for course in courses}) >= 3
    assert sum(bool(one.hours or one.away) for one in patients) >= 8
    assert sum(bool(one.excludes) for one in patients) >= 3
    assert sum(one.wishes.time is None for one in patients) >= 6
    assert sum(one.wishes.time is not None for one in patients) >= 6
    assert len({one.wishes for one in patients}) >= 12
    assert sum(bool(course.done) for course in courses) == 1


def test_patients_name_people_who_work_at_harbour(clinic: Clinic, courses: tuple[Course, ...]) -> None:
    known = {one.id for one in clinic.staff}
    for course in courses:
        named = {*course.patient.excludes, *course.patient.wishes.staff}
        there = [people for done in course.done.values() for people in done.staff.values()]
        assert named.union(*there) <= known


def test_harbour_can_give_what_its_programmes_ask_for(clinic: Clinic, courses: tuple[Course, ...]) -> None:
    assert [fault for course in courses for fault in clinic.faults_with(course.programme)] == []


def test_a_programme_of_harbour_is_a_preset_with_a_third_week(programmes: tuple[Programme, ...]) -> None:
    (own,) = (one for one in programmes if one.name == "harbour-long")
    preset = load_preset("kap-twice-weekly@1")
    assert len(select(["induction/dosing"], own.sessions)) == 6
    kept = {rule.name: rule for rule in preset.rules if not rule.name.startswith("maintenance-step")}
    assert kept.items() <= {rule.name: rule for rule in own.rules}.items()
    steps = [one.ideal for one in own.offsets if one.name.startswith("maintenance-step")]
    assert steps == [Days(14), Days(28)]


def test_the_clinic_of_the_how_to_is_one_file_that_is_read(tmp_path: Path) -> None:
    path = tmp_path / "clinic.toml"
    path.write_text("\n".join(_blocks("clinic-file.md", "toml")), encoding="utf-8")
    clinic = read_clinic(path)
    assert [room.id for room in clinic.rooms] == ["blue", "green", "lounge"]
    assert [one.id for one in clinic.staff] == ["amara", "ben", "jo", "kit", "lin"]
    assert [(pool.role, pool.ratio) for pool in clinic.pools] == [("observer", 3)]
    (rows,) = _blocks("clinic-file.md", "text")
    (tmp_path / "bookings.csv").write_text(rows, encoding="utf-8")
    named = bookings_file(path)
    assert named is not None
    read = read_bookings_file(named, clinic)
    assert (len(read.bookings), read.unknown) == (3, ())


def test_the_programmes_of_the_how_to_are_read(tmp_path: Path) -> None:
    *whole, based = _blocks("programme-file.md", "toml")
    paths = [tmp_path / "whole.toml", tmp_path / "based.toml"]
    for path, text in zip(paths, ("\n".join(whole), based), strict=True):
        path.write_text(text, encoding="utf-8")
    kap, long = read_programmes(paths)
    assert {type(rule) for rule in kap.rules} == {Gap, Offset, Frequency, Span, Continuity}
    assert len(kap.sessions) == 25
    assert [phase.name for phase in long.phases] == ["preparation", "induction"]
    assert len(long.sessions) == 14


def _blocks(page: str, language: str) -> list[str]:
    text = (ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8")
    return [fence.text for fence in fences(text) if fence.language == language]
