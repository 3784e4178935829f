"""What does a rule say of two sessions? A difference of dates, of open dates or of instants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from attrs import frozen

from kapsched.model.programme import Session
from kapsched.model.rules import Gap, Offset, Span
from kapsched.planning.closure import NEVER
from kapsched.timeline.units import Days, Hours, Length, OpenDays

MINUTES_A_DAY = 24 * 60
# Two clock changes of an hour and a half between them is more than any zone makes of a day or two.
CLOCK_CHANGE = 180
# The first and the last minute after midnight at which a session could start.
TimesOfDay: TypeAlias = tuple[int, int]
ANY_TIME: TimesOfDay = (0, MINUTES_A_DAY - 1)


def minutes_between(days: int, earlier: TimesOfDay, later: TimesOfDay) -> tuple[int, int]:
    """The fewest and the most elapsed minutes from one start to another so many dates later, over any clock change."""
    middle = days * MINUTES_A_DAY
    return middle + later[0] - earlier[1] - CLOCK_CHANGE, middle + later[1] - earlier[0] + CLOCK_CHANGE


@frozen
class DateEdge:
    """`least <= D(later) - D(earlier) <= most`, in days; `rule` is the name of the rule behind it."""

    earlier: str
    later: str
    least: int
    most: int
    rule: str


@frozen
class OpenEdge:
    """`least <= N(later) - N(earlier) <= most`, where N counts the clinic's open dates up to a session's date.

    With an `ideal` each date away from the open date at which the number is this costs a day.
    """

    earlier: str
    later: str
    least: int
    most: int
    rule: str
    ideal: int | None = None

    def implied(self) -> DateEdge:
        """What it says of the dates alone, whatever the clinic: n open days are at least n dates."""
        least = self.least if self.least >= 0 else -NEVER
        return DateEdge(self.earlier, self.later, least, self.most if self.most <= 0 else NEVER, self.rule)


@frozen
class HourEdge:
    """`least <= s(later) - s(earlier) <= most`, in elapsed minutes from start to start.

    `from_end` tells that they are counted from the end of the earlier one, which may have taken longer than it should.
    """

    earlier: str
    later: str
    least: int
    most: int
    rule: str
    from_end: bool = False

    def implied(self, earlier: TimesOfDay = ANY_TIME, later: TimesOfDay = ANY_TIME) -> DateEdge:
        """What it says of the dates alone, whatever the clocks do, for sessions that start between these minutes."""
        least, most = -NEVER, NEVER
        if self.least > -NEVER:
            short = self.least - (later[1] - earlier[0]) - CLOCK_CHANGE
            least = max(-(-short // MINUTES_A_DAY), 0 if self.least >= 0 else -NEVER)
        if self.most < NEVER:
            long = self.most - (later[0] - earlier[1]) + CLOCK_CHANGE
            most = min(long // MINUTES_A_DAY, 0 if self.most <= 0 else NEVER)
        return DateEdge(self.earlier, self.later, least, most, self.rule)

    def may_bind(self, least_days: int, most_days: int) -> bool:
        """Could the starts matter, at a difference of dates within these bounds?"""
        for days in range(max(least_days, -9), min(most_days, 9) + 1):
            lowest, highest = (
                (days - 1) * MINUTES_A_DAY - CLOCK_CHANGE,
                (days + 1) * MINUTES_A_DAY + CLOCK_CHANGE,
            )
            if lowest < self.least <= highest or lowest <= self.most < highest:
                return True
        # Rules over more than a week are rare; their boundary dates are looked at when they are met.
        return any(8 * MINUTES_A_DAY < abs(bound) < NEVER for bound in (self.least, self.most))


def edges_of(rule: Gap | Offset, one: Session, two: Session) -> Iterator[DateEdge | OpenEdge | HourEdge]:
    """What a rule says of a pair that it binds."""
    if isinstance(rule, Gap):
        least, most = rule.at_least, rule.at_most
    else:
        least, most = rule.earliest, rule.latest
    low, high = -NEVER if least is None else least.count, NEVER if most is None else most.count
    unit = type(least or most)
    if unit is Days:
        yield DateEdge(one.id, two.id, low, high, rule.name)
    elif unit is OpenDays:
        ideal = rule.ideal.count if isinstance(rule, Offset) and rule.ideal is not None else None
        yield OpenEdge(one.id, two.id, low, high, rule.name, ideal)
    elif isinstance(rule, Gap):
        yield _hour_edge(rule, one, two, least, most)
    else:
        yield from _hour_edges(rule, one, two, rule.earliest.count, rule.latest.count)
    if isinstance(rule, Offset) and rule.within is not None:
        yield _hour_edge(rule, one, two, None, rule.within)
        yield _hour_edge(rule, two, one, None, rule.within)


def _hour_edges(rule: Offset, anchor: Session, session: Session, low: int, high: int) -> Iterator[HourEdge]:
    """An offset in hours: after the anchor they run from its end, before it from the session's end to its start."""
    if low >= 0 or rule.between == "start-start":
        yield _hour_edge(rule, anchor, session, rule.earliest, rule.latest)
    elif high <= 0:
        yield _hour_edge(rule, session, anchor, Hours(-high), Hours(-low))
    else:
        yield _hour_edge(rule, anchor, session, None, rule.latest)
        yield _hour_edge(rule, session, anchor, None, Hours(-low))


def _hour_edge(
    rule: Gap | Offset, earlier: Session, later: Session, least: Length | None, most: Length | None
) -> HourEdge:
    from_end = rule.between == "end-start"
    visit = earlier.kind.minutes if from_end else 0
    return HourEdge(
        earlier.id,
        later.id,
        -NEVER if least is None else least.count * 60 + visit,
        NEVER if most is None else most.count * 60 + visit,
        rule.name,
        from_end,
    )


def span_edges(rule: Span, sessions: Sequence[Session]) -> Iterator[DateEdge]:
    counted = rule.counted(sessions)
    for place, one in enumerate(counted):
        for two in counted[place + 1 :]:
            yield DateEdge(one.id, two.id, -rule.at_most.count, rule.at_most.count, rule.name)
