"""The supervisor with the real stores: PostgreSQL and NATS; services have their own suites (SPEC O2)."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import nats
import pytest
from nats.errors import Error as NatsError

from deploy.local.children import Keeper
from deploy.local.installation import AlreadyRunningError, LocalInstallation, forget
from deploy.local.nats import Nats
from deploy.local.parts import Parts
from deploy.local.ports import LOOPBACK, Ports, PortTakenError
from deploy.local.postgres import Postgres
from deploy.local.services import BACKENDS, until

PATIENCE = 60.0


@pytest.fixture
def taken() -> Any:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen()
        yield server.getsockname()[1]


async def test_a_port_in_use_gets_one_clear_sentence(taken: int, tmp_path: Path) -> None:
    ports = Ports(gateway=taken, keycloak=Ports.free().keycloak)

    with pytest.raises(PortTakenError) as refused:
        await LocalInstallation(tmp_path / "var", ports, services=()).start()

    assert f"Port {taken} is needed for Samspill" in str(refused.value)
    assert "make run PORT=" in str(refused.value)


async def test_two_supervisors_never_share_a_folder(tmp_path: Path, taken: int) -> None:
    first = LocalInstallation(tmp_path / "var", Ports(gateway=taken), services=())
    second = LocalInstallation(tmp_path / "var", Ports(gateway=taken), services=())
    with pytest.raises(PortTakenError):
        await first.start()  # It has taken the folder before it looked at the ports.

    with pytest.raises(AlreadyRunningError, match="already runs"):
        await second.start()
    with pytest.raises(AlreadyRunningError, match="Stop it"):
        forget(tmp_path / "var")

    await first.stop()
    forget(tmp_path / "var")
    assert not (tmp_path / "var").exists()


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return Parts(tmp_path_factory.mktemp("installation"), Ports.free())


@pytest.fixture(scope="module")
async def postgres(parts: Parts) -> AsyncIterator[Postgres]:
    await asyncio.to_thread(parts.postgres.prepare)
    keeper = Keeper(parts.postgres.program(), parts.folder / "postgres.log", print)
    await keeper.start()
    async with asyncio.timeout(PATIENCE):
        await until(parts.postgres.is_ready)
    await parts.postgres.ensure_databases(BACKENDS)
    yield parts.postgres
    await keeper.stop()


@pytest.fixture(scope="module")
async def stream(parts: Parts) -> AsyncIterator[Nats]:
    parts.nats.prepare()
    keeper = Keeper(parts.nats.program(), parts.folder / "nats.log", print)
    await keeper.start()
    async with asyncio.timeout(PATIENCE):
        await until(parts.nats.is_ready)
    yield parts.nats
    await keeper.stop()


async def connect(postgres: Postgres, service: str, kind: str) -> Any:
    return await asyncpg.connect(postgres.url_file(service, kind).read_text())


async def test_each_service_has_a_database_that_other_services_cannot_open(
    postgres: Postgres,
) -> None:
    own = await connect(postgres, "surveys", "app")
    assert await own.fetchval("select current_database()") == "surveys"
    await own.close()

    foreign = postgres.url_file("surveys", "app").read_text().removesuffix("surveys") + "responses"
    with pytest.raises(asyncpg.exceptions.InsufficientPrivilegeError):
        await asyncpg.connect(foreign)


async def test_only_the_owner_makes_tables(postgres: Postgres) -> None:
    owner = await connect(postgres, "reports", "owner")
    app = await connect(postgres, "reports", "app")
    await owner.execute("create table made_by_owner (id int)")

    with pytest.raises(asyncpg.exceptions.InsufficientPrivilegeError):
        await app.execute("create table made_by_app (id int)")
    with pytest.raises(asyncpg.exceptions.InsufficientPrivilegeError):
        await app.fetch("select * from made_by_owner")
    await owner.close()
    await app.close()


async def test_no_role_can_look_past_row_level_security(postgres: Postgres) -> None:
    connection = await connect(postgres, "identity", "app")

    powerful = await connection.fetch(
        "select rolname from pg_roles where rolname ~ '_(owner|app|jobs)$'"
        " and (rolsuper or rolbypassrls or rolcreatedb or rolcreaterole)"
    )

    assert powerful == []
    await connection.close()


async def test_making_the_databases_again_changes_nothing(postgres: Postgres) -> None:
    await postgres.ensure_databases(BACKENDS)


async def test_a_service_publishes_its_own_facts_only(stream: Nats) -> None:
    refused: list[Exception] = []

    async def note(error: Exception) -> None:
        refused.append(error)

    client = await nats.connect(stream.url_file("surveys").read_text(), error_cb=note)
    await client.publish("samspill.surveys.survey.opened.v1", b"")
    await client.flush()
    assert refused == []

    await client.publish("samspill.identity.session.ended.v1", b"")
    await client.flush()
    async with asyncio.timeout(PATIENCE):
        await until(lambda: _has(refused))
    assert "permissions violation" in str(refused[0]).lower()
    await client.close()


async def _has(items: list[Exception]) -> bool:
    return bool(items)


async def test_nobody_connects_without_a_password(stream: Nats) -> None:
    with pytest.raises(NatsError):
        await nats.connect(
            f"nats://{LOOPBACK}:{stream.port}", allow_reconnect=False, connect_timeout=2
        )


def test_secrets_are_readable_by_their_owner_alone(parts: Parts) -> None:
    parts.credentials.secret("a-secret")
    root_key = parts.credentials.key("root-key")

    assert {file.stat().st_mode & 0o777 for file in parts.credentials.folder.iterdir()} == {0o600}
    assert len(root_key.read_bytes()) == 32
    assert parts.credentials.key("root-key").read_bytes() == root_key.read_bytes()
