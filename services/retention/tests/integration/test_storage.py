"""What the database itself refuses (SPEC P3, T7)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest
import sqlalchemy as sa

from samspill_kit.clock import ClockGuard
from samspill_kit.db import ClockRecords
from samspill_kit.testing.clocks import SetClock
from samspill_retention.timers import DeadlineTimer
from samspill_retention.usecases.begin_due_deletions import BeginDueDeletions
from services.retention.tests.contracts.work_port import asked, registered, saved
from services.retention.tests.sample import LAST_DAY, NOW, School
from services.retention.tests.storage import Storage

TABLES = ("lifetimes", "deletions")


async def fill(storage: Storage) -> School:
    school = await registered(storage.begin, School())
    await saved(storage.begin, asked(school))
    return school


@pytest.mark.parametrize("table", TABLES)
async def test_without_a_school_in_scope_no_row_is_seen(storage: Storage, table: str) -> None:
    school = await fill(storage)
    count = sa.text(f"SELECT count(*) FROM {table}")
    async with storage.app.scope([]) as session:
        assert await session.scalar(count) == 0
    async with storage.app.scope([School().id]) as session:
        assert await session.scalar(count) == 0
    async with storage.app.scope([school.id]) as session:
        assert await session.scalar(count) == 1


@pytest.mark.parametrize("table", TABLES)
async def test_no_row_is_moved_to_another_school(storage: Storage, table: str) -> None:
    school = await fill(storage)
    move = sa.text(f"UPDATE {table} SET school_id = :other")
    with pytest.raises(sa.exc.DBAPIError, match="row-level security"):
        async with storage.app.transaction([school.id]) as session:
            await session.execute(move, {"other": uuid4()})


async def test_the_app_role_removes_no_deletion(storage: Storage) -> None:
    """A receipt stays (SPEC T4)."""
    school = await fill(storage)
    with pytest.raises(sa.exc.DBAPIError, match="permission denied"):
        async with storage.app.transaction([school.id]) as session:
            await session.execute(sa.text("DELETE FROM deletions"))


@pytest.mark.parametrize(
    "column",
    ["created_by FROM lifetimes", "asked_by FROM deletions", "receipt_jws FROM deletions"],
)
async def test_the_jobs_role_reads_ids_and_dates_alone(storage: Storage, column: str) -> None:
    await fill(storage)
    with pytest.raises(sa.exc.DBAPIError, match="permission denied"):
        async with storage.jobs.transaction() as session:
            await session.execute(sa.text(f"SELECT {column}"))


@pytest.mark.parametrize(
    "statement", ["DELETE FROM lifetimes", "UPDATE deletions SET at_once = true"]
)
async def test_the_jobs_role_changes_nothing(storage: Storage, statement: str) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="permission denied"):
        async with storage.jobs.transaction() as session:
            await session.execute(sa.text(statement))


async def test_the_database_too_refuses_a_day_past_the_ceiling(storage: Storage) -> None:
    """SPEC T1."""
    school = await fill(storage)
    with pytest.raises(sa.exc.IntegrityError, match="ck_lifetimes_delete_on"):
        async with storage.app.transaction([school.id]) as session:
            await session.execute(sa.text("UPDATE lifetimes SET delete_on = ceiling_on + 1"))


async def test_row_level_security_holds_for_the_owner_too(storage: Storage) -> None:
    await fill(storage)
    owner = await asyncpg.connect(storage.urls.owner)  # type: ignore[no-untyped-call]
    try:
        for table in TABLES:
            assert await owner.fetchval(f"SELECT count(*) FROM {table}") == 0
    finally:
        await owner.close()


class Deadline:
    """The deadline's timer over a wall clock and ticks that tests move apart."""

    def __init__(self, storage: Storage, start: datetime) -> None:
        self.wall = SetClock(start)
        self.ticks = SetClock()
        agenda = storage.agenda(self.wall)
        due = BeginDueDeletions(storage.begin, agenda, self.wall)
        guard = ClockGuard(self.wall, self.ticks.seconds)
        records = ClockRecords(storage.jobs, f"deadline-{uuid4()}")
        self.timer = DeadlineTimer(due, guard, records, timedelta(minutes=10))

    async def tick_after(self, by: timedelta) -> None:
        self.wall.advance(by)
        self.ticks.advance(by)
        await self.timer.tick()


async def has_deletion(storage: Storage, school: School) -> bool:
    async with storage.begin(school.id) as work:
        return await work.deletions.find(school.survey_id) is not None


async def test_a_clock_that_jumps_begins_no_deletion_until_it_was_steady(storage: Storage) -> None:
    """SPEC T7: four years forward in a moment is no reason to delete anything."""
    school = await registered(storage.begin, School())
    deadline = Deadline(storage, NOW)
    await deadline.tick_after(timedelta())
    deadline.wall.advance(timedelta(days=4 * 366))
    await deadline.tick_after(timedelta(minutes=10))
    assert not await has_deletion(storage, school)
    for _ in range(71):
        await deadline.tick_after(timedelta(hours=1))
    assert not await has_deletion(storage, school)
    await deadline.tick_after(timedelta(hours=2))
    assert await has_deletion(storage, school)


async def test_a_steady_clock_begins_it_on_the_last_day(storage: Storage) -> None:
    """The control: the same survey with a clock that did not jump."""
    school = await registered(storage.begin, School())
    deadline = Deadline(storage, datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, tzinfo=UTC))
    await deadline.tick_after(timedelta())
    assert await has_deletion(storage, school)
