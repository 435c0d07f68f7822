"""The only file that knows every part of reports."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from samspill.identity.v1 import sessions_pb2, sessions_pb2_grpc
from samspill.reports.v1 import erasure_pb2_grpc, reports_pb2_grpc
from samspill_kit.auth import JwksSource, PassportReader
from samspill_kit.clock import Clock, SystemClock
from samspill_kit.db import Database, prepare
from samspill_kit.grpc import Channel, GrpcServer, Passport, Tls
from samspill_kit.process import Service
from samspill_kit.settings import HostPort, OwnerSettings, read_secret
from samspill_reports.clients.identity import RemotePermits
from samspill_reports.clients.responses import RemoteAnswers
from samspill_reports.clients.surveys import RemoteSurveys
from samspill_reports.metrics import AnalysisCounters, timed_pdf
from samspill_reports.rendering.artist import SvgArtist
from samspill_reports.rendering.paper import paper_content
from samspill_reports.rendering.report_pdf import report_pdf
from samspill_reports.rpc.erasure import ReportsErasure
from samspill_reports.rpc.queries import ReportQueries
from samspill_reports.settings import Settings
from samspill_reports.storage.locks import SqlLocks
from samspill_reports.usecases.analyse_class import AnalyseClass
from samspill_reports.usecases.draw_relations import DrawRelations
from samspill_reports.usecases.erase_survey import EraseSurvey, LockSurvey, UnlockSurvey
from samspill_reports.usecases.gather_material import GatherMaterial
from samspill_reports.usecases.print_report import PrintReport
from samspill_reports.words import CatalogueWords

MIGRATIONS: Final = Path(__file__).parent / "storage" / "migrations"


async def migrate(settings: OwnerSettings) -> None:
    """Bring the database to this build's schema, and try what the service will be told."""
    await prepare(settings, MIGRATIONS)


async def serve(settings: Settings) -> Service:
    """Put reports together."""
    service = Service("reports", settings)
    clock = SystemClock()
    tls = Tls.read(settings.tls_directory)
    database = service.add(
        Database(
            read_secret(settings.database_url_file),
            connections=settings.database_connections,
            migrations=MIGRATIONS,
        )
    )

    def channel(name: str, address: HostPort) -> Channel:
        return service.add(Channel(name, address, tls, timeout=settings.call_timeout))

    identity = channel("identity", settings.identity_address)
    locks = SqlLocks(database)
    analyse = service.add(AnalyseClass(clock, AnalysisCounters()))
    gather = GatherMaterial(
        RemoteSurveys(channel("surveys", settings.surveys_address)),
        RemotePermits(identity),
        RemoteAnswers(channel("responses", settings.responses_address)),
        locks,
    )
    passports = PassportReader(
        _signing_keys(identity), installation=settings.installation, clock=clock
    )
    server = GrpcServer(
        "reports", settings.rpc_listen, tls, passports=passports, callers=settings.rpc_callers
    )
    _add_queries(server, gather, analyse, clock)
    _add_erasure(server, locks, analyse, clock)
    service.add(server)
    service.ready_when("database", database.answers)
    return service


def _add_queries(
    server: GrpcServer, gather: GatherMaterial, analyse: AnalyseClass, clock: Clock
) -> None:
    queries = ReportQueries(
        gather=gather,
        analyse=analyse,
        draw=DrawRelations(SvgArtist()),
        print_report=PrintReport(paper_content, timed_pdf(report_pdf), clock),
        words_of=CatalogueWords,
    )
    register = reports_pb2_grpc.add_ReportQueryServiceServicer_to_server
    server.add(register, queries, callers=("gateway",), passport=Passport.STAFF)


def _add_erasure(server: GrpcServer, locks: SqlLocks, analyse: AnalyseClass, clock: Clock) -> None:
    erasure = ReportsErasure(
        lock=LockSurvey(locks, analyse, clock),
        unlock=UnlockSurvey(locks),
        erase=EraseSurvey(locks, analyse, clock),
    )
    register = erasure_pb2_grpc.add_ReportsErasureInternalServiceServicer_to_server
    server.add(register, erasure, callers=("retention",), passport=Passport.NONE)


def _signing_keys(identity: Channel) -> JwksSource:
    queries = identity.stub(sessions_pb2_grpc.SigningKeyQueryServiceStub)

    async def fetch() -> str:
        answer = await queries.ListSigningKeys(sessions_pb2.ListSigningKeysRequest())
        return str(answer.jwks_json)

    return JwksSource(fetch)
