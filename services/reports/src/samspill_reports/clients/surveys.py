"""Surveys: the form in the reader's language, and who took part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any, Final

from samspill.surveys.v1 import surveys_pb2 as pb
from samspill.surveys.v1 import surveys_pb2_grpc as pb_grpc
from samspill_kit.grpc import Channel
from samspill_reports.domain.material import Group, Option, Participant, Question
from samspill_reports.domain.ports import SurveyForm

KINDS: Final = {
    pb.QUESTION_KIND_SINGLE_CHOICE: "single_choice",
    pb.QUESTION_KIND_MULTIPLE_CHOICE: "multiple_choice",
    pb.QUESTION_KIND_SCALE_FACES: "scale_faces",
    pb.QUESTION_KIND_SCALE_FREQUENCY: "scale_frequency",
    pb.QUESTION_KIND_SCALE_AGREEMENT: "scale_agreement",
    pb.QUESTION_KIND_FREE_TEXT: "free_text",
    pb.QUESTION_KIND_NOMINATION: "nomination",
}
GENDERS: Final = {
    pb.PARTICIPANT_GENDER_UNSPECIFIED: "unknown",
    pb.PARTICIPANT_GENDER_GIRL: "girl",
    pb.PARTICIPANT_GENDER_BOY: "boy",
}


class RemoteSurveys:
    def __init__(self, channel: Channel) -> None:
        self._queries = channel.stub(pb_grpc.SurveyQueryServiceStub)

    async def form(self, survey_id: str, locale: str) -> SurveyForm:
        answer = await self._queries.GetSurvey(pb.GetSurveyRequest(survey_id=survey_id))
        survey = answer.survey
        closed_at = (
            survey.closed_at.ToDatetime(tzinfo=UTC) if survey.HasField("closed_at") else None
        )
        return SurveyForm(
            survey_id=survey_id,
            title=survey.title,
            is_closed=survey.state == pb.SURVEY_STATE_CLOSED,
            mode="suspicion" if survey.mode == pb.LEGAL_MODE_SUSPICION else "preventive",
            groups=[Group(each.group_id, each.name) for each in survey.groups],
            questions=[_question(each, locale) for each in survey.questions],
            delete_on=survey.delete_on,
            closed_at=closed_at,
        )

    async def participants(self, survey_id: str) -> Sequence[Participant]:
        request = pb.ListParticipantsRequest(survey_id=survey_id)
        answer = await self._queries.ListParticipants(request)
        return [
            Participant(each.participant_id, each.number, GENDERS[each.gender], each.name)
            for each in answer.participants
        ]


def _question(question: Any, locale: str) -> Question:
    return Question(
        question_id=question.question_id,
        text=getattr(question.text, locale),
        kind=KINDS[question.kind],
        theme=question.theme,
        valence=question.valence,
        options=[Option(each.key, getattr(each.text, locale)) for each in question.options],
        max_nominees=question.max_nominees,
    )
