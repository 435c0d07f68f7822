"""The four services that lock and erase when retention says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from samspill.identity.v1 import erasure_pb2 as identity_pb
from samspill.identity.v1 import erasure_pb2_grpc as identity_grpc
from samspill.reports.v1 import erasure_pb2 as reports_pb
from samspill.reports.v1 import erasure_pb2_grpc as reports_grpc
from samspill.responses.v1 import erasure_pb2 as responses_pb
from samspill.responses.v1 import erasure_pb2_grpc as responses_grpc
from samspill.surveys.v1 import erasure_pb2 as surveys_pb
from samspill.surveys.v1 import erasure_pb2_grpc as surveys_grpc
from samspill_kit.grpc import Channel
from samspill_kit.ids import SchoolId, SurveyId

STUBS: Final[Mapping[str, Any]] = {
    "identity": identity_grpc.IdentityErasureInternalServiceStub,
    "surveys": surveys_grpc.SurveysErasureInternalServiceStub,
    "responses": responses_grpc.ResponsesErasureInternalServiceStub,
    "reports": reports_grpc.ReportsErasureInternalServiceStub,
}
MESSAGES: Final[Mapping[str, Any]] = {
    "identity": identity_pb,
    "surveys": surveys_pb,
    "responses": responses_pb,
    "reports": reports_pb,
}
IDEMPOTENT: Final = ("LockSurvey", "UnlockSurvey", "EraseSurvey")


class RemoteErasers:
    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._stubs = {
            name: channels[name].stub(made_by, idempotent=IDEMPOTENT)
            for name, made_by in STUBS.items()
        }

    async def lock(self, service: str, school_id: SchoolId, survey_id: SurveyId) -> None:
        ids = {"school_id": str(school_id), "survey_id": str(survey_id)}
        await self._stubs[service].LockSurvey(MESSAGES[service].LockSurveyRequest(**ids))

    async def unlock(self, service: str, school_id: SchoolId, survey_id: SurveyId) -> None:
        ids = {"school_id": str(school_id), "survey_id": str(survey_id)}
        await self._stubs[service].UnlockSurvey(MESSAGES[service].UnlockSurveyRequest(**ids))

    async def erase(
        self, service: str, school_id: SchoolId, survey_id: SurveyId
    ) -> Mapping[str, int]:
        ids = {"school_id": str(school_id), "survey_id": str(survey_id)}
        request = MESSAGES[service].EraseSurveyRequest(**ids)
        return dict((await self._stubs[service].EraseSurvey(request)).rows)
