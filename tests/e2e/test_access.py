"""The leader decides who works here and what each may do; in real browsers (SPEC I1 to I4)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from deploy.local.demonstration.people import SchoolClass
from deploy.local.keycloak_steward import Person
from tests.e2e.conftest import World
from tests.e2e.main_job import import_csv
from tests.e2e.seeded import roster_csv

SCHOOL: Final = 0
FIRST: Final = SchoolClass("6A", girls=("Ane Alm",), boys=("Bo Berg",))
SECOND: Final = SchoolClass("6B", girls=("Cleo Dal",), boys=("Dan Eng",))
NEWCOMER: Final = Person("nina.nordby", "Nina", "Nordby", ())
PASSWORD: Final = "Sommerfugl-i-regn-77"
NAME: Final = "Nina Nordby"
WITHIN_A_MINUTE: Final = 60
SLOW: Final = "svarer ikke akkurat nå"
LAST_LEADER: Final = "Skolen må ha minst én leder. Legg til en ny leder først."
LOOKS: Final = 15
SECONDS_BETWEEN_LOOKS: Final = 2.0
PATIENCE: Final = 60_000


@asynccontextmanager
async def browsing(world: World, chromium: Chromium, *, scripts: bool) -> AsyncIterator[Page]:
    context = await chromium.new_context(locale="nb-NO", java_script_enabled=scripts)
    context.set_default_timeout(PATIENCE)
    try:
        yield await context.new_page()
    finally:
        await context.close()


async def sign_in(world: World, page: Page, username: str, password: str) -> None:
    await page.goto(f"{world.address}/logg-inn")
    await page.locator("input[name=username]").fill(username)
    await page.locator("input[name=password]").fill(password)
    await page.locator("[type=submit]").click()


async def as_leader(world: World, page: Page) -> None:
    leader = world.municipality.schools[SCHOOL].leaders[0]
    await sign_in(world, page, leader.username, world.installation.password_of(leader.username))
    await page.wait_for_url("**/hjem")


async def find_and_add(world: World, page: Page) -> None:
    await page.goto(f"{world.address}/tilgang/ny")
    await page.get_by_label("Hvem er det?").fill("nina")
    add = page.get_by_role("button", name=f"Legg til som lærer {NAME}")
    # A Keycloak that has just started answers its first questions slower than identity waits; what
    # was typed is still there, so one presses the button again.
    for _ in range(LOOKS):
        await page.get_by_role("button", name="Søk").click()
        await page.wait_for_load_state()
        if await add.count():
            break
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    await add.click()


async def open_person(world: World, page: Page, name: str) -> None:
    person = page.get_by_role("link", name=f"Endre {name}")
    for _ in range(LOOKS):
        await page.goto(f"{world.address}/tilgang")
        if await person.count():
            break
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    await person.click()
    await page.get_by_role("heading", level=1, name=name).wait_for()


@pytest.fixture(scope="module")
async def two_classes(world: World) -> None:
    """Two small classes at the school, and somebody whom only Keycloak knows."""
    async with world.browser() as leaders:
        await world.signed_in(leaders, leader=True, school=SCHOOL)
        for group in (FIRST, SECOND):
            await import_csv(leaders, roster_csv(group))
    async with world.installation.steward() as steward:
        await steward.ensure_person(NEWCOMER, PASSWORD)


@pytest.mark.parametrize("scripts", [False, True], ids=["without scripts", "with scripts"])
@pytest.mark.usefixtures("two_classes")
async def test_a_leader_adds_a_teacher_gives_rights_by_class_and_takes_them_back(
    world: World, chromium: Chromium, *, scripts: bool
) -> None:
    async with (
        browsing(world, chromium, scripts=scripts) as leader,
        browsing(world, chromium, scripts=scripts) as teacher,
    ):
        await as_leader(world, leader)
        await find_and_add(world, leader)
        await open_person(world, leader, NAME)
        await give_rights_by_class(leader)
        row = leader.locator("tbody tr", has_text=NAME)
        await expect(row).to_contain_text("Navn 6A")
        await expect(row).to_contain_text("Bare tall 6B")
        await expect(leader.locator("aside")).to_contain_text(f"la til {NAME}")

        await sign_in(world, teacher, NEWCOMER.username, PASSWORD)
        await teacher.wait_for_url("**/hjem")
        await a_closed_door_names_the_leader(world, teacher)

        await open_person(world, leader, NAME)
        await expect(leader.locator("section", has_text="Innlogginger")).to_contain_text("Chrome")
        await leader.get_by_role("link", name="Ta bort Nina Nordby fra skolen").click()
        await press_until_gone(leader, "Ta bort fra skolen")
        await until_unlisted(world, leader, NAME)
        await until_shut_out(world, teacher)


async def press_until_gone(page: Page, button: str) -> None:
    """Press again while Keycloak is too slow, until the page is left or says something else."""
    for _ in range(LOOKS):
        await page.get_by_role("button", name=button).click()
        await page.wait_for_load_state()
        slow = page.get_by_role("alert").filter(has_text=SLOW)
        if not await slow.count():
            break
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


async def give_rights_by_class(page: Page) -> None:
    """Names for the first class, numbers alone for the second; an error on the way loses nothing."""
    await page.get_by_label("Lage undersøkelser").check()
    await page.locator("#level-3").check()
    await page.get_by_role("button", name="Lagre", exact=True).last.click()
    await expect(page.get_by_role("alert")).to_contain_text("Velg minst én klasse")
    await expect(page.locator("#level-3")).to_be_checked()
    await page.locator("#group_ids").get_by_label(FIRST.name).check()
    await page.get_by_role("button", name="Legg til flere klasser").click()
    await expect(page.locator("#group_ids").get_by_label(FIRST.name)).to_be_checked()
    await page.locator("#level-2-1").check()
    await page.locator("#group_ids-2").get_by_label(SECOND.name).check()
    await page.get_by_role("button", name="Lagre", exact=True).last.click()
    await page.wait_for_url("**/tilgang")


async def a_closed_door_names_the_leader(world: World, page: Page) -> None:
    leader = world.municipality.schools[SCHOOL].leaders[0]
    answer = await page.goto(f"{world.address}/tilgang")
    assert answer
    assert answer.status == 403
    await expect(page.get_by_role("heading", level=1)).to_have_text("Dette er lukket for deg")
    shown = page.locator("main")
    await expect(shown).to_contain_text(f"{leader.first_name} {leader.last_name}")
    document = await page.request.get(
        f"{world.address}/tilgang", headers={"Accept": "application/problem+json"}
    )
    assert set(await document.json()) == {"status", "code", "detail", "request_id"}
    assert leader.last_name not in await document.text()


async def until_unlisted(world: World, page: Page, name: str) -> None:
    """A slow Keycloak tells its new list a little later than it changes it."""
    row = page.locator("tbody tr", has_text=name)
    for _ in range(LOOKS):
        await page.goto(f"{world.address}/tilgang")
        if not await row.count():
            break
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    await expect(row).to_have_count(0)


async def until_shut_out(world: World, page: Page) -> None:
    """The page is closed within a minute. Redirects count as closed: Keycloak may know the browser still."""
    began = time.monotonic()
    while (await page.request.get(f"{world.address}/klasser", max_redirects=0)).status == 200:
        if time.monotonic() - began > WITHIN_A_MINUTE:
            pytest.fail("Somebody who was shut out still reads the school's classes.")
        await asyncio.sleep(1)


async def test_the_last_leader_stays(world: World, chromium: Chromium) -> None:
    person = world.municipality.schools[SCHOOL].leaders[0]
    name = f"{person.first_name} {person.last_name}"
    async with browsing(world, chromium, scripts=False) as page:
        await as_leader(world, page)
        await open_person(world, page, name)
        await page.get_by_role("link", name=f"Ta bort {name} fra skolen").click()
        await press_until_gone(page, "Ta bort fra skolen")
        await expect(page.get_by_role("alert")).to_have_text(LAST_LEADER)
        await page.goto(f"{world.address}/tilgang")
        await expect(page.locator("tbody")).to_contain_text(name)


async def test_somebody_ends_another_sign_in_of_their_own(world: World, chromium: Chromium) -> None:
    async with (
        browsing(world, chromium, scripts=False) as here,
        browsing(world, chromium, scripts=False) as there,
    ):
        await as_leader(world, there)
        await as_leader(world, here)
        await here.goto(f"{world.address}/meg/innlogginger")
        await expect(here.locator("tbody tr", has_text="Denne nettleseren")).to_have_count(1)
        others = here.get_by_role("button", name="Avslutt")
        before = await others.count()
        await others.first.click()
        await expect(here.get_by_role("button", name="Avslutt")).to_have_count(before - 1)
        await until_shut_out(world, there)
