"""Puts the surveys service together; the only file that knows every part."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import Final

from samspill.identity.v1 import access_pb2_grpc, roster_pb2_grpc, sessions_pb2_grpc
from samspill.responses.v1 import acceptance_pb2_grpc
from samspill.retention.v1 import keys_pb2_grpc, lifetimes_pb2_grpc
from samspill.surveys.v1 import erasure_pb2_grpc, surveys_pb2_grpc
from samspill_kit.auth import JwksSource, PassportReader
from samspill_kit.clock import Clock, ClockGuard, SystemClock
from samspill_kit.crypto import KeyRing
from samspill_kit.db import ClockRecords, Database, SqlDeadLetters, SqlOutbox, prepare
from samspill_kit.events import CONSUMERS, STREAMS, Consumer, EventBus, Relay, demand_entry
from samspill_kit.grpc import Channel, GrpcServer, Passport, Tls
from samspill_kit.ids import IdFactory, RandomIds, SchoolId, TimeOrderedIds
from samspill_kit.logging import get_logger
from samspill_kit.national_identity import carries_national_identity_number
from samspill_kit.process import Service
from samspill_kit.settings import OwnerSettings, read_secret
from samspill_surveys import metrics
from samspill_surveys.clients.identity import (
    IdentityRosters,
    IdentitySigningKeys,
    IdentitySurveyGrants,
)
from samspill_surveys.clients.responses import ResponsesAcceptance
from samspill_surveys.clients.retention import LeasedNameSeals, RetentionKeys, RetentionLifetimes
from samspill_surveys.domain.bank import CatalogueBank
from samspill_surveys.domain.ports import NameSeals, SurveyIndex
from samspill_surveys.messaging.on_response_events import ResponseEvents
from samspill_surveys.messaging.publish import Encoder
from samspill_surveys.rpc.commands import SurveyCommands
from samspill_surveys.rpc.erasure import SurveysErasure
from samspill_surveys.rpc.queries import FormQueries, SurveyQueries
from samspill_surveys.settings import Settings
from samspill_surveys.storage.overdue import SqlOverdueSurveys
from samspill_surveys.storage.queries import SqlSurveyIndex
from samspill_surveys.storage.unit_of_work import SurveysUnitOfWork
from samspill_surveys.usecases.change_survey import ChangeSurvey
from samspill_surveys.usecases.close_survey import CloseSurvey
from samspill_surveys.usecases.create_survey import CreateSurvey
from samspill_surveys.usecases.discard_draft import DiscardDraft
from samspill_surveys.usecases.draft import DraftPlanner
from samspill_surveys.usecases.end_share import EndShare
from samspill_surveys.usecases.erase_overdue import EraseOverdue
from samspill_surveys.usecases.erase_survey import EraseSurvey
from samspill_surveys.usecases.get_form import GetForm
from samspill_surveys.usecases.get_survey import GetSurvey
from samspill_surveys.usecases.list_participants import ListParticipants
from samspill_surveys.usecases.list_participations import ListParticipations
from samspill_surveys.usecases.list_surveys import ListSurveys
from samspill_surveys.usecases.lock_survey import LockSurvey
from samspill_surveys.usecases.note_sealing import NoteSealing
from samspill_surveys.usecases.open_survey import OpenSurvey
from samspill_surveys.usecases.refresh_participants import RefreshParticipants
from samspill_surveys.usecases.share_survey import FollowReaders, ShareSurvey
from samspill_surveys.usecases.unlock_survey import UnlockSurvey

log = get_logger(__name__)

MIGRATIONS: Final = Path(__file__).parent / "storage" / "migrations"


@dataclass(frozen=True, slots=True)
class Outside:
    """The other services, as ports of the domain."""

    rosters: IdentityRosters
    grants: IdentitySurveyGrants
    signing_keys: IdentitySigningKeys
    acceptance: ResponsesAcceptance
    lifetimes: RetentionLifetimes
    seals: NameSeals


@dataclass(frozen=True, slots=True)
class Inside:
    """What the use cases work with in this process."""

    database: Database
    index: SurveyIndex
    bank: CatalogueBank
    ids: IdFactory
    clock: Clock

    def begin(self, school_id: SchoolId) -> SurveysUnitOfWork:
        """Start a transaction over one school's surveys."""
        encode = Encoder(TimeOrderedIds(self.clock))
        return SurveysUnitOfWork(self.database, school_id, bank=self.bank, encode=encode)


async def migrate(settings: OwnerSettings) -> None:
    """Bring the database to this build's schema, and try what the service will be told."""
    await prepare(settings, MIGRATIONS)
    await demand_entry(settings.nats_url_file)


async def serve(settings: Settings) -> Service:
    """Build the service; whoever asked starts it."""
    service = Service("surveys", settings)
    clock = SystemClock()
    tls = Tls.read(settings.tls_directory)
    database = service.add(_database(settings, settings.database_url_file))
    jobs = service.add(_database(settings, settings.jobs_database_url_file))
    outside = _outside(service, settings, tls)
    inside = Inside(database, SqlSurveyIndex(database), CatalogueBank(), RandomIds(), clock)
    _add_events(service, settings, inside, jobs)
    _add_timer(service, settings, outside, jobs, clock)
    service.add(_server(settings, tls, inside, outside))
    service.ready_when("database", database.answers)
    return service


def _database(settings: Settings, url_file: Path) -> Database:
    return Database(
        read_secret(url_file), connections=settings.database_connections, migrations=MIGRATIONS
    )


def _outside(service: Service, settings: Settings, tls: Tls) -> Outside:
    identity = service.add(
        Channel("identity", settings.identity_address, tls, timeout=settings.identity_timeout)
    )
    responses = service.add(
        Channel("responses", settings.responses_address, tls, timeout=settings.responses_timeout)
    )
    retention = service.add(
        Channel("retention", settings.retention_address, tls, timeout=settings.retention_timeout)
    )
    keys = RetentionKeys(
        retention.stub(keys_pb2_grpc.KeyIssueInternalServiceStub, idempotent=["IssueSurveyKey"])
    )
    return Outside(
        rosters=IdentityRosters(identity.stub(roster_pb2_grpc.RosterQueryServiceStub)),
        grants=IdentitySurveyGrants(
            identity.stub(
                access_pb2_grpc.SurveyGrantCommandServiceStub,
                idempotent=["RecordSurvey", "FixReaders"],
            ),
            identity.stub(access_pb2_grpc.SurveyGrantQueryServiceStub),
        ),
        signing_keys=IdentitySigningKeys(
            identity.stub(sessions_pb2_grpc.SigningKeyQueryServiceStub)
        ),
        acceptance=ResponsesAcceptance(
            responses.stub(
                acceptance_pb2_grpc.AcceptanceInternalServiceStub,
                idempotent=["PrepareSurvey", "ChangeParticipants", "SealSurvey"],
            )
        ),
        lifetimes=RetentionLifetimes(
            retention.stub(
                lifetimes_pb2_grpc.LifetimeInternalServiceStub,
                idempotent=["RegisterSurvey", "ChangeDeleteOn"],
            )
        ),
        seals=LeasedNameSeals(KeyRing(keys.issue)),
    )


def _add_events(service: Service, settings: Settings, inside: Inside, jobs: Database) -> None:
    bus = service.add(
        EventBus("surveys", read_secret(settings.nats_url_file), replicas=settings.stream_replicas)
    )
    relay = Relay(bus, SqlOutbox(jobs, inside.clock), STREAMS["surveys"])
    events = ResponseEvents(NoteSealing(inside.begin))
    consumer = Consumer(
        bus,
        CONSUMERS["surveys-sealing"],
        events.subscriptions,
        SqlDeadLetters(jobs, inside.clock),
    )
    service.background("relay", relay.run)
    service.background("outbox", relay.watch)
    service.background("sealing", consumer.run)


def _add_timer(
    service: Service, settings: Settings, outside: Outside, jobs: Database, clock: Clock
) -> None:
    guard = ClockGuard(clock, time.monotonic)
    records = ClockRecords(jobs, "overdue")
    erase_overdue = EraseOverdue(SqlOverdueSurveys(jobs), outside.seals, clock)

    async def look_for_overdue() -> None:
        while True:
            if await records.may_run(guard):
                metrics.SURVEYS_ERASED.inc(await erase_overdue())
            else:
                # An alarm on purpose: nothing is deleted until the clock is believed (SPEC T7).
                log.warning("The clock jumped, so nothing is deleted")
            await asyncio.sleep(settings.overdue_every.total_seconds())

    service.background("overdue", look_for_overdue)


def _server(settings: Settings, tls: Tls, inside: Inside, outside: Outside) -> GrpcServer:
    passports = PassportReader(
        JwksSource(outside.signing_keys.fetch),
        installation=settings.installation,
        clock=inside.clock,
    )
    server = GrpcServer(
        "surveys", settings.rpc_listen, tls, passports=passports, callers=settings.rpc_callers
    )
    server.add(
        surveys_pb2_grpc.add_SurveyQueryServiceServicer_to_server,
        _queries(inside, outside),
        callers={"gateway", "reports"},
        passport=Passport.STAFF,
    )
    server.add(
        surveys_pb2_grpc.add_SurveyCommandServiceServicer_to_server,
        _commands(inside, outside),
        callers={"gateway"},
        passport=Passport.STAFF,
    )
    server.add(
        surveys_pb2_grpc.add_FormQueryServiceServicer_to_server,
        FormQueries(get_form=GetForm(inside.begin, outside.seals, inside.clock)),
        callers={"gateway"},
        passport=Passport.PUPIL,
    )
    server.add(
        erasure_pb2_grpc.add_SurveysErasureInternalServiceServicer_to_server,
        _erasure(inside, outside),
        callers={"retention"},
        passport=Passport.NONE,
    )
    return server


def _queries(inside: Inside, outside: Outside) -> SurveyQueries:
    return SurveyQueries(
        list_surveys=ListSurveys(inside.index),
        get_survey=GetSurvey(inside.begin, outside.grants),
        list_participants=ListParticipants(inside.begin, outside.seals),
        list_participations=ListParticipations(inside.index),
        clock=inside.clock,
    )


def _commands(inside: Inside, outside: Outside) -> SurveyCommands:
    begin, clock, ids = inside.begin, inside.clock, inside.ids
    planner = DraftPlanner(outside.rosters, inside.bank, ids, carries_national_identity_number)
    drafts = (begin, planner, outside.lifetimes, outside.grants, clock)
    follow = FollowReaders(begin, outside.grants)
    return SurveyCommands(
        create_survey=CreateSurvey(*drafts, SystemRandom()),
        change_survey=ChangeSurvey(*drafts),
        open_survey=OpenSurvey(
            begin, outside.rosters, outside.seals, outside.grants, outside.acceptance, ids, clock
        ),
        close_survey=CloseSurvey(begin, outside.acceptance),
        refresh_participants=RefreshParticipants(
            begin, outside.rosters, outside.seals, outside.acceptance, ids, clock
        ),
        discard_draft=DiscardDraft(begin, clock),
        share_survey=ShareSurvey(outside.grants, follow),
        end_share=EndShare(outside.grants, follow),
        clock=clock,
    )


def _erasure(inside: Inside, outside: Outside) -> SurveysErasure:
    return SurveysErasure(
        lock=LockSurvey(inside.begin, outside.seals, inside.clock),
        unlock=UnlockSurvey(inside.begin),
        erase=EraseSurvey(inside.begin, outside.seals, inside.clock),
    )
