"""Sociometry of a class: pure functions from one immutable value to plain values."""

from samspill_reports.sociometry.cliques import Circles, circles
from samspill_reports.sociometry.cohesion import (
    Cohesion,
    Density,
    Transitivity,
    cohesion,
    density,
    transitivity,
    triad_census,
)
from samspill_reports.sociometry.consensus import Membership, co_membership, stability
from samspill_reports.sociometry.dyads import (
    DyadCensus,
    Pairs,
    Returned,
    dyad_census,
    pairs,
    returned,
    without_mutual,
)
from samspill_reports.sociometry.exclusion import Hint, Level
from samspill_reports.sociometry.findings import Finding, Kind, Uncertainty, findings
from samspill_reports.sociometry.homophily import (
    GenderMixing,
    MixingTest,
    gender_mixing,
    mixing_test,
)
from samspill_reports.sociometry.layout import Position, TargetPlace, positions, target
from samspill_reports.sociometry.participation import Participation, Voice, participation
from samspill_reports.sociometry.partition import Partition, search
from samspill_reports.sociometry.roles import Certainty, Role, RoleSeen, roles
from samspill_reports.sociometry.seeded import DEFAULT_SEED
from samspill_reports.sociometry.sociogram import (
    LeftOut,
    Pair,
    Relation,
    RosterRepeats,
    Sociogram,
)
from samspill_reports.sociometry.status import Breadth, Received, breadth, choices_received
from samspill_reports.sociometry.wave_findings import wave_findings
from samspill_reports.sociometry.waves import (
    Comparison,
    DyadChanges,
    ReceivedChange,
    compare,
)
from samspill_reports.sociometry.wording import Sentences, describe

__all__ = [
    "DEFAULT_SEED",
    "Breadth",
    "Certainty",
    "Circles",
    "Cohesion",
    "Comparison",
    "Density",
    "DyadCensus",
    "DyadChanges",
    "Finding",
    "GenderMixing",
    "Hint",
    "Kind",
    "LeftOut",
    "Level",
    "Membership",
    "MixingTest",
    "Pair",
    "Pairs",
    "Participation",
    "Partition",
    "Position",
    "Received",
    "ReceivedChange",
    "Relation",
    "Returned",
    "Role",
    "RoleSeen",
    "RosterRepeats",
    "Sentences",
    "Sociogram",
    "TargetPlace",
    "Transitivity",
    "Uncertainty",
    "Voice",
    "breadth",
    "choices_received",
    "circles",
    "co_membership",
    "cohesion",
    "compare",
    "density",
    "describe",
    "dyad_census",
    "findings",
    "gender_mixing",
    "mixing_test",
    "pairs",
    "participation",
    "positions",
    "returned",
    "roles",
    "search",
    "stability",
    "target",
    "transitivity",
    "triad_census",
    "wave_findings",
    "without_mutual",
]
