"""The database alone keeps schools apart, names sealed, the chain whole, and time limits."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import sqlalchemy as sa

from samspill.identity.v1 import access_pb2
from samspill_identity.storage import tables
from samspill_identity.storage.erasures import SqlOverdueSurveys
from samspill_identity.storage.stale import SqlStaleRows
from samspill_identity.storage.unit_of_work import IdentityUnitOfWork
from samspill_kit.db import Database
from samspill_kit.ids import SurveyId
from samspill_kit.testing.postgres import PostgresServer, ServiceUrls
from services.identity.tests.integration.running import HAUG, TUN, RunningService, school


@pytest.fixture
async def superuser(postgres: PostgresServer, database_urls: ServiceUrls) -> AsyncIterator[Any]:
    """A role that no policy binds; for assertions and for tampering."""
    name = database_urls.app.rpartition("/")[2]
    connection = await asyncpg.connect(postgres.superuser_url(name))
    yield connection
    await connection.close()


async def test_every_tenant_table_has_forced_security_and_the_school_in_its_key(
    superuser: Any,
) -> None:
    found = await superuser.fetch(
        """
        select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as is_forced,
            exists (select from pg_index i join pg_attribute a on a.attrelid = c.oid
                and a.attnum = any (i.indkey) where i.indrelid = c.oid and i.indisprimary
                and a.attname = 'school_id') as has_school
        from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
        """
    )
    secured = {row["name"] for row in found if row["is_forced"]}
    tenant = {table.name for table in tables.TENANT_TABLES}
    assert tenant <= secured
    assert tenant == {row["name"] for row in found if row["has_school"]} - {"schools"}


async def test_the_tables_are_those_of_the_migration(superuser: Any) -> None:
    for table in tables.metadata.tables.values():
        found = await superuser.fetch(
            "select column_name, is_nullable from information_schema.columns"
            " where table_name = $1 and table_schema = 'public'",
            table.name,
        )
        there = {row["column_name"]: row["is_nullable"] == "YES" for row in found}
        assert there == {column.name: bool(column.nullable) for column in table.columns}


async def test_another_schools_rows_are_not_there(running: RunningService, app: Database) -> None:
    leader = await running.leader()
    await leader.confirms((await leader.imports("Navn;Klasse\nKari K;1E\n")).import_id)
    await leader.opens_survey(await leader.group("1E"))
    for orgnr, sees in ((TUN, True), (HAUG, False)):
        async with app.scope([school(orgnr).id]) as session:
            for table in (tables.pupils, tables.groups, tables.surveys):
                mine = table.c.school_id == school(TUN).id.value
                count = await session.scalar(sa.select(sa.func.count()).where(mine))
                assert bool(count) is sees
    async with app.scope([]) as session:
        for table in tables.TENANT_TABLES:
            assert not await session.scalar(sa.select(sa.func.count()).select_from(table))


async def test_sign_ins_are_seen_by_their_token_alone(
    running: RunningService, app: Database
) -> None:
    await running.leader()
    async with app.scope([school(TUN).id]) as session:
        for table in (tables.staff_sessions, tables.sign_in_attempts):
            assert not await session.scalar(sa.select(sa.func.count()).select_from(table))


async def test_no_name_stands_in_the_database(running: RunningService, superuser: Any) -> None:
    leader = await running.leader()
    preview = await leader.imports("Navn;Klasse\nHemmelige Hansen;1F\n")
    written = await everything_in(superuser)
    await leader.confirms(preview.import_id)
    written += await everything_in(superuser)
    assert "1F" in written
    assert "Hemmelige" not in written
    assert b"Hemmelige".hex() not in written


async def everything_in(superuser: Any) -> str:
    texts = []
    for table in tables.metadata.tables:
        for row in await superuser.fetch(f'select t::text as t from "{table}" t'):
            texts.append(row["t"])
    return "\n".join(texts)


async def test_tampering_with_the_chain_is_seen_by_the_leader(
    running: RunningService, superuser: Any
) -> None:
    leader = await running.leader(orgnr=HAUG)
    for _ in range(3):
        await leader.grants(leader.staff_id)

    async def is_unbroken() -> bool:
        request = access_pb2.ListAuditEntriesRequest(limit=10)
        return bool((await leader.asks(running.access.ListAuditEntries, request)).is_unbroken)

    assert await is_unbroken()
    tail = await superuser.fetchrow(
        "select * from audit_entries where school_id = $1 order by sequence desc limit 1",
        school(HAUG).id.value,
    )
    key = (tail["school_id"], tail["sequence"])
    where = " where school_id = $1 and sequence = $2"
    await superuser.execute(f"update audit_entries set purpose = 'sociogram'{where}", *key)
    assert not await is_unbroken()
    await superuser.execute(f"delete from audit_entries{where}", *key)
    assert not await is_unbroken()
    columns = ", ".join(f"${place}" for place in range(1, len(tail) + 1))
    await superuser.execute(f"insert into audit_entries values ({columns})", *tail.values())
    assert await is_unbroken()


async def test_the_app_role_cannot_change_the_chain(app: Database) -> None:
    for change in ("delete from audit_entries", "update audit_entries set purpose = 'x'"):
        session = await app.open([school(TUN).id])
        with pytest.raises(sa.exc.ProgrammingError):
            await session.execute(sa.text(change))
        await session.close()


async def test_an_overdue_survey_is_erased_and_no_other(
    running: RunningService, superuser: Any, jobs: Database, app: Database
) -> None:
    leader = await running.leader()
    await leader.confirms((await leader.imports("Navn;Klasse\nKari K;1G\n")).import_id)
    group = await leader.group("1G")
    kept, old = [await leader.opens_survey(group) for _ in range(2)]
    await leader.makes_codes(old, [str(uuid4())])
    today = datetime.now(UTC).date()
    await superuser.execute(
        "update surveys set delete_on = $2 where survey_id = $1", old, today - timedelta(days=7)
    )
    overdue = SqlOverdueSurveys(jobs)
    due = await overdue.due(today=today)
    assert [str(one.survey_id) for one in due] == [old]
    rows = await overdue.erase(due[0], at=datetime.now(UTC))
    assert (rows["surveys"], rows["access_codes"]) == (1, 1)
    async with IdentityUnitOfWork(app, school(TUN).id) as work:
        assert await work.surveys.get(SurveyId.parse(kept))
        again = await work.erasures.erase(SurveyId.parse(old), at=datetime.now(UTC))
        assert again == rows


async def test_the_jobs_role_erases_nothing_before_its_time(
    running: RunningService, jobs: Database, superuser: Any
) -> None:
    await running.leader()
    before = await superuser.fetchval("select count(*) from staff_sessions")
    await SqlStaleRows(jobs).remove()
    async with jobs.transaction() as session:
        await session.execute(sa.delete(tables.surveys))
        await session.execute(sa.delete(tables.access_codes))
    assert await superuser.fetchval("select count(*) from staff_sessions") == before
    assert await superuser.fetchval("select count(*) from surveys")


async def test_old_sign_ins_are_removed(
    running: RunningService, jobs: Database, superuser: Any
) -> None:
    member = await running.leader()
    await superuser.execute(
        "update staff_sessions set started_at = now() - interval '11 hours' where staff_id = $1",
        member.staff_id.value,
    )
    await SqlStaleRows(jobs).remove()
    left = await superuser.fetchval(
        "select count(*) from staff_sessions where staff_id = $1", member.staff_id.value
    )
    assert left == 0
