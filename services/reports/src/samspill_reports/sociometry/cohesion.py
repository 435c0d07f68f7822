"""The class as a whole: density, transitivity, triads, components, inequality of choice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samspill_reports.sociometry.arrays import Counts, Reals, Ties, ratio
from samspill_reports.sociometry.dyads import decidable, mutual_ties
from samspill_reports.sociometry.sociogram import Relation
from samspill_reports.sociometry.status import chances_of_others


@dataclass(frozen=True, slots=True)
class Density:
    """Choices made of choices possible, with its bounds under missing answers (SOCIOMETRY 7, 8)."""

    choices: int
    value: float | None
    """m/(r(n−1)); None when nobody answered or there is nobody to choose."""
    at_least: float | None
    """m/(n(n−1)): no silent pupil would have chosen anyone."""
    at_most: float | None
    """(m + (n−r)·min(n−1, K_max))/(n(n−1)): each silent pupil would have chosen all allowed."""
    mean_choices: float | None
    """m/r. Where choices are limited, say this instead of the density."""


@dataclass(frozen=True, slots=True)
class Transitivity:
    """Three definitions; each None where there is no two-path to close."""

    undirected: float | None
    """T1: 3·triangles/connected triples on i~j if either named the other."""
    mutual: float | None
    """T2: the same on mutual ties."""
    directed: float | None
    """T3: #(i→j→k and i→k)/#(i→j→k), i, j, k distinct (R sna, gtrans "weak")."""


@dataclass(frozen=True, slots=True)
class Cohesion:
    """Indicators of the class for one question."""

    density: Density
    transitivity: Transitivity
    weak_components: int
    """Parts of the class without any choice between them, in either direction."""
    with_mutual: int
    """Respondents with at least one mutual choice."""
    mutual_density: float | None
    """M/(r(r−1)/2); None with fewer than two answers."""
    mutual_of_allowed: float | None
    """M/(r·K_max/2), for limited choices; None without a limit."""
    triangles: int
    """Three pupils who all chose each other."""
    centralization: float | None
    """Freeman (1979) on choices received: Σ(max d − d_i)/(n−1)²; None below two pupils."""
    inequality: float | None
    """Σ(d_i−μ_i)²/Σσ_i²: 1 is what chance gives; None where chance leaves no room."""
    gini: float | None
    """Gini coefficient of choices received; None without choices."""


def density(relation: Relation) -> Density:
    """Density over the rows that are known, and its bounds."""
    n, r, m = relation.n, int(relation.answered.sum()), int(relation.made.sum())
    cells = n * (n - 1)
    room = n - 1 if relation.max_choices is None else min(n - 1, relation.max_choices)
    return Density(
        choices=m,
        value=ratio(m, r * (n - 1)),
        at_least=ratio(m, cells),
        at_most=ratio(m + (n - r) * room, cells),
        mean_choices=ratio(m, r),
    )


def closed_share(graph: Ties) -> float | None:
    """3·triangles/connected triples of a symmetric graph; None without a connected triple."""
    g = graph.astype(np.float64)
    degree = g.sum(axis=1)
    return ratio(float((g @ g * g).sum()), float((degree * (degree - 1)).sum()))


def directed_closed_share(ties: Ties) -> float | None:
    """#(i→j→k and i→k)/#(i→j→k) over distinct i, j, k; None without a two-path."""
    a = ties.astype(np.float64)
    two_paths = a @ a
    np.fill_diagonal(two_paths, 0.0)
    return ratio(float((two_paths * a).sum()), float(two_paths.sum()))


def transitivity(relation: Relation) -> Transitivity:
    """T1 and T3 on every choice seen, T2 within R × R (undecided pairs are not mutual)."""
    ties = relation.ties
    return Transitivity(
        undirected=closed_share(np.asarray(ties | ties.T)),
        mutual=closed_share(mutual_ties(relation)),
        directed=directed_closed_share(ties),
    )


def components(graph: Ties) -> Counts:
    """A part number for each node of a symmetric graph, numbered by their first node."""
    n = len(graph)
    label = np.full(n, -1, dtype=np.int64)
    for start in range(n):
        if label[start] >= 0:
            continue
        reached = np.zeros(n, dtype=bool)
        front = np.zeros(n, dtype=bool)
        front[start] = True
        while front.any():
            reached |= front
            front = graph[front].any(axis=0) & ~reached
        label[reached] = label.max() + 1
    return label


def centralization(received: Counts) -> float | None:
    """Freeman's in-degree centralisation Σ(max d − d_i)/(n−1)²; None below two pupils."""
    n = len(received)
    return ratio(float((received.max() - received).sum()), (n - 1) ** 2) if n > 1 else None


def gini(received: Counts) -> float | None:
    """Mean absolute difference of choices received over twice their mean; None without any."""
    values = np.sort(received).astype(np.float64)
    n, total = len(values), float(values.sum())
    if not total:
        return None
    rank = np.arange(1, n + 1)
    return float((2 * rank - n - 1) @ values) / (n * total)


def inequality(relation: Relation) -> float | None:
    """Σ(d_i−μ_i)²/Σσ_i² against the Poisson-binomial of `status`; None if Σσ² = 0."""
    table: Reals = chances_of_others(relation)
    spread = float((table * (1 - table)).sum())
    away = float(((relation.received - table.sum(axis=1)) ** 2).sum())
    return ratio(away, spread)


def cohesion(relation: Relation) -> Cohesion:
    """Every class indicator of section 7 that is shown."""
    mutual = mutual_ties(relation)
    r, pairs = int(relation.answered.sum()), int(mutual.sum()) // 2
    limit = relation.max_choices
    graph = mutual.astype(np.float64)
    parts = components(np.asarray(relation.ties | relation.ties.T))
    return Cohesion(
        density=density(relation),
        transitivity=transitivity(relation),
        weak_components=int(parts.max()) + 1 if len(parts) else 0,
        with_mutual=int(mutual.any(axis=1).sum()),
        mutual_density=ratio(2 * pairs, r * (r - 1)),
        mutual_of_allowed=ratio(2 * pairs, r * limit) if limit is not None else None,
        triangles=round(float((graph @ graph * graph).sum()) / 6),
        centralization=centralization(relation.received),
        inequality=inequality(relation),
        gini=gini(relation.received),
    )


def triad_census(relation: Relation) -> dict[str, int]:
    """The 16 classes of Davis & Leinhardt (1972) among respondents, keyed by M-A-N code.

    Only trios in which all three answered are counted; other trios are undecided.
    """
    known = decidable(relation)[np.ix_(relation.answered, relation.answered)]
    return dict(zip(TRIAD_NAMES, _triads(known).tolist(), strict=True))


TRIAD_NAMES = (
    "003", "012", "102", "021D", "021U", "021C", "111D", "111U",
    "030T", "030C", "201", "120D", "120U", "120C", "210", "300",
)  # fmt: skip

# Class of each of the 64 labelled trios; a trio's code is the sum of its six ties with weights
# ab 1, ba 2, ac 4, ca 8, bc 16, cb 32 (Batagelj & Mrvar 2001, Social Networks 23:237-243).
_TRIAD_OF_CODE = np.array([
    1, 2, 2, 3, 2, 4, 6, 8, 2, 6, 5, 7, 3, 8, 7, 11,
    2, 6, 4, 8, 5, 9, 9, 13, 6, 10, 9, 14, 7, 14, 12, 15,
    2, 5, 6, 7, 6, 9, 10, 14, 4, 9, 9, 12, 8, 13, 14, 15,
    3, 7, 8, 11, 7, 12, 14, 15, 8, 14, 13, 15, 11, 15, 15, 16,
])  # fmt: skip


def _triads(ties: Ties) -> Counts:
    n = len(ties)
    a = ties.astype(np.int64)
    census = np.zeros(17, dtype=np.int64)
    for first in range(n - 2):
        rest = slice(first + 1, n)
        pair = a[first, rest] + 2 * a[rest, first]
        inner = a[rest, rest]
        code = pair[:, None] + 4 * pair[None, :] + 16 * (inner + 2 * inner.T)
        upper = np.triu_indices(n - first - 1, 1)
        census += np.bincount(_TRIAD_OF_CODE[code[upper]], minlength=17)
    return census[1:]
