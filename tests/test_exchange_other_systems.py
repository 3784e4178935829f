"""Are the tables of other systems read as they are meant, and is what is odd about them told once?"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kapsched.errors import Fault, InvalidInput
from kapsched.exchange.booking_files import booking_rows
from kapsched.exchange.csv_rows import unused
from kapsched.exchange.documents import (
    TableForm,
    read_bookings,
    read_bookings_file,
)
from kapsched.exchange.written_times import date_in, minutes_in, moment_in, time_in
from kapsched.model.bookings import RESOURCE_TYPES, Booking, Bookings, Resource
from kapsched.timeline.zones import wall
from tests.stories import LONDON, london, quayside, taken

CLINIC = quayside()

THEIRS = """\
Appt;Client no;Client;Room;Clinician;Begins;Length;Status
1;q17;Mira Vasquez;Room 1;Dr Dora Ashe;04/01/2027 09:30;45;Attended
2;q18;Jun Park;Room 1;Dr Dora Ashe;04/01/2027 10:15;1:30;Booked
3;q17;Mira Vasquez;Room 2;Tess Lowe / Tom Birch;05/02/2027 9.00;60,0;Booked
4;q17;Mira Vasquez;Room 2;Tess Lowe;06/02/2027 09:00;60;Cancelled
5;;;Bay;Nurse Nia;07/01/2027 2:15 pm;30;
"""
FORM = TableForm(
    separator=";",
    dates="day first",
    columns={
        "room": "Room",
        "staff": "Clinician",
        "patient": "Client no",
        "start": "begins",
        "minutes": "Length",
        "ref": "Appt",
    },
    words={
        "room": {"Room 1": "blue", "Room 2": "oak", "Bay": "lounge"},
        "staff": {"Dr Dora Ashe": "dora", "Tess Lowe": "tess", "Tom Birch": "tom", "Nurse Nia": "nia"},
    },
    leave_out={"Status": ["Cancelled", "DNA"]},
    joined_by="/",
    shares=["lounge", "nia"],
)

LONG_FORM = """
[bookings]
file = "export.csv"
separator = ";"
dates = "day first"
joined_by = "/"
shares = ["lounge", "nia"]
leave_out = { Status = ["Cancelled", "DNA"] }

[bookings.columns]
room = "Room"
staff = "Clinician"
patient = "Client no"
start = "Begins"
minutes = "Length"
ref = "Appt"

[bookings.words]
room = { "Room 1" = "blue", "Room 2" = "oak", Bay = "lounge" }
staff = { "Dr Dora Ashe" = "dora", "Tess Lowe" = "tess", "Tom Birch" = "tom", "Nurse Nia" = "nia" }
"""


def saved(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "export.csv"
    path.write_bytes(text.encode(encoding))
    return path


def faults_of(reading: Callable[[], object]) -> tuple[Fault, ...]:
    with pytest.raises(InvalidInput) as caught:
        reading()
    return caught.value.faults


def told(reading: Callable[[], object]) -> list[tuple[int | None, str]]:
    return [(fault.line, fault.path) for fault in faults_of(reading)]


# Columns and words


def test_one_row_of_another_system_books_all_that_it_names(tmp_path: Path) -> None:
    found = read_bookings_file(saved(tmp_path, THEIRS), CLINIC, form=FORM)
    assert found.oddities == ()
    assert list(found.bookings) == list(
        Bookings(
            [
                taken("room", "blue", "2027-01-04 09:30", "2027-01-04 10:15", ref="1"),
                taken("staff", "dora", "2027-01-04 09:30", "2027-01-04 10:15", ref="1"),
                taken("patient", "q17", "2027-01-04 09:30", "2027-01-04 10:15", ref="1"),
                taken("room", "blue", "2027-01-04 10:15", "2027-01-04 11:45", ref="2"),
                taken("staff", "dora", "2027-01-04 10:15", "2027-01-04 11:45", ref="2"),
                taken("patient", "q18", "2027-01-04 10:15", "2027-01-04 11:45", ref="2"),
                taken("room", "oak", "2027-02-05 09:00", "2027-02-05 10:00", ref="3"),
                taken("staff", "tess", "2027-02-05 09:00", "2027-02-05 10:00", ref="3"),
                taken("staff", "tom", "2027-02-05 09:00", "2027-02-05 10:00", ref="3"),
                taken("patient", "q17", "2027-02-05 09:00", "2027-02-05 10:00", ref="3"),
                taken("room", "lounge", "2027-01-07 14:15", "2027-01-07 14:45", ref="5", exclusive=False),
                taken("staff", "nia", "2027-01-07 14:15", "2027-01-07 14:45", ref="5", exclusive=False),
            ]
        )
    )


def test_capitals_and_blanks_make_no_other_word(tmp_path: Path) -> None:
    rows = (
        THEIRS.replace("Cancelled", " CANCELLED\u00a0")
        .replace("Room 1", "room  1 ")
        .replace("Dr Dora", "DR DORA")
    )
    as_before = read_bookings(saved(tmp_path, THEIRS), CLINIC, form=FORM)
    assert read_bookings(saved(tmp_path, rows), CLINIC, form=FORM) == as_before
    # A word that is there as it is written goes before one that is only like it.
    form = TableForm(words={"room": {"A": "blue", "a": "green"}}, leave_out={"S": "x", "s": "Y"})
    assert [form.ours("room", word) for word in ("A", "a", " a", "b")] == ["blue", "green", "green", "b"]
    assert [form.passes_over(["s"], [word]) for word in ("X", "y", "z")] == [True, True, False]


def test_what_a_form_says_of_words_that_its_table_lacks_is_found() -> None:
    form = evolve(
        FORM,
        words={
            "room": {"room 1": "blue", "Room 2": "oak", "Room 9": "ash", "Bay": "lounge"},
            "staff": {"Tom BIRCH": "tom", "Tess Low": "tess", "Nurse Nia": "nia"},
            "patient": {"Mira Vasquez": "q17", "Mira Vazquez": "q17"},
        },
        leave_out={"Status": ["cancelled", "Tess Lowe"], "Client no": ""},
        shares=["nia", "Bay", "ash"],
    )
    assert list(unused(THEIRS, form)) == [
        "words.room: 'Room 9' occurs nowhere in it",
        "words.staff: 'Tess Low' occurs nowhere in it",
        "words.patient: 1 of the words occurs nowhere in it",
        "leave_out.Status: 'Tess Lowe' occurs nowhere in it",
        "shares: 'Bay' and 'ash' occur nowhere in it",
    ]
    assert not list(unused(THEIRS, evolve(FORM, leave_out={"Status": "Cancelled"})))


def test_the_first_line_by_which_excel_tells_itself_the_separator_is_understood(tmp_path: Path) -> None:
    as_before = read_bookings(saved(tmp_path, THEIRS), CLINIC, form=FORM)
    for begins in ("sep=;\n", "SEP=;\r\n"):
        path = saved(tmp_path, begins + THEIRS)
        assert read_bookings(path, CLINIC, form=evolve(FORM, separator=",")) == as_before
    assert told(
        lambda: read_bookings(saved(tmp_path, "sep=;\n" + THEIRS.replace("60,0", "x")), CLINIC, form=FORM)
    ) == [(5, "rows.3.Length")]


def test_one_row_for_each_resource_can_have_their_words_for_types_too(tmp_path: Path) -> None:
    rows = """\
        What\tWhich\tDay\tFrom\tTo\tAlone
        Place\t1\t2027-01-04\t09:00\t10:00\tY
        Person\t1\t2027-01-04\t22:00\t00:00\tN
        Client\t1\t2027-01-04\t08:00\t08:30\t
        pool\tnurse\t2027-01-04\t08:00\t08:30\tY
        """.replace("        ", "")
    form = TableForm(
        separator="\t",
        columns={
            "type": "What",
            "resource": "Which",
            "date": "Day",
            "start": "From",
            "end": "To",
            "exclusive": "Alone",
        },
        words={
            "type": {"Place": "room", "Person": "staff", "Client": "patient"},
            "room": {"1": "blue"},
            "staff": {"1": "nia"},
            "exclusive": {"Y": "true", "N": "false"},
        },
    )
    placed = booking_rows(rows, "export.csv", "Europe/London", form)
    assert [one.line for one in placed] == [2, 3, 4, 5]
    assert [one.booking for one in placed] == [
        taken("room", "blue", "2027-01-04 09:00", "2027-01-04 10:00"),
        taken("staff", "nia", "2027-01-04 22:00", "2027-01-05 00:00", exclusive=False),
        taken("patient", "1", "2027-01-04 08:00", "2027-01-04 08:30"),
        taken("pool", "nurse", "2027-01-04 08:00", "2027-01-04 08:30", exclusive=False),
    ]


def test_several_columns_can_name_one_sort_and_are_all_taken(tmp_path: Path) -> None:
    form = TableForm(columns={"staff": ["Lead", "Second"], "start": "Start", "end": "End"})
    rows = "Lead,Second,Start,End\ntess,tom,2027-01-04 09:00,2027-01-04 10:00\n"
    rows += "tess,,2027-01-05 09:00,2027-01-05 10:00\n"
    found = read_bookings(saved(tmp_path, rows), CLINIC, form=form)
    assert [(row.resource, row.start.day) for row in found] == [("tess", 4), ("tess", 5), ("tom", 4)]


def test_a_table_of_ours_may_be_parted_quoted_and_dated_otherwise(tmp_path: Path) -> None:
    rows = "type;resource;start;end;ref;;\nroom;'blue';4.1.2027 9:30;4.1.27 10:30;'a;b';;\n"
    form = TableForm(separator=";", quote="'", dates="day first")
    # The cells that are too many are blank: so other systems end their lines.
    (row,) = read_bookings(saved(tmp_path, rows.replace(";;\n", "\n", 1)), CLINIC, form=form)
    assert (row.of, row.ref) == (Resource("room", "blue"), "a;b")
    assert (row.start, row.end) == (london("2027-01-04 09:30"), london("2027-01-04 10:30"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_table_is_read_in_the_encoding_that_is_said(tmp_path: Path, encoding: str) -> None:
    rows = "Zimmer,Von,Bis\nGrün,2027-01-04 09:00,2027-01-04 10:00\n"
    said = "utf-8" if encoding == "utf-8-sig" else encoding
    form = TableForm(
        encoding=said,
        columns={"room": "Zimmer", "start": "Von", "end": "Bis"},
        words={"room": {"Grün": "green"}},
    )
    (row,) = read_bookings(saved(tmp_path, rows, encoding), CLINIC, form=form)
    assert row.resource == "green"


def test_a_table_in_another_encoding_than_is_said_is_a_fault_with_its_line(tmp_path: Path) -> None:
    path = saved(tmp_path, "Zimmer,Von,Bis\nGrün,,\n", "cp1252")
    (fault,) = faults_of(lambda: read_bookings(path, CLINIC))
    assert str(fault) == (
        "export.csv:2: is not UTF-8 text: byte 0xfc is no part of it; save the file as UTF-8"
    )
    marked = saved(tmp_path, "type,resource,start,end\n", "utf-8-sig")
    (fault,) = faults_of(lambda: read_bookings(marked, CLINIC, form=TableForm(encoding="cp1252")))
    assert str(fault) == (
        "export.csv:1: begins with the mark of UTF-8, and is read as cp1252; its encoding is utf-8"
    )
    assert not read_bookings(marked, CLINIC, form=TableForm(encoding="utf-8-sig"))
    path = saved(tmp_path, "Zimmer,Von,Bis\nGrün,,\n", "cp1252")
    (fault,) = faults_of(lambda: read_bookings(path, CLINIC, form=TableForm(encoding="ascii")))
    assert str(fault) == "export.csv:2: is not ascii text: byte 0xfc is no part of it"


# Dates and times


@pytest.mark.parametrize(
    ("dates", "cell", "meant"),
    [
        ("iso", "2027-01-04T09:30", "2027-01-04 09:30"),
        ("day first", "04/01/2027 09:30", "2027-01-04 09:30"),
        ("day first", "4.1.27 9.30", "2027-01-04 09:30"),
        ("day first", "04-01-2027, 09:30:15", "2027-01-04 09:30:15"),
        ("day first", "04/01/2027 12:05 am", "2027-01-04 00:05"),
        ("day first", "04/01/2027 12:05 PM", "2027-01-04 12:05"),
        ("month first", "04/01/2027 9:30pm", "2027-04-01 21:30"),
        ("month first", "2027-01-04 09:30", "2027-01-04 09:30"),
        ("day first", "2027/01/04 09:30", "2027-01-04 09:30"),
        ("iso", "2027-1-4 9:30", "2027-01-04 09:30"),
        ("day first", "04/01/2027\u00a009:30\u202fam", "2027-01-04 09:30"),
        ("iso", "2027-01-04\u00a009:30", "2027-01-04 09:30"),
    ],
)
def test_a_moment_is_read_in_the_order_that_is_said(dates: Any, cell: str, meant: str) -> None:
    assert moment_in(f" {cell} ", dates) == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    ("dates", "cell", "others"),
    [
        ("iso", "04/01/2027 09:30", '; it is one with dates = "day first" or "month first"'),
        ("iso", "14.1.27 09:30", '; it is one with dates = "day first"'),
        ("day first", "31/02/2027 09:30", ""),
        ("month first", "13/01/2027 09:30", '; it is one with dates = "day first"'),
        ("day first", "01/13/2027 09:30", '; it is one with dates = "month first"'),
        ("day first", "04/01-2027 09:30", ""),
        ("day first", "04/01/2027", ""),
        ("day first", "04/01/2027 13:30 pm", ""),
        ("day first", "04/01/2027 24:30", ""),
        ("day first", "04/01/2027 24:00", ""),
        ("day first", "04/01/027 09:30", ""),
        ("day first", "", ""),
    ],
)
def test_what_is_no_moment_in_that_order_is_refused_with_an_example(
    dates: Any, cell: str, others: str
) -> None:
    example = {"iso": "2027-01-04T", "day first": "04/01/2027 ", "month first": "01/04/2027 "}[dates]
    (fault,) = faults_of(lambda: moment_in(cell, dates))
    assert fault.message == f'a date and time such as "{example}09:30" is wanted, not {cell!r}{others}'


def test_dates_times_and_lengths_stand_alone_too() -> None:
    day = date(2027, 1, 4)
    assert [date_in(cell, "day first") for cell in ("04/01/2027", "2027-01-04")] == [day, day]
    assert [time_in(cell, day).strftime("%d %H:%M") for cell in ("9:05", "09.05", "9:05 PM")] == [
        "04 09:05",
        "04 09:05",
        "04 21:05",
    ]
    assert [time_in(cell, day, ends=True).day for cell in ("00:00", "24:00", "23:59")] == [5, 5, 4]
    lengths = ("45", "45,0", "45.00 min", "1:30", "90\u00a0Minutes", "0:45:30")
    assert [minutes_in(cell) / timedelta(minutes=1) for cell in lengths] == [45, 45, 45, 90, 90, 45.5]
    for wrong in ("0", "-5", "", "1:75", "1:30:75", "1:75:9:1", "an hour"):
        assert faults_of(partial(minutes_in, wrong))
    for wrong in ("1.5", "0,75", "1.5 min"):
        (fault,) = faults_of(partial(minutes_in, wrong))
        assert fault.message.endswith("; an hour and a half is 1:30")
    ends = [moment_in(cell, "day first", ends=True) for cell in ("04/01/2027 24:00", "2027-01-04T24:00")]
    assert [one.isoformat() for one in ends] == ["2027-01-05T00:00:00"] * 2
    assert moment_in("04/01/2027 00:00", "day first", ends=True).day == 4
    for wrong in ("24:00", "9", "25:00"):
        assert faults_of(partial(time_in, wrong, day))
    for wrong in ("04/13/2027", "04/01/1827"):
        assert faults_of(partial(date_in, wrong, "day first"))


def test_a_time_that_the_clocks_skip_is_a_fault_of_its_row(tmp_path: Path) -> None:
    skipped = THEIRS.replace("04/01/2027 09:30", "28/03/2027 01:30")
    (fault,) = faults_of(lambda: read_bookings(saved(tmp_path, skipped), CLINIC, form=FORM))
    assert str(fault) == ("export.csv:2: rows.1.Begins: the clocks in Europe/London skip 01:30 on 2027-03-28")


def test_an_end_that_the_clocks_show_twice_is_the_one_after_the_start(tmp_path: Path) -> None:
    form = TableForm(columns={"room": "R", "date": "D", "start": "S", "end": "E"})
    rows = "R,D,S,E\nblue,2027-10-31,01:45,01:15\nblue,2027-10-31,01:15,01:45\noak,2027-10-30,01:45,01:15\n"
    (fault,) = faults_of(lambda: read_bookings(saved(tmp_path, rows), CLINIC, form=form))
    assert (fault.line, fault.message) == (4, "the end must come after the start")
    found = read_bookings(saved(tmp_path, rows.rpartition("oak")[0]), CLINIC, form=form)
    assert sorted((one.end - one.start) / timedelta(minutes=1) for one in found) == [30, 30]


# Faults


def test_every_fault_has_its_row_its_column_and_its_line(tmp_path: Path) -> None:
    rows = THEIRS + (
        "6;q17;Mira Vasquez;Room 1;;soon;;Booked\n"
        ";;;;;08/01/2027 09:00;0;Booked\n"
        "7;q17;Mira Vasquez;Room 1;;08/01/2027 09:00;60;Booked;and more\n"
        "8;q17\n"
        "9;q17;Mira Vasquez;nonsense;;soon;;DNA\n"
    )
    found = faults_of(lambda: read_bookings(saved(tmp_path, rows), CLINIC, form=FORM))
    assert [(fault.source, fault.line, fault.path) for fault in found] == [
        ("export.csv", 7, "rows.6.Begins"),
        ("export.csv", 7, "rows.6.Length"),
        ("export.csv", 8, "rows.7"),
        ("export.csv", 8, "rows.7.Length"),
        ("export.csv", 9, "rows.8"),
        ("export.csv", 10, "rows.9.Begins"),
        ("export.csv", 10, "rows.9.Length"),
    ]
    assert "put a text with ';' in quotes" in found[4].message


def test_a_first_line_that_lacks_columns_is_told_once_for_each(tmp_path: Path) -> None:
    rows = THEIRS.replace("Room;", "Place;").replace(";Status", ";State").replace("Client;", "Begins;")
    found = faults_of(lambda: read_bookings(saved(tmp_path, rows), CLINIC, form=FORM))
    assert [str(fault) for fault in found] == [
        "export.csv:1: header: there is no column 'Room'",
        "export.csv:1: header: the column 'begins' stands twice",
        "export.csv:1: header: there is no column 'Status'",
    ]


@pytest.mark.parametrize(
    ("columns", "path"),
    [
        ({"room": "Room", "end": "To"}, "form.columns"),
        ({"room": "Room", "start": "From"}, "form.columns"),
        ({"room": "Room", "start": "From", "end": "To", "minutes": "Length"}, "form.columns"),
        ({"start": "From", "end": "To"}, "form.columns"),
        ({"type": "What", "start": "From", "end": "To"}, "form.columns"),
        ({"type": "What", "resource": "Which", "room": "Room", "start": "a", "end": "b"}, "form.columns"),
        ({"room": "Room", "start": ["From", "Or"], "end": "To"}, "form.columns.start"),
        ({"room": "Room", "start": "From", "end": "To", "colour": "Colour"}, "form.columns.colour"),
    ],
)
def test_columns_that_make_no_bookings_are_refused(tmp_path: Path, columns: Any, path: str) -> None:
    form = TableForm(columns=columns)
    (fault,) = faults_of(lambda: read_bookings(saved(tmp_path, THEIRS), CLINIC, form=form))
    assert (fault.path, fault.source) == (path, "")


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"separator": ";;"}, "separator"),
        ({"separator": '"'}, "separator"),
        ({"quote": "\n"}, "quote"),
        ({"encoding": "base64"}, "encoding"),
        ({"encoding": "klingon"}, "encoding"),
        ({"dates": "week first"}, "dates"),
        ({"words": {"colour": {"a": "b"}}}, "words"),
        ({"words": {"room": {"a": ""}}}, "words"),
        ({"leave_out": {"Status": []}}, "leave_out"),
        ({"columns": {"room": []}}, "columns"),
    ],
)
def test_a_form_that_cannot_be_is_refused_by_name(said: Any, path: str) -> None:
    (fault,) = faults_of(lambda: TableForm(**said))
    assert fault.path == path


NAME = "Mira Vasquez"


@pytest.mark.parametrize(
    "cell", ["J. L.", "O'B", "\u674e", "Mo", "am", "PM", "X Z", "#", "2027-01-04 09:30 Mo"]
)
def test_a_cell_of_more_than_a_date_or_a_time_is_not_shown(cell: str) -> None:
    day = date(2027, 1, 4)
    for reading in (
        partial(moment_in, cell, "day first"),
        partial(date_in, cell, "iso"),
        partial(time_in, cell, day),
        partial(minutes_in, cell),
    ):
        (fault,) = faults_of(reading)
        assert fault.message.endswith("not other signs" if cell == "#" else "not words")


def test_a_patient_s_name_stands_in_no_message_wherever_a_table_has_it(tmp_path: Path) -> None:
    lines = [line.split(";") for line in THEIRS.replace(f";{NAME};", ";;").splitlines()]
    refused = 0
    for row, column in product(range(len(lines)), range(len(lines[0]))):
        cells = [list(line) for line in lines]
        cells[row][column] = NAME
        path = saved(tmp_path, "\n".join(map(";".join, cells)))
        try:
            found = read_bookings_file(path, CLINIC, form=evolve(FORM, words={}))
        except InvalidInput as error:
            refused += 1
            said = str(error)
        else:
            said = "".join(map(str, found.oddities))
        assert NAME not in said
    assert refused > len(lines)


def test_a_name_where_a_type_or_an_end_should_be_stands_in_no_message(tmp_path: Path) -> None:
    form = TableForm(
        columns={"type": "a", "resource": "b", "start": "c", "end": "d", "exclusive": "e", "ref": "f"}
    )
    rows = f"a,b,c,d,e,f\n{','.join([NAME] * 5)},\npatient,{NAME},2027-01-04 10:00,2027-01-04 09:00,,\n"
    for ending in ("\n", "\x07"):
        rows += f'patient,"{NAME}{ending}",2027-01-04 10:00,2027-01-04 11:00,,\n'
    found = faults_of(lambda: read_bookings(saved(tmp_path, rows), CLINIC, form=form))
    assert [(fault.line, fault.path) for fault in found] == [
        (2, "rows.1.a"),
        (2, "rows.1.c"),
        (2, "rows.1.d"),
        (2, "rows.1.e"),
        (3, "rows.2.d"),
        (6, "rows.4.b"),
    ]
    assert NAME not in str(InvalidInput(*found))


# There and back


WORDS = st.text(st.characters(codec="cp1252", categories=["L", "N"]), min_size=1, max_size=6)
MOMENTS = st.integers(0, 70 * 24 * 60).map(
    lambda minutes: london("2027-01-04 00:00") + timedelta(minutes=minutes)
)


@st.composite
def bookings(draw: st.DrawFn) -> Booking:
    start = draw(MOMENTS)
    type = draw(st.sampled_from(RESOURCE_TYPES))
    return Booking(
        type=type,
        resource=draw(WORDS),
        start=start,
        end=start + timedelta(minutes=draw(st.integers(1, 600))),
        exclusive=type != "pool" and draw(st.booleans()),
        ref=draw(WORDS),
    )


@given(
    some=st.lists(bookings(), max_size=6),
    separator=st.sampled_from(",;\t|"),
    quote=st.sampled_from("\"'"),
    shown=st.sampled_from(
        [
            ("iso", "%Y-%m-%d %H:%M"),
            ("day first", "%d/%m/%Y %H:%M"),
            ("day first", "%d.%m.%Y %I:%M %p"),
            ("month first", "%m/%d/%Y %H:%M"),
        ]
    ),
    in_minutes=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
)
def test_what_is_written_in_some_form_is_read_in_it(
    some: list[Booking], separator: str, quote: str, shown: Any, in_minutes: bool, encoding: str
) -> None:
    dates, pattern = shown
    written = StringIO()
    rows = csv.writer(written, delimiter=separator, quotechar=quote)
    rows.writerow(["Ref", "Which", "Sort", "On", "Till", "Alone"])
    for one in some:
        length = str((one.end - one.start) // timedelta(minutes=1))
        start, end = (wall(moment, LONDON).strftime(pattern) for moment in (one.start, one.end))
        rows.writerow(
            [one.ref, f"<{one.resource}>", one.type, start, length if in_minutes else end, one.exclusive]
        )
    form = TableForm(
        separator=separator,
        quote=quote,
        dates=dates,
        encoding=encoding,
        columns={
            "type": "Sort",
            "resource": "Which",
            "start": "On",
            "minutes" if in_minutes else "end": "Till",
            "exclusive": "Alone",
            "ref": "Ref",
        },
        words={
            type: {f"<{one.resource}>": one.resource for one in some if one.type == type}
            for type in RESOURCE_TYPES
        },
    )
    text = written.getvalue().encode(encoding).decode(encoding)
    read = booking_rows(text, "export.csv", "Europe/London", form)
    assert [one.booking for one in read] == some
