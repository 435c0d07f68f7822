"""Retention's lifetimes, and seals made from the survey's `participants` sub-key."""

from datetime import date
from typing import Final

from samspill.retention.v1 import lifetimes_pb2 as pb
from samspill.retention.v1 import lifetimes_pb2_grpc as pb_grpc
from samspill_kit.ids import SchoolId, StaffId, SurveyId

CARD_VERSION: Final = 1


class RetentionLifetimes:
    """When a survey dies, told to retention."""

    def __init__(self, stub: "pb_grpc.LifetimeInternalServiceAsyncStub") -> None:
        self._stub = stub

    async def register(
        self, school_id: SchoolId, survey_id: SurveyId, *, created_by: StaffId, delete_on: date
    ) -> None:
        await self._stub.RegisterSurvey(
            pb.RegisterSurveyRequest(
                school_id=str(school_id),
                survey_id=str(survey_id),
                created_by=str(created_by),
                delete_on=delete_on.isoformat(),
            )
        )

    async def change_delete_on(
        self, school_id: SchoolId, survey_id: SurveyId, delete_on: date
    ) -> None:
        await self._stub.ChangeDeleteOn(
            pb.ChangeDeleteOnRequest(
                school_id=str(school_id),
                survey_id=str(survey_id),
                delete_on=delete_on.isoformat(),
            )
        )
