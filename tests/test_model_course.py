"""What is owed to a patient, and what is known of them?"""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kapsched.errors import InvalidInput
from kapsched.model.course import Course, Done, Patient, Wishes, enrol
from kapsched.model.periods import TreatmentWeek
from kapsched.model.phases import Phase
from kapsched.model.programme import Programme, Segment, SessionKind
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Rule
from kapsched.timeline.intervals import IntervalSet
from kapsched.timeline.recurrence import Absence, DaySpan, Pattern, Week
from kapsched.timeline.units import Days
from kapsched.timeline.zones import zone
from tests.oracles.openings import first_dates

LONDON = zone("Europe/London")
TALK = SessionKind(name="talk", segments=[Segment(name="talk", minutes=50, staff=["therapist"])])
FOUR = Programme(name="four", version="1", kinds=[TALK], phases=[Phase(name="a", order=["talk"], times=4)])
MIRA = Patient(id="q17", name="Mira Invented", excludes=["ben"])
NINE = datetime(2027, 1, 4, 9, tzinfo=UTC)


def course(**said: Any) -> Course:
    return Course(**{"id": "c17", "patient": MIRA, "programme": FOUR, "first_day": date(2027, 1, 4), **said})


# Courses.


def test_enrolling_opens_a_course_in_which_all_is_owed() -> None:
    opened = enrol(FOUR, MIRA, id="c17", first_day=date(2027, 1, 4))
    assert opened == course()
    assert opened.owed == FOUR.sessions


@given(st.sets(st.sampled_from([session.id for session in FOUR.sessions])))
def test_what_is_not_done_is_owed_in_programme_order(done: set[str]) -> None:
    half_way = enrol(
        FOUR, MIRA, id="c17", first_day=date(2027, 1, 4), done=dict.fromkeys(done, Done(start=NINE))
    )
    assert [one.id for one in half_way.owed] == [one.id for one in FOUR.sessions if one.id not in done]
    assert set(half_way.done) == done


def test_a_course_keeps_what_was_done_when_the_caller_s_record_changes() -> None:
    record = {"a/talk/1": Done(start=NINE)}
    opened = course(done=record)
    record.clear()
    assert list(opened.done) == ["a/talk/1"]


def test_a_course_and_its_parts_pickle() -> None:
    wishes = Wishes(weekdays={0}, half_day="morning", staff=["ben"], time=time(10))
    done = Done(start=NINE, end=NINE + timedelta(hours=1), staff={"therapist": ["ben"]})
    opened = course(patient=evolve(MIRA, wishes=wishes), done={"a/talk/1": done})
    assert opened.owed
    for value in (opened, opened.patient, wishes, done):
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301  # our own pickle


def test_sessions_done_that_no_programme_has_are_refused_all_at_once_with_the_known_ones() -> None:
    with pytest.raises(InvalidInput) as caught:
        course(done={"a/talk/5": Done(start=NINE), "a/talk/1": Done(start=NINE), "talk": None})
    assert [(fault.path, fault.message) for fault in caught.value.faults] == [
        (
            "done.a/talk/5",
            "there is no session 'a/talk/5' in four; there are a/talk/1, a/talk/2, a/talk/3, a/talk/4",
        ),
        ("done.talk", "Done is wanted, not None"),
        ("done.talk", "there is no session 'talk' in four; there are a/talk/1, a/talk/2, a/talk/3, a/talk/4"),
    ]


# Open phases.

MONTHLY = Offset(
    name="monthly", of="b/talk", anchor="talk", earliest=Days(25), latest=Days(31), ideal=Days(28)
)
OPEN = Programme(
    name="open",
    version="1",
    kinds=[TALK],
    phases=[
        Phase(name="a", order=["talk"], times=2),
        Phase(name="b", order=["talk"], open=True, book_ahead=3),
    ],
    rules=[Gap(name="apart", after="talk", before="talk", at_least=Days(2)), MONTHLY],
)


def took(day: str) -> Done:
    return Done(start=datetime.fromisoformat(f"{day}T09:00+00:00"))


def planned(**said: Any) -> list[str]:
    return [one.id for one in course(**{"programme": OPEN, **said}).planned.sessions]


def rounds(number: int) -> list[str]:
    return ["a/talk/1", "a/talk/2", *(f"b/talk/{one}" for one in range(1, number + 1))]


def test_of_an_open_phase_so_many_rounds_are_planned_as_it_or_the_course_says() -> None:
    assert planned() == rounds(3)
    assert planned(book_ahead=1) == rounds(1)
    assert planned(book_ahead=12) == rounds(12)
    opened = course(programme=OPEN)
    assert (opened.goes_on, course().goes_on) == ("b", None)
    assert opened.planned.open_phase is None
    assert opened.planned.rules == OPEN.rules
    assert course().planned is FOUR
    assert [one.id for one in opened.owed] == rounds(3)


def test_rounds_are_counted_on_from_the_last_one_begun_even_beyond_those_planned_at_first() -> None:
    assert planned(done={"a/talk/1": took("2027-01-04")}) == rounds(3)
    assert planned(done={"b/talk/1": took("2027-02-01")}) == rounds(4)
    assert planned(done={"b/talk/7": took("2027-08-01")}, book_ahead=1) == rounds(8)
    # A round is begun with the first of its sessions.
    pairs = evolve(OPEN, phases=[OPEN.phases[0], evolve(OPEN.phases[1], order=["talk", "talk"])])
    assert planned(programme=pairs, done={"b/talk/3": took("2027-02-01")}) == rounds(10)


@pytest.mark.parametrize(
    ("until", "done", "number"),
    [
        ("2027-01-30", {}, 0),
        ("2027-01-31", {}, 1),  # 4 January, two days, and 25
        ("2027-02-24", {}, 1),
        ("2027-02-25", {}, 2),
        ("2027-02-25", {"a/talk/2": "2027-01-08"}, 1),
        ("2027-02-27", {"a/talk/2": "2027-01-08"}, 2),
        ("2027-01-01", {"b/talk/2": "2027-03-01"}, 2),
        ("2027-03-25", {"b/talk/2": "2027-03-01"}, 2),
        ("2027-03-26", {"b/talk/2": "2027-03-01"}, 3),
    ],
)
def test_by_a_date_those_rounds_are_planned_that_rules_in_days_allow_by_then(
    until: str, done: dict[str, str], number: int
) -> None:
    record = {session: took(day) for session, day in done.items()}
    assert planned(book_ahead=date.fromisoformat(until), done=record) == rounds(number)


@given(
    st.integers(0, 9), st.integers(0, 9), st.integers(0, 30), st.sets(st.sampled_from(rounds(3)), max_size=2)
)
def test_the_rounds_by_a_date_are_those_that_trying_day_after_day_finds(
    apart: int, each: int, days: int, done: set[str]
) -> None:
    rules: list[Rule] = [
        Gap(name="apart", after="a/talk", before="a/talk", at_least=Days(apart)),
        evolve(MONTHLY, earliest=Days(each + 1)),
    ]
    until, record = date(2027, 1, 1) + timedelta(days=days), {one: took("2027-01-06") for one in done}
    opened = course(programme=evolve(OPEN, rules=rules), done=record, book_ahead=until)
    closed = evolve(OPEN, rules=rules, phases=[OPEN.phases[0], Phase(name="b", order=["talk"], times=36)])
    dates = first_dates(course(programme=closed, done=record))
    begun = max((int(one.rpartition("/")[2]) for one in done if one.startswith("b/")), default=0)
    by_then = next(number for number in range(36) if dates[f"b/talk/{number + 1}"] > until)
    assert [one.id for one in opened.planned.sessions] == rounds(max(begun, by_then))


def test_a_rule_binds_what_it_names_of_what_is_planned_and_none_where_nothing_is_left() -> None:
    rules: list[Rule] = [
        MONTHLY,
        Gap(name="both", after=["a/talk", "b/talk"], before=["b/talk", "a/talk"], at_least=Days(2)),
        Gap(name="later", after="b/talk", before="b/talk", at_least=Days(2)),
        Frequency(name="from b", of="talk", at_most=3, per=TreatmentWeek(anchor="b/talk/1")),
        Frequency(name="of b", of="talk", phase="b", at_most=3),
        Continuity(name="same", role="therapist", scope="phase"),
    ]

    def left(until: str) -> dict[str, Any]:
        opened = course(programme=evolve(OPEN, rules=rules), book_ahead=date.fromisoformat(until))
        return {rule.name: rule for rule in opened.planned.rules}

    none, one = left("2027-01-05"), left("2027-02-01")
    assert set(none) == {"both", "same"}
    assert (none["both"].after, none["both"].before) == (("a/talk",), ("a/talk",))
    assert set(one) == {"monthly", "both", "from b", "of b", "same"}


@pytest.mark.parametrize(
    ("said", "path", "message"),
    [
        ({"programme": FOUR, "book_ahead": 2}, "book_ahead", "no phase of four is open"),
        ({"book_ahead": 0}, "book_ahead", "0"),
        ({"book_ahead": True}, "book_ahead", "a whole number from 1 to 1000 is wanted"),
        ({"book_ahead": "2027-06-30"}, "book_ahead", "a date is wanted"),
        ({"book_ahead": 399}, "book_ahead", "399 rounds of b are more than the 400 sessions of one course"),
        ({"book_ahead": date(2099, 1, 1)}, "book_ahead", "there could be more than 400 sessions"),
        ({"done": {"b/talk/0": Done(start=NINE)}}, "done.b/talk/0", "there is no session 'b/talk/0' in open"),
        (
            {"done": {"b/talk/03": Done(start=NINE)}},
            "done.b/talk/03",
            "there is no session 'b/talk/03' in open",
        ),
        ({"done": {"b/talk/400": Done(start=NINE)}}, "book_ahead", "more than the 400 sessions"),
        (
            {"programme": evolve(OPEN, target="b/talk/3"), "book_ahead": 2},
            "book_ahead",
            "b/talk/3, whose date ends the wait, is not among the sessions that are planned",
        ),
        (
            {"programme": evolve(OPEN, rules=()), "book_ahead": date(2027, 6, 1)},
            "book_ahead",
            "keep the rounds of b some days apart",
        ),
    ],
)
def test_what_cannot_be_planned_ahead_is_refused(said: dict[str, Any], path: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        course(**{"programme": OPEN, **said})
    (fault,) = caught.value.faults
    assert fault.path == path
    assert message in fault.message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("id", 17),
        ("id", "c\r\n17"),
        ("patient", "q17"),
        ("programme", None),
        ("first_day", datetime(2027, 1, 4, tzinfo=UTC)),
        ("first_day", "2027-01-04"),
        ("first_day", date.max),
        ("done", ["a/talk/1"]),
        ("done", None),
    ],
)
def test_a_course_that_cannot_be_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        course(**{field: value})
    assert [fault.path for fault in caught.value.faults] == [field]


# What took place.


def test_what_is_done_is_kept_in_utc_and_knows_its_date_at_the_clinic() -> None:
    late = Done(start=datetime(2027, 6, 1, 0, 30, tzinfo=LONDON))
    assert late.start == datetime(2027, 5, 31, 23, 30, tzinfo=UTC)
    assert late.start.tzinfo is UTC
    assert late.on("Europe/London") == date(2027, 6, 1)
    assert late.on("America/New_York") == date(2027, 5, 31)


def test_what_is_done_ended_when_it_says_or_after_its_kind_s_minutes() -> None:
    session = FOUR.sessions[0]
    assert Done(start=NINE).ended(session) == NINE + timedelta(minutes=50)
    told = Done(start=NINE, end=datetime(2027, 1, 4, 10, 30, tzinfo=zone("Europe/Paris")))
    assert told.ended(session) == NINE + timedelta(minutes=30)
    assert told.end is not None
    assert told.end.tzinfo is UTC


def test_the_people_who_were_there_are_kept_by_role() -> None:
    assert Done(start=NINE, staff={"therapist": ["ben", "mia"]}).staff == {"therapist": ("ben", "mia")}


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"end": NINE}, "end"),
        ({"end": NINE - timedelta(hours=1)}, "end"),
        ({"staff": {"therapist": "ben"}}, "staff.therapist"),
        ({"staff": {"therapist": [""]}}, "staff.therapist"),
        ({"staff": {"therapist": None}}, "staff.therapist"),
        ({"staff": {"": ["ben"]}}, "staff."),
        ({"staff": ["ben"]}, "staff"),
    ],
)
def test_a_record_that_cannot_be_is_refused(said: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Done(**{"start": NINE, **said})
    assert [fault.path for fault in caught.value.faults] == [path]


def test_what_is_done_has_aware_times() -> None:
    naive = NINE.replace(tzinfo=None)
    with pytest.raises(InvalidInput, match="does not say in which time zone"):
        Done(start=naive)
    with pytest.raises(InvalidInput, match="does not say in which time zone"):
        Done(start=NINE, end=naive)


# Patients.


def test_a_patient_can_come_within_their_hours_less_their_absences_while_the_clinic_is_open() -> None:
    monday = date(2027, 3, 29)
    open_time = Pattern((Week.of(mon=[(540, 1020)]),)).over(monday, monday, LONDON)
    hours = Pattern((Week.of(mon=[(480, 780)]),))
    away = [Absence(first=monday, last=monday, span=DaySpan(600, 660))]
    mira = evolve(MIRA, hours=hours, away=away)
    found = [
        (one.start.hour, one.end.hour) for one in mira.available(open_time, monday, monday, "Europe/London")
    ]
    assert found == [(8, 9), (10, 12)]
    assert MIRA.available(open_time, monday, monday, "Europe/London") == open_time
    assert not mira.available(IntervalSet(), monday, monday, "Europe/London")


def test_a_patient_s_name_is_shown_by_nothing() -> None:
    assert "Mira" not in repr(MIRA)
    assert "Mira" not in repr(course())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("id", 17),
        ("id", "q\x00"),
        ("name", None),
        ("hours", Week.of()),
        ("away", [date(2027, 1, 1)]),
        ("excludes", "ben"),
        ("excludes", [None]),
        ("wishes", {"time": time(9)}),
    ],
)
def test_a_patient_that_cannot_be_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        evolve(MIRA, **{field: value})
    assert [fault.path for fault in caught.value.faults] == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("weekdays", [7]),
        ("weekdays", [-1]),
        ("weekdays", [True]),
        ("weekdays", "mon"),
        ("weekdays", ["mon"]),
        ("half_day", "evening"),
        ("half_day", ""),
        ("staff", "ben"),
        ("staff", [5]),
        ("time", "10:00"),
        ("time", 600),
        ("time", NINE),
        ("time", time(10, tzinfo=UTC)),
    ],
)
def test_a_wish_that_cannot_be_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        Wishes(**{field: value})
    assert [fault.path for fault in caught.value.faults] == [field]


def test_all_faults_of_a_wish_are_said_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        Wishes(weekdays=[9], half_day="night", staff="ben", time=time(9, tzinfo=UTC))  # type: ignore[arg-type]
    assert [fault.path for fault in caught.value.faults] == ["weekdays", "half_day", "staff", "time"]
