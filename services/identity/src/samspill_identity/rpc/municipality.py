"""A municipality and its schools."""

from samspill.identity.v1 import municipality_pb2 as pb
from samspill.identity.v1 import municipality_pb2_grpc as pb_grpc
from samspill_identity.domain.schools import School
from samspill_identity.rpc import convert
from samspill_identity.usecases.find_people import FindPeople
from samspill_identity.usecases.rule_schools import MunicipalityView, RuleSchools
from samspill_kit.grpc import call
from samspill_kit.grpc.guard import Context
from samspill_kit.ids import SchoolId, StaffId


class MunicipalityQueries(pb_grpc.MunicipalityQueryServiceServicer):
    def __init__(self, *, rule_schools: RuleSchools, find_people: FindPeople) -> None:
        self._rule_schools = rule_schools
        self._find_people = find_people

    async def GetMunicipality(
        self, request: pb.GetMunicipalityRequest, context: Context
    ) -> pb.GetMunicipalityResponse:
        view = await self._rule_schools.show(by=call.municipality())
        return pb.GetMunicipalityResponse(
            name=view.municipality.name,
            schools=[_school_to_pb(school, view) for school in view.schools],
            ceilings=convert.ceilings_to_pb(view.ceilings),
        )

    async def FindCandidates(
        self, request: pb.FindCandidatesRequest, context: Context
    ) -> pb.FindCandidatesResponse:
        found = await self._find_people(request.query, by=call.municipality())
        return pb.FindCandidatesResponse(
            people=[convert.person_to_pb(one) for one in found.people], has_more=found.has_more
        )


class MunicipalityCommands(pb_grpc.MunicipalityCommandServiceServicer):
    def __init__(self, *, rule_schools: RuleSchools) -> None:
        self._rule_schools = rule_schools

    async def OpenSchool(
        self, request: pb.OpenSchoolRequest, context: Context
    ) -> pb.OpenSchoolResponse:
        school = await self._rule_schools.open(request.orgnr, request.name, by=call.municipality())
        return pb.OpenSchoolResponse(school_id=str(school.id))

    async def CloseSchool(
        self, request: pb.CloseSchoolRequest, context: Context
    ) -> pb.CloseSchoolResponse:
        await self._rule_schools.close(SchoolId.parse(request.school_id), by=call.municipality())
        return pb.CloseSchoolResponse()

    async def NameLeader(
        self, request: pb.NameLeaderRequest, context: Context
    ) -> pb.NameLeaderResponse:
        await self._rule_schools.name_leader(
            SchoolId.parse(request.school_id),
            StaffId.parse(request.staff_id),
            by=call.municipality(),
        )
        return pb.NameLeaderResponse()

    async def DismissLeader(
        self, request: pb.DismissLeaderRequest, context: Context
    ) -> pb.DismissLeaderResponse:
        await self._rule_schools.dismiss_leader(
            SchoolId.parse(request.school_id),
            StaffId.parse(request.staff_id),
            by=call.municipality(),
        )
        return pb.DismissLeaderResponse()

    async def SetCeilings(
        self, request: pb.SetCeilingsRequest, context: Context
    ) -> pb.SetCeilingsResponse:
        ceilings = convert.ceilings_of(request.ceilings)
        await self._rule_schools.set_ceilings(ceilings, by=call.municipality())
        return pb.SetCeilingsResponse()


def _school_to_pb(school: School, view: MunicipalityView) -> pb.SchoolOverview:
    return pb.SchoolOverview(
        school_id=str(school.id),
        orgnr=school.orgnr,
        name=school.name,
        is_open=school.is_open,
        leaders=[
            pb.SchoolLeader(staff_id=str(one.staff_id), display_name=one.display_name)
            for one in view.leaders[school.id]
        ],
        lacks_groups=school.id in view.lacking_groups,
    )
