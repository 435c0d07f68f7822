"""The whole service as a process would run it, beside small real neighbours."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from samspill.surveys.v1 import erasure_pb2_grpc, surveys_pb2_grpc
from samspill_kit.grpc import Channel
from samspill_kit.settings import HostPort
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.children import free_port
from samspill_kit.testing.nats import NatsServer
from samspill_kit.testing.passports import INSTALLATION, PassportOffice
from samspill_kit.testing.postgres import ServiceUrls
from samspill_surveys.bootstrap import serve
from samspill_surveys.settings import Settings
from services.surveys.tests.integration.neighbours import Neighbours

Stub = TypeVar("Stub")


@dataclass
class RunningService:
    """Ways to call the service as the gateway, as retention, or as somebody else."""

    authority: Authority
    address: HostPort
    neighbours: Neighbours
    channels: list[Channel]

    def stub(self, made_by: Callable[[Any], Stub], *, caller: str = "gateway") -> Stub:
        channel = Channel("surveys", self.address, self.authority.tls(caller))
        self.channels.append(channel)
        return channel.stub(made_by)

    def __post_init__(self) -> None:
        self.commands = self.stub(surveys_pb2_grpc.SurveyCommandServiceStub)
        self.queries = self.stub(surveys_pb2_grpc.SurveyQueryServiceStub)
        self.forms = self.stub(surveys_pb2_grpc.FormQueryServiceStub)
        self.erasure = self.stub(
            erasure_pb2_grpc.SurveysErasureInternalServiceStub, caller="retention"
        )


@pytest.fixture(scope="session")
async def neighbours(
    authority: Authority, passport_office: PassportOffice
) -> AsyncIterator[Neighbours]:
    around = Neighbours(authority, passport_office)
    await around.start()
    yield around
    await around.stop()


@pytest.fixture(scope="session")
async def running(
    tmp_path_factory: pytest.TempPathFactory,
    authority: Authority,
    neighbours: Neighbours,
    database_urls: ServiceUrls,
    nats_server: NatsServer,
) -> AsyncIterator[RunningService]:
    folder = tmp_path_factory.mktemp("surveys")
    settings = settings_in(folder, authority, neighbours, database_urls, nats_server)
    service = await serve(settings)
    await service.start()
    running = RunningService(authority, settings.rpc_listen, neighbours, [])
    yield running
    for channel in running.channels:
        await channel.stop()
    await service.stop()


def settings_in(
    folder: Path,
    authority: Authority,
    neighbours: Neighbours,
    urls: ServiceUrls,
    nats: NatsServer,
) -> Settings:
    authority.write(folder, ["surveys"])
    secrets = {"app": urls.app, "jobs": urls.jobs, "nats": nats.url("surveys")}
    for name, secret in secrets.items():
        (folder / name).write_text(secret)
    return Settings(
        installation=INSTALLATION,
        tls_directory=folder / "surveys",
        rpc_listen=HostPort("127.0.0.1", free_port()),
        metrics_listen=HostPort("127.0.0.1", free_port()),
        database_url_file=folder / "app",
        jobs_database_url_file=folder / "jobs",
        nats_url_file=folder / "nats",
        identity_address=HostPort("127.0.0.1", neighbours.identity.port),
        responses_address=HostPort("127.0.0.1", neighbours.responses.port),
        retention_address=HostPort("127.0.0.1", neighbours.retention.port),
    )
