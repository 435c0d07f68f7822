"""Every page once, in a real browser: it is there, axe finds nothing, it fits, it leaks nothing (SPEC A1, P4, P5)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from tests.e2e.conftest import World
from tests.e2e.inspection import Inspector, cookie_flaws, header_flaws, page_flaws
from tests.e2e.seeded import CLASS, SCHOOL, Seeded

LOCALES: Final = {"nb": "nb-NO", "nn": "nn-NO", "en": "en-GB"}
REPORT: Final = ("oversikt", "relasjoner", "sporsmal", "elevene", "om-svarene")
VIEWS: Final = ("network", "target", "matrix", "table")
PATIENCE: Final = 60_000


@asynccontextmanager
async def visiting(
    world: World, chromium: Chromium, language: str = "nb", *, scripts: bool = True
) -> AsyncIterator[tuple[Page, Inspector]]:
    context = await chromium.new_context(locale=LOCALES[language], java_script_enabled=scripts)
    context.set_default_timeout(PATIENCE)
    try:
        yield await context.new_page(), Inspector(context, world.address)
    finally:
        await context.close()


async def sign_in(world: World, page: Page, *, leader: bool, school: int = SCHOOL) -> None:
    chosen = world.municipality.schools[school]
    person = (chosen.leaders if leader else chosen.teachers)[0]
    await page.goto(f"{world.address}/logg-inn")
    await page.locator("input[name=username]").fill(person.username)
    await page.locator("input[name=password]").fill(world.installation.password_of(person.username))
    await page.locator("[type=submit]").click()
    await page.wait_for_url(f"{world.address}/hjem")


async def enter(world: World, page: Page, code: str) -> None:
    await page.goto(world.address)
    await page.locator("input[name=code]").fill(code)
    await page.locator("form.code-field button").click()
    await page.wait_for_url("**/elev")


def leaks(inspector: Inspector, seeded: Seeded) -> list[str]:
    """Return the addresses that hold a pupil's name or a code."""
    secrets = [part for name in seeded.names for part in (name, name.split()[1])]
    secrets += [*seeded.codes.values(), *(code.replace("-", "") for code in seeded.codes.values())]
    return [url for url in inspector.addresses if any(each in url for each in secrets)]


@pytest.mark.parametrize("language", LOCALES)
async def test_a_pupil_sees_pages_without_a_flaw(
    world: World, seeded: Seeded, chromium: Chromium, language: str
) -> None:
    name = CLASS.pupils[list(LOCALES).index(language)]
    async with visiting(world, chromium, language) as (page, seen):
        await seen.open(page, "/")
        await page.locator("input[name=code]").fill("K7QW-3MX9")
        await page.locator("form.code-field button").click()
        await expect(page.locator("[data-message]")).to_be_visible()
        await seen.look(page)
        await enter(world, page, seeded.codes[name])
        await expect(page.locator("html")).to_have_attribute("lang", language)
        await seen.look(page)
        await page.locator("a[href='/elev/svar']").click()
        await every_question(page, seen)
        await page.locator("[data-submit]").click()
        await page.wait_for_url("**/elev/kvittering")
        await seen.look(page)
        assert seen.flaws == []
        assert leaks(seen, seeded) == []


async def every_question(page: Page, seen: Inspector) -> None:
    """Look at one question of each kind, answer it, and go on to the end."""
    kinds = set()
    question = page.locator("fieldset.question:visible")
    await page.locator(".steps").wait_for()
    for _ in range(await page.locator("fieldset.question").count()):
        kind = await question.get_attribute("data-kind")
        if kind not in kinds:
            kinds.add(kind)
            await answer_something(page, kind or "")
            await seen.look(page)
        await page.locator("[data-next]").click()
    assert {"scale_faces", "scale_frequency", "scale_agreement"} <= kinds
    assert {"nomination", "multiple_choice", "free_text"} <= kinds
    await page.locator("[data-end]").wait_for()
    await seen.look(page)


async def answer_something(page: Page, kind: str) -> None:
    question = page.locator("fieldset.question:visible")
    if kind == "free_text":
        await question.locator("textarea").fill("Mer tid ute.")
    else:
        await question.locator("label.choice, label.face").nth(1).click()
    await expect(page.locator(".saved")).to_have_class("saved is-saved")


async def test_a_pupil_may_decline_and_leave(
    world: World, seeded: Seeded, chromium: Chromium
) -> None:
    async with visiting(world, chromium) as (page, seen):
        await enter(world, page, seeded.codes[CLASS.pupils[3]])
        await page.get_by_role("button", name="Jeg vil ikke svare").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Det er greit")
        await seen.look(page)
        await page.get_by_role("button", name="Ferdig").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Skriv nøkkelen din")
        assert await page.context.cookies() == []
        assert seen.flaws == []


@pytest.mark.parametrize("language", LOCALES)
async def test_a_teacher_sees_pages_without_a_flaw(
    world: World, seeded: Seeded, chromium: Chromium, language: str
) -> None:
    async with visiting(world, chromium, language) as (page, seen):
        await sign_in(world, page, leader=False)
        for path in ("/hjem", "/undersokelser", "/undersokelser/ny", "/klasser", "/sletting"):
            await seen.open(page, path)
        for path in ("", "/deling", "/tavle", "/lukk", "/slett"):
            await seen.open(page, seeded.open + path)
        for tab in REPORT:
            await seen.open(page, f"{seeded.closed}/rapport/{tab}")
        await expect(page.locator("html")).to_have_attribute("lang", language)
        assert seen.flaws == []
        assert leaks(seen, seeded) == []


async def test_a_report_is_without_a_flaw_in_every_view(
    world: World, seeded: Seeded, chromium: Chromium
) -> None:
    async with visiting(world, chromium) as (page, seen):
        await sign_in(world, page, leader=False)
        report = f"{seeded.closed}/rapport"
        for view in VIEWS:
            await seen.open(page, f"{report}/relasjoner?visning_av={view}")
        await page.goto(f"{world.address}{report}/relasjoner")
        await page.locator("svg.sociogram a.pupil").first.click()
        await expect(page.locator("[data-panel]:visible")).to_have_count(1)
        await seen.look(page)
        await seen.open(page, page.url.removeprefix(world.address))
        await page.get_by_role("link", name="Elevens side").click()
        await seen.look(page)
        for tab in REPORT:
            await seen.open(page, f"{report}/{tab}?visning=elevnummer")
            shown = await page.locator("main").inner_text()
            assert not [name for name in seeded.names if name.split()[1] in shown]
        assert seen.flaws == []
        assert leaks(seen, seeded) == []


async def test_a_survey_is_made_without_a_flaw(
    world: World, seeded: Seeded, chromium: Chromium
) -> None:
    """From the empty form to the draft, the sheet of codes, and away again."""
    async with visiting(world, chromium) as (page, seen):
        await sign_in(world, page, leader=False)
        await page.goto(f"{world.address}/undersokelser/ny")
        await page.get_by_role("button", name="Lag utkast").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await seen.look(page)
        await page.get_by_label(f"{CLASS.name} (").check()
        await page.get_by_role("button", name="Lag utkast").click()
        await page.get_by_role("button", name="Åpne undersøkelsen").wait_for()
        await seen.look(page)
        await page.get_by_role("button", name="Åpne undersøkelsen").click()
        await page.get_by_role("button", name="Nye nøkler til dem som ikke har begynt").click()
        await expect(page.locator(".code-card")).to_have_count(len(seeded.names))
        await seen.look(page)
        # The sheet was an answer to a form: opening its address again leads back to the survey.
        await page.goto(f"{page.url}?sprak=nb")
        await page.get_by_role("link", name="Slett undersøkelsen").click()
        await page.get_by_role("button", name="Slett med en gang").click()
        await page.wait_for_url("**/sletting")
        await seen.look(page)
        await page.get_by_role("link", name="Sletting").first.click()
        await expect(page.locator("tbody tr")).not_to_have_count(0)
        await seen.look(page)
        assert seen.flaws == []


async def test_a_leader_sees_pages_without_a_flaw(
    world: World, seeded: Seeded, chromium: Chromium
) -> None:
    async with visiting(world, chromium) as (page, seen):
        await sign_in(world, page, leader=True)
        staff_pages = ("/hjem", "/klasser", "/klasser/import", "/meg/innlogginger", "/skole")
        for path in (*staff_pages, "/tilgang", "/tilgang/ny"):
            await seen.open(page, path)
        await page.goto(f"{world.address}/tilgang")
        await page.get_by_role("link", name="Endre").first.click()
        await seen.look(page)
        await page.get_by_role("button", name="Legg til flere klasser").click()
        await seen.look(page)
        await page.get_by_role("link", name="Ta bort").click()
        await seen.look(page)
        await page.goto(f"{world.address}/klasser")
        await page.get_by_role("link", name=CLASS.name).click()
        await seen.look(page)
        for content in ("Navn;Klasse;Vei\nTiril Test;8S;1\n", "Navn;Klasse\n;8S\n", ""):
            await page.goto(f"{world.address}/klasser/import")
            file = {"name": "klasse.csv", "mimeType": "text/csv", "buffer": content.encode()}
            await page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
            await page.get_by_role("button", name="Vis hva som blir lest inn").click()
            await page.wait_for_load_state()
            await seen.look(page)
        assert seen.flaws == []


async def test_what_is_not_there_and_what_one_may_not_are_pages_too(
    world: World, seeded: Seeded, chromium: Chromium
) -> None:
    async with visiting(world, chromium) as (page, seen):
        await seen.open(page, "/finnes-ikke", status=404)
        await seen.open(page, "/elev")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Skriv nøkkelen din")
        await sign_in(world, page, leader=False, school=0)
        await seen.open(page, seeded.open, status=404)
        foreign = await page.locator("main").inner_text()
        await seen.open(page, "/undersokelser/0d6f4c6e-0000-4000-8000-000000000000", status=404)
        assert await page.locator("main").inner_text() == foreign  # SPEC I4
        await seen.open(page, "/tilgang", status=403)
        await seen.open(page, "/undersokelser/ny")  # A school without classes is told what to do.
        assert seen.flaws == []


async def test_signing_out_is_a_page_too(world: World, seeded: Seeded, chromium: Chromium) -> None:
    async with visiting(world, chromium) as (page, seen):
        await sign_in(world, page, leader=False)
        await page.goto(f"{world.address}/undersokelser/ny")
        await page.context.clear_cookies(name="__Host-samspill")
        await page.get_by_role("button", name="Lag utkast").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Du er logget ut")
        await seen.look(page)
        await page.goto(f"{world.address}/logg-inn")  # Keycloak still knows the person.
        await page.wait_for_url("**/hjem")
        await page.locator("summary").first.click()
        await page.get_by_role("button", name="Logg ut").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Skriv nøkkelen din")
        await page.goto(f"{world.address}/hjem")
        assert await page.locator("input[name=password]").count() == 1
        assert seen.flaws == []


async def test_a_survey_is_answered_with_the_keyboard_alone(
    world: World, seeded: Seeded, chromium: Chromium
) -> None:
    async with visiting(world, chromium) as (page, _):
        await page.goto(world.address)
        await tab_to(page, "input[name=code]")
        await page.keyboard.type(seeded.codes[CLASS.pupils[4]])
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/elev")
        await tab_to(page, "a[href='/elev/svar']")
        await page.keyboard.press("Enter")
        await page.locator(".steps").wait_for()
        await tab_to(page, "fieldset.question:not([hidden]) input")
        await page.keyboard.press("Space")
        for _ in range(await page.locator("fieldset.question").count()):
            await tab_to(page, "[data-next]")
            await page.keyboard.press("Enter")
        await tab_to(page, "[data-submit]")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/elev/kvittering")
        await expect(page.get_by_role("heading", level=1)).to_be_focused()


async def test_the_sociogram_is_walked_with_the_keyboard(
    world: World, seeded: Seeded, chromium: Chromium
) -> None:
    async with visiting(world, chromium) as (page, _):
        await sign_in(world, page, leader=False)
        await page.goto(f"{world.address}{seeded.closed}/rapport/relasjoner")
        await tab_to(page, "svg.sociogram a.pupil")
        begun = await page.evaluate("document.activeElement.dataset.pupil")
        for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
            await page.keyboard.press(key)
        await page.keyboard.press("Tab")
        assert not await page.evaluate("document.activeElement.matches('a.pupil')")
        await page.keyboard.press("Shift+Tab")
        assert begun
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-panel]:visible")).to_be_focused()
        await page.keyboard.press("Escape")
        assert await page.evaluate("document.activeElement.matches('a.pupil')")


async def tab_to(page: Page, selector: str, *, at_most: int = 60) -> None:
    """Press Tab until the focus is there."""
    for _ in range(at_most):
        await page.keyboard.press("Tab")
        if await page.evaluate(f'document.activeElement.matches("{selector}")'):
            return
    pytest.fail(f"Tab never came to {selector}")


BROKEN: Final = """<!doctype html><html><head><title>Samspill</title><style>p{color:#eee}</style></head>
<body><p>Lys tekst</p><img src="data:,"><input><div style="width:900px">bred</div></body></html>"""


async def test_a_broken_page_is_found(chromium: Chromium) -> None:
    """The control of every test above."""
    page = await chromium.new_page()
    await page.set_content(BROKEN)
    flaws = "\n".join(await page_flaws(page))
    await page.close()
    for sign in ("inline", "title", "axe at 1280", "axe at 320", "image-alt", "sideways"):
        assert sign in flaws


def test_a_careless_answer_is_found() -> None:
    careless = [
        {"name": "Set-Cookie", "value": "sid=1; Path=/; HttpOnly"},
        {"name": "Cache-Control", "value": "max-age=60"},
    ]
    flaws = " ".join(header_flaws("/hjem", careless))
    for sign in ("content policy", "stored", "secure", "samesite=lax", "__Host-"):
        assert sign in flaws
    assert cookie_flaws("__Host-samspill=x; Path=/; Secure; HttpOnly; SameSite=Lax") == []
