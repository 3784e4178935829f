"""Does what is shown of a course, a person, a room or a day say everything once, and no more than it should?"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from attrs import evolve

from kapsched.exchange.stays import week_of
from kapsched.exchange.views import (
    Row,
    View,
    busy_days,
    course_views,
    nearest,
    resource_view,
    visits_view,
)
from kapsched.model.bookings import Booking, Resource
from kapsched.model.plan import Schedule
from tests import calendar_stories as stories
from tests.test_exchange_pictures import BEGUN, MONDAY, PLAN, at

SCHEDULE = stories.schedule(
    [BEGUN, stories.plan(stories.course("c2", "q18"), hour=13)],
    [stories.refusal(stories.course("c9", "q99"))],
)
NURSE = Resource("staff", "../../ruth")
BOOKED = [
    Booking(type="room", resource="ketamine-1", start=at(24, 11), end=at(24, 13), ref="painters"),
    Booking(type="staff", resource="ben", start=at(24, 11), end=at(24, 13), ref="teaching"),
    Booking(type="patient", resource="q17", start=at(24, 11), end=at(24, 13), ref="dentist"),
]


def rows(view: View) -> list[Row]:
    return [row for _, some in view.groups for row in some]


def told(view: View, *heads: str) -> list[tuple[str, ...]]:
    places = [view.heads.index(head) for head in heads]
    return [tuple(row.cells[place] for place in places) for row in rows(view)]


def test_a_course_is_shown_month_by_month_with_what_is_done_and_what_is_cancelled() -> None:
    (view,) = course_views(SCHEDULE, "q17")
    assert (view.title, view.summary) == ("Course c1 of patient q17: kap-twice-weekly", "Visits: 7")
    assert [heading for heading, _ in view.groups] == ["March 2027"]
    assert told(view, "Date", "Time", "Kind", "Status")[:4] == [
        ("Fri  5", "14:00–15:00", "preparation", "done"),
        ("Mon 15", "09:00–11:45", "dosing", "provisional"),
        ("Tue 16", "09:00–09:50", "integration", "provisional"),
        ("Mon 22", "09:00–11:45", "dosing", "cancelled"),
    ]
    assert [row.tone for row in rows(view)[:4]] == ["done", "", "", "cancelled"]


def test_a_course_is_shown_on_some_days_alone_where_these_are_asked_for() -> None:
    (view,) = course_views(SCHEDULE, "q18", week_of(MONDAY))
    assert told(view, "Date", "Kind") == [("Mon 22", "dosing"), ("Tue 23", "integration")]
    (view,) = course_views(SCHEDULE, "q18", [MONDAY + timedelta(days=2)])
    assert (view.summary, view.groups) == ("no visits", ())


def test_a_course_that_was_refused_says_why() -> None:
    (view,) = course_views(SCHEDULE, "q99")
    assert view.title == "Course c9 of patient q99: kap-twice-weekly"
    assert view.summary.startswith("not placed: induction/dosing/2 has no date; Away from Thu 1 Apr 2027")


def test_a_patient_with_two_courses_has_two_views() -> None:
    again = stories.plan(stories.course("c3", "q17"), first=date(2027, 5, 3))
    both = course_views(stories.schedule([PLAN, again]), "q17")
    assert [view.title.split()[1] for view in both] == ["c1", "c3"]


def test_a_single_day_is_told_segment_by_segment() -> None:
    view = visits_view(stories.schedule([PLAN]), [MONDAY])
    assert view.title == "quayside: Mon 22 March 2027"
    assert told(view, "Time", "Patient", "Kind", "Room", "Staff") == [
        ("09:00–11:45", "q17", "dosing", "ketamine-1", "../../ruth, ben, imran"),
        (" 09:00–09:15", "", " arrival", "", "../../ruth"),
        (" 09:15–10:15", "", " administration", "", "ben, imran"),
        (" 10:15–11:45", "", " recovery", "", "../../ruth"),
    ]
    assert [row.tone for row in rows(view)] == ["", "part", "part", "part"]


def test_a_segment_in_another_room_says_which() -> None:
    dose = PLAN.appointments[1]
    start = dose.start + timedelta(minutes=75)
    bookings = [row for row in dose.bookings if row.type != "room"]
    bookings += [
        Booking(type="room", resource="ketamine-1", start=dose.start, end=start),
        Booking(type="room", resource="lounge", start=start, end=dose.end),
    ]
    moved = evolve(PLAN, appointments=[evolve(dose, bookings=bookings)])
    view = visits_view(stories.schedule([moved]), [date(2027, 3, 15)])
    assert [room for (room,) in told(view, "Room")] == [
        "ketamine-1, lounge", "ketamine-1", "ketamine-1", "lounge"
    ]  # fmt: skip


def test_a_visit_that_lasts_otherwise_than_its_kind_is_told_without_segments() -> None:
    dose = PLAN.appointments[1]
    longer = evolve(PLAN, appointments=[evolve(dose, end=dose.end + timedelta(minutes=5))])
    view = visits_view(stories.schedule([longer]), [date(2027, 3, 15)])
    assert told(view, "Time", "Kind") == [("09:00–11:50", "dosing")]


def test_a_cancelled_visit_has_no_segments_and_needs_nobody() -> None:
    (row,) = (row for row in rows(visits_view(SCHEDULE, [MONDAY])) if row.cells[1] == "q17")
    assert row.tone == "cancelled"
    assert {cells[0] for cells in told(resource_view(SCHEDULE, NURSE, [MONDAY]), "Patient")} == {"q18"}


def test_a_week_of_everybody_is_told_day_by_day() -> None:
    view = visits_view(SCHEDULE, week_of(MONDAY))
    assert view.title == "quayside: week of Mon 22 March 2027"
    assert [(heading, len(some)) for heading, some in view.groups] == [
        ("Mon 22 March 2027", 2), ("Tue 23 March 2027", 2)
    ]  # fmt: skip


def test_every_visit_of_a_schedule_is_shown_exactly_once_over_its_days() -> None:
    wanted = sorted(f"{plan.course.id} {one.session}" for plan in SCHEDULE.plans for one in plan.appointments)
    days = busy_days(SCHEDULE)
    daily = [row for day in days for row in rows(visits_view(SCHEDULE, [day])) if row.tone != "part"]
    found = sorted(" ".join(row.cells[-2:]) for row in daily if row.tone != "done")
    assert found == wanted


def test_a_person_is_told_for_whom_for_what_and_where_they_are_needed() -> None:
    view = resource_view(stories.schedule([PLAN]), NURSE, week_of(MONDAY))
    assert (view.title, view.summary) == ("Staff ../../ruth: week of Mon 22 March 2027", "Visits: 1")
    assert told(view, "Time", "Patient", "Kind", "Segment", "Room", "Role") == [
        ("09:00–09:15", "q17", "dosing", "arrival", "ketamine-1", "nurse"),
        ("10:15–11:45", "q17", "dosing", "recovery", "ketamine-1", "nurse"),
    ]


def test_what_somebody_or_a_room_needs_after_the_patient_is_told_beside_the_visit() -> None:
    tuesday = MONDAY + timedelta(days=1)
    schedule = stories.schedule([PLAN])
    ben = resource_view(schedule, Resource("staff", "ben"), [tuesday])
    assert told(ben, "Time", "Free from") == [("09:00–09:50", "10:00")]
    room = resource_view(schedule, Resource("room", "ketamine-1"), [MONDAY])
    assert told(room, "Time", "Staff", "Free from") == [("09:00–11:45", "../../ruth, ben, imran", "12:00")]


def test_what_else_is_booked_is_shown_where_it_is_given_and_a_patient_s_own_never() -> None:
    wednesday = MONDAY + timedelta(days=2)
    assert visits_view(SCHEDULE, [wednesday]).groups == ()
    view = visits_view(SCHEDULE, [wednesday], booked=BOOKED)
    assert [heading for heading, _ in view.groups] == ["Also booked"]
    assert told(view, "Kind", "Room", "Staff", "Status") == [
        ("painters", "ketamine-1", "", "taken"), ("teaching", "", "ben", "taken")
    ]  # fmt: skip
    ben = resource_view(SCHEDULE, Resource("staff", "ben"), [wednesday], booked=BOOKED)
    assert (ben.summary, told(ben, "Time", "Kind")) == ("no visits", [("11:00–13:00", "teaching")])


@pytest.mark.parametrize("names", [False, True])
def test_a_patient_s_name_is_shown_only_where_it_is_asked_for(names: bool) -> None:
    views = [
        *course_views(SCHEDULE, "q17", names=names),
        visits_view(SCHEDULE, [MONDAY], names=names),
        resource_view(SCHEDULE, NURSE, [MONDAY], names=names),
    ]
    assert ["Mira Vasquez" in repr(view) for view in views] == [names] * 3


def test_the_nearest_day_is_the_next_one_or_else_the_last() -> None:
    days = busy_days(SCHEDULE, Resource("patient", "q18"))
    assert (days[0], days[-1], len(days)) == (date(2027, 3, 8), date(2027, 3, 31), 7)
    assert nearest(days, date(2027, 1, 1)) == days[0]
    assert nearest(days, date(2027, 3, 10)) == date(2027, 3, 15)
    assert nearest(days, date(2028, 1, 1)) == days[-1]
    assert nearest((), date(2028, 1, 1)) == date(2028, 1, 1)


def test_somebody_is_busy_on_the_days_they_are_needed_and_a_cancelled_visit_needs_nobody() -> None:
    only: Schedule = stories.schedule([stories.with_status(PLAN, "induction/dosing/2", "cancelled")])
    assert MONDAY in busy_days(stories.schedule([PLAN]), NURSE)
    assert MONDAY not in busy_days(only, NURSE)
    assert MONDAY not in busy_days(only)
