"""Which plans keep to a pool of nurses, some of them barely, and which have one patient too many?"""

from __future__ import annotations

from typing import Any

from attrs import evolve

from kapsched.model.bookings import Booking
from kapsched.model.clinic import Clinic, Pool
from kapsched.model.programme import Segment, SessionKind
from kapsched.verification import pools, resources
from tests.stories import Story, course_of, programme, quayside, taken, visit, weekly
from tests.verified_stories import breaks, keeps, rebooked

WATCHED = SessionKind(
    name="dosing",
    segments=(
        Segment(name="dose", minutes=60, staff=("therapist",), room="treatment"),
        Segment(name="recovery", minutes=60, room="treatment", pools=("nurse",), tail=15),
    ),
)
ARRIVAL = Segment(name="arrival", minutes=30, staff=("nurse",), room="treatment", tail=10)
WITH_ARRIVAL = evolve(WATCHED, segments=(ARRIVAL, *WATCHED.segments))


def ward(*, ratio: int = 1, **nurses: dict[str, Any]) -> Clinic:
    """Quayside, where Nia and Ned are a pool; something about them may be different."""
    staff = [evolve(one, roles=one.roles[:1], **nurses.get(one.id, {})) for one in quayside().staff]
    return quayside(staff=staff, pools=(Pool(role="nurse", ratio=ratio),))


def watched(
    *starts: str, kind: SessionKind = WATCHED, nurse: str = "nia", clinic: Clinic | None = None
) -> Story:
    """Doses in the blue room with Tess, each with an hour of recovery watched by the pool, its tail 15 minutes."""
    what = programme("dosing", kinds=(kind,), times=len(starts) or 1)
    visits = tuple(
        visit(what, f"therapy/dosing/{number}", start, therapist="tess", treatment="blue", nurse=nurse)
        for number, start in enumerate(starts or ("2027-01-05 10:00",), 1)
    )
    return Story(course=course_of(what), appointments=visits, clinic=clinic or ward())


def place(start: str, end: str) -> Booking:
    """Another patient of the pool."""
    return taken("pool", "nurse", f"2027-01-05 {start}", f"2027-01-05 {end}", exclusive=False)


def busy(nurse: str, start: str, end: str) -> Booking:
    """A nurse taken alone."""
    return taken("staff", nurse, f"2027-01-05 {start}", f"2027-01-05 {end}")


def at_lunch(start: str, end: str) -> dict[str, Any]:
    hours, minutes = ([int(part) for part in time.split(":")] for time in (start, end))
    return {"breaks": weekly((hours[0] * 60 + hours[1], minutes[0] * 60 + minutes[1]))}


@keeps(resources.every_segment_has_its_place)
def a_place_for_the_recovery() -> Story:
    return watched()


@breaks(resources.every_segment_has_its_place)
def no_place_is_booked() -> Story:
    return rebooked(watched(), lambda row: None if row.type == "pool" else row)


@breaks(resources.every_segment_has_its_place)
def a_place_without_its_tail() -> Story:
    end = place("11:00", "12:00").end
    return rebooked(watched(), lambda row: evolve(row, end=end) if row.type == "pool" else row)


@breaks(resources.every_segment_has_its_place)
def a_place_of_another_pool() -> Story:
    return rebooked(watched(), lambda row: evolve(row, resource="sitter") if row.type == "pool" else row)


@breaks(resources.nothing_unneeded_is_booked)
def a_place_for_the_dose_too() -> Story:
    start = place("10:30", "12:00").start
    return rebooked(watched(), lambda row: evolve(row, start=start) if row.type == "pool" else row)


@keeps(pools.no_pool_is_over_its_ratio)
def one_other_patient_for_two_nurses() -> Story:
    return evolve(watched(), booked=(place("08:00", "18:00"),))


@keeps(pools.no_pool_is_over_its_ratio)
def three_others_at_two_for_each_nurse() -> Story:
    return evolve(watched(clinic=ward(ratio=2)), booked=(place("08:00", "18:00"),) * 3)


@keeps(pools.no_pool_is_over_its_ratio)
def one_nurse_after_the_other_at_lunch() -> Story:
    clinic = ward(nia=at_lunch("11:00", "11:30"), ned=at_lunch("11:30", "12:00"))
    return watched(clinic=clinic)


@keeps(pools.no_pool_is_over_its_ratio)
def others_leave_as_ours_begins_and_come_as_it_ends() -> Story:
    return evolve(
        watched(), booked=(place("10:00", "11:00"), place("12:15", "14:00"), place("09:00", "18:00"))
    )


@keeps(pools.no_pool_is_over_its_ratio)
def a_nurse_who_shares_elsewhere_still_counts() -> Story:
    row = evolve(busy("nia", "10:00", "13:00"), exclusive=False)
    return evolve(watched(), booked=(place("08:00", "18:00"), row))


@keeps(pools.no_pool_is_over_its_ratio)
def a_nurse_taken_twice_is_away_once() -> Story:
    return evolve(watched(), booked=(busy("nia", "10:00", "13:00"),) * 2)


@keeps(pools.no_pool_is_over_its_ratio)
def a_nurse_alone_at_arrival_beside_one_patient() -> Story:
    story = watched("2027-01-05 10:00", kind=WITH_ARRIVAL)
    return evolve(story, booked=(place("08:00", "11:30"),))


@breaks(pools.no_pool_is_over_its_ratio)
def two_others_for_two_nurses() -> Story:
    return evolve(watched(), booked=(place("11:30", "18:00"),) * 2)


@breaks(pools.no_pool_is_over_its_ratio)
def a_third_patient_in_the_tail_alone() -> Story:
    return evolve(watched(), booked=(place("12:10", "18:00"),) * 2)


@breaks(pools.no_pool_is_over_its_ratio)
def a_nurse_is_taken_alone_elsewhere() -> Story:
    return evolve(watched(), booked=(place("08:00", "18:00"), busy("ned", "11:45", "11:50")))


@breaks(pools.no_pool_is_over_its_ratio)
def both_nurses_at_lunch_for_five_minutes() -> Story:
    return watched(clinic=ward(nia=at_lunch("11:00", "11:35"), ned=at_lunch("11:30", "12:00")))


@breaks(pools.no_pool_is_over_its_ratio)
def a_nurse_alone_at_arrival_leaves_two_patients_to_the_other() -> Story:
    return evolve(watched(kind=WITH_ARRIVAL), booked=(place("08:00", "10:05"),) * 2)


@breaks(pools.no_pool_is_over_its_ratio)
def the_tail_of_an_arrival_leaves_two_patients_to_the_other() -> Story:
    return evolve(watched(kind=WITH_ARRIVAL), booked=(place("10:35", "11:00"),) * 2)


@breaks(pools.no_pool_is_over_its_ratio)
def our_own_next_visit_begins_in_the_tail_of_the_first() -> Story:
    # From 12:00 to 12:10 the first still has its place, and Ned is taken alone for the second.
    first, second = WATCHED, evolve(WITH_ARRIVAL, name="again")
    what = programme("dosing", "again", kinds=(first, second))
    visits = (
        visit(what, "therapy/dosing/1", "2027-01-05 10:00", therapist="tess", treatment="blue"),
        visit(what, "therapy/again/1", "2027-01-05 12:00", therapist="tess", treatment="green", nurse="ned"),
    )
    return Story(
        course=course_of(what),
        appointments=visits,
        clinic=ward(),
        booked=(place("12:00", "12:10"),),
    )
