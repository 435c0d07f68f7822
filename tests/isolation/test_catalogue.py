"""The catalogue of every service's database shows no way from one school to another."""

from __future__ import annotations

import asyncpg
import pytest

from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_kit.testing.postgres import PostgresServer
from tests.isolation.catalogue import SERVICES, find_gaps, migrations_of, tenant_tables


@pytest.mark.parametrize("service", SERVICES)
async def test_no_database_has_a_gap(
    postgres: PostgresServer, migrated_database: MigratedDatabase, service: str
) -> None:
    urls = await migrated_database(service, migrations_of(service))
    connection = await asyncpg.connect(postgres.superuser_url(urls.app.rpartition("/")[2]))
    try:
        assert await tenant_tables(connection)
        assert await find_gaps(connection, service) == []
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("ALTER TABLE survey_locks NO FORCE ROW LEVEL SECURITY", "row security is not forced"),
        ("ALTER TABLE survey_locks DISABLE ROW LEVEL SECURITY", "row security is not forced"),
        ("DROP POLICY tenant ON survey_locks", "without a policy"),
        ("ALTER TABLE survey_locks OWNER TO reports_app", "owned by reports_app"),
        ("CREATE UNIQUE INDEX short ON survey_locks (survey_id)", "lacks school_id"),
        ("CREATE TABLE scratch (id uuid)", "has no school_id"),
        ("CREATE VIEW everything AS SELECT * FROM survey_locks", "escapes the policies"),
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
            "owner's rights",
        ),
        ("ALTER ROLE reports_app BYPASSRLS", "may too much"),
        ("ALTER ROLE reports_jobs CREATEROLE", "may too much"),
    ],
)
async def test_each_kind_of_gap_is_found(
    postgres: PostgresServer, migrated_database: MigratedDatabase, damage: str, told: str
) -> None:
    urls = await migrated_database("reports", migrations_of("reports"))
    connection = await asyncpg.connect(postgres.superuser_url(urls.app.rpartition("/")[2]))
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(damage)
        assert any(told in gap for gap in await find_gaps(connection, "reports"))
    finally:
        await transaction.rollback()
        await connection.close()
