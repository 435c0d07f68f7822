"""The same class asked twice: which choices stayed, and what of a pupil's change is noise."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np

from samspill_reports.sociometry.arrays import Ties, ratio
from samspill_reports.sociometry.sociogram import Pair, Relation

NOTABLE = 0.05


@dataclass(frozen=True, slots=True)
class ReceivedChange:
    """Choices that one pupil gained and lost from those who answered both times."""

    pupil: str
    gained: int
    lost: int
    p: float
    """Exact two-sided sign (McNemar) test, min(1, 2·P(Bin(g+l, ½) ≤ min(g, l))), in (0, 1]."""
    q: float
    """Benjamini-Hochberg over the class."""

    @property
    def is_usual(self) -> bool:
        """Within the usual fluctuation: q > .05. True of nearly every change seen in practice."""
        return self.q > NOTABLE


@dataclass(frozen=True, slots=True)
class DyadChanges:
    """Unordered pairs of pupils who both answered both times."""

    stayed_mutual: tuple[Pair, ...]
    became_mutual: tuple[Pair, ...]
    became_one_sided: tuple[Pair, ...]
    """Mutual before, one-sided now."""
    ended: tuple[Pair, ...]
    """A choice before, in either direction, and none now."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two waves of one question over the base set of SOCIOMETRY 9."""

    stayed: tuple[str, ...]
    """On both rosters: these can be chosen both times."""
    joined: tuple[str, ...]
    left: tuple[str, ...]
    senders: tuple[str, ...]
    """Answered both times: only their choices are compared."""
    ordered_pairs: int
    neither: int
    new: int
    lost: int
    kept: int
    jaccard: float | None
    """kept/(kept + lost + new); None when nobody chose. .3-.5 is usual over half a year."""
    share_kept: float | None
    """kept/(kept + lost); None without earlier choices."""
    received: tuple[ReceivedChange, ...]
    dyads: DyadChanges

    @property
    def changed(self) -> int:
        """Hamming distance: new + lost."""
        return self.new + self.lost


def compare(before: Relation, after: Relation) -> Comparison:
    """What changed between two waves; pupils are matched by id."""
    stayed = tuple(sorted(set(before.roster) & set(after.roster)))
    both = before.respondents & after.respondents
    senders = tuple(pupil for pupil in stayed if pupil in both)
    old, new = _among(before, senders, stayed), _among(after, senders, stayed)
    kept, lost, gained = int((old & new).sum()), int((old & ~new).sum()), int((new & ~old).sum())
    cells = len(senders) * max(len(stayed) - 1, 0)
    return Comparison(
        stayed=stayed,
        joined=tuple(sorted(set(after.roster) - set(before.roster))),
        left=tuple(sorted(set(before.roster) - set(after.roster))),
        senders=senders,
        ordered_pairs=cells,
        neither=cells - kept - lost - gained,
        new=gained,
        lost=lost,
        kept=kept,
        jaccard=ratio(kept, kept + lost + gained),
        share_kept=ratio(kept, kept + lost),
        received=_received(stayed, old, new),
        dyads=_dyads(senders, before, after),
    )


def sign_test(gained: int, lost: int) -> float:
    """Exact two-sided McNemar p of `gained` against `lost`; 1 when nothing changed."""
    n = gained + lost
    fewer = sum(comb(n, k) for k in range(min(gained, lost) + 1))
    return min(1.0, fewer / 2 ** (n - 1)) if n else 1.0


def benjamini_hochberg(p: list[float]) -> list[float]:
    """q values (1995) in the order given: the smallest false discovery rate that admits each."""
    m = len(p)
    ascending = sorted(range(m), key=lambda at: p[at])
    q = [1.0] * m
    lowest = 1.0
    for rank in range(m, 0, -1):
        at = ascending[rank - 1]
        lowest = min(lowest, p[at] * m / rank)
        q[at] = lowest
    return q


def _among(relation: Relation, senders: tuple[str, ...], targets: tuple[str, ...]) -> Ties:
    at = relation.position
    rows = np.array([at[pupil] for pupil in senders], dtype=np.int64)
    columns = np.array([at[pupil] for pupil in targets], dtype=np.int64)
    return np.asarray(relation.ties[np.ix_(rows, columns)])


def _received(stayed: tuple[str, ...], old: Ties, new: Ties) -> tuple[ReceivedChange, ...]:
    gained, lost = (new & ~old).sum(axis=0).tolist(), (old & ~new).sum(axis=0).tolist()
    p = [sign_test(g, x) for g, x in zip(gained, lost, strict=True)]
    q = benjamini_hochberg(p)
    return tuple(
        ReceivedChange(pupil, gained[i], lost[i], p[i], q[i]) for i, pupil in enumerate(stayed)
    )


def _dyads(senders: tuple[str, ...], before: Relation, after: Relation) -> DyadChanges:
    old, new = _among(before, senders, senders), _among(after, senders, senders)
    was, is_now = old & old.T, new & new.T
    one_now = new ^ new.T

    def named(cells: Ties) -> tuple[Pair, ...]:
        rows, columns = np.nonzero(np.triu(cells))
        return tuple((senders[i], senders[j]) for i, j in zip(rows, columns, strict=True))

    return DyadChanges(
        stayed_mutual=named(was & is_now),
        became_mutual=named(is_now & ~was),
        became_one_sided=named(was & one_now),
        ended=named((old | old.T) & ~(new | new.T)),
    )
