"""Everything the command says about one question, computed once and printed in either form."""

from __future__ import annotations

from dataclasses import dataclass

from samspill_reports.sociometry import exact_partition, seeded
from samspill_reports.sociometry.class_files import ClassFiles
from samspill_reports.sociometry.consensus import Membership, stability
from samspill_reports.sociometry.exact_partition import Solved
from samspill_reports.sociometry.exclusion import Hint, hidden_exclusion
from samspill_reports.sociometry.findings import Finding, findings
from samspill_reports.sociometry.null_classes import partition_p


@dataclass(frozen=True)
class Analysis:
    """Results that need a search or a simulation; closed formulas are cheap to repeat."""

    files: ClassFiles
    seed: int
    undirected: Solved
    """Over every row, as in reference.json."""
    directed: Solved
    groups: Solved
    """Over the choices of respondents: what is shown. The same unless a silent pupil has rows."""
    memberships: tuple[Membership, ...]
    groups_p: float | None
    hints: tuple[Hint, ...]
    findings: tuple[Finding, ...]


def analyse(files: ClassFiles, *, seed: int = seeded.DEFAULT_SEED) -> Analysis:
    """Run everything, the exact partition and the simulations included."""
    undirected = exact_partition.solve([files.everyone], seed=seed)
    directed = exact_partition.solve_directed(files.everyone, seed=seed)
    relation = files.relation
    shown = undirected
    if relation.choices != files.everyone.choices:
        shown = exact_partition.solve([relation], seed=seed)
    memberships = stability([relation], shown.partition, seed=seed)
    groups_p = partition_p([relation], seed=seed)
    hints = hidden_exclusion(relation, seed=seed)
    return Analysis(
        files=files,
        seed=seed,
        undirected=undirected,
        directed=directed,
        groups=shown,
        memberships=memberships,
        groups_p=groups_p,
        hints=hints,
        findings=findings(
            relation,
            partition=shown.partition,
            memberships=memberships,
            groups_p=groups_p,
            hints=hints,
            seed=seed,
        ),
    )
