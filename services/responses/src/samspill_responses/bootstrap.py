"""Puts the service together: the only file that knows every part."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from samspill.identity.v1 import sessions_pb2_grpc
from samspill.responses.v1 import acceptance_pb2_grpc, answers_pb2_grpc, erasure_pb2_grpc
from samspill.retention.v1 import keys_pb2_grpc
from samspill_kit.auth import JwksSource, PassportReader, PermitReader
from samspill_kit.clock import ClockGuard, SystemClock
from samspill_kit.db import ClockRecords, Database, FastDatabase, SqlOutbox, prepare
from samspill_kit.events import STREAMS, EventBus, Relay, demand_entry
from samspill_kit.grpc import Channel, GrpcServer, Passport, Tls
from samspill_kit.ids import RandomIds, SchoolId
from samspill_kit.process import Service
from samspill_kit.settings import OwnerSettings, read_secret
from samspill_responses.clients.identity import IdentitySigningKeys
from samspill_responses.clients.retention import RetentionKeys
from samspill_responses.messaging.publish import Facts
from samspill_responses.rpc.acceptance import Acceptance
from samspill_responses.rpc.answers import AnswerCommands, AnswerQueries
from samspill_responses.rpc.erasure import Erasure
from samspill_responses.rpc.report_answers import ReportAnswerQueries
from samspill_responses.rpc.status import StatusQueries
from samspill_responses.settings import Settings
from samspill_responses.storage.acceptances import RememberedAcceptances
from samspill_responses.storage.answers import SqlAnswers
from samspill_responses.storage.erasure import SqlCalendar, SqlErasure
from samspill_responses.storage.fast_answers import FastAnswers
from samspill_responses.storage.queries import SqlStatuses
from samspill_responses.storage.seals import LeasedSeals
from samspill_responses.storage.unit_of_work import ResponsesWork
from samspill_responses.timers import ErasingTimer, SealingTimer
from samspill_responses.usecases.change_participants import ChangeParticipants
from samspill_responses.usecases.erase_survey import EraseDueSurveys, EraseSurvey
from samspill_responses.usecases.keep_answers import KeepAnswers
from samspill_responses.usecases.list_answers import ListAnswers
from samspill_responses.usecases.list_participant_states import (
    CountParticipantStates,
    ListParticipantStates,
)
from samspill_responses.usecases.lock_survey import LockSurvey, UnlockSurvey
from samspill_responses.usecases.prepare_survey import PrepareSurvey
from samspill_responses.usecases.read_page import ReadPage
from samspill_responses.usecases.save_answers import SaveAnswers
from samspill_responses.usecases.seal_survey import SealDueSurveys, SealSurvey
from samspill_responses.usecases.submit_answers import SubmitAnswers
from samspill_responses.usecases.withdraw_answers import WithdrawAnswers

MIGRATIONS: Final = Path(__file__).parent / "storage" / "migrations"


async def migrate(settings: OwnerSettings) -> None:
    """Bring the database to this build's schema, and try what the service will be told."""
    await prepare(settings, MIGRATIONS)
    await demand_entry(settings.nats_url_file)


@dataclass(frozen=True, slots=True)
class _Storage:
    """The parts that hold connections, in the order of their start."""

    app: Database
    jobs: Database
    hot: FastDatabase
    facts: Facts

    def begin(self, school_id: SchoolId) -> ResponsesWork:
        return ResponsesWork(self.app, school_id, self.facts)


async def serve(settings: Settings) -> Service:
    """The whole service, not started yet."""
    service = Service("responses", settings)
    tls = Tls.read(settings.tls_directory)
    storage = _storage(service, settings)
    identity = service.add(
        Channel("identity", settings.identity_address, tls, timeout=settings.identity_timeout)
    )
    retention = service.add(
        Channel("retention", settings.retention_address, tls, timeout=settings.retention_timeout)
    )
    keys = JwksSource(
        IdentitySigningKeys(identity.stub(sessions_pb2_grpc.SigningKeyQueryServiceStub)).fetch
    )
    clock = SystemClock()
    passports = PassportReader(keys, installation=settings.installation, clock=clock)
    permits = PermitReader(keys, installation=settings.installation, clock=clock)
    server = GrpcServer(
        "responses",
        settings.rpc_listen,
        tls,
        passports=passports,
        permits=permits,
        callers=settings.rpc_callers,
    )
    parts = _Parts(storage, clock, _seals(retention))
    parts.serve_pupils(server)
    parts.serve_staff(server)
    parts.serve_services(server)
    parts.run_timers(service, settings)
    _relay(service, settings, storage, clock)
    service.add(server)
    return service


def _storage(service: Service, settings: Settings) -> _Storage:
    url = read_secret(settings.database_url_file)
    size = settings.database_connections
    storage = _Storage(
        app=Database(url, connections=size, migrations=MIGRATIONS),
        jobs=Database(read_secret(settings.jobs_database_url_file), connections=2),
        hot=FastDatabase(url, size=size),
        facts=Facts(RandomIds()),
    )
    for part in (storage.app, storage.jobs, storage.hot):
        service.add(part)
    service.ready_when("database", storage.app.answers)
    return storage


def _seals(retention: Channel) -> LeasedSeals:
    # Lending the same key twice harms nobody, so a first save survives a hiccup of retention.
    stub = retention.stub(keys_pb2_grpc.KeyIssueInternalServiceStub, idempotent=["IssueSurveyKey"])
    return LeasedSeals(RetentionKeys(stub).issue)


def _relay(service: Service, settings: Settings, storage: _Storage, clock: SystemClock) -> None:
    bus = service.add(
        EventBus(
            "responses", read_secret(settings.nats_url_file), replicas=settings.stream_replicas
        )
    )
    relay = Relay(bus, SqlOutbox(storage.jobs, clock), STREAMS["responses"])
    service.background("relay", relay.run)
    service.background("outbox", relay.watch)


class _Parts:
    """Use cases and the gRPC services over them; callers as in ARCHITECTURE section 2."""

    def __init__(self, storage: _Storage, clock: SystemClock, seals: LeasedSeals) -> None:
        self._storage = storage
        self._clock = clock
        self._seals = seals
        self._acceptances = RememberedAcceptances(storage.app)
        self._answers = FastAnswers(storage.hot, storage.facts)
        self._statuses = SqlStatuses(storage.app)
        self._erasure = SqlErasure(storage.begin, storage.jobs)
        self._seal_survey = SealSurvey(storage.begin, clock)

    def serve_pupils(self, server: GrpcServer) -> None:
        keep = KeepAnswers(self._answers, self._acceptances, self._seals)
        server.add(
            answers_pb2_grpc.add_AnswerCommandServiceServicer_to_server,
            AnswerCommands(
                SaveAnswers(keep, self._clock),
                SubmitAnswers(keep, self._clock),
                WithdrawAnswers(SqlAnswers(self._storage.begin), self._clock),
            ),
            callers=["gateway"],
            passport=Passport.PUPIL,
        )
        server.add(
            answers_pb2_grpc.add_AnswerQueryServiceServicer_to_server,
            AnswerQueries(ReadPage(self._answers, self._seals)),
            callers=["gateway"],
            passport=Passport.PUPIL,
        )

    def serve_staff(self, server: GrpcServer) -> None:
        server.add(
            answers_pb2_grpc.add_StatusQueryServiceServicer_to_server,
            StatusQueries(
                ListParticipantStates(self._statuses), CountParticipantStates(self._statuses)
            ),
            callers=["gateway", "reports"],
            passport=Passport.STAFF,
        )
        server.add(
            answers_pb2_grpc.add_ReportAnswerQueryServiceServicer_to_server,
            ReportAnswerQueries(ListAnswers(self._statuses, self._seals)),
            callers=["reports"],
            passport=Passport.STAFF,
        )

    def serve_services(self, server: GrpcServer) -> None:
        begin = self._storage.begin
        server.add(
            acceptance_pb2_grpc.add_AcceptanceInternalServiceServicer_to_server,
            Acceptance(
                PrepareSurvey(begin, self._acceptances),
                ChangeParticipants(begin, self._acceptances),
                self._seal_survey,
            ),
            callers=["surveys"],
            passport=Passport.NONE,
        )
        server.add(
            erasure_pb2_grpc.add_ResponsesErasureInternalServiceServicer_to_server,
            Erasure(
                LockSurvey(begin, self._acceptances, self._seals, self._clock),
                UnlockSurvey(begin),
                EraseSurvey(self._erasure, self._acceptances, self._seals, self._clock),
            ),
            callers=["retention"],
            passport=Passport.NONE,
        )

    def run_timers(self, service: Service, settings: Settings) -> None:
        calendar = SqlCalendar(self._storage.jobs)
        sealing = SealingTimer(SealDueSurveys(calendar, self._seal_survey), settings.seal_every)
        erase_due = EraseDueSurveys(
            calendar, self._erasure, self._acceptances, self._seals, self._clock
        )
        erasing = ErasingTimer(
            erase_due,
            ClockGuard(self._clock, time.monotonic),
            ClockRecords(self._storage.jobs, "erasure"),
            settings.erase_every,
        )
        service.background("sealing", sealing.run)
        service.background("erasing", erasing.run)
