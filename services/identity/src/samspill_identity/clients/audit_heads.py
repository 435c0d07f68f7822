"""Retention as the second keeper of heads of audit chains (SPEC I8)."""

from collections.abc import Sequence
from datetime import UTC

from samspill.retention.v1 import audit_heads_pb2 as pb
from samspill.retention.v1 import audit_heads_pb2_grpc as pb_grpc
from samspill_identity import metrics
from samspill_identity.domain.audit import ChainHead, KeptHead
from samspill_kit.ids import SchoolId
from samspill_kit.principal import AuditHead


class RetentionHeadKeeper:
    """Asks retention."""

    def __init__(self, stub: "pb_grpc.AuditHeadInternalServiceAsyncStub") -> None:
        self._stub = stub

    async def keep(self, signed: Sequence[tuple[AuditHead, str]]) -> Sequence[SchoolId]:
        heads = [
            pb.AuditHead(
                school_id=str(head.school_id),
                sequence=head.sequence,
                digest=head.digest,
                signature=signature,
            )
            for head, signature in signed
        ]
        answer = await self._stub.KeepAuditHeads(pb.KeepAuditHeadsRequest(heads=heads))
        metrics.AUDIT_CONTRADICTIONS.inc(len(answer.contradicted_school_ids))
        return [SchoolId.parse(one) for one in answer.contradicted_school_ids]

    async def of(self, school_id: SchoolId) -> KeptHead | None:
        answer = await self._stub.GetAuditHead(pb.GetAuditHeadRequest(school_id=str(school_id)))
        if not answer.HasField("head"):
            return None
        head = ChainHead(answer.head.sequence, answer.head.digest)
        return KeptHead(head, answer.kept_at.ToDatetime(tzinfo=UTC))
