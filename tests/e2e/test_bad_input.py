"""Bad input gets a clear sentence and loses nothing; each through the pages, on real parts."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

import pytest
import pytest_asyncio
import xlsxwriter  # type: ignore[import-untyped]
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect

from deploy.local.demonstration.browsing import Browser
from deploy.local.demonstration.staff import StaffMember
from tests.e2e.conftest import World
from tests.e2e.seeded import CLASS, SCHOOL, Seeded, opened, path_of
from tests.e2e.wire import QuestionsPage, enter, get, post, words_of

NUMBER: Final = "17912099997"
"""Synthetic: 80 on the month; both control digits hold."""

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NINE: Final = CLASS.pupils[9]
EIGHT: Final = CLASS.pupils[8]


def workbook(*rows: tuple[str, ...]) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return content.getvalue()


def csv_of(*lines: str) -> bytes:
    return "\n".join(lines).encode()


MANY: Final = [
    f"Elev {a}{b}{c};8X"
    for a in "ABCDEFGHIJKLMNOPQR"
    for b in "abcdefghijklmnopq"
    for c in "abcdefghijklmnopq"
]

FILES: Final[Mapping[str, tuple[str, bytes, str]]] = {
    "number": ("a.csv", csv_of("Navn;Klasse", f"Tiril {NUMBER};8X"), "ser ut som et fødselsnummer"),
    "number in a dropped column": (
        "a.csv",
        csv_of("Navn;Klasse;Fnr", f"Tiril Tun;8X;{NUMBER[:6]} {NUMBER[6:]}"),
        "ser ut som et fødselsnummer",
    ),
    "number over two cells": (
        "a.csv",
        csv_of("Navn;Klasse;Dato;Nr", f"Tiril Tun;8X;{NUMBER[:6]};{NUMBER[6:]}"),
        "ser ut som et fødselsnummer",
    ),
    "number in a workbook": (
        "a.xlsx",
        workbook(("Navn", "Klasse"), (f"Tiril {NUMBER}", "8X")),
        "ser ut som et fødselsnummer",
    ),
    "5,000 rows": (
        "a.csv",
        csv_of("Navn;Klasse", *MANY[:5000]),
        "flere elever enn vi kan lese inn",
    ),
    "encoding": ("a.csv", "Navn;Klasse\nTiril Tun;8X\n".encode("utf-16"), "ikke lese bokstavene"),
    "empty": ("a.csv", b"", "Filen har ingen elever"),
    "xls": ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "verken CSV eller XLSX"),
    "picture": ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(100), "verken CSV eller XLSX"),
    "broken workbook": ("a.xlsx", workbook(("Navn",))[:300], "lar seg ikke åpne"),
    "no headings": ("a.csv", csv_of("A;B", "Tiril;8X"), "Ingen overskrift sier"),
    "formula in csv": ("a.csv", csv_of("Navn;Klasse", "=1+1;8X"), "Ruta har en formel"),
    "formula in xlsx": (
        "a.xlsx",
        workbook(("Navn", "Klasse"), ("=1+1", "8X")),
        "Ruta har en formel",
    ),
    "gender": ("a.csv", csv_of("Navn;Kjønn;Klasse", "Tiril Tun;katt;8X"), "Vi forstår ikke"),
    "repeated": ("a.csv", csv_of("Navn;Klasse", "Tiril Tun;8X", "Tiril Tun;8X"), "har samme navn"),
}


@dataclass
class Survey:
    """An open survey of one test, with its teacher."""

    path: str
    codes: Mapping[str, str]
    teacher: StaffMember
    teachers: Browser

    async def close(self) -> None:
        await self.teacher.close_survey(await self.teachers.open(self.path))


@pytest_asyncio.fixture(loop_scope="session")
async def survey(world: World, seeded: Seeded) -> AsyncIterator[Survey]:
    async with world.browser() as teachers:
        teacher = await world.signed_in(teachers, leader=False, school=SCHOOL)
        status, codes = await opened(teacher, "Uheldige tilfeller")
        yield Survey(path_of(status), codes, teacher, teachers)


async def upload(browser: Browser, name: str, content: bytes) -> tuple[int, str]:
    answer = await post(browser, "/klasser/import", files={"file": (name, content)})
    return answer.status_code, words_of(answer)


@pytest.mark.parametrize("kind", FILES)
async def test_a_bad_class_list_is_refused_with_a_sentence(
    world: World, seeded: Seeded, kind: str
) -> None:
    name, content, sentence = FILES[kind]
    async with world.browser() as browser:
        await world.signed_in(browser, leader=True, school=SCHOOL)
        before = words_of(await get(browser, "/klasser"))
        status, said = await upload(browser, name, content)
        assert (status, sentence in said) == (422, True), said
        assert NUMBER not in said
        assert NUMBER[6:] not in said
        assert words_of(await get(browser, "/klasser")) == before


async def test_a_number_reaches_no_log(world: World, seeded: Seeded) -> None:
    async with world.browser() as browser:
        await world.signed_in(browser, leader=True, school=SCHOOL)
        await upload(browser, "a.csv", FILES["number"][1])
    logs = list((world.installation.folder / "log").glob("*.log"))
    assert logs
    assert not [log.name for log in logs if NUMBER.encode() in log.read_bytes()]


async def test_unknown_columns_are_left_out_and_named(world: World, seeded: Seeded) -> None:
    async with world.browser() as browser:
        await world.signed_in(browser, leader=True, school=SCHOOL)
        status, said = await upload(
            browser, "a.csv", csv_of("Navn;Adresse;Klasse", "Ada Ek;Vei;8X")
        )
    assert status == 200
    assert "Disse kolonnene blir ikke med: Adresse." in said
    assert "Vei " not in said


async def test_a_typing_error_is_told_before_any_request(
    world: World, survey: Survey, chromium: Chromium
) -> None:
    code = survey.codes[NINE]
    page = await chromium.new_page(locale="nb-NO")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    await page.goto(world.address)
    await page.locator("input[name=code]").fill(mistyped(code))
    await page.locator("form.code-field button").click()
    message = page.locator("[data-message]")
    await expect(message).to_contain_text("Se om et tegn er byttet om")
    assert "POST" not in sent
    await page.close()


async def test_codes_that_do_not_open_say_why(world: World, survey: Survey) -> None:
    code = survey.codes[NINE]
    status = await survey.teachers.open(survey.path)
    revoked = next(
        form for form in status.forms if form.action.endswith("/trekk") and NINE in form.row
    )
    await survey.teachers.send(status, revoked, revoked.as_it_stands())
    cases = {
        mistyped(code): "Se om et tegn er byttet om",
        well_formed("ABCDEFGHJK"): "Vi kjenner ikke denne nøkkelen",
        code: "Denne nøkkelen gjelder ikke lenger",
        "": "Nøkkelen",
        "x" * 5000: "Nøkkelen",
    }
    async with world.browser() as browser:
        for wrong, sentence in cases.items():
            answer = await enter(browser, wrong)
            assert answer.is_client_error
            assert sentence in words_of(answer)
            assert "Skriv nøkkelen din" in words_of(answer)
        # However many were wrong before: a right code always passes (SPEC I7).
        assert (await enter(browser, survey.codes[EIGHT])).url.path == "/elev"


async def test_a_code_typed_again_elsewhere_shows_what_is_answered_never_the_answers(
    world: World, survey: Survey
) -> None:
    async with world.browser() as first, world.browser() as second:
        await enter(first, survey.codes[NINE])
        own = await QuestionsPage.open(first)
        question, free_text = own.questions[0], own.questions[-1]
        chosen = own.option(question, 1)
        saved = {question: {"option": chosen}, free_text: {"text": "Bare mellom oss."}}
        assert (await own.save(saved)).status_code == 200
        assert (await QuestionsPage.open(first)).chosen() == {question: chosen}

        told = words_of(await enter(second, survey.codes[NINE]))
        assert "Du har svart på 2 av 22. Svarene dine er lagret, men vises ikke her." in told
        shown = await get(second, "/elev/svar")
        assert "Bare mellom oss." not in shown.text
        assert (await QuestionsPage.open(second)).chosen() == {}
        assert words_of(shown).count("Du har svart på dette før.") == 2
        assert "Bare mellom oss." not in (await get(second, "/elev")).text


async def test_answers_after_closing_are_refused_and_stay_on_the_page(
    world: World, survey: Survey
) -> None:
    async with world.browser() as browser:
        await enter(browser, survey.codes[NINE])
        page = await QuestionsPage.open(browser)
        question = page.questions[0]
        await page.save({question: {"option": page.option(question, 0)}})
        await survey.close()
        refused = await page.save({question: {"option": page.option(question, 1)}})
        assert refused.status_code == 409
        assert "Undersøkelsen er lukket." in refused.json()["detail"]
        fields = {f"q.{question}": page.option(question, 1), "deliver": "ja"}
        fields |= {"page": page.page_id, "sequence": str(page.sequence + 1)}
        answer = await post(browser, "/elev/lever", data=fields)
        assert answer.status_code == 409
        assert "Undersøkelsen er lukket." in words_of(answer)
        assert f'value="{page.option(question, 1)}" checked' in answer.text
        late = await enter(browser, survey.codes[EIGHT])
        assert late.is_client_error
        assert "lukket" in words_of(late)
    pupils = words_of(await get(survey.teachers, f"{survey.path}/rapport/elevene"))
    assert "0 av 10 svarte" in pupils  # Nobody handed in; what was saved before closing is kept.


async def test_two_tabs_of_one_pupil_lose_nothing(world: World, survey: Survey) -> None:
    async with world.browser() as browser:
        await enter(browser, survey.codes[NINE])
        one, two = await QuestionsPage.open(browser), await QuestionsPage.open(browser)
        first, second = one.questions[:2]
        await one.save({first: {"option": one.option(first, 0)}})
        await two.save({second: {"option": two.option(second, 1)}})
        await one.save({first: {"option": one.option(first, 2)}})
        assert (await QuestionsPage.open(browser)).chosen() == {
            first: one.option(first, 2),
            second: two.option(second, 1),
        }


async def test_handing_in_ten_times_gives_one_receipt(world: World, survey: Survey) -> None:
    async with world.browser() as browser:
        await enter(browser, survey.codes[NINE])
        page = await QuestionsPage.open(browser)
        question = page.questions[0]
        jar = browser._http.cookies.jar
        cookies = list(jar)
        receipts = set()
        for _ in range(10):
            for cookie in cookies:  # The answer was lost on its way, so the cookie is still there.
                jar.set_cookie(cookie)
            answer = await page.submit({question: {"option": page.option(question, 1)}})
            assert answer.status_code == 200
            receipts.add(words_of(answer))
    assert len(receipts) == 1
    assert "Du svarte på 1 av 22 spørsmål" in receipts.pop()
    status = await get(survey.teachers, survey.path)
    assert words_of(status).count("Levert") == 1


async def test_going_back_after_handing_in_shows_no_answers(
    world: World, survey: Survey, chromium: Chromium
) -> None:
    context = await chromium.new_context(locale="nb-NO")
    page = await context.new_page()
    await page.goto(world.address)
    await page.locator("input[name=code]").fill(survey.codes[NINE])
    await page.locator("form.code-field button").click()
    await page.get_by_role("link", name="Begynn").click()
    await page.locator("fieldset.question:visible label.face").first.click()
    count = await page.locator("fieldset.question").count()
    for _ in range(count):
        await page.locator("[data-next]").click()
    await page.locator("[data-submit]").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Takk")
    await page.go_back()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Skriv nøkkelen din")
    assert await page.locator("input[name=code]").input_value() == ""
    assert await page.locator("fieldset.question").count() == 0
    await context.close()


async def test_a_free_text_with_a_number_is_asked_for_again(world: World, survey: Survey) -> None:
    async with world.browser() as browser:
        await enter(browser, survey.codes[NINE])
        page = await QuestionsPage.open(browser)
        question, free_text = page.questions[0], page.questions[-1]
        answers = {
            question: {"option": page.option(question, 1)},
            free_text: {"text": f"Jeg heter {NUMBER}"},
        }
        refused = await page.save(answers)
        assert refused.status_code == 422
        assert refused.json()["question_id"] == free_text
        assert "fødselsnummer" in refused.json()["detail"]
        assert NUMBER not in refused.text


def mistyped(code: str) -> str:
    """Swap the first two neighbours that differ, as fingers do."""
    plain = code.replace("-", "")
    at = next(at for at in range(9) if plain[at] != plain[at + 1])
    return plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]


def well_formed(ten: str) -> str:
    """Return a code with a right check character, which nobody was given."""
    total = sum((2 * at + 1) * ALPHABET.index(letter) for at, letter in enumerate(ten))
    return ten + ALPHABET[total % 31]
