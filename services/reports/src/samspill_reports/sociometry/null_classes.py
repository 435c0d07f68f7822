"""Classes drawn at random to compare a real one with: same degrees, or same groups."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Final

import numpy as np

from samspill_reports.sociometry import modularity, seeded
from samspill_reports.sociometry.arrays import Counts, Mask, Reals, Ties
from samspill_reports.sociometry.climb import climb, totals
from samspill_reports.sociometry.partition import canonical
from samspill_reports.sociometry.sociogram import Relation

NULL_CLASSES: Final = 199
SEARCHES: Final = 8
STEPS_PER_TIE: Final = 30
MOST_STEPS: Final = 30_000
REVERSALS: Final = 0.1
"""Share of steps that try to turn a directed triangle; needed to reach every class."""


def cache_key(relations: Sequence[Relation], seed: int) -> str:
    """Hash of everything that exact and simulated results depend on: ties, answers and seed."""
    content = [[each.roster, sorted(each.respondents), sorted(each.choices)] for each in relations]
    return hashlib.sha256(json.dumps([seed, content]).encode()).hexdigest()


def partition_p(
    relations: Sequence[Relation],
    *,
    seed: int = seeded.DEFAULT_SEED,
    classes: int = NULL_CLASSES,
) -> float | None:
    """How often a class with the same choices made and received divides as well by chance.

    (1 + #{Q* ≥ Q})/(1 + classes), in (0, 1], from directed classes drawn with both degrees kept;
    the same search looks at the real class and at each drawn one. None where nobody chose anyone.
    """
    order = canonical(relations)
    if not any(relation.choices for relation in relations):
        return None
    random = seeded.stream(seed, 6)
    n = len(order)
    weight = np.zeros((classes + 1, n, n))
    for relation in relations:
        ties = relation.ties[np.ix_(order, order)]
        drawn = same_degrees(ties, classes, random)
        stack = np.concatenate([ties[None], drawn])
        weight += stack
        weight += stack.transpose(0, 2, 1)
    reached = _best_totals(modularity.gains_of_copies(weight), random)
    # 2w is the same in every drawn class, so totals compare as modularity does.
    return float(1 + (reached[1:] >= reached[0]).sum()) / (1 + classes)


def _best_totals(gains: Reals, random: np.random.Generator) -> Reals:
    copies, n, _ = gains.shape
    alone = np.tile(np.arange(n), (copies, 1))
    best = np.full(copies, -np.inf)
    for _ in range(SEARCHES):
        labels = climb(gains, alone, seeded.orders(random, copies, n))
        best = np.maximum(best, totals(gains, labels))
    return best


def same_degrees(ties: Ties, classes: int, random: np.random.Generator) -> Ties:
    """Classes with every pupil's number of choices made and received kept (SOCIOMETRY 4.5).

    Markov chain of 2-switches and reversals of directed triangles, a refused step counting as a
    step (Rao, Jana & Bandyopadhyay 1996), so that it is uniform over all such classes. One chain
    per class, each started from the real one.
    """
    m = int(ties.sum())
    chains = _Chains(ties, classes)
    for _ in range(min(STEPS_PER_TIE * m, MOST_STEPS)):
        draw = random.random((4, classes))
        chains.step(draw)
    return chains.ties


class _Chains:
    """Many chains side by side: adjacency, list of ties, and where each tie stands in it."""

    def __init__(self, ties: Ties, classes: int) -> None:
        chooser, chosen = np.nonzero(ties)
        self.ties: Ties = np.repeat(ties[None], classes, axis=0)
        self._list: Counts = np.repeat(np.stack([chooser, chosen], axis=1)[None], classes, axis=0)
        place = np.zeros(ties.shape, dtype=np.int64)
        place[chooser, chosen] = np.arange(len(chooser))
        self._place: Counts = np.repeat(place[None], classes, axis=0)
        self._all = np.arange(classes)

    def step(self, draw: Reals) -> None:
        """One proposal in each chain; `draw` holds four uniforms for each."""
        m = self._list.shape[1]
        first = (draw[0] * m).astype(np.int64)
        a, b = self._list[self._all, first].T
        turning = draw[3] < REVERSALS
        self._switch(a, b, first, (draw[1] * m).astype(np.int64), ~turning)
        c = (draw[2] * self.ties.shape[1]).astype(np.int64)
        self._reverse(a, b, c, turning)

    def _switch(self, a: Counts, b: Counts, first: Counts, second: Counts, tried: Mask) -> None:
        """a→b, c→d become a→d, c→b where neither stands and nobody would name themselves."""
        at = self._all
        c, d = self._list[at, second].T
        fine = tried & (a != d) & (c != b) & ~self.ties[at, a, d] & ~self.ties[at, c, b]
        at, a, b, c, d = at[fine], a[fine], b[fine], c[fine], d[fine]
        first, second = first[fine], second[fine]
        self.ties[at, a, b] = self.ties[at, c, d] = False
        self.ties[at, a, d] = self.ties[at, c, b] = True
        self._list[at, first, 1], self._list[at, second, 1] = d, b
        self._place[at, a, d], self._place[at, c, b] = first, second

    def _reverse(self, a: Counts, b: Counts, c: Counts, tried: Mask) -> None:
        """a→b→c→a without any way back becomes a→c→b→a."""
        at, has = self._all, self.ties
        fine = tried & has[at, b, c] & has[at, c, a]
        fine &= ~has[at, b, a] & ~has[at, c, b] & ~has[at, a, c]
        at, a, b, c = at[fine], a[fine], b[fine], c[fine]
        for one, other in ((a, b), (b, c), (c, a)):
            place = self._place[at, one, other]
            self._list[at, place, 0], self._list[at, place, 1] = other, one
            self._place[at, other, one] = place
            has[at, one, other] = False
        for one, other in ((a, b), (b, c), (c, a)):
            has[at, other, one] = True


def same_groups(ties: Ties, labels: Counts, classes: int, random: np.random.Generator) -> Ties:
    """Classes in which each pupil makes as many choices into each group as in the real one.

    Whom inside a group is drawn uniformly without repetition, so nobody is left out but by
    chance. Groups of one and two count together as "outside" (SOCIOMETRY 4.3).
    """
    n = len(ties)
    sizes = np.bincount(labels, minlength=n)
    group = np.where(sizes[labels] >= 3, labels, n)
    keys = random.random((classes, n, n)) + 2.0 * group[None, None, :]
    keys[:, np.arange(n), np.arange(n)] = np.inf
    ranked = keys.argsort(axis=2, kind="stable")
    member = (group[:, None] == np.arange(n + 1)[None, :]).astype(np.int64)
    quota = ties.astype(np.int64) @ member
    room = member.sum(axis=0)[None, :] - member
    start = np.cumsum(room, axis=1) - room
    row = np.arange(n)[:, None]
    in_group = group[ranked]
    rank = np.arange(n)[None, None, :] - start[row, in_group]
    chosen = rank < quota[row, in_group]
    chosen[:, :, n - 1] = False  # The last in each row is the pupil itself.
    drawn = np.zeros((classes, n, n), dtype=bool)
    np.put_along_axis(drawn, ranked, chosen, axis=2)
    return drawn
