"""One pupil's way through the pages, step by step and timed: code, page, autosaves, submit."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from tests.bench.connection import Connection

FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
STEPS: Final = ("code", "page", "autosave", "submit")
"""A submit's answer is the receipt."""

AUTOSAVES: Final = 6
NOMINEES: Final = 3

QUESTION: Final = re.compile(r'data-question="([0-9a-f-]{36})"[^>]*data-kind="(\w+)"')
CHOICE: Final = re.compile(r'<input[^>]*name="q\.([0-9a-f-]{36})"[^>]*value="([^"]*)"')
HIDDEN: Final = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')

Content = Mapping[str, Any]
Seconds = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A page of questions as it lies before a pupil, with what this pupil would answer."""

    page: str
    list_version: int
    answers: Sequence[tuple[str, Content]]

    @classmethod
    def read(cls, html: str) -> OpenPage:
        hidden = dict(HIDDEN.findall(html))
        choices: dict[str, list[str]] = {}
        for question, value in CHOICE.findall(html):
            choices.setdefault(question, []).append(value)
        asked = QUESTION.findall(html)
        answers = [(key, _content(kind, choices.get(key, []))) for key, kind in asked]
        return cls(hidden["page"], int(hidden["list_version"]), answers)

    def saves(self, parts: int) -> Iterator[bytes]:
        """All answers in so many saves, as the page's script would send them."""
        size = -(-len(self.answers) // parts)
        for number in range(parts):
            yield self.save(number + 1, self.answers[number * size : (number + 1) * size])

    def save(self, sequence: int, answers: Sequence[tuple[str, Content]]) -> bytes:
        sent = {
            "page": self.page,
            "sequence": sequence,
            "list_version": self.list_version,
            "answers": dict(answers),
        }
        return json.dumps(sent).encode()


@dataclass(slots=True)
class Stopwatch:
    """How long each step took, in seconds."""

    seconds: Seconds = field(default_factory=lambda: {step: [] for step in STEPS})

    def note(self, step: str, began_at: float) -> None:
        self.seconds[step].append(time.perf_counter() - began_at)


async def begin(address: str, code: str, watch: Stopwatch) -> tuple[Connection, OpenPage]:
    """Connect, enter the code and fetch the questions."""
    began_at = time.perf_counter()
    connection = await Connection.open(address)
    await connection.post("/kode", urlencode({"code": code}).encode(), FORM)
    watch.note("code", began_at)
    began_at = time.perf_counter()
    answer = await connection.get("/elev/svar")
    watch.note("page", began_at)
    return connection, OpenPage.read(answer.content.decode())


async def whole_survey(address: str, code: str, watch: Stopwatch, *, autosaves: int) -> None:
    """Answer every question; without autosaves everything goes with the submit."""
    connection, page = await begin(address, code, watch)
    for save in page.saves(autosaves) if autosaves else ():
        began_at = time.perf_counter()
        await connection.post("/elev/lagre", save, JSON)
        watch.note("autosave", began_at)
    last = page.save(autosaves + 1, () if autosaves else page.answers)
    began_at = time.perf_counter()
    await connection.post("/elev/lever", last, JSON)
    watch.note("submit", began_at)
    connection.close()


def _content(kind: str, values: Sequence[str]) -> Content:
    if kind == "nomination":
        return {"nominees": list(values[:NOMINEES])}
    if kind == "free_text":
        return {"text": "Jeg har det fint, og vi er mange som leker sammen i friminuttene."}
    if kind == "multiple_choice":
        return {"options": list(values[:2])}
    return {"option": values[0]}
