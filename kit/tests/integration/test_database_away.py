"""A database that goes away and comes back (SPEC R3)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from samspill_kit.clock import ClockGuard
from samspill_kit.db import (
    ClockRecords,
    Database,
    DatabaseUnavailable,
    FastDatabase,
    UnitOfWork,
    upgrade,
)
from samspill_kit.ids import SchoolId
from samspill_kit.testing.clocks import SetClock
from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_kit.testing.postgres import PostgresServer

MIGRATIONS = Path(__file__).parent / "sample_migrations"
SCHOOL = SchoolId(uuid4())


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PostgresServer]:
    folder = tmp_path_factory.mktemp("own-postgres")
    for each in (folder, folder.parent, folder.parents[1]):
        each.chmod(0o711)
    server = PostgresServer(folder)
    server.start()
    yield server
    server.stop()


async def test_every_door_says_unavailable_and_opens_again(server: PostgresServer) -> None:
    urls = await server.create_database("sample")
    await upgrade(urls.owner, MIGRATIONS)
    database, fast = Database(urls.app, migrations=MIGRATIONS), FastDatabase(urls.app)
    await database.start()
    await fast.start()
    doors: list[Callable[[], Awaitable[object]]] = [
        lambda: work_in(database),
        lambda: read_in(database),
        lambda: fast.fetchrow("SELECT 1"),
    ]
    for door in doors:
        await door()
    server.kill()
    for door in doors * 3:
        with pytest.raises(DatabaseUnavailable):
            await door()
    assert not await database.answers()
    server.start()
    for door in doors:
        await once_more(door)
    assert await database.answers()
    await fast.stop()
    await database.stop()


async def once_more(door: Callable[[], Awaitable[object]]) -> None:
    """A pool may hold one more connection of the killed server."""
    try:
        await door()
    except DatabaseUnavailable:
        await door()


async def work_in(database: Database) -> None:
    async with UnitOfWork(database, SCHOOL) as work:
        await work.session.execute(sa.text("SELECT 1"))
        await work.commit()


async def read_in(database: Database) -> None:
    async with database.scope([SCHOOL]) as session:
        await session.execute(sa.text("SELECT 1"))


async def test_a_timer_remembers_a_distrusted_clock_over_a_restart(
    migrated_database: MigratedDatabase,
) -> None:
    urls = await migrated_database("sample", MIGRATIONS)
    jobs = Database(urls.jobs)
    clock = SetClock()
    records = ClockRecords(jobs, "erasure")
    assert await records.may_run(ClockGuard(clock, lambda: 0.0))
    clock._now = clock.now().replace(year=2030)
    assert not await records.may_run(ClockGuard(clock, lambda: 0.0))
    assert not await records.may_run(ClockGuard(clock, lambda: 0.0))
    await jobs.stop()


async def test_a_fast_statement_leaves_no_scope_behind(migrated_database: MigratedDatabase) -> None:
    urls = await migrated_database("sample", MIGRATIONS)
    fast = FastDatabase(urls.app, size=1)
    await fast.start()
    await fast.fetchrow("SELECT set_config('app.school_ids', $1, true)", str(SCHOOL))
    left = await fast.fetchrow("SELECT current_setting('app.school_ids', true) AS scope")
    assert left is not None
    assert left["scope"] == ""
    await fast.stop()
