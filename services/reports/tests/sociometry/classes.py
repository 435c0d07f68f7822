"""Small classes for tests, written as who chose whom."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from samspill_reports.sociometry import Relation, Sociogram


def question(
    roster: str | list[str],
    choices: str,
    *,
    silent: str = "",
    max_choices: int | None = None,
    gender: Mapping[str, str | None] | None = None,
) -> Relation:
    """`question("abc", "ab ba bc", silent="c")`: one letter a pupil, one pair a choice."""
    pairs = [(pair[0], pair[1]) for pair in choices.split()]
    return Sociogram.of(
        list(roster),
        {"q": pairs},
        respondents=[pupil for pupil in roster if pupil not in silent],
        max_choices=max_choices,
        gender=gender,
    )["q"]


def of_matrix(
    ties: np.typing.NDArray[np.bool_], *, silent: frozenset[int] = frozenset()
) -> Relation:
    """A class whose pupils are called 000, 001, …; rows of the silent are ignored."""
    ids = [f"{i:03}" for i in range(len(ties))]
    pairs = [(ids[i], ids[j]) for i, j in zip(*np.nonzero(ties), strict=True)]
    return Sociogram.of(
        ids, {"q": pairs}, respondents=[p for i, p in enumerate(ids) if i not in silent]
    )["q"]


def planted(
    seed: int, sizes: tuple[int, ...], made: tuple[int, int], inside: float
) -> np.typing.NDArray[np.bool_]:
    """A class in which nobody is excluded: each names some of its own group, evenly, and others."""
    random = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(sizes)), sizes)
    n = len(group)
    ties = np.zeros((n, n), dtype=bool)
    for i in range(n):
        count = int(random.integers(made[0], made[1] + 1))
        own = np.flatnonzero((group == group[i]) & (np.arange(n) != i))
        within = min(int((random.random(count) < inside).sum()), len(own))
        ties[i, random.permutation(own)[:within]] = True
        ties[i, random.permutation(np.flatnonzero(group != group[i]))[: count - within]] = True
    return ties
