"""Clique partitioning of one connected part by linear and integer programmes (HiGHS)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from scipy import optimize as _optimize
from scipy import sparse as _sparse

from samspill_reports.sociometry.arrays import Counts, Reals
from samspill_reports.sociometry.cohesion import components
from samspill_reports.sociometry.modularity import renumbered

# Untyped upstream; named here once, so that the rest stays checked.
optimize: Any = _optimize
sparse: Any = _sparse

VIOLATED: Final = 1e-6
CUTS_PER_ROUND: Final = 3000
SAFE: Final = 1e-6
"""Share of one step by which rounding may blur a sum of a few thousand doubles."""


@dataclass(slots=True)
class Work:
    """How much solving was done; nodes are what is limited."""

    node_limit: int
    linear: int = 0
    integer: int = 0
    nodes: int = 0


@dataclass(slots=True)
class Programme:
    """max Σ profit_ij x_ij, x_ij ∈ {0, 1}, x_ij + x_jk − x_ik ≤ 1 for all i, j, k.

    `profit` holds whole numbers by pair (i < j, in the order of np.triu_indices); every value of
    a partition is a multiple of `step`.
    """

    n: int
    profit: Counts
    step: int
    work: Work
    triangles: set[tuple[int, int, int]] = field(default_factory=set)
    """Constraints in use, as (pair, pair, pair): first + second − third ≤ 1."""

    def prove(self, labels: Counts) -> tuple[Counts, int]:
        """The best labels found and a bound; the bound is their value when they are optimal."""
        while True:
            value = self._value(labels)
            bound, reduced = self._linear_bound()
            if bound < value + self.step:
                return labels, value
            better, bound = self._anything_better(value, bound, reduced)
            if better is None:
                return labels, bound
            labels = better

    def _value(self, labels: Counts) -> int:
        first, second = np.triu_indices(self.n, 1)
        return int(self.profit[labels[first] == labels[second]].sum())

    def _linear_bound(self) -> tuple[int, Reals]:
        """Upper bound with every violated triangle added, and each pair's reduced profit.

        The bound is Σ y + Σ max(0, profit − Aᵀy) for the solver's multipliers y, cut at zero:
        valid by weak duality for any y ≥ 0, so the solver's tolerances cannot weaken the proof.
        """
        scale = float(np.abs(self.profit).max())
        while True:
            matrix = self._matrix()
            result = optimize.linprog(
                -self.profit / scale,
                A_ub=matrix,
                b_ub=np.ones(len(self.triangles)),
                bounds=(0, 1),
                method="highs",
            )
            self.work.linear += 1
            assert result.status == 0, result.message
            if not self._add_violated(result.x):
                price = np.maximum(-result.ineqlin.marginals, 0.0) * scale
                reduced = self.profit - matrix.T @ price
                bound = float(price.sum() + np.maximum(reduced, 0.0).sum())
                return self._whole(bound), np.asarray(reduced, dtype=np.float64)

    def _whole(self, value: float) -> int:
        """The largest possible value of a partition that a floating-point bound allows."""
        slack = SAFE * self.step
        return int(np.floor((value + slack) / self.step)) * self.step

    def _anything_better(self, value: int, bound: int, reduced: Reals) -> tuple[Counts | None, int]:
        """Labels worth more than `value`, or None and the bound that is then proven."""
        scale = float(np.abs(self.profit).max())
        needed = value + self.step
        low, high = self._fixed(bound, needed, reduced)
        nodes_left = self.work.node_limit
        while nodes_left > 0:
            worth = optimize.LinearConstraint(
                sparse.csr_array(self.profit[None, :] / scale), needed / scale
            )
            result = optimize.milp(
                -self.profit / scale,
                integrality=np.ones(len(self.profit)),
                bounds=optimize.Bounds(low, high),
                constraints=[optimize.LinearConstraint(self._matrix(), -np.inf, 1.0), worth],
                options={"node_limit": nodes_left, "mip_rel_gap": 0.0},
            )
            self.work.integer += 1
            spent = int(getattr(result, "mip_node_count", 0) or 0)
            self.work.nodes += spent
            nodes_left -= max(spent, 1)
            if result.status == 2:
                return None, value
            if result.x is None:
                break
            if not self._add_violated(np.round(result.x)):
                return self._labels(result.x), bound
        return None, bound

    def _fixed(self, bound: int, needed: int, reduced: Reals) -> tuple[Reals, Reals]:
        """Reduced-cost fixing: a pair keeps its 0 or 1 if changing it costs more than the gap."""
        room = bound + self.step - needed
        low, high = np.zeros(len(reduced)), np.ones(len(reduced))
        high[reduced < -room] = 0.0
        low[reduced > room] = 1.0
        return low, high

    def _pair(self, i: Counts, j: Counts) -> Counts:
        low, high = np.minimum(i, j), np.maximum(i, j)
        return np.asarray(low * (2 * self.n - low - 1) // 2 + high - low - 1)

    def _add_violated(self, x: Reals) -> int:
        """Add the triangles that `x` breaks, the worst first; their number."""
        square = np.zeros((self.n, self.n))
        square[np.triu_indices(self.n, 1)] = x
        square += square.T
        excess = square[:, :, None] + square[None, :, :] - square[:, None, :] - 1
        i, j, k = np.nonzero(excess > VIOLATED)
        keep = (i < k) & (i != j) & (j != k)
        i, j, k = i[keep], j[keep], k[keep]
        worst = np.argsort(-excess[i, j, k], kind="stable")[:CUTS_PER_ROUND]
        i, j, k = i[worst], j[worst], k[worst]
        found = zip(
            self._pair(i, j).tolist(),
            self._pair(j, k).tolist(),
            self._pair(i, k).tolist(),
            strict=True,
        )
        before = len(self.triangles)
        self.triangles.update(found)
        return len(self.triangles) - before

    def _matrix(self) -> Any:
        if not self.triangles:
            return sparse.csr_array((0, len(self.profit)))
        columns = np.array(sorted(self.triangles)).ravel()
        rows = np.repeat(np.arange(len(self.triangles)), 3)
        signs = np.tile([1.0, 1.0, -1.0], len(self.triangles))
        return sparse.csr_array(
            (signs, (rows, columns)), shape=(len(self.triangles), len(self.profit))
        )

    def _labels(self, x: Reals) -> Counts:
        square = np.zeros((self.n, self.n), dtype=bool)
        square[np.triu_indices(self.n, 1)] = x > 0.5
        return renumbered(components(np.asarray(square | square.T)))
