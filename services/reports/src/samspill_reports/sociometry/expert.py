"""Two-dimensional status from "like most" and "like least": expert mode only, never in a report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from samspill_reports.sociometry.arrays import Counts, Mask, Reals
from samspill_reports.sociometry.sociogram import Relation
from samspill_reports.sociometry.status import chances, tails

ALPHA = 0.05


class Category(StrEnum):
    """Terms of the literature. They depend on the method and are not shown in the interface."""

    POPULAR = "popular"
    REJECTED = "rejected"
    NEGLECTED = "neglected"
    CONTROVERSIAL = "controversial"
    AVERAGE = "average"
    UNCLASSIFIED = "unclassified"


@dataclass(frozen=True, slots=True)
class StandardScores:
    """Coie, Dodge & Coppotelli (1982) and Coie & Dodge (1983), in roster order."""

    z_most: tuple[float, ...]
    z_least: tuple[float, ...]
    preference: tuple[float, ...]
    """z of zLM − zLL (re-standardised, as Coie's group does)."""
    impact: tuple[float, ...]
    """z of zLM + zLL."""
    categories: tuple[Category, ...]


def standard_scores(
    most: Relation, least: Relation, *, restandardised: bool = True
) -> StandardScores:
    """Standard-score method on counts received; both questions share a roster.

    z uses the sample standard deviation (ddof 1) and is 0 for everyone where nothing varies.
    Inequalities are strict. Use at n ≥ 15 and 80 % participation (SOCIOMETRY 1.4).
    """
    z_most, z_least = _z(most.received), _z(least.received)
    preference, impact = z_most - z_least, z_most + z_least
    if restandardised:
        preference, impact = _z(preference), _z(impact)
    return StandardScores(
        tuple(z_most.tolist()),
        tuple(z_least.tolist()),
        tuple(preference.tolist()),
        tuple(impact.tolist()),
        _standard_categories(z_most, z_least, preference, impact),
    )


def probability_categories(most: Relation, least: Relation) -> tuple[Category, ...]:
    """Newcomb & Bukowski (1983) with each voter's own number of choices (Poisson-binomial)."""
    likes, dislikes = most.received, least.received
    high_most = tails(_table(chances(most)), likes)[0] <= ALPHA
    high_least = tails(_table(chances(least)), dislikes)[0] <= ALPHA
    both = np.clip(chances(most) + chances(least), 0.0, 1.0)
    seldom = tails(_table(both), likes + dislikes)[1] <= ALPHA
    below_most, below_least = above_chance(most) < 0, above_chance(least) < 0
    return _first_that_holds(
        (Category.POPULAR, high_most & below_least),
        (Category.REJECTED, high_least & below_most),
        (Category.CONTROVERSIAL, high_most | high_least),
        (Category.NEGLECTED, seldom),
        otherwise=Category.AVERAGE,
    )


def above_chance(relation: Relation) -> Counts:
    """(d_i − μ_i)·(n−1) in whole numbers, so that being exactly at the mean is exactly 0.

    The method's mean is what chance gives this pupil, since voters differ in generosity.
    """
    others = int(relation.made.sum()) - relation.made
    return np.asarray(relation.received * (relation.n - 1) - others, dtype=np.int64)


def _table(chance: Reals) -> Reals:
    table = np.broadcast_to(chance, (len(chance), len(chance))).copy()
    np.fill_diagonal(table, 0.0)
    return table


def _z(values: np.typing.NDArray[np.float64] | np.typing.NDArray[np.int64]) -> Reals:
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    if not deviation:
        return np.zeros(len(values))
    return np.asarray((values - values.mean()) / deviation, dtype=np.float64)


def _standard_categories(
    z_most: Reals, z_least: Reals, preference: Reals, impact: Reals
) -> tuple[Category, ...]:
    return _first_that_holds(
        (Category.POPULAR, (preference > 1) & (z_most > 0) & (z_least < 0)),
        (Category.REJECTED, (preference < -1) & (z_most < 0) & (z_least > 0)),
        (Category.NEGLECTED, (impact < -1) & (z_most < 0) & (z_least < 0)),
        (Category.CONTROVERSIAL, (impact > 1) & (z_most > 0) & (z_least > 0)),
        (Category.AVERAGE, (np.abs(preference) < 0.5) & (np.abs(impact) < 0.5)),
        otherwise=Category.UNCLASSIFIED,
    )


def _first_that_holds(*rules: tuple[Category, Mask], otherwise: Category) -> tuple[Category, ...]:
    n = len(rules[0][1])
    return tuple(
        next((category for category, held in rules if held[i]), otherwise) for i in range(n)
    )
