"""The command's answer as one JSON object: the keys of reference.json, and ours beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from samspill_reports.sociometry.analysis import Analysis
from samspill_reports.sociometry.cliques import circles
from samspill_reports.sociometry.cohesion import cohesion, triad_census
from samspill_reports.sociometry.dyads import pairs, returned
from samspill_reports.sociometry.exact_partition import Solved
from samspill_reports.sociometry.findings import Finding
from samspill_reports.sociometry.full_roster import (
    among_respondents,
    full_roster,
    permutation_keys,
)
from samspill_reports.sociometry.homophily import mixing_test
from samspill_reports.sociometry.participation import participation
from samspill_reports.sociometry.roles import roles
from samspill_reports.sociometry.status import choices_received


def as_record(analysis: Analysis) -> dict[str, Any]:
    """Plain values only; None where a statistic is undefined."""
    return {**_reference_keys(analysis), **_own_keys(analysis)}


def _reference_keys(analysis: Analysis) -> dict[str, Any]:
    """Full-roster definitions whatever the respondents; lists in the order of NODES."""
    files = analysis.files
    record = full_roster(files.everyone)
    at = files.everyone.position
    for key in ("indegree", "outdegree"):
        record[key] = [record[key][at[pupil]] for pupil in files.order]
    record["indegree_ids"] = list(files.order)
    test = mixing_test(files.everyone, seed=analysis.seed)
    if test is not None:
        record["ei_permutation"] = permutation_keys(test)
    record["modularity"] = {
        "undirected_weight_mutual2": analysis.undirected.partition.modularity,
        "directed": analysis.directed.partition.modularity,
    }
    return record | among_respondents(files.relation)


def _own_keys(analysis: Analysis) -> dict[str, Any]:
    relation = analysis.files.relation
    took_part = participation(relation)
    return {
        "seed": analysis.seed,
        "max_choices": relation.max_choices,
        "left_out": asdict(relation.left_out),
        "participation": {
            "answered": took_part.answered,
            "roster": took_part.roster,
            "may_say": took_part.voice.name.lower(),
        },
        "modularity_certificate": {
            "undirected_weight_mutual2": _certificate(analysis.undirected),
            "directed": _certificate(analysis.directed),
        },
        "cohesion": asdict(cohesion(relation)),
        "triads": triad_census(relation),
        "pairs": asdict(pairs(relation)),
        "pupils": _pupils(analysis),
        "groups": [list(group) for group in analysis.groups.partition.groups],
        "groups_p": analysis.groups_p,
        "circles": asdict(circles(relation)),
        "unreturned_attachment": [_plain(asdict(hint)) for hint in analysis.hints],
        "findings": [_finding(each) for each in analysis.findings],
    }


def _certificate(solved: Solved) -> dict[str, Any]:
    return {**asdict(solved.certificate), "gap": solved.certificate.gap}


def _pupils(analysis: Analysis) -> list[dict[str, Any]]:
    """One object per pupil in the order of NODES; never a rank."""
    relation = analysis.files.relation
    mine: dict[str, dict[str, Any]] = {pupil: {"id": pupil} for pupil in analysis.files.order}
    for received in choices_received(relation):
        mine[received.pupil] |= {
            "answered": received.pupil in relation.respondents,
            "received": received.count,
            "possible": received.possible,
            "at_most": received.at_most,
            "share": received.share,
            "standard_error": received.standard_error,
            "expected": received.expected,
            "p_as_many": received.p_as_many,
            "p_as_few": received.p_as_few,
        }
    for each in returned(relation):
        mine[each.pupil] |= {"mutual": each.mutual, "share_returned": each.share_of_own}
    for member in analysis.memberships:
        mine[member.pupil] |= {
            "group": member.group,
            "stability": member.stability,
            "with_other_group": member.with_other,
        }
    for pupil in mine.values():
        pupil["roles"] = {}
    for role in roles(relation, seed=analysis.seed):
        mine[role.pupil]["roles"][str(role.role)] = str(role.certainty)
    return list(mine.values())


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": str(finding.kind),
        "pupils": list(finding.pupils),
        "others": list(finding.others),
        "numbers": dict(finding.numbers),
        "uncertainty": _plain(asdict(finding.uncertainty)),
        "needs": finding.needs.name.lower(),
        "does_not_mean": finding.does_not_mean,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, str) else value
