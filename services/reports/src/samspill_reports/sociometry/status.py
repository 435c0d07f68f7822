"""Choices received: how many, of how many possible, and how unusual that is by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from samspill_reports.sociometry.arrays import Mask, Reals
from samspill_reports.sociometry.sociogram import Relation

RARE: Final = 0.05
"""One-sided level of "often chosen" and "rarely chosen" (SOCIOMETRY 2)."""

SMALLEST: Final = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, slots=True)
class Received:
    """One pupil's received choices in one question (SOCIOMETRY 1.3, 3, 8)."""

    pupil: str
    count: int
    """d_i, the choices seen; also the smallest number under any completion."""
    possible: int
    """N_i, how many answered and could have chosen this pupil."""
    at_most: int
    """The largest number, if every other silent pupil would have chosen this one."""
    expected: float
    """μ_i = Σ p_j with p_j = K_j/(n−1) over the other respondents: everyone's number of
    choices is kept and spread evenly."""
    deviation: float
    """σ_i, standard deviation of the same Poisson-binomial count."""
    p_as_many: float
    """P(X ≥ d_i), in (0, 1]."""
    p_as_few: float
    """P(X ≤ d_i), in (0, 1]."""
    roster: int
    """n, the pupils on the roster."""

    @property
    def share(self) -> float | None:
        """c_i = d_i/N_i; None when nobody else answered."""
        return self.count / self.possible if self.possible else None

    @property
    def share_at_least(self) -> float | None:
        """d_i/(n−1), the lowest share under any completion; None in a class of one."""
        return self.count / (self.roster - 1) if self.roster > 1 else None

    @property
    def share_at_most(self) -> float | None:
        """The highest share under any completion; None in a class of one."""
        return self.at_most / (self.roster - 1) if self.roster > 1 else None

    @property
    def standard_error(self) -> float | None:
        """√(c(1−c)/N · (1−N/(n−1))): finite population, 0 when all answered, silence random."""
        share = self.share
        if share is None or self.roster < 2:
            return None
        unseen = 1 - self.possible / (self.roster - 1)
        return float(np.sqrt(share * (1 - share) / self.possible * max(unseen, 0.0)))

    @property
    def z(self) -> float | None:
        """(d_i − μ_i)/σ_i; None where chance leaves no room (σ = 0)."""
        return (self.count - self.expected) / self.deviation if self.deviation else None


def chances(relation: Relation) -> Reals:
    """p_j = K_j/(n−1), the chance that respondent j names any given other; 0 for the silent."""
    others = max(relation.n - 1, 1)
    return np.where(relation.answered, relation.made / others, 0.0).astype(np.float64)


def poisson_binomial(chance: Reals) -> Reals:
    """Exact distribution of a sum of independent yes/no trials, per row.

    `chance` is rows × trials; the answer is rows × (trials + 1), P(X = 0 … trials).
    Convolution, O(trials²) per row; no approximation.
    """
    rows, trials = chance.shape
    mass = np.zeros((rows, trials + 1))
    mass[:, 0] = 1.0
    for j in range(trials):
        p = chance[:, j : j + 1]
        mass[:, 1 : j + 2] = mass[:, 1 : j + 2] * (1 - p) + mass[:, : j + 1] * p
        mass[:, 0] *= 1 - p[:, 0]
    return mass


def tails(chance: Reals, seen: np.typing.NDArray[np.int64]) -> tuple[Reals, Reals]:
    """(P(X ≥ seen), P(X ≤ seen)) per row of `chance`, each in (0, 1].

    Each tail is summed on its own, small terms first, so that a rare one keeps its digits.
    """
    mass = poisson_binomial(chance)
    support = np.arange(mass.shape[1])[None, :]
    many = np.where(support >= seen[:, None], mass, 0.0)[:, ::-1].sum(axis=1)
    few = np.where(support <= seen[:, None], mass, 0.0).sum(axis=1)
    return np.clip(many, SMALLEST, 1.0), np.clip(few, SMALLEST, 1.0)


def chances_of_others(relation: Relation, voters: Mask | None = None) -> Reals:
    """n × n: row i holds every voter's chance of naming i; zero for i and for non-voters."""
    chance = chances(relation)
    if voters is not None:
        chance = np.where(voters, chance, 0.0)
    table = np.broadcast_to(chance, (relation.n, relation.n)).copy()
    np.fill_diagonal(table, 0.0)
    return table


def most_received(relation: Relation) -> np.typing.NDArray[np.int64]:
    """d_i + |V without R and i|: with K_max = 0 nothing can be added."""
    silent = int((~relation.answered).sum()) - (~relation.answered).astype(np.int64)
    if relation.max_choices == 0:
        silent = silent * 0
    return np.asarray(relation.received + silent, dtype=np.int64)


def choices_received(relation: Relation) -> tuple[Received, ...]:
    """Choices received by each pupil of the roster, in roster order (all of section 14.2)."""
    if relation.n == 0:
        return ()
    table = chances_of_others(relation)
    many, few = tails(table, relation.received)
    expected = table.sum(axis=1)
    deviation = np.sqrt((table * (1 - table)).sum(axis=1))
    at_most = most_received(relation)
    return tuple(
        Received(
            pupil=pupil,
            count=int(relation.received[i]),
            possible=int(relation.possible[i]),
            at_most=int(at_most[i]),
            expected=float(expected[i]),
            deviation=float(deviation[i]),
            p_as_many=float(many[i]),
            p_as_few=float(few[i]),
            roster=relation.n,
        )
        for i, pupil in enumerate(relation.roster)
    )


@dataclass(frozen=True, slots=True)
class Breadth:
    """One pupil over several questions: single limited questions are unreliable."""

    pupil: str
    questions: int
    """In how many questions somebody chose this pupil."""
    choosers: int
    """How many different classmates chose this pupil in any question."""


def breadth(relations: Sequence[Relation]) -> tuple[Breadth, ...]:
    """In how many questions, and by how many classmates, each pupil was chosen."""
    if not relations:
        return ()
    stack = np.stack([relation.ties for relation in relations])
    questions, choosers = stack.any(axis=1).sum(axis=0), stack.any(axis=0).sum(axis=0)
    return tuple(
        Breadth(pupil, int(questions[i]), int(choosers[i]))
        for i, pupil in enumerate(relations[0].roster)
    )
