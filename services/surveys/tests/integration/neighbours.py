"""Identity, responses and retention as small real servers, each with its own certificate."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from google.protobuf.duration_pb2 import Duration
from grpc.aio import ServicerContext

from samspill.identity.v1 import (
    access_pb2,
    access_pb2_grpc,
    roster_pb2,
    roster_pb2_grpc,
    sessions_pb2,
    sessions_pb2_grpc,
)
from samspill.responses.v1 import acceptance_pb2, acceptance_pb2_grpc
from samspill.retention.v1 import keys_pb2, keys_pb2_grpc, lifetimes_pb2, lifetimes_pb2_grpc
from samspill_kit.errors import Unavailable
from samspill_kit.grpc import GrpcServer, Passport, call
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_kit.settings import HostPort
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.passports import PassportOffice
from samspill_surveys.domain.errors import SurveyIsLocked

Context = ServicerContext[Any, Any]
FREE_PORT = HostPort("127.0.0.1", 0)


class Roster(roster_pb2_grpc.RosterQueryServiceServicer):
    """One class, which tests fill."""

    def __init__(self) -> None:
        self.group_id = str(uuid4())
        self.pupils = [self.pupil(name) for name in ("Åse", "Ada", "Ørjan", "Zara")]

    def pupil(self, name: str) -> roster_pb2.Pupil:
        return roster_pb2.Pupil(
            pupil_id=str(uuid4()),
            name=name,
            gender=roster_pb2.GENDER_GIRL,
            group_ids=[self.group_id, str(uuid4())],
        )

    async def ListGroups(
        self, request: roster_pb2.ListGroupsRequest, context: Context
    ) -> roster_pb2.ListGroupsResponse:
        call.staff()
        group = roster_pb2.Group(group_id=self.group_id, name="6A", pupils=len(self.pupils))
        return roster_pb2.ListGroupsResponse(groups=[group])

    async def ListPupils(
        self, request: roster_pb2.ListPupilsRequest, context: Context
    ) -> roster_pb2.ListPupilsResponse:
        return roster_pb2.ListPupilsResponse(pupils=self.pupils)


class Grants(
    access_pb2_grpc.SurveyGrantCommandServiceServicer,
    access_pb2_grpc.SurveyGrantQueryServiceServicer,
):
    """Remembers who recorded which survey, as the passport says."""

    def __init__(self) -> None:
        self.creators: dict[str, str] = {}
        self.reader = access_pb2.Reader(
            staff_id=str(uuid4()), display_name="Kari Holm", role="teacher"
        )

    async def RecordSurvey(
        self, request: access_pb2.RecordSurveyRequest, context: Context
    ) -> access_pb2.RecordSurveyResponse:
        self.creators[request.survey_id] = str(call.staff().staff_id)
        return access_pb2.RecordSurveyResponse()

    async def FixReaders(
        self, request: access_pb2.FixReadersRequest, context: Context
    ) -> access_pb2.FixReadersResponse:
        return access_pb2.FixReadersResponse(readers=[self.reader])

    async def PreviewReaders(
        self, request: access_pb2.PreviewReadersRequest, context: Context
    ) -> access_pb2.PreviewReadersResponse:
        return access_pb2.PreviewReadersResponse(readers=[self.reader])


class SigningKeys(sessions_pb2_grpc.SigningKeyQueryServiceServicer):
    def __init__(self, key_set: str) -> None:
        self._key_set = key_set

    async def ListSigningKeys(
        self, request: sessions_pb2.ListSigningKeysRequest, context: Context
    ) -> sessions_pb2.ListSigningKeysResponse:
        return sessions_pb2.ListSigningKeysResponse(jwks_json=self._key_set)


class Acceptance(acceptance_pb2_grpc.AcceptanceInternalServiceServicer):
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.prepared: dict[str, acceptance_pb2.PrepareSurveyRequest] = {}
        self.changed: dict[str, acceptance_pb2.ChangeParticipantsRequest] = {}
        self.sealed_at = datetime.now(UTC).replace(microsecond=0)

    async def PrepareSurvey(
        self, request: acceptance_pb2.PrepareSurveyRequest, context: Context
    ) -> acceptance_pb2.PrepareSurveyResponse:
        self.prepared[request.survey_id] = request
        return acceptance_pb2.PrepareSurveyResponse()

    async def ChangeParticipants(
        self, request: acceptance_pb2.ChangeParticipantsRequest, context: Context
    ) -> acceptance_pb2.ChangeParticipantsResponse:
        self.changed[request.survey_id] = request
        return acceptance_pb2.ChangeParticipantsResponse()

    async def SealSurvey(
        self, request: acceptance_pb2.SealSurveyRequest, context: Context
    ) -> acceptance_pb2.SealSurveyResponse:
        return acceptance_pb2.SealSurveyResponse(sealed_at=timestamp_of(self.sealed_at))


class Keys(
    keys_pb2_grpc.KeyIssueInternalServiceServicer,
    lifetimes_pb2_grpc.LifetimeInternalServiceServicer,
):
    """One key per registered survey, none for a locked one."""

    def __init__(self) -> None:
        self.keys: dict[str, bytes] = {}
        self.delete_on: dict[str, str] = {}
        self.locked: set[str] = set()
        self.is_away = False

    async def IssueSurveyKey(
        self, request: keys_pb2.IssueSurveyKeyRequest, context: Context
    ) -> keys_pb2.IssueSurveyKeyResponse:
        assert request.purpose == "participants"
        if self.is_away:
            raise Unavailable
        if request.survey_id in self.locked:
            raise SurveyIsLocked
        lease = Duration()
        lease.FromTimedelta(timedelta(minutes=60))
        return keys_pb2.IssueSurveyKeyResponse(key=self.keys[request.survey_id], lease_for=lease)

    async def RegisterSurvey(
        self, request: lifetimes_pb2.RegisterSurveyRequest, context: Context
    ) -> lifetimes_pb2.RegisterSurveyResponse:
        self.keys.setdefault(request.survey_id, uuid4().bytes * 2)
        self.delete_on[request.survey_id] = request.delete_on
        return lifetimes_pb2.RegisterSurveyResponse()

    async def ChangeDeleteOn(
        self, request: lifetimes_pb2.ChangeDeleteOnRequest, context: Context
    ) -> lifetimes_pb2.ChangeDeleteOnResponse:
        self.delete_on[request.survey_id] = request.delete_on
        return lifetimes_pb2.ChangeDeleteOnResponse()


class Neighbours:
    """The three servers; each can be taken away."""

    def __init__(self, authority: Authority, passport_office: PassportOffice) -> None:
        self.roster = Roster()
        self.grants = Grants()
        self.acceptance = Acceptance()
        self.keys = Keys()
        passports = passport_office.passports()
        self.identity = GrpcServer(
            "identity", FREE_PORT, authority.tls("identity"), passports=passports
        )
        self.responses = GrpcServer("responses", FREE_PORT, authority.tls("responses"))
        self.retention = GrpcServer("retention", FREE_PORT, authority.tls("retention"))
        self._register(passport_office)

    def _register(self, passport_office: PassportOffice) -> None:
        staff = (
            (roster_pb2_grpc.add_RosterQueryServiceServicer_to_server, self.roster),
            (access_pb2_grpc.add_SurveyGrantCommandServiceServicer_to_server, self.grants),
            (access_pb2_grpc.add_SurveyGrantQueryServiceServicer_to_server, self.grants),
        )
        for register, servicer in staff:
            _add(self.identity, register, servicer, Passport.STAFF)
        keys = SigningKeys(passport_office.key_set)
        add_keys = sessions_pb2_grpc.add_SigningKeyQueryServiceServicer_to_server
        _add(self.identity, add_keys, keys, Passport.NONE)
        add_acceptance = acceptance_pb2_grpc.add_AcceptanceInternalServiceServicer_to_server
        _add(self.responses, add_acceptance, self.acceptance, Passport.NONE)
        for register in (
            keys_pb2_grpc.add_KeyIssueInternalServiceServicer_to_server,
            lifetimes_pb2_grpc.add_LifetimeInternalServiceServicer_to_server,
        ):
            _add(self.retention, register, self.keys, Passport.NONE)

    @property
    def servers(self) -> Iterable[GrpcServer]:
        return self.identity, self.responses, self.retention

    async def start(self) -> None:
        for server in self.servers:
            await server.start()

    async def stop(self) -> None:
        for server in self.servers:
            await server.stop()


def _add(server: GrpcServer, register: Any, servicer: object, passport: Passport) -> None:
    server.add(register, servicer, callers={"surveys"}, passport=passport)
