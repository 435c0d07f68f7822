"""How sure a subgroup is: the search repeated on copies of the class with a tenth of ties moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from samspill_reports.sociometry import modularity, seeded
from samspill_reports.sociometry.arrays import Counts, Reals, Ties
from samspill_reports.sociometry.climb import climb
from samspill_reports.sociometry.partition import Partition, canonical, labels_of
from samspill_reports.sociometry.sociogram import Relation

COPIES = 200
REDRAWN = 0.1
CORE = 0.8
LOOSE = 0.6
SECOND = 0.3


@dataclass(frozen=True, slots=True)
class Membership:
    """How firmly one pupil belongs to the group shown."""

    pupil: str
    group: int
    """Index into the groups of the partition."""
    stability: float | None
    """Mean share of copies in which the pupil is with each mate of that group; None when alone."""
    nearest_other: int | None
    """The other group that the pupil is most often with; None when there is no other."""
    with_other: float
    """Mean share of copies with that other group."""

    @property
    def is_core(self) -> bool:
        """Stays with its group in at least 80 % of copies."""
        return self.stability is not None and self.stability >= CORE

    @property
    def is_between(self) -> bool:
        """Not core, and below 60 % with its own group or at least 30 % with another one."""
        if self.stability is None:
            return self.with_other >= SECOND
        return not self.is_core and (self.stability < LOOSE or self.with_other >= SECOND)


def stability(
    relations: Sequence[Relation],
    partition: Partition,
    *,
    seed: int = seeded.DEFAULT_SEED,
    copies: int = COPIES,
) -> tuple[Membership, ...]:
    """Membership of every pupil, in roster order (Lancichinetti & Fortunato 2012)."""
    roster = relations[0].roster
    if not roster:
        return ()
    together = co_membership(relations, seed=seed, copies=copies)
    labels = labels_of(partition, roster)
    return tuple(_membership(roster, i, labels, together) for i in range(len(roster)))


def co_membership(
    relations: Sequence[Relation], *, seed: int = seeded.DEFAULT_SEED, copies: int = COPIES
) -> Reals:
    """n × n: in which share of perturbed copies two pupils share a group; the diagonal is 1."""
    order = canonical(relations)
    random = seeded.stream(seed, 2)
    n = len(order)
    weight = np.zeros((copies, n, n))
    for relation in relations:
        moved = redrawn(relation.ties[np.ix_(order, order)], copies, random)
        weight += moved
        weight += moved.transpose(0, 2, 1)
    alone = np.tile(np.arange(n), (copies, 1))
    gains = modularity.gains_of_copies(weight)
    labels = climb(gains, alone, seeded.orders(random, copies, n))
    shared = (labels[:, :, None] == labels[:, None, :]).mean(axis=0)
    back = np.empty_like(order)
    back[order] = np.arange(n)
    return np.asarray(shared[np.ix_(back, back)], dtype=np.float64)


def redrawn(ties: Ties, copies: int, random: np.random.Generator) -> Ties:
    """Copies in which each tie moves, with probability .1, to someone its chooser did not name."""
    n = len(ties)
    lost = ties[None] & (random.random((copies, n, n)) < REDRAWN)
    copy, chooser = np.nonzero(lost.any(axis=2))
    keys = random.random((len(copy), n))
    keys[ties[chooser]] = 2.0
    keys[np.arange(len(copy)), chooser] = 3.0
    free = (n - 1 - ties.sum(axis=1))[chooser]
    wanted = lost[copy, chooser].sum(axis=1)
    # Where a pupil has named nearly everyone there is nowhere to go: those ties stay.
    possible = wanted <= free
    most = int(wanted[possible].max(initial=0))
    # The limit is the key of rank `wanted` in each row: strictly smaller ones are drawn.
    lowest = np.partition(keys, range(min(most + 1, n)), axis=1)
    limit = np.take_along_axis(lowest, np.where(possible, wanted, 0)[:, None], axis=1)
    moved = np.repeat(ties[None], copies, axis=0)
    rows = (ties[chooser] & ~lost[copy, chooser]) | (keys < limit)
    moved[copy[possible], chooser[possible]] = rows[possible]
    return moved


def _membership(roster: tuple[str, ...], i: int, labels: Counts, together: Reals) -> Membership:
    own = int(labels[i])
    mean_with: dict[int, float] = {}
    for group in range(int(labels.max()) + 1):
        mates = labels == group
        mates[i] = False
        if mates.any():
            mean_with[group] = float(together[i, mates].mean())
    others = {group: mean for group, mean in mean_with.items() if group != own}
    nearest = min(others, key=lambda group: (-others[group], group)) if others else None
    return Membership(
        pupil=roster[i],
        group=own,
        stability=mean_with.get(own),
        nearest_other=nearest,
        with_other=others[nearest] if nearest is not None else 0.0,
    )
