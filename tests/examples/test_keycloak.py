"""The operator's way to a realm, on a real Keycloak: import, permissions, first leader (SPEC I1, I3)."""

from __future__ import annotations

import asyncio
import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from deploy.local.children import Child, Program
from deploy.local.credentials import Credentials
from deploy.local.keycloak import REALM, REHEARSED_TABLES, Keycloak, link_distribution
from deploy.local.keycloak_distribution import VERSION, distribution
from deploy.local.services import answers, until
from samspill_identity.keycloak.sign_in import KeycloakSignIn
from samspill_identity.keycloak.sign_in import Realm as SignInRealm
from samspill_kit.clock import SystemClock
from samspill_kit.principal import Role
from samspill_kit.testing.children import free_port
from services.identity.tests.integration.keycloak_server import new_attempt

from .made import EXAMPLES, PUBLIC_ADDRESS, make_secrets, secrets_in, values

PATIENCE = 180.0
IMPORT = EXAMPLES / "keycloak" / "realm_import.py"
LEADER = "ingrid.berg"
SCHOOLS = [each["orgnr"] for each in values()["municipalities"][0]["schools"]]
MUNICIPALITY = values()["municipalities"][0]["orgnr"]


def imported() -> dict[str, Any]:
    """What the guide's command hands to kubectl."""
    schools = [word for orgnr in SCHOOLS for word in ("--school", orgnr)]
    words = ["--municipality", MUNICIPALITY, *schools, "--leader", LEADER, "Ingrid", "Berg"]
    done = subprocess.run(
        [sys.executable, str(IMPORT), *words], check=True, capture_output=True, text=True
    )
    resource: dict[str, Any] = json.loads(done.stdout)
    return resource


@dataclass(frozen=True, slots=True)
class Realm:
    """A Keycloak that has imported the realm as its operator imports it."""

    server: Keycloak
    distribution: Path
    secrets: Path

    def secret(self, key: str) -> str:
        return (self.secrets / "samspill-stores" / "samspill-realm" / key).read_text()

    async def token(self, client: str, secret: str) -> httpx.Response:
        asked = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
        address = f"{self.server.address}/realms/{REALM}/protocol/openid-connect/token"
        async with httpx.AsyncClient(timeout=30) as http:
            return await http.post(address, data=asked)

    def sign_in(self) -> KeycloakSignIn:
        """What identity does with the chart's address and the operator's secret."""
        realm = SignInRealm(
            address=self.server.address,
            public_address=self.server.address,
            name=REALM,
            client_id="samspill-web",
            client_secret=(self.secrets / "samspill/keycloak/oidc-client-secret").read_text(),
            redirect_uri=f"{PUBLIC_ADDRESS}/logg-inn/retur",
            home=f"{PUBLIC_ADDRESS}/",
            timeout=10,
            refresh_timeout=10,
        )
        return KeycloakSignIn(realm, SystemClock())

    async def setup(self) -> httpx.AsyncClient:
        """Keycloak's admin interface as the setup client has it."""
        token = (await self.token("samspill-setup", self.secret("setup-secret"))).json()
        return httpx.AsyncClient(
            base_url=f"{self.server.address}/admin/realms/{REALM}",
            headers={"Authorization": f"Bearer {token['access_token']}"},
            timeout=30,
        )


def _home(folder: Path, built: Path) -> Keycloak:
    server = Keycloak(
        folder / "keycloak", Credentials(folder / "own"), free_port(), free_port(), "unused"
    )
    link_distribution(server.home, built)
    shutil.copytree(built / REHEARSED_TABLES, server.home / "data" / "h2")
    return server


def _environment(server: Keycloak, secrets: Path, resource: dict[str, Any]) -> dict[str, str]:
    """Without the launcher's own placeholders: those of the resource, from the secret it names."""
    own = {
        key: value for key, value in server.environment().items() if key.startswith(("KC_", "P"))
    }
    for variable, place in resource["spec"]["placeholders"].items():
        named = place["secret"]
        own[variable] = (secrets / "samspill-stores" / named["name"] / named["key"]).read_text()
    return own


def _import(server: Keycloak, built: Path, folder: Path, environment: dict[str, str]) -> None:
    *words, _start, optimized = server.java(built)
    file = folder / "samspill-realm.json"
    words += ["import", optimized, f"--file={file}", "--override=false"]
    done = subprocess.run(
        words, env=environment, cwd=server.home, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.fixture(scope="module")
async def realm(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Realm]:
    folder = tmp_path_factory.mktemp("operator")
    built = await asyncio.to_thread(distribution, print)
    server = _home(folder, built)
    make_secrets(folder / "secrets")
    resource = imported()
    (folder / "samspill-realm.json").write_text(json.dumps(resource["spec"]["realm"]))
    environment = _environment(server, folder / "secrets", resource)
    await asyncio.to_thread(_import, server, built, folder, environment)
    bare = {key: value for key, value in environment.items() if not key.startswith("SAMSPILL")}
    program = Program(
        name="keycloak", words=tuple(server.java(built)), environment=bare, folder=server.home
    )
    child = await Child.start(program, folder / "log")
    try:
        async with asyncio.timeout(PATIENCE):
            await until(lambda: answers(server.readiness_address))
        yield Realm(server, built, folder / "secrets")
    finally:
        await child.stop()


def permit(realm: Realm) -> subprocess.CompletedProcess[str]:
    """What the job runs, with this Keycloak's address and the secret where a test has it."""
    job = yaml.safe_load((EXAMPLES / "keycloak" / "permissions-job.yaml").read_text())
    (container,) = job["spec"]["template"]["spec"]["containers"]
    secret = str(realm.secrets / "samspill" / "keycloak-setup" / "client-secret")
    there = {
        "--address=https://keycloak.example.org": f"--address={realm.server.address}",
        "--admin-secret-file=/run/samspill/setup/client-secret": f"--admin-secret-file={secret}",
    }
    assert there.keys() <= set(container["args"])
    words = [there.get(word, word) for word in container["args"]]
    return subprocess.run(
        [sys.executable, "-m", *words], capture_output=True, text=True, check=False
    )


def test_the_examples_are_for_the_keycloak_that_is_tested() -> None:
    heading = (EXAMPLES / "keycloak" / "keycloak.yaml").read_text().splitlines()[0]
    assert VERSION.rpartition(".")[0] in heading


def test_the_resource_names_secrets_that_exist_and_holds_none(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    made = secrets_in(tmp_path)
    resource = imported()
    for place in resource["spec"]["placeholders"].values():
        named = place["secret"]
        assert named["key"] in made["samspill-stores", named["name"]]
    written = json.dumps(resource["spec"]["realm"])
    for variable in resource["spec"]["placeholders"]:
        assert f"${{{variable}}}" in written
    secrets = [client["secret"] for client in resource["spec"]["realm"]["clients"]]
    assert all(secret.startswith("${SAMSPILL_") for secret in secrets)
    # Else kubectl would leave the annotation out that the next apply compares with.
    assert len(json.dumps(resource)) < 256 * 1024


def test_nobody_of_the_demonstration_is_imported() -> None:
    people = [user["username"] for user in imported()["spec"]["realm"]["users"]]
    assert [each for each in people if not each.startswith("service-account-")] == [LEADER]


async def test_permissions_are_set_up_and_may_be_set_up_again(realm: Realm) -> None:
    for _ in range(2):
        done = await asyncio.to_thread(permit, realm)
        assert done.returncode == 0, done.stderr
    answer = await realm.token("samspill-identity", realm.secret("identity-secret"))
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    base = f"{realm.server.address}/admin/realms/{REALM}"
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=30) as identity:
        group = await identity.get(f"/group-by-path/skoler/{SCHOOLS[0]}/ledere")
        members = await identity.get(f"/groups/{group.json()['id']}/members")
        assert [each["username"] for each in members.json()] == [LEADER]
        assert (await identity.get("/clients")).status_code == httpx.codes.FORBIDDEN


async def test_the_first_leader_signs_in_and_chooses_a_password(realm: Realm) -> None:
    sign_in = realm.sign_in()
    await sign_in.start()
    attempt = new_attempt()
    password = "a longer one of her own"
    known = {"username": LEADER, "password": realm.secret("leader-password")}
    known |= {"password-new": password, "password-confirm": password}
    address = sign_in.authorization_url(attempt, locale="nb", second_factor=False)

    back = await filled_in(address, known)

    person = await sign_in.exchange(back.params["code"], attempt)
    await sign_in.stop()
    (membership,) = person.memberships
    assert (membership.orgnr, membership.role) == (SCHOOLS[0], Role.LEADER)


async def filled_in(address: str, known: dict[str, str]) -> httpx.URL:
    """Follow Keycloak and fill in its forms until it sends the browser to the municipality."""
    kept: dict[str, str] = {}
    async with httpx.AsyncClient(timeout=30) as browser:
        page = await browser.get(address)
        for _ in range(9):
            # By hand: browsers show Secure cookies to this machine over plain http, httpx does not.
            kept.update(page.cookies)
            shown = {"Cookie": "; ".join(f"{name}={value}" for name, value in kept.items())}
            if not page.has_redirect_location:
                form = re.search(r'<form[^>]*action="([^"]+)"', page.text)
                assert form, "Keycloak showed no form"
                typed = {name: known[name] for name in known if f'name="{name}"' in page.text}
                page = await browser.post(html.unescape(form[1]), data=typed, headers=shown)
                continue
            target = httpx.URL(page.headers["location"])
            if str(target).startswith(PUBLIC_ADDRESS):
                return target
            page = await browser.get(target, headers=shown)
    raise AssertionError("Keycloak did not let the person in")


async def test_the_municipalitys_administrators_have_a_group(realm: Realm) -> None:
    async with await realm.setup() as admin:
        found = await admin.get(f"/group-by-path/kommuner/{MUNICIPALITY}/administratorer")
        assert found.status_code == httpx.codes.OK


async def test_the_setup_client_is_turned_off(realm: Realm) -> None:
    """Last: nothing sets up anything afterwards."""
    script = (EXAMPLES / "keycloak" / "setup-off.sh").read_text()
    secret = f"SETUP_SECRET='{realm.secret('setup-secret')}'\n"
    told = {
        "PATH": os.environ["PATH"],
        "HOME": str(realm.secrets),
        "KEYCLOAK_HOME": str(realm.distribution),
        "KEYCLOAK_ADDRESS": realm.server.address,
    }
    assert (await realm.token("samspill-setup", realm.secret("setup-secret"))).is_success

    done = await asyncio.to_thread(
        subprocess.run, ["bash"], input=secret + script, env=told, capture_output=True, text=True
    )

    assert (done.returncode, done.stdout) == (0, "samspill-setup is off\n"), done.stderr
    assert not (await realm.token("samspill-setup", realm.secret("setup-secret"))).is_success
    assert (await asyncio.to_thread(permit, realm)).returncode == 1


def test_the_command_says_what_it_needs() -> None:
    asked = subprocess.run(
        [sys.executable, str(IMPORT)], capture_output=True, text=True, check=False
    )
    assert asked.returncode == 2
    assert "--municipality" in asked.stderr
