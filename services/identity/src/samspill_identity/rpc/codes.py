"""Access codes: their states, making, renewing and taking back."""

from datetime import UTC

from samspill.identity.v1 import codes_pb2 as pb
from samspill.identity.v1 import codes_pb2_grpc as pb_grpc
from samspill_identity.rpc import convert
from samspill_identity.usecases.list_code_states import ListCodeStates
from samspill_identity.usecases.make_codes import MakeCodes
from samspill_identity.usecases.revoke_code import RevokeCode
from samspill_kit.grpc import call
from samspill_kit.grpc.guard import Context
from samspill_kit.ids import ParticipantId, SurveyId


class CodeQueries(pb_grpc.CodeQueryServiceServicer):
    def __init__(self, *, list_code_states: ListCodeStates) -> None:
        self._list_code_states = list_code_states

    async def ListCodeStates(
        self, request: pb.ListCodeStatesRequest, context: Context
    ) -> pb.ListCodeStatesResponse:
        codes = await self._list_code_states(SurveyId.parse(request.survey_id), by=call.staff())
        return pb.ListCodeStatesResponse(codes=[convert.code_to_pb(code) for code in codes])


class CodeCommands(pb_grpc.CodeCommandServiceServicer):
    def __init__(self, *, make_codes: MakeCodes, revoke_code: RevokeCode) -> None:
        self._make_codes = make_codes
        self._revoke_code = revoke_code

    async def MakeCodes(
        self, request: pb.MakeCodesRequest, context: Context
    ) -> pb.MakeCodesResponse:
        codes = await self._make_codes(
            SurveyId.parse(request.survey_id),
            [ParticipantId.parse(one) for one in request.participant_ids],
            closes_at=request.closes_at.ToDatetime(tzinfo=UTC),
            by=call.staff(),
        )
        return pb.MakeCodesResponse(codes=[convert.made_to_pb(code) for code in codes])

    async def RenewCode(
        self, request: pb.RenewCodeRequest, context: Context
    ) -> pb.RenewCodeResponse:
        code = await self._make_codes.renew(
            SurveyId.parse(request.survey_id),
            ParticipantId.parse(request.participant_id),
            closes_at=request.closes_at.ToDatetime(tzinfo=UTC),
            by=call.staff(),
        )
        return pb.RenewCodeResponse(code=convert.made_to_pb(code))

    async def RevokeCode(
        self, request: pb.RevokeCodeRequest, context: Context
    ) -> pb.RevokeCodeResponse:
        await self._revoke_code(
            SurveyId.parse(request.survey_id),
            ParticipantId.parse(request.participant_id),
            by=call.staff(),
        )
        return pb.RevokeCodeResponse()
