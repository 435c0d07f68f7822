"""Identity's doors as every member of staff may ask for them: sharing, and the municipality's ceilings."""

from __future__ import annotations

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

    async def ceilings(self, bearer: Bearer) -> Any:
        request = access_pb2.GetCeilingsRequest()
        return (await self._calls(self._doors.GetCeilings, request, bearer)).ceilings
