"""Subgroups: the search, the proof, and how sure a membership is."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx
import numpy as np
import pytest

from samspill_reports.sociometry import co_membership, modularity, search, stability
from samspill_reports.sociometry.clique_programme import Programme, Work
from samspill_reports.sociometry.consensus import redrawn
from samspill_reports.sociometry.exact_partition import solve, solve_directed
from samspill_reports.sociometry.null_classes import (
    cache_key,
    partition_p,
    same_degrees,
    same_groups,
)
from samspill_reports.sociometry.partition_agreement import agreement
from samspill_reports.sociometry.seeded import stream
from services.reports.tests.sociometry.classes import of_matrix, planted, question


def every_partition(n: int) -> Iterator[list[int]]:
    """All labellings of n pupils, each partition once."""
    labels = [0]
    stack = [labels]
    while stack:
        labels = stack.pop()
        if len(labels) == n:
            yield labels
            continue
        stack.extend([*labels, new] for new in range(max(labels) + 2))


@pytest.mark.parametrize("seed", range(6))
def test_the_certified_optimum_is_the_best_of_all_partitions(seed: int) -> None:
    relation = of_matrix(np.random.default_rng(seed).random((7, 7)) < 0.35)
    undirected = modularity.of_weights(modularity.weights([relation]))
    directed = modularity.of_directed(relation.ties)
    for objective, solved in (
        (undirected, solve([relation])),
        (directed, solve_directed(relation)),
    ):
        best = max(objective.total(np.array(labels)) for labels in every_partition(7))
        assert solved.certificate.proven
        assert solved.certificate.value == best
        assert solved.partition.modularity == pytest.approx(best / objective.scale)


def test_modularity_is_that_of_networkx() -> None:
    relation = of_matrix(planted(3, (6, 7, 5), (2, 6), 0.8))
    graph = nx.DiGraph()
    graph.add_nodes_from(relation.roster)
    graph.add_edges_from(relation.choices)
    solved = solve_directed(relation)
    groups = [set(group) for group in solved.partition.groups]
    assert nx.community.modularity(graph, groups) == pytest.approx(solved.partition.modularity)


def test_the_programme_finds_better_labels_than_bad_ones() -> None:
    """The proof does not believe the search: from the worst start it reaches the optimum."""
    objective = modularity.of_weights(
        modularity.weights([of_matrix(planted(5, (6, 6, 6), (3, 5), 0.8))])
    )
    profit = (2 * objective.gain[np.triu_indices(18, 1)]).astype(np.int64)
    step = int(np.gcd.reduce(np.abs(profit)))
    labels, bound = Programme(18, profit, step, Work(node_limit=1000)).prove(
        np.zeros(18, dtype=np.int64)
    )
    first, second = np.triu_indices(18, 1)
    assert int(profit[labels[first] == labels[second]].sum()) == bound
    assert len(set(labels.tolist())) == 3


def test_without_nodes_nothing_is_called_proven() -> None:
    """A class whose linear bound leaves a gap: with no nodes the gap is told."""
    for seed in range(40):
        relation = of_matrix(np.random.default_rng(seed).random((14, 14)) < 0.3)
        if solve([relation]).certificate.nodes > 1:
            certificate = solve([relation], node_limit=0).certificate
            assert not certificate.proven
            assert certificate.bound > certificate.value
            assert certificate.gap is not None
            assert certificate.gap > 0
            return
    pytest.fail("no class needed branch and bound")


def test_search_reaches_the_proven_value() -> None:
    for seed in range(5):
        relation = of_matrix(planted(seed, (7, 8, 6), (2, 6), 0.7))
        assert search([relation]).modularity == solve([relation]).partition.modularity


def test_several_questions_are_summed() -> None:
    one, other = question("abcd", "ab ba"), question("abcd", "cd dc")
    assert search([one, other]).groups == (("a", "b"), ("c", "d"))


def test_two_halves_are_found_and_firm() -> None:
    ties = np.zeros((12, 12), dtype=bool)
    ties[:6, :6] = ties[6:, 6:] = True
    np.fill_diagonal(ties, False)
    relation = of_matrix(ties)
    found = search([relation])
    assert [len(group) for group in found.groups] == [6, 6]
    members = stability([relation], found)
    assert all(each.is_core and not each.is_between for each in members)


def test_a_pupil_with_one_choice_into_each_half_is_not_firm() -> None:
    ties = np.zeros((13, 13), dtype=bool)
    ties[:6, :6] = ties[6:12, 6:12] = True
    ties[12, [0, 1, 6, 7]] = ties[[0, 1, 6, 7], 12] = True
    np.fill_diagonal(ties, False)
    relation = of_matrix(ties)
    bridge = stability([relation], search([relation]))[12]
    assert not bridge.is_core
    assert bridge.is_between


def test_redrawing_keeps_how_many_choices_everybody_makes() -> None:
    ties = planted(1, (6, 6), (1, 5), 0.7)
    ties[0] = True
    ties[0, 0] = False
    copies = redrawn(ties, 50, stream(1, 2))
    assert (copies.sum(axis=2) == ties.sum(axis=1)).all()
    assert not copies[:, np.arange(12), np.arange(12)].any()
    moved = (copies & ~ties).sum() / ties[1:].sum() / 50
    assert 0.05 < moved < 0.15


def test_co_membership_is_a_share_and_symmetrical() -> None:
    shares = co_membership([of_matrix(planted(2, (5, 5), (2, 3), 0.8))])
    assert (shares == shares.T).all()
    assert (np.diag(shares) == 1).all()
    assert shares.min() >= 0


def test_the_degree_keeping_chain_reaches_every_class_equally_often() -> None:
    """All classes of 4 pupils with these degrees, enumerated; within 5 standard errors."""
    start = np.array([[0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 1], [0, 1, 0, 0]], dtype=bool)
    classes = 4000
    drawn = same_degrees(start, classes, stream(7, 1))
    assert (drawn.sum(axis=1) == start.sum(axis=0)).all()
    assert (drawn.sum(axis=2) == start.sum(axis=1)).all()
    codes, counts = np.unique(drawn.reshape(classes, -1), axis=0, return_counts=True)
    expected = _classes_with_degrees(start)
    assert len(codes) == expected
    share = 1 / expected
    error = np.sqrt(share * (1 - share) / classes)
    assert np.abs(counts / classes - share).max() < 5 * error


def _classes_with_degrees(start: np.typing.NDArray[np.bool_]) -> int:
    cells = [(i, j) for i in range(4) for j in range(4) if i != j]
    found = 0
    for code in range(2 ** len(cells)):
        ties = np.zeros((4, 4), dtype=bool)
        for bit, cell in enumerate(cells):
            ties[cell] = code >> bit & 1
        same_made = (ties.sum(axis=1) == start.sum(axis=1)).all()
        found += bool(same_made and (ties.sum(axis=0) == start.sum(axis=0)).all())
    return found


def test_drawn_classes_keep_choices_into_each_group() -> None:
    ties = planted(4, (5, 4, 3), (2, 5), 0.7)
    labels = np.repeat([0, 1, 2], (5, 4, 3))
    drawn = same_groups(ties, labels, 30, stream(1, 1))
    member = labels[:, None] == np.arange(3)
    assert (drawn @ member == ties @ member).all()
    assert not drawn[:, np.arange(12), np.arange(12)].any()
    assert (drawn != ties).any()


def test_planted_groups_are_beyond_chance_and_random_ones_are_not() -> None:
    grouped = partition_p([of_matrix(planted(1, (7, 7, 7), (3, 5), 0.9))], classes=99)
    at_random = [
        partition_p([of_matrix(np.random.default_rng(seed).random((16, 16)) < 0.2)], classes=39)
        for seed in range(8)
    ]
    assert grouped == 0.01
    assert sum(p is not None and p <= 0.05 for p in at_random) <= 2
    assert partition_p([question("abc", "")]) is None


def test_agreement_of_a_partition_with_itself_and_with_noise() -> None:
    first = search([of_matrix(planted(1, (7, 7, 7), (4, 5), 0.95))])
    other = search([of_matrix(np.random.default_rng(0).random((21, 21)) < 0.15)])
    assert agreement(first, first).adjusted_rand == 1.0
    assert agreement(first, first, permutations=99).p == 0.01
    assert agreement(first, first).matched == ((0, 0), (1, 1), (2, 2))
    unlike = agreement(first, other)
    assert unlike.adjusted_rand is not None
    assert unlike.adjusted_rand < 0.3


def test_the_cache_key_follows_ties_answers_and_seed() -> None:
    relation = question("abc", "ab")
    others = [question("abc", "ac"), question("abc", "ab", silent="c"), question("abcd", "ab")]
    keys = {cache_key([each], 1) for each in (relation, *others)} | {cache_key([relation], 2)}
    assert len(keys) == 5
    assert cache_key([relation], 1) == cache_key([question("cba", "ab")], 1)


def test_spent_effort_leaves_a_bound_and_no_proof() -> None:
    objective = modularity.of_weights(
        modularity.weights([of_matrix(np.random.default_rng(3).random((16, 16)) < 0.35)])
    )
    profit = (2 * objective.gain[np.triu_indices(16, 1)]).astype(np.int64)
    step = int(np.gcd.reduce(np.abs(profit)))
    work = Work(node_limit=1000, effort_limit=1)
    labels, bound = Programme(16, profit, step, work).prove(np.zeros(16, dtype=np.int64))
    first, second = np.triu_indices(16, 1)
    assert work.nodes == 1
    assert bound >= int(profit[labels[first] == labels[second]].sum())
