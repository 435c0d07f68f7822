"""How soon a change in Keycloak counts here: identity as it runs, beside the real Keycloak."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from deploy.local.services import until
from samspill.identity.v1 import access_pb2, sessions_pb2
from samspill_identity.bootstrap import MIGRATIONS, serve
from samspill_kit.auth.signing import STAFF_PASSPORT_FOR
from samspill_kit.errors import DomainError, Unauthenticated
from samspill_kit.grpc import call
from samspill_kit.testing.certificates import Authority
from samspill_kit.testing.fixtures import MigratedDatabase
from samspill_kit.testing.nats import NatsServer
from services.identity.tests.integration.keycloak_server import (
    PASSWORD,
    RealKeycloak,
    real_keycloak,
)
from services.identity.tests.integration.retention import Keys, retention_server
from services.identity.tests.integration.running import TUN, RunningService, settings_in

LEADERS, TEACHERS = f"/skoler/{TUN}/ledere", f"/skoler/{TUN}/larere"
PROMISED = timedelta(seconds=60)


@dataclass
class Both:
    """Identity and the Keycloak it asks."""

    identity: RunningService
    keycloak: RealKeycloak

    async def sign_in(self, username: str) -> str:
        """The session token of somebody who has typed the password."""
        begun = await self.identity.sessions.BeginSignIn(
            sessions_pb2.BeginSignInRequest(return_path="/hjem", locale="nb")
        )
        (state,) = parse_qs(urlsplit(begun.authorization_url).query)["state"]
        known = {"username": username, "password": PASSWORD}
        code = await self.keycloak.code_from(begun.authorization_url, known, state)
        completed = await self.identity.sessions.CompleteSignIn(
            sessions_pb2.CompleteSignInRequest(
                attempt_token=begun.attempt_token, code=code, state=state
            )
        )
        return str(completed.session_token)

    async def passport(self, token: str) -> sessions_pb2.IssuePassportResponse:
        return await self.identity.sessions.IssuePassport(
            sessions_pb2.IssuePassportRequest(session_token=token)
        )

    async def roles(self, token: str) -> set[str]:
        """What a passport says now; nothing for a session that was ended."""
        try:
            return set((await self.passport(token)).staff.roles)
        except Unauthenticated:
            return set()

    async def staff_of(self, token: str) -> set[str]:
        passport = (await self.passport(token)).passport
        with call.on_behalf(passport=passport, seconds=30):
            answer = await self.identity.access.ListStaff(access_pb2.ListStaffRequest())
        return {member.staff_id for member in answer.staff}


@pytest.fixture(scope="module")
async def both(
    tmp_path_factory: pytest.TempPathFactory,
    authority: Authority,
    migrated_database: MigratedDatabase,
    nats_server: NatsServer,
) -> AsyncIterator[Both]:
    # Its own: the pepper of this retention opens no row of another's.
    database_urls = await migrated_database("identity", MIGRATIONS)
    folder = tmp_path_factory.mktemp("both")
    retention = retention_server(authority, Keys())
    await retention.start()
    async with real_keycloak(folder / "keycloak") as keycloak:
        settings = settings_in(folder, authority, retention.port, database_urls, nats_server)
        secrets = keycloak.server.credentials
        settings = settings.model_copy(
            update={
                "keycloak_address": keycloak.server.address,
                "oidc_client_secret_file": secrets.file_of("keycloak-web"),
                "admin_client_secret_file": secrets.file_of("keycloak-identity"),
            }
        )
        service = await serve(settings)
        await service.start()
        identity = RunningService(authority, settings, nats_server)
        await identity.start()
        yield Both(identity, keycloak)
        await identity.stop()
        await service.stop()
    await retention.stop()


async def seconds_until(came: Callable[[], Awaitable[bool]]) -> timedelta:
    started = time.monotonic()
    await asyncio.wait_for(until(came), PROMISED.total_seconds())
    return timedelta(seconds=time.monotonic() - started)


def show(what: str, took: timedelta) -> None:
    print(f"{what}: {took.total_seconds():.1f} s")


async def test_a_role_taken_or_given_counts_within_a_minute(both: Both) -> None:
    staff_id = await both.keycloak.ensure("aud", LEADERS, TEACHERS)
    token = await both.sign_in("aud")
    assert await both.roles(token) == {"leader", "teacher"}
    async with both.keycloak.steward() as steward:
        for change, expected in (
            (steward.take_from_group, {"teacher"}),
            (steward.put_into_group, {"leader", "teacher"}),
        ):
            await change(staff_id, LEADERS)
            took = await seconds_until(lambda wanted=expected: has(both, token, wanted))
            show(f"A new passport says {sorted(expected)} after", took)
            # A passport given just before the change lives on until its own end.
            assert took + STAFF_PASSPORT_FOR < PROMISED


async def has(both: Both, token: str, roles: set[str]) -> bool:
    return await both.roles(token) == roles


async def test_a_disabled_person_is_out_within_a_minute(both: Both) -> None:
    staff_id = await both.keycloak.ensure("brit", TEACHERS)
    token = await both.sign_in("brit")
    assert await both.roles(token)
    async with both.keycloak.administrator() as http:
        (await http.put(f"/users/{staff_id}", json={"enabled": False})).raise_for_status()
    took = await seconds_until(lambda: has(both, token, set()))
    show("A disabled person's session is ended after", took)
    assert took + STAFF_PASSPORT_FOR < PROMISED


async def test_a_leader_sees_a_new_colleague_within_a_minute(both: Both) -> None:
    await both.keycloak.ensure("carl", LEADERS)
    token = await both.sign_in("carl")
    await both.staff_of(token)
    staff_id = await both.keycloak.ensure("dagny", TEACHERS)

    async def is_listed() -> bool:
        with suppress(DomainError):
            return staff_id in await both.staff_of(token)
        return False

    took = await seconds_until(is_listed)
    show("The leader's list shows a new colleague after", took)
    assert took < PROMISED
