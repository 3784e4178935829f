"""What is the best plan, found slowly and plainly? Dates first, then starts and people; exact throughout."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeAlias

from kapsched.model.programme import Session
from kapsched.timeline.zones import Zone, midnight
from tests.oracles.clinics import Case
from tests.oracles.placing import MOST_TRIES, Found, Placer
from tests.oracles.rulebook import Edge, Placed, Rulebook
from tests.oracles.visits import Setting, Visit, minute_of

Dates: TypeAlias = dict[str, int]
# Minutes, longer than any course.
EVER = 10**8


class Best(NamedTuple):
    """The best plan: `aims` are days, changes, wishes and minutes; `visits` stand in programme order."""

    aims: tuple[int, int, int, int]
    wait: int
    drift: int
    visits: tuple[Visit, ...]

    @property
    def starts(self) -> tuple[int, ...]:
        """The starts in programme order, in minutes."""
        return tuple(visit.start for visit in self.visits)


class Stuck(NamedTuple):
    """No plan: the first session that cannot be placed; do the rules and the horizon alone forbid it?"""

    session: str
    rules_alone: bool


def reference_plan(case: Case, *, forget_done: bool = False, tries: int = MOST_TRIES) -> Best | Stuck:
    """The one plan that every exact planner must find, or where it stops; `TooLarge` after so many tries."""
    return Reference(case, forget_done=forget_done, tries=tries).answer()


class Reference:
    """The slow planner for one case."""

    def __init__(self, case: Case, *, forget_done: bool = False, tries: int = MOST_TRIES) -> None:
        self.case = case
        self.setting = Setting(case)
        self.book = Rulebook(case.course, case.clinic, forget_done=forget_done)
        self.placer = Placer(self.setting, self.book, tries)
        self.owed = self.book.owed
        self._agree: dict[tuple[str, int, str, int], bool] = {}

    def answer(self) -> Best | Stuck:
        """The best plan, or where it stops."""
        days = self.fewest_days
        if days is None:
            return Stuck(self._first_impossible(), self._rules_alone())
        found: Found | None = None

        def worth(domains: dict[str, set[int]]) -> bool:
            if self._least_days(domains) > days:
                return False
            return found is None or self.placer.at_least(domains) <= (
                found[0],
                tuple(one.start for one in found[1]),
            )

        for dates in self._dates(self.owed, self._domains(self.owed), self._agrees, worth):
            if sum(self._days(dates)) == days:
                found = self.placer.improve(dates, found)
        assert found is not None, "a plan was there a moment ago"
        (changes, wishes, minutes), visits = found[0], self.placer.settle(found)
        wait, drift = self._days({visit.session: visit.day for visit in visits})
        return Best((wait + drift, changes, wishes, minutes), wait, drift, visits)

    def has_plan(self) -> bool:
        """Is there any plan at all?"""
        return self._can_all_be_placed(self.owed)

    @cached_property
    def fewest_days(self) -> int | None:
        """The least wait and drift that any plan has; None where there is none."""
        best: int | None = None

        def worth(domains: dict[str, set[int]]) -> bool:
            return (best is None or self._least_days(domains) < best) and self._placed_possible(domains)

        for dates in self._dates(self.owed, self._domains(self.owed), self._agrees, worth):
            best = sum(self._days(dates))
        return best

    def _placed_possible(self, domains: dict[str, set[int]]) -> bool:
        return self.placer.possible({one: min(days) for one, days in domains.items() if len(days) == 1})

    def _days(self, dates: Dates) -> tuple[int, int]:
        """Wait and drift of a whole course."""
        days = dates | {session: fact.day for session, fact in self.book.facts.items()}
        target = self.case.course.planned.target
        wait = days[target] - self.case.course.first_day.toordinal() if target in self.owed else 0
        known = [one for one in self.book.drifts if one.anchor in days]
        return wait, sum(one.away(days[one.anchor], days[one.session]) for one in known)

    def _least_days(self, domains: dict[str, set[int]]) -> int:
        """No choice of dates from these costs less; exact once each has one date."""
        target, cost = self.case.course.planned.target, 0
        if target in domains:
            cost += min(domains[target]) - self.case.course.first_day.toordinal()
        for drift in self.book.drifts:
            fact = self.book.facts.get(drift.anchor)
            anchors = {fact.day} if fact else domains.get(drift.anchor)
            if anchors and drift.session in domains:
                cost += min(drift.away(one, two) for one in anchors for two in domains[drift.session])
        return cost

    def _domains(self, sessions: tuple[str, ...]) -> dict[str, set[int]]:
        return {session: set(self.placer.options[session]) for session in sessions}

    def _dates(
        self,
        sessions: tuple[str, ...],
        domains: dict[str, set[int]],
        agrees: Callable[[str, int, str, int], bool],
        worth: Callable[[dict[str, set[int]]], bool],
    ) -> Iterator[Dates]:
        """Every choice of dates that no two sessions and no count forbid, as far as it seems worth it."""

        def extend(place: int, domains: dict[str, set[int]]) -> Iterator[Dates]:
            if place == len(sessions):
                yield {session: min(days) for session, days in domains.items()}
                return
            session = sessions[place]
            for day in sorted(domains[session]):
                self.placer.count_tries(10)
                narrowed = {one: domains[one] for one in sessions[:place]} | {session: {day}}
                for other in sessions[place + 1 :]:
                    narrowed[other] = {date for date in domains[other] if agrees(session, day, other, date)}
                if (
                    all(narrowed.values())
                    and self._counts_kept(narrowed, sessions[: place + 1])
                    and worth(narrowed)
                ):
                    yield from extend(place + 1, narrowed)

        if all(domains.values()):
            yield from extend(0, domains)

    def _counts_kept(self, domains: dict[str, set[int]], placed: tuple[str, ...]) -> bool:
        days = {session: fact.day for session, fact in self.book.facts.items()}
        days |= {session: min(domains[session]) for session in placed}
        if not self.book.counts_kept(days, whole=len(placed) == len(self.owed)):
            return False
        open_ones = {session: dates for session, dates in domains.items() if session not in placed}
        return len(domains) < len(self.owed) or self.book.can_be_filled(days, open_ones)

    def counts_kept(self, visits: Sequence[Visit]) -> bool:
        """Do the dates of these visits keep every span and frequency?"""
        days = {session: fact.day for session, fact in self.book.facts.items()}
        days |= {visit.session: visit.day for visit in visits}
        return self.book.counts_kept(days, whole=len(visits) == len(self.owed))

    def _agrees(self, one: str, day: int, two: str, date: int) -> bool:
        key = (one, day, two, date)
        if key not in self._agree:
            self._agree[key] = self.placer.possible({one: day, two: date})
        return self._agree[key]

    def _first_impossible(self) -> str:
        for place, session in enumerate(self.owed):
            if not self._can_all_be_placed(self.owed[: place + 1]):
                return session
        raise AssertionError("all can be placed")

    def _can_all_be_placed(self, sessions: tuple[str, ...]) -> bool:
        tries = self._dates(sessions, self._domains(sessions), self._agrees, self._placed_possible)
        return next(tries, None) is not None

    def _rules_alone(self) -> bool:
        """Are there no dates even for a clinic that is always open, has everybody and is empty?"""
        first = max(self.case.clinic.horizon.first_day, self.case.course.first_day)
        dates = range(first.toordinal(), self.case.clinic.horizon.last_day.toordinal() + 1)
        domains = {session: {day for day in dates if self._could_be(session, day)} for session in self.owed}
        return next(self._dates(self.owed, domains, self._could_both_be, lambda _: True), None) is None

    def _could_be(self, session: str, day: int) -> bool:
        touching = [edge for edge in self.book.edges if session in (edge.one, edge.two)]
        first, last = (one.start for one in self._extremes(session, {session: day}))
        for edge in touching:
            if "-" in edge.unit and {edge.one, edge.two} - {session} <= self.book.facts.keys():
                low, high = self._left_by(edge, session)
                first, last = max(first, low), min(last, high)
        return first <= last and all(self._could_keep(edge, {session: day}) for edge in touching)

    def _left_by(self, edge: Edge, session: str) -> tuple[int, int]:
        """The first and the last start that hours from a done session leave to another."""
        begin, end = edge.unit.split("-")
        minutes = self._by_id[session].kind.minutes
        least, most = (
            bound if bound is not None else ever for bound, ever in ((edge.least, -EVER), (edge.most, EVER))
        )
        if session == edge.two:
            since = getattr(self.book.facts[edge.one], begin) - (minutes if end == "end" else 0)
            return since + least, since + most
        since = getattr(self.book.facts[edge.two], end) - (minutes if begin == "end" else 0)
        return since - most, since - least

    def _could_both_be(self, one: str, day: int, two: str, date: int) -> bool:
        between = self._between.get(frozenset((one, two)), ())
        return all(self._could_keep(edge, {one: day, two: date}) for edge in between)

    @cached_property
    def _between(self) -> Mapping[frozenset[str], list[Edge]]:
        """The bounds between two sessions each."""
        found: dict[frozenset[str], list[Edge]] = {}
        for edge in self.book.edges:
            found.setdefault(frozenset((edge.one, edge.two)), []).append(edge)
        return found

    def _could_keep(self, edge: Edge, days: Dates) -> bool:
        """May some two times of day on these dates keep the bound?"""
        if not all(one in days or one in self.book.facts for one in (edge.one, edge.two)):
            return True
        (soon, late), (begin, close) = self._extremes(edge.one, days), self._extremes(edge.two, days)
        if edge.unit == "days":
            return edge.kept(soon, begin)
        if edge.unit == "open days":
            # Whatever the clinic, so many open days are at least so many dates.
            least = edge.least if edge.least is not None and edge.least >= 0 else None
            most = edge.most if edge.most is not None and edge.most <= 0 else None
            return Edge(edge.one, edge.two, "days", least, most).kept(soon, begin)
        furthest = Edge(edge.one, edge.two, edge.unit, edge.least, None).kept(soon, close)
        return furthest and Edge(edge.one, edge.two, edge.unit, None, edge.most).kept(late, begin)

    def _extremes(self, session: str, days: Dates) -> tuple[Placed, Placed]:
        """The earliest and the latest at which it could be on its date."""
        if session in self.book.facts:
            return self.book.facts[session], self.book.facts[session]
        minutes, place = self._by_id[session].kind.minutes, self.case.clinic.place
        begin, end = _midnight(days[session], place), _midnight(days[session] + 1, place)
        return (
            Placed(days[session], begin, begin + minutes, ()),
            Placed(days[session], end - minutes, end, ()),
        )

    @cached_property
    def _by_id(self) -> Mapping[str, Session]:
        return self.case.course.planned.by_id


@lru_cache(maxsize=1 << 14)
def _midnight(day: int, place: Zone) -> int:
    """The minute at which a date begins there."""
    return minute_of(midnight(date.fromordinal(day), place))
