"""What is wrong with a page, as a list of sentences; empty for a page that keeps its promises."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import axe_playwright_python
from playwright.async_api import BrowserContext, Page, Response

AXE: Final = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
NARROW: Final = {"width": 320, "height": 720}
WIDE: Final = {"width": 1280, "height": 860}

INLINE: Final = re.compile(r"""\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=["']""")
POLICY: Final = "default-src 'none'"
FLAGS: Final = ("secure", "httponly", "path=/", "samesite=lax")
PREFERENCE: Final = "samspill-sprak"
"""The language, which is no secret; every other cookie is."""

RUN_AXE: Final = """
() => axe.run({ resultTypes: ["violations"] }).then(
  (found) => found.violations.map((each) => `${each.id}: ${each.nodes[0].html}`))
"""
TOO_WIDE: Final = "() => document.documentElement.scrollWidth - innerWidth"


@dataclass
class Inspector:
    """Looks at every page of one browser context, and at every answer that it got."""

    context: BrowserContext
    home: str
    flaws: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    """Of every request; a name or a code in one of them would reach histories and logs."""

    def __post_init__(self) -> None:
        self.context.on("response", self._answered)
        self.context.on("weberror", lambda error: self._say("script", str(error.error)))
        self.context.on("console", self._console)

    async def open(self, page: Page, path: str, *, status: int = 200) -> None:
        """Open a page and look at it."""
        answer = await page.goto(self.home + path)
        assert answer
        if answer.status != status:
            self._say(path, f"answered {answer.status}, not {status}")
        await self.look(page)

    async def look(self, page: Page) -> None:
        """Look at the page as it stands: with axe, at 320 pixels, at its source, title, language."""
        where = page.url.removeprefix(self.home)
        for text in await page_flaws(page):
            self._say(where, text)

    def _say(self, where: str, text: str) -> None:
        self.flaws.append(f"{where}: {text}")

    def _console(self, message: object) -> None:
        text = getattr(message, "text", "")
        # A page that says 404 on purpose is told about here too.
        if getattr(message, "type", "") == "error" and "Failed to load resource" not in text:
            self._say("console", text)

    async def _answered(self, answer: Response) -> None:
        self.addresses.append(answer.url)
        if answer.url.startswith(self.home):
            headers = [
                {"name": each["name"], "value": each["value"]}
                for each in await answer.headers_array()
            ]
            for text in header_flaws(answer.url.removeprefix(self.home), headers):
                self._say(answer.url, text)


async def page_flaws(page: Page) -> list[str]:
    """Say what is wrong with a page, whatever server it came from."""
    source = await page.content()
    flaws = [f"inline {found.strip()}" for found in INLINE.findall(source)]
    title = await page.title()
    if not title.removesuffix(" · Samspill").strip() or title.startswith("Samspill"):
        flaws.append(f"has no title of its own: {title}")
    await page.evaluate(AXE)
    for size in (WIDE, NARROW):
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        flaws += [f"axe at {size['width']}: {each}" for each in await page.evaluate(RUN_AXE)]
    if (too_wide := await page.evaluate(TOO_WIDE)) > 0:
        flaws.append(f"scrolls sideways by {too_wide} at {NARROW['width']}")
    await page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    return flaws


def header_flaws(path: str, headers: Sequence[Mapping[str, str]]) -> list[str]:
    """Say what is wrong with an answer's headers: policy, caching, cookies (SPEC P4)."""
    told = {each["name"].lower(): each["value"] for each in headers}
    flaws = []
    if POLICY not in told.get("content-security-policy", ""):
        flaws.append("has no content policy")
    if "unsafe" in told.get("content-security-policy", ""):
        flaws.append("has a content policy that lets unsafe things in")
    if not path.startswith("/static/") and told.get("cache-control") != "no-store":
        flaws.append("may be stored")
    cookies = [each["value"] for each in headers if each["name"].lower() == "set-cookie"]
    return flaws + [text for cookie in cookies for text in cookie_flaws(cookie)]


def cookie_flaws(cookie: str) -> list[str]:
    name = cookie.partition("=")[0]
    if name == PREFERENCE:
        return []
    parts = [part.strip().lower() for part in cookie.split(";")]
    missing = [flag for flag in FLAGS if flag not in parts]
    if not name.startswith("__Host-"):
        missing.append("__Host-")
    return [f"sets the cookie {name} without {flag}" for flag in missing]
