"""The municipality's page against real parts: schools, leaders, ceilings, and nothing of a pupil."""

from __future__ import annotations

import asyncio
import html
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page as ChromiumPage
from playwright.async_api import expect

from deploy.local.demonstration.browsing import Browser, Page, PageRefusedError
from deploy.local.demonstration.staff import StaffMember
from deploy.local.keycloak_steward import Person
from tests.e2e.conftest import World
from tests.e2e.main_job import draft_form
from tests.e2e.seeded import CLASS, SCHOOL, Seeded
from tests.e2e.test_pages import LOCALES, visiting
from tests.e2e.wire import get, post, words_of

NEW_SCHOOL: Final = ("315000106", "Nyvang skole")
WITHOUT_GROUPS: Final = ("315000203", "Gruppeløs skole")
WRONG_NUMBER: Final = "315000107"
NEW_LEADER: Final = Person("sigrid.nyvang", "Sigrid", "Nyvang", groups=())
PASSWORD: Final = "a long password for one test"
NEVER: Final = "Kommunen ser aldri svar fra elever."
TRIES: Final = 10
UNAVAILABLE: Final = 503


@asynccontextmanager
async def administering(world: World) -> AsyncIterator[Browser]:
    """Sign in as the municipality's administrator; home is the municipality's page."""
    person = world.municipality.administrators[0]
    async with world.browser() as browser:
        await StaffMember.sign_in(
            browser, person.username, world.installation.password_of(person.username)
        )
        yield browser


async def school_page(browser: Browser, name: str) -> Page:
    href = (await browser.open("/kommune")).link("/kommune/skoler/", name)
    assert href, f"the municipality does not show {name}"
    return await browser.open(href)


async def open_school(browser: Browser, orgnr: str, name: str) -> str:
    """Send the form for a school; return what stands on the page that it leads to."""
    answer = await post(browser, "/kommune/skoler/ny", data={"orgnr": orgnr, "name": name})
    return words_of(answer)


async def shows(browser: Browser, path: str, text: str) -> bool:
    """Whether the text comes to stand on the page while Keycloak wakes up."""
    for _ in range(TRIES):
        if text in words_of(await get(browser, path)):
            return True
        await asyncio.sleep(2)
    return False


async def send(browser: Browser, page: Page, **values: str) -> Page:
    """Send a form about leaders, again while a Keycloak that has just started answers too late."""
    forms = [each for each in page.forms if each.action.endswith("/leder")]
    form = next((each for each in forms if each.options("staff_id")), forms[0])
    for _ in range(TRIES):
        with suppress(PageRefusedError):
            return await browser.send(page, form, form.filled(**values))
        await asyncio.sleep(2)
    raise LookupError("Keycloak does not answer.")


async def patiently(browser: Browser, path: str) -> httpx.Response:
    """Send an empty form; a Keycloak that has just started may answer too late at first."""
    for _ in range(TRIES):
        answer = await post(browser, path, data={})
        if answer.status_code != UNAVAILABLE:
            break
        await asyncio.sleep(2)
    return answer


async def test_a_school_is_opened_and_its_new_leader_signs_in_there(world: World) -> None:
    orgnr, name = NEW_SCHOOL
    async with world.installation.steward() as steward:
        await steward.permit_schools([orgnr])
        await steward.ensure_person(NEW_LEADER, PASSWORD)
    async with administering(world) as browser:
        assert "Samspill kjenner ingen leder" in await open_school(browser, orgnr, name)
        school = await school_page(browser, name)
        search = await browser.open(f"{school.address}/leder")
        found = await send(browser, search, sok="Nyvang")
        choice = next(each for each in found.forms if each.options("staff_id"))
        option = next(each for each in choice.options("staff_id") if "Sigrid" in each.label)
        asked = await send(browser, found, staff_id=option.value)
        await send(browser, asked)
        assert "Sigrid" not in asked.address
        assert await shows(browser, "/kommune", "Sigrid Nyvang")
        refused = await patiently(browser, f"{school.address}/ledere/{option.value}/bort")
        assert refused.status_code == 409
    async with world.browser() as leaders:
        await StaffMember.sign_in(leaders, NEW_LEADER.username, PASSWORD)
        access = await get(leaders, "/tilgang")
        assert access.status_code == 200
        assert f"Tilgang ved {name}" in words_of(access)


async def test_a_wrong_number_is_told_in_words_and_opens_nothing(world: World) -> None:
    async with administering(world) as browser:
        assert "ni siffer" in await open_school(browser, "12345", "Finnes ikke skole")
        told = await open_school(browser, WRONG_NUMBER, "Finnes ikke skole")
        assert "Organisasjonsnummeret" in told
        assert "Finnes ikke skole" not in words_of(await get(browser, "/kommune"))


async def test_a_school_with_an_open_survey_stays_open_and_an_empty_one_is_closed_and_opened(
    world: World, seeded: Seeded
) -> None:
    busy = world.municipality.schools[SCHOOL].name
    async with administering(world) as browser:
        school = await school_page(browser, busy)
        question = await browser.open(f"{school.address}/lukk")
        form = question.form("/lukk")
        refused = await post(browser, form.action, data={})
        assert refused.status_code == 409
        assert "undersøkelser som er åpne" in words_of(refused)

        await open_school(browser, *WITHOUT_GROUPS)
        assert await shows(browser, "/kommune", "Mangler grupper i Keycloak")
        empty = await school_page(browser, WITHOUT_GROUPS[1])
        closed = await browser.press(await browser.open(f"{empty.address}/lukk"), "/lukk")
        assert "Skolen er lukket" in words_of(await get(browser, closed.address))
        await browser.press(closed, "/apne")
        assert "Skolen er åpen" in words_of(await get(browser, empty.address))


async def test_a_ceiling_is_met_by_those_who_make_surveys(world: World, seeded: Seeded) -> None:
    async with administering(world) as browser, world.browser() as teachers:
        teacher = await world.signed_in(teachers, leader=False, school=SCHOOL)
        before = draft_form(await teacher.make_survey("Før rammen", CLASS.name, "2"))
        page = await browser.open("/kommune/rammer")
        form = page.form("/kommune/rammer")
        usual = form.as_it_stands()
        try:
            tight = form.filled(longest_keep_days="31", free_text_bands=["1-4", "8-10"])
            saved = await browser.send(page, form, tight)
            assert "Rammene er lagret." in words_of(await get(browser, saved.address))
            empty = await get(teachers, "/undersokelser/ny")
            last = datetime.now(UTC).date() + timedelta(days=31)
            assert f'max="{last.isoformat()}"' in empty.text
            assert "Kommunen tillater ikke fritekst" in words_of(empty)
            draft = await teacher.make_survey("Etter rammen", CLASS.name, "2")
            after = draft_form(draft)
            assert len(after.options("questions")) < len(before.options("questions"))
            late = {"delete_on": (last + timedelta(days=1)).isoformat()}
            refused = await post(teachers, draft.address, data=dict(after.filled(**late)))
            assert refused.status_code == 422
            assert "Kommunen lar ingen undersøkelse leve lenger" in words_of(refused)
        finally:
            await browser.send(page, form, usual)


async def test_the_municipality_reaches_no_page_of_a_school_and_no_report(
    world: World, seeded: Seeded
) -> None:
    pages = ["/hjem", "/undersokelser", "/undersokelser/ny", "/klasser", "/tilgang", "/sletting"]
    pages += [seeded.open, f"{seeded.open}/deling", f"{seeded.open}/lukk", f"{seeded.open}/tavle"]
    pages += [f"{seeded.closed}/rapport/{tab}" for tab in ("oversikt", "elevene", "relasjoner")]
    async with administering(world) as browser:
        for path in pages:
            answer = await get(browser, path)
            assert (answer.status_code, answer.url.path) == (200, "/kommune"), path
            assert NEVER in words_of(answer), path
            assert not any(name in html.unescape(answer.text) for name in seeded.names), path
        closed = await post(browser, f"{seeded.open}/lukk", data={})
        assert closed.url.path == "/kommune"
    async with world.browser() as teachers:
        await world.signed_in(teachers, leader=True, school=SCHOOL)
        shown = await get(teachers, seeded.open)
        assert seeded.names[0] in html.unescape(shown.text), "the control: a leader sees names"
        for path in ("/kommune", "/kommune/rammer", "/kommune/skoler/ny"):
            assert (await get(teachers, path)).url.path == "/hjem"


async def search(page: ChromiumPage, address: str, query: str) -> None:
    """Search with the keyboard, again while Keycloak answers too late."""
    for _ in range(TRIES):
        await page.goto(address)
        await page.locator("input[name=sok]").fill(query)
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        if await page.locator("input[name=staff_id]").count():
            break
    await expect(page.locator("input[name=staff_id]").first).to_be_visible()


@pytest.mark.parametrize("language", LOCALES)
async def test_the_municipalitys_pages_are_without_a_flaw(
    world: World, seeded: Seeded, chromium: Chromium, language: str
) -> None:
    person = world.municipality.administrators[0]
    async with administering(world) as browser:
        school = await school_page(browser, world.municipality.schools[SCHOOL].name)
        out = school.link("/kommune/skoler/", "Ta bort")
    here = school.address.removeprefix(world.address)
    async with visiting(world, chromium, language) as (page, seen):
        await page.goto(f"{world.address}/logg-inn")
        await page.locator("input[name=username]").fill(person.username)
        password = world.installation.password_of(person.username)
        await page.locator("input[name=password]").fill(password)
        await page.locator("[type=submit]").click()
        await page.wait_for_url(f"{world.address}/kommune")
        for path in ("/kommune", "/kommune/skoler/ny", here, f"{here}/lukk", f"{here}/leder"):
            await seen.open(page, path)
        assert out
        await seen.open(page, out)
        await seen.open(page, "/kommune/rammer?lagret")
        await search(page, f"{world.address}{here}/leder", "tang")
        await seen.look(page)
        assert "tang" not in page.url
        assert seen.flaws == []
