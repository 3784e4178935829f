"""What is owed? Programmes drawn at random: a handful of sessions, each of several segments."""

from __future__ import annotations

from random import Random

from attrs import evolve

from kapsched.model.phases import Phase
from kapsched.model.programme import Programme, Segment, SessionKind
from tests.oracles.rules import random_rules


def random_programme(dice: Random, family: str, places: int) -> Programme:
    """A programme of four to seven sessions; its rules lean towards what the family is about."""
    phases = _phases(dice, family)
    used = dict.fromkeys(kind for phase in phases for kind in phase.order)
    every = {
        "preparation": _preparation(dice),
        "dosing": _dosing(dice, family, places),
        "integration": _integration(dice),
        "review": _review(dice),
    }
    programme = Programme(
        name="invented",
        version="1",
        kinds=tuple(every[kind] for kind in used),
        phases=phases,
        rules=tuple(random_rules(dice, family, phases)),
    )
    if dice.random() < 0.6:
        return programme
    last_dose = [one.id for one in programme.sessions if one.kind.name == "dosing"][-1]
    return evolve(programme, target=last_dose)


def _phases(dice: Random, family: str) -> tuple[Phase, ...]:
    pairs = Phase(name="induction", order=("dosing", "integration"), times=2)
    doses = Phase(name="induction", order=("dosing",), times=dice.choice((3, 3, 4)))
    start = Phase(name="start", order=("preparation",), times=1)
    later = Phase(name="later", order=(dice.choice(("review", "dosing")),), times=1)
    if family == "tiny":
        two, three = (Phase(name="induction", order=("dosing",), times=times) for times in (2, 3))
        # Where there are five sessions the first is done, and four are owed.
        return dice.choice(
            (
                (pairs,),
                (start, pairs),
                (start, pairs),
                (start, pairs),
                (start, three),
                (start, three),
                (start, two, later),
            )
        )
    if family == "weeks":
        return dice.choice(((start, doses, later), (doses, later), (start, doses), (start, pairs, later)))
    if family == "steady":
        return dice.choice(
            ((start, pairs), (start, pairs), (pairs, later), (pairs, later), (start, pairs, later))
        )
    return dice.choice(
        ((start, pairs), (start, pairs), (pairs, later), (start, pairs, later), (start, doses))
    )


def _room(dice: Random) -> str | None:
    return dice.choice(("treatment", "treatment", None))


def _preparation(dice: Random) -> SessionKind:
    staff = ("therapist", "doctor") if dice.random() < 0.2 else ("therapist",)
    talk = Segment(
        name="talk",
        minutes=dice.choice((30, 60)),
        staff=staff,
        room=_room(dice),
        tail=dice.choice((0, 0, 15)),
    )
    return SessionKind(name="preparation", segments=(talk,))


def _dosing(dice: Random, family: str, places: int) -> SessionKind:
    """A dose and a recovery, perhaps with a check before; the nurse and the lounge are shared."""
    people = dice.choice(
        (("doctor", "therapist"), ("therapist", "doctor"), ("therapist",), ("therapist", "therapist"))
    )
    if dice.random() < (0.95 if family in ("steady", "tiny") else 0.4):
        people = ("therapist",)
    room = "treatment"
    turnaround = dice.choice((0, 15, 30))
    segments = []
    if dice.random() < (0.1 if family == "tiny" else 0.35):
        segments.append(
            Segment(name="check", minutes=30, staff=("doctor",), room=room, turnaround=turnaround)
        )
    segments.append(
        Segment(
            name="dose",
            minutes=30 if family == "tiny" else dice.choice((30, 60)),
            staff=people,
            room=room,
            turnaround=turnaround,
            tail=dice.choice((0, 0, 10)),
        )
    )
    where = dice.choice(("treatment", "lounge", "lounge", "lounge"))
    watching = dice.choice((("nurse",), ("nurse",), ("nurse",), ("nurse", "therapist"), ()))
    if family == "tiny":
        watching = watching or ("nurse",)
    shares = [role for role in ("nurse",) if role in watching and dice.random() < 0.85]
    if where == "lounge" and (places > 2 or dice.random() < 0.8):
        shares.append("lounge")
    segments.append(
        Segment(
            name="recovery",
            minutes=30 if family == "tiny" else dice.choice((30, 60)),
            staff=watching,
            room=where,
            shares=tuple(shares),
            turnaround=dice.choice((0, 15)),
        )
    )
    passed_on = dice.choice(("", "", "", "therapist", "doctor", "treatment"))
    used = {name for segment in segments for name in (*segment.staff, segment.room)}
    return SessionKind(name="dosing", segments=tuple(segments), handover=tuple({passed_on} & used))


def _integration(dice: Random) -> SessionKind:
    staff = ("therapist", "nurse") if dice.random() < 0.15 else ("therapist",)
    talk = Segment(
        name="talk",
        minutes=dice.choice((30, 60)),
        staff=staff,
        room=_room(dice),
        turnaround=dice.choice((0, 15)),
    )
    if dice.random() < 0.2:
        notes = Segment(name="notes", minutes=30, staff=(dice.choice(("therapist", "doctor", "nurse")),))
        return SessionKind(name="integration", segments=(talk, notes))
    return SessionKind(name="integration", segments=(talk,))


def _review(dice: Random) -> SessionKind:
    staff = dice.choice((("doctor",), ("therapist",), ("doctor", "therapist")))
    return SessionKind(
        name="review", segments=(Segment(name="talk", minutes=30, staff=staff, room=_room(dice)),)
    )
