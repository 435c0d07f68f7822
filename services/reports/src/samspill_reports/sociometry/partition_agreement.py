"""How alike the subgroups of two waves are, and which of them to draw in one colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize as _optimize

from samspill_reports.sociometry import seeded
from samspill_reports.sociometry.arrays import Counts
from samspill_reports.sociometry.partition import Partition, labels_of

optimize: Any = _optimize


@dataclass(frozen=True, slots=True)
class Agreement:
    """How alike two partitions are on the pupils of both."""

    adjusted_rand: float | None
    """1 the same, 0 what chance gives; None below two common pupils."""
    p: float
    """Permutation p of an agreement as high, (1 + #{≥})/(1 + permutations)."""
    matched: tuple[tuple[int, int], ...]
    """(earlier group, later group) with the largest total overlap: draw them in one colour."""


def agreement(
    before: Partition,
    after: Partition,
    *,
    seed: int = seeded.DEFAULT_SEED,
    permutations: int = 999,
) -> Agreement:
    """Compare the subgroups of two waves (adjusted Rand index, Hubert & Arabie 1985)."""
    old_members = {pupil for group in before.groups for pupil in group}
    common = tuple(sorted(p for group in after.groups for p in group if p in old_members))
    old, new = labels_of(before, common), labels_of(after, common)
    table = np.zeros((len(before.groups), len(after.groups)), dtype=np.int64)
    np.add.at(table, (old, new), 1)
    rows, columns = optimize.linear_sum_assignment(-table)
    seen = adjusted_rand(old, new)
    random = seeded.stream(seed, 5)
    drawn = [adjusted_rand(old, new[order])
             for order in seeded.orders(random, permutations, len(common))]  # fmt: skip
    reached = sum(d is not None and seen is not None and d >= seen - 1e-12 for d in drawn)
    return Agreement(
        adjusted_rand=seen,
        p=(1 + reached) / (1 + permutations) if seen is not None else 1.0,
        matched=tuple((int(i), int(j)) for i, j in zip(rows, columns, strict=True) if table[i, j]),
    )


def adjusted_rand(one: Counts, other: Counts) -> float | None:
    """Adjusted Rand index of two labellings; 1 where both are trivial in the same way."""
    n = len(one)
    if n < 2:
        return None
    table = np.zeros((int(one.max()) + 1, int(other.max()) + 1), dtype=np.int64)
    np.add.at(table, (one, other), 1)

    def pairs(counts: Counts) -> int:
        return int((counts * (counts - 1) // 2).sum())

    both, rows, columns = pairs(table.ravel()), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    expected = rows * columns / (n * (n - 1) // 2)
    top = (rows + columns) / 2
    return 1.0 if top == expected else (both - expected) / (top - expected)
