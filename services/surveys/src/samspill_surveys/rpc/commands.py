"""Changing surveys."""

from typing import Any
from uuid import UUID

from grpc.aio import ServicerContext

from samspill.surveys.v1 import surveys_pb2 as pb
from samspill.surveys.v1 import surveys_pb2_grpc as pb_grpc
from samspill_kit.clock import Clock
from samspill_kit.grpc import call
from samspill_kit.ids import StaffId, SurveyId
from samspill_surveys import metrics
from samspill_surveys.domain.survey import Survey
from samspill_surveys.rpc import convert
from samspill_surveys.usecases.change_survey import ChangeSurvey
from samspill_surveys.usecases.close_survey import CloseSurvey
from samspill_surveys.usecases.create_survey import CreateSurvey
from samspill_surveys.usecases.discard_draft import DiscardDraft
from samspill_surveys.usecases.end_share import EndShare
from samspill_surveys.usecases.open_survey import OpenSurvey
from samspill_surveys.usecases.refresh_participants import RefreshParticipants
from samspill_surveys.usecases.share_survey import ShareSurvey

Context = ServicerContext[Any, Any]


class SurveyCommands(pb_grpc.SurveyCommandServiceServicer):
    def __init__(
        self,
        *,
        create_survey: CreateSurvey,
        change_survey: ChangeSurvey,
        open_survey: OpenSurvey,
        close_survey: CloseSurvey,
        refresh_participants: RefreshParticipants,
        discard_draft: DiscardDraft,
        share_survey: ShareSurvey,
        end_share: EndShare,
        clock: Clock,
    ) -> None:
        self._create_survey = create_survey
        self._change_survey = change_survey
        self._open_survey = open_survey
        self._close_survey = close_survey
        self._refresh_participants = refresh_participants
        self._discard_draft = discard_draft
        self._share_survey = share_survey
        self._end_share = end_share
        self._clock = clock

    async def CreateSurvey(
        self, request: pb.CreateSurveyRequest, context: Context
    ) -> pb.CreateSurveyResponse:
        with metrics.CREATIONS.counted():
            survey = await self._create_survey(
                convert.wish_from_pb(request),
                band=convert.BANDS_FROM_PB[request.band],
                request_key=UUID(request.request_key),
                by=call.staff(),
            )
        return pb.CreateSurveyResponse(survey=self._shown(survey))

    async def ChangeSurvey(
        self, request: pb.ChangeSurveyRequest, context: Context
    ) -> pb.ChangeSurveyResponse:
        survey = await self._change_survey(
            SurveyId.parse(request.survey_id),
            convert.wish_from_pb(request),
            version=request.version,
            by=call.staff(),
        )
        return pb.ChangeSurveyResponse(survey=self._shown(survey))

    async def OpenSurvey(
        self, request: pb.OpenSurveyRequest, context: Context
    ) -> pb.OpenSurveyResponse:
        with metrics.OPENINGS.counted():
            survey = await self._open_survey(SurveyId.parse(request.survey_id), by=call.staff())
        return pb.OpenSurveyResponse(survey=self._shown(survey))

    async def CloseSurvey(
        self, request: pb.CloseSurveyRequest, context: Context
    ) -> pb.CloseSurveyResponse:
        with metrics.CLOSINGS.counted():
            survey = await self._close_survey(SurveyId.parse(request.survey_id), by=call.staff())
        return pb.CloseSurveyResponse(survey=self._shown(survey))

    async def RefreshParticipants(
        self, request: pb.RefreshParticipantsRequest, context: Context
    ) -> pb.RefreshParticipantsResponse:
        change = await self._refresh_participants(
            SurveyId.parse(request.survey_id), by=call.staff()
        )
        return pb.RefreshParticipantsResponse(joined=len(change.joined), left=len(change.left))

    async def DiscardDraft(
        self, request: pb.DiscardDraftRequest, context: Context
    ) -> pb.DiscardDraftResponse:
        await self._discard_draft(SurveyId.parse(request.survey_id), by=call.staff())
        return pb.DiscardDraftResponse()

    async def ShareSurvey(
        self, request: pb.ShareSurveyRequest, context: Context
    ) -> pb.ShareSurveyResponse:
        await self._share_survey(
            SurveyId.parse(request.survey_id),
            StaffId.parse(request.staff_id),
            wished=convert.LEVELS_FROM_NUMBER[request.level],
            reason=request.reason,
            by=call.staff(),
        )
        return pb.ShareSurveyResponse()

    async def EndShare(self, request: pb.EndShareRequest, context: Context) -> pb.EndShareResponse:
        await self._end_share(
            SurveyId.parse(request.survey_id), StaffId.parse(request.staff_id), by=call.staff()
        )
        return pb.EndShareResponse()

    def _shown(self, survey: Survey) -> pb.Survey:
        return convert.survey_to_pb(survey, now=self._clock.now())
