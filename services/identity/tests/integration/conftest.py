"""The whole service as a process would run it, beside a small real retention."""

from collections.abc import AsyncIterator

import pytest

from samspill_identity.bootstrap import serve
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.nats import NatsServer
from samspill_kit.testing.postgres import ServiceUrls
from services.identity.tests.integration.retention import Keys, retention_server
from services.identity.tests.integration.running import RunningService, settings_in


@pytest.fixture(scope="session")
async def running(
    tmp_path_factory: pytest.TempPathFactory,
    authority: Authority,
    database_urls: ServiceUrls,
    nats_server: NatsServer,
) -> AsyncIterator[RunningService]:
    retention = retention_server(authority, Keys())
    await retention.start()
    settings = settings_in(
        tmp_path_factory.mktemp("identity"), authority, retention.port, database_urls, nats_server
    )
    service = await serve(settings)
    await service.start()
    running = RunningService(authority, settings, nats_server)
    await running.start()
    yield running
    await running.stop()
    await service.stop()
    await retention.stop()
