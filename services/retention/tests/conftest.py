"""What every test of retention may ask for."""

import io
from collections.abc import AsyncIterator

import pytest

from samspill_kit import logging
from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_retention.bootstrap import MIGRATIONS
from services.retention.tests.storage import Storage


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
