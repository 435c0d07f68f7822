"""Closed statistics against values worked out by hand, by enumeration, and by networkx (SPEC G3)."""

from __future__ import annotations

from itertools import product

import networkx as nx
import numpy as np
import pytest
from networkx.algorithms.community import k_clique_communities

from samspill_reports.sociometry import (
    Certainty,
    Relation,
    Role,
    breadth,
    choices_received,
    circles,
    cohesion,
    density,
    dyad_census,
    gender_mixing,
    mixing_test,
    pairs,
    returned,
    roles,
    transitivity,
    triad_census,
    without_mutual,
)
from samspill_reports.sociometry.participation import SMALLEST_GENDER_GROUP
from samspill_reports.sociometry.status import poisson_binomial
from services.reports.tests.sociometry.classes import of_matrix, planted, question


def digraph(relation: Relation) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(relation.roster)
    graph.add_edges_from(relation.choices)
    return graph


def test_pairs_are_mutual_one_sided_or_open() -> None:
    relation = question("abcd", "ab ba bc ad", silent="d")
    found = pairs(relation)
    assert found.mutual == (("a", "b"),)
    assert found.one_sided == (("b", "c"),)
    assert found.open == (("a", "d"),)
    census = dyad_census(relation)
    assert (census.mutual, census.asymmetric, census.null, census.open) == (1, 1, 1, 1)
    assert census.reciprocity == pytest.approx(2 / 3)


def test_reciprocity_without_choices_is_undefined() -> None:
    assert dyad_census(question("abc", "")).reciprocity is None


def test_an_open_choice_keeps_a_pupil_from_being_called_without_mutual() -> None:
    relation = question("abcd", "ab cb ad ca", silent="d")
    assert without_mutual(relation) == ("b", "c")
    assert {each.pupil: each.open for each in returned(relation)}["a"] == 1


def test_density_is_bounded_by_what_the_silent_could_have_added() -> None:
    found = density(question("abcd", "ab ba bc", silent="d", max_choices=2))
    assert found.value == pytest.approx(3 / 9)
    assert found.at_least == pytest.approx(3 / 12)
    assert found.at_most == pytest.approx(5 / 12)


def test_poisson_binomial_equals_enumeration() -> None:
    chance = np.array([0.1, 0.5, 0.75, 1.0])
    expected = np.zeros(5)
    for outcome in product((0, 1), repeat=4):
        expected[sum(outcome)] += np.prod(np.where(outcome, chance, 1 - chance))
    assert poisson_binomial(chance[None])[0] == pytest.approx(expected)


def test_expected_choices_leave_out_the_pupils_own_generosity() -> None:
    relation = question("abcd", "ab ac ad ba cb db")
    received = {each.pupil: each for each in choices_received(relation)}
    assert received["a"].expected == pytest.approx(1.0)
    assert received["b"].count == 3
    # a names everybody, so only c and d (1/3 each) carry information about b.
    assert received["b"].p_as_many == pytest.approx(1 / 9)
    assert received["a"].standard_error == 0.0


def test_unchosen_with_few_choices_is_not_rare() -> None:
    """K = 3 and n = 25: P(X = 0) = .041, and one pupil per class is expected by chance."""
    n = 25
    ties = np.zeros((n, n), dtype=bool)
    for i in range(n):
        ties[i, [(i + step) % n for step in (1, 2, 3)]] = True
    received = choices_received(of_matrix(ties))[0]
    none = poisson_binomial(np.full((1, n - 1), 3 / (n - 1)))[0, 0]
    assert none == pytest.approx(0.041, abs=0.001)
    assert received.expected == pytest.approx(3.0)


@pytest.mark.parametrize("seed", range(4))
def test_triads_cliques_and_circles_agree_with_networkx(seed: int) -> None:
    relation = of_matrix(planted(seed, (7, 6, 8), (3, 8), 0.8))
    graph = digraph(relation)
    mutual = nx.Graph(pairs(relation).mutual)
    found = circles(relation)
    assert triad_census(relation) == nx.triadic_census(graph)
    assert sorted(found.cliques) == sorted(
        tuple(sorted(each)) for each in nx.find_cliques(mutual) if len(each) > 2
    )
    assert sorted(found.circles) == sorted(
        tuple(sorted(each)) for each in k_clique_communities(mutual, 3)
    )
    whole = cohesion(relation)
    assert whole.triangles == sum(nx.triangles(mutual).values()) / 3
    assert whole.weak_components == nx.number_weakly_connected_components(graph)
    assert transitivity(relation).undirected == pytest.approx(
        nx.transitivity(graph.to_undirected())
    )


def test_transitivity_without_a_two_path_is_undefined() -> None:
    found = transitivity(question("abc", "ab"))
    assert (found.undirected, found.mutual, found.directed) == (None, None, None)


def test_a_chain_is_read_from_end_to_end() -> None:
    relation = question("abcdef", "ba ab bc cb cd dc ef fe")
    assert circles(relation).chains == (("a", "b", "c", "d"),)


def test_roles_are_worded_by_what_was_seen() -> None:
    relation = question("abcdefghij", "ab ba ca db eb", silent="ij")
    seen = {(each.pupil, each.role): each.certainty for each in roles(relation)}
    assert ("f", Role.GAVE_AND_RECEIVED_NONE) in seen
    assert ("c", Role.ONE_WAY) in seen
    assert seen["i", Role.NO_ANSWER] is Certainty.CERTAIN
    assert ("i", Role.GAVE_AND_RECEIVED_NONE) not in seen
    # i and j could have named f.
    assert seen["f", Role.UNCHOSEN] is not Certainty.CERTAIN


def test_unchosen_is_certain_only_when_nobody_is_missing() -> None:
    everyone = {(r.pupil, r.role): r.certainty for r in roles(question("abc", "ab ba ca"))}
    assert everyone["c", Role.UNCHOSEN] is Certainty.CERTAIN


def test_gender_mixing_of_a_known_class() -> None:
    """Two boys and two girls, one choice across: worked out by hand."""
    gender = {"a": "F", "b": "F", "c": "M", "d": "M"}
    found = gender_mixing(question("abcd", "ab ba cd ca", gender=gender))
    assert (found.internal, found.external) == (3, 1)
    assert found.ei == pytest.approx(-0.5)
    assert found.ei_by_chance == pytest.approx(1 - 2 * 4 / 12)
    assert found.coleman["F"] == pytest.approx(1.0)
    # m_MM = 1, s = 2·1/3: (1 − 2/3)/(2 − 2/3).
    assert found.coleman["M"] == pytest.approx(0.25)
    assert not found.may_be_shown
    assert min(found.sizes.values()) < SMALLEST_GENDER_GROUP


def test_mixing_of_one_gender_has_no_assortativity() -> None:
    found = gender_mixing(question("abc", "ab bc", gender=dict.fromkeys("abc", "F")))
    assert found.assortativity is None
    assert found.odds_ratio is None


def test_unknown_gender_is_left_out_and_counted() -> None:
    relation = question("abcd", "ab ac ad", gender={"a": "F", "b": "F", "c": "M"})
    found = gender_mixing(relation)
    assert (found.internal, found.external, found.unknown) == (1, 1, 1)
    assert mixing_test(question("ab", "")) is None


def test_breadth_counts_questions_and_different_choosers() -> None:
    found = breadth([question("abc", "ab cb"), question("abc", "ab bc")])
    by_pupil = {each.pupil: (each.questions, each.choosers) for each in found}
    assert by_pupil == {"a": (0, 0), "b": (2, 2), "c": (1, 1)}
