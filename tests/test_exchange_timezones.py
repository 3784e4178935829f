"""Do calendar programs that know only the file show the hours that the clocks show?"""

from __future__ import annotations

import os
import subprocess
import sys
from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event, Timezone, vText

from kapsched.errors import InvalidInput
from kapsched.exchange.calendars.timezones import vtimezone

DATABASE = files("tzdata")
NAMES = DATABASE.joinpath("zones").read_text(encoding="utf-8").split()
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)

LONDON = b"""\
BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:DAYLIGHT
DTSTART:19960331T010000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
""".replace(b"\n", b"\r\n")


def rules(name: str) -> bytes:
    return DATABASE.joinpath("zoneinfo", *name.split("/")).read_bytes()


@cache
def zoneinfo(name: str) -> ZoneInfo:
    """The zone without the library's own door to it."""
    return ZoneInfo.from_file(BytesIO(rules(name)), key=name)


def component(name: str, first: date, last: date) -> Any:
    return Timezone.from_ical(vtimezone(name, first, last))


def observances(content: bytes) -> list[dict[str, str]]:
    """The properties of each observance as they stand in the file, with its kind under BEGIN."""
    found: list[dict[str, str]] = []
    for line in content.decode().splitlines():
        key, _, value = line.partition(":")
        if key == "BEGIN":
            found.append({})
        found[-1].setdefault(key, value)
    return [each for each in found if each["BEGIN"] != "VTIMEZONE"]


def offset(text: str) -> timedelta:
    size = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]), seconds=int(text[5:] or 0))
    return -size if text.startswith("-") else size


class Reader:
    """RFC 5545 in small: the observance in force is the one with the latest onset not after the instant."""

    def __init__(self, content: bytes, last: date) -> None:
        self.onsets: list[tuple[datetime, timedelta, str]] = []
        end = datetime(last.year + 1, 1, 3)  # noqa: DTZ001 - wall time, as the file writes it
        for each in observances(content):
            start = datetime.strptime(each["DTSTART"], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - likewise
            times = (
                rrulestr(each["RRULE"], dtstart=start).between(start, end, inc=True)
                if "RRULE" in each
                else [start]
            )
            before, after = offset(each["TZOFFSETFROM"]), offset(each["TZOFFSETTO"])
            self.onsets += [((wall - before).replace(tzinfo=UTC), after, each["TZNAME"]) for wall in times]
        self.onsets.sort()

    def at(self, instant: datetime) -> tuple[timedelta, str]:
        index = bisect_right(self.onsets, instant, key=lambda onset: onset[0])
        assert index, f"no observance holds at {instant}"
        return self.onsets[index - 1][1:]


def shown(name: str, instant: datetime) -> tuple[timedelta | None, str | None]:
    local = instant.astimezone(zoneinfo(name))
    return local.utcoffset(), local.tzname()


def assert_exact(name: str, first: date, last: date) -> None:
    """Right at both ends, every third day in between, and at each change to the second."""
    reader = Reader(vtimezone(name, first, last), last)
    begin = datetime.combine(first, time(), zoneinfo(name)).astimezone(UTC)
    end = datetime.combine(last, time(23, 59, 59), zoneinfo(name)).astimezone(UTC)
    days = [begin + timedelta(days=day) for day in range(0, (end - begin).days + 1, 3)]
    changes = [onset for onset, _, _ in reader.onsets if begin < onset <= end]
    for instant in (*days, end, *changes, *(onset - SECOND for onset in changes)):
        assert reader.at(instant) == shown(name, instant), (name, instant)


def kinds(name: str, first: date, last: date) -> list[tuple[str, str, str]]:
    return [
        (each["BEGIN"], each["DTSTART"], each.get("RRULE", ""))
        for each in observances(vtimezone(name, first, last))
    ]


def test_london_is_written_with_the_onsets_that_its_clocks_show() -> None:
    assert vtimezone("Europe/London", date(2026, 12, 1), date(2027, 9, 30)) == LONDON


YEARLY = "FREQ=YEARLY;BYDAY={};BYMONTH={}"


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        (
            "America/New_York",
            ("DAYLIGHT", "20070311T020000", "2SU", 3),
            ("STANDARD", "20071104T020000", "1SU", 11),
        ),
        (
            "Australia/Sydney",
            ("STANDARD", "20080406T030000", "1SU", 4),
            ("DAYLIGHT", "20081005T020000", "1SU", 10),
        ),
        (
            "Europe/Lisbon",
            ("STANDARD", "19961027T020000", "-1SU", 10),
            ("DAYLIGHT", "19970330T010000", "-1SU", 3),
        ),
        (
            "Australia/Lord_Howe",
            ("STANDARD", "20080406T020000", "1SU", 4),
            ("DAYLIGHT", "20081005T020000", "1SU", 10),
        ),
    ],
)
def test_a_zone_with_summer_time_is_one_standard_and_one_daylight_rule(
    name: str, first: tuple[str, str, str, int], second: tuple[str, str, str, int]
) -> None:
    expected = [(kind, onset, YEARLY.format(day, month)) for kind, onset, day, month in (first, second)]
    assert kinds(name, date(2026, 1, 1), date(2035, 12, 31)) == expected
    assert_exact(name, date(2026, 1, 1), date(2035, 12, 31))


def test_lord_howe_moves_its_clocks_by_half_an_hour() -> None:
    _, summer = observances(vtimezone("Australia/Lord_Howe", date(2026, 1, 1), date(2026, 12, 31)))
    assert (summer["TZOFFSETFROM"], summer["TZOFFSETTO"]) == ("+1030", "+1100")


def test_summer_is_daylight_in_dublin_although_its_law_says_otherwise() -> None:
    summer, winter = observances(vtimezone("Europe/Dublin", date(2026, 1, 1), date(2035, 12, 31)))
    assert (summer["BEGIN"], summer["TZNAME"], summer["TZOFFSETTO"]) == ("DAYLIGHT", "IST", "+0100")
    assert (winter["BEGIN"], winter["TZNAME"], winter["TZOFFSETTO"]) == ("STANDARD", "GMT", "+0000")
    assert_exact("Europe/Dublin", date(2026, 1, 1), date(2035, 12, 31))


def test_a_zone_without_changes_is_one_standard_observance() -> None:
    assert kinds("Asia/Kolkata", date(2026, 5, 1), date(2035, 1, 31)) == [("STANDARD", "19700101T000000", "")]
    assert_exact("Asia/Kolkata", date(2026, 5, 1), date(2035, 1, 31))


@pytest.mark.parametrize(
    "name", ["Africa/Cairo", "America/Nuuk", "America/Santiago", "Asia/Gaza", "Asia/Jerusalem"]
)
def test_a_zone_whose_rule_is_not_a_day_of_the_month_is_written_change_by_change(name: str) -> None:
    first, last = date(2026, 1, 1), date(2035, 12, 31)
    assert {rule for _, _, rule in kinds(name, first, last)} == {""}
    assert_exact(name, first, last)


@pytest.mark.parametrize("name", ["Africa/Casablanca", "America/Havana", "America/Vancouver"])
def test_a_zone_that_changes_its_rules_is_exact_all_the_same(name: str) -> None:
    assert_exact(name, date(2026, 1, 1), date(2035, 12, 31))


def test_the_old_rule_is_written_change_by_change_until_the_new_one_takes_over() -> None:
    first, last = date(2005, 6, 1), date(2008, 6, 1)
    before, *old, spring, autumn = kinds("America/New_York", first, last)
    assert before == ("STANDARD", "20041031T020000", "")
    assert [(kind, rule) for kind, _, rule in old] == 2 * [("DAYLIGHT", ""), ("STANDARD", "")]
    assert spring == ("DAYLIGHT", "20070311T020000", YEARLY.format("2SU", 3))
    assert autumn == ("STANDARD", "20071104T020000", YEARLY.format("1SU", 11))
    assert_exact("America/New_York", first, last)


def test_a_summer_time_after_years_without_follows_the_change_in_force_at_the_start() -> None:
    first, last = date(2023, 1, 1), date(2023, 12, 31)
    assert kinds("Africa/Cairo", first, last)[:2] == [
        ("STANDARD", "20140926T000000", ""),
        ("DAYLIGHT", "20230428T000000", ""),
    ]
    assert_exact("Africa/Cairo", first, last)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("Europe/Moscow", date(2011, 3, 27)),  # summer time for good
        ("Pacific/Apia", date(2011, 12, 29)),  # the next day was left out
        ("Asia/Pyongyang", date(2018, 5, 5)),  # half an hour, once
        ("Africa/Juba", date(2021, 2, 1)),  # an hour back, once
        ("America/Recife", date(2000, 10, 8)),  # a summer time of one week
        ("America/Cambridge_Bay", date(2000, 10, 29)),  # another name for one week
    ],
)
def test_an_odd_change_is_exact_on_its_own_day_and_around_it(name: str, day: date) -> None:
    assert_exact(name, day, day)
    assert_exact(name, day - timedelta(days=400), day + timedelta(days=400))


def test_a_change_forward_for_good_is_no_summer_time() -> None:
    first, last = date(2027, 1, 1), date(2027, 12, 31)
    assert kinds("Asia/Pyongyang", first, last) == [("STANDARD", "20180504T233000", "")]
    assert_exact("Asia/Pyongyang", first, last)


def test_a_span_in_one_winter_has_the_same_bytes_as_one_of_many_years() -> None:
    assert vtimezone("Europe/London", date(2027, 1, 10), date(2027, 2, 10)) == LONDON
    assert vtimezone("Europe/London", date(2026, 1, 1), date(2040, 12, 31)) == LONDON


def test_a_timezone_says_nothing_but_its_name_and_its_observances() -> None:
    timezone = component("Europe/London", date(2027, 1, 1), date(2027, 12, 31))
    assert list(timezone) == ["TZID"]
    assert str(timezone["TZID"]) == "Europe/London"
    assert {key for each in timezone.subcomponents for key in each} == {
        "DTSTART",
        "RRULE",
        "TZNAME",
        "TZOFFSETFROM",
        "TZOFFSETTO",
    }


def test_the_last_day_may_not_come_before_the_first() -> None:
    with pytest.raises(InvalidInput, match="last day 2027-01-01 comes before its first 2027-01-02"):
        vtimezone("Europe/London", date(2027, 1, 2), date(2027, 1, 1))


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Europe/Atlantis"):
        vtimezone("Europe/Atlantis", date(2027, 1, 1), date(2027, 1, 2))


def test_the_bytes_are_the_same_under_any_hash_seed() -> None:
    script = (
        "from datetime import date; from kapsched.exchange.calendars.timezones import vtimezone\n"
        "for name in ('Europe/London', 'America/Havana', 'Africa/Cairo', 'Asia/Kolkata'):\n"
        "    print(vtimezone(name, date(2026, 1, 1), date(2028, 12, 31)))"
    )
    path = os.pathsep.join(sys.path)
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "7")
    }
    assert len(outputs) == 1
    assert b"Asia/Kolkata" in outputs.pop()


@settings(deadline=None)
@given(
    name=st.sampled_from(NAMES),
    days=st.lists(st.dates(date(2026, 1, 1), date(2040, 12, 31)), min_size=3, max_size=3),
    clock=st.times(),
)
def test_any_instant_of_any_span_has_the_offset_of_its_zone(name: str, days: list[date], clock: time) -> None:
    first, day, last = sorted(days)
    instant = datetime.combine(day, clock, zoneinfo(name)).astimezone(UTC)
    assert Reader(vtimezone(name, first, last), last).at(instant) == shown(name, instant)


def test_every_change_of_every_zone_is_exact_from_2026_to_2035() -> None:
    distinct = {rules(name): name for name in reversed(NAMES)}  # of names for one zone, the first
    assert len(distinct) > 300
    for name in distinct.values():
        assert_exact(name, date(2026, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("Europe/London", (datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC))),
        ("America/New_York", (datetime(2027, 3, 14, 7, tzinfo=UTC), datetime(2027, 11, 7, 6, tzinfo=UTC))),
        ("Australia/Sydney", (datetime(2027, 4, 3, 16, tzinfo=UTC), datetime(2027, 10, 2, 16, tzinfo=UTC))),
    ],
)
def test_another_parser_reads_the_same_instants_from_the_files_own_rules(
    name: str, changes: tuple[datetime, datetime]
) -> None:
    unknown = f"Unknown/{name.replace('/', '-')}-7"
    instants = [
        change + step * HOUR / 2
        for change in changes
        for step in range(-48, 49)
        if not (change + step * HOUR / 2).astimezone(zoneinfo(name)).fold  # RFC 5545 cannot name these
    ]
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//test//EN")
    timezone = component(name, date(2027, 1, 1), date(2027, 12, 31))
    timezone["TZID"] = vText(unknown)
    calendar.add_component(timezone)
    for instant in instants:
        event = Event()
        local = instant.astimezone(zoneinfo(name)).replace(tzinfo=None)
        event.add("DTSTART", local, parameters={"TZID": unknown})
        calendar.add_component(event)

    assert vobject.icalendar.getTzid(unknown) is None
    text = calendar.to_ical().decode()
    assert name not in text
    read = [event.dtstart.value for event in vobject.readOne(text).vevent_list]
    # A difference and not astimezone, which would take a time without a zone for one in the system's zone.
    assert {moment - instant for moment, instant in zip(read, instants, strict=True)} == {timedelta()}
