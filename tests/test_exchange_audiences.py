"""Does each audience see what the table allows, which entry comes after which, and when to be reminded?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from kapsched.errors import InvalidInput
from kapsched.exchange.calendars.alarms import Alarm
from kapsched.exchange.calendars.audiences import SEES, Audience, Busy
from kapsched.exchange.calendars.feeds import ALL, feeds, index_rows
from kapsched.exchange.calendars.ics import to_ics
from kapsched.model.bookings import Booking, Resource
from kapsched.model.programme import Programme
from kapsched.model.rules import Gap, Offset
from kapsched.model.wordings.english import ENGLISH
from kapsched.timeline.units import Days, Hours, OpenDays
from tests import calendar_stories as stories
from tests.test_exchange_ics import events, words

KEY = stories.KEY
PLAN = stories.plan(stories.course("c17", "q17"))
SCHEDULE = stories.schedule([PLAN, stories.plan(stories.course("c18", "q18"), hour=13)])
AUDIENCES: dict[str, Audience] = {
    "patient": "patient",
    "staff": Resource("staff", "ben"),
    "room": Resource("room", "ketamine-1"),
    "clinic": "clinic",
    "busy": Busy(of=Resource("staff", "ben")),
}


def calendar(audience: Audience, alarms: Iterable[Alarm] = (), course: Any = PLAN.course) -> list[Any]:
    return events(
        to_ics(PLAN.appointments, audience=audience, uid_key=KEY, courses=[course], alarms=list(alarms))
    )


def by_day(found: Iterable[Any]) -> dict[str, list[Any]]:
    days: dict[str, list[Any]] = {}
    for event in found:
        days.setdefault(f"{event['DTSTART'].dt:%m-%d}", []).append(event)
    return days


def ties(event: Any) -> list[tuple[str, str, str]]:
    """The relations of an entry: type, gap and uid."""
    found = event.get("RELATED-TO", [])
    listed = found if isinstance(found, list) else [found]
    return [(one.params["RELTYPE"], one.params.get("GAP", ""), str(one)) for one in listed]


@pytest.mark.parametrize("sort", ALL)
def test_what_an_audience_may_not_see_is_in_no_property_of_its_calendar(sort: Any) -> None:
    sees = SEES[sort]
    alarms = [Alarm(before=Days(1), readers=[one for one in ALL if SEES[one].alarms])]
    noted = [evolve(one, notes="N-4711") for one in PLAN.appointments]
    content = to_ics(noted, audience=AUDIENCES[sort], uid_key=KEY, courses=[PLAN.course], alarms=alarms)
    said = {name for event in events(content) for name in event}
    assert ("CATEGORIES" in said) is sees.what
    assert ("LOCATION" in said) is sees.rooms
    assert ("REFID" in said) is sees.relations
    assert "RELATED-TO" not in said or sees.relations
    assert ("DESCRIPTION" in said) is (sees.roles or sees.people or sees.notes)
    assert ("N-4711" in content.decode()) is sees.notes
    assert any(event.walk("VALARM") for event in events(content)) is sees.alarms
    assert ("c17" in words(content)) is sees.what


@pytest.mark.parametrize(("sort", "seen"), [("staff", False), ("room", False), ("clinic", True)])
def test_no_wording_shows_a_patient_to_whom_the_table_does_not(sort: str, *, seen: bool) -> None:
    own: dict[Any, str] = {(reader, "summary"): "{kind} {patient}" for reader in ("staff", "room", "clinic")}
    wording = evolve(ENGLISH, texts={**ENGLISH.texts, **own})
    found = to_ics(
        PLAN.appointments, audience=AUDIENCES[sort], uid_key=KEY, courses=[PLAN.course], wording=wording
    )
    assert (b"q17" in found) is seen
    assert SEES[sort].people is seen  # type: ignore[index]


def test_staff_learn_their_role_in_each_segment_with_its_own_times() -> None:
    dose = by_day(calendar(Resource("staff", "../../ruth")))["03-15"]
    assert [str(event["DESCRIPTION"]) for event in dose] == [
        "09:00–09:15 arrival: nurse",
        "10:15–11:45 recovery: nurse",
    ]


def test_one_person_in_two_roles_has_one_entry_that_names_both() -> None:
    visit = PLAN.appointments[1]
    rows = [
        evolve(row, resource="ben") if row.role in ("doctor", "therapist") else row for row in visit.bookings
    ]
    content = to_ics(
        [evolve(visit, bookings=rows, course="c17")],
        audience=Resource("staff", "ben"),
        uid_key=KEY,
        courses=[PLAN.course],
    )
    assert [str(event["DESCRIPTION"]) for event in events(content)] == [
        "09:15–10:15 administration: doctor, therapist"
    ]


def test_without_its_course_an_entry_names_the_roles_that_are_booked() -> None:
    content = to_ics([PLAN.appointments[1]], audience=Resource("staff", "imran"), uid_key=KEY)
    assert [str(event["DESCRIPTION"]) for event in events(content)] == ["09:15–10:15 dosing: doctor"]


@pytest.mark.parametrize("audience", ["patient", "clinic", Resource("staff", "ben")])
def test_a_dose_names_its_integration_and_the_integration_depends_on_its_dose(audience: Any) -> None:
    days = by_day(calendar(audience))
    (dose,), (talk,) = days["03-15"], days["03-16"]
    # Ben leaves at 10:15 and the patient at 11:45; nothing may begin before midnight.
    gap = "PT13H45M" if isinstance(audience, Resource) else "PT12H15M"
    assert ties(dose) == [
        ("DEPENDS-ON", "", str(days["03-08"][0]["UID"])),
        ("FINISHTOSTART", gap, str(talk["UID"])),
    ]
    assert ties(talk) == [("DEPENDS-ON", "", str(dose["UID"]))]


def test_what_lies_before_its_anchor_names_the_anchor() -> None:
    (ready,) = by_day(calendar("patient"))["03-08"]
    (dose,) = by_day(calendar("patient"))["03-15"]
    # Three days before the dose at the least: from 10:00 on the 8th until the 11th begins.
    assert ties(ready) == [("FINISHTOSTART", "PT62H", str(dose["UID"]))]


def test_no_tie_leads_out_of_a_calendar() -> None:
    for feed in feeds(SCHEDULE, uid_key=KEY, audiences=ALL):
        found = events(feed.content)
        assert {uid for event in found for _, _, uid in ties(event)} <= {str(event["UID"]) for event in found}


def with_rules(*rules: Any) -> Any:
    programme: Programme = PLAN.course.programme
    return evolve(PLAN.course, programme=evolve(programme, rules=rules))


FIRST, SECOND = "induction/dosing/1", "induction/integration/1"


@pytest.mark.parametrize(
    ("rule", "gap"),
    [
        (Gap(name="g", after=FIRST, before=SECOND, at_least=Hours(20)), "PT20H"),
        (Gap(name="g", after=FIRST, before=SECOND, at_least=Hours(20), between="start-start"), "PT17H15M"),
        (Gap(name="g", after=FIRST, before=SECOND, at_least=Days(1)), "PT12H15M"),
        (Gap(name="g", after=FIRST, before=SECOND, at_least=OpenDays(1)), "PT12H15M"),
        (Gap(name="g", after=FIRST, before=SECOND, at_least=Hours(0)), ""),
        (Gap(name="g", after=FIRST, before=SECOND, at_most=Hours(48)), None),
        (Offset(name="o", of=SECOND, anchor=FIRST, earliest=Hours(21), latest=Hours(48)), "PT21H"),
        (Offset(name="o", of=SECOND, anchor=FIRST, earliest=Days(0), latest=Days(1)), ""),
        (Offset(name="o", of=FIRST, anchor=SECOND, earliest=Hours(-30), latest=Hours(-2)), "PT2H"),
        (Offset(name="o", of=SECOND, anchor=FIRST, earliest=Days(-1), latest=Days(1)), None),
    ],
)
def test_the_gap_is_the_least_that_the_rule_leaves(rule: Any, gap: str | None) -> None:
    (dose,) = by_day(calendar("patient", course=with_rules(rule)))["03-15"]
    assert [one[:2] for one in ties(dose)] == ([] if gap is None else [("FINISHTOSTART", gap)])


def test_of_two_rules_the_longer_gap_is_told() -> None:
    rules = [Gap(name=str(n), after=FIRST, before=SECOND, at_least=Hours(n)) for n in (14, 21, 20)]
    (dose,) = by_day(calendar("patient", course=with_rules(*rules)))["03-15"]
    assert [one[:2] for one in ties(dose)] == [("FINISHTOSTART", "PT21H")]


@pytest.mark.parametrize(
    ("later", "gap"),
    [(timedelta(hours=-10), ""), (timedelta(days=-1, hours=3), ""), (timedelta(days=-1), None)],
)
def test_a_gap_or_an_order_that_the_visits_do_not_keep_is_not_told(later: timedelta, gap: str | None) -> None:
    """Somebody waived the rule: the talk is on the day of the dose, or even while it lasts."""
    dose, talk = PLAN.appointments[1:3]
    rows = [evolve(row, start=row.start + later, end=row.end + later) for row in talk.bookings]
    early = evolve(talk, start=talk.start + later, end=talk.end + later, bookings=rows)
    content = to_ics([dose, early], audience="patient", uid_key=KEY, courses=[PLAN.course])
    found = {str(event["UID"]): ties(event) for event in events(content)}
    assert sorted(one[:2] for some in found.values() for one in some) == (
        [] if gap is None else [("DEPENDS-ON", ""), ("FINISHTOSTART", gap)]
    )


def test_what_is_cancelled_keeps_its_ties_and_nothing_that_is_to_be_is_tied_to_it() -> None:
    ready, dose, talk = PLAN.appointments[:3]
    off = evolve(dose, status="cancelled")
    content = to_ics([ready, off, talk], audience="patient", uid_key=KEY, courses=[PLAN.course])
    first, cancelled, last = events(content)
    assert (ties(first), ties(last)) == ([], [])
    assert ties(cancelled) == [
        ("DEPENDS-ON", "", str(first["UID"])),
        ("FINISHTOSTART", "PT12H15M", str(last["UID"])),
    ]


def test_no_tie_leads_to_what_is_not_shown_any_more() -> None:
    dose = PLAN.appointments[1]
    over = evolve(SCHEDULE, now=dose.end + timedelta(days=2))
    feed = next(iter(feeds(over, uid_key=KEY, past=Days(1))))
    found = events(feed.content)
    assert len(found) == len(PLAN.appointments) - 2
    assert {uid for event in found for _, _, uid in ties(event)} <= {str(event["UID"]) for event in found}
    assert ties(found[0]) == []


def test_a_place_is_not_a_room_that_is_only_being_made_ready() -> None:
    """Administration is in the one room until 10:15, and the staff of what follows are in the other."""
    visit = PLAN.appointments[1]
    start = visit.start
    at = [start + timedelta(minutes=minutes) for minutes in (15, 75, 90, 165)]
    rows = [
        *(row for row in visit.bookings if row.type != "room"),
        Booking(type="room", resource="one", start=at[0], end=at[2]),
        Booking(type="room", resource="two", start=at[1], end=at[3]),
    ]
    moved = evolve(visit, bookings=rows)
    for courses, places in (([PLAN.course], ["two"]), ([], ["one, two"])):
        content = to_ics([moved], audience=Resource("staff", "../../ruth"), uid_key=KEY, courses=courses)
        assert [str(event["LOCATION"]) for event in events(content) if "LOCATION" in event][-1:] == places


def test_a_part_of_a_segment_is_told_beside_whole_ones() -> None:
    visit = PLAN.appointments[1]
    ruth = [row for row in visit.bookings if row.resource == "../../ruth"]
    ten = timedelta(minutes=10)
    rows = [
        *(row for row in visit.bookings if row not in ruth),
        *ruth[:1],
        evolve(ruth[0], start=ruth[0].end, end=ruth[0].end + ten),
    ]
    content = to_ics(
        [evolve(visit, bookings=rows, course="c17")],
        audience=Resource("staff", "../../ruth"),
        uid_key=KEY,
        courses=[PLAN.course],
    )
    assert [str(event["DESCRIPTION"]) for event in events(content)] == [
        "09:00–09:15 arrival: nurse\n09:15–09:25 dosing: nurse"
    ]


def test_a_gap_over_a_change_of_the_clocks_is_elapsed_time() -> None:
    """From Saturday 11:45 to midnight before Monday there are 35 hours and a quarter, for Sunday has only 23."""
    rule = Gap(name="g", after=FIRST, before=SECOND, at_least=Days(2))
    dose = stories.appointment(PLAN.course.planned.by_id[FIRST], datetime(2027, 3, 27, tzinfo=UTC).date())
    talk = stories.appointment(PLAN.course.planned.by_id[SECOND], datetime(2027, 3, 30, tzinfo=UTC).date())
    visits = [evolve(one, course="c17", patient="q17") for one in (dose, talk)]
    content = to_ics(visits, audience="patient", uid_key=KEY, courses=[with_rules(rule)])
    assert ties(events(content)[0])[0][1] == "PT35H15M"


def test_the_entries_of_one_course_share_an_opaque_word() -> None:
    groups = [
        {str(event["REFID"]) for event in events(feed.content)}
        for feed in feeds(SCHEDULE, uid_key=KEY, audiences=["patient", "clinic"])
    ]
    assert [len(one) for one in groups] == [1, 1, 2]
    assert (
        len(set().union(*groups)) == 4
    )  # another in each calendar, so that two of them cannot be laid together


def test_a_busy_calendar_says_when_and_no_more() -> None:
    busy, ben = Busy(of=Resource("staff", "ben")), Resource("staff", "ben")
    found = calendar(busy, [Alarm(before=Days(1))])
    assert [(one["DTSTART"].dt, one["DTEND"].dt) for one in found] == [
        (one["DTSTART"].dt, one["DTEND"].dt) for one in calendar(ben)
    ]
    assert {str(one["SUMMARY"]) for one in found} == {"Busy"}
    assert not {str(one["UID"]) for one in found} & {str(one["UID"]) for one in calendar(ben)}
    allowed = "UID DTSTART DTEND DTSTAMP LAST-MODIFIED CREATED SEQUENCE STATUS TRANSP CLASS SUMMARY"
    assert {name for one in found for name in one} == set(allowed.split())


def test_patients_staff_and_rooms_each_have_a_busy_calendar_where_it_is_asked_for() -> None:
    rows = index_rows(SCHEDULE, KEY, audiences=["busy"], also=[Resource("room", "attic")])
    assert [(row.type, row.id) for row in rows] == [
        ("patient", "q17"),
        ("patient", "q18"),
        ("staff", "../../ruth"),
        ("staff", "ben"),
        ("staff", "imran"),
        ("room", "Anchor & Co <2>"),
        ("room", "attic"),
        ("room", "ketamine-1"),
    ]
    found = list(feeds(SCHEDULE, uid_key=KEY, audiences=["busy"], also=[Resource("room", "attic")]))
    assert [feed.name for feed in found] == [row.file for row in rows]
    assert all(feed.name.startswith("busy/") for feed in found)


def alarms(event: Any) -> list[tuple[str, str, str]]:
    return [
        (str(one["ACTION"]), one["TRIGGER"].to_ical().decode(), str(one["DESCRIPTION"]))
        for one in event.walk("VALARM")
    ]


def test_alarms_go_by_the_clinic_s_policy() -> None:
    policy = [
        Alarm(before=Days(1), kinds=["dosing", "integration"]),
        Alarm(before=timedelta(hours=24), kinds=["integration"]),
        Alarm(before=timedelta(minutes=90), readers=["staff", "clinic"]),
    ]
    days = by_day(calendar("patient", policy))
    content = to_ics(
        PLAN.appointments, audience="patient", uid_key=KEY, courses=[PLAN.course], alarms=policy
    ).decode()
    # A day is one of the calendar, and 24 hours are 24 hours, also over a change of the clocks.
    assert content.count("TRIGGER:-P1D\r\n") == 6
    assert content.count("TRIGGER:-PT24H\r\n") == 3
    assert alarms(days["03-08"][0]) == []
    assert [(action, text) for action, _, text in alarms(days["03-15"][0])] == [("DISPLAY", "Appointment")]
    hers = calendar(Resource("staff", "ben"), policy)
    assert all(len(alarms(one)) == 1 for one in hers)
    uids = [str(one["UID"]) for event in calendar("patient", policy) for one in event.walk("VALARM")]
    assert len(set(uids)) == len(uids) == 9


def test_nobody_is_reminded_of_what_is_cancelled_or_done() -> None:
    for status in ("cancelled", "done"):
        visits = [evolve(one, status=status) for one in PLAN.appointments]
        content = to_ics(visits, audience="patient", uid_key=KEY, alarms=[Alarm(before=Days(1))])
        assert b"VALARM" not in content


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"before": Days(-1)}, "before: no days or more are wanted, not -1 days"),
        ({"before": timedelta(seconds=90)}, "before: whole minutes are wanted, not 0:01:30"),
        ({"before": timedelta(days=400)}, "before: a time from nothing to a year is wanted"),
        ({"before": "1 day"}, "before: days, or a time such as timedelta(hours=2), are wanted, not str"),
        ({"before": Days(1), "readers": ["busy"]}, "readers: 'busy' has no alarms"),
        ({"before": Days(1), "readers": ["desk"]}, "readers: 'desk' is not known"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(said: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Alarm(**said)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("audience", list(AUDIENCES.values()))
def test_a_calendar_has_an_identity_of_its_own_and_the_date_of_its_last_change(audience: Any) -> None:
    content = to_ics(PLAN.appointments, audience=audience, uid_key=KEY).decode()
    head = content[: content.index("BEGIN:VTIMEZONE")].splitlines()
    assert sum(line.startswith("UID:") for line in head) == 1
    assert "LAST-MODIFIED:20261201T100000Z" in head
    assert not any(line.startswith("METHOD") for line in head)
