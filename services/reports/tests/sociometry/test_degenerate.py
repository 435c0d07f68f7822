"""Classes at the edge: every statistic answers, with None where it is undefined."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from samspill_reports.sociometry import (
    Relation,
    Sociogram,
    choices_received,
    circles,
    cohesion,
    findings,
    gender_mixing,
    positions,
    roles,
    search,
    stability,
    triad_census,
)
from samspill_reports.sociometry.command import main
from samspill_reports.sociometry.exact_partition import solve
from samspill_reports.sociometry.exclusion import hidden_exclusion
from samspill_reports.sociometry.full_roster import among_respondents, full_roster
from samspill_reports.sociometry.null_classes import partition_p

Matrix = np.typing.NDArray[np.bool_]


def nobody(n: int) -> Matrix:
    return np.zeros((n, n), dtype=bool)


def everyone(n: int) -> Matrix:
    return ~np.eye(n, dtype=bool)


def halves(n: int) -> Matrix:
    side = np.arange(n) < n // 2
    return np.asarray(everyone(n) & (side[:, None] == side[None, :]))


def a_class(ties: Matrix, *, answered: bool = True) -> Relation:
    ids = [f"{i:03}" for i in range(len(ties))]
    choices = [(ids[i], ids[j]) for i, j in zip(*np.nonzero(ties), strict=True)]
    gender = dict.fromkeys(ids, "F")
    respondents: list[str] | None = None if answered else []
    return Sociogram.of(ids, {"q": choices}, respondents=respondents, gender=gender)["q"]


CASES = {
    **{f"{n} pupils, {name}": a_class(ties(n)) for n in (0, 1, 2, 3, 12) for name, ties in
       (("nobody chose", nobody), ("everyone chose", everyone), ("two halves", halves))},
    "nobody answered": a_class(nobody(12), answered=False),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_statistic_answers(case: str) -> None:
    relation = CASES[case]
    solved = solve([relation])
    assert solved.certificate.proven
    members = stability([relation], solved.partition, copies=10)
    p = partition_p([relation], classes=9)
    hints = hidden_exclusion(relation, classes=9)
    assert len(members) == len(choices_received(relation)) == relation.n
    assert not hints or all(0 < hint.p <= 1 for hint in hints)
    assert findings(relation, partition=solved.partition, memberships=members, groups_p=p)
    assert all(role.pupil in relation.roster for role in roles(relation, draws=9))
    json.dumps(full_roster(relation) | among_respondents(relation), allow_nan=False)
    assert gender_mixing(relation).assortativity is None


def test_where_nobody_chose_shares_are_undefined() -> None:
    found = cohesion(CASES["12 pupils, nobody chose"])
    assert found.density.value == 0
    assert found.transitivity.directed is None
    assert found.inequality is None
    assert found.gini is None
    assert search([CASES["12 pupils, nobody chose"]]).modularity is None


def test_where_nobody_answered_nothing_is_known() -> None:
    relation = CASES["nobody answered"]
    assert cohesion(relation).density.value is None
    assert cohesion(relation).density.at_most == 1.0
    received = choices_received(relation)[0]
    assert (received.count, received.possible, received.at_most) == (0, 0, 11)
    assert received.share is None


def test_where_everyone_chose_everyone_there_is_one_circle() -> None:
    relation = CASES["12 pupils, everyone chose"]
    found = circles(relation)
    assert found.cliques == found.circles == (relation.roster,)
    assert search([relation]).groups == (relation.roster,)
    assert cohesion(relation).transitivity.mutual == 1.0
    assert cohesion(relation).inequality is None


def test_two_halves_are_two_groups_proven() -> None:
    solved = solve([CASES["12 pupils, two halves"]])
    assert [len(group) for group in solved.partition.groups] == [6, 6]
    assert solved.partition.modularity == pytest.approx(0.5)
    assert cohesion(CASES["12 pupils, two halves"]).weak_components == 2


@pytest.mark.parametrize("ties", [nobody, everyone, halves])
def test_150_pupils_are_handled(ties: object) -> None:
    assert callable(ties)
    relation = a_class(ties(150))
    groups = search([relation])
    assert len(stability([relation], groups, copies=10)) == 150
    assert sum(triad_census(relation).values()) == 150 * 149 * 148 // 6
    assert circles(relation).all_listed
    assert len(positions([relation])) == 150


def test_cliques_beyond_counting_are_cut_and_said_to_be() -> None:
    """Everyone but one other: 2 to the 20th maximal cliques."""
    ties = everyone(40)
    for i in range(0, 40, 2):
        ties[i, i + 1] = ties[i + 1, i] = False
    found = circles(a_class(ties))
    assert not found.all_listed
    assert found.circles == (tuple(f"{i:03}" for i in range(40)),)


def test_the_command_takes_a_class_of_one_gender_and_two_pupils(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "n.csv").write_text("id,gender\na,F\nb,F\n", "utf-8")
    (tmp_path / "e.csv").write_text("source,target\na,b\n", "utf-8")
    assert main([str(tmp_path / "n.csv"), str(tmp_path / "e.csv"), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["coleman_homophily"] == {"F": None}
    assert printed["transitivity_directed_triples"] is None
