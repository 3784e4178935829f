"""Do the presets say what they are said to say, and can a programme be based on each?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import combinations, pairwise
from pathlib import Path
from typing import TypeAlias, TypeVar

import pytest
from attrs import evolve

from kapsched.exchange.documents import load_preset, presets, read_programme
from kapsched.model.course import Patient, enrol
from kapsched.model.periods import CalendarWeek, RollingDays, TreatmentWeek
from kapsched.model.programme import Programme, Segment
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Span
from kapsched.timeline.units import Days, Hours

Based: TypeAlias = Callable[[str, str], Programme]
R = TypeVar("R", Gap, Offset, Frequency, Span, Continuity)


@pytest.fixture
def based(tmp_path: Path) -> Based:
    """Reads a programme that is based on a preset and says only the given text."""

    def read(preset: str, text: str) -> Programme:
        path = tmp_path / "own.toml"
        heading = f'format = 1\nname = "own"\nversion = "1"\nbased_on = "preset:{preset}"\n'
        path.write_text(heading + text, encoding="utf-8")
        return read_programme(path)

    return read


def _rule(programme: Programme, name: str, type_: type[R]) -> R:
    (rule,) = (rule for rule in programme.rules if rule.name == name)
    assert isinstance(rule, type_)
    return rule


def _ids(programme: Programme) -> list[str]:
    return [session.id for session in programme.sessions]


def _paired(phase: str, first: int, last: int) -> Iterator[str]:
    for number in range(first, last + 1):
        yield f"{phase}/dosing/{number}"
        yield f"{phase}/integration/{number}"


def _talks(count: int) -> list[str]:
    return [f"preparation/preparation/{number}" for number in range(1, count + 1)]


def test_there_are_presets_for_each_way_of_giving_it() -> None:
    infusions = {"crps-taper@1", "iv-six@1", "iv-six-fast@1", "iv-taper@1", "kare@1"}
    with_psychotherapy = {"kap-paired-21@1", "kap-paired-fortnight@1", "kap-twice-weekly@1"}
    assert infusions | with_psychotherapy | {"esketamine@1", "home-lozenge@1", "kap-office@1"} <= set(
        presets()
    )


@pytest.mark.parametrize("name", presets())
def test_a_preset_waits_for_the_first_dose(name: str) -> None:
    assert load_preset(name).target == "induction/dosing/1"


@pytest.mark.parametrize("name", presets())
def test_a_preset_uses_the_known_names_of_kinds_and_no_kind_for_nothing(name: str) -> None:
    programme = load_preset(name)
    kinds = {kind.name for kind in programme.kinds}
    assert kinds <= {"preparation", "dosing", "self-led", "integration", "review"}
    assert kinds == {session.kind_name for session in programme.sessions}


WATCHED = (
    "iv-six-fast@1",
    "iv-six@1",
    "iv-taper@1",
    "kap-paired-21@1",
    "kap-paired-fortnight@1",
    "kap-twice-weekly@1",
    "kare@1",
)


@pytest.mark.parametrize("name", WATCHED)
def test_a_dose_is_given_by_a_doctor_in_a_treatment_room_and_a_nurse_watches_the_recovery(name: str) -> None:
    (dosing,) = (kind for kind in load_preset(name).kinds if kind.name == "dosing")
    arrival, dose, recovery = dosing.segments
    assert {segment.room for segment in dosing.segments} == {"treatment"}
    assert "nurse" in arrival.staff
    assert "doctor" in dose.staff
    assert 40 <= dose.minutes <= 60
    assert recovery.minutes >= 45
    assert ("nurse" in recovery.staff, recovery.shares, recovery.turnaround) == (True, ("nurse",), 15)


@pytest.mark.parametrize("name", WATCHED)
def test_every_talk_is_in_a_therapy_room(name: str) -> None:
    talks = [kind for kind in load_preset(name).kinds if kind.name != "dosing"]
    assert {segment.room for kind in talks for segment in kind.segments} == {"therapy"}


def test_twice_weekly_is_two_weeks_of_doses_and_three_more() -> None:
    programme = load_preset("kap-twice-weekly@1")
    maintenance = _paired("maintenance", 1, 3)
    assert _ids(programme) == [*_talks(2), *_paired("induction", 1, 4), *maintenance]


def test_twice_weekly_means_exactly_two_in_every_calendar_week_of_the_induction() -> None:
    rule = _rule(load_preset("kap-twice-weekly@1"), "two-a-week", Frequency)
    assert (rule.phase, rule.at_least, rule.at_most, rule.per) == ("induction", 2, 2, CalendarWeek())


def test_twice_weekly_has_a_day_between_any_two_doses() -> None:
    programme = load_preset("kap-twice-weekly@1")
    gap = _rule(programme, "doses-apart", Gap)
    assert gap.at_least == Days(2)
    assert len(gap.pairs(programme.sessions)) == 6


@pytest.mark.parametrize("name", ["kap-twice-weekly@1", "kap-paired-fortnight@1"])
def test_each_dose_is_talked_over_on_the_next_date_with_the_same_therapist(name: str) -> None:
    programme = load_preset(name)
    after = _rule(programme, "integration-next-day", Offset)
    assert after.earliest == after.ideal == after.latest == Days(1)
    assert all(
        integration.id == dose.id.replace("dosing", "integration")
        for dose, integration in after.pairs(programme.sessions)
    )
    same = _rule(programme, "therapist-of-a-dose", Continuity)
    doses = sum(session.kind_name == "dosing" for session in programme.sessions)
    assert same.hard
    assert len(same.groups(programme.sessions, programme.offsets)) == doses


@pytest.mark.parametrize("name", ["kap-twice-weekly@1", "kap-paired-fortnight@1"])
def test_a_change_of_therapist_within_the_course_costs_and_is_not_forbidden(name: str) -> None:
    rule = _rule(load_preset(name), "therapist-of-the-course", Continuity)
    assert (rule.role, rule.scope, rule.hard) == ("therapist", "course", False)


def test_twice_weekly_maintenance_comes_every_four_weeks_counted_from_the_dose_before() -> None:
    programme = load_preset("kap-twice-weekly@1")
    step = _rule(programme, "maintenance-step-1", Offset)
    assert (step.earliest, step.ideal, step.latest) == (Days(25), Days(28), Days(31))
    assert [(anchor.id, session.id) for anchor, session in step.pairs(programme.sessions)] == [
        ("induction/dosing/4", "maintenance/dosing/1"),
        ("maintenance/dosing/1", "maintenance/dosing/2"),
        ("maintenance/dosing/2", "maintenance/dosing/3"),
    ]


def test_six_doses_on_top_of_twice_weekly_make_three_weeks(based: Based) -> None:
    programme = based("kap-twice-weekly@1", "phases.induction.times = 6\n")
    rule = _rule(programme, "two-a-week", Frequency)
    weeks, left = divmod(len(rule.binding(programme.sessions)), rule.at_least)
    assert rule.at_least == rule.at_most
    assert (weeks, left) == (3, 0)
    assert _ids(programme) == [*_talks(2), *_paired("induction", 1, 6), *_paired("maintenance", 1, 3)]
    assert (programme.name, programme.version) == ("own", "1")


@pytest.mark.parametrize("times", [1, 2, 3])
def test_twice_weekly_takes_any_number_of_preparations(times: int, based: Based) -> None:
    programme = based("kap-twice-weekly@1", f"phases.preparation.times = {times}\n")
    gap = _rule(programme, "preparations-apart", Gap)
    chain = [*_talks(times), "induction/dosing/1"]
    pairs = [(first.id, second.id) for first, second in gap.pairs(programme.sessions)]
    assert pairs == list(pairwise(chain))


def test_the_first_preparation_lies_one_to_two_weeks_before_the_first_dose() -> None:
    programme = load_preset("kap-twice-weekly@1")
    rule = _rule(programme, "first-preparation", Offset)
    (pair,) = rule.pairs(programme.sessions)
    assert [session.id for session in pair] == ["induction/dosing/1", "preparation/preparation/1"]
    assert (rule.earliest, rule.ideal, rule.latest) == (Days(-14), Days(-7), Days(-7))


def test_the_second_pair_begins_a_fortnight_after_the_first() -> None:
    programme = load_preset("kap-paired-fortnight@1")
    rule = _rule(programme, "next-pair", Offset)
    assert (rule.earliest, rule.ideal, rule.latest) == (Days(12), Days(14), Days(16))
    (pair,) = rule.pairs(programme.sessions)
    assert [session.id for session in pair] == ["induction/dosing/1", "induction/dosing/3"]


def test_a_pair_is_two_doses_within_a_few_days() -> None:
    programme = load_preset("kap-paired-fortnight@1")
    rule = _rule(programme, "pair", Offset)
    assert (rule.earliest, rule.latest) == (Days(2), Days(4))
    assert [(anchor.number, session.number) for anchor, session in rule.pairs(programme.sessions)] == [
        (1, 2),
        (3, 4),
    ]
    assert _ids(programme) == [*_talks(2), *_paired("induction", 1, 4), "review/review/1"]


def test_a_third_pair_is_added_as_the_preset_says(based: Based) -> None:
    text = """
    phases.induction.times = 3
    offsets.pair.of = ["induction/dosing/2", "induction/dosing/4", "induction/dosing/6"]
    [offsets.third-pair]
    of = "induction/dosing/5"
    anchor = "induction/dosing/3"
    earliest = "12 days"
    ideal = "14 days"
    latest = "16 days"
    """
    programme = based("kap-paired-fortnight@1", text)
    dated = {session.id for rule in programme.offsets for _, session in rule.pairs(programme.sessions)}
    assert {f"induction/dosing/{number}" for number in range(2, 7)} <= dated


def test_six_infusions_fit_three_weeks_on_any_weekday_and_not_two() -> None:
    programme = load_preset("iv-six@1")
    assert _ids(programme) == [*(f"induction/dosing/{number}" for number in range(1, 7)), "review/review/1"]
    often = _rule(programme, "two-in-seven-days", Frequency)
    assert (often.at_most, often.per) == (2, RollingDays(days=7))
    apart = _rule(programme, "doses-apart", Gap)
    assert apart.at_least == Days(2)
    within = _rule(programme, "three-weeks", Span).at_most.count
    lengths = [
        days[-1]
        for days in ((0, *rest) for rest in combinations(range(1, within + 1), 5))
        if all(later - earlier >= 2 for earlier, later in pairwise(days))
        and all(third - first >= 7 for first, third in zip(days, days[2:], strict=False))
    ]
    assert (min(lengths), max(lengths)) == (16, 20)


def test_an_infusion_lasts_forty_minutes() -> None:
    for name in ("iv-six@1", "iv-six-fast@1", "iv-taper@1", "kare@1"):
        (dosing,) = (kind for kind in load_preset(name).kinds if kind.name == "dosing")
        infusion: Segment = dosing.segments[1]
        assert (infusion.name, infusion.minutes) == ("infusion", 40)


def test_the_infusions_of_kare_are_the_visits_two_four_and_six_of_ten() -> None:
    programme = load_preset("kare@1")
    visits = dict(enumerate((session.kind_name for session in programme.sessions), start=1))
    assert [number for number, kind in visits.items() if kind == "dosing"] == [2, 4, 6]
    assert sum(kind in ("preparation", "integration") for kind in visits.values()) == 7
    assert len(visits) == 10


def test_therapy_lies_between_the_infusions_of_kare() -> None:
    programme = load_preset("kare@1")
    to_therapy = _rule(programme, "therapy-between-infusions", Gap)
    to_infusion = _rule(programme, "therapy-between-infusions-next", Gap)
    assert to_therapy.at_least == to_infusion.at_least == Hours(0)
    assert [session.id for _, session in to_infusion.pairs(programme.sessions)][:2] == [
        "induction/dosing/2",
        "induction/dosing/3",
    ]


def test_the_infusions_of_kare_are_one_to_three_weeks_apart() -> None:
    programme = load_preset("kare@1")
    rule = _rule(programme, "infusions-weekly", Offset)
    assert (rule.earliest, rule.ideal, rule.latest) == (Days(7), Days(7), Days(21))
    assert len(rule.pairs(programme.sessions)) == 2


def test_all_therapy_of_kare_is_with_one_therapist_for_an_hour_and_a_half() -> None:
    programme = load_preset("kare@1")
    rule = _rule(programme, "one-therapist", Continuity)
    assert (rule.role, rule.scope, rule.hard) == ("therapist", "course", True)
    talks = {kind.name: kind.minutes for kind in programme.kinds if kind.name != "dosing"}
    assert talks == {"preparation": 90, "integration": 90}


def test_esketamine_is_taken_by_the_patient_who_is_then_observed_for_two_hours() -> None:
    (dosing,) = load_preset("esketamine@1").kinds
    assert [(one.name, one.minutes) for one in dosing.segments] == [
        ("arrival", 15),
        ("self-administration", 10),
        ("observation", 120),
    ]
    assert {(one.staff, one.room) for one in dosing.segments} == {(("nurse",), "treatment")}
    assert [one.shares for one in dosing.segments] == [(), (), ("nurse",)]


def test_esketamine_is_eight_doses_and_four_and_then_goes_on() -> None:
    programme = load_preset("esketamine@1")
    phases = [(phase.name, phase.times, phase.open, phase.book_ahead) for phase in programme.phases]
    assert phases == [
        ("induction", 8, False, None),
        ("optimisation", 4, False, None),
        ("maintenance", 1, True, 4),
    ]
    course = enrol(programme, Patient(id="q17"), id="c17", first_day=date(2027, 1, 7))
    assert (len(course.owed), course.goes_on) == (16, "maintenance")
    # Eight weeks, then one a week at the soonest.
    by_june = evolve(course, book_ahead=date(2027, 6, 30))
    assert len(by_june.owed) > 12 + 4


def test_esketamine_counts_the_weeks_of_both_phases_from_the_first_dose() -> None:
    programme = load_preset("esketamine@1")
    weekly = TreatmentWeek(anchor="induction/dosing/1")
    for name, phase, number in (("two-a-week", "induction", 2), ("one-a-week", "optimisation", 1)):
        rule = _rule(programme, name, Frequency)
        assert (rule.phase, rule.at_least, rule.at_most, rule.per) == (phase, number, number, weekly)
        assert rule.counted(programme.sessions) == programme.sessions


def test_maintenance_with_esketamine_comes_every_one_or_two_weeks() -> None:
    rule = _rule(load_preset("esketamine@1"), "every-one-or-two-weeks", Offset)
    assert (rule.earliest, rule.ideal, rule.latest) == (Days(7), Days(7), Days(14))


def test_fewer_doses_of_esketamine_are_a_programme_of_one_s_own(based: Based) -> None:
    programme = based(
        "esketamine@1", "phases.induction.times = 4\nphases.maintenance.book_ahead = 2027-12-31\n"
    )
    assert [one.id for one in programme.sessions if one.phase == "induction"] == [
        f"induction/dosing/{number}" for number in range(1, 5)
    ]
    assert programme.phases[-1].book_ahead == date(2027, 12, 31)
    closed = based("esketamine@1", "phases.maintenance.times = 6\n")
    assert closed.open_phase is None
    assert len(closed.sessions) == 18
