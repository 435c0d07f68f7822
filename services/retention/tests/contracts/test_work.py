"""The suite of Work on the fake, on PostgreSQL, and on a PostgreSQL that is set up wrong."""

from datetime import UTC, datetime, time

import asyncpg
import pytest

from samspill_kit.testing.clocks import SetClock
from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_retention.bootstrap import MIGRATIONS
from samspill_retention.domain.ports import Agenda, Begin
from services.retention.tests.contracts.work_port import WorkContract
from services.retention.tests.fakes import FakeStorage
from services.retention.tests.sample import LAST_DAY
from services.retention.tests.storage import Storage

LAST_MORNING = datetime.combine(LAST_DAY, time(8), tzinfo=UTC)


class TestFakeWork(WorkContract):
    @pytest.fixture
    def kept(self) -> FakeStorage:
        return FakeStorage(SetClock(LAST_MORNING))

    @pytest.fixture
    def begin(self, kept: FakeStorage) -> Begin:
        return kept.begin

    @pytest.fixture
    def agenda(self, kept: FakeStorage) -> Agenda:
        return kept


class TestSqlWork(WorkContract):
    @pytest.fixture
    def begin(self, storage: Storage) -> Begin:
        return storage.begin

    @pytest.fixture
    def agenda(self, storage: Storage) -> Agenda:
        return storage.agenda(SetClock(LAST_MORNING))


LEAKS = {
    "lifetimes": "test_what_was_registered_is_found_in_its_school_alone",
    "deletions": "test_a_deletion_is_found_in_its_school_alone",
}


@pytest.mark.parametrize("table", LEAKS)
async def test_the_suite_notices_a_table_without_row_level_security(
    migrated_database: MigratedDatabase, table: str
) -> None:
    """The control: without the database's own barrier another school's rows are seen (SPEC P3)."""
    urls = await migrated_database("retention", MIGRATIONS)
    owner = await asyncpg.connect(urls.owner)  # type: ignore[no-untyped-call]
    await owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    await owner.close()
    leaky = Storage(urls)
    await leaky.start()
    try:
        with pytest.raises(AssertionError):
            await getattr(WorkContract(), LEAKS[table])(leaky.begin)
    finally:
        await leaky.stop()
