"""Transactions of eight schools over four connections never see each other's rows (SPEC P3)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import asyncpg
import pytest

from samspill_kit.db import Database
from samspill_kit.ids import SchoolId
from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_kit.testing.postgres import PostgresServer
from tests.isolation.catalogue import migrations_of
from tests.isolation.transactions import CONNECTIONS, interleave, leftovers, per_session

DRAW = 2_000


@dataclass
class EightSchools:
    database: Database
    schools: list[SchoolId]


@pytest.fixture
async def eight(
    postgres: PostgresServer, migrated_database: MigratedDatabase
) -> AsyncIterator[EightSchools]:
    urls = await migrated_database("reports", migrations_of("reports"))
    schools = [SchoolId(uuid4()) for _ in range(8)]
    superuser = await asyncpg.connect(postgres.superuser_url(urls.app.rpartition("/")[2]))
    for school in schools:
        await superuser.execute(
            "INSERT INTO survey_locks SELECT $1, gen_random_uuid(), now()"
            " FROM generate_series(1, 3)",
            school.value,
        )
    await superuser.close()
    database = Database(urls.app, connections=CONNECTIONS)
    await database.start()
    yield EightSchools(database, schools)
    await database.stop()


async def test_interleaved_and_cancelled_transactions_see_their_own_school_alone(
    eight: EightSchools,
) -> None:
    found = await interleave(eight.database, eight.schools, DRAW)
    assert found.transactions == DRAW
    assert found.cancelled > DRAW // 50
    assert found.failed > DRAW // 200
    assert found.failed < DRAW // 10
    assert (found.leaks, found.blind) == (0, 0)
    assert await leftovers(eight.database) == 0


async def test_a_scope_that_outlives_its_transaction_is_noticed(eight: EightSchools) -> None:
    found = await interleave(eight.database, eight.schools, 400, transaction=per_session)
    assert found.leaks > 0
    assert await leftovers(eight.database) > 0
