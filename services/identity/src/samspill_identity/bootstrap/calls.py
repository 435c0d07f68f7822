"""Which calls the service answers, from whom, and what answers them."""

import time
from typing import Final

from samspill.identity.v1 import (
    access_pb2_grpc,
    codes_pb2_grpc,
    erasure_pb2_grpc,
    municipality_pb2_grpc,
    roster_pb2_grpc,
    sessions_pb2_grpc,
)
from samspill_identity.bootstrap.parts import Parts
from samspill_identity.domain.codes import new_code
from samspill_identity.domain.sessions import random_secret
from samspill_identity.organisation_numbers import StdnumOrganisationNumbers
from samspill_identity.rpc.access import (
    AccessCommands,
    AccessQueries,
    PermitCommands,
    SurveyGrantCommands,
    SurveyGrantQueries,
)
from samspill_identity.rpc.codes import CodeCommands, CodeQueries
from samspill_identity.rpc.doors import DoorQueries
from samspill_identity.rpc.erasure import IdentityErasure
from samspill_identity.rpc.municipality import MunicipalityCommands, MunicipalityQueries
from samspill_identity.rpc.roster import RosterCommands, RosterQueries
from samspill_identity.rpc.sessions import SessionCommands, SessionQueries, SigningKeyQueries
from samspill_identity.settings import Settings
from samspill_identity.sheets.reading import SheetReader
from samspill_identity.usecases.add_staff import AddStaff, RemoveStaff
from samspill_identity.usecases.begin_sign_in import BeginSignIn
from samspill_identity.usecases.choose_municipality import ChooseMunicipality
from samspill_identity.usecases.choose_school import ChooseSchool
from samspill_identity.usecases.complete_sign_in import CompleteSignIn
from samspill_identity.usecases.confirm_import import ConfirmImport
from samspill_identity.usecases.end_session import EndSession, EndSessionsByLogoutToken
from samspill_identity.usecases.end_sign_ins import EndSignIns
from samspill_identity.usecases.enter_code import EnterCode
from samspill_identity.usecases.erase_survey import EraseSurvey
from samspill_identity.usecases.fix_readers import FixReaders
from samspill_identity.usecases.get_ceilings import GetCeilings
from samspill_identity.usecases.get_sharing import GetSharing
from samspill_identity.usecases.issue_permit import IssuePermit
from samspill_identity.usecases.issue_pupil_passport import IssuePupilPassport
from samspill_identity.usecases.issue_staff_passport import IssueStaffPassport
from samspill_identity.usecases.list_audit_entries import ListAuditEntries
from samspill_identity.usecases.list_code_states import ListCodeStates
from samspill_identity.usecases.list_groups import ListGroups
from samspill_identity.usecases.list_pupils import ListPupils
from samspill_identity.usecases.list_sign_ins import ListSignIns
from samspill_identity.usecases.list_staff import ListStaff
from samspill_identity.usecases.lock_survey import LockSurvey
from samspill_identity.usecases.make_codes import MakeCodes
from samspill_identity.usecases.prepare_import import PrepareImport
from samspill_identity.usecases.record_survey import RecordSurvey
from samspill_identity.usecases.revoke_code import RevokeCode
from samspill_identity.usecases.rule_schools import RuleSchools
from samspill_identity.usecases.set_grants import SetGrants
from samspill_identity.usecases.share_survey import ShareSurvey
from samspill_identity.usecases.who_can_open import WhoCanOpen
from samspill_identity.wrong_codes import OriginBrake
from samspill_kit.auth import JwksSource, PassportReader
from samspill_kit.grpc import GrpcServer, Passport, Tls

EVERY_SERVICE: Final = ("gateway", "identity", "surveys", "responses", "reports", "retention")


def server_of(settings: Settings, tls: Tls, parts: Parts) -> GrpcServer:
    async def own_keys() -> str:
        return parts.signing_keys.public_set

    passports = PassportReader(
        JwksSource(own_keys), installation=settings.installation, clock=parts.clock
    )
    server = GrpcServer(
        "identity", settings.rpc_listen, tls, passports=passports, callers=settings.rpc_callers
    )
    _add_sessions(server, parts)
    _add_access(server, parts)
    _add_doors(server, parts)
    _add_municipality(server, parts)
    _add_codes(server, parts)
    _add_roster(server, parts)
    server.add(
        erasure_pb2_grpc.add_IdentityErasureInternalServiceServicer_to_server,
        IdentityErasure(
            lock=LockSurvey(parts.begin, parts.clock), erase=EraseSurvey(parts.begin, parts.clock)
        ),
        callers={"retention"},
        passport=Passport.NONE,
    )
    return server


def _add_sessions(server: GrpcServer, parts: Parts) -> None:
    server.add(
        sessions_pb2_grpc.add_SigningKeyQueryServiceServicer_to_server,
        SigningKeyQueries(lambda: parts.signing_keys.public_set),
        callers=EVERY_SERVICE,
        passport=Passport.NONE,
    )
    server.add(
        sessions_pb2_grpc.add_SessionQueryServiceServicer_to_server,
        SessionQueries(ListSignIns(parts.sessions, parts.begin, parts.clock)),
        callers={"gateway"},
        passport=Passport.NONE,
    )
    server.add(
        sessions_pb2_grpc.add_SessionCommandServiceServicer_to_server,
        _sessions(parts),
        callers={"gateway"},
        passport=Passport.NONE,
    )


def _sessions(parts: Parts) -> SessionCommands:
    sessions, provider, clock = parts.sessions, parts.sign_in, parts.clock
    return SessionCommands(
        begin_sign_in=BeginSignIn(sessions, provider, random_secret, clock),
        complete_sign_in=CompleteSignIn(
            sessions, provider, parts.keep_rights, parts.ids, random_secret, clock
        ),
        issue_staff_passport=IssueStaffPassport(
            sessions, provider, parts.keep_rights, parts.begin, parts.tokens, clock
        ),
        issue_pupil_passport=IssuePupilPassport(parts.door, parts.tokens, clock),
        choose_school=ChooseSchool(sessions, parts.schools, clock),
        choose_municipality=ChooseMunicipality(sessions, parts.schools, clock),
        end_sign_ins=EndSignIns(sessions, parts.begin, parts.ids, clock),
        end_session=EndSession(sessions, parts.door, provider, clock),
        end_sessions_by_logout_token=EndSessionsByLogoutToken(sessions, provider),
        enter_code=EnterCode(
            parts.door,
            parts.pepper,
            OriginBrake(time.monotonic),
            parts.tokens,
            parts.ids,
            random_secret,
            clock,
        ),
    )


def _add_access(server: GrpcServer, parts: Parts) -> None:
    begin, clock, ids = parts.begin, parts.clock, parts.ids
    colleagues = parts.know_colleagues
    server.add(
        access_pb2_grpc.add_AccessQueryServiceServicer_to_server,
        AccessQueries(
            list_staff=ListStaff(begin, colleagues, clock),
            list_audit_entries=ListAuditEntries(begin, parts.heads),
            find_people=parts.find_people,
            list_sign_ins=ListSignIns(parts.sessions, begin, clock),
        ),
        callers={"gateway"},
        passport=Passport.STAFF,
    )
    server.add(
        access_pb2_grpc.add_AccessCommandServiceServicer_to_server,
        AccessCommands(
            set_grants=SetGrants(begin, colleagues, ids, clock),
            add_staff=AddStaff(parts.change_staff),
            remove_staff=RemoveStaff(parts.change_staff),
            end_sign_ins=EndSignIns(parts.sessions, begin, ids, clock),
        ),
        callers={"gateway"},
        passport=Passport.STAFF,
    )
    _add_survey_access(server, parts)


def _add_survey_access(server: GrpcServer, parts: Parts) -> None:
    begin, clock, ids = parts.begin, parts.clock, parts.ids
    colleagues = parts.know_colleagues
    fix_readers = FixReaders(begin, colleagues, clock)
    server.add(
        access_pb2_grpc.add_SurveyGrantCommandServiceServicer_to_server,
        SurveyGrantCommands(
            record_survey=RecordSurvey(begin, parts.schools, clock),
            fix_readers=fix_readers,
            share_survey=ShareSurvey(begin, colleagues, parts.seals, ids, clock),
        ),
        callers={"surveys"},
        passport=Passport.STAFF,
    )
    server.add(
        access_pb2_grpc.add_SurveyGrantQueryServiceServicer_to_server,
        SurveyGrantQueries(fix_readers=fix_readers),
        callers={"surveys"},
        passport=Passport.STAFF,
    )
    server.add(
        access_pb2_grpc.add_PermitCommandServiceServicer_to_server,
        PermitCommands(
            issue_permit=IssuePermit(begin, parts.tokens, ids, clock, parts.second_factor_for_names)
        ),
        callers={"reports", "surveys"},
        passport=Passport.STAFF,
    )


def _add_doors(server: GrpcServer, parts: Parts) -> None:
    server.add(
        access_pb2_grpc.add_DoorQueryServiceServicer_to_server,
        DoorQueries(
            who_can_open=WhoCanOpen(parts.begin),
            get_sharing=GetSharing(parts.begin, parts.know_colleagues, parts.clock),
            get_ceilings=GetCeilings(parts.schools),
        ),
        callers={"gateway"},
        passport=Passport.STAFF,
    )


def _add_municipality(server: GrpcServer, parts: Parts) -> None:
    rule_schools = RuleSchools(
        parts.schools,
        parts.begin,
        StdnumOrganisationNumbers(),
        parts.directory,
        parts.change_staff,
        parts.ids,
        parts.clock,
    )
    server.add(
        municipality_pb2_grpc.add_MunicipalityQueryServiceServicer_to_server,
        MunicipalityQueries(rule_schools=rule_schools, find_people=parts.find_people),
        callers={"gateway"},
        passport=Passport.MUNICIPALITY,
    )
    server.add(
        municipality_pb2_grpc.add_MunicipalityCommandServiceServicer_to_server,
        MunicipalityCommands(rule_schools=rule_schools),
        callers={"gateway"},
        passport=Passport.MUNICIPALITY,
    )


def _add_codes(server: GrpcServer, parts: Parts) -> None:
    begin, clock = parts.begin, parts.clock
    server.add(
        codes_pb2_grpc.add_CodeQueryServiceServicer_to_server,
        CodeQueries(list_code_states=ListCodeStates(begin)),
        callers={"gateway"},
        passport=Passport.STAFF,
    )
    server.add(
        codes_pb2_grpc.add_CodeCommandServiceServicer_to_server,
        CodeCommands(
            make_codes=MakeCodes(begin, parts.pepper, parts.ids, new_code, clock),
            revoke_code=RevokeCode(begin, clock),
        ),
        callers={"gateway"},
        passport=Passport.STAFF,
    )


def _add_roster(server: GrpcServer, parts: Parts) -> None:
    begin, seals = parts.begin, parts.seals
    server.add(
        roster_pb2_grpc.add_RosterQueryServiceServicer_to_server,
        RosterQueries(
            list_groups=ListGroups(begin),
            list_pupils=ListPupils(begin, seals),
        ),
        callers={"gateway", "surveys"},
        passport=Passport.STAFF,
    )
    server.add(
        roster_pb2_grpc.add_RosterCommandServiceServicer_to_server,
        RosterCommands(
            prepare_import=PrepareImport(begin, seals, SheetReader(), parts.ids, parts.clock),
            confirm_import=ConfirmImport(begin, seals, parts.ids, parts.clock),
        ),
        callers={"gateway"},
        passport=Passport.STAFF,
    )
