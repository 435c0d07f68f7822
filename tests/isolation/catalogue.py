"""What PostgreSQL's own catalogue says about how schools are kept apart (ARCHITECTURE 6)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
SERVICES: Final = ("identity", "surveys", "responses", "reports", "retention")

OUTSIDE_SCHOOLS: Final = {
    "alembic_version": "the schema's version",
    "clock_record": "what timers saw of the clock",
    "dead_letters": "facts of every school, ids alone",
    "inbox": "facts of every school, ids alone",
    "outbox": "facts of every school, ids alone",
    "municipalities": "read before a school is chosen",
    "schools": "read before a school is chosen",
    "signing_keys": "one set for the installation",
    "sign_in_attempts": "seen by the hash of its token alone",
    "staff_sessions": "seen by the hash of its token, or by whom it belongs to",
}
FOUND_BY_HASH: Final = {
    ("access_codes", "code_hash"): "whoever types a code names no school",
    ("pupil_sessions", "token_hash"): "whoever has a cookie names no school",
}

_TABLES: Final = """
select c.oid, c.relname as name, c.relkind::text as kind, c.relowner::regrole::text as owner,
    c.relrowsecurity and c.relforcerowsecurity as is_forced,
    exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'school_id'
        and not a.attisdropped) as has_school
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
"""
_KEYS: Final = """
select conrelid::regclass::text as name, c.conname as key, array(
    select a.attname::text from unnest(c.conkey) k join pg_attribute a
    on a.attrelid = c.conrelid and a.attnum = k) as columns
from pg_constraint c where c.contype in ('p', 'u', 'f')
    and c.connamespace = 'public'::regnamespace
union
select i.indrelid::regclass::text, i.indexrelid::regclass::text, array(
    select a.attname::text from unnest(i.indkey::int[]) k join pg_attribute a
    on a.attrelid = i.indrelid and a.attnum = k)
from pg_index i join pg_class c on c.oid = i.indrelid
where i.indisunique and c.relnamespace = 'public'::regnamespace
"""
_UNGUARDED: Final = """
select distinct g.table_name::text as name, g.privilege_type::text as command
from information_schema.role_table_grants g
where g.table_schema = 'public' and g.grantee = $1 and g.privilege_type
    in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
    and not exists (select from pg_policies p where p.schemaname = 'public'
        and p.tablename = g.table_name and $1 = any (p.roles)
        and p.cmd in ('ALL', g.privilege_type))
"""
_TOO_MIGHTY: Final = """
select rolname::text from pg_roles where rolname = any ($1)
    and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
union select rolname::text from pg_roles r where rolname = any ($1) and exists (
    select from pg_shdepend d where d.refobjid = r.oid and d.deptype = 'o')
union select rolname::text from pg_roles r where rolname = any ($1) and exists (
    select from pg_auth_members m where m.member = r.oid)
"""
_FUNCTIONS: Final = """
select proname::text from pg_proc
where prosecdef and pronamespace = 'public'::regnamespace
"""


def migrations_of(service: str) -> Path:
    return ROOT / "services" / service / "src" / f"samspill_{service}" / "storage" / "migrations"


async def tenant_tables(connection: Any) -> list[str]:
    """Return the names of the tables whose rows belong to a school."""
    found = await connection.fetch(_TABLES)
    return sorted(
        row["name"] for row in found if row["has_school"] and row["name"] not in OUTSIDE_SCHOOLS
    )


async def find_gaps(connection: Any, service: str) -> list[str]:
    """Return a line for everything in one database that could let a school see another."""
    tables = await connection.fetch(_TABLES)
    tenant = {row["name"] for row in tables if row["name"] not in OUTSIDE_SCHOOLS}
    gaps = [gap for row in tables for gap in _gaps_of_table(row, service)]
    for row in await connection.fetch(_KEYS):
        columns = row["columns"]
        by_hash = len(columns) == 1 and (row["name"], columns[0]) in FOUND_BY_HASH
        if row["name"] in tenant and "school_id" not in columns and not by_hash:
            gaps.append(f"{row['name']}: the key {row['key']} lacks school_id")
    roles = [f"{service}_app", f"{service}_jobs"]
    for role in roles:
        gaps += [
            f"{row['name']}: {role} has {row['command']} without a policy"
            for row in await connection.fetch(_UNGUARDED, role)
            if row["name"] in tenant
        ]
    gaps += [
        f"{row[0]} owns, inherits or may too much"
        for row in await connection.fetch(_TOO_MIGHTY, roles)
    ]
    gaps += [
        f"{row[0]}: runs with its owner's rights" for row in await connection.fetch(_FUNCTIONS)
    ]
    return sorted(gaps)


def _gaps_of_table(row: Any, service: str) -> list[str]:
    name, gaps = row["name"], []
    if row["kind"] not in ("r", "p"):
        return [f"{name}: a view or foreign table escapes the policies"]
    if row["owner"] != f"{service}_owner":
        gaps.append(f"{name}: owned by {row['owner']}")
    if name in OUTSIDE_SCHOOLS:
        return gaps
    if not row["has_school"]:
        gaps.append(f"{name}: has no school_id")
    if not row["is_forced"]:
        gaps.append(f"{name}: row security is not forced")
    return gaps
