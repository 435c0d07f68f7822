"""What decides acceptance, told by surveys: AcceptanceInternalService."""

from dataclasses import dataclass

from samspill.responses.v1 import acceptance_pb2 as pb
from samspill.responses.v1 import acceptance_pb2_grpc as pb_grpc
from samspill_kit.grpc.guard import Context
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_kit.ids import SchoolId, SurveyId
from samspill_responses.rpc.convert import participants_of, preparation_of
from samspill_responses.usecases.change_participants import ChangeParticipants
from samspill_responses.usecases.prepare_survey import PrepareSurvey
from samspill_responses.usecases.seal_survey import SealSurvey


@dataclass(frozen=True, slots=True)
class Acceptance(pb_grpc.AcceptanceInternalServiceServicer):
    prepare_survey: PrepareSurvey
    change_participants: ChangeParticipants
    seal_survey: SealSurvey

    async def PrepareSurvey(  # named by the contract
        self, request: pb.PrepareSurveyRequest, _context: Context
    ) -> pb.PrepareSurveyResponse:
        await self.prepare_survey(preparation_of(request))
        return pb.PrepareSurveyResponse()

    async def ChangeParticipants(  # named by the contract
        self, request: pb.ChangeParticipantsRequest, _context: Context
    ) -> pb.ChangeParticipantsResponse:
        await self.change_participants(
            SchoolId.parse(request.school_id),
            SurveyId.parse(request.survey_id),
            participants_of(request.participants),
            request.list_version,
        )
        return pb.ChangeParticipantsResponse()

    async def SealSurvey(  # named by the contract
        self, request: pb.SealSurveyRequest, _context: Context
    ) -> pb.SealSurveyResponse:
        sealed_at = await self.seal_survey(
            SchoolId.parse(request.school_id), SurveyId.parse(request.survey_id)
        )
        return pb.SealSurveyResponse(sealed_at=timestamp_of(sealed_at))
