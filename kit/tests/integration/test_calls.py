"""Calls between services over a real mutual-TLS channel (SPEC P3)."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import grpc
import pytest
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from samspill_kit import errors
from samspill_kit.auth import PassportExpired, PassportMissing, PassportNotAccepted, PermitMissing
from samspill_kit.grpc import Channel, GrpcServer, Passport, Tls, call
from samspill_kit.grpc.error_codes import CallFailed
from samspill_kit.grpc.tls import host_of
from samspill_kit.ids import MunicipalityId, ParticipantId, SchoolId, SessionId, StaffId, SurveyId
from samspill_kit.principal import Level, Permit, PupilPrincipal, Role, StaffPrincipal
from samspill_kit.settings import HostPort
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.passports import PassportOffice

ANYWHERE = HostPort("127.0.0.1", 0)
STAFF = StaffPrincipal(
    staff_id=StaffId(uuid4()),
    municipality_id=MunicipalityId(uuid4()),
    school_id=SchoolId(uuid4()),
    roles=frozenset({Role.TEACHER}),
    grants=(),
    session_id=SessionId(uuid4()),
)
PUPIL = PupilPrincipal(
    municipality_id=STAFF.municipality_id,
    school_id=STAFF.school_id,
    survey_id=SurveyId(uuid4()),
    participant_id=ParticipantId(uuid4()),
    session_id=SessionId(uuid4()),
    write_only=False,
)
PERMIT = Permit(STAFF.staff_id, STAFF.school_id, PUPIL.survey_id, Level.NAMED, None, str(uuid4()))


class NoteLocked(errors.Refused):
    code = "note_is_locked"


class Notes:
    """Answers with what it knows about the call, or fails as it is asked to."""

    def __init__(self, pb: Any) -> None:
        self.pb = pb
        self.calls = 0
        self.refusals = 0

    async def GetNote(self, request: Any, context: Any) -> Any:
        self.calls += 1
        if self.refusals:
            self.refusals -= 1
            raise errors.Unavailable
        return self.pb.GetNoteResponse(seen=self._seen(context))

    async def WriteNote(self, request: Any, context: Any) -> Any:
        self.calls += 1
        if request.wish == "bug":
            raise KeyError("Nora")
        if request.wish == "slow":
            await asyncio.sleep(30)
        if request.wish == "permit":
            return self.pb.WriteNoteResponse(seen=call.permit().audit_id)
        kinds = {kind.__name__: kind for kind in errors.KINDS}
        if request.wish in kinds:
            raise errors.rebuild(kinds[request.wish], "some_code", {"survey_id": "7"})
        if request.wish == "locked":
            raise NoteLocked(survey_id="7")
        return self.pb.WriteNoteResponse(seen=self._seen(context))

    async def EraseNote(self, request: Any, context: Any) -> Any:
        return self.pb.EraseNoteResponse(seen=self._seen(context))

    def _seen(self, context: Any) -> str:
        current = call.current()
        return json.dumps(
            {
                "principal": type(current.principal).__name__,
                "caller": current.caller,
                "request_id": call.travelling().request_id,
                "passport": call.travelling().passport,
                "left": context.time_remaining(),
            }
        )


@pytest.fixture
def notes(contract: SimpleNamespace) -> Notes:
    return Notes(contract.pb)


@pytest.fixture
async def server(
    contract: SimpleNamespace, notes: Notes, authority: Authority, passport_office: PassportOffice
) -> AsyncIterator[GrpcServer]:
    server = GrpcServer(
        "notes",
        ANYWHERE,
        authority.tls("notes"),
        passports=passport_office.passports(),
        permits=passport_office.permits(),
        # Surveys is on no list of the code, so that naming it here gives it nothing.
        callers=frozenset({"gateway", "reports", "surveys"}),
    )
    register = contract.pb_grpc
    server.add(
        register.add_NoteQueryServiceServicer_to_server,
        notes,
        callers={"gateway", "reports"},
        passport=Passport.EITHER,
    )
    server.add(
        register.add_NoteCommandServiceServicer_to_server,
        notes,
        callers={"gateway"},
        passport=Passport.STAFF,
    )
    server.add(
        register.add_NoteInternalServiceServicer_to_server,
        notes,
        callers={"retention", "gateway"},
        passport=Passport.NONE,
    )
    await server.start()
    yield server
    await server.drain(timedelta(seconds=1))
    await server.stop()


class Caller:
    """Another service with its own certificate."""

    def __init__(self, contract: SimpleNamespace, channel: Channel) -> None:
        self.pb = contract.pb
        self.channel = channel
        self._pb_grpc = contract.pb_grpc

    async def write(self, wish: str = "", **idempotent: Any) -> Any:
        stub = self.channel.stub(self._pb_grpc.NoteCommandServiceStub, **idempotent)
        answer = await stub.WriteNote(self.pb.WriteNoteRequest(wish=wish))
        return json.loads(answer.seen) if answer.seen.startswith("{") else answer.seen

    async def get(self, note_id: str | None = None) -> Any:
        stub = self.channel.stub(self._pb_grpc.NoteQueryServiceStub)
        request = self.pb.GetNoteRequest(note_id=note_id or str(uuid4()))
        return json.loads((await stub.GetNote(request)).seen)

    async def erase(self) -> Any:
        stub = self.channel.stub(self._pb_grpc.NoteInternalServiceStub)
        return json.loads((await stub.EraseNote(self.pb.EraseNoteRequest())).seen)


@pytest.fixture
async def gateway(
    contract: SimpleNamespace, server: GrpcServer, authority: Authority
) -> AsyncIterator[Caller]:
    channel = channel_to(server, authority.tls("gateway"))
    yield Caller(contract, channel)
    await channel.stop()


@pytest.fixture
def as_staff(passport_office: PassportOffice) -> Iterator[str]:
    passport = passport_office.signer.passport(STAFF)
    with call.on_behalf(passport=passport):
        yield passport


def channel_to(server: GrpcServer, tls: Tls, **more: Any) -> Channel:
    return Channel("notes", HostPort("127.0.0.1", server.port), tls, **more)


async def test_a_call_carries_the_person_the_caller_and_the_request_id(
    gateway: Caller, passport_office: PassportOffice
) -> None:
    request_id = str(uuid4())
    passport = passport_office.signer.passport(STAFF)
    with call.on_behalf(passport=passport, request_id=request_id):
        seen = await gateway.write()
    assert seen["principal"] == "StaffPrincipal"
    assert seen["caller"] == "gateway"
    assert seen["request_id"] == request_id
    assert seen["passport"] == passport


@pytest.mark.parametrize("kind", errors.KINDS, ids=lambda kind: kind.__name__)
async def test_an_error_arrives_as_the_same_kind_with_its_code_and_details(
    gateway: Caller, as_staff: str, kind: type[errors.DomainError]
) -> None:
    with pytest.raises(kind) as caught:
        await gateway.write(kind.__name__)
    assert caught.value.code == "some_code"
    assert caught.value.details == {"survey_id": "7"}


async def test_an_error_of_the_domain_keeps_its_own_code(gateway: Caller, as_staff: str) -> None:
    with pytest.raises(errors.Refused) as caught:
        await gateway.write("locked")
    assert caught.value.code == "note_is_locked"


async def test_a_bug_is_never_described_to_the_caller(gateway: Caller, as_staff: str) -> None:
    with pytest.raises(CallFailed) as caught:
        await gateway.write("bug")
    assert "Nora" not in str(caught.value)
    assert "Key" not in str(caught.value)


async def test_without_a_passport_nobody_is_let_in(gateway: Caller) -> None:
    with pytest.raises(PassportMissing.kind) as caught:
        await gateway.write()
    assert caught.value.code == PassportMissing.code


async def test_an_expired_passport_is_refused(
    gateway: Caller, passport_office: PassportOffice
) -> None:
    old = passport_office.signer.passport(STAFF, valid_for=timedelta(seconds=-6))
    with call.on_behalf(passport=old), pytest.raises(errors.Unauthenticated) as caught:
        await gateway.write()
    assert caught.value.code == PassportExpired.code


async def test_a_passport_of_another_installation_is_refused(gateway: Caller) -> None:
    other = PassportOffice(installation="elsewhere").signer.passport(STAFF)
    with call.on_behalf(passport=other), pytest.raises(errors.Unauthenticated) as caught:
        await gateway.write()
    assert caught.value.code == PassportNotAccepted.code


async def test_a_pupil_cannot_call_what_is_for_staff(
    gateway: Caller, passport_office: PassportOffice
) -> None:
    passport = passport_office.signer.passport(PUPIL)
    with call.on_behalf(passport=passport):
        assert (await gateway.get())["principal"] == "PupilPrincipal"
        with pytest.raises(errors.Forbidden) as caught:
            await gateway.write()
    assert caught.value.code == "passport_of_other_kind"


async def test_a_service_that_is_not_listed_is_refused(
    contract: SimpleNamespace, server: GrpcServer, authority: Authority, as_staff: str
) -> None:
    reports = Caller(contract, channel_to(server, authority.tls("reports")))
    await reports.get()
    with pytest.raises(errors.Forbidden) as caught:
        await reports.write()
    assert caught.value.code == "caller_not_allowed"
    assert caught.value.details["caller"] == "reports"
    await reports.channel.stop()


async def test_the_settings_narrow_who_may_call_and_never_widen_it(
    contract: SimpleNamespace, server: GrpcServer, authority: Authority, as_staff: str
) -> None:
    for name, refused in (("retention", "erase"), ("surveys", "get")):
        caller = Caller(contract, channel_to(server, authority.tls(name)))
        with pytest.raises(errors.Forbidden) as caught:
            await getattr(caller, refused)()
        assert caught.value.code == "caller_not_allowed"
        await caller.channel.stop()


async def test_a_certificate_of_another_authority_gets_no_connection(
    contract: SimpleNamespace, server: GrpcServer, authority: Authority, as_staff: str
) -> None:
    forged = Authority().tls("gateway")
    stranger = Tls(authority.tls("gateway").authority, forged.certificate, forged.key)
    caller = Caller(contract, channel_to(server, stranger))
    with pytest.raises(errors.Unavailable) as caught:
        await caller.write()
    assert caught.value.code == "service_unreachable"
    await caller.channel.stop()


async def test_a_service_that_poses_as_another_is_not_believed(
    contract: SimpleNamespace, server: GrpcServer, authority: Authority, as_staff: str
) -> None:
    address = HostPort("127.0.0.1", server.port)
    channel = Channel("identity", address, authority.tls("gateway"))
    caller = Caller(contract, channel)
    with pytest.raises(errors.Unavailable):
        await caller.write()
    await channel.stop()


async def test_work_without_a_person_sends_no_passport(gateway: Caller, as_staff: str) -> None:
    seen = await gateway.erase()
    assert seen["principal"] == "ServicePrincipal"
    assert seen["passport"] is None


async def test_a_request_beyond_its_limits_is_refused_without_being_repeated(
    gateway: Caller, as_staff: str
) -> None:
    with pytest.raises(errors.Invalid) as caught:
        await gateway.get("Nora")
    assert caught.value.code == "request_malformed"
    assert caught.value.details == {"field": "note_id", "rule": "string.uuid"}


async def test_a_call_without_a_deadline_is_refused(
    contract: SimpleNamespace, server: GrpcServer, authority: Authority
) -> None:
    options = [("grpc.ssl_target_name_override", host_of("notes"))]
    credentials = authority.tls("gateway").for_client()
    async with aio.secure_channel(f"127.0.0.1:{server.port}", credentials, options) as channel:
        stub = contract.pb_grpc.NoteInternalServiceStub(channel)
        with pytest.raises(aio.AioRpcError) as caught:
            await stub.EraseNote(contract.pb.EraseNoteRequest())
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.details() == "deadline_missing"


async def test_the_deadline_flows_down_and_shrinks(
    gateway: Caller, passport_office: PassportOffice
) -> None:
    passport = passport_office.signer.passport(STAFF)
    with call.on_behalf(passport=passport, seconds=0.7):
        seen = await gateway.write()
    assert 0 < seen["left"] < 0.69


async def test_a_call_ends_at_its_deadline(
    gateway: Caller, passport_office: PassportOffice
) -> None:
    passport = passport_office.signer.passport(STAFF)
    with (
        call.on_behalf(passport=passport, seconds=0.2),
        pytest.raises(errors.Unavailable) as caught,
    ):
        await gateway.write("slow")
    assert caught.value.code == "service_too_slow"


async def test_a_read_is_tried_again_and_a_command_is_not(
    gateway: Caller, notes: Notes, as_staff: str
) -> None:
    notes.refusals = 2
    await gateway.get()
    assert notes.calls == 3
    with pytest.raises(errors.Unavailable):
        await gateway.write("Unavailable")
    assert notes.calls == 4


async def test_a_command_named_idempotent_is_tried_again(
    gateway: Caller, notes: Notes, as_staff: str
) -> None:
    with pytest.raises(errors.Unavailable):
        await gateway.write("Unavailable", idempotent={"WriteNote"})
    assert notes.calls == 3


async def test_a_permit_is_verified_and_handed_on(
    gateway: Caller, as_staff: str, passport_office: PassportOffice
) -> None:
    with pytest.raises(errors.Forbidden) as caught:
        await gateway.write("permit")
    assert caught.value.code == PermitMissing.code
    with call.with_permit(passport_office.signer.permit(PERMIT)):
        assert await gateway.write("permit") == PERMIT.audit_id
    with (
        call.with_permit(PassportOffice().signer.permit(PERMIT)),
        pytest.raises(errors.Forbidden) as caught,
    ):
        await gateway.write("permit")
    assert caught.value.code == "permit_not_accepted"


async def test_health_says_serving_only_when_ready(
    server: GrpcServer, authority: Authority
) -> None:
    options = [("grpc.ssl_target_name_override", host_of("notes"))]
    credentials = authority.tls("gateway").for_client()
    async with aio.secure_channel(f"127.0.0.1:{server.port}", credentials, options) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        request = health_pb2.HealthCheckRequest(service="kitsample.v1.NoteQueryService")
        states = health_pb2.HealthCheckResponse
        assert (await stub.Check(request, timeout=2)).status == states.NOT_SERVING
        await server.announce(is_ready=True)
        assert (await stub.Check(request, timeout=2)).status == states.SERVING


async def test_a_port_in_use_is_an_error(server: GrpcServer, authority: Authority) -> None:
    second = GrpcServer("notes", HostPort("127.0.0.1", server.port), authority.tls("notes"))
    with pytest.raises(RuntimeError):
        await second.start()
