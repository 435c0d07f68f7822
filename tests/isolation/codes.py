"""Guessing access codes while a class gets in behind the same address (SPEC I7).

A code has ten random characters of 32: 32^10 = 1.1e15 codes. A thousand living codes and 100,000
guesses hit with a probability of 1e-7; the brake keeps a single address to one answer a second.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from deploy.local.demonstration.browsing import Browser
from deploy.local.demonstration.staff import StaffMember
from deploy.local.installation import LocalInstallation
from samspill_identity.domain.codes import ALPHABET, RANDOM_LENGTH, check_character, new_code
from tests.bench.connection import Connection, UnexpectedAnswerError
from tests.bench.pupils import FORM
from tests.bench.school import FREE_TEXT, MIDDLE_BAND
from tests.e2e.main_job import import_csv
from tests.e2e.wire import QuestionsPage, enter, get

GUESSES: Final = 100_000
AT_ONCE: Final = 24
CLASS: Final = 30
GROUP: Final = "10Z"
MARKER: Final = "Qzemor skrev dette"
TOO_MANY: Final = 429


@dataclass
class Guessing:
    """What became of the guesses and of the class."""

    guesses: int = 0
    hits: int = 0
    answered: int = 0
    """Wrong codes that were told to be wrong; the rest were told to come back later."""

    seconds: float = 0.0
    let_in: int = 0
    refused: int = 0
    class_seconds: float = 0.0
    read_again: int = 0
    """Answers that a code typed anew could read."""

    tries: list[str] = field(default_factory=list)


async def run(installation: LocalInstallation, _world: object) -> dict[str, int]:
    """Guess at full size; the line of figures counts a pupil who was refused as a leak."""
    codes = await codes_of_a_class(installation, CLASS)
    found = await guess(installation.public_address, codes, GUESSES)
    per_second = found.answered / found.seconds
    print(
        f"guesses {found.guesses} in {found.seconds:.0f} s, told wrong {found.answered} "
        f"({per_second:.1f} a second from one address), hits {found.hits}; "
        f"a class of {found.let_in} let in within {found.class_seconds:.1f} s, "
        f"refused {found.refused}; read by a code typed anew {found.read_again}",
        flush=True,
    )
    leaks = found.refused + found.read_again
    return {"guesses": found.guesses, "hits": found.hits, "leaks": leaks}


async def codes_of_a_class(installation: LocalInstallation, size: int) -> list[str]:
    """Import a class, open a survey for it, and return its unused codes."""
    school = installation.municipality.schools[0]
    address = installation.public_address
    rows = "".join(f"Elev {chr(65 + n // 26)}{chr(97 + n % 26)};;{GROUP}\n" for n in range(size))
    async with Browser(address) as leaders, Browser(address) as teachers:
        leader, teacher = school.leaders[0], school.teachers[0]
        for browser, person in ((leaders, leader), (teachers, teacher)):
            password = installation.password_of(person.username)
            await StaffMember.sign_in(browser, person.username, password)
        await import_csv(leaders, f"Navn;Kjønn;Klasse\n{rows}".encode())
        name = f"{teacher.first_name} {teacher.last_name}"
        await StaffMember(leaders).grant(name, create="ja", level=FREE_TEXT)
        staff = StaffMember(teachers)
        draft = await staff.make_survey("Nøkler som gjettes", GROUP, MIDDLE_BAND)
        return list((await staff.new_codes(await staff.open_survey(draft))).values())


async def guess(
    address: str, codes: Sequence[str], size: int, *, draw: Callable[[], str] = new_code
) -> Guessing:
    """Guess from one address, `AT_ONCE` at a time, while the owners of the codes get in there."""
    found = Guessing()
    left = iter(range(size))
    began_at = time.monotonic()

    async def guesser() -> None:
        connection = await Connection.open(address)
        for _ in left:
            connection = await _one_guess(address, connection, draw(), found)
        connection.close()

    guessers = [asyncio.create_task(guesser()) for _ in range(AT_ONCE)]
    await asyncio.sleep(1)
    await _class_gets_in(address, codes, found)
    await asyncio.gather(*guessers)
    found.seconds = time.monotonic() - began_at
    if codes:
        found.read_again = await _read_by_a_code_typed_anew(address, codes[0])
    return found


def mistyped(code: str) -> str:
    """The code with another last character, as a slip of the finger."""
    characters = code[:RANDOM_LENGTH]
    others = [each for each in ALPHABET if each != check_character(characters)]
    return characters + secrets.choice(others)


async def _one_guess(
    address: str, connection: Connection, code: str, found: Guessing
) -> Connection:
    found.guesses += 1
    try:
        await connection.post("/kode", urlencode({"code": code}).encode(), FORM)
    except UnexpectedAnswerError as refusal:
        found.answered += refusal.status != TOO_MANY
        return connection
    except (OSError, asyncio.IncompleteReadError):
        found.guesses -= 1
        return await Connection.open(address)
    found.hits += 1
    connection.cookies.clear()
    return connection


async def _class_gets_in(address: str, codes: Sequence[str], found: Guessing) -> None:
    began_at = time.monotonic()
    await asyncio.gather(*(_gets_in(address, code, found) for code in codes))
    found.class_seconds = time.monotonic() - began_at


async def _gets_in(address: str, code: str, found: Guessing) -> None:
    async with Browser(address) as browser:
        await enter(browser, code)
        questions = await get(browser, "/elev/svar")
        is_in = questions.status_code == 200 and "data-question" in questions.text
        found.let_in += is_in
        found.refused += not is_in


async def _read_by_a_code_typed_anew(address: str, code: str) -> int:
    """Write in one session, then open every page of a second one and look for it there."""
    async with Browser(address) as first, Browser(address) as second:
        await enter(first, code)
        page = await QuestionsPage.open(first)
        written = {
            each.attributes["data-question"]: {"text": MARKER}
            for each in page.page.elements
            if each.attributes.get("data-kind") == "free_text"
        }
        assert written, "The survey asks for own words."
        await page.save(written)
        await enter(second, code)
        seen = [await get(second, path) for path in ("/elev", "/elev/svar", "/elev/kvittering")]
        return sum(MARKER in answer.text for answer in seen)
