"""What a sociogram shows, before it is drawn: marks, ties and areas in a picture's own units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

SYMBOL: Final = 9.0
"""Half the width of a pupil's mark. The same for all: importance is not drawn."""

LABEL_HEIGHT: Final = 15.0
LETTER_WIDTH: Final = 6.6
"""Mean advance of Source Sans 3 at 13 units; used to keep labels apart, not to set type."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One pupil in the picture. `who` is the name or "elev 7"; gender is girl, boy or unknown."""

    participant_id: str
    who: str
    gender: str
    has_answered: bool
    x: float
    y: float
    says: str = ""
    """What a screen reader hears after the name."""

    @property
    def half_width(self) -> float:
        return max(SYMBOL, len(self.who) * LETTER_WIDTH / 2) + 3

    @property
    def top(self) -> float:
        return self.y - SYMBOL - 3

    @property
    def bottom(self) -> float:
        return self.y + SYMBOL + LABEL_HEIGHT + 3


@dataclass(frozen=True, slots=True)
class Area:
    """A friend group: the mutual ties of its shortest tree, and members standing alone in it."""

    letter: str
    branches: Sequence[tuple[str, str]]
    members: Sequence[str]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that one picture holds; coordinates lie inside width × height."""

    width: float
    height: float
    marks: Sequence[Mark]
    mutual: Sequence[tuple[str, str]]
    one_way: Sequence[tuple[str, str]]
    areas: Sequence[Area] = ()
    rings: Sequence[float] = ()
    ring_words: Sequence[str] = ()
    selected: str = ""
    filters: Sequence[str] = ()
    """Names of the filters that are on: mutual, groups, girl, boy."""
    title: str = ""

    @property
    def by_id(self) -> Mapping[str, Mark]:
        return {mark.participant_id: mark for mark in self.marks}
