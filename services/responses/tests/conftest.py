"""What every test of responses may ask for."""

from collections.abc import AsyncIterator

import pytest

from samspill_kit.testing.fixtures import MigratedDatabase
from services.responses.tests.storage import MIGRATIONS, Storage


@pytest.fixture(scope="session")
async def storage(migrated_database: MigratedDatabase) -> AsyncIterator[Storage]:
    """One migrated database; each test brings a school of its own."""
    storage = Storage(await migrated_database("responses", MIGRATIONS))
    await storage.start()
    yield storage
    await storage.stop()
