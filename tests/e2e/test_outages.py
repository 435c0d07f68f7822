"""Parts stop while a class answers: nothing is lost, and only who must know is told (SPEC R1, R3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect

from deploy.local.demonstration.browsing import Browser
from tests.e2e.conftest import World
from tests.e2e.seeded import CLASS, SCHOOL, Seeded, answer_all, opened, path_of
from tests.e2e.wire import QuestionsPage, enter, get, post, words_of

PATIENCE_MS: Final = 120_000
"""A page tries again after at most 30 seconds; the machine may be busy."""


@asynccontextmanager
async def without(world: World, *parts: str) -> AsyncIterator[None]:
    """Stop parts as an operator would, and start them again whatever happens."""
    for part in parts:
        await world.installation.stop_part(part)
    try:
        yield
    finally:
        for part in parts:
            await world.installation.start_part(part)


async def until_said(browser: Browser, path: str, text: str, *, within: float = 120) -> str:
    """Read a page again and again until it says the text; a part may need a moment to come back."""
    async with asyncio.timeout(within):
        while text not in (said := words_of(await get(browser, path))):  # noqa: ASYNC110 - elsewhere.
            await asyncio.sleep(0.5)
    return said


@pytest.mark.parametrize("part", ["responses", "postgres"])
async def test_a_page_keeps_answers_while_responses_or_its_database_is_away(
    world: World, seeded: Seeded, chromium: Chromium, part: str
) -> None:
    async with world.browser() as teachers:
        teacher = await world.signed_in(teachers, leader=False, school=SCHOOL)
        _, codes = await opened(teacher, f"Uten {part}")
    context = await chromium.new_context(locale="nb-NO")
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    await page.goto(world.address)
    await page.locator("input[name=code]").fill(codes[CLASS.pupils[0]])
    await page.locator("form.code-field button").click()
    await page.get_by_role("link", name="Begynn").click()
    status, question = page.locator(".saved"), page.locator("fieldset.question:visible")
    await question.locator("label.face").first.click()
    await expect(status).to_have_text("Lagret", timeout=PATIENCE_MS)
    await page.locator("[data-next]").click()
    async with without(world, part):
        await question.locator("label.choice").first.click()
        await expect(status).to_have_text("Ikke lagret ennå. Vi prøver igjen.", timeout=PATIENCE_MS)
        await page.locator("[data-next]").click()
        await question.locator("label.choice").first.click()
    await expect(status).to_have_text("Lagret", timeout=PATIENCE_MS)
    for _ in range(await page.locator("fieldset.question").count() - 2):
        await page.locator("[data-next]").click()
    await page.locator("[data-submit]").click()
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("Takk, svarene dine er levert", timeout=PATIENCE_MS)
    await expect(page.locator("main")).to_contain_text("Du svarte på 3 av 22 spørsmål")
    await context.close()


async def test_without_a_script_a_refused_page_keeps_what_was_ticked(
    world: World, seeded: Seeded
) -> None:
    async with world.browser() as browser:
        await enter(browser, seeded.codes[CLASS.pupils[5]])
        page = await QuestionsPage.open(browser)
        chosen = page.option(page.questions[0], 2)
        fields = {f"q.{page.questions[0]}": chosen, "page": page.page_id, "sequence": "1"}
        async with without(world, "responses"):
            answer = await post(browser, "/elev/lever", data={**fields, "deliver": "ja"})
            assert answer.status_code == 503
            assert f'value="{chosen}" checked' in answer.text
        assert "Vent litt, og prøv igjen." in words_of(answer)


async def test_nobody_notices_that_retention_and_keycloak_are_away(
    world: World, seeded: Seeded
) -> None:
    async with world.browser() as teachers, world.browser() as pupils:
        teacher = await world.signed_in(teachers, leader=False, school=SCHOOL)
        _, codes = await opened(teacher, "Uten nøkkelhus og innlogging")
        await world.installation.stop_part("keycloak")
        try:
            # The first answer leases the survey's key; the class goes on while retention is away.
            await _answers_one(pupils, codes[CLASS.pupils[0]])
            await world.installation.kill_part("retention")
            for name in CLASS.pupils[1:5]:
                async with world.browser() as browser:
                    await _answers_one(browser, codes[name])
        finally:
            await world.installation.start_part("retention")
            await world.installation.start_part("keycloak")


async def _answers_one(browser: Browser, code: str) -> None:
    await enter(browser, code)
    page = await QuestionsPage.open(browser)
    question = page.questions[0]
    saved = await page.save({question: {"option": page.option(question, 0)}})
    assert saved.status_code == 200
    receipt = await page.submit({})
    assert "Du svarte på 1 av 22 spørsmål" in words_of(receipt)


async def test_a_survey_lives_from_opening_to_closing_without_nats_and_its_volume(
    world: World, seeded: Seeded
) -> None:
    """Everything is there afterwards: the answers, the report, and what only events tell (ARCHITECTURE 3)."""
    async with world.browser() as teachers:
        teacher = await world.signed_in(teachers, leader=False, school=SCHOOL)
        await world.installation.stop_part("nats")
        try:
            status, codes = await opened(teacher, "Uten post")
            path = path_of(status)
            await answer_all(world, codes)
            shown = words_of(await get(teachers, path))
            assert shown.count("Levert") == len(codes)
            await teacher.close_survey(status)
            await world.installation.wipe("nats")
        finally:
            await world.installation.start_part("nats")
        report = await until_said(teachers, f"{path}/rapport/om-svarene", "Tetthet")
        assert "av 10" in report
        # Retention hears of a survey by events alone: that it can delete it shows that they came.
        page = await teachers.open(f"{path}/slett")
        form = next(form for form in page.forms if form.options("at_once"))
        await teachers.send(page, form, form.as_it_stands())
        await until_said(teachers, f"{path}/sletting", "Last ned kvitteringen")
