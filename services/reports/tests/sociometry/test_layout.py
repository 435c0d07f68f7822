"""Positions: determined by the ties, stable across waves, honest about who did not answer."""

from __future__ import annotations

from math import dist, hypot

import numpy as np
import pytest

from samspill_reports.sociometry import Position, Relation, positions, target
from samspill_reports.sociometry.layout import distances, stress
from services.reports.tests.sociometry.classes import of_matrix, planted, question


def a_class(seed: int = 2, *, silent: frozenset[int] = frozenset()) -> Relation:
    return of_matrix(planted(seed, (8, 9, 9), (2, 5), 0.85), silent=silent)


def test_mutual_choices_are_nearer_than_one_sided_ones() -> None:
    found = distances([question("abcd", "ab ba bc")])
    assert found[0, 1] == 1.0
    assert found[1, 2] == 1.5
    assert found[0, 2] == 2.5
    assert found[0, 3] == 3.5


def test_the_picture_fits_the_ties_better_than_a_circle() -> None:
    relation = a_class()
    placed = positions([relation])
    drawn = np.array([(placed[each].x, placed[each].y) for each in relation.roster])
    turn = 2 * np.pi * np.arange(relation.n) / relation.n
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    assert best_stress(relation, drawn) < 0.6 * best_stress(relation, circle)


def best_stress(relation: Relation, drawn: np.typing.NDArray[np.float64]) -> float:
    distance = distances([relation])
    return min(stress(distance, drawn * scale) for scale in np.linspace(0.5, 6, 60))


def test_everyone_is_inside_the_disc_and_apart() -> None:
    placed = positions([a_class()])
    assert all(hypot(each.x, each.y) <= 1.0001 for each in placed.values())
    places = [(each.x, each.y) for each in placed.values()]
    gaps = [dist(a, b) for i, a in enumerate(places) for b in places[:i]]
    assert min(gaps) > 0.06


def test_the_silent_stand_at_the_rim() -> None:
    placed = positions([a_class(silent=frozenset({0, 5}))])
    assert hypot(placed["000"].x, placed["000"].y) == pytest.approx(1, abs=1e-3)
    assert hypot(placed["005"].x, placed["005"].y) == pytest.approx(1, abs=1e-3)


def test_the_same_ties_give_the_same_picture() -> None:
    assert positions([a_class()]) == positions([a_class()])


def test_a_later_wave_stays_near_the_earlier_one() -> None:
    before, after = a_class(), _with_some_ties_moved(a_class())
    old = positions([before])
    anchored, free = positions([after], earlier=old), positions([after])
    assert mean_shift(old, anchored) < 0.5 * mean_shift(old, free)
    assert mean_shift(old, anchored) < 0.25


def test_an_unchanged_class_keeps_its_places() -> None:
    old = positions([a_class()])
    assert mean_shift(old, positions([a_class()], earlier=old)) < 0.05


def _with_some_ties_moved(relation: Relation) -> Relation:
    ties = relation.ties.copy()
    random = np.random.default_rng(1)
    for i in random.permutation(relation.n)[:8]:
        named = np.flatnonzero(ties[i])
        free = np.flatnonzero(~ties[i] & (np.arange(relation.n) != i))
        ties[i, named[0]] = False
        ties[i, random.permutation(free)[0]] = True
    return of_matrix(ties)


def mean_shift(old: dict[str, Position], new: dict[str, Position]) -> float:
    return float(np.mean([dist((old[p].x, old[p].y), (new[p].x, new[p].y)) for p in old]))


def test_rings_are_bands_of_probability() -> None:
    ties = planted(2, (8, 9, 9), (3, 5), 0.85)
    ties[:, 0] = True
    ties[0, 0] = False
    ties[:, 9] = False
    relation = of_matrix(ties)
    places = target(relation, positions([relation]))
    assert places["000"].ring == 0
    assert places["009"].ring == 3
    assert len({round(each.angle, 6) for each in places.values()}) == relation.n


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_tiny_classes_have_places(n: int) -> None:
    relation = of_matrix(np.ones((n, n), dtype=bool))
    assert len(target(relation, positions([relation]))) == n
