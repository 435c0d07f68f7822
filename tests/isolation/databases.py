"""The database alone, transactions over few connections, and the application alone, at full size."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

import asyncpg

from samspill_kit.db import Database
from samspill_kit.db.migrate import upgrade
from samspill_kit.ids import SchoolId
from samspill_kit.testing.postgres import PostgresServer, ServiceUrls
from tests.isolation.catalogue import SERVICES, find_gaps, migrations_of, tenant_tables
from tests.isolation.rls import fill, probe, two_schools
from tests.isolation.transactions import CONNECTIONS, interleave, leftovers
from tests.isolation.world import BACKENDS, World

TRANSACTIONS: Final = 100_000
SCHOOLS: Final = 8


async def run(_installation: object, _world: object) -> dict[str, int]:
    """Probe every service's database and interleave transactions, on a server of its own."""
    with tempfile.TemporaryDirectory(prefix="samspill-postgres-") as folder:
        Path(folder).chmod(0o711)  # noqa: ASYNC240 - Before anything else runs.
        server = PostgresServer(Path(folder) / "server", durable=False)
        server.start()
        try:
            return await _run(server)
        finally:
            server.stop()


async def _run(server: PostgresServer) -> dict[str, int]:
    leaks = 0
    for service in SERVICES:
        urls = await _migrated(server, service)
        superuser = await asyncpg.connect(server.superuser_url(urls.app.rpartition("/")[2]))
        app = await asyncpg.connect(urls.app)
        gaps = await find_gaps(superuser, service)
        mine, other = two_schools()
        found = await probe(app, superuser, await fill(superuser, [mine, other]), mine, other)
        print(
            f"{service}: gaps in the catalogue {len(gaps)}, statements without a condition "
            f"{found.attempts}, leaks {found.leaks}",
            flush=True,
        )
        leaks += len(gaps) + found.leaks
        await app.close()
        await superuser.close()
    return {"leaks": leaks + await _interleaved(server), "transactions": TRANSACTIONS}


async def _interleaved(server: PostgresServer) -> int:
    urls = await _migrated(server, "reports")
    schools = [SchoolId(uuid4()) for _ in range(SCHOOLS)]
    superuser = await asyncpg.connect(server.superuser_url(urls.app.rpartition("/")[2]))
    for school in schools:
        await superuser.execute(
            "INSERT INTO survey_locks SELECT $1, gen_random_uuid(), now()"
            " FROM generate_series(1, 3)",
            school.value,
        )
    await superuser.close()
    database = Database(urls.app, connections=CONNECTIONS)
    await database.start()
    found = await interleave(database, schools, TRANSACTIONS)
    left = await leftovers(database)
    await database.stop()
    print(
        f"transactions {found.transactions}, cancelled {found.cancelled}, failed {found.failed}, "
        f"leaks {found.leaks}, settings left over {left}",
        flush=True,
    )
    return found.leaks + left


async def _migrated(server: PostgresServer, service: str) -> ServiceUrls:
    urls = await server.create_database(service, database=f"{service}_{uuid4().hex[:8]}")
    await upgrade(urls.owner, migrations_of(service))
    return urls


@asynccontextmanager
async def row_security_off(world: World) -> AsyncIterator[None]:
    """Let the application stand alone: the running system's databases keep nothing apart."""
    await _row_security(world, on=False)
    try:
        yield
    finally:
        await _row_security(world, on=True)


async def _row_security(world: World, *, on: bool) -> None:
    for service in BACKENDS:
        connection = await asyncpg.connect(**world.postgres, database=service)  # type: ignore[no-untyped-call]
        try:
            for table in await tenant_tables(connection):
                first, second = ("ENABLE", "FORCE") if on else ("NO FORCE", "DISABLE")
                for word in (first, second):
                    await connection.execute(f"ALTER TABLE {table} {word} ROW LEVEL SECURITY")
        finally:
            await connection.close()
