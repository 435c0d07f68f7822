"""What everybody who works at a school may know of its doors."""

from samspill.identity.v1 import access_pb2 as pb
from samspill.identity.v1 import access_pb2_grpc as pb_grpc
from samspill_identity.rpc import convert
from samspill_identity.usecases.get_ceilings import GetCeilings
from samspill_identity.usecases.get_sharing import GetSharing
from samspill_identity.usecases.who_can_open import WhoCanOpen
from samspill_kit.grpc import call
from samspill_kit.grpc.guard import Context
from samspill_kit.ids import SurveyId


class DoorQueries(pb_grpc.DoorQueryServiceServicer):
    def __init__(
        self, *, who_can_open: WhoCanOpen, get_sharing: GetSharing, get_ceilings: GetCeilings
    ) -> None:
        self._who_can_open = who_can_open
        self._get_sharing = get_sharing
        self._get_ceilings = get_ceilings

    async def WhoCanOpen(
        self, request: pb.WhoCanOpenRequest, context: Context
    ) -> pb.WhoCanOpenResponse:
        survey_id = SurveyId.parse(request.survey_id) if request.HasField("survey_id") else None
        keepers = await self._who_can_open(survey_id, by=call.staff())
        return pb.WhoCanOpenResponse(
            keepers=[
                pb.DoorKeeper(
                    staff_id=str(one.colleague.staff_id),
                    display_name=one.colleague.display_name,
                    role=one.role,
                )
                for one in keepers
            ]
        )

    async def GetSharing(
        self, request: pb.GetSharingRequest, context: Context
    ) -> pb.GetSharingResponse:
        sharing = await self._get_sharing(SurveyId.parse(request.survey_id), by=call.staff())
        return convert.sharing_to_pb(sharing)

    async def GetCeilings(
        self, request: pb.GetCeilingsRequest, context: Context
    ) -> pb.GetCeilingsResponse:
        ceilings = await self._get_ceilings(by=call.staff())
        return pb.GetCeilingsResponse(ceilings=convert.ceilings_to_pb(ceilings))
