"""SPEC section 2, once, whole: from sign-in to erasure, in browsers, on real parts."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Mapping, Sequence

import pytest
from playwright.async_api import Page as ChromiumPage
from playwright.async_api import async_playwright
from pypdf import PdfReader

from deploy.local.demonstration.browsing import Browser
from deploy.local.services import until
from tests.e2e.chromium import EXECUTABLE
from tests.e2e.classes import VICKERS, SchoolClass, synthetic, vickers_chan
from tests.e2e.conftest import World
from tests.e2e.leftovers import opened_by_what_is_left, rows_left, take_copies
from tests.e2e.main_job import answer, first_names, import_csv, three_nominations

RELATIONS = ("best_friends", "get_on_with", "work_with")
IN_CHROMIUM = 3
AT_ONCE = 4


@pytest.mark.skipif(not VICKERS.exists(), reason="the published class is not beside this checkout")
async def test_the_published_class_from_sign_in_to_erasure(world: World) -> None:
    await main_job(world, vickers_chan(), "7A")


async def test_a_synthetic_class_from_sign_in_to_erasure(world: World) -> None:
    await main_job(world, synthetic(), "7B", in_chromium=0)


async def main_job(
    world: World, group: SchoolClass, name: str, *, in_chromium: int = IN_CHROMIUM
) -> None:
    async with world.staff_browser() as leaders, world.staff_browser() as teachers:
        leader = await world.signed_in(leaders, leader=True)
        await import_csv(leaders, group.roster_csv(name))
        await leader.grant(world.teacher_name(), create="ja", delete="ja", level="4")

        teacher = await world.signed_in(teachers, leader=False)
        status, codes = await three_nominations(teacher, teachers, f"Trivsel {name}", name)
        assert set(codes) == set(group.pupils)
        await everybody_answers(world, group, codes, in_chromium=in_chromium)
        everyone = len(group.pupils)
        assert f"{everyone} av {everyone} har levert" in await text_of(teachers, "/hjem")

        report = await teacher.close_survey(status)
        await compare_report(teachers, report.address, group)
        await compare_anonymised(teachers, report.address, group)
        await delete_for_good(world, teachers, status.address)
    world.main_jobs_done.append(name)


async def everybody_answers(
    world: World, group: SchoolClass, codes: Mapping[str, str], *, in_chromium: int
) -> None:
    names = list(group.pupils)
    await answer_in_chromium(world, group, names[:in_chromium], codes)
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> None:
        async with limit, world.browser() as browser:
            named = [first_names(group.choices[each][name]) for each in RELATIONS]
            receipt = await answer(browser, codes[name], named)
            assert receipt.address.endswith("/elev/lever")

    await asyncio.gather(*(one(name) for name in names[in_chromium:]))


async def answer_in_chromium(
    world: World, group: SchoolClass, names: Sequence[str], codes: Mapping[str, str]
) -> None:
    """Let some pupils answer as children do: one question at a time, saved by itself (SPEC S6)."""
    if not names:
        return
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=EXECUTABLE, args=world.chromium_arguments
        )
        for name in names:
            context = await chromium.new_context(locale="nb-NO")
            page = await context.new_page()
            await page.goto(world.address)
            await page.get_by_label("Nøkkel").fill(codes[name])
            await page.get_by_role("button", name="Start").click()
            await page.get_by_role("link", name="Begynn").click()
            for relation in RELATIONS:
                await name_classmates(page, first_names(group.choices[relation][name]))
                await page.get_by_role("button", name="Neste").click()
            await page.get_by_role("button", name="Lever svarene").click()
            await page.get_by_role("heading", name="Takk, svarene dine er levert").wait_for()
            await context.close()
        await chromium.close()


async def name_classmates(page: ChromiumPage, names: Sequence[str]) -> None:
    question = page.locator("fieldset.question:visible")
    for name in names:
        await question.get_by_label(name, exact=True).check()
    if not names:
        await question.get_by_label("Ingen spesielle").check()
    await page.get_by_text("Lagret", exact=True).wait_for()


async def compare_report(browser: Browser, report: str, group: SchoolClass) -> None:
    """Find density, reciprocity, mutual pairs and times chosen on the page and in the PDF."""
    base = report.rpartition("/")[0]
    page = await text_of(browser, f"{base}/om-svarene")
    document = await browser.fetch(f"{base}/pdf")
    assert document.headers["content-type"] == "application/pdf"
    leaves = PdfReader(io.BytesIO(document.content)).pages
    paper = re.sub(r"\s+", " ", " ".join(leaf.extract_text() for leaf in leaves))
    others = len(group.pupils) - 1
    for relation in RELATIONS:
        expected = group.expected[relation]
        for number in (decimal(expected.density), decimal(expected.reciprocity)):
            assert number in page, (relation, number)
            assert number in paper, (relation, number)
        assert f" {expected.mutual} " in page
        assert f" {expected.mutual} " in paper
        for name, count in expected.indegree.items():
            first = name.partition(" ")[0]
            assert f"{first} {count} {others}" in page, (relation, first)
            assert f"{first} {count} av {others}" in paper, (relation, first)


async def compare_anonymised(browser: Browser, report: str, group: SchoolClass) -> None:
    """Everywhere at once, no name is left (SPEC G6)."""
    base = report.rpartition("/")[0]
    for tab in ("oversikt", "relasjoner", "sporsmal", "elevene", "om-svarene"):
        text = await text_of(browser, f"{base}/{tab}?visning=elevnummer")
        found = [n for n in first_names(list(group.pupils)) if re.search(rf"\b{n}\b", text)]
        assert found == [], tab
    assert "elev 1" in await text_of(browser, f"{base}/elevene?visning=elevnummer")


async def delete_for_good(world: World, browser: Browser, survey: str) -> None:
    """Locked everywhere, key destroyed, rows gone, receipt signed, nothing opens (SPEC T2, T4, P1)."""
    survey_id = survey.rstrip("/").rpartition("/")[2]
    copies = await take_copies(world.installation, survey_id)
    assert len(copies) > len(RELATIONS)
    # The control: while the key exists, every copy opens.
    root_key = (world.installation.folder / "secrets" / "root-key").read_bytes()
    assert opened_by_what_is_left(await world.key_store(), root_key, copies) == len(copies)

    page = await browser.open(f"{survey}/slett")
    at_once = next(form for form in page.forms if form.options("at_once"))
    await browser.send(page, at_once, at_once.as_it_stands())

    async def has_receipt() -> bool:
        return "Last ned kvitteringen" in await text_of(browser, f"{survey}/sletting")

    async with asyncio.timeout(90):
        await until(has_receipt, every=0.5)
    assert opened_by_what_is_left(await world.key_store(), root_key, copies) == 0
    assert await rows_left(world.installation, survey_id) == {}
    gone = await browser.fetch(f"{survey}/rapport/oversikt")
    assert gone.status_code in (404, 409)


async def text_of(browser: Browser, address: str) -> str:
    """Return a page's words without its markup."""
    answered = await browser.fetch(address)
    assert answered.status_code == 200, address
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answered.text))


def decimal(value: float) -> str:
    return f"{value:.3f}".replace(".", ",")
