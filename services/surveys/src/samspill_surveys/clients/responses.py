"""What decides acceptance, told to responses by call; ids only, never a name."""

from datetime import UTC, datetime
from typing import Final

from samspill.responses.v1 import acceptance_pb2 as pb
from samspill.responses.v1 import acceptance_pb2_grpc as pb_grpc
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_kit.ids import SchoolId, SurveyId
from samspill_surveys import catalogue
from samspill_surveys.domain.participants import ParticipantList
from samspill_surveys.domain.question import ChosenQuestion
from samspill_surveys.domain.survey import Survey

WHOLE_SURVEY: Final = 1
"""The groups of a survey are one participant group: everyone may choose everyone."""

ANSWER_KINDS: Final = {
    "single_choice": pb.ANSWER_KIND_ONE_OPTION,
    "multiple_choice": pb.ANSWER_KIND_SEVERAL_OPTIONS,
    "scale_faces": pb.ANSWER_KIND_ONE_OPTION,
    "scale_frequency": pb.ANSWER_KIND_ONE_OPTION,
    "scale_agreement": pb.ANSWER_KIND_ONE_OPTION,
    "free_text": pb.ANSWER_KIND_TEXT,
    "nomination": pb.ANSWER_KIND_NOMINATION,
}


class ResponsesAcceptance:
    """Responses' side of an open survey."""

    def __init__(self, stub: "pb_grpc.AcceptanceInternalServiceAsyncStub") -> None:
        self._stub = stub

    async def prepare(self, survey: Survey, participants: ParticipantList) -> None:
        lifetime = survey.plan.lifetime
        await self._stub.PrepareSurvey(
            pb.PrepareSurveyRequest(
                school_id=str(survey.school_id),
                survey_id=str(survey.id),
                questions=[
                    _question_to_pb(question, band=survey.band)
                    for question in survey.plan.questions
                ],
                participants=_participants_to_pb(participants),
                list_version=participants.version,
                closes_at=timestamp_of(survey.plan.closes_at),
                delete_on=lifetime.delete_on.isoformat(),
                ceiling_on=lifetime.ceiling_on.isoformat(),
                created_by=str(survey.created_by),
                group_ids=map(str, survey.group_ids),
            )
        )

    async def change_participants(self, survey: Survey, participants: ParticipantList) -> None:
        await self._stub.ChangeParticipants(
            pb.ChangeParticipantsRequest(
                school_id=str(survey.school_id),
                survey_id=str(survey.id),
                participants=_participants_to_pb(participants),
                list_version=participants.version,
            )
        )

    async def seal(self, school_id: SchoolId, survey_id: SurveyId) -> datetime:
        answer = await self._stub.SealSurvey(
            pb.SealSurveyRequest(school_id=str(school_id), survey_id=str(survey_id))
        )
        return answer.sealed_at.ToDatetime(tzinfo=UTC)


def _participants_to_pb(participants: ParticipantList) -> list[pb.AcceptedParticipant]:
    return [
        pb.AcceptedParticipant(
            participant_id=str(one.participant_id), participant_group=WHOLE_SURVEY
        )
        for one in participants.present
    ]


def _question_to_pb(question: ChosenQuestion, *, band: str) -> pb.AcceptedQuestion:
    entry = catalogue.question(question.entry.key, question.entry.version)
    return pb.AcceptedQuestion(
        question_id=str(question.question_id),
        kind=ANSWER_KINDS[entry.kind],
        option_keys=[option.key for option in entry.wording(band).options],
        max_nominees=question.max_nominees,
    )
