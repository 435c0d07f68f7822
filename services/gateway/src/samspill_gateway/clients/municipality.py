"""Identity's side of the municipality's page: schools, leaders, ceilings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samspill.identity.v1 import (
    access_pb2,
    municipality_pb2,
    municipality_pb2_grpc,
    sessions_pb2,
    sessions_pb2_grpc,
)

from .calls import Bearer, Calls
from .identity import KEYCLOAK_SECONDS


class Municipality:
    """One method per call; every answer is the contract's own message."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._queries = calls.stub(municipality_pb2_grpc.MunicipalityQueryServiceStub)
        self._commands = calls.stub(municipality_pb2_grpc.MunicipalityCommandServiceStub)
        self._sessions = calls.stub(sessions_pb2_grpc.SessionCommandServiceStub)

    async def choose(self, session_token: str, municipality_id: str) -> None:
        """Make the municipality the session's active place instead of a school."""
        request = sessions_pb2.ChooseMunicipalityRequest(
            session_token=session_token, municipality_id=municipality_id
        )
        await self._calls(self._sessions.ChooseMunicipality, request)

    async def get(self, bearer: Bearer) -> Any:
        request = municipality_pb2.GetMunicipalityRequest()
        return await self._calls(self._queries.GetMunicipality, request, bearer)

    async def find_candidates(self, bearer: Bearer, query: str) -> Any:
        request = municipality_pb2.FindCandidatesRequest(query=query)
        return await self._calls(
            self._queries.FindCandidates, request, bearer, seconds=KEYCLOAK_SECONDS
        )

    async def open_school(self, bearer: Bearer, orgnr: str, name: str) -> str:
        request = municipality_pb2.OpenSchoolRequest(orgnr=orgnr, name=name)
        return str((await self._calls(self._commands.OpenSchool, request, bearer)).school_id)

    async def close_school(self, bearer: Bearer, school_id: str) -> None:
        request = municipality_pb2.CloseSchoolRequest(school_id=school_id)
        await self._calls(self._commands.CloseSchool, request, bearer)

    async def name_leader(self, bearer: Bearer, school_id: str, staff_id: str) -> None:
        request = municipality_pb2.NameLeaderRequest(school_id=school_id, staff_id=staff_id)
        await self._calls(self._commands.NameLeader, request, bearer, seconds=KEYCLOAK_SECONDS)

    async def dismiss_leader(self, bearer: Bearer, school_id: str, staff_id: str) -> None:
        request = municipality_pb2.DismissLeaderRequest(school_id=school_id, staff_id=staff_id)
        await self._calls(self._commands.DismissLeader, request, bearer, seconds=KEYCLOAK_SECONDS)

    async def set_ceilings(self, bearer: Bearer, ceilings: Mapping[str, Any]) -> None:
        """Replace the ceilings, given as the contract's fields."""
        request = municipality_pb2.SetCeilingsRequest(ceilings=access_pb2.Ceilings(**ceilings))
        await self._calls(self._commands.SetCeilings, request, bearer)
