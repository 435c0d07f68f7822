"""Identity's doors as every member of staff may ask for them: sharing, and the municipality's ceilings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from samspill.identity.v1 import access_pb2, access_pb2_grpc

from .calls import Bearer, Calls


class Doors:
    """One method per call; every answer is the contract's own message."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._doors = calls.stub(access_pb2_grpc.DoorQueryServiceStub)

    async def sharing(self, bearer: Bearer, survey_id: str) -> Any:
        request = access_pb2.GetSharingRequest(survey_id=survey_id)
        return await self._calls(self._doors.GetSharing, request, bearer)

    async def who_can_open(self, bearer: Bearer) -> Sequence[Any]:
        """Return those who open doors at the school, whatever the survey."""
        request = access_pb2.WhoCanOpenRequest()
        return list((await self._calls(self._doors.WhoCanOpen, request, bearer)).keepers)

    async def ceilings(self, bearer: Bearer) -> Any:
        request = access_pb2.GetCeilingsRequest()
        return (await self._calls(self._doors.GetCeilings, request, bearer)).ceilings
