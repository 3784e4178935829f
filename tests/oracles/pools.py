"""What if the nurses were a pool? A drawn case in which patients are watched by all of them together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from random import Random

from attrs import evolve

from kapsched.model.bookings import Booking
from kapsched.model.clinic import Clinic, Pool, StaffMember
from kapsched.model.programme import Programme, Segment, SessionKind
from kapsched.timeline.recurrence import DaySpan, Pattern
from kapsched.timeline.zones import midnight, zone
from tests.oracles.frames import Frame, each_week, part_of_a_day

NURSE = "nurse"


def pooled_clinic(dice: Random, frame: Frame, clinic: Clinic) -> Clinic:
    """The clinic in which the nurses are a pool, and nothing but nurses; perhaps with one more of them."""
    staff = [_in_one_team(one) for one in clinic.staff]
    nurses = [one for one in staff if NURSE in one.roles]
    if dice.random() < 0.6:
        hours = (
            clinic.hours
            if dice.random() < 0.6
            else each_week({day: (part_of_a_day(dice, frame, 90),) for day in frame.open_weekdays})
        )
        nurses.append(evolve(nurses[0], id="nurse9", hours=hours, away=()))
        staff.insert(dice.randrange(len(staff) + 1), nurses[-1])
    if dice.random() < 0.7:
        begin = dice.randrange(frame.opens, frame.closes - 60, 30)
        breaks = {one.id: _break(begin + 30 * turn) for turn, one in enumerate(nurses)}
        staff = [evolve(one, breaks=breaks.get(one.id, one.breaks)) for one in staff]
    return evolve(clinic, staff=staff, pools=(Pool(role=NURSE, ratio=dice.choice((1, 1, 1, 2))),))


def _in_one_team(one: StaffMember) -> StaffMember:
    """Each with the role that their name says, where they might also be a nurse."""
    if NURSE not in one.roles or len(one.roles) == 1:
        return one
    own = one.roles[0]
    return evolve(one, roles=(own,))


def _break(begin: int) -> Pattern:
    return each_week(dict.fromkeys(range(7), (DaySpan(begin, begin + 30),)))


def pooled_programme(dice: Random, family: str, programme: Programme) -> Programme:
    """The programme in which whoever shared a nurse is watched by the pool."""
    by_name = 0.8 if family == "tiny" else 0.3
    return evolve(programme, kinds=[_pooled_kind(dice, kind, by_name) for kind in programme.kinds])


def _pooled_kind(dice: Random, kind: SessionKind, by_name: float) -> SessionKind:
    if kind.name != "dosing" and dice.random() < by_name:
        # A nurse by name, who is shared, in the midst of those that are counted together.
        first, *others = kind.segments
        staff, shares = (*first.staff, NURSE), (*first.shares, NURSE)
        return evolve(kind, segments=(evolve(first, staff=staff, shares=shares), *others))
    if kind.name != "dosing":
        return kind
    *before, recovery = kind.segments
    alone = NURSE in recovery.staff and NURSE not in recovery.shares and dice.random() < 0.5
    staff = recovery.staff if alone else tuple(role for role in recovery.staff if role != NURSE)
    shares = tuple(one for one in recovery.shares if one != NURSE)
    tail = dice.choice((0, 0, 15, 30))
    segments = [*before, evolve(recovery, staff=staff, shares=shares, pools=(NURSE,), tail=tail)]
    if dice.random() < 0.25:
        room = before[0].room if before else None
        arrival = Segment(
            name="arrival",
            minutes=30,
            staff=(NURSE,),
            room=room,
            pools=(NURSE,) if dice.random() < 0.2 else (),
            tail=dice.choice((0, 15)),
        )
        segments.insert(0, arrival)
    return evolve(kind, segments=segments)


def pool_bookings(dice: Random, frame: Frame) -> Iterator[Booking]:
    """Other patients of the pool, some off the grid."""
    often = 0.6
    for offset in range(frame.days):
        while dice.random() < often:
            span = part_of_a_day(dice, frame, 50)
            day = frame.first + timedelta(days=offset)
            begin = midnight(day, zone(frame.zone)).astimezone(UTC) + timedelta(minutes=span.start)
            yield Booking(
                type="pool",
                resource=NURSE,
                start=begin,
                end=begin + timedelta(minutes=span.end - span.start),
                exclusive=False,
                ref="already there",
            )
