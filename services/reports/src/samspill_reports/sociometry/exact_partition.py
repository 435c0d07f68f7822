"""The partition of highest modularity, with a certificate that no other is better."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import gcd
from typing import Final

import numpy as np

from samspill_reports.sociometry import modularity, seeded
from samspill_reports.sociometry.arrays import Counts
from samspill_reports.sociometry.clique_programme import Programme, Work
from samspill_reports.sociometry.cohesion import components
from samspill_reports.sociometry.modularity import Objective
from samspill_reports.sociometry.partition import (
    Partition,
    as_partition,
    best_labels,
    canonical,
    reordered,
)
from samspill_reports.sociometry.sociogram import Relation

NODE_LIMIT: Final = 2000
"""Branch-and-bound nodes per connected part. A count, not a time: every machine says the same."""
LARGEST: Final = 64
"""Connected parts with more pupils are left to the search, and the certificate says so."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is known about the partition shown, in the whole numbers of the objective."""

    proven: bool
    """True: no partition of these pupils has a higher modularity."""
    value: int
    """Σ gains of the partition shown; modularity is value/scale."""
    bound: int
    """No partition is worth more than this; equal to `value` when proven."""
    scale: int
    programmes: int
    """Linear programmes solved."""
    nodes: int
    """Branch-and-bound nodes spent, of `node_limit` for each connected part."""
    node_limit: int
    effort: int
    """Simplex steps times constraints, of `clique_programme.EFFORT_LIMIT`."""

    @property
    def gap(self) -> float | None:
        """How much higher modularity could be; 0 when proven, None without ties."""
        return (self.bound - self.value) / self.scale if self.scale else None


@dataclass(frozen=True, slots=True)
class Solved:
    """The best partition known, and how far it is proven."""

    partition: Partition
    certificate: Certificate


def solve(
    relations: Sequence[Relation],
    *,
    seed: int = seeded.DEFAULT_SEED,
    node_limit: int = NODE_LIMIT,
) -> Solved:
    """Maximise modularity of W = Σ(A + Aᵀ) exactly (see `solve_objective`)."""
    objective = modularity.of_weights(modularity.weights(relations))
    order = canonical(relations)
    return solve_objective(
        objective, relations[0].roster, order=order, seed=seed, node_limit=node_limit
    )


def solve_directed(
    relation: Relation, *, seed: int = seeded.DEFAULT_SEED, node_limit: int = NODE_LIMIT
) -> Solved:
    """Maximise the directed modularity of Leicht & Newman (2008) exactly."""
    order = canonical([relation])
    objective = modularity.of_directed(relation.ties)
    return solve_objective(
        objective, relation.roster, order=order, seed=seed, node_limit=node_limit
    )


def solve_objective(
    objective: Objective, roster: tuple[str, ...], *, order: Counts, seed: int, node_limit: int
) -> Solved:
    """Search, then prove by the clique-partitioning programme (Grötschel & Wakabayashi 1989).

    Each connected part is solved by itself: an optimal group never spans two. The search gives
    the value to beat; linear programmes with triangle constraints added as they are violated give
    bounds; reduced costs fix what cannot differ in anything better; branch and bound settles the
    rest. Values are whole numbers, so a bound below the next possible value is a proof.
    """
    turned = reordered(objective, order)
    labels, agreement = best_labels(turned, seed=seed)
    work = Work(node_limit=node_limit)
    bound = int(np.trace(turned.gain))
    for part in _parts(turned):
        inside, limit = _settled(turned.gain[np.ix_(part, part)], labels[part], work)
        labels[part] = inside + turned.n * (1 + int(part[0]))
        bound += limit
    back = np.empty_like(labels)
    back[order] = modularity.renumbered(labels)
    value = objective.total(back)
    return Solved(
        as_partition(roster, back, objective.q(back), agreement),
        Certificate(
            proven=value == bound,
            value=value,
            bound=bound,
            scale=objective.scale,
            programmes=work.programmes,
            nodes=work.nodes,
            node_limit=node_limit,
            effort=work.effort,
        ),
    )


def _parts(objective: Objective) -> Iterator[Counts]:
    """Pupils that ties hold together; between parts every gain is negative or zero."""
    part = components(np.asarray(objective.gain > 0))
    for number in range(int(part.max(initial=-1)) + 1):
        yield np.flatnonzero(part == number)


def _settled(gain: np.typing.NDArray[np.float64], labels: Counts, work: Work) -> tuple[Counts, int]:
    """The best labels of one part, and a proven upper bound on Σ gains over its pairs."""
    labels = modularity.renumbered(labels)
    n = len(gain)
    pairs = np.triu_indices(n, 1)
    profit = 2 * gain[pairs].astype(np.int64)
    positive = int(profit[profit > 0].sum())
    together = (labels[:, None] == labels[None, :])[pairs]
    if n < 3 or positive == int(profit[together].sum()):
        return labels, positive
    if n > LARGEST:
        return labels, positive
    step = gcd(*(int(each) for each in profit))
    programme = Programme(n, profit, step, work)
    return programme.prove(labels)
