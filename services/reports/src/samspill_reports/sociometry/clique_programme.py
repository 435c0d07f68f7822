"""Clique partitioning of one connected part: branch and bound on linear programmes (HiGHS)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
from scipy import optimize as _optimize
from scipy import sparse as _sparse

from samspill_reports.sociometry.arrays import Counts, Reals
from samspill_reports.sociometry.cohesion import components
from samspill_reports.sociometry.modularity import renumbered

# Untyped upstream; named here once, so that the rest stays checked.
optimize: Any = _optimize
sparse: Any = _sparse

INFEASIBLE: Final = 2
"""Status of scipy's linprog."""
EFFORT_LIMIT: Final = 1_500_000_000
"""Simplex steps times constraints: a minute or two. Dense, weakly grouped classes need it."""
VIOLATED: Final = 1e-6
CUTS_PER_ROUND: Final = 3000
SAFE: Final = 1e-6
"""Share of one step by which rounding may blur a sum of a few thousand doubles."""


@dataclass(slots=True)
class Work:
    """How much solving was done, and its limits: counts, never a time."""

    node_limit: int
    """Nodes for each part of the class."""
    effort_limit: int = EFFORT_LIMIT
    programmes: int = 0
    """Linear programmes solved."""
    nodes: int = 0
    effort: int = 0
    """Simplex steps times constraints, summed."""

    @property
    def is_spent(self) -> bool:
        """Whether the effort has reached its limit."""
        return self.effort >= self.effort_limit


class Node(NamedTuple):
    """A part of the search: pairs fixed apart (high 0) or together (low 1), and a bound."""

    low: Reals
    high: Reals
    bound: int


class Relaxed(NamedTuple):
    """The linear optimum of a node: the point, what each pair would still bring, the bound."""

    x: Reals
    reduced: Reals
    bound: int


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
        """The best labels found and a bound; the bound is their value when they are optimal.

        Branch and bound, depth first, on the least decided pair. Only something strictly better
        than the best known is looked for. Triangles found in one node serve in all. Stops at the
        node or effort limit, and then the bound is that of the parts not yet searched.
        """
        pairs = len(self.profit)
        every = int(self.profit[self.profit > 0].sum())
        value = self._value(labels)
        waiting = [Node(np.zeros(pairs), np.ones(pairs), every)]
        nodes_left = self.work.node_limit
        while waiting and nodes_left > 0 and not self.work.is_spent:
            node = waiting.pop()
            self.work.nodes += 1
            nodes_left -= 1
            relaxed = self._relaxed(node, value + self.step)
            if relaxed is None:
                continue
            undecided = np.minimum(relaxed.x, 1 - relaxed.x)
            if undecided.max() < VIOLATED:
                labels = self._labels(relaxed.x)
                value = self._value(labels)
            else:
                waiting.extend(self._halves(node, relaxed, value, int(undecided.argmax())))
        return labels, max([value, *(node.bound for node in waiting)])

    def _value(self, labels: Counts) -> int:
        first, second = np.triu_indices(self.n, 1)
        return int(self.profit[labels[first] == labels[second]].sum())

    def _relaxed(self, node: Node, needed: int) -> Relaxed | None:
        """The linear optimum with every violated triangle added; None if below `needed`.

        The bound is Σ y + Σ max(reduced·low, reduced·high) with reduced = profit − Aᵀy for the
        solver's multipliers y, cut at zero: valid by weak duality for any y ≥ 0, so the solver's
        tolerances cannot weaken the proof.
        """
        scale = float(np.abs(self.profit).max())
        while True:
            matrix = self._matrix()
            result = optimize.linprog(
                -self.profit / scale,
                A_ub=matrix,
                b_ub=np.ones(len(self.triangles)),
                bounds=np.stack([node.low, node.high], axis=1),
                method="highs",
            )
            self.work.programmes += 1
            self.work.effort += int(result.nit) * len(self.triangles)
            if result.status == INFEASIBLE:
                return None
            assert result.status == 0, result.message
            price = np.maximum(-result.ineqlin.marginals, 0.0) * scale
            reduced = np.asarray(self.profit - matrix.T @ price, dtype=np.float64)
            best = np.maximum(reduced * node.low, reduced * node.high)
            bound = self._whole(float(price.sum() + best.sum()))
            if bound < needed:
                return None
            if not self._add_violated(result.x):
                return Relaxed(result.x, reduced, bound)

    def _whole(self, value: float) -> int:
        """The largest possible value of a partition that a floating-point bound allows."""
        slack = SAFE * self.step
        return int(np.floor((value + slack) / self.step)) * self.step

    def _halves(self, node: Node, relaxed: Relaxed, value: int, pair: int) -> tuple[Node, Node]:
        """The node with `pair` apart and with it together; the latter is searched first.

        A pair keeps its 0 or 1 if changing it costs more than there is to gain (reduced cost).
        """
        room = relaxed.bound - value
        apart_costs = (node.low < node.high) & (relaxed.reduced > room)
        together_costs = (node.low < node.high) & (relaxed.reduced < -room)
        low = np.where(apart_costs, 1.0, node.low)
        high = np.where(together_costs, 0.0, node.high)
        apart, together = high.copy(), low.copy()
        apart[pair], together[pair] = 0.0, 1.0
        bound = min(relaxed.bound, node.bound)
        return Node(low, apart, bound), Node(together, high, bound)

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
