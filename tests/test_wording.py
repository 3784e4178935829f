"""Is every text there in every language, and is nothing said to a patient that is not theirs to know?"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, get_args

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kapsched.errors import InvalidInput, language_tag
from kapsched.exchange.reason_values import read_reason, reason_value
from kapsched.model.appointments import Status
from kapsched.model.plan import PROOFS, Refusal
from kapsched.model.reasons import Reason, ReasonCode
from kapsched.model.wording import BLANKS, PROVED, REASONS, STATES, Wording
from kapsched.model.wordings.english import ENGLISH
from kapsched.model.wordings.german import GERMAN
from kapsched.model.wordings.shipped import WORDINGS, spoken
from kapsched.model.wordings.welsh import WELSH
from tests import calendar_stories as stories

MONDAY = date(2027, 1, 4)
CODES: tuple[ReasonCode, ...] = get_args(ReasonCode)
IDS = ("oak-7", "ben-7", "next day 7")  # no part of any word

# The same word in both languages, or a small one that means something else.
EQUAL = {
    "cy": "a all staff",
    "de": "apr april aug august do feb in jan minute nov november patient person plan plans september so status",
}


def refusal(*reasons: Reason) -> Refusal:
    course = stories.course("c1", "q17", first_day=MONDAY)
    return Refusal(course=course, session="induction/dosing/2", reasons=reasons)


def on(*days: int) -> tuple[date, ...]:
    return tuple(MONDAY + timedelta(days=day) for day in days)


def said(reason: Reason, wording: Wording = ENGLISH, *, patient: bool = False) -> str:
    (sentence,) = refusal(reason).sentences("patient" if patient else "desk", wording)
    return sentence


def words(text: str) -> set[str]:
    bare = re.sub(r"{\w+}", " ", text)
    return {word.lower() for word in re.findall(r"[^\W\d_]+", bare)}


# The tables.


def test_the_shipped_languages_go_by_their_tags() -> None:
    assert dict(WORDINGS) == {"en": ENGLISH, "cy": WELSH, "de": GERMAN}
    assert [one.language for one in WORDINGS.values()] == list(WORDINGS)


def test_there_is_a_text_for_every_code_every_proof_and_every_status() -> None:
    assert set(CODES) <= set(REASONS)
    assert PROVED == PROOFS
    assert set(get_args(Status)) <= set(STATES)


@pytest.mark.parametrize("wording", [WELSH, GERMAN], ids=lambda one: one.language)
def test_no_english_word_is_left(wording: Wording) -> None:
    english = {word for text in ENGLISH.texts.values() for word in words(text)}
    found = {word for text in wording.texts.values() for word in words(text)} & english
    assert sorted(found) == EQUAL[wording.language].split()


@pytest.mark.parametrize("wording", WORDINGS.values(), ids=WORDINGS)
def test_a_translation_leaves_every_blank_that_the_english_leaves(wording: Wording) -> None:
    for at, text in wording.texts.items():
        assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", ENGLISH.texts[at])), at


@pytest.mark.parametrize("wording", WORDINGS.values(), ids=WORDINGS)
def test_columns_that_stand_side_by_side_have_heads_of_their_own(wording: Wording) -> None:
    tables = (
        ("date", "time", "kind", "session", "room", "staff", "status", "course", "patient"),
        ("staff", "date", "from", "to", "free from", "kind", "course", "role", "segment", "room", "status"),
        ("time", "patient", "kind", "segment", "room", "staff", "free from", "status", "course", "role"),
        ("room", "role", "week", "booked", "there", "share"),
        ("course", "patient", "starts", "ends", "visits", "proved", "remark"),
    )
    for heads in tables:
        assert len({wording.say("desk", head) for head in heads}) == len(heads)


def test_no_text_for_patients_has_a_blank_but_for_dates() -> None:
    dates = {"on", "first_day", "last_day", "weekday", "day", "month", "year"}
    blanks = [blanks for (reader, _), blanks in BLANKS.items() if reader == "patient"]
    assert frozenset().union(*blanks) <= dates


def test_a_text_that_is_missing_or_asked_for_by_nobody_is_found_when_the_table_is_built() -> None:
    texts: dict[Any, str] = dict(ENGLISH.texts)
    del texts["desk", "reason closure"]
    texts["desk", "reason closures"] = "The clinic is closed {on}."
    texts["patient", "reason booked"] = "Already booked {on}: {names}."
    with pytest.raises(InvalidInput) as caught:
        Wording(language="en", texts=texts)
    assert [str(fault) for fault in caught.value.faults] == [
        "texts.desk.reason closure: the wording 'en' has no such text",
        "texts.patient.reason booked: 'Already booked {on}: {names}.' may leave these blanks, bare: {on}",
        "texts.desk.reason closures: nobody asks for this text; did you mean desk.reason closure?",
    ]


@pytest.mark.parametrize("tag", ["cy", "de-AT", "zh-Hant-TW", "es-419", "sl-rozaj-biske-1994", "en-u-ca-abc"])
def test_the_tag_of_a_language_is_taken(tag: str) -> None:
    assert language_tag(tag) == ""


@pytest.mark.parametrize("tag", ["", "Welsh", "c", "cy_GB", "cy-", "cy GB", "cy;X=1", "cy\r\n", "ćy", None])
def test_what_is_no_tag_of_a_language_is_refused(tag: Any) -> None:
    assert "'cy' or 'de-AT'" in language_tag(tag)
    with pytest.raises(InvalidInput) as caught:
        evolve(ENGLISH, language=tag)
    assert [fault.path for fault in caught.value.faults] == ["language"]


@pytest.mark.parametrize(
    ("language", "found"),
    [("de", GERMAN), ("de-AT", GERMAN), ("DE-at-x-y", GERMAN), ("cy-GB", WELSH), ("ar", None), ("", None)],
)
def test_a_language_is_spoken_by_the_table_of_its_tag_or_of_the_nearest(
    language: str, found: Wording | None
) -> None:
    assert spoken(language, WORDINGS.values()) is found


# Sentences.


@pytest.mark.parametrize(
    ("days", "english", "welsh", "german"),
    [
        (on(0), "on Mon 4 Jan 2027", "ar ddydd Llun 4 Ion 2027", "am Mo., 4. Jan. 2027"),
        (
            on(0, 1),
            "on Mon 4 Jan 2027 and Tue 5 Jan 2027",
            "ar ddydd Llun 4 Ion 2027 a dydd Maw 5 Ion 2027",
            "am Mo., 4. Jan. 2027 und am Di., 5. Jan. 2027",
        ),
        (
            on(0, 1, 3),
            "on Mon 4 Jan 2027, Tue 5 Jan 2027 and Thu 7 Jan 2027",
            "ar ddydd Llun 4 Ion 2027, dydd Maw 5 Ion 2027 a dydd Iau 7 Ion 2027",
            "am Mo., 4. Jan. 2027, am Di., 5. Jan. 2027 und am Do., 7. Jan. 2027",
        ),
        (
            on(0, 1, 2, 3),
            "from Mon 4 Jan 2027 to Thu 7 Jan 2027",
            "o ddydd Llun 4 Ion 2027 tan ddydd Iau 7 Ion 2027",
            "von Mo., 4. Jan. 2027 bis Do., 7. Jan. 2027",
        ),
        (
            on(0, 1, 3, 60),
            "on 4 dates from Mon 4 Jan 2027 to Fri 5 Mar 2027",
            "ar 4 o ddyddiadau rhwng dydd Llun 4 Ion 2027 a dydd Gwe 5 Maw 2027",
            "an 4 Tagen von Mo., 4. Jan. 2027 bis Fr., 5. März 2027",
        ),
    ],
)
def test_dates_are_said_in_the_order_and_the_way_of_the_language(
    days: tuple[date, ...], english: str, welsh: str, german: str
) -> None:
    closed = Reason(code="closure", dates=days)
    assert said(closed) == f"The clinic is closed {english}."
    assert said(closed, WELSH) == f"Mae'r clinig ar gau {welsh}."
    assert said(closed, GERMAN) == f"Die Klinik ist {german} geschlossen."


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            Reason(code="hours", ids=["ben", "oak"], dates=on(0)),
            "Not there for long enough, or not all at once, on Mon 4 Jan 2027: ben and oak.",
        ),
        (Reason(code="hours", dates=on(0)), "The clinic does not open on Mon 4 Jan 2027."),
        (Reason(code="patient", dates=on(0)), "The patient cannot come on Mon 4 Jan 2027."),
        (
            Reason(code="patient", ids=["ben"], dates=on(0)),
            "Only those whom the patient excludes could be there on Mon 4 Jan 2027: ben.",
        ),
        (
            Reason(code="booked", ids=["ash", "ben", "oak"], dates=on(0)),
            "Already booked on Mon 4 Jan 2027: ash, ben and oak.",
        ),
        (
            Reason(code="booked", dates=on(0)),
            "Already booked on Mon 4 Jan 2027: all who are needed, each at another time.",
        ),
        (
            Reason(code="rule", ids=["next day"], dates=on(0)),
            "The sessions before it leave no room on Mon 4 Jan 2027 (rule: next day).",
        ),
        (Reason(code="rule", ids=["next day"]), "The rules contradict each other: next day."),
        (
            Reason(code="horizon", dates=on(*range(2, 30))),
            "From Mon 4 Jan 2027 on, the rules leave no dates before the horizon ends on Tue 2 Feb 2027.",
        ),
        (Reason(code="booked", ids=["oak"]), "Already booked at any time: oak."),
    ],
)
def test_the_desk_reads_whom_and_what_it_is_about(reason: Reason, sentence: str) -> None:
    assert said(reason) == sentence


def test_a_patient_reads_on_which_dates_and_no_more() -> None:
    booked = Reason(code="booked", ids=IDS, dates=on(0))
    assert said(booked, patient=True) == "Not available on Monday 4 January 2027."
    assert said(booked, WELSH, patient=True) == "Ddim ar gael ar ddydd Llun 4 Ionawr 2027."
    assert said(booked, GERMAN, patient=True) == "Es ist am Montag, 4. Januar 2027 kein Termin möglich."
    own = Reason(code="patient", dates=on(0))
    assert said(own, patient=True) == "You cannot come on Monday 4 January 2027."


@pytest.mark.parametrize("wording", WORDINGS.values(), ids=WORDINGS)
@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("days", [(), on(0), on(0, 2), on(0, 1, 2, 3, 5)])
def test_no_reason_tells_a_patient_of_whom_or_what_it_is(
    code: ReasonCode, days: tuple[date, ...], wording: Wording
) -> None:
    reasons = [Reason(code=code, ids=ids, dates=days) for ids in ((), IDS, ("a", "b"))]
    asked = refusal(*reasons)
    # Whoever or whatever it is, the patient reads the same: at most that it is or is not theirs.
    told = asked.sentences("patient", wording)
    for hidden in (*IDS, asked.session, asked.course.id, asked.course.programme.name, "q17"):
        assert not any(str(hidden) in one for one in told)
    assert refusal(reasons[1]).sentences("patient", wording) == refusal(reasons[2]).sentences(
        "patient", wording
    )
    assert all(one.endswith(".") and "{" not in one for one in told)


def test_a_patient_does_not_read_how_many_reasons_there_are() -> None:
    booked = refusal(
        Reason(code="absence", ids=["ben"], dates=on(1)),
        Reason(code="closure", dates=on(3)),
        Reason(code="booked", ids=["oak"], dates=on(0, 2)),
    )
    assert booked.sentences("patient") == (
        "Not available on Monday 4 January 2027, Tuesday 5 January 2027 and Wednesday 6 January 2027.",
        "The clinic is closed on Thursday 7 January 2027.",
    )
    assert len(booked.sentences("desk")) == 3


def test_what_reads_alike_is_one_sentence_also_where_only_the_ends_of_the_dates_are_known() -> None:
    away = Reason(code="absence", ids=["ben"], first=on(2)[0], last=on(9)[0])
    booked = Reason(code="booked", ids=["oak"], dates=on(0, 3))
    assert refusal(booked, away).sentences("patient") == (
        "Not available on 9 dates from Monday 4 January 2027 to Wednesday 13 January 2027.",
    )
    later = Reason(code="booked", ids=["oak"], dates=on(10, 11))
    assert refusal(away, later).sentences("patient") == (
        "Not available from Wednesday 6 January 2027 to Friday 15 January 2027.",
    )
    always = Reason(code="absence", ids=["ben"])
    assert refusal(booked, always).sentences("patient") == ("Not available at any time.",)
    assert len(refusal(booked, away, always).sentences()) == 3


def test_what_is_as_true_of_two_is_told_a_patient_once() -> None:
    twice = refusal(*(Reason(code="absence", ids=[one], dates=on(0)) for one in ("ben", "tess")))
    assert len(twice.sentences()) == 2
    assert twice.sentences("patient") == ("Not available on Monday 4 January 2027.",)


# Reasons as values.


def test_the_ends_of_a_reason_are_those_of_its_dates() -> None:
    reason = Reason(code="closure", dates=on(0, 3))
    assert (reason.first, reason.last) == on(0, 3)
    assert Reason(code="steps").first is None


@pytest.mark.parametrize(
    "wrong",
    [{"dates": on(1, 0)}, {"dates": on(0, 0)}, {"dates": on(0, 2), "last": on(1)[0]}, {"dates": ["Monday"]}],
)
def test_dates_out_of_order_or_beyond_the_ends_are_refused(wrong: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        Reason(code="closure", **wrong)
    assert {fault.path for fault in caught.value.faults} == {"dates"}


@given(st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)) | st.dates(MONDAY, on(40)[0])))
def test_a_reason_is_the_same_after_it_was_written_down(days: set[date]) -> None:
    reason = Reason(code="booked", ids=["oak"], dates=sorted(days))
    written = reason_value(reason)
    assert read_reason(written) == reason
    assert written.get("dates", []) == [] or len(written["dates"]) <= len(days)


def test_dates_that_follow_each_other_are_written_as_one_interval() -> None:
    assert reason_value(Reason(code="closure", dates=on(0, 1, 2, 7)))["dates"] == [
        "2027-01-04/2027-01-06",
        "2027-01-11",
    ]


def test_a_reason_of_format_1_is_said_from_its_ends() -> None:
    old = {
        "code": "booked",
        "ids": ["oak"],
        "first": "2027-01-04",
        "last": "2027-03-05",
        "sentence": "Taken.",
    }
    assert said(read_reason(old)) == "Already booked from Mon 4 Jan 2027 to Fri 5 Mar 2027: oak."
    assert said(read_reason({**old, "last": "2027-01-04"})) == "Already booked on Mon 4 Jan 2027: oak."


@pytest.mark.parametrize(
    "dates", [["2027-01-06/2027-01-04"], ["2027-01-04/2999-01-01"], ["soon"], "2027-01-04"]
)
def test_dates_that_cannot_be_read_are_refused_by_their_place(dates: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_reason(
            {"code": "booked", "ids": [], "first": "2027-01-04", "last": "2027-01-04", "dates": dates}
        )
    assert {fault.path.partition(".")[0] for fault in caught.value.faults} == {"dates"}
