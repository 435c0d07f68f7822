"""Contract messages from and to retention's values."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp
from samspill.retention.v1 import lifetimes_pb2 as pb

from ..domain.deletion import Deletion, DeletionState

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
        asked_at=timestamp(deletion.asked_at),
        due_at=timestamp(deletion.due_at),
        receipt_at=timestamp(deletion.receipt_at),
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


def timestamp(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    message = Timestamp()
    message.FromDatetime(moment)
    return message
