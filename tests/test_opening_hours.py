"""Does the calendar of a clinic's hours say when it is open, both times that it says so?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import icalendar
import pytest
from attrs import evolve
from dateutil.rrule import rrulestr
from hypothesis import given, settings

from kapsched.errors import InvalidInput
from kapsched.exchange.calendars.ics_hours import opening_hours
from kapsched.exchange.foreign.busy_times import read_busy
from kapsched.model.clinic import Clinic, Horizon
from kapsched.testing.clinic_strategies import clinics
from kapsched.timeline.intervals import Interval, IntervalSet
from kapsched.timeline.recurrence import Absence, DaySpan, Pattern, Week
from kapsched.timeline.zones import Zone
from tests.readers import ask, missing
from tests.test_exchange_timezones import NAMES

KEY = b"an invented key for the tests"


def closed(clinic: Clinic) -> tuple[Interval, ...]:
    edges = clinic.horizon.edges(clinic.place)
    opened = clinic.open_time(clinic.horizon.first_day, clinic.horizon.last_day)
    return (IntervalSet([Interval(*edges)]) - opened).intervals


def by_rules(content: bytes, place: Zone) -> tuple[Interval, ...]:
    """What the VAVAILABILITY says, told out by dateutil; icalendar knows some zones otherwise than they are."""
    calendar: Any = icalendar.Calendar.from_ical(content)

    def there(moment: datetime) -> datetime:
        return moment if moment.tzname() == "UTC" and place.key != "UTC" else moment.replace(tzinfo=place)

    def told(part: Any) -> Iterator[Interval]:
        start, lasts = there(part["DTSTART"].dt), part["DURATION"].dt
        rule = part["RRULE"].to_ical().decode() if "RRULE" in part else "FREQ=DAILY;COUNT=1"
        without = {there(one.dt) for one in getattr(part.get("EXDATE"), "dts", ())}
        for one in rrulestr(rule, dtstart=start):
            if one not in without:
                yield Interval(one.astimezone(UTC), one.astimezone(UTC) + lasts)

    return IntervalSet(one for part in calendar.walk("AVAILABLE") for one in told(part)).intervals


@given(clinics())
@settings(max_examples=100)
def test_a_clinic_is_open_and_closed_when_its_calendar_says(clinic: Clinic) -> None:
    content = opening_hours(clinic, uid_key=KEY)
    first, last = clinic.horizon.first_day, clinic.horizon.last_day
    found = read_busy(content, zone=clinic.zone, first=first, last=last)
    assert found.intervals == closed(clinic)
    assert by_rules(content, clinic.place) == clinic.open_time(first, last).intervals


def open_about_the_clocks(place: str, begins: int) -> Clinic:
    """Open by night on every day of a year, for three hours."""
    span = DaySpan(begins, begins + 180)
    return Clinic(
        id="hill",
        zone=place,
        hours=Pattern([Week([(span,)] * 7)]),
        rooms=[],
        staff=[],
        horizon=Horizon(first_day=date(2027, 1, 1), days=365),
        closed=[Absence(first=date(2027, 5, 3), last=date(2027, 5, 3), why="a holiday")],
    )


@pytest.mark.parametrize("begins", [0, 60, 90, 120, 150, 23 * 60])
@pytest.mark.parametrize("place", ["Europe/London", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo"])
def test_hours_about_a_change_of_the_clocks_are_those_that_are_kept(place: str, begins: int) -> None:
    clinic = open_about_the_clocks(place, min(begins, 21 * 60))
    content = opening_hours(clinic, uid_key=KEY)
    assert by_rules(content, clinic.place) == clinic.open_time(date(2027, 1, 1), date(2027, 12, 31)).intervals


def test_a_clinic_that_never_closes_has_no_hours_that_come_round() -> None:
    always = evolve(
        open_about_the_clocks("Europe/London", 0), hours=Pattern([Week([(DaySpan(0, 1440),)] * 7)]), closed=()
    )
    content = opening_hours(always, uid_key=KEY)
    assert by_rules(content, always.place) == (Interval(*always.horizon.edges(always.place)),)
    assert b"FREEBUSY;" not in content


def test_the_calendar_changes_with_the_hours_and_with_nothing_else() -> None:
    clinic = open_about_the_clocks("Europe/London", 0)
    content = opening_hours(clinic, uid_key=KEY)
    assert opening_hours(evolve(clinic, grid=15), uid_key=KEY) == content
    (known,) = uids(content)
    (other,) = uids(opening_hours(evolve(clinic, closed=()), uid_key=KEY))
    assert known != other
    assert uids(opening_hours(clinic, uid_key=b"another key of the tests")) != {known}


def uids(content: bytes) -> set[str]:
    calendar: Any = icalendar.Calendar.from_ical(content)
    return {str(part["UID"]).partition("-")[0] for part in calendar.walk() if "UID" in part}


@pytest.mark.parametrize("program", ["libical", "ical.js", "sabre", "vobject"])
def test_other_programs_have_nothing_to_complain_of(program: str) -> None:
    if why := missing(program):
        pytest.skip(why)
    files = [opening_hours(open_about_the_clocks(place, 60), uid_key=KEY) for place in NAMES[::40]]
    assert [answer.complaints for answer in ask(program, files)] == [[]] * len(files)


def test_what_is_no_clinic_is_refused() -> None:
    wrong: Any = "harbour"
    with pytest.raises(InvalidInput) as raised:
        opening_hours(wrong, uid_key=b"")
    assert [fault.path for fault in raised.value.faults] == ["clinic", "uid_key"]
