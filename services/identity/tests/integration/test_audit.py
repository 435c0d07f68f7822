"""Whoever owns the tables can change the chain, but not without the leader seeing it (SPEC I8)."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from samspill.identity.v1 import access_pb2
from samspill_kit.testing.postgres import PostgresServer, ServiceUrls
from services.identity.tests.integration.running import HAUG, Member, RunningService, school

SCHOOL = school(HAUG).id.value
Rows = list[dict[str, Any]]


def edited(rows: Rows) -> Rows:
    return [*rows[:-3], {**rows[-3], "purpose": "sociogram"}, *rows[-2:]]


def deleted(rows: Rows) -> Rows:
    return [*rows[:-3], *rows[-2:]]


def inserted(rows: Rows) -> Rows:
    moved = [{**row, "sequence": row["sequence"] + 1} for row in rows[-2:]]
    forged = {**rows[-3], "sequence": rows[-3]["sequence"] + 1, "entry_id": uuid4()}
    return [*rows[:-2], forged, *moved]


def reordered(rows: Rows) -> Rows:
    first, second = rows[-3], rows[-2]
    return [
        *rows[:-3],
        {**second, "sequence": first["sequence"]},
        {**first, "sequence": second["sequence"]},
        rows[-1],
    ]


def cut(rows: Rows) -> Rows:
    return rows[:-2]


def untouched(rows: Rows) -> Rows:
    return rows


async def rows_of(connection: Any) -> Rows:
    found = await connection.fetch(
        "select * from audit_entries where school_id = $1 order by sequence", SCHOOL
    )
    return [dict(row) for row in found]


async def replace(connection: Any, rows: Rows) -> None:
    async with connection.transaction():
        await connection.execute("delete from audit_entries where school_id = $1", SCHOOL)
        for row in rows:
            places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
            await connection.execute(f"insert into audit_entries values ({places})", *row.values())


@pytest.fixture
async def superuser(postgres: PostgresServer, database_urls: ServiceUrls) -> AsyncIterator[Any]:
    name = database_urls.app.rpartition("/")[2]
    connection = await asyncpg.connect(postgres.superuser_url(name))
    yield connection
    await connection.close()


@pytest.mark.parametrize(
    ("change", "broken_by"),
    [
        (untouched, ""),
        (edited, "entry_changed"),
        (deleted, "entry_missing"),
        (inserted, "entry_changed"),
        (reordered, "entry_changed"),
        (cut, "tail_cut"),
    ],
)
async def test_every_change_of_the_chain_is_told(
    running: RunningService, superuser: Any, change: Callable[[Rows], Rows], broken_by: str
) -> None:
    leader: Member = await running.leader(orgnr=HAUG)
    for _ in range(6):
        await leader.grants(leader.staff_id)
    whole = await rows_of(superuser)
    await replace(superuser, change(whole))
    try:
        request = access_pb2.ListAuditEntriesRequest(limit=10)
        found = await leader.asks(running.access.ListAuditEntries, request)
    finally:
        await replace(superuser, whole)
    assert (found.broken_by, found.is_unbroken) == (broken_by, not broken_by)
