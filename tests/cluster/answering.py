"""Pupils who save answers at a steady pace, and a ledger of what they were told is saved."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from tests.bench.connection import Connection, UnexpectedAnswerError
from tests.bench.pupils import CHOICE, FORM, JSON, QUESTION, OpenPage

PATIENCE: Final = 10.0
FIRST_RETRY: Final = 1.0
LAST_RETRY: Final = 30.0
"""Seconds, as the page's script has them (static/js/saving.js)."""

HEALED_WITHIN: Final = 60.0
"""Seconds after which this proof calls a request failed; the page itself never gives up."""

_CHOSEN: Final = re.compile(
    r'<input[^>]*name="q\.([0-9a-f-]{36})"[^>]*value="([^"]*)"[^>]*\bchecked'
)
_WITH_OPTIONS: Final = ("single_choice", "scale_faces", "scale_frequency", "scale_agreement")
_NO_ANSWER: Final = (OSError, asyncio.IncompleteReadError, TimeoutError)
_PASSING: Final = (408, 429)


@dataclass(slots=True)
class Ledger:
    """What was acknowledged to whom."""

    acknowledged: int = 0
    failed: int = 0
    healed: int = 0
    """Requests that needed more than one try."""

    longest: float = 0.0
    """Seconds until the slowest of them was answered."""


@dataclass(slots=True)
class Pupil:
    """One pupil's page: each save answers one question, as the page's script would send it."""

    address: str
    code: str
    ledger: Ledger
    told_saved: dict[str, str] = field(default_factory=dict)
    """Question and the value of its last acknowledged save."""

    _connection: Connection | None = None
    _cookies: dict[str, str] = field(default_factory=dict)
    _page: OpenPage | None = None
    _choices: list[tuple[str, list[str]]] = field(default_factory=list)
    _sequence: int = 0
    _saves: int = 0

    async def begin(self) -> None:
        """Enter the code and fetch the questions."""
        self._connection = await Connection.open(self.address)
        await self._connection.post("/kode", f"code={self.code}".encode(), FORM)
        self._cookies = self._connection.cookies
        html = (await self._connection.get("/elev/svar")).content.decode()
        self._page = OpenPage.read(html)
        options: dict[str, list[str]] = {}
        for question, value in CHOICE.findall(html):
            options.setdefault(question, []).append(value)
        asked = [key for key, kind in QUESTION.findall(html) if kind in _WITH_OPTIONS]
        self._choices = [(key, options[key]) for key in asked]

    async def save_next(self) -> None:
        """Answer the next question, each time round with another option, until it is saved."""
        turn, place = divmod(self._saves, len(self._choices))
        key, options = self._choices[place]
        value = options[turn % len(options)]
        self._saves += 1

        async def save() -> None:
            await self._post("/elev/lagre", [(key, {"option": value})])

        if await self._healed(save):
            self.told_saved[key] = value

    async def hand_in(self) -> None:
        """Hand in; the answer is the receipt."""
        await self._healed(lambda: self._post("/elev/lever", []))

    async def stored(self) -> dict[str, str]:
        """What the pupil's own page shows as chosen, opened anew: the pod of its last save may be gone."""
        self._connection = None
        connection = await self._connected()
        answer = await connection.get("/elev/svar")
        return dict(_CHOSEN.findall(answer.content.decode()))

    async def _healed(self, request: Callable[[], Awaitable[None]]) -> bool:
        """Try as the page does: again after what may pass, never after a refusal."""
        began_at, pause, tries = time.monotonic(), FIRST_RETRY, 0
        while time.monotonic() - began_at < HEALED_WITHIN:
            tries += 1
            try:
                async with asyncio.timeout(PATIENCE):
                    await request()
            except UnexpectedAnswerError as refused:
                if refused.status < 500 and refused.status not in _PASSING:
                    break
            except _NO_ANSWER:
                self._connection = None
            else:
                self._note(tries, time.monotonic() - began_at)
                return True
            await asyncio.sleep(pause)
            pause = min(pause * 2, LAST_RETRY)
        self.ledger.failed += 1
        return False

    def _note(self, tries: int, seconds: float) -> None:
        self.ledger.acknowledged += 1
        if tries > 1:
            self.ledger.healed += 1
            self.ledger.longest = max(self.ledger.longest, seconds)

    async def _post(self, path: str, answers: Sequence[tuple[str, dict[str, str]]]) -> None:
        assert self._page
        self._sequence += 1
        connection = await self._connected()
        await connection.post(path, self._page.save(self._sequence, answers), JSON)

    async def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = await Connection.open(self.address)
            self._connection.cookies = self._cookies
        return self._connection


async def steadily(
    pupils: Sequence[Pupil],
    act: Callable[[Pupil], Awaitable[None]],
    *,
    per_second: float,
    until: asyncio.Event,
) -> None:
    """Let one pupil after another act, so many a second in all, until told to stop.

    A pupil who still waits for an answer is passed over, as one page sends one request at a time.
    """
    turn = 0
    begun_at = time.monotonic()
    async with asyncio.TaskGroup() as acts:
        busy: set[int] = set()

        async def one(place: int) -> None:
            try:
                await act(pupils[place])
            finally:
                busy.discard(place)

        while not until.is_set():
            turn += 1
            place = turn % len(pupils)
            if place not in busy:
                busy.add(place)
                acts.create_task(one(place))
            next_at = begun_at + turn / per_second
            with suppress(TimeoutError):
                await asyncio.wait_for(until.wait(), max(next_at - time.monotonic(), 0.0))


async def missing(pupils: Sequence[Pupil]) -> int:
    """How many answers that pupils were told are saved their pages do not show."""
    lost = 0
    for pupil in pupils:
        stored = await pupil.stored()
        lost += sum(stored.get(key) != value for key, value in pupil.told_saved.items())
    return lost
