"""Opens the answers of a closed survey against a permit (SPEC I8, P3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_kit.ids import ParticipantId, SurveyId
from samspill_kit.principal import Level, Permit, StaffPrincipal
from samspill_responses.domain.answers import Text, Value
from samspill_responses.domain.errors import PermitMismatch
from samspill_responses.domain.ids import QuestionId
from samspill_responses.domain.ports import (
    AnswerSeal,
    AnswerSeals,
    ParticipantStatus,
    Statuses,
)
from samspill_responses.domain.saving import ReceivedAnswer


@dataclass(frozen=True, slots=True)
class OpenedAnswer:
    """Free text is empty below the level that may read it (SPEC I2)."""

    participant_id: ParticipantId
    question_id: QuestionId
    value: Value
    list_version: int


@dataclass(frozen=True, slots=True)
class OpenedSurvey:
    answers: Sequence[OpenedAnswer]
    participants: Sequence[ParticipantStatus]


@dataclass(frozen=True, slots=True)
class ListAnswers:
    statuses: Statuses
    seals: AnswerSeals

    async def __call__(
        self, survey_id: SurveyId, *, permit: Permit, by: StaffPrincipal
    ) -> OpenedSurvey:
        """The answers of the participants that the permit names."""
        _demand_match(permit, survey_id, by)
        received, participants = await self.statuses.received(
            permit.school_id, survey_id, permit.participants
        )
        if not received:
            return OpenedSurvey((), participants)
        seal = await self.seals.of(permit.school_id, survey_id)
        opened = tuple(_opened(answer, seal, permit.level) for answer in received)
        return OpenedSurvey(opened, participants)


def _demand_match(permit: Permit, survey_id: SurveyId, by: StaffPrincipal) -> None:
    same_reader = permit.staff_id == by.staff_id and permit.school_id == by.school_id
    if not same_reader or permit.survey_id != survey_id:
        raise PermitMismatch()


def _opened(answer: ReceivedAnswer, seal: AnswerSeal, level: Level) -> OpenedAnswer:
    recorded = seal.open(answer.participant_id, answer.question_id, answer.ciphertext)
    value = recorded.value
    if isinstance(value, Text) and level < Level.FREE_TEXT:
        value = Text("")
    return OpenedAnswer(answer.participant_id, answer.question_id, value, recorded.list_version)
