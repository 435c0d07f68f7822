"""What `migrate` tries of a service's secrets, so that a wrong one is named (SPEC P3, O3)."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest

from samspill_kit.db import prepare
from samspill_kit.events import demand_entry
from samspill_kit.settings import OwnerSettings, SettingRefused
from samspill_kit.testing.nats import NatsServer
from samspill_kit.testing.postgres import PostgresServer, ServiceUrls

MIGRATIONS = Path(__file__).parent / "sample_migrations"

Told = Callable[..., OwnerSettings]


@pytest.fixture
async def urls(postgres: PostgresServer) -> AsyncIterator[ServiceUrls]:
    yield await postgres.create_database("sample", database="sample_roles")
    await postgres.drop_database("sample_roles")


@pytest.fixture
def told(urls: ServiceUrls, tmp_path: Path) -> Told:
    def write(**changed: str) -> OwnerSettings:
        right = {
            "owner_database_url_file": urls.owner,
            "database_url_file": urls.app,
            "jobs_database_url_file": urls.jobs,
        }
        files = {}
        for name, url in (right | changed).items():
            files[name] = tmp_path / name
            files[name].write_text(f"{url}\n")
        return OwnerSettings.model_validate(files)

    return write


async def test_right_roles_are_let_through(told: Told) -> None:
    await prepare(told(), MIGRATIONS)


SPOILED = {
    "another password": (lambda url: url.replace(":", ":x", 2).replace(":x//", "://"), "refuses"),
    "another database": (lambda url: f"{url.rpartition('/')[0]}/elsewhere", "no database"),
    "another port": (
        lambda _: "postgresql://somebody:secret@127.0.0.1:1/sample",
        "does not answer",
    ),
    "another notation": (lambda _: "somebody@elsewhere", "must be written"),
}


@pytest.mark.parametrize("spoiled", SPOILED)
@pytest.mark.parametrize(
    "setting", ["owner_database_url_file", "database_url_file", "jobs_database_url_file"]
)
async def test_a_wrong_url_is_named_and_never_repeated(
    told: Told, urls: ServiceUrls, setting: str, spoiled: str
) -> None:
    kinds = {"database_url_file": urls.app, "jobs_database_url_file": urls.jobs}
    spoil, reason = SPOILED[spoiled]
    wrong = spoil(kinds.get(setting, urls.owner))
    with pytest.raises(SettingRefused, match=reason) as refused:
        await prepare(told(**{setting: wrong}), MIGRATIONS)
    assert refused.value.setting == setting
    assert refused.value.may_pass == (reason == "does not answer")
    assert wrong not in str(refused.value)


async def test_a_role_that_sees_every_school_is_refused(
    told: Told, urls: ServiceUrls, postgres: PostgresServer
) -> None:
    role = urls.app.split("//")[1].split(":")[0]
    connection = await asyncpg.connect(postgres.superuser_url("sample_roles"))
    await connection.execute(f'alter role "{role}" bypassrls')
    try:
        with pytest.raises(SettingRefused, match="row-level security") as refused:
            await prepare(told(), MIGRATIONS)
    finally:
        await connection.execute(f'alter role "{role}" nobypassrls')
        await connection.close()
    assert refused.value.setting == "database_url_file"


async def test_the_owner_does_not_serve(told: Told, urls: ServiceUrls) -> None:
    with pytest.raises(SettingRefused, match="owns"):
        await prepare(told(database_url_file=urls.owner), MIGRATIONS)


async def test_nats_that_refuses_is_told_from_nats_that_is_away(
    told: Told, nats_server: NatsServer
) -> None:
    right = nats_server.url("surveys")
    await demand_entry(told(nats_url_file=right).nats_url_file)
    await demand_entry(told(nats_url_file="nats://somebody:secret@127.0.0.1:1").nats_url_file)
    wrong = f"nats://somebody:secret@{right.rpartition('@')[2].removeprefix('nats://')}"
    with pytest.raises(SettingRefused, match="refuses") as refused:
        await demand_entry(told(nats_url_file=wrong).nats_url_file)
    assert refused.value.setting == "nats_url_file"
