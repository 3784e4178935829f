"""Do the pictures of weeks, days and utilisation show everything once, within their edges, and nobody's name?"""

from __future__ import annotations

from datetime import date, datetime
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve

from kapsched.exchange.pictures import day_by_hour, utilisation_strip, week_by_person, week_by_room
from kapsched.exchange.tables import people_table, utilisation_table
from kapsched.exchange.utilisation import utilisation
from kapsched.model.bookings import Booking
from kapsched.model.clinic import Clinic, Horizon
from kapsched.timeline.recurrence import Absence
from tests import calendar_stories as stories
from tests.test_exchange_pictures import SVG, drawn, facts, number, rows

CLINIC = stories.CLINIC
MONDAY = date(2027, 3, 22)
PLANS = [stories.plan(stories.course("c1", "q17")), stories.plan(stories.course("c2", "q18"), hour=13)]
SCHEDULE = stories.schedule(PLANS)
NURSE = "../../ruth"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, day, hour, minute, tzinfo=stories.LONDON)


BOOKED = [
    Booking(type="staff", resource="ben", start=at(24, 11), end=at(24, 13), ref="Mira Vasquez"),
    Booking(type="room", resource="ketamine-1", start=at(24, 12), end=at(25, 8)),
]
PICTURES = {
    "rooms": week_by_room(SCHEDULE, CLINIC, MONDAY, booked=BOOKED),
    "people": week_by_person(SCHEDULE, CLINIC, MONDAY, booked=BOOKED),
    "day": day_by_hour(SCHEDULE, CLINIC, MONDAY, booked=BOOKED)[0],
    "empty day": day_by_hour(stories.schedule([]), CLINIC, MONDAY)[0],
    "utilisation": utilisation_strip(SCHEDULE, CLINIC, booked=BOOKED),
    "no utilisation": utilisation_strip(stories.schedule([]), CLINIC),
}


def test_the_week_by_person_and_its_table_hold_the_same_facts() -> None:
    picture = week_by_person(SCHEDULE, CLINIC, MONDAY, booked=BOOKED)
    table = people_table(SCHEDULE, CLINIC, MONDAY, booked=BOOKED)
    assert facts(picture, "stay") == rows(table)
    assert len(table.rows) == 11


def test_a_person_s_bars_tell_which_segments_they_are_needed_for() -> None:
    nurse = [row for row in people_table(SCHEDULE, CLINIC, MONDAY).rows if row[0] == NURSE and row[6] == "c1"]
    day = "Mon 22 March 2027"
    assert nurse == [
        (NURSE, day, "09:00", "09:15", "09:15", "dosing", "c1", "nurse", "arrival", "ketamine-1", "provisional"),
        (NURSE, day, "10:15", "11:45", "11:45", "dosing", "c1", "nurse", "recovery", "ketamine-1", "provisional"),
    ]  # fmt: skip


def test_a_person_who_stays_for_two_segments_has_one_bar_that_names_both() -> None:
    first = PLANS[0].appointments[1]
    whole = [
        evolve(row, end=first.end) if row.resource == "ben" else row
        for row in first.bookings
        if row.resource != NURSE
    ]
    longer = [evolve(one, bookings=whole) if one is first else one for one in PLANS[0].appointments]
    table = people_table(stories.schedule([evolve(PLANS[0], appointments=longer)]), CLINIC, date(2027, 3, 15))
    assert [row[2:4] + row[8:9] for row in table.rows if row[0] == "ben" and row[5] == "dosing"] == [
        ("09:15", "11:45", "administration")
    ]


def test_what_somebody_stays_for_after_the_patient_is_told_apart() -> None:
    row = next(row for row in people_table(SCHEDULE, CLINIC, MONDAY).rows if row[5] == "integration")
    assert row[2:5] == ("09:00", "09:50", "10:00")
    words = {text.text for text in ET.fromstring(PICTURES["people"]).iter(f"{SVG}text")}  # noqa: S314  # ours
    assert {"tail", "not there"} <= words
    assert "turnaround" not in words


def test_the_day_shows_rooms_and_people_with_all_that_takes_them() -> None:
    told = [fact.split("; ")[0] for fact in facts(PICTURES["day"], "stay")]
    assert told == ["ketamine-1"] * 2 + ["imran"] * 2 + ["ben"] * 2 + [NURSE] * 4


def test_whoever_is_away_has_no_lane_on_that_day() -> None:
    leave = [Absence(first=MONDAY, last=MONDAY)]
    clinic = evolve(CLINIC, staff=[evolve(one, away=leave * (one.id == "ben")) for one in CLINIC.staff])
    (picture,) = day_by_hour(stories.schedule([]), clinic, MONDAY)
    named = {text.text for text in ET.fromstring(picture).iter(f"{SVG}text")}  # noqa: S314  # ours
    assert {"imran", "ketamine-1"} <= named
    assert "ben" not in named


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_reaches_over_the_edge_of_the_picture(name: str) -> None:
    root = ET.fromstring(PICTURES[name])  # noqa: S314  # ours
    width, height = number(root, "width"), number(root, "height")
    for box in root.iter(f"{SVG}rect"):
        if box.get("x") is not None:
            assert 0 <= number(box, "x") <= number(box, "x") + number(box, "width") <= width
            assert 0 <= number(box, "y") <= number(box, "y") + number(box, "height") <= height
    for text in root.iter(f"{SVG}text"):
        long = 0.56 * float(text.get("font-size") or 11) * len(text.text or "")
        begin = number(text, "x") - {"middle": long / 2, "end": long}.get(text.get("text-anchor") or "", 0)
        assert begin >= 0
        assert begin + long <= width, text.text
        assert number(text, "y") <= height


@pytest.mark.parametrize("name", PICTURES)
def test_no_picture_tells_a_patient_s_name_or_what_others_write_beside_their_bookings(name: str) -> None:
    assert "Mira" not in PICTURES[name]
    assert PLANS[0].course.patient.name.startswith("Mira")


@pytest.mark.parametrize("name", PICTURES)
def test_each_picture_says_what_it_shows_and_prints_in_letters_that_can_be_read(name: str) -> None:
    root = ET.fromstring(PICTURES[name])  # noqa: S314  # ours
    assert (root[0].tag, root[1].tag) == (f"{SVG}title", f"{SVG}desc")
    assert root[0].text
    assert root[1].text
    assert root.get("style") == "max-width:100%;height:auto"
    assert min(float(text.get("font-size") or 11) for text in root.iter(f"{SVG}text")) >= 9


def test_the_strip_of_utilisation_and_its_table_hold_the_same_facts() -> None:
    table = utilisation_table(SCHEDULE, CLINIC, booked=BOOKED)
    assert facts(PICTURES["utilisation"], "use") == rows(table)
    assert len({row[2] for row in table.rows}) == 18  # from the horizon's first week to the last visit's
    assert [row[0] or row[1] for row in table.rows[::18]] == [
        "ketamine-1", "Anchor & Co <2>", "doctor", "therapist", "nurse"
    ]  # fmt: skip


def week(clinic: Clinic, booked: list[Booking]) -> dict[str, tuple[int, int, int | None]]:
    """What is booked, worked and the share, by room or role, in the week of the stories."""
    only = evolve(clinic, horizon=Horizon(first_day=MONDAY, days=7))
    return {
        one.id: (one.booked, one.there, one.percent)
        for one in utilisation(stories.schedule([]), only, booked)
    }


def test_a_share_is_what_is_booked_of_the_working_time_that_there_is() -> None:
    # Good Friday is closed: four days of nine hours; what lies outside them does not count.
    found = week(CLINIC, BOOKED)
    assert found["ketamine-1"] == (360, 2160, 17)
    assert found["therapist"] == (120, 2160, 6)
    assert found["doctor"] == (0, 2160, 0)


def test_a_sharing_booking_takes_one_place_and_an_exclusive_one_all_and_nothing_takes_more() -> None:
    double = evolve(CLINIC, staff=[evolve(one, capacity=2) for one in CLINIC.staff])

    def booked(hour: int, *, alone: bool) -> Booking:
        return Booking(
            type="staff", resource="ben", start=at(24, hour), end=at(24, hour + 1), exclusive=alone
        )

    assert week(double, [booked(9, alone=False)])["therapist"] == (60, 4320, 1)
    assert week(double, [booked(9, alone=False)] * 3)["therapist"][0] == 120
    assert week(double, [booked(9, alone=True), booked(9, alone=False)])["therapist"][0] == 120
    assert week(double, [booked(9, alone=False), booked(10, alone=True)])["therapist"][0] == 180


def test_a_role_counts_everybody_who_can_fill_it() -> None:
    two = evolve(CLINIC, staff=[evolve(one, roles=["doctor", "nurse"]) for one in CLINIC.staff[:2]])
    assert week(two, BOOKED)["nurse"] == week(two, BOOKED)["doctor"] == (120, 4320, 3)


def test_a_week_without_working_time_has_no_share_and_is_hatched() -> None:
    shut = evolve(CLINIC, closed=[Absence(first=MONDAY, last=date(2027, 3, 28))])
    assert week(shut, BOOKED)["therapist"] == (0, 0, None)
    only = evolve(shut, horizon=Horizon(first_day=MONDAY, days=7))
    picture = utilisation_strip(stories.schedule([]), only)
    boxes = [group.find(f"{SVG}rect") for group in drawn(picture, "use")]
    assert all(box is not None and (box.get("fill") or "").startswith("url(#hatch") for box in boxes)
    assert len(boxes) == 5


def test_a_long_horizon_goes_on_beneath() -> None:
    late = Booking(
        type="room",
        resource="ketamine-1",
        start=datetime(2028, 6, 5, 9, tzinfo=stories.LONDON),
        end=datetime(2028, 6, 5, 18, tzinfo=stories.LONDON),
    )
    long = evolve(CLINIC, horizon=Horizon(first_day=date(2027, 1, 4), days=730))
    root = ET.fromstring(utilisation_strip(SCHEDULE, long, booked=[late]))  # noqa: S314  # ours
    assert [text.text for text in root.iter(f"{SVG}text")].count("ketamine-1") == 2
    assert number(root, "width") < 1300


def test_a_day_of_many_people_goes_over_several_pictures_none_higher_than_a_page() -> None:
    many = [evolve(CLINIC.staff[0], id=f"person-{number}") for number in range(90)]
    pages = day_by_hour(SCHEDULE, evolve(CLINIC, staff=[*CLINIC.staff, *many]), MONDAY, booked=BOOKED)
    roots = [ET.fromstring(page) for page in pages]  # noqa: S314  # ours
    assert len(roots) == 3
    # A page has 277 mm inside its margins, and the picture is 195 mm wide.
    assert all(number(root, "height") / number(root, "width") < 270 / 195 for root in roots)
    named = [text.text for root in roots for text in root.iter(f"{SVG}text")]
    assert all(named.count(f"person-{turn}") == 1 for turn in range(90))
    ids = [element.get("id") for root in roots for element in root.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    assert sum(len(facts(page, "stay")) for page in pages) == len(facts(PICTURES["day"], "stay"))
