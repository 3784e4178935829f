"""Is a programme what it says, and refused with everything that is wrong with it?"""

from __future__ import annotations

import pickle
from collections import Counter
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kapsched.errors import InvalidInput
from kapsched.model.periods import TreatmentWeek
from kapsched.model.phases import Phase
from kapsched.model.programme import Programme, Segment, Session, SessionKind
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Rule, Span
from kapsched.timeline.units import Days

TALK = SessionKind(
    name="talk", segments=[Segment(name="talk", minutes=50, staff=["therapist"], room="therapy")]
)
DOSING = SessionKind(
    name="dosing",
    segments=[
        Segment(name="arrive", minutes=15, staff=["nurse"], room="treatment"),
        Segment(
            name="dose", minutes=60, staff=["doctor", "therapist", "therapist"], room="treatment", tail=10
        ),
        Segment(
            name="recovery", minutes=45, staff=["nurse"], room="treatment", shares=["nurse"], turnaround=15
        ),
    ],
    handover=["nurse"],
)
NEXT_DAY = Offset(name="next-day", of="induction/talk", anchor="dosing", earliest=Days(1), latest=Days(1))


def programme(*rules: Rule, times: int = 2, **said: Any) -> Programme:
    phases = [
        Phase(name="preparation", order=["talk"], times=2),
        Phase(name="induction", order=["dosing", "talk"], times=times),
    ]
    return Programme(
        **{"name": "short", "version": "1", "kinds": [TALK, DOSING], "phases": phases, "rules": rules, **said}
    )


def faults_of(error: InvalidInput) -> dict[str, str]:
    return {fault.path: fault.message for fault in error.faults}


# What a programme says.


def test_sessions_come_phase_by_phase_in_order_and_are_numbered_within_their_phase() -> None:
    assert [session.id for session in programme().sessions] == [
        "preparation/talk/1",
        "preparation/talk/2",
        "induction/dosing/1",
        "induction/talk/1",
        "induction/dosing/2",
        "induction/talk/2",
    ]
    assert list(programme().by_id) == [session.id for session in programme().sessions]


@given(st.integers(1, 6), st.integers(1, 6))
def test_session_ids_stay_when_a_phase_gets_longer(short: int, more: int) -> None:
    before, after = programme(times=short), programme(times=short + more)
    assert set(before.by_id) <= set(after.by_id)
    assert [one for one in after.by_id if one in before.by_id] == list(before.by_id)


def test_a_kind_that_comes_twice_in_an_order_is_numbered_on() -> None:
    twice = programme(phases=[Phase(name="week", order=["talk", "dosing", "talk"], times=2)])
    assert [one.number for one in twice.sessions if one.kind is TALK] == [1, 2, 3, 4]


def test_the_target_is_the_first_dose_unless_it_is_said() -> None:
    assert programme().target == "induction/dosing/1"
    assert programme(target="induction/dosing/2").target == "induction/dosing/2"
    assert programme(kinds=[TALK], phases=[Phase(name="only", order=["talk"])]).target == "only/talk/1"


def test_a_target_that_was_found_stays_when_the_programme_grows() -> None:
    assert evolve(programme(), version="2").target == "induction/dosing/1"


def test_a_kind_lasts_as_long_as_its_segments_and_needs_the_most_people_of_any() -> None:
    assert DOSING.minutes == 120
    assert [(begin, segment.name) for begin, segment in DOSING.timed()] == [
        (0, "arrive"),
        (15, "dose"),
        (75, "recovery"),
    ]
    assert DOSING.roles() == Counter(therapist=2, doctor=1, nurse=1)


def test_a_programme_knows_its_roles_and_offsets() -> None:
    span = Span(name="span", of="dosing", at_most=Days(11))
    assert programme().roles() == ("therapist", "nurse", "doctor")
    assert programme(span, NEXT_DAY).offsets == (NEXT_DAY,)


def test_programmes_and_their_parts_pickle() -> None:
    whole = programme(NEXT_DAY, Continuity(name="same", role="therapist"))
    assert whole.sessions  # what is computed once must not stand in the way
    for value in (whole, TALK, DOSING, *whole.phases, *whole.sessions, *DOSING.segments):
        back = pickle.loads(pickle.dumps(value))  # noqa: S301  # our own pickle
        assert back == value
        assert hash(back) == hash(value)


# What is wrong with it.


def test_everything_wrong_with_the_names_is_said_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        programme(
            kinds=[TALK, TALK, evolve(DOSING, name="a/b")],
            phases=[
                Phase(name="*", order=["talk", "dosing", "nap"]),
                Phase(name="later", order=["nap"]),
                Phase(name="a:b", order=["talk"]),
            ],
        )
    assert [(fault.path, fault.message) for fault in caught.value.faults] == [
        ("kinds", "two kinds have the name 'talk'"),
        ("kinds", "'a/b' is not a name: it must be some text without '/', ':' or '*'"),
        ("phases", "'*' is not a name: it must be some text without '/', ':' or '*'"),
        ("phases", "'a:b' is not a name: it must be some text without '/', ':' or '*'"),
        ("phases.*.order", "there is no kind 'dosing'; there are a/b, talk, talk"),
        ("phases.*.order", "there is no kind 'nap'; there are a/b, talk, talk"),
        ("phases.later.order", "there is no kind 'nap'; there are a/b, talk, talk"),
    ]


def test_a_course_has_no_more_sessions_than_can_be_planned() -> None:
    assert len(programme(phases=[Phase(name="one", order=["talk"], times=400)], rules=()).sessions) == 400
    with pytest.raises(InvalidInput, match="phases: 402 sessions are too many for one course; 400 at most"):
        programme(phases=[Phase(name="one", order=["talk", "dosing"], times=201)], rules=())


def test_everything_wrong_with_the_rules_is_said_at_once_and_the_known_ones_are_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        programme(
            Gap(name="apart", after="dose", before=["dosing", "induction/dosing/3"], at_least=Days(2)),
            Frequency(name="two", of="dosing", phase="indction", at_most=2),
            Frequency(name="none", of="dosing", phase="preparation", at_most=2),
            Frequency(name="from", of="dosing", at_most=2, per=TreatmentWeek(anchor="dosing")),
            Continuity(name="same", role="surgeon"),
            Gap(name="back", after="dosing", before="preparation/*", at_least=Days(1)),
            Offset(
                name="self",
                of="induction/dosing/1",
                anchor="induction/dosing/1",
                earliest=Days(1),
                latest=Days(1),
            ),
            NEXT_DAY,
            evolve(NEXT_DAY, name="again", of="induction/talk/2"),
            target="induction/dosing/9",
        )
    known = "preparation/talk, induction/dosing, induction/talk"
    sessions = ", ".join(programme().by_id)
    none_before = "it binds no two sessions: nothing it names comes before the other"
    assert [(fault.path, fault.message) for fault in caught.value.faults] == [
        ("target", f"there is no session 'induction/dosing/9'; there are {sessions}"),
        ("rules.apart.after", f"there is no session 'dose'; there are {known}"),
        ("rules.apart.before", f"there is no session 'induction/dosing/3'; there are {known}"),
        ("rules.two.phase", "there is no phase 'indction'; there are preparation, induction"),
        ("rules.none.phase", "it binds no session: none that it names is in 'preparation'"),
        (
            "rules.from.anchor",
            "weeks are counted from one session, and 'dosing' picks 2; it picks induction/dosing/1, induction/dosing/2",
        ),
        ("rules.same.role", "no session needs a 'surgeon'; needed are doctor, nurse, therapist"),
        ("rules.back.before", none_before),
        ("rules.self.anchor", none_before),
        ("rules.again.of", "induction/talk/2 already has an offset in 'next-day'"),
    ]


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"open": True}, "book_ahead"),
        ({"open": True, "book_ahead": 0}, "book_ahead"),
        ({"open": True, "book_ahead": "4"}, "book_ahead"),
        ({"open": True, "book_ahead": 4, "times": 2}, "times"),
        ({"open": "yes", "book_ahead": 4}, "open"),
        ({"book_ahead": 4}, "book_ahead"),
    ],
)
def test_a_phase_that_is_neither_open_nor_closed_is_refused(said: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Phase(**{"name": "later", "order": ["talk"], **said})
    assert [fault.path for fault in caught.value.faults] == [path]


def test_only_the_last_phase_can_be_open() -> None:
    going_on = Phase(name="first", order=["talk"], open=True, book_ahead=4)
    with pytest.raises(InvalidInput, match=r"phases.first.open: only the last phase can be open"):
        programme(phases=[going_on, Phase(name="later", order=["dosing"])], rules=())
    last = programme(phases=[Phase(name="one", order=["dosing"]), going_on], rules=())
    assert last.open_phase == going_on
    assert programme().open_phase is None


def test_two_rules_of_one_name_are_refused_whatever_they_are() -> None:
    with pytest.raises(InvalidInput, match="rules: two rules have the name 'next-day'"):
        programme(NEXT_DAY, Span(name="next-day", of="dosing", at_most=Days(11)))


def test_a_programme_without_phases_or_kinds_is_refused() -> None:
    with pytest.raises(InvalidInput, match="phases: a programme has at least one phase"):
        programme(phases=[])
    with pytest.raises(InvalidInput, match="there is no kind 'talk'; there are none"):
        programme(kinds=[])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", 3),
        ("version", 1),
        ("version", "1\n"),
        ("kinds", "ab"),
        ("kinds", ["talk"]),
        ("phases", [("induction", ["talk"])]),
        ("rules", [None]),
        ("rules", [Days(2)]),
        ("target", None),
    ],
)
def test_a_programme_of_something_else_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        programme(**{field: value})
    assert list(faults_of(caught.value)) == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("minutes", 0),
        ("minutes", -15),
        ("minutes", 1441),
        ("minutes", True),
        ("minutes", 15.0),
        ("minutes", float("nan")),
        ("staff", "doctor"),
        ("staff", [""]),
        ("staff", [None]),
        ("staff", 2),
        ("room", ""),
        ("room", ["treatment"]),
        ("shares", "nurse"),
        ("shares", ["doctor"]),
        ("turnaround", -1),
        ("turnaround", False),
        ("tail", "10"),
    ],
)
def test_a_segment_that_cannot_be_is_refused(field: str, value: Any) -> None:
    said: dict[str, Any] = {"name": "rest", "minutes": 30, "staff": ["nurse"], "room": "lounge", field: value}
    with pytest.raises(InvalidInput) as caught:
        Segment(**said)
    assert list(faults_of(caught.value)) == [field]


def test_all_faults_of_a_segment_are_said_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        Segment(name="\ud800", minutes=0, staff="nurse", room="", turnaround=-1, tail=-1)
    assert list(faults_of(caught.value)) == ["name", "minutes", "staff", "room", "turnaround", "tail"]


@pytest.mark.parametrize(
    ("said", "path", "message"),
    [
        ({"segments": []}, "segments", "at least one segment"),
        ({"segments": ["talk"]}, "segments", "Segment is wanted"),
        (
            {"segments": [Segment(name="a", minutes=800), Segment(name="b", minutes=641)]},
            "segments",
            "within its day",
        ),
        ({"name": ""}, "name", "not a blank"),
        ({"handover": "therapist"}, "handover", "several are wanted"),
        ({"handover": ["nurse"]}, "handover", "no segment needs a 'nurse'; needed are therapist, therapy"),
    ],
)
def test_a_kind_that_cannot_be_is_refused(said: dict[str, Any], path: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        evolve(TALK, **said)
    assert list(faults_of(caught.value)) == [path]
    assert message in faults_of(caught.value)[path]


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"order": []}, "order"),
        ({"order": "talk"}, "order"),
        ({"order": ["talk", ""]}, "order"),
        ({"times": 0}, "times"),
        ({"times": True}, "times"),
        ({"times": 10**9}, "times"),
        ({"name": "in\tduction"}, "name"),
    ],
)
def test_a_phase_that_cannot_be_is_refused(said: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Phase(**{"name": "induction", "order": ["talk"], **said})
    assert list(faults_of(caught.value)) == [path]


def test_a_session_is_known_by_phase_kind_and_number() -> None:
    session = Session(phase="induction", kind=DOSING, number=3)
    assert (session.id, session.kind_name) == ("induction/dosing/3", "dosing")
