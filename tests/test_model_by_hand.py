"""Does an appointment made by hand book what the planner would have booked?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from kapsched import (
    Appointment,
    Course,
    Diary,
    InvalidInput,
    Patient,
    Plan,
    Programme,
    enrol,
    find_plan,
    load_preset,
    read_clinic,
    verify,
)
from kapsched.model.phases import Phase
from kapsched.model.programme import Segment, SessionKind
from kapsched.timeline.zones import zone
from tests.fences import ROOT
from tests.oracles.clinics import Case, pooled_case, random_case
from tests.oracles.compare import planned

NINE = datetime(2027, 1, 4, 9, tzinfo=UTC)
ARRIVAL = Segment(name="arrival", minutes=15, staff=["nurse"], room="treatment")
DOSE = Segment(
    name="dose",
    minutes=40,
    staff=["doctor", "nurse", "nurse"],
    room="treatment",
    shares=["doctor"],
    pools=["watch"],
    tail=5,
)
REST = Segment(name="rest", minutes=30, staff=["nurse"], room="lounge", shares=["lounge"], turnaround=10)


def course(*segments: Segment, handover: tuple[str, ...] = ()) -> Course:
    kind = SessionKind(name="dosing", segments=segments, handover=handover)
    programme = Programme(
        name="short", version="1", kinds=[kind], phases=[Phase(name="only", order=["dosing"])]
    )
    return enrol(programme, Patient(id="q17"), id="c17", first_day=date(2027, 1, 4))


def made(course: Course, **named: Mapping[str, object]) -> Appointment:
    return Appointment.of(course, "only/dosing/1", NINE, **named)  # type: ignore[arg-type]


def rows(one: Appointment) -> set[tuple[str, str, str, int, int, bool]]:
    """What is booked, in minutes from the start."""

    def after(moment: datetime) -> int:
        return (moment - NINE) // timedelta(minutes=1)

    return {
        (row.type, row.resource, row.role, after(row.start), after(row.end), row.exclusive)
        for row in one.bookings
    }


def test_all_that_a_visit_takes_follows_from_its_session() -> None:
    one = made(
        course(ARRIVAL, DOSE, REST),
        staff={"nurse": ["nia", "hana"], "doctor": "amara"},
        rooms={"treatment": "cove", "lounge": ["sofa"]},
    )
    assert rows(one) == {
        ("patient", "q17", "", 0, 85, True),
        ("staff", "nia", "nurse", 0, 85, True),
        ("staff", "hana", "nurse", 15, 60, True),
        ("staff", "amara", "doctor", 15, 60, False),
        ("room", "cove", "", 0, 55, True),
        ("room", "sofa", "", 55, 95, False),
        ("pool", "watch", "", 15, 60, False),
    }
    assert (one.end, one.kind, one.id) == (NINE + timedelta(minutes=85), "dosing", "c17:only/dosing/1")
    assert {row.ref for row in one.bookings} == {one.id}


def test_who_hands_over_is_named_in_the_order_of_the_segments() -> None:
    one = made(
        course(ARRIVAL, DOSE, REST, handover=("nurse",)),
        staff={"nurse": ["nia", "hana", "olu", "nia"], "doctor": "amara"},
        rooms={"treatment": "cove", "lounge": "sofa"},
    )
    assert {row for row in rows(one) if row[2] == "nurse"} == {
        ("staff", "nia", "nurse", 0, 15, True),
        ("staff", "hana", "nurse", 15, 60, True),
        ("staff", "olu", "nurse", 15, 60, True),
        ("staff", "nia", "nurse", 55, 85, True),
    }


def test_who_could_hand_over_and_does_not_is_named_once() -> None:
    people = {"staff": {"nurse": ("nia", "hana"), "doctor": "amara"}}
    places = {"rooms": {"treatment": "cove", "lounge": "sofa"}}
    stays = made(course(ARRIVAL, DOSE, REST), **people, **places)
    could = made(course(ARRIVAL, DOSE, REST, handover=("nurse",)), **people, **places)
    assert could.bookings == stays.bookings


def test_a_visit_ends_on_the_clocks_it_started_on() -> None:
    before = datetime(2027, 10, 31, 1, 50, tzinfo=zone("Europe/London"))
    one = Appointment.of(
        course(ARRIVAL), "only/dosing/1", before, staff={"nurse": "nia"}, rooms={"treatment": "cove"}
    )
    assert one.end.isoformat() == "2027-10-31T01:05:00+00:00"
    assert {row.end for row in one.bookings} == {datetime(2027, 10, 31, 1, 5, tzinfo=UTC)}


def test_the_time_it_was_made_is_kept() -> None:
    one = Appointment.of(
        course(ARRIVAL),
        "only/dosing/1",
        NINE,
        staff={"nurse": "nia"},
        rooms={"treatment": "cove"},
        status="confirmed",
        now=NINE,
    )
    assert (one.created, one.revised, one.status) == (NINE, NINE, "confirmed")


def test_all_that_is_named_amiss_is_said_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        made(
            course(ARRIVAL, DOSE, REST, handover=("nurse",)),
            staff={"nurse": ["nia", "hana", "olu"], "porter": "pat"},
            rooms={"treatment": ["cove", "bay"], "lounge": 5},
        )
    assert [str(fault) for fault in caught.value.faults] == [
        "staff.porter: dosing needs no 'porter'; it needs nurse, doctor",
        "staff.nurse: dosing needs 2 'nurse' at once, or 4 in turn; 3 are named",
        "staff.doctor: dosing needs 'doctor'; say which",
        "rooms.treatment: dosing needs 1 'treatment' at once; 2 are named",
        "rooms.lounge: several are wanted, in a list, not 5",
    ]


def test_a_session_that_the_course_does_not_have_is_refused() -> None:
    with pytest.raises(
        InvalidInput, match="course 'c17' has no session 'only/dosing/2'; it has only/dosing/1"
    ):
        Appointment.of(course(ARRIVAL), "only/dosing/2", NINE)


# The planner's own appointments, made again by hand.


def namings(one: Appointment, kind: SessionKind, type: str) -> Iterator[dict[str, tuple[str, ...]]]:
    """Every way to name the units of one type that the appointment books."""
    asked: dict[str, list[int]] = {}
    for segment in kind.segments:
        names = segment.staff if type == "staff" else (segment.room,) if segment.room else ()
        for name in dict.fromkeys(names):
            asked.setdefault(name, []).append(names.count(name))
    ways = []
    for name, counts in asked.items():
        wanted = sum(counts) if name in kind.handover else max(counts)
        units = sorted({row.resource for row in one.bookings if row.type == type and row.role in ("", name)})
        ways.append(list(product(units, repeat=wanted)))
    return (dict(zip(asked, way, strict=True)) for way in product(*ways))


def made_again(one: Appointment, course: Course, now: datetime) -> Iterator[Appointment]:
    kind = course.planned.by_id[one.session].kind
    for people, places in product(namings(one, kind, "staff"), namings(one, kind, "room")):
        yield Appointment.of(course, one.session, one.start, staff=people, rooms=places, now=now)


def plans(draw: Callable[[int], Case], seeds: range) -> Iterator[tuple[Case, Plan]]:
    for seed in seeds:
        case = draw(seed)
        found = planned(case)
        if isinstance(found, Plan) and found.appointments:
            yield case, found


def again(plan: Plan, now: datetime) -> list[Appointment]:
    """The plan's appointments made by hand, each equal to the planner's."""
    found = []
    for one in plan.appointments:
        same = (other for other in made_again(one, plan.course, now) if other == one)
        found.append(next(same, None))
        assert found[-1] is not None, one
    return [one for one in found if one is not None]


@pytest.mark.parametrize(("draw", "seeds"), [(random_case, range(60)), (pooled_case, range(40))])
def test_whatever_the_planner_books_can_be_made_by_hand(draw: Callable[[int], Case], seeds: range) -> None:
    seen: set[tuple[str, bool]] = set()
    for case, plan in plans(draw, seeds):
        by_hand = again(plan, case.now)
        clinic, booked = case.clinic, case.booked
        report = verify(by_hand, case.course, clinic, booked=booked, now=case.now, horizon=clinic.horizon)
        assert not report.new, case.seed
        assert Plan.of(case.course, by_hand).bookings == plan.bookings
        seen |= {(row.type, row.exclusive) for row in plan.bookings}
    assert ("staff", False) in seen
    assert ("pool", False) in seen or draw is random_case


def test_whom_the_planner_lets_hand_over_can_be_named_by_hand() -> None:
    clinic, programme = read_clinic(ROOT / "examples" / "harbour" / "clinic.toml"), load_preset("iv-six@1")
    first, second = (enrol(programme, Patient(id=id), id=id, first_day=date(2027, 1, 4)) for id in ("a", "b"))
    diary, now = Diary(clinic), datetime(2026, 12, 1, 9, tzinfo=UTC)
    plan = find_plan(first, diary, now=now)
    assert isinstance(plan, Plan)
    later = find_plan(second, diary.book(plan), now=now)
    assert isinstance(later, Plan)
    assert len(later.appointments[0].staff("nurse")) == 2
    assert verify(again(later, now), second, clinic, booked=plan.bookings).clean
