"""Requests as a browser sends them, with the answer as it came: also when it is a refusal."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import httpx

from deploy.local.demonstration.browsing import Browser, Form, Page, read_page

QUESTION = re.compile(r"^q\.([0-9a-f-]{36})$")


async def get(browser: Browser, path: str) -> httpx.Response:
    return await browser._http.get(urljoin(browser.home, path))


async def post(browser: Browser, path: str, **content: Any) -> httpx.Response:
    """Send a form (data=, files=) or JSON (json=) from a page of our own."""
    headers = {"Origin": browser.home.rstrip("/"), **content.pop("headers", {})}
    return await browser._http.post(urljoin(browser.home, path), headers=headers, **content)


def words_of(answer: httpx.Response) -> str:
    """Return what stands on the page, without its markup."""
    text = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text))).strip()


async def enter(browser: Browser, code: str) -> httpx.Response:
    return await post(browser, "/kode", data={"code": code})


@dataclass
class QuestionsPage:
    """One pupil's page of questions, used as its script uses it."""

    browser: Browser
    page: Page
    page_id: str
    sequence: int = 1

    @classmethod
    async def open(cls, browser: Browser) -> QuestionsPage:
        answer = await get(browser, "/elev/svar")
        page = read_page(str(answer.url), answer.text)
        return cls(browser, page, str(uuid.uuid4()))

    @property
    def form(self) -> Form:
        return self.page.form("/elev/lever")

    @property
    def questions(self) -> list[str]:
        """Ids in the survey's order."""
        found = (QUESTION.match(field.name) for field in self.form.fields)
        return list(dict.fromkeys(match[1] for match in found if match))

    def option(self, question: str, place: int) -> str:
        return self.form.options(f"q.{question}")[place].value

    def chosen(self) -> dict[str, str]:
        """Return what is ticked on the page, by question."""
        return {
            match[1]: field.value
            for field in self.form.fields
            if field.is_chosen and field.kind == "radio" and (match := QUESTION.match(field.name))
        }

    async def save(self, answers: Mapping[str, Mapping[str, Any]]) -> httpx.Response:
        return await self._send("/elev/lagre", answers)

    async def submit(self, answers: Mapping[str, Mapping[str, Any]]) -> httpx.Response:
        return await self._send("/elev/lever", answers)

    async def _send(self, path: str, answers: Mapping[str, Mapping[str, Any]]) -> httpx.Response:
        self.sequence += 1
        body = {"page": self.page_id, "sequence": self.sequence, "list_version": 0}
        return await post(self.browser, path, json={**body, "answers": answers})
