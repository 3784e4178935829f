"""What is a course of treatment made of? A reusable template without patient or date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import get_args

from attrs import field, frozen

from kapsched.errors import (
    Fault,
    InvalidInput,
    Several,
    each,
    identifier,
    of_type,
    optional,
    refuse,
    require,
    text,
    whole,
)
from kapsched.model.mappings import FrozenMapping
from kapsched.model.phases import Phase
from kapsched.model.rule_faults import faults_of_rule
from kapsched.model.rules import Offset, Rule
from kapsched.model.selectors import matches

MINUTES_A_DAY = 24 * 60
# One a week for seven years. What goes on for longer is a course of its own.
MOST_SESSIONS = 400

_NAMES = each(identifier)


@frozen(kw_only=True)
class Segment:
    """One part of a visit: its minutes, who is there and in what type of room.

    `staff` lists roles, one for each person (two therapists: the role twice). `shares` names the roles and
    the room type of which this segment takes only one place of a count. `pools` names roles too: of each the
    patient is watched by all, and by nobody in particular. After the segment its room stays taken for
    `turnaround` minutes, and its staff and its places of pools for `tail` minutes.
    """

    name: str
    minutes: int
    staff: tuple[str, ...] = field(default=(), converter=Several[str])
    room: str | None = None
    shares: tuple[str, ...] = field(default=(), converter=Several[str])
    pools: tuple[str, ...] = field(default=(), converter=Several[str])
    turnaround: int = 0
    tail: int = 0

    def __attrs_post_init__(self) -> None:
        require(
            self,
            name=identifier,
            minutes=whole(1, MINUTES_A_DAY),
            staff=_NAMES,
            room=optional(identifier),
            shares=_NAMES,
            pools=_NAMES,
            turnaround=whole(0, MINUTES_A_DAY),
            tail=whole(0, MINUTES_A_DAY),
        )
        refuse(
            Fault(f"{share!r} is neither a role nor the room of this segment", "shares")
            for share in self.shares
            if share != self.room and share not in self.staff
        )
        refuse(
            Fault(f"a patient takes one place of a pool, and {role!r} stands here {times} times", "pools")
            for role, times in Counter(self.pools).items()
            if times > 1
        )


@frozen(kw_only=True, cache_hash=True)
class SessionKind:
    """What a visit is: its segments in order.

    A role, or a room type, is one unit throughout the visit unless `handover` names it: then each segment may
    have another.
    """

    name: str
    segments: tuple[Segment, ...] = field(converter=Several[Segment])
    handover: tuple[str, ...] = field(default=(), converter=Several[str])

    def __attrs_post_init__(self) -> None:
        require(self, name=identifier, segments=each(of_type(Segment)), handover=_NAMES)
        if not self.segments:
            raise InvalidInput("a kind of session has at least one segment", path="segments")
        if self.minutes > MINUTES_A_DAY:
            raise InvalidInput("a session that does not end within its day cannot be booked", path="segments")
        needed = {*self.roles(), *(segment.room for segment in self.segments if segment.room)}
        refuse(
            Fault(f"no segment needs a {name!r}; needed are {', '.join(sorted(needed))}", "handover")
            for name in self.handover
            if name not in needed
        )

    @cached_property
    def minutes(self) -> int:
        """From the patient's arrival to the patient's leaving."""
        return sum(segment.minutes for segment in self.segments)

    def timed(self) -> Iterator[tuple[int, Segment]]:
        """Each segment with the minutes from the start of the visit to the start of the segment."""
        begin = 0
        for segment in self.segments:
            yield begin, segment
            begin += segment.minutes

    def roles(self) -> Mapping[str, int]:
        """Each role with the number of people needed at once; 0 for a role that it does not need."""
        return self._roles

    @cached_property
    def _roles(self) -> Mapping[str, int]:
        needed: Counter[str] = Counter()
        for segment in self.segments:
            needed |= Counter(segment.staff)
        return MappingProxyType(needed)


@frozen(kw_only=True, cache_hash=True)
class Session:
    """One owed visit, undated. Its id is local to its phase, so that a longer phase shifts no other."""

    phase: str
    kind: SessionKind
    number: int
    id: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        require(self, phase=identifier, kind=of_type(SessionKind), number=whole(1, 1_000_000))
        object.__setattr__(self, "id", f"{self.phase}/{self.kind.name}/{self.number}")

    @property
    def kind_name(self) -> str:
        """The name of its kind."""
        return self.kind.name


@frozen(kw_only=True, slots=False)
class Programme:
    """A versioned template: kinds, phases and rules.

    `target` is the session whose date ends the wait; by default the first of kind `dosing`, else the first.
    """

    name: str
    version: str
    kinds: tuple[SessionKind, ...] = field(converter=Several[SessionKind])
    phases: tuple[Phase, ...] = field(converter=Several[Phase])
    rules: tuple[Rule, ...] = field(default=(), converter=Several[Rule])
    target: str = ""

    def __attrs_post_init__(self) -> None:
        require(
            self,
            name=identifier,
            version=identifier,
            kinds=each(of_type(SessionKind)),
            phases=each(of_type(Phase)),
            rules=each(of_type(*get_args(Rule))),
            target=text,
        )
        refuse([*_doubles(self), *_unknown_kinds(self)])
        if not self.target:
            dosing = [session.id for session in self.sessions if matches("dosing", session)]
            object.__setattr__(self, "target", (dosing or [self.sessions[0].id])[0])
        refuse(_rule_faults(self))

    @cached_property
    def sessions(self) -> tuple[Session, ...]:
        """All sessions in programme order; of an open phase the first few, for a course has its own number of them."""
        return sessions_of(self.kinds, self.phases)

    @property
    def open_phase(self) -> Phase | None:
        """The phase that goes on, if one does."""
        return self.phases[-1] if self.phases[-1].open else None

    @cached_property
    def by_id(self) -> Mapping[str, Session]:
        """The sessions by their id."""
        return FrozenMapping({session.id: session for session in self.sessions})

    @property
    def offsets(self) -> tuple[Offset, ...]:
        """The rules that say how far a session lies from its anchor."""
        return tuple(rule for rule in self.rules if isinstance(rule, Offset))

    def roles(self) -> tuple[str, ...]:
        """Every role that some session needs, in order of appearance."""
        return tuple(dict.fromkeys(role for kind in self.kinds for role in kind.roles()))


def sessions_of(kinds: Iterable[SessionKind], phases: Iterable[Phase]) -> tuple[Session, ...]:
    """The sessions of some phases in programme order."""
    by_name = {kind.name: kind for kind in kinds}
    found = []
    for phase in phases:
        count: Counter[str] = Counter()
        for kind in phase.order * phase.rounds:
            count[kind] += 1
            found.append(Session(phase=phase.name, kind=by_name[kind], number=count[kind]))
    return tuple(found)


def _doubles(programme: Programme) -> Iterator[Fault]:
    for what in ("kinds", "phases", "rules"):
        for name, times in Counter(one.name for one in getattr(programme, what)).items():
            if times > 1:
                yield Fault(f"two {what} have the name {name!r}", what)
            # Sessions are named `phase/kind/number`, and appointments `course:session`.
            if not name or "/" in name or ":" in name or name == "*":
                yield Fault(f"{name!r} is not a name: it must be some text without '/', ':' or '*'", what)


def _unknown_kinds(programme: Programme) -> Iterator[Fault]:
    if not programme.phases:
        yield Fault("a programme has at least one phase", "phases")
    known = ", ".join(sorted(kind.name for kind in programme.kinds)) or "none"
    for phase in programme.phases:
        for kind in sorted(set(phase.order) - {one.name for one in programme.kinds}):
            yield Fault(f"there is no kind {kind!r}; there are {known}", f"phases.{phase.name}.order")
    for phase in programme.phases[:-1]:
        if phase.open:
            # It never ends, so that nothing would ever come after it.
            yield Fault(
                "only the last phase can be open, for what follows would never come",
                f"phases.{phase.name}.open",
            )
    owed = sum(len(phase.order) * phase.rounds for phase in programme.phases)
    if owed > MOST_SESSIONS:
        yield Fault(f"{owed} sessions are too many for one course; {MOST_SESSIONS} at most", "phases")


def _rule_faults(programme: Programme) -> Iterator[Fault]:
    if programme.target not in programme.by_id:
        known = ", ".join(programme.by_id)
        yield Fault(f"there is no session {programme.target!r}; there are {known}", "target")
    for rule in programme.rules:
        for fault in faults_of_rule(rule, programme.sessions, programme.roles()):
            yield fault.under(f"rules.{rule.name}")
    dated: dict[str, str] = {}
    for offset in programme.offsets:
        for _, session in offset.pairs(programme.sessions):
            if session.id in dated:
                yield Fault(
                    f"{session.id} already has an offset in {dated[session.id]!r}", f"rules.{offset.name}.of"
                )
            dated[session.id] = offset.name
