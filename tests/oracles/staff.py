"""Who works there? Staff drawn at random: their roles, shifts, breaks and leave."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from kapsched.model.clinic import StaffMember
from kapsched.timeline.recurrence import Absence, DaySpan, Pattern, Week
from tests.oracles.frames import Frame, each_week, part_of_a_day, some_day


def random_staff(dice: Random, frame: Frame) -> tuple[StaffMember, ...]:
    """One or two doctors, two or three therapists, one or two nurses; some of them with a second role."""
    steady, in_turn = frame.family == "steady", frame.family == "steady" or dice.random() < 0.85
    found, turns = [], _turns(dice, frame)
    for role, number in (
        ("doctor", dice.choice((1, 2))),
        ("therapist", dice.choice((2, 2, 3))),
        ("nurse", 1),
    ):
        for place in range(number):
            roles = [role]
            scarce = role == "nurse" and frame.family == "crowded"
            whole_time = (
                0.1 if scarce else 0.75 if role == "nurse" and not steady else 0.97 if steady else 0.9
            )
            if dice.random() < 0.25:
                roles.append({"doctor": "therapist", "therapist": "nurse", "nurse": "doctor"}[role])
            found.append(
                StaffMember(
                    id=f"{role}{place}",
                    roles=tuple(roles),
                    hours=turns[place]
                    if in_turn and role == "therapist"
                    else _shifts(dice, frame, whole_time),
                    breaks=_breaks(dice, frame),
                    away=_leave(dice, frame, 0.04 if steady else 0.1),
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
    others = set(there) - some | ({dice.choice(there)} if dice.random() < 0.35 else set())
    whole = (DaySpan(frame.opens, frame.closes),)
    few = dice.sample(there, 2)
    return tuple(each_week(dict.fromkeys(days, whole)) for days in (some, others, few))  # type: ignore[return-value]


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
    if dice.random() < 0.75:
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
