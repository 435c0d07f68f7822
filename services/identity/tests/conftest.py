"""What every test of the identity service may ask for."""

from collections.abc import AsyncIterator

import pytest

from samspill_identity.bootstrap import MIGRATIONS
from samspill_kit.db import Database
from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_kit.testing.postgres import ServiceUrls


@pytest.fixture(scope="session")
async def database_urls(migrated_database: MigratedDatabase) -> ServiceUrls:
    """A fresh database with the service's schema."""
    return await migrated_database("identity", MIGRATIONS)


@pytest.fixture(scope="session")
async def app(database_urls: ServiceUrls) -> AsyncIterator[Database]:
    """The app role."""
    database = Database(database_urls.app, migrations=MIGRATIONS)
    await database.start()
    yield database
    await database.stop()


@pytest.fixture(scope="session")
async def jobs(database_urls: ServiceUrls) -> AsyncIterator[Database]:
    """The jobs role."""
    database = Database(database_urls.jobs)
    yield database
    await database.stop()
