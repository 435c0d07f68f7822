"""What the service account and a school's own administrator may do in the real Keycloak."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

import httpx
import pytest

from samspill_identity.domain.errors import PersonUnknown, SchoolGroupsMissing
from samspill_identity.domain.schools import School
from samspill_kit.ids import RandomIds, StaffId
from samspill_kit.principal import Role
from services.identity.tests.integration.keycloak_server import (
    PASSWORD,
    RealKeycloak,
    asked_until_told,
    real_keycloak,
)
from services.identity.tests.integration.running import HAUG, TUN, school

LEADERS, OTHER_LEADERS = f"/skoler/{TUN}/ledere", f"/skoler/{HAUG}/ledere"
MUNICIPALITY = "/kommuner/999999999/administratorer"
FORBIDDEN, DONE = 403, 204


@pytest.fixture(scope="module")
async def keycloak(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealKeycloak]:
    async with real_keycloak(tmp_path_factory.mktemp("keycloak")) as running:
        async with running.steward() as steward:
            await steward.ensure_group(MUNICIPALITY)
        yield running


@asynccontextmanager
async def service_account(keycloak: RealKeycloak) -> AsyncIterator[httpx.AsyncClient]:
    secret = keycloak.server.credentials.secret("keycloak-identity")
    async with keycloak.admin_with(await keycloak.token_of("samspill-identity", secret)) as http:
        yield http


@asynccontextmanager
async def school_administrator(keycloak: RealKeycloak) -> AsyncIterator[httpx.AsyncClient]:
    await keycloak.ensure("tuns.administrator", f"/skoler/{TUN}/administratorer")
    async with keycloak.administrator() as http:
        client = {"clientId": "console", "secret": "x", "directAccessGrantsEnabled": True}
        await http.post("/clients", json=client | {"fullScopeAllowed": True})
    token = await keycloak.token_of(
        "console", "x", grant_type="password", username="tuns.administrator", password=PASSWORD
    )
    async with keycloak.admin_with(token) as http:
        yield http


async def group_id(keycloak: RealKeycloak, path: str) -> str:
    async with keycloak.steward() as steward:
        return await steward.ensure_group(path)


async def colleagues(keycloak: RealKeycloak, one: School) -> dict[str, frozenset[Role]]:
    told = await asked_until_told(keycloak, one)
    return {str(colleague.staff_id): colleague.roles for colleague in told}


async def test_a_person_is_added_and_removed_and_the_list_tells_at_once(
    keycloak: RealKeycloak,
) -> None:
    tun, staff_id = school(TUN), StaffId.parse(await keycloak.ensure("alma"))
    assert str(staff_id) not in await colleagues(keycloak, tun)
    for _ in range(2):
        await keycloak.directory.add(tun, staff_id, Role.TEACHER)
        assert (await colleagues(keycloak, tun))[str(staff_id)] == {Role.TEACHER}
    await keycloak.directory.add(tun, staff_id, Role.LEADER)
    assert (await colleagues(keycloak, tun))[str(staff_id)] == {Role.TEACHER, Role.LEADER}
    for _ in range(2):
        await keycloak.directory.remove(tun, staff_id, Role.TEACHER)
        assert (await colleagues(keycloak, tun))[str(staff_id)] == {Role.LEADER}


async def test_people_are_found_by_how_their_names_begin(keycloak: RealKeycloak) -> None:
    staff_id = await keycloak.ensure("bodil", last_name="Ødegård")
    for query in ("bod", "BODIL", "øde", "bodil øde"):
        found = await keycloak.directory.find(query, limit=5)
        assert [str(one.staff_id) for one in found] == [staff_id], query
    for query in ("dil", "*dil", "service-account", "***", f"id:{staff_id}"):
        assert await keycloak.directory.find(query, limit=5) == [], query


async def test_the_disabled_and_the_unknown_are_neither_found_nor_added(
    keycloak: RealKeycloak,
) -> None:
    staff_id = await keycloak.ensure("cato")
    assert await keycloak.directory.find("cato", limit=5)
    async with keycloak.administrator() as http:
        (await http.put(f"/users/{staff_id}", json={"enabled": False})).raise_for_status()
    assert await keycloak.directory.find("cato", limit=5) == []
    for unknown in (StaffId.parse(staff_id), RandomIds().new(StaffId)):
        with pytest.raises(PersonUnknown):
            await keycloak.directory.add(school(TUN), unknown, Role.TEACHER)


async def test_a_school_without_groups_is_told_apart(keycloak: RealKeycloak) -> None:
    assert await keycloak.directory.has_groups(school(TUN))
    assert not await keycloak.directory.has_groups(school("333333333"))
    staff_id = StaffId.parse(await keycloak.ensure("dina"))
    with pytest.raises(SchoolGroupsMissing):
        await keycloak.directory.add(school("333333333"), staff_id, Role.TEACHER)


async def test_groups_without_permissions_do_not_count_before_they_are_given(
    keycloak: RealKeycloak,
) -> None:
    late = "444444444"
    async with keycloak.steward() as steward:
        for name in ("ledere", "larere"):
            await steward.ensure_group(f"/skoler/{late}/{name}")
        assert not await keycloak.directory.has_groups(school(late))
        await steward.permit_schools([late])
    assert await keycloak.directory.has_groups(school(late))


async def test_the_service_account_can_do_nothing_to_an_account(keycloak: RealKeycloak) -> None:
    """Neither a stranger's, nor a member's, nor one that it removed itself."""
    stranger, member, former = [await keycloak.ensure(name) for name in ("eli", "finn", "gro")]
    for staff_id in (member, former):
        await keycloak.directory.add(school(TUN), StaffId.parse(staff_id), Role.LEADER)
    await keycloak.directory.remove(school(TUN), StaffId.parse(former), Role.LEADER)
    password = {"type": "password", "value": "a wholly other password"}
    async with service_account(keycloak) as http:
        for staff_id in (stranger, member, former):
            tried = [
                await http.delete(f"/users/{staff_id}"),
                await http.put(f"/users/{staff_id}", json={"enabled": False}),
                await http.put(f"/users/{staff_id}/reset-password", json=password),
                await http.post(f"/users/{staff_id}/logout"),
            ]
            assert [answer.status_code for answer in tried] == [FORBIDDEN] * len(tried)
        for body in ({"username": "made"}, {"username": "made", "groups": [LEADERS]}):
            assert (await http.post("/users", json=body)).status_code == FORBIDDEN
    # The control: the same requests do work for somebody who may.
    async with keycloak.administrator() as http:
        answer = await http.put(f"/users/{member}/reset-password", json=password)
        assert answer.status_code == DONE
        assert (await http.delete(f"/users/{member}")).status_code == DONE


async def test_the_service_account_touches_no_other_group(keycloak: RealKeycloak) -> None:
    staff_id = await keycloak.ensure("hilde")
    closed = ("/skoler", MUNICIPALITY, f"/skoler/{TUN}", f"/skoler/{TUN}/administratorer")
    async with service_account(keycloak) as http:
        for path in closed:
            where = f"/users/{staff_id}/groups/{await group_id(keycloak, path)}"
            assert (await http.put(where)).status_code == FORBIDDEN, path
        leaders = await group_id(keycloak, LEADERS)
        renamed = await http.put(f"/groups/{leaders}", json={"name": "andre"})
        assert renamed.status_code == FORBIDDEN
        assert (await http.delete(f"/groups/{leaders}")).status_code == FORBIDDEN
        assert (await http.post("/groups", json={"name": "ny"})).status_code == FORBIDDEN
        assert (await http.get("/clients")).status_code == FORBIDDEN
        assert (await http.put(f"/users/{staff_id}/groups/{leaders}")).status_code == DONE


async def test_a_schools_administrator_fills_its_own_groups_alone(keycloak: RealKeycloak) -> None:
    staff_id = await keycloak.ensure("ivar")
    own, other = await group_id(keycloak, LEADERS), await group_id(keycloak, OTHER_LEADERS)
    async with school_administrator(keycloak) as http:
        assert (await http.put(f"/users/{staff_id}/groups/{own}")).status_code == DONE
        members = await http.get(f"/groups/{own}/members")
        assert staff_id in {member["id"] for member in members.json()}
        assert (await http.delete(f"/users/{staff_id}/groups/{own}")).status_code == DONE
        tried = [
            await http.put(f"/users/{staff_id}/groups/{other}"),
            await http.delete(f"/users/{staff_id}/groups/{other}"),
            await http.get(f"/groups/{other}/members"),
            await http.get(f"/group-by-path/{quote(OTHER_LEADERS.strip('/'))}"),
            await http.put(f"/users/{staff_id}/groups/{await group_id(keycloak, MUNICIPALITY)}"),
            await http.delete(f"/users/{staff_id}"),
            await http.put(f"/users/{staff_id}", json={"enabled": False}),
            await http.get("/clients"),
        ]
        assert [answer.status_code for answer in tried] == [FORBIDDEN] * len(tried)


async def test_setting_up_again_changes_nothing_and_forgets_no_school(
    keycloak: RealKeycloak,
) -> None:
    async with keycloak.steward() as steward:
        await steward.permit_schools([HAUG])
        await steward.permit_schools([HAUG])
    own = await group_id(keycloak, LEADERS)
    where = f"/users/{await keycloak.ensure('jorunn')}/groups/{own}"
    async with school_administrator(keycloak) as http:
        assert (await http.put(where)).status_code == DONE


async def test_somebody_of_two_schools_is_added_by_identity_and_not_by_one_of_them(
    keycloak: RealKeycloak,
) -> None:
    staff_id = await keycloak.ensure("kirsti")
    for orgnr in (HAUG, TUN, HAUG):
        await keycloak.directory.add(school(orgnr), StaffId.parse(staff_id), Role.TEACHER)
    assert [str(one.staff_id) for one in await keycloak.directory.find("kirsti", limit=5)] == [
        staff_id
    ]
    own = await group_id(keycloak, LEADERS)
    async with school_administrator(keycloak) as http:
        assert (await http.put(f"/users/{staff_id}/groups/{own}")).status_code == FORBIDDEN
