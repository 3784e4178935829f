"""Do holidays come into a clinic's file exactly as they were, from a mapping or a feed, and is the rest told?"""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event, vText

from kapsched.errors import InvalidInput
from kapsched.exchange.clinic_files import clinic_of
from kapsched.exchange.foreign.ics_holidays import MOST_BYTES, Holidays, read_holidays
from kapsched.exchange.foreign.yearly_rules import yearly
from kapsched.exchange.holiday_lines import holiday_lines
from kapsched.exchange.toml_files import TomlFile
from kapsched.timeline.recurrence import Absence
from tests.desk import CLINIC

# As gov.uk and Google write theirs, shortened.
FEED = """\
BEGIN:VCALENDAR
VERSION:2.0
METHOD:PUBLISH
PRODID:uk.gov/GOVUK calendars
CALSCALE:GREGORIAN
BEGIN:VEVENT
DTEND;VALUE=DATE:20270327
DTSTART;VALUE=DATE:20270326
SUMMARY:Good Friday
UID:ca6af7456b0088abad9a69f9f620f5ac-16@gov.uk
SEQUENCE:0
DTSTAMP:20251107T093711Z
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20271225
DTEND;VALUE=DATE:20271227
DTSTAMP:20251107T093711Z
CLASS:PUBLIC
DESCRIPTION:Public holiday
STATUS:CONFIRMED
SUMMARY:Christmas\\, both
  days
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()

SIGNS = st.text("aé😀👩\u200d🚀ש\u200f\u202e'\"\\#=[]\t\r\n\x00\x7f\x85\u2028\ufeff\u00a0,;{}", max_size=12)
NAMES = st.text(max_size=30) | SIGNS
DATES = st.dates(date(1900, 1, 1), date(2999, 12, 31))


def closures(lines: str) -> tuple[Absence, ...]:
    return clinic_of(TomlFile.of(CLINIC + lines, "clinic.toml")).closed


def on(day: date, why: str) -> Absence:
    return Absence(first=day, last=day, why=why)


def event(*lines: str) -> bytes:
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""]
    ).encode()


def days(*lines: str, years: Any = (2027,)) -> list[str]:
    found = read_holidays(event(*lines), years=years)
    assert found.unread == ()
    return [str(day) for day in found.days]


def carried(text: str) -> bool:
    """Can every file carry it? Said once more, by hand: no control signs, no separators of lines, no half of a pair."""
    return not any(
        sign < " "
        or "\x7f" <= sign <= "\x9f"
        or sign in "\u2028\u2029\ufeff\ufffe\uffff"
        or "\ud800" <= sign <= "\udfff"
        for sign in text
    )


@given(days=st.dictionaries(DATES, NAMES, max_size=6), name=NAMES)
def test_the_lines_are_read_back_as_exactly_these_days_or_are_refused(
    days: dict[date, str], name: str
) -> None:
    if not (name.strip() and all(map(carried, [name, *days.values()]))):
        with pytest.raises(InvalidInput):
            holiday_lines(days, name=name)
        return
    lines = holiday_lines(days, name=name, note="by hand")
    assert closures(lines) == tuple(on(day, days[day]) for day in sorted(days))
    assert list(tomllib.loads(lines)["holidays"]) == [name]
    assert lines.splitlines()[0] == "# by hand"


def test_what_cannot_be_seen_is_written_by_its_number_so_that_no_editor_hides_it() -> None:
    lines = holiday_lines({date(2027, 1, 1): '\u202e"\u00a0\\👩\u200d🚀'}, name="a.b")
    assert lines == '[holidays."a.b"]\n2027-01-01 = "\\u202E\\"\\u00A0\\\\👩\u200d🚀"\n'


def test_every_day_that_no_file_can_carry_is_named_and_none_of_the_names() -> None:
    wrong: Any = {
        date(2027, 1, 1): "two\nlines",
        date(2027, 1, 2): 7,
        "2027-01-03": "text",
        date(1, 1, 1): "old",
    }
    with pytest.raises(InvalidInput) as raised:
        holiday_lines(wrong, name="x")
    assert [str(fault) for fault in raised.value.faults] == [
        "days.2027-01-01: it holds '\\n', which not every file can carry",
        "days.2027-01-02: text is wanted",
        "days: a date is wanted, not str",
        "days.0001-01-01: a year from 1900 to 2999 is wanted, not 1",
    ]


def test_a_feed_as_governments_write_theirs_is_read() -> None:
    found = read_holidays(FEED, years=[2027])
    assert found == Holidays(
        days={
            date(2027, 3, 26): "Good Friday",
            date(2027, 12, 25): "Christmas, both days",
            date(2027, 12, 26): "Christmas, both days",
        }
    )
    assert read_holidays(FEED, years=[2026, 2028]).days == {}
    assert read_holidays(b"\xef\xbb\xbf" + FEED.replace(b"\r\n", b"\n"), years=[2027]) == found


@given(
    drawn=st.lists(
        st.tuples(st.dates(date(2026, 12, 1), date(2028, 1, 31)), st.integers(1, 31), NAMES), max_size=5
    )
)
def test_what_another_program_writes_is_read_or_told(drawn: list[tuple[date, int, str]]) -> None:
    calendar, wanted, left = Calendar(), dict[date, list[str]](), []
    for number, (first, length, name) in enumerate(drawn, start=1):
        one = Event()
        one.add("DTSTART", first)
        one.add("DTEND", first + timedelta(days=length))
        kept = re.sub("[\ud800-\udfff\ufeff\r]", "", name)  # icalendar loses them, or cannot write them
        one.add("SUMMARY", vText(kept))
        calendar.add_component(one)
        if not carried(kept):
            left.append(f"entry {number}")
            continue
        for turn in range(length):
            wanted.setdefault(first + timedelta(days=turn), []).append(kept)
    found = read_holidays(calendar.to_ical(), years=[2027])
    if not left:
        joined = {day: "; ".join(filter(None, dict.fromkeys(names))) for day, names in wanted.items()}
        assert found.days == {day: joined[day] for day in sorted(joined) if day.year == 2027}
    assert {fault.path for fault in found.unread} == set(left)


def test_an_entry_without_its_end_is_told_and_takes_no_other_with_it() -> None:
    torn = FEED.replace(b"END:VEVENT\r\n", b"", 1)
    found = read_holidays(torn, years=[2027])
    assert found.days == read_holidays(FEED, years=[2027]).days
    assert [str(fault) for fault in found.unread] == ["line 6: a component that begins here has no end"]


def test_lines_may_end_as_they_once_did() -> None:
    assert read_holidays(FEED.replace(b"\r\n", b"\r"), years=[2027]) == read_holidays(FEED, years=[2027])


def test_more_names_than_a_file_takes_for_one_day_are_told() -> None:
    names = ["a" * 6_000, "b" * 5_000, "c" * 3_000, "a" * 6_000]
    entries = b"".join(event("DTSTART;VALUE=DATE:20270301", f"SUMMARY:{name}") for name in names)
    found = read_holidays(entries, years=[2027])
    assert found.days == {date(2027, 3, 1): f"{names[0]}; {names[2]}"}
    assert closures(holiday_lines(found.days, name="x"))
    assert [str(fault) for fault in found.unread] == [
        "line 8: entry 2: left out: 2027-03-01 has more names than are kept for one day, 10,000 characters"
    ]


def test_days_that_are_full_are_told_once_for_an_entry() -> None:
    names = ["a" * 6_000, "b" * 5_000]
    entries = b"".join(
        event("DTSTART;VALUE=DATE:20270301", "DURATION:P9D", f"SUMMARY:{name}") for name in names
    )
    found = read_holidays(entries, years=[2027])
    assert set(found.days.values()) == {names[0]}
    assert [str(fault) for fault in found.unread] == [
        "line 9: entry 2: left out: 2027-03-01 has more names than are kept for one day, 10,000 characters"
    ]


def test_of_an_entry_that_was_revised_the_latest_form_counts() -> None:
    forms = [
        event(
            "UID:a",
            f"SEQUENCE:{sequence}",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:202703{day}",
            "SUMMARY:x",
        )
        for sequence, stamp, day in (
            (0, "20270101T000000Z", "01"),
            (2, "20260101T000000Z", "02"),
            (2, "20260102T000000Z", "03"),
            (2, "20260102T000000Z", "04"),
        )
    ]
    for entries in (forms, forms[::-1]):
        found = read_holidays(b"".join(entries), years=[2027])
        assert [day.day for day in found.days] == [3, 4]  # of which neither is later
        assert [fault.message.partition(" on line")[0] for fault in found.unread] == [
            "left out: it is an earlier form of the entry"
        ] * 2


def test_entries_without_a_uid_are_no_forms_of_each_other() -> None:
    entries = [
        event(f"SEQUENCE:{turn}", f"DTSTART;VALUE=DATE:2027030{turn}", "SUMMARY:x") for turn in range(1, 4)
    ]
    assert len(read_holidays(b"".join(entries), years=[2027]).days) == 3


def test_a_holiday_that_was_called_off_later_is_none() -> None:
    lines = ["UID:a", "DTSTART;VALUE=DATE:20270301", "SUMMARY:x"]
    entries = event(*lines) + event(*lines, "SEQUENCE:1", "STATUS:CANCELLED")
    assert not read_holidays(entries, years=[2027]).days


def test_more_days_than_are_gone_through_at_once_are_refused_with_the_way_out() -> None:
    entries = event(START, "DURATION:P31D", "RRULE:FREQ=YEARLY", "SUMMARY:x") * 200
    with pytest.raises(InvalidInput) as raised:
        read_holidays(entries, years=range(2020, 2080))
    assert str(raised.value) == (
        "years: there are more than 200,000 days of entries in these years; ask for fewer"
    )
    assert len(read_holidays(entries, years=[2027]).days) == 31


def test_years_far_apart_are_gone_through_no_further_than_others() -> None:
    entries = event("DTSTART;VALUE=DATE:19000101", "DURATION:P31D", "RRULE:FREQ=YEARLY", "SUMMARY:x") * 7000
    with pytest.raises(InvalidInput, match=r"^years: there are more than 200,000 days"):
        read_holidays(entries, years=[1900, 2999])


def test_days_of_an_entry_of_the_year_before_count_in_theirs() -> None:
    lines = "DTSTART;VALUE=DATE:20101230", "DURATION:P4D", "RRULE:FREQ=YEARLY;INTERVAL=2"
    assert days(*lines) == ["2027-01-01", "2027-01-02"]


def test_a_name_may_be_folded_within_a_character() -> None:
    folded = event("DTSTART;VALUE=DATE:20270301", "SUMMARY:Größe").replace(b"\xc3\xb6", b"\xc3\r\n \xb6")
    assert read_holidays(folded, years=[2027]).days == {date(2027, 3, 1): "Größe"}


def test_two_names_of_one_day_stand_beside_each_other() -> None:
    twice = FEED.replace(b"20271225", b"20270326").replace(b"20271227", b"20270327")
    assert read_holidays(twice, years=[2027]).days == {date(2027, 3, 26): "Good Friday; Christmas, both days"}


START = "DTSTART;VALUE=DATE:20200528"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([START, "RRULE:FREQ=YEARLY"], ["2027-05-28", "2028-05-28"]),
        ([START, "RRULE:FREQ=YEARLY;INTERVAL=7"], ["2027-05-28"]),
        ([START, "RRULE:FREQ=YEARLY;COUNT=8"], ["2027-05-28"]),
        ([START, "RRULE:FREQ=YEARLY;UNTIL=20280527"], ["2027-05-28"]),
        ([START, "RRULE:FREQ=YEARLY;UNTIL=20280528T000000Z"], ["2027-05-28", "2028-05-28"]),
        ([START, "RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20270528,20290528"], ["2028-05-28"]),
        ([START, "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO"], ["2027-05-31", "2028-05-29"]),
        ([START, "RRULE:FREQ=YEARLY;BYMONTH=12;BYDAY=-1FR"], ["2027-12-31", "2028-12-29"]),
        ([START, "DURATION:P2D", "RRULE:FREQ=YEARLY;COUNT=8"], ["2027-05-28", "2027-05-29"]),
        (["DTSTART;VALUE=DATE:20200229", "RRULE:FREQ=YEARLY"], ["2028-02-29"]),
        (["DTSTART;VALUE=DATE:20270301", "DTEND;VALUE=DATE:20270301"], ["2027-03-01"]),
        (["DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270102"], ["2027-01-01"]),
        (["DTSTART;VALUE=DATE:20270301", "STATUS:CANCELLED"], []),
        (["DTSTART;TZID=Europe/London;VALUE=DATE:20270301"], ["2027-03-01"]),
        (
            [START, "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=MO;BYMONTHDAY=25,26,27,28,29,30,31"],
            ["2027-05-31", "2028-05-29"],
        ),
        (["DTSTART;VALUE=DATE:20270301", "DTSTAMP:yesterday"], ["2027-03-01"]),
    ],
)
def test_a_day_comes_round_as_its_entry_says(lines: list[str], found: list[str]) -> None:
    assert days(*lines, "SUMMARY:x", years=[2027, 2028]) == found


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["SUMMARY:x"], "it has no DTSTART"),
        (["DTSTART:20270301T090000"], "it has a time of day; a holiday is a whole day"),
        ([START, "DTEND:20270301T090000Z"], "it has a time of day; a holiday is a whole day"),
        ([START, "DTEND;VALUE=DATE:20200527"], "it does not last from 1 to 31 whole days"),
        ([START, "DTEND;VALUE=DATE:20200701"], "it does not last from 1 to 31 whole days"),
        ([START, "DURATION:PT36H"], "it does not last from 1 to 31 whole days"),
        (["DTSTART;VALUE=DATE:2027"], "its DTSTART cannot be read"),
        ([START, START], "its DTSTART stands there twice"),
        (
            ["DTSTART;VALUE=DATE:00010101"],
            "its DTSTART cannot be used: a year from 1900 to 2999 is wanted, not 1",
        ),
        (
            [START, "SUMMARY:two\\nlines"],
            "its SUMMARY cannot be used: it holds '\\n', which not every file can carry",
        ),
        ([START, "RECURRENCE-ID;VALUE=DATE:20200528"], "it changes another entry (RECURRENCE-ID)"),
        ([START, "RDATE;VALUE=DATE:20270301"], "it has further dates (RDATE)"),
        ([START, "RRULE:FREQ=YEARLY", "EXDATE:20270528T090000"], "its EXDATE is no list of dates"),
        *(
            (
                [START, f"RRULE:{rule}"],
                "its rule is not understood; understood are rules of one day in each year",
            )
            for rule in (
                "FREQ=MONTHLY",
                "FREQ=SECONDLY",
                "FREQ=YEARLY;BYMONTH=5,6",
                "FREQ=YEARLY;BYDAY=1MO",
                "FREQ=YEARLY;BYMONTHDAY=1",
                "FREQ=YEARLY;BYMONTH=5;BYDAY=MO",
                "FREQ=YEARLY;BYMONTH=5;BYDAY=XX;BYMONTHDAY=1,2,3,4,5,6,7",
                "FREQ=YEARLY;BYMONTH=5;BYDAY=MO;BYMONTHDAY=1,2,3,4,5,6,8",
                "FREQ=YEARLY;BYMONTH=5;BYDAY=MO;BYSETPOS=-1",
                "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=-1",
                "FREQ=YEARLY;INTERVAL=0",
            )
        ),
    ],
)
def test_what_is_not_understood_is_left_out_and_told_with_its_line(lines: list[str], why: str) -> None:
    found = read_holidays(event(*lines), years=[2027])
    assert [str(fault) for fault in found.unread] == [f"line 2: entry 1: left out: {why}"]
    assert found.days == {}


def test_one_entry_that_is_not_understood_takes_no_other_with_it() -> None:
    found = read_holidays(FEED.replace(b"DTEND;VALUE=DATE:20271227", b"DTEND:20271227T120000"), years=[2027])
    assert list(found.days) == [date(2027, 3, 26)]
    assert [fault.line for fault in found.unread] == [14]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no calendar: it has no BEGIN:VCALENDAR"),
        (b"<html>", "is no calendar: it has no BEGIN:VCALENDAR"),
        (b"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20270301\r\nEND:VEVENT\r\n", "is no calendar"),
        (
            FEED.replace(b"Good", "Größter".encode("latin-1")),
            "line 9: is not UTF-8 text; save the file as UTF-8",
        ),
        (
            b"\xef\xbb\xbf" + FEED.replace(b"Good", "Größter".encode("latin-1")).replace(b"\r\n", b"\r"),
            "line 9: is not UTF-8 text; save the file as UTF-8",
        ),
        (b" " * (MOST_BYTES + 1), "a feed of holidays has at most 1,000,000 bytes, not 1,000,001"),
    ],
)
def test_what_is_no_feed_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_holidays(content, years=[2027])
    assert str(raised.value).startswith(message)


WORDS = [
    *(
        word.encode()
        for word in ("DTSTART", "RRULE:", "EXDATE", ";VALUE=DATE", "=", ":", ";", "\r\n", "\0", '"', ",")
    ),
    *(
        word.encode()
        for word in ("BEGIN:VEVENT", "END:VEVENT", "99991231", "INTERVAL=0", "VALUE=PERIOD", "TZID=X")
    ),
]


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 20), st.sampled_from(WORDS) | st.binary(max_size=4)),
        min_size=1,
        max_size=6,
    )
)
def test_a_spoilt_feed_gives_days_or_is_refused_and_nothing_else(
    edits: list[tuple[float, int, bytes]],
) -> None:
    content = event(
        START, "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", "EXDATE;VALUE=DATE:20270528", "SUMMARY:x"
    )
    for at, length, word in edits:
        place = int(at * len(content))
        content = content[:place] + word + content[place + length :]
    try:
        found = read_holidays(content, years=range(2020, 2040))
    except InvalidInput:
        return
    assert closures(holiday_lines(found.days, name="x")) == tuple(on(*one) for one in found.days.items())


def rules() -> st.SearchStrategy[str]:
    ordinals = st.tuples(
        st.sampled_from([1, 2, 3, 4, 5, -1, -2, -3, -4]), st.sampled_from(["MO", "WE", "SU"])
    )
    places = st.one_of(
        st.just(""),
        st.builds(
            lambda month, day: f";BYMONTH={month};BYMONTHDAY={day}", st.integers(1, 12), st.integers(1, 31)
        ),
        st.builds(
            lambda month, which: f";BYMONTH={month};BYDAY={which[0]}{which[1]}", st.integers(1, 12), ordinals
        ),
        st.builds(
            lambda month, first, weekday: (
                f";BYMONTH={month};BYDAY={weekday};BYMONTHDAY={','.join(str(first + turn) for turn in range(7))}"
            ),
            st.integers(1, 12),
            st.integers(1, 25),
            st.sampled_from(["MO", "WE", "SU"]),
        ),
    )
    ends = st.one_of(
        st.just(""),
        st.integers(1, 9).map(lambda count: f";COUNT={count}"),
        st.integers(2010, 2030).map(lambda year: f";UNTIL={year}0615"),
    )
    return st.builds(
        lambda place, interval, end: f"FREQ=YEARLY;INTERVAL={interval}{place}{end}",
        places,
        st.integers(1, 4),
        ends,
    )


@given(rule=rules(), start=st.dates(date(1990, 1, 1), date(2010, 12, 31)))
def test_a_day_in_each_year_is_the_one_that_dateutil_finds(rule: str, start: date) -> None:
    plain = rrulestr(rule.partition(";COUNT")[0].partition(";UNTIL")[0], dtstart=at_midnight(start))
    end = date(2040, 12, 31)
    later = [
        moment.date() for moment in plain.between(at_midnight(start), at_midnight(end + timedelta(days=1)))
    ]
    wanted = [start, *later]  # which counts from the start, as RFC 5545 has it
    if ";COUNT=" in rule:
        wanted = wanted[: int(rule.partition(";COUNT=")[2])]
    if ";UNTIL=" in rule:
        until = date.fromisoformat(rule.partition(";UNTIL=")[2])
        wanted = [day for day in wanted if day <= until]
    assert list(yearly(rule, start, end)) == wanted


def at_midnight(day: date) -> datetime:
    return datetime.combine(day, time())
