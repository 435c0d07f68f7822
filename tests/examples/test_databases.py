"""`database.sql` on a real server: roles, rights and the services' own migrations (SPEC P3)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from samspill_kit.testing.postgres import BINARIES, ROLES, PostgresServer

from .made import BACKENDS, DATABASE_FILE, make_secrets

ATTRIBUTES = (
    "select rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,"
    " rolreplication, rolinherit, rolconnlimit from pg_roles"
    " where rolname like '{name}\\_%' order by rolname"
)
RIGHTS = (
    "select pg_get_userbyid(datdba) as owner, datacl::text as database_rights, datlocprovider,"
    " datlocale, pg_encoding_to_char(encoding) as encoding, pg_get_userbyid(nspowner) as schema_owner,"
    " nspacl::text as schema_rights from pg_database, pg_namespace"
    " where datname = current_database() and nspname = 'public'"
)


@dataclass(frozen=True, slots=True)
class Made:
    """A server on which an operator has run the file for each service."""

    server: PostgresServer
    folder: Path

    def run(self, service: str) -> None:
        script = (self.folder / "psql" / f"{service}.psql").read_text() + DATABASE_FILE.read_text()
        words = [str(BINARIES / "psql"), "--no-psqlrc", self.server.superuser_url("postgres")]
        subprocess.run(words, input=script, text=True, check=True)

    def url(self, service: str, role: str) -> Path:
        return self.folder / "samspill" / f"database-{service}" / f"{role}-url"

    async def connect(self, service: str, role: str) -> Any:
        return await asyncpg.connect(self.url(service, role).read_text())

    def migrate(self, service: str, url_file: Path) -> subprocess.CompletedProcess[str]:
        told = {f"SAMSPILL_{service.upper()}_OWNER_DATABASE_URL_FILE": str(url_file)}
        words = [sys.executable, "-m", f"samspill_{service}", "migrate"]
        environment = {"PATH": os.environ["PATH"], **told}
        return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("operator")
    for each in (folder, *folder.parents[:2]):
        each.chmod(0o711)
    server = PostgresServer(folder / "postgres", durable=False)
    server.start()
    try:
        made = Made(server, folder / "secrets")
        make_secrets(made.folder, POSTGRES=f"127.0.0.1:{server.port}")
        for service in BACKENDS:
            made.run(service)
        yield made
    finally:
        server.stop()


@pytest.mark.parametrize("service", BACKENDS)
async def test_the_owner_migrates_and_the_others_own_nothing(made: Made, service: str) -> None:
    migrated = made.migrate(service, made.url(service, "owner"))
    assert migrated.returncode == 0, migrated.stderr

    for role in ("app", "jobs"):
        connection = await made.connect(service, role)
        assert await connection.fetchval("select version_num from alembic_version")
        own = "select count(*) from pg_class where relowner = current_user::regrole"
        assert await connection.fetchval(own) == 0
        with pytest.raises(asyncpg.exceptions.InsufficientPrivilegeError):
            await connection.execute("create table mine (id int)")
        await connection.close()

    owner = await made.connect(service, "owner")
    assert await owner.fetchval(
        "select count(*) from pg_class where relowner = current_user::regrole"
    )
    await owner.close()


async def test_no_role_may_look_past_row_level_security_or_make_roles(made: Made) -> None:
    connection = await made.connect("identity", "app")
    roles = await connection.fetch(
        "select * from pg_roles where rolname ~ '_(owner|app|jobs)$' and rolname !~ '^pg_'"
    )
    assert len(roles) == len(BACKENDS) * len(ROLES)
    for right in ("rolsuper", "rolbypassrls", "rolcreatedb", "rolcreaterole", "rolreplication"):
        assert [role["rolname"] for role in roles if role[right]] == []
    await connection.close()


async def test_tests_stand_on_the_same_roles_and_rights(made: Made) -> None:
    """The kit's databases, on which every other test runs, are what an operator gets."""
    await made.server.create_database("probe")
    assert await _described(made, "probe") == await _described(made, "reports")


async def _described(made: Made, name: str) -> list[str]:
    connection = await asyncpg.connect(made.server.superuser_url(name))
    rows = [
        *await connection.fetch(ATTRIBUTES.format(name=name)),
        *await connection.fetch(RIGHTS),
    ]
    await connection.close()
    assert len(rows) == len(ROLES) + 1
    return [str(dict(row)).replace(name, "service") for row in rows]


async def test_text_is_sorted_by_postgresqls_own_rules(made: Made) -> None:
    connection = await made.connect("surveys", "owner")
    row = await connection.fetchrow(RIGHTS)
    assert (row["datlocprovider"], row["datlocale"], row["encoding"]) == (b"b", "C.UTF-8", "UTF8")
    await connection.close()


async def test_a_service_cannot_open_the_database_of_another(made: Made) -> None:
    url = made.url("surveys", "app").read_text().removesuffix("surveys") + "responses"
    with pytest.raises(asyncpg.exceptions.InsufficientPrivilegeError):
        await asyncpg.connect(url)


async def test_running_it_again_changes_a_password_and_keeps_what_is_there(made: Made) -> None:
    before = made.url("retention", "app").read_text()
    connection = await made.connect("retention", "owner")
    await connection.execute("create table kept (id int)")
    (made.folder / "passwords" / "database-retention-app").unlink()
    make_secrets(made.folder, POSTGRES=f"127.0.0.1:{made.server.port}")

    made.run("retention")

    assert await connection.fetchval("select count(*) from kept") == 0
    await connection.execute("drop table kept")
    await connection.close()
    with pytest.raises(asyncpg.exceptions.InvalidPasswordError):
        await asyncpg.connect(before)
    await (await made.connect("retention", "app")).close()


async def test_a_right_that_somebody_gave_is_taken_back(made: Made) -> None:
    connection = await asyncpg.connect(made.server.superuser_url("postgres"))
    await connection.execute("alter role reports_app bypassrls createrole")
    made.run("reports")
    asked = "select rolbypassrls or rolcreaterole from pg_roles where rolname = 'reports_app'"
    assert await connection.fetchval(asked) is False
    await connection.close()
