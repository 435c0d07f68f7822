"""Modularity in whole numbers, so that equal partitions tie exactly and on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from samspill_reports.sociometry.arrays import Counts, Reals, Ties
from samspill_reports.sociometry.sociogram import Relation


@dataclass(frozen=True, eq=False)
class Objective:
    """Q(g) = Σ_ij gain_ij·[g_i = g_j] / scale, with whole gains (exact in float64).

    `gain` is n × n and symmetric; its diagonal belongs to every partition alike. `scale` is 0
    where nobody chose anyone: Q is then undefined, and every partition is as good.
    """

    gain: Reals
    scale: int

    @property
    def n(self) -> int:
        """Pupils."""
        return len(self.gain)

    def total(self, labels: Counts) -> int:
        """Σ_ij gain_ij over pairs in one group, diagonal included."""
        return int((self.gain * (labels[:, None] == labels[None, :])).sum())

    def q(self, labels: Counts) -> float | None:
        """Modularity of a partition; None without any tie."""
        return self.total(labels) / self.scale if self.scale else None


def weights(relations: Sequence[Relation]) -> Reals:
    """W = Σ (A + Aᵀ) over the questions: 1 for a one-sided choice, 2 for a mutual one."""
    n = relations[0].n
    total = np.zeros((n, n))
    for relation in relations:
        total += relation.ties
    return np.asarray(total + total.T, dtype=np.float64)


def of_weights(weight: Reals) -> Objective:
    """Undirected Q = Σ [W_ij − s_i s_j/2w]·δ / 2w (Newman 2004), times (2w)²."""
    strength = weight.sum(axis=1)
    double = float(strength.sum())
    return Objective(double * weight - np.outer(strength, strength), int(double * double))


def of_directed(ties: Ties) -> Objective:
    """Directed Q = Σ [A_ij − K_i d_j/m]·δ / m (Leicht & Newman 2008), times 2m², symmetrised."""
    a = ties.astype(np.float64)
    m = float(a.sum())
    one_way = m * a - np.outer(a.sum(axis=1), a.sum(axis=0))
    return Objective(one_way + one_way.T, int(2 * m * m))


def gains_of_copies(weight: Reals) -> Reals:
    """The gains of many weight matrices at once: copies × n × n."""
    strength = weight.sum(axis=2)
    double = strength.sum(axis=1)[:, None, None]
    return np.asarray(double * weight - strength[:, :, None] * strength[:, None, :])


def renumbered(labels: Counts) -> Counts:
    """The same partition with groups numbered by first appearance."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[inverse], dtype=np.int64)
