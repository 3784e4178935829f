"""In which order does the search place the sessions? The one that keeps least in mind."""

from __future__ import annotations

from itertools import combinations, pairwise

from kapsched.planning.windows import Outline


def elimination_order(outline: Outline) -> tuple[int, ...]:
    """Greedily, each time the session after which the fewest placed ones are still referred to.

    Sessions that a frequency counts keep their programme order, so that its weeks can be counted as they pass; an
    anchor of its weeks that stands before them in the programme comes first.
    """
    count = len(outline.owed)
    linked = _links(outline)
    before: list[set[int]] = [set() for _ in range(count)]
    for rule in outline.frequencies:
        counted = [
            outline.place[one.id]
            for one in rule.counted(outline.programme.sessions)
            if one.id in outline.place
        ]
        anchors = [outline.place.get(one.id, count) for one in rule.anchors(outline.programme.sessions)]
        first = [place for place in anchors if counted and place < counted[0]]
        for earlier, later in pairwise([*first, *counted]):
            before[later].add(earlier)
    target = outline.place.get(outline.programme.target)
    placed: list[int] = []
    left = set(range(count))
    while left:
        ready = [one for one in left if not before[one] & left]
        if not placed and target in ready:
            chosen = target
        else:
            near = [one for one in ready if linked[one] & set(placed)] or ready
            chosen = min(near, key=lambda one: (_kept(linked, {*placed, one}), one))
        assert chosen is not None
        placed.append(chosen)
        left.discard(chosen)
    return tuple(placed)


def _kept(linked: list[set[int]], placed: set[int]) -> int:
    return sum(1 for one in placed if linked[one] - placed)


def _links(outline: Outline) -> list[set[int]]:
    """For each owed session those that a rule, or a date they could share, ties to it."""
    linked: list[set[int]] = [set() for _ in outline.owed]
    pairs = [(edge.earlier, edge.later) for edge in outline.edges]
    pairs += [(group.members[0], group.members[1]) for group in outline.groups if len(group.members) == 2]
    place = outline.place
    ties = [(place[one], place[two]) for one, two in pairs if one in place and two in place]
    ties += [pair for pair in combinations(range(len(outline.owed)), 2) if outline.could_meet(*pair)]
    for early, late in ties:
        linked[early].add(late)
        linked[late].add(early)
    return linked
