"""Keys for those who may have them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration
from grpc.aio import ServicerContext

from samspill.retention.v1 import keys_pb2 as pb
from samspill.retention.v1 import keys_pb2_grpc as pb_grpc
from samspill_kit.grpc import call
from samspill_kit.ids import SchoolId, SurveyId
from samspill_retention import metrics
from samspill_retention.domain.errors import PurposeNotForCaller
from samspill_retention.usecases.issue_keys import IssueIdentityKeys, IssueSurveyKey

Context = ServicerContext[Any, Any]


class KeyIssue(pb_grpc.KeyIssueInternalServiceServicer):
    def __init__(
        self, survey_keys: IssueSurveyKey, identity_keys: IssueIdentityKeys, lease_for: timedelta
    ) -> None:
        self._survey_keys = survey_keys
        self._identity_keys = identity_keys
        self._lease = Duration()
        self._lease.FromTimedelta(lease_for)

    async def IssueSurveyKey(
        self, request: pb.IssueSurveyKeyRequest, context: Context
    ) -> pb.IssueSurveyKeyResponse:
        with metrics.KEY_REQUESTS.counted():
            key = await self._survey_keys(
                SchoolId.parse(request.school_id),
                SurveyId.parse(request.survey_id),
                request.purpose,
                caller=call.caller(),
            )
        return pb.IssueSurveyKeyResponse(key=key, lease_for=self._lease)

    async def IssueSchoolKey(
        self, request: pb.IssueSchoolKeyRequest, context: Context
    ) -> pb.IssueSchoolKeyResponse:
        with metrics.KEY_REQUESTS.counted():
            _identity_alone("school")
            key = await self._identity_keys.school_key(SchoolId.parse(request.school_id))
        return pb.IssueSchoolKeyResponse(key=key, lease_for=self._lease)

    async def IssuePepper(
        self, request: pb.IssuePepperRequest, context: Context
    ) -> pb.IssuePepperResponse:
        with metrics.KEY_REQUESTS.counted():
            _identity_alone("pepper")
            pepper = await self._identity_keys.pepper()
        return pb.IssuePepperResponse(pepper=pepper, lease_for=self._lease)


def _identity_alone(purpose: str) -> None:
    if call.caller() != "identity":
        raise PurposeNotForCaller(purpose=purpose, caller=call.caller())
