"""The suite of Work on the fake, on PostgreSQL, and on a PostgreSQL that is set up wrong."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time

import asyncpg
import pytest
import sqlalchemy as sa

from samspill_kit.ids import SurveyId
from samspill_kit.testing.clocks import SetClock
from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_retention.bootstrap import MIGRATIONS
from samspill_retention.domain.ports import Agenda, Begin
from samspill_retention.storage.deletions import SqlDeletions
from samspill_retention.storage.lifetimes import SqlLifetimes
from samspill_retention.storage.tables import lifetimes
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


SCHOOLS_APART = {
    "lifetimes": "test_what_was_registered_is_found_in_its_school_alone",
    "deletions": "test_a_deletion_is_found_in_its_school_alone",
}


@pytest.fixture(params=SCHOOLS_APART)
def table(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application forgets which school it works for."""

    def any_school(_self: object, survey_id: SurveyId) -> tuple[sa.ColumnElement[bool], ...]:
        return (lifetimes.c.survey_id == survey_id.value,)

    monkeypatch.setattr(SqlLifetimes, "_is", any_school)
    monkeypatch.setattr(SqlDeletions, "_here", lambda _self: sa.true())


@pytest.fixture
async def no_row_security(
    migrated_database: MigratedDatabase, table: str
) -> AsyncIterator[Storage]:
    """The database forgets its own barrier for one table."""
    urls = await migrated_database("retention", MIGRATIONS)
    owner = await asyncpg.connect(urls.owner)  # type: ignore[no-untyped-call]
    await owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    await owner.close()
    storage = Storage(urls)
    await storage.start()
    yield storage
    await storage.stop()


async def test_the_application_alone_keeps_schools_apart(
    no_row_security: Storage, table: str
) -> None:
    await getattr(WorkContract(), SCHOOLS_APART[table])(no_row_security.begin)


@pytest.mark.usefixtures("no_filter")
async def test_row_level_security_alone_keeps_schools_apart(storage: Storage, table: str) -> None:
    await getattr(WorkContract(), SCHOOLS_APART[table])(storage.begin)


@pytest.mark.usefixtures("no_filter")
async def test_the_suite_notices_when_both_are_gone(no_row_security: Storage, table: str) -> None:
    """The control: with neither barrier another school's rows are seen (SPEC P3)."""
    with pytest.raises(AssertionError):
        await getattr(WorkContract(), SCHOOLS_APART[table])(no_row_security.begin)
