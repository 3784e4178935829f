"""Which plans keep the promise of each check, some of them barely, and which break that one alone?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from attrs import evolve

from kapsched.model.bookings import Booking
from kapsched.model.clinic import Horizon, Notice
from kapsched.model.course import Done
from kapsched.model.overrides import Pin
from kapsched.model.periods import RollingDays, TreatmentWeek
from kapsched.model.phases import Phase
from kapsched.model.plan import Cost, Plan
from kapsched.model.programme import Segment, SessionKind
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Span
from kapsched.timeline.recurrence import Absence
from kapsched.timeline.units import Days, Hours, Length, OpenDays
from kapsched.timeline.zones import zone
from kapsched.verification import clashes, cost, resources, rules, sessions
from kapsched.verification.checks import verify
from kapsched.verification.report import Report
from tests.stories import (
    DOSING,
    Story,
    Units,
    always_open,
    closed,
    course_of,
    london,
    programme,
    quayside,
    taken,
    visit,
    weekly,
    with_person,
)

Teller: TypeAlias = Callable[[], Story]

KEEPING: dict[str, list[Teller]] = {}
BREAKING: dict[str, list[Teller]] = {}


def keeps(check: Callable[..., object]) -> Callable[[Teller], Teller]:
    return _told(KEEPING, check)


def breaks(check: Callable[..., object]) -> Callable[[Teller], Teller]:
    return _told(BREAKING, check)


def _told(stories: dict[str, list[Teller]], check: Callable[..., object]) -> Callable[[Teller], Teller]:
    def tell(story: Teller) -> Teller:
        stories.setdefault(check.__name__, []).append(story)
        return story

    return tell


def report_of(story: Story) -> Report:
    plan = Plan(course=story.course, appointments=story.appointments, cost=story.cost)
    return verify(plan, story.course, story.clinic, booked=story.booked, now=story.now, horizon=story.horizon)


def talks(
    *starts: str,
    rules: tuple[Gap | Offset | Frequency | Span | Continuity, ...] = (),
    people: str = "",
    done: dict[str, Done] | None = None,
    **patient: Any,
) -> Story:
    """A talk for each of `starts`, an empty one done, with Tess in the oak room unless `people` says who."""
    what = programme("talk", rules=rules, times=len(starts))
    names = people.split() or ["tess"] * len(starts)
    appointments = tuple(
        visit(what, f"therapy/talk/{number}", start, therapist=name, therapy="oak")
        for number, (start, name) in enumerate(zip(starts, names, strict=True), start=1)
        if start
    )
    return Story(course=course_of(what, done=done or {}, **patient), appointments=appointments)


def dose(start: str = "2027-01-05 10:00", kind: SessionKind = DOSING, **units: Units) -> Story:
    """One dosing visit with Dora, Tess and Nia in the blue room unless `units` says otherwise."""
    what = programme("dosing", kinds=(kind,))
    usual: dict[str, Units] = {"doctor": "dora", "therapist": "tess", "nurse": "nia", "treatment": "blue"}
    return Story(
        course=course_of(what), appointments=(visit(what, "therapy/dosing/1", start, **(usual | units)),)
    )


def rebooked(story: Story, change: Callable[[Booking], Booking | None]) -> Story:
    """The same story with each booking of its first appointment changed, or left out."""
    first, *others = story.appointments
    rows = tuple(row for row in map(change, first.bookings) if row is not None)
    return evolve(story, appointments=(evolve(first, bookings=rows), *others))


def also(story: Story, *rows: Booking) -> Story:
    """The same story with more bookings in its first appointment."""
    first, *others = story.appointments
    return evolve(story, appointments=(evolve(first, bookings=(*first.bookings, *rows)), *others))


def took(start: str, **staff: str) -> Done:
    return Done(start=london(start), staff={role: tuple(who.split()) for role, who in staff.items()})


# Sessions


@keeps(sessions.every_session_is_planned_once)
def two_talks_and_one_done() -> Story:
    return talks(
        "", "2027-01-05 10:00", "2027-01-06 10:00", done={"therapy/talk/1": took("2027-01-04 10:00")}
    )


@keeps(sessions.every_session_is_planned_once)
def a_cancelled_appointment_beside_the_one_that_holds() -> Story:
    story = talks("2027-01-05 10:00")
    return evolve(
        story, appointments=(*story.appointments, evolve(story.appointments[0], status="cancelled"))
    )


@keeps(sessions.every_session_is_planned_once)
def a_done_appointment_of_a_session_that_is_done() -> Story:
    story = talks("2027-01-05 10:00", "2027-01-06 10:00", done={"therapy/talk/1": took("2027-01-05 10:00")})
    first, second = story.appointments
    return evolve(story, appointments=(evolve(first, status="done", bookings=()), second))


def goes_on(number: int, **course: Any) -> Story:
    """A talk a week, of which three are planned, and so many of them booked."""
    closed = programme("talk", times=number)
    what = evolve(closed, phases=[Phase(name="therapy", order=["talk"], open=True, book_ahead=3)])
    appointments = tuple(
        visit(closed, f"therapy/talk/{one}", f"2027-01-{3 + one:02} 10:00", therapist="tess", therapy="oak")
        for one in range(1, number + 1)
    )
    return Story(course=evolve(course_of(what), **course), appointments=appointments)


@keeps(sessions.every_session_is_planned_once)
def three_talks_of_a_phase_that_goes_on() -> Story:
    return goes_on(3)


@breaks(sessions.every_session_is_planned_once)
def a_fourth_talk_of_a_phase_of_which_three_are_planned() -> Story:
    return goes_on(4)


@breaks(sessions.every_session_is_planned_once)
def three_talks_where_the_course_plans_four_ahead() -> Story:
    return goes_on(3, book_ahead=4)


@breaks(sessions.every_session_is_planned_once)
def one_talk_is_missing() -> Story:
    story = talks("2027-01-05 10:00", "2027-01-06 10:00")
    return evolve(story, appointments=story.appointments[:1])


@breaks(sessions.every_session_is_planned_once)
def one_talk_is_planned_twice() -> Story:
    story = talks("2027-01-05 10:00")
    again = visit(
        story.course.programme, "therapy/talk/1", "2027-01-06 10:00", therapist="tess", therapy="oak"
    )
    return evolve(story, appointments=(*story.appointments, again))


@breaks(sessions.every_session_is_planned_once)
def a_session_nobody_knows() -> Story:
    story = talks("2027-01-05 10:00", "2027-01-06 10:00")
    fewer = course_of(programme("talk"))
    return evolve(story, course=fewer)


@breaks(sessions.every_session_is_planned_once)
def a_done_session_is_planned_again() -> Story:
    return talks("2027-01-05 10:00", "2027-01-06 10:00", done={"therapy/talk/1": took("2027-01-04 10:00")})


@breaks(sessions.every_session_is_planned_once)
def an_appointment_of_another_course() -> Story:
    story = talks("2027-01-05 10:00")
    return evolve(story, appointments=(evolve(story.appointments[0], course="c99"),))


@breaks(sessions.every_session_is_planned_once)
def a_talk_labelled_as_a_dose() -> Story:
    story = talks("2027-01-05 10:00")
    return evolve(story, appointments=(evolve(story.appointments[0], kind="dosing"),))


@keeps(sessions.every_visit_lasts_as_its_kind_says)
def a_dose_of_135_minutes() -> Story:
    return dose()


@breaks(sessions.every_visit_lasts_as_its_kind_says)
def a_talk_that_ends_a_quarter_late() -> Story:
    story = talks("2027-01-05 10:00")
    late = timedelta(minutes=15)
    story = rebooked(story, lambda row: evolve(row, end=row.end + late) if row.type == "patient" else row)
    (only,) = story.appointments
    return evolve(story, appointments=(evolve(only, end=only.end + late),))


@breaks(sessions.every_visit_lasts_as_its_kind_says)
def a_talk_across_the_clock_change_that_lasts_an_hour_on_the_wall_only() -> Story:
    # 00:30 to 02:30 on the wall is 60 minutes of time on 28 March 2027; two hours were booked.
    story = night_talk("2027-03-28 00:30")
    story = rebooked(
        story, lambda row: evolve(row, end=london("2027-03-28 03:30")) if row.type == "patient" else row
    )
    return evolve(story, appointments=(evolve(story.appointments[0], end=london("2027-03-28 03:30")),))


def night_talk(start: str) -> Story:
    return evolve(talks(start), clinic=always_open())


@keeps(sessions.starts_are_on_the_grid)
def a_quarter_past() -> Story:
    return talks("2027-01-05 10:15")


@breaks(sessions.starts_are_on_the_grid)
def ten_past() -> Story:
    return talks("2027-01-05 10:10")


@breaks(sessions.starts_are_on_the_grid)
def thirty_seconds_past() -> Story:
    return talks("2027-01-05 10:00:30")


@keeps(sessions.nothing_starts_before_its_time)
def on_the_first_day_and_just_as_notice_ends() -> Story:
    story = talks("2027-01-05 10:00", first_day="2027-01-05")
    return evolve(story, clinic=quayside(notice=Notice(hours=24)), now=london("2027-01-04 10:00"))


@keeps(sessions.nothing_starts_before_its_time)
def after_two_open_days_that_follow_a_friday() -> Story:
    story = talks("2027-01-13 08:00")
    return evolve(story, clinic=quayside(notice=Notice(open_days=2)), now=london("2027-01-08 10:00"))


@breaks(sessions.nothing_starts_before_its_time)
def a_day_before_the_first() -> Story:
    return talks("2027-01-05 10:00", first_day="2027-01-06")


@breaks(sessions.nothing_starts_before_its_time)
def a_quarter_within_notice() -> Story:
    story = on_the_first_day_and_just_as_notice_ends()
    return evolve(story, now=london("2027-01-04 10:15"))


@breaks(sessions.nothing_starts_before_its_time)
def a_start_that_is_past() -> Story:
    return evolve(talks("2027-01-05 10:00"), now=london("2027-01-05 10:15"))


@breaks(sessions.nothing_starts_before_its_time)
def on_the_second_open_day_itself() -> Story:
    story = talks("2027-01-12 17:00")
    return evolve(story, clinic=quayside(notice=Notice(open_days=2)), now=london("2027-01-08 10:00"))


@breaks(sessions.nothing_starts_before_its_time)
def notice_counts_elapsed_hours_across_the_clock_change() -> Story:
    # Saturday 10:00 to Sunday 10:00 is 23 hours when the clocks go forward.
    story = night_talk("2027-03-28 10:00")
    return evolve(story, clinic=evolve(story.clinic, notice=Notice(hours=24)), now=london("2027-03-27 10:00"))


@keeps(sessions.nothing_lies_beyond_the_horizon)
def on_the_last_day_of_the_horizon() -> Story:
    return evolve(talks("2027-01-08 10:00"), horizon=Horizon(first_day=date(2027, 1, 4), days=5))


@breaks(sessions.nothing_lies_beyond_the_horizon)
def a_day_after_the_horizon() -> Story:
    return evolve(talks("2027-01-08 10:00"), horizon=Horizon(first_day=date(2027, 1, 4), days=4))


@keeps(sessions.everything_ends_by_midnight)
def a_talk_until_midnight() -> Story:
    return night_talk("2027-01-05 23:00")


@breaks(sessions.everything_ends_by_midnight)
def a_talk_past_midnight() -> Story:
    return night_talk("2027-01-05 23:15")


@breaks(sessions.everything_ends_by_midnight)
def a_turnaround_past_midnight() -> Story:
    return evolve(dose("2027-01-05 21:45"), clinic=always_open())


# People, rooms and the patient


@keeps(resources.every_segment_has_its_people)
def one_nurse_hands_over_to_another() -> Story:
    return dose(nurse=["ned", "nia"])


@keeps(resources.every_segment_has_its_people)
def two_therapists_at_once() -> Story:
    what = programme("dyad")
    pair = visit(what, "therapy/dyad/1", "2027-01-05 10:00", therapist=("tess", "tom"), therapy="oak")
    return Story(course=course_of(what), appointments=(pair,))


@keeps(resources.every_segment_has_its_people)
def bookings_of_one_person_made_segment_by_segment() -> Story:
    # Nia's exclusive quarter and her shared hour do not touch; Dora's hour and her tail are booked apart.
    story = dose()
    parts = [
        taken("staff", "dora", "2027-01-05 10:15", "2027-01-05 11:15", role="doctor"),
        taken("staff", "dora", "2027-01-05 11:15", "2027-01-05 11:30", role="doctor"),
    ]
    return also(rebooked(story, lambda row: None if row.resource == "dora" else row), *parts)


WATCH = SessionKind(
    name="watch",
    segments=(
        Segment(name="in", minutes=30, staff=("nurse",), tail=15),
        Segment(name="stay", minutes=60, staff=("nurse",), shares=("nurse",)),
    ),
)


@keeps(resources.every_segment_has_its_people)
def a_tail_reaches_into_the_same_nurses_next_segment() -> Story:
    what = programme("watch", kinds=(WATCH,))
    story = Story(
        course=course_of(what),
        appointments=(visit(what, "therapy/watch/1", "2027-01-05 10:00", nurse="nia"),),
    )
    (alone, shared) = (row for row in story.appointments[0].bookings if row.type == "staff")
    assert (
        (alone.end, alone.exclusive)
        == (shared.start, not shared.exclusive)
        == (london("2027-01-05 10:45"), True)
    )
    return story


@breaks(resources.every_segment_has_its_people)
def nobody_is_the_doctor() -> Story:
    return rebooked(dose(), lambda row: None if row.role == "doctor" else row)


@breaks(resources.every_segment_has_its_people)
def the_doctor_is_a_therapist() -> Story:
    return dose(doctor="tom")


@breaks(resources.every_segment_has_its_people)
def the_doctor_is_nobody_here() -> Story:
    return dose(doctor="zed")


@breaks(resources.every_segment_has_its_people)
def the_doctors_tail_is_missing() -> Story:
    end = london("2027-01-05 11:15")
    return rebooked(dose(), lambda row: evolve(row, end=end) if row.role == "doctor" else row)


@breaks(resources.every_segment_has_its_people)
def the_nurse_changes_without_a_handover() -> Story:
    return dose(kind=evolve(DOSING, handover=()), nurse=["ned", "nia"])


@breaks(resources.every_segment_has_its_people)
def one_of_two_therapists_is_missing() -> Story:
    what = programme("dyad")
    pair = visit(what, "therapy/dyad/1", "2027-01-05 10:00", therapist="tess", therapy="oak")
    return Story(course=course_of(what), appointments=(pair,))


TWO_ROLES = SessionKind(
    name="assess", segments=(Segment(name="assess", minutes=30, staff=("doctor", "nurse")),)
)


@breaks(resources.every_segment_has_its_people)
def one_person_fills_two_roles_at_once() -> Story:
    what = programme("assess", kinds=(TWO_ROLES,))
    both = visit(what, "therapy/assess/1", "2027-01-05 10:00", doctor="dev", nurse="dev")
    return Story(course=course_of(what), appointments=(both,))


@breaks(resources.every_segment_has_its_people)
def a_nurse_is_shared_where_she_must_be_alone() -> Story:
    return rebooked(dose(), lambda row: evolve(row, exclusive=False) if row.resource == "nia" else row)


@breaks(resources.every_segment_has_its_people)
def a_nurse_is_taken_alone_where_she_is_shared() -> Story:
    return rebooked(dose(), lambda row: evolve(row, exclusive=True) if row.resource == "nia" else row)


@keeps(resources.every_segment_has_its_room)
def a_dose_with_its_turnaround() -> Story:
    return dose(treatment="green")


@keeps(resources.every_segment_has_its_room)
def a_place_in_the_lounge() -> Story:
    return resting("2027-01-05 10:00")


def resting(start: str) -> Story:
    what = programme("rest")
    return Story(
        course=course_of(what), appointments=(visit(what, "therapy/rest/1", start, recovery="lounge"),)
    )


@breaks(resources.every_segment_has_its_room)
def a_dose_in_a_therapy_room() -> Story:
    return dose(treatment="oak")


@breaks(resources.every_segment_has_its_room)
def a_dose_in_a_room_that_is_not_there() -> Story:
    return dose(treatment="violet")


@breaks(resources.every_segment_has_its_room)
def a_dose_without_its_turnaround() -> Story:
    end = london("2027-01-05 12:15")
    return rebooked(dose(), lambda row: evolve(row, end=end) if row.type == "room" else row)


@breaks(resources.every_segment_has_its_room)
def the_room_changes_at_a_segments_edge() -> Story:
    return dose(treatment=["blue", "blue", "green"])


@breaks(resources.every_segment_has_its_room)
def the_lounge_is_taken_whole() -> Story:
    return rebooked(resting("2027-01-05 10:00"), lambda row: evolve(row, exclusive=True))


@keeps(resources.nobody_excluded_is_booked)
def another_than_the_one_excluded() -> Story:
    return talks("2027-01-05 10:00", excludes=("tom",))


@breaks(resources.nobody_excluded_is_booked)
def the_one_excluded() -> Story:
    return talks("2027-01-05 10:00", excludes=("tess",))


@keeps(resources.the_patient_is_booked_for_the_visit)
def a_patient_by_name() -> Story:
    story = talks("2027-01-05 10:00")
    return evolve(story, appointments=(evolve(story.appointments[0], patient="q17"),))


@breaks(resources.the_patient_is_booked_for_the_visit)
def the_patient_is_not_booked() -> Story:
    return rebooked(talks("2027-01-05 10:00"), lambda row: None if row.type == "patient" else row)


@breaks(resources.the_patient_is_booked_for_the_visit)
def the_patient_is_booked_for_the_dose_only() -> Story:
    end = london("2027-01-05 11:15")
    return rebooked(dose(), lambda row: evolve(row, end=end) if row.type == "patient" else row)


@breaks(resources.the_patient_is_booked_for_the_visit)
def the_patient_is_shared() -> Story:
    return rebooked(
        talks("2027-01-05 10:00"), lambda row: evolve(row, exclusive=False) if row.type == "patient" else row
    )


@breaks(resources.the_patient_is_booked_for_the_visit)
def the_label_names_another_patient() -> Story:
    story = talks("2027-01-05 10:00")
    return evolve(story, appointments=(evolve(story.appointments[0], patient="q18"),))


@keeps(resources.nothing_unneeded_is_booked)
def two_rooms_one_after_the_other() -> Story:
    both = SessionKind(
        name="both",
        segments=(
            Segment(name="dose", minutes=60, room="treatment", turnaround=30),
            Segment(name="talk", minutes=30, room="therapy", staff=("therapist",)),
        ),
    )
    what = programme("both", kinds=(both,))
    one = visit(what, "therapy/both/1", "2027-01-05 10:00", treatment="blue", therapy="oak", therapist="tess")
    return Story(course=course_of(what), appointments=(one,))


@breaks(resources.nothing_unneeded_is_booked)
def a_second_therapist_whom_nothing_asks_for() -> Story:
    return also(
        talks("2027-01-05 10:00"),
        taken("staff", "tom", "2027-01-05 10:00", "2027-01-05 11:00", role="therapist"),
    )


@breaks(resources.nothing_unneeded_is_booked)
def a_room_for_longer_than_asked() -> Story:
    end = london("2027-01-05 11:15")
    return rebooked(
        talks("2027-01-05 10:00"), lambda row: evolve(row, end=end) if row.type == "room" else row
    )


@breaks(resources.nothing_unneeded_is_booked)
def another_patient_too() -> Story:
    return also(talks("2027-01-05 10:00"), taken("patient", "q18", "2027-01-05 10:00", "2027-01-05 11:00"))


@breaks(resources.nothing_unneeded_is_booked)
def a_doctor_for_a_talk() -> Story:
    return also(
        talks("2027-01-05 10:00"),
        taken("staff", "dora", "2027-01-05 10:00", "2027-01-05 11:00", role="doctor"),
    )


# Hours and clashes


@keeps(resources.everything_is_within_hours)
def a_dose_whose_turnaround_ends_at_closing() -> Story:
    return dose("2027-01-05 15:30")


@keeps(resources.everything_is_within_hours)
def a_patient_who_can_come_until_eleven() -> Story:
    return talks("2027-01-05 10:00", hours=weekly((9 * 60, 11 * 60)))


@breaks(resources.everything_is_within_hours)
def a_dose_whose_turnaround_crosses_closing() -> Story:
    return dose("2027-01-05 15:45")


@breaks(resources.everything_is_within_hours)
def a_tail_past_the_therapists_hours() -> Story:
    early = with_person(quayside(), "tess", hours=weekly((8 * 60, 11 * 60 + 15)))
    return evolve(dose(), clinic=early)


@breaks(resources.everything_is_within_hours)
def a_talk_over_lunch() -> Story:
    return evolve(
        talks("2027-01-05 12:15"),
        clinic=with_person(quayside(), "tess", breaks=weekly((13 * 60, 13 * 60 + 30))),
    )


@breaks(resources.everything_is_within_hours)
def a_talk_on_leave() -> Story:
    leave = Absence(first=date(2027, 1, 5), last=date(2027, 1, 5))
    return evolve(talks("2027-01-05 10:00"), clinic=with_person(quayside(), "tess", away=(leave,)))


@breaks(resources.everything_is_within_hours)
def a_talk_on_a_closed_day() -> Story:
    return evolve(
        talks("2027-01-05 10:00"),
        clinic=quayside(closed=(Absence(first=date(2027, 1, 5), last=date(2027, 1, 5)),)),
    )


@breaks(resources.everything_is_within_hours)
def a_visit_without_room_or_staff_on_a_sunday() -> Story:
    call = SessionKind(name="call", segments=(Segment(name="call", minutes=30),))
    what = programme("call", kinds=(call,))
    return Story(course=course_of(what), appointments=(visit(what, "therapy/call/1", "2027-01-10 10:00"),))


@breaks(resources.everything_is_within_hours)
def a_patient_who_is_away() -> Story:
    return talks("2027-01-05 10:00", away=(Absence(weekdays=frozenset({1})),))


@breaks(resources.everything_is_within_hours)
def a_patient_who_must_leave_at_half_past() -> Story:
    return talks("2027-01-05 10:00", hours=weekly((9 * 60, 10 * 60 + 30)))


@keeps(clashes.nothing_is_booked_twice)
def others_before_and_after() -> Story:
    before = taken("room", "oak", "2027-01-05 09:00", "2027-01-05 10:00")
    after = taken("staff", "tess", "2027-01-05 11:00", "2027-01-05 12:00")
    return evolve(talks("2027-01-05 10:00"), booked=(before, after))


@keeps(clashes.nothing_is_booked_twice)
def a_second_place_in_the_lounge_at_every_instant() -> Story:
    # Two others, but never both at once: nobody is promised a place.
    others = (
        taken("room", "lounge", "2027-01-05 09:00", "2027-01-05 10:30", exclusive=False),
        taken("room", "lounge", "2027-01-05 10:30", "2027-01-05 12:00", exclusive=False),
    )
    return evolve(resting("2027-01-05 10:00"), booked=others)


@keeps(clashes.nothing_is_booked_twice)
def our_own_rows_are_in_the_diary_already() -> Story:
    story = talks("2027-01-05 10:00")
    return evolve(story, booked=Plan.of(story.course, story.appointments).bookings)


@keeps(clashes.nothing_is_booked_twice)
def a_room_shares_its_name_with_a_patient() -> Story:
    return evolve(
        talks("2027-01-05 10:00"), booked=(taken("room", "q17", "2027-01-05 10:00", "2027-01-05 11:00"),)
    )


@breaks(clashes.nothing_is_booked_twice)
def the_room_is_taken() -> Story:
    return evolve(
        talks("2027-01-05 10:00"), booked=(taken("room", "oak", "2027-01-05 10:59", "2027-01-05 12:00"),)
    )


@breaks(clashes.nothing_is_booked_twice)
def the_room_is_taken_since_long_before() -> Story:
    long = taken("room", "oak", "2027-01-02 08:00", "2027-01-05 10:30")
    short = taken("room", "oak", "2027-01-05 08:00", "2027-01-05 08:30")
    return evolve(talks("2027-01-05 10:00"), booked=(long, short))


@breaks(clashes.nothing_is_booked_twice)
def the_patient_is_elsewhere() -> Story:
    return evolve(
        talks("2027-01-05 10:00"), booked=(taken("patient", "q17", "2027-01-05 10:30", "2027-01-05 10:40"),)
    )


@breaks(clashes.nothing_is_booked_twice)
def two_visits_of_one_patient_overlap() -> Story:
    what = programme("talk", times=2)
    return Story(
        course=course_of(what),
        appointments=(
            visit(what, "therapy/talk/1", "2027-01-05 10:00", therapist="tess", therapy="oak"),
            visit(what, "therapy/talk/2", "2027-01-05 10:30", therapist="tom", therapy="ash"),
        ),
    )


@breaks(clashes.nothing_is_booked_twice)
def a_turnaround_reaches_into_the_next_visit() -> Story:
    what = programme("dosing", times=2)
    later = {"doctor": "dev", "therapist": "tom", "nurse": "ned"}
    return Story(
        course=course_of(what),
        appointments=(
            visit(
                what,
                "therapy/dosing/1",
                "2027-01-05 10:00",
                doctor="dora",
                therapist="tess",
                nurse="nia",
                treatment="blue",
            ),
            visit(what, "therapy/dosing/2", "2027-01-05 12:15", treatment="blue", **later),
        ),
    )


@breaks(clashes.nothing_is_booked_twice)
def a_third_in_the_lounge_for_a_quarter() -> Story:
    others = (
        taken("room", "lounge", "2027-01-05 09:00", "2027-01-05 10:45", exclusive=False),
        taken("room", "lounge", "2027-01-05 10:30", "2027-01-05 12:00", exclusive=False),
    )
    return evolve(resting("2027-01-05 10:00"), booked=others)


@breaks(clashes.nothing_is_booked_twice)
def the_lounge_is_taken_whole_by_another() -> Story:
    return evolve(
        resting("2027-01-05 10:00"), booked=(taken("room", "lounge", "2027-01-05 10:30", "2027-01-05 10:45"),)
    )


@breaks(clashes.nothing_is_booked_twice)
def an_owed_visit_during_one_that_is_done() -> Story:
    return talks("", "2027-01-05 10:00", done={"therapy/talk/1": took("2027-01-05 09:15")})


# Rules


TALKS_APART = Gap(name="apart", after="talk", before="talk", at_least=Days(2), at_most=Days(5))


@keeps(rules.gaps_are_kept)
def two_days_and_five_days_apart() -> Story:
    return talks("2027-01-04 17:00", "2027-01-06 08:00", "2027-01-11 17:00", rules=(TALKS_APART,))


@keeps(rules.gaps_are_kept)
def seventy_two_hours_across_the_spring_change() -> Story:
    # Thursday 10:00 to Sunday 11:00: the night to 28 March 2027 has no hour from one to two.
    return evolve(hours_apart("2027-03-25 10:00", "2027-03-28 11:00"), clinic=always_open())


@keeps(rules.gaps_are_kept)
def what_is_done_is_done() -> Story:
    done = {"therapy/talk/1": took("2027-01-04 10:00"), "therapy/talk/2": took("2027-01-04 12:00")}
    return talks("", "", "2027-01-06 10:00", rules=(TALKS_APART,), done=done)


@keeps(rules.gaps_are_kept)
def a_zone_of_the_callers_own() -> Story:
    # 23:30 UTC on the 6th is the 7th in Kolkata and still the 6th at quayside.
    story = evolve(
        night_talk("2027-01-04 10:00"), course=course_of(programme("talk", times=2, rules=(TALKS_APART,)))
    )
    what, start = story.course.programme, datetime(2027, 1, 7, 4, 0, tzinfo=zone("Asia/Kolkata"))
    second = visit(what, "therapy/talk/2", start, therapist="tess", therapy="oak")
    return evolve(story, appointments=(*story.appointments, second))


def hours_apart(first: str, second: str) -> Story:
    return talks(
        first,
        second,
        rules=(
            Gap(
                name="apart",
                after="talk",
                before="talk",
                at_least=Hours(72),
                at_most=Hours(72),
                between="start-start",
            ),
        ),
    )


@breaks(rules.gaps_are_kept)
def one_day_apart() -> Story:
    return talks("2027-01-04 08:00", "2027-01-05 17:00", rules=(TALKS_APART,))


@breaks(rules.gaps_are_kept)
def six_days_apart() -> Story:
    return talks("2027-01-05 10:00", "2027-01-11 10:00", rules=(TALKS_APART,))


@breaks(rules.gaps_are_kept)
def seventy_one_hours_across_the_spring_change() -> Story:
    return evolve(hours_apart("2027-03-25 10:00", "2027-03-28 10:00"), clinic=always_open())


@breaks(rules.gaps_are_kept)
def seventy_three_hours_across_the_autumn_change() -> Story:
    return evolve(hours_apart("2027-10-28 10:00", "2027-10-31 10:00"), clinic=always_open())


@breaks(rules.gaps_are_kept)
def an_hour_too_few_from_end_to_start() -> Story:
    gap = Gap(name="rest", after="talk", before="talk", at_least=Hours(24))
    return talks("2027-01-04 10:00", "2027-01-05 10:00", rules=(gap,))


@breaks(rules.gaps_are_kept)
def too_soon_after_one_that_is_done() -> Story:
    return talks(
        "", "2027-01-05 10:00", rules=(TALKS_APART,), done={"therapy/talk/1": took("2027-01-04 10:00")}
    )


@breaks(rules.gaps_are_kept)
def too_soon_after_a_done_session_that_overran() -> Story:
    gap = Gap(name="rest", after="talk", before="talk", at_least=Hours(2))
    done = Done(start=london("2027-01-05 08:00"), end=london("2027-01-05 10:15"))
    return talks("", "2027-01-05 12:00", rules=(gap,), done={"therapy/talk/1": done})


def prepared(first: str, second: str, **window: Any) -> Story:
    """A talk and then a dose; the talk is dated from the dose."""
    rule = Offset(name="before", of="talk", anchor="dosing", **window)
    what = programme("talk", "dosing", rules=(rule,))
    return Story(
        course=course_of(what),
        appointments=(
            visit(what, "therapy/talk/1", first, therapist="tess", therapy="oak"),
            visit(
                what,
                "therapy/dosing/1",
                second,
                doctor="dora",
                therapist="tess",
                nurse="nia",
                treatment="blue",
            ),
        ),
    )


@keeps(rules.offsets_are_kept)
def a_preparation_seven_days_before_its_dose() -> Story:
    return prepared("2027-01-05 10:00", "2027-01-12 10:00", earliest=Days(-7), latest=Days(-1))


@breaks(rules.offsets_are_kept)
def a_preparation_eight_days_before_its_dose() -> Story:
    return prepared("2027-01-04 10:00", "2027-01-12 10:00", earliest=Days(-7), latest=Days(-1))


@breaks(rules.offsets_are_kept)
def a_preparation_on_the_day_of_its_dose() -> Story:
    return prepared("2027-01-12 08:00", "2027-01-12 10:00", earliest=Days(-7), latest=Days(-1))


@keeps(rules.offsets_are_kept)
def a_preparation_exactly_a_day_of_hours_before_its_dose() -> Story:
    return prepared("2027-01-11 09:00", "2027-01-12 10:00", earliest=Hours(-24), latest=Hours(-24))


@keeps(rules.offsets_are_kept)
def a_preparation_that_touches_its_dose() -> Story:
    return prepared("2027-01-12 09:00", "2027-01-12 10:00", earliest=Hours(-24), latest=Hours(0))


@breaks(rules.offsets_are_kept)
def a_preparation_more_hours_before_its_dose() -> Story:
    return prepared("2027-01-11 08:45", "2027-01-12 10:00", earliest=Hours(-24), latest=Hours(-1))


@breaks(rules.offsets_are_kept)
def a_preparation_fewer_hours_before_its_dose() -> Story:
    return prepared("2027-01-12 08:15", "2027-01-12 10:00", earliest=Hours(-24), latest=Hours(-1))


@breaks(rules.offsets_are_kept)
def a_preparation_after_its_dose() -> Story:
    return prepared("2027-01-12 14:00", "2027-01-12 10:00", earliest=Hours(-24), latest=Hours(0))


def beside(first: str, second: str, earliest: Length, latest: Length, **more: Any) -> Story:
    """Two talks, the second dated from the first; the clinic is closed at Easter."""
    rule = Offset(
        name="beside", of="therapy/talk/2", anchor="therapy/talk/1", earliest=earliest, latest=latest, **more
    )
    return evolve(talks(first, second, rules=(rule,)), clinic=EASTER)


def on_any_day(story: Story) -> Story:
    return evolve(story, clinic=always_open())


EASTER = quayside(closed=closed("2027-03-26", "2027-03-29"))
NEXT = (OpenDays(1), OpenDays(1))


@keeps(rules.offsets_are_kept)
def the_next_open_day_after_easter() -> Story:
    return beside("2027-03-25 10:00", "2027-03-30 10:00", *NEXT)


@keeps(rules.offsets_are_kept)
def the_next_open_day_is_within_72_hours_of_a_friday() -> Story:
    return beside("2027-04-09 10:00", "2027-04-12 11:00", *NEXT, within=Hours(72))


@keeps(rules.offsets_are_kept)
def an_open_day_before_its_anchor() -> Story:
    return beside("2027-03-30 10:00", "2027-03-25 10:00", OpenDays(-1), OpenDays(-1))


@breaks(rules.offsets_are_kept)
def the_next_open_day_but_one() -> Story:
    return beside("2027-03-25 10:00", "2027-03-31 10:00", *NEXT)


@breaks(rules.offsets_are_kept)
def the_same_day_where_the_next_open_one_is_wanted() -> Story:
    return beside("2027-03-25 10:00", "2027-03-25 12:00", *NEXT)


@breaks(rules.offsets_are_kept)
def the_next_open_day_after_easter_is_too_far() -> Story:
    return beside("2027-03-25 10:00", "2027-03-30 10:00", *NEXT, within=Hours(72))


@breaks(rules.offsets_are_kept)
def too_many_hours_before_its_anchor() -> Story:
    return beside("2027-04-12 11:15", "2027-04-09 10:00", Days(-3), Days(0), within=Hours(72))


@keeps(rules.offsets_are_kept)
def within_72_hours_of_a_monday_since_the_clocks_went_forward() -> Story:
    story = beside("2027-03-27 10:00", "2027-03-30 12:00", Days(3), Days(3), within=Hours(72))
    return on_any_day(story)


@breaks(rules.offsets_are_kept)
def not_within_72_hours_of_a_monday_since_the_clocks_went_back() -> Story:
    story = beside("2027-10-30 10:00", "2027-11-02 11:00", Days(3), Days(3), within=Hours(72))
    return on_any_day(story)


@keeps(rules.offsets_are_kept)
def seventy_three_hours_are_at_least_72_across_the_autumn_change() -> Story:
    hours = (Hours(73), Hours(73))
    return on_any_day(beside("2027-10-28 10:00", "2027-10-31 10:00", *hours, between="start-start"))


@breaks(rules.offsets_are_kept)
def seventy_three_hours_where_at_most_72_are_allowed() -> Story:
    hours = (Hours(24), Hours(72))
    return on_any_day(beside("2027-10-28 10:00", "2027-10-31 10:00", *hours, between="start-start"))


@breaks(rules.offsets_are_kept)
def seventy_one_hours_where_at_least_72_are_wanted() -> Story:
    hours = (Hours(72), Hours(96))
    return on_any_day(beside("2027-03-25 10:00", "2027-03-28 10:00", *hours, between="start-start"))


def open_days_apart(first: str, second: str) -> Story:
    gap = Gap(name="apart", after="talk", before="talk", at_least=OpenDays(2), at_most=OpenDays(3))
    return evolve(talks(first, second, rules=(gap,)), clinic=EASTER)


@keeps(rules.gaps_are_kept)
def two_open_days_over_easter() -> Story:
    return open_days_apart("2027-03-25 10:00", "2027-03-31 10:00")


@breaks(rules.gaps_are_kept)
def five_dates_over_easter_are_one_open_day() -> Story:
    return open_days_apart("2027-03-25 10:00", "2027-03-30 10:00")


@breaks(rules.gaps_are_kept)
def four_open_days() -> Story:
    return open_days_apart("2027-04-05 10:00", "2027-04-09 10:00")


def clock_change(first: str, second: str, **bound: Hours) -> Story:
    gap = Gap(name="apart", after="talk", before="talk", between="start-start", **bound)
    return evolve(talks(first, second, rules=(gap,)), clinic=always_open())


@keeps(rules.gaps_are_kept)
def at_least_72_hours_in_summer() -> Story:
    return clock_change("2027-06-10 10:00", "2027-06-13 10:00", at_least=Hours(72), at_most=Hours(72))


@breaks(rules.gaps_are_kept)
def at_least_72_hours_are_not_had_in_spring() -> Story:
    return clock_change("2027-03-25 10:00", "2027-03-28 10:00", at_least=Hours(72))


@keeps(rules.gaps_are_kept)
def at_most_72_hours_are_had_in_spring_an_hour_later() -> Story:
    return clock_change("2027-03-25 10:00", "2027-03-28 11:00", at_most=Hours(72))


@breaks(rules.gaps_are_kept)
def at_most_72_hours_are_not_had_in_autumn() -> Story:
    return clock_change("2027-10-28 10:00", "2027-10-31 10:00", at_most=Hours(72))


@keeps(rules.gaps_are_kept)
def at_least_72_hours_are_had_in_autumn_an_hour_earlier() -> Story:
    return clock_change("2027-10-28 10:00", "2027-10-31 09:00", at_least=Hours(72))


TWO_A_WEEK = Frequency(name="two-a-week", of="talk", at_least=2, at_most=2)
ROLLING = Frequency(name="rolling", of="talk", at_most=2, per=RollingDays(days=7))


@keeps(rules.frequencies_are_kept)
def two_in_each_of_two_weeks() -> Story:
    return talks(
        "2027-01-04 10:00", "2027-01-08 10:00", "2027-01-11 10:00", "2027-01-12 10:00", rules=(TWO_A_WEEK,)
    )


IN_TREATMENT_WEEKS = evolve(TWO_A_WEEK, per=TreatmentWeek())


@keeps(rules.frequencies_are_kept)
def two_in_each_of_two_weeks_from_a_thursday() -> Story:
    return talks(
        "2027-01-07 10:00",
        "2027-01-12 10:00",
        "2027-01-14 10:00",
        "2027-01-20 10:00",
        rules=(IN_TREATMENT_WEEKS,),
    )


@keeps(rules.frequencies_are_kept)
def two_in_the_week_before_the_session_that_weeks_are_counted_from() -> Story:
    rule = evolve(IN_TREATMENT_WEEKS, per=TreatmentWeek(anchor="therapy/talk/3"))
    return talks(
        "2027-01-07 10:00", "2027-01-13 10:00", "2027-01-14 10:00", "2027-01-20 10:00", rules=(rule,)
    )


@keeps(rules.frequencies_are_kept)
def a_treatment_week_with_done_sessions_only_is_not_judged() -> Story:
    done = {f"therapy/talk/{n}": took(f"2027-01-{day} 10:00") for n, day in ((1, "07"), (2, "08"), (3, "13"))}
    return talks("", "", "", "2027-01-14 10:00", "2027-01-20 10:00", rules=(IN_TREATMENT_WEEKS,), done=done)


@breaks(rules.frequencies_are_kept)
def two_in_each_of_two_calendar_weeks_but_not_in_those_from_a_thursday() -> Story:
    return talks(
        "2027-01-07 10:00",
        "2027-01-08 10:00",
        "2027-01-11 10:00",
        "2027-01-14 10:00",
        rules=(IN_TREATMENT_WEEKS,),
    )


@breaks(rules.frequencies_are_kept)
def one_in_the_second_treatment_week() -> Story:
    return talks("2027-01-07 10:00", "2027-01-08 10:00", "2027-01-14 10:00", rules=(IN_TREATMENT_WEEKS,))


@breaks(rules.frequencies_are_kept)
def an_empty_treatment_week_between() -> Story:
    return talks(
        "2027-01-07 10:00",
        "2027-01-13 10:00",
        "2027-01-21 10:00",
        "2027-01-22 10:00",
        rules=(IN_TREATMENT_WEEKS,),
    )


@keeps(rules.frequencies_are_kept)
def the_third_eight_dates_after_the_first() -> Story:
    return talks("2027-01-04 10:00", "2027-01-08 10:00", "2027-01-11 10:00", rules=(ROLLING,))


@keeps(rules.frequencies_are_kept)
def a_week_with_done_sessions_only_is_not_judged() -> Story:
    done = {f"therapy/talk/{n}": took(f"2027-01-0{day} 10:00") for n, day in ((1, 4), (2, 5), (3, 6))}
    return talks("", "", "", "2027-01-11 10:00", "2027-01-12 10:00", rules=(TWO_A_WEEK,), done=done)


@keeps(rules.frequencies_are_kept)
def an_empty_week_between_done_sessions_is_not_judged() -> Story:
    days = ("2026-12-21", "2026-12-22", "2027-01-04")
    done = {f"therapy/talk/{n}": took(f"{day} 10:00") for n, day in enumerate(days, start=1)}
    return talks("", "", "", "2027-01-05 10:00", rules=(TWO_A_WEEK,), done=done)


@keeps(rules.frequencies_are_kept)
def an_empty_week_before_the_last_done_session_is_not_judged() -> Story:
    done = {f"therapy/talk/{n}": took(f"2027-01-{day} 10:00") for n, day in ((3, 18), (4, 19))}
    return talks("2027-01-04 10:00", "2027-01-06 10:00", "", "", rules=(TWO_A_WEEK,), done=done)


@keeps(rules.frequencies_are_kept)
def sunday_and_monday_are_two_weeks() -> Story:
    rule = Frequency(name="once", of="talk", at_most=1)
    return evolve(talks("2027-01-10 10:00", "2027-01-11 10:00", rules=(rule,)), clinic=always_open())


@breaks(rules.frequencies_are_kept)
def three_in_one_week() -> Story:
    return talks(
        "2027-01-04 10:00", "2027-01-06 10:00", "2027-01-08 10:00", rules=(evolve(TWO_A_WEEK, at_least=0),)
    )


@breaks(rules.frequencies_are_kept)
def one_in_the_last_week() -> Story:
    return talks("2027-01-04 10:00", "2027-01-06 10:00", "2027-01-11 10:00", rules=(TWO_A_WEEK,))


@breaks(rules.frequencies_are_kept)
def an_empty_week_between() -> Story:
    return talks(
        "2027-01-04 10:00", "2027-01-06 10:00", "2027-01-18 10:00", "2027-01-19 10:00", rules=(TWO_A_WEEK,)
    )


@breaks(rules.frequencies_are_kept)
def an_empty_week_after_the_last_done_session() -> Story:
    done = {f"therapy/talk/{n}": took(f"2027-01-0{n + 3} 10:00") for n in (1, 2)}
    return talks("", "", "2027-01-18 10:00", "2027-01-19 10:00", rules=(TWO_A_WEEK,), done=done)


@breaks(rules.frequencies_are_kept)
def a_done_session_fills_the_week() -> Story:
    done = {f"therapy/talk/{n}": took(f"2027-01-0{n + 3} 10:00") for n in (1, 2)}
    return talks("", "", "2027-01-06 10:00", rules=(evolve(TWO_A_WEEK, at_least=0),), done=done)


@breaks(rules.frequencies_are_kept)
def three_in_seven_dates() -> Story:
    return talks("2027-01-05 10:00", "2027-01-08 10:00", "2027-01-11 10:00", rules=(ROLLING,))


@keeps(rules.spans_are_kept)
def eleven_days_from_first_to_last() -> Story:
    return talks(
        "2027-01-04 10:00", "2027-01-15 10:00", rules=(Span(name="within", of="talk", at_most=Days(11)),)
    )


@keeps(rules.spans_are_kept)
def a_span_that_is_all_done() -> Story:
    done = {"therapy/talk/1": took("2027-01-04 10:00"), "therapy/talk/2": took("2027-01-20 10:00")}
    rule = Span(name="within", of=("therapy/talk/1", "therapy/talk/2"), at_most=Days(11))
    return talks("", "", "2027-01-25 10:00", rules=(rule,), done=done)


@breaks(rules.spans_are_kept)
def twelve_days_from_the_done_first_to_the_last() -> Story:
    rule = Span(name="within", of="talk", at_most=Days(11))
    return talks("", "2027-01-19 10:00", rules=(rule,), done={"therapy/talk/1": took("2027-01-07 10:00")})


THE_SAME = Continuity(name="same", role="therapist")


@keeps(rules.people_stay_the_same)
def tess_throughout() -> Story:
    return talks("2027-01-04 10:00", "2027-01-05 10:00", rules=(THE_SAME,))


@keeps(rules.people_stay_the_same)
def a_change_that_is_only_a_pity() -> Story:
    return talks(
        "2027-01-04 10:00", "2027-01-05 10:00", rules=(evolve(THE_SAME, hard=False),), people="tess tom"
    )


@keeps(rules.people_stay_the_same)
def a_group_that_is_all_done() -> Story:
    rule = Continuity(name="same", role="therapist", scope="kinds", of=("therapy/talk/1", "therapy/talk/2"))
    done = {
        "therapy/talk/1": took("2027-01-04 10:00", therapist="tess"),
        "therapy/talk/2": took("2027-01-05 10:00", therapist="tom"),
    }
    return talks("", "", "2027-01-25 10:00", rules=(rule,), done=done)


@keeps(rules.people_stay_the_same)
def one_of_the_two_who_were_together_before() -> Story:
    what = programme("dyad", "talk", rules=(THE_SAME,))
    return Story(
        course=course_of(what),
        appointments=(
            visit(what, "therapy/dyad/1", "2027-01-05 10:00", therapist=("tess", "tom"), therapy="oak"),
            visit(what, "therapy/talk/1", "2027-01-06 10:00", therapist="tom", therapy="oak"),
        ),
    )


@breaks(rules.people_stay_the_same)
def tess_and_then_tom() -> Story:
    return talks("2027-01-04 10:00", "2027-01-05 10:00", rules=(THE_SAME,), people="tess tom")


@breaks(rules.people_stay_the_same)
def another_than_in_the_session_that_is_done() -> Story:
    done = {"therapy/talk/1": took("2027-01-04 10:00", therapist="tom")}
    return talks("", "2027-01-05 10:00", rules=(THE_SAME,), done=done, people="tom tess")


@breaks(rules.people_stay_the_same)
def another_than_the_one_at_the_anchor() -> Story:
    story = prepared("2027-01-05 10:00", "2027-01-06 10:00", earliest=Days(-7), latest=Days(-1))
    pair = Continuity(name="pair", role="therapist", scope="pair", of="talk")
    what = evolve(story.course.programme, rules=(*story.course.programme.rules, pair))
    talk = visit(what, "therapy/talk/1", "2027-01-05 10:00", therapist="tom", therapy="oak")
    return evolve(story, course=course_of(what), appointments=(talk, story.appointments[1]))


# The cost


@keeps(cost.the_stated_cost_is_true)
def a_cost_that_is_right() -> Story:
    story = prepared("2027-01-05 10:00", "2027-01-12 10:00", earliest=Days(-7), latest=Days(-1))
    return evolve(story, cost=Cost(wait=8, drift=6, changes=0, wishes=0, minutes=0))


@breaks(cost.the_stated_cost_is_true)
def a_cost_that_forgets_a_day_of_drift() -> Story:
    story = a_cost_that_is_right()
    return evolve(story, cost=Cost(wait=8, drift=5, changes=0, wishes=0, minutes=0))


def pinned(story: Story, number: int = 1, to: Story | None = None) -> Story:
    """The same story, in which the appointment of that number is pinned, as it is or as it is in another."""
    pin = Pin(
        appointment=(to or story).appointments[number - 1],
        by="amara",
        at=london("2026-12-20 09:00"),
        why="trains",
    )
    return evolve(story, course=evolve(story.course, pins=(pin,)))


@keeps(sessions.what_is_pinned_stays)
def a_talk_where_it_is_pinned_within_notice() -> Story:
    # It was made long before; notice is asked of what is planned anew.
    return evolve(pinned(talks("2027-01-05 10:00")), now=london("2027-01-05 09:30"))


@keeps(sessions.what_is_pinned_stays)
def a_talk_that_was_pinned_before_it_was_done() -> Story:
    story = pinned(talks("2027-01-05 10:00", "2027-01-07 10:00"))
    done = {"therapy/talk/1": took("2027-01-05 10:30", therapist="tess")}
    return evolve(story, course=evolve(story.course, done=done), appointments=story.appointments[1:])


@breaks(sessions.what_is_pinned_stays)
def a_talk_a_day_after_its_pin() -> Story:
    return pinned(talks("2027-01-06 10:00"), to=talks("2027-01-05 10:00"))


@breaks(sessions.what_is_pinned_stays)
def a_talk_with_another_than_was_pinned() -> Story:
    return pinned(talks("2027-01-05 10:00", people="tom"), to=talks("2027-01-05 10:00"))


@breaks(rules.gaps_are_kept)
def two_talks_too_close_both_pinned() -> Story:
    story = talks("2027-01-05 10:00", "2027-01-06 10:00", rules=(TALKS_APART,))
    return pinned_too(pinned(story), story, 2)


@breaks(rules.gaps_are_kept)
def a_talk_too_close_to_a_pinned_one() -> Story:
    return pinned(talks("2027-01-05 10:00", "2027-01-06 10:00", rules=(TALKS_APART,)))


def pinned_too(story: Story, before: Story, number: int) -> Story:
    """A story with one more appointment pinned than it has."""
    (pin,) = pinned(before, number).course.pins
    return evolve(story, course=evolve(story.course, pins=(*story.course.pins, pin)))
