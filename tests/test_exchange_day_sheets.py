"""Can the sheet of a day be printed and hung on the wall, and does it tell all of the day and no more?"""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser

import pytest
from attrs import evolve

from kapsched.exchange.day_sheets import day_sheet
from kapsched.model.bookings import Booking
from tests import calendar_stories as stories
from tests.test_exchange_pictures import MONDAY, PLAN, SCHEDULE, at

CLINIC = stories.CLINIC
BOOKED = [
    Booking(
        type="staff",
        resource="ben",
        start=at(
            22,
            16,
        ),
        end=at(22, 18),
        ref="Mira's dentist",
    )
]
SHEET = day_sheet(SCHEDULE, CLINIC, MONDAY, booked=BOOKED)
VOID = {"meta"}


class Page(HTMLParser):
    """The text of each row of the table and of each entry of a list; what stays open at the end."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.entries: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  # asked for by name
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")
        if tag == "li":
            self.entries.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "td" in self.open:
            self.rows[-1][-1] += data
        if "li" in self.open:
            self.entries[-1] += data


def test_every_visit_of_the_day_stands_in_one_row_with_its_segments() -> None:
    dose = "{}:00 arrival: ../../ruth {}:15 administration: ben, imran {}:15 recovery: ../../ruth"
    assert Page(SHEET).rows[1:] == [
        ["09:00–11:45", "q17", "dosing provisional", "ketamine-1", dose.format("09", "09", "10")],
        ["13:00–15:45", "q18", "dosing provisional", "ketamine-1", dose.format("13", "13", "14")],
    ]


def test_each_person_has_a_list_of_what_they_are_needed_for() -> None:
    assert Page(SHEET).entries == [
        "09:15–10:15 q17 administration, ketamine-1",
        "13:15–14:15 q18 administration, ketamine-1",
        "09:15–10:15 q17 administration, ketamine-1",
        "13:15–14:15 q18 administration, ketamine-1",
        "16:00–18:00 taken",
        "09:00–09:15 q17 arrival, ketamine-1",
        "10:15–11:45 q17 recovery, ketamine-1",
        "13:00–13:15 q18 arrival, ketamine-1",
        "14:15–15:45 q18 recovery, ketamine-1",
    ]
    assert re.findall("<h2>(.*?) <small>(.*?)</small></h2>", SHEET) == [
        ("imran", "doctor"), ("ben", "therapist"), ("../../ruth", "nurse")
    ]  # fmt: skip


def test_every_bar_of_the_day_is_drawn_in_the_page_itself() -> None:
    assert SHEET.count('<g class="stay">') == 2 + len(Page(SHEET).entries)


def test_the_page_needs_nothing_from_anywhere_and_is_cut_to_a4() -> None:
    assert "@page { size: A4;" in SHEET
    assert re.findall(r"(?:src|href)=|@import|url\((?!#)", SHEET) == []
    assert set(re.findall(r"https?://[^\"\s]+", SHEET)) == {"http://www.w3.org/2000/svg"}


def test_everything_that_is_opened_is_closed() -> None:
    assert Page(SHEET).open == []


@pytest.mark.parametrize("names", [False, True])
def test_a_name_stands_once_beside_its_visit_and_only_where_it_is_asked_for(names: bool) -> None:
    sheet = day_sheet(SCHEDULE, CLINIC, MONDAY, booked=BOOKED, names=names)
    assert sheet.count("Mira") == (2 if names else 0)
    assert [row[1] for row in Page(sheet).rows[1:]] == (
        ["q17 Mira Vasquez", "q18 Mira Vasquez"] if names else ["q17", "q18"]
    )


def test_ids_survive_on_paper_whatever_they_are_made_of() -> None:
    odd = stories.plan(stories.course("<c1>", '"&<b>'))
    page = Page(day_sheet(stories.schedule([odd]), CLINIC, MONDAY))
    assert page.rows[1][1] == '"&<b>'
    tuesday = Page(day_sheet(stories.schedule([odd]), CLINIC, date(2027, 3, 23)))
    assert tuesday.rows[1][3] == "Anchor & Co <2>"


def test_a_cancelled_visit_is_struck_out_and_nobody_is_needed_for_it() -> None:
    gone = stories.schedule([stories.with_status(PLAN, "induction/dosing/2", "cancelled")])
    sheet = day_sheet(gone, CLINIC, MONDAY)
    assert sheet.count('<tr class="visit cancelled">') == 1
    assert "dosing cancelled" in Page(sheet).rows[1]
    assert Page(sheet).entries == []


def test_the_page_says_of_which_revision_it_is() -> None:
    sheet = day_sheet(evolve(SCHEDULE, revision=3), CLINIC, MONDAY)
    assert "Visits: 2. Revision 3 of the schedule, made on Wed 2 December 2026, 09:00." in sheet


def test_letters_on_paper_are_large_enough_to_be_read() -> None:
    width = float((re.search(r'viewBox="0 0 ([\d.]+)', SHEET) or ["", "0"])[1])
    points = (
        195 / width * 72 / 25.4
    )  # the picture is as wide as the page inside its margins, and its own beside
    assert width > 0
    assert min(map(float, re.findall(r'font-size="([\d.]+)"', SHEET))) * points > 6.5


def test_the_same_day_gives_the_same_bytes() -> None:
    assert day_sheet(SCHEDULE, CLINIC, MONDAY, booked=BOOKED) == SHEET
