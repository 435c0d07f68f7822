"""Random numbers from an argument, the same on every machine and whatever the pupils are called."""

from __future__ import annotations

import numpy as np

from samspill_reports.sociometry.arrays import Counts, Reals, Ties

DEFAULT_SEED = 1934
"""Used where the caller names none, so that two reports on the same ties agree."""


def stream(seed: int, purpose: int) -> np.random.Generator:
    """An independent stream for one purpose; only uniform doubles are drawn from it."""
    return np.random.Generator(np.random.PCG64([seed, purpose]))


def orders(random: np.random.Generator, copies: int, n: int) -> Counts:
    """copies × n: a random order of the pupils for each copy."""
    return np.asarray(random.random((copies, n)).argsort(axis=1, kind="stable"))


def canonical_order(layers: list[Ties], marks: Counts) -> Counts:
    """An order of the pupils that follows from the ties and marks alone, not from their ids.

    Colour refinement (Weisfeiler & Leman 1968) on all layers together; a tie that is left is
    broken at the first pupil in the given order and refined again. Pupils who remain tied are,
    but for rare regular patterns, exchangeable. Random draws are made in this order, so that
    renaming or re-sorting the class leaves every simulated figure as it was.
    """
    n = len(marks)
    colour = _ranks(marks.astype(np.uint64))
    while True:
        colour = _refined(layers, colour)
        counts = np.bincount(colour, minlength=n)
        tied = np.flatnonzero(counts > 1)
        if not len(tied):
            return np.argsort(colour)
        first = int(np.flatnonzero(colour == tied[0])[0])
        # Ranks leave room below each class: the chosen one moves ahead of its equals.
        doubled = colour * 2 + 1
        doubled[first] -= 1
        colour = _ranks(doubled.astype(np.uint64))


def _ranks(values: np.typing.NDArray[np.uint64]) -> Counts:
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64)


def _refined(layers: list[Ties], colour: Counts) -> Counts:
    """Split colours by the colours of those chosen and of those who choose, until stable."""
    classes = int(colour.max(initial=0)) + 1 if len(colour) else 0
    while True:
        seen = colour.astype(np.uint64)
        hashed = _mixed(seen + np.uint64(1))
        for number, layer in enumerate(layers):
            ties = layer.astype(np.uint64)
            salt = np.uint64(2 * number + 3)
            seen = _mixed(seen * np.uint64(31) + _mixed(ties @ hashed + salt))
            seen = _mixed(seen * np.uint64(37) + _mixed(ties.T @ hashed + salt + salt))
        pair = np.stack([colour.astype(np.uint64), seen], axis=1)
        finer = np.asarray(np.unique(pair, axis=0, return_inverse=True)[1], dtype=np.int64).ravel()
        now = int(finer.max(initial=0)) + 1 if len(finer) else 0
        if now == classes:
            return colour
        colour, classes = finer, now


def _mixed(values: np.typing.NDArray[np.uint64]) -> np.typing.NDArray[np.uint64]:
    """Scatter 64-bit numbers (the finaliser of splitmix64); wrap-around is meant."""
    x = values ^ (values >> np.uint64(30))
    x = x * np.uint64(0xBF58476D1CE4E5B9)
    x = x ^ (x >> np.uint64(27))
    x = x * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)), dtype=np.uint64)


def uniform(random: np.random.Generator, *shape: int) -> Reals:
    """Uniform doubles in [0, 1)."""
    return np.asarray(random.random(shape), dtype=np.float64)
