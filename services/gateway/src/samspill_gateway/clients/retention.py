"""Retention as the gateway sees it: deletions and their receipts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from samspill.retention.v1 import lifetimes_pb2 as pb
from samspill.retention.v1 import lifetimes_pb2_grpc as pb_grpc

from .calls import Bearer, Calls

STATES: Final = {
    pb.DELETION_STATE_LOCKING: "locking",
    pb.DELETION_STATE_LOCKED: "locked",
    pb.DELETION_STATE_KEY_DESTROYED: "key_destroyed",
    pb.DELETION_STATE_ERASED: "erased",
    pb.DELETION_STATE_RECEIPT_SIGNED: "receipt_signed",
    pb.DELETION_STATE_TAKEN_BACK: "taken_back",
}


class Retention:
    """One method per call; every answer is the contract's own Deletion message."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._queries = calls.stub(pb_grpc.DeletionQueryServiceStub)
        self._commands = calls.stub(pb_grpc.DeletionCommandServiceStub)

    async def delete(self, bearer: Bearer, survey_id: str, *, at_once: bool) -> Any:
        request = pb.DeleteSurveyRequest(survey_id=survey_id, at_once=at_once)
        answer = await self._calls(self._commands.DeleteSurvey, request, bearer)
        return answer.deletion

    async def take_back(self, bearer: Bearer, survey_id: str) -> Any:
        request = pb.TakeBackDeletionRequest(survey_id=survey_id)
        return (await self._calls(self._commands.TakeBackDeletion, request, bearer)).deletion

    async def deletion(self, bearer: Bearer, survey_id: str) -> Any:
        request = pb.GetDeletionRequest(survey_id=survey_id)
        return (await self._calls(self._queries.GetDeletion, request, bearer)).deletion

    async def deletions(self, bearer: Bearer) -> Sequence[Any]:
        answer = await self._calls(self._queries.ListDeletions, pb.ListDeletionsRequest(), bearer)
        return list(answer.deletions)
