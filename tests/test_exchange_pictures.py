"""Do pictures and tables say the same, to everyone, whatever the ids?"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kapsched.errors import InvalidInput
from kapsched.exchange import lanes, strips, svg
from kapsched.exchange.pictures import course_strip, week_by_room
from kapsched.exchange.tables import Table, closing_table, course_table, week_table
from kapsched.exchange.visits import visits
from kapsched.model.bookings import Booking
from kapsched.model.course import Done
from kapsched.model.plan import Plan, Schedule
from kapsched.model.wording import Wording
from kapsched.model.wordings.english import ENGLISH
from tests import calendar_stories as stories

CLINIC = stories.CLINIC
SVG = "{http://www.w3.org/2000/svg}"
MONDAY = date(2027, 3, 22)

DONE = {
    "readying/preparation/1": Done(
        start=datetime(2027, 3, 5, 14, tzinfo=stories.LONDON), staff={"therapist": ["ben"]}
    )
}
PLAN = stories.plan(stories.course("c1", "q17"))
BEGUN = stories.with_status(
    stories.plan(stories.course("c1", "q17", done=DONE)), "induction/dosing/2", "cancelled"
)
SCHEDULE = stories.schedule([PLAN, stories.plan(stories.course("c2", "q18"), hour=13)])


def at(day: int, hour: int) -> datetime:
    return datetime(2027, 3, day, hour, tzinfo=stories.LONDON)


BOOKED = [
    Booking(type="room", resource="ketamine-1", start=at(24, 12), end=at(25, 8)),
    Booking(type="room", resource="ketamine-1", start=at(24, 11), end=at(24, 13)),
    Booking(type="room", resource="elsewhere", start=at(24, 11), end=at(24, 13)),
    Booking(type="staff", resource="ben", start=at(24, 11), end=at(24, 13)),
]


def drawn(picture: str, kind: str) -> list[ET.Element]:
    return [group for group in ET.fromstring(picture).iter(f"{SVG}g") if group.get("class") == kind]  # noqa: S314  # ours


def facts(picture: str, kind: str) -> list[str]:
    """What each visit or stay says of itself."""
    return [group.findtext(f"{SVG}title") or "" for group in drawn(picture, kind)]


def rows(table: Table) -> list[str]:
    return ["; ".join(row) for row in table.rows]


def pictures() -> Iterator[str]:
    for plan in (PLAN, BEGUN, evolve(PLAN, appointments=[])):
        yield course_strip(plan, CLINIC)
    for schedule in (SCHEDULE, stories.schedule([])):
        yield week_by_room(schedule, CLINIC, MONDAY, booked=BOOKED)


@pytest.mark.parametrize("picture", list(pictures()))
def test_a_picture_says_first_what_it_shows(picture: str) -> None:
    root = ET.fromstring(picture)  # noqa: S314  # ours
    title, desc = root[0], root[1]
    assert (root.tag, root.get("role"), root.get("lang")) == (f"{SVG}svg", "img", "en")
    assert (title.tag, desc.tag) == (f"{SVG}title", f"{SVG}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert title.text
    assert desc.text
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("plan", [PLAN, BEGUN])
def test_the_strip_and_its_table_hold_the_same_facts(plan: Plan) -> None:
    assert facts(course_strip(plan, CLINIC), "visit") == rows(course_table(plan, CLINIC))


def test_the_week_and_its_table_hold_the_same_facts() -> None:
    table = week_table(SCHEDULE, CLINIC, MONDAY, booked=BOOKED)
    assert facts(week_by_room(SCHEDULE, CLINIC, MONDAY, booked=BOOKED), "stay") == rows(table)
    assert len(table.rows) == 7


def test_a_course_s_table_tells_every_visit_and_what_is_done() -> None:
    table = course_table(BEGUN, CLINIC)
    assert table.title == "Course c1 of patient q17: kap-twice-weekly"
    assert table.heads == ("Date", "From", "To", "Kind", "Session", "Room", "Staff", "Status")
    assert table.rows[0] == (
        "Fri 5 March 2027", "14:00", "15:00", "preparation", "readying/preparation/1", "", "ben", "done"
    )  # fmt: skip
    assert table.rows[3] == (
        "Mon 22 March 2027", "09:00", "11:45", "dosing", "induction/dosing/2", "ketamine-1",
        "../../ruth, ben, imran", "cancelled",
    )  # fmt: skip
    assert len(table.rows) == 7


def test_a_week_s_table_tells_when_a_room_is_free_again() -> None:
    table = week_table(SCHEDULE, CLINIC, MONDAY, booked=BOOKED)
    assert table.rows[0] == (
        "ketamine-1", "Mon 22 March 2027", "09:00", "11:45", "12:00", "dosing", "c1", "provisional"
    )  # fmt: skip
    assert [row[1:5] for row in table.rows if row[7] == "taken"] == [
        ("Wed 24 March 2027", "11:00", "13:00", "13:00"),
        ("Wed 24 March 2027", "12:00", "24:00", "24:00"),
        ("Thu 25 March 2027", "00:00", "08:00", "08:00"),
    ]


def test_a_cancelled_visit_takes_no_room() -> None:
    without = stories.schedule([stories.with_status(PLAN, "induction/dosing/2", "cancelled")])
    assert [row[5] for row in week_table(without, CLINIC, MONDAY).rows] == ["integration"]


def number(element: ET.Element, name: str) -> float:
    return float(element.get(name) or "nan")


def test_each_visit_stands_under_its_weekday_and_beside_its_week() -> None:
    picture = course_strip(BEGUN, CLINIC)
    shown = visits(BEGUN, CLINIC.place)
    first = shown[0].day - timedelta(days=shown[0].day.weekday())
    tops = set()
    for group, visit in zip(drawn(picture, "visit"), shown, strict=True):
        box = group.find(f"{SVG}rect")
        assert box is not None
        middle = number(box, "x") + number(box, "width") / 2
        assert (middle - strips.LEFT) // strips.CELL == visit.day.weekday()
        tops.add(((visit.day - first).days // 7, number(box, "y")))
    assert [week for week, _ in sorted(tops)] == [0, 2, 3, 4]
    assert [top for _, top in sorted(tops)] == sorted(top for _, top in tops)


def test_the_tick_of_what_is_done_stands_clear_of_its_times() -> None:
    done = stories.with_status(PLAN, PLAN.appointments[0].session, "done")
    group = drawn(course_strip(done, CLINIC), "visit")[0]
    box, path, times = group.find(f"{SVG}rect"), group.find(f"{SVG}path"), group.findall(f"{SVG}text")[-1]
    assert box is not None
    assert path is not None
    tick = float((path.get("d") or "")[1:].split()[0])
    # Eight digits, two colons and a dash come to 69 in a wide font at this size.
    assert number(times, "x") + 69 + 4 < tick
    assert tick + 8.5 < number(box, "x") + number(box, "width")


def test_two_visits_of_one_day_stand_one_below_the_other() -> None:
    early, late = PLAN.appointments[1], PLAN.appointments[2]
    same_day = evolve(late, start=early.end, end=early.end + timedelta(minutes=50))
    shown = drawn(course_strip(evolve(PLAN, appointments=[early, same_day]), CLINIC), "visit")
    upper, lower = (group.find(f"{SVG}rect") for group in shown)
    assert upper is not None
    assert lower is not None
    assert number(upper, "x") == number(lower, "x")
    assert number(upper, "y") + number(upper, "height") <= number(lower, "y")


def test_each_stay_is_as_long_as_it_lasts() -> None:
    picture = week_by_room(SCHEDULE, CLINIC, MONDAY)
    minutes = {"dosing": 180, "integration": 50}
    scale = lanes.Sizes().day / (9 * 60)
    for group, row in zip(drawn(picture, "stay"), week_table(SCHEDULE, CLINIC, MONDAY).rows, strict=True):
        box = group.find(f"{SVG}rect")
        assert box is not None
        assert number(box, "width") == pytest.approx(minutes[row[5]] * scale, abs=0.01)


def test_two_stays_at_once_never_cover_each_other() -> None:
    picture = week_by_room(SCHEDULE, CLINIC, MONDAY, booked=BOOKED)
    boxes = [box for group in drawn(picture, "stay") if (box := group.find(f"{SVG}rect")) is not None]
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            apart = number(one, "x") + number(one, "width") <= number(other, "x") + 0.01
            apart |= number(other, "x") + number(other, "width") <= number(one, "x") + 0.01
            assert apart or number(one, "y") != number(other, "y")


def test_a_dose_is_joined_to_its_integration() -> None:
    def links(plan: Plan) -> int:
        root = ET.fromstring(course_strip(plan, CLINIC))  # noqa: S314  # ours
        return sum(one.get("stroke-linecap") == "round" for one in root.findall(f"{SVG}path"))

    assert links(PLAN) == 3
    assert links(stories.with_status(PLAN, "induction/dosing/1", "cancelled")) == 2


def test_a_closed_day_says_why() -> None:
    picture = course_strip(PLAN, CLINIC)
    assert "Good Friday" in picture
    assert "Easter Monday" in picture


KINDS = st.lists(st.text(min_size=1, max_size=6), max_size=40, unique=True)


@given(KINDS)
def test_no_two_kinds_share_a_letter(kinds: list[str]) -> None:
    letters = [mark.letter for mark in svg.marks(kinds).values()]
    assert len(set(letters)) == len(kinds)


def test_shape_and_letter_tell_what_the_colour_tells() -> None:
    found = svg.marks(["dosing", "debrief", "integration", "review", "music", "ride"])
    assert len({mark.ink for mark in found.values()}) == len({mark.corners for mark in found.values()}) == 6
    assert [mark.letter for mark in found.values()] == ["D", "E", "I", "R", "M", "1"]


def test_the_legend_explains_each_state_in_use() -> None:
    words = {text.text for text in ET.fromstring(course_strip(BEGUN, CLINIC)).iter(f"{SVG}text")}  # noqa: S314  # ours
    assert {"dosing", "integration", "done", "cancelled", "provisional", "closed"} <= words
    assert "confirmed" not in words


IDS = st.text("ab<>&\"'é😀]-; ", min_size=1, max_size=30).filter(str.strip)


@given(IDS, IDS, IDS)
def test_ids_survive_in_pictures_and_tables(course: str, patient: str, kind: str) -> None:
    plan = stories.plan(stories.course(course, patient))
    plan = evolve(plan, appointments=[evolve(one, kind=kind) for one in plan.appointments])
    schedule = stories.schedule([plan])
    assert facts(course_strip(plan, CLINIC), "visit") == rows(course_table(plan, CLINIC))
    table = week_table(schedule, CLINIC, MONDAY)
    assert facts(week_by_room(schedule, CLINIC, MONDAY), "stay") == rows(table)
    assert {(row[5], row[6]) for row in table.rows} == {(kind, course)}
    assert tuple(map(tuple, csv.reader(table.csv().splitlines()))) == (table.heads, *table.rows)
    assert cells(table.html()) == [*table.heads, *(cell for row in table.rows for cell in row)]


def cells(page: str) -> list[str]:
    """The cells of an HTML table, in order."""
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  # asked for by name
            if tag in {"td", "th"}:
                found.append("")

        def handle_data(self, text: str) -> None:
            if found and text.strip("\n"):
                found[-1] += text

    reader = Reader()
    reader.feed(page)
    reader.close()
    return found


def test_the_closing_table_tells_who_starts_who_ends_and_who_could_not_be_placed() -> None:
    refused = stories.refusal(stories.course("c9", "q99"))
    table = closing_table(stories.schedule([PLAN], [refused, evolve(refused, session=None, reasons=[])]))
    assert table.title == "Courses placed: 1 of 3"
    absent = "Away from Thu 1 Apr 2027 to Fri 9 Apr 2027: imran"
    assert table.lines() == (
        "Course  Patient  Starts            Ends               Visits  Proved  Remark",
        "c1      q17      Mon 8 March 2027  Wed 31 March 2027  7       none",
        f"{'c9      q99':54}0               not placed: induction/dosing/2 has no date; {absent}",
        f"{'c9      q99':54}0               not placed",
    )


def test_a_plan_without_visits_says_so() -> None:
    table = closing_table(stories.schedule([evolve(PLAN, appointments=[])]))
    assert table.rows == (("c1", "q17", "", "", "0", "none", "no visits"),)


def test_a_course_that_goes_on_says_of_which_phase_more_is_owed() -> None:
    what = PLAN.course.programme
    phases = [
        *what.phases[:-1],
        evolve(what.phases[-1], times=1, open=True, book_ahead=what.phases[-1].times),
    ]
    course = evolve(PLAN.course, programme=evolve(what, phases=phases))
    first, second = closing_table(
        stories.schedule(
            [evolve(PLAN, course=course), evolve(PLAN, course=evolve(course, id="c2"), appointments=[])]
        )
    ).rows
    owed = f"more of {course.goes_on} is owed, not planned yet"
    assert (first[4], first[-1]) == ("7", owed)
    assert second[-1] == f"no visits; {owed}"


def test_columns_are_aligned_on_the_screen() -> None:
    table = Table(title="", heads=("a", "b"), rows=[("日本", "x"), ("é", "y"), ("long", "z")])
    assert table.lines() == ("a     b", "日本  x", "é     y", "long  z")


def test_pictures_and_tables_are_the_same_every_time() -> None:
    assert list(pictures()) == list(pictures())


def test_a_picture_speaks_the_language_of_its_wording() -> None:
    texts = {**ENGLISH.texts, ("desk", "weekdays"): "Mo Di Mi Do Fr Sa So", ("desk", "closed"): "zu"}
    picture = course_strip(PLAN, CLINIC, wording=Wording(language="de", texts=texts))
    root = ET.fromstring(picture)  # noqa: S314  # ours
    assert root.get("lang") == "de"
    assert {"Mi", "zu"} <= {text.text for text in root.iter(f"{SVG}text")}


def test_a_week_begins_on_a_monday() -> None:
    with pytest.raises(InvalidInput, match="2027-03-23 is none"):
        week_by_room(SCHEDULE, CLINIC, MONDAY + timedelta(days=1))


def test_a_clock_change_moves_no_bar() -> None:
    def starts(schedule: Schedule, monday: date) -> list[str | None]:
        picture = week_by_room(schedule, CLINIC, monday)
        return [group.find(f"{SVG}rect").get("x") for group in drawn(picture, "stay")]  # type: ignore[union-attr]

    before = stories.schedule([stories.plan(stories.course("c1", "q17"), first=date(2027, 1, 4))])
    after = stories.schedule([stories.plan(stories.course("c1", "q17"), first=date(2027, 6, 7))])
    assert starts(before, date(2027, 1, 11)) == starts(after, date(2027, 6, 14)) != []
