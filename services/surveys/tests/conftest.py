"""What every test of the surveys service may ask for."""

import io
from collections.abc import AsyncIterator

import pytest

from samspill_kit import logging
from samspill_kit.db import Database
from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_kit.testing.postgres import ServiceUrls
from samspill_surveys.bootstrap import MIGRATIONS
from samspill_surveys.domain.bank import CatalogueBank
from services.surveys.tests.fake_service import FakeService
from services.surveys.tests.sql_storage import SqlStorage


@pytest.fixture(scope="session", autouse=True)
def logs() -> io.StringIO:
    """What the service writes, as JSON; drawing stack traces in colour takes a second each."""
    written = io.StringIO()
    logging.configure("surveys", stream=written)
    return written


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def catalogue_service() -> FakeService:
    """The same with the real question bank."""
    return FakeService(CatalogueBank())


@pytest.fixture(scope="session")
async def database_urls(migrated_database: MigratedDatabase) -> ServiceUrls:
    """A fresh database with the service's schema."""
    return await migrated_database("surveys", MIGRATIONS)


@pytest.fixture(scope="session")
async def sql_storage(database_urls: ServiceUrls) -> AsyncIterator[SqlStorage]:
    """The storage over that database."""
    storage = SqlStorage(
        Database(database_urls.app, migrations=MIGRATIONS), Database(database_urls.jobs)
    )
    await storage.app.start()
    yield storage
    await storage.app.stop()
    await storage.jobs.stop()
