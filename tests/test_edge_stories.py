"""What becomes of a course at the edges: of a date, of a room, of a person, of a night and of the horizon?

Each story is of a small clinic with a name, and its plan is one that can be worked out by hand. The slow planner must
find the same, to the minute and the unit, and the verifier nothing to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from attrs import evolve

from kapsched.model.bookings import Booking
from kapsched.model.clinic import Clinic, Horizon, Room, StaffMember
from kapsched.model.course import Course, Wishes
from kapsched.model.plan import Plan, Refusal
from kapsched.model.programme import Segment, SessionKind
from kapsched.model.rules import Continuity, Gap, Rule, Span
from kapsched.timeline.recurrence import Pattern
from kapsched.timeline.units import Days, Hours
from tests.oracles.clinics import Case
from tests.oracles.compare import differences
from tests.oracles.reference import reference_plan
from tests.stories import (
    EVERY_DAY,
    NIGHT,
    asked,
    closed,
    course_of,
    dates,
    london,
    programme,
    taken,
    times,
    weekly,
)

NOON_BEFORE = london("2027-01-03 12:00")
MONDAY = date(2027, 1, 4)


def house(
    name: str,
    hours: Pattern,
    rooms: Mapping[str, str],
    staff: Mapping[str, tuple[str, ...]],
    *,
    days: int = 1,
    grid: int = 15,
) -> Clinic:
    """A clinic whose people, each with their roles, are there whenever it is open."""
    return Clinic(
        id=name,
        zone="Europe/London",
        hours=hours,
        horizon=Horizon(first_day=MONDAY, days=days),
        grid=grid,
        rooms=[Room(id=one, type=type) for one, type in rooms.items()],
        staff=[StaffMember(id=one, roles=roles, hours=hours) for one, roles in staff.items()],
    )


def answer(course: Course, clinic: Clinic, *booked: Booking) -> Plan | Refusal:
    """The planner's answer, after the slow planner has given the same and the verifier has found it clean."""
    found = asked(course, clinic, days=clinic.horizon.days, now=NOON_BEFORE, booked=booked)
    case = Case(seed=0, family="story", clinic=clinic, course=course, booked=booked, now=NOON_BEFORE)
    assert list(differences(case, found, reference_plan(case))) == []
    return found


def plan(course: Course, clinic: Clinic, *booked: Booking) -> Plan:
    found = answer(course, clinic, *booked)
    assert isinstance(found, Plan), found.sentences()
    return found


def refusal(course: Course, clinic: Clinic, *booked: Booking) -> Refusal:
    found = answer(course, clinic, *booked)
    assert isinstance(found, Refusal), (dates(found), times(found))
    assert found.proved
    return found


def said(found: Refusal) -> list[str]:
    return list(found.sentences())


def kind(name: str, *segments: Segment, handover: tuple[str, ...] = ()) -> SessionKind:
    return SessionKind(name=name, segments=segments, handover=handover)


# Three sessions on one date, at the Lantern, which opens on Mondays only

BEFORE, AFTER = (
    kind(name, Segment(name="talk", minutes=45, staff=("therapist",), room="therapy"))
    for name in ("before", "after")
)
DOSE = kind(
    "dosing",
    Segment(name="arrive", minutes=15, staff=("nurse",), room="treatment"),
    Segment(name="dose", minutes=60, staff=("doctor", "therapist"), room="treatment", tail=15),
    Segment(name="rest", minutes=30, staff=("nurse",), room="treatment", turnaround=15),
)
THEN = (
    Gap(name="dose-after-talk", after="before", before="dosing", at_least=Hours(0)),
    Gap(name="talk-after-dose", after="dosing", before="after", at_least=Hours(0)),
)
ONE_DATE = Span(name="one-date", of="*", at_most=Days(0))
SAME = Continuity(name="same", role="therapist")


def all_in_a_day(*rules: Rule) -> Course:
    return course_of(
        programme("before", "dosing", "after", kinds=(BEFORE, DOSE, AFTER), rules=(*THEN, ONE_DATE, *rules))
    )


def lantern(until: int, **staff: tuple[str, ...]) -> Clinic:
    people = {"dora": ("doctor",), "nia": ("nurse",), "tess": ("therapist",), **staff}
    rooms = {"blue": "treatment", "oak": "therapy"}
    return house("lantern", weekly((9 * 60, until), "mon"), rooms, people, days=8)


def test_three_sessions_fit_one_date_to_the_minute() -> None:
    # 45, 105 and 45 minutes: from nine to a quarter past twelve.
    found = plan(all_in_a_day(SAME), lantern(12 * 60 + 15))
    assert dates(found) == ["Mon 4 Jan"] * 3
    assert times(found) == ["09:00", "09:45", "11:30"]
    assert [one.staff("therapist") for one in found.appointments] == [("tess",)] * 3


def test_a_quarter_of_an_hour_less_and_the_third_of_the_date_is_refused() -> None:
    found = refusal(all_in_a_day(SAME), lantern(12 * 60))
    assert found.session == "therapy/after/1"


def test_a_third_that_must_follow_at_once_makes_the_second_wait() -> None:
    # Oak is taken from half past eleven, when the third could begin, to a quarter past twelve.
    busy = taken("room", "oak", "2027-01-04 11:30", "2027-01-04 12:15")
    found = plan(all_in_a_day(SAME), lantern(13 * 60), busy)
    assert times(found) == ["09:00", "09:45", "12:15"]
    soon = Gap(name="soon", after="dosing", before="after", at_most=Hours(0))
    found = plan(all_in_a_day(SAME, soon), lantern(13 * 60), busy)
    assert times(found) == ["09:00", "10:30", "12:15"]


def test_when_the_monday_is_too_full_all_three_go_to_the_next_one() -> None:
    busy = taken("staff", "dora", "2027-01-04 09:00", "2027-01-04 11:00")
    found = plan(all_in_a_day(SAME), lantern(12 * 60 + 15), busy)
    assert dates(found) == ["Mon 11 Jan"] * 3


# A turnaround that meets the next need of the room, at the Mill, which has one chair

CHAIR = {"chair": "treatment"}
MORNING = weekly((9 * 60, 12 * 60))


def infusion(turnaround: int) -> SessionKind:
    return kind("infusion", Segment(name="infusion", minutes=45, room="treatment", turnaround=turnaround))


def two_infusions(turnaround: int) -> Course:
    order = Gap(name="then", after="infusion", before="infusion", at_least=Hours(0))
    what = programme("infusion", times=2, kinds=(infusion(turnaround),), rules=(order, ONE_DATE))
    return course_of(what)


def test_a_turnaround_may_end_as_the_next_visit_begins_and_the_next_waits_for_no_more() -> None:
    mill = house("mill", MORNING, CHAIR, {})
    assert times(plan(two_infusions(30), mill)) == ["09:00", "10:15"]
    assert times(plan(two_infusions(45), mill)) == ["09:00", "10:30"]


def test_a_turnaround_may_end_as_another_s_booking_begins_and_may_not_reach_into_it() -> None:
    mill = house("mill", MORNING, CHAIR, {})
    busy = taken("room", "chair", "2027-01-04 10:15", "2027-01-04 10:30")
    assert times(plan(two_infusions(30), mill, busy)) == ["09:00", "10:30"]
    # Three quarters of an hour do not fit before it, nor twice after it.
    found = refusal(two_infusions(45), mill, busy)
    assert found.session == "therapy/infusion/2"


def there_and_back(turnaround: int) -> Course:
    """In the chair, for a quarter of an hour elsewhere, and in the chair again."""
    visit = kind(
        "visit",
        Segment(name="infusion", minutes=45, room="treatment", turnaround=turnaround),
        Segment(name="talk", minutes=15, room="therapy"),
        Segment(name="rest", minutes=30, room="treatment"),
    )
    return course_of(programme("visit", kinds=(visit,)))


def test_a_visit_s_own_turnaround_is_not_in_the_way_of_its_own_next_part() -> None:
    mill = house("mill", MORNING, {**CHAIR, "oak": "therapy"}, {})
    for turnaround in (0, 15, 30):
        (only,) = plan(there_and_back(turnaround), mill).appointments
        assert f"{only.start:%H:%M}" == "09:00"
        minutes = {
            (row.end - row.start) // timedelta(minutes=1) for row in only.bookings if row.resource == "chair"
        }
        # With a turnaround that lasts until the patient is back, the chair is never given up.
        assert minutes == ({45, 30} if turnaround == 0 else {90})


def test_it_is_in_the_way_of_others_between_the_two_parts() -> None:
    mill = house("mill", weekly((9 * 60, 10 * 60 + 30)), {**CHAIR, "oak": "therapy"}, {})
    between = taken("room", "chair", "2027-01-04 09:45", "2027-01-04 10:00")
    assert times(plan(there_and_back(0), mill, between)) == ["09:00"]
    assert refusal(there_and_back(15), mill, between).session == "therapy/visit/1"


# One person with two roles, at the Ferry, where Dev is doctor and nurse

TOGETHER = kind("assess", Segment(name="assess", minutes=30, staff=("doctor", "nurse")))
IN_TURN = kind(
    "assess",
    Segment(name="checks", minutes=30, staff=("nurse",)),
    Segment(name="assess", minutes=30, staff=("doctor",)),
)


def assessed(how: SessionKind) -> Course:
    return course_of(programme("assess", kinds=(how,)))


def ferry(**staff: tuple[str, ...]) -> Clinic:
    return house("ferry", MORNING, {}, staff)


def test_one_person_with_two_roles_fills_them_one_after_the_other() -> None:
    (only,) = plan(assessed(IN_TURN), ferry(dev=("doctor", "nurse"))).appointments
    assert (only.staff("nurse"), only.staff("doctor")) == (("dev",), ("dev",))


def test_one_person_with_two_roles_does_not_fill_both_at_once() -> None:
    found = refusal(assessed(TOGETHER), ferry(dev=("doctor", "nurse")))
    assert found.session == "therapy/assess/1"
    assert said(found) == [
        "Not there for long enough, or not all at once, on Mon 4 Jan 2027: doctor and nurse."
    ]


def test_on_a_closed_day_it_is_the_closure_that_is_named_and_on_others_the_two_who_are_one() -> None:
    clinic = evolve(ferry(dev=("doctor", "nurse")), closed=closed("2027-01-04"))
    found = refusal(assessed(TOGETHER), evolve(clinic, horizon=Horizon(first_day=MONDAY, days=2)))
    assert said(found) == [
        "The clinic is closed on Mon 4 Jan 2027.",
        "Not there for long enough, or not all at once, on Tue 5 Jan 2027: doctor and nurse.",
    ]


def test_who_alone_can_be_the_doctor_leaves_the_nursing_to_somebody_else() -> None:
    # Dev comes first in the file for either role; as the nurse he would leave nobody to be the doctor.
    (only,) = plan(assessed(TOGETHER), ferry(dev=("doctor", "nurse"), ned=("nurse",))).appointments
    assert (only.staff("doctor"), only.staff("nurse")) == (("dev",), ("ned",))


def test_a_tail_in_the_one_role_keeps_a_person_from_the_other() -> None:
    tail = evolve(IN_TURN.segments[0], tail=15)
    lingering = kind("assess", tail, IN_TURN.segments[1])
    assert refusal(assessed(lingering), ferry(dev=("doctor", "nurse"))).session == "therapy/assess/1"
    found = plan(assessed(lingering), ferry(dev=("doctor", "nurse"), dora=("doctor",)))
    assert [one.staff("doctor") for one in found.appointments] == [("dora",)]


# Midnight, at the Owl, which never closes

LATE = kind("late", Segment(name="talk", minutes=60, staff=("therapist",), room="therapy"))
TIDIED = kind("late", Segment(name="talk", minutes=60, staff=("therapist",), room="therapy", turnaround=15))


def owl(days: int) -> Clinic:
    always = weekly(NIGHT, EVERY_DAY)
    return house("owl", always, {"oak": "therapy"}, {"tess": ("therapist",)}, days=days, grid=30)


def at_night(how: SessionKind, times: int = 1, *rules: Gap, **patient: Any) -> Course:
    evening = weekly((22 * 60 + 30, 24 * 60), EVERY_DAY)
    return course_of(
        programme("late", kinds=(how,), times=times, rules=rules), **{"hours": evening, **patient}
    )


def test_a_visit_may_end_at_midnight_and_its_turnaround_may_not_outlast_it() -> None:
    busy = taken("room", "oak", "2027-01-04 22:00", "2027-01-04 23:00")
    (only,) = plan(at_night(LATE), owl(2), busy).appointments
    assert (f"{only.start:%a %H:%M}", f"{only.end:%a %H:%M}") == ("Mon 23:00", "Tue 00:00")
    assert [f"{one.start:%a %H:%M}" for one in plan(at_night(TIDIED), owl(2), busy).appointments] == [
        "Tue 22:30"
    ]


def test_two_visits_may_touch_at_midnight_and_are_a_day_apart() -> None:
    touching = Gap(name="touching", after="late", before="late", at_least=Hours(0), at_most=Hours(0))
    next_date = Gap(name="next-date", after="late", before="late", at_least=Days(1), at_most=Days(1))
    whole = weekly(NIGHT, EVERY_DAY)
    found = plan(at_night(LATE, 2, touching, next_date, hours=whole), owl(2))
    assert [f"{one.start:%a %H:%M}" for one in found.appointments] == ["Mon 23:00", "Tue 00:00"]
    assert found.appointments[0].end == found.appointments[1].start


def test_on_the_horizon_s_last_night_there_is_no_other_day_to_go_to() -> None:
    busy = taken("room", "oak", "2027-01-04 22:00", "2027-01-04 23:00")
    assert times(plan(at_night(LATE), owl(1), busy)) == ["23:00"]
    assert refusal(at_night(TIDIED), owl(1), busy).session == "therapy/late/1"


# The last day of the horizon, at the Pier

WEEK = weekly((9 * 60, 11 * 60), EVERY_DAY)
TALK = kind("talk", Segment(name="talk", minutes=60, staff=("therapist",)))


def pier(days: int) -> Clinic:
    return house("pier", WEEK, {}, {"tess": ("therapist",)}, days=days)


def two_talks(rule: Gap, **patient: Any) -> Course:
    return course_of(programme("talk", times=2, kinds=(TALK,), rules=(rule,)), **patient)


def test_the_last_day_can_be_used_until_closing() -> None:
    within = Gap(name="apart", after="talk", before="talk", at_least=Days(4))
    busy = taken("staff", "tess", "2027-01-08 09:00", "2027-01-08 10:00")
    found = plan(two_talks(within), pier(5), busy)
    assert dates(found) == ["Mon 4 Jan", "Fri 8 Jan"]
    assert times(found)[1] == "10:00"
    later = taken("staff", "tess", "2027-01-08 09:00", "2027-01-08 10:15")
    stuck = refusal(two_talks(within), pier(5), later)
    assert stuck.session == "therapy/talk/2"
    assert (stuck.first, stuck.last) == (date(2027, 1, 8), date(2027, 1, 8))


def test_a_day_less_and_the_rules_leave_no_dates() -> None:
    within = Gap(name="apart", after="talk", before="talk", at_least=Days(4))
    stuck = refusal(two_talks(within), pier(4))
    assert (stuck.session, [one.code for one in stuck.reasons]) == (None, ["horizon"])


def test_hours_that_run_out_on_the_last_day_leave_the_first_visit_one_start() -> None:
    # From ten on Monday it is 96 hours to ten on Friday, the last start of the last day.
    wishes = Wishes(time=time(10))
    exact = Gap(name="rest", after="talk", before="talk", at_least=Hours(96))
    found = plan(two_talks(exact, wishes=wishes), pier(5))
    assert (dates(found), times(found)) == (["Mon 4 Jan", "Fri 8 Jan"], ["09:00", "10:00"])
    # A day more, and the first may be at the time that is wished for.
    found = plan(two_talks(exact, wishes=wishes), pier(6))
    assert (dates(found), times(found)) == (["Mon 4 Jan", "Sat 9 Jan"], ["10:00", "10:00"])
    longer = Gap(name="rest", after="talk", before="talk", at_least=Hours(97))
    assert refusal(two_talks(longer), pier(5)).session == "therapy/talk/2"
