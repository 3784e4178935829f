"""Does every change of an appointment reach those whom it concerns, and nobody else?"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from kapsched.errors import InvalidInput
from kapsched.exchange.schedule_documents import from_document, to_document
from kapsched.model.appointments import READERS, Appointment, Sequence, Status
from kapsched.model.bookings import Resource
from kapsched.model.course import Done, Patient
from kapsched.model.plan import Plan, Schedule
from kapsched.model.revisions import confirmed, succeeding, with_plan
from tests import calendar_stories as stories

BEFORE = stories.schedule(
    [stories.plan(stories.course("c1", "q17")), stories.plan(stories.course("c2", "q18"))]
)
LATER = datetime(2027, 2, 3, 10, tzinfo=stories.LONDON)
HOUR = timedelta(hours=1)


def after(**changes: Any) -> Appointment:
    """The first appointment of the version in which it was changed so."""
    return succeeding(changed(**changes), BEFORE).plans[0].appointments[0]


def changed(**changes: Any) -> Schedule:
    first, *others = BEFORE.plans[0].appointments
    plans = [evolve(BEFORE.plans[0], appointments=[evolve(first, **changes), *others]), BEFORE.plans[1]]
    return evolve(BEFORE, plans=plans, now=LATER, revision=1)


FIRST = BEFORE.plans[0].appointments[0]


def taken(type: str, **changes: Any) -> list[Any]:
    return [evolve(row, **changes) if row.type == type else row for row in FIRST.bookings]


@pytest.mark.parametrize(
    ("changes", "raised"),
    [
        ({"start": FIRST.start + HOUR, "end": FIRST.end + HOUR}, (1, 1, 1, 1)),
        ({"end": FIRST.end + HOUR}, (1, 1, 1, 1)),
        ({"status": "cancelled"}, (1, 1, 1, 1)),
        ({"bookings": taken("staff", resource="zoe")}, (0, 1, 0, 1)),
        ({"bookings": taken("room", resource="attic")}, (0, 1, 1, 0)),
        ({"bookings": taken("staff", role="friend")}, (0, 1, 0, 0)),
        ({"kind": "longer"}, (0, 1, 1, 0)),
        ({"notes": "N-4711"}, (0, 1, 0, 0)),
    ],
)
def test_a_sequence_rises_for_those_who_see_the_difference(
    changes: dict[str, Any], raised: tuple[int, int, int, int]
) -> None:
    found, old = after(**changes), FIRST.sequence
    assert found.sequence == Sequence(
        patient=old.patient + raised[0],
        staff=old.staff + raised[1],
        room=old.room + raised[2],
        busy=old.busy + raised[3],
    )
    assert found.revised == (LATER if any(raised) else FIRST.revised)
    assert found.created == FIRST.created


def test_a_schedule_in_which_nothing_is_new_is_the_one_before() -> None:
    fresh = evolve(changed(sequence=Sequence(), created=LATER, revised=LATER), revision=1)
    assert succeeding(fresh, BEFORE) is BEFORE


def test_a_new_version_is_counted_and_dated() -> None:
    found = succeeding(changed(status="cancelled"), BEFORE)
    assert (found.revision, found.now) == (BEFORE.revision + 1, LATER)
    assert found.plans[1] == BEFORE.plans[1]


def test_a_version_may_differ_in_more_than_its_appointments() -> None:
    assert succeeding(evolve(BEFORE, tzdata="2099a", now=LATER), BEFORE).revision == BEFORE.revision + 1


def test_an_appointment_that_says_not_when_it_was_revised_says_so_in_the_next_version() -> None:
    old = evolve(
        BEFORE,
        plans=[
            evolve(plan, appointments=[evolve(one, revised=None) for one in plan.appointments])
            for plan in BEFORE.plans
        ],
    )
    found = succeeding(evolve(old, now=LATER), old)
    assert {one.revised for plan in found.plans for one in plan.appointments} == {LATER}


def test_what_is_cancelled_or_done_is_not_confirmed() -> None:
    statuses: list[Status] = ["cancelled", "done", "provisional", "confirmed"]
    plan = BEFORE.plans[0]
    some = [evolve(one, status=status) for one, status in zip(plan.appointments, statuses, strict=False)]
    (found,) = confirmed(evolve(BEFORE, plans=[evolve(plan, appointments=some)])).plans
    assert [one.status for one in found.appointments] == ["cancelled", "done", "confirmed", "confirmed"]


def test_a_confirmed_appointment_stays_so_where_nothing_else_is_different() -> None:
    sure = confirmed(BEFORE)
    assert succeeding(evolve(BEFORE, now=LATER), sure) is sure
    moved = evolve(
        BEFORE,
        now=LATER,
        plans=[stories.plan(stories.course("c1", "q17"), first=date(2027, 3, 15)), BEFORE.plans[1]],
    )
    found = succeeding(moved, sure)
    assert {one.status for one in found.plans[0].appointments} == {"provisional"}
    assert {one.status for one in found.plans[1].appointments} == {"confirmed"}


def replanned(done: dict[str, Done] | None = None) -> Plan:
    """Another plan of the first course, a day later, of what it owes."""
    course = evolve(BEFORE.plans[0].course, done=done or {})
    day = timedelta(days=1)
    later = [
        evolve(one, start=one.start + day, end=one.end + day, bookings=[])
        for one in BEFORE.plans[0].appointments
        if one.session not in course.done
    ]
    return Plan(course=course, appointments=later)


def test_another_plan_of_a_course_takes_the_place_of_the_one_that_is_there() -> None:
    found = with_plan(BEFORE, replanned(), now=LATER)
    assert (found.revision, found.now) == (BEFORE.revision + 1, LATER)
    assert [plan.course.id for plan in found.plans] == ["c1", "c2"]
    assert found.plans[1] == BEFORE.plans[1]
    assert {one.sequence.patient for one in found.plans[0].appointments} == {FIRST.sequence.patient + 1}
    assert {one.created for one in found.plans[0].appointments} == {FIRST.created}


def test_what_took_place_stays_in_the_plan_that_follows_and_keeps_its_rows() -> None:
    done = {FIRST.session: Done(start=FIRST.start)}
    found = with_plan(BEFORE, replanned(done), now=LATER)
    first, *others = found.plans[0].appointments
    assert (first.session, first.status, first.start) == (FIRST.session, "done", FIRST.start)
    assert [one.session for one in others] == [one.session for one in BEFORE.plans[0].appointments[1:]]
    freed = found.rows_since(BEFORE).freed
    assert freed != ()
    assert FIRST.id not in {row.ref for row in freed}


def test_the_first_plan_of_a_course_comes_last_and_its_refusal_is_gone() -> None:
    waiting = evolve(BEFORE, plans=BEFORE.plans[1:], refusals=[stories.refusal(BEFORE.plans[0].course)])
    found = with_plan(waiting, BEFORE.plans[0], now=LATER)
    assert [plan.course.id for plan in found.plans] == ["c2", "c1"]
    assert found.refusals == ()
    assert with_plan(found, BEFORE.plans[0], now=LATER + HOUR) is found


def version(before: Schedule, plans: list[Plan], later: timedelta) -> Schedule:
    """The version that follows with these plans, so much later."""
    return succeeding(evolve(before, plans=plans, now=before.now + later), before)


def raised_by_one(one: Sequence) -> Sequence:
    return Sequence(**{reader: getattr(one, reader) + 1 for reader in READERS})


def test_what_is_given_up_is_withdrawn_for_everybody() -> None:
    given_up = version(BEFORE, [BEFORE.plans[1]], HOUR)
    planned = BEFORE.plans[0].appointments
    assert [(one.id, one.patient) for one in given_up.withdrawn] == [
        (f"c1:{one.session}", "q17") for one in planned
    ]
    for one, old in zip(given_up.withdrawn, planned, strict=True):
        assert (one.status, one.revised, one.start) == ("cancelled", given_up.now, old.start)
        assert one.sequence == raised_by_one(old.sequence)


def anew(plan: Plan, at: datetime = LATER) -> Plan:
    """The same as a search finds it that knows nothing of what was before."""
    fresh = [
        evolve(one, sequence=Sequence(), created=at, revised=at, status="provisional")
        for one in plan.appointments
    ]
    return evolve(plan, appointments=fresh)


def test_what_comes_back_has_a_higher_sequence_than_when_it_was_given_up() -> None:
    given_up = version(BEFORE, [BEFORE.plans[1]], HOUR)
    back = version(given_up, [BEFORE.plans[1], anew(BEFORE.plans[0])], HOUR)
    for one, form in zip(back.plans[1].appointments, given_up.withdrawn, strict=True):
        assert all(getattr(one.sequence, reader) > getattr(form.sequence, reader) for reader in READERS)
        assert (one.created, one.revised) == (form.created, back.now)


OVER = FIRST.end + HOUR


@pytest.mark.parametrize("since", [HOUR, timedelta(days=300)])
def test_what_comes_back_after_it_was_over_and_forgotten_has_a_higher_sequence(since: timedelta) -> None:
    """Nobody came, the course was given up, and months later it is planned again: devices remember the visit."""
    moved = succeeding(changed(start=FIRST.start + HOUR, end=FIRST.end + HOUR), BEFORE)
    before = moved.plans[0].appointments[0].sequence
    gone = succeeding(evolve(moved, plans=[moved.plans[1]], now=OVER + 2 * HOUR), moved)
    assert FIRST.session not in [one.session for one in gone.withdrawn]
    later = succeeding(evolve(gone, tzdata="2099a", now=gone.now + since), gone)
    back = version(later, [later.plans[0], anew(BEFORE.plans[0])], HOUR).plans[1].appointments[0]
    assert all(getattr(back.sequence, reader) > getattr(before, reader) for reader in READERS)


def test_what_took_place_after_all_is_withdrawn_from_nobody_who_was_there() -> None:
    """The nurse was taken off and came back, or the course was given up and planned again: the old form is nobody's."""
    off = succeeding(changed(bookings=taken("staff", resource="zoe")), BEFORE)
    again = version(off, list(BEFORE.plans), HOUR)
    given_up = version(BEFORE, [BEFORE.plans[1]], HOUR)
    planned = version(given_up, [anew(BEFORE.plans[0]), BEFORE.plans[1]], HOUR)
    for version_before in (again, planned):
        assert [one.session for one in version_before.withdrawn][:1] == [FIRST.session]
        gone = succeeding(evolve(version_before, plans=[BEFORE.plans[1]], now=OVER), version_before)
        forms = [one for one in gone.withdrawn if one.session == FIRST.session]
        assert {one.patient for one in forms} <= {""}
        there = {row.of for row in FIRST.bookings}
        assert not there & {row.of for one in forms for row in one.bookings}


def test_who_was_not_there_when_it_took_place_is_still_told_and_the_patient_is_not() -> None:
    off = succeeding(changed(bookings=taken("staff", resource="zoe")), BEFORE)
    gone = succeeding(evolve(off, plans=[BEFORE.plans[1]], now=OVER), off)
    (form,) = [one for one in gone.withdrawn if one.session == FIRST.session]
    assert (form.patient, {row.of for row in form.bookings if row.type == "staff"}) == (
        "",
        {row.of for row in FIRST.bookings if row.type == "staff"},
    )
    assert not any(row.type == "room" for row in form.bookings)
    assert gone.patients_of == {"c1": {"q17"}, "c2": {"q18"}}
    assert gone.without("c1").withdrawn == ()
    assert from_document(to_document(gone)) == gone


def test_a_visit_that_somebody_is_taken_off_is_withdrawn_in_the_form_it_had() -> None:
    after = succeeding(changed(bookings=taken("staff", resource="zoe")), BEFORE)
    (form,) = after.withdrawn
    assert (form.status, form.id) == ("cancelled", "c1:readying/preparation/1")
    lost = {row.of for row in form.bookings}
    assert (form.patient, lost) == ("", {Resource("staff", "ben")})  # nobody else lost a part
    assert form.sequence == after.plans[0].appointments[0].sequence


@pytest.mark.parametrize(
    "changes",
    [
        {"start": FIRST.start + HOUR, "end": FIRST.end + HOUR},
        {"status": "cancelled"},
        {"status": "done"},
        {"notes": "N-4711"},
        {"bookings": [*FIRST.bookings, evolve(FIRST.bookings[0], type="room", resource="attic", role="")]},
    ],
)
def test_nothing_is_withdrawn_where_nobody_has_lost_a_part(changes: dict[str, Any]) -> None:
    assert succeeding(changed(**changes), BEFORE).withdrawn == ()


def test_who_is_needed_in_fewer_parts_has_lost_one() -> None:
    dose = BEFORE.plans[0].appointments[1]
    ruth = [row for row in dose.bookings if row.resource == "../../ruth"]
    assert len(ruth) == 2
    rows = [row for row in dose.bookings if row != ruth[1]]
    first, _, *others = BEFORE.plans[0].appointments
    plans = [
        evolve(BEFORE.plans[0], appointments=[first, evolve(dose, bookings=rows), *others]),
        BEFORE.plans[1],
    ]
    assert [one.session for one in version(BEFORE, plans, HOUR).withdrawn] == [dose.session]


@pytest.mark.parametrize(
    ("now", "start", "moved"),
    [
        (OVER, FIRST.start - timedelta(days=2), False),  # what is over stays where it was
        (FIRST.start + HOUR / 2, FIRST.start + HOUR / 6, False),  # it is under way, and began late
        (FIRST.start - HOUR, FIRST.start - timedelta(days=2), True),
    ],
)
def test_what_took_place_before_the_time_that_is_booked_is_moved_to_when_it_did(
    now: datetime, start: datetime, moved: bool
) -> None:
    before = confirmed(BEFORE)
    plan = before.plans[0]
    done = Done(start=start, staff={"therapist": ["ben"]})
    course = evolve(plan.course, done={FIRST.session: done})
    rest = [one for one in plan.appointments if one.session != FIRST.session]
    after = with_plan(before, Plan.of(course, rest), now=now)
    (first,) = [one for one in after.plans[0].appointments if one.session == FIRST.session]
    away = start - FIRST.start if moved else timedelta()
    assert (first.status, first.start, first.end) == ("done", FIRST.start + away, FIRST.end + away)
    assert [row.start for row in first.bookings] == [row.start + away for row in FIRST.bookings]
    assert first.sequence == (raised_by_one(FIRST.sequence) if moved else FIRST.sequence)


def test_what_took_place_is_not_taken_from_anybody() -> None:
    """A patient who leaves the files after the last visit was there all the same."""
    past = succeeding(evolve(BEFORE, plans=[], now=datetime(2027, 12, 1, 9, tzinfo=stories.LONDON)), BEFORE)
    assert past.withdrawn == ()


def test_what_was_cancelled_before_it_was_given_up_is_remembered_as_it_was_told() -> None:
    cancelled = succeeding(changed(status="cancelled"), BEFORE)
    given_up = version(cancelled, [BEFORE.plans[1]], HOUR)
    assert given_up.withdrawn[0] == evolve(cancelled.plans[0].appointments[0], course="c1", patient="q17")


def corrected(schedule: Schedule, patient: str) -> list[Plan]:
    """The plans where the first course turns out to be another patient's."""
    first, *others = schedule.plans
    return [
        Plan.of(evolve(first.course, patient=Patient(id=patient)), first.appointments),
        *others,
    ]


def test_a_course_that_turns_out_to_be_another_patient_s_is_withdrawn_from_the_first() -> None:
    after = version(BEFORE, corrected(BEFORE, "q99"), HOUR)
    assert [(one.id, one.patient) for one in after.withdrawn] == [
        (f"c1:{one.session}", "q17") for one in BEFORE.plans[0].appointments
    ]
    for one, form in zip(after.plans[0].appointments, after.withdrawn, strict=True):
        assert (one.patient, one.sequence, one.revised) == ("q99", form.sequence, after.now)
        assert one.sequence.patient == FIRST.sequence.patient + 1


def test_who_lost_a_visit_that_was_cancelled_and_then_booked_with_others_is_remembered() -> None:
    cancelled = succeeding(changed(status="cancelled"), BEFORE)
    first, *others = cancelled.plans[0].appointments
    again = evolve(first, status="provisional", bookings=taken("staff", resource="zoe"))
    plans = [evolve(cancelled.plans[0], appointments=[again, *others]), cancelled.plans[1]]
    booked = version(cancelled, plans, HOUR)
    assert booked.withdrawn == (evolve(first, course="c1", patient="q17"),)


def test_what_is_withdrawn_is_forgotten_ninety_days_after_it_and_the_visit() -> None:
    given_up = version(BEFORE, [BEFORE.plans[1]], HOUR)
    last = max(one.end for one in given_up.withdrawn)
    kept = succeeding(evolve(given_up, tzdata="2099a", now=last + timedelta(days=90)), given_up)
    assert len(kept.withdrawn) == 1
    gone = succeeding(evolve(given_up, tzdata="2099a", now=last + timedelta(days=91)), given_up)
    assert gone.withdrawn == ()


def test_a_schedule_in_which_nothing_is_new_forgets_nothing() -> None:
    given_up = version(BEFORE, [BEFORE.plans[1]], HOUR)
    assert (
        succeeding(evolve(given_up, now=datetime(2030, 1, 1, 9, tzinfo=stories.LONDON)), given_up) is given_up
    )


def test_what_is_withdrawn_is_cancelled_and_goes_with_its_course() -> None:
    with pytest.raises(InvalidInput, match=r"withdrawn\.0\.status: what is withdrawn is cancelled"):
        evolve(BEFORE, withdrawn=[FIRST])
    given_up = version(BEFORE, [BEFORE.plans[1]], HOUR)
    assert given_up.without("c1").withdrawn == ()


def test_what_is_withdrawn_goes_with_the_patient_who_has_no_course_left() -> None:
    two = [stories.plan(stories.course(id, "q17"), hour=hour) for id, hour in (("c1", 9), ("c3", 13))]
    whole = evolve(BEFORE, plans=[*two, BEFORE.plans[1]])
    given_up = version(whole, [two[1], BEFORE.plans[1]], HOUR)
    assert {one.course for one in given_up.withdrawn} == {"c1"}
    assert given_up.without("c3").withdrawn == ()
    assert given_up.without("c2").withdrawn == given_up.withdrawn


def test_whose_a_course_was_before_it_was_put_right_goes_with_it() -> None:
    after = version(BEFORE, corrected(BEFORE, "q99"), HOUR)
    assert after.patients_of == {"c1": {"q17", "q99"}, "c2": {"q18"}}
    assert after.without("c1").withdrawn == ()
    assert after.without("c2").withdrawn == after.withdrawn
