"""How long surveys live, told by surveys."""

from __future__ import annotations

from datetime import date
from typing import Any

from grpc.aio import ServicerContext

from samspill.retention.v1 import lifetimes_pb2 as pb
from samspill.retention.v1 import lifetimes_pb2_grpc as pb_grpc
from samspill_kit.ids import SchoolId, StaffId, SurveyId
from samspill_retention.domain.errors import DeleteOnMalformed
from samspill_retention.usecases.change_delete_on import ChangeDeleteOn
from samspill_retention.usecases.register_survey import RegisterSurvey

Context = ServicerContext[Any, Any]


class Lifetimes(pb_grpc.LifetimeInternalServiceServicer):
    def __init__(self, register: RegisterSurvey, change: ChangeDeleteOn) -> None:
        self._register = register
        self._change = change

    async def RegisterSurvey(
        self, request: pb.RegisterSurveyRequest, context: Context
    ) -> pb.RegisterSurveyResponse:
        lifetime = await self._register(
            SchoolId.parse(request.school_id),
            SurveyId.parse(request.survey_id),
            created_by=StaffId.parse(request.created_by),
            delete_on=_day_of(request.delete_on),
        )
        return pb.RegisterSurveyResponse(ceiling_on=lifetime.ceiling_on.isoformat())

    async def ChangeDeleteOn(
        self, request: pb.ChangeDeleteOnRequest, context: Context
    ) -> pb.ChangeDeleteOnResponse:
        await self._change(
            SchoolId.parse(request.school_id),
            SurveyId.parse(request.survey_id),
            delete_on=_day_of(request.delete_on),
        )
        return pb.ChangeDeleteOnResponse()


def _day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DeleteOnMalformed(delete_on=text) from None
