"""The whole service with everything in Vault: neither a root key nor a key store of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from samspill.retention.v1 import keys_pb2
from samspill_kit.errors import Unavailable
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_kit.testing.nats import NatsServer
from samspill_kit.testing.passports import PassportOffice
from samspill_kit.testing.postgres import ServiceUrls
from samspill_retention.bootstrap import MIGRATIONS, serve
from samspill_retention.domain.errors import KeyStoreDenied
from samspill_retention.settings import Settings
from services.retention.tests.integration.conftest import Running, served, settings_in
from services.retention.tests.integration.neighbours import Neighbours
from services.retention.tests.integration.test_deletion import (
    code_of,
    eventually,
    receipted,
    survey_key_request,
)
from services.retention.tests.sample import School
from services.retention.tests.vault_rooms import Room


@pytest.fixture
async def urls(migrated_database: MigratedDatabase) -> ServiceUrls:
    return await migrated_database("retention", MIGRATIONS)


@pytest.fixture
def told(
    tmp_path: Path,
    authority: Authority,
    neighbours: Neighbours,
    urls: ServiceUrls,
    nats_server: NatsServer,
    room: Room,
) -> Settings:
    """What an operator sets who keeps everything in Vault."""
    keys: dict[str, Any] = {
        "vault_address": room.server.address,
        "vault_authority_file": room.server.authority_file,
        "vault_role_id_file": room.role.role_id_file,
        "vault_secret_id_file": room.role.secret_id_file,
        "vault_transit_key": room.transit_key,
        "vault_kv_mount": room.mount,
        "vault_kv_prefix": room.prefix,
    }
    return settings_in(tmp_path, authority, neighbours, urls, nats_server, **keys)


@pytest.fixture
async def running(
    told: Settings,
    urls: ServiceUrls,
    authority: Authority,
    passport_office: PassportOffice,
    neighbours: Neighbours,
) -> AsyncIterator[Running]:
    async with served(told, urls, authority, passport_office, neighbours) as running:
        yield running


async def test_a_survey_lives_and_dies_with_its_key_in_vault(running: Running, room: Room) -> None:
    school = School()
    await running.register(school)
    keys = running.keys_as("responses")
    issued = (await keys.IssueSurveyKey(survey_key_request(school, "answers"))).key
    again = (await keys.IssueSurveyKey(survey_key_request(school, "answers"))).key
    assert issued == again
    assert len(
        (await running.keys_as("identity").IssuePepper(keys_pb2.IssuePepperRequest())).pepper
    )
    assert room.place().find(f"surveys/{school.survey_id}")
    assert list(running.keys_folder.iterdir()) == []

    await running.delete(school, at_once=True)
    assert (await receipted(running, school)).receipt.jws
    assert room.place().find(f"surveys/{school.survey_id}") is None
    assert room.place().tombstones() == {str(school.survey_id)}


async def test_a_sealed_vault_makes_it_unready_and_a_deletion_waits(
    running: Running, room: Room
) -> None:
    school = School()
    await running.register(school)
    keys = running.keys_as("responses")
    assert running.service.is_ready
    room.server.seal()
    try:
        request = survey_key_request(school, "answers")
        assert await code_of(keys.IssueSurveyKey(request)) == "key_store_unavailable"
        with pytest.raises(Unavailable):
            await keys.IssueSurveyKey(request)
        await running.delete(school, at_once=True)
        await eventually(readiness(running, expected=False))
        assert (await running.deletion(school)).receipt.jws == ""
    finally:
        room.server.unseal()
    await eventually(readiness(running, expected=True))
    await receipted(running, school)
    assert room.place().find(f"surveys/{school.survey_id}") is None


def readiness(running: Running, *, expected: bool) -> Any:
    async def holds() -> bool:
        return running.service.is_ready is expected

    return holds


async def test_a_wrong_secret_ends_the_start_and_names_the_matter(
    told: Settings, room: Room, logs: Any
) -> None:
    room.role.secret_id_file.write_text("wrong")
    with pytest.raises(KeyStoreDenied):
        await serve(told)
    said = logs.getvalue()
    assert "The key store cannot be opened" in said
    assert '"error": "key_store_denied"' in said
    assert '"setting": "VAULT_ROLE_ID_FILE+VAULT_SECRET_ID_FILE"' in said
