"""Can one diary serve many at once? Threads and processes that share it plan as one alone would."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date
from multiprocessing import get_context
from threading import Barrier
from time import sleep

import pytest
from attrs import evolve

from kapsched.exchange.schedule_documents import to_document
from kapsched.model.bookings import Booking, Bookings, Resource
from kapsched.model.clinic import Clinic, Horizon
from kapsched.model.course import Course, Patient, enrol
from kapsched.model.plan import Plan, Refusal, Schedule
from kapsched.model.programme import Segment, SessionKind
from kapsched.planning.diary import Diary
from kapsched.timeline import zones
from kapsched.workflow.one_course import find_plan
from tests.pool_stories import WITH_ARRIVAL, ward
from tests.stories import london, programme, taken

HORIZON = Horizon(first_day=date(2027, 3, 22), days=21)
NOW = london("2027-03-19 09:00")
MANY = 8
OTHERS = (
    taken("room", "blue", "2027-03-23 09:00", "2027-03-24 12:00"),
    taken("staff", "dora", "2027-03-24 08:00", "2027-03-24 13:00"),
)
# One answer, as a caller sees it and as it is written.
Answer = tuple[Plan | Refusal, int, str]


def crossing() -> Clinic:
    """Quayside with a pool of two nurses, one patient each."""
    return evolve(ward(), horizon=HORIZON)


def kind(minutes: int) -> SessionKind:
    """A talk of so many minutes: each length is measured by itself, some in a diary with finer bits."""
    talk = Segment(name="talk", minutes=minutes, staff=("therapist",), room="therapy")
    return SessionKind(name=f"talk-{minutes}", segments=(talk,))


def course(number: int) -> Course:
    """The course of one of the many: no two ask for visits of the same lengths."""
    talks = [kind(20 + 10 * number), kind(33 + number)]
    dose = evolve(WITH_ARRIVAL, name="dosing")
    what = programme(*(one.name for one in talks), "dosing", kinds=(*talks, dose), times=1)
    patient = Patient(id=f"q{number}")
    return enrol(what, patient, id=f"c{number}", first_day=date(2027, 3, 22))


def busy(number: int) -> tuple[Booking, ...]:
    """What one of the many has booked since: both therapists on the first day, nurses of the pool on the next."""
    since = 9 + number % 3
    return (
        *(
            taken("staff", one, f"2027-03-22 0{number % 3 + 7}:00", "2027-03-22 18:00", ref=f"r{number}")
            for one in ("tess", "tom")
        ),
        taken("pool", "nurse", "2027-03-23 08:00", "2027-03-23 12:00", exclusive=False, ref=f"r{number}"),
        taken("staff", "ned", f"2027-03-23 {since:02}:00", "2027-03-23 17:00", ref=f"r{number}"),
    )


def answer(course: Course, diary: Diary) -> Answer:
    """A course planned in a diary: the answer with its cost and proof, its steps, and the document's bytes."""
    found = find_plan(course, diary, now=NOW)
    schedule = Schedule(
        clinic=diary.clinic.id,
        zone=diary.clinic.zone,
        digest="",
        tzdata="",
        horizon=diary.horizon,
        now=NOW,
        plans=[found] if isinstance(found, Plan) else [],
        refusals=[found] if isinstance(found, Refusal) else [],
    )
    return found, found.steps, to_document(schedule)


def answers(diary: Diary, own: Course, more: Sequence[Booking]) -> list[Answer]:
    """All that one of the many asks of a diary: as it is, with more in it, and with that taken out again."""
    fuller = diary.with_bookings(add=more)
    emptier = fuller.with_bookings(remove=more)
    return [answer(own, one) for one in (diary, fuller, emptier)]


def asked_in_a_process(diary: Diary, number: int) -> tuple[str, list[Answer]]:
    """What a worker finds, and by what seed its hashes differ from ours."""
    return os.environ["PYTHONHASHSEED"], answers(diary, course(number), busy(number))


@pytest.fixture(scope="module")
def alone() -> list[list[Answer]]:
    """What each finds in a diary of its own."""
    found = [
        answers(Diary(crossing(), booked=OTHERS), course(number), busy(number)) for number in range(MANY)
    ]
    plans = [one for some in found for one, _, _ in some]
    assert all(isinstance(one, Plan) and one.proved_through == "all" for one in plans)
    # The rows matter, or planning beside them would prove nothing.
    assert all(here == again for here, _, again in found)
    assert sum(here != fuller for here, fuller, _ in found) >= MANY // 2
    return found


@pytest.fixture
def hurried() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_eight_threads_that_share_a_diary_plan_as_each_would_alone(
    alone: list[list[Answer]], hurried: None
) -> None:
    shared, together = Diary(crossing(), booked=OTHERS), Barrier(MANY)

    def at_once(number: int) -> list[Answer]:
        own, more = course(number), busy(number)
        together.wait()
        return answers(shared, own, more)

    with ThreadPoolExecutor(MANY) as pool:
        assert list(pool.map(at_once, range(MANY))) == alone


def test_a_diary_can_be_changed_while_others_measure_it(hurried: None) -> None:
    diary, resources, together = Diary(crossing()), tuple(crossing().by_resource), Barrier(MANY)

    def measure(number: int) -> None:
        together.wait()
        for length in range(1 + number, 400, MANY):
            for resource in resources:
                diary.runs(resource, length, True)

    def change(number: int) -> list[Diary]:
        together.wait()
        return [diary.with_bookings(add=busy(number)) for _ in range(40)]

    with ThreadPoolExecutor(MANY) as pool:
        measuring = [pool.submit(measure, number) for number in range(MANY // 2)]
        changing = [pool.submit(change, number) for number in range(MANY // 2, MANY)]
        changed = [one.result() for one in changing]
        assert [one.result() for one in measuring] == [None] * (MANY // 2)
    for number, some in enumerate(changed, MANY // 2):
        expected = Diary(crossing(), booked=busy(number))
        for one in some[::10]:
            assert one == expected
            assert lengths(one, resources) == lengths(expected, resources)


def lengths(diary: Diary, resources: Sequence[Resource]) -> list[int]:
    return [diary.runs(resource, length, True) for resource in resources for length in range(1, 20)]


def test_a_finer_diary_is_seen_by_others_only_when_all_of_it_is_measured(hurried: None) -> None:
    diaries, together = [Diary(crossing()) for _ in range(10)], Barrier(MANY)

    def finer(number: int) -> list[list[int]]:
        together.wait()
        return [[found.free(one).whole for one in found.clinic.by_resource] for found in at_step_1()]

    def at_step_1() -> list[Diary]:
        return [diary.at_step(1) for diary in diaries]

    with ThreadPoolExecutor(MANY) as pool:
        seen = list(pool.map(finer, range(MANY)))
    assert seen == [seen[0]] * MANY
    assert list(map(id, at_step_1())) == list(map(id, at_step_1()))


def test_threads_that_ask_for_a_zone_at_once_get_one_object(monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(name: str) -> bytes:
        found = read(name)
        sleep(0.05)
        return found

    read = zones.tzif
    monkeypatch.setattr(zones, "tzif", slowly)
    # No other test asks for it.
    with ThreadPoolExecutor(MANY) as pool:
        found = list(pool.map(zones.zone, ["Atlantic/South_Georgia"] * MANY))
    assert {id(one) for one in found} == {id(zones.zone("Atlantic/South_Georgia"))}


def test_processes_that_are_sent_a_diary_plan_in_it_as_it_is_planned_here(
    alone: list[list[Answer]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Workers that start afresh share no memory, and there sets have another order.
    other = "17" if os.environ.get("PYTHONHASHSEED") != "17" else "18"
    monkeypatch.setenv("PYTHONHASHSEED", other)
    diary = Diary(crossing(), booked=OTHERS)
    answer(course(0), diary)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(asked_in_a_process, [diary] * 4, range(4), chunksize=2))
    assert found == [(other, one) for one in alone[:4]]


def test_a_pickled_diary_holds_what_is_free_and_not_what_was_asked_of_it() -> None:
    diary = Diary(crossing(), booked=OTHERS)
    fresh = pickle.dumps(diary)
    answer(course(0), diary)
    assert pickle.dumps(diary) == fresh
    again: Diary = pickle.loads(fresh)  # noqa: S301  # our own bytes
    assert (again, again.bookings) == (diary, Bookings(OTHERS))
    for resource in diary.clinic.by_resource:
        ours, theirs = diary.free(resource), again.free(resource)
        assert (ours.working, ours.whole, ours.shared) == (theirs.working, theirs.whole, theirs.shared)
