"""Is somebody's own calendar read as the time that they do not have, whatever program wrote it?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from dateutil.rrule import rrulestr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kapsched.errors import InvalidInput
from kapsched.exchange.calendars.ics import to_ics
from kapsched.exchange.foreign.busy_times import BusyTimes, read_busy
from kapsched.model.bookings import Booking, Resource
from kapsched.timeline.intervals import Interval
from kapsched.timeline.zones import zone
from tests import calendar_stories as stories
from tests.fences import ROOT
from tests.foreign_calendars import (
    FIRST,
    LAST,
    NINE,
    SUMMER,
    TUESDAYS,
    Spans,
    calendar,
    day,
    faults,
    read,
    spans,
)

CALENDARS = ROOT / "tests" / "calendars"
LONDON = zone("Europe/London")

EXPORTS: dict[str, Spans] = {
    "outlook": [
        day(3, 22, "08:00", "09:00"),
        day(3, 29, "08:00", "09:00"),
        day(4, 13, "10:00", "11:00"),
        day(4, 19, "08:00", "09:00"),
        ("04-28 00:00", "05-01 00:00"),
    ],
    "google": [
        day(3, 10, "17:30", "18:30"),
        day(3, 24, "19:00", "20:00"),
        day(4, 1, "10:00", "11:00"),
        day(4, 7, "17:30", "18:30"),
    ],
    "thunderbird": [
        day(3, 4, "15:00", "16:30"),
        day(3, 8, "12:00", "12:30"),
        day(4, 1, "15:00", "16:30"),
    ],
    "apple": [
        *(day(3, number, "08:00", "08:30") for number in range(2, 10)),
        *(day(3, number, "08:45", "09:15") for number in range(10, 32)),
    ],
}


@pytest.mark.parametrize("program", EXPORTS)
def test_what_a_program_exports_is_read_as_it_shows_it(program: str) -> None:
    found = read((CALENDARS / f"{program}.ics").read_bytes())
    assert spans(found) == EXPORTS[program]
    assert found.unread == ()


def test_busy_times_are_bookings_of_whom_they_are_of() -> None:
    found = read((CALENDARS / "thunderbird.ics").read_bytes())
    rows = found.bookings(Resource("staff", "imran"))
    assert rows[1] == Booking(
        type="staff",
        resource="imran",
        start=datetime(2027, 3, 8, 12, tzinfo=UTC),
        end=datetime(2027, 3, 8, 12, 30, tzinfo=UTC),
    )
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ("DTSTART:20270302T090000\nDURATION:PT90M", [day(3, 2, "09:00", "10:30")]),
        ("DTSTART:20270302T090000", []),  # it has no length, and takes no time
        ("DTSTART;VALUE=DATE:20270302", [("03-02 00:00", "03-03 00:00")]),
        ("DTSTART;VALUE=DATE:20270302\nDTEND;VALUE=DATE:20270302", [("03-02 00:00", "03-03 00:00")]),
        ("DTSTART;VALUE=DATE:20270302\nDURATION:P2D", [("03-02 00:00", "03-04 00:00")]),
        ("DTSTART:20270327T120000\nDURATION:P1D", [("03-27 12:00", "03-28 12:00")]),  # a day of 23 hours
        ("DTSTART:20270327T120000\nDURATION:PT24H", [("03-27 12:00", "03-28 13:00")]),
        ("DTSTART;VALUE=DATE:20270327\nDTEND;VALUE=DATE:20270329", [("03-27 00:00", "03-29 00:00")]),
        (NINE + "TRANSP:TRANSPARENT", []),
        (NINE + "STATUS:CANCELLED", []),
        (NINE + "STATUS:TENTATIVE", [TUESDAYS[0]]),
        (NINE + "X-MICROSOFT-CDO-BUSYSTATUS:FREE", []),
        (NINE + "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", [TUESDAYS[0]]),
        (NINE + "RRULE:FREQ=WEEKLY;COUNT=3", TUESDAYS),
        (NINE + "RRULE:FREQ=WEEKLY;UNTIL=20270316", TUESDAYS),
        (NINE + "RRULE:FREQ=WEEKLY;UNTIL=20270316T090000", TUESDAYS),
        (NINE + "RRULE:FREQ=WEEKLY;UNTIL=20270316T090000Z", TUESDAYS),
        (NINE + "RRULE:FREQ=WEEKLY;UNTIL=20270316T085959Z", TUESDAYS[:2]),
        (NINE + "RRULE:FREQ=DAILY;COUNT=3;BYDAY=2TU", TUESDAYS),  # a week has no second Tuesday
        (NINE + "RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE:20270309T090000", [TUESDAYS[0], TUESDAYS[2]]),
        (NINE + "RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;VALUE=DATE:20270309", [TUESDAYS[0], TUESDAYS[2]]),
        (NINE + "RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE:20270302T090000Z,20270309T090000Z", TUESDAYS[2:]),
        (
            NINE + "RDATE:20270304T090000,20270309T090000",
            [TUESDAYS[0], day(3, 4, "09:00", "10:00"), TUESDAYS[1]],
        ),
        (
            NINE + "RDATE;VALUE=PERIOD:20270304T110000Z/PT30M,20270305T110000Z/20270305T111500Z",
            [TUESDAYS[0], day(3, 4, "11:00", "11:30"), day(3, 5, "11:00", "11:15")],
        ),
        (NINE + "DTSTART:20270302T090000", [TUESDAYS[0]]),
        ("DTSTART;VALUE=DATE:20270302T090000", [("03-02 00:00", "03-03 00:00")]),
        ("DTSTART;TZID=Asia/Tokyo;VALUE=DATE:20270302", [("03-02 00:00", "03-03 00:00")]),
        ("DTSTART;TZID=Asia/Tokyo:20270302T180000\nDTEND:20270302T190000", [TUESDAYS[0]]),
        ("DTSTART:20270228T233000\nDTEND:20270301T003000", [("03-01 00:00", "03-01 00:30")]),
        ("DTSTART:20270430T233000\nDTEND:20270501T003000", [("04-30 23:30", "05-01 00:00")]),
    ],
)
def test_each_way_to_say_when_is_understood(lines: str, wanted: Spans) -> None:
    found = read(calendar(lines))
    assert spans(found) == wanted
    assert found.unread == ()


def test_times_that_name_no_zone_are_those_of_whoever_reads() -> None:
    entry = calendar(NINE)
    assert [
        one.start.hour
        for place in ("Europe/London", "Asia/Tokyo")
        for one in read(entry, place=place).intervals
    ] == [9, 0]


def test_a_day_is_that_of_whoever_reads() -> None:
    (found,) = read(calendar("DTSTART;VALUE=DATE:20270302"), place="Asia/Tokyo").intervals
    assert (found.start, found.end) == (
        datetime(2027, 3, 1, 15, tzinfo=UTC),
        datetime(2027, 3, 2, 15, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "name",
    [
        "Europe/Berlin",
        '"W. Europe Standard Time"',
        "/mozilla.org/20070129_1/Europe/Berlin",
        "/freeassociation.sourceforge.net/Tzfile/Europe/Berlin",
    ],
)
def test_a_zone_is_known_by_each_of_its_names(name: str) -> None:
    entry = f"DTSTART;TZID={name}:20270302T090000\nDTEND;TZID={name}:20270302T100000"
    found = read(calendar(entry))
    assert (spans(found), found.unread) == ([day(3, 2, "08:00", "09:00")], ())


def custom(offset: str) -> str:
    return (
        "BEGIN:VTIMEZONE\nTZID:Clinic/TZ\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
        f"TZOFFSETFROM:{offset}\nTZOFFSETTO:{offset}\nEND:STANDARD\nEND:VTIMEZONE\n"
    )


def test_two_files_may_mean_different_clocks_by_one_name() -> None:
    entry = "DTSTART;TZID=Clinic/TZ:20270302T090000\nDTEND;TZID=Clinic/TZ:20270302T100000"
    assert spans(read(calendar(entry, zones=custom("+0500")))) == [day(3, 2, "04:00", "05:00")]
    assert spans(read(calendar(entry, zones=custom("+0300")))) == [day(3, 2, "06:00", "07:00")]
    undefined = read(calendar(entry))
    assert spans(undefined) == [day(3, 2, "09:00", "10:00")]
    (fault,) = faults(undefined)
    assert fault == (
        "line 4: its TZID is no zone that is known or described here; read on the clocks of who reads, "
        "here and wherever it stands"
    )


@pytest.mark.parametrize("name", ["EST", "GMT", "Clinic/GMT", "W. Europe Standard Time"])
def test_what_a_file_says_of_its_clocks_goes_before_what_their_name_is_used_for(name: str) -> None:
    entry = f'DTSTART;TZID="{name}":20270302T090000\nDURATION:PT1H'
    zones = custom("+0500").replace("Clinic/TZ", name)
    assert spans(read(calendar(entry, zones=zones))) == [day(3, 2, "04:00", "05:00")]


def test_a_place_has_the_clocks_that_it_has_whatever_a_file_says() -> None:
    """Programs cut down what they say of a known zone to what was true when they wrote it."""
    entry = "DTSTART;TZID=Europe/Berlin:20270302T090000\nDURATION:PT1H"
    zones = custom("+0500").replace("Clinic/TZ", "Europe/Berlin")
    assert spans(read(calendar(entry, zones=zones))) == [day(3, 2, "08:00", "09:00")]


LONG = "(UTC+05:00) Islamabad, Karachi"


@pytest.mark.parametrize("described", [LONG, LONG.replace(",", "\\,")])
@pytest.mark.parametrize("named", [f'"{LONG}"', LONG, LONG.replace(",", "\\,"), f'"{LONG.upper()}"'])
def test_a_described_zone_is_found_however_its_name_is_written(named: str, described: str) -> None:
    entry = f"DTSTART;TZID={named}:20270302T090000\nDURATION:PT1H"
    found = read(calendar(entry, zones=custom("+0500").replace("Clinic/TZ", described)))
    assert (spans(found), found.unread) == ([day(3, 2, "04:00", "05:00")], ())


@pytest.mark.parametrize(
    "rules",
    [
        ("BYDAY=-1SU;BYMONTH=10", "BYDAY=-1SU;BYMONTH=3"),
        (
            "BYMONTH=10;BYDAY=SU;BYMONTHDAY=25,26,27,28,29,30,31",
            "BYMONTH=3;BYDAY=SU;BYMONTHDAY=25,26,27,28,29,30,31",
        ),
    ],
)
def test_clocks_that_a_file_describes_are_right_long_before_it_is_read(rules: tuple[str, str]) -> None:
    """A series since 2020, and the one of its repeats that was moved is named in UTC."""
    zones = SUMMER.replace("BYDAY=-1SU;BYMONTH=10", rules[0]).replace("BYDAY=-1SU;BYMONTH=3", rules[1])
    series = "UID:a\nDTSTART;TZID=Ours:20200706T090000\nDTEND:20200706T080000Z\nRRULE:FREQ=WEEKLY"
    moved = "UID:a\nRECURRENCE-ID:20200713T070000Z\nDTSTART:20270301T150000Z\nDURATION:PT1H"
    found = read(calendar(series, moved, zones=zones), last=date(2027, 3, 8))
    assert spans(found) == [
        day(3, 1, "08:00", "09:00"),
        day(3, 1, "15:00", "16:00"),
        day(3, 8, "08:00", "09:00"),
    ]
    once = "UID:a\nRECURRENCE-ID:20270301T080000Z\nDTSTART:20270301T150000Z\nDURATION:PT1H"
    july = read(calendar(series.replace("WEEKLY", "WEEKLY;UNTIL=20270301T080000Z"), once, zones=zones))
    assert spans(july) == [day(3, 1, "15:00", "16:00")]


def test_as_many_zones_as_any_program_describes_are_no_reason_to_refuse_a_calendar() -> None:
    names = [f"Zone {number}" for number in range(60)]
    zones = "".join(SUMMER.replace("Ours", name) for name in names)
    entries = [
        f"UID:{name}\nDTSTART;TZID={name}:20270303T1{number % 10}0000\nDURATION:PT1H"
        for number, name in enumerate(names)
    ]
    found = read(calendar(*entries, zones=zones))
    assert (spans(found), found.unread) == ([day(3, 3, "09:00", "19:00")], ())


@given(
    st.datetimes(
        datetime(2026, 1, 1),  # noqa: DTZ001  # what clocks show
        datetime(2029, 1, 1),  # noqa: DTZ001
    )
)
@example(datetime(2027, 3, 28, 2, 30))  # noqa: DTZ001
@example(datetime(2027, 10, 31, 2, 30))  # noqa: DTZ001
@example(datetime(2027, 10, 31, 3, 0))  # noqa: DTZ001
def test_clocks_that_a_file_describes_are_those_of_the_zone_that_it_describes(local: datetime) -> None:
    entry = f"DTSTART;TZID={{}}:{local:%Y%m%dT%H%M%S}\nDURATION:PT1H"
    first, last = local.date() - timedelta(days=2), local.date() + timedelta(days=2)
    ours = read(calendar(entry.format("Ours"), zones=SUMMER), first, last)
    assert ours.intervals == read(calendar(entry.format("Europe/Berlin")), first, last).intervals
    assert len(ours.intervals) == 1


def test_a_series_keeps_its_time_of_day_when_the_clocks_change() -> None:
    entry = "DTSTART;TZID=Europe/Berlin:20270322T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2"
    assert [one.start.hour for one in read(calendar(entry)).intervals] == [8, 7]


def test_of_an_entry_that_was_revised_the_latest_form_counts() -> None:
    later = "UID:a\nSEQUENCE:2\nDTSTART:20270303T090000\nDTEND:20270303T100000"
    assert spans(read(calendar(later, NINE + "SEQUENCE:1"))) == [day(3, 3, "09:00", "10:00")]


def test_an_entry_that_stands_for_a_repeat_counts_without_its_series() -> None:
    """An invitation to one of many meetings holds no more than that one."""
    entry = NINE + "RECURRENCE-ID:20270302T080000"
    assert spans(read(calendar(entry))) == [TUESDAYS[0]]


def test_repeats_from_one_on_may_be_moved_or_cancelled() -> None:
    series = NINE + "RRULE:FREQ=WEEKLY;COUNT=3"
    moved = "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270309T090000\nDTSTART:20270310T110000\nDURATION:PT2H"
    assert spans(read(calendar(series, moved))) == [
        TUESDAYS[0],
        day(3, 10, "11:00", "13:00"),
        day(3, 17, "11:00", "13:00"),
    ]
    assert spans(read(calendar(series, f"{moved}\nSTATUS:CANCELLED"))) == TUESDAYS[:1]


@pytest.mark.parametrize(
    "start",
    ["DTSTART;TZID=Europe/Berlin:20270330T110000", "DTSTART:20270330T090000Z", "DTSTART:20270330T100000"],
)
def test_repeats_that_are_moved_from_one_on_keep_the_clocks_of_their_series(start: str) -> None:
    """The clocks go forward in between: a meeting at nine in London is at ten from then on, wherever that is said."""
    series = "UID:a\nDTSTART;TZID=Europe/London:20270323T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3"
    moved = (
        f"UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/London:20270330T090000\n{start}\nDURATION:PT1H"
    )
    for first, second in ((series, moved), (moved, series)):
        assert spans(read(calendar(first, second))) == [
            day(3, 23, "09:00", "10:00"),
            day(3, 30, "10:00", "11:00"),
            day(4, 6, "10:00", "11:00"),
        ]


def test_one_repeat_may_differ_and_others_from_the_same_on() -> None:
    series = NINE + "RRULE:FREQ=WEEKLY;COUNT=3"
    once = "UID:a\nRECURRENCE-ID:20270309T090000\nDTSTART:20270309T140000\nDURATION:PT1H"
    later = "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270309T090000\nDTSTART:20270309T110000\nDURATION:PT1H"
    for entries in ((series, once, later), (later, once, series)):
        assert spans(read(calendar(*entries))) == [
            TUESDAYS[0],
            day(3, 9, "14:00", "15:00"),
            day(3, 16, "11:00", "12:00"),
        ]


@pytest.mark.parametrize(
    ("other", "wanted"),
    [
        ("", [("09:00", "10:00"), ("12:00", "14:00")]),
        ("EXDATE:20270302T120000", [("09:00", "10:00")]),
        ("EXDATE:20270302T120000Z", [("09:00", "10:00")]),
        ("EXDATE;VALUE=DATE:20270302", []),
    ],
)
def test_a_further_date_with_a_length_of_its_own_is_one_of_the_repeats(
    other: str, wanted: list[tuple[str, str]]
) -> None:
    series = f"{NINE}RDATE;VALUE=PERIOD:20270302T120000/PT2H\n{other}"
    assert spans(read(calendar(series))) == [day(3, 2, *one) for one in wanted]


def test_a_further_date_with_a_length_of_its_own_may_be_moved() -> None:
    series = f"{NINE}RDATE;VALUE=PERIOD:20270309T120000/PT2H,20270316T120000/PT2H"
    once = "UID:a\nRECURRENCE-ID:20270309T120000\nDTSTART:20270309T150000\nDURATION:PT3H"
    assert spans(read(calendar(series, once))) == [
        TUESDAYS[0],
        day(3, 9, "15:00", "18:00"),
        day(3, 16, "12:00", "14:00"),
    ]


def test_what_stands_for_a_repeat_is_known_in_another_calendar_of_the_file() -> None:
    series = calendar(NINE + "RRULE:FREQ=WEEKLY;COUNT=2")
    once = calendar("UID:a\nRECURRENCE-ID:20270309T090000\nDTSTART:20270310T140000\nDURATION:PT1H")
    for content in (series + once, once + series):
        assert spans(read(content)) == [TUESDAYS[0], day(3, 10, "14:00", "15:00")]


def test_of_two_forms_with_one_sequence_the_one_written_later_counts() -> None:
    forms = [
        f"UID:a\nSEQUENCE:1\nDTSTAMP:{stamp}\nDTSTART:20270302T{hour}0000\nDURATION:PT1H"
        for stamp, hour in (("20270201T090000Z", "14"), ("20270101T090000Z", "11"))
    ]
    for entries in (forms, forms[::-1]):
        found = read(calendar(*entries))
        assert (spans(found), found.unread) == ([day(3, 2, "14:00", "15:00")], ())


def test_two_forms_of_which_neither_is_later_are_told() -> None:
    found = read(calendar(NINE, NINE.replace("T09", "T07"), NINE.replace("T09", "T07")))
    assert spans(found) == [day(3, 2, "07:00", "10:00")]
    assert faults(found) == [
        "line 10: the same entry is at other times on line 5, and neither is said to be later; the last is used"
    ]


def test_two_forms_that_repeat_otherwise_are_told_too() -> None:
    found = read(calendar(NINE, NINE + "RRULE:FREQ=WEEKLY;COUNT=2"))
    assert spans(found) == TUESDAYS[:2]
    assert faults(found) == [
        "line 10: the same entry is at other times on line 5, and neither is said to be later; the last is used"
    ]


def test_what_stands_for_a_repeat_by_its_date_is_that_repeat() -> None:
    series = NINE + "RRULE:FREQ=WEEKLY;COUNT=3"
    once = "UID:a\nRECURRENCE-ID;VALUE=DATE:20270309\nDTSTART:20270310T140000\nDURATION:PT1H"
    assert spans(read(calendar(series, once))) == [TUESDAYS[0], day(3, 10, "14:00", "15:00"), TUESDAYS[2]]
    later = (
        "UID:a\nRECURRENCE-ID;VALUE=DATE;RANGE=THISANDFUTURE:20270309\nDTSTART:20270309T110000\nDURATION:PT1H"
    )
    assert spans(read(calendar(series, later))) == [
        TUESDAYS[0],
        day(3, 9, "11:00", "12:00"),
        day(3, 16, "11:00", "12:00"),
    ]


@pytest.mark.parametrize(
    "other",
    [
        "EXDATE:20270309T000000",
        "EXDATE;VALUE=DATE:20270309",
        "EXDATE:20270309T000000Z",
        "EXDATE;TZID=Asia/Tokyo:20270309T000000",
    ],
)
def test_a_midnight_takes_its_day_out_of_a_series_of_whole_days(other: str) -> None:
    series = f"UID:a\nDTSTART;VALUE=DATE:20270302\nRRULE:FREQ=WEEKLY;COUNT=2\n{other}"
    assert spans(read(calendar(series))) == [("03-02 00:00", "03-03 00:00")]


@pytest.mark.parametrize("until", ["20270309", "20270309T000000Z", "20270308T230000Z", "20270309T225900Z"])
def test_a_series_of_whole_days_ends_with_the_day_of_its_until(until: str) -> None:
    series = f"UID:a\nDTSTART;VALUE=DATE:20270308\nRRULE:FREQ=DAILY;UNTIL={until}"
    found = read(calendar(series), place="Europe/Berlin")
    assert spans(found, "Europe/Berlin") == [("03-08 00:00", "03-10 00:00")]


def test_times_without_a_zone_are_on_the_clocks_of_their_series() -> None:
    series = (
        "UID:a\nDTSTART;TZID=Asia/Tokyo:20270302T180000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3\n"
        "EXDATE:20270309T180000\nRDATE:20270304T180000"
    )
    once = "UID:a\nRECURRENCE-ID:20270316T180000\nDTSTART:20270317T090000\nDURATION:PT1H"
    assert spans(read(calendar(series, once))) == [
        TUESDAYS[0],
        day(3, 4, "09:00", "10:00"),
        day(3, 17, "09:00", "10:00"),
    ]


@pytest.mark.parametrize(
    ("rule", "repeats"),
    [("", TUESDAYS[:1]), ("RRULE:FREQ=WEEKLY;COUNT=2", TUESDAYS[:2])],
)
def test_what_stands_for_repeats_that_the_series_has_not_is_taken_all_the_same(
    rule: str, repeats: Spans
) -> None:
    later = "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270323T090000\nDTSTART:20270323T120000\nDURATION:PT1H"
    assert spans(read(calendar(NINE + rule, later))) == [*repeats, day(3, 23, "12:00", "13:00")]


def test_a_component_that_nobody_knows_is_told_and_a_task_is_not() -> None:
    tasks = b"BEGIN:VTODO\nBEGIN:VALARM\nEND:VALARM\nEND:VTODO\nBEGIN:X-OURS\nEND:X-OURS\n"
    content = calendar(NINE).replace(b"END:VCALENDAR", tasks + b"BEGIN:VEVNT\nEND:VEVNT\nEND:VCALENDAR")
    assert faults(read(content)) == ["line 14: a component begins here that is not known, and is not read"]


def test_what_is_hardly_a_calendar_is_refused_and_not_told_line_by_line() -> None:
    with pytest.raises(
        InvalidInput, match=r"^line 10002: here are more than 10,000 lines that are none of a cal"
    ):
        read(b"BEGIN:VCALENDAR\n" + b"!\n" * 20_000)


def test_of_words_that_contradict_each_other_the_first_is_used_and_the_other_told() -> None:
    found = read(calendar(NINE + "STATUS:CANCELLED\nSTATUS:CONFIRMED\nTRANSP:OPAQUE\nTRANSP:TRANSPARENT"))
    assert spans(found) == []
    assert faults(found) == [
        "line 8: STATUS stands in one entry a second time, and otherwise; the first is used",
        "line 10: TRANSP stands in one entry a second time, and otherwise; the first is used",
    ]


def test_two_forms_on_other_clocks_are_told_where_they_repeat() -> None:
    london = "UID:a\nDTSTART:20270302T090000\nDURATION:PT1H\n"
    berlin = london.replace("DTSTART:20270302T09", "DTSTART;TZID=Europe/Berlin:20270302T10")
    rule = "RRULE:FREQ=WEEKLY;COUNT=6"
    assert faults(read(calendar(london, berlin))) == []
    (fault,) = faults(read(calendar(london + rule, berlin + rule)))
    assert "the same entry is at other times on line 5" in fault


def test_a_zone_that_is_described_twice_and_otherwise_is_told() -> None:
    first, other = (
        f"BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:{ahead}\n"
        f"TZOFFSETTO:{ahead}\nEND:STANDARD\nEND:VTIMEZONE\n"
        for ahead in ("+0300", "+0500")
    )
    entry = "DTSTART;TZID=Ours:20270302T120000\nDURATION:PT1H"
    for zones, told in (
        (first + first, []),
        (first + other, ["line 12: a zone of this name is described before"]),
    ):
        found = read(calendar(entry, zones=zones))
        assert spans(found) == TUESDAYS[:1]
        assert [fault.partition(", and otherwise")[0] for fault in faults(found)] == told


def test_a_description_of_clocks_that_cannot_be_followed_is_told_where_the_name_is_known() -> None:
    name = "Eastern Standard Time"
    described = SUMMER.replace("Ours", name).replace("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "FREQ=HOURLY")
    found = read(calendar(f"DTSTART;TZID={name}:20270302T040000\nDURATION:PT1H", zones=described))
    assert spans(found) == TUESDAYS[:1]
    (fault,) = faults(found)
    assert "described here in no way that can be followed; read as its name mostly means" in fault


@pytest.mark.parametrize("name", ["EXDATE", "RDATE"])
@pytest.mark.parametrize("time", [";TZID=Asia/Tokyo:00010101T000000", ":99991231T235959Z"])
def test_a_time_outside_of_the_calendar_takes_no_other_with_it(name: str, time: str) -> None:
    found = read(calendar(f"{NINE}RRULE:FREQ=WEEKLY;COUNT=3\n{name}{time}"), place="America/New_York")
    assert len(found.intervals) == 3
    assert faults(found) in ([], [f"line 8: {name} cannot be read"])


def test_a_leap_second_is_the_one_before_it() -> None:
    (found,) = read(calendar("DTSTART:20270302T090000\nDTEND:20270302T095960")).intervals
    assert found.end == datetime(2027, 3, 2, 9, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "rule",
    [
        "BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "BYDAY=MO;BYSETPOS=4",
        "BYMONTHDAY=31",
        "BYMONTHDAY=-30",
        "BYDAY=5WE",
        "BYDAY=-5WE,5TH",
    ],
)
def test_days_that_every_few_months_have_are_no_reason_to_refuse_a_calendar(rule: str) -> None:
    many = [f"UID:{n}\nDTSTART:20260101T090000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;{rule}" for n in range(100)]
    found = read(calendar(*many))
    assert not found.unread
    starts = [
        one
        for one in rrulestr(f"FREQ=MONTHLY;COUNT=60;{rule}", dtstart=datetime(2026, 1, 1, 9))  # noqa: DTZ001
        if FIRST <= one.date() <= LAST
    ]
    assert [one.start.astimezone(LONDON).replace(tzinfo=None) for one in found.intervals] == starts


def test_two_lengths_at_one_start_are_both_taken() -> None:
    assert spans(read(calendar(NINE + "RDATE;VALUE=PERIOD:20270302T090000/PT3H,20270302T090000/PT2H"))) == [
        day(3, 2, "09:00", "12:00")
    ]


def test_what_differs_in_a_series_that_was_called_off_later_is_called_off_with_it() -> None:
    once = "UID:a\nSEQUENCE:{}\nRECURRENCE-ID:20270309T090000\nDTSTART:20270310T140000\nDURATION:PT1H"
    series = NINE + "RRULE:FREQ=WEEKLY;COUNT=3\nSEQUENCE:2\nSTATUS:CANCELLED"
    assert spans(read(calendar(series, once.format(1)))) == []
    assert spans(read(calendar(series, once.format(3)))) == [day(3, 10, "14:00", "15:00")]


def test_what_a_message_calls_off_takes_no_time() -> None:
    content = calendar(NINE + "SEQUENCE:1").replace(b"VERSION:2.0", b"METHOD:CANCEL")
    assert spans(read(content)) == []
    assert spans(read(calendar(NINE) + content)) == []


@pytest.mark.parametrize("name", ["DTEND", "DTSTART", "RRULE", "UID", "EXDATE", "TZID"])
def test_a_name_without_a_value_is_told_with_its_line(name: str) -> None:
    found = read(calendar(NINE, f"{name}\nDTSTART:20270304T090000\nDURATION:PT1H"))
    assert day(3, 2, "09:00", "10:00") in spans(found)
    assert f"{name} cannot be taken apart" in " ".join(faults(found))


def test_an_entry_that_lacks_its_end_takes_no_other_with_it() -> None:
    three = [NINE.replace("UID:a", f"UID:{day}").replace("0302T", f"030{day}T") for day in (2, 3, 4)]
    whole = calendar(*three)
    first = whole.index(b"END:VEVENT")
    torn = whole[:first] + whole[whole.index(b"\n", first) + 1 :]
    found = read(torn)
    assert spans(found) == spans(read(whole))
    assert len(spans(found)) == 3
    (fault,) = faults(found)
    assert fault.endswith(": a component that begins here has no end")


def test_an_entry_outside_of_every_calendar_is_told() -> None:
    whole = calendar(NINE)
    entry = whole[whole.index(b"BEGIN:VEVENT") : whole.index(b"END:VCALENDAR")]
    found = read(whole + entry)
    assert spans(found) == [day(3, 2, "09:00", "10:00")]
    assert any("outside of a calendar" in fault for fault in faults(found))


@pytest.mark.parametrize(
    "entry",
    [
        "DTSTART;TZID=" + "a/" * 100_000 + "b:20270310T090000\nDURATION:PT1H",
        "BEGIN:A\n" * 30_000 + "END:B\n" * 30_000,
    ],
    ids=["names", "nesting"],
)
def test_what_is_nested_without_end_costs_no_more_than_its_length(entry: str) -> None:
    found = read(calendar(NINE, entry))
    assert day(3, 2, "09:00", "10:00") in spans(found)
    assert found.unread


@pytest.mark.parametrize(
    "entries",
    [
        [f"UID:{n}\nDTSTART;VALUE=DATE:160403{n % 28 + 1:02}\nRRULE:FREQ=YEARLY" for n in range(300)],
        [f"UID:{n}\nDTSTART;VALUE=DATE:20150601\nRRULE:FREQ=DAILY;COUNT=5" for n in range(600)],
        [f"UID:{n}\nDTSTART:20160601T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=10" for n in range(600)],
        [f"UID:{n}\nDTSTART:20100601T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=900" for n in range(600)],
        [f"UID:{n}\nTRANSP:TRANSPARENT\nDTSTART:19500131\nRRULE:FREQ=YEARLY" for n in range(600)],
    ],
    ids=["since ever", "leaves that are over", "meetings that are over", "days that are over", "birthdays"],
)
def test_what_is_over_or_comes_once_a_year_is_no_reason_to_refuse_a_calendar(entries: list[str]) -> None:
    found = read(calendar(NINE, *entries))
    assert found.unread == ()
    assert found.intervals


def test_a_set_within_each_day_is_told_and_taken_for_no_week() -> None:
    rule = "RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1;COUNT=8"
    found = read(calendar(f"UID:a\nDTSTART:20270301T090000\nDURATION:PT1H\n{rule}"))
    assert [one.start.day for one in found.intervals] == [1]
    assert faults(found) == ["line 7: RRULE takes too long to work out, and is not expanded"]


def test_working_hours_are_told_and_not_read() -> None:
    hours = b"BEGIN:VAVAILABILITY\nBUSYTYPE:BUSY\nBEGIN:AVAILABLE\nDTSTART:20270302T090000Z\nEND:AVAILABLE\n"
    content = calendar(NINE).replace(b"END:VCALENDAR", hours + b"END:VAVAILABILITY\nEND:VCALENDAR")
    found = read(content)
    assert spans(found) == [day(3, 2, "09:00", "10:00")]
    (fault,) = faults(found)
    assert fault.endswith(": working hours begin here (VAVAILABILITY), and are not read")


def test_a_free_busy_answer_is_read() -> None:
    content = b"""BEGIN:VCALENDAR
BEGIN:VFREEBUSY
FREEBUSY:20270302T090000Z/20270302T100000Z,20270302T110000Z/PT30M
FREEBUSY;FBTYPE=FREE:20270302T120000Z/PT1H
FREEBUSY;FBTYPE=BUSY-TENTATIVE:20270302T130000Z/PT1H
FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20270302T150000Z/PT1H
FREEBUSY:20270302T150000Z/soon
END:VFREEBUSY
END:VCALENDAR
"""
    found = read(content)
    assert spans(found) == [
        day(3, 2, "09:00", "10:00"),
        day(3, 2, "11:00", "11:30"),
        day(3, 2, "13:00", "14:00"),
        day(3, 2, "15:00", "16:00"),
    ]
    assert faults(found) == ["line 7: FREEBUSY holds a period that is none"]


TOO_OFTEN = "line 11: RRULE repeats more than once a day, and is not expanded; say it as one entry that lasts"


@pytest.mark.parametrize(
    ("entry", "wanted", "fault"),
    [
        ("UID:b\nSUMMARY:x", [], "line 8: an entry begins here without a DTSTART"),
        ("DTSTART:soon", [], "line 9: DTSTART cannot be read"),
        ("DTSTART:20270304T090000\nDTEND:later", [], "line 10: DTEND cannot be read"),
        ("DTSTART:20270304T090000\nDURATION:long", [], "line 10: DURATION cannot be read"),
        ("DTSTART:20270304T090000\nDTEND:20270304T080000", [], "line 10: DTEND is before DTSTART"),
        (
            "DTSTART;VALUE=DATE:20270304\nDTEND;VALUE=DATE:20270303",
            [],
            "line 10: DTEND is before DTSTART",
        ),
        ("DTSTART:20270304T090000\nDURATION:-PT1H", [], "line 10: DURATION is less than nothing"),
        (
            "DTSTART:20270304T090000\nDURATION:PT1H\nRDATE;VALUE=PERIOD:20270305T090000/20270305T080000",
            [day(3, 4, "09:00", "10:00")],
            "line 11: RDATE holds a period that is none",
        ),
        (
            "DTSTART:20270304T090000\nDURATION:PT1H\nRRULE:FREQ=SECONDLY",
            [day(3, 4, "09:00", "10:00")],
            TOO_OFTEN,
        ),
        (
            "DTSTART:20270304T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYMINUTE=0,10,20",
            [day(3, 4, "09:00", "10:00")],
            TOO_OFTEN,
        ),
        (
            "DTSTART:20270304T090000\nDURATION:PT1H\nRRULE:FREQ=SOMETIMES",
            [day(3, 4, "09:00", "10:00")],
            "line 11: RRULE cannot be read",
        ),
        (
            "DTSTART:20270304T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;INTERVAL=0",
            [day(3, 4, "09:00", "10:00")],
            "line 11: RRULE is no rule",
        ),
        *(
            (
                f"DTSTART:20270304T090000\nDURATION:PT1H\nRRULE:{rule}",
                [day(3, 4, "09:00", "10:00")],
                "line 11: RRULE is no rule",
            )
            for rule in (
                "FREQ=DAILY;COUNT=2;COUNT=3",
                "FREQ=MONTHLY;BYMONTHDAY=0",
                "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0",
            )
        ),
        (
            "DTSTART:20270304T090000\nDURATION:PT1H\nDTSTART:20270305T090000",
            [day(3, 4, "09:00", "10:00")],
            "line 11: DTSTART stands in one entry a second time, and otherwise; the first is used",
        ),
        (
            "UID:b\nRECURRENCE-ID:20270304T080000\nDTSTART:20270304T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY",
            [day(3, 4, "09:00", "10:00")],
            "line 13: RRULE is not used in an entry that stands for a repeat of another",
        ),
        (
            "UID:b\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270304T080000\nDTSTART:20270304T090000\nDURATION:PT1H",
            [day(3, 4, "09:00", "10:00")],
            "line 10: stands for all repeats that follow, but their series is not here; only this one is used",
        ),
        (
            "DTSTART:20270304T090000\nDURATION:PT1H\nEXDATE:x,20270305T090000",
            [day(3, 4, "09:00", "10:00")],
            "line 11: EXDATE cannot be read",
        ),
        (
            "DTSTART:20270304T090000\nDURATION:PT1H\nEXRULE:FREQ=DAILY",
            [day(3, 4, "09:00", "10:00")],
            "line 11: EXRULE is not understood; what it leaves out is taken",
        ),
        (
            "DTSTART:20270304T090000\nDURATION:PT1H\nEND:VTODO",
            [day(3, 4, "09:00", "10:00")],
            "line 11: a component ends here that did not begin",
        ),
    ],
)
def test_what_cannot_be_understood_is_told_with_its_line_and_the_rest_is_used(
    entry: str, wanted: Spans, fault: str
) -> None:
    found = read(calendar(NINE, entry))
    assert spans(found) == [TUESDAYS[0], *wanted]
    assert faults(found) == [fault]


def test_nothing_of_a_foreign_text_is_told() -> None:
    private = "rehearsal"
    content = calendar(
        f"SUMMARY:{private}\nDTSTART:{private}",
        f"UID:{private}\nLOCATION:{private}\nDTSTART;TZID={private}:20270302T090000\nRRULE:{private}\nDURATION:{private}",
        f"UID:c{private}\nDTSTART:20270302T090000\nDURATION:PT1H\nRRULE:FREQ={private}\nEXDATE:{private}",
    )
    found = read(content)
    assert len(found.unread) == 5
    assert private not in repr(found)


def test_a_file_that_breaks_off_says_what_it_says() -> None:
    whole = calendar(NINE, "DTSTART:20270304T090000\nDURATION:PT1H")
    found = read(whole[: whole.index(b"DURATION")])
    assert spans(found) == [TUESDAYS[0]]
    assert faults(found) == [
        "line 1: a component that begins here has no end",
        "line 8: a component that begins here has no end",
    ]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way_and_be_folded_anywhere(ends: str) -> None:
    text = calendar(NINE + "RRULE:FREQ=WEEKLY;COUNT=3").decode()
    folded = "\n".join(
        "\n ".join(line[at : at + 7] for at in range(0, len(line), 7)) for line in text.split("\n")
    )
    assert spans(read(b"\xef\xbb\xbf" + folded.replace("\n", ends).encode())) == TUESDAYS


def test_a_line_may_be_folded_within_a_character() -> None:
    named = "Zürich".encode()
    described = calendar(
        NINE.replace("DTSTART", "DTSTART;TZID=Zürich").replace("DTEND:", "DTEND;TZID=Zürich:"),
        zones=SUMMER.replace("Ours", "Zürich"),
    )
    folded = described.replace(named, named[:2] + b"\r\n " + named[2:])
    assert folded != described
    assert read(folded) == read(described)
    assert spans(read(folded)) == [day(3, 2, "08:00", "09:00")]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"ics": "calendar.ics"},
            "ics: the bytes of a file are wanted, such as Path(…).read_bytes(), not str",
        ),
        ({"ics": b"hello"}, "ics: is no calendar: BEGIN:VCALENDAR is missing"),
        ({"ics": b""}, "ics: is no calendar: BEGIN:VCALENDAR is missing"),
        ({"ics": b"x" * 10_000_001}, "ics: 10,000,000 bytes at most are read, not 10,000,001"),
        ({"zone": "Mars/Olympus"}, "zone: there is no time zone 'Mars/Olympus'"),
        ({"zone": None}, "zone: the name of a time zone is wanted, not NoneType"),
        ({"zone": ["UTC"]}, "zone: the name of a time zone is wanted, not list"),
        ({"last": date(2027, 2, 1)}, "last: the last date 2027-02-01 comes before the first, 2027-03-01"),
        ({"last": date(2040, 2, 1)}, "last: ten years at most can be read at once"),
    ],
)
def test_what_cannot_be_read_at_all_is_refused(given: dict[str, Any], message: str) -> None:
    known: dict[str, Any] = {"ics": calendar(NINE), "zone": "Europe/London", "first": FIRST, "last": LAST}
    with pytest.raises(InvalidInput) as caught:
        read_busy(**{**known, **given})
    assert str(caught.value).startswith(message)


def test_more_series_than_can_be_expanded_are_refused_with_the_line_where_it_became_too_much() -> None:
    many = [f"UID:{n}\nDTSTART:20200101T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY" for n in range(400)]
    with pytest.raises(
        InvalidInput, match=r"^line \d+: here it becomes more than is worked out for one file; export fewer"
    ):
        read(calendar(*many), date(2027, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    "entry",
    [
        NINE + "EXDATE:" + "," * 990_000,
        NINE + "RDATE:" + "," * 990_000,
        "END:VEVENT\nBEGIN:VFREEBUSY\nFREEBUSY:" + "," * 990_000 + "\nEND:VFREEBUSY\nBEGIN:VEVENT\n" + NINE,
    ],
)
def test_a_list_of_more_times_than_anybody_has_is_refused_and_not_gone_through(entry: str) -> None:
    with pytest.raises(
        InvalidInput, match=r"^line \d+: here it becomes more than is worked out for one file"
    ):
        read(calendar(entry))


def test_rules_without_end_beside_changes_without_end_are_refused_and_not_gone_through() -> None:
    changes = [
        f"UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270302T09{n:02}00\nDTSTART:20270302T090000\nDURATION:PT1H"
        for n in range(60)
    ]
    with pytest.raises(
        InvalidInput, match=r"^line \d+: here it becomes more than is worked out for one file"
    ):
        read(calendar(NINE + "RRULE:\n" * 100_000, *changes))


def test_a_date_that_no_year_has_is_soon_found_to_be_none() -> None:
    """Forty of them were once looked for until the year 9999."""
    never = [
        f"UID:{n}\nDTSTART:20250130T090000\nDURATION:PT1H\nRRULE:FREQ=YEARLY;BYMONTH=2" for n in range(4000)
    ]
    found = read(calendar(NINE, *never))
    assert (spans(found), found.unread) == ([TUESDAYS[0]], ())


WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@st.composite
def rules(draw: st.DrawFn) -> tuple[str, Callable[[date, date], bool]]:
    """A rule, and what it says of a date by the definition: is it one, when the series begins on another?"""
    interval = draw(st.integers(1, 4))
    months = draw(st.just([]) | st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True))
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]))
    parts = [f"FREQ={freq}", f"INTERVAL={interval}"]
    tests: list[Callable[[date, date], bool]] = [lambda day, _: not months or day.month in months]
    if months:
        parts.append("BYMONTH=" + ",".join(map(str, months)))
    if freq == "MONTHLY":
        days = draw(st.lists(st.integers(1, 31) | st.integers(-31, -1), min_size=1, max_size=3, unique=True))
        parts.append("BYMONTHDAY=" + ",".join(map(str, days)))

        def in_month(day: date, start: date) -> bool:
            following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            left = (day - following).days
            return (day.day in days or left in days) and (
                (day.year - start.year) * 12 + day.month - start.month
            ) % interval == 0

        tests.append(in_month)
    else:
        chosen = draw(st.just([]) | st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=4, unique=True))
        if chosen:
            parts.append("BYDAY=" + ",".join(chosen))

        def on_weekday(day: date, start: date) -> bool:
            return (
                WEEKDAYS[day.weekday()] in chosen
                if chosen
                else freq == "DAILY" or day.weekday() == start.weekday()
            )

        def in_period(day: date, start: date) -> bool:
            if freq == "DAILY":
                return (day - start).days % interval == 0
            monday = start - timedelta(days=start.weekday())
            return (day - monday).days // 7 % interval == 0

        tests += [on_weekday, in_period]
    return ";".join(parts), lambda day, start: all(test(day, start) for test in tests)


@given(rules(), st.dates(date(2019, 1, 1), date(2027, 3, 20)), st.none() | st.integers(1, 30))
@settings(max_examples=150)
def test_a_series_is_on_the_dates_that_its_rule_defines(
    drawn: tuple[str, Callable[[date, date], bool]], start: date, count: int | None
) -> None:
    rule, holds = drawn
    said = rule if count is None else f"{rule};COUNT={count}"
    span = [start + timedelta(days=turn) for turn in range((LAST - start).days + 1)]
    dates = [one for one in span if holds(one, start)]
    if count is not None:
        dates = dates[:count]
    wanted = sorted({one for one in (start, *dates) if FIRST <= one <= LAST})
    found = read(calendar(f"UID:a\nDTSTART:{start:%Y%m%d}T090000\nDURATION:PT1H\nRRULE:{said}"))
    if count is not None and found.unread:
        assert "BYMONTH" in rule or "INTERVAL=1;" not in rule
        return  # a count of dates that may never come is not expanded where it asks too much
    assert [one.start.astimezone(LONDON).date() for one in found.intervals] == wanted


@given(st.lists(st.sampled_from(["provisional", "confirmed", "cancelled", "done"]), min_size=7, max_size=7))
@settings(max_examples=25)
def test_our_own_calendars_say_what_is_booked(statuses: list[Any]) -> None:
    plan = stories.plan(stories.course("c1", "q1"))
    visits = [evolve(one, status=status) for one, status in zip(plan.appointments, statuses, strict=True)]
    found = read(to_ics(visits, audience="clinic", uid_key=b"key"))
    assert found == BusyTimes(
        intervals=[Interval(one.start, one.end) for one in visits if one.status != "cancelled"]
    )


def mutated(content: bytes, draw: Any) -> bytes:
    lines = content.splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 6))):
        at, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        what = draw(st.sampled_from(["drop", "again", "swap", "byte", "cut", "value", "number"]))
        if what == "drop" and len(lines) > 1:
            del lines[at]
        elif what == "again":
            lines.insert(other, lines[at])
        elif what == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        elif what == "byte" and lines[at]:
            place = draw(st.integers(0, len(lines[at]) - 1))
            lines[at] = lines[at][:place] + bytes([draw(st.integers(0, 255))]) + lines[at][place + 1 :]
        elif what == "cut":
            lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
        elif what == "value":
            name = lines[at].partition(b":")[0].partition(b";")[0]
            lines[at] = name + b":" + draw(st.sampled_from(ODD_VALUES)) + b"\r\n"
        else:
            digits = bytes(
                draw(st.sampled_from(b"0123456789")) if 48 <= one < 58 and draw(st.booleans()) else one
                for one in lines[at]
            )
            lines[at] = digits
        at = min(at, len(lines) - 1)
    return b"".join(lines)


ODD_VALUES = [
    b"00010101T000000Z",
    b"99991231T235959",
    b"99991231",
    b"FREQ=DAILY;UNTIL=00010101",
    b"FREQ=YEARLY;BYEASTER=0",
    b"FREQ=MONTHLY;BYDAY=99MO",
    b"FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO",
    b"FREQ=DAILY;COUNT=999999999999",
    b"FREQ=WEEKLY;BYSETPOS=0;BYDAY=MO",
    b"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    b"P99999999999D",
    b"-P1D",
    b"PT0S",
    b"20270101T000000/PT1H",
    b"+9999",
    b"\xff\xfe",
    b"",
]
SAMPLES = [path.read_bytes() for path in sorted(CALENDARS.glob("*.ics"))]


@given(st.data())
@settings(max_examples=400)
def test_whatever_a_file_says_there_is_an_answer_or_invalid_input(data: st.DataObject) -> None:
    content = mutated(data.draw(st.sampled_from(SAMPLES)), data.draw)
    try:
        found = read(content)
    except InvalidInput:
        return
    assert list(found.intervals) == sorted(found.intervals)
    edges = [edge for one in found.intervals for edge in (one.start, one.end)]
    assert edges == sorted(set(edges))


@given(st.binary(max_size=200))
def test_any_bytes_are_answered(content: bytes) -> None:
    for one in (content, b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + content):
        try:
            read(one)
        except InvalidInput:
            continue


def test_who_reads_no_foreign_calendars_needs_no_extra(tmp_path: Path) -> None:
    """A module that cannot be found stands before the one that is installed."""
    script = (
        "import sys\n"
        "sys.modules['recurring_ical_events'] = None\n"
        "from datetime import date\n"
        "from kapsched import InvalidInput, read_busy, to_ics\n"
        "assert to_ics([], audience='clinic', uid_key=b'k')\n"
        "try:\n"
        "    read_busy(b'', zone='Europe/London', first=date(2027, 1, 1), last=date(2027, 1, 1))\n"
        "except InvalidInput as error:\n"
        "    print(error)\n"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout == "reading busy times wants an extra: pip install 'kapsched[busy]'\n"
