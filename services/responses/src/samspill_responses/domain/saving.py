"""One save of one page, as it travels to the store of answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from samspill_kit.ids import ParticipantId, SchoolId, SessionId, SurveyId
from samspill_responses.domain.ids import PageId, QuestionId
from samspill_responses.domain.participation import ParticipantState


@dataclass(frozen=True, slots=True)
class Writer:
    """The participant who writes, and the session they write in."""

    school_id: SchoolId
    survey_id: SurveyId
    participant_id: ParticipantId
    session_id: SessionId


@dataclass(frozen=True, slots=True)
class SealedAnswer:
    """An answer that only the survey's key opens.

    `mark` is "passed over", flipped by a bit that the key alone tells: whoever reads the table
    learns nothing from it, whoever holds the key counts without opening (docs/decisions/0021).
    """

    question_id: QuestionId
    ciphertext: bytes
    mark: bool


@dataclass(frozen=True, slots=True)
class Submission:
    """Handing in. `masks` turns the marks of the form's questions back."""

    declines: bool
    masks: Mapping[QuestionId, bool]


@dataclass(frozen=True, slots=True)
class Save:
    """Everything one save changes, told apart from its repeats by page and sequence (SPEC R1)."""

    writer: Writer
    page_id: PageId
    sequence: int
    acceptance_version: int
    sealed: tuple[SealedAnswer, ...]
    cleared: tuple[QuestionId, ...]
    at: datetime
    submission: Submission | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """Where the participant stands afterwards; `answered` is counted for a submission only."""

    state: ParticipantState
    submitted_at: datetime | None = None
    answered: int = 0


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as kept. The ciphertext is absent where another session wrote it (SPEC I7, S6)."""

    question_id: QuestionId
    ciphertext: bytes | None
    mark: bool


@dataclass(frozen=True, slots=True)
class StoredPage:
    """What one session may fetch of what its participant has answered."""

    state: ParticipantState
    answers: tuple[StoredAnswer, ...]


@dataclass(frozen=True, slots=True)
class ReceivedAnswer:
    """An answer with its participant, for a reader with a permit."""

    participant_id: ParticipantId
    question_id: QuestionId
    ciphertext: bytes
