"""The browser of the demonstration with a real Chromium below it: pages are opened, forms are filled and sent there."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urljoin

import httpx
from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Response
from playwright.async_api import Page as ChromiumPage

from deploy.local.demonstration.browsing import Browser, Form, Page, PageRefusedError, read_page

# Sets what the person chose, control by control, and presses the button that was named or the first one.
FILL_IN: Final = """([index, fields]) => {
  const form = document.forms[index];
  const wanted = new Map();
  for (const [name, value] of fields) wanted.set(name, [...(wanted.get(name) ?? []), value]);
  let pressed = null;
  for (const control of form.elements) {
    const values = wanted.get(control.name) ?? [];
    if (control.type === "checkbox" || control.type === "radio") {
      control.checked = values.includes(control.value);
    } else if (control.tagName === "SELECT") {
      for (const option of control.options) option.selected = values.includes(option.value);
    } else if (control.tagName === "BUTTON" || control.type === "submit") {
      if (control.name && values.includes(control.value)) pressed = control;
      continue;
    } else if (!["hidden", "file"].includes(control.type) && values.length) {
      control.value = values[0];
    }
    if (control.name) control.dispatchEvent(new Event("change", { bubbles: true }));
  }
  form.requestSubmit(pressed);
}"""

FETCH: Final = """async (address) => {
  const answer = await fetch(address, { credentials: "same-origin" });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) {
    text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  }
  return [answer.status, [...answer.headers], btoa(text)];
}"""


class ChromiumBrowser(Browser):
    """One person's context of a Chromium that runs."""

    def __init__(self, home: str, chromium: Chromium) -> None:
        super().__init__(home)
        self._chromium = chromium
        self._context: BrowserContext | None = None
        self._page: ChromiumPage | None = None

    async def __aenter__(self) -> ChromiumBrowser:
        self._context = await self._chromium.new_context(locale="nb-NO")
        self._page = await self._context.new_page()
        return self

    async def __aexit__(self, *unused: object) -> None:
        assert self._context
        await self._context.close()
        await super().__aexit__(*unused)

    async def open(self, address: str) -> Page:
        answer = await self._tab.goto(urljoin(self.home, address))
        return await self._shown(answer)

    async def fetch(self, address: str) -> httpx.Response:
        """What a script of the page would get: the answer that a link to `address` leads to."""
        status, headers, content = await self._tab.evaluate(FETCH, urljoin(self.home, address))
        # The browser has unpacked what these speak of.
        kept = [each for each in headers if each[0] not in ("content-encoding", "content-length")]
        return httpx.Response(status, headers=kept, content=base64.b64decode(content))

    async def send(
        self,
        page: Page,
        form: Form,
        fields: Iterable[tuple[str, str]],
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> Page:
        if self._tab.url.partition("#")[0] != page.address.partition("#")[0]:
            await self._tab.goto(page.address)
        index = next(at for at, each in enumerate(page.forms) if each is form)
        for name, (file, content) in (files or {}).items():
            upload: Any = {"name": file, "mimeType": "text/csv", "buffer": content}
            await self._tab.locator(f'input[type="file"][name="{name}"]').set_input_files(upload)
        async with self._tab.expect_navigation() as navigation:
            await self._tab.evaluate(FILL_IN, [index, list(fields)])
        return await self._shown(await navigation.value)

    @property
    def _tab(self) -> ChromiumPage:
        assert self._page
        return self._page

    async def _shown(self, answer: Response | None) -> Page:
        if answer and answer.status >= httpx.codes.BAD_REQUEST:
            path = httpx.URL(answer.url).path
            raise PageRefusedError(f"{answer.request.method} {path} answered {answer.status}")
        return read_page(self._tab.url, await self._tab.content())
