"""Puts the identity service together; the only file that knows every part."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from samspill.identity.v1 import (
    access_pb2_grpc,
    codes_pb2_grpc,
    erasure_pb2_grpc,
    roster_pb2_grpc,
    sessions_pb2_grpc,
)
from samspill.retention.v1 import keys_pb2_grpc
from samspill_identity.clients.retention import LeasedRosterSeals, Pepper, RetentionKeys
from samspill_identity.domain.codes import new_code
from samspill_identity.domain.schools import Municipality, School
from samspill_identity.domain.sessions import random_secret
from samspill_identity.keycloak.directory import KeycloakStaffDirectory
from samspill_identity.keycloak.sign_in import KeycloakSignIn, Realm
from samspill_identity.messaging.on_survey_events import SurveyEvents
from samspill_identity.rpc.access import (
    AccessCommands,
    AccessQueries,
    PermitCommands,
    SurveyGrantCommands,
    SurveyGrantQueries,
)
from samspill_identity.rpc.codes import CodeCommands, CodeQueries
from samspill_identity.rpc.erasure import IdentityErasure
from samspill_identity.rpc.roster import RosterCommands, RosterQueries
from samspill_identity.rpc.sessions import SessionCommands, SigningKeyQueries
from samspill_identity.schools_file import SchoolsFileWrong, read_schools_file
from samspill_identity.settings import Settings
from samspill_identity.sheets.reading import SheetReader
from samspill_identity.storage.erasures import SqlOverdueSurveys
from samspill_identity.storage.pupil_door import SqlPupilDoor
from samspill_identity.storage.schools import SqlSchools
from samspill_identity.storage.sessions import SqlStaffSessions
from samspill_identity.storage.signing_keys import SqlSigningKeys
from samspill_identity.storage.stale import SqlStaleRows
from samspill_identity.storage.unit_of_work import IdentityUnitOfWork
from samspill_identity.tokens import SigningTokens
from samspill_identity.usecases.begin_sign_in import BeginSignIn
from samspill_identity.usecases.choose_school import ChooseSchool
from samspill_identity.usecases.complete_sign_in import CompleteSignIn
from samspill_identity.usecases.confirm_import import ConfirmImport
from samspill_identity.usecases.end_session import EndSession, EndSessionsByLogoutToken
from samspill_identity.usecases.enter_code import EnterCode
from samspill_identity.usecases.erase_survey import EraseOverdue, EraseSurvey
from samspill_identity.usecases.fix_readers import FixReaders
from samspill_identity.usecases.issue_permit import IssuePermit
from samspill_identity.usecases.issue_pupil_passport import IssuePupilPassport
from samspill_identity.usecases.issue_staff_passport import IssueStaffPassport
from samspill_identity.usecases.keep_rights import KeepRights
from samspill_identity.usecases.know_colleagues import KnowColleagues
from samspill_identity.usecases.list_audit_entries import ListAuditEntries
from samspill_identity.usecases.list_code_states import ListCodeStates
from samspill_identity.usecases.list_groups import ListGroups
from samspill_identity.usecases.list_pupils import ListPupils
from samspill_identity.usecases.list_staff import ListStaff
from samspill_identity.usecases.lock_survey import LockSurvey
from samspill_identity.usecases.make_codes import MakeCodes
from samspill_identity.usecases.note_closing import NoteClosing
from samspill_identity.usecases.prepare_import import PrepareImport
from samspill_identity.usecases.record_survey import RecordSurvey
from samspill_identity.usecases.revoke_code import RevokeCode
from samspill_identity.usecases.set_grants import SetGrants
from samspill_identity.wrong_codes import OriginBrake
from samspill_kit.auth import JwksSource, PassportReader
from samspill_kit.clock import Clock, ClockGuard, SystemClock
from samspill_kit.db import ClockRecords, Database, FastDatabase, SqlDeadLetters, upgrade
from samspill_kit.events import CONSUMERS, Consumer, EventBus
from samspill_kit.grpc import Channel, GrpcServer, Passport, Tls
from samspill_kit.ids import IdFactory, RandomIds, SchoolId
from samspill_kit.logging import get_logger
from samspill_kit.process import Service
from samspill_kit.settings import read_secret

log = get_logger(__name__)

MIGRATIONS: Final = Path(__file__).parent / "storage" / "migrations"
OpenedSchools = Sequence[tuple[Municipality, Sequence[School]]]
JOBS_CONNECTIONS: Final = 2
"""A timer and the parking of facts."""

EVERY_SERVICE: Final = ("gateway", "identity", "surveys", "responses", "reports", "retention")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the use cases work with."""

    database: Database
    schools: SqlSchools
    sessions: SqlStaffSessions
    door: SqlPupilDoor
    signing_keys: SqlSigningKeys
    tokens: SigningTokens
    pepper: Pepper
    seals: LeasedRosterSeals
    sign_in: KeycloakSignIn
    directory: KeycloakStaffDirectory
    ids: IdFactory
    clock: Clock

    def begin(self, school_id: SchoolId) -> IdentityUnitOfWork:
        """Start a transaction over what is kept of one school."""
        return IdentityUnitOfWork(self.database, school_id)

    @property
    def know_colleagues(self) -> KnowColleagues:
        """Who works at a school."""
        return KnowColleagues(self.begin, self.schools, self.directory, self.clock)

    @property
    def keep_rights(self) -> KeepRights:
        """From Keycloak's groups to rights here."""
        return KeepRights(self.begin, self.schools, self.clock)


async def migrate(settings: Settings) -> None:
    """Bring the database to this build's schema, as its owner."""
    if settings.owner_database_url_file is None:
        raise SystemExit("SAMSPILL_IDENTITY_OWNER_DATABASE_URL_FILE is needed to migrate")
    await upgrade(read_secret(settings.owner_database_url_file), MIGRATIONS)


async def serve(settings: Settings) -> Service:
    """Build the service; whoever asked starts it."""
    service = Service("identity", settings)
    opened = _opened_schools(settings)
    tls = Tls.read(settings.tls_directory)
    jobs = service.add(
        Database(read_secret(settings.jobs_database_url_file), connections=JOBS_CONNECTIONS)
    )
    parts = _parts(service, settings, tls)
    service.add(Opening(opened, parts))
    _add_events(service, settings, parts, jobs)
    _add_timers(service, settings, parts, jobs)
    service.add(_server(settings, tls, parts))
    service.ready_when("database", parts.database.answers)
    return service


class Opening:
    """A part that opens the schools of the settings and reads the signing keys, before calls."""

    def __init__(self, opened: OpenedSchools, parts: Parts) -> None:
        self._opened = opened
        self._parts = parts

    async def start(self) -> None:
        """Retention must answer: without the pepper no code and no key can be used."""
        for municipality, schools in self._opened:
            await self._parts.schools.open(municipality, schools)
        await self._parts.signing_keys.refresh()

    async def stop(self) -> None:
        """Nothing to give back."""


def _opened_schools(settings: Settings) -> OpenedSchools:
    try:
        return list(read_schools_file(settings.schools_file))
    except SchoolsFileWrong as error:
        raise SystemExit(f"SAMSPILL_IDENTITY_SCHOOLS_FILE: {error}") from None


def _parts(service: Service, settings: Settings, tls: Tls) -> Parts:
    clock = SystemClock()
    database = service.add(
        Database(
            read_secret(settings.database_url_file),
            connections=settings.database_connections,
            migrations=MIGRATIONS,
        )
    )
    fast = service.add(FastDatabase(read_secret(settings.database_url_file)))
    retention = service.add(
        Channel("retention", settings.retention_address, tls, timeout=settings.retention_timeout)
    )
    keys = RetentionKeys(
        retention.stub(
            keys_pb2_grpc.KeyIssueInternalServiceStub,
            idempotent=["IssueSchoolKey", "IssuePepper"],
        )
    )
    pepper = Pepper(keys.pepper)
    signing_keys = SqlSigningKeys(database, pepper, clock)
    return Parts(
        database=database,
        schools=SqlSchools(database),
        sessions=SqlStaffSessions(database, pepper),
        door=SqlPupilDoor(fast),
        signing_keys=signing_keys,
        tokens=SigningTokens(
            lambda: signing_keys.signing, installation=settings.installation, clock=clock
        ),
        pepper=pepper,
        seals=LeasedRosterSeals(keys.school_key),
        sign_in=service.add(KeycloakSignIn(_realm(settings), clock)),
        directory=_directory(settings),
        ids=RandomIds(),
        clock=clock,
    )


def _realm(settings: Settings) -> Realm:
    return Realm(
        address=settings.keycloak_address,
        public_address=settings.keycloak_public_address or settings.keycloak_address,
        name=settings.keycloak_realm,
        client_id=settings.oidc_client_id,
        client_secret=read_secret(settings.oidc_client_secret_file),
        redirect_uri=f"{settings.public_address}/logg-inn/retur",
        home=f"{settings.public_address}/",
        timeout=settings.keycloak_timeout.total_seconds(),
        refresh_timeout=settings.keycloak_refresh_timeout.total_seconds(),
    )


def _directory(settings: Settings) -> KeycloakStaffDirectory:
    return KeycloakStaffDirectory(
        address=settings.keycloak_address,
        realm=settings.keycloak_realm,
        client_id=settings.admin_client_id,
        client_secret=read_secret(settings.admin_client_secret_file),
        timeout=settings.keycloak_timeout.total_seconds(),
    )


def _add_events(service: Service, settings: Settings, parts: Parts, jobs: Database) -> None:
    bus = service.add(
        EventBus("identity", read_secret(settings.nats_url_file), replicas=settings.stream_replicas)
    )
    consumer = Consumer(
        bus,
        CONSUMERS["identity-closing"],
        SurveyEvents(NoteClosing(parts.begin)).subscriptions,
        SqlDeadLetters(jobs, parts.clock),
    )
    service.background("closing", consumer.run)


def _add_timers(service: Service, settings: Settings, parts: Parts, jobs: Database) -> None:
    guard = ClockGuard(parts.clock, time.monotonic)
    records = ClockRecords(jobs, "overdue")
    erase_overdue = EraseOverdue(SqlOverdueSurveys(jobs), parts.clock)
    stale = SqlStaleRows(jobs)

    async def look_for_overdue() -> None:
        while True:
            if await records.may_run(guard):
                await erase_overdue()
                await stale.remove()
            else:
                # An alarm on purpose: nothing is deleted until the clock is believed (SPEC T7).
                log.warning("The clock jumped, so nothing is deleted")
            await asyncio.sleep(settings.overdue_every.total_seconds())

    async def keep_signing_keys() -> None:
        while True:
            await asyncio.sleep(settings.signing_keys_every.total_seconds())
            await parts.signing_keys.refresh()

    service.background("overdue", look_for_overdue)
    service.background("signing-keys", keep_signing_keys)


def _server(settings: Settings, tls: Tls, parts: Parts) -> GrpcServer:
    async def own_keys() -> str:
        return parts.signing_keys.public_set

    passports = PassportReader(
        JwksSource(own_keys), installation=settings.installation, clock=parts.clock
    )
    server = GrpcServer("identity", settings.rpc_listen, tls, passports=passports)
    _add_sessions(server, parts)
    _add_access(server, parts)
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
    fix_readers = FixReaders(begin, colleagues, clock)
    server.add(
        access_pb2_grpc.add_AccessQueryServiceServicer_to_server,
        AccessQueries(
            list_staff=ListStaff(begin, colleagues, clock),
            list_audit_entries=ListAuditEntries(begin),
        ),
        callers={"gateway"},
        passport=Passport.STAFF,
    )
    server.add(
        access_pb2_grpc.add_AccessCommandServiceServicer_to_server,
        AccessCommands(set_grants=SetGrants(begin, colleagues, ids, clock)),
        callers={"gateway"},
        passport=Passport.STAFF,
    )
    server.add(
        access_pb2_grpc.add_SurveyGrantCommandServiceServicer_to_server,
        SurveyGrantCommands(record_survey=RecordSurvey(begin, clock), fix_readers=fix_readers),
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
        PermitCommands(issue_permit=IssuePermit(begin, parts.tokens, ids, clock)),
        callers={"reports", "surveys"},
        passport=Passport.STAFF,
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
