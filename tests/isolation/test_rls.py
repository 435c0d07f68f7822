"""The database alone keeps schools apart: no statement needs a condition of its own (SPEC P3)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_kit.testing.postgres import PostgresServer
from tests.isolation.catalogue import SERVICES, migrations_of
from tests.isolation.rls import fill, probe, two_schools


@asynccontextmanager
async def connections(
    postgres: PostgresServer, make: MigratedDatabase, service: str
) -> AsyncIterator[tuple[Any, Any]]:
    urls = await make(service, migrations_of(service))
    superuser = await asyncpg.connect(postgres.superuser_url(urls.app.rpartition("/")[2]))
    app = await asyncpg.connect(urls.app)
    try:
        yield app, superuser
    finally:
        await app.close()
        await superuser.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_statements_without_a_condition_reach_no_other_school(
    postgres: PostgresServer, migrated_database: MigratedDatabase, service: str
) -> None:
    async with connections(postgres, migrated_database, service) as (app, superuser):
        mine, other = two_schools()
        tables = await fill(superuser, [mine, other])
        found = await probe(app, superuser, tables, mine, other)
        assert found.attempts == len(tables) * 5 * 8
        assert found.own >= len(tables) * 3
        assert found.leaks == 0


async def test_the_same_statements_leak_where_row_security_is_off(
    postgres: PostgresServer, migrated_database: MigratedDatabase
) -> None:
    async with connections(postgres, migrated_database, "surveys") as (app, superuser):
        mine, other = two_schools()
        tables = await fill(superuser, [mine, other])
        await superuser.execute("ALTER TABLE survey_participants DISABLE ROW LEVEL SECURITY")
        assert (await probe(app, superuser, tables, mine, other)).leaks > 0
