"""What might be owed? Programmes that a clinic has the rooms and the people for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations_with_replacement

from attrs import evolve, frozen
from hypothesis import strategies as st

from kapsched.model.clinic import Clinic
from kapsched.model.phases import Phase
from kapsched.model.programme import Programme, Segment, Session, SessionKind
from kapsched.testing.clinic_strategies import among, clinics
from kapsched.testing.rule_strategies import Placed, rules_kept_by

_KINDS = ("dosing", "integration", "preparation")
_PHASES = ("induction", "maintenance")
# The kinds of a phase in order, by their places, and how often they come round.
_ORDERS = (((0,), 1), ((0, 1), 1), ((0,), 2), ((0, 1), 2), ((1, 0, 2), 1), ((2, 0, 0), 1))


@frozen
class Slot:
    """A session in the making: it has a phase and a kind, and no number yet."""

    phase: str
    kind: SessionKind


@st.composite
def programmes(draw: st.DrawFn, clinic: Clinic | None = None, *, most_sessions: int = 4) -> Programme:
    """Programmes of a few sessions that `clinic` has the rooms and roles for, or else one that is drawn.

    Their rules never contradict one another: some dates would keep them all. Whether the clinic is open on such
    dates is another question.
    """
    there = draw(clinics()) if clinic is None else clinic
    bare = programme_of(some_slots(draw, there, most_sessions))
    day, placed = date(2027, 1, 4), []
    for session in bare.sessions:
        hour, days = draw(among((10, 1), (9, 2), (14, 1), (10, 3), (12, 7)))
        start = datetime.combine(day, time(hour), UTC)
        end = start + timedelta(minutes=session.kind.minutes)
        placed.append(Placed(session=session, day=day, number=day.toordinal(), start=start, end=end))
        day += timedelta(days=days)
    found = evolve(bare, rules=rules_kept_by(draw, placed), target=some_target(draw, bare.sessions))
    # A first phase that is begun would have more rounds than the rules were drawn for.
    return opened(found) if len(found.phases) > 1 and draw(among(False, False, True)) else found


def opened(programme: Programme) -> Programme:
    """The same with its last phase open, of which as many rounds are planned as it has now."""
    *others, last = programme.phases
    return evolve(programme, phases=[*others, evolve(last, times=1, open=True, book_ahead=last.times)])


def some_slots(draw: st.DrawFn, clinic: Clinic, most: int) -> list[Slot]:
    """One session or several, in programme order, of kinds that the clinic has the rooms and roles for."""
    orders = [draw(among(*_ORDERS)) for _ in range(draw(among(1, 1, 2)))]
    layout = [
        (phase, place)
        for phase, (order, times) in zip(_PHASES, orders, strict=False)
        for place in order * times
    ][:most]
    kinds = {place: _some_kind(draw, clinic, _KINDS[place]) for place in dict.fromkeys(p for _, p in layout)}
    return [Slot(phase, kinds[place]) for phase, place in layout]


def programme_of(slots: Sequence[Slot]) -> Programme:
    """The sessions of a programme without rules; an order that comes twice is written once."""
    phases = []
    for name in dict.fromkeys(slot.phase for slot in slots):
        order = [slot.kind.name for slot in slots if slot.phase == name]
        half = order[: len(order) // 2]
        twice = order == half * 2
        phases.append(Phase(name=name, order=half if twice else order, times=2 if twice else 1))
    kinds = dict.fromkeys(slot.kind for slot in slots)
    return Programme(name="invented", version="1", kinds=kinds, phases=phases)


def some_target(draw: st.DrawFn, sessions: Sequence[Session]) -> str:
    """The target of a programme: the usual one, or any of its sessions."""
    return draw(among("", "", *(one.id for one in sessions)))


def _some_kind(draw: st.DrawFn, clinic: Clinic, name: str) -> SessionKind:
    parts = draw(among(("talk",), ("talk",), ("check", "talk")))
    segments = [_some_segment(draw, clinic, part) for part in parts]
    passed_on: tuple[str, ...] = ()
    if len(segments) > 1:
        needed = dict.fromkeys(what for one in segments for what in (*one.staff, one.room) if what)
        for pool in clinic.pools:
            needed.pop(pool.role, None)  # one who stays on for a tail is not handed over
        passed_on = draw(among((), *((what,) for what in needed)))
    return SessionKind(name=name, segments=segments, handover=passed_on)


def _some_segment(draw: st.DrawFn, clinic: Clinic, name: str) -> Segment:
    roles = dict.fromkeys(role for one in clinic.staff for role in one.roles)
    pairs = (pair for pair in combinations_with_replacement(roles, 2) if _can_both(clinic, *pair))
    staff: tuple[str, ...] = draw(among(*((role,) for role in roles), (), *pairs))
    room = draw(among(*dict.fromkeys(one.type for one in clinic.rooms), None))
    able = [role for role in dict.fromkeys(staff) if all(one.capacity > 1 for one in clinic.staff_of(role))]
    able += [room] if room and all(one.capacity > 1 for one in clinic.rooms_of(room)) else []
    shares = draw(among((), tuple(able))) if able else ()
    pools = draw(among((), *((pool.role,) for pool in clinic.pools))) if clinic.pools else ()
    minutes, turnaround, tail = draw(among((30, 0, 0), (60, 0, 0), (30, 15, 0), (45, 10, 5), (20, 0, 10)))
    return Segment(
        name=name,
        minutes=minutes,
        staff=staff,
        room=room,
        shares=shares,
        pools=pools,
        turnaround=turnaround if room else 0,
        tail=tail if staff or pools else 0,
    )


def _can_both(clinic: Clinic, one: str, other: str) -> bool:
    """Are there two people for these two roles?"""
    return len({*clinic.staff_of(one), *clinic.staff_of(other)}) > 1
