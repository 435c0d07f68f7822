"""The roster and its import."""

from samspill.identity.v1 import roster_pb2 as pb
from samspill.identity.v1 import roster_pb2_grpc as pb_grpc
from samspill_identity.domain.roster import Decision, ImportId
from samspill_identity.rpc import convert
from samspill_identity.usecases.confirm_import import ConfirmImport
from samspill_identity.usecases.list_groups import ListGroups
from samspill_identity.usecases.list_pupils import ListPupils
from samspill_identity.usecases.prepare_import import PrepareImport
from samspill_kit.grpc import call
from samspill_kit.grpc.guard import Context
from samspill_kit.ids import GroupId, PupilId


class RosterQueries(pb_grpc.RosterQueryServiceServicer):
    def __init__(self, *, list_groups: ListGroups, list_pupils: ListPupils) -> None:
        self._list_groups = list_groups
        self._list_pupils = list_pupils

    async def ListGroups(
        self, request: pb.ListGroupsRequest, context: Context
    ) -> pb.ListGroupsResponse:
        groups = await self._list_groups(by=call.staff())
        return pb.ListGroupsResponse(groups=[convert.group_to_pb(group) for group in groups])

    async def ListPupils(
        self, request: pb.ListPupilsRequest, context: Context
    ) -> pb.ListPupilsResponse:
        wanted = [GroupId.parse(group_id) for group_id in request.group_ids]
        pupils = await self._list_pupils(wanted, by=call.staff())
        return pb.ListPupilsResponse(pupils=[convert.pupil_to_pb(pupil) for pupil in pupils])


class RosterCommands(pb_grpc.RosterCommandServiceServicer):
    def __init__(self, *, prepare_import: PrepareImport, confirm_import: ConfirmImport) -> None:
        self._prepare_import = prepare_import
        self._confirm_import = confirm_import

    async def PrepareImport(
        self, request: pb.PrepareImportRequest, context: Context
    ) -> pb.PrepareImportResponse:
        preview = await self._prepare_import(request.content, request.file_name, by=call.staff())
        return convert.preview_to_pb(preview)

    async def ConfirmImport(
        self, request: pb.ConfirmImportRequest, context: Context
    ) -> pb.ConfirmImportResponse:
        result = await self._confirm_import(
            ImportId.parse(request.import_id),
            [_decision_from_pb(decision) for decision in request.decisions],
            by=call.staff(),
        )
        return pb.ConfirmImportResponse(
            new_pupils=result.new_pupils,
            known_pupils=result.known_pupils,
            new_groups=result.new_groups,
        )


def _decision_from_pb(decision: pb.ImportDecision) -> Decision:
    chosen = PupilId.parse(decision.pupil_id) if decision.HasField("pupil_id") else None
    return Decision(decision.row, chosen)
