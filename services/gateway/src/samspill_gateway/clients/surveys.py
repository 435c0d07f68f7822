"""Surveys as the gateway sees it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from samspill.surveys.v1 import surveys_pb2 as pb
from samspill.surveys.v1 import surveys_pb2_grpc as pb_grpc

from .calls import Bearer, Calls


class Surveys:
    """One method per call; every answer is the contract's own message."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._queries = calls.stub(pb_grpc.SurveyQueryServiceStub)
        self._commands = calls.stub(pb_grpc.SurveyCommandServiceStub)
        self._forms = calls.stub(pb_grpc.FormQueryServiceStub)

    async def form(self, bearer: Bearer) -> Any:
        return await self._calls(self._forms.GetForm, pb.GetFormRequest(), bearer)

    async def list(self, bearer: Bearer) -> Sequence[Any]:
        answer = await self._calls(self._queries.ListSurveys, pb.ListSurveysRequest(), bearer)
        return list(answer.surveys)

    async def get(self, bearer: Bearer, survey_id: str) -> Any:
        request = pb.GetSurveyRequest(survey_id=survey_id)
        return (await self._calls(self._queries.GetSurvey, request, bearer)).survey

    async def question_set(self, bearer: Bearer, band: Any, mode: Any) -> Any:
        request = pb.GetQuestionSetRequest(band=band, mode=mode)
        return await self._calls(self._queries.GetQuestionSet, request, bearer)

    async def participants(self, bearer: Bearer, survey_id: str) -> Sequence[Any]:
        request = pb.ListParticipantsRequest(survey_id=survey_id)
        answer = await self._calls(self._queries.ListParticipants, request, bearer)
        return list(answer.participants)

    async def participations(self, bearer: Bearer, pupil_id: str) -> Sequence[Any]:
        """One pupil's places in the surveys that exist; for leaders."""
        request = pb.ListParticipationsRequest(pupil_id=pupil_id)
        answer = await self._calls(self._queries.ListParticipations, request, bearer)
        return list(answer.participations)

    async def create(
        self,
        bearer: Bearer,
        *,
        title: str,
        band: Any,
        mode: Any,
        group_ids: Sequence[str],
        closes_at: datetime,
        delete_on: str,
        questions: Sequence[tuple[str, int | None]],
        request_key: str,
    ) -> Any:
        """Make a draft; `questions` are catalogue keys with their maximum of names, or None."""
        request = pb.CreateSurveyRequest(
            title=title,
            band=band,
            mode=mode,
            group_ids=group_ids,
            closes_at=_timestamp(closes_at),
            delete_on=delete_on,
            questions=[_choice(key, most) for key, most in questions],
            request_key=request_key,
        )
        return (await self._calls(self._commands.CreateSurvey, request, bearer)).survey

    async def change(
        self,
        bearer: Bearer,
        survey_id: str,
        *,
        version: int,
        title: str,
        mode: Any,
        group_ids: Sequence[str],
        closes_at: datetime,
        delete_on: str,
        questions: Sequence[tuple[str, int | None]],
    ) -> Any:
        request = pb.ChangeSurveyRequest(
            survey_id=survey_id,
            version=version,
            title=title,
            mode=mode,
            group_ids=group_ids,
            closes_at=_timestamp(closes_at),
            delete_on=delete_on,
            questions=[_choice(key, most) for key, most in questions],
        )
        return (await self._calls(self._commands.ChangeSurvey, request, bearer)).survey

    async def open(self, bearer: Bearer, survey_id: str) -> Any:
        request = pb.OpenSurveyRequest(survey_id=survey_id)
        return (await self._calls(self._commands.OpenSurvey, request, bearer)).survey

    async def close(self, bearer: Bearer, survey_id: str) -> Any:
        request = pb.CloseSurveyRequest(survey_id=survey_id)
        return (await self._calls(self._commands.CloseSurvey, request, bearer)).survey

    async def refresh_participants(self, bearer: Bearer, survey_id: str) -> Any:
        request = pb.RefreshParticipantsRequest(survey_id=survey_id)
        return await self._calls(self._commands.RefreshParticipants, request, bearer)

    async def share(
        self, bearer: Bearer, survey_id: str, staff_id: str, level: int, reason: str
    ) -> None:
        """Share at a level as identity counts them: 1 aggregate to 4 free text."""
        request = pb.ShareSurveyRequest(
            survey_id=survey_id, staff_id=staff_id, level=level, reason=reason
        )
        await self._calls(self._commands.ShareSurvey, request, bearer)

    async def end_share(self, bearer: Bearer, survey_id: str, staff_id: str) -> None:
        request = pb.EndShareRequest(survey_id=survey_id, staff_id=staff_id)
        await self._calls(self._commands.EndShare, request, bearer)

    async def discard(self, bearer: Bearer, survey_id: str) -> None:
        request = pb.DiscardDraftRequest(survey_id=survey_id)
        await self._calls(self._commands.DiscardDraft, request, bearer)


def _choice(key: str, most: int | None) -> pb.QuestionChoice:
    return pb.QuestionChoice(catalogue_key=key, max_nominees=most)


def _timestamp(moment: datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(moment)
    return message
