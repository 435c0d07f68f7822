"""Copies of the heads of identity's audit chains."""

from __future__ import annotations

from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from grpc.aio import ServicerContext

from samspill.retention.v1 import audit_heads_pb2 as pb
from samspill.retention.v1 import audit_heads_pb2_grpc as pb_grpc
from samspill_kit.auth import AuditHeadReader
from samspill_kit.auth.errors import AuditHeadNotAccepted
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_kit.ids import SchoolId
from samspill_kit.principal import AuditHead
from samspill_retention.usecases.keep_audit_heads import KeepAuditHeads

Context = ServicerContext[Any, Any]


class AuditHeads(pb_grpc.AuditHeadInternalServiceServicer):
    def __init__(self, keep: KeepAuditHeads, reader: AuditHeadReader) -> None:
        self._keep = keep
        self._reader = reader

    async def KeepAuditHeads(
        self, request: pb.KeepAuditHeadsRequest, context: Context
    ) -> pb.KeepAuditHeadsResponse:
        signed = [(await self._verified(each), each.signature) for each in request.heads]
        contradicted = await self._keep(signed)
        return pb.KeepAuditHeadsResponse(contradicted_school_ids=[str(one) for one in contradicted])

    async def GetAuditHead(
        self, request: pb.GetAuditHeadRequest, context: Context
    ) -> pb.GetAuditHeadResponse:
        kept = await self._keep.newest(SchoolId.parse(request.school_id))
        if kept is None:
            return pb.GetAuditHeadResponse()
        head = pb.AuditHead(
            school_id=str(kept.head.school_id),
            sequence=kept.head.sequence,
            digest=kept.head.digest,
            signature=kept.signature,
        )
        kept_at: Timestamp = timestamp_of(kept.kept_at)
        return pb.GetAuditHeadResponse(head=head, kept_at=kept_at)

    async def _verified(self, told: pb.AuditHead) -> AuditHead:
        """What was signed, which must be what is said."""
        signed = await self._reader.read(told.signature)
        said = AuditHead(SchoolId.parse(told.school_id), told.sequence, told.digest)
        if signed != said:
            raise AuditHeadNotAccepted
        return signed
