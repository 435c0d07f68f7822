"""The whole service as it is served, with real neighbours' contracts around it."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from google.protobuf.duration_pb2 import Duration

from samspill.identity.v1 import sessions_pb2, sessions_pb2_grpc
from samspill.responses.v1 import acceptance_pb2_grpc, answers_pb2_grpc, erasure_pb2_grpc
from samspill.retention.v1 import keys_pb2, keys_pb2_grpc
from samspill_kit.errors import NotFound, Unavailable
from samspill_kit.grpc import Channel, GrpcServer, Passport
from samspill_kit.ids import MunicipalityId, ParticipantId, SessionId
from samspill_kit.principal import Level, Permit, PupilPrincipal, StaffPrincipal
from samspill_kit.process import Service
from samspill_kit.settings import HostPort
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.nats import NatsServer
from samspill_kit.testing.passports import INSTALLATION, PassportOffice
from samspill_kit.testing.postgres import ServiceUrls
from samspill_responses.bootstrap import serve
from samspill_responses.settings import Settings
from services.responses.tests.sample import SchoolClass

ANY_PORT = HostPort("127.0.0.1", 0)
MUNICIPALITY = MunicipalityId(SchoolClass().school_id.value)

Stub = TypeVar("Stub")


class Neighbours(
    sessions_pb2_grpc.SigningKeyQueryServiceServicer,
    keys_pb2_grpc.KeyIssueInternalServiceServicer,
):
    """What responses asks of identity and retention."""

    def __init__(self, identity: PassportOffice) -> None:
        self.identity = identity
        self.keys: dict[str, bytes] = {}
        self.lease_for = timedelta(minutes=60)
        self.is_retention_down = False
        self.destroyed: set[str] = set()
        self.issued = 0

    async def ListSigningKeys(  # Named by the contract.
        self, request: sessions_pb2.ListSigningKeysRequest, context: Any
    ) -> sessions_pb2.ListSigningKeysResponse:
        return sessions_pb2.ListSigningKeysResponse(jwks_json=self.identity.key_set)

    async def IssueSurveyKey(  # Named by the contract.
        self, request: keys_pb2.IssueSurveyKeyRequest, context: Any
    ) -> keys_pb2.IssueSurveyKeyResponse:
        if self.is_retention_down:
            raise Unavailable
        if request.survey_id in self.destroyed:
            raise NotFound
        self.issued += 1
        key = self.keys.setdefault(request.survey_id, secrets.token_bytes(32))
        lease = Duration()
        lease.FromTimedelta(self.lease_for)
        return keys_pb2.IssueSurveyKeyResponse(key=key, lease_for=lease)


class Whole:
    """The running service, its neighbours, and ways to call it."""

    def __init__(self, authority: Authority, identity: PassportOffice) -> None:
        self.authority = authority
        self.identity = identity
        self.neighbours = Neighbours(identity)  # type: ignore[abstract]  # Two calls are asked of it.
        self.channels: list[Channel] = []
        self.port = 0

    def stub(self, made_by: Any, *, caller: str) -> Any:
        """A stub of responses, called with the caller's certificate."""
        address = HostPort("127.0.0.1", self.port)
        channel = Channel(
            "responses", address, self.authority.tls(caller), timeout=timedelta(seconds=10)
        )
        self.channels.append(channel)
        return channel.stub(made_by)

    def pupil(
        self,
        of: SchoolClass,
        participant: ParticipantId | None = None,
        session: SessionId | None = None,
    ) -> str:
        """A signed passport."""
        return self.identity.signer.passport(
            PupilPrincipal(
                MUNICIPALITY,
                of.school_id,
                of.survey_id,
                participant or of.nora,
                session or of.session,
                write_only=session is not None,
            )
        )

    def staff(self, of: SchoolClass) -> str:
        return self.identity.signer.passport(
            StaffPrincipal(of.creator, MUNICIPALITY, of.school_id, frozenset(), (), of.session)
        )

    def permit(self, of: SchoolClass, level: Level = Level.FREE_TEXT) -> str:
        return self.identity.signer.permit(
            Permit(of.creator, of.school_id, of.survey_id, level, None, "audit-1")
        )


class Stubs:
    """One stub per gRPC service, each with the certificate of a service that may call it."""

    def __init__(self, whole: Whole) -> None:
        self.commands = whole.stub(answers_pb2_grpc.AnswerCommandServiceStub, caller="gateway")
        self.queries = whole.stub(answers_pb2_grpc.AnswerQueryServiceStub, caller="gateway")
        self.status = whole.stub(answers_pb2_grpc.StatusQueryServiceStub, caller="gateway")
        self.reports = whole.stub(answers_pb2_grpc.ReportAnswerQueryServiceStub, caller="reports")
        self.acceptance = whole.stub(
            acceptance_pb2_grpc.AcceptanceInternalServiceStub, caller="surveys"
        )
        self.erasure = whole.stub(
            erasure_pb2_grpc.ResponsesErasureInternalServiceStub, caller="retention"
        )


@asynccontextmanager
async def running(
    folder: Path,
    urls: ServiceUrls,
    nats: NatsServer,
    authority: Authority,
    identity: PassportOffice,
) -> AsyncIterator[Whole]:
    """The service from its own bootstrap, with neighbours over mutual TLS."""
    whole = Whole(authority, identity)
    around = [_neighbour(whole, "identity"), _neighbour(whole, "retention")]
    for server in around:
        await server.start()
    service = await serve(_settings(folder, urls, nats, authority, [s.port for s in around]))
    await service.start()
    whole.port = _rpc_port(service)
    try:
        yield whole
    finally:
        for channel in whole.channels:
            await channel.stop()
        await service.stop()
        for server in around:
            await server.stop()


def _neighbour(whole: Whole, name: str) -> GrpcServer:
    server = GrpcServer(name, ANY_PORT, whole.authority.tls(name))
    if name == "identity":
        register: Any = sessions_pb2_grpc.add_SigningKeyQueryServiceServicer_to_server
    else:
        register = keys_pb2_grpc.add_KeyIssueInternalServiceServicer_to_server
    server.add(register, whole.neighbours, callers=["responses"], passport=Passport.NONE)
    return server


def _settings(
    folder: Path, urls: ServiceUrls, nats: NatsServer, authority: Authority, ports: list[int]
) -> Settings:
    authority.write(folder, ["responses"])
    secrets_of = {"app": urls.app, "jobs": urls.jobs, "nats": nats.url("responses")}
    for name, secret in secrets_of.items():
        (folder / name).write_text(secret)
    return Settings(
        installation=INSTALLATION,
        tls_directory=folder / "responses",
        rpc_listen=ANY_PORT,
        metrics_listen=ANY_PORT,
        database_url_file=folder / "app",
        jobs_database_url_file=folder / "jobs",
        nats_url_file=folder / "nats",
        identity_address=HostPort("127.0.0.1", ports[0]),
        retention_address=HostPort("127.0.0.1", ports[1]),
        seal_every=timedelta(milliseconds=200),
    )


def _rpc_port(service: Service) -> int:
    return next(part.port for part in service._parts if isinstance(part, GrpcServer))
