"""Does a program that reads a feed again and again end with exactly what the schedule says?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from attrs import evolve, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from kapsched.exchange.calendars.feeds import ALL, feeds, index_rows
from kapsched.exchange.calendars.mail_addresses import Organizer
from kapsched.exchange.calendars.messages import messages
from kapsched.model.appointments import Appointment, Sequence
from kapsched.model.bookings import Resource
from kapsched.model.course import Patient
from kapsched.model.plan import Plan, Schedule
from kapsched.model.revisions import succeeding
from tests import calendar_stories as stories
from tests.test_exchange_ics import events

KEY = stories.KEY
TOLD = ("DTSTART", "DTEND", "SUMMARY", "LOCATION", "DESCRIPTION", "STATUS", "CATEGORIES")
Told: TypeAlias = tuple[str, ...]
EVERYBODY = [
    *(Resource("patient", f"q{number}") for number in (1, 2, 3)),
    *(Resource("staff", id) for id in ("imran", "ben", "../../ruth", "zoe")),
    *(Resource("room", id) for id in ("ketamine-1", "Anchor & Co <2>", "attic")),
]
CLINIC = Organizer(address="appointments@example.org", name="Quayside")
ADDRESSES = {one: f"{number}@example.org" for number, one in enumerate(EVERYBODY)}


class Entry(NamedTuple):
    """What a program makes of an entry, and what a person reads of it."""

    uid: str
    rank: tuple[int, datetime]
    cancelled: bool
    told: Told


@lru_cache(maxsize=500)
def entries(content: bytes) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            uid=str(event["UID"]),
            rank=(int(event["SEQUENCE"]), event["DTSTAMP"].dt),
            cancelled=event["STATUS"] == "CANCELLED",
            told=tuple(event[name].to_ical().decode() if name in event else "" for name in TOLD),
        )
        for event in events(content)
    )


def shown(content: bytes) -> set[Told]:
    """What is not cancelled in a file."""
    return {one.told for one in entries(content) if not one.cancelled}


class Merging:
    """A program that keeps whatever it has seen, and takes an entry anew only where it is later than the one it has."""

    def __init__(self) -> None:
        self._kept: dict[str, Entry] = {}

    def read(self, content: bytes) -> None:
        for one in entries(content):
            if one.uid not in self._kept or one.rank > self._kept[one.uid].rank:
                self._kept[one.uid] = one

    @property
    def shows(self) -> set[Told]:
        return {one.told for one in self._kept.values() if not one.cancelled}


@frozen(kw_only=True)
class Change:
    """What becomes of one visit, or of a whole course, in the next version."""

    course: int
    visit: int
    what: str
    later: timedelta


def calendars(schedule: Schedule) -> Mapping[tuple[str, str, str], bytes]:
    """By whose each is, and whether it tells more than when they are busy."""
    named = {
        feed.name: feed.content
        for feed in feeds(schedule, uid_key=KEY, audiences=ALL, also=EVERYBODY, past=None)
    }
    rows = index_rows(schedule, KEY, also=EVERYBODY, audiences=ALL)
    return {(row.file.partition("/")[0], row.type, row.id): named[row.file] for row in rows}


def moved(one: Appointment, by: timedelta) -> Appointment:
    rows = [evolve(row, start=row.start + by, end=row.end + by) for row in one.bookings]
    return evolve(one, start=one.start + by, end=one.end + by, bookings=rows)


def handed(one: Appointment, type: str, old: str, new: str) -> Appointment:
    rows = [
        evolve(row, resource=new) if (row.type, row.resource) == (type, old) else row for row in one.bookings
    ]
    return evolve(one, bookings=rows)


HANDED = {
    "nurse": ("staff", "../../ruth", "zoe"),
    "nurse back": ("staff", "zoe", "../../ruth"),
    "doctor is therapist": ("staff", "imran", "ben"),
    "room": ("room", "ketamine-1", "attic"),
    "room back": ("room", "attic", "ketamine-1"),
}
STATUSES = ("cancelled", "confirmed", "provisional")


def changed(one: Appointment, what: str) -> Appointment:
    if what in HANDED:
        return handed(one, *HANDED[what])
    if what in STATUSES:
        return evolve(one, status=what)  # type: ignore[arg-type]  # it is one of them
    if what == "one stretch":
        rows = [row for row in one.bookings if row.type != "staff" or row.start > one.start]
        return evolve(one, bookings=rows)
    if what == "another role":
        rows = [evolve(row, role="second") if row.role == "therapist" else row for row in one.bookings]
        return evolve(one, bookings=rows)
    if what == "another kind":
        return evolve(one, kind="longer" if one.kind != "longer" else "dosing")
    if what == "notes":
        return evolve(one, notes="N-1" if not one.notes else "")
    return moved(one, timedelta(hours=-1 if what == "moved back" else 1))


OF_A_VISIT = [
    *HANDED,
    *STATUSES,
    "moved",
    "moved back",
    "one stretch",
    "another role",
    "another kind",
    "notes",
]
OF_A_COURSE = ["given up", "planned afresh", "visit gone", "another patient"]
CHANGES = st.builds(
    Change,
    course=st.integers(0, 2),
    visit=st.integers(0, 6),
    what=st.sampled_from([*OF_A_VISIT, *OF_A_COURSE, *OF_A_COURSE]),
    later=st.sampled_from([timedelta(), timedelta(seconds=1), timedelta(hours=5), timedelta(days=2)]),
)


def planned(number: int) -> Plan:
    """A plan made anew, which knows nothing of the one before."""
    fresh = stories.plan(stories.course(f"c{number}", f"q{number}"), date(2027, 3, 8), hour=8 + number)
    return evolve(
        fresh,
        appointments=[
            evolve(one, sequence=Sequence(), created=stories.NOW, revised=stories.NOW)
            for one in fresh.appointments
        ],
    )


def next_version(before: Schedule, change: Change) -> Schedule:
    id = f"c{change.course + 1}"
    plans = {plan.course.id: plan for plan in before.plans}
    plan = plans.pop(id, None)
    now = before.now + change.later
    if change.what == "planned afresh" or (plan is None and change.what != "given up"):
        fresh = planned(change.course + 1)
        plans[id] = evolve(fresh, appointments=[evolve(one, revised=now) for one in fresh.appointments])
    elif plan is not None and change.what != "given up":
        visits, course = list(plan.appointments), plan.course
        at = change.visit % len(visits)
        if change.what == "visit gone":
            del visits[at]
        elif change.what == "another patient":
            course = evolve(course, patient=Patient(id=f"q{int(course.patient.id[1:]) % 3 + 1}"))
        else:
            visits[at] = changed(visits[at], change.what)
        if visits:
            plans[id] = Plan.of(course, visits)
    return succeeding(evolve(before, plans=[plans[one] for one in sorted(plans)], now=now), before)


TEN_CHANGES = st.lists(CHANGES, min_size=10, max_size=10)
SLEEPS = st.lists(st.booleans(), min_size=10, max_size=10)


@given(TEN_CHANGES, SLEEPS)
@settings(max_examples=10)
def test_after_ten_versions_every_program_shows_the_schedule_and_nothing_else(
    changes: list[Change], asleep: list[bool]
) -> None:
    schedule = stories.schedule([planned(1), planned(2)])
    awake, dozing = ({whose: Merging() for whose in calendars(schedule)} for _ in range(2))

    def read(programs: Mapping[Any, Merging], files: Mapping[Any, bytes]) -> None:
        for whose, content in files.items():
            programs[whose].read(content)

    read(awake, calendars(schedule))
    read(dozing, calendars(schedule))
    for change, sleeps in zip(changes, asleep, strict=True):
        schedule = next_version(schedule, change)
        files = calendars(schedule)
        read(awake, files)
        if not sleeps:
            read(dozing, files)
        for whose, content in files.items():
            assert awake[whose].shows == shown(content), (whose, change)
    read(dozing, calendars(schedule))
    for whose, content in calendars(schedule).items():
        assert dozing[whose].shows == shown(content), whose
    assert_says(schedule)


@given(TEN_CHANGES, SLEEPS)
@settings(max_examples=10)
def test_who_is_told_by_mail_has_what_stands_in_their_calendar(
    changes: list[Change], unsent: list[bool]
) -> None:
    """Also where versions are passed over, and the next messages say what is different from the last that were sent."""
    schedule = stories.schedule([planned(1), planned(2)])
    boxes = {one: Merging() for one in EVERYBODY}
    told: Schedule | None = None
    for change, skipped in zip([None, *changes], [False, *unsent], strict=True):
        schedule = schedule if change is None else next_version(schedule, change)
        if skipped:
            continue
        for one in messages(schedule, told, organizer=CLINIC, addresses=ADDRESSES, uid_key=KEY):
            boxes[one.recipient].read(one.content)
        told = schedule
        files = calendars(schedule)
        for whom, box in boxes.items():
            folder = {"patient": "patients", "staff": "staff", "room": "rooms"}[whom.type]
            assert box.shows == shown(files[folder, whom.type, whom.id]), (whom, change)


def assert_says(schedule: Schedule) -> None:
    """The calendars of patients, staff and rooms hold what the schedule says, and no more."""
    files = calendars(schedule)
    there = [one for plan in schedule.plans for one in plan.appointments if one.status != "cancelled"]
    for resource in EVERYBODY:
        folder = {"patient": "patients", "staff": "staff", "room": "rooms"}[resource.type]
        for found in (folder, "busy"):
            entries = [one for one in events(files[found, *resource]) if one["STATUS"] != "CANCELLED"]
            assert sorted((one["DTSTART"].dt, one["DTEND"].dt) for one in entries) == sorted(
                times(there, schedule, resource)
            )


def times(
    there: Iterable[Appointment], schedule: Schedule, of: Resource
) -> Iterable[tuple[datetime, datetime]]:
    """When somebody is taken, by the schedule itself; what touches is one stretch."""
    patients = {plan.course.id: plan.course.patient.id for plan in schedule.plans}
    for one in there:
        if of.type == "patient":
            if patients[one.course] == of.id:
                yield one.start, one.end
            continue
        stretch: tuple[datetime, datetime] | None = None
        for row in sorted((row for row in one.bookings if row.of == of), key=lambda row: row.start):
            if stretch and row.start <= stretch[1]:
                stretch = stretch[0], max(stretch[1], row.end)
                continue
            if stretch:
                yield stretch
            stretch = row.start, row.end
        if stretch:
            yield stretch


def test_a_nurse_who_is_replaced_and_comes_back_sees_each_visit_once() -> None:
    schedule = stories.schedule([planned(1)])
    program = Merging()
    whose = ("staff", "staff", "../../ruth")
    program.read(calendars(schedule)[whose])
    before = program.shows
    for what in ("nurse", "nurse back"):
        schedule = next_version(schedule, Change(course=0, visit=1, what=what, later=timedelta(hours=1)))
        program.read(calendars(schedule)[whose])
        assert (program.shows == before) is (what == "nurse back")
