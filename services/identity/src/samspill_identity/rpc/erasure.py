"""How a deletion reaches this service."""

from samspill.identity.v1 import erasure_pb2 as pb
from samspill.identity.v1 import erasure_pb2_grpc as pb_grpc
from samspill_identity.usecases.erase_survey import EraseSurvey
from samspill_identity.usecases.lock_survey import LockSurvey
from samspill_kit.grpc.guard import Context
from samspill_kit.ids import SchoolId, SurveyId


class IdentityErasure(pb_grpc.IdentityErasureInternalServiceServicer):
    def __init__(self, *, lock: LockSurvey, erase: EraseSurvey) -> None:
        self._lock = lock
        self._erase = erase

    async def LockSurvey(
        self, request: pb.LockSurveyRequest, context: Context
    ) -> pb.LockSurveyResponse:
        await self._lock(SchoolId.parse(request.school_id), SurveyId.parse(request.survey_id))
        return pb.LockSurveyResponse()

    async def UnlockSurvey(
        self, request: pb.UnlockSurveyRequest, context: Context
    ) -> pb.UnlockSurveyResponse:
        await self._lock.take_back(
            SchoolId.parse(request.school_id), SurveyId.parse(request.survey_id)
        )
        return pb.UnlockSurveyResponse()

    async def EraseSurvey(
        self, request: pb.EraseSurveyRequest, context: Context
    ) -> pb.EraseSurveyResponse:
        rows = await self._erase(
            SchoolId.parse(request.school_id), SurveyId.parse(request.survey_id)
        )
        return pb.EraseSurveyResponse(rows=rows)
