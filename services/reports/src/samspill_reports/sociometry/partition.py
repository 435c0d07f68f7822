"""Subgroups by our own seeded search: many starts, kicked and climbed until they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from samspill_reports.sociometry import modularity, seeded
from samspill_reports.sociometry.arrays import Counts
from samspill_reports.sociometry.climb import climb, totals
from samspill_reports.sociometry.modularity import Objective
from samspill_reports.sociometry.sociogram import Relation

STARTS = 48
FEWEST_ROUNDS = 4
"""Kicks before agreement counts: half of all starts may share one local optimum."""
MOST_ROUNDS = 16
KICKED = 0.4
"""Share of pupils that a kick puts with a random classmate."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Groups of pupils that cover the roster, the largest first; no tie between sizes is ranked."""

    groups: tuple[tuple[str, ...], ...]
    modularity: float | None
    """Q of the groups; None where nobody chose anyone (then everyone stands alone)."""
    agreement: float
    """The share of independent starts that ended at this Q, between 0 and 1."""

    def group_of(self, pupil: str) -> int:
        """Index into `groups`; KeyError for a stranger."""
        for number, group in enumerate(self.groups):
            if pupil in group:
                return number
        raise KeyError(pupil)


def search(relations: Sequence[Relation], *, seed: int = seeded.DEFAULT_SEED) -> Partition:
    """The best partition found for W = Σ(A + Aᵀ) over the questions (one or several).

    Not proven best: `exact_partition.solve` proves. Deterministic for the same ties and seed.
    """
    objective = modularity.of_weights(modularity.weights(relations))
    order = canonical(relations)
    labels, agreement = best_labels(reordered(objective, order), seed=seed)
    back = np.empty_like(labels)
    back[order] = labels
    return as_partition(relations[0].roster, back, objective.q(back), agreement)


def canonical(relations: Sequence[Relation]) -> Counts:
    """The order in which random numbers meet the pupils; free of their ids."""
    layers = [relation.ties for relation in relations]
    marks = sum((relation.answered.astype(np.int64) << at for at, relation in enumerate(relations)))
    return seeded.canonical_order(layers, np.asarray(marks))


def reordered(objective: Objective, order: Counts) -> Objective:
    """The same objective with its pupils in another order."""
    return Objective(objective.gain[np.ix_(order, order)], objective.scale)


def best_labels(
    objective: Objective, *, seed: int, starts: int = STARTS, rounds: int = MOST_ROUNDS
) -> tuple[Counts, float]:
    """The best labels found, and the share of starts that reached their value.

    Stops when half of the starts agree, after FEWEST_ROUNDS kicks at the least and `rounds` at
    the most: a count of work and never of time. Among equal values the labelling that is
    smallest in the given order wins.
    """
    n = objective.n
    if n == 0 or not objective.scale:
        return np.arange(n), 1.0
    random = seeded.stream(seed, 1)
    alone = np.tile(np.arange(n), (starts, 1))
    best = climb(objective.gain, alone, seeded.orders(random, starts, n))
    value = totals(objective.gain, best)
    for done in range(rounds):
        if done >= FEWEST_ROUNDS and 2 * int((value == value.max()).sum()) >= starts:
            break
        kicked = climb(objective.gain, _kick(best, random), seeded.orders(random, starts, n))
        found = totals(objective.gain, kicked)
        better = found >= value
        best[better], value[better] = kicked[better], found[better]
    top = [modularity.renumbered(row) for row in best[value == value.max()]]
    return min(top, key=tuple), float((value == value.max()).mean())


def _kick(labels: Counts, random: np.random.Generator) -> Counts:
    copies, n = labels.shape
    moved = random.random((copies, n)) < KICKED
    companion = (random.random((copies, n)) * n).astype(np.int64)
    return np.where(moved, np.take_along_axis(labels, companion, axis=1), labels)


def as_partition(
    roster: tuple[str, ...], labels: Counts, q: float | None, agreement: float
) -> Partition:
    """Name the groups' members; larger groups first, then by first member."""
    members: dict[int, list[str]] = {}
    for pupil, label in zip(roster, labels.tolist(), strict=True):
        members.setdefault(label, []).append(pupil)
    groups = sorted((tuple(group) for group in members.values()), key=lambda g: (-len(g), g[0]))
    return Partition(tuple(groups), q, agreement)


def labels_of(partition: Partition, roster: tuple[str, ...]) -> Counts:
    """The index of each pupil's group, in roster order."""
    number = {pupil: at for at, group in enumerate(partition.groups) for pupil in group}
    return np.array([number[pupil] for pupil in roster], dtype=np.int64)
