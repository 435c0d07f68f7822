"""Row-level security by the transaction's scope (SPEC P3), on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from samspill_kit.db import Database, DatabaseBusy, SchemaBehind, UnitOfWork, upgrade
from samspill_kit.ids import SchoolId
from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_kit.testing.postgres import PostgresServer, ServiceUrls

MIGRATIONS = Path(__file__).parent / "sample_migrations"
OURS, THEIRS = SchoolId(uuid4()), SchoolId(uuid4())
INSERT = sa.text("INSERT INTO notes VALUES (:school_id, :note_id, 'words', :delete_on)")
COUNT = sa.text("SELECT count(*) FROM notes")


@pytest.fixture(scope="module")
async def urls(migrated_database: MigratedDatabase) -> ServiceUrls:
    return await migrated_database("sample", MIGRATIONS)


@pytest.fixture(scope="module")
async def database(urls: ServiceUrls) -> AsyncIterator[Database]:
    database = Database(urls.app, connections=2, migrations=MIGRATIONS)
    await database.start()
    yield database
    await database.stop()


async def write_note(database: Database, school_id: SchoolId, *, as_school: SchoolId) -> None:
    async with UnitOfWork(database, as_school) as work:
        await work.session.execute(
            INSERT, {"school_id": school_id.value, "note_id": uuid4(), "delete_on": None}
        )
        await work.commit()


async def test_a_school_sees_its_own_rows_alone(database: Database) -> None:
    await write_note(database, THEIRS, as_school=THEIRS)
    async with database.scope([OURS]) as session:
        assert await session.scalar(COUNT) == 0
    async with database.scope([THEIRS]) as session:
        assert await session.scalar(COUNT) == 1
    async with database.scope([OURS, THEIRS]) as session:
        assert await session.scalar(COUNT) == 1


async def test_a_row_of_another_school_cannot_be_written(database: Database) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        await write_note(database, THEIRS, as_school=OURS)


async def test_a_connection_keeps_no_scope_of_the_transaction_before(urls: ServiceUrls) -> None:
    connection = await asyncpg.connect(urls.app)
    async with connection.transaction():
        await connection.execute("SELECT set_config('app.school_ids', $1, true)", str(THEIRS))
    assert await connection.fetchval("SELECT current_setting('app.school_ids', true)") == ""
    assert await connection.fetchval("SELECT count(*) FROM notes") == 0
    await connection.close()


async def test_a_scope_reads_only(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="read-only"):
        async with database.scope([OURS]) as session:
            await session.execute(
                INSERT, {"school_id": OURS.value, "note_id": uuid4(), "delete_on": None}
            )


async def test_what_is_not_committed_is_gone(database: Database) -> None:
    school_id = SchoolId(uuid4())
    async with UnitOfWork(database, school_id) as work:
        await work.session.execute(
            INSERT, {"school_id": school_id.value, "note_id": uuid4(), "delete_on": None}
        )
    async with database.scope([school_id]) as session:
        assert await session.scalar(COUNT) == 0


async def test_the_jobs_role_reads_ids_and_dates_of_every_school_but_no_words(
    urls: ServiceUrls, database: Database
) -> None:
    await write_note(database, OURS, as_school=OURS)
    connection = await asyncpg.connect(urls.jobs)
    assert await connection.fetchval("SELECT count(school_id) FROM notes") >= 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("SELECT content FROM notes")
    assert await connection.execute("DELETE FROM notes") == "DELETE 0"
    await connection.close()


async def test_the_owner_sees_nothing(urls: ServiceUrls, database: Database) -> None:
    await write_note(database, OURS, as_school=OURS)
    connection = await asyncpg.connect(urls.owner)
    assert await connection.fetchval("SELECT count(*) FROM notes") == 0
    await connection.close()


async def test_a_lock_that_is_not_given_in_time_is_busy(database: Database) -> None:
    await write_note(database, OURS, as_school=OURS)
    async with UnitOfWork(database, OURS) as holder:
        await hold_row(holder)
        with pytest.raises(DatabaseBusy):
            await wait_for_row(database)


async def hold_row(work: UnitOfWork) -> None:
    statement = sa.text("SELECT 1 FROM notes WHERE school_id = :school_id FOR UPDATE")
    await work.session.execute(statement, {"school_id": work.school_id.value})


async def wait_for_row(database: Database) -> None:
    async with UnitOfWork(database, OURS) as waiter:
        await waiter.session.execute(sa.text("SET LOCAL lock_timeout = '50ms'"))
        await hold_row(waiter)


async def test_two_migrations_at_a_time_wait_for_each_other(postgres: PostgresServer) -> None:
    urls = await postgres.create_database("sample", database=f"sample_{uuid4().hex[:8]}")
    await asyncio.gather(*(upgrade(urls.owner, MIGRATIONS) for _ in range(3)))
    await upgrade(urls.owner, MIGRATIONS)


async def test_a_service_refuses_a_schema_that_is_behind(postgres: PostgresServer) -> None:
    urls = await postgres.create_database("sample", database=f"sample_{uuid4().hex[:8]}")
    database = Database(urls.app, migrations=MIGRATIONS)
    with pytest.raises(SchemaBehind):
        await database.start()
    await database.stop()
