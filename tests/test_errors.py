"""Does what can go wrong say what, where and all of it?"""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from kapsched.errors import (
    Check,
    Clash,
    Fault,
    InvalidInput,
    KapschedError,
    PlannerBug,
    Several,
    a_date,
    a_moment,
    aware,
    each,
    faults_in,
    flag,
    identifier,
    of_type,
    one_of,
    optional,
    refuse,
    require,
    require_given,
    text,
    whole,
)

HOURS = Fault("09:00-08:00 is reversed", "staff.ben.hours.tue", "clinic.toml", 31)
ZONE = Fault("there is no time zone 'Mars'", "zone")


def test_every_error_of_ours_is_a_kapsched_error_and_bad_input_a_value_error_too() -> None:
    for error in (InvalidInput, Clash, PlannerBug):
        assert issubclass(error, KapschedError)
    assert issubclass(InvalidInput, ValueError)
    assert not issubclass(PlannerBug, ValueError)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (HOURS, "clinic.toml:31: staff.ben.hours.tue: 09:00-08:00 is reversed"),
        (ZONE, "zone: there is no time zone 'Mars'"),
        (Fault("it is empty", source="clinic.toml"), "clinic.toml: it is empty"),
        (Fault("it is empty"), "it is empty"),
    ],
)
def test_a_fault_names_the_place_before_the_matter(fault: Fault, sentence: str) -> None:
    assert str(fault) == sentence


def test_a_fault_seen_from_above_has_a_longer_path() -> None:
    assert ZONE.under("clinic").path == "clinic.zone"
    assert Fault("it is empty").under("clinic").path == "clinic"
    assert HOURS.under("").path == HOURS.path
    assert HOURS.under("a")[2:] == HOURS[2:]


def test_bad_input_lists_all_its_faults() -> None:
    error = InvalidInput(HOURS, ZONE)
    assert error.faults == (HOURS, ZONE)
    assert str(error).splitlines() == [str(HOURS), str(ZONE)]
    assert error.under("clinic").faults == (HOURS.under("clinic"), ZONE.under("clinic"))


def test_a_sentence_is_a_fault_at_the_path_given() -> None:
    assert InvalidInput("it is empty", path="roles").faults == (Fault("it is empty", "roles"),)


def test_bad_input_pickles_with_its_faults() -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        back = pickle.loads(pickle.dumps(InvalidInput(HOURS, ZONE), protocol))  # noqa: S301  # our own pickle
        assert type(back) is InvalidInput
        assert back.faults == (HOURS, ZONE)
        assert str(back) == str(InvalidInput(HOURS, ZONE))


def test_nothing_is_refused_where_nothing_is_wrong() -> None:
    refuse(())
    with pytest.raises(InvalidInput) as caught:
        refuse(iter([HOURS, ZONE]))
    assert caught.value.faults == (HOURS, ZONE)


# The checks of single fields.


@pytest.mark.parametrize(
    "value",
    ["ben", "17", "../../x", "Zoë  Ö", "क्षितिज", "👩‍⚕️", " x ", "a\u00a0b", "-" * 200, "%s", "'", "con"],
)
def test_an_id_is_whatever_the_caller_calls_things(value: str) -> None:
    assert identifier(value) == ""


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "not a blank"),
        ("  \t", "not a blank"),
        ("a\nb", r"holds '\n'"),
        ("a\0", r"holds '\x00'"),
        ("\x7f!", r"holds '\x7f'"),
        ("a\u0085b", r"holds '\x85'"),
        ("a\u2028b", r"holds '\u2028'"),
        ("\ud800", r"holds '\ud800'"),
        ("\uffff", r"holds '\uffff'"),
        ("x" * 201, "longer than 200"),
        (17, "text is wanted, not 17"),
        (None, "text is wanted, not None"),
        (b"ben", "text is wanted"),
        (["ben"], "text is wanted"),
    ],
)
def test_an_id_that_files_could_not_carry_is_refused(value: object, why: str) -> None:
    assert why in identifier(value)


@given(st.text() | st.binary() | st.floats() | st.lists(st.text()))
def test_what_a_check_says_can_always_be_written(value: object) -> None:
    checks: list[Check] = [
        identifier,
        text,
        flag,
        a_date,
        a_moment,
        aware,
        whole(0, 9),
        one_of(("a",)),
        each(identifier),
    ]
    for check in checks:
        assert check(value).encode().decode().isprintable()


@given(st.text())
def test_text_that_passes_can_be_written_in_one_line_of_any_file(value: str) -> None:
    if not text(value):
        assert len(value.encode().decode().splitlines()) <= 1


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (flag, [True, False], [0, 1, "true", None]),
        (whole(1, 3), [1, 3], [0, 4, True, 2.0, "2", None, float("nan"), 10**5000]),
        (a_date, [date(2027, 1, 1)], [datetime(2027, 1, 1, tzinfo=UTC), date(1899, 1, 1), date.max, ""]),
        (aware, [datetime(2027, 1, 1, tzinfo=UTC)], [datetime(2027, 1, 1), date(2027, 1, 1), None]),  # noqa: DTZ001
        (a_moment, [datetime(2027, 1, 1, tzinfo=UTC)], [datetime(2027, 1, 1), datetime.max.replace(tzinfo=UTC), None]),  # noqa: DTZ001
        (one_of(("morning", "afternoon")), ["morning"], ["evening", None, "", ["morning"]]),
        (of_type(int, str), [1, "a"], [1.0, None]),
        (optional(flag), [None, True], [0]),
        (each(whole(0, 6)), [(), (1, 2), frozenset({6})], [(1, 7), "12", [1], 3, None]),
    ],
)  # fmt: skip
def test_a_check_tells_good_from_bad(check: Check, good: list[object], bad: list[object]) -> None:
    assert [value for value in good if check(value)] == []
    assert [value for value in bad if not check(value)] == []


def test_a_single_text_is_not_cut_into_letters() -> None:
    assert Several(["ben", "mia"]) == Several(name for name in ("ben", "mia")) == ("ben", "mia")
    assert type(Several(["ben"])) is tuple
    assert each(identifier)(Several("doctor")) == "several are wanted, in a list, not str"
    assert each(identifier)(Several(5)) == "several are wanted, in a list, not 5"  # type: ignore[arg-type]


def test_all_arguments_are_checked_and_each_fault_is_at_its_argument() -> None:
    with pytest.raises(InvalidInput) as caught:
        require_given(id=("", identifier), open=(True, flag), beds=(0, whole(1, 9)))
    assert [fault.path for fault in caught.value.faults] == ["id", "beds"]


def test_all_fields_are_checked_and_each_fault_is_at_its_field() -> None:
    @frozen
    class Bay:
        id: str
        beds: int
        open: bool

    checks: dict[str, Check] = {"id": identifier, "beds": whole(1, 9), "open": flag}
    assert [fault.path for fault in faults_in(Bay("", 0, True), **checks)] == ["id", "beds"]
    require(Bay("bay", 1, True), **checks)
    with pytest.raises(InvalidInput, match="beds: a whole number from 1 to 9 is wanted, not 0"):
        require(Bay("bay", 0, True), **checks)
