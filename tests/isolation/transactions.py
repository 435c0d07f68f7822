"""Transactions of many schools over few connections, many of them cut off in the middle."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from samspill_kit.db import Database, UnitOfWork
from samspill_kit.errors import DomainError
from samspill_kit.ids import SchoolId

CONNECTIONS: Final = 4
WORKERS: Final = 8
_SEEN: Final = sa.text("SELECT DISTINCT school_id FROM survey_locks")
_TOUCHED: Final = sa.text("UPDATE survey_locks SET locked_at = now() RETURNING school_id")
_FAILS: Final = sa.text("SELECT 1 / 0")
_LASTS: Final = sa.text("SELECT pg_sleep(0.05)")


@dataclass
class Interleaved:
    """How the transactions ended; a leak is one that saw a row of another school."""

    transactions: int = 0
    cancelled: int = 0
    failed: int = 0
    blind: int = 0
    leaks: int = 0


Transaction = Callable[[Database, SchoolId, random.Random], Awaitable[set[UUID]]]


async def interleave(
    database: Database,
    schools: list[SchoolId],
    size: int,
    *,
    seed: int = 8,
    transaction: Transaction | None = None,
) -> Interleaved:
    """Run `size` transactions, some cancelled at a random moment, some failing or timing out."""
    found, chance = Interleaved(), random.Random(seed)
    await asyncio.gather(
        *(
            _worker(database, schools, size // WORKERS, found, chance, transaction or one)
            for _ in range(WORKERS)
        )
    )
    return found


async def leftovers(database: Database) -> int:
    """Return how many of the pool's connections still name a school, or show rows without one."""
    opened = [await database.engine.connect() for _ in range(CONNECTIONS)]
    try:
        left = 0
        for connection in opened:
            scope = await connection.scalar(
                sa.text("SELECT current_setting('app.school_ids', true)")
            )
            left += bool(scope) or (await connection.execute(_SEEN)).first() is not None
        return left
    finally:
        for connection in opened:
            await connection.close()


async def one(database: Database, school: SchoolId, chance: random.Random) -> set[UUID]:
    """Read or write through one of the kit's three doors; return the schools that were seen."""
    door = chance.randrange(4)
    if door == 0:
        async with database.scope([school]) as session:
            return await _looked(session, chance)
    if door == 1:
        async with database.transaction([school]) as session:
            return {row[0] for row in await session.execute(_TOUCHED)}
    async with UnitOfWork(database, school) as work:
        seen = await _looked(work.session, chance)
        if door == 2:
            await work.session.execute(_TOUCHED)
            await work.session.commit()
    return seen


async def per_session(database: Database, school: SchoolId, chance: random.Random) -> set[UUID]:
    """The mistake that the proof must notice: half of the scopes are set for the connection."""
    async with database.engine.connect() as connection:
        if chance.random() < 0.5:
            await connection.execute(
                sa.text("SELECT set_config('app.school_ids', :school, false)"),
                {"school": str(school)},
            )
            await connection.commit()
        return {row[0] for row in await connection.execute(_SEEN)}


async def _looked(session: sa.ext.asyncio.AsyncSession, chance: random.Random) -> set[UUID]:
    seen = {row[0] for row in await session.execute(_SEEN)}
    fate = chance.random()
    if fate < 0.02:
        await session.execute(_FAILS)
    if fate > 0.99:
        async with asyncio.timeout(0.01):
            await session.execute(_LASTS)
    return seen


async def _worker(
    database: Database,
    schools: list[SchoolId],
    count: int,
    found: Interleaved,
    chance: random.Random,
    transaction: Transaction,
) -> None:
    for _ in range(count):
        school = chance.choice(schools)
        task = asyncio.ensure_future(transaction(database, school, chance))
        if chance.random() < 0.15:
            asyncio.get_running_loop().call_later(chance.random() * 0.008, task.cancel)
        found.transactions += 1
        try:
            seen = await task
        except asyncio.CancelledError:
            found.cancelled += 1
        except (DomainError, sa.exc.DBAPIError, TimeoutError):
            found.failed += 1
        else:
            found.leaks += bool(seen - {school.value})
            found.blind += school.value not in seen
