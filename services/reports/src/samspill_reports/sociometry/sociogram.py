"""The one immutable value that every statistic takes: the class, who answered, who chose whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from samspill_reports.sociometry.arrays import Counts, Mask, Ties

Pair = tuple[str, str]
"""(who chose, who was chosen)."""


class RosterRepeats(ValueError):
    """A pupil stands on the roster more than once."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Choices that the coding rules (SOCIOMETRY 0) set aside, counted for the protocol."""

    self_choices: int = 0
    repeats: int = 0
    off_roster: int = 0
    without_answer: int = 0
    """Choices filed under a pupil who, by the list of respondents, did not answer."""


@dataclass(frozen=True)
class Relation:
    """One question after coding: a roster sorted by id, who answered, and who named whom.

    A pupil outside `respondents` did not answer: the row is unknown, never a row of zeros.
    A respondent without choices answered with nobody. Both are facts, and different ones.
    """

    name: str
    roster: tuple[str, ...]
    respondents: frozenset[str]
    choices: frozenset[Pair]
    max_choices: int | None = None
    gender: tuple[str | None, ...] = ()
    left_out: LeftOut = field(default_factory=LeftOut)

    @property
    def n(self) -> int:
        """Pupils on the roster."""
        return len(self.roster)

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Where each pupil stands in `roster` and in every array."""
        return {pupil: at for at, pupil in enumerate(self.roster)}

    @cached_property
    def ties(self) -> Ties:
        """A[i, j] is true where i named j; n × n, read-only, rows of non-respondents are empty."""
        matrix = np.zeros((self.n, self.n), dtype=bool)
        at = self.position
        for chooser, chosen in self.choices:
            matrix[at[chooser], at[chosen]] = True
        matrix.setflags(write=False)
        return matrix

    @cached_property
    def answered(self) -> Mask:
        """R as a mask over the roster."""
        mask = np.array([pupil in self.respondents for pupil in self.roster], dtype=bool)
        mask.setflags(write=False)
        return mask

    @cached_property
    def received(self) -> Counts:
        """d_i: choices received from respondents."""
        return np.asarray(self.ties.sum(axis=0), dtype=np.int64)

    @cached_property
    def made(self) -> Counts:
        """K_i: choices made; meaningless (0) where `answered` is false."""
        return np.asarray(self.ties.sum(axis=1), dtype=np.int64)

    @cached_property
    def possible(self) -> Counts:
        """N_i = |R without i|: how many could have chosen i."""
        return np.asarray(self.answered.sum() - self.answered, dtype=np.int64)

    def pairs(self, matrix: Ties) -> tuple[Pair, ...]:
        """The (row, column) pupils of the true cells, in roster order."""
        rows, columns = np.nonzero(matrix)
        return tuple((self.roster[i], self.roster[j]) for i, j in zip(rows, columns, strict=True))

    def pupils(self, mask: Mask) -> tuple[str, ...]:
        """The pupils where the mask is true, in roster order."""
        return tuple(self.roster[i] for i in np.flatnonzero(mask))

    def as_if_all_answered(self) -> Relation:
        """The zero-filled reading of reference.json: silence counts as choosing nobody.

        Only for comparison with other programs; pages and findings never use it.
        """
        return replace(self, respondents=frozenset(self.roster))

    def without_silent(self) -> Relation:
        """The complete-case reading: pupils who did not answer leave the roster too."""
        kept = tuple(pupil for pupil in self.roster if pupil in self.respondents)
        known = dict(zip(self.roster, self.gender, strict=True)) if self.gender else {}
        return replace(
            self,
            roster=kept,
            choices=frozenset(c for c in self.choices if self.respondents.issuperset(c)),
            gender=tuple(known.get(pupil) for pupil in kept),
        )


@dataclass(frozen=True)
class Sociogram:
    """A class and its questions, in one canonical order whatever the order of the input."""

    roster: tuple[str, ...]
    relations: tuple[Relation, ...]
    gender: tuple[str | None, ...]

    @classmethod
    def of(
        cls,
        roster: Iterable[str],
        choices: Mapping[str, Iterable[Pair]],
        *,
        respondents: Iterable[str] | Mapping[str, Iterable[str]] | None = None,
        max_choices: int | Mapping[str, int | None] | None = None,
        gender: Mapping[str, str | None] | None = None,
    ) -> Sociogram:
        """Code answers by SOCIOMETRY 0.

        `choices` maps a question to (chooser, chosen). `respondents` and `max_choices` hold for
        every question or, as mappings, per question; without `respondents` everyone answered.
        Raises RosterRepeats when a pupil is listed twice.
        """
        listed = list(roster)
        pupils = tuple(sorted(set(listed)))
        if len(pupils) != len(listed):
            raise RosterRepeats
        known = tuple((gender or {}).get(pupil) or None for pupil in pupils)
        relations = tuple(
            _coded(
                Relation(
                    name=name,
                    roster=pupils,
                    respondents=_of_question(respondents, name, pupils),
                    choices=frozenset(),
                    max_choices=max_choices.get(name)
                    if isinstance(max_choices, Mapping)
                    else max_choices,
                    gender=known,
                ),
                choices[name],
            )
            for name in sorted(choices)
        )
        return cls(roster=pupils, relations=relations, gender=known)

    def __getitem__(self, name: str) -> Relation:
        """One question; KeyError when it was not asked."""
        for relation in self.relations:
            if relation.name == name:
                return relation
        raise KeyError(name)

    def union(self, names: Iterable[str] | None = None, *, name: str = "union") -> Relation:
        """Several questions read as one: i names j in any of them; i answered any of them."""
        wanted = self.relations if names is None else tuple(self[each] for each in names)
        return Relation(
            name=name,
            roster=self.roster,
            respondents=frozenset[str]().union(*(each.respondents for each in wanted)),
            choices=frozenset[Pair]().union(*(each.choices for each in wanted)),
            max_choices=None,
            gender=self.gender,
        )


def _of_question(
    respondents: Iterable[str] | Mapping[str, Iterable[str]] | None,
    name: str,
    pupils: tuple[str, ...],
) -> frozenset[str]:
    if respondents is None:
        return frozenset(pupils)
    answered = respondents.get(name, ()) if isinstance(respondents, Mapping) else respondents
    return frozenset(answered).intersection(pupils)


def _coded(empty: Relation, choices: Iterable[Pair]) -> Relation:
    """Set aside what is no choice, and count it (SOCIOMETRY 0, rules 1-3)."""
    listed = [(str(chooser), str(chosen)) for chooser, chosen in choices]
    roster = frozenset(empty.roster)
    on_roster = [pair for pair in listed if roster.issuperset(pair)]
    others = [pair for pair in on_roster if pair[0] != pair[1]]
    answered = [pair for pair in others if pair[0] in empty.respondents]
    kept = frozenset(answered)
    left_out = LeftOut(
        self_choices=len(on_roster) - len(others),
        repeats=len(answered) - len(kept),
        off_roster=len(listed) - len(on_roster),
        without_answer=len(others) - len(answered),
    )
    return replace(empty, choices=kept, left_out=left_out)
