"""Row-level security alone: statements without any condition, as a service's app role sends them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from tests.isolation.catalogue import tenant_tables

EMPTY_SCOPES: Final = (None, "", ",", "%", "no school", "{}", "'; select 1; --")

_VALUES: Final = {
    "uuid": "gen_random_uuid()",
    "text": "'x'",
    "bytea": "sha256(gen_random_uuid()::text::bytea)",
    "jsonb": "'{}'",
    "boolean": "false",
    "date": "current_date",
    "timestamp with time zone": "now()",
    "ARRAY": "'{}'",
}
_COLUMNS: Final = (
    "select column_name::text as name, data_type::text as kind"
    " from information_schema.columns where table_schema = 'public' and table_name = $1"
    " and column_name <> 'school_id' order by ordinal_position"
)


@dataclass
class Probe:
    """What the statements reached; a leak is a row of another school seen, changed or made."""

    attempts: int = 0
    leaks: int = 0
    own: int = 0


async def fill(superuser: Any, schools: list[UUID], *, rows: int = 3) -> list[str]:
    """Put rows of each school into every tenant table, whatever they mean; return the tables.

    Checks and references are dropped in this database alone, since rows are made from types.
    """
    tables = await tenant_tables(superuser)
    for name, check in await superuser.fetch(
        "select conrelid::regclass::text, conname::text from pg_constraint"
        " where contype in ('c', 'f') and connamespace = 'public'::regnamespace"
    ):
        await superuser.execute(f'ALTER TABLE {name} DROP CONSTRAINT "{check}"')
    for table in tables:
        for school in schools:
            for number in range(rows):
                made = await _insert(superuser, table, school, number)
                await superuser.execute(f"{made} ON CONFLICT DO NOTHING")
    return tables


async def probe(app: Any, superuser: Any, tables: list[str], mine: UUID, other: UUID) -> Probe:
    """Try everything in every table in the scope of one school and in scopes of none."""
    found = Probe()
    for table in tables:
        foreign = await _insert(superuser, table, other, 99)
        moved = f"UPDATE {table} SET school_id = '{other}' RETURNING school_id"
        for statement in (
            f"SELECT school_id FROM {table}",
            f"UPDATE {table} SET school_id = school_id RETURNING school_id",
            f"DELETE FROM {table} RETURNING school_id",
            f"{foreign} RETURNING school_id",
            moved,
        ):
            for scope, allowed in ((str(mine), {mine}), *((one, set()) for one in EMPTY_SCOPES)):
                reached = await _reached(app, scope, statement)
                found.attempts += 1
                found.leaks += sum(school not in allowed for school in reached)
                found.own += sum(school in allowed for school in reached)
    return found


async def _reached(app: Any, scope: str | None, statement: str) -> list[UUID]:
    transaction = app.transaction()
    await transaction.start()
    try:
        if scope is not None:
            await app.execute("SELECT set_config('app.school_ids', $1, true)", scope)
        return [row["school_id"] for row in await app.fetch(statement)]
    except asyncpg.InsufficientPrivilegeError:
        return []
    finally:
        await transaction.rollback()


async def _insert(superuser: Any, table: str, school: UUID, number: int) -> str:
    columns = await superuser.fetch(_COLUMNS, table)
    names = ", ".join(["school_id", *(row["name"] for row in columns)])
    values = ", ".join([f"'{school}'", *(_VALUES.get(row["kind"], str(number)) for row in columns)])
    return f"INSERT INTO {table} ({names}) VALUES ({values})"


def two_schools() -> tuple[UUID, UUID]:
    return uuid4(), uuid4()
