"""Does the planner count the patients and the members of a pool as it should?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from kapsched.errors import Clash, InvalidInput
from kapsched.model.bookings import Booking
from kapsched.model.clinic import Pool
from kapsched.model.course import Course
from kapsched.model.programme import Segment, SessionKind
from kapsched.model.rules import Gap
from kapsched.planning.diary import Diary
from kapsched.planning.pools import Asked, Call, calls_of, overlaid
from kapsched.timeline.units import Hours
from tests.pool_stories import WATCHED, WITH_ARRIVAL, at_lunch, busy, place, ward
from tests.stories import asked, closed, course_of, planned, programme, quayside, refused, times, weekly

TUESDAY = "2027-01-05"


def doses(kind: SessionKind = WATCHED, **patient: object) -> Course:
    return course_of(programme("dosing", kinds=(kind,)), first_day=TUESDAY, **patient)


def test_the_place_of_a_pool_is_booked_and_nobody_in_particular() -> None:
    (only,) = planned(doses(), ward()).appointments
    rows = {(row.type, row.resource): row for row in only.bookings}
    assert {resource for type_, resource in rows if type_ == "staff"} == {"tess"}
    place_taken = rows["pool", "nurse"]
    assert place_taken.start == only.start + timedelta(minutes=60)
    assert place_taken.end == only.end + timedelta(minutes=15)
    assert not place_taken.exclusive


def test_a_patient_more_than_the_ratio_waits_until_one_leaves() -> None:
    full = [place("08:00", "10:30")] * 2
    assert times(planned(doses(), ward(), booked=full[:1])) == ["08:00"]
    assert times(planned(doses(), ward(), booked=full)) == ["09:30"]
    assert times(planned(doses(), ward(ratio=2), booked=full)) == ["08:00"]


def test_breaks_that_are_staggered_leave_one_nurse_and_others_none() -> None:
    staggered = ward(nia=at_lunch("09:00", "09:30"), ned=at_lunch("09:30", "10:00"))
    together = ward(nia=at_lunch("09:00", "09:30"), ned=at_lunch("09:00", "09:30"))
    assert times(planned(doses(), staggered)) == ["08:00"]
    assert times(planned(doses(), together)) == ["08:30"]
    assert times(planned(doses(), staggered, booked=[place("08:00", "18:00")])) == ["09:00"]


def test_a_nurse_taken_alone_or_on_leave_does_not_count() -> None:
    one = [place("08:00", "18:00")]
    assert times(planned(doses(), ward(), booked=[*one, busy("ned", "08:00", "10:00")])) == ["09:00"]
    on_leave = ward(ned={"away": closed(TUESDAY)})
    refusal = refused(doses(), on_leave, booked=one, days=1)
    assert [(reason.code, reason.ids) for reason in refusal.reasons] == [("booked", ("nurse",))]


def test_a_nurse_who_only_shares_elsewhere_still_counts() -> None:
    row = evolve(busy("ned", "08:00", "18:00"), exclusive=False)
    assert times(planned(doses(), ward(), booked=[place("08:00", "18:00"), row])) == ["08:00"]


def test_a_nurse_alone_at_arrival_leaves_the_places_already_booked_covered() -> None:
    # Arrival and its tail take a nurse for forty minutes; until 09:00 the other is not enough.
    full = [place("08:00", "09:00")] * 2
    assert times(planned(doses(WITH_ARRIVAL), ward(), booked=full)) == ["09:00"]
    assert times(planned(doses(WITH_ARRIVAL), ward(), booked=full[:1])) == ["08:00"]


def test_needs_of_one_visit_are_counted_together() -> None:
    watched_from_the_start = evolve(
        WITH_ARRIVAL,
        segments=(evolve(WITH_ARRIVAL.segments[0], pools=("nurse",)), *WITH_ARRIVAL.segments[1:]),
    )
    one = [place("08:00", "09:00")]
    assert times(planned(doses(watched_from_the_start), ward())) == ["08:00"]
    assert times(planned(doses(watched_from_the_start), ward(), booked=one)) == ["09:00"]
    assert times(planned(doses(watched_from_the_start), ward(ratio=2), booked=one)) == ["08:00"]


def test_the_tail_of_one_visit_is_counted_in_the_next_of_the_same_date() -> None:
    again = evolve(WITH_ARRIVAL, name="again")
    soon = Gap(name="soon", after="dosing", before="again", at_least=Hours(0), at_most=Hours(1))
    course = course_of(programme("dosing", "again", kinds=(WATCHED, again), rules=(soon,)), first_day=TUESDAY)
    assert times(planned(course, ward())) == ["08:00", "10:00"]
    # With somebody else to watch until 10:15, the tail of the first and the arrival are one too many.
    booked = [place("09:30", "10:15")]
    assert times(planned(course, ward(), booked=booked)) == ["08:00", "10:15"]


def test_the_break_of_the_only_nurse_is_named_where_it_alone_is_in_the_way() -> None:
    clinic = ward(nia=at_lunch("09:30", "10:30"), ned={"hours": weekly((13 * 60, 18 * 60))})
    refusal = refused(doses(hours=weekly((8 * 60, 11 * 60))), clinic, days=3)
    assert [(reason.code, reason.ids) for reason in refusal.reasons] == [("break", ("nia",))]
    (sentence,) = refusal.sentences()
    assert sentence == (
        "The visit would run into the break of nia, with nobody else there, "
        "on Tue 5 Jan 2027, Wed 6 Jan 2027 and Thu 7 Jan 2027."
    )


def test_a_nurse_taken_for_arrival_while_the_other_has_all_is_a_reason_of_bookings() -> None:
    full = [place("08:00", "18:00")] * 2
    refusal = refused(doses(WITH_ARRIVAL), ward(), booked=full, days=1)
    assert [(reason.code, reason.ids) for reason in refusal.reasons] == [("booked", ("nurse",))]


def test_a_plan_cannot_be_booked_where_the_pool_has_filled_since() -> None:
    diary = Diary(ward())
    plan = planned(doses(), ward())
    fuller = diary.with_bookings(add=[place("09:30", "10:00")] * 2)
    with pytest.raises(Clash, match="pool 'nurse' has too few members at 2027-01-05 09:30 UTC"):
        fuller.book(plan)
    assert diary.book(plan).release(plan) == diary


def _row(what: str, start: int, minutes: int) -> Booking:
    first = place("08:00", "18:00").start + timedelta(minutes=start)
    return Booking(
        type="pool" if what == "nurse" else "staff",
        resource=what,
        start=first,
        end=first + timedelta(minutes=minutes),
        exclusive=what != "nurse",
    )


ROWS = st.builds(
    _row, st.sampled_from(["nurse", "nurse", "nia", "ned"]), st.integers(-900, 2000), st.integers(1, 700)
)
QUESTIONS = [Asked(1, 0), Asked(0, 1), Asked(1, 1), Asked(2, 0)]


@settings(max_examples=60)
@given(st.lists(ROWS, max_size=6), st.lists(ROWS, max_size=4), st.data())
def test_a_pool_counted_again_in_part_is_what_it_is_counted_anew(
    before: list[Booking], more: list[Booking], data: st.DataObject
) -> None:
    clinic = ward(ratio=2, nia=at_lunch("11:58", "12:29"))
    diary = Diary(clinic, booked=before)
    for question in QUESTIONS:
        diary.enough("nurse", question)
    fewer = [row for row in before if data.draw(st.booleans())]
    changed = diary.with_bookings(add=more, remove=fewer)
    anew = Diary(clinic, booked=changed.bookings)
    for question in QUESTIONS:
        assert changed.enough("nurse", question) == anew.enough("nurse", question)


def test_places_taken_one_after_the_other_within_five_minutes_are_never_two() -> None:
    diary = Diary(ward(), booked=[place("09:00", "10:02"), place("10:02", "11:00"), place("08:00", "12:00")])
    one = diary.grid.touched(place("10:00", "10:05").start, place("10:00", "10:05").end)[0]
    assert diary.enough("nurse", Asked(places=1, members=0)) >> one & 1 == 0
    wider = Diary(ward(ratio=2), booked=diary.bookings)
    assert wider.enough("nurse", Asked(places=2, members=0)) >> one & 1 == 1


def test_what_is_asked_at_once_is_added_up() -> None:
    assert overlaid([Call(0, 4, Asked(1, 0)), Call(2, 6, Asked(0, 1)), Call(6, 8, Asked(0, 1))]) == (
        Call(0, 2, Asked(1, 0)),
        Call(2, 4, Asked(1, 1)),
        Call(4, 8, Asked(0, 1)),
    )
    assert calls_of(WITH_ARRIVAL, "nurse") == (Call(0, 40, Asked(0, 1)), Call(90, 165, Asked(1, 0)))
    assert calls_of(WITH_ARRIVAL, "doctor") == ()


# What cannot be counted is refused


def faults(error: InvalidInput) -> list[tuple[str, str]]:
    return [(fault.path, fault.message) for fault in error.faults]


def test_a_member_of_a_pool_has_no_second_role_and_a_pool_has_members() -> None:
    with pytest.raises(InvalidInput) as caught:
        quayside(pools=(Pool(role="nurse", ratio=2), Pool(role="sitter", ratio=2)))
    assert faults(caught.value) == [
        ("staff.dev.roles", "dev is in the pool of 'nurse', and so cannot be a doctor too"),
        ("pools.sitter", "nobody at quayside is a 'sitter'"),
    ]


def test_a_pool_has_one_ratio() -> None:
    with pytest.raises(InvalidInput) as caught:
        quayside(pools=(Pool(role="nurse", ratio=2), Pool(role="nurse", ratio=3)))
    assert ("pools.nurse", "two pools have the role 'nurse'") in faults(caught.value)


def test_a_place_of_a_pool_is_never_exclusive() -> None:
    with pytest.raises(InvalidInput) as caught:
        evolve(place("09:00", "10:00"), exclusive=True)
    assert faults(caught.value) == [
        ("exclusive", "a booking of a pool takes one place of it, and that of 'nurse' is exclusive")
    ]


def test_a_patient_takes_one_place_of_a_pool() -> None:
    with pytest.raises(InvalidInput) as caught:
        Segment(name="recovery", minutes=60, pools=("nurse", "nurse"))
    assert faults(caught.value) == [
        ("pools", "a patient takes one place of a pool, and 'nurse' stands here 2 times")
    ]


def test_whoever_stays_on_for_a_tail_is_not_handed_over_where_heads_are_counted() -> None:
    with pytest.raises(InvalidInput) as caught:
        asked(doses(evolve(WITH_ARRIVAL, handover=("nurse",))), ward())
    assert faults(caught.value) == [
        ("kinds.dosing.handover", "a 'nurse' of a pool who stays on for a tail cannot be handed over")
    ]


def test_a_pool_that_its_clinic_does_not_have_is_told() -> None:
    with pytest.raises(InvalidInput) as caught:
        asked(doses(), quayside())
    assert faults(caught.value) == [
        ("kinds.dosing.segments.recovery.pools", "quayside has no pool of 'nurse'; it has none at all")
    ]
