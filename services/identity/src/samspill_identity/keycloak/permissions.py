"""Schools' groups in Keycloak, and who may change their members: nobody may touch an account.

A Keycloak administrator runs it for every new school; docs/keycloak.md says how.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx

TIMEOUT: Final = 30.0
SCHOOLS_PER_TOKEN: Final = 10
"""A token lives for a minute, and a school takes a second."""

STAFF_GROUPS: Final = ("ledere", "larere")
ADMINISTRATORS: Final = "administratorer"
IDENTITY_GROUP: Final = "/samspill-identity"
"""Holds the service account alone: one policy can then name it beside a school's people."""

# Never manage-members: whoever has it may delete a member's account.
ON_GROUPS: Final = ("view", "view-members", "manage-membership", "manage-membership-of-members")
ON_PEOPLE: Final = ("view", "manage-group-membership")
CONSOLE_ROLES: Final = ("query-users", "query-groups")


@dataclass(frozen=True, slots=True)
class SchoolPermissions:
    """Sets up one realm; `http` has its admin address and an administrator's token."""

    http: httpx.AsyncClient
    service_client: str

    async def ensure(self, orgnrs: Sequence[str]) -> None:
        """Make each school's groups and permissions; repeating it is harmless."""
        server = await self._resource_server()
        identity = await self._identitys_group()
        administrators = [await self._school(server, orgnr, identity) for orgnr in orgnrs]
        # One permission and one policy for all: of two that disagree, Keycloak takes the no.
        name = "samspill: everyone who changes members"
        everyone = {identity, *administrators, *await self._groups_of_policy(server, name)}
        policy = await self._any_of(server, name, sorted(everyone))
        await self._permit(server, "samspill: people", "Users", ON_PEOPLE, [], policy)
        top = await self._group("/skoler")
        await self._permit(server, "samspill: schools", "Groups", ("view",), [top], policy)

    async def _identitys_group(self) -> str:
        group = await self._group(IDENTITY_GROUP)
        client = await self._client_id(self.service_client)
        account = (await self._get(f"/clients/{client}/service-account-user"))["id"]
        (await self.http.put(f"/users/{account}/groups/{group}")).raise_for_status()
        return group

    async def _school(self, server: str, orgnr: str, identity: str) -> str:
        """Set up one school; returns its administrators' group."""
        groups = [await self._group(f"/skoler/{orgnr}/{name}") for name in STAFF_GROUPS]
        administrators = await self._group(f"/skoler/{orgnr}/{ADMINISTRATORS}")
        name = f"samspill: {orgnr}"
        both = await self._any_of(server, f"{name}, identity and own", [identity, administrators])
        await self._permit(server, f"{name}, members", "Groups", ON_GROUPS, groups, both)
        # The console reaches a group through the one above it. Identity must not be left out: a
        # permission that says no to it there would hide the members of the groups below.
        school = await self._group(f"/skoler/{orgnr}")
        await self._permit(server, f"{name}, school", "Groups", ("view",), [school], both)
        await self._let_into_console(administrators)
        return administrators

    async def _any_of(self, server: str, name: str, groups: Sequence[str]) -> str:
        listed = [{"id": group, "extendChildren": False} for group in groups]
        policy = await self._ensure(server, "policy/group", name, {"groups": listed})
        if set(await self._groups_of_policy(server, name)) != set(groups):
            body = {"name": name, "logic": "POSITIVE", "groups": listed}
            changed = await self.http.put(f"{server}/policy/group/{policy}", json=body)
            changed.raise_for_status()
        return policy

    async def _groups_of_policy(self, server: str, name: str) -> Sequence[str]:
        found = await self._find(server, "policy", name)
        if found is None:
            return ()
        known = await self._get(f"{server}/policy/group/{found}")
        return [str(group["id"]) for group in known["groups"]]

    async def _let_into_console(self, group: str) -> None:
        management = await self._client_id("realm-management")
        roles = [await self._get(f"/clients/{management}/roles/{name}") for name in CONSOLE_ROLES]
        where = f"/groups/{group}/role-mappings/clients/{management}"
        (await self.http.post(where, json=roles)).raise_for_status()

    async def _resource_server(self) -> str:
        realm = await self._get("")
        if not realm.get("adminPermissionsEnabled"):
            changed = {"adminPermissionsEnabled": True}
            (await self.http.put("", json=changed)).raise_for_status()
        return f"/clients/{await self._client_id('admin-permissions')}/authz/resource-server"

    async def _client_id(self, client_id: str) -> str:
        return str((await self._get("/clients", clientId=client_id))[0]["id"])

    async def _group(self, path: str) -> str:
        where = f"/group-by-path/{quote(path.strip('/'))}"
        found = await self.http.get(where)
        if found.is_success:
            return str(found.json()["id"])
        above, _, name = path.rpartition("/")
        made_in = f"/groups/{await self._group(above)}/children" if above else "/groups"
        await self._post_unless_there(made_in, {"name": name})
        return str((await self._get(where))["id"])

    async def _permit(
        self,
        server: str,
        name: str,
        kind: str,
        scopes: Sequence[str],
        resources: Sequence[str],
        policy: str,
    ) -> None:
        body = {
            "resourceType": kind,
            "scopes": list(scopes),
            "resources": list(resources),
            "policies": [policy],
        }
        await self._ensure(server, "permission/scope", name, body)

    async def _ensure(self, server: str, kind: str, name: str, body: dict[str, Any]) -> str:
        """Make the policy or permission unless it is there; returns its id."""
        body = {"name": name, "logic": "POSITIVE", **body}
        await self._post_unless_there(f"{server}/{kind}", body)
        found = await self._find(server, kind.split("/", maxsplit=1)[0], name)
        assert found, "Keycloak has just stored it."
        return found

    async def _find(self, server: str, kind: str, name: str) -> str | None:
        listed = await self._get(f"{server}/{kind}", name=name)
        return next((str(one["id"]) for one in listed if one["name"] == name), None)

    async def _post_unless_there(self, path: str, body: dict[str, Any]) -> None:
        answer = await self.http.post(path, json=body)
        if answer.status_code != httpx.codes.CONFLICT:
            answer.raise_for_status()

    async def _get(self, path: str, **query: str) -> Any:
        answer = await self.http.get(path, params=query)
        answer.raise_for_status()
        return answer.json()


async def permit(chosen: argparse.Namespace) -> None:
    """Sign in as the administrator's client and set up the schools."""
    address = f"{chosen.address}/admin/realms/{chosen.realm}"
    async with httpx.AsyncClient(base_url=address, timeout=TIMEOUT) as http:
        for first in range(0, len(chosen.orgnr), SCHOOLS_PER_TOKEN):
            http.headers["Authorization"] = f"Bearer {await _token(http, chosen)}"
            schools = chosen.orgnr[first : first + SCHOOLS_PER_TOKEN]
            await SchoolPermissions(http, chosen.service_client).ensure(schools)


async def _token(http: httpx.AsyncClient, chosen: argparse.Namespace) -> str:
    answer = await http.post(
        f"{chosen.address}/realms/{chosen.realm}/protocol/openid-connect/token",
        data={
            "grant_type": "client_credentials",
            "client_id": chosen.admin_client,
            "client_secret": chosen.admin_secret_file.read_text().strip(),
        },
    )
    answer.raise_for_status()
    return str(answer.json()["access_token"])


def main(words: Sequence[str] | None = None) -> int:
    """Read the command line; Keycloak's refusal is told in one line."""
    parser = argparse.ArgumentParser(prog="python -m samspill_identity.keycloak.permissions")
    parser.add_argument("--address", required=True, help="Keycloak, without a slash at the end")
    parser.add_argument("--realm", default="samspill")
    parser.add_argument("--admin-client", required=True, help="a client with realm-admin")
    parser.add_argument("--admin-secret-file", required=True, type=Path)
    parser.add_argument("--service-client", default="samspill-identity")
    parser.add_argument("orgnr", nargs="+", help="the schools' organisation numbers")
    try:
        asyncio.run(permit(parser.parse_args(words)))
    except httpx.HTTPError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
