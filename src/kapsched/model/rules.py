"""What must hold between the sessions of a course? Fields only: no rule here says whether it is kept.

A rule names sessions by selectors; its own `name` is its heading in refusals and findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias, get_args

from attrs import field, frozen

from kapsched.errors import InvalidInput, flag, identifier, of_type, one_of, optional, require, whole
from kapsched.model.periods import CalendarWeek, Period, RollingDays, TreatmentWeek
from kapsched.model.selectors import S, as_selectors, select, some_selectors
from kapsched.timeline.units import DayCount, Days, Hours, Length, OpenDays

Between: TypeAlias = Literal["end-start", "start-start"]
Across: TypeAlias = Literal["course", "patient"]

_A_LENGTH = of_type(Days, OpenDays, Hours)
_A_DAY_COUNT = of_type(Days, OpenDays)
_BETWEEN = one_of(get_args(Between))
_BY_THE_CALENDAR = CalendarWeek()
_ONE_UNIT = "is counted in days, in open days or in hours, never in two of them"


@frozen(kw_only=True)
class Gap:
    """Least and most time from each session of `after` to the next one of `before`.

    The next one is the first that follows in programme order; `after` and `before` alike bind neighbours.
    Days compare dates, open days the clinic's open dates. Hours compare instants, from the end of the one (or
    its start, with `between="start-start"`) to the start of the other.
    """

    name: str
    after: tuple[str, ...] = field(converter=as_selectors)
    before: tuple[str, ...] = field(converter=as_selectors)
    at_least: Length | None = None
    at_most: Length | None = None
    between: Between = "end-start"

    def __attrs_post_init__(self) -> None:
        require(
            self,
            name=identifier,
            after=some_selectors,
            before=some_selectors,
            at_least=optional(_A_LENGTH),
            at_most=optional(_A_LENGTH),
            between=_BETWEEN,
        )
        if self.at_least is None and self.at_most is None:
            raise InvalidInput("a gap says at_least, at_most or both", path="at_least")
        if self.at_least is not None and self.at_most is not None:
            # Across a clock change a day is not 24 hours, so one gap keeps to one unit.
            if type(self.at_least) is not type(self.at_most):
                raise InvalidInput(f"a gap {_ONE_UNIT}", path="at_most")
            if self.at_most.count < self.at_least.count:
                raise InvalidInput(
                    f"at most {self.at_most} is less than at least {self.at_least}", path="at_most"
                )

    @property
    def in_days(self) -> bool:
        """Is it counted in dates rather than in elapsed time?"""
        return not isinstance(self.at_least or self.at_most, Hours)

    def pairs(self, sessions: Sequence[S]) -> tuple[tuple[S, S], ...]:
        """The pairs it binds, (earlier, later), in programme order."""
        earlier, later = set(select(self.after, sessions)), set(select(self.before, sessions))
        found: list[tuple[S, S]] = []
        following: S | None = None
        for session in reversed(sessions):
            if session in earlier and following is not None:
                found.append((session, following))
            if session in later:
                following = session
        return tuple(reversed(found))


@frozen(kw_only=True)
class Offset:
    """How far each session of `of` lies from its anchor: earliest, ideal, latest; all in one unit.

    The anchor is the last session of `anchor` before it in programme order or, where none stands before, the
    first after it that is not of `of` itself. What is negative lies before the anchor. `ideal` defaults to the end
    nearest the anchor; only days away from it cost. An offset in hours has no ideal: its hours run from the
    anchor's end (or start, with `between="start-start"`) to the session's start, before the anchor from the
    session's end to the anchor's start. `within` limits the hours of an offset in days or open days as well, on
    either side of the anchor.
    """

    name: str
    of: tuple[str, ...] = field(converter=as_selectors)
    anchor: tuple[str, ...] = field(converter=as_selectors)
    earliest: Length
    latest: Length
    ideal: DayCount | None = field()
    within: Hours | None = None
    between: Between = "end-start"

    @ideal.default
    def _nearest_the_anchor(self) -> DayCount | None:
        unit = type(self.earliest)
        if not issubclass(unit, DayCount) or type(self.latest) is not unit:
            return None  # hours have none; all else is refused below
        return unit(min(max(0, self.earliest.count), self.latest.count))

    def __attrs_post_init__(self) -> None:
        require(
            self,
            name=identifier,
            of=some_selectors,
            anchor=some_selectors,
            earliest=_A_LENGTH,
            ideal=optional(_A_DAY_COUNT),
            latest=_A_LENGTH,
            within=optional(of_type(Hours)),
            between=_BETWEEN,
        )
        self._require_one_unit()
        counts = [one.count for one in (self.earliest, self.ideal, self.latest) if one is not None]
        if counts != sorted(counts):
            named = "" if self.ideal is None else f" ideal {self.ideal},"
            raise InvalidInput(
                f"earliest {self.earliest},{named} latest {self.latest} are not in this order",
                path="latest" if self.ideal is None else "ideal",
            )

    def _require_one_unit(self) -> None:
        unit = type(self.earliest)
        if type(self.latest) is not unit:
            raise InvalidInput(f"an offset {_ONE_UNIT}", path="latest")
        if unit is Hours:
            if self.ideal is not None:
                raise InvalidInput("an offset in hours has no ideal", path="ideal")
            if self.within is not None:
                raise InvalidInput("an offset in hours says by its latest what it is within", path="within")
        elif type(self.ideal) is not unit:
            raise InvalidInput(f"an offset {_ONE_UNIT}", path="ideal")
        if self.within is not None and self.within.count < 1:
            raise InvalidInput(f"within {self.within} leaves no time", path="within")

    def pairs(self, sessions: Sequence[S]) -> tuple[tuple[S, S], ...]:
        """The pairs it binds, (anchor, session), in programme order of the session."""
        moved, anchors = set(select(self.of, sessions)), set(select(self.anchor, sessions))
        found: list[tuple[S, S]] = []
        before: S | None = None
        for place, session in enumerate(sessions):
            if session in moved:
                after = (one for one in sessions[place + 1 :] if one in anchors and one not in moved)
                anchor = next(after, None) if before is None else before
                if anchor is not None:
                    found.append((anchor, session))
            if session in anchors:
                before = session
        return tuple(found)


@frozen(kw_only=True)
class Frequency:
    """At least and at most so many sessions of `of` in a calendar or treatment week, or in any n consecutive dates.

    It counts the sessions of the whole course, done ones included; `across="patient"` lets `at_most` count those of
    the patient's other courses too that `of` picks by their own ids. `at_least` binds each week from that of
    the first session of `of` in `phase` to that of the last; `at_most` binds each week, or any n dates, that
    holds a session of `of` in `phase`. Without a phase the whole course is meant.
    """

    name: str
    of: tuple[str, ...] = field(converter=as_selectors)
    phase: str | None = None
    at_least: int = 0
    at_most: int | None = None
    per: Period = _BY_THE_CALENDAR
    across: Across = "course"

    def __attrs_post_init__(self) -> None:
        require(
            self,
            name=identifier,
            of=some_selectors,
            phase=optional(identifier),
            at_least=whole(0, 1000),
            at_most=optional(whole(0, 1000)),
            per=of_type(CalendarWeek, TreatmentWeek, RollingDays),
            across=one_of(get_args(Across)),
        )
        if self.across == "patient" and self.at_most is None:
            raise InvalidInput("only at_most is counted across a patient's courses", path="across")
        if self.at_most is not None and self.at_most < max(1, self.at_least):
            raise InvalidInput(f"at most {self.at_most} leaves no session to hold", path="at_most")
        if not self.at_least and self.at_most is None:
            raise InvalidInput("a frequency says at_least, at_most, exactly, or two of them", path="at_most")
        if self.at_least and isinstance(self.per, RollingDays):
            raise InvalidInput("at_least is counted per week only, not in any days", path="at_least")

    def counted(self, sessions: Sequence[S]) -> tuple[S, ...]:
        """The sessions it counts, in programme order."""
        return select(self.of, sessions)

    def elsewhere(self, beside: Sequence[S]) -> tuple[S, ...]:
        """Those of the patient's other sessions that `at_most` counts as well; they never bind a week."""
        return select(self.of, beside) if self.across == "patient" else ()

    def binding(self, sessions: Sequence[S]) -> tuple[S, ...]:
        """The counted sessions whose weeks it binds, in programme order."""
        return tuple(one for one in self.counted(sessions) if self.phase in (None, one.phase))

    def anchors(self, sessions: Sequence[S]) -> tuple[S, ...]:
        """The sessions from which its treatment weeks are counted: one, where the rule is sound; else none."""
        if not isinstance(self.per, TreatmentWeek):
            return ()
        return self.binding(sessions)[:1] if self.per.anchor is None else select((self.per.anchor,), sessions)


@frozen(kw_only=True)
class Span:
    """Most days from the first date to the last among the sessions of `of`."""

    name: str
    of: tuple[str, ...] = field(converter=as_selectors)
    at_most: Days

    def __attrs_post_init__(self) -> None:
        require(self, name=identifier, of=some_selectors, at_most=of_type(Days))
        if self.at_most < Days(0):
            raise InvalidInput(f"at most {self.at_most} leaves no dates", path="at_most")

    def counted(self, sessions: Sequence[S]) -> tuple[S, ...]:
        """The sessions it spans, in programme order."""
        return select(self.of, sessions)


Scope: TypeAlias = Literal["course", "phase", "kinds", "pair"]


@frozen(kw_only=True)
class Continuity:
    """The same people in `role` throughout each group of sessions; hard, or else a cost per extra person.

    `scope` draws the groups among the sessions of `of`: all of them (course, kinds), those of each phase
    (phase), or each anchor of an `Offset` with the sessions of `of` that hang on it (pair).
    """

    name: str
    role: str
    scope: Scope = "course"
    of: tuple[str, ...] = field(default=("*",), converter=as_selectors)
    hard: bool = True

    def __attrs_post_init__(self) -> None:
        require(
            self,
            name=identifier,
            role=identifier,
            scope=one_of(get_args(Scope)),
            of=some_selectors,
            hard=flag,
        )
        if self.scope == "course" and self.of != ("*",):
            raise InvalidInput(
                'a course is all its sessions; name some of them with scope = "kinds"', path="of"
            )

    def groups(self, sessions: Sequence[S], offsets: Iterable[Offset]) -> tuple[tuple[S, ...], ...]:
        """The groups of two and more sessions within which the people stay, in programme order."""
        chosen = select(self.of, sessions)
        keyed: dict[str, list[S]] = {}
        if self.scope == "pair":
            for offset in offsets:
                for anchor, session in offset.pairs(sessions):
                    if session in chosen:
                        keyed.setdefault(anchor.id, [anchor]).append(session)
        else:
            for session in chosen:
                keyed.setdefault(session.phase if self.scope == "phase" else "", []).append(session)
        return tuple(tuple(group) for group in keyed.values() if len(group) > 1)


Rule: TypeAlias = Gap | Offset | Frequency | Span | Continuity
