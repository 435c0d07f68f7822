"""Closed friendships: trios, cliques, circles and chains of mutual choices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from samspill_reports.sociometry.arrays import Ties
from samspill_reports.sociometry.cohesion import components
from samspill_reports.sociometry.dyads import mutual_ties
from samspill_reports.sociometry.sociogram import Relation

MOST_CLIQUES = 5000
"""A bound on work for patterns with exponentially many cliques; no real class comes near."""


@dataclass(frozen=True, slots=True)
class Circles:
    """What mutual choices close; every tuple of pupils is sorted."""

    cliques: tuple[tuple[str, ...], ...]
    """Maximal sets of 3 or more who all chose each other, larger first."""
    all_listed: bool
    """False when there are more cliques than MOST_CLIQUES: then `cliques` is a part of them."""
    circles: tuple[tuple[str, ...], ...]
    """k-clique communities, k = 3 (Palla et al. 2005): trios chained by shared pairs. A pupil
    may be in several; many are in none."""
    chains: tuple[tuple[str, ...], ...]
    """Components of the mutual ties that are a path of 3 or more, from end to end."""


def circles(relation: Relation) -> Circles:
    """Cliques, circles and chains among the mutual choices of one question."""
    graph = mutual_ties(relation)
    near = [_bits(row) for row in graph]
    found: list[int] = []
    for clique in _cliques(near):
        found.append(clique)
        if len(found) > MOST_CLIQUES:
            break
    return Circles(
        cliques=_named(relation, found[:MOST_CLIQUES]),
        all_listed=len(found) <= MOST_CLIQUES,
        circles=_named(relation, _percolated(near)),
        chains=tuple(_chains(relation, graph)),
    )


def _bits(row: np.typing.NDArray[np.bool_]) -> int:
    return sum(1 << int(at) for at in np.flatnonzero(row))


def _members(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def _named(relation: Relation, sets: list[int]) -> tuple[tuple[str, ...], ...]:
    named = (tuple(relation.roster[i] for i in _members(each)) for each in sets)
    return tuple(sorted(named, key=lambda group: (-len(group), group)))


def _cliques(near: list[int]) -> Iterator[int]:
    """Maximal cliques of 3 or more (Bron & Kerbosch 1973, pivot of Tomita et al. 2006)."""
    stack = [(0, (1 << len(near)) - 1, 0)]
    while stack:
        chosen, candidates, excluded = stack.pop()
        if not candidates and not excluded:
            if chosen.bit_count() >= 3:
                yield chosen
            continue
        pivot = max(
            _members(candidates | excluded), key=lambda i: (near[i] & candidates).bit_count()
        )
        for i in _members(candidates & ~near[pivot]):
            stack.append((chosen | 1 << i, candidates & near[i], excluded & near[i]))
            candidates &= ~(1 << i)
            excluded |= 1 << i


def _percolated(near: list[int]) -> list[int]:
    """Walk from pair to pair through the trios that share them; each walk is one circle."""
    unseen = [bits & -(1 << (i + 1)) for i, bits in enumerate(near)]
    found = []
    for i in range(len(near)):
        while unseen[i]:
            j = (unseen[i] & -unseen[i]).bit_length() - 1
            circle = _walk(near, unseen, i, j)
            if circle:
                found.append(circle)
    return sorted(set(found))


def _walk(near: list[int], unseen: list[int], i: int, j: int) -> int:
    """Everyone reached from the pair i, j; 0 when the pair is in no trio."""
    unseen[i] &= ~(1 << j)
    waiting, reached = [(i, j)], 0
    while waiting:
        a, b = waiting.pop()
        third = near[a] & near[b]
        if third:
            reached |= third | 1 << a | 1 << b
        for c in _members(third):
            for one, other in ((a, c), (b, c)):
                low, high = min(one, other), max(one, other)
                if unseen[low] >> high & 1:
                    unseen[low] &= ~(1 << high)
                    waiting.append((low, high))
    return reached


def _chains(relation: Relation, graph: Ties) -> Iterator[tuple[str, ...]]:
    part = components(graph)
    degree = graph.sum(axis=1)
    for number in range(int(part.max(initial=-1)) + 1):
        inside = np.flatnonzero(part == number)
        if (
            len(inside) < 3
            or degree[inside].max() > 2
            or degree[inside].sum() != 2 * len(inside) - 2
        ):
            continue
        path = [int(next(i for i in inside if degree[i] == 1))]
        while len(path) < len(inside):
            path.append(int(next(j for j in np.flatnonzero(graph[path[-1]]) if j not in path)))
        yield tuple(relation.roster[i] for i in path)
