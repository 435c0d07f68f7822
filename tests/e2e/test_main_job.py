"""SPEC section 2, once, whole: from sign-in to erasure, in browsers, on real parts."""

from __future__ import annotations

import asyncio
import io
import re

import pytest
from playwright.async_api import Page as BrowserPage
from playwright.async_api import async_playwright
from pypdf import PdfReader

from tests.e2e.chromium import ARGUMENTS, EXECUTABLE
from tests.e2e.classes import VICKERS, SchoolClass, synthetic, vickers_chan
from tests.e2e.conftest import World
from tests.e2e.main_job import answer, first_names, import_csv, three_nominations

RELATIONS = ("best_friends", "get_on_with", "work_with")
IN_CHROMIUM = 3


def the_class() -> SchoolClass:
    if VICKERS.exists():
        return vickers_chan()
    pytest.warns  # noqa: B018  The skip is said by the test below.
    return synthetic()


@pytest.mark.skipif(not VICKERS.exists(), reason="the published class is not beside this checkout")
def test_the_published_class_is_there() -> None:
    assert len(vickers_chan().pupils) == 29


def decimal(value: float) -> str:
    return f"{value:.3f}".replace(".", ",")


async def test_a_class_from_sign_in_to_erasure(world: World) -> None:
    group = the_class()
    async with world.browser() as leaders, world.browser() as teachers:
        leader = await world.signed_in(leaders, leader=True)
        await import_csv(leaders, group.roster_csv("7A"))
        await leader.grant(world.teacher_name(), create="ja", delete="ja", level="4")

        teacher = await world.signed_in(teachers, leader=False)
        status, codes = await three_nominations(teacher, teachers, "Trivsel uke 47", "7A")
        assert len(codes) == len(group.pupils)
        await everybody_answers(world, group, codes)

        seen = await teachers.open(status.address)
        said = " ".join(element.text for element in seen.elements)
        assert "29" in said or len(group.pupils) != 29
        report = await teacher.close_survey(status)
        await compare_report(teachers, report.address, group)
        await delete_and_look(world, teachers, status.address)


async def everybody_answers(world: World, group: SchoolClass, codes: dict[str, str]) -> None:
    by_name = {code_name: code for code_name, code in codes.items()}
    names = list(group.pupils)
    await in_chromium(world, group, names[:IN_CHROMIUM], by_name)
    limit = asyncio.Semaphore(4)

    async def one(name: str) -> None:
        async with limit, world.browser() as browser:
            named = [first_names(group.choices[each][name]) for each in RELATIONS]
            receipt = await answer(browser, by_name[name], named)
            assert receipt.address.endswith("/elev/lever")

    await asyncio.gather(*(one(name) for name in names[IN_CHROMIUM:]))


async def in_chromium(
    world: World, group: SchoolClass, names: list[str], codes: dict[str, str]
) -> None:
    """Let some pupils answer as children do: one question at a time, saved by itself."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
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


async def name_classmates(page: BrowserPage, names: list[str]) -> None:
    question = page.locator("fieldset.question:visible")
    for name in names:
        await question.get_by_label(name, exact=True).check()
    if not names:
        await question.get_by_label("Ingen spesielle").check()
    await page.get_by_text("Lagret", exact=True).wait_for()


async def compare_report(browser, report_path: str, group: SchoolClass) -> None:  # type: ignore[no-untyped-def]
    """Find density, reciprocity, mutual pairs and times chosen on the page and in the PDF."""
    base = report_path.rpartition("/")[0]
    text = await page_text(browser, f"{base}/om-svarene")
    pdf = PdfReader(io.BytesIO(await browser_bytes(browser, f"{base}/pdf")))
    paper = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pdf.pages))
    for relation in RELATIONS:
        expected = group.expected[relation]
        for number in (decimal(expected.density), decimal(expected.reciprocity)):
            assert number in text, (relation, number)
            assert number in paper, (relation, number)
        assert f" {expected.mutual} " in text
        for name, count in expected.indegree.items():
            row = f"{name.partition(' ')[0]} {count} {len(group.pupils) - 1}"
            assert row in text, (relation, row)


async def page_text(browser, path: str) -> str:  # type: ignore[no-untyped-def]
    answer_ = await browser._http.get(path)
    assert answer_.status_code == 200
    plain = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", answer_.text, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", plain))


async def browser_bytes(browser, path: str) -> bytes:  # type: ignore[no-untyped-def]
    answer_ = await browser._http.get(path)
    assert answer_.headers["content-type"] == "application/pdf"
    return bytes(answer_.content)


async def delete_and_look(world: World, browser, survey_path: str) -> None:  # type: ignore[no-untyped-def]
    """Delete at once: locked, key destroyed, rows gone, receipt signed (SPEC T2, T4)."""
    page = await browser.open(f"{survey_path}/slett")
    form = next(form for form in page.forms if form.options("at_once"))
    await browser.send(page, form, form.as_it_stands())
    async with asyncio.timeout(60):
        while "Last ned kvitteringen" not in await page_text(browser, f"{survey_path}/sletting"):
            await asyncio.sleep(0.5)
    keys = world.installation.folder / "keystore" / "surveys"
    survey_id = survey_path.rstrip("/").rpartition("/")[2]
    assert not (keys / f"{survey_id}.key").exists()
    gone = await browser._http.get(f"{survey_path}/rapport/oversikt")
    assert gone.status_code in (404, 409)
