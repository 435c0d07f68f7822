"""Attempts on every service itself, with every service's certificate and every kind of passport."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from grpc import aio

from deploy.local.parts import INSTALLATION
from samspill_kit.auth import TokenSigner, new_signing_key
from samspill_kit.clock import SystemClock
from samspill_kit.errors import DomainError
from samspill_kit.grpc.error_codes import error_of
from samspill_kit.grpc.guard import PASSPORT_KEY
from samspill_kit.grpc.tls import Tls, host_of
from samspill_kit.ids import (
    MunicipalityId,
    ParticipantId,
    SchoolId,
    SessionId,
    StaffId,
    SurveyId,
)
from samspill_kit.principal import (
    Action,
    Grant,
    Level,
    MunicipalityPrincipal,
    PupilPrincipal,
    Role,
    StaffPrincipal,
)
from tests.isolation import oracle
from tests.isolation.enumeration import rpcs
from tests.isolation.requests import Ids, request_for
from tests.isolation.world import ABROAD, BACKENDS, HOME, NEIGHBOUR, Place, World

CERTIFICATES: Final = ("gateway", *BACKENDS)
PERSONAS: Final = (
    "nobody",
    "pupil",
    "classmate",
    "maker",
    "other",
    "leader",
    "leader of another school",
    "municipality",
    "expired",
    "forged",
    "of another installation",
    "not a passport",
)
THINGS: Final = ("own", "other class", "other school", "other municipality", "deleted", "missing")
AT_ONCE: Final = 24
PATIENCE: Final = 5
FULL: Final = 21_000
"""Beside what the pages are asked."""


@dataclass(frozen=True, slots=True)
class Attempt:
    rpc: str
    certificate: str
    persona: str
    thing: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back: a word for the oracle, and everything of it for comparison."""

    word: str
    whole: str


@dataclass
class Figures:
    """What a run of attempts found; `leaks` says which, in words."""

    attempts: int = 0
    leaks: list[str] = field(default_factory=list)


def all_attempts() -> list[Attempt]:
    return [
        Attempt(rpc, certificate, persona, thing)
        for rpc in sorted(rpcs())
        for certificate in CERTIFICATES
        for persona in PERSONAS
        for thing in THINGS
    ]


def draw(size: int | None, among: str = "") -> list[Attempt]:
    """The attempts that say something; of them `size`, the same ones every time."""
    telling = [
        each
        for each in all_attempts()
        if among in each.rpc
        and oracle.expected(each.rpc, each.certificate, each.persona, each.thing)
    ]
    if size is None or size >= len(telling):
        return telling
    # Where the certificate alone refuses says little, again and again: of the rest more is drawn.
    refused = frozenset({oracle.OTHER_CALLER})
    deep = [
        e for e in telling if oracle.expected(e.rpc, e.certificate, e.persona, e.thing) != refused
    ]
    rest = [
        e for e in telling if oracle.expected(e.rpc, e.certificate, e.persona, e.thing) == refused
    ]
    chosen = random.Random(5)
    return chosen.sample(deep, min(len(deep), size * 3 // 4)) + chosen.sample(rest, size // 4)


class Passports:
    """Passports as identity would sign them, and some as it never would."""

    def __init__(self, world: World) -> None:
        self._world = world
        clock = SystemClock()
        ours = TokenSigner(world.signing_key, installation=INSTALLATION, clock=clock)
        foreign = TokenSigner(world.signing_key, installation="elsewhere", clock=clock)
        forger = TokenSigner(new_signing_key(), installation=INSTALLATION, clock=clock)
        hour = timedelta(hours=1)
        home, beyond = world.places[HOME], world.places[NEIGHBOUR]
        maker = staff(home, "maker")
        self.of = {
            "maker": ours.passport(maker, valid_for=hour),
            "other": ours.passport(staff(home, "other"), valid_for=hour),
            "leader": ours.passport(staff(home, "leader"), valid_for=hour),
            "leader of another school": ours.passport(staff(beyond, "leader"), valid_for=hour),
            "municipality": ours.passport(administrator(home), valid_for=hour),
            "pupil": ours.passport(pupil(home, "open"), valid_for=hour),
            "classmate": ours.passport(pupil(home, "second"), valid_for=hour),
            "expired": ours.passport(maker, valid_for=timedelta(seconds=-20)),
            "forged": forger.passport(maker, valid_for=hour),
            "of another installation": foreign.passport(maker, valid_for=hour),
            "not a passport": "ey.ey.ey",
        }


def staff(place: Place, role: str) -> StaffPrincipal:
    reads = Grant(Action.READ_REPORT, Level.FREE_TEXT)
    grants = () if role == "other" else (Grant(Action.CREATE_SURVEY), reads)
    return StaffPrincipal(
        StaffId.parse(place.staff[role]),
        MunicipalityId.parse(place.municipality_id),
        SchoolId.parse(place.school_id),
        frozenset({Role.LEADER if role == "leader" else Role.TEACHER}),
        grants,
        SessionId.parse(place.sessions.get(role, str(uuid.uuid4()))),
    )


def administrator(place: Place) -> MunicipalityPrincipal:
    return MunicipalityPrincipal(
        StaffId(uuid.uuid4()), MunicipalityId.parse(place.municipality_id), SessionId(uuid.uuid4())
    )


def pupil(place: Place, survey: str) -> PupilPrincipal:
    return PupilPrincipal(
        MunicipalityId.parse(place.municipality_id),
        SchoolId.parse(place.school_id),
        SurveyId.parse(place.surveys[survey]),
        ParticipantId.parse(place.participants[survey][0]),
        SessionId(uuid.uuid4()),
        write_only=False,
    )


def ids_of(world: World, persona: str, thing: str, *, closed: bool) -> Ids:
    """The ids behind a thing, as this persona sees them."""
    abroad = persona == "leader of another school"
    home = world.places[NEIGHBOUR if abroad else HOME]
    beyond = world.places[HOME if abroad else NEIGHBOUR]
    match thing:
        case "own":
            return _ids(home, "closed" if closed else "open", 0)
        case "other class":
            return _ids(home, "second", 1)
        case "other school":
            return _ids(beyond, "closed" if closed else "open", 0)
        case "other municipality":
            return _ids(world.places[ABROAD], "closed" if closed else "open", 0)
        case "deleted":
            return _ids(home, "deleted", 0)
        case _:
            fresh = [str(uuid.uuid4()) for _ in range(7)]
            return Ids(*fresh)


def _ids(place: Place, survey: str, group: int) -> Ids:
    participants = place.participants.get(survey) or place.participants["open"]
    return Ids(
        place.surveys[survey],
        place.groups[group],
        participants[0],
        place.staff["maker"],
        place.school_id,
        place.municipality_id,
        place.sessions.get("maker", str(uuid.uuid4())),
    )


class Caller:
    """Connections with every certificate to every service."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._passports = Passports(world)
        self._methods = rpcs()
        self._channels: dict[tuple[str, str], aio.Channel] = {}

    async def close(self) -> None:
        await asyncio.gather(*(channel.close() for channel in self._channels.values()))

    async def attempt(self, one: Attempt) -> Outcome:
        method = self._methods[one.rpc]
        ids = self.ids(one)
        request = request_for(method, ids)
        service = one.rpc.split(".")[1]
        call = self._channel(service, one.certificate).unary_unary(
            one.rpc, request_serializer=lambda sent: sent.SerializeToString()
        )
        token = self._passports.of.get(one.persona)
        metadata = ((PASSPORT_KEY, token),) if token else ()
        try:
            answer = await call(request, metadata=metadata, timeout=20.0)
        except aio.AioRpcError as failure:
            return _refused(failure, service, ids)
        return Outcome(oracle.OK, _without(answer.decode("latin-1"), ids))

    def ids(self, one: Attempt) -> Ids:
        _, row = oracle.row_of(one.rpc)
        ids = ids_of(self._world, one.persona, one.thing, closed=row.takes == "closed survey")
        # A group is asked for on behalf of a survey that is new.
        return replace(ids, survey=str(uuid.uuid4())) if row.takes == "group" else ids

    def _channel(self, service: str, certificate: str) -> aio.Channel:
        key = service, certificate
        if key not in self._channels:
            tls = Tls.read(self._world.certificates / certificate)
            options = (
                ("grpc.ssl_target_name_override", host_of(service)),
                ("grpc.default_authority", host_of(service)),
            )
            self._channels[key] = aio.secure_channel(
                self._world.rpc[service], tls.for_client(), options=options
            )
        return self._channels[key]


_WORDS: Final = {
    "caller_not_allowed": oracle.OTHER_CALLER,
    "passport_of_other_kind": oracle.OTHER_KIND,
    "permit_missing": oracle.NO_PERMIT,
    "permit_mismatch": oracle.NO_PERMIT,
    "survey_is_locked": oracle.LOCKED,
}
_KINDS: Final = {
    "unauthenticated": oracle.SIGN_IN,
    "forbidden": oracle.CLOSED,
    "not_found": oracle.MISSING,
}


def _refused(failure: aio.AioRpcError, service: str, ids: Ids) -> Outcome:
    error = error_of(failure, service=service)
    if not isinstance(error, DomainError):
        return Outcome(f"{failure.code().name}", str(failure.details()))
    kind = error.kind.code
    word = _WORDS.get(error.code) or _KINDS.get(kind) or f"{kind}:{error.code}"
    if word == oracle.CLOSED and "who_can" not in error.details:
        word = f"closed without a keeper: {error.code}"
    whole = f"{failure.code().name} {error.code} {sorted(error.details.items())}"
    return Outcome(word, _without(whole, ids))


def _without(text: str, ids: Ids) -> str:
    for each in ids.all:
        text = text.replace(each, "<sent>")
    return text


def secrets_beyond(world: World, persona: str, ids: Ids) -> set[str]:
    """Every string that this persona must not see; what was sent is no secret."""
    own = NEIGHBOUR if persona == "leader of another school" else HOME
    beyond = set().union(*(p.secrets() for letter, p in world.places.items() if letter != own))
    if persona == "municipality":
        beyond -= {world.places[NEIGHBOUR].school_id, world.places[NEIGHBOUR].mark}
        beyond -= set(world.places[NEIGHBOUR].staff.values())
    return beyond - set(ids.all)


async def run(world: World, size: int | None = FULL, *, among: str = "") -> Figures:
    """Try, hold each answer against the oracle, and compare what must not differ."""
    caller, figures = Caller(world), Figures()
    gate = asyncio.Semaphore(AT_ONCE)
    outcomes: dict[Attempt, Outcome] = {}

    async def one(attempt: Attempt) -> None:
        async with gate:
            # Keycloak on a busy machine: what is unavailable has said nothing yet.
            for _ in range(PATIENCE):
                outcomes[attempt] = await caller.attempt(attempt)
                if not outcomes[attempt].word.startswith("unavailable"):
                    break

    try:
        await asyncio.gather(*(one(each) for each in draw(size, among)))
        for attempt, outcome in outcomes.items():
            figures.leaks += _judged(world, attempt, outcome, caller.ids(attempt))
        figures.leaks += _differences(outcomes)
    finally:
        await caller.close()
    figures.attempts = len(outcomes)
    return figures


def _judged(world: World, one: Attempt, outcome: Outcome, ids: Ids) -> Iterator[str]:
    right = oracle.expected(one.rpc, one.certificate, one.persona, one.thing)
    if outcome.word not in right:
        yield f"{_named(one)}: {outcome.word} instead of {' or '.join(sorted(right))}"
    if one.thing != "own" and one.persona != "nobody":
        found = [s for s in secrets_beyond(world, one.persona, ids) if s in outcome.whole]
        if found:
            yield f"{_named(one)}: shows {len(found)} strings of another school"


def _differences(outcomes: dict[Attempt, Outcome]) -> Iterator[str]:
    foreign = {"other school", "other municipality", "missing"}
    alike: dict[tuple[str, str, str], dict[str, Attempt]] = defaultdict(dict)
    for attempt, outcome in outcomes.items():
        _, row = oracle.row_of(attempt.rpc)
        is_down = outcome.word in oracle.KEYCLOAK_DOWN
        if attempt.thing in foreign and row.takes not in {"", "school", "person"} and not is_down:
            key = attempt.rpc, attempt.certificate, attempt.persona
            alike[key][outcome.whole] = attempt
    for different in alike.values():
        if len(different) > 1:
            yield f"{_named(next(iter(different.values())))}: foreign and missing differ"


def _named(one: Attempt) -> str:
    return f"{one.rpc.rpartition('.')[2]} by {one.certificate} for {one.persona}, {one.thing}"
