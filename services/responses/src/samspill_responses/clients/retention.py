"""Keys of surveys, lent by retention."""

from samspill.retention.v1 import keys_pb2 as pb
from samspill.retention.v1 import keys_pb2_grpc as pb_grpc
from samspill_kit.crypto import IssuedKey
from samspill_kit.ids import SchoolId, SurveyId


class RetentionKeys:
    """The `answers` sub-key of a survey that is not locked (SPEC P1)."""

    def __init__(self, stub: "pb_grpc.KeyIssueInternalServiceAsyncStub") -> None:
        self._stub = stub

    async def issue(self, school_id: SchoolId, survey_id: SurveyId) -> IssuedKey:
        issued = await self._stub.IssueSurveyKey(
            pb.IssueSurveyKeyRequest(
                school_id=str(school_id), survey_id=str(survey_id), purpose="answers"
            )
        )
        return IssuedKey(issued.key, issued.lease_for.ToTimedelta())
