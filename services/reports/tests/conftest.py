"""What every test of reports may ask for."""

import io
from collections.abc import AsyncIterator

import pytest

from samspill_kit import logging
from samspill_kit.db import Database
from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_kit.testing.postgres import ServiceUrls
from samspill_reports.bootstrap import MIGRATIONS


@pytest.fixture(scope="session", autouse=True)
def logs() -> io.StringIO:
    """What the service writes, as JSON."""
    written = io.StringIO()
    logging.configure("reports", stream=written)
    return written


@pytest.fixture(scope="session")
async def database_urls(migrated_database: MigratedDatabase) -> ServiceUrls:
    return await migrated_database("reports", MIGRATIONS)


@pytest.fixture(scope="session")
async def database(database_urls: ServiceUrls) -> AsyncIterator[Database]:
    """The app role's connections to one migrated database."""
    database = Database(database_urls.app, migrations=MIGRATIONS)
    await database.start()
    yield database
    await database.stop()
