"""What identity asks of Keycloak, asked of the real one."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from samspill_identity.domain.errors import IdentityProviderDown, SignInRefused
from samspill_identity.domain.schools import Membership
from samspill_identity.domain.sessions import ProviderTokens
from samspill_identity.keycloak.entry import demand_entry
from samspill_identity.settings import MigrationSettings
from samspill_kit.principal import Role
from samspill_kit.settings import SettingRefused
from services.identity.tests.integration.keycloak_server import (
    RealKeycloak,
    asked_until_told,
    new_attempt,
    real_keycloak,
)
from services.identity.tests.integration.running import TUN, school

LEADERS, TEACHERS = f"/skoler/{TUN}/ledere", f"/skoler/{TUN}/larere"


@pytest.fixture(scope="module")
async def keycloak(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealKeycloak]:
    async with real_keycloak(tmp_path_factory.mktemp("keycloak")) as running:
        yield running


async def test_a_sign_in_tells_who_it_is_and_where_they_work(keycloak: RealKeycloak) -> None:
    staff_id = await keycloak.ensure("liv", LEADERS)
    person = await keycloak.signed_in("liv")
    assert str(person.staff_id) == staff_id
    assert person.display_name == "Liv Prøve"
    assert person.memberships == {Membership(TUN, Role.LEADER)}
    assert person.provider_session


async def test_a_code_serves_once_and_its_own_attempt_alone(keycloak: RealKeycloak) -> None:
    await keycloak.ensure("kari", TEACHERS)
    mine, other = new_attempt(), new_attempt()
    code = await keycloak.code_for("kari", mine)
    with pytest.raises(SignInRefused):
        await keycloak.sign_in.exchange(code, other)
    code = await keycloak.code_for("kari", mine)
    await keycloak.sign_in.exchange(code, mine)
    with pytest.raises(SignInRefused):
        await keycloak.sign_in.exchange(code, mine)


async def test_another_nonce_is_refused(keycloak: RealKeycloak) -> None:
    await keycloak.ensure("nils", TEACHERS)
    attempt = new_attempt()
    code = await keycloak.code_for("nils", attempt)
    with pytest.raises(SignInRefused):
        await keycloak.sign_in.exchange(code, replace(attempt, nonce="another"))


async def test_a_right_taken_in_keycloak_is_gone_at_the_next_refresh(
    keycloak: RealKeycloak,
) -> None:
    staff_id = await keycloak.ensure("tor", TEACHERS, LEADERS)
    person = await keycloak.signed_in("tor")
    assert len(person.memberships) == 2
    async with keycloak.steward() as steward:
        await steward.take_from_group(staff_id, LEADERS)
    refreshed = await keycloak.sign_in.refresh(person)
    assert refreshed.memberships == {Membership(TUN, Role.TEACHER)}


async def test_an_ended_session_is_refused_at_the_next_refresh(keycloak: RealKeycloak) -> None:
    await keycloak.ensure("per", TEACHERS)
    person = await keycloak.signed_in("per")
    await keycloak.sign_in.end(person)
    with pytest.raises(SignInRefused):
        await keycloak.sign_in.refresh(person)


async def test_a_wrong_client_secret_is_no_reason_to_end_sessions(keycloak: RealKeycloak) -> None:
    await keycloak.ensure("ida", TEACHERS)
    person = await keycloak.signed_in("ida")
    misconfigured = keycloak.sign_in_with("wrong")
    await misconfigured.start()
    with pytest.raises(IdentityProviderDown):
        await misconfigured.refresh(person)
    await misconfigured.stop()
    assert await keycloak.sign_in.refresh(person)


async def test_a_token_of_somebody_else_is_refused(keycloak: RealKeycloak) -> None:
    await keycloak.ensure("eva", TEACHERS)
    await keycloak.ensure("odd", TEACHERS)
    eva, odd = await keycloak.signed_in("eva"), await keycloak.signed_in("odd")
    with pytest.raises(SignInRefused):
        await keycloak.sign_in.refresh(replace(eva, tokens=odd.tokens))
    with pytest.raises(SignInRefused):
        await keycloak.sign_in.refresh(replace(eva, tokens=ProviderTokens("nonsense")))


async def test_an_id_token_is_no_logout_token(keycloak: RealKeycloak) -> None:
    for token in ("nonsense", "a.b.c"):
        with pytest.raises(SignInRefused):
            await keycloak.sign_in.read_logout(token)


async def test_the_directory_tells_who_works_at_a_school(keycloak: RealKeycloak) -> None:
    staff_id = await keycloak.ensure("siv", TEACHERS, LEADERS, last_name="Ås")
    colleagues = await asked_until_told(keycloak, school(TUN))
    siv = next(one for one in colleagues if str(one.staff_id) == staff_id)
    assert (siv.display_name, siv.roles) == ("Siv Ås", {Role.LEADER, Role.TEACHER})


async def test_a_refused_directory_counts_as_down(keycloak: RealKeycloak) -> None:
    with pytest.raises(IdentityProviderDown):
        await keycloak.directory_with("wrong").of_school(school(TUN))


async def test_another_address_or_no_proof_key_is_refused(keycloak: RealKeycloak) -> None:
    address = httpx.URL(keycloak.sign_in.authorization_url(new_attempt(), locale="nb"))
    ours = address.params["redirect_uri"]
    async with httpx.AsyncClient() as browser:
        assert (await browser.get(address)).status_code == 200
        for other in (f"{ours}/", f"{ours}?x=1", "http://localhost:8080/", "https://evil.example/"):
            answer = await browser.get(address.copy_set_param("redirect_uri", other))
            assert answer.status_code == 400, other
        answer = await browser.get(address.copy_remove_param("code_challenge"))
        assert "error=invalid_request" in answer.headers.get("location", "")


async def test_a_right_given_in_keycloak_is_there_at_the_next_refresh(
    keycloak: RealKeycloak,
) -> None:
    staff_id = await keycloak.ensure("unni", TEACHERS)
    person = await keycloak.signed_in("unni")
    async with keycloak.steward() as steward:
        await steward.put_into_group(staff_id, LEADERS)
    assert len((await keycloak.sign_in.refresh(person)).memberships) == 2


@pytest.mark.parametrize("deed", ["disables", "ends the session", "deletes"])
async def test_somebody_whom_an_administrator_stops_is_refused(
    keycloak: RealKeycloak, deed: str
) -> None:
    staff_id = await keycloak.ensure("vidar", TEACHERS)
    person = await keycloak.signed_in("vidar")
    assert await keycloak.sign_in.refresh(person)
    async with keycloak.administrator() as http:
        if deed == "disables":
            answer = await http.put(f"/users/{staff_id}", json={"enabled": False})
        elif deed == "ends the session":
            answer = await http.post(f"/users/{staff_id}/logout")
        else:
            answer = await http.delete(f"/users/{staff_id}")
        answer.raise_for_status()
    with pytest.raises(SignInRefused):
        await keycloak.sign_in.refresh(person)
    async with keycloak.administrator() as http:
        await http.put(f"/users/{staff_id}", json={"enabled": True})


async def test_a_renamed_group_means_nothing_until_it_has_its_name_again(
    keycloak: RealKeycloak,
) -> None:
    orgnr = "222222222"
    path = f"/skoler/{orgnr}/larere"
    staff_id = await keycloak.ensure("wenche", path)
    person = await keycloak.signed_in("wenche")
    async with keycloak.steward() as steward:
        group = await steward.ensure_group(path)
    for name, is_member in (("larere", True), ("laerarar", False), ("larere", True)):
        async with keycloak.administrator() as http:
            (await http.put(f"/groups/{group}", json={"name": name})).raise_for_status()
        refreshed = await keycloak.sign_in.refresh(person)
        assert bool(refreshed.memberships) is is_member
        keycloak.directory.forget(school(orgnr).id)
        told = await asked_until_told(keycloak, school(orgnr))
        assert (staff_id in {str(one.staff_id) for one in told}) is is_member
        assert await keycloak.directory.has_groups(school(orgnr)) is is_member


async def test_keycloaks_own_logout_token_ends_that_session_and_no_other_text_does(
    keycloak: RealKeycloak,
) -> None:
    staff_id = await keycloak.ensure("yngve", TEACHERS)
    async with logout_listener(keycloak) as tokens:
        person = await keycloak.signed_in("yngve")
        async with keycloak.administrator() as http:
            (await http.post(f"/users/{staff_id}/logout")).raise_for_status()
        token = await asyncio.wait_for(tokens.get(), 30)
    told = await keycloak.sign_in.read_logout(token)
    assert told == (person.provider_session, person.staff_id)
    unsigned = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")
    body = token.split(".")[1]
    for forged in (f"{unsigned}.{body}.", token[:-8] + "AAAAAAAA"):
        with pytest.raises(SignInRefused):
            await keycloak.sign_in.read_logout(forged)
    secret = keycloak.server.credentials.secret("keycloak-web")
    for reader in (
        keycloak.sign_in_with(secret, client_id="another-client"),
        keycloak.sign_in_with(secret, clock=FiveMinutesLater()),
    ):
        with pytest.raises(SignInRefused):
            await reader.read_logout(token)


class FiveMinutesLater:
    """A clock for somebody who sends an old token again."""

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(minutes=5)


@asynccontextmanager
async def logout_listener(keycloak: RealKeycloak) -> AsyncIterator[asyncio.Queue[str]]:
    """Where Keycloak posts logout tokens for a while, instead of to the gateway."""
    tokens: asyncio.Queue[str] = asyncio.Queue()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split()[0])
        form = parse_qs((await reader.readexactly(length)).decode())
        tokens.put_nowait(form["logout_token"][0])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with keycloak.administrator() as http:
        client = (await http.get("/clients", params={"clientId": "samspill-web"})).json()[0]
        usual = client["attributes"]["backchannel.logout.url"]
        client["attributes"]["backchannel.logout.url"] = f"http://127.0.0.1:{port}/"
        (await http.put(f"/clients/{client['id']}", json=client)).raise_for_status()
        yield tokens
        client["attributes"]["backchannel.logout.url"] = usual
        (await http.put(f"/clients/{client['id']}", json=client)).raise_for_status()
    server.close()


async def test_right_secrets_are_let_through_and_wrong_ones_named(
    keycloak: RealKeycloak, tmp_path: Path
) -> None:
    def told(**changed: str) -> MigrationSettings:
        secrets = {
            "oidc_client_secret_file": keycloak.server.credentials.secret("keycloak-web"),
            "admin_client_secret_file": keycloak.server.credentials.secret("keycloak-identity"),
        }
        plain = {"keycloak_address": keycloak.server.address, "owner_database_url_file": __file__}
        for name, secret in secrets.items():
            file = tmp_path / name
            file.write_text(changed.pop(name, secret))
            plain[name] = str(file)
        return MigrationSettings.model_validate(plain | changed)

    await demand_entry(told())
    await demand_entry(told(keycloak_address="http://127.0.0.1:1"))
    for wrong in ("oidc_client_secret_file", "admin_client_secret_file"):
        with pytest.raises(SettingRefused, match="refuses") as refused:
            await demand_entry(told(**{wrong: "another"}))
        assert refused.value.setting == wrong
    with pytest.raises(SettingRefused, match="no realm"):
        await demand_entry(told(keycloak_realm="elsewhere"))
