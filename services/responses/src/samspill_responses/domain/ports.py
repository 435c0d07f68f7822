"""What the use cases need from outside."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from samspill_kit.aggregate import Aggregate
from samspill_kit.ids import ParticipantId, SchoolId, SurveyId
from samspill_responses.domain.acceptance import Acceptance
from samspill_responses.domain.answers import Recorded
from samspill_responses.domain.ids import QuestionId
from samspill_responses.domain.participation import ParticipantState
from samspill_responses.domain.saving import (
    ReceivedAnswer,
    Save,
    Saved,
    SealedAnswer,
    StoredPage,
    Writer,
)
from samspill_responses.domain.survey import Keepers, PreparedSurvey


class Answers(Protocol):
    """The answers of open surveys. Each call is one transaction of its own: the hot path."""

    async def save(self, save: Save) -> Saved:
        """Keep the answers, the state and the fact that it changed, or nothing of it.

        A sequence of the page that is not newer changes nothing and tells the present state.
        Raises SurveyNotFound, SurveyIsLocked, SurveyClosed (by the database's clock),
        ParticipantNotFound, StaleAcceptance.
        """
        ...

    async def page(self, writer: Writer) -> StoredPage:
        """Which questions are answered; ciphertexts only of what this very session wrote.

        Raises SurveyNotFound, SurveyIsLocked, SurveyClosed, ParticipantNotFound.
        """
        ...


class Withdrawals(Protocol):
    """Taking answers back before closing (SPEC S6)."""

    async def withdraw(self, writer: Writer, *, at: datetime) -> ParticipantState:
        """Remove every answer of the participant, earlier versions too; raises as `page`."""
        ...


class Acceptances(Protocol):
    """What decides acceptance, from memory: never permission, which each save checks itself."""

    async def of(self, school_id: SchoolId, survey_id: SurveyId) -> Acceptance:
        """The remembered acceptance, loaded when unknown. Raises SurveyNotFound, SurveyIsLocked."""
        ...

    async def reload(self, school_id: SchoolId, survey_id: SurveyId) -> Acceptance:
        """The acceptance as it is now; raises as `of`."""
        ...

    def forget(self, survey_id: SurveyId) -> None:
        """Drop the survey from memory."""
        ...


class AnswerSeal(Protocol):
    """Seals and opens the answers of one survey (SPEC R2)."""

    def seal(
        self, participant_id: ParticipantId, question_id: QuestionId, answer: Recorded
    ) -> SealedAnswer: ...

    def open(
        self, participant_id: ParticipantId, question_id: QuestionId, ciphertext: bytes
    ) -> Recorded: ...

    def mask(self, participant_id: ParticipantId, question_id: QuestionId) -> bool:
        """The bit that hides "passed over" in this answer's mark."""
        ...


class AnswerSeals(Protocol):
    """Seals by survey, with keys leased from retention."""

    async def of(self, school_id: SchoolId, survey_id: SurveyId) -> AnswerSeal:
        """Raises what the key store says; Unavailable when no lease is left and it is down."""
        ...

    def forget(self, survey_id: SurveyId) -> None:
        """Drop the survey's key from memory."""
        ...


@dataclass(frozen=True, slots=True)
class ParticipantStatus:
    """How far one participant has come."""

    participant_id: ParticipantId
    state: ParticipantState


@dataclass(frozen=True, slots=True)
class SurveyCount:
    """How far a survey has come: `submitted` with declined, `started` with returned."""

    survey_id: SurveyId
    participants: int
    submitted: int
    started: int


class Statuses(Protocol):
    """Read models of who is done (SPEC S8), and of a sealed survey's answers."""

    async def keepers(
        self, school_id: SchoolId, survey_ids: Sequence[SurveyId]
    ) -> Mapping[SurveyId, Keepers]:
        """Whose those surveys are that exist in the school."""
        ...

    async def states(self, school_id: SchoolId, survey_id: SurveyId) -> Sequence[ParticipantStatus]:
        """Present participants by id. Raises SurveyNotFound, SurveyIsLocked."""
        ...

    async def counts(
        self, school_id: SchoolId, survey_ids: Sequence[SurveyId]
    ) -> Sequence[SurveyCount]:
        """Counts of those surveys that exist in the school and are not locked."""
        ...

    async def received(
        self,
        school_id: SchoolId,
        survey_id: SurveyId,
        participants: frozenset[ParticipantId] | None,
    ) -> tuple[Sequence[ReceivedAnswer], Sequence[ParticipantStatus]]:
        """Answers and states of present participants, None for all; both from one moment.

        Raises SurveyNotFound, SurveyIsLocked, SurveyNotClosed.
        """
        ...


class Surveys(Protocol):
    """Prepared surveys of one school."""

    async def get_for_update(self, survey_id: SurveyId) -> PreparedSurvey:
        """The survey, with every save of it held back until the end.

        Raises SurveyNotFound, SurveyIsLocked.
        """
        ...

    async def find_for_update(self, survey_id: SurveyId) -> PreparedSurvey | None:
        """As `get_for_update`, but None where nothing was prepared yet."""
        ...

    async def drop_earlier_versions(self, survey_id: SurveyId) -> None:
        """Forget answers that were overwritten: they are kept until closing only."""
        ...


class Locks(Protocol):
    """Locks of surveys, also of surveys never prepared here; both are idempotent."""

    async def lock(self, survey_id: SurveyId, *, at: datetime) -> None: ...

    async def unlock(self, survey_id: SurveyId) -> None: ...


class Work(Protocol):
    """One transaction in one school's scope; rolled back unless committed."""

    @property
    def surveys(self) -> Surveys: ...

    @property
    def locks(self) -> Locks: ...

    async def save(self, aggregate: Aggregate) -> None:
        """Store the aggregate and, with it, every fact it has recorded."""
        ...

    async def commit(self) -> None: ...


Begin = Callable[[SchoolId], AbstractAsyncContextManager[Work]]


@dataclass(frozen=True, slots=True)
class SurveyRef:
    """A survey and its school."""

    school_id: SchoolId
    survey_id: SurveyId


class Erasure(Protocol):
    """Removes what a survey left."""

    async def erase(self, survey: SurveyRef, *, at: datetime) -> Mapping[str, int]:
        """Remove every row and leave a tombstone; done twice, it tells the same counts."""
        ...

    async def erase_due(self, survey: SurveyRef, *, at: datetime) -> Mapping[str, int]:
        """The same with the timer's rights, which reach only what is due or a tombstone."""
        ...


class Calendar(Protocol):
    """What the timers look for, in every school: ids and dates alone."""

    async def due_for_sealing(self, *, limit: int) -> Sequence[SurveyRef]:
        """Open surveys whose closing time has passed by the database's clock."""
        ...

    async def due_for_erasure(self, *, on: date) -> Sequence[SurveyRef]:
        """Surveys a week past their day of deletion, or at their ceiling (SPEC T1)."""
        ...
