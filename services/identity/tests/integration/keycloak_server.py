"""A real Keycloak with the project's realm, one school, and people who sign in without a browser."""

import asyncio
import hmac
import html
import json
import re
import struct
from collections.abc import AsyncIterator, Sequence
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
from samspill_identity.domain.errors import IdentityProviderDown
from samspill_identity.domain.schools import Colleague, School
from samspill_identity.domain.sessions import Person as SignedIn
from samspill_identity.domain.sessions import SignInAttempt, random_secret
from samspill_identity.keycloak.directory import KeycloakStaffDirectory
from samspill_identity.keycloak.sign_in import KeycloakSignIn, Realm
from samspill_kit.clock import Clock, SystemClock
from samspill_kit.testing.children import free_port

HOME = "http://localhost:8080"
PASSWORD = "a password for tests alone"
PATIENCE = 120.0
SCHOOLS = ("111111111", "222222222")


class RealKeycloak:
    """One server and what identity uses of it."""

    def __init__(self, server: Keycloak) -> None:
        self.server = server
        self.sign_in = self.sign_in_with(server.credentials.secret("keycloak-web"))
        self.directory = self.directory_with(server.credentials.secret("keycloak-identity"))

    def sign_in_with(
        self, secret: str, *, client_id: str = "samspill-web", clock: Clock | None = None
    ) -> KeycloakSignIn:
        realm = Realm(
            address=self.server.address,
            public_address=self.server.address,
            name=REALM,
            client_id=client_id,
            client_secret=secret,
            redirect_uri=f"{HOME}/logg-inn/retur",
            home=f"{HOME}/",
            timeout=10,
            refresh_timeout=10,
        )
        return KeycloakSignIn(realm, clock or SystemClock())

    def directory_with(self, secret: str) -> KeycloakStaffDirectory:
        return KeycloakStaffDirectory(
            address=self.server.address,
            realm=REALM,
            client_id="samspill-identity",
            client_secret=secret,
            timeout=10,
        )

    async def token_of(self, client: str, secret: str, **more: str) -> str:
        """An access token for Keycloak's admin interface."""
        asked = {"grant_type": "client_credentials", **more}
        asked |= {"client_id": client, "client_secret": secret}
        realm = f"{self.server.address}/realms/{REALM}"
        async with httpx.AsyncClient() as http:
            answer = await http.post(f"{realm}/protocol/openid-connect/token", data=asked)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def admin_with(self, token: str) -> httpx.AsyncClient:
        """Keycloak's admin interface for whoever holds the token."""
        return httpx.AsyncClient(
            base_url=f"{self.server.address}/admin/realms/{REALM}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )

    @asynccontextmanager
    async def administrator(self) -> AsyncIterator[httpx.AsyncClient]:
        """The admin interface for an administrator of the realm."""
        secret = self.server.credentials.secret("keycloak-local")
        async with self.admin_with(await self.token_of("samspill-local", secret)) as http:
            yield http

    def steward(self) -> Steward:
        return Steward(self.server.address, self.server.credentials.secret("keycloak-local"))

    async def ensure(self, username: str, *groups: str, last_name: str = "Prøve") -> str:
        async with self.steward() as steward:
            for group in groups:
                await steward.ensure_group(group)
            person = Person(username, username.capitalize(), last_name, groups)
            return await steward.ensure_person(person, PASSWORD)

    async def ensure_with_code(self, username: str, secret: str) -> str:
        """A person whose app shows one-time codes made from the secret."""
        staff_id = await self.ensure(username)
        stored = {
            "type": "otp",
            "secretData": json.dumps({"value": secret}),
            "credentialData": json.dumps(
                {
                    "subType": "totp",
                    "digits": 6,
                    "counter": 0,
                    "period": 30,
                    "algorithm": "HmacSHA1",
                }
            ),
        }
        async with self.administrator() as http:
            answer = await http.put(f"/users/{staff_id}", json={"credentials": [stored]})
            answer.raise_for_status()
        return staff_id

    async def signed_in(
        self, username: str, *, otp: str | None = None, cookies: dict[str, str] | None = None
    ) -> SignedIn:
        """Signed in; with a one-time code, at the second level."""
        attempt = new_attempt()
        code = await self.code_for(username, attempt, otp=otp, cookies=cookies)
        return await self.sign_in.exchange(code, attempt)

    async def code_for(
        self,
        username: str,
        attempt: SignInAttempt,
        *,
        otp: str | None = None,
        cookies: dict[str, str] | None = None,
    ) -> str:
        """What the browser comes back with after the person has typed what the forms ask for."""
        address = self.sign_in.authorization_url(
            attempt, locale="nb", second_factor=otp is not None
        )
        known = {"username": username, "password": PASSWORD, "otp": otp or ""}
        return await self.code_from(address, known, attempt.state, cookies)

    async def code_from(
        self,
        address: str,
        known: dict[str, str],
        state: str,
        cookies: dict[str, str] | None = None,
    ) -> str:
        """Fill in forms until Keycloak sends the browser back; each kind of form only once."""
        kept = {} if cookies is None else cookies
        asked = []
        async with httpx.AsyncClient() as browser:
            page = await browser.get(address, headers=_cookies(kept))
            while not page.has_redirect_location:
                kept.update(page.cookies)
                found = re.search(r'<form[^>]*action="([^"]+)"', page.text)
                names = [name for name in known if f'name="{name}"' in page.text]
                assert found, "Keycloak showed no form"
                assert names not in ([], *asked), "Keycloak did not let the person in"
                asked.append(names)
                typed = {name: known[name] for name in names}
                page = await browser.post(
                    html.unescape(found[1]), data=typed, headers=_cookies(kept)
                )
            kept.update(page.cookies)
        question = parse_qs(urlsplit(page.headers["location"]).query)
        assert question["state"] == [state]
        return question["code"][0]


def _cookies(kept: dict[str, str]) -> dict[str, str]:
    # By hand: browsers show Secure cookies to this machine over plain http, httpx does not.
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in kept.items())}


def one_time_code(secret: str, at: float) -> str:
    """RFC 6238 with SHA-1, six digits and 30 s."""
    digest = hmac.digest(secret.encode(), struct.pack(">Q", int(at) // 30), "sha1")
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 10**6:06d}"


async def asked_until_told(keycloak: RealKeycloak, one: School) -> Sequence[Colleague]:
    """A busy machine may need more than one call: a late answer serves the next."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await keycloak.directory.of_school(one)
            except IdentityProviderDown:
                await asyncio.sleep(0.2)


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
        async with keycloak.steward() as steward:
            await steward.permit_schools(SCHOOLS)
        yield keycloak
        await keycloak.sign_in.stop()
    finally:
        await child.stop()
