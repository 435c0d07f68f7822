"""How a deletion reaches this service: ResponsesErasureInternalService."""

from dataclasses import dataclass

from samspill.responses.v1 import erasure_pb2 as pb
from samspill.responses.v1 import erasure_pb2_grpc as pb_grpc
from samspill_kit.grpc.guard import Context
from samspill_kit.ids import SchoolId, SurveyId
from samspill_responses.usecases.erase_survey import EraseSurvey
from samspill_responses.usecases.lock_survey import LockSurvey, UnlockSurvey


@dataclass(frozen=True, slots=True)
class Erasure(pb_grpc.ResponsesErasureInternalServiceServicer):
    lock_survey: LockSurvey
    unlock_survey: UnlockSurvey
    erase_survey: EraseSurvey

    async def LockSurvey(  # named by the contract
        self, request: pb.LockSurveyRequest, _context: Context
    ) -> pb.LockSurveyResponse:
        school_id, survey_id = SchoolId.parse(request.school_id), SurveyId.parse(request.survey_id)
        await self.lock_survey(school_id, survey_id)
        return pb.LockSurveyResponse()

    async def UnlockSurvey(  # named by the contract
        self, request: pb.UnlockSurveyRequest, _context: Context
    ) -> pb.UnlockSurveyResponse:
        school_id, survey_id = SchoolId.parse(request.school_id), SurveyId.parse(request.survey_id)
        await self.unlock_survey(school_id, survey_id)
        return pb.UnlockSurveyResponse()

    async def EraseSurvey(  # named by the contract
        self, request: pb.EraseSurveyRequest, _context: Context
    ) -> pb.EraseSurveyResponse:
        school_id, survey_id = SchoolId.parse(request.school_id), SurveyId.parse(request.survey_id)
        rows = await self.erase_survey(school_id, survey_id)
        return pb.EraseSurveyResponse(rows=rows)
