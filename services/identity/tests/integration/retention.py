"""Retention as a small real server: it makes keys and can be stopped."""

import secrets
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from samspill.retention.v1 import (
    audit_heads_pb2,
    audit_heads_pb2_grpc,
    keys_pb2,
    keys_pb2_grpc,
)
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


class AuditHeads(audit_heads_pb2_grpc.AuditHeadInternalServiceServicer):
    """Keeps the newest head of each school."""

    def __init__(self) -> None:
        self.kept: dict[str, audit_heads_pb2.AuditHead] = {}

    async def KeepAuditHeads(
        self, request: audit_heads_pb2.KeepAuditHeadsRequest, context: Context
    ) -> audit_heads_pb2.KeepAuditHeadsResponse:
        self.kept |= {head.school_id: head for head in request.heads}
        return audit_heads_pb2.KeepAuditHeadsResponse()

    async def GetAuditHead(
        self, request: audit_heads_pb2.GetAuditHeadRequest, context: Context
    ) -> audit_heads_pb2.GetAuditHeadResponse:
        kept_at = Timestamp()
        kept_at.GetCurrentTime()
        head = self.kept.get(request.school_id)
        if head is None:
            return audit_heads_pb2.GetAuditHeadResponse()
        return audit_heads_pb2.GetAuditHeadResponse(head=head, kept_at=kept_at)


def retention_server(
    authority: Authority, keys: Keys, heads: AuditHeads | None = None
) -> GrpcServer:
    """The server; start it and stop it."""
    server = GrpcServer("retention", HostPort("127.0.0.1", 0), authority.tls("retention"))
    server.add(
        keys_pb2_grpc.add_KeyIssueInternalServiceServicer_to_server,
        keys,
        callers={"identity"},
        passport=Passport.NONE,
    )
    server.add(
        audit_heads_pb2_grpc.add_AuditHeadInternalServiceServicer_to_server,
        heads or AuditHeads(),
        callers={"identity"},
        passport=Passport.NONE,
    )
    return server


def _lease() -> Duration:
    lease = Duration()
    lease.FromTimedelta(timedelta(minutes=60))
    return lease
