"""What is there to place, when, and with whom? One course in one diary, made ready for the search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from itertools import combinations

from attrs import frozen

from kapsched.model.course import Course
from kapsched.model.programme import Session
from kapsched.planning.closure import NEVER, between, consistent
from kapsched.planning.diary import Diary
from kapsched.planning.edges import HourEdge, OpenEdge
from kapsched.planning.grid import Mask, bits
from kapsched.planning.needs import step_of
from kapsched.planning.open_days import OpenTie
from kapsched.planning.order import elimination_order
from kapsched.planning.starts import AllowedKey, Level, Starts
from kapsched.planning.treatment_weeks import counters
from kapsched.planning.units import Units
from kapsched.planning.weeks import Counter
from kapsched.planning.windows import Group, Outline, outline

# Longer than any course and any horizon.
EVER = timedelta(days=36_525)


@frozen(slots=False)
class People:
    """A group of continuity in this clinic: the owed sessions in it, who was there, and who could be."""

    group: Group
    places: tuple[int, ...]
    was: frozenset[str]
    could: tuple[str, ...]

    @cached_property
    def new(self) -> tuple[str, ...]:
        """Those who could be there and have not been yet."""
        return tuple(one for one in self.could if one not in self.was)

    @property
    def fewest(self) -> int:
        """The fewest people it can keep to: those needed at once, or all there are where they are too few."""
        return max(len(self.was), min(self.group.needed, len(self.was) + len(self.new)))

    @property
    def changes(self) -> range:
        """The changes it can come to: none where the group is hard."""
        at_once = self.group.needed
        most = len(self.was) + len(self.new) - at_once
        return range(max(0, self.fewest - at_once), max(0, 0 if self.group.hard else most) + 1)

    def choices(self, changes: int) -> Iterator[frozenset[str]]:
        """The sets of people the group could keep to at the cost of so many changes."""
        size = max(self.fewest, self.group.needed + changes if changes else 0)
        for more in combinations(self.new, size - len(self.was)):
            yield self.was.union(more)


class Problem:
    """A course's owed sessions with their dates, starts and ties, all by place in programme order.

    `rules` are what the rules say by themselves; `outline` is what they say in this clinic.
    """

    def __init__(
        self,
        course: Course,
        diary: Diary,
        now: datetime,
        *,
        first: int | None = None,
        starts: Starts | None = None,
        any_calendar: bool = False,
    ) -> None:
        self.course, self.now, self.any_calendar = course, now, any_calendar
        owed = course.owed if first is None else course.owed[:first]
        self.rules: Outline = outline(
            course.planned,
            tuple(one.id for one in owed),
            frozenset(course.done),
            first in (None, len(course.owed)),
            course.waivers,
        )
        self.diary = diary.at_step(step_of(course))
        self.starts = starts or Starts(course, self.diary, diary.clinic.earliest_start(now))
        self.units = Units(self.starts)
        self.grid = self.starts.grid
        self.sessions: tuple[Session, ...] = self.rules.owed
        self.outline = self._outline()
        zone = diary.clinic.zone
        self.done_days = {
            one: (done.on(zone) - self.grid.first_day).days for one, done in course.done.items()
        }
        self.first_day = max(0, (course.first_day - self.grid.first_day).days)
        self.counters: tuple[Counter, ...] = counters(
            self.outline,
            self.done_days,
            self.first_day,
            self.grid.first_day.toordinal(),
            {one: (one.on(zone) - self.grid.first_day).days for one in course.beside},
        )
        self.people = tuple(self._people(group) for group in self.outline.groups)
        self.order = elimination_order(self.outline)
        self.hour_edges: tuple[HourEdge, ...] = tuple(
            edge
            for edge in self.outline.hours
            if edge.earlier in self.outline.place and edge.later in self.outline.place
        )
        self.open_ties: tuple[OpenTie, ...] = () if any_calendar else tuple(self._open_ties())
        self._lawful: dict[int, Mask] = {}
        self._spans: dict[tuple[int, int], tuple[int, int]] = {}
        self._binding: dict[tuple[int, int, int], bool] = {}

    def _outline(self) -> Outline:
        """The rules, told at what times of day the sessions could start, where that bears on any."""
        if not self.rules.hours:
            return self.rules
        return self.rules.timed(tuple(self.starts.times_of_day(one.kind) for one in self.sessions))

    def _open_ties(self) -> Iterator[OpenTie]:
        place = self.outline.place
        for edge in self.outline.open_days:
            if edge.earlier in place and edge.later in place:
                yield OpenTie(edge, place[edge.earlier], place[edge.later], self.starts.open_dates)

    def _people(self, group: Group) -> People:
        done = self.course.done
        was = frozenset(
            one
            for member in group.members
            if member in done
            for one in done[member].staff.get(group.role, ())
        )
        could = tuple(
            one.id
            for one in self.diary.clinic.staff_of(group.role)
            if one.id not in self.course.patient.excludes
        )
        places = tuple(self.outline.place[one] for one in group.members if one in self.outline.place)
        return People(group, places, was, could)

    def ideal(self, place: int) -> tuple[int | None, int, int] | None:
        """A session's anchor (its place, or None with the day it was done) and the ideal days from it.

        From an owed anchor open days are no constant difference; there ties tell what they cost.
        """
        found = self.outline.ideals.get(self.sessions[place].id)
        if found is None:
            return self._ideal_date(self.sessions[place].id)
        anchor, ideal = found
        if anchor in self.outline.place:
            return self.outline.place[anchor], 0, ideal
        return None, self.done_days[anchor], ideal

    def _ideal_date(self, session: str) -> tuple[None, int, int] | None:
        for edge in self.outline.open_days:
            if edge.later == session and edge.ideal is not None and edge.earlier in self.done_days:
                return None, self.starts.open_dates.ideal(self.done_days[edge.earlier], edge.ideal), 0
        return None

    def drift(self, day: Sequence[int]) -> int:
        """The days that all sessions together lie from their ideal dates."""
        total = sum(tie.cost(tie.earlier, day[tie.earlier], day[tie.later]) for tie in self.open_ties)
        for place in range(len(self.sessions)):
            found = self.ideal(place)
            if found is not None:
                anchor, done, ideal = found
                total += abs(day[place] - (done if anchor is None else day[anchor]) - ideal)
        return total

    def lawful(self, place: int) -> Mask:
        """The starts that an hour rule with a done session leaves to an owed one; -1 where there is none."""
        found = self._lawful.get(place)
        if found is None:
            found, session, done, grid = -1, self.sessions[place].id, self.course.done, self.grid
            for edge in self.outline.hours:
                least = -EVER if edge.least == -NEVER else timedelta(minutes=edge.least)
                most = EVER if edge.most == NEVER else timedelta(minutes=edge.most)
                if edge.later == session and edge.earlier in done:
                    begin = self._done_from(edge)
                    low, high = begin + least, begin + most
                elif edge.earlier == session and edge.later in done:
                    low, high = done[edge.later].start - most, done[edge.later].start - least
                else:
                    continue
                found &= between(grid.up(low), min(grid.down(high), grid.size - 1))
            self._lawful[place] = found
        return found

    def ends(self, edge: HourEdge) -> tuple[int, int]:
        """The two owed sessions of an hour rule, by place."""
        return self.outline.place[edge.earlier], self.outline.place[edge.later]

    def binds(self, rule: int, day: Sequence[int] | Mapping[int, int]) -> bool:
        """Does an hour rule, by its number, hang on the starts of its two sessions, on the days they are on?"""
        edge = self.hour_edges[rule]
        one, two = self.ends(edge)
        key = (rule, day[one], day[two])
        found = self._binding.get(key)
        if found is None:
            from_, to, step = self._span(one, day[one]), self._span(two, day[two]), self.grid.step
            found = (to[0] - from_[1]) * step < edge.least or (to[1] - from_[0]) * step > edge.most
            self._binding[key] = found
        return found

    def _span(self, place: int, day: int) -> tuple[int, int]:
        """The first and the last bit at which a session could start on a day."""
        key = (place, day)
        found = self._spans.get(key)
        if found is None:
            starts = self.day_starts(place, (), day)
            found = self._spans[key] = (starts[0], starts[-1])
        return found

    def _done_from(self, edge: HourEdge) -> datetime:
        """The start that a done session's edge counts from; a visit that overran counts from its true end."""
        done = self.course.done[edge.earlier]
        if done.end is None or not edge.from_end:
            return done.start
        return done.end - timedelta(minutes=self.course.planned.by_id[edge.earlier].kind.minutes)

    def days(self, place: int, allowed: AllowedKey) -> Mask:
        """The days on which a session has a start with those allowed."""
        lawful = self.lawful(place)
        if lawful == -1:
            return self.starts.days(self.sessions[place].kind, allowed)
        return self.grid.days_of(lawful & self.starts.mask(self.sessions[place].kind, allowed))

    def domains(self) -> list[Mask] | None:
        """The days each session could have by itself and beside its neighbours; None if one has none."""
        found = [self.by_date(place) & self.days(place, ()) for place in range(len(self.sessions))]
        return found if self.narrow(found) else None

    def narrow(self, domains: list[Mask]) -> bool:
        """Narrow the sessions' days in place to those that have partners by each rule; false if one runs empty."""
        return consistent(domains, self.outline.between, self.grid.days, self.open_ties)

    def by_date(self, place: int) -> Mask:
        """The days that date rules with done sessions leave to an owed one."""
        session, left = self.sessions[place].id, (1 << self.grid.days) - 1
        for edge in self.outline.dates:
            if edge.later == session and edge.earlier in self.done_days:
                left &= between(
                    self.done_days[edge.earlier] + edge.least, self.done_days[edge.earlier] + edge.most
                )
            elif edge.earlier == session and edge.later in self.done_days:
                left &= between(
                    self.done_days[edge.later] - edge.most, self.done_days[edge.later] - edge.least
                )
        for opened in self.outline.open_days:
            if session in (opened.earlier, opened.later):
                left &= self._beside_done(opened)
        return left

    def _beside_done(self, edge: OpenEdge) -> Mask:
        """The days that a rule in open days with a done session leaves; all where it is with an owed one."""
        dates, least, most = self.starts.open_dates, edge.least, edge.most
        if edge.earlier in self.done_days:
            done = self.done_days[edge.earlier]
        elif edge.later in self.done_days:
            done, least, most = self.done_days[edge.later], -most, -least
        else:
            return (1 << self.grid.days) - 1
        if not self.any_calendar:
            return between(*dates.span(done, least, most))
        first = done + least if least >= 0 else 0
        return between(first, done + most if most <= 0 else self.grid.days - 1)

    def levels(self, place: int, allowed: AllowedKey, day: int) -> tuple[Level, ...]:
        """One day's lawful starts by the wishes they break, fewest first; never empty on a day of `days`."""
        kind, lawful = self.sessions[place].kind, self.lawful(place)
        levels = self.starts.levels(kind, allowed, day)
        if lawful == -1:
            return levels
        part = self.starts.of_day(lawful, day)
        return tuple((broken, mask & part) for broken, mask in levels if mask & part)

    def day_starts(self, place: int, allowed: AllowedKey, day: int) -> list[int]:
        """The bits of the horizon at which a session could start on a day."""
        kind = self.sessions[place].kind
        mask = self.starts.mask(kind, allowed) & self.lawful(place)
        begin = self.grid.begins[day]
        return [begin + bit for bit in bits(self.starts.of_day(mask, day))]
