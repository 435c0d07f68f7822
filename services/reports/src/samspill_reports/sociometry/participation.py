"""What may be said at which response (SOCIOMETRY 8 and 13)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from samspill_reports.sociometry.arrays import ratio
from samspill_reports.sociometry.sociogram import Relation

SMALLEST_CLASS: Final = 10
FEWEST_ANSWERS: Final = 8
# Simulated non-response on 72 fully answered classes: below these, individual statements
# stop being found again (SOCIOMETRY 8, table).
SMALLEST_GENDER_GROUP: Final = 4


class Voice(IntEnum):
    """How much a report may say, from nothing to everything; ordered."""

    NOTHING = 0
    """Fewer than 10 on the roster or fewer than 8 answers: no statistic is shown."""
    CLASS_ONLY = 1
    """Less than 60 % answered: indicators of the class, nothing about one pupil."""
    CERTAIN_ONLY = 2
    """60-80 % answered: ranges, and statements that hold whatever the silent would have said."""
    FULL = 3
    """80 % or more answered."""


@dataclass(frozen=True, slots=True)
class Participation:
    """How many answered one question, and what that allows."""

    roster: int
    answered: int
    voice: Voice

    @property
    def share(self) -> float | None:
        """r/n; None for an empty roster."""
        return ratio(self.answered, self.roster)


def participation(relation: Relation) -> Participation:
    """What the answers to this question can carry."""
    answered = int(relation.answered.sum())
    return Participation(relation.n, answered, _voice(relation.n, answered))


def _voice(n: int, answered: int) -> Voice:
    if n < SMALLEST_CLASS or answered < FEWEST_ANSWERS:
        return Voice.NOTHING
    # Whole numbers, so that exactly 80 % is 80 % on every machine.
    if 10 * answered >= 8 * n:
        return Voice.FULL
    return Voice.CERTAIN_ONLY if 10 * answered >= 6 * n else Voice.CLASS_ONLY
