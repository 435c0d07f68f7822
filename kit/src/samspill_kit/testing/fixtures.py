"""pytest fixtures with real parts, which the conftest.py at the root loads as a plugin.

Everything lives as long as the test session and is thrown away with it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_socket

from samspill_kit.db.migrate import upgrade
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.nats import NatsServer
from samspill_kit.testing.passports import PassportOffice
from samspill_kit.testing.postgres import PostgresServer, ServiceUrls


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Unit tests open no sockets; Unix sockets stay allowed, since asyncio wakes itself by one."""
    if "unit" in item.path.parts:
        pytest_socket.disable_socket(allow_unix_socket=True)
    else:
        pytest_socket.enable_socket()


MigratedDatabase = Callable[[str, Path], Awaitable[ServiceUrls]]


@pytest.fixture(scope="session")
def authority() -> Authority:
    """Certificates of this session."""
    return Authority()


@pytest.fixture(scope="session")
def passport_office() -> PassportOffice:
    """Signs passports of this session, by the machine's clock."""
    return PassportOffice()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A real server without databases."""
    server = PostgresServer(_reachable(tmp_path_factory.mktemp("postgres")), durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    """A real server with JetStream and without streams."""
    server = NatsServer(tmp_path_factory.mktemp("nats"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
async def migrated_database(postgres: PostgresServer) -> AsyncIterator[MigratedDatabase]:
    """A function that makes a fresh database of a service and runs its migrations."""
    made: list[str] = []

    async def make(service: str, migrations: Path) -> ServiceUrls:
        name = f"{service}_{uuid4().hex[:8]}"
        urls = await postgres.create_database(service, database=name)
        made.append(name)
        await upgrade(urls.owner, migrations)
        return urls

    yield make
    for name in made:
        await postgres.drop_database(name)


def _reachable(folder: Path) -> Path:
    """Let the server's own user pass through pytest's closed folders."""
    for each in (folder, *folder.parents[:2]):
        each.chmod(0o711)
    return folder
