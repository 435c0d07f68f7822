"""Positions for the sociogram: stress majorisation from classical scaling, stable across waves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from samspill_reports.sociometry.arrays import Mask, Reals, Ties
from samspill_reports.sociometry.dyads import mutual_ties, pairs
from samspill_reports.sociometry.partition import canonical
from samspill_reports.sociometry.sociogram import Relation
from samspill_reports.sociometry.status import RARE, choices_received

MUTUAL_LENGTH: Final = 1.0
ONE_SIDED_LENGTH: Final = 1.5
STEPS: Final = 100
ANCHOR: Final = 0.2
RIM: Final = 1.0
INNER: Final = 0.9
"""Respondents stay inside this radius when someone did not answer; the silent stand on RIM."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the unit disc; y grows upwards."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class TargetPlace:
    """A place in the ring view: 0 innermost. The ring is a probability band, never a rank."""

    ring: int
    """0 often chosen, 1 at or above expectation, 2 below it, 3 rarely chosen (both p ≤ .05)."""
    angle: float
    """Radians."""


def positions(
    relations: Sequence[Relation],
    *,
    earlier: Mapping[str, Position] | None = None,
    smallest_gap: float = 0.12,
) -> dict[str, Position]:
    """Where to draw each pupil, from one question or several together.

    Stress majorisation (Gansner, Koren & North 2004) on graph distances: mutual 1, one-sided
    1.5, no path: the longest distance + 1. Starts from classical scaling, so no random number is
    used. `earlier` positions (of another wave) pull common pupils towards their old place
    (Brandes & Mader 2011); the result is turned to fit them. Silent pupils stand at the rim.
    """
    roster = relations[0].roster
    if not roster:
        return {}
    distance = distances(relations)
    answered = np.any([relation.answered for relation in relations], axis=0)
    order = canonical(relations)
    start = _classical(distance, order)
    anchors, known = _anchors(roster, earlier)
    if known.sum() >= 2:
        start = _fitted(start, anchors, known)
    placed = _majorised(distance, start, anchors, known)
    placed = _fitted(placed, anchors, known) if known.sum() >= 2 else _upright(placed, order)
    placed = _in_disc(placed, answered, keep_scale=bool(known.sum() >= 2))
    placed = _apart(placed, smallest_gap, answered)
    rounded = np.round(placed, 4) + 0.0
    return {p: Position(float(x), float(y)) for p, (x, y) in zip(roster, rounded, strict=True)}


def distances(relations: Sequence[Relation]) -> Reals:
    """n × n graph distances; pupils without a path between them stand one beyond the longest."""
    n = relations[0].n
    either = np.zeros((n, n), dtype=bool)
    mutual: Ties = np.zeros((n, n), dtype=bool)
    for relation in relations:
        either |= relation.ties | relation.ties.T
        mutual |= mutual_ties(relation)
    length = np.where(mutual, MUTUAL_LENGTH, np.where(either, ONE_SIDED_LENGTH, np.inf))
    np.fill_diagonal(length, 0.0)
    for k in range(n):
        length = np.minimum(length, length[:, k : k + 1] + length[k : k + 1, :])
    reached = np.isfinite(length)
    length[~reached] = (length[reached].max() if reached.any() else 0.0) + 1.0
    return np.asarray(length, dtype=np.float64)


def stress(distance: Reals, placed: Reals) -> float:
    """Σ (‖x_i − x_j‖ − d_ij)²/d_ij² over pairs, divided by their number; 0 below two pupils."""
    n = len(distance)
    upper = np.triu_indices(n, 1)
    apart = np.linalg.norm(placed[:, None] - placed[None, :], axis=2)[upper]
    return float((((apart - distance[upper]) / distance[upper]) ** 2).mean()) if n > 1 else 0.0


def _circle(order: Reals | np.typing.NDArray[np.int64]) -> Reals:
    n = len(order)
    turn = 2 * np.pi * np.arange(n) / max(n, 1)
    ring = np.empty((n, 2))
    ring[np.asarray(order, dtype=np.int64)] = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return ring


def _classical(distance: Reals, order: np.typing.NDArray[np.int64]) -> Reals:
    """Torgerson's scaling; a circle where the two leading axes are not determined by the data."""
    n = len(distance)
    if n < 3:
        return _circle(order) * float(distance.max(initial=0.0)) / 2
    centre = np.eye(n) - 1 / n
    value, vector = np.linalg.eigh(-0.5 * centre @ (distance**2) @ centre)
    leading = value[::-1][:3]
    if leading[1] <= 0 or min(leading[0] - leading[1], leading[1] - leading[2]) < 1e-6 * leading[0]:
        return _circle(order) * float(distance.max()) / 2
    axes = vector[:, ::-1][:, :2] * np.sqrt(leading[:2])
    return np.asarray(axes * _signs(axes, order), dtype=np.float64)


def _signs(axes: Reals, order: np.typing.NDArray[np.int64]) -> Reals:
    """Point each axis towards its longer tail; an even one towards the first pupil in order."""
    skew = (axes**3).sum(axis=0)
    first = axes[order[0]]
    leaning = np.where(np.abs(skew) > 1e-9, skew, first)
    return np.asarray(np.where(leaning < 0, -1.0, 1.0), dtype=np.float64)


def _anchors(roster: tuple[str, ...], earlier: Mapping[str, Position] | None) -> tuple[Reals, Mask]:
    anchors = np.zeros((len(roster), 2))
    known = np.zeros(len(roster), dtype=bool)
    for i, pupil in enumerate(roster):
        if earlier and pupil in earlier:
            anchors[i] = (earlier[pupil].x, earlier[pupil].y)
            known[i] = True
    return anchors, known


def _majorised(distance: Reals, start: Reals, anchors: Reals, known: Mask) -> Reals:
    """SMACOF with weights d⁻², plus ANCHOR × mean weight on each pupil with an earlier place."""
    n = len(distance)
    if n < 2:
        return start
    with np.errstate(divide="ignore"):
        weight = np.where(distance > 0, distance**-2.0, 0.0)
    laplacian = np.diag(weight.sum(axis=1)) - weight
    pull = np.where(known, ANCHOR * weight.sum() / n, 0.0) if known.sum() >= 2 else np.zeros(n)
    scale = _scale_to(start, anchors, known)
    inverse = np.linalg.pinv(laplacian + np.diag(pull))
    diagonal = np.arange(n)
    wanted, held = weight * distance, pull[:, None] * anchors * scale
    placed = start
    for _ in range(STEPS):
        across = placed[:, :1] - placed[:, 0]
        upward = placed[:, 1:] - placed[:, 1]
        apart = np.sqrt(across * across + upward * upward)
        # Two pupils in one spot pull nowhere in this step.
        target = -wanted / np.where(apart > 1e-12, apart, np.inf)
        target[diagonal, diagonal] = -target.sum(axis=1)
        moved = inverse @ (target @ placed + held)
        still = float(np.abs(moved - placed).max()) < 1e-5
        placed = moved
        if still:
            break
    return np.asarray(placed, dtype=np.float64)


def _scale_to(start: Reals, anchors: Reals, known: Mask) -> float:
    """How much larger the working coordinates are than the earlier picture."""
    if known.sum() < 2:
        return 1.0
    spread = float(np.linalg.norm(anchors[known] - anchors[known].mean(axis=0)))
    return float(np.linalg.norm(start[known] - start[known].mean(axis=0))) / max(spread, 1e-9)


def _fitted(placed: Reals, anchors: Reals, known: Mask) -> Reals:
    """Procrustes: turn or mirror and shift onto the earlier places; sizes stay."""
    old, new = anchors[known], placed[known]
    u, _, vt = np.linalg.svd((new - new.mean(axis=0)).T @ (old - old.mean(axis=0)))
    turned = (placed - new.mean(axis=0)) @ (u @ vt)
    return np.asarray(turned + old.mean(axis=0) * _scale_to(placed, anchors, known))


def _upright(placed: Reals, order: np.typing.NDArray[np.int64]) -> Reals:
    """The wide side lies flat; which end is left follows from the picture, not from ids."""
    centred: Reals = placed - placed.mean(axis=0)
    if len(placed) < 3:
        return centred
    _, size, vt = np.linalg.svd(centred, full_matrices=False)
    turned = centred @ vt.T if size[0] - size[1] > 1e-6 * size[0] else centred
    return np.asarray(turned * _signs(turned, order), dtype=np.float64)


def _in_disc(placed: Reals, answered: Mask, *, keep_scale: bool) -> Reals:
    """Fit into the unit disc; pupils who did not answer move out to the rim."""
    centred = placed if keep_scale else placed - placed.mean(axis=0)
    radius = np.linalg.norm(centred, axis=1)
    inside = radius[answered] if answered.any() else radius
    room = INNER if not answered.all() else RIM
    fitted = centred * (room / max(float(inside.max(initial=0.0)), 1e-9))
    if not answered.all():
        silent = ~answered
        turn = np.arctan2(fitted[silent, 1], fitted[silent, 0])
        fitted[silent] = np.stack([np.cos(turn), np.sin(turn)], axis=1) * RIM
    return np.asarray(fitted, dtype=np.float64)


def _apart(placed: Reals, gap: float, answered: Mask) -> Reals:
    """Push pupils that overlap to `gap` (at most what fits in the disc), a few times."""
    n = len(placed)
    gap = min(gap, 1.2 / np.sqrt(max(n, 1)))
    fan = 2 * np.pi * np.arange(n) / max(n, 1)
    nudge = np.stack([np.cos(fan), np.sin(fan)], axis=1) * 1e-3
    diagonal = np.arange(n)
    for _ in range(30):
        across = placed[:, :1] - placed[:, 0]
        upward = placed[:, 1:] - placed[:, 1]
        apart = np.sqrt(across * across + upward * upward)
        apart[diagonal, diagonal] = np.inf
        short = np.maximum(gap - apart, 0.0)
        if not short.max(initial=0.0) > 1e-4:
            break
        if apart.min() < 1e-6:
            placed = placed + nudge
            continue
        push = short / apart / 2
        placed = placed + np.stack([(across * push).sum(axis=1), (upward * push).sum(axis=1)], 1)
        radius = np.linalg.norm(placed, axis=1)
        limit = np.where(answered, RIM, radius)
        wanted = np.where(answered, np.minimum(radius, limit), RIM)
        placed = placed * (wanted / np.maximum(radius, 1e-9))[:, None]
    return placed


def target(relation: Relation, placed: Mapping[str, Position]) -> dict[str, TargetPlace]:
    """Rings by probability and evenly spaced angles that follow the group layout.

    Neighbouring pupils are exchanged while that brings mutual pairs closer in angle.
    """
    ring = {each.pupil: _ring(each.p_as_many, each.p_as_few, each.count - each.expected)
            for each in choices_received(relation)}  # fmt: skip
    around = sorted(relation.roster, key=lambda p: (float(np.arctan2(placed[p].y, placed[p].x)), p))
    around = _closer(around, pairs(relation).mutual)
    turn = 2 * np.pi / max(len(around), 1)
    angle = {pupil: at * turn for at, pupil in enumerate(around)}
    return {pupil: TargetPlace(ring[pupil], angle[pupil]) for pupil in relation.roster}


def _ring(p_many: float, p_few: float, above: float) -> int:
    if p_many <= RARE:
        return 0
    if p_few <= RARE:
        return 3
    return 1 if above >= 0 else 2


def _closer(around: list[str], mutual: tuple[tuple[str, str], ...]) -> list[str]:
    friends: dict[str, list[str]] = {pupil: [] for pupil in around}
    for one, other in mutual:
        friends[one].append(other)
        friends[other].append(one)
    n = len(around)
    at = {pupil: i for i, pupil in enumerate(around)}

    def length(pupil: str, place: int) -> int:
        gaps = (abs(place - at[friend]) for friend in friends[pupil])
        return sum(min(gap, n - gap) for gap in gaps)

    for _ in range(n):
        changed = False
        for i in range(n - 1):
            one, other = around[i], around[i + 1]
            now = length(one, i) + length(other, i + 1)
            if length(one, i + 1) + length(other, i) < now - 2 * (other in friends[one]):
                around[i], around[i + 1] = other, one
                at[one], at[other] = i + 1, i
                changed = True
        if not changed:
            break
    return around
