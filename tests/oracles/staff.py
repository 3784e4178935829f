"""Who works there? Staff drawn at random: their roles, shifts, breaks and leave."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from kapsched.model.clinic import StaffMember
from kapsched.timeline.recurrence import Absence, DaySpan, Pattern, Week
from tests.oracles.frames import Frame, each_week, part_of_a_day, some_day


def random_staff(dice: Random, frame: Frame) -> tuple[StaffMember, ...]:
    """One or two doctors, two or three therapists, one or two nurses; some of them with a second role."""
    tiny = frame.family == "tiny"
    steady = frame.family in ("steady", "tiny")
    in_turn = steady or dice.random() < 0.85
    found, turns, relay = [], _turns(dice, frame), _relay(dice, frame)
    handed_over = steady and dice.random() < 0.3
    for role, number in (
        ("doctor", 1 if tiny else dice.choice((1, 2))),
        ("therapist", 2 if tiny else dice.choice((2, 2, 2, 3) if steady else (2, 3, 3))),
        ("nurse", 1),
    ):
        for place in range(number):
            roles = [role]
            scarce = role == "nurse" and frame.family == "crowded"
            whole_time = (
                0.3 if scarce else (0.6 if tiny else 0.7) if role == "nurse" else 0.97 if steady else 0.9
            )
            if dice.random() < (0.1 if steady else 0.25):
                roles.append({"doctor": "therapist", "therapist": "nurse", "nurse": "doctor"}[role])
            found.append(
                StaffMember(
                    id=f"{role}{place}",
                    roles=tuple(roles),
                    hours=turns[place]
                    if in_turn and role == "therapist" and not handed_over
                    else _shifts(dice, frame, whole_time),
                    breaks=_breaks(dice, frame),
                    away=relay[place]
                    if handed_over and role == "therapist"
                    else _leave(dice, frame, 0.04 if steady else 0.1),
                    capacity=2 if role == "nurse" or dice.random() < 0.1 else 1,
                )
            )
    dice.shuffle(found)
    return tuple(found)


def _turns(dice: Random, frame: Frame) -> tuple[Pattern, Pattern, Pattern]:
    """Whole days such that on each day some therapist is there, and few are there on many."""
    there = sorted(frame.open_weekdays)
    half, begin = len(there) // 2, dice.randrange(len(there))
    in_a_row = {(there + there)[begin + more] for more in range(half)}
    some = in_a_row if dice.random() < 0.7 else set(dice.sample(there, half))
    others = set(there) - some | (
        {dice.choice(there)} if dice.random() < (0.65 if frame.family == "tiny" else 0.35) else set()
    )
    whole = (DaySpan(frame.opens, frame.closes),)
    few = dice.sample(there, 2)
    return tuple(each_week(dict.fromkeys(days, whole)) for days in (some, others, few))  # type: ignore[return-value]


def _relay(dice: Random, frame: Frame) -> tuple[tuple[Absence, ...], ...]:
    """Leave such that the therapist who is there first is soon gone, and the next is not there yet."""
    last = frame.first + timedelta(days=frame.days)
    gone = frame.first + timedelta(days=dice.choice((4, 5, 6, 7)))
    begins = gone - timedelta(days=dice.choice((0, 1, 2)))
    next_one = [Absence(first=frame.first, last=begins - timedelta(days=1))]
    if dice.random() < (0.1 if frame.family == "tiny" else 0.3):
        next_one.append(Absence(first=begins + timedelta(days=dice.choice((5, 6, 7))), last=last))
    return (Absence(first=gone, last=last),), tuple(next_one), tuple(next_one)


def _shifts(dice: Random, frame: Frame, whole_time: float) -> Pattern:
    whole = DaySpan(frame.opens, frame.closes)
    if dice.random() < whole_time:
        return each_week(dict.fromkeys(range(7), (whole,)))
    weeks = []
    for _ in range(dice.choice((1, 1, 2))):
        there = {weekday for weekday in range(7) if dice.random() < 0.65} or {1, 3}
        spans = {day: (whole if dice.random() < 0.8 else part_of_a_day(dice, frame, 120),) for day in there}
        weeks.append(Week(tuple(spans.get(weekday, ()) for weekday in range(7))))
    return Pattern(tuple(weeks), date(2027, 1, 4))


def _breaks(dice: Random, frame: Frame) -> Pattern | None:
    if frame.family == "tiny" or dice.random() < 0.75:
        return None
    begin = dice.randrange(frame.opens + 60, frame.closes - 30, 30)
    return each_week(dict.fromkeys(range(7), (DaySpan(begin, begin + 30),)))


def _leave(dice: Random, frame: Frame, likely: float) -> tuple[Absence, ...]:
    if dice.random() >= likely:
        return ()
    first = some_day(dice, frame)
    if dice.random() < 0.3:
        return (Absence(first=first, last=first, span=part_of_a_day(dice, frame, 60)),)
    return (Absence(first=first, last=first + timedelta(days=dice.choice((0, 1, 4)))),)
