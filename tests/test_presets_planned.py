"""Can each preset be had from first to last in a clinic that has what it needs, and is it then what it says?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from attrs import evolve

from kapsched.exchange.documents import load_preset, presets, read_programme
from kapsched.model.clinic import Clinic, Horizon, Room, StaffMember
from kapsched.model.course import Course, Done, Patient, enrol
from kapsched.model.periods import RollingDays
from kapsched.model.plan import Plan
from kapsched.model.programme import Programme, Session, SessionKind
from kapsched.model.rules import Frequency, Gap, Offset, Span
from kapsched.timeline.units import Days, Hours
from kapsched.timeline.zones import instant
from kapsched.verification.checks import verify
from tests.oracles.clinics import Case
from tests.oracles.compare import differences
from tests.oracles.compare import planned as answer
from tests.oracles.reference import reference_plan
from tests.stories import DAY, WORKING, closed, dates, london, planned, refused, weekly

YEAR = Horizon(first_day=date(2027, 1, 4), days=364)


def clinic_for(programme: Programme) -> Clinic:
    """Mon-Fri, 08:00 to 18:00: two of each role and of each type of room that the programme asks for."""
    segments = [segment for kind in programme.kinds for segment in kind.segments]
    roles = dict.fromkeys(role for segment in segments for role in segment.staff)
    types = dict.fromkeys(segment.room for segment in segments if segment.room is not None)
    return Clinic(
        id="fit",
        zone="Europe/London",
        hours=WORKING,
        horizon=YEAR,
        rooms=[Room(id=f"{type} {number}", type=type) for type in types for number in (1, 2)],
        staff=[
            StaffMember(id=f"{role} {number}", roles=(role,), hours=WORKING)
            for role in roles
            for number in (1, 2)
        ],
    )


def course_in(name: str, first_day: date = YEAR.first_day) -> Course:
    return enrol(load_preset(name), Patient(id="q17"), id="c17", first_day=first_day)


def plan_of(name: str, clinic: Clinic | None = None, first_day: date = YEAR.first_day) -> Plan:
    course = course_in(name, first_day)
    return planned(course, clinic or clinic_for(course.programme), days=360)


def apart(plan: Plan, *kinds: str) -> list[int]:
    """Days from each session of these kinds to the next."""
    days = [one.start.date() for one in plan.appointments if one.kind in kinds]
    return [(later - earlier).days for earlier, later in pairwise(days)]


@pytest.mark.parametrize("name", presets())
@pytest.mark.parametrize("weekday", [0, 3, 5])
def test_a_preset_can_be_had_whatever_weekday_it_is_asked_for(name: str, weekday: int) -> None:
    plan = plan_of(name, first_day=YEAR.first_day + timedelta(days=weekday))
    assert [one.session for one in plan.appointments] == [one.id for one in plan.course.programme.sessions]
    report = verify(plan, plan.course, clinic_for(plan.course.programme), horizon=YEAR)
    assert report.clean, report


@pytest.mark.parametrize(
    ("name", "days"), [("iv-six-fast@1", 28), ("home-lozenge@1", 40), ("kap-paired-21@1", 42)]
)
def test_the_plan_of_a_preset_is_the_one_that_the_slow_planner_finds(name: str, days: int) -> None:
    """In a clinic of mornings with one of each, starting on the hour, which is slow enough."""
    course, mornings = course_in(name), weekly((9 * 60, 13 * 60))
    whole = clinic_for(course.programme)
    clinic = evolve(
        whole,
        hours=mornings,
        grid=60,
        horizon=evolve(YEAR, days=days),
        staff=[evolve(one, hours=mornings) for one in whole.staff if one.id.endswith("1")],
    )
    now = london("2027-01-03 12:00")
    case = Case(seed=0, family="preset", clinic=clinic, course=course, booked=(), now=now)
    assert list(differences(case, answer(case), reference_plan(case, tries=3_000_000))) == []


# Six within two weeks, and the taper after them


def _ways(sessions: int, within: int, least: int, most: int) -> list[tuple[int, ...]]:
    """Every way to put so many sessions on dates from 0 to `within`, so far apart, so many in seven dates."""
    return [
        days
        for days in ((0, *rest) for rest in combinations(range(1, within + 1), sessions - 1))
        if all(later - earlier >= least for earlier, later in pairwise(days))
        and all(last - first >= 7 for first, last in zip(days, days[most:], strict=False))
    ]


def test_six_infusions_in_twelve_dates_are_three_a_week_on_alternate_days() -> None:
    programme = load_preset("iv-six-fast@1")
    rules = {rule.name: rule for rule in programme.rules}
    often, least, within = (rules[name] for name in ("three-in-seven-days", "doses-apart", "two-weeks"))
    assert isinstance(often, Frequency)
    assert isinstance(least, Gap)
    assert isinstance(within, Span)
    assert (often.at_most, often.per, least.at_least) == (3, RollingDays(days=7), Days(2))
    ways = _ways(6, within.at_most.count, 2, 3)
    assert (0, 2, 4, 7, 9, 11) in ways
    # Beginning on a Monday it is the only way that keeps clear of Saturdays and Sundays; on no other day is there one.
    assert [
        (first, days) for first in range(7) for days in ways if all((first + one) % 7 < 5 for one in days)
    ] == [(0, (0, 2, 4, 7, 9, 11))]


def test_six_infusions_in_two_weeks_wait_for_a_monday() -> None:
    plan = plan_of("iv-six-fast@1", first_day=date(2027, 1, 6))
    assert dates(plan, "dosing") == [
        "Mon 11 Jan",
        "Wed 13 Jan",
        "Fri 15 Jan",
        "Mon 18 Jan",
        "Wed 20 Jan",
        "Fri 22 Jan",
    ]


def test_a_bank_holiday_on_a_monday_puts_six_in_two_weeks_off_by_two_weeks() -> None:
    clinic = clinic_for(load_preset("iv-six-fast@1"))
    plan = plan_of("iv-six-fast@1", evolve(clinic, closed=closed("2027-01-11")))
    assert dates(plan, "dosing")[0] == "Mon 18 Jan"


def test_infusions_thin_out_to_one_a_week_and_one_a_fortnight() -> None:
    plan = plan_of("iv-taper@1")
    assert apart(plan, "dosing") == [2, 2, 3, 2, 2, *[7] * 4, *[14] * 6]
    review, weekly_ones = (
        [one for one in plan.appointments if one.session.startswith(phase)]
        for phase in ("review", "maintenance")
    )
    assert review[0].end <= weekly_ones[0].start
    assert len(weekly_ones) == 10


def test_a_closed_day_in_the_taper_is_paid_for_once_and_the_rest_stay_a_week_apart() -> None:
    clinic = clinic_for(load_preset("iv-taper@1"))
    whole = plan_of("iv-taper@1", clinic)
    (third,) = (one for one in whole.appointments if one.session == "maintenance/dosing/3")
    plan = plan_of("iv-taper@1", evolve(clinic, closed=closed(third.start.date().isoformat())))
    assert plan.cost is not None
    assert plan.cost.drift == 1
    assert apart(plan, "dosing")[5:] == [6, *[7] * 3, *[14] * 6]


def test_a_course_that_has_had_its_six_elsewhere_is_owed_the_review_and_the_taper() -> None:
    programme = load_preset("iv-taper@1")
    days = (4, 6, 8, 11, 13, 15)
    done = {
        f"induction/dosing/{number}": Done(start=london(f"2027-01-{day:02} 10:00"))
        for number, day in enumerate(days, start=1)
    }
    course = enrol(programme, Patient(id="q17"), id="c17", first_day=date(2027, 1, 16), done=done)
    plan = planned(course, clinic_for(programme), days=340)
    assert dates(plan)[:3] == ["Mon 18 Jan", "Fri 22 Jan", "Fri 29 Jan"]
    assert len(plan.appointments) == 11


def test_the_taper_can_follow_another_induction(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        """
        format = 1
        name = "own"
        version = "1"
        based_on = "preset:iv-taper@1"
        phases.induction.times = 8
        spans.two-weeks = false
        frequencies.three-in-seven-days.at_most = 2
        """,
        encoding="utf-8",
    )
    programme = read_programme(own)
    course = enrol(programme, Patient(id="q17"), id="c17", first_day=YEAR.first_day)
    plan = planned(course, clinic_for(programme), days=360)
    assert apart(plan, "dosing")[7:] == [*[7] * 4, *[14] * 6]
    first, *_, last = (one.start.date() for one in plan.appointments if one.session.startswith("induction"))
    assert (last - first).days >= 23


# Four hours at a time


def test_the_pain_taper_is_pairs_then_single_ones_then_monthly_then_quarterly() -> None:
    plan = plan_of("crps-taper@1", first_day=date(2027, 1, 4))
    assert apart(plan, "dosing") == [2, 12, 2, 14, 14, 28, 28, 28, 91, 91]
    assert dates(plan)[:4] == ["Mon 4 Jan", "Wed 6 Jan", "Mon 18 Jan", "Wed 20 Jan"]


def test_four_hours_are_watched_by_a_nurse_and_begun_by_a_doctor() -> None:
    (dosing,) = load_preset("crps-taper@1").kinds
    staff = {segment.name: (segment.minutes, segment.staff, segment.shares) for segment in dosing.segments}
    assert staff["infusion"] == (240, ("nurse",), ("nurse",))
    assert [name for name, (_, roles, _) in staff.items() if "doctor" in roles] == ["begin"]


def test_a_clinic_that_is_open_for_less_than_six_hours_cannot_give_it() -> None:
    course = course_in("crps-taper@1")
    short = weekly((9 * 60, 14 * 60 + 30))
    clinic = evolve(clinic_for(course.programme), hours=short)
    refusal = refused(course, clinic, days=360)
    assert refusal.session == "induction/dosing/1"
    assert {one.code for one in refusal.reasons} == {"hours"}


# Pairs, three weeks from one to the next


def test_pairs_three_weeks_apart_differ_from_a_fortnight_in_nothing_else() -> None:
    near, far = (load_preset(name) for name in ("kap-paired-fortnight@1", "kap-paired-21@1"))
    assert (near.kinds, near.phases, near.target) == (far.kinds, far.phases, far.target)
    mine, theirs = ({rule.name: rule for rule in one.rules} for one in (far, near))
    assert [name for name, rule in mine.items() if rule != theirs[name]] == ["next-pair"]
    rule = mine["next-pair"]
    assert isinstance(rule, Offset)
    assert (rule.earliest, rule.ideal, rule.latest) == (Days(19), Days(21), Days(23))


def test_between_two_pairs_there_are_two_weeks_without_a_dose() -> None:
    assert apart(plan_of("kap-paired-21@1"), "dosing") == [2, 19, 2]
    assert apart(plan_of("kap-paired-fortnight@1"), "dosing") == [2, 12, 2]


# In an office


def test_an_office_s_doses_and_integrations_take_turns_and_end_within_eight_weeks() -> None:
    plan = plan_of("kap-office@1")
    turns = [one for one in plan.appointments if one.kind in ("dosing", "integration")]
    assert [one.kind for one in sorted(turns, key=lambda one: instant(one.start))] == [
        "dosing",
        "integration",
    ] * 6
    assert apart(plan, "dosing") == [7] * 5
    assert len({one.staff("therapist") for one in plan.appointments if one.kind != "review"}) == 1


def test_when_the_doctor_comes_once_a_fortnight_six_doses_do_not_fit_eight_weeks() -> None:
    course = course_in("kap-office@1")
    clinic = clinic_for(course.programme)
    tuesdays, never = weekly(DAY, "tue").weeks[0], weekly(DAY, "").weeks[0]
    rare = evolve(WORKING, weeks=(tuesdays, never), first_monday=date(2027, 1, 4))
    staff = [evolve(one, hours=rare) if one.roles == ("doctor",) else one for one in clinic.staff]
    assert refused(course, evolve(clinic, staff=staff), days=360).session == "induction/dosing/5"


def test_the_doctor_is_there_for_the_injection_and_the_therapist_throughout() -> None:
    dosing = _kind("kap-office@1", "dosing")
    assert dosing.minutes == 150
    assert all("therapist" in segment.staff for segment in dosing.segments)
    assert [segment.name for segment in dosing.segments if "doctor" in segment.staff] == ["injection"]


# At home


def _kind(name: str, kind: str) -> SessionKind:
    (found,) = (one for one in load_preset(name).kinds if one.name == kind)
    return found


def _rooms(sessions: Iterable[Session]) -> set[str | None]:
    return {segment.room for session in sessions for segment in session.kind.segments}


def test_nothing_at_home_needs_a_room_and_the_lozenge_needs_nobody_of_the_clinic() -> None:
    programme = load_preset("home-lozenge@1")
    assert _rooms(programme.sessions) == {None}
    assert [segment.staff for segment in _kind("home-lozenge@1", "dosing").segments] == [
        ("guide",),
        (),
        ("guide",),
    ]
    plan = plan_of("home-lozenge@1")
    alone = [one for one in plan.appointments if one.kind == "self-led"]
    assert len(alone) == 4
    assert all({row.type for row in one.bookings} == {"patient"} for one in alone)


def test_a_guide_is_free_for_others_while_the_lozenge_works() -> None:
    plan = plan_of("home-lozenge@1")
    for one in plan.appointments:
        if one.kind == "dosing":
            calls = sorted((row.start, row.end) for row in one.bookings if row.type == "staff")
            (first, until), (again, end) = calls
            assert (until - first, again - until, end - again) == (
                timedelta(minutes=30),
                timedelta(hours=1),
                timedelta(minutes=30),
            )


def test_the_third_session_is_three_times_24_hours_after_the_second_and_after_the_review() -> None:
    programme = load_preset("home-lozenge@1")
    (gap,) = (rule for rule in programme.rules if rule.name == "third-after-72-hours")
    assert isinstance(gap, Gap)
    assert (gap.at_least, gap.at_most, gap.between) == (Hours(72), Hours(168), "end-start")
    clinic = clinic_for(programme)
    for first_day in range(4, 9):
        at = {
            one.session: one
            for one in plan_of("home-lozenge@1", clinic, date(2027, 1, first_day)).appointments
        }
        second, review, third = (
            at[session] for session in ("induction/dosing/2", "review/review/1", "self-led/self-led/1")
        )
        assert second.end <= review.start
        assert review.end <= third.start
        assert timedelta(hours=72) <= instant(third.start) - instant(second.end) <= timedelta(hours=168)


def test_after_the_third_session_comes_one_a_week() -> None:
    assert apart(plan_of("home-lozenge@1"), "self-led") == [7, 7, 7]
