"""What does the planner do with the days that trouble a clinic, and what does it say when nothing can be done?"""

from __future__ import annotations

from datetime import UTC, date, time, timedelta
from itertools import combinations, pairwise
from typing import Any

import pytest
from attrs import evolve

from kapsched.errors import InvalidInput
from kapsched.exchange.documents import load_preset
from kapsched.model.clinic import Clinic, Horizon, Notice, Room, StaffMember
from kapsched.model.course import Course, Done, Patient, Wishes, enrol
from kapsched.model.periods import CalendarWeek, Period, RollingDays, TreatmentWeek
from kapsched.model.phases import Phase
from kapsched.model.plan import Plan, Refusal
from kapsched.model.programme import Programme, Segment, SessionKind
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Rule, Span
from kapsched.planning.diary import Diary
from kapsched.planning.problem import Problem
from kapsched.planning.staffing import Staffing
from kapsched.timeline.recurrence import Absence, Week
from kapsched.timeline.units import Days, Hours
from kapsched.timeline.zones import instant
from kapsched.workflow.many_courses import plan_courses, verify_plans
from kapsched.workflow.one_course import find_plan
from tests.stories import (
    DAY,
    EVERY_DAY,
    WORKING,
    always_open,
    asked,
    closed,
    course_of,
    dates,
    london,
    planned,
    programme,
    quayside,
    refused,
    taken,
    times,
    weekly,
    with_person,
)

NEXT_DAY = Offset(name="next-day", of="talk", anchor="dosing", earliest=Days(1), latest=Days(1))
TWICE = Frequency(name="twice-weekly", of="dosing", at_least=2, at_most=2)
THRICE = Frequency(name="thrice-weekly", of="dosing", at_least=3, at_most=3)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def apart(least: int, kind: str = "dosing") -> Gap:
    return Gap(name="apart", after=kind, before=kind, at_least=Days(least))


def doses(count: int, *rules: Rule, **course: Any) -> Course:
    """Doses, each with a talk on the next day."""
    return course_of(programme("dosing", "talk", times=count, rules=(NEXT_DAY, *rules)), **course)


def talks(count: int, *rules: Rule, **course: Any) -> Course:
    return course_of(programme("talk", times=count, rules=rules), **course)


def each(days: int) -> Gap:
    """Each talk exactly so many days after the one before."""
    return Gap(name="each", after="talk", before="talk", at_least=Days(days), at_most=Days(days))


# Holidays


@pytest.mark.parametrize(
    ("thursday", "holidays", "dose", "talk"),
    [
        ("2026-04-02", ("2026-04-03", "2026-04-06"), "Tue 7 Apr", "Wed 8 Apr"),
        ("2027-03-25", ("2027-03-26", "2027-03-29"), "Tue 30 Mar", "Wed 31 Mar"),
        ("2026-12-24", ("2026-12-25", "2026-12-28", "2027-01-01"), "Tue 29 Dec", "Wed 30 Dec"),
    ],
    ids=["Easter 2026", "Easter 2027", "Christmas 2026"],
)
def test_a_dose_waits_until_the_day_after_it_is_open_too(
    thursday: str, holidays: tuple[str, ...], dose: str, talk: str
) -> None:
    plan = planned(doses(1, first_day=thursday), quayside(closed=closed(*holidays)))
    assert dates(plan) == [dose, talk]
    assert plan.cost is not None
    assert (plan.cost.wait, plan.cost.drift) == (5, 0)


def test_without_the_holiday_the_thursday_would_do() -> None:
    assert dates(planned(doses(1, first_day="2026-04-02"))) == ["Thu 2 Apr", "Fri 3 Apr"]


def test_two_a_week_go_through_easter_two_days_apart_and_wait_for_its_end_three_days_apart() -> None:
    easter = quayside(closed=closed("2026-04-03", "2026-04-06"))
    close = planned(doses(4, TWICE, apart(2), first_day="2026-03-30"), easter)
    assert dates(close, "dosing") == ["Mon 30 Mar", "Wed 1 Apr", "Tue 7 Apr", "Thu 9 Apr"]
    wide = planned(doses(4, TWICE, apart(3), first_day="2026-03-30"), easter)
    assert dates(wide, "dosing") == ["Mon 13 Apr", "Thu 16 Apr", "Mon 20 Apr", "Thu 23 Apr"]


def test_christmas_leaves_one_week_too_short_for_two_doses_three_days_apart() -> None:
    christmas = quayside(closed=closed("2026-12-25", "2026-12-28", "2027-01-01"))
    plan = planned(doses(4, TWICE, apart(3), first_day="2026-12-14"), christmas, days=42)
    # The week of the 21st has no Friday, that of the 28th no Monday: neither can be skipped nor begun.
    assert dates(plan, "dosing") == ["Mon 4 Jan", "Thu 7 Jan", "Mon 11 Jan", "Thu 14 Jan"]


def test_a_dose_is_not_given_on_the_day_before_a_closed_day() -> None:
    plan = planned(doses(1, first_day="2027-01-05"), quayside(closed=closed("2027-01-06")))
    assert dates(plan) == ["Thu 7 Jan", "Fri 8 Jan"]


# Clocks


@pytest.mark.parametrize(
    ("first", "utc"),
    [("2027-03-24", ["10:00", "09:00"]), ("2027-10-27", ["09:00", "10:00"])],
    ids=["forward on 28 March", "back on 31 October"],
)
def test_a_course_keeps_its_time_on_the_wall_when_the_clocks_change(first: str, utc: list[str]) -> None:
    busy = [taken("staff", one, f"{first} 08:00", f"{first} 10:00") for one in ("tess", "tom")]
    plan = planned(talks(2, each(7), first_day=first), booked=busy)
    assert times(plan) == ["10:00", "10:00"]
    assert [f"{instant(one.start):%H:%M}" for one in plan.appointments] == utc
    for one in plan.appointments:
        for row in one.bookings:
            assert row.start.tzinfo is UTC
            assert (row.start, row.end - row.start) == (instant(one.start), timedelta(hours=1))
    assert plan.cost is not None
    assert plan.cost.minutes == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [("2027-03-25", "11:00"), ("2027-10-28", "09:00"), ("2027-06-10", "10:00")],
    ids=["an hour lost", "an hour won", "no change"],
)
def test_hours_are_elapsed_time_whatever_the_clocks_show(first: str, second: str) -> None:
    # Thursday to Sunday, with 72 hours from start to start and not one more.
    rule = Gap(
        name="72", after="talk", before="talk", at_least=Hours(72), at_most=Hours(72), between="start-start"
    )
    ten = Wishes(time=time(10))
    course = talks(2, rule, first_day=first, wishes=ten)
    busy = [
        taken("staff", one, f"{first} {start}", f"{first} {end}")
        for one in ("tess", "tom")
        for start, end in (("00:00", "10:00"), ("11:00", "23:59"))
    ]
    assert times(planned(course, always_open(), booked=busy)) == ["10:00", second]


def test_a_visit_lasts_as_long_on_the_night_of_the_clock_change() -> None:
    course = talks(1, first_day="2027-03-28", hours=weekly((0, 5 * 60), EVERY_DAY))
    busy = [taken("room", one, "2027-03-28 00:00", "2027-03-28 00:30") for one in ("oak", "ash")]
    (only,) = planned(course, always_open(), booked=busy).appointments
    assert (f"{only.start:%H:%M}", f"{only.end:%H:%M}") == ("00:30", "02:30")
    assert instant(only.end) - instant(only.start) == timedelta(hours=1)


def test_fortnights_alternate_through_the_53rd_week_of_the_year() -> None:
    # By ISO number the weeks of 28 December (53) and 4 January (1) would both be odd.
    ours = evolve(weekly(DAY), weeks=(WORKING.weeks[0], Week.of()), first_monday=date(2026, 12, 14))
    theirs = evolve(ours, weeks=ours.weeks[::-1])
    clinic = with_person(with_person(quayside(), "tess", hours=ours), "tom", hours=theirs)
    plan = planned(talks(4, each(7), first_day="2026-12-28"), clinic)
    assert dates(plan) == ["Mon 28 Dec", "Mon 4 Jan", "Mon 11 Jan", "Mon 18 Jan"]
    assert [one.staff("therapist") for one in plan.appointments] == [("tess",), ("tom",)] * 2


# How many a week


def test_two_a_week_three_days_apart_with_integration_is_monday_and_thursday() -> None:
    plan = planned(doses(6, TWICE, apart(3), first_day="2027-01-06"))
    assert dates(plan, "dosing") == [
        "Mon 11 Jan",
        "Thu 14 Jan",
        "Mon 18 Jan",
        "Thu 21 Jan",
        "Mon 25 Jan",
        "Thu 28 Jan",
    ]


def open_for_doses(days: tuple[str, ...]) -> Clinic:
    """Quayside with its treatment rooms in use on some weekdays only."""
    rooms = [
        evolve(room, hours=weekly(DAY, " ".join(days))) if room.type == "treatment" else room
        for room in quayside().rooms
    ]
    return quayside(rooms=rooms)


@pytest.mark.parametrize(
    ("least", "possible"), [(2, {"mon wed", "mon thu", "tue thu"}), (3, {"mon thu"}), (4, set[str]())]
)
def test_the_pairs_of_weekdays_that_two_a_week_can_have(least: int, possible: set[str]) -> None:
    course = doses(4, TWICE, apart(least), first_day="2027-01-04")
    found = {
        " ".join(pair)
        for pair in combinations(WEEKDAYS, 2)
        if isinstance(asked(course, open_for_doses(pair), days=14), Plan)
    }
    assert found == possible


def test_three_a_week_with_integration_the_next_day_need_doses_on_consecutive_days() -> None:
    refusal = refused(doses(3, THRICE, apart(2), first_day="2027-01-04"))
    # No first few sessions are asked to fill a week, so that only the last one cannot be had.
    assert refusal.session == "therapy/talk/3"
    plan = planned(doses(3, THRICE, apart(1), first_day="2027-01-05"))
    assert dates(plan, "dosing") == ["Tue 5 Jan", "Wed 6 Jan", "Thu 7 Jan"]
    assert dates(plan, "talk") == ["Wed 6 Jan", "Thu 7 Jan", "Fri 8 Jan"]


@pytest.mark.parametrize(("minutes", "turns"), [(145, 3), (150, 2)])
def test_a_chair_holds_three_blocks_of_160_minutes_in_eight_hours_and_two_of_165(
    minutes: int, turns: int
) -> None:
    infusion = SessionKind(
        name="infusion",
        segments=(Segment(name="infusion", minutes=minutes, room="treatment", turnaround=15),),
    )
    clinic = quayside(rooms=[Room(id="chair", type="treatment")], hours=weekly((540, 1020)), grid=5)
    day = evolve(clinic.horizon, days=1)
    diary = Diary(clinic, day)

    def turn(number: int) -> Plan | Refusal:
        what, patient = programme("infusion", kinds=(infusion,)), Patient(id=f"q{number}")
        course = enrol(what, patient, id=f"c{number}", first_day=day.first_day)
        return find_plan(course, diary, now=london("2027-01-03 12:00"))

    starts = []
    for number in range(turns):
        plan = turn(number)
        assert isinstance(plan, Plan)
        diary = diary.book(plan)
        starts += times(plan)
    assert starts == {3: ["09:00", "11:40", "14:20"], 2: ["09:00", "11:45"]}[turns]
    refusal = turn(turns)
    assert isinstance(refusal, Refusal)
    assert read(refusal) == [("booked", ("chair",), "Already booked on Mon 4 Jan 2027: chair.")]


def test_any_seven_days_hold_as_many_as_a_rolling_rule_allows() -> None:
    rule = Frequency(name="two-in-seven", of="talk", at_most=2, per=RollingDays(days=7))
    quick = Span(name="quick", of="talk", at_most=Days(8))
    plan = planned(talks(3, rule, apart(1, "talk"), quick))
    days = [one.start.date().toordinal() for one in plan.appointments]
    assert days[2] - days[0] == 7


def test_a_treatment_week_begins_with_the_first_dose_and_a_calendar_week_on_monday() -> None:
    def asked_per(per: Period, **patient: Any) -> Plan | Refusal:
        rule = Frequency(name="two-a-week", of="talk", at_least=2, at_most=2, per=per)
        return asked(talks(4, rule, apart(3, "talk"), first_day="2027-01-07", **patient))

    from_the_first, by_the_calendar = asked_per(TreatmentWeek()), asked_per(CalendarWeek())
    assert isinstance(from_the_first, Plan)
    assert isinstance(by_the_calendar, Plan)
    # From Thursday the 7th on: Thursday and Monday are of one week.
    assert dates(from_the_first) == ["Thu 7 Jan", "Mon 11 Jan", "Thu 14 Jan", "Mon 18 Jan"]
    # What is left of the calendar's week is too short for two, so the course begins on Monday.
    assert dates(by_the_calendar) == ["Mon 11 Jan", "Thu 14 Jan", "Mon 18 Jan", "Thu 21 Jan"]
    away = Absence(first=date(2027, 1, 19), last=date(2027, 2, 3))
    assert isinstance(asked_per(TreatmentWeek(), away=[away]), Plan)
    refusal = asked_per(CalendarWeek(), away=[away])
    assert isinstance(refusal, Refusal)
    assert refusal.session == "therapy/talk/4"
    assert refusal.sentences()[-1] == (
        "The sessions before it leave no room on Mon 18 Jan 2027 (rule: apart and two-a-week)."
    )


def test_weeks_counted_from_a_later_session_reach_back_before_it() -> None:
    once = Frequency(name="once", of="talk", at_most=1, per=TreatmentWeek(anchor="therapy/talk/3"))
    quick = Span(name="quick", of="talk", at_most=Days(8))
    plan = planned(talks(3, once, apart(1, "talk"), quick, first_day="2027-01-05"))
    # The third begins a week; the second is of the week before it, and the first of the one before that.
    assert dates(plan) == ["Tue 5 Jan", "Wed 6 Jan", "Wed 13 Jan"]


# Open phases


def going_on(**said: Any) -> Course:
    """Two talks, then one a fortnight for ever, two of them ahead."""
    phases = [
        Phase(name="begin", order=["talk"], times=2),
        Phase(name="keep", order=["talk"], open=True, book_ahead=2),
    ]
    fortnightly = Offset(name="on", of="keep/talk", anchor="talk", earliest=Days(14), latest=Days(14))
    what = evolve(
        programme("talk"), phases=phases, rules=(apart(2, "talk"), fortnightly), target="begin/talk/1"
    )
    return evolve(course_of(what), **said)


def test_so_much_of_an_open_phase_is_booked_as_is_asked_for() -> None:
    assert dates(planned(going_on(), days=90)) == ["Mon 4 Jan", "Wed 6 Jan", "Wed 20 Jan", "Wed 3 Feb"]
    assert dates(planned(going_on(book_ahead=1))) == ["Mon 4 Jan", "Wed 6 Jan", "Wed 20 Jan"]
    # By the rules alone the third comes on 17 February at the soonest.
    assert len(planned(going_on(book_ahead=date(2027, 2, 16)), days=90).appointments) == 4
    assert len(planned(going_on(book_ahead=date(2027, 2, 17)), days=90).appointments) == 5


def test_an_open_phase_goes_on_from_what_is_done_of_it() -> None:
    done = {f"begin/talk/{number}": Done(start=london(f"2027-01-0{3 + number} 10:00")) for number in (1, 2)}
    done["keep/talk/1"] = Done(start=london("2027-01-20 10:00"))
    course = going_on(done=done)
    plan = planned(course, days=90, now=london("2027-01-20 12:00"))
    assert [one.session for one in plan.appointments] == ["keep/talk/2", "keep/talk/3"]
    assert dates(plan) == ["Wed 3 Feb", "Wed 17 Feb"]


def test_a_plan_that_is_kept_answers_for_the_rounds_that_it_was_planned_with() -> None:
    course, diary = going_on(), Diary(quayside(), Horizon(first_day=date(2027, 1, 4), days=90))
    schedule = plan_courses([course], diary, now=london("2027-01-03 12:00"), digest="d")
    (plan,) = schedule.plans
    came = {one.session: Done(start=one.start, end=one.end) for one in plan.appointments[:3]}
    later = evolve(course, done=came)
    assert [one.id for one in later.owed] == ["keep/talk/2", "keep/talk/3"]
    kept = plan_courses([later], diary, now=london("2027-01-21 12:00"), digest="d", kept=schedule)
    ((_, report),) = verify_plans(kept, diary.clinic, courses=[later])
    assert report.clean, report
    # Who asks for more now is told that it is not there.
    ((_, report),) = verify_plans(kept, diary.clinic, courses=[evolve(later, book_ahead=3)])
    assert [finding.sessions for finding in report.findings] == [("keep/talk/3",), ("keep/talk/4",)]


def test_a_horizon_too_short_for_what_is_planned_ahead_is_told_as_such() -> None:
    refusal = refused(going_on(book_ahead=6))
    assert refusal.session is None
    assert [reason.code for reason in refusal.reasons] == ["horizon"]
    assert refusal.course.goes_on == "keep"


# Order and steps


def test_kare_puts_a_therapy_visit_between_each_two_infusions() -> None:
    course = enrol(load_preset("kare@1"), Patient(id="q17"), id="c17", first_day=date(2027, 1, 4))
    plan = planned(course, days=84)
    at = {one.session: one for one in plan.appointments}
    for number in (1, 2, 3):
        dose, talk = at[f"induction/dosing/{number}"], at[f"induction/integration/{number}"]
        assert dose.end <= talk.start
        if number < 3:
            assert talk.end <= at[f"induction/dosing/{number + 1}"].start
    assert dates(plan, "dosing") == ["Wed 6 Jan", "Wed 13 Jan", "Wed 20 Jan"]
    assert dates(plan, "integration") == [
        "Thu 7 Jan",
        "Thu 14 Jan",
        "Thu 21 Jan",
        "Thu 28 Jan",
        "Thu 4 Feb",
        "Thu 11 Feb",
    ]
    assert len({one.staff("therapist") for one in plan.appointments if one.kind != "dosing"}) == 1


def test_an_interleaved_talk_ends_before_the_next_dose_of_the_same_day_begins() -> None:
    order = (
        Gap(name="then", after="dosing", before="talk", at_least=Hours(0)),
        Gap(name="again", after="talk", before="dosing", at_least=Hours(0)),
    )
    what = programme("dosing", "talk", times=2, rules=(*order, Span(name="one-day", of="*", at_most=Days(0))))
    plan = planned(course_of(what), quayside(grid=60))
    assert dates(plan) == ["Mon 4 Jan"] * 4
    rows = [(one.start, one.end) for one in plan.appointments]
    assert rows == sorted(rows)
    assert all(one[1] <= two[0] for one, two in pairwise(rows))


def test_maintenance_is_weekly_four_times_and_then_fortnightly_and_pays_for_a_slip_once() -> None:
    def step(name: str, numbers: range, days: int) -> Offset:
        return Offset(
            name=name,
            of=[f"therapy/talk/{number}" for number in numbers],
            anchor="talk",
            earliest=Days(days - 2),
            ideal=Days(days),
            latest=Days(days + 2),
        )

    course = talks(11, step("weekly", range(2, 6), 7), step("fortnightly", range(6, 12), 14))
    plan = planned(course, quayside(closed=closed("2027-01-18", "2027-04-12")), days=140)
    days = [one.start.date() for one in plan.appointments]
    assert [(two - one).days for one, two in pairwise(days)] == [
        7,
        8,
        7,
        7,
        14,
        14,
        14,
        14,
        14,
        14,
    ]
    assert plan.cost is not None
    assert plan.cost.drift == 1


# People and wishes


def therapists(plan: Plan) -> list[str]:
    return [" ".join(one.staff("therapist")) for one in plan.appointments]


def holiday(person: str, *days: str, clinic: Clinic | None = None) -> Clinic:
    return with_person(clinic or quayside(), person, away=closed(*days))


SAME = Continuity(name="same-therapist", role="therapist")
SOFT = evolve(SAME, hard=False)


def test_a_hard_therapist_on_leave_gives_the_course_to_another() -> None:
    clinic = holiday("tess", "2027-01-11")
    assert therapists(planned(talks(3, SAME, each(7)), clinic)) == ["tom"] * 3
    assert therapists(planned(talks(3, SAME, each(7)))) == ["tess"] * 3


def test_a_soft_therapist_on_leave_is_replaced_for_as_few_as_possible() -> None:
    clinic = holiday("tom", "2027-01-18", clinic=holiday("tess", "2027-01-11"))
    plan = planned(talks(3, SOFT, each(7)), clinic)
    assert therapists(plan) == ["tess", "tom", "tess"]
    assert plan.cost is not None
    assert plan.cost.changes == 1
    # With nobody there throughout, a hard rule leaves no plan.
    refusal = refused(talks(3, SAME, each(7)), clinic, days=15)
    assert refusal.session == "therapy/talk/3"
    # Either rule given up, there would be a plan.
    assert read(refusal) == [
        (
            "continuity",
            ("same-therapist",),
            "The same people cannot be kept on Mon 18 Jan 2027 (rule: same-therapist).",
        ),
        ("rule", ("each",), "The sessions before it leave no room on Mon 18 Jan 2027 (rule: each)."),
    ]


def test_days_come_before_continuity_that_is_soft() -> None:
    near = Offset(
        name="each", of="therapy/talk/2", anchor="talk", earliest=Days(5), ideal=Days(7), latest=Days(9)
    )
    clinic = holiday("tom", "2027-01-04", clinic=holiday("tess", "2027-01-11"))
    soft, hard = planned(talks(2, SOFT, near), clinic), planned(talks(2, SAME, near), clinic)
    assert (dates(soft), therapists(soft)) == (["Mon 4 Jan", "Mon 11 Jan"], ["tess", "tom"])
    assert (dates(hard), therapists(hard)) == (["Mon 4 Jan", "Tue 12 Jan"], ["tess", "tess"])


def test_wishes_for_weekday_half_day_and_person_are_kept_where_days_allow() -> None:
    wishes = Wishes(weekdays={4}, half_day="afternoon", staff=["tom"])
    rule = Gap(name="soon", after="talk", before="talk", at_least=Days(1), at_most=Days(7))
    plan = planned(talks(2, rule, wishes=wishes))
    # The first dates the wait, so that it cannot wait for its Friday; the second can.
    assert dates(plan) == ["Mon 4 Jan", "Fri 8 Jan"]
    assert times(plan) == ["12:00", "12:00"]
    assert therapists(plan) == ["tom", "tom"]
    assert plan.cost is not None
    assert plan.cost.aims == (0, 0, 1, 0)


def test_a_morning_ends_at_noon_and_a_preferred_time_is_kept_as_near_as_can_be() -> None:
    busy = [taken("staff", one, "2027-01-04 08:00", "2027-01-04 11:45") for one in ("tess", "tom")]
    assert times(planned(talks(1, wishes=Wishes(half_day="morning")), booked=busy)) == ["11:45"]
    assert times(planned(talks(1, wishes=Wishes(time=time(9))), booked=busy)) == ["11:45"]
    assert times(planned(talks(1, wishes=Wishes(time=time(15, 10))), booked=busy)) == ["15:15"]


def test_a_person_who_is_wished_for_counts_in_any_role_of_theirs() -> None:
    plan = planned(course_of(programme("dosing"), wishes=Wishes(staff=["dev"])))
    (only,) = plan.appointments
    assert "dev" in {row.resource for row in only.bookings}
    assert plan.cost is not None
    assert plan.cost.wishes == 0


# The edges of what is considered


def test_notice_in_hours_is_kept_to_the_minute() -> None:
    clinic = quayside(notice=Notice(hours=24))
    now = london("2027-01-04 10:00")
    assert times(planned(talks(1, first_day="2027-01-05"), clinic, now=now)) == ["10:00"]
    assert times(planned(talks(1, first_day="2027-01-05"), clinic, now=now + timedelta(seconds=1))) == [
        "10:15"
    ]


def test_notice_in_open_days_passes_over_the_weekend_and_holidays() -> None:
    clinic = quayside(notice=Notice(open_days=2), closed=closed("2027-01-11"))
    plan = planned(talks(1, first_day="2027-01-08"), clinic, now=london("2027-01-08 09:00"))
    # Tuesday and Wednesday are the two open days.
    assert dates(plan) == ["Thu 14 Jan"]


def test_the_horizon_s_last_day_is_the_last_that_can_be_used() -> None:
    assert dates(planned(doses(1), days=2)) == ["Mon 4 Jan", "Tue 5 Jan"]
    refusal = refused(doses(1), days=1)
    assert (refusal.session, refusal.first, refusal.last) == (None, None, None)
    assert [one.code for one in refusal.reasons] == ["horizon"]
    assert refusal.sentences() == (
        "From Mon 4 Jan 2027 on, the rules leave no dates before the horizon ends on Mon 4 Jan 2027.",
    )


def test_a_moment_after_nine_is_too_late_for_nine() -> None:
    course = talks(1, first_day="2027-01-04")
    assert times(planned(course, now=london("2027-01-04 09:00:00.000001"))) == ["09:15"]


def test_a_booking_that_ends_a_moment_after_nine_is_in_the_way_at_nine() -> None:
    busy = [taken("staff", one, "2027-01-04 08:00", "2027-01-04 09:00:00.000001") for one in ("tess", "tom")]
    assert times(planned(talks(1), booked=busy)) == ["09:15"]


def test_hours_after_a_session_that_is_done_are_counted_to_the_second() -> None:
    rest = Gap(name="rest", after="talk", before="talk", at_least=Hours(24))
    took = Done(start=london("2027-01-04 10:00:30"))
    course = talks(2, rest, first_day="2027-01-05", done={"therapy/talk/1": took})
    assert times(planned(course)) == ["11:15"]


# What a refusal says


def read(refusal: Refusal) -> list[tuple[str, tuple[str, ...], str]]:
    said = zip(refusal.reasons, refusal.sentences(), strict=True)
    return [(one.code, one.ids, sentence) for one, sentence in said]


def test_a_clinic_that_is_closed_says_so() -> None:
    refusal = refused(talks(1), quayside(closed=closed("2027-01-04", "2027-01-05")), days=2)
    assert refusal.session == "therapy/talk/1"
    assert (refusal.first, refusal.last) == (date(2027, 1, 4), date(2027, 1, 5))
    assert read(refusal) == [("closure", (), "The clinic is closed on Mon 4 Jan 2027 and Tue 5 Jan 2027.")]


def test_a_weekend_is_no_closure_but_hours() -> None:
    refusal = refused(talks(1, first_day="2027-01-09"), days=2)
    assert read(refusal) == [("hours", (), "The clinic does not open on Sat 9 Jan 2027 and Sun 10 Jan 2027.")]


def test_a_doctor_on_mondays_only_cannot_give_a_second_dose_within_three_days() -> None:
    mondays = weekly(DAY, "mon")
    clinic = with_person(with_person(quayside(), "dora", hours=mondays), "dev", roles=("nurse",))
    soon = Gap(name="soon", after="dosing", before="dosing", at_least=Days(1), at_most=Days(3))
    refusal = refused(course_of(programme("dosing", times=2, rules=(soon,))), clinic, days=7)
    assert refusal.session == "therapy/dosing/2"
    assert read(refusal)[0][:2] == ("hours", ("doctor",))
    assert read(refusal)[0][2] == (
        "Not there for long enough, or not all at once, on Tue 5 Jan 2027, Wed 6 Jan 2027 and Thu 7 Jan 2027: doctor."
    )
    # Two a week cannot be had either; but any session alone could.
    twice = refused(course_of(programme("dosing", times=2, rules=(TWICE, apart(1)))), clinic)
    assert twice.session == "therapy/dosing/2"


def test_two_who_are_not_there_together_are_named_together() -> None:
    clinic = with_person(quayside(), "dora", hours=weekly((8 * 60, 9 * 60)))
    clinic = with_person(clinic, "dev", roles=("nurse",))
    clinic = with_person(clinic, "tess", hours=weekly((12 * 60, 18 * 60)))
    clinic = with_person(clinic, "tom", hours=weekly((12 * 60, 18 * 60)))
    both = SessionKind(
        name="assess", segments=(Segment(name="assess", minutes=30, staff=("doctor", "therapist")),)
    )
    refusal = refused(course_of(programme("assess", kinds=(both,))), clinic, days=1)
    assert read(refusal) == [
        (
            "hours",
            ("doctor", "therapist"),
            "Not there for long enough, or not all at once, on Mon 4 Jan 2027: doctor and therapist.",
        )
    ]


def test_those_who_are_away_are_named() -> None:
    clinic = holiday("tom", "2027-01-04", clinic=holiday("tess", "2027-01-04"))
    assert read(refused(talks(1), clinic, days=1)) == [
        ("absence", ("tess", "tom"), "Away on Mon 4 Jan 2027: tess and tom.")
    ]


def test_a_patient_who_cannot_come_is_the_reason() -> None:
    away = Absence(first=date(2027, 1, 4), last=date(2027, 1, 7))
    refusal = refused(talks(1, away=(away,)), days=4)
    assert read(refusal) == [
        ("patient", (), "The patient cannot come from Mon 4 Jan 2027 to Thu 7 Jan 2027.")
    ]


def test_those_who_are_booked_already_are_named() -> None:
    busy = [taken("staff", one, "2027-01-04 08:00", "2027-01-04 18:00") for one in ("tess", "tom")]
    assert read(refused(talks(1), days=1, booked=busy)) == [
        ("booked", ("tess", "tom"), "Already booked on Mon 4 Jan 2027: tess and tom.")
    ]


def test_notice_that_is_too_short_is_the_reason() -> None:
    refusal = refused(talks(1), quayside(notice=Notice(hours=48)), days=2, now=london("2027-01-04 09:00"))
    assert read(refusal) == [
        (
            "notice",
            (),
            "The clinic asks for more notice than is left on Mon 4 Jan 2027 and Tue 5 Jan 2027.",
        )
    ]


def test_notice_in_open_days_that_is_too_short_is_the_reason() -> None:
    clinic = quayside(notice=Notice(open_days=2))
    refusal = refused(talks(1, first_day="2027-01-09"), clinic, days=4, now=london("2027-01-08 09:00"))
    assert [one.code for one in refusal.reasons] == ["notice"]


def test_visits_back_to_back_are_kept_apart_by_the_clinic_and_not_by_their_rule() -> None:
    short = SessionKind(name="short", segments=(Segment(name="short", minutes=45, staff=("therapist",)),))
    touching = Gap(name="touching", after="short", before="short", at_least=Hours(0), at_most=Hours(0))
    course = course_of(programme("short", times=2, kinds=(short,), rules=(touching,)))
    assert times(planned(course, days=1)) == ["08:00", "08:45"]
    refusal = refused(course, quayside(closed=closed("2027-01-04")), days=1)
    assert (refusal.session, [one.code for one in refusal.reasons]) == ("therapy/short/1", ["closure"])


def test_a_rule_that_keeps_a_session_out_is_named_beside_what_closes_the_rest() -> None:
    weekly_one = Frequency(name="weekly", of="talk", at_most=1)
    later = Absence(first=date(2027, 1, 11), last=date(2027, 1, 17))
    refusal = refused(talks(2, weekly_one), quayside(closed=(later,), hours=weekly(DAY, EVERY_DAY)), days=14)
    assert refusal.session == "therapy/talk/2"
    assert read(refusal) == [
        ("closure", (), "The clinic is closed from Mon 11 Jan 2027 to Sun 17 Jan 2027."),
        (
            "hours",
            ("therapist",),
            "Not there for long enough, or not all at once, on Sat 9 Jan 2027 and Sun 10 Jan 2027: therapist.",
        ),
        (
            "rule",
            ("weekly",),
            "The sessions before it leave no room from Mon 4 Jan 2027 to Fri 8 Jan 2027 (rule: weekly).",
        ),
    ]


def test_rules_that_contradict_each_other_are_named_and_no_others() -> None:
    early = Gap(name="early", after="talk", before="talk", at_most=Days(2))
    late = Gap(name="late", after="talk", before="talk", at_least=Days(3))
    course = talks(3, SAME, early, Frequency(name="weekly", of="talk", at_most=3), late)
    refusal = refused(course)
    assert (refusal.session, refusal.first, refusal.last) == (None, None, None)
    assert read(refusal) == [("rule", ("early", "late"), "The rules contradict each other: early and late.")]


def test_three_rules_that_contradict_each_other_only_together_are_all_named() -> None:
    what = Programme(
        name="three",
        version="1",
        kinds=programme("talk").kinds,
        phases=programme("talk", times=3).phases,
        rules=(
            Gap(name="first", after="therapy/talk/1", before="therapy/talk/2", at_least=Days(3)),
            Gap(name="second", after="therapy/talk/2", before="therapy/talk/3", at_least=Days(3)),
            Span(name="short", of="talk", at_most=Days(5)),
            Span(name="long", of="talk", at_most=Days(50)),
        ),
    )
    assert read(refused(course_of(what)))[0][1] == ("first", "second", "short")


def test_the_first_session_that_cannot_be_placed_is_named() -> None:
    # Each of the first two can be had with the others; only the dose asks for a doctor.
    clinic = with_person(with_person(quayside(), "dora", away=closed("2027-01-04")), "dev", roles=("nurse",))
    what = programme("talk", "dosing", "talk", rules=(Span(name="one-day", of="*", at_most=Days(0)),))
    refusal = refused(course_of(what), clinic, days=1)
    assert refusal.session == "therapy/dosing/1"
    assert read(refusal) == [("absence", ("dora",), "Away on Mon 4 Jan 2027: dora.")]


def test_sessions_that_are_done_are_never_planned_and_count() -> None:
    took = Done(start=london("2027-01-04 10:00"), staff={"therapist": ("tom",)})
    plan = planned(talks(2, SAME, each(7), first_day="2027-01-05", done={"therapy/talk/1": took}))
    assert (dates(plan), therapists(plan)) == (["Mon 11 Jan"], ["tom"])


def test_hours_are_counted_from_the_end_of_a_session_that_is_done() -> None:
    rest = Gap(name="rest", after="talk", before="talk", at_least=Hours(24))
    for until, then in ((None, "11:00"), ("11:20", "11:30")):
        took = Done(start=london("2027-01-04 10:00"), end=london(f"2027-01-04 {until}") if until else None)
        course = talks(2, rest, first_day="2027-01-05", done={"therapy/talk/1": took})
        assert times(planned(course)) == [then]


def test_nothing_can_be_done_after_now() -> None:
    took = Done(start=london("2027-01-04 10:00"), staff={"therapist": ("tom",)})
    course = talks(2, SAME, first_day="2027-01-05", done={"therapy/talk/1": took})
    diary = Diary(quayside(), Horizon(first_day=date(2027, 1, 4), days=14))
    with pytest.raises(InvalidInput) as caught:
        find_plan(course, diary, now=london("2027-01-04 09:59"))
    (fault,) = caught.value.faults
    assert fault.path == "done.therapy/talk/1"
    assert fault.message.endswith("done on 2027-01-04 10:00, which is after now, 2027-01-04 09:59")
    assert isinstance(find_plan(course, diary, now=london("2027-01-04 10:00")), Plan)


# Steps


def alternating(tess: str, tom: str) -> Clinic:
    """A clinic whose two therapists are there on some weekdays each."""
    clinic = with_person(quayside(), "tess", hours=weekly(DAY, tess))
    return with_person(clinic, "tom", hours=weekly(DAY, tom))


def test_what_is_folded_and_can_be_had_on_no_day_is_a_refusal() -> None:
    # Nobody is there on two dates in a row; the second time the dose has an ideal date all the same.
    clinic = alternating("mon wed", "tue thu")
    pair = Continuity(name="pair", role="therapist", scope="pair")
    weekly_doses = Offset(name="weekly", of="dosing", anchor="dosing", earliest=Days(5), latest=Days(9))
    done = {
        "therapy/dosing/1": Done(start=london("2027-01-04 10:00")),
        "therapy/talk/1": Done(start=london("2027-01-05 10:00")),
    }
    assert refused(doses(2, pair), clinic).session == "therapy/talk/1"
    later = doses(2, pair, weekly_doses, first_day="2027-01-06", done=done)
    assert refused(later, clinic).session == "therapy/talk/2"


def test_an_earlier_day_of_one_therapist_does_not_hide_an_earlier_one_still_of_another() -> None:
    # Tess comes first in the file; who gave the talk that is done nobody knows.
    took = Done(start=london("2026-12-31 10:00"))
    for hard in (True, False):
        same = Continuity(name="same", role="therapist", hard=hard)
        course = talks(2, apart(1, "talk"), same, first_day="2027-01-04", done={"therapy/talk/1": took})
        assert dates(planned(course, alternating("thu", "tue"))) == ["Tue 5 Jan"]


def test_a_dose_s_own_talk_is_placed_before_the_next_dose_is() -> None:
    # Else every dose of the chain would be remembered until the last talk is placed.
    gap = Gap(name="apart", after="dosing", before="dosing", at_least=Days(2), at_most=Days(4))
    pair = Continuity(name="pair", role="therapist", scope="pair")
    assert planned(doses(8, gap, pair, first_day="2027-01-04"), days=60).steps < 10_000


def test_the_longest_course_is_planned_within_its_steps() -> None:
    gap = Gap(name="apart", after="talk", before="talk", at_least=Days(1), at_most=Days(3))
    plan = asked(talks(400, gap), days=900, steps=1_000)
    assert isinstance(plan, Plan)
    assert len(plan.appointments) == 400
    assert plan.steps <= 2_000  # a plain search, once they are spent, has a thousand of its own


def test_without_a_proof_of_the_changes_staff_are_found_without_looking_for_the_fewest() -> None:
    # Five of each role, whom three soft groups would otherwise remember in all their sets.
    roles = ("therapist", "doctor", "nurse")
    clinic = quayside(
        staff=[StaffMember(id=f"{one}{n}", roles=(one,), hours=WORKING) for one in roles for n in range(5)]
    )
    soft = [Continuity(name=one, role=one, hard=False) for one in roles]
    course = course_of(programme("dosing", times=12, rules=(apart(2), *soft)), first_day="2027-01-04")
    diary = Diary(clinic, Horizon(first_day=date(2027, 1, 4), days=60))
    problem = Problem(course, diary, london("2027-01-03 12:00"))
    starts = tuple(problem.grid.up(one.start) for one in planned(course, clinic, days=60).appointments)
    found = {}
    for changes in (None, 0):
        staffing = Staffing(problem, starts, changes)
        staffed = staffing.staff()
        assert staffed is not None
        found[changes] = staffed.changes, len(staffing._least)
    assert found[None][1] <= 12
    assert found[0][0] == 0


def test_sessions_that_only_a_gap_keeps_apart_take_few_steps() -> None:
    # Each could be on any later date of the year; but a day that serves no new time of day need not be tried.
    plan = planned(talks(12, apart(2, "talk"), SOFT), days=365)
    assert plan.proved_through == "all"
    assert plan.steps < 5_000
    assert plan.cost is not None
    assert plan.cost.aims == (0, 0, 0, 0)
    assert [one.start.date() for one in plan.appointments][-1] < date(2027, 2, 14)


def test_too_few_steps_prove_less_and_never_claim_more() -> None:
    course = doses(4, TWICE, apart(2), SOFT, first_day="2027-01-06", wishes=Wishes(weekdays={1, 3}))
    best = planned(course)
    seen = set()
    for steps in (1, 10, 30, 100, 300, 1000, 10_000):
        found = asked(course, steps=steps)
        assert isinstance(found, Plan)
        assert found.cost is not None
        assert best.cost is not None
        seen.add(found.proved_through)
        proved = ("none", "days", "changes", "wishes", "minutes", "all").index(found.proved_through)
        assert found.cost.aims[:proved] == best.cost.aims[:proved]
    assert seen >= {"days", "all"}


def test_a_search_that_ends_too_soon_does_not_say_that_there_is_no_plan() -> None:
    refusal = asked(doses(8, THRICE, apart(2), SAME), steps=1)
    assert isinstance(refusal, Refusal)
    assert not refusal.proved
    assert [one.code for one in refusal.reasons] == ["steps"]


def test_those_whom_the_patient_excludes_are_named_when_nobody_else_could_come() -> None:
    refusal = refused(talks(1, excludes=("tess", "tom")), days=1)
    assert read(refusal) == [
        (
            "patient",
            ("tess", "tom"),
            "Only those whom the patient excludes could be there on Mon 4 Jan 2027: tess and tom.",
        )
    ]
