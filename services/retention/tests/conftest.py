"""What every test of retention may ask for."""

import io
import secrets
from collections.abc import AsyncIterator, Iterator
from typing import Final

import pytest

from deploy.local import vault as built_vault
from samspill_kit import logging
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_retention.bootstrap import MIGRATIONS
from services.retention.tests.storage import Storage
from services.retention.tests.vault_rooms import Room
from services.retention.tests.vault_server import VaultServer

NO_VAULT: Final = (
    "no Vault on this machine: `make vault` builds one, or SAMSPILL_TEST_VAULT names one"
)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Nobody should take a run without Vault for a whole one."""
    if built_vault.binary() is None:
        terminalreporter.write_line(f"Tests of retention's keys in Vault were skipped: {NO_VAULT}")


@pytest.fixture(scope="session", autouse=True)
def logs() -> io.StringIO:
    """What the service writes, as JSON."""
    written = io.StringIO()
    logging.configure("retention", stream=written)
    return written


@pytest.fixture(scope="session")
async def storage(migrated_database: MigratedDatabase) -> AsyncIterator[Storage]:
    """One migrated database; each test brings a school of its own."""
    storage = Storage(await migrated_database("retention", MIGRATIONS))
    await storage.start()
    yield storage
    await storage.stop()


@pytest.fixture(scope="session")
def vault_server(
    tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> Iterator[VaultServer]:
    """A real Vault, laid out for retention."""
    binary = built_vault.binary()
    if binary is None:
        pytest.skip(NO_VAULT)
    server = VaultServer(binary, tmp_path_factory.mktemp("vault"), authority)
    server.start()
    server.lay_out()
    yield server
    server.stop()


@pytest.fixture
def room(vault_server: VaultServer) -> Room:
    """An installation's own part of it, empty."""
    name = f"samspill-{secrets.token_hex(4)}"
    return Room(vault_server, vault_server.role(name), prefix=name)
