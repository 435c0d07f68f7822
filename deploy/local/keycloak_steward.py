"""What the municipality's Keycloak administrator would do by hand: groups, people, addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import quote

import httpx

from deploy.local.keycloak import IDENTITY_CLIENT, REALM, STEWARD_CLIENT, WEB_CLIENT
from samspill_identity.keycloak.permissions import SchoolPermissions

TIMEOUT: Final = httpx.Timeout(30.0)
CONFLICT: Final = 409


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works at a school or for the municipality."""

    username: str
    first_name: str
    last_name: str
    groups: tuple[str, ...]
    """Full paths, for example `/skoler/999999999/larere`."""


class Steward:
    """Keycloak's admin interface, for this realm only; every method may be repeated."""

    def __init__(self, address: str, secret: str) -> None:
        self._address = address
        self._secret = secret
        self._http = httpx.AsyncClient(base_url=f"{address}/admin/realms/{REALM}", timeout=TIMEOUT)

    async def __aenter__(self) -> Self:
        answer = await self._http.post(
            f"{self._address}/realms/{REALM}/protocol/openid-connect/token",
            data={
                "grant_type": "client_credentials",
                "client_id": STEWARD_CLIENT,
                "client_secret": self._secret,
            },
        )
        answer.raise_for_status()
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def ensure_group(self, path: str) -> str:
        """Make the group and those above it; returns its id."""
        found = await self._http.get(f"/group-by-path/{quote(path.strip('/'))}")
        if found.is_success:
            return str(found.json()["id"])
        above, _, name = path.rpartition("/")
        where = f"/groups/{await self.ensure_group(above)}/children" if above else "/groups"
        made = await self._http.post(where, json={"name": name})
        if made.status_code != CONFLICT:
            made.raise_for_status()
        return str((await self._get(f"/group-by-path/{quote(path.strip('/'))}"))["id"])

    async def ensure_person(self, person: Person, password: str) -> str:
        """Make the person with that password and put them into their groups; returns their id."""
        made = await self._http.post(
            "/users",
            json={
                "username": person.username,
                "firstName": person.first_name,
                "lastName": person.last_name,
                "enabled": True,
                "credentials": [{"type": "password", "value": password, "temporary": False}],
            },
        )
        if made.status_code != CONFLICT:
            made.raise_for_status()
        user_id = await self.person_id(person.username)
        for path in person.groups:
            await self.put_into_group(user_id, path)
        return user_id

    async def person_id(self, username: str) -> str:
        """Keycloak's id of a person who exists."""
        found = await self._get("/users", username=username, exact="true")
        return str(found[0]["id"])

    async def put_into_group(self, user_id: str, path: str) -> None:
        """Give the right that the group stands for."""
        group_id = await self.ensure_group(path)
        (await self._http.put(f"/users/{user_id}/groups/{group_id}")).raise_for_status()

    async def take_from_group(self, user_id: str, path: str) -> None:
        """Take the right that the group stands for."""
        group_id = await self.ensure_group(path)
        (await self._http.delete(f"/users/{user_id}/groups/{group_id}")).raise_for_status()

    async def permit_schools(self, orgnrs: Sequence[str]) -> None:
        """Make schools' groups, and let identity and each school's administrators fill them."""
        await SchoolPermissions(self._http, IDENTITY_CLIENT).ensure(orgnrs)

    async def align_address(self, public_address: str) -> None:
        """Let the sign-in return to where the gateway is now, if that has changed."""
        client = (await self._get("/clients", clientId=WEB_CLIENT))[0]
        old = str(client["baseUrl"]).rstrip("/")
        if old == public_address:
            return
        client["baseUrl"] = f"{public_address}/"
        client["redirectUris"] = [
            uri.replace(old, public_address) for uri in client["redirectUris"]
        ]
        for name in ("post.logout.redirect.uris", "backchannel.logout.url"):
            client["attributes"][name] = client["attributes"][name].replace(old, public_address)
        (await self._http.put(f"/clients/{client['id']}", json=client)).raise_for_status()

    async def _get(self, path: str, **query: str) -> Any:
        answer = await self._http.get(path, params=query)
        answer.raise_for_status()
        return answer.json()
