"""Identity, surveys, responses and reports as small real servers with their own certificates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from grpc.aio import ServicerContext

from samspill.identity.v1 import erasure_pb2_grpc as identity_grpc
from samspill.identity.v1 import sessions_pb2, sessions_pb2_grpc
from samspill.reports.v1 import erasure_pb2_grpc as reports_grpc
from samspill.responses.v1 import erasure_pb2_grpc as responses_grpc
from samspill.surveys.v1 import erasure_pb2_grpc as surveys_grpc
from samspill_kit.errors import Unavailable
from samspill_kit.grpc import GrpcServer, Passport, call
from samspill_kit.settings import HostPort
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.passports import PassportOffice
from samspill_retention.clients.erasers import MESSAGES

Context = ServicerContext[Any, Any]

REGISTER: Final[Mapping[str, Any]] = {
    "identity": identity_grpc.add_IdentityErasureInternalServiceServicer_to_server,
    "surveys": surveys_grpc.add_SurveysErasureInternalServiceServicer_to_server,
    "responses": responses_grpc.add_ResponsesErasureInternalServiceServicer_to_server,
    "reports": reports_grpc.add_ReportsErasureInternalServiceServicer_to_server,
}


class Erasure:
    """What one service does about a deletion; remembers who asked for what."""

    def __init__(self, service: str) -> None:
        self._messages = MESSAGES[service]
        self._service = service
        self.is_away = False
        self.asked: list[tuple[str, str]] = []

    def of(self, survey_id: str) -> list[str]:
        return [what for what, whose in self.asked if whose == survey_id]

    async def LockSurvey(self, request: Any, context: Context) -> Any:
        self._answer("lock", request)
        return self._messages.LockSurveyResponse()

    async def UnlockSurvey(self, request: Any, context: Context) -> Any:
        self._answer("unlock", request)
        return self._messages.UnlockSurveyResponse()

    async def EraseSurvey(self, request: Any, context: Context) -> Any:
        self._answer("erase", request)
        return self._messages.EraseSurveyResponse(rows={f"rows_of_{self._service}": 7})

    def _answer(self, what: str, request: Any) -> None:
        assert call.caller() == "retention"
        if self.is_away:
            raise Unavailable
        self.asked.append((what, request.survey_id))


class SigningKeys(sessions_pb2_grpc.SigningKeyQueryServiceServicer):
    def __init__(self, key_set: str) -> None:
        self._key_set = key_set

    async def ListSigningKeys(
        self, request: sessions_pb2.ListSigningKeysRequest, context: Context
    ) -> sessions_pb2.ListSigningKeysResponse:
        return sessions_pb2.ListSigningKeysResponse(jwks_json=self._key_set)


class Neighbours:
    """The four servers."""

    def __init__(self, authority: Authority, office: PassportOffice) -> None:
        self.erasures = {name: Erasure(name) for name in REGISTER}
        self.servers = {
            name: GrpcServer(name, HostPort("127.0.0.1", 0), authority.tls(name))
            for name in REGISTER
        }
        for name, register in REGISTER.items():
            self._add(name, register, self.erasures[name])
        keys = SigningKeys(office.key_set)
        add_keys = sessions_pb2_grpc.add_SigningKeyQueryServiceServicer_to_server
        self._add("identity", add_keys, keys)

    def _add(self, name: str, register: Any, servicer: object) -> None:
        self.servers[name].add(register, servicer, callers={"retention"}, passport=Passport.NONE)

    async def start(self) -> None:
        for server in self.servers.values():
            await server.start()

    async def stop(self) -> None:
        for server in self.servers.values():
            await server.stop()
