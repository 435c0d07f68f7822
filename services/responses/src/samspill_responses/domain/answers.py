"""What a pupil can say to a question."""

from dataclasses import dataclass
from enum import StrEnum

from samspill_kit.ids import ParticipantId
from samspill_responses.domain.ids import QuestionId


class AnswerKind(StrEnum):
    """How a question is answered; scales are one option."""

    ONE_OPTION = "one_option"
    SEVERAL_OPTIONS = "several_options"
    TEXT = "text"
    NOMINATION = "nomination"


@dataclass(frozen=True, slots=True)
class Skipped:
    """Passed over, without a reason (SPEC S4)."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """A nomination answered with nobody; not the same as skipped (SPEC S4)."""


@dataclass(frozen=True, slots=True)
class Option:
    """One key of the question's options."""

    key: str


@dataclass(frozen=True, slots=True)
class Options:
    """Several keys of the question's options, at least one."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """The pupil's own words."""

    text: str


@dataclass(frozen=True, slots=True)
class Nominees:
    """Those chosen, at least one, in the order of choosing."""

    participant_ids: tuple[ParticipantId, ...]


@dataclass(frozen=True, slots=True)
class Cleared:
    """Takes an earlier answer away: the question is unanswered again."""


Value = Skipped | Nobody | Option | Options | Text | Nominees
Change = Value | Cleared


@dataclass(frozen=True, slots=True)
class Answer:
    """What one save does to one question."""

    question_id: QuestionId
    change: Change


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is kept of an answer, and which list of participants the pupil chose from."""

    value: Value
    list_version: int


def is_blank(change: Change) -> bool:
    """Free text without a word says nothing: it is kept as unanswered."""
    return isinstance(change, Text) and not change.text.strip()
