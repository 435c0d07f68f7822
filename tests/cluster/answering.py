"""Pupils who save answers at a steady pace, and a ledger of what they were told is saved."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from tests.bench.connection import Connection, UnexpectedAnswerError
from tests.bench.pupils import FORM, JSON, OpenPage

HEALED_WITHIN: Final = 30.0
"""Seconds that a page tries again before this proof calls the request failed; the page itself goes on."""

_PAUSE: Final = 0.4
_CHOSEN: Final = re.compile(
    r'<input[^>]*name="q\.([0-9a-f-]{36})"[^>]*value="([^"]*)"[^>]*\bchecked'
)
_OPTIONS: Final = ("single_choice", "scale_faces", "scale_frequency", "scale_agreement")
_FAILURES: Final = (OSError, asyncio.IncompleteReadError, UnexpectedAnswerError, TimeoutError)


@dataclass(slots=True)
class Ledger:
    """What was acknowledged to whom."""

    acknowledged: int = 0
    failed: int = 0
    healed: int = 0
    """Requests that needed more than one try."""


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
    _sequence: int = 0

    async def begin(self) -> None:
        """Enter the code and fetch the questions."""
        self._connection = await Connection.open(self.address)
        await self._connection.post("/kode", f"code={self.code}".encode(), FORM)
        self._cookies = self._connection.cookies
        answer = await self._connection.get("/elev/svar")
        self._page = OpenPage.read(answer.content.decode())

    async def save_next(self) -> None:
        """Answer the next question that has options; try again, as the page does, until it is saved."""
        assert self._page
        choices = [(key, each) for key, each in self._page.answers if "option" in each]
        key, content = choices[self._sequence % len(choices)]
        self._sequence += 1
        body = self._page.save(self._sequence, [(key, content)])
        began_at, tries = time.monotonic(), 0
        while time.monotonic() - began_at < HEALED_WITHIN:
            tries += 1
            try:
                await self._send(body)
            except _FAILURES:
                self._connection = None
                await asyncio.sleep(_PAUSE)
                continue
            self.told_saved[key] = content["option"]
            self.ledger.acknowledged += 1
            self.ledger.healed += tries > 1
            return
        self.ledger.failed += 1

    async def stored(self) -> dict[str, str]:
        """What the pupil's own page shows as chosen."""
        connection = await self._connected()
        answer = await connection.get("/elev/svar")
        return dict(_CHOSEN.findall(answer.content.decode()))

    async def _send(self, body: bytes) -> None:
        async with asyncio.timeout(8):
            connection = await self._connected()
            await connection.post("/elev/lagre", body, JSON)

    async def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = await Connection.open(self.address)
            self._connection.cookies = self._cookies
        return self._connection


async def save_steadily(
    pupils: Sequence[Pupil], *, per_second: float, until: asyncio.Event
) -> None:
    """Let one pupil after another save, so many a second in all, until told to stop."""
    turn = 0
    begun_at = time.monotonic()
    async with asyncio.TaskGroup() as saves:
        busy: set[int] = set()
        while not until.is_set():
            turn += 1
            place = turn % len(pupils)
            if place not in busy:
                busy.add(place)
                task = saves.create_task(pupils[place].save_next())
                task.add_done_callback(lambda _, place=place: busy.discard(place))  # type: ignore[misc]
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
