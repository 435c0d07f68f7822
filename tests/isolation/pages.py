"""Attempts through the pages, with the real cookies of people who have signed in."""

from __future__ import annotations

import asyncio
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import httpx

from tests.isolation import pages_oracle as oracle
from tests.isolation.enumeration import routes
from tests.isolation.requests import Ids
from tests.isolation.rpc import THINGS, Figures, ids_of, secrets_beyond
from tests.isolation.world import HOME, NEIGHBOUR, World

PERSONAS: Final = (
    "nobody",
    "revoked",
    "pupil",
    "classmate",
    "maker",
    "other",
    "leader",
    "leader of another school",
    "municipality",
)
AT_ONCE: Final = 8
_ID: Final = re.compile(r"\{(\w+)\}")
_VARYING: Final = {"x-request-id", "date", "content-length", "set-cookie"}


@dataclass(frozen=True, slots=True)
class Attempt:
    method: str
    path: str
    persona: str
    thing: str


@dataclass(frozen=True, slots=True)
class Outcome:
    word: str
    whole: str
    """Status, headers and body, but for what is new with every request and the ids that were sent."""


def draw(size: int | None) -> list[Attempt]:
    """Attempts that say something; of them `size`, the same ones every time."""
    telling = [
        Attempt(method, path, persona, thing)
        for method, path in sorted(routes())
        for persona in PERSONAS
        for thing in (THINGS if "{" in path else THINGS[:1])
        if oracle.expected(method, path, persona, thing)
    ]
    if size is None or size >= len(telling):
        return telling
    return random.Random(5).sample(telling, size)


class Visitor:
    """Everybody's browser at once, each with the own cookie and nothing else."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._http = httpx.AsyncClient(base_url=world.address, timeout=60.0)
        home, beyond = world.places[HOME].cookies, world.places[NEIGHBOUR].cookies
        self._cookies = {
            "revoked": home["revoked"],
            "pupil": home["pupil open"],
            "classmate": home["pupil second"],
            "maker": home["maker"],
            "other": home["other"],
            "leader": home["leader"],
            "leader of another school": beyond["leader"],
            "municipality": home["municipality"],
        }

    async def close(self) -> None:
        await self._http.aclose()

    async def attempt(self, one: Attempt) -> Outcome:
        ids = self.ids(one)
        path = _ID.sub(lambda match: ids.of(match[1]), one.path)
        headers = {"Origin": self._world.address, "Accept-Language": "nb"}
        cookie = self._cookies.get(one.persona)
        if cookie:
            headers["Cookie"] = f"__Host-samspill={cookie}"
        self._http.cookies.clear()
        if one.method == "POST":
            answer = await self._http.post(
                path, headers=headers, data=oracle.form_of(one.path, ids)
            )
        else:
            answer = await self._http.get(path, headers=headers)
        return _outcome(answer, ids)

    def ids(self, one: Attempt) -> Ids:
        return ids_of(self._world, one.persona, one.thing, closed=oracle.wants_closed(one.path))


def _outcome(answer: httpx.Response, ids: Ids) -> Outcome:
    kept = sorted((k, v) for k, v in answer.headers.items() if k.lower() not in _VARYING)
    body = answer.text
    request_id = answer.headers.get("x-request-id")
    whole = f"{answer.status_code} {kept} {body}"
    if request_id:
        whole = whole.replace(request_id, "<request>")
    for each in ids.all:
        whole = whole.replace(each, "<sent>")
    return Outcome(_word(answer), whole)


def _word(answer: httpx.Response) -> str:
    target = answer.headers.get("location", "")
    if answer.status_code in {302, 303, 307}:
        if target.startswith("/logg-inn") or target == "/":
            return oracle.SIGN_IN
        return oracle.ELSEWHERE if target in oracle.OWN_FRONT_PAGES else oracle.OK
    known = {
        200: oracle.OK,
        401: oracle.SIGN_IN,
        403: oracle.CLOSED,
        404: oracle.MISSING,
        409: oracle.STATE,
        422: oracle.INVALID,
    }
    return known.get(answer.status_code, str(answer.status_code))


async def run(world: World, size: int | None = None) -> Figures:
    """Try, hold each answer against the oracle, and compare what must not differ."""
    visitor, figures = Visitor(world), Figures()
    gate = asyncio.Semaphore(AT_ONCE)
    outcomes: dict[Attempt, Outcome] = {}

    async def one(attempt: Attempt) -> None:
        async with gate:
            outcomes[attempt] = await visitor.attempt(attempt)

    try:
        await asyncio.gather(*(one(each) for each in draw(size)))
        for attempt, outcome in outcomes.items():
            figures.leaks += _judged(world, attempt, outcome, visitor.ids(attempt))
        figures.leaks += _differences(outcomes)
    finally:
        await visitor.close()
    figures.attempts = len(outcomes)
    return figures


def _judged(world: World, one: Attempt, outcome: Outcome, ids: Ids) -> Iterator[str]:
    right = oracle.expected(one.method, one.path, one.persona, one.thing)
    if outcome.word not in right:
        yield f"{_named(one)}: {outcome.word} instead of {' or '.join(sorted(right))}"
    found = [s for s in secrets_beyond(world, one.persona, ids) if s in outcome.whole]
    if found:
        yield f"{_named(one)}: shows {len(found)} strings of another school"


def _differences(outcomes: dict[Attempt, Outcome]) -> Iterator[str]:
    foreign = {"other school", "other municipality", "missing"}
    alike: dict[tuple[str, str, str], dict[str, Attempt]] = defaultdict(dict)
    for attempt, outcome in outcomes.items():
        if attempt.thing in foreign and not attempt.path.startswith("/kommune"):
            key = attempt.method, attempt.path, attempt.persona
            alike[key][outcome.whole] = attempt
    for different in alike.values():
        if len(different) > 1:
            yield f"{_named(next(iter(different.values())))}: foreign and missing differ"


def _named(one: Attempt) -> str:
    return f"{one.method} {one.path} for {one.persona}, {one.thing}"
