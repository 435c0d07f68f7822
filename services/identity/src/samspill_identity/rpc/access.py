"""Grants, readers, permits and the audit chain."""

from datetime import date

from samspill.identity.v1 import access_pb2 as pb
from samspill.identity.v1 import access_pb2_grpc as pb_grpc
from samspill_identity.rpc import convert
from samspill_identity.usecases.fix_readers import FixReaders
from samspill_identity.usecases.issue_permit import IssuePermit
from samspill_identity.usecases.list_audit_entries import ListAuditEntries
from samspill_identity.usecases.list_staff import ListStaff
from samspill_identity.usecases.record_survey import RecordSurvey
from samspill_identity.usecases.set_grants import SetGrants
from samspill_kit.grpc import call
from samspill_kit.grpc.guard import Context
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_kit.ids import GroupId, ParticipantId, StaffId, SurveyId


class AccessQueries(pb_grpc.AccessQueryServiceServicer):
    def __init__(self, *, list_staff: ListStaff, list_audit_entries: ListAuditEntries) -> None:
        self._list_staff = list_staff
        self._list_audit_entries = list_audit_entries

    async def ListStaff(
        self, request: pb.ListStaffRequest, context: Context
    ) -> pb.ListStaffResponse:
        members = await self._list_staff(by=call.staff())
        return pb.ListStaffResponse(staff=[convert.member_to_pb(one) for one in members])

    async def ListAuditEntries(
        self, request: pb.ListAuditEntriesRequest, context: Context
    ) -> pb.ListAuditEntriesResponse:
        view = await self._list_audit_entries(request.limit, by=call.staff())
        return pb.ListAuditEntriesResponse(
            entries=[convert.entry_to_pb(entry, view.names) for entry in view.entries],
            is_unbroken=view.is_unbroken,
        )


class AccessCommands(pb_grpc.AccessCommandServiceServicer):
    def __init__(self, *, set_grants: SetGrants) -> None:
        self._set_grants = set_grants

    async def SetGrants(
        self, request: pb.SetGrantsRequest, context: Context
    ) -> pb.SetGrantsResponse:
        await self._set_grants(
            StaffId.parse(request.staff_id),
            [convert.wish_from_pb(grant) for grant in request.grants],
            by=call.staff(),
        )
        return pb.SetGrantsResponse()


class SurveyGrantCommands(pb_grpc.SurveyGrantCommandServiceServicer):
    def __init__(self, *, record_survey: RecordSurvey, fix_readers: FixReaders) -> None:
        self._record_survey = record_survey
        self._fix_readers = fix_readers

    async def RecordSurvey(
        self, request: pb.RecordSurveyRequest, context: Context
    ) -> pb.RecordSurveyResponse:
        await self._record_survey(
            SurveyId.parse(request.survey_id),
            [GroupId.parse(group_id) for group_id in request.group_ids],
            delete_on=_day_of(request),
            by=call.staff(),
        )
        return pb.RecordSurveyResponse()

    async def FixReaders(
        self, request: pb.FixReadersRequest, context: Context
    ) -> pb.FixReadersResponse:
        readers = await self._fix_readers(SurveyId.parse(request.survey_id), by=call.staff())
        return pb.FixReadersResponse(readers=[convert.reader_to_pb(one) for one in readers])


class SurveyGrantQueries(pb_grpc.SurveyGrantQueryServiceServicer):
    def __init__(self, *, fix_readers: FixReaders) -> None:
        self._fix_readers = fix_readers

    async def PreviewReaders(
        self, request: pb.PreviewReadersRequest, context: Context
    ) -> pb.PreviewReadersResponse:
        survey_id = SurveyId.parse(request.survey_id)
        readers = await self._fix_readers.preview(survey_id, by=call.staff())
        return pb.PreviewReadersResponse(readers=[convert.reader_to_pb(one) for one in readers])


class PermitCommands(pb_grpc.PermitCommandServiceServicer):
    def __init__(self, *, issue_permit: IssuePermit) -> None:
        self._issue_permit = issue_permit

    async def IssuePermit(
        self, request: pb.IssuePermitRequest, context: Context
    ) -> pb.IssuePermitResponse:
        issued = await self._issue_permit(
            SurveyId.parse(request.survey_id),
            wanted=convert.LEVELS_FROM_PB[request.level],
            participants=[ParticipantId.parse(one) for one in request.participant_ids],
            purpose=request.purpose,
            by=call.staff(),
        )
        return pb.IssuePermitResponse(
            permit=issued.token.text,
            expires_at=timestamp_of(issued.token.expires_at),
            level=convert.LEVELS[issued.level],
        )


def _day_of(request: pb.RecordSurveyRequest) -> date | None:
    return convert.day_of(request.delete_on) if request.HasField("delete_on") else None
