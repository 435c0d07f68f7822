"""Identity as the gateway sees it: sessions, rosters, codes, access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp

from samspill.identity.v1 import (
    access_pb2,
    access_pb2_grpc,
    codes_pb2,
    codes_pb2_grpc,
    roster_pb2,
    roster_pb2_grpc,
    sessions_pb2,
    sessions_pb2_grpc,
)

from .calls import Bearer, Calls

KEYCLOAK_SECONDS: Final = 15.0
"""For what Keycloak itself must do while somebody waits; it may just have started."""


class Identity:
    """One method per call; every answer is the contract's own message."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._sessions = calls.stub(sessions_pb2_grpc.SessionCommandServiceStub)
        self._roster = calls.stub(roster_pb2_grpc.RosterQueryServiceStub)
        self._roster_commands = calls.stub(roster_pb2_grpc.RosterCommandServiceStub)
        self._codes = calls.stub(codes_pb2_grpc.CodeQueryServiceStub)
        self._code_commands = calls.stub(codes_pb2_grpc.CodeCommandServiceStub)
        self._access = calls.stub(access_pb2_grpc.AccessQueryServiceStub)
        self._doors = calls.stub(access_pb2_grpc.DoorQueryServiceStub)
        self._sign_ins = calls.stub(sessions_pb2_grpc.SessionQueryServiceStub)
        self._access_commands = calls.stub(access_pb2_grpc.AccessCommandServiceStub)

    async def begin_sign_in(
        self, return_path: str, locale: str, *, second_factor: bool = False
    ) -> Any:
        request = sessions_pb2.BeginSignInRequest(
            return_path=return_path, locale=locale, second_factor=second_factor
        )
        return await self._calls(self._sessions.BeginSignIn, request)

    async def complete_sign_in(
        self, attempt_token: str, code: str, state: str, *, device: str = ""
    ) -> Any:
        request = sessions_pb2.CompleteSignInRequest(
            attempt_token=attempt_token, code=code, state=state, device=device
        )
        return await self._calls(self._sessions.CompleteSignIn, request)

    async def issue_passport(self, session_token: str) -> Any:
        request = sessions_pb2.IssuePassportRequest(session_token=session_token)
        return await self._calls(self._sessions.IssuePassport, request)

    async def choose_school(self, session_token: str, school_id: str) -> None:
        request = sessions_pb2.ChooseSchoolRequest(session_token=session_token, school_id=school_id)
        await self._calls(self._sessions.ChooseSchool, request)

    async def end_session(self, session_token: str) -> str:
        request = sessions_pb2.EndSessionRequest(session_token=session_token)
        answer = await self._calls(self._sessions.EndSession, request)
        return str(answer.end_session_url)

    async def end_sessions_by_logout_token(self, logout_token: str) -> None:
        request = sessions_pb2.EndSessionsByLogoutTokenRequest(logout_token=logout_token)
        await self._calls(self._sessions.EndSessionsByLogoutToken, request)

    async def enter_code(self, code: str, *, origin: str) -> Any:
        request = sessions_pb2.EnterCodeRequest(code=code, origin=origin)
        return await self._calls(self._sessions.EnterCode, request)

    async def groups(self, bearer: Bearer) -> Sequence[Any]:
        answer = await self._calls(self._roster.ListGroups, roster_pb2.ListGroupsRequest(), bearer)
        return list(answer.groups)

    async def pupils(self, bearer: Bearer, group_ids: Sequence[str]) -> Sequence[Any]:
        request = roster_pb2.ListPupilsRequest(group_ids=group_ids)
        return list((await self._calls(self._roster.ListPupils, request, bearer)).pupils)

    async def prepare_import(self, bearer: Bearer, content: bytes, file_name: str) -> Any:
        request = roster_pb2.PrepareImportRequest(content=content, file_name=file_name)
        return await self._calls(self._roster_commands.PrepareImport, request, bearer)

    async def confirm_import(
        self, bearer: Bearer, import_id: str, decisions: Mapping[int, str]
    ) -> Any:
        """Apply a prepared import; a decision of "" makes a new pupil of an ambiguous row."""
        request = roster_pb2.ConfirmImportRequest(import_id=import_id)
        for row, pupil_id in decisions.items():
            request.decisions.add(row=row, pupil_id=pupil_id or None)
        return await self._calls(self._roster_commands.ConfirmImport, request, bearer)

    async def code_states(self, bearer: Bearer, survey_id: str) -> Mapping[str, Any]:
        request = codes_pb2.ListCodeStatesRequest(survey_id=survey_id)
        answer = await self._calls(self._codes.ListCodeStates, request, bearer)
        return {each.participant_id: each for each in answer.codes}

    async def make_codes(
        self, bearer: Bearer, survey_id: str, participant_ids: Sequence[str], closes_at: Timestamp
    ) -> Mapping[str, str]:
        request = codes_pb2.MakeCodesRequest(
            survey_id=survey_id, participant_ids=participant_ids, closes_at=closes_at
        )
        answer = await self._calls(self._code_commands.MakeCodes, request, bearer)
        return {each.participant_id: each.code for each in answer.codes}

    async def renew_code(
        self, bearer: Bearer, survey_id: str, participant_id: str, closes_at: Timestamp
    ) -> str:
        request = codes_pb2.RenewCodeRequest(
            survey_id=survey_id, participant_id=participant_id, closes_at=closes_at
        )
        answer = await self._calls(self._code_commands.RenewCode, request, bearer)
        return str(answer.code.code)

    async def revoke_code(self, bearer: Bearer, survey_id: str, participant_id: str) -> None:
        request = codes_pb2.RevokeCodeRequest(survey_id=survey_id, participant_id=participant_id)
        await self._calls(self._code_commands.RevokeCode, request, bearer)

    async def staff(self, bearer: Bearer) -> Sequence[Any]:
        request = access_pb2.ListStaffRequest()
        return list((await self._calls(self._access.ListStaff, request, bearer)).staff)

    async def audit_entries(self, bearer: Bearer, *, limit: int, **filters: Any) -> Any:
        """Entries of the log, newest first; filters are fields of the contract's request."""
        request = access_pb2.ListAuditEntriesRequest(limit=limit, **filters)
        return await self._calls(self._access.ListAuditEntries, request, bearer)

    async def readings(self, bearer: Bearer, places: Sequence[Any]) -> Any:
        """Who has read about one pupil, given the pupil's participations."""
        request = access_pb2.ListReadingsRequest()
        for each in places:
            request.places.add(survey_id=each.survey_id, participant_id=each.participant_id)
        return await self._calls(self._access.ListReadings, request, bearer)

    async def set_grants(
        self, bearer: Bearer, staff_id: str, grants: Sequence[Mapping[str, Any]]
    ) -> None:
        """Replace a staff member's grants; each a mapping of the contract's Grant fields."""
        request = access_pb2.SetGrantsRequest(
            staff_id=staff_id, grants=[access_pb2.Grant(**grant) for grant in grants]
        )
        await self._calls(self._access_commands.SetGrants, request, bearer)

    async def find_people(self, bearer: Bearer, query: str) -> Any:
        request = access_pb2.FindPeopleRequest(query=query)
        return await self._calls(self._access.FindPeople, request, bearer, seconds=KEYCLOAK_SECONDS)

    async def add_staff(self, bearer: Bearer, staff_id: str, role: str) -> None:
        request = access_pb2.AddStaffRequest(staff_id=staff_id, role=role)
        await self._calls(self._access_commands.AddStaff, request, bearer, seconds=KEYCLOAK_SECONDS)

    async def remove_staff(self, bearer: Bearer, staff_id: str, role: str) -> None:
        request = access_pb2.RemoveStaffRequest(staff_id=staff_id, role=role)
        await self._calls(
            self._access_commands.RemoveStaff, request, bearer, seconds=KEYCLOAK_SECONDS
        )

    async def who_can_open(self, bearer: Bearer, survey_id: str | None) -> Sequence[Any]:
        request = access_pb2.WhoCanOpenRequest(survey_id=survey_id)
        return list((await self._calls(self._doors.WhoCanOpen, request, bearer)).keepers)

    async def own_sign_ins(self, session_token: str) -> Sequence[Any]:
        request = sessions_pb2.ListOwnSessionsRequest(session_token=session_token)
        return list((await self._calls(self._sign_ins.ListOwnSessions, request)).sign_ins)

    async def end_own_sign_in(self, session_token: str, session_id: str) -> None:
        request = sessions_pb2.EndOtherSessionRequest(
            session_token=session_token, session_id=session_id
        )
        await self._calls(self._sessions.EndOtherSession, request)

    async def sign_ins_of(self, bearer: Bearer, staff_id: str) -> Sequence[Any]:
        request = access_pb2.ListStaffSessionsRequest(staff_id=staff_id)
        return list((await self._calls(self._access.ListStaffSessions, request, bearer)).sign_ins)

    async def end_sign_ins_of(
        self, bearer: Bearer, staff_id: str, session_id: str | None = None
    ) -> None:
        """End one sign-in of a colleague, or all of them."""
        request = access_pb2.EndStaffSessionsRequest(staff_id=staff_id, session_id=session_id)
        await self._calls(self._access_commands.EndStaffSessions, request, bearer)
