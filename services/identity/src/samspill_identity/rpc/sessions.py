"""Sign-in of staff, entry of pupils, and the keys that services verify passports with."""

from collections.abc import Callable

from samspill.identity.v1 import sessions_pb2 as pb
from samspill.identity.v1 import sessions_pb2_grpc as pb_grpc
from samspill_identity import metrics
from samspill_identity.rpc import convert
from samspill_identity.usecases.begin_sign_in import BeginSignIn
from samspill_identity.usecases.choose_municipality import ChooseMunicipality
from samspill_identity.usecases.choose_school import ChooseSchool
from samspill_identity.usecases.complete_sign_in import CompleteSignIn
from samspill_identity.usecases.end_session import EndSession, EndSessionsByLogoutToken
from samspill_identity.usecases.end_sign_ins import EndSignIns
from samspill_identity.usecases.enter_code import EnterCode
from samspill_identity.usecases.issue_pupil_passport import IssuePupilPassport
from samspill_identity.usecases.issue_staff_passport import IssueStaffPassport
from samspill_identity.usecases.list_sign_ins import ListSignIns
from samspill_kit.grpc.guard import Context
from samspill_kit.grpc.timestamps import timestamp_of
from samspill_kit.ids import MunicipalityId, SchoolId, SessionId


class SigningKeyQueries(pb_grpc.SigningKeyQueryServiceServicer):
    def __init__(self, public_set: Callable[[], str]) -> None:
        self._public_set = public_set

    async def ListSigningKeys(
        self, request: pb.ListSigningKeysRequest, context: Context
    ) -> pb.ListSigningKeysResponse:
        return pb.ListSigningKeysResponse(jwks_json=self._public_set())


class SessionQueries(pb_grpc.SessionQueryServiceServicer):
    def __init__(self, list_sign_ins: ListSignIns) -> None:
        self._list_sign_ins = list_sign_ins

    async def ListOwnSessions(
        self, request: pb.ListOwnSessionsRequest, context: Context
    ) -> pb.ListOwnSessionsResponse:
        own, sign_ins = await self._list_sign_ins(request.session_token)
        return pb.ListOwnSessionsResponse(
            sign_ins=[convert.sign_in_to_pb(one, own=own) for one in sign_ins]
        )


class SessionCommands(pb_grpc.SessionCommandServiceServicer):
    def __init__(
        self,
        *,
        begin_sign_in: BeginSignIn,
        complete_sign_in: CompleteSignIn,
        issue_staff_passport: IssueStaffPassport,
        issue_pupil_passport: IssuePupilPassport,
        choose_school: ChooseSchool,
        choose_municipality: ChooseMunicipality,
        end_sign_ins: EndSignIns,
        end_session: EndSession,
        end_sessions_by_logout_token: EndSessionsByLogoutToken,
        enter_code: EnterCode,
    ) -> None:
        self._begin_sign_in = begin_sign_in
        self._complete_sign_in = complete_sign_in
        self._issue_staff_passport = issue_staff_passport
        self._issue_pupil_passport = issue_pupil_passport
        self._choose_school = choose_school
        self._choose_municipality = choose_municipality
        self._end_sign_ins = end_sign_ins
        self._end_session = end_session
        self._end_sessions_by_logout_token = end_sessions_by_logout_token
        self._enter_code = enter_code

    async def BeginSignIn(
        self, request: pb.BeginSignInRequest, context: Context
    ) -> pb.BeginSignInResponse:
        begun = await self._begin_sign_in(
            request.return_path, locale=request.locale, second_factor=request.second_factor
        )
        return pb.BeginSignInResponse(
            authorization_url=begun.authorization_url, attempt_token=begun.attempt_token
        )

    async def CompleteSignIn(
        self, request: pb.CompleteSignInRequest, context: Context
    ) -> pb.CompleteSignInResponse:
        with metrics.SIGN_INS.counted():
            completed = await self._complete_sign_in(
                request.attempt_token, code=request.code, state=request.state, device=request.device
            )
        return pb.CompleteSignInResponse(
            session_token=completed.session_token,
            expires_at=timestamp_of(completed.expires_at),
            return_path=completed.return_path,
        )

    async def IssuePassport(
        self, request: pb.IssuePassportRequest, context: Context
    ) -> pb.IssuePassportResponse:
        if request.session_token.startswith("p."):
            pupil = await self._issue_pupil_passport(request.session_token)
            return pb.IssuePassportResponse(
                passport=pupil.token.text,
                expires_at=timestamp_of(pupil.token.expires_at),
                pupil=convert.pupil_view(pupil.principal),
            )
        staff = await self._issue_staff_passport(request.session_token)
        return pb.IssuePassportResponse(
            passport=staff.token.text,
            expires_at=timestamp_of(staff.token.expires_at),
            staff=convert.staff_view(staff),
        )

    async def ChooseSchool(
        self, request: pb.ChooseSchoolRequest, context: Context
    ) -> pb.ChooseSchoolResponse:
        await self._choose_school(request.session_token, SchoolId.parse(request.school_id))
        return pb.ChooseSchoolResponse()

    async def ChooseMunicipality(
        self, request: pb.ChooseMunicipalityRequest, context: Context
    ) -> pb.ChooseMunicipalityResponse:
        await self._choose_municipality(
            request.session_token, MunicipalityId.parse(request.municipality_id)
        )
        return pb.ChooseMunicipalityResponse()

    async def EndOtherSession(
        self, request: pb.EndOtherSessionRequest, context: Context
    ) -> pb.EndOtherSessionResponse:
        session_id = SessionId.parse(request.session_id)
        await self._end_sign_ins.own(request.session_token, session_id)
        return pb.EndOtherSessionResponse()

    async def EndSession(
        self, request: pb.EndSessionRequest, context: Context
    ) -> pb.EndSessionResponse:
        return pb.EndSessionResponse(end_session_url=await self._end_session(request.session_token))

    async def EndSessionsByLogoutToken(
        self, request: pb.EndSessionsByLogoutTokenRequest, context: Context
    ) -> pb.EndSessionsByLogoutTokenResponse:
        await self._end_sessions_by_logout_token(request.logout_token)
        return pb.EndSessionsByLogoutTokenResponse()

    async def EnterCode(
        self, request: pb.EnterCodeRequest, context: Context
    ) -> pb.EnterCodeResponse:
        with metrics.CODES_ENTERED.counted():
            entered = await self._enter_code(request.code, origin=request.origin)
        return pb.EnterCodeResponse(
            session_token=entered.session_token,
            expires_at=timestamp_of(entered.expires_at),
            passport=entered.passport.text,
            passport_expires_at=timestamp_of(entered.passport.expires_at),
            pupil=convert.pupil_view(entered.principal),
        )
