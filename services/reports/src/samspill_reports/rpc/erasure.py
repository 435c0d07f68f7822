"""How a deletion reaches this service."""

from typing import Any

from grpc.aio import ServicerContext

from samspill.reports.v1 import erasure_pb2 as pb
from samspill.reports.v1 import erasure_pb2_grpc as pb_grpc
from samspill_kit.ids import SchoolId, SurveyId
from samspill_reports.usecases.erase_survey import EraseSurvey, LockSurvey, UnlockSurvey

Context = ServicerContext[Any, Any]


class ReportsErasure(pb_grpc.ReportsErasureInternalServiceServicer):
    def __init__(self, *, lock: LockSurvey, unlock: UnlockSurvey, erase: EraseSurvey) -> None:
        self._lock = lock
        self._unlock = unlock
        self._erase = erase

    async def LockSurvey(
        self, request: pb.LockSurveyRequest, context: Context
    ) -> pb.LockSurveyResponse:
        await self._lock(SchoolId.parse(request.school_id), SurveyId.parse(request.survey_id))
        return pb.LockSurveyResponse()

    async def UnlockSurvey(
        self, request: pb.UnlockSurveyRequest, context: Context
    ) -> pb.UnlockSurveyResponse:
        await self._unlock(SchoolId.parse(request.school_id), SurveyId.parse(request.survey_id))
        return pb.UnlockSurveyResponse()

    async def EraseSurvey(
        self, request: pb.EraseSurveyRequest, context: Context
    ) -> pb.EraseSurveyResponse:
        rows = await self._erase(
            SchoolId.parse(request.school_id), SurveyId.parse(request.survey_id)
        )
        return pb.EraseSurveyResponse(rows=rows)
