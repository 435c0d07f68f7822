"""Local search for modularity over many partitions at once, by moves and merges."""

from __future__ import annotations

from typing import Final

import numpy as np

from samspill_reports.sociometry.arrays import Counts, Mask, Reals

CELLS_AT_ONCE: Final = 600_000
"""Copies are taken in parts of about this many gains, which a processor's cache can hold."""


def climb(gain: Reals, labels: Counts, order: Counts) -> Counts:
    """Improve every row of `labels` to a partition that no move and no merge improves.

    `gain` is n × n (shared) or copies × n × n, symmetric, in whole numbers; `labels` is
    copies × n with values in 0 … n−1; `order` is copies × n, the order in which each copy
    visits its pupils. Deterministic: no random choice is made here, and sums of whole
    numbers are exact, so the order of floating-point operations does not matter.
    """
    n = gain.shape[-1]
    at_once = max(1, CELLS_AT_ONCE // max(n * n, 1))
    parts = [
        _climbed(gain[part] if gain.ndim == 3 else gain, labels[part], order[part])
        for start in range(0, len(labels), at_once)
        for part in [slice(start, start + at_once)]
    ]
    return np.concatenate(parts)


def _climbed(gain: Reals, labels: Counts, order: Counts) -> Counts:
    flat = gain.copy()
    diagonal = np.arange(gain.shape[-1])
    flat[..., diagonal, diagonal] = 0.0
    labels = _compact(labels)
    active = np.arange(len(labels))
    while len(active):
        part = flat[active] if flat.ndim == 3 else flat
        here = labels[active]
        for only_once in (True, False):
            # A first sweep from everyone alone leaves far fewer groups to look at.
            here = _compact(here)
            pull = _pull(part, here)
            _move(part, here, pull, order[active], only_once=only_once)
        here = _compact(here)
        merged = _merge(here, _pull(part, here))
        labels[active] = here
        active = active[merged]
    return labels


def totals(gain: Reals, labels: Counts) -> Reals:
    """Σ gain over pairs in one group, for each row of labels (gain shared or one per row)."""
    member = _members(_compact(labels))
    return np.asarray(((member @ gain) * member).sum(axis=(1, 2)), dtype=np.float64)


def _compact(labels: Counts) -> Counts:
    """The same partitions with labels 0, 1, … without gaps in every row."""
    copies, n = labels.shape
    used = np.zeros((copies, n + 1), dtype=np.int64)
    used[np.arange(copies)[:, None], labels] = 1
    return np.take_along_axis(used.cumsum(axis=1) - 1, labels, axis=1)


def _members(labels: Counts) -> Reals:
    """copies × groups × n, with room for one group more."""
    copies, n = labels.shape
    groups = min(int(labels.max(initial=0)) + 2, n)
    member = np.zeros((copies, groups, n))
    member[np.arange(copies)[:, None], labels, np.arange(n)[None, :]] = 1.0
    return member


def _pull(gain: Reals, labels: Counts) -> Reals:
    """copies × groups × n: what pupil i would gain in group g."""
    copies, n = labels.shape
    if (labels == np.arange(n)).all():
        return np.array(np.broadcast_to(gain, (copies, n, n)), dtype=np.float64)
    return np.asarray(_members(labels) @ gain, dtype=np.float64)


def _move(gain: Reals, labels: Counts, pull: Reals, order: Counts, *, only_once: bool) -> None:
    """Sweep over the pupils who would gain, each to its best group, until nobody would."""
    while True:
        own = np.take_along_axis(pull, labels[:, None, :], axis=1)[:, 0]
        restless = pull.max(axis=1) > own
        queued = np.take_along_axis(restless, order, axis=1)
        waiting = queued.sum(axis=1)
        if not waiting.any():
            return
        queue = np.take_along_axis(order, np.argsort(~queued, axis=1, kind="stable"), axis=1)
        for step in range(int(waiting.max())):
            copies = np.flatnonzero(waiting > step)
            _move_one(gain, labels, pull, copies, queue[copies, step])
        if only_once:
            return


def _move_one(gain: Reals, labels: Counts, pull: Reals, copies: Counts, pupil: Counts) -> None:
    """Move one pupil in each of the copies to its best group, if that is better by now."""
    choice = pull[copies, :, pupil]
    rows = np.arange(len(copies))
    old = labels[copies, pupil]
    best = choice.argmax(axis=1)
    better = choice[rows, best] > choice[rows, old]
    copy, who, to, source = copies[better], pupil[better], best[better], old[better]
    change = gain[copy, who] if gain.ndim == 3 else gain[who]
    pull[copy, source] -= change
    pull[copy, to] += change
    labels[copy, who] = to


def _merge(labels: Counts, pull: Reals) -> Mask:
    """Join the two groups that gain most by it, while any do; true where something joined."""
    between = _members(labels) @ pull.transpose(0, 2, 1)
    copies, groups, _ = between.shape
    between[:, np.arange(groups), np.arange(groups)] = 0.0
    joined = np.zeros(copies, dtype=bool)
    awake = np.arange(copies)
    while len(awake):
        best = between[awake].reshape(len(awake), -1).argmax(axis=1)
        one, other = np.divmod(best, groups)
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
