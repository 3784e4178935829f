"""Does each check see what breaks its promise, and nothing else?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from attrs import evolve

from kapsched.errors import InvalidInput
from kapsched.model.bookings import Bookings, Resource
from kapsched.model.course import Wishes
from kapsched.model.plan import Cost, Plan
from kapsched.model.programme import Segment, SessionKind
from kapsched.model.rules import Continuity, Offset
from kapsched.timeline.units import Days, Hours, OpenDays
from kapsched.timeline.zones import zone
from kapsched.verification.checks import CHECKS, verify
from kapsched.verification.cost import cost_of
from kapsched.verification.report import Report
from tests.pool_stories import place, watched
from tests.shared_stories import (
    a_talk_while_the_patient_is_at_one_of_another_course,
    one_talk_of_another_course_too_many_in_the_week,
)
from tests.stories import Story, Units, course_of, programme, taken, visit
from tests.verified_stories import (
    BREAKING,
    KEEPING,
    TALKS_APART,
    THE_SAME,
    Teller,
    a_cost_that_is_right,
    a_third_in_the_lounge_for_a_quarter,
    beside,
    dose,
    one_of_the_two_who_were_together_before,
    prepared,
    rebooked,
    report_of,
    seventy_two_hours_across_the_spring_change,
    talks,
    took,
    two_in_each_of_two_weeks,
)


def cases(stories: dict[str, list[Teller]]) -> list[object]:
    return [
        pytest.param(check.__name__, story, id=f"{check.__name__}-{story.__name__}")
        for check in CHECKS
        for story in stories.get(check.__name__, ())
    ]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_each_check_has_a_story_that_keeps_it_and_one_that_breaks_it(check: Callable[..., object]) -> None:
    assert KEEPING.get(check.__name__)
    assert BREAKING.get(check.__name__)


@pytest.mark.parametrize(("check", "story"), cases(KEEPING))
def test_a_keeping_story_has_no_findings(check: str, story: Teller) -> None:
    assert report_of(story()).findings == (), check


@pytest.mark.parametrize(("check", "story"), cases(BREAKING))
def test_a_breaking_story_yields_its_check_and_no_other(check: str, story: Teller) -> None:
    report = report_of(story())
    assert {finding.check for finding in report} == {check}
    assert not report.clean


def test_what_two_courses_of_a_patient_break_together_is_said_once_and_is_new() -> None:
    for story, message, sessions in (
        (
            a_talk_while_the_patient_is_at_one_of_another_course,
            "patient q17 is taken by therapy/talk/1 and c2:later/talk/1 at once, 2027-01-05 10:59 to 11:00",
            ("therapy/talk/1",),
        ),
        (
            one_talk_of_another_course_too_many_in_the_week,
            "two-a-week: 3 from 2027-01-04 to 2027-01-10 (1 of them in the patient's other courses), 2 at most",
            ("therapy/talk/1", "therapy/talk/2"),
        ),
    ):
        (finding,) = report_of(story())
        assert (finding.message, finding.sessions, finding.new) == (message, sessions, True)


def test_an_old_double_booking_beside_our_own_was_already_there() -> None:
    # Nia is ours from 10:00 to 10:15 and from 11:15; at 10:30 two others have her at once.
    old = taken("staff", "nia", "2027-01-05 10:30", "2027-01-05 11:00")
    (finding,) = report_of(evolve(dose(), booked=(old, old)))
    assert (finding.check, finding.new, finding.sessions) == ("nothing_is_booked_twice", False, ())
    assert finding.resource == Resource("staff", "nia")


def test_a_report_with_old_findings_only_is_clean() -> None:
    old = taken("staff", "nia", "2027-01-05 10:30", "2027-01-05 11:00")
    report = report_of(evolve(dose(), booked=(old, old)))
    assert report.clean
    assert report.new == ()
    assert report.findings != ()


def test_old_double_bookings_at_other_times_or_of_others_are_not_looked_at() -> None:
    later = taken("staff", "nia", "2027-01-05 16:00", "2027-01-05 17:00")
    other = taken("staff", "ned", "2027-01-05 10:30", "2027-01-05 11:00")
    assert report_of(evolve(dose(), booked=(later, later, other, other))).findings == ()


def test_an_old_double_booking_that_meets_ours_is_new() -> None:
    old = taken("staff", "nia", "2027-01-05 11:30", "2027-01-05 12:00")
    (finding,) = report_of(evolve(dose(), booked=(old, old)))
    assert (finding.new, finding.sessions) == (True, ("therapy/dosing/1",))


def test_a_row_that_reaches_into_two_of_our_visits_clashes_once_with_each() -> None:
    story = talks("2027-01-05 10:00", "2027-01-05 12:00")
    long = taken("room", "oak", "2027-01-05 10:30", "2027-01-05 12:30", ref="cleaning")
    assert [finding.message for finding in report_of(evolve(story, booked=(long,)))] == [
        "room oak is taken by therapy/talk/1 and cleaning at once, 2027-01-05 10:30 to 11:00",
        "room oak is taken by cleaning and therapy/talk/2 at once, 2027-01-05 12:00 to 12:30",
    ]


def test_a_stale_row_of_ours_at_another_time_counts_against_us() -> None:
    story = talks("2027-01-05 10:00")
    stale = taken("room", "oak", "2027-01-05 10:30", "2027-01-05 11:30", ref="c17:therapy/talk/1")
    assert not report_of(evolve(story, booked=(stale,))).clean


def test_rows_and_their_index_give_the_same_report() -> None:
    story = a_third_in_the_lounge_for_a_quarter()
    loose = verify(story.appointments, story.course, story.clinic, booked=iter(story.booked))
    assert loose == verify(story.appointments, story.course, story.clinic, booked=Bookings(story.booked))
    assert not loose.clean


def test_appointments_made_by_hand_need_no_labels_and_no_order() -> None:
    story = two_in_each_of_two_weeks()
    assert verify(reversed(story.appointments), story.course, story.clinic).findings == ()


def test_a_labelled_plan_of_another_course_is_found() -> None:
    story = talks("2027-01-05 10:00")
    other = evolve(story.course, id="c99", patient=evolve(story.course.patient, id="q99"))
    report = verify(Plan.of(other, story.appointments), story.course, story.clinic)
    assert {finding.check for finding in report} == {
        "every_session_is_planned_once",
        "the_patient_is_booked_for_the_visit",
    }


@pytest.mark.parametrize("name", ["UTC", "Pacific/Kiritimati", "America/St_Johns"])
def test_the_zone_in_which_an_appointment_is_written_changes_nothing(name: str) -> None:
    story = seventy_two_hours_across_the_spring_change()
    moved = tuple(
        evolve(one, start=one.start.astimezone(zone(name)), end=one.end.astimezone(zone(name)))
        for one in story.appointments
    )
    assert report_of(evolve(story, appointments=moved)).findings == ()
    assert cost_of(moved, story.course, story.clinic) == cost_of(
        story.appointments, story.course, story.clinic
    )


def test_a_second_visit_of_one_session_is_judged_too() -> None:
    story = talks("2027-01-05 10:00")
    again = visit(
        story.course.programme, "therapy/talk/1", "2027-01-05 20:00", therapist="tess", therapy="oak"
    )
    checks_found = {
        finding.check for finding in report_of(evolve(story, appointments=(*story.appointments, again)))
    }
    assert checks_found == {"every_session_is_planned_once", "everything_is_within_hours"}


@pytest.mark.parametrize("place", range(len(dose().appointments[0].bookings)))
def test_no_booking_of_a_dose_can_be_left_out(place: int) -> None:
    story = dose()
    left_out = story.appointments[0].bookings[place]
    assert not report_of(rebooked(story, lambda row: None if row is left_out else row)).clean


@pytest.mark.parametrize("place", range(len(dose().appointments[0].bookings)))
@pytest.mark.parametrize(("start", "end"), [(-1, 0), (1, 0), (0, -1), (0, 1)])
def test_no_booking_of_a_dose_can_be_a_minute_longer_or_shorter(place: int, start: int, end: int) -> None:
    story = dose()
    stretched = story.appointments[0].bookings[place]
    other = evolve(
        stretched,
        start=stretched.start + timedelta(minutes=start),
        end=stretched.end + timedelta(minutes=end),
    )
    assert not report_of(rebooked(story, lambda row: other if row is stretched else row)).clean


def test_a_tail_may_not_reach_into_another_role_of_the_same_person() -> None:
    kind = SessionKind(
        name="two",
        segments=(
            Segment(name="one", minutes=30, staff=("doctor",), tail=15),
            Segment(name="two", minutes=60, staff=("nurse",)),
        ),
    )
    what = programme("two", kinds=(kind,))
    both = visit(what, "therapy/two/1", "2027-01-05 10:00", doctor="dev", nurse="dev")
    report = report_of(Story(course=course_of(what), appointments=(both,)))
    assert {finding.check for finding in report} == {"every_segment_has_its_people"}


def test_one_person_may_fill_two_roles_one_after_the_other() -> None:
    kind = SessionKind(
        name="two",
        segments=(
            Segment(name="one", minutes=30, staff=("doctor",)),
            Segment(name="two", minutes=60, staff=("nurse",)),
        ),
    )
    what = programme("two", kinds=(kind,))
    both = visit(what, "therapy/two/1", "2027-01-05 10:00", doctor="dev", nurse="dev")
    assert report_of(Story(course=course_of(what), appointments=(both,))).findings == ()


def test_findings_name_the_check_the_sessions_and_the_time() -> None:
    story = evolve(
        talks("2027-01-05 10:00", "2027-01-05 15:00", rules=(TALKS_APART,)),
        booked=(taken("room", "oak", "2027-01-05 10:30", "2027-01-05 12:00", ref="cleaning"),),
    )
    assert str(report_of(story)) == (
        "not so: nothing is booked twice\n"
        "  room oak is taken by therapy/talk/1 and cleaning at once, 2027-01-05 10:30 to 11:00\n"
        "not so: gaps are kept\n"
        "  apart: from therapy/talk/1 to therapy/talk/2 are 0 days, at least 2 days are wanted"
    )


def test_an_old_finding_says_so() -> None:
    old = taken("staff", "nia", "2027-01-05 10:30", "2027-01-05 11:00", ref="x")
    assert str(report_of(evolve(dose(), booked=(old, old)))).endswith(
        "2027-01-05 10:30 to 11:00 (already there)"
    )


def test_a_report_without_findings_says_so() -> None:
    assert str(Report()) == "every promise is kept"


def cost(story: Story) -> Cost:
    return cost_of(story.appointments, story.course, story.clinic)


def test_wait_is_counted_to_the_target_and_drift_from_the_ideal() -> None:
    found = cost(
        prepared("2027-01-06 10:00", "2027-01-14 10:00", earliest=Days(-9), ideal=Days(-3), latest=Days(-1))
    )
    assert (found.wait, found.drift, found.days) == (10, 5, 15)


def test_drift_from_an_open_day_is_counted_in_calendar_days() -> None:
    # The next open day after Good Friday's eve is the Tuesday, the one after it the Wednesday.
    early = beside("2027-03-25 10:00", "2027-03-25 12:00", OpenDays(0), OpenDays(2), ideal=OpenDays(1))
    assert cost(early).drift == 5
    late = beside("2027-03-25 10:00", "2027-03-31 12:00", OpenDays(0), OpenDays(2), ideal=OpenDays(1))
    assert cost(late).drift == 1
    before = beside("2027-03-30 10:00", "2027-03-24 12:00", OpenDays(-2), OpenDays(-1))
    assert cost(before).drift == 1


def test_hours_from_an_anchor_never_cost() -> None:
    assert cost(beside("2027-04-05 10:00", "2027-04-07 12:00", Hours(1), Hours(96))).drift == 0


def test_what_is_found_of_open_days_and_hours_says_so() -> None:
    rule = (OpenDays(2), OpenDays(3))
    told = beside("2027-03-25 10:00", "2027-03-30 10:00", *rule, within=Hours(72))
    assert [finding.message for finding in report_of(told)] == [
        "beside: from therapy/talk/1 to therapy/talk/2 is 1 open day; 2 to 3 are allowed",
        "beside: from therapy/talk/1 to therapy/talk/2 are 118 hours, at most 72 hours are allowed",
    ]


def test_a_target_that_is_done_has_no_wait_and_what_is_done_no_drift() -> None:
    story = prepared("2027-01-06 10:00", "2027-01-14 10:00", earliest=Days(-9), latest=Days(-1))
    done = {"therapy/talk/1": took("2027-01-06 10:00"), "therapy/dosing/1": took("2027-01-14 10:00")}
    assert cost(evolve(story, course=evolve(story.course, done=done))) == Cost(
        wait=0, drift=0, changes=0, wishes=0, minutes=0
    )


def test_an_owed_session_drifts_from_an_anchor_that_is_done() -> None:
    rule = Offset(name="next", of="therapy/talk/2", anchor="therapy/talk/1", earliest=Days(1), latest=Days(9))
    story = talks("", "2027-01-08 10:00", rules=(rule,), done={"therapy/talk/1": took("2027-01-04 23:30")})
    assert cost(story).drift == 3


def test_each_person_more_than_needed_at_once_is_a_change() -> None:
    rule = Continuity(name="same", role="therapist", hard=False)
    days = ("2027-01-04 10:00", "2027-01-05 10:00", "2027-01-06 10:00")
    assert cost(talks(*days, rules=(rule,), people="tess tess tess")).changes == 0
    assert cost(talks(*days, rules=(rule,), people="tess tom tess")).changes == 1
    done = {"therapy/talk/1": took("2027-01-04 10:00", therapist="tamsin")}
    assert cost(talks("", *days[1:], rules=(rule,), people="x tess tom", done=done)).changes == 2


def test_two_who_are_needed_at_once_are_no_change() -> None:
    story = one_of_the_two_who_were_together_before()
    soft = evolve(story.course.programme, rules=(evolve(THE_SAME, hard=False),))
    assert cost(evolve(story, course=course_of(soft))).changes == 0


def test_soft_continuity_of_pairs_counts_each_pair() -> None:
    next_day = Offset(name="next", of="talk", anchor="dosing", earliest=Days(1), latest=Days(1))
    pair = Continuity(name="pair", role="therapist", scope="pair", of="talk", hard=False)
    what = programme("dosing", "talk", rules=(next_day, pair), times=2)
    doctor_nurse_room: dict[str, Units] = {"doctor": "dora", "nurse": "nia", "treatment": "blue"}
    story = Story(
        course=course_of(what),
        appointments=(
            visit(what, "therapy/dosing/1", "2027-01-04 10:00", therapist="tess", **doctor_nurse_room),
            visit(what, "therapy/talk/1", "2027-01-05 10:00", therapist="tom", therapy="oak"),
            visit(what, "therapy/dosing/2", "2027-01-06 10:00", therapist="tom", **doctor_nurse_room),
            visit(what, "therapy/talk/2", "2027-01-07 10:00", therapist="tom", therapy="oak"),
        ),
    )
    assert cost(story).changes == 1
    assert report_of(story).findings == ()


def test_each_broken_wish_of_each_appointment_counts() -> None:
    # Tuesday 12:00 with Tess, Wednesday 11:45 with Tom; Dora is wished for too, but a talk has no doctor.
    def told(**wishes: Any) -> int:
        story = talks("2027-01-05 12:00", "2027-01-06 11:45", people="tess tom", wishes=Wishes(**wishes))
        return cost(story).wishes

    assert told(weekdays={1}) == 1
    assert told(weekdays={0}) == 2
    assert told(half_day="morning") == 1
    assert told(half_day="afternoon") == 1
    assert told(staff=("tess",)) == 1
    assert told(staff=("tess", "tom", "dora")) == 2
    assert told(staff=("nobody",)) == 0
    assert told(weekdays={0}, half_day="morning", staff=("tom",)) == 4


def test_a_wish_for_a_person_counts_by_any_role_of_theirs() -> None:
    # Dev is a nurse too: a dose needs both his roles, and he is there in one of them.
    story = dose(nurse="dev")
    wish = evolve(story.course, patient=evolve(story.course.patient, wishes=Wishes(staff=("dev",))))
    assert cost(evolve(story, course=wish)).wishes == 0
    assert cost(evolve(dose(), course=wish)).wishes == 1


def test_minutes_are_counted_from_the_preferred_time() -> None:
    assert cost(talks("2027-01-05 10:00", "2027-01-06 11:45", wishes=Wishes(time=time(11, 0)))).minutes == 105


def test_without_a_preferred_time_minutes_are_counted_from_the_lower_median_of_each_kind() -> None:
    starts = ("2027-01-04 09:00", "2027-01-05 10:00", "2027-01-06 12:00", "2027-01-07 17:00")
    assert cost(talks(*starts)).minutes == 60 + 0 + 120 + 420
    story = prepared("2027-01-05 09:00", "2027-01-12 15:00", earliest=Days(-7), latest=Days(-1))
    assert cost(story).minutes == 0


def test_minutes_are_wall_minutes_across_a_clock_change() -> None:
    assert cost(talks("2027-03-26 10:00", "2027-03-29 10:00")).minutes == 0


def test_done_sessions_have_no_wishes_and_no_minutes() -> None:
    done = {"therapy/talk/1": took("2027-01-04 08:00")}
    story = talks("", "2027-01-05 15:00", "2027-01-06 15:00", done=done, wishes=Wishes(weekdays={1, 2}))
    assert (cost(story).wishes, cost(story).minutes) == (0, 0)


def test_only_a_whole_plan_has_a_cost() -> None:
    story = talks("2027-01-05 10:00", "2027-01-06 10:00")
    with pytest.raises(InvalidInput, match="no appointment of therapy/talk/2"):
        cost_of(story.appointments[:1], story.course, story.clinic)


@pytest.mark.parametrize("aim", ["wait", "drift", "changes", "wishes", "minutes"])
def test_each_number_of_a_cost_is_recounted(aim: str) -> None:
    story = a_cost_that_is_right()
    assert story.cost is not None
    wrong = evolve(story.cost, **{aim: getattr(story.cost, aim) + 1})
    (finding,) = report_of(evolve(story, cost=wrong))
    assert finding.message.startswith(f"{aim} is stated as")


def test_a_pool_that_was_over_its_ratio_before_we_came_was_so_already() -> None:
    # Ours is watched from 11:00 on; in the dose before, others are three for two nurses.
    crowd = (place("10:00", "10:30"),) * 3
    (finding,) = report_of(evolve(watched(), booked=crowd))
    assert (finding.check, finding.new, finding.sessions) == ("no_pool_is_over_its_ratio", False, ())
    assert finding.resource == Resource("pool", "nurse")
    assert finding.message == ("pool nurse: 3 patients for 2 at 1 each, 2027-01-05 10:00 to 10:30")


def test_a_pool_over_its_ratio_at_other_times_is_not_looked_at() -> None:
    crowd = (place("08:00", "10:00"),) * 3 + (place("12:15", "14:00"),) * 3
    assert report_of(evolve(watched(), booked=crowd)).findings == ()


def test_an_old_crowd_that_ours_joins_is_new_for_as_long_as_ours_is_there() -> None:
    crowd = (place("10:30", "12:00"),) * 3
    report = report_of(evolve(watched(), booked=crowd))
    assert [(one.new, one.message[-8:]) for one in report] == [(False, "to 11:00"), (True, "to 12:00")]


def test_our_own_places_among_all_that_is_booked_are_not_counted_twice() -> None:
    story = watched()
    (one,) = story.appointments
    rows = Plan.of(story.course, [one]).bookings
    assert report_of(evolve(story, booked=(*rows, place("08:00", "18:00")))).findings == ()
