"""Retention as a small real server: it makes keys and can be stopped."""

import secrets
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration

from samspill.retention.v1 import keys_pb2, keys_pb2_grpc
from samspill_kit.grpc import GrpcServer, Passport
from samspill_kit.grpc.guard import Context
from samspill_kit.settings import HostPort
from samspill_kit.testing.certificates import Authority


class Keys(keys_pb2_grpc.KeyIssueInternalServiceServicer):
    """One key per school, and a pepper."""

    def __init__(self) -> None:
        self.of_school: dict[str, bytes] = {}
        self._pepper = secrets.token_bytes(32)

    async def IssueSchoolKey(
        self, request: keys_pb2.IssueSchoolKeyRequest, context: Context
    ) -> keys_pb2.IssueSchoolKeyResponse:
        key = self.of_school.setdefault(request.school_id, secrets.token_bytes(32))
        return keys_pb2.IssueSchoolKeyResponse(key=key, lease_for=_lease())

    async def IssuePepper(
        self, request: keys_pb2.IssuePepperRequest, context: Context
    ) -> keys_pb2.IssuePepperResponse:
        return keys_pb2.IssuePepperResponse(pepper=self._pepper, lease_for=_lease())


def retention_server(authority: Authority, keys: Keys) -> GrpcServer:
    """The server; start it and stop it."""
    server = GrpcServer("retention", HostPort("127.0.0.1", 0), authority.tls("retention"))
    server.add(
        keys_pb2_grpc.add_KeyIssueInternalServiceServicer_to_server,
        keys,
        callers={"identity"},
        passport=Passport.NONE,
    )
    return server


def _lease() -> Duration:
    lease = Duration()
    lease.FromTimedelta(timedelta(minutes=60))
    return lease
