"""How far our figures are from the reference, statistic by statistic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Any

from samspill_reports.sociometry import Relation, compare, mixing_test
from samspill_reports.sociometry.exact_partition import Solved, solve, solve_directed
from samspill_reports.sociometry.expert import above_chance, probability_categories, standard_scores
from samspill_reports.sociometry.full_roster import among_respondents, full_roster
from services.reports.tests.sociometry import reference
from services.reports.tests.sociometry.reference import Network

CLOSED = 1e-9
STANDARD_ERRORS = 5.0
"""Tolerance of simulated figures: standard errors of the difference of two simulations."""


@dataclass(frozen=True)
class Deviation:
    """One compared value. `unit` says what the tolerance is counted in."""

    of_set: str
    network: str
    statistic: str
    size: float
    unit: str = "absolute"

    @property
    def differs(self) -> bool:
        """Beyond the tolerance of its unit."""
        limit = STANDARD_ERRORS if self.unit == "standard errors" else CLOSED
        return not self.size <= limit


def closed(network: Network) -> Iterator[Deviation]:
    """Every closed formula of a network that exists on both sides."""
    ours: dict[str, Any] = full_roster(network.relation)
    if "respondents_only" in network.expected:
        ours |= among_respondents(network.relation)
    at = network.relation.position
    order = [at[pupil] for pupil in network.expected["indegree_ids"]]
    for key in ("indegree", "outdegree"):
        ours[key] = [ours[key][place] for place in order]
    for key, expected in network.expected.items():
        if key in ours:
            yield Deviation(network.of_set, network.key, key, apart(ours[key], expected))


def apart(ours: Any, expected: Any) -> float:
    """Largest difference between two values of the same shape; infinite where shapes differ."""
    if isinstance(expected, dict):
        if not isinstance(ours, dict) or not expected.keys() <= ours.keys():
            return float("inf")
        return max((apart(ours[key], expected[key]) for key in expected), default=0.0)
    if isinstance(expected, list):
        if not isinstance(ours, list) or len(ours) != len(expected):
            return float("inf")
        return max(map(apart, ours, expected), default=0.0)
    if expected is None or ours is None:
        return 0.0 if ours is expected else float("inf")
    if isinstance(expected, str):
        return 0.0 if ours == expected else float("inf")
    return abs(float(ours) - float(expected))


def permutation(network: Network) -> Iterator[Deviation]:
    """The permutation test of E-I: two simulations, so the distance is in standard errors."""
    expected = network.expected.get("ei_permutation")
    test = mixing_test(network.relation.as_if_all_answered())
    if expected is None or test is None:
        return
    each = 1 / test.permutations + 1 / expected["permutations"]
    p = (test.p_more_internal + expected["p_more_internal"]) / 2
    spread = max(test.deviation, expected["perm_sd"])
    rounding = 5e-5
    found = {
        "p_more_internal": (test.p_more_internal, sqrt(p * (1 - p) * each)),
        "perm_mean": (test.mean, spread * sqrt(each)),
        "perm_sd": (test.deviation, spread * sqrt(each)),
    }
    for name, (ours, error) in found.items():
        away = max(abs(ours - expected[name]) - rounding, 0.0)
        size = away / error if error else (0.0 if not away else float("inf"))
        statistic = f"ei_permutation.{name}"
        yield Deviation(network.of_set, network.key, statistic, size, "standard errors")


def optima(network: Network) -> Iterator[tuple[Deviation, Solved]]:
    """Both exact modularities of a network, where the reference has them."""
    whole = network.relation.as_if_all_answered()
    for kind, expected in network.expected.get("communities", {}).items():
        solved = solve_directed(whole) if kind == "directed" else solve([whole])
        ours = solved.partition.modularity
        assert ours is not None
        size = abs(ours - expected["Q_exact_ILP"])
        yield Deviation(network.of_set, network.key, f"modularity.{kind}", size), solved


def waves(of_set: str) -> Iterator[Deviation]:
    """Every pair of waves that the reference compares."""
    comparison = reference.reference(of_set).get("wave_comparison")
    pairs = comparison["pairs"] if comparison else {}
    for key, expected in pairs.items():
        before, after = _waves(of_set, key)
        found = compare(before, after)
        six_digits = _beyond(5e-7)
        ours = {
            "pupils_on_both_rosters": len(found.stayed),
            "senders_responding_twice": len(found.senders),
            "ordered_pairs": found.ordered_pairs,
            "ties_0to0": found.neither,
            "ties_0to1": found.new,
            "ties_1to0": found.lost,
            "ties_1to1": found.kept,
            "jaccard": found.jaccard,
            "hamming": found.changed,
            "share_of_old_ties_kept": found.share_kept,
            "pupils_with_significant_indegree_change_mcnemar_p05": sum(
                each.p <= 0.05 for each in found.received
            ),
            "received_gained_lost_p": {
                each.pupil: [each.gained, each.lost, each.p] for each in found.received
            },
        }
        for name, value in expected.items():
            size = six_digits(apart(ours[name], value))
            yield Deviation(of_set, key, f"wave_comparison.{name}", size)


def _waves(of_set: str, key: str) -> tuple[Relation, Relation]:
    waves_, *rest = key.split("|")
    names = list(reference.reference(of_set)["networks"])
    # The Hungarian comparison calls its relation "affect"; its counts are those of friend(=2).
    name = names[0].split("|")[0]
    keys = ("|".join([name, wave, *rest]) for wave in waves_.split("->"))
    before, after = (reference.network(of_set, each).relation for each in keys)
    return before, after


def _beyond(rounding: float) -> Any:
    return lambda size: max(size - rounding, 0.0)


def status(of_set: str) -> Iterator[Deviation]:
    """Two-dimensional status (expert mode) where the reference has it; six printed digits."""
    six_digits = _beyond(5e-7)
    for key, expected in reference.reference(of_set).get("sociometric_status", {}).items():
        terms, *rest = key.split("|")
        most, least = (term.split("=", 1)[1] for term in terms.split(","))
        like, dislike = (
            reference.network(of_set, "|".join([name, *(rest or ["wave1"])])).relation
            for name in (most, least)
        )
        scores = standard_scores(like, dislike)
        plain = standard_scores(like, dislike, restandardised=False)
        ours: dict[str, list[Any]] = {
            "zLM": list(scores.z_most),
            "zLL": list(scores.z_least),
            "SP": list(scores.preference),
            "SI": list(scores.impact),
            "coie_dodge": list(scores.categories),
            "coie_dodge_1982_not_restandardised": list(plain.categories),
            "newcomb_bukowski": list(probability_categories(like, dislike)),
        }
        # Exactly at the mean, the reference's floating-point sum decides by its rounding.
        even = [
            not (a and b) for a, b in zip(above_chance(like), above_chance(dislike), strict=True)
        ]
        theirs = expected["newcomb_bukowski"]
        exact = ours["newcomb_bukowski"]
        ours["newcomb_bukowski"] = [
            b if at_mean else a for a, b, at_mean in zip(exact, theirs, even, strict=True)
        ]
        for name, value in ours.items():
            size = six_digits(apart(value, expected[name]))
            yield Deviation(of_set, key, f"sociometric_status.{name}", size)
