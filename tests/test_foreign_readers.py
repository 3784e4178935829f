"""Do programs that are neither ours nor icalendar's read in our calendars what the schedule says?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from attrs import evolve

from kapsched.cli.clinic_folder import ClinicFolder
from kapsched.exchange.calendars.feeds import ALL, feeds, index_rows
from kapsched.exchange.calendars.ics import STATUS, to_ics
from kapsched.exchange.calendars.timezones import vtimezone
from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Resource
from kapsched.model.plan import Schedule
from kapsched.model.revisions import confirmed, succeeding
from kapsched.planning.diary import Diary
from kapsched.timeline.zones import wall, zone
from kapsched.workflow.many_courses import plan_courses
from tests import calendar_stories as stories
from tests.fences import ROOT
from tests.readers import ask, missing, run
from tests.test_exchange_timezones import NAMES

PROGRAMS = ("libical", "ical.js", "sabre", "vobject")
KEY = b"an invented key for the tests"
EXAMPLES = {"harbour": "2026-12-01T09:00", "edinburgh": "2026-11-30T17:00", "newbridge": "2027-01-30T09:00"}


def asked(program: str, files: list[bytes]) -> Any:
    """What a program reads, where it can be asked at all."""
    if why := missing(program):
        pytest.skip(why)
    return ask(program, files)


def planned(example: str) -> Schedule:
    """An example's schedule, half of it confirmed, and its second version without the first course."""
    site = ClinicFolder.read(ROOT / "examples" / example)
    now = datetime.fromisoformat(EXAMPLES[example]).replace(tzinfo=site.clinic.place)
    schedule = plan_courses(site.courses, Diary(site.clinic, booked=site.bookings), now=now)
    half = len(schedule.plans) // 2
    sure = confirmed(evolve(schedule, plans=schedule.plans[:half]))
    whole = evolve(schedule, plans=[*sure.plans, *schedule.plans[half:]])
    return succeeding(evolve(whole, plans=whole.plans[1:], now=now + timedelta(hours=1)), whole)


def said(schedule: Schedule, row: Any) -> list[tuple[int, int, int, str]]:
    """What a calendar must hold, by the schedule: start, end, sequence, status."""
    placed = [(one, plan.course.patient.id) for plan in schedule.plans for one in plan.appointments] + [
        (one, one.patient) for one in schedule.withdrawn
    ]
    counted = {"patient": "patient", "room": "room"}.get(row.type, "staff")
    return sorted(
        (int(start.timestamp()), int(end.timestamp()), getattr(one.sequence, counted), STATUS[one.status])
        for one, patient in placed
        for start, end in seen(one, patient, row)
    )


def seen(one: Appointment, patient: str, row: Any) -> Iterator[tuple[datetime, datetime]]:
    if row.type in ("patient", "clinic"):
        if row.type == "clinic" or patient == row.id:
            yield one.start, one.end
        return
    stretch: tuple[datetime, datetime] | None = None
    for booking in sorted(
        (b for b in one.bookings if b.of == Resource(row.type, row.id)), key=lambda b: b.start
    ):
        if stretch is not None and booking.start <= stretch[1]:
            stretch = stretch[0], max(stretch[1], booking.end)
            continue
        if stretch is not None:
            yield stretch
        stretch = booking.start, booking.end
    if stretch is not None:
        yield stretch


@pytest.mark.parametrize("example", EXAMPLES)
def test_four_other_programs_read_what_the_schedule_says_and_complain_of_nothing(example: str) -> None:
    schedule = planned(example)
    found = list(feeds(schedule, uid_key=KEY, audiences=ALL, past=None, cancelled_for=None))
    rows = index_rows(schedule, KEY, audiences=ALL)
    assert [row.file for row in rows] == [feed.name for feed in found]
    assert sum(feed.content.count(b"STATUS:CANCELLED") for feed in found) > 0
    for program in PROGRAMS:
        if missing(program):
            continue
        answers = ask(program, [feed.content for feed in found])
        for row, feed, answer in zip(rows, found, answers, strict=True):
            assert answer.complaints == [], (program, row)
            assert sorted(entry[1:] for entry in answer.entries) == said(schedule, row), (program, row)
            lines = feed.content.split(b"BEGIN:VEVENT")[1:]
            uids = [line for event in lines for line in event.split(b"\r\n") if line.startswith(b"UID:")]
            own = sorted(uid.removeprefix(b"UID:").decode() for uid in uids)
            assert sorted(entry.uid for entry in answer.entries) == own
            assert len(set(own)) == len(own)
    if any(map(missing, PROGRAMS)):
        pytest.skip("; ".join(filter(None, map(missing, PROGRAMS))))


def file_of(name: str, first: date, last: date) -> str:
    """A file in which the zone is described, and nothing else."""
    calendar = icalendar.Calendar()
    calendar.add("PRODID", "-//test//test//EN")
    calendar.add("VERSION", "2.0")
    calendar.add_component(icalendar.Timezone.from_ical(vtimezone(name, first, last)))
    return str(calendar.to_ical().decode())


def questions(name: str) -> tuple[dict[str, Any], list[int]]:
    """Wall times about each change of a zone's clocks and amid the seasons, and the instants that they are."""
    place = zone(name)
    instants = {
        datetime(year, month, 1, 9, tzinfo=UTC) for year in range(2026, 2036) for month in (1, 4, 7, 10)
    }
    for change in changes(name):
        instants |= {change + timedelta(minutes=minutes) for minutes in (-181, -61, -1, 0, 1, 61, 181)}
    walls = [(one, wall(one, place)) for one in sorted(instants)]
    # What the clocks show twice is written in UTC, since no calendar can say which of the two it means.
    once = [
        (one, local)
        for one, local in walls
        if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset()
    ]
    return {
        "text": file_of(name, date(2026, 1, 1), date(2035, 12, 31)),
        "walls": [f"{local:%Y-%m-%dT%H:%M:%S}" for _, local in once],
    }, [int(one.timestamp()) for one, _ in once]


def changes(name: str) -> Iterator[datetime]:
    """The instants at which the clocks of a zone change, found by halving."""
    place, day = zone(name), timedelta(days=1)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    while start.year < 2036:
        low, high = start, start + day
        if low.astimezone(place).utcoffset() != high.astimezone(place).utcoffset():
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                same = middle.astimezone(place).utcoffset() == start.astimezone(place).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            yield high.replace(microsecond=0)
        start += day


def rules(names: Iterable[str]) -> dict[str, list[str]]:
    """The zones by what their rules over these years are, since many names share them."""
    found: dict[str, list[str]] = {}
    for name in names:
        text = file_of(name, date(2026, 1, 1), date(2035, 12, 31)).replace(f"TZID:{name}", "TZID:")
        found.setdefault(text, []).append(name)
    return found


def test_the_clocks_of_every_zone_are_right_to_the_minute_for_ten_years() -> None:
    """In libical and in ical.js, which go by what the file describes; the other two know zones by their names."""
    names = [same[0] for same in rules(NAMES).values()]
    put = [questions(name) for name in names]
    commands = {
        "libical": ["python3", "-m", "tests.readers.by_libical"],
        "ical.js": ["node", "tests/readers/by_ical_js.mjs"],
    }
    wrong = []
    for program, command in commands.items():
        if missing(program):
            continue
        answers = run(command, [question for question, _ in put])
        for name, (question, wanted), answer in zip(names, put, answers, strict=True):
            wrong += [
                f"{program}: {name} {local} is {have - want} s off"
                for local, want, have in zip(question["walls"], wanted, answer["instants"], strict=True)
                if want != have
            ]
    assert wrong == []
    if any(map(missing, commands)):
        pytest.skip("; ".join(filter(None, map(missing, commands))))


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("year", [2019, 2041])
def test_a_calendar_describes_its_zone_for_its_own_years(program: str, year: int) -> None:
    """A file of visits long ago or far ahead is read as right as one of this year."""
    days = [datetime(year, month, 3, 9, tzinfo=zone("Europe/London")) for month in range(1, 13)]
    visits = [
        Appointment(
            session=f"s/{number}", kind="talk", start=day, end=day + timedelta(hours=1), revised=stories.NOW
        )
        for number, day in enumerate(days)
    ]
    (answer,) = asked(program, [to_ics(visits, audience="patient", uid_key=KEY)])
    assert sorted(entry.start for entry in answer.entries) == [int(day.timestamp()) for day in days]
