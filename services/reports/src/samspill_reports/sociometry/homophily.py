"""Who chooses across genders, beside what the numbers of girls and boys alone would give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from samspill_reports.sociometry import seeded
from samspill_reports.sociometry.arrays import Counts, Reals, ratio
from samspill_reports.sociometry.participation import SMALLEST_GENDER_GROUP
from samspill_reports.sociometry.partition import canonical
from samspill_reports.sociometry.sociogram import Relation

PERMUTATIONS = 2000


@dataclass(frozen=True, slots=True)
class GenderMixing:
    """Choices inside and across genders among pupils of known gender (SOCIOMETRY 6)."""

    sizes: Mapping[str, int]
    """Pupils of each known gender."""
    unknown: int
    ties: Mapping[tuple[str, str], int]
    """Choices from the first gender to the second."""
    internal: int
    external: int
    ei: float | None
    """(E − I)/(E + I) (Krackhardt & Stern 1988); None without choices of known gender."""
    ei_by_chance: float | None
    """1 − 2Σ n_g(n_g−1)/(n(n−1)): E-I of a class where all choose all. Not 0."""
    coleman: Mapping[str, float | None]
    """Coleman (1958) by gender, −1 … 1: 0 no bias, 1 only own gender. None where undefined."""
    assortativity: float | None
    """Newman (2003) on the directed mixing matrix; None with one gender or no choice."""
    odds_ratio: float | None
    """Odds of a choice within over across (Moody 2001), ½ added where a cell is 0."""

    @property
    def may_be_shown(self) -> bool:
        """At least two genders and 4 pupils of each."""
        return len(self.sizes) > 1 and min(self.sizes.values()) >= SMALLEST_GENDER_GROUP


@dataclass(frozen=True, slots=True)
class MixingTest:
    """E-I against classes whose genders are shuffled among the pupils."""

    p_more_internal: float
    """(1 + #{E-I* ≤ E-I})/(1 + permutations), in (0, 1]."""
    mean: float
    deviation: float
    permutations: int
    seed: int


def gender_mixing(relation: Relation) -> GenderMixing:
    """Every closed statistic of gender mixing for one question."""
    names, code = _codes(relation)
    mixing = _mixing(relation, len(names), code)
    sizes = np.bincount(code[code >= 0], minlength=len(names))
    internal = int(np.trace(mixing))
    external = int(mixing.sum()) - internal
    return GenderMixing(
        sizes={name: int(sizes[g]) for g, name in enumerate(names)},
        unknown=int((code < 0).sum()),
        ties={(a, b): int(mixing[g, h]) for g, a in enumerate(names) for h, b in enumerate(names)},
        internal=internal,
        external=external,
        ei=ratio(external - internal, external + internal),
        ei_by_chance=_ei_by_chance(sizes),
        coleman={name: _coleman(mixing, sizes, g) for g, name in enumerate(names)},
        assortativity=_assortativity(mixing),
        odds_ratio=_odds_ratio(mixing, sizes, relation, code),
    )


def mixing_test(
    relation: Relation, *, seed: int = seeded.DEFAULT_SEED, permutations: int = PERMUTATIONS
) -> MixingTest | None:
    """Permutation test of E-I; None without choices between pupils of known gender."""
    _, code = _codes(relation)
    order = canonical([relation])
    order = order[code[order] >= 0]
    ties = relation.ties[np.ix_(order, order)]
    total = int(ties.sum())
    if not total:
        return None
    random = seeded.stream(seed, 3)
    known = np.sort(code[order]).astype(np.int8)
    shuffled = known[seeded.orders(random, permutations, len(known))]
    chooser, chosen = np.nonzero(ties)
    inside = (shuffled[:, chooser] == shuffled[:, chosen]).sum(axis=1)
    seen = int((code[order][chooser] == code[order][chosen]).sum())
    drawn = (total - 2 * inside) / total
    return MixingTest(
        p_more_internal=float(1 + (inside >= seen).sum()) / (1 + permutations),
        mean=float(drawn.mean()),
        deviation=float(drawn.std(ddof=1)) if permutations > 1 else 0.0,
        permutations=permutations,
        seed=seed,
    )


def _codes(relation: Relation) -> tuple[list[str], Counts]:
    gender = relation.gender or (None,) * relation.n
    names = sorted({each for each in gender if each})
    return names, np.array([names.index(g) if g else -1 for g in gender], dtype=np.int64)


def _mixing(relation: Relation, groups: int, code: Counts) -> Counts:
    chooser, chosen = np.nonzero(relation.ties)
    known = (code[chooser] >= 0) & (code[chosen] >= 0)
    mixing = np.zeros((groups, groups), dtype=np.int64)
    np.add.at(mixing, (code[chooser[known]], code[chosen[known]]), 1)
    return mixing


def _ei_by_chance(sizes: Counts) -> float | None:
    n = int(sizes.sum())
    inside = ratio(float((sizes * (sizes - 1)).sum()), n * (n - 1))
    return None if inside is None else 1 - 2 * inside


def _coleman(mixing: Counts, sizes: Counts, g: int) -> float | None:
    """(m_gg − s)/(m_g· − s) above s = m_g·(n_g−1)/(n−1), (m_gg − s)/s below it."""
    n, own, made = int(sizes.sum()), int(mixing[g, g]), int(mixing[g].sum())
    if n < 2:
        return None
    # Kept in whole numbers (times n−1), so that equality with chance is exact.
    chance = made * (int(sizes[g]) - 1)
    above = own * (n - 1) - chance
    return ratio(above, made * (n - 1) - chance) if above >= 0 else ratio(above, chance)


def _assortativity(mixing: Counts) -> float | None:
    total = int(mixing.sum())
    same = int(np.trace(mixing)) * total
    chance = int(mixing.sum(axis=1) @ mixing.sum(axis=0))
    return ratio(same - chance, total * total - chance)


def _odds_ratio(mixing: Counts, sizes: Counts, relation: Relation, code: Counts) -> float | None:
    if len(sizes) < 2:
        return None
    answering = np.bincount(code[(code >= 0) & relation.answered], minlength=len(sizes))
    within_room = float((answering * (sizes - 1)).sum())
    across_room = float((answering * (sizes.sum() - sizes)).sum())
    inside = float(np.trace(mixing))
    outside = float(mixing.sum()) - inside
    cells: Reals = np.array([inside, within_room - inside, outside, across_room - outside])
    if not cells.sum() or cells.min() < 0:
        return None
    if not cells.all():
        cells = cells + 0.5
    return float(cells[0] * cells[3] / (cells[1] * cells[2]))
