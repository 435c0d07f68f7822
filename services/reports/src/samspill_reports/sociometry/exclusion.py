"""Pupils who choose into a group that does not choose them back, with what chance would give."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np

from samspill_reports.sociometry import seeded
from samspill_reports.sociometry.arrays import Counts, Mask, Reals, Ties
from samspill_reports.sociometry.attachment import (
    Attachments,
    attached_pupils,
    attachments,
    groups_without,
)
from samspill_reports.sociometry.consensus import redrawn
from samspill_reports.sociometry.modularity import of_weights, weights
from samspill_reports.sociometry.null_classes import NULL_CLASSES, same_groups
from samspill_reports.sociometry.partition import best_labels, canonical, reordered
from samspill_reports.sociometry.sociogram import Relation
from samspill_reports.sociometry.status import poisson_binomial
from samspill_reports.sociometry.waves import benjamini_hochberg

CLEAR: Final = 0.10
WEAK: Final = 0.10
STANDS: Final = 0.05
"""Where the finding must stay when something is taken away or perturbed."""
PERTURBED: Final = 100
SHARE_OF_PERTURBED: Final = 0.8
CELLS_AT_ONCE: Final = 600_000
"""Bounds memory: classes × pupils left out × ties are searched in parts of this size."""


class Level(StrEnum):
    """How strong a hint is; every hint has also passed the robustness gate."""

    NONE = ""
    CLEAR = "clear"
    """Class-wise p ≤ .10: at most one class in ten without exclusion would show any."""
    WEAK = "weak"
    """Benjamini-Hochberg q ≤ .10 over the class's attached pupils, and not clear."""


@dataclass(frozen=True, slots=True)
class Hint:
    """One attached pupil, beside what came back (SOCIOMETRY 4). A hint only where `level` is."""

    pupil: str
    group: tuple[str, ...]
    """T: the group, found without this pupil, that receives most of the pupil's choices."""
    made: int
    """K_i, all choices made."""
    chose: int
    """a_i, choices into the group; at least 2 and half of those made."""
    received: int
    """b_i, choices that came back from the members who answered."""
    at_most: int
    """b_i if every silent member would have chosen the pupil."""
    expected: float
    """e_i = Σ k_j/|T|, if each member spread the same number of choices evenly over T and i."""
    deviation: float
    """Standard deviation of the same Poisson-binomial count."""
    p: float
    """P(B ≤ b_i), exact, in (0, 1]."""
    q: float
    """Benjamini-Hochberg over the attached pupils of the class."""
    p_class: float
    """(1 + #{drawn classes with a p as small anywhere})/(1 + classes)."""
    survives: bool
    """The robustness gate: stays at p ≤ .05 without any one member's answer, with every silent
    member choosing the pupil, and with the groups of at least 80 % of perturbed classes."""
    level: Level

    @property
    def score(self) -> float | None:
        """h_i = (e_i − b_i)/σ; None where chance leaves no room. For evidence, never a ranking."""
        return (self.expected - self.received) / self.deviation if self.deviation else None


def hidden_exclusion(
    relation: Relation, *, seed: int = seeded.DEFAULT_SEED, classes: int = NULL_CLASSES
) -> tuple[Hint, ...]:
    """Test every attached pupil of one question, in roster order.

    The whole pipeline, group search included, is run again on `classes` drawn classes that keep
    the groups and how many choices each pupil makes into each. Depends on the ties, the answers
    and the seed only (`null_classes.cache_key`). Runs beside the page: about a second.
    """
    if relation.n < 4 or not relation.choices:
        return ()
    order = canonical([relation])
    ties = relation.ties[np.ix_(order, order)]
    answered = relation.answered[order]
    seen = attached_pupils(ties[None], answered, seeded.stream(seed, 7))
    at = np.flatnonzero(seen.attached[0])
    if not len(at):
        return ()
    smallest = _smallest_by_chance(relation, order, seed, classes)
    p = seen.p[0, at].tolist()
    q = benjamini_hochberg(p)
    hints = []
    for place, i in enumerate(at.tolist()):
        p_class = float(1 + (smallest <= p[place] + 1e-12).sum()) / (1 + classes)
        unusual = p_class <= CLEAR or q[place] <= WEAK
        survives = unusual and _survives(ties, answered, i, seen.group[0, i], seed)
        seen_p = _Seen(p[place], q[place], p_class, survives)
        hints.append(_hint(relation, order, seen, i, seen_p))
    return tuple(sorted(hints, key=lambda each: each.pupil))


class _Seen(NamedTuple):
    """How unusual one pupil's choices are, and whether that survives the gate."""

    p: float
    q: float
    p_class: float
    survives: bool

    @property
    def level(self) -> Level:
        if not self.survives:
            return Level.NONE
        return Level.CLEAR if self.p_class <= CLEAR else Level.WEAK


def _smallest_by_chance(relation: Relation, order: Counts, seed: int, classes: int) -> Reals:
    """The smallest p of each drawn class; 1 where nobody is attached."""
    objective = reordered(of_weights(weights([relation])), order)
    labels, _ = best_labels(objective, seed=seed)
    random = seeded.stream(seed, 8)
    drawn = same_groups(relation.ties[np.ix_(order, order)], labels, classes, random)
    answered = relation.answered[order]
    at_once = max(1, CELLS_AT_ONCE // relation.n**3)
    smallest = [
        np.where(part.attached, part.p, 1.0).min(axis=1)
        for start in range(0, classes, at_once)
        for part in [attached_pupils(drawn[start : start + at_once], answered, random)]
    ]
    return np.concatenate(smallest)


def _hint(relation: Relation, order: Counts, seen: Attachments, i: int, unusual: _Seen) -> Hint:
    members = order[seen.group[0, i]]
    silent = int((~relation.answered[members]).sum())
    received = int(seen.received[0, i])
    return Hint(
        pupil=relation.roster[order[i]],
        group=tuple(sorted(relation.roster[j] for j in members)),
        made=int(relation.made[order[i]]),
        chose=int(seen.chose[0, i]),
        received=received,
        at_most=received + silent,
        expected=float(seen.expected[0, i]),
        deviation=float(seen.deviation[0, i]),
        p=unusual.p,
        q=unusual.q,
        p_class=unusual.p_class,
        survives=unusual.survives,
        level=unusual.level,
    )


def _survives(ties: Ties, answered: Mask, i: int, group: Mask, seed: int) -> bool:
    return _without_any_one(ties, answered, i, group) and _in_perturbed(ties, answered, i, seed)


def _without_any_one(ties: Ties, answered: Mask, i: int, group: Mask) -> bool:
    """The bound of silence, alone and with each single member's answer taken away."""
    members = np.flatnonzero(group & answered)
    inside = group.copy()
    inside[i] = True
    chance = ties[members][:, inside].sum(axis=1) / group.sum()
    back = ties[members, i].astype(np.int64)
    silent = int((group & ~answered).sum())
    rows = np.repeat(chance[None, :], len(members) + 1, axis=0)
    came = np.full(len(members) + 1, back.sum())
    rows[np.arange(len(members)), np.arange(len(members))] = 0.0
    came[:-1] -= back
    # The silent add their choice and no chance: the largest p that their answers could give.
    mass = poisson_binomial(rows)
    limit = (came + silent)[:, None]
    p = np.where(np.arange(mass.shape[1])[None, :] <= limit, mass, 0.0).sum(axis=1)
    return bool((p <= STANDS).all())


def _in_perturbed(ties: Ties, answered: Mask, i: int, seed: int) -> bool:
    """The pupil's own ties, tested against groups found in copies with a tenth of ties moved."""
    random = seeded.stream(seed, 9)
    copies = redrawn(ties, PERTURBED, random)
    labels = groups_without(copies, np.array([i]), random)
    found = attachments(np.repeat(ties[None], PERTURBED, axis=0), labels, np.array([i]), answered)
    stands = found.attached[:, 0] & (found.p[:, 0] <= STANDS)
    return bool(stands.mean() >= SHARE_OF_PERTURBED)
