"""Is a chain weighed link by link worth what all of its arrangements are worth, tried one by one?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from kapsched.planning.bridges import Link
from kapsched.planning.choices import A_WISH, LinkedChoice
from kapsched.planning.lanes import Lanes, Scale
from kapsched.planning.linked import Linked, Part

bits = st.integers(0, 40)


@frozen
class Chain:
    """Sessions with starts and the wishes they break, and what links some of them."""

    parts: tuple[Part, ...]
    links: tuple[Link, ...]

    def arrangements(self) -> Iterator[tuple[dict[int, int], int]]:
        """Every lawful choice of starts by place, with the wishes it breaks."""
        rows = [list(zip(part.arrangements, part.broken, strict=True)) for part in self.parts]
        places = [place for part in self.parts for place in part.places]
        for chosen in product(*rows):
            starts = [bit for row, _ in chosen for bit in row]
            at = dict(zip(places, starts, strict=True))
            besides = [self.judged(link, at) for link in self.links]
            if None not in besides:
                yield at, sum(broken for _, broken in chosen) + sum(one or 0 for one in besides)

    @staticmethod
    def judged(link: Link, at: dict[int, int]) -> int | None:
        one, two = at[link.one], at[link.two]
        if any(least <= two - one <= most for least, most in link.ranges):
            return 0
        return link.contacts.get((one, two))

    def linked(self) -> Linked:
        return Linked(self.parts, self.links, lambda _: None)


@st.composite
def parts(draw: st.DrawFn, first: int) -> Part:
    size = draw(st.sampled_from((1, 1, 1, 2)))
    rows = sorted(draw(st.sets(st.tuples(*(bits for _ in range(size))), min_size=1, max_size=6)))
    broken = draw(st.lists(st.integers(0, 2), min_size=len(rows), max_size=len(rows)))
    return Part(tuple(range(first, first + size)), tuple(rows), tuple(broken))


@st.composite
def links(draw: st.DrawFn, one: Part, two: Part) -> Link:
    ends = sorted(draw(st.tuples(st.integers(-40, 40), st.integers(-40, 40))))
    ranges = [(ends[0], ends[1])]
    if draw(st.booleans()):  # before or after one another, as two visits of a date are
        ranges = [(max(1, abs(ends[1]) // 4), 60), (-60, -max(1, abs(ends[0]) // 4))]
    contacts = draw(st.dictionaries(st.tuples(bits, bits), st.integers(0, 1), max_size=4))
    return Link(draw(st.sampled_from(one.places)), draw(st.sampled_from(two.places)), tuple(ranges), contacts)


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """Two to four parts in a tree, now and then with a link that closes a ring or doubles another."""
    drawn = [draw(parts(0))]
    found: list[Link] = []
    for _ in range(draw(st.integers(1, 3))):
        part = draw(parts(drawn[-1].places[-1] + 1))
        found.append(draw(links(draw(st.sampled_from(drawn)), part)))
        drawn.append(part)
    if draw(st.integers(0, 2)) == 0:
        one, two = draw(st.permutations(drawn))[:2]
        found.append(draw(links(one, two)))
    return Chain(tuple(drawn), tuple(found))


@given(chains())
def test_a_chain_can_be_had_where_any_arrangement_can(chain: Chain) -> None:
    linked, lawful = chain.linked(), list(chain.arrangements())
    assert linked.possible == bool(lawful)
    if lawful:
        assert linked.broken == min(broken for _, broken in lawful)
        # What is left of each part is just what some lawful arrangement has.
        for part in linked.parts:
            left = {tuple(at[place] for place in part.places) for at, _ in lawful}
            assert set(part.arrangements) == left


@given(chains(), st.data())
def test_the_least_total_of_a_chain_is_that_of_its_cheapest_arrangement(
    chain: Chain, data: st.DataObject
) -> None:
    linked, lawful = chain.linked(), list(chain.arrangements())
    if not lawful:
        return
    price = {bit: data.draw(st.integers(0, 9)) for bit in {bit for at, _ in lawful for bit in at.values()}}
    costs = [
        [
            sum(price[bit] for bit in row) + 10 * broken
            for row, broken in zip(part.arrangements, part.broken, strict=True)
        ]
        for part in linked.parts
    ]
    priced = [(sum(price[bit] for bit in at.values()) + 10 * broken, at) for at, broken in lawful]
    least = min(cost for cost, _ in priced)
    for root in range(len(linked.parts)):
        assert min(linked.totals(root, costs, min, 10)) == least
    earliest = min([at[place] for place in sorted(at)] for cost, at in priced if cost == least)
    found = linked.first(costs, 10)
    assert [found[place] for place in sorted(found)] == earliest
    lanes = Lanes(2)
    twice = [[lanes.packed([cost, 2 * cost]) for cost in row] for row in costs]
    totals = [lanes.unpacked(one) for one in linked.totals(0, twice, lanes.least, lanes.packed([10, 20]))]
    assert [min(column) for column in zip(*totals, strict=True)] == [least, 2 * least]


@given(chains(), st.lists(st.sampled_from(("dosing", "integration")), min_size=8, max_size=8), st.data())
def test_a_choice_of_linked_starts_costs_what_its_nearest_arrangement_costs(
    chain: Chain, names: list[str], data: st.DataObject
) -> None:
    linked, lawful = chain.linked(), list(chain.arrangements())
    if not lawful:
        return
    places = sorted(lawful[0][0])
    kinds = {place: names[place] for place in places}
    choice = LinkedChoice([linked], kinds, lambda bit: bit * 15)
    fewest = min(broken for _, broken in lawful)
    best = [at for at, broken in lawful if broken == fewest]
    times = data.draw(st.dictionaries(st.sampled_from(("dosing", "integration")), st.integers(0, 600)))

    def away(at: dict[int, int], points: dict[str, int]) -> int:
        return sum(abs(at[one] * 15 - points[kinds[one]]) for one in places if kinds[one] in points)

    assert max(away(at, times) for at in best) < A_WISH
    assert choice.nearest(times) == min(away(at, times) for at in best)
    nearest = [at for at in best if away(at, times) == choice.nearest(times)]
    assert dict(choice.first(times)) == dict(
        zip(places, min([at[place] for place in places] for at in nearest), strict=True)
    )
    for kind in set(kinds.values()):
        scale = Scale(sorted(choice.minutes_of(kind)))
        expected = [min(away(at, {**times, kind: point}) for at in best) for point in scale.points]
        assert scale.lanes.unpacked(choice.curve(kind, scale, times)) == expected
