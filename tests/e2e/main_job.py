"""The main job in a test's hands: roster, survey, codes, answers, closing; by public HTTP alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deploy.local.demonstration.browsing import Browser, Field, Form, Page
from deploy.local.demonstration.staff import StaffMember


async def import_csv(browser: Browser, content: bytes, name: str = "klasse.csv") -> Page:
    """Import a class list and confirm its preview; returns the list of classes."""
    page = await browser.open("/klasser/import")
    form = page.form("/klasser/import")
    preview = await browser.send(page, form, form.as_it_stands(), {"file": (name, content)})
    return await browser.press(preview, "/klasser/import/bekreft")


def nominations(draft: Page) -> list[str]:
    """Return the catalogue keys of the draft's nomination questions: those with a maximum."""
    form = draft_form(draft)
    return [field.name.removeprefix("most.") for field in _selects(form)]


def draft_form(draft: Page) -> Form:
    return next(form for form in draft.forms if form.options("title"))


async def keep_only(browser: Browser, draft: Page, keys: Sequence[str], most: str) -> Page:
    """Change the draft to these nomination questions alone, with a maximum of "3", "5" or "0"."""
    form = draft_form(draft)
    values: dict[str, str | Sequence[str]] = {"questions": list(keys)}
    values |= {f"most.{key}": most for key in keys}
    return await browser.send(draft, form, form.filled(**values))


async def answer_form(browser: Browser, code: str) -> Page:
    """Enter a code and go to the questions."""
    door = await browser.open("/")
    form = door.form("/kode")
    await browser.send(door, form, form.filled(code=code))
    return await browser.open("/elev/svar")


async def answer(browser: Browser, code: str, named: Sequence[Sequence[str]]) -> Page:
    """Answer every nomination of a survey without scripts, in the survey's order, and hand in."""
    page = await answer_form(browser, code)
    form = page.form("/elev/lever")
    questions = list(dict.fromkeys(f.name for f in form.fields if f.name.startswith("q.")))
    asked = [name for name in questions if not name.endswith(".nobody")]
    values: dict[str, str | Sequence[str]] = {}
    for name, wanted in zip(asked, named, strict=True):
        by_label = {field.label: field.value for field in form.options(name)}
        chosen = [by_label[each] for each in wanted]
        values |= {name: chosen} if chosen else {f"{name}.nobody": "ja"}
    return await browser.send(page, form, form.filled(**values, deliver="ja"))


async def three_nominations(
    teacher: StaffMember, browser: Browser, title: str, group: str
) -> tuple[Page, Mapping[str, str]]:
    """Make, open and give codes for a survey of three nominations without a maximum."""
    draft = await teacher.make_survey(title, group, "2")
    keys = nominations(draft)[:3]
    draft = await keep_only(browser, draft, keys, "0")
    status = await teacher.open_survey(draft)
    return status, await teacher.new_codes(status)


def _selects(form: Form) -> list[Field]:
    seen: dict[str, Field] = {}
    for field in form.fields:
        if field.name.startswith("most."):
            seen.setdefault(field.name, field)
    return list(seen.values())


def first_names(names: Sequence[str]) -> list[str]:
    return [name.partition(" ")[0] for name in names]
