"""Hidden exclusion."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How strong a hint is."""

    NONE = ""
    CLEAR = "clear"
    """Class-wise p ≤ .10: in at most one class of ten without exclusion would there be any."""
    WEAK = "weak"
    """Benjamini-Hochberg q ≤ .10 within the class."""


@dataclass(frozen=True, slots=True)
class Hint:
    """One pupil who chose into a group, beside what came back (SOCIOMETRY 4)."""

    pupil: str
    group: tuple[str, ...]
    """T: the group, found without this pupil, that receives most of the pupil's choices."""
    chose: int
    """a_i, choices into the group."""
    received: int
    """b_i, choices that came back from the members who answered."""
    at_most: int
    """b_i if every silent member would have chosen the pupil."""
    expected: float
    """e_i = Σ k_j/|T|, if the members spread their choices evenly."""
    deviation: float
    p: float
    """P(B ≤ b_i), exact, in (0, 1]."""
    q: float
    """Benjamini-Hochberg over the attached pupils of the class."""
    p_class: float
    """Share of simulated classes, this one included, with a p as small anywhere."""
    survives: bool
    """The finding stands without any one member's answer, with all silent members choosing the
    pupil, and in 80 % of perturbed classes."""
    level: Level
