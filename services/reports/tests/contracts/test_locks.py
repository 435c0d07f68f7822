"""The suite of Locks on the fake, on PostgreSQL, and on a PostgreSQL that is set up wrong."""

from datetime import datetime

import asyncpg
import pytest

from samspill_kit.db import Database
from samspill_kit.ids import SchoolId, SurveyId
from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_reports.bootstrap import MIGRATIONS
from samspill_reports.domain.ports import Locks
from samspill_reports.storage.locks import SqlLocks
from services.reports.tests.contracts.locks_port import LocksContract
from services.reports.tests.fakes import FakeLocks


class TestFakeLocks(LocksContract):
    @pytest.fixture
    def locks(self) -> Locks:
        return FakeLocks()


class TestSqlLocks(LocksContract):
    @pytest.fixture
    def locks(self, database: Database) -> Locks:
        return SqlLocks(database)


class WithoutTombstone(FakeLocks):
    async def mark_erased(self, school_id: SchoolId, survey_id: SurveyId, *, at: datetime) -> None:
        self.locked.add((school_id, survey_id))


async def test_the_suite_notices_a_tombstone_that_can_be_unlocked() -> None:
    """The control."""
    with pytest.raises(AssertionError):
        await LocksContract().test_what_is_erased_stays_locked_whatever_comes_later(
            WithoutTombstone()
        )


async def test_the_suite_notices_a_table_without_row_level_security(
    migrated_database: MigratedDatabase,
) -> None:
    """The control: without the database's own barrier another school's lock is seen (SPEC P3)."""
    urls = await migrated_database("reports", MIGRATIONS)
    owner = await asyncpg.connect(urls.owner)  # type: ignore[no-untyped-call]
    await owner.execute("ALTER TABLE survey_locks DISABLE ROW LEVEL SECURITY")
    await owner.close()
    leaky = Database(urls.app, migrations=MIGRATIONS)
    await leaky.start()
    try:
        with pytest.raises(AssertionError):
            await LocksContract().test_another_school_sees_no_lock(SqlLocks(leaky))
    finally:
        await leaky.stop()
