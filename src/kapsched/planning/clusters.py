"""Whose starts hang on each other? The sessions that share a date, or that an hour rule links on the dates they have.

A cluster grows while later sessions can still join it; then it is settled, whatever comes after.
"""

from __future__ import annotations

from collections.abc import Iterator

from kapsched.planning.position import Position
from kapsched.planning.ties import Ties
from kapsched.planning.ways import Cluster, Placed


class Clusters:
    """The clusters of the sessions placed so far."""

    def __init__(self, ties: Ties, position: Position) -> None:
        self.ties, self.day, self.allowed = ties, position.day, position.allowed

    def placed(self, place: int) -> Placed:
        """A placed session, on its date."""
        return Placed(place, self.day[place], self.allowed[place])

    def of(self, at: int, place: int) -> Cluster:
        """The cluster of a session, of those placed up to a level."""
        found, left = {place}, [place]
        while left:
            for other in self._beside(at, left.pop()):
                if other not in found:
                    found.add(other)
                    left.append(other)
        return tuple([self.placed(one) for one in sorted(found)])

    def _beside(self, at: int, place: int) -> Iterator[int]:
        day, level = self.day, self.ties.level
        for other in self.ties.mates[place]:
            if level[other] <= at and day[other] == day[place]:
                yield other
        for other, rule in self.ties.linked[place]:
            if level[other] <= at and day[other] != day[place] and self.ties.problem.binds(rule, day):
                yield other

    def until(self, cluster: Cluster) -> int:
        """The last level at which a session could join."""
        ties = self.ties
        shared: dict[int, int] = {}
        last = -1
        for one in cluster:
            # Who joins a date could share it with each that is there.
            level = ties.shared_until[one.place]
            shared[one.day] = min(level, shared.get(one.day, level))
            last = max(last, ties.hours_until[one.place])
        return max(last, *shared.values())

    def settled(self, at: int) -> Iterator[Cluster]:
        """The clusters that none can join any more, now that a level is placed."""
        seen: set[int] = set()
        for place in self.ties.closing_clusters[at]:
            if place not in seen:
                cluster = self.of(at, place)
                seen.update(one.place for one in cluster)
                if self.until(cluster) == at:
                    yield cluster

    def open(self, at: int, place: int) -> Cluster | None:
        """The cluster of a session placed before a level, if one could still join it."""
        cluster = self.of(at - 1, place)
        return cluster if self.until(cluster) >= at else None

    def can_be_had(self, at: int, place: int) -> Cluster | None:
        """The cluster of the session placed at a level; None where it would join a date that none can join."""
        cluster = self.of(at, place)
        until = self.ties.shared_until
        day = self.day[place]
        if any(one.day == day and one.place != place and until[one.place] < at for one in cluster):
            return None
        return cluster
