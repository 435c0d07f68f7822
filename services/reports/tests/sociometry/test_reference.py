"""Equal to the reference on a draw of the real classes; `make proof-sociometry` takes all."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from samspill_reports.sociometry import Sociogram, search
from services.reports.tests.sociometry import comparison, reference
from services.reports.tests.sociometry.reference import SETS, Network

EVERY = {"hungarian_recens_2010": 12}
"""Every how many-eth network of a set is drawn; 1 where not named."""
# Quick ones, so that the suite stays short; the full proof has them all.
PROVEN_HERE = (
    ("ibe121_polish_class", "play|wave1"),
    ("knecht_2008_klas12b", "friendship|wave3"),
    ("moreno_1934_grades", "sit_next_to|wave1|grade3"),
    ("vickers_chan_1981", "work_with|wave1"),
    ("hungarian_recens_2010", "friend(=2)|wave1|1100"),
    ("hungarian_recens_2010", "friend(=2)|wave2|2400"),
)

pytestmark = pytest.mark.usefixtures("reference_data")


def drawn(of_set: str) -> list[Network]:
    keys = list(reference.reference(of_set)["networks"])[:: EVERY.get(of_set, 1)]
    return [reference.network(of_set, key) for key in keys]


@pytest.mark.parametrize("of_set", SETS)
def test_closed_formulas_are_equal(of_set: str) -> None:
    found = [each for network in drawn(of_set) for each in comparison.closed(network)]
    assert len(found) > 50
    assert [each for each in found if each.differs] == []


@pytest.mark.parametrize("of_set", SETS)
def test_simulated_figures_are_within_their_tolerance(of_set: str) -> None:
    found = [each for network in drawn(of_set) for each in comparison.permutation(network)]
    assert [each for each in found if each.differs] == []


@pytest.mark.parametrize("of_set", SETS)
def test_waves_and_expert_status_are_equal(of_set: str) -> None:
    found = [*comparison.waves(of_set), *comparison.status(of_set)]
    assert [each for each in found if each.differs] == []


@pytest.mark.parametrize(("of_set", "key"), PROVEN_HERE)
def test_the_optimum_is_proven_and_equal(of_set: str, key: str) -> None:
    for deviation, solved in comparison.optima(reference.network(of_set, key)):
        assert not deviation.differs
        assert solved.certificate.proven


@pytest.mark.parametrize("of_set", SETS)
def test_the_search_alone_reaches_every_certified_optimum(of_set: str) -> None:
    """All of them, not a draw: this is what the page shows meanwhile."""
    for network in reference.networks(of_set):
        best = network.expected.get("communities", {}).get("undirected_weight_mutual2")
        if best is None:
            continue
        found = search([network.relation.as_if_all_answered()]).modularity
        assert found == pytest.approx(best["Q_exact_ILP"], abs=1e-9), network.key


def test_one_changed_choice_is_noticed() -> None:
    """The control: the comparison can fail."""
    network = reference.network("vickers_chan_1981", "work_with|wave1")
    relation = network.relation
    changed = Sociogram.of(
        relation.roster,
        {"q": sorted(relation.choices)[1:]},
        gender=dict(zip(relation.roster, relation.gender, strict=True)),
    )["q"]
    differing = {
        each.statistic
        for each in comparison.closed(replace(network, relation=changed))
        if each.differs
    }
    assert {"m", "density", "reciprocity_edgewise", "transitivity_directed_triples"} <= differing


def test_a_wrong_statistic_is_noticed() -> None:
    """T1 in the place of T3, as other libraries do without saying so."""
    network = reference.network("ibe121_polish_class", "play|wave1")
    wrong = dict(network.expected)
    wrong["transitivity_directed_triples"] = wrong["transitivity_weak_undirected"]
    found = comparison.closed(replace(network, expected=wrong))
    assert [each.statistic for each in found if each.differs] == ["transitivity_directed_triples"]


def test_a_lower_modularity_is_noticed() -> None:
    network = reference.network("ibe121_polish_class", "play|wave1")
    wrong = json.loads(json.dumps(network.expected))
    wrong["communities"]["directed"]["Q_exact_ILP"] -= 1e-6
    deviations = [each for each, _ in comparison.optima(replace(network, expected=wrong))]
    assert [each.statistic for each in deviations if each.differs] == ["modularity.directed"]


def test_the_command_prints_the_reference_keys(reference_data: Path) -> None:
    """With respondents, the keys of the reference keep their full-roster meaning."""
    folder = reference_data / "vickers_chan_1981"
    expected = reference.reference("vickers_chan_1981")["networks"]["best_friends|wave1"]
    run = subprocess.run(
        [
            sys.executable, "-m", "samspill_reports.sociometry",
            str(folder / "nodes.csv"), str(folder / "edges.csv"),
            "--relation", "best_friends", "--wave", "1", "--json",
        ],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    printed = json.loads(run.stdout)
    shared = [key for key in expected if key in printed and key != "ei_permutation"]
    assert len(shared) > 25
    assert all(comparison.apart(printed[key], expected[key]) <= 1e-9 for key in shared)
    for kind, best in expected["communities"].items():
        assert printed["modularity"][kind] == pytest.approx(best["Q_exact_ILP"], abs=1e-9)
