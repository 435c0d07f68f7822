"""Contract messages from retention's values."""

from __future__ import annotations

from typing import Final

from samspill.retention.v1 import lifetimes_pb2 as pb
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_retention.domain.deletion import Deletion, DeletionState

STATES: Final = {
    DeletionState.LOCKING: pb.DELETION_STATE_LOCKING,
    DeletionState.LOCKED: pb.DELETION_STATE_LOCKED,
    DeletionState.KEY_DESTROYED: pb.DELETION_STATE_KEY_DESTROYED,
    DeletionState.ERASED: pb.DELETION_STATE_ERASED,
    DeletionState.RECEIPT_SIGNED: pb.DELETION_STATE_RECEIPT_SIGNED,
    DeletionState.TAKEN_BACK: pb.DELETION_STATE_TAKEN_BACK,
}


def deletion_to_pb(deletion: Deletion) -> pb.Deletion:
    message = pb.Deletion(
        survey_id=str(deletion.survey_id),
        state=STATES[deletion.state],
        asked_at=timestamp_of(deletion.asked_at),
        due_at=timestamp_of(deletion.due_at),
        receipt_at=timestamp_of(deletion.receipt_at),
        at_once=deletion.at_once,
    )
    for each in deletion.services.values():
        message.services.add(
            service=each.service,
            is_locked=each.locked_at is not None,
            is_erased=each.erased_at is not None,
            rows=dict(each.rows),
        )
    if deletion.receipt:
        message.receipt.json = deletion.receipt.json
        message.receipt.jws = deletion.receipt.jws
        message.receipt.key_gone_after = deletion.receipt.key_gone_after.isoformat()
    return message
