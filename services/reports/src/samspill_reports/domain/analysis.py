"""Every number that a report says about one nomination question, computed once per reading."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from samspill_reports import sociometry
from samspill_reports.sociometry import (
    Finding,
    Hint,
    Membership,
    Pairs,
    Partition,
    Position,
    Received,
    exact_partition,
    exclusion,
    null_classes,
)

from .material import Material
from .relations import sociogram_of

SMALLEST_AREA = 3
"""A friend group has three members at the least; two are a pair (SOCIOMETRY 5.3)."""


@dataclass(frozen=True, slots=True)
class SlowPart:
    """What takes seconds to minutes: a proof and two simulations (SOCIOMETRY 4 and 5)."""

    partition: Partition
    groups_p: float | None
    hints: Sequence[Hint]

    @classmethod
    def of(cls, relation: sociometry.Relation) -> SlowPart:
        return cls(
            partition=exact_partition.solve([relation]).partition,
            groups_p=null_classes.partition_p([relation]),
            hints=exclusion.hidden_exclusion(relation),
        )


@dataclass(frozen=True)
class Analysis:
    """One relation with its derived values; nothing is stored, everything can be computed again."""

    relation: sociometry.Relation
    slow: SlowPart | None = None
    """None until it has been computed; nothing is said about groups or hidden exclusion before."""

    @cached_property
    def received(self) -> Mapping[str, Received]:
        return {each.pupil: each for each in sociometry.choices_received(self.relation)}

    @cached_property
    def pairs(self) -> Pairs:
        return sociometry.pairs(self.relation)

    @cached_property
    def partition(self) -> Partition:
        """The exact partition, or the search's, good and not proven best, until that is there."""
        return self.slow.partition if self.slow else sociometry.search([self.relation])

    @cached_property
    def memberships(self) -> Mapping[str, Membership]:
        found = sociometry.stability([self.relation], self.partition)
        return {each.pupil: each for each in found}

    @cached_property
    def findings(self) -> Sequence[Finding]:
        return sociometry.findings(
            self.relation,
            partition=self.partition,
            memberships=tuple(self.memberships.values()),
            groups_p=self.slow.groups_p if self.slow else None,
            hints=self.slow.hints if self.slow else (),
        )

    @cached_property
    def usual_range(self) -> tuple[int, int]:
        """Between which numbers the middle eight of ten pupils were chosen."""
        counts = sorted(each.count for each in self.received.values())
        tenth = len(counts) // 10
        return counts[tenth], counts[len(counts) - 1 - tenth]

    def mutual_of(self, pupil: str) -> Sequence[str]:
        return [b if a == pupil else a for a, b in self.pairs.mutual if pupil in (a, b)]

    def chosen_by(self, pupil: str) -> Sequence[str]:
        """Return those who chose the pupil without being chosen back, as far as is known."""
        mutual = set(self.mutual_of(pupil))
        return [a for a, b in sorted(self.relation.choices) if b == pupil and a not in mutual]

    def chose(self, pupil: str) -> Sequence[str]:
        """Return those whom the pupil chose without being chosen back, as far as is known."""
        mutual = set(self.mutual_of(pupil))
        return [b for a, b in sorted(self.relation.choices) if a == pupil and b not in mutual]

    def friend_groups(self) -> Sequence[Sequence[str]]:
        """Return groups of three or more, without the members who belong loosely (DESIGN 6)."""
        firm = [
            [pupil for pupil in group if not self.memberships[pupil].is_between]
            for group in self.partition.groups
        ]
        return [group for group in firm if len(group) >= SMALLEST_AREA]


@dataclass(frozen=True)
class ClassAnalysis:
    """All relations of a survey, and one set of positions that every view shares (SPEC G2)."""

    relations: Mapping[str, Analysis]

    @classmethod
    def of(cls, material: Material) -> ClassAnalysis:
        sociogram = sociogram_of(material)
        return cls({each.name: Analysis(each) for each in sociogram.relations})

    @cached_property
    def digest(self) -> str:
        """A fingerprint of every tie and answer that the analysis follows from."""
        parts = [
            (
                name,
                each.relation.roster,
                sorted(each.relation.respondents),
                sorted(each.relation.choices),
                each.relation.max_choices,
                each.relation.gender,
            )
            for name, each in sorted(self.relations.items())
        ]
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    @property
    def is_complete(self) -> bool:
        """Say whether the slow part of every relation is there."""
        return all(each.slow for each in self.relations.values())

    def completed(self) -> ClassAnalysis:
        """Return the same class with its slow part, ready to be read; takes seconds to minutes."""
        whole = ClassAnalysis(
            {
                name: Analysis(each.relation, SlowPart.of(each.relation))
                for name, each in self.relations.items()
            }
        )
        whole.warm()
        return whole

    def warm(self) -> None:
        """Compute what pages need; afterwards they only read."""
        for each in self.relations.values():
            _ = each.findings, each.received, each.pairs
        _ = self.positions

    @cached_property
    def positions(self) -> Mapping[str, Position]:
        if not self.relations:
            return {}
        return sociometry.positions([each.relation for each in self.relations.values()])
