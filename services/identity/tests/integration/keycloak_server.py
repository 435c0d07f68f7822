"""A real Keycloak with the project's realm, one school, and people who sign in without a browser."""

import asyncio
import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

from deploy.local.children import Child
from deploy.local.credentials import Credentials
from deploy.local.keycloak import REALM, Keycloak
from deploy.local.keycloak_distribution import distribution
from deploy.local.keycloak_steward import Person, Steward
from deploy.local.services import answers, until
from samspill_identity.domain.sessions import Person as SignedIn
from samspill_identity.domain.sessions import SignInAttempt, random_secret
from samspill_identity.keycloak.directory import KeycloakStaffDirectory
from samspill_identity.keycloak.sign_in import KeycloakSignIn, Realm
from samspill_kit.clock import SystemClock
from samspill_kit.testing.children import free_port

HOME = "http://localhost:8080"
PASSWORD = "a password for tests alone"
PATIENCE = 120.0


class RealKeycloak:
    """One server and what identity uses of it."""

    def __init__(self, server: Keycloak) -> None:
        self.server = server
        self.sign_in = self.sign_in_with(server.credentials.secret("keycloak-web"))
        self.directory = self.directory_with(server.credentials.secret("keycloak-identity"))

    def sign_in_with(self, secret: str) -> KeycloakSignIn:
        realm = Realm(
            address=self.server.address,
            public_address=self.server.address,
            name=REALM,
            client_id="samspill-web",
            client_secret=secret,
            redirect_uri=f"{HOME}/logg-inn/retur",
            home=f"{HOME}/",
            timeout=10,
            refresh_timeout=10,
        )
        return KeycloakSignIn(realm, SystemClock())

    def directory_with(self, secret: str) -> KeycloakStaffDirectory:
        return KeycloakStaffDirectory(
            address=self.server.address,
            realm=REALM,
            client_id="samspill-identity",
            client_secret=secret,
            timeout=10,
        )

    def steward(self) -> Steward:
        return Steward(self.server.address, self.server.credentials.secret("keycloak-local"))

    async def ensure(self, username: str, *groups: str, last_name: str = "Prøve") -> str:
        async with self.steward() as steward:
            for group in groups:
                await steward.ensure_group(group)
            person = Person(username, username.capitalize(), last_name, groups)
            return await steward.ensure_person(person, PASSWORD)

    async def signed_in(self, username: str) -> SignedIn:
        attempt = new_attempt()
        return await self.sign_in.exchange(await self.code_for(username, attempt), attempt)

    async def code_for(self, username: str, attempt: SignInAttempt) -> str:
        """What the browser comes back with after the person has typed the password."""
        address = self.sign_in.authorization_url(attempt, locale="nb")
        async with httpx.AsyncClient() as browser:
            page = await browser.get(address)
            found = re.search(r'<form[^>]*action="([^"]+)"', page.text)
            assert found, "Keycloak showed no form"
            typed = {"username": username, "password": PASSWORD}
            # By hand: browsers show Secure cookies to this machine over plain http, httpx does not.
            cookies = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
            sent = await browser.post(
                html.unescape(found[1]), data=typed, headers={"Cookie": cookies}
            )
        question = parse_qs(urlsplit(sent.headers["location"]).query)
        assert question["state"] == [attempt.state]
        return question["code"][0]


def new_attempt() -> SignInAttempt:
    verifier = (random_secret() + random_secret())[:64]
    return SignInAttempt(random_secret(), random_secret(), verifier, "/hjem")


@asynccontextmanager
async def real_keycloak(folder: Path) -> AsyncIterator[RealKeycloak]:
    """Start Keycloak in the folder; it is stopped at the end."""
    built = await asyncio.to_thread(distribution, print)
    server = Keycloak(
        folder / "keycloak", Credentials(folder / "secrets"), free_port(), free_port(), HOME
    )
    await asyncio.to_thread(server.prepare, built)
    child = await Child.start(server.program(built), folder / "keycloak.log")
    try:
        async with asyncio.timeout(PATIENCE):
            await until(lambda: answers(server.readiness_address))
        keycloak = RealKeycloak(server)
        await keycloak.sign_in.start()
        yield keycloak
        await keycloak.sign_in.stop()
    finally:
        await child.stop()
