"""What a leader and a teacher do in their browsers, one page after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, Self

from deploy.local.demonstration.browsing import Browser, Page
from deploy.local.demonstration.people import School

NOT_STARTED = "Ikke begynt"

LOOKS_AT_COLLEAGUES: Final = 15
SECONDS_BETWEEN_LOOKS: Final = 2.0


class StaffMember:
    """Somebody who is signed in through Keycloak."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    @classmethod
    async def sign_in(cls, browser: Browser, username: str, password: str) -> Self:
        """Follow "Logg inn" to Keycloak and back; `LookupError` when Keycloak does not believe it."""
        page = await browser.open("/logg-inn")
        form = next(form for form in page.forms if form.options("username"))
        home = await browser.send(page, form, form.filled(username=username, password=password))
        if not home.address.startswith(browser.home):
            raise LookupError("Keycloak did not accept the sign-in.")
        return cls(browser)

    async def import_roster(self, school: School) -> bool:
        """Import the school's class list, unless the school has classes; says whether it did."""
        classes = (await self._browser.open("/klasser")).links("/klasser/")
        if any(href != "/klasser/import" for href, _ in classes):
            return False
        page = await self._browser.open("/klasser/import")
        form = page.form("/klasser/import")
        file = {"file": ("klasseliste.csv", school.roster_csv())}
        preview = await self._browser.send(page, form, form.as_it_stands(), file)
        await self._browser.press(preview, "/klasser/import/bekreft")
        return True

    async def grant(self, name: str, **rights: str) -> None:
        """Replace what a colleague may do at the whole school."""
        href = await self._colleague(name)
        page = await self._browser.open(href)
        form = page.form(href)
        fields = form.filled(**rights, scope="school", group_ids=())
        # Further parts, for some classes each, have numbered fields.
        whole = [(name, value) for name, value in fields if not name[-1].isdigit()]
        await self._browser.send(page, form, whole)

    async def _colleague(self, name: str) -> str:
        # A Keycloak that has just started answers its first questions slower than identity waits;
        # until then the page shows those who have signed in.
        for _ in range(LOOKS_AT_COLLEAGUES):
            href = (await self._browser.open("/tilgang")).link("/tilgang/", name)
            if href:
                return href
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        raise LookupError("The access page does not show that colleague.")

    async def survey(self, title: str) -> Page | None:
        """The page of the survey with that title, if there is one."""
        href = (await self._browser.open("/undersokelser")).link("/undersokelser/", title)
        return await self._browser.open(href) if href else None

    async def make_survey(self, title: str, group: str, band: str) -> Page:
        """Make a draft with the ready set of the band; returns the draft's page."""
        page = await self._browser.open("/undersokelser/ny")
        form = page.form("/undersokelser/ny")
        groups = [
            option.value for option in form.options("group_ids") if option.label.startswith(group)
        ]
        fields = form.filled(title=title, band=band, group_ids=groups)
        return await self._browser.send(page, form, fields)

    async def open_survey(self, draft: Page) -> Page:
        """Open a draft; returns the page with the live status."""
        return await self._browser.press(draft, "/apne")

    async def new_codes(self, status: Page) -> Mapping[str, str]:
        """Codes by name for everyone who has not started; they are shown this once."""
        return _codes(await self._browser.press(status, "/nokler"))

    async def renew_codes(self, status: Page, at_most: int) -> list[str]:
        """New codes for a few of those who have not started, leaving the others' codes alone."""
        renewals = [
            form for form in status.forms if form.action.endswith("/ny") and NOT_STARTED in form.row
        ]
        codes: list[str] = []
        for form in renewals[-at_most:]:
            sheet = await self._browser.send(status, form, form.as_it_stands())
            codes += _codes(sheet).values()
        return codes

    async def close_survey(self, status: Page) -> Page:
        """Close an open survey; returns its report."""
        question = await self._browser.open(f"{status.address}/lukk")
        return await self._browser.press(question, "/lukk")


def _codes(sheet: Page) -> dict[str, str]:
    """Names and codes of the sheet to cut: each card has the name first, the code after it."""
    codes: dict[str, str] = {}
    name = ""
    for element in sheet.elements:
        if element.kind == "h2":
            name = element.text.strip()
        elif element.attributes.get("class") == "code":
            codes[name] = element.text.strip()
    return codes
