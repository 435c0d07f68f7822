"""Pairs of pupils: chosen both ways, one way, or not decidable because one did not answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samspill_reports.sociometry.arrays import Ties, ratio
from samspill_reports.sociometry.sociogram import Pair, Relation


@dataclass(frozen=True, slots=True)
class Pairs:
    """The named pairs of one question, in roster order."""

    mutual: tuple[Pair, ...]
    """Each unordered pair once, the smaller id first."""
    one_sided: tuple[Pair, ...]
    """(chooser, chosen): both answered, and the chosen one did not choose back."""
    open: tuple[Pair, ...]
    """(chooser, chosen): the chosen one did not answer, so it is not known."""


@dataclass(frozen=True, slots=True)
class DyadCensus:
    """Counts of unordered pairs of respondents (Holland & Leinhardt 1976), and open ones."""

    mutual: int
    asymmetric: int
    null: int
    open: int
    """Ties to pupils who did not answer."""

    @property
    def reciprocity(self) -> float | None:
        """ρ = 2M / (2M + As): the share of choices that are returned; None without choices."""
        return ratio(2 * self.mutual, 2 * self.mutual + self.asymmetric)

    @property
    def reciprocity_of_pairs(self) -> float | None:
        """M / (M + As): the share of chosen pairs that are mutual; None without choices."""
        return ratio(self.mutual, self.mutual + self.asymmetric)

    @property
    def reciprocity_with_null(self) -> float | None:
        """(M + N) / all pairs, the default of R's sna: counts silence as agreement. Never show."""
        return ratio(self.mutual + self.null, self.mutual + self.asymmetric + self.null)

    def reciprocity_above_density(self, density: float | None) -> float | None:
        """ρ* = (ρ − a)/(1 − a) (Garlaschelli & Loffredo 2004), a = density; None if undefined."""
        if self.reciprocity is None or density is None or density == 1:
            return None
        return (self.reciprocity - density) / (1 - density)


@dataclass(frozen=True, slots=True)
class Returned:
    """How one pupil's choices are answered, among pairs where both answered."""

    pupil: str
    mutual: int
    made: int
    """Choices to pupils who answered."""
    received: int
    """Choices from pupils, counted only where this pupil answered."""
    open: int
    """Own choices to pupils who did not answer."""

    @property
    def share_of_own(self) -> float | None:
        """M_i / K_i within R × R; None when this pupil chose no respondent."""
        return ratio(self.mutual, self.made)

    @property
    def share_of_received(self) -> float | None:
        """M_i / d_i; None when nobody chose this pupil, or the pupil did not answer."""
        return ratio(self.mutual, self.received)


def decidable(relation: Relation) -> Ties:
    """A within R × R: the choices whose return is known."""
    answered = relation.answered
    return np.asarray(relation.ties & answered[:, None] & answered[None, :], dtype=bool)


def mutual_ties(relation: Relation) -> Ties:
    """Symmetric: true where i and j, both respondents, named each other."""
    known = decidable(relation)
    return np.asarray(known & known.T, dtype=bool)


def pairs(relation: Relation) -> Pairs:
    """List the mutual, one-sided and open pairs of a question."""
    known = decidable(relation)
    return Pairs(
        mutual=relation.pairs(np.triu(known & known.T)),
        one_sided=relation.pairs(known & ~known.T),
        open=relation.pairs(relation.ties & ~relation.answered[None, :]),
    )


def dyad_census(relation: Relation) -> DyadCensus:
    """Count pairs within R × R; ties to non-respondents are counted as open."""
    known = decidable(relation)
    r = int(relation.answered.sum())
    mutual = int((known & known.T).sum()) // 2
    asymmetric = int((known & ~known.T).sum())
    return DyadCensus(
        mutual=mutual,
        asymmetric=asymmetric,
        null=r * (r - 1) // 2 - mutual - asymmetric,
        open=int((relation.ties & ~relation.answered[None, :]).sum()),
    )


def returned(relation: Relation) -> tuple[Returned, ...]:
    """For each pupil of the roster, how many choices are returned."""
    known = decidable(relation)
    mutual = (known & known.T).sum(axis=1)
    made = known.sum(axis=1)
    received = known.sum(axis=0)
    unanswered = (relation.ties & ~relation.answered[None, :]).sum(axis=1)
    return tuple(
        Returned(pupil, int(mutual[i]), int(made[i]), int(received[i]), int(unanswered[i]))
        for i, pupil in enumerate(relation.roster)
    )


def without_mutual(relation: Relation) -> tuple[str, ...]:
    """Respondents without a mutual choice and without an open one that could become mutual."""
    mutual = mutual_ties(relation).any(axis=1)
    undecided = (relation.ties & ~relation.answered[None, :]).any(axis=1)
    return relation.pupils(relation.answered & ~mutual & ~undecided)
