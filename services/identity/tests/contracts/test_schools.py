"""The fake and PostgreSQL keep the same promises about schools."""

from collections.abc import AsyncIterator

import pytest

from samspill_identity.bootstrap import MIGRATIONS
from samspill_identity.storage.schools import SqlSchools
from samspill_kit.db import Database
from samspill_kit.testing.fixtures import MigratedDatabase
from services.identity.tests.contracts.schools_port import SchoolsContract
from services.identity.tests.fakes import HAUG, KOMMUNE, TUN, FakeSchools


class TestFakeSchools(SchoolsContract):
    @pytest.fixture
    def schools(self) -> FakeSchools:
        return FakeSchools()


class TestSqlSchools(SchoolsContract):
    @pytest.fixture
    async def schools(self, migrated_database: MigratedDatabase) -> AsyncIterator[SqlSchools]:
        urls = await migrated_database("identity", MIGRATIONS)
        database = Database(urls.app)
        schools = SqlSchools(database)
        await schools.open(KOMMUNE, [HAUG, TUN])
        yield schools
        await database.stop()
