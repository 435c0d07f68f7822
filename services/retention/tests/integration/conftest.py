"""The whole service from its own bootstrap, beside small real neighbours."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from samspill.retention.v1 import keys_pb2_grpc, lifetimes_pb2, lifetimes_pb2_grpc
from samspill_kit.grpc import Channel
from samspill_kit.grpc.call import on_behalf
from samspill_kit.principal import StaffPrincipal
from samspill_kit.process import Service
from samspill_kit.settings import HostPort
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.children import free_port
from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_kit.testing.nats import NatsServer
from samspill_kit.testing.passports import INSTALLATION, PassportOffice
from samspill_kit.testing.postgres import ServiceUrls
from samspill_retention.bootstrap import MIGRATIONS, serve
from samspill_retention.settings import Settings
from services.retention.tests.integration.neighbours import Neighbours
from services.retention.tests.sample import LAST_DAY, School
from services.retention.tests.storage import Storage

LEASE = timedelta(milliseconds=700)
"""Short, so that a receipt is signed while a test waits."""


@dataclass
class Running:
    """Ways to call the service as the gateway, as surveys, or as somebody else."""

    authority: Authority
    office: PassportOffice
    neighbours: Neighbours
    address: HostPort
    keys_folder: Path
    storage: Storage
    service: Service
    channels: list[Channel] = field(default_factory=list)

    def stub(self, made_by: Any, *, caller: str = "gateway") -> Any:
        channel = Channel("retention", self.address, self.authority.tls(caller))
        self.channels.append(channel)
        return channel.stub(made_by)

    def __post_init__(self) -> None:
        self.commands = self.stub(lifetimes_pb2_grpc.DeletionCommandServiceStub)
        self.queries = self.stub(lifetimes_pb2_grpc.DeletionQueryServiceStub)
        self.lifetimes = self.stub(lifetimes_pb2_grpc.LifetimeInternalServiceStub, caller="surveys")

    def keys_as(self, caller: str) -> Any:
        return self.stub(keys_pb2_grpc.KeyIssueInternalServiceStub, caller=caller)

    @contextmanager
    def acting(self, by: StaffPrincipal) -> Iterator[None]:
        with on_behalf(passport=self.office.signer.passport(by), request_id="r-1", seconds=10):
            yield

    async def register(self, school: School) -> None:
        await self.lifetimes.RegisterSurvey(
            lifetimes_pb2.RegisterSurveyRequest(
                school_id=str(school.id),
                survey_id=str(school.survey_id),
                created_by=str(school.creator_id),
                delete_on=LAST_DAY.isoformat(),
            )
        )

    async def delete(self, school: School, *, at_once: bool = False) -> lifetimes_pb2.Deletion:
        with self.acting(school.creator):
            request = lifetimes_pb2.DeleteSurveyRequest(
                survey_id=str(school.survey_id), at_once=at_once
            )
            answer = await self.commands.DeleteSurvey(request)
        found: lifetimes_pb2.Deletion = answer.deletion
        return found

    async def deletion(self, school: School) -> lifetimes_pb2.Deletion:
        with self.acting(school.leader):
            request = lifetimes_pb2.GetDeletionRequest(survey_id=str(school.survey_id))
            found: lifetimes_pb2.Deletion = (await self.queries.GetDeletion(request)).deletion
        return found


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
    passport_office: PassportOffice,
    neighbours: Neighbours,
    migrated_database: MigratedDatabase,
    nats_server: NatsServer,
) -> AsyncIterator[Running]:
    folder = tmp_path_factory.mktemp("retention")
    # A database of its own: the service's timers look through all of it.
    urls = await migrated_database("retention", MIGRATIONS)
    settings = settings_in(folder, authority, neighbours, urls, nats_server)
    async with served(settings, urls, authority, passport_office, neighbours) as running:
        yield running


@asynccontextmanager
async def served(
    settings: Settings,
    urls: ServiceUrls,
    authority: Authority,
    office: PassportOffice,
    neighbours: Neighbours,
) -> AsyncIterator[Running]:
    """The service from its own bootstrap, until the block ends."""
    storage = Storage(urls)
    await storage.start()
    service = await serve(settings)
    await service.start()
    keys = settings.database_url_file.parent / "keys"
    running = Running(authority, office, neighbours, settings.rpc_listen, keys, storage, service)
    yield running
    for channel in running.channels:
        await channel.stop()
    await service.stop()
    await storage.stop()


@pytest.fixture
async def school(running: Running) -> School:
    """A school with a registered survey."""
    school = School()
    await running.register(school)
    return school


def settings_in(
    folder: Path,
    authority: Authority,
    neighbours: Neighbours,
    urls: ServiceUrls,
    nats: NatsServer,
    **keys: Any,
) -> Settings:
    """Settings of a service in this folder; keys lie in it too unless `keys` says otherwise."""
    authority.write(folder, ["retention"])
    for name, secret in {
        "app": urls.app,
        "jobs": urls.jobs,
        "nats": nats.url("retention"),
    }.items():
        (folder / name).write_text(secret)
    (folder / "root").write_bytes(secrets.token_bytes(32))
    (folder / "keys").mkdir()
    addresses: dict[str, Any] = {
        f"{name}_address": HostPort("127.0.0.1", server.port)
        for name, server in neighbours.servers.items()
    }
    return Settings(
        installation=INSTALLATION,
        tls_directory=folder / "retention",
        rpc_listen=HostPort("127.0.0.1", free_port()),
        metrics_listen=HostPort("127.0.0.1", free_port()),
        database_url_file=folder / "app",
        jobs_database_url_file=folder / "jobs",
        nats_url_file=folder / "nats",
        **(keys or {"root_key_file": folder / "root", "key_store_directory": folder / "keys"}),
        key_lease=LEASE,
        saga_every=timedelta(milliseconds=200),
        call_timeout=timedelta(seconds=5),
        **addresses,
    )
