"""Does what people decide stand: is it planned around, shown as accepted, and kept in documents?"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from kapsched import (
    Confirmation,
    Pin,
    Plan,
    Schedule,
    Sequence,
    Waiver,
    confirm,
    find_plan,
    pin,
    read_courses,
    verify,
)
from kapsched.cli.clinic_folder import ClinicFolder
from kapsched.errors import Clash, InvalidInput, PlannerBug
from kapsched.exchange.documents import from_document, to_document
from kapsched.model.appointments import Appointment
from kapsched.model.bookings import Booking
from kapsched.model.clinic import Horizon
from kapsched.model.course import Course, Done, Patient
from kapsched.model.overrides import PROMISES
from kapsched.model.periods import TreatmentWeek
from kapsched.model.phases import Phase
from kapsched.model.programme import Programme
from kapsched.model.revisions import confirmed, succeeding
from kapsched.model.rules import Continuity, Frequency, Gap, Offset, Span
from kapsched.planning.diary import Diary
from kapsched.timeline.units import Days, Hours
from kapsched.timeline.zones import tz_version
from kapsched.verification.checks import CHECKS
from kapsched.workflow.many_courses import plan_courses, verify_plans
from tests.desk import patient
from tests.desk import quayside as quayside_desk
from tests.oracles.clinics import Case
from tests.oracles.compare import differences
from tests.oracles.compare import planned as answer
from tests.oracles.decided import decided_case, tiny_decided_case, undecided
from tests.oracles.placing import TooLarge
from tests.oracles.reference import reference_plan
from tests.stories import (
    LONDON,
    TALK,
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
    visit,
    weekly,
)
from tests.verified_stories import BREAKING, Teller, report_of, talks

AT = london("2026-12-20 09:00")
APART = Gap(name="apart", after="talk", before="talk", at_least=Days(2))


def waiver(check: str, *sessions: str) -> Waiver:
    return Waiver(check=check, sessions=sessions, by="amara", at=AT, why="she travels")


def pins(what: Course, *starts: str, **units: str) -> tuple[Pin, ...]:
    """A talk pinned at each of the starts that are said, with Tess in the oak room unless `units` says otherwise."""
    usual = {"therapist": "tess", "therapy": "oak"} | units
    return tuple(
        Pin(appointment=visit(what.planned, f"therapy/talk/{number}", start, **usual), by="amara", at=AT)
        for number, start in enumerate(starts, start=1)
        if start
    )


def course_with_pins(*starts: str, rules: tuple[Gap | Frequency | Span | Continuity, ...] = ()) -> Course:
    course = course_of(programme("talk", rules=rules, times=len(starts)))
    return evolve(course, pins=pins(course, *starts))


def scheduled(*plans: Plan) -> Schedule:
    return Schedule(
        clinic="quayside",
        zone="Europe/London",
        digest="",
        tzdata=tz_version(),
        horizon=Horizon(first_day=date(2027, 1, 4), days=28),
        now=AT,
        plans=plans,
    )


def test_every_promise_has_its_check_and_every_check_its_promise() -> None:
    assert [check.__name__ for check in CHECKS] == list(PROMISES)


ACCEPTABLE = [
    pytest.param(story, id=f"{check}-{story.__name__}")
    for check, stories in BREAKING.items()
    for story in stories
    if check != "the_stated_cost_is_true"
]


@pytest.mark.parametrize("story", ACCEPTABLE)
def test_a_finding_that_somebody_accepted_is_shown_as_accepted_and_the_report_is_clean(story: Teller) -> None:
    before = story()
    known = before.course.planned.by_id
    if not all({*finding.sessions} <= known.keys() for finding in report_of(before)):
        return  # an appointment of no session of the programme: nobody can name it
    accepted = [waiver(finding.check, *finding.sessions) for finding in report_of(before)]
    report = report_of(evolve(before, course=evolve(before.course, waivers=accepted)))
    assert not report_of(before).clean
    assert report.clean
    assert report.accepted == report.findings != ()
    assert all("(accepted by amara on 2026-12-20: she travels)" in str(one) for one in report)


@pytest.mark.parametrize("story", ACCEPTABLE)
def test_what_breaks_a_promise_with_a_session_that_nobody_named_is_not_accepted(story: Teller) -> None:
    before = story()
    known = before.course.planned.by_id
    concerned = {one for finding in report_of(before) for one in finding.sessions}
    others = [one for one in known if one not in concerned]
    if not others:
        return
    checks = dict.fromkeys(finding.check for finding in report_of(before))
    elsewhere = [waiver(check, *others) for check in checks]
    report = report_of(evolve(before, course=evolve(before.course, waivers=elsewhere)))
    assert report.new == report_of(before).new


def test_a_waiver_of_one_promise_leaves_the_others_as_they_are() -> None:
    story = talks("2027-01-05 10:00", "2027-01-06 10:00", rules=(APART,))
    other = waiver("offsets_are_kept", "therapy/talk/1", "therapy/talk/2")
    assert not report_of(evolve(story, course=evolve(story.course, waivers=(other,)))).clean


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"check": "gap"}, "check"),
        ({"sessions": ()}, "sessions"),
        ({"sessions": ("",)}, "sessions"),
        ({"by": " "}, "by"),
        ({"at": datetime(2027, 1, 1)}, "at"),  # noqa: DTZ001  # that is the fault
        ({"why": ""}, "why"),
    ],
)
def test_a_waiver_says_what_whose_by_whom_when_and_why(change: dict[str, object], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        evolve(waiver("gaps_are_kept", "therapy/talk/1"), **change)  # type: ignore[arg-type]
    assert [fault.path for fault in caught.value.faults] == [path]


def test_overrides_of_sessions_that_the_course_does_not_have_are_refused_all_at_once() -> None:
    course = course_with_pins("2027-01-05 10:00", "")
    one = course.pins[0]
    strange = evolve(one, appointment=evolve(one.appointment, session="therapy/talk/9"))
    other = evolve(one, appointment=evolve(one.appointment, session="therapy/talk/2", course="c99"))
    cancelled = evolve(one, appointment=evolve(one.appointment, status="cancelled"))
    with pytest.raises(InvalidInput) as caught:
        evolve(
            course,
            waivers=(waiver("gaps_are_kept", "therapy/talk/7"),),
            pins=(one, cancelled, strange, other),
        )
    assert [fault.path for fault in caught.value.faults] == [
        "waivers.0.sessions",
        "pins.therapy/talk/1",
        "pins.therapy/talk/1",
        "pins.therapy/talk/9",
        "pins.therapy/talk/2",
    ]


def test_a_pinned_appointment_stays_and_the_others_are_planned_around_it() -> None:
    free = course_of(programme("talk", rules=(APART,), times=3))
    assert dates(planned(free)) == ["Mon 4 Jan", "Wed 6 Jan", "Fri 8 Jan"]
    plan = planned(evolve(free, pins=pins(free, "", "2027-01-07 11:10")))
    assert dates(plan) == ["Mon 4 Jan", "Thu 7 Jan", "Mon 11 Jan"]
    # It is off the grid, and stays so.
    assert times(plan)[1] == "11:10"
    assert plan.appointments[1].start.tzinfo == LONDON


def test_a_pin_that_lies_early_is_kept_clear_of_by_what_comes_before_it() -> None:
    rules = (APART,)
    assert dates(planned(course_with_pins("", "", "2027-01-08 10:00", rules=rules)))[:2] == [
        "Mon 4 Jan",
        "Wed 6 Jan",
    ]
    blocked = refused(course_with_pins("", "", "2027-01-07 10:00", rules=rules))
    assert (blocked.session, len(blocked.course.pins)) == (None, 1)
    assert blocked.sentences()[-1] == "Pinned, and so not moved, on Thu 7 Jan 2027: therapy/talk/3."


def test_what_a_pinned_appointment_takes_is_taken_whether_the_diary_was_told_or_not() -> None:
    small = quayside(
        rooms=[one for one in quayside().rooms if one.id != "ash"],
        staff=[one for one in quayside().staff if one.id != "tom"],
    )
    course = course_with_pins("", "2027-01-04 08:00")
    plan = planned(course, small)
    assert [(day, time) for day, time in zip(dates(plan), times(plan), strict=True)] == [
        ("Mon 4 Jan", "09:00"),
        ("Mon 4 Jan", "08:00"),
    ]
    told = planned(course, small, booked=[row for row in plan.bookings if row.ref.endswith("talk/2")])
    assert told == plan


def test_a_pinned_appointment_outside_every_rule_leaves_the_others_a_plan() -> None:
    shut = quayside(closed=closed("2027-01-05"))
    plan = planned(course_with_pins("", "2027-01-05 22:10"), shut)
    assert dates(plan) == ["Mon 4 Jan", "Tue 5 Jan"]
    report = verify(plan, plan.course, shut)
    assert {one.check for one in report.new} == {"starts_are_on_the_grid", "everything_is_within_hours"}
    assert {one for finding in report.new for one in finding.sessions} == {"therapy/talk/2"}


def test_a_pin_before_the_horizon_or_within_notice_is_not_planned_and_so_not_judged_by_them() -> None:
    course = course_with_pins("2027-01-02 10:00", "", rules=(APART,))
    plan = planned(course)
    horizon = Horizon(first_day=date(2027, 1, 4), days=28)
    report = verify(plan, course, quayside(), now=london("2027-01-03 12:00"), horizon=horizon)
    assert {one.check for one in report.new} == {"everything_is_within_hours"}  # a Saturday


def test_pins_that_break_a_rule_among_themselves_stay_red_until_they_are_waived() -> None:
    course = course_with_pins("2027-01-05 10:00", "2027-01-06 10:00", "", rules=(APART,))
    plan = planned(course)
    assert dates(plan)[2] == "Fri 8 Jan"
    (finding,) = verify(plan, course, quayside())
    assert (finding.check, finding.new) == ("gaps_are_kept", True)
    agreed = evolve(course, waivers=(waiver("gaps_are_kept", *finding.sessions),))
    report = verify(planned(agreed), agreed, quayside())
    assert report.clean
    assert report.accepted == report.findings != ()


def test_a_gap_that_is_set_aside_between_two_sessions_binds_neither_in_planning() -> None:
    course = course_of(programme("talk", rules=(APART,), times=3))
    agreed = evolve(course, waivers=(waiver("gaps_are_kept", "therapy/talk/1", "therapy/talk/2"),))
    plan = planned(agreed)
    assert dates(plan) == ["Mon 4 Jan", "Tue 5 Jan", "Thu 7 Jan"]
    assert verify(plan, agreed, quayside()).accepted != ()


def test_an_offset_that_is_set_aside_has_no_ideal_date_either() -> None:
    after = Offset(name="after", of="rest", anchor="talk", earliest=Days(3), latest=Days(5), ideal=Days(4))
    course = course_of(programme("talk", "rest", rules=(after,)))
    assert dates(planned(course)) == ["Mon 4 Jan", "Fri 8 Jan"]
    agreed = evolve(course, waivers=(waiver("offsets_are_kept", "therapy/talk/1", "therapy/rest/1"),))
    plan = planned(agreed)
    assert dates(plan) == ["Mon 4 Jan", "Mon 4 Jan"]
    assert plan.cost is not None
    assert plan.cost.drift == 0


def test_somebody_who_stands_in_once_is_no_reason_to_let_continuity_go() -> None:
    same = Continuity(name="one therapist", role="therapist", scope="kinds", of="talk", hard=True)
    away = quayside(rooms=[one for one in quayside().rooms if one.id != "ash"])
    course = course_of(programme("talk", rules=(same, APART), times=3))
    stand_in = evolve(course, pins=pins(course, "", "2027-01-06 10:00", therapist="tom"))
    keeping_tess = [evolve(stand_in, pins=(*stand_in.pins, *pins(course, "2027-01-04 10:00")))]
    assert "continuity" in {one.code for one in refused(keeping_tess[0], away).reasons}
    agreed = evolve(keeping_tess[0], waivers=(waiver("people_stay_the_same", "therapy/talk/2"),))
    plan = planned(agreed, away)
    assert [one.staff("therapist") for one in plan.appointments] == [("tess",), ("tom",), ("tess",)]
    (finding,) = verify(plan, agreed, away)
    assert finding.waiver == agreed.waivers[0]


def test_a_span_is_counted_without_the_session_that_is_set_apart() -> None:
    span = Span(name="within a week", of="talk", at_most=Days(4))
    course = course_with_pins("", "", "2027-01-20 10:00", rules=(span, APART))
    refused(course)
    agreed = evolve(course, waivers=(waiver("spans_are_kept", "therapy/talk/3"),))
    plan = planned(agreed)
    assert dates(plan)[:2] == ["Mon 4 Jan", "Wed 6 Jan"]
    assert verify(plan, agreed, quayside()).clean


def test_a_week_that_pins_have_made_too_full_takes_no_other_session() -> None:
    twice = Frequency(name="twice", of="talk", at_most=2)
    course = course_with_pins("2027-01-04 10:00", "2027-01-05 10:00", "2027-01-06 10:00", "", rules=(twice,))
    plan = planned(course)
    assert dates(plan)[3] == "Mon 11 Jan"
    (finding,) = verify(plan, course, quayside())
    agreed = evolve(course, waivers=(waiver("frequencies_are_kept", *finding.sessions),))
    assert verify(plan, agreed, quayside()).clean


def test_a_pin_that_meets_a_booking_stops_nobody_else(tmp_path: Path) -> None:
    course = course_with_pins("", "2027-01-05 10:00")
    other = evolve(course, id="c18", patient=Patient(id="q18"), pins=())
    painters = taken("room", "oak", "2027-01-05 10:00", "2027-01-05 11:00", ref="painters")
    diary = Diary(quayside(), booked=[painters])
    schedule = plan_courses([course, other], diary, now=london("2027-01-03 12:00"))
    assert [len(plan.appointments) for plan in schedule.plans] == [2, 2]
    (finding,) = verify(schedule.plans[0], course, quayside(), booked=[painters, *schedule.bookings])
    assert finding.check == "nothing_is_booked_twice"
    # Told of it already or not, the diary has each row once.
    plan = schedule.plans[0]
    pinned = [row for row in plan.bookings if row.ref == "c17:therapy/talk/2"]
    assert diary.with_bookings(add=pinned).book(plan) == diary.book(plan)
    with pytest.raises(Clash):
        diary.book(plan).book(plan)


def test_plans_are_verified_once_whether_the_table_of_bookings_has_their_rows_or_not() -> None:
    plan = planned(course_of(programme("talk", times=2)))
    schedule = scheduled(plan)
    for rows in ((), plan.bookings, [evolve(row, role="") for row in plan.bookings]):
        ((_, report),) = verify_plans(schedule, quayside(), booked=rows)
        assert report.findings == ()


def test_what_is_pinned_later_is_not_taken_by_a_course_that_is_planned_before() -> None:
    first = course_of(programme("talk"))
    (best,) = planned(first).appointments
    pinned = Pin(
        appointment=evolve(best, course="", patient="", bookings=_rows_of("q18", best)), by="a", at=AT
    )
    second = evolve(first, id="c18", patient=Patient(id="q18"), first_day=date(2027, 1, 5), pins=(pinned,))
    schedule = plan_courses([first, second], Diary(quayside()), now=london("2027-01-03 12:00"))
    assert [plan.course.id for plan in schedule.plans] == ["c17", "c18"]
    assert schedule.plans[1].appointments[0].start == best.start
    assert all(report.findings == () for _, report in verify_plans(schedule, quayside()))


def _rows_of(patient: str, one: Appointment) -> list[Booking]:
    rows = [evolve(row, ref="") for row in one.bookings]
    return [evolve(row, resource=patient) if row.type == "patient" else row for row in rows]


def test_the_pins_of_a_refused_course_are_nobody_elses_time() -> None:
    small = quayside(
        rooms=[one for one in quayside().rooms if one.id != "ash"],
        staff=[one for one in quayside().staff if one.id != "tom"],
    )
    course = course_of(programme("talk", times=2), hours=weekly((8 * 60, 8 * 60 + 30)))
    refused_one = evolve(course, pins=pins(course, "2027-01-04 08:00"))
    other = evolve(course_of(programme("talk")), id="c18", patient=Patient(id="q18"))
    now = london("2027-01-03 12:00")
    schedule = plan_courses([other, refused_one], Diary(small), now=now)
    assert [one.course.id for one in schedule.refusals] == ["c17"]
    assert times(schedule.plans[0]) == ["09:00"]
    there = evolve(schedule, plans=[planned(other, small)])
    ((_, report),) = verify_plans(there, small, courses=[other, refused_one])
    assert {one.check for one in report} == {"nothing_is_booked_twice"}


def test_people_who_change_twice_are_found_twice_and_accepted_one_by_one() -> None:
    same = Continuity(name="same", role="therapist", scope="phase", hard=True)
    phases = (Phase(name="one", order=("talk",), times=2), Phase(name="two", order=("talk",), times=2))
    what = Programme(name="two", version="1", kinds=(TALK,), phases=phases, rules=(same,))
    starts = {"one/talk/1": "04", "one/talk/2": "05", "two/talk/1": "06", "two/talk/2": "07"}
    visits = [
        visit(
            what, id, f"2027-01-{day} 10:00", therapist="tess" if id.endswith("1") else "tom", therapy="oak"
        )
        for id, day in starts.items()
    ]
    course = course_of(what)
    settled = evolve(course, pins=[Pin(appointment=one, by="amara", at=AT) for one in visits[2:]])
    agreed = waiver("people_stay_the_same", "one/talk/1", "one/talk/2")
    for one in (course, settled):
        assert len(verify(visits, one, quayside()).new) == 2
        (left,) = verify(visits, evolve(one, waivers=(agreed,)), quayside()).new
        assert left.sessions == ("two/talk/1", "two/talk/2")


def test_what_is_found_without_the_sessions_set_apart_is_not_accepted() -> None:
    span = Span(name="within a week", of="talk", at_most=Days(4))
    story = talks("2027-01-05 10:00", "2027-01-07 10:00", "2027-01-14 10:00", rules=(span,))
    middle = evolve(story.course, waivers=(waiver("spans_are_kept", "therapy/talk/2"),))
    (finding,) = report_of(evolve(story, course=middle))
    assert finding.waiver is None


def test_a_waiver_that_names_some_of_the_sessions_of_a_finding_accepts_nothing() -> None:
    story = talks("2027-01-05 10:00", "2027-01-06 10:00", "2027-01-07 10:00", rules=(APART,))
    course = evolve(story.course, waivers=(waiver("gaps_are_kept", "therapy/talk/1", "therapy/talk/3"),))
    assert len(report_of(evolve(story, course=course)).new) == 2


def test_pinning_hides_no_week_that_is_counted_from_a_session_that_is_not() -> None:
    twice = Frequency(name="twice", of="talk", at_most=2, per=TreatmentWeek(anchor="therapy/talk/1"))
    story = talks(
        "2027-01-04 10:00", "2027-01-11 10:00", "2027-01-12 10:00", "2027-01-13 10:00", rules=(twice,)
    )
    settled = evolve(
        story.course, pins=[Pin(appointment=one, by="amara", at=AT) for one in story.appointments[1:]]
    )
    assert report_of(story).new == report_of(evolve(story, course=settled)).new != ()


def goes_on(**course: Any) -> Course:
    phase = Phase(name="therapy", order=("talk",), open=True, book_ahead=2)
    what = Programme(name="on", version="1", kinds=(TALK,), phases=(phase,), rules=(APART,))
    return evolve(course_of(what), **course)


def test_decisions_about_rounds_that_were_not_planned_yet_keep_a_plan_as_it_is() -> None:
    schedule = plan_courses([goes_on()], Diary(quayside()), now=london("2027-01-03 12:00"))
    first = schedule.plans[0].appointments[0]
    done = {first.session: Done(start=first.start, staff={"therapist": first.staff("therapist")})}
    third = pins(goes_on(book_ahead=3), "", "", "2027-01-18 10:00")
    later = waiver("gaps_are_kept", "therapy/talk/2", "therapy/talk/3")
    for course in (
        goes_on(done=done, pins=third),
        goes_on(done=done, waivers=(later,)),
        goes_on(waivers=(later,)),
    ):
        kept = plan_courses([course], Diary(quayside()), now=london("2027-01-05 12:00"), kept=schedule)
        assert kept.plans[0].course.waivers == course.waivers
        assert kept.plans[0].course.pins == course.pins
        ((_, report),) = verify_plans(kept, quayside(), courses=[course])
        assert {one.check for one in report} <= {"every_session_is_planned_once"}
        assert isinstance(asked(course, now=london("2027-01-05 12:00")), Plan)


def test_however_late_a_course_gets_what_is_pinned_stays_planned() -> None:
    pinned = pins(goes_on(book_ahead=5), "", "", "", "", "2027-02-01 10:00")
    late = {"therapy/talk/1": Done(start=london("2027-01-25 10:00"))}
    course = goes_on(book_ahead=date(2027, 1, 10), pins=pinned, done=late)
    assert list(course.pinned) == ["therapy/talk/5"]


def test_today_s_decisions_are_those_of_a_kept_plan() -> None:
    course = course_of(programme("talk", times=2))
    schedule = plan_courses([course], Diary(quayside()), now=london("2027-01-03 12:00"))
    decided = evolve(course, pins=pins(course, "2027-01-08 10:00"))
    now = london("2027-01-03 13:00")
    kept = plan_courses([decided], Diary(quayside()), now=now, kept=schedule)
    assert kept.plans[0].course == decided
    assert kept.plans[0].appointments == schedule.plans[0].appointments
    assert kept.plans[0].proved_through == "none"
    assert plan_courses([course], Diary(quayside()), now=now, kept=kept).plans[0].course == course


def test_notes_on_a_pinned_appointment_stay_with_it() -> None:
    course = course_of(programme("talk", times=2))
    (pin_,) = pins(course, "2027-01-08 10:00")
    noted = evolve(course, pins=[evolve(pin_, appointment=evolve(pin_.appointment, notes="rec-9"))])
    schedule = plan_courses([noted], Diary(quayside()), now=london("2027-01-03 12:00"))
    kept = plan_courses([noted], Diary(quayside()), now=london("2027-01-03 13:00"), kept=schedule)
    assert [one.notes for one in kept.plans[0].appointments] == ["rec-9", ""]


def test_a_confirmation_is_kept_by_pins_by_a_plan_made_afresh_and_by_what_was_sure_before() -> None:
    plan = planned(course_of(programme("talk", times=2)))
    sure = confirm(
        pin(plan, ["therapy/talk/1"], by="amara", at=AT), ["therapy/talk/1"], by="reception", at=AT
    )
    again = planned(sure.course)
    assert again.appointments[0].confirmation == Confirmation(by="reception", at=AT)
    before = scheduled(sure)
    afresh = scheduled(plan)
    for made in (afresh, confirmed(afresh)):
        found = succeeding(evolve(made, now=london("2026-12-21 09:00")), before).plans[0].appointments[0]
        assert (found.status, found.confirmation) == ("confirmed", Confirmation(by="reception", at=AT))
    known = confirmed(scheduled(plan)).plans[0]
    signed = confirm(known, ["therapy/talk/2"], by="reception", at=AT).appointments[1]
    assert (signed.confirmation, signed.sequence) == (Confirmation(by="reception", at=AT), Sequence())


def test_a_pin_without_a_row_of_the_patient_keeps_the_patient_s_time_to_its_end() -> None:
    course = course_with_pins("", "2027-01-04 08:00")
    (pin_,) = course.pins
    one = pin_.appointment
    longer = evolve(one, end=one.end + timedelta(minutes=30), bookings=())
    plan = planned(evolve(course, pins=[evolve(pin_, appointment=longer)]))
    assert (times(plan), dates(plan)[0]) == (["09:30", "08:00"], "Mon 4 Jan")
    hour = Gap(name="an hour", after="talk", before="talk", at_least=Hours(1))
    before = evolve(
        course_with_pins("2027-01-04 08:00", "", rules=(hour,)),
        pins=[evolve(pin_, appointment=evolve(longer, session="therapy/talk/1"))],
    )
    first, second = planned(before).appointments
    assert second.start - first.end >= timedelta(hours=1)
    assert first.end - first.start == timedelta(minutes=90)


def test_a_pin_too_close_to_what_is_done_is_no_fault_of_the_planner_s() -> None:
    course = course_with_pins("", "2027-01-05 10:00", "", rules=(APART,))
    done = {"therapy/talk/1": Done(start=london("2027-01-04 10:00"))}
    plan = planned(evolve(course, done=done), now=london("2027-01-04 12:00"))
    (finding,) = verify(plan, plan.course, quayside())
    assert finding.sessions == ("therapy/talk/1", "therapy/talk/2")
    assert dates(plan) == ["Tue 5 Jan", "Thu 7 Jan"]


def test_a_waiver_covers_what_it_names_and_never_nothing() -> None:
    agreed = waiver("gaps_are_kept", "therapy/talk/1", "therapy/talk/2")
    assert agreed.covers(["therapy/talk/2"])
    assert not agreed.covers(["therapy/talk/2", "therapy/talk/3"])
    assert not agreed.covers([])


def test_pins_and_what_is_done_cost_nothing() -> None:
    plan = planned(course_with_pins("2027-01-08 17:00", ""))
    assert plan.cost is not None
    assert (plan.cost.wait, plan.cost.minutes) == (0, 0)


def test_a_planner_that_moved_a_pin_would_not_get_by_the_verifier() -> None:
    course = course_with_pins("2027-01-05 10:00", "")
    plan = planned(course)
    other = visit(course.programme, "therapy/talk/1", "2027-01-11 10:00", therapist="tess", therapy="oak")
    moved = evolve(plan, appointments=(other, plan.appointments[1]), cost=None)
    assert {one.check for one in verify(moved, course, quayside()).new} == {"what_is_pinned_stays"}


def test_pinning_appointments_of_a_plan_keeps_them_when_the_course_is_planned_again() -> None:
    first = planned(course_of(programme("talk", rules=(APART,), times=3)))
    fixed = pin(first, ["therapy/talk/2"], by="amara", at=AT, why="she travels")
    assert (fixed.cost, fixed.proved_through) == (None, "none")
    assert fixed.course.pins[0].appointment == first.appointments[1]
    shut = quayside(closed=closed("2027-01-06", "2027-01-08"))
    assert dates(planned(first.course, shut)) == ["Mon 4 Jan", "Thu 7 Jan", "Mon 11 Jan"]
    second = planned(fixed.course, shut)
    assert second.appointments[1] == first.appointments[1]
    assert dates(second) == ["Mon 4 Jan", "Wed 6 Jan", "Mon 11 Jan"]


def test_pinning_again_pins_as_it_is_now() -> None:
    first = planned(course_of(programme("talk", times=2)))
    fixed = pin(first, ["therapy/talk/1", "therapy/talk/2"], by="amara", at=AT)
    again = pin(fixed, ["therapy/talk/2"], by="ben", at=AT)
    assert [(one.appointment.session, one.by) for one in again.course.pins] == [
        ("therapy/talk/1", "amara"),
        ("therapy/talk/2", "ben"),
    ]


def test_confirming_names_who_and_when_and_everybodys_calendar_says_so() -> None:
    plan = planned(course_of(programme("talk", times=2)))
    sure = confirm(plan, ["therapy/talk/2"], by="reception", at=AT)
    one, two = sure.appointments
    assert one == plan.appointments[0]
    assert (two.status, two.confirmation) == ("confirmed", Confirmation(by="reception", at=AT))
    assert (two.sequence, two.revised) == (Sequence(patient=1, staff=1, room=1, busy=1), AT)
    assert sure.cost == plan.cost
    assert confirm(sure, ["therapy/talk/2"], by="another", at=london("2026-12-21 09:00")) == sure
    assert verify(sure, sure.course, quayside()).findings == ()


@pytest.mark.parametrize("decide", [confirm, pin])
def test_only_an_appointment_that_is_to_come_can_be_decided_about(decide: Callable[..., Plan]) -> None:
    plan = planned(course_of(programme("talk", times=2)))
    gone = evolve(plan, appointments=[evolve(plan.appointments[0], status="cancelled"), plan.appointments[1]])
    with pytest.raises(InvalidInput) as caught:
        decide(gone, ["therapy/talk/1", "therapy/talk/9"], by="amara", at=AT)
    assert [fault.message for fault in caught.value.faults] == [
        "the appointment of therapy/talk/1 is cancelled",
        "the plan of course 'c17' has no appointment of therapy/talk/9; it has therapy/talk/1, therapy/talk/2",
    ]
    with pytest.raises(InvalidInput) as caught:
        decide(gone, "therapy/talk/1", by="", at=datetime(2027, 1, 1))  # noqa: DTZ001  # that is the fault
    assert [fault.path for fault in caught.value.faults] == ["sessions", "by", "at"]


def test_what_people_decided_survives_the_document() -> None:
    course = evolve(
        course_with_pins("2027-01-05 10:00", "", rules=(APART,)),
        waivers=(waiver("gaps_are_kept", "therapy/talk/1", "therapy/talk/2"),),
    )
    plan = pin(planned(course), ["therapy/talk/2"], by="ben", at=AT, why="the train")
    schedule = scheduled(confirm(plan, ["therapy/talk/2"], by="reception", at=AT))
    again = from_document(to_document(schedule))
    assert again == schedule
    assert to_document(again) == to_document(schedule)
    (read,) = again.plans
    assert (read.course.waivers, [one.by for one in read.course.pins]) == (course.waivers, ["amara", "ben"])
    assert read.appointments[1].confirmation == Confirmation(by="reception", at=AT)


PATIENTS = """
format = 1
zone = "Europe/London"

[patients.q17]

[courses.c17]
patient = "q17"
programme = "talks@1"
first_day = 2027-01-04

[[courses.c17.waivers]]
check = "gaps_are_kept"
sessions = ["therapy/talk/1", "therapy/talk/2"]
by = "amara"
at = 2026-12-20T09:00:00
why = "she travels"

[courses.c17.pins."therapy/talk/2"]
start = 2027-01-05T10:00:00
staff = { therapist = "tess" }
rooms = { therapy = "oak" }
by = "amara"
at = 2026-12-20T09:00:00
why = "the train"
"""


def read(tmp_path: Path, text: str) -> Course:
    path = tmp_path / "patients.toml"
    path.write_text(text, encoding="utf-8")
    what = evolve(programme("talk", rules=(APART,), times=2), name="talks")
    (course,) = read_courses(path, programmes=[what])
    return course


def test_the_patients_file_says_what_was_decided(tmp_path: Path) -> None:
    course = read(tmp_path, PATIENTS)
    assert course.waivers == (waiver("gaps_are_kept", "therapy/talk/1", "therapy/talk/2"),)
    (one,) = course.pins
    assert (one.by, one.at, one.why) == ("amara", AT, "the train")
    wanted = visit(course.programme, "therapy/talk/2", "2027-01-05 10:00", therapist="tess", therapy="oak")
    assert (one.appointment.start, one.appointment.end) == (wanted.start, wanted.end)
    assert [evolve(row, ref="") for row in one.appointment.bookings] == [*wanted.bookings]
    plan = planned(course)
    assert dates(plan) == ["Mon 4 Jan", "Tue 5 Jan"]
    assert verify(plan, course, quayside()).clean


def test_faults_of_what_was_decided_are_told_all_at_once_with_their_lines(tmp_path: Path) -> None:
    text = PATIENTS.replace('"gaps_are_kept"', '"gap"').replace(
        '{ therapist = "tess" }', '{ doctor = "dora" }'
    )
    text = text.replace('why = "she travels"\n', "").replace("start = 2027-01-05T10:00:00", "start = 5")
    with pytest.raises(InvalidInput) as caught:
        read(tmp_path, text)
    assert [(fault.path, fault.line) for fault in caught.value.faults] == [
        ("courses.c17.waivers.1.why", 12),
        ("courses.c17.pins.therapy/talk/2.start", 19),
    ]
    with pytest.raises(InvalidInput) as caught:
        read(tmp_path, PATIENTS.replace('{ therapist = "tess" }', '{ doctor = "dora" }'))
    assert [fault.path for fault in caught.value.faults] == [
        "courses.c17.pins.therapy/talk/2.staff.doctor",
        "courses.c17.pins.therapy/talk/2.staff.therapist",
    ]
    with pytest.raises(InvalidInput) as caught:
        read(tmp_path, PATIENTS.replace('pins."therapy/talk/2"', 'pins."therapy/talk/5"'))
    assert [fault.path for fault in caught.value.faults] == ["courses.c17.pins.therapy/talk/5"]


DECIDED = """
[[courses.c1.waivers]]
check = "offsets_are_kept"
sessions = ["only/dosing/1", "only/talk/1"]
by = "amara"
at = 2027-01-03T09:00:00
why = "she travels"

[courses.c1.pins."only/talk/1"]
start = 2027-01-08T10:00:00
staff = { therapist = "tess" }
rooms = { therapy = "oak" }
by = "reception"
at = 2027-01-03T09:00:00
why = "the train"
"""


def test_checking_the_files_names_whom_a_pin_names_and_nobody_knows(tmp_path: Path) -> None:
    desk = quayside_desk(tmp_path)
    desk.patients(patient(1), DECIDED.replace('"tess"', '"tez"').replace('"oak"', '"oka"'))
    result = desk.type("check", desk.clinic)
    assert [line.partition("pins.")[2] for line in result.stdout.splitlines() if "pins." in line] == [
        "only/talk/1: there is no room 'oka' at quayside",
        "only/talk/1: there is no staff 'tez' at quayside",
    ]


def test_the_command_line_plans_around_what_was_decided_and_says_who_decided_it(tmp_path: Path) -> None:
    desk = quayside_desk(tmp_path)
    desk.patients(patient(1), DECIDED)
    schedule = desk.planned()
    (plan,) = schedule.plans
    assert [f"{one.start:%a %d}" for one in plan.appointments] == ["Tue 05", "Fri 08"]
    sure = evolve(schedule, plans=[confirm(plan, ["only/dosing/1"], by="reception", at=AT)])
    (desk.out / "schedule.json").write_text(to_document(sure), encoding="utf-8")
    result = desk.type("verify", desk.out / "schedule.json", "--clinic", desk.clinic)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "c1:",
        "  not so: offsets are kept",
        (
            "    after: from only/dosing/1 to only/talk/1 are 3 days; 1 to 1 are allowed "
            "(accepted by amara on 2027-01-03: she travels)"
        ),
        "c1: only/talk/1 is pinned, by reception on 2027-01-03: the train",
        "c1: appointments confirmed by reception: 1 of 2",
        "plans verified: 1; findings: 0 new, 0 already there, 1 accepted",
    ]
    assert desk.plan().exit_code == 0
    assert desk.appointment("c1:only/dosing/1").confirmation == Confirmation(by="reception", at=AT)


@pytest.mark.parametrize("written", ["2027-01-04T00:30:00", "2027-01-03T16:30:00Z"])
def test_what_was_decided_just_after_midnight_is_told_under_that_date(tmp_path: Path, written: str) -> None:
    desk = quayside_desk(tmp_path)
    desk.change("clinic.toml", "Europe/London", "Asia/Manila")
    desk.patients(patient(1), DECIDED.replace("2027-01-03T09:00:00", written))
    desk.change("patients.toml", "Europe/London", "Asia/Manila")
    schedule = desk.planned(now="2027-01-03T09:00")
    told = desk.type("verify", desk.out / "schedule.json", "--clinic", desk.clinic).stdout
    assert "(accepted by amara on 2027-01-04: she travels)" in told
    assert "is pinned, by reception on 2027-01-04: the train" in told
    read = ClinicFolder.read(desk.clinic).courses
    for course in (*read, *(plan.course for plan in schedule.plans)):
        (waiver,), (one,) = course.waivers, course.pins
        assert [f"{at:%d %H:%M}" for at in (waiver.at, one.at)] == ["04 00:30"] * 2


def test_an_acceptance_is_dated_by_the_clocks_of_the_clinic_and_not_of_whoever_wrote_it() -> None:
    before = BREAKING["gaps_are_kept"][0]()
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    accepted = [evolve(waiver(one.check, *one.sessions), at=late) for one in report_of(before)]
    report = report_of(evolve(before, course=evolve(before.course, waivers=accepted)))
    assert [one.waiver for one in report] == accepted != []
    assert all("(accepted by amara on 2026-07-01: she travels)" in str(one) for one in report)


@pytest.mark.parametrize("seed", range(6))
def test_the_planner_finds_the_plan_of_the_reference_where_people_decided_some_of_it(seed: int) -> None:
    for number in range(seed, 60, 6):
        _compare(decided_case(number))
    for number in range(seed, 120, 6):
        _compare(tiny_decided_case(number))


def _compare(case: Case) -> None:
    with suppress(TooLarge):
        found = reference_plan(undecided(case))
        assert not list(differences(case, answer(case), found)), f"seed {case.seed}"


def test_the_cases_of_decided_courses_ask_hard_questions() -> None:
    cases = [tiny_decided_case(seed) for seed in range(200)]
    plans = [answer(case) for case in cases]
    freely = [answer(evolve(case, course=evolve(case.course, waivers=()))) for case in cases]
    assert sum(isinstance(one, Plan) and bool(one.course.pins) for one in plans) > 30
    different = sum(
        type(one) is not type(two)
        or (isinstance(one, Plan) and isinstance(two, Plan) and one.cost != two.cost)
        for one, two in zip(plans, freely, strict=True)
    )
    assert different > 25, "waivers that decide nothing prove nothing"


def test_a_fault_of_the_planner_beside_pins_is_still_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    course = course_with_pins("2027-01-05 22:10", "", rules=(APART,))
    plan = planned(course)
    near = visit(course.programme, "therapy/talk/2", "2027-01-06 10:00", therapist="tess", therapy="oak")
    wrong = evolve(
        plan, appointments=(plan.appointments[0], evolve(near, course="c17", patient="q17")), cost=None
    )
    monkeypatch.setattr("kapsched.workflow.one_course.plan_course", lambda *_: wrong)
    with pytest.raises(PlannerBug):
        find_plan(course, Diary(quayside()), now=datetime(2027, 1, 3, 12, tzinfo=UTC))
