"""What the bank is made of: questions, their wordings and options, ready sets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

BANDS: Final = ("1-4", "5-7", "8-10")
LANGUAGES: Final = ("nb", "nn", "en")
THEMES: Final = (
    "class_life",
    "pupil_in_class",
    "positions_and_relations",
    "groupings",
    "bullying_and_exclusion",
    "school",
    "teaching_and_learning",
    "adults",
    "unrest",
    "digital_life",
    "language_use",
    "having_a_say",
)
"""The themes of SPEC S1, in their order."""

SCALES: Final = ("scale_faces", "scale_frequency", "scale_agreement")
CHOICES: Final = ("single_choice", "multiple_choice")
NOMINATION: Final = "nomination"
KINDS: Final = (*CHOICES, *SCALES, "free_text", NOMINATION)
VALENCES: Final = ("positive", "neutral", "negative")
MAXIMA: Final = (0, 3, 5)
"""How many names a nomination may take (SPEC S3); 0 for no maximum."""


class CatalogueBroken(ValueError):
    """A file of the catalogue breaks a rule; the text says which entry and which rule."""


class QuestionNotInBank(LookupError):
    """No question has this key, or not in this version."""


class BandUnknown(LookupError):
    """There is no such grade band."""


@dataclass(frozen=True, slots=True)
class LocalText:
    """A text in every language of the interface."""

    nb: str
    nn: str
    en: str


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose; its key is stable inside the question and band."""

    key: str
    text: LocalText


@dataclass(frozen=True, slots=True)
class Wording:
    """How a question is put to one grade band.

    The options of a scale run from its best end to its worst, also where the question is negative.
    """

    text: LocalText
    help: LocalText | None
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A version of a question; what surveys have asked never changes afterwards (SPEC S1)."""

    key: str
    version: int
    theme: str
    kind: str
    valence: str
    names_peers: bool
    max_nominees: int
    """3, 5, or 0 for no maximum; 0 for every other kind."""

    wordings: Mapping[str, Wording] = field(hash=False)
    """By grade band; every band is there."""

    def wording(self, band: str) -> Wording:
        """The words for this band. Raises BandUnknown."""
        try:
            return self.wordings[band]
        except KeyError:
            raise BandUnknown(band) from None

    @property
    def is_nomination(self) -> bool:
        return self.kind == NOMINATION

    @property
    def is_negative(self) -> bool:
        return self.valence == "negative"

    @property
    def is_suspicion_only(self) -> bool:
        """Whether a preventive survey may not ask this (SPEC S5)."""
        return self.names_peers and self.is_negative


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions that belong together, in a fixed order and in fixed versions (SPEC S2)."""

    band: str
    version: int
    questions: tuple[Question, ...]

    @property
    def name(self) -> str:
        return f"{self.band}@{self.version}"


@dataclass(frozen=True, slots=True)
class Bank:
    """The newest version of each question, by theme, and the newest ready set of each band."""

    questions: tuple[Question, ...]
    sets: tuple[QuestionSet, ...]
