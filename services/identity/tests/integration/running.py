"""Ways to call the running service, and to sign people in without a browser."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from samspill.identity.v1 import (
    access_pb2,
    access_pb2_grpc,
    codes_pb2,
    codes_pb2_grpc,
    erasure_pb2_grpc,
    roster_pb2,
    roster_pb2_grpc,
    sessions_pb2,
    sessions_pb2_grpc,
)
from samspill.retention.v1 import keys_pb2_grpc
from samspill_identity.clients.retention import Pepper, RetentionKeys
from samspill_identity.domain.schools import Membership, School, municipality_id_of, school_id_of
from samspill_identity.domain.sessions import Person, ProviderTokens, StaffSession, hash_of
from samspill_identity.settings import Settings
from samspill_identity.storage.sessions import SqlStaffSessions
from samspill_kit.db import Database
from samspill_kit.grpc import Channel, call
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_kit.ids import RandomIds, SessionId, StaffId
from samspill_kit.principal import Role
from samspill_kit.settings import HostPort, read_secret
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.children import free_port
from samspill_kit.testing.nats import NatsServer
from samspill_kit.testing.passports import INSTALLATION
from samspill_kit.testing.postgres import ServiceUrls

Stub = TypeVar("Stub")

PATIENCE = timedelta(seconds=30)
"""A loaded machine makes a test slow, never red."""

TUN, HAUG = "111111111", "222222222"
SCHOOLS = """
[[municipality]]
orgnr = "999999999"
name = "Prøve kommune"

[[municipality.school]]
orgnr = "111111111"
name = "Tun skole"

[[municipality.school]]
orgnr = "222222222"
name = "Haug skole"
"""


def school(orgnr: str) -> School:
    return School(school_id_of(orgnr), municipality_id_of("999999999"), orgnr, orgnr)


@dataclass
class Member:
    """A signed-in person, with the calls that person makes."""

    running: "RunningService"
    staff_id: StaffId
    name: str
    token: str

    async def passport(self) -> str:
        answer = await self.running.sessions.IssuePassport(
            sessions_pb2.IssuePassportRequest(session_token=self.token)
        )
        return str(answer.passport)

    async def asks(self, method: Callable[[Any], Any], request: Any) -> Any:
        with call.on_behalf(passport=await self.passport(), seconds=30):
            return await method(request)

    async def imports(self, content: bytes | str, file_name: str = "liste.csv") -> Any:
        plain = content.encode() if isinstance(content, str) else content
        request = roster_pb2.PrepareImportRequest(content=plain, file_name=file_name)
        return await self.asks(self.running.roster_commands.PrepareImport, request)

    async def confirms(self, import_id: str, **decisions: str | None) -> Any:
        decided = [
            roster_pb2.ImportDecision(row=int(row[1:]), pupil_id=pupil_id)
            for row, pupil_id in decisions.items()
        ]
        request = roster_pb2.ConfirmImportRequest(import_id=import_id, decisions=decided)
        return await self.asks(self.running.roster_commands.ConfirmImport, request)

    async def group(self, name: str) -> str:
        answer = await self.asks(
            self.running.roster_queries.ListGroups, roster_pb2.ListGroupsRequest()
        )
        return str(next(group.group_id for group in answer.groups if group.name == name))

    async def grants(self, to: StaffId, *grants: access_pb2.Grant) -> None:
        request = access_pb2.SetGrantsRequest(staff_id=str(to), grants=grants)
        await self.asks(self.running.access_commands.SetGrants, request)

    async def opens_survey(self, *groups: str) -> str:
        """A survey over these groups, recorded and with its readers fixed."""
        survey_id = str(uuid4())
        await self.asks(
            self.running.grant_commands.RecordSurvey,
            access_pb2.RecordSurveyRequest(survey_id=survey_id, group_ids=groups),
        )
        await self.asks(
            self.running.grant_commands.FixReaders,
            access_pb2.FixReadersRequest(survey_id=survey_id),
        )
        return survey_id

    async def makes_codes(
        self, survey_id: str, participants: Sequence[str], *, minutes: float = 60
    ) -> dict[str, str]:
        request = codes_pb2.MakeCodesRequest(
            survey_id=survey_id,
            participant_ids=participants,
            closes_at=timestamp_of(datetime.now(UTC) + timedelta(minutes=minutes)),
        )
        answer = await self.asks(self.running.code_commands.MakeCodes, request)
        return {code.participant_id: code.code for code in answer.codes}

    async def asks_permit(
        self, survey_id: str, level: Any = access_pb2.READ_LEVEL_FREE_TEXT
    ) -> Any:
        request = access_pb2.IssuePermitRequest(
            survey_id=survey_id, level=level, purpose="report_overview"
        )
        return await self.asks(self.running.permits.IssuePermit, request)


@dataclass
class RunningService:
    """Stubs of every gRPC service, each with the certificate of its rightful caller."""

    authority: Authority
    settings: Settings
    nats: NatsServer
    channels: list[Channel] = field(default_factory=list)

    def stub(self, made_by: Callable[[Any], Stub], *, caller: str = "gateway") -> Stub:
        channel = Channel(
            "identity", self.settings.rpc_listen, self.authority.tls(caller), timeout=PATIENCE
        )
        self.channels.append(channel)
        return channel.stub(made_by)

    def __post_init__(self) -> None:
        self.sessions = self.stub(sessions_pb2_grpc.SessionCommandServiceStub)
        self.session_queries = self.stub(sessions_pb2_grpc.SessionQueryServiceStub)
        self.doors = self.stub(access_pb2_grpc.DoorQueryServiceStub)
        self.keys = self.stub(sessions_pb2_grpc.SigningKeyQueryServiceStub, caller="surveys")
        self.access = self.stub(access_pb2_grpc.AccessQueryServiceStub)
        self.access_commands = self.stub(access_pb2_grpc.AccessCommandServiceStub)
        self.grant_commands = self.stub(
            access_pb2_grpc.SurveyGrantCommandServiceStub, caller="surveys"
        )
        self.grant_queries = self.stub(
            access_pb2_grpc.SurveyGrantQueryServiceStub, caller="surveys"
        )
        self.permits = self.stub(access_pb2_grpc.PermitCommandServiceStub, caller="reports")
        self.codes = self.stub(codes_pb2_grpc.CodeQueryServiceStub)
        self.code_commands = self.stub(codes_pb2_grpc.CodeCommandServiceStub)
        self.roster_queries = self.stub(roster_pb2_grpc.RosterQueryServiceStub)
        self.roster_commands = self.stub(roster_pb2_grpc.RosterCommandServiceStub)
        self.erasure = self.stub(
            erasure_pb2_grpc.IdentityErasureInternalServiceStub, caller="retention"
        )
        retention = Channel(
            "retention", self.settings.retention_address, self.authority.tls("identity")
        )
        self.channels.append(retention)
        keys = RetentionKeys(retention.stub(keys_pb2_grpc.KeyIssueInternalServiceStub))
        self.database = Database(read_secret(self.settings.database_url_file))
        self.staff_sessions = SqlStaffSessions(self.database, Pepper(keys.pepper))

    async def start(self) -> None:
        await self.database.start()

    async def stop(self) -> None:
        for channel in self.channels:
            await channel.stop()
        await self.database.stop()

    async def sign_in(
        self, name: str, *memberships: Membership, rights_read: timedelta = timedelta(0)
    ) -> Member:
        """A session as sign-in leaves it behind, with rights of a certain age."""
        now = datetime.now(UTC)
        staff_id = RandomIds().new(StaffId)
        person = Person(
            staff_id, name, frozenset(memberships), f"sid-{uuid4()}", ProviderTokens("refresh")
        )
        session = StaffSession(
            RandomIds().new(SessionId), person, None, now, now, now - rights_read
        )
        token = f"s.{uuid4()}{uuid4()}"
        await self.staff_sessions.add(hash_of(token), session)
        await self._note(person)
        return Member(self, staff_id, name, token)

    async def leader(self, name: str = "Liv Leder", orgnr: str = TUN) -> Member:
        return await self.sign_in(name, Membership(orgnr, Role.LEADER))

    async def teacher(self, name: str = "Tor Lærer", orgnr: str = TUN) -> Member:
        return await self.sign_in(name, Membership(orgnr, Role.TEACHER))

    async def enter(self, code: str, origin: str = "here") -> Any:
        request = sessions_pb2.EnterCodeRequest(code=code, origin=origin)
        return await self.sessions.EnterCode(request)

    async def _note(self, person: Person) -> None:
        from samspill_identity.storage.schools import SqlSchools
        from samspill_identity.storage.unit_of_work import IdentityUnitOfWork
        from samspill_identity.usecases.keep_rights import KeepRights
        from samspill_kit.clock import SystemClock

        keep = KeepRights(
            lambda school_id: IdentityUnitOfWork(self.database, school_id),
            SqlSchools(self.database),
            SystemClock(),
        )
        await keep.note(person, (await keep.places_of(person)).schools)


def settings_in(
    folder: Path, authority: Authority, retention_port: int, urls: ServiceUrls, nats: NatsServer
) -> Settings:
    authority.write(folder, ["identity"])
    written = {
        "app": urls.app,
        "jobs": urls.jobs,
        "nats": nats.url("identity"),
        "schools.toml": SCHOOLS,
        "secret": "not needed while nobody answers",
    }
    for name, content in written.items():
        (folder / name).write_text(content)
    return Settings(
        installation=INSTALLATION,
        tls_directory=folder / "identity",
        rpc_listen=HostPort("127.0.0.1", free_port()),
        metrics_listen=HostPort("127.0.0.1", free_port()),
        database_url_file=folder / "app",
        jobs_database_url_file=folder / "jobs",
        nats_url_file=folder / "nats",
        retention_address=HostPort("127.0.0.1", retention_port),
        # Nobody listens there: in these tests Keycloak is down.
        keycloak_address=f"http://127.0.0.1:{free_port()}",
        oidc_client_secret_file=folder / "secret",
        admin_client_secret_file=folder / "secret",
        public_address="http://localhost:8080",
        schools_file=folder / "schools.toml",
    )
