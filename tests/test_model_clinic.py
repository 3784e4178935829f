"""When is a clinic open, who and what is there, and how soon may something start?"""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from kapsched.errors import Fault, InvalidInput
from kapsched.model.bookings import Resource
from kapsched.model.clinic import Clinic, Horizon, Notice, Room, StaffMember
from kapsched.model.phases import Phase
from kapsched.model.programme import Programme, Segment, SessionKind
from kapsched.timeline.recurrence import Absence, DaySpan, Pattern, Week
from kapsched.timeline.zones import zone

LONDON = zone("Europe/London")
WORKING = Pattern((Week.of(**{day: [(540, 1020)] for day in ("mon", "tue", "wed", "thu", "fri")}),))
MORNINGS = Pattern((Week.of(**{day: [(480, 780)] for day in ("mon", "wed", "sat")}),))
LUNCH = Pattern((Week.of(mon=[(720, 750)]),))
EASTER = (
    Absence(first=date(2027, 3, 26), last=date(2027, 3, 26)),
    Absence(first=date(2027, 3, 29), last=date(2027, 3, 29)),
)


def clinic(**said: Any) -> Clinic:
    return Clinic(
        **{
            "id": "quayside",
            "zone": "Europe/London",
            "hours": WORKING,
            "rooms": [
                Room(id="blue", type="treatment"),
                Room(id="oak", type="therapy"),
                Room(id="ash", type="therapy"),
            ],
            "staff": [
                StaffMember(id="dora", roles=["doctor"], hours=WORKING),
                StaffMember(id="tess", roles=["therapist", "nurse"], hours=MORNINGS, breaks=LUNCH),
            ],
            "closed": EASTER,
            "horizon": Horizon(first_day=date(2027, 1, 4), days=364),
            **said,
        }
    )


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def hours_of(found: Any) -> list[tuple[str, str]]:
    """Each stretch as London's clocks show its edges."""
    return [
        tuple(edge.astimezone(LONDON).strftime("%a %H:%M") for edge in (one.start, one.end)) for one in found
    ]


# What is there.


def test_rooms_and_staff_are_found_by_what_they_are_in_the_order_of_the_file() -> None:
    assert [room.id for room in clinic().rooms_of("therapy")] == ["oak", "ash"]
    assert [one.id for one in clinic().staff_of("nurse")] == ["tess"]
    assert clinic().rooms_of("lounge") == () == clinic().staff_of("")
    assert [resource.id for resource in clinic().by_resource] == ["blue", "oak", "ash", "dora", "tess"]


def test_a_room_and_a_member_of_staff_may_have_one_id() -> None:
    both = clinic(
        rooms=[Room(id="17", type="therapy")], staff=[StaffMember(id="17", roles=(), hours=WORKING)]
    )
    assert isinstance(both.by_resource[Resource("room", "17")], Room)
    assert isinstance(both.by_resource[Resource("staff", "17")], StaffMember)


def test_a_clinic_pickles_with_or_without_its_hours_worked_out() -> None:
    for value in (clinic(), clinic().rooms[0], clinic().staff[1], Notice(hours=2), clinic().horizon):
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301  # our own pickle
    used = clinic()
    open_time = used.open_time(date(2027, 1, 4), date(2027, 1, 8))
    assert len(used.by_resource) == 5
    back = pickle.loads(pickle.dumps(used))  # noqa: S301
    assert back == used
    assert back.open_time(date(2027, 1, 4), date(2027, 1, 8)) == open_time


# When it is open.


def test_a_clinic_is_open_at_its_hours_less_its_closures() -> None:
    assert hours_of(clinic().open_time(date(2027, 3, 25), date(2027, 3, 30))) == [
        ("Thu 09:00", "Thu 17:00"),
        ("Tue 09:00", "Tue 17:00"),
    ]


def test_somebody_is_there_in_their_own_hours_within_the_clinic_s_less_breaks_and_leave() -> None:
    leave = Absence(weekdays={2}, span=DaySpan(600, 660))
    tess = StaffMember(id="tess", roles=["therapist"], hours=MORNINGS, breaks=LUNCH, away=[leave])
    there = clinic(staff=[tess]).working_time(Resource("staff", "tess"), date(2027, 1, 4), date(2027, 1, 10))
    assert hours_of(there) == [
        ("Mon 09:00", "Mon 12:00"),
        ("Mon 12:30", "Mon 13:00"),
        ("Wed 09:00", "Wed 10:00"),
        ("Wed 11:00", "Wed 13:00"),
    ]


def test_a_room_without_hours_of_its_own_has_the_clinic_s() -> None:
    first, last = date(2027, 3, 22), date(2027, 4, 4)
    assert clinic().working_time(Resource("room", "oak"), first, last) == clinic().open_time(first, last)


def test_what_is_asked_twice_is_worked_out_once() -> None:
    same = clinic()
    resource, week = Resource("staff", "tess"), (date(2027, 1, 4), date(2027, 1, 8))
    assert same.working_time(resource, *week) is same.working_time(resource, *week)
    assert same.open_time(*week) is same.open_time(*week)


def test_a_horizon_includes_both_its_ends() -> None:
    week = Horizon(first_day=date(2027, 3, 22), days=7)
    assert week.last_day == date(2027, 3, 28)
    assert week.edges(LONDON) == (datetime(2027, 3, 22, tzinfo=UTC), datetime(2027, 3, 28, 23, tzinfo=UTC))


# How soon.


@settings(deadline=None)
@given(
    st.integers(0, 60 * 24 * 365),
    st.integers(0, 200),
    st.sampled_from(["UTC", "Europe/London", "Asia/Kolkata"]),
)
def test_notice_in_hours_is_elapsed_time_whatever_clock_asks(
    minutes: int, notice: int, asked_in: str
) -> None:
    now = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = clinic(notice=Notice(hours=notice)).earliest_start(now.astimezone(zone(asked_in)))
    assert found == now + timedelta(hours=notice)
    assert found.tzinfo is UTC


def test_a_day_of_notice_across_the_march_clock_change_is_24_hours() -> None:
    found = clinic(notice=Notice(hours=24)).earliest_start(london("2027-03-27T10:00"))
    assert found == london("2027-03-28T11:00")


@pytest.mark.parametrize(
    ("now", "open_days", "earliest"),
    [
        ("2027-03-22T10:00", 1, "2027-03-24"),  # Monday: Tuesday passes
        ("2027-03-22T00:00", 2, "2027-03-25"),
        ("2027-03-25T16:00", 1, "2027-03-31"),  # Thursday before Easter: the Tuesday after passes
        ("2027-03-25T16:00", 2, "2027-04-01"),
        ("2027-03-26T09:00", 1, "2027-03-31"),  # asked on a closed day
        ("2027-03-27T23:59", 1, "2027-03-31"),
        ("2027-03-22T10:00", 0, "2027-03-22T10:00"),
    ],
)
def test_notice_in_open_days_passes_over_closed_ones(now: str, open_days: int, earliest: str) -> None:
    asked = clinic(notice=Notice(open_days=open_days))
    assert asked.earliest_start(london(now)) == london(earliest)
    assert asked.earliest_start(london(now).astimezone(zone("Pacific/Auckland"))) == london(earliest)


def test_of_hours_and_open_days_the_later_counts() -> None:
    both = clinic(notice=Notice(hours=240, open_days=1))
    assert both.earliest_start(london("2027-06-01T10:00")) == london("2027-06-11T10:00")


def test_a_clinic_that_never_opens_gives_notice_for_ever() -> None:
    never = clinic(closed=[Absence()], notice=Notice(open_days=1))
    assert never.earliest_start(london("2027-01-04T10:00")) > london("2036-01-01")


def test_the_time_of_asking_is_aware() -> None:
    with pytest.raises(InvalidInput, match="does not say in which time zone"):
        clinic().earliest_start(datetime(2027, 1, 4, 9))  # noqa: DTZ001  # naive on purpose


# What it cannot give.


def test_what_a_programme_asks_for_in_vain_is_said_segment_by_segment() -> None:
    kinds = [
        SessionKind(
            name="dosing",
            segments=[
                Segment(name="dose", minutes=60, staff=["doctor", "surgeon", "surgeon"], room="theatre"),
                Segment(name="recovery", minutes=60, staff=["nurse"], room="treatment"),
            ],
        ),
        SessionKind(
            name="talk", segments=[Segment(name="talk", minutes=50, staff=["priest"], room="therapy")]
        ),
    ]
    asking = Programme(name="p", version="1", kinds=kinds, phases=[Phase(name="a", order=["dosing", "talk"])])
    assert clinic().faults_with(asking) == (
        Fault(
            "nobody at quayside is a 'surgeon'; there are doctor, therapist, nurse",
            "kinds.dosing.segments.dose.staff",
        ),
        Fault(
            "quayside has no 'theatre' room; there are treatment, therapy", "kinds.dosing.segments.dose.room"
        ),
        Fault(
            "nobody at quayside is a 'priest'; there are doctor, therapist, nurse",
            "kinds.talk.segments.talk.staff",
        ),
    )


def test_a_programme_that_the_clinic_can_give_has_no_faults() -> None:
    talk = SessionKind(
        name="talk",
        segments=[Segment(name="talk", minutes=50, staff=["nurse"]), Segment(name="rest", minutes=10)],
    )
    asking = Programme(name="p", version="1", kinds=[talk], phases=[Phase(name="a", order=["talk"])])
    assert clinic().faults_with(asking) == ()


# What is refused.


def test_everything_wrong_with_a_clinic_is_said_at_once() -> None:
    twice = [Room(id="blue", type="treatment"), Room(id="blue", type="therapy")]
    tess = StaffMember(id="tess", roles=["nurse"], hours=WORKING)
    with pytest.raises(InvalidInput) as caught:
        clinic(id="", zone="Europe/Atlantis", grid=25, rooms=twice, staff=[tess, tess, tess])
    assert [(fault.path, fault.message) for fault in caught.value.faults] == [
        ("id", "some text is wanted, not a blank"),
        ("zone", "there is no time zone 'Europe/Atlantis'; a name such as 'Europe/London' is wanted"),
        ("grid", "starts every 25 minutes do not fit an hour; a divisor of 60 is wanted"),
        ("rooms.blue", "two rooms have the id 'blue'"),
        ("staff.tess", "two staff have the id 'tess'"),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "a\x1b[0m"),
        ("zone", "../../x"),
        ("zone", None),
        ("zone", ["UTC"]),
        ("hours", [WORKING]),
        ("rooms", "ab"),
        ("rooms", clinic().staff),
        ("staff", [None]),
        ("closed", [date(2027, 12, 25)]),
        ("grid", 0),
        ("grid", -15),
        ("grid", 120),
        ("grid", True),
        ("grid", 15.0),
        ("notice", 24),
        ("horizon", 365),
    ],
)
def test_a_clinic_of_something_else_is_refused(field: str, value: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        clinic(**{field: value})
    assert [fault.path for fault in caught.value.faults] == [field]


@pytest.mark.parametrize("grid", [1, 5, 10, 15, 20, 30, 60])
def test_a_grid_divides_the_hour(grid: int) -> None:
    assert clinic(grid=grid).grid == grid


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("id", "x" * 201),
        ("type", None),
        ("capacity", 0),
        ("capacity", True),
        ("capacity", 2.0),
        ("hours", Week.of()),
        ("away", [date(2027, 1, 1)]),
    ],
)
def test_a_room_that_cannot_be_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        evolve(clinic().rooms[0], **{field: value})
    assert [fault.path for fault in caught.value.faults] == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "\n"),
        ("id", 7),
        ("roles", "doctor"),
        ("roles", ["doctor", ""]),
        ("roles", [1]),
        ("hours", None),
        ("breaks", Absence()),
        ("away", [None]),
        ("capacity", "2"),
        ("capacity", -1),
        ("name", None),
        ("name", "Tess\ud800"),
    ],
)
def test_a_member_of_staff_that_cannot_be_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        evolve(clinic().staff[1], **{field: value})
    assert [fault.path for fault in caught.value.faults] == [field]


def test_a_name_is_a_label_that_no_message_shows() -> None:
    assert "Theresa" not in repr(evolve(clinic().staff[1], name="Theresa Invented"))


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"days": 0}, "days"),
        ({"days": 3661}, "days"),
        ({"days": True}, "days"),
        ({"days": 7.5}, "days"),
        ({"first_day": datetime(2027, 1, 4, tzinfo=UTC)}, "first_day"),
        ({"first_day": "2027-01-04"}, "first_day"),
        ({"first_day": date(9999, 12, 1)}, "first_day"),
    ],
)
def test_a_horizon_that_cannot_be_is_refused(said: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Horizon(**{"first_day": date(2027, 1, 4), "days": 7, **said})
    assert [fault.path for fault in caught.value.faults] == [path]


@pytest.mark.parametrize("field", ["hours", "open_days"])
@pytest.mark.parametrize("value", [-1, True, 1.5, "24", None, 10**9])
def test_notice_is_a_whole_number_of_hours_or_days(field: str, value: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        Notice(**{field: value})  # type: ignore[arg-type]  # the point of the test
    assert [fault.path for fault in caught.value.faults] == [field]
