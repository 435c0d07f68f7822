"""What identity asks of Keycloak, asked of the real one."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from samspill_identity.domain.errors import IdentityProviderDown, SignInRefused
from samspill_identity.domain.schools import Colleague, Membership
from samspill_identity.domain.sessions import ProviderTokens
from samspill_kit.principal import Role
from services.identity.tests.integration.keycloak_server import (
    RealKeycloak,
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
    colleagues = await asked_until_told(keycloak)
    siv = next(one for one in colleagues if str(one.staff_id) == staff_id)
    assert (siv.display_name, siv.roles) == ("Siv Ås", {Role.LEADER, Role.TEACHER})


async def asked_until_told(keycloak: RealKeycloak) -> Sequence[Colleague]:
    """A busy machine may need more than one call: a late answer serves the next."""
    while True:
        try:
            return await keycloak.directory.of_school(school(TUN))
        except IdentityProviderDown:
            await asyncio.sleep(0.2)


async def test_a_refused_directory_counts_as_down(keycloak: RealKeycloak) -> None:
    with pytest.raises(IdentityProviderDown):
        await keycloak.directory_with("wrong").of_school(school(TUN))
