"""Does a schedule survive being written down, and is everything that is no schedule refused?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from kapsched.errors import MOST, InvalidInput
from kapsched.exchange.documents import clinic_digest, from_document, load_preset, to_document
from kapsched.exchange.model_values import plain, reader_of
from kapsched.exchange.programme_bases import programme_table
from kapsched.exchange.programme_tables import programme_of
from kapsched.exchange.schedule_documents import FORMAT
from kapsched.model.appointments import Appointment, Changed, Confirmation, Sequence, Status
from kapsched.model.bookings import Booking
from kapsched.model.clinic import Clinic, Horizon, Notice, Room, StaffMember
from kapsched.model.course import Course, Done, Patient, Wishes, enrol
from kapsched.model.plan import Cost, Plan, Refusal, Schedule
from kapsched.model.programme import Programme
from kapsched.model.reasons import Reason
from kapsched.model.rules import Gap
from kapsched.testing import Desk, desks, programmes
from kapsched.timeline.recurrence import Absence, DaySpan, Pattern, Week
from kapsched.timeline.units import Days, Hours, Length, OpenDays
from kapsched.timeline.zones import wall, zone
from tests.calendar_stories import witnessed
from tests.fences import ROOT

LONDON = zone("Europe/London")


def london(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 1, day, hour, minute, tzinfo=LONDON)


PROGRAMME = load_preset("kap-twice-weekly@1")

APPOINTMENT = Appointment(
    session="preparation/preparation/2",
    kind="preparation",
    start=london(5, 10),
    end=london(5, 11),
    status="confirmed",
    sequence=Sequence(patient=1, staff=2),
    created=london(1, 9),
    revised=london(2, 9),
    bookings=[
        Booking(type="staff", resource="ben", start=london(5, 10), end=london(5, 11), role="therapist"),
        Booking(type="room", resource="../../x", start=london(5, 10), end=london(5, 11, 15), exclusive=False),
        Booking(type="patient", resource="q17", start=london(5, 10), end=london(5, 11), ref="ours"),
    ],
)

PATIENT = Patient(
    id="q17",
    name="Zoë “Z” Ferris, 李",
    hours=Pattern((Week.of(mon=[(540, 720)]), Week.of(), Week.of(sun=[(0, 1440)])), date(2026, 12, 7)),
    away=[
        Absence(first=date(2027, 2, 1)),
        Absence(weekdays=frozenset({6, 0}), span=DaySpan(540, 600), why="choir"),
    ],
    excludes=["cleo"],
    wishes=Wishes(weekdays={0, 2}, half_day="morning", staff=["ben"], time=time(10, 30)),
)

COURSE = Course(
    id="../../x",
    patient=PATIENT,
    programme=PROGRAMME,
    first_day=date(2027, 1, 4),
    done={
        "preparation/preparation/1": Done(
            start=london(4, 10), end=london(4, 11), staff={"therapist": ["ben"], "nurse": []}
        )
    },
)

SCHEDULE = Schedule(
    clinic="harbour",
    zone="Europe/London",
    digest="abc",
    tzdata="2026a",
    horizon=Horizon(first_day=date(2026, 12, 1), days=365),
    now=london(1, 9),
    revision=7,
    plans=[
        evolve(
            Plan.of(COURSE, [APPOINTMENT]),
            cost=Cost(wait=1, drift=2, changes=3, wishes=4, minutes=5),
            proved_through="days",
            steps=12,
        )
    ],
    refusals=[
        Refusal(
            course=Course(
                id="c2", patient=Patient(id="q18"), programme=PROGRAMME, first_day=date(2027, 1, 4)
            ),
            session="induction/dosing/1",
            first=date(2027, 1, 4),
            last=date(2027, 1, 9),
            proved=False,
            reasons=[Reason(code="booked", ids=["ben"], dates=[date(2027, 1, day) for day in (4, 6, 7, 8)])],
        )
    ],
)

TEXT = to_document(SCHEDULE)


def test_a_schedule_survives_being_written_and_read() -> None:
    assert from_document(TEXT) == SCHEDULE
    assert to_document(from_document(TEXT)) == TEXT


def test_a_document_holds_what_others_read() -> None:
    document = json.loads(TEXT)
    assert list(document)[:9] == [
        "format", "version", "revision", "now", "clinic", "timezone", "tzdata", "horizon", "digest",
    ]  # fmt: skip
    (plan,) = document["plans"]
    assert (plan["course"], plan["patient"]) == ("../../x", "q17")
    assert plan["programme"] == {"name": "kap-twice-weekly", "version": "1"}
    assert plan["cost"] == {"wait": 1, "drift": 2, "changes": 3, "wishes": 4, "minutes": 5}
    (appointment,) = plan["appointments"]
    assert appointment["id"] == "../../x:preparation/preparation/2"
    assert appointment["sequence"] == {"patient": 1, "staff": 2, "room": 0, "busy": 0}
    assert appointment["start"] == "2027-01-05T10:00:00+00:00"
    assert [row["type"] for row in appointment["bookings"]] == ["patient", "room", "staff"]
    (refusal,) = document["refusals"]
    assert (refusal["course"], refusal["session"]) == ("c2", "induction/dosing/1")
    assert refusal["reasons"][0]["code"] == "booked"
    assert [course["id"] for course in document["courses"]] == ["../../x", "c2"]
    assert [programme["name"] for programme in document["programmes"]] == ["kap-twice-weekly"]


def test_a_document_ends_with_a_newline_and_keeps_letters_readable() -> None:
    assert TEXT.endswith("}\n")
    assert "Zoë “Z” Ferris, 李" in TEXT


def test_times_come_back_on_the_clocks_of_the_clinic() -> None:
    moment = datetime(2027, 7, 1, 8, tzinfo=UTC)
    summer = evolve(APPOINTMENT, start=moment, end=moment + timedelta(hours=1), bookings=[])
    text = to_document(evolve(SCHEDULE, plans=[Plan.of(COURSE, [summer])]))
    assert '"start": "2027-07-01T09:00:00+01:00"' in text
    ((appointment,),) = (plan.appointments for plan in from_document(text).plans)
    assert appointment.start.tzinfo is LONDON
    assert appointment.start == moment


def test_both_hours_that_the_clocks_show_twice_come_back_as_they_were() -> None:
    for hour in (0, 1):
        moment = wall(datetime(2026, 10, 25, hour, 30, tzinfo=UTC), LONDON)
        schedule = evolve(SCHEDULE, now=moment)
        assert from_document(to_document(schedule)).now.astimezone(UTC) == moment.astimezone(UTC)


def test_every_time_that_is_told_of_an_appointment_comes_back_also_from_an_hour_shown_twice() -> None:
    at = datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=1)
    told = evolve(
        APPOINTMENT,
        confirmation=Confirmation(by="reception", at=at),
        created=at,
        revised=at,
        changed=Changed(patient=at),
    )
    schedule = evolve(SCHEDULE, plans=[Plan.of(COURSE, [told])])
    assert from_document(to_document(schedule)) == schedule


def test_two_programmes_of_one_name_are_both_kept() -> None:
    longer = evolve(PROGRAMME, phases=[evolve(PROGRAMME.phases[0], times=3), *PROGRAMME.phases[1:]])
    other = Course(id="c3", patient=PATIENT, programme=longer, first_day=date(2027, 1, 4))
    schedule = evolve(SCHEDULE, plans=[*SCHEDULE.plans, Plan.of(other, [])])
    assert from_document(to_document(schedule)) == schedule


def test_an_appointment_without_labels_keeps_none() -> None:
    schedule = evolve(SCHEDULE, plans=[Plan(course=COURSE, appointments=[APPOINTMENT])])
    assert from_document(to_document(schedule)) == schedule


def test_two_courses_with_one_id_cannot_be_written() -> None:
    other = evolve(COURSE, first_day=date(2027, 2, 1))
    with pytest.raises(InvalidInput, match="two courses have the id"):
        to_document(evolve(SCHEDULE, refusals=[Refusal(course=other, session=None)]))


def test_a_newer_format_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput) as caught:
        from_document(TEXT.replace('"format": 3', '"format": 4').replace('"plans"', '"strange"'))
    assert str(caught.value) == "format: this document has format 4; this kapsched reads up to 3"


def test_a_document_of_each_past_format_is_read_and_written_in_the_newest() -> None:
    """The samples were written by the kapsched of their time, and are never written anew."""
    found = sorted((ROOT / "tests" / "formats").glob("schedule-*.json"))
    assert [path.name for path in found] == [f"schedule-{number}.json" for number in range(1, FORMAT)]
    for path in found:
        text = path.read_text(encoding="utf-8")
        schedule = from_document(text)
        assert len(schedule.plans) + len(schedule.refusals) == len(json.loads(text)["courses"]) > 1
        again = to_document(schedule)
        assert json.loads(again)["format"] == FORMAT
        assert from_document(again) == schedule


def changed(change: dict[str, Any]) -> str:
    """The document with the values at some paths replaced; `...` takes one away."""
    document = json.loads(TEXT)
    for path, value in change.items():
        *above, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        place = document
        for part in above:
            place = place[part]
        if value is ...:
            del place[last]
        else:
            place[last] = value
    return json.dumps(document)


APPOINTMENT_PATH = "plans.../../x.appointments.preparation/preparation/2"


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"now": "2027-01-01T09:00"}, "now", "offset"),
        ({"now": 3}, "now", "a date and time"),
        ({"clinic": ...}, "clinic", "is missing"),
        ({"colour": 1}, "colour", "not known"),
        ({"timezone": "Europe/Londno"}, "timezone", "no time zone"),
        ({"format": True}, "format", "not true"),
        ({"format": 0}, "format", "no format 0"),
        ({"revision": 1.0}, "revision", "whole number"),
        ({"horizon.days": "365"}, "horizon.days", "whole number"),
        ({"plans": {}}, "plans", "a list"),
        ({"plans.0.course": "c9"}, "plans.c9.course", "no course 'c9'"),
        ({"plans.0.patient": "q18"}, "plans.../../x.patient", "does not agree"),
        ({"plans.0.programme.version": "2"}, "plans.../../x.programme.version", "does not agree"),
        ({"plans.0.proved_through": "everything"}, "plans.../../x.proved_through", "not known"),
        ({"plans.0.cost.wait": None}, "plans.../../x.cost.wait", "whole number"),
        ({"plans.0.appointments.0.start": "2027-01-05T10:00:00"}, f"{APPOINTMENT_PATH}.start", "offset"),
        (
            {"plans.0.appointments.0.start": "2027-01-06T10:00:00Z"},
            f"{APPOINTMENT_PATH}.end",
            "after it starts",
        ),
        ({"plans.0.appointments.0.id": "x"}, f"{APPOINTMENT_PATH}.id", "does not agree"),
        ({"plans.0.appointments.0.status": "gone"}, f"{APPOINTMENT_PATH}.status", "not known"),
        (
            {"plans.0.appointments.0.bookings.1.type": "desk"},
            f"{APPOINTMENT_PATH}.bookings.../../x.type",
            "desk",
        ),
        ({"refusals.0.reasons.0.code": "mood"}, "refusals.c2.reasons.1.code", "not known"),
        ({"courses.0.id": "c2"}, "courses", "same id"),
        ({"courses.0.first_day": "2027-02-30"}, "courses.../../x.first_day", "a date"),
        ({"courses.0.done.x": {"start": "2027-01-05T10:00:00Z"}}, "courses.../../x.done.x", "no session"),
        (
            {"courses.0.patient.wishes.half_day": "noon"},
            "courses.../../x.patient.wishes.half_day",
            "not known",
        ),
        ({"courses.0.patient.wishes.time": "25:00"}, "courses.../../x.patient.wishes.time", "time of day"),
        (
            {"courses.0.patient.hours.weeks.0.mon": "09:00"},
            "courses.../../x.patient.hours.weeks.1.mon",
            "hours",
        ),
        ({"courses.0.programme.digest": "x"}, "courses.../../x.programme.digest", "not in this document"),
        ({"courses.0.programme.name": "x"}, "courses.../../x.programme.digest", "not of x@1"),
        ({"programmes.0.version": "2"}, "programmes.kap-twice-weekly.digest", "does not agree"),
        ({"programmes.0.rules.0.rule": "wish"}, "programmes.kap-twice-weekly.rules.1.rule", "not known"),
        (
            {"programmes.0.kinds.0.segments.0.minutes": "60"},
            "programmes.kap-twice-weekly.kinds",
            "whole number",
        ),
    ],
)
def test_each_fault_of_a_document_is_told_by_its_path(
    change: dict[str, Any], path: str, message: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        from_document(changed(change))
    (fault,) = caught.value.faults
    rules = PROGRAMME.rules[0].name
    assert fault.path.startswith(path.replace("rules.1", f"rules.{rules}"))
    assert message in fault.message


def test_all_faults_of_a_document_are_told_at_once() -> None:
    change = {
        "now": 1,
        "clinic": "",
        "tzdata": None,
        "digest": [],
        "horizon.days": 0,
        "revision": 0,
        "version": {},
    }
    with pytest.raises(InvalidInput) as caught:
        from_document(changed(change))
    assert [fault.path for fault in caught.value.faults] == [
        "version", "revision", "now", "clinic", "tzdata", "digest", "horizon.days",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "3",
        '"x"',
        "NaN",
        '{"a": 1, "a": 2}',
        "[" * 100_000,
        "9" * 5000,
        '{"format": Infinity}',
    ],
)
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        from_document(text)


def test_the_line_of_broken_json_is_named() -> None:
    with pytest.raises(InvalidInput, match=r"^line 2: is not JSON: "):
        from_document('{"format": 2,\n}')


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a parsed document."""
    if path:
        yield path
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in below:
        yield from places(one, (*path, key))


PLACES = sorted(places(json.loads(TEXT)), key=str)

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from(
        [10**30, -1, 0, 1.5, "", "x", [], {}, [[]], [None], {"x": 1}, "2027-01-05T10:00:00+00:00"]
    ),
    st.sampled_from(
        ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2027-01-05", "mon", "\ud800", "\n"]
    ),
    st.text(max_size=3),
    st.floats(allow_nan=False, allow_infinity=False),
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_mutated_document_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    document = json.loads(TEXT)
    for path in data.draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3)):
        place: Any = document
        try:
            for part in path[:-1]:
                place = place[part]
            if data.draw(st.booleans()):
                place[path[-1]] = data.draw(JUNK)
            else:
                del place[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took it away
    faults = None
    try:
        schedule = from_document(json.dumps(document))
    except InvalidInput as error:
        faults = error.faults
    else:
        assert from_document(to_document(schedule)) == schedule
    assert faults is None or all(fault.message for fault in faults)


@settings(max_examples=100, deadline=None)
@given(place=st.integers(0, len(TEXT)), length=st.integers(0, 40), junk=st.text(max_size=3))
def test_torn_text_is_read_or_refused_and_nothing_else(place: int, length: int, junk: str) -> None:
    torn = TEXT[:place] + junk + TEXT[place + length :]
    try:
        schedule = from_document(torn)
    except InvalidInput:
        return
    assert from_document(to_document(schedule)) == schedule


ids = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=6)
dates = st.dates(date(1990, 1, 1), date(2090, 1, 1))
spans = st.sets(st.integers(0, 1440), min_size=2, max_size=2).map(lambda ends: DaySpan(*sorted(ends)))


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    cuts = [sorted(draw(st.sets(st.integers(0, 1440), max_size=4))) for _ in range(7)]
    return Week(
        tuple(tuple(DaySpan(*pair) for pair in zip(day[::2], day[1::2], strict=False)) for day in cuts)
    )


patterns = st.builds(
    lambda weeks, turn: Pattern(tuple(weeks), date(2024, 1, 1) + timedelta(weeks=turn)),
    st.lists(weeks(), min_size=1, max_size=3),
    st.integers(-50, 50),
)
absences = st.builds(
    lambda first, last, weekdays, span, why: Absence(
        first=first, last=None if last is None else (first or date(1990, 1, 1)) + last,
        weekdays=weekdays, span=span, why=why,
    ),
    st.none() | dates,
    st.none() | st.timedeltas(timedelta(0), timedelta(days=60)),
    st.frozensets(st.integers(0, 6)),
    spans,
    st.just("") | ids,
)  # fmt: skip
wishes = st.builds(
    Wishes,
    weekdays=st.frozensets(st.integers(0, 6)),
    half_day=st.sampled_from([None, "morning", "afternoon"]),
    staff=st.lists(ids, max_size=2, unique=True),
    time=st.none() | st.times().map(lambda moment: moment.replace(second=0, microsecond=0)),
)
patients = st.builds(
    Patient, id=ids, name=st.just("") | ids, hours=st.none() | patterns, away=st.lists(absences, max_size=2),
    excludes=st.lists(ids, max_size=2, unique=True), wishes=wishes,
)  # fmt: skip
clinics = st.builds(
    Clinic,
    id=ids,
    zone=st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe"]),
    hours=patterns,
    rooms=st.lists(
        st.builds(Room, id=ids, type=ids, capacity=st.integers(1, 9), hours=st.none() | patterns),
        max_size=2, unique_by=lambda room: room.id,
    ),
    staff=st.lists(
        st.builds(
            StaffMember, id=ids, roles=st.lists(ids, min_size=1, max_size=2, unique=True), hours=patterns
        ),
        max_size=2, unique_by=lambda one: one.id,
    ),
    closed=st.lists(absences, max_size=2),
    grid=st.sampled_from([1, 5, 15, 30, 60]),
    notice=st.builds(Notice, hours=st.integers(0, 99)) | st.builds(Notice, open_days=st.integers(0, 9)),
    horizon=st.builds(Horizon, first_day=dates, days=st.integers(1, 400)),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(patient=patients)
def test_any_patient_survives_being_written(patient: Patient) -> None:
    value = json.loads(json.dumps(plain(patient, "Europe/London")))
    assert reader_of(Patient)(value) == patient


@settings(max_examples=60, deadline=None)
@given(clinic=clinics)
def test_any_clinic_survives_being_written(clinic: Clinic) -> None:
    assert reader_of(Clinic)(json.loads(json.dumps(plain(clinic, clinic.zone)))) == clinic


lengths: st.SearchStrategy[Length] = st.sampled_from([Days(2), Hours(3), Hours(0), OpenDays(1)])


@st.composite
def with_turns(draw: st.DrawFn) -> Programme:
    """A programme with two gaps more, which a table says in one word where they stand for taking turns."""
    programme = draw(programmes(most_sessions=6))
    first, second = programme.kinds[0].name, programme.kinds[-1].name
    names = draw(st.sampled_from([("a", "a-next"), ("a-next", "a"), ("a", "b")]))
    turns = [
        Gap(name=names[0], after=first, before=second, at_least=draw(lengths)),
        Gap(name=names[1], after=second, before=first, at_least=draw(lengths)),
    ]
    binding = [gap for gap in turns if gap.pairs(programme.sessions)]
    return evolve(programme, rules=draw(st.permutations([*programme.rules, *binding])))


@settings(max_examples=60, deadline=None)
@given(programme=with_turns())
def test_any_programme_survives_as_a_value_and_as_a_table(programme: Programme) -> None:
    assert reader_of(Programme)(json.loads(json.dumps(plain(programme, "UTC")))) == programme
    again = programme_of(programme_table(programme))
    assert evolve(again, rules=()) == evolve(programme, rules=())
    by_name = {rule.name: rule for rule in programme.rules}
    assert {rule.name: rule for rule in again.rules} == by_name


@settings(max_examples=40, deadline=None)
@given(desk=desks(feasible=True), status=st.sampled_from(["provisional", "confirmed", "cancelled", "done"]))
def test_any_schedule_survives_being_written(desk: Desk, status: Status) -> None:
    schedule = witnessed(desk, status)
    text = to_document(schedule)
    assert to_document(from_document(text)) == text
    assert from_document(text) == schedule


counts = st.sampled_from([0, 1, 1_000_000, MOST]) | st.integers(0, MOST)
numbers = counts | counts.map(lambda count: -count)


@settings(max_examples=60, deadline=None)
@given(
    steps=st.tuples(counts, counts),
    revision=counts.filter(bool),
    sequence=st.builds(Sequence, patient=counts, staff=counts, room=counts, busy=counts),
    cost=st.builds(Cost, wait=numbers, drift=numbers, changes=numbers, wishes=numbers, minutes=numbers),
)
def test_whatever_a_schedule_may_count_survives_being_written(
    steps: tuple[int, int], revision: int, sequence: Sequence, cost: Cost
) -> None:
    plan = Plan.of(COURSE, [evolve(APPOINTMENT, sequence=sequence)])
    refusals = [evolve(one, steps=steps[1]) for one in SCHEDULE.refusals]
    schedule = evolve(
        SCHEDULE, revision=revision, plans=[evolve(plan, cost=cost, steps=steps[0])], refusals=refusals
    )
    again = from_document(to_document(schedule))
    # Steps have no part in whether two plans are equal, and so are looked at by themselves.
    assert again == schedule
    assert (again.plans[0].steps, again.refusals[0].steps) == steps


@pytest.mark.parametrize("ahead", [None, 2, date(2027, 12, 31)])
def test_a_course_that_goes_on_survives_and_its_plan_says_so(ahead: int | date | None) -> None:
    course = enrol(
        load_preset("esketamine@1"), PATIENT, id="c7", first_day=date(2027, 1, 4), book_ahead=ahead
    )
    schedule = evolve(SCHEDULE, plans=[Plan(course=course, appointments=[])], refusals=[])
    document = to_document(schedule)
    assert from_document(document) == schedule
    table = json.loads(document)
    assert table["plans"][0]["goes_on"] == "maintenance"
    assert table["courses"][0].get("book_ahead") == (ahead.isoformat() if isinstance(ahead, date) else ahead)
    for key, value, message in (
        ("goes_on", "induction", "does not agree with its course, which says 'maintenance'"),
        ("goes_on", None, "does not agree with its course"),
    ):
        table["plans"][0][key] = value
        with pytest.raises(InvalidInput, match=message) as caught:
            from_document(json.dumps(table))
        assert [fault.path for fault in caught.value.faults] == ["plans.c7.goes_on"]


@pytest.mark.parametrize("ahead", [0, True, "soon", 1.5])
def test_a_document_plans_so_far_ahead_as_a_count_or_a_date_says(ahead: object) -> None:
    course = enrol(load_preset("esketamine@1"), PATIENT, id="c7", first_day=date(2027, 1, 4))
    table = json.loads(
        to_document(evolve(SCHEDULE, plans=[Plan(course=course, appointments=[])], refusals=[]))
    )
    table["courses"][0]["book_ahead"] = ahead
    with pytest.raises(InvalidInput) as caught:
        from_document(json.dumps(table))
    assert [fault.path for fault in caught.value.faults] == ["courses.c7.book_ahead"]


def test_a_course_has_one_plan_in_a_schedule() -> None:
    with pytest.raises(InvalidInput) as caught:
        evolve(SCHEDULE, plans=[*SCHEDULE.plans, *SCHEDULE.plans])
    assert str(caught.value) == "plans.../../x: there are two plans of this course; a course has one"


def test_a_time_without_an_offset_is_refused_in_the_words_of_the_document() -> None:
    with pytest.raises(InvalidInput) as caught:
        from_document(TEXT.replace("2027-01-05T10:00:00+00:00", "2027-01-05T10:00:00", 1))
    assert str(caught.value) == (
        "plans.../../x.appointments.preparation/preparation/2.start: "
        "2027-01-05 10:00 has no offset; write one after it, such as +01:00"
    )


def test_the_digest_of_a_clinic_changes_with_it() -> None:
    clinic = Clinic(
        id="quay",
        zone="Europe/London",
        hours=Pattern((Week.of(mon=[(540, 1020)]),)),
        rooms=[Room(id="blue", type="treatment")],
        staff=[],
        horizon=Horizon(first_day=date(2026, 12, 1), days=90),
    )
    changes: list[dict[str, Any]] = [
        {"id": "pier"}, {"zone": "Europe/Dublin"}, {"grid": 30}, {"rooms": []}, {"notice": Notice(hours=1)},
        {"closed": [Absence(first=date(2027, 1, 1))]}, {"hours": Pattern((Week.of(mon=[(540, 1021)]),))},
    ]  # fmt: skip
    digests = {clinic_digest(clinic), *(clinic_digest(evolve(clinic, **change)) for change in changes)}
    assert len(digests) == len(changes) + 1
    assert clinic_digest(evolve(clinic)) == clinic_digest(clinic)


def test_the_same_schedule_gives_the_same_bytes_in_every_process() -> None:
    program = """if True:
        import tests.test_exchange_documents as module
        print(module.TEXT, end="")
        """
    found = set()
    for seed in ("0", "1", "2"):
        run = subprocess.run(
            [sys.executable, "-X", "utf8", "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True, check=True,
        )  # fmt: skip
        found.add(run.stdout)
    assert found == {TEXT.encode()}
