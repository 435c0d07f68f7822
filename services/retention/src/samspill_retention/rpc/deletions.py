"""Deleting surveys, and what is left of them."""

from __future__ import annotations

from typing import Any

from grpc.aio import ServicerContext

from samspill.retention.v1 import lifetimes_pb2 as pb
from samspill.retention.v1 import lifetimes_pb2_grpc as pb_grpc
from samspill_kit.grpc import call
from samspill_kit.ids import SurveyId
from samspill_retention import metrics
from samspill_retention.domain.deletion import DeletionReason
from samspill_retention.usecases.delete_survey import DeleteSurvey
from samspill_retention.usecases.read_deletions import ReadDeletions
from samspill_retention.usecases.take_back_deletion import TakeBackDeletion

from .convert import deletion_to_pb

Context = ServicerContext[Any, Any]


class DeletionCommands(pb_grpc.DeletionCommandServiceServicer):
    def __init__(self, delete: DeleteSurvey, take_back: TakeBackDeletion) -> None:
        self._delete = delete
        self._take_back = take_back

    async def DeleteSurvey(
        self, request: pb.DeleteSurveyRequest, context: Context
    ) -> pb.DeleteSurveyResponse:
        deletion = await self._delete(
            SurveyId.parse(request.survey_id), at_once=request.at_once, by=call.staff()
        )
        metrics.DELETIONS_BEGUN.labels(DeletionReason.PERSON.value).inc()
        return pb.DeleteSurveyResponse(deletion=deletion_to_pb(deletion))

    async def TakeBackDeletion(
        self, request: pb.TakeBackDeletionRequest, context: Context
    ) -> pb.TakeBackDeletionResponse:
        deletion = await self._take_back(SurveyId.parse(request.survey_id), by=call.staff())
        return pb.TakeBackDeletionResponse(deletion=deletion_to_pb(deletion))


class DeletionQueries(pb_grpc.DeletionQueryServiceServicer):
    def __init__(self, read: ReadDeletions) -> None:
        self._read = read

    async def GetDeletion(
        self, request: pb.GetDeletionRequest, context: Context
    ) -> pb.GetDeletionResponse:
        deletion = await self._read.one(SurveyId.parse(request.survey_id), by=call.staff())
        return pb.GetDeletionResponse(deletion=deletion_to_pb(deletion))

    async def ListDeletions(
        self, request: pb.ListDeletionsRequest, context: Context
    ) -> pb.ListDeletionsResponse:
        found = await self._read.newest(by=call.staff())
        return pb.ListDeletionsResponse(deletions=[deletion_to_pb(each) for each in found])
