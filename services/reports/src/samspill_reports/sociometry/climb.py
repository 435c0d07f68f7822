"""Local search for modularity over many partitions at once, by moves and merges."""

from __future__ import annotations

import numpy as np

from samspill_reports.sociometry.arrays import Counts, Mask, Reals


def climb(gain: Reals, labels: Counts, order: Counts) -> Counts:
    """Improve every row of `labels` to a partition that no move and no merge improves.

    `gain` is n × n (shared) or copies × n × n, symmetric, in whole numbers; `labels` is
    copies × n with values in 0 … n−1; `order` is copies × n, the order in which each copy
    visits its pupils. Deterministic: no random choice is made here, and sums of whole
    numbers are exact, so the order of floating-point operations does not matter.
    """
    flat = gain.copy()
    diagonal = np.arange(gain.shape[-1])
    flat[..., diagonal, diagonal] = 0.0
    labels = labels.copy()
    active = np.arange(len(labels))
    while len(active):
        part = flat[active] if flat.ndim == 3 else flat
        here = labels[active]
        pull = _pull(part, here)
        _move_until_still(part, here, pull, order[active])
        merged = _merge(here, pull)
        labels[active] = here
        active = active[merged]
    return labels


def _pull(gain: Reals, labels: Counts) -> Reals:
    """copies × groups × n: what pupil i would gain in group g."""
    copies, n = labels.shape
    member = np.zeros((copies, n, n))
    member[np.arange(copies)[:, None], labels, np.arange(n)[None, :]] = 1.0
    return np.asarray(member @ gain, dtype=np.float64)


def _move_until_still(gain: Reals, labels: Counts, pull: Reals, order: Counts) -> None:
    """Sweep over the pupils, each to its best group, until a whole sweep changes nothing."""
    copies, n = labels.shape
    awake = np.arange(copies)
    while len(awake):
        moved = np.zeros(len(awake), dtype=bool)
        for step in range(n):
            moved |= _move_one(gain, labels, pull, awake, order[awake, step])
        awake = awake[moved]


def _move_one(gain: Reals, labels: Counts, pull: Reals, awake: Counts, pupil: Counts) -> Mask:
    """Move one pupil in each awake copy to its best group; true where it moved."""
    choice = pull[awake, :, pupil]
    rows = np.arange(len(awake))
    old = labels[awake, pupil]
    best = choice.argmax(axis=1)
    better = choice[rows, best] > choice[rows, old]
    if better.any():
        copy, who, to, source = awake[better], pupil[better], best[better], old[better]
        change = gain[copy, who] if gain.ndim == 3 else gain[who]
        pull[copy, source] -= change
        pull[copy, to] += change
        labels[copy, who] = to
    return np.asarray(better)


def _merge(labels: Counts, pull: Reals) -> Mask:
    """Join the two groups that gain most by it, while any do; true where something joined."""
    copies, n = labels.shape
    member = np.zeros((copies, n, n))
    member[np.arange(copies)[:, None], labels, np.arange(n)[None, :]] = 1.0
    between = pull @ member.transpose(0, 2, 1)
    between[:, np.arange(n), np.arange(n)] = 0.0
    joined = np.zeros(copies, dtype=bool)
    awake = np.arange(copies)
    while len(awake):
        best = between[awake].reshape(len(awake), -1).argmax(axis=1)
        one, other = np.divmod(best, n)
        useful = between[awake, one, other] > 0
        awake, one, other = awake[useful], one[useful], other[useful]
        joined[awake] = True
        between[awake, one] += between[awake, other]
        between[awake, :, one] += between[awake, :, other]
        between[awake, other] = 0.0
        between[awake, :, other] = 0.0
        between[awake, one, one] = 0.0
        labels[awake] = np.where(labels[awake] == other[:, None], one[:, None], labels[awake])
    return joined
