"""Three schools of two municipalities, where every name, title and answer carries its school's mark."""

from __future__ import annotations

import asyncio
import csv
import dataclasses
import io
import json
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
from joserfc.jwk import OKPKey

from deploy.local.demonstration.browsing import Browser
from deploy.local.demonstration.people import Municipality, School, SchoolClass
from deploy.local.demonstration.staff import StaffMember
from deploy.local.installation import LocalInstallation
from deploy.local.keycloak_steward import Person
from deploy.local.ports import Ports
from deploy.local.services import until
from samspill_identity.clients.retention import Pepper
from samspill_kit.clock import SystemClock
from samspill_kit.crypto import IssuedKey
from samspill_retention.keystore.files import FolderPlace
from samspill_retention.keystore.root_key import RootKeyWrapping
from samspill_retention.keystore.store import WrappedKeyStore
from tests.e2e.main_job import import_csv
from tests.e2e.wire import QuestionsPage, enter, post

MIDDLE_BAND: Final = "2"
BACKENDS: Final = ("identity", "surveys", "responses", "reports", "retention")
NUMBERS: Final = {"A": "318662010", "B": "315792851", "C": "313131310"}
MARKS: Final = {"A": "Qaxtor", "B": "Qbxtor", "C": "Qcxtor"}
"""Letters that no word of an interface has; part of every name, title and answer of the school."""

HOME: Final = "A"
NEIGHBOUR: Final = "B"
ABROAD: Final = "C"


@dataclass(frozen=True, slots=True)
class TwoMunicipalities(Municipality):
    """The second municipality has the last school."""

    def schools_toml(self) -> str:
        first = dataclasses.replace(self, schools=self.schools[:2])
        other = dataclasses.replace(
            self,
            organisation_number=valid_number("3200000"),
            name=f"{MARKS[ABROAD]} kommune",
            schools=self.schools[2:],
        )
        return Municipality.schools_toml(first) + "\n" + Municipality.schools_toml(other)


def valid_number(beginning: str) -> str:
    """An organisation number with a valid check digit that begins so (3: synthetic)."""
    for last in range(10):
        digits = [int(digit) for digit in f"{beginning}{last}"]
        total = sum(a * b for a, b in zip(digits, (3, 2, 7, 6, 5, 4, 3, 2), strict=True))
        check = (11 - total % 11) % 11
        if check < 10:
            return f"{beginning}{last}{check}"
    raise ValueError(beginning)


@dataclass
class Place:
    """One school's ids; what another school must never see any of."""

    mark: str
    school_id: str = ""
    municipality_id: str = ""
    staff: dict[str, str] = field(default_factory=dict)
    """leader, maker (of the surveys), other (who may nothing)."""
    groups: list[str] = field(default_factory=list)
    surveys: dict[str, str] = field(default_factory=dict)
    """closed, open, draft, second (the other class's, made by the leader), deleted."""
    participants: dict[str, list[str]] = field(default_factory=dict)
    codes: dict[str, list[str]] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)

    def secrets(self) -> set[str]:
        """Every string that stands for this school."""
        ids = {self.school_id, *self.staff.values(), *self.groups, *self.surveys.values()}
        ids |= {one for many in self.participants.values() for one in many}
        return {self.mark, *ids} - {""}


@dataclass
class World:
    """What an attempt needs to know; holds no open connection, so it can be handed on."""

    address: str
    rpc: Mapping[str, str]
    certificates: Path
    folder: Path
    postgres: Mapping[str, Any]
    key: Mapping[str, Any]
    places: dict[str, Place]

    @property
    def signing_key(self) -> OKPKey:
        return OKPKey.import_key(dict(self.key))

    async def rows(self, database: str, query: str, *values: object) -> list[Any]:
        """What the database says when nobody's scope is asked for."""
        connection = await asyncpg.connect(**self.postgres, database=database)  # type: ignore[no-untyped-call]
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()


def municipality() -> TwoMunicipalities:
    """The schools and their staff, as Keycloak will know them."""
    base = Municipality.read()
    schools = []
    for letter, mark in MARKS.items():
        number = NUMBERS[letter] if letter != ABROAD else valid_number("3100000")
        people = {
            role: Person(
                f"{role}.{mark.lower()}", role.title(), mark, groups=(group(number, role),)
            )
            for role in ("leader", "maker", "other")
        }
        classes = tuple(
            SchoolClass(
                f"{year}{mark}",
                girls=tuple(f"{name} {mark}" for name in girls),
                boys=tuple(f"{name} {mark}" for name in boys),
            )
            for year, girls, boys in (
                (5, ("Ada", "Eva", "Ida"), ("Bo", "Per")),
                (6, ("Liv", "Mia", "Siv"), ("Leo", "Tor")),
            )
        )
        schools.append(
            School(
                number,
                f"{mark} skole",
                (people["leader"],),
                (people["maker"], people["other"]),
                classes,
            )
        )
    return TwoMunicipalities(
        base.organisation_number,
        base.name,
        base.administrators,
        tuple(schools),
        base.sentences,
    )


def group(number: str, role: str) -> str:
    return f"/skoler/{number}/{'ledere' if role == 'leader' else 'larere'}"


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[LocalInstallation, World]]:
    """Start everything with the three schools in it, and seed them through the pages."""
    people = municipality()
    installation = LocalInstallation(folder, Ports.free(), municipality=people)
    async with installation:
        world = await _world(installation)
        for letter, school in zip(MARKS, people.schools, strict=True):
            await _Seeding(installation, world, letter, school).whole()
        await _municipality_cookie(installation, world, people)
        await _closings_noted(world)
        yield installation, world


async def _closings_noted(world: World) -> None:
    """Wait for the fact of each closing to reach identity, or it would count as somebody's change."""
    closed = [uuid.UUID(place.surveys["closed"]) for place in world.places.values()]
    query = "select count(*) from surveys where closed_at is not null and survey_id = any($1)"

    async def all_noted() -> bool:
        ((count,),) = await world.rows("identity", query, closed)
        return bool(count == len(closed))

    async with asyncio.timeout(60):
        await until(all_noted, every=0.5)


async def _world(installation: LocalInstallation) -> World:
    parts = installation.parts
    postgres = {
        "host": "127.0.0.1",
        "port": parts.postgres.port,
        "user": "postgres",
        "password": parts.postgres.credentials.secret("postgres"),
    }
    world = World(
        address=installation.public_address,
        rpc={name: f"127.0.0.1:{parts.addresses.rpc[name]}" for name in BACKENDS},
        certificates=parts.certificates,
        folder=installation.folder,
        postgres=postgres,
        key={},
        places={letter: Place(mark) for letter, mark in MARKS.items()},
    )
    world.key = await _signing_key(installation, world)
    return world


async def _signing_key(installation: LocalInstallation, world: World) -> Mapping[str, Any]:
    root = (installation.folder / "secrets" / "root-key").read_bytes()
    store = WrappedKeyStore(
        RootKeyWrapping(root), FolderPlace(installation.folder / "keystore"), SystemClock()
    )
    pepper = await store.pepper()
    await store.stop()

    async def issued(*_: object) -> IssuedKey:
        return IssuedKey(pepper, timedelta(hours=1))

    query = "select kid, sealed_private from signing_keys order by made_at limit 1"
    ((kid, sealed),) = await world.rows("identity", query)
    private = await Pepper(issued).open(sealed, "signing_keys", kid.encode())
    return dict(json.loads(private))


@dataclass
class _Seeding:
    """One school from nothing to two classes, five surveys and signed-in people."""

    installation: LocalInstallation
    world: World
    letter: str
    school: School

    @property
    def place(self) -> Place:
        return self.world.places[self.letter]

    async def whole(self) -> None:
        address = self.installation.public_address
        async with (
            Browser(address) as leaders,
            Browser(address) as makers,
            Browser(address) as others,
        ):
            leader = await self._sign_in(leaders, "leader")
            # First of all, so that each is known without asking Keycloak.
            async with Browser(address) as first:
                await self._sign_in(first, "maker")
                self.place.cookies["revoked"] = cookie_of(first)
                await post(first, "/logg-ut")
            await self._sign_in(others, "other")
            await import_csv(leaders, self._roster())
            await self._learn()
            name = f"Maker {self.place.mark}"
            await leader.grant(name, create="ja", delete="", level="4")
            await leader.grant(f"Leader {self.place.mark}", create="ja", delete="ja", level="4")
            maker = await self._sign_in(makers, "maker")
            await self._surveys(maker, leader)
            for role, browser in (("leader", leaders), ("maker", makers), ("other", others)):
                self.place.cookies[role] = cookie_of(browser)
        await self._pupils()
        await self._learn_participants()

    async def _sign_in(self, browser: Browser, role: str) -> StaffMember:
        username = f"{role}.{self.place.mark.lower()}"
        return await StaffMember.sign_in(browser, username, self.installation.password_of(username))

    def _roster(self) -> bytes:
        text = io.StringIO()
        rows = csv.writer(text, delimiter=";", lineterminator="\n")
        rows.writerow(("Navn", "Kjønn", "Klasse"))
        for each in self.school.classes:
            rows.writerows((name, "", each.name) for name in each.pupils)
        return text.getvalue().encode()

    async def _learn(self) -> None:
        number = self.school.organisation_number
        query = "select school_id, municipality_id from schools where orgnr = $1"
        ((school_id, municipality_id),) = await self.world.rows("identity", query, number)
        self.place.school_id, self.place.municipality_id = str(school_id), str(municipality_id)
        query = "select group_id from groups where school_id = $1 order by name"
        rows = await self.world.rows("identity", query, school_id)
        self.place.groups = [str(row[0]) for row in rows]
        async with self.installation.steward() as steward:
            for role in ("leader", "maker", "other"):
                id_ = await steward.person_id(f"{role}.{self.place.mark.lower()}")
                self.place.staff[role] = str(uuid.UUID(id_))

    async def _surveys(self, maker: StaffMember, leader: StaffMember) -> None:
        mark = self.place.mark
        for kind in ("closed", "open", "draft", "deleted"):
            draft = await maker.make_survey(f"{kind} {mark}", f"5{mark}", MIDDLE_BAND)
            self.place.surveys[kind] = draft.address.rpartition("/")[2]
            if kind in {"closed", "open"}:
                status = await maker.open_survey(draft)
                self.place.codes[kind] = list((await maker.new_codes(status)).values())
        draft = await leader.make_survey(f"second {mark}", f"6{mark}", MIDDLE_BAND)
        self.place.surveys["second"] = draft.address.rpartition("/")[2]
        status = await leader.open_survey(draft)
        self.place.codes["second"] = list((await leader.new_codes(status)).values())
        browser = maker._browser
        question = await browser.open(f"/undersokelser/{self.place.surveys['deleted']}/slett")
        form = question.form("/slett")
        await browser.send(question, form, [*form.as_it_stands(), ("at_once", "ja")])

    async def _pupils(self) -> None:
        """Everybody of the first survey answers; one of each open one has begun."""
        address = self.installation.public_address
        for kind in ("closed", "open", "second"):
            for code in self.place.codes[kind][: 5 if kind == "closed" else 1]:
                async with Browser(address) as browser:
                    await enter(browser, code)
                    page = await QuestionsPage.open(browser)
                    await page.save(self._answers(page))
                    if kind == "closed":
                        await page.submit({})
                    else:
                        self.place.cookies[f"pupil {kind}"] = cookie_of(browser)
        async with Browser(address) as browser:
            await self._sign_in(browser, "maker")
            maker = StaffMember(browser)
            page = await browser.open(f"/undersokelser/{self.place.surveys['closed']}")
            await maker.close_survey(page)

    def _answers(self, page: QuestionsPage) -> dict[str, dict[str, Any]]:
        answers: dict[str, dict[str, Any]] = {}
        for each in page.page.elements:
            if each.attributes.get("data-kind") == "free_text":
                answers[each.attributes["data-question"]] = {"text": f"{self.place.mark} ord"}
        return answers

    async def _learn_participants(self) -> None:
        for kind, survey_id in self.place.surveys.items():
            query = "select participant_id from survey_participants where survey_id = $1 order by 1"
            rows = await self.world.rows("surveys", query, uuid.UUID(survey_id))
            self.place.participants[kind] = [str(row[0]) for row in rows]
        query = "select staff_id::text, session_id::text from staff_sessions"
        by_staff = {role_id: role for role, role_id in self.place.staff.items()}
        for staff_id, session_id in await self.world.rows("identity", query):
            if staff_id in by_staff:
                self.place.sessions[by_staff[staff_id]] = session_id


def cookie_of(browser: Browser) -> str:
    """The one opaque cookie of a browser that is signed in."""
    return next(
        str(each.value) for each in browser._http.cookies.jar if each.name == "__Host-samspill"
    )


async def _municipality_cookie(
    installation: LocalInstallation, world: World, people: Municipality
) -> None:
    person = people.administrators[0]
    async with Browser(installation.public_address) as browser:
        await StaffMember.sign_in(
            browser, person.username, installation.password_of(person.username)
        )
        world.places[HOME].cookies["municipality"] = cookie_of(browser)
