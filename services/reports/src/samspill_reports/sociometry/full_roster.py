"""The statistics of reference.json under its own definitions: the whole roster, silence as zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from samspill_reports.sociometry.arrays import ratio
from samspill_reports.sociometry.cohesion import centralization, components, density, transitivity
from samspill_reports.sociometry.dyads import dyad_census
from samspill_reports.sociometry.homophily import MixingTest, gender_mixing
from samspill_reports.sociometry.sociogram import Relation


def full_roster(relation: Relation) -> dict[str, Any]:
    """Every closed statistic of reference.json, keyed and defined as there.

    A pupil who did not answer counts as one who chose nobody. For comparison with other programs;
    pages and findings use only what respects non-response. None where undefined. Lists follow the
    roster.
    """
    whole = relation.as_if_all_answered()
    census, closed = dyad_census(whole), transitivity(whole)
    received, made = whole.received, whole.made
    mutual = (whole.ties & whole.ties.T).any(axis=1)
    parts = components(np.asarray(whole.ties | whole.ties.T))
    return {
        "n": whole.n,
        "m": int(made.sum()),
        "density": density(whole).value,
        "mutual": census.mutual,
        "asymmetric": census.asymmetric,
        "null": census.null,
        "reciprocity_edgewise": census.reciprocity,
        "reciprocity_dyadic_nonnull": census.reciprocity_of_pairs,
        "reciprocity_sna_dyadic_incl_null": census.reciprocity_with_null,
        "indegree": received.tolist(),
        "outdegree": made.tolist(),
        "n_isolates": int(((received == 0) & (made == 0)).sum()),
        "n_unchosen": int((received == 0).sum()),
        "n_made_no_choice": int((made == 0).sum()),
        "n_without_mutual": int((~mutual).sum()),
        "indegree_centralization": centralization(received),
        "transitivity_weak_undirected": closed.undirected,
        "transitivity_mutual_undirected": closed.mutual,
        "transitivity_directed_triples": closed.directed,
        "n_weak_components": int(parts.max(initial=-1)) + 1,
        **_of_gender(whole),
    }


def _of_gender(whole: Relation) -> dict[str, Any]:
    mixing = gender_mixing(whole)
    if not mixing.sizes:
        return {}
    return {
        "ei_internal": mixing.internal,
        "ei_external": mixing.external,
        "ei_index": mixing.ei,
        "ei_expected_by_group_sizes": mixing.ei_by_chance,
        "assortativity_gender": mixing.assortativity,
        "coleman_homophily": dict(mixing.coleman),
    }


def among_respondents(relation: Relation) -> dict[str, Any]:
    """`n_respondents`, the density of the rows that are known, and the complete-case variant."""
    answering = relation.without_silent()
    census = dyad_census(answering)
    r = len(relation.respondents)
    return {
        "n_respondents": r,
        "density_over_respondent_rows": ratio(int(relation.made.sum()), r * (relation.n - 1)),
        "respondents_only": {
            "n": answering.n,
            "m": int(answering.made.sum()),
            "density": density(answering).value,
            "mutual": census.mutual,
            "asymmetric": census.asymmetric,
            "null": census.null,
            "reciprocity_edgewise": census.reciprocity,
            "transitivity_directed_triples": transitivity(answering).directed,
        },
    }


def permutation_keys(test: MixingTest) -> dict[str, Any]:
    """`ei_permutation` as in reference.json, from our own draws."""
    return {
        "p_more_internal": test.p_more_internal,
        "perm_mean": test.mean,
        "perm_sd": test.deviation,
        "permutations": test.permutations,
        "seed": test.seed,
    }
