"""Grants, readers, permits and the audit chain."""

from datetime import date

from samspill.identity.v1 import access_pb2 as pb
from samspill.identity.v1 import access_pb2_grpc as pb_grpc
from samspill_identity import metrics
from samspill_identity.rpc import convert
from samspill_identity.usecases.add_staff import AddStaff, RemoveStaff
from samspill_identity.usecases.end_sign_ins import EndSignIns
from samspill_identity.usecases.find_people import FindPeople
from samspill_identity.usecases.fix_readers import FixReaders
from samspill_identity.usecases.issue_permit import IssuePermit
from samspill_identity.usecases.list_audit_entries import ListAuditEntries
from samspill_identity.usecases.list_sign_ins import ListSignIns
from samspill_identity.usecases.list_staff import ListStaff
from samspill_identity.usecases.record_survey import RecordSurvey
from samspill_identity.usecases.set_grants import SetGrants
from samspill_identity.usecases.share_survey import ShareSurvey
from samspill_kit.grpc import call
from samspill_kit.grpc.guard import Context
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_kit.ids import GroupId, ParticipantId, SessionId, StaffId, SurveyId
from samspill_kit.principal import Role


class AccessQueries(pb_grpc.AccessQueryServiceServicer):
    def __init__(
        self,
        *,
        list_staff: ListStaff,
        list_audit_entries: ListAuditEntries,
        find_people: FindPeople,
        list_sign_ins: ListSignIns,
    ) -> None:
        self._list_staff = list_staff
        self._list_audit_entries = list_audit_entries
        self._find_people = find_people
        self._list_sign_ins = list_sign_ins

    async def ListStaff(
        self, request: pb.ListStaffRequest, context: Context
    ) -> pb.ListStaffResponse:
        members = await self._list_staff(by=call.staff())
        return pb.ListStaffResponse(staff=[convert.member_to_pb(one) for one in members])

    async def ListAuditEntries(
        self, request: pb.ListAuditEntriesRequest, context: Context
    ) -> pb.ListAuditEntriesResponse:
        wanted = convert.audit_filter_of(request)
        view = await self._list_audit_entries(wanted, request.limit, by=call.staff())
        return convert.audit_view_to_pb(view)

    async def ListReadings(
        self, request: pb.ListReadingsRequest, context: Context
    ) -> pb.ListReadingsResponse:
        places = {
            SurveyId.parse(one.survey_id): ParticipantId.parse(one.participant_id)
            for one in request.places
        }
        view = await self._list_audit_entries.about(places, by=call.staff())
        return pb.ListReadingsResponse(
            entries=[convert.entry_to_pb(entry, view.names) for entry in view.entries],
            is_unbroken=view.broken_by is None,
        )

    async def FindPeople(
        self, request: pb.FindPeopleRequest, context: Context
    ) -> pb.FindPeopleResponse:
        found = await self._find_people(request.query, by=call.staff())
        return pb.FindPeopleResponse(
            people=[
                convert.person_to_pb(one, found.roles.get(one.staff_id, ())) for one in found.people
            ],
            has_more=found.has_more,
        )

    async def ListStaffSessions(
        self, request: pb.ListStaffSessionsRequest, context: Context
    ) -> pb.ListStaffSessionsResponse:
        sign_ins = await self._list_sign_ins.of_colleague(
            StaffId.parse(request.staff_id), by=call.staff()
        )
        return pb.ListStaffSessionsResponse(
            sign_ins=[convert.sign_in_to_pb(one) for one in sign_ins]
        )


class AccessCommands(pb_grpc.AccessCommandServiceServicer):
    def __init__(
        self,
        *,
        set_grants: SetGrants,
        add_staff: AddStaff,
        remove_staff: RemoveStaff,
        end_sign_ins: EndSignIns,
    ) -> None:
        self._set_grants = set_grants
        self._add_staff = add_staff
        self._remove_staff = remove_staff
        self._end_sign_ins = end_sign_ins

    async def AddStaff(self, request: pb.AddStaffRequest, context: Context) -> pb.AddStaffResponse:
        role = Role(request.role)
        await self._add_staff(StaffId.parse(request.staff_id), role, by=call.staff())
        return pb.AddStaffResponse()

    async def RemoveStaff(
        self, request: pb.RemoveStaffRequest, context: Context
    ) -> pb.RemoveStaffResponse:
        roles = [Role(request.role)] if request.role else []
        await self._remove_staff(StaffId.parse(request.staff_id), roles, by=call.staff())
        return pb.RemoveStaffResponse()

    async def EndStaffSessions(
        self, request: pb.EndStaffSessionsRequest, context: Context
    ) -> pb.EndStaffSessionsResponse:
        ended = await self._end_sign_ins.of_colleague(
            StaffId.parse(request.staff_id),
            SessionId.parse(request.session_id) if request.HasField("session_id") else None,
            by=call.staff(),
        )
        return pb.EndStaffSessionsResponse(ended=ended)

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
    def __init__(
        self, *, record_survey: RecordSurvey, fix_readers: FixReaders, share_survey: ShareSurvey
    ) -> None:
        self._record_survey = record_survey
        self._fix_readers = fix_readers
        self._share_survey = share_survey

    async def RecordSurvey(
        self, request: pb.RecordSurveyRequest, context: Context
    ) -> pb.RecordSurveyResponse:
        ceilings = await self._record_survey(
            SurveyId.parse(request.survey_id),
            [GroupId.parse(group_id) for group_id in request.group_ids],
            delete_on=_day_of(request),
            by=call.staff(),
        )
        return pb.RecordSurveyResponse(ceilings=convert.ceilings_to_pb(ceilings))

    async def FixReaders(
        self, request: pb.FixReadersRequest, context: Context
    ) -> pb.FixReadersResponse:
        readers = await self._fix_readers(SurveyId.parse(request.survey_id), by=call.staff())
        return pb.FixReadersResponse(readers=[convert.reader_to_pb(one) for one in readers])

    async def ShareSurvey(
        self, request: pb.ShareSurveyRequest, context: Context
    ) -> pb.ShareSurveyResponse:
        readers = await self._share_survey(
            SurveyId.parse(request.survey_id),
            StaffId.parse(request.staff_id),
            wished=convert.LEVELS_FROM_PB[request.level],
            reason=request.reason,
            by=call.staff(),
        )
        return pb.ShareSurveyResponse(readers=[convert.reader_to_pb(one) for one in readers])

    async def EndShare(self, request: pb.EndShareRequest, context: Context) -> pb.EndShareResponse:
        readers = await self._share_survey.end(
            SurveyId.parse(request.survey_id), StaffId.parse(request.staff_id), by=call.staff()
        )
        return pb.EndShareResponse(readers=[convert.reader_to_pb(one) for one in readers])


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
        with metrics.PERMIT_REQUESTS.counted():
            issued = await self._issue_permit(
                SurveyId.parse(request.survey_id),
                wanted=convert.LEVELS_FROM_PB[request.level],
                participants=[ParticipantId.parse(one) for one in request.participant_ids],
                purpose=request.purpose,
                by=call.staff(),
            )
        metrics.PERMITS_ISSUED.labels(issued.level.value).inc()
        return pb.IssuePermitResponse(
            permit=issued.token.text,
            expires_at=timestamp_of(issued.token.expires_at),
            level=convert.LEVELS[issued.level],
        )


def _day_of(request: pb.RecordSurveyRequest) -> date | None:
    return convert.day_of(request.delete_on) if request.HasField("delete_on") else None
