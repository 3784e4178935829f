"""Four writers want the same times. Who gets which?"""

from __future__ import annotations

import multiprocessing
import sqlite3
import traceback
from datetime import UTC, date, datetime
from multiprocessing.connection import Connection as Pipe
from multiprocessing.synchronize import Barrier
from typing import Any

import psycopg
from attrs import Factory, define, evolve, frozen

from kapsched import (
    Absence,
    Booking,
    Clinic,
    Course,
    Days,
    Diary,
    Horizon,
    Offset,
    Patient,
    Pattern,
    Phase,
    Plan,
    Pool,
    Programme,
    Room,
    Rows,
    Segment,
    SessionKind,
    StaffMember,
    Week,
    enrol,
    find_plan,
)
from tests.own_database import loop

WRITERS = 4
ROUNDS = 500
KEPT = 2
"""Rounds after which the leader takes stock and clears the tables."""
PATIENCE = 60
"""Seconds in which every other writer comes to a barrier, or something hangs."""

NOW = datetime(2027, 1, 1, 9, tzinfo=UTC)
MONDAY = date(2027, 1, 4)
_DAY = (9 * 60, 17 * 60)
_HOURS = Pattern([Week.of(mon=[_DAY], tue=[_DAY], wed=[_DAY], thu=[_DAY], fri=[_DAY])])
CLINIC = Clinic(
    id="quayside",
    zone="Europe/London",
    hours=_HOURS,
    rooms=[
        Room(id="blue", type="treatment", hours=_HOURS),
        Room(id="green", type="treatment", hours=_HOURS),
        Room(id="snug", type="recovery", capacity=2, hours=_HOURS),
    ],
    staff=[
        StaffMember(id="dora", roles=["doctor"], capacity=2, hours=_HOURS),
        StaffMember(id="nia", roles=["nurse"], hours=_HOURS),
        StaffMember(id="ned", roles=["nurse"], hours=_HOURS),
        StaffMember(id="tess", roles=["therapist"], hours=_HOURS),
    ],
    pools=[Pool(role="nurse", ratio=1)],
    grid=30,
    horizon=Horizon(first_day=MONDAY, days=9),
)
_DOSE = SessionKind(
    name="dose",
    segments=[
        Segment(name="arrive", minutes=30, staff=["nurse", "doctor"], room="treatment", shares=["doctor"]),
        Segment(
            name="rest",
            minutes=60,
            staff=["doctor"],
            room="recovery",
            shares=["doctor", "recovery"],
            pools=["nurse"],
            turnaround=15,
        ),
    ],
)
_TALK = SessionKind(
    name="talk",
    segments=[Segment(name="talk", minutes=60, staff=["therapist"], room="treatment", turnaround=30)],
)
_SHORT = Programme(
    name="short",
    version="1",
    kinds=[_DOSE, _TALK],
    phases=[Phase(name="only", order=["dose", "talk"])],
    rules=[Offset(name="after", of="talk", anchor="dose", earliest=Days(1), ideal=Days(1), latest=Days(3))],
)


def course(turn: int, writer: int) -> Course:
    """What a writer books in a round; every two of them for one patient, who is moved while the next is booked."""
    patient = Patient(id=f"q{turn // KEPT}-{writer // 2}")
    return enrol(_SHORT, patient, id=f"c{turn}-{writer}", first_day=MONDAY)


def elsewhen(plan: Plan) -> Course:
    """The course of a plan, whose patient cannot come on the date of the first visit after all."""
    day = plan.appointments[0].start.date()
    return evolve(plan.course, patient=evolve(plan.course.patient, away=[Absence(first=day, last=day)]))


@frozen
class Stock:
    """What stood in the table after some rounds."""

    rounds: range
    rows: tuple[Booking, ...]


@define
class Tale:
    """What one writer lived through: the last plan of each course, how often others were quicker, what it moved."""

    plans: dict[str, Plan] = Factory(dict)
    beaten: int = 0
    moved: int = 0
    stocks: list[Stock] = Factory(list)
    trouble: str = ""


def connected(place: str) -> Any:
    """A connection to an SQLite file, or else to the PostgreSQL whose address is given."""
    if place.endswith(".sqlite"):
        connection = sqlite3.connect(place, timeout=PATIENCE, isolation_level="IMMEDIATE")
        connection.execute("PRAGMA synchronous = OFF")  # the machine will not fail meanwhile
        return connection
    return psycopg.connect(place)


@define
class Writer:
    """One process that books, with the page's own loop."""

    number: int
    connection: Any
    barrier: Barrier
    tale: Tale
    diary: Diary = Factory(lambda: Diary(CLINIC))
    page: dict[str, Any] = Factory(loop)

    def __attrs_post_init__(self) -> None:
        look, change = self.page["look"], self.page["change"]

        def remembered(connection: Any, diary: Diary) -> Diary:
            self.diary = look(connection, diary)
            return self.diary

        def counted(connection: Any, *given: Any) -> bool:
            done: bool = change(connection, *given)
            self.tale.beaten += not done
            return done

        self.page.update(look=remembered, change=counted)

    def race(self, rounds: range) -> None:
        """Book a course at once with everybody else, in each round; now and then move the one before."""
        for turn in rounds:
            self.barrier.wait(PATIENCE)
            plan = self.page["book"](
                course(turn, self.number), self.connection, self.diary, now=NOW, tries=2 * WRITERS
            )
            assert isinstance(plan, Plan), f"{self.number} got {plan} in round {turn}"
            self.tale.plans[plan.course.id] = plan
            before = self.tale.plans.get(course(turn - 1, self.number).id)
            if before and turn % KEPT and (turn + self.number) % 3 == 0:
                self.move(before)
            if turn % KEPT == KEPT - 1:
                self.barrier.wait(PATIENCE)
                if self.number == 0:
                    self.take_stock(range(turn - KEPT + 1, turn + 1))

    def look(self) -> None:
        self.page["look"](self.connection, self.diary)
        self.connection.commit()

    def move(self, before: Plan) -> None:
        """Another plan for a course of ours, if nobody takes its times meanwhile."""
        self.look()
        after = find_plan(elsewhen(before), self.diary.release(before), now=NOW)
        assert isinstance(after, Plan)
        rows = Rows.between(before.bookings, after.bookings)
        if self.page["change"](self.connection, rows, [after], self.diary):
            self.tale.plans[after.course.id] = after
            self.tale.moved += 1

    def take_stock(self, rounds: range) -> None:
        self.look()
        self.tale.stocks.append(Stock(rounds, tuple(self.diary.bookings)))
        self.page["change"](self.connection, Rows(freed=self.diary.bookings), [], self.diary)


def _write(number: int, place: str, rounds: int, barrier: Barrier, answer: Pipe) -> None:
    """What a process of the race does: it answers with its tale, and with what went wrong if anything did."""
    tale = Tale()
    try:
        connection = connected(place)
        try:
            Writer(number, connection, barrier, tale).race(range(rounds))
        finally:
            connection.close()
    except Exception:  # noqa: BLE001  # whatever it was, the others must not wait for it
        barrier.abort()
        tale.trouble = traceback.format_exc()
    answer.send(tale)


def raced(place: str, rounds: int = ROUNDS) -> list[Tale]:
    """What four writers tell of a race in the tables of a database."""
    spawning = multiprocessing.get_context("spawn")
    barrier, tales = spawning.Barrier(WRITERS), []
    ends = [spawning.Pipe(duplex=False) for _ in range(WRITERS)]
    writers = [
        spawning.Process(target=_write, args=(number, place, rounds, barrier, end), daemon=True)
        for number, (_, end) in enumerate(ends)
    ]
    for writer in writers:
        writer.start()
    try:
        for hears, _ in ends:
            assert hears.poll(5 * PATIENCE), "a writer hangs"
            tales.append(hears.recv())
    finally:
        for writer in writers:
            writer.join(1)
            writer.kill()
    return tales
