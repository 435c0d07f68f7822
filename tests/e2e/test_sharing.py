"""Sharing through the pages: up to each one's own level, told to the pupils, ended within a minute (SPEC I2)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

import httpx
import pytest
import pytest_asyncio

from deploy.local.demonstration.browsing import Browser, Page
from deploy.local.demonstration.classroom import Classroom
from deploy.local.demonstration.people import SchoolClass
from deploy.local.demonstration.pupils import Pupil
from deploy.local.demonstration.staff import StaffMember
from deploy.local.keycloak_steward import Person
from tests.e2e.conftest import World
from tests.e2e.main_job import first_names, import_csv
from tests.e2e.seeded import SENTENCES, path_of, roster_csv
from tests.e2e.wire import enter, get, post, words_of

GROUP: Final = SchoolClass(
    "6D",
    girls=("Astrid Alm", "Bodil Berge", "Camilla Christie"),
    boys=("Didrik Dal", "Eskil Ek", "Finn Fjell"),
)
"""Invented names."""

OTHER: Final = SchoolClass("6E", girls=("Gro Gran",), boys=("Hans Hol",))

PSEUDONYMOUS, NAMED = "2", "3"
MINUTE: Final = 60
REASON: Final = "Skal ta over som kontaktlærer."


@dataclass
class Staffroom:
    """A school with a leader, a teacher who may share, and a colleague who reads without names."""

    world: World
    leaders: Browser
    teachers: Browser
    colleagues: Browser
    teacher: StaffMember
    leader: StaffMember
    colleague: Person

    @property
    def colleague_name(self) -> str:
        return f"{self.colleague.first_name} {self.colleague.last_name}"

    async def draft(self, title: str) -> Page:
        return await self.teacher.make_survey(title, GROUP.name, "2")

    async def colleague_reads(self, survey: str) -> httpx.Response:
        return await get(self.colleagues, f"{survey}/rapport/elevene")

    async def colleague_id(self, browser: Browser, survey: str) -> str:
        form = (await browser.open(f"{survey}/deling")).form("/deling")
        for each in form.options("staff_id"):
            if self.colleague_name in each.label:
                return each.value
        raise LookupError("The colleague cannot be chosen.")

    async def let_colleague_read(self, level: str) -> None:
        """Give a level in another class, so that this class is read through a share alone."""
        href = (await self.leaders.open("/tilgang")).link("/tilgang/", self.colleague_name)
        assert href
        page = await self.leaders.open(href)
        form = page.form(href)
        other = next(one.value for one in form.options("group_ids") if OTHER.name in one.label)
        await self.leaders.send(
            page, form, form.filled(level=level, scope="groups", group_ids=[other])
        )

    async def share(
        self, browser: Browser, survey: str, level: str, *, reason: str = ""
    ) -> httpx.Response:
        staff_id = await self.colleague_id(browser, survey)
        fields = {"staff_id": staff_id, "level": level, "reason": reason}
        return await post(browser, f"{survey}/deling", data=fields)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def room(world: World) -> AsyncIterator[Staffroom]:
    """The first school, with a class of its own and what each may do."""
    school = world.municipality.schools[0]
    async with AsyncExitStack() as stack:
        leaders, teachers, colleagues = [
            await stack.enter_async_context(world.browser()) for _ in range(3)
        ]
        leader = await world.signed_in(leaders, leader=True)
        await import_csv(leaders, roster_csv(GROUP))
        await import_csv(leaders, roster_csv(OTHER))
        colleague = school.teachers[1]
        password = world.installation.password_of(colleague.username)
        await StaffMember.sign_in(colleagues, colleague.username, password)
        head = school.leaders[0]
        await leader.grant(f"{head.first_name} {head.last_name}", level=NAMED)
        await leader.grant(world.teacher_name(), create="ja", share="ja", level=NAMED)
        teacher = await world.signed_in(teachers, leader=False)
        yield Staffroom(world, leaders, teachers, colleagues, teacher, leader, colleague)


async def answer_all(room: Staffroom, codes: Mapping[str, str]) -> None:
    classroom = Classroom.draw(GROUP, GROUP.name)
    for name, code in codes.items():
        async with room.world.browser() as browser:
            await Pupil(name, code, classroom, SENTENCES).answer(browser)


async def until(wanted: int, look: Callable[[], Awaitable[httpx.Response]]) -> float:
    """Wait until a page answers with a status; return the seconds it took, at most a minute."""
    began = time.monotonic()
    while (await look()).status_code != wanted:
        assert time.monotonic() - began < MINUTE
        await asyncio.sleep(1)
    return time.monotonic() - began


async def test_a_colleague_without_a_level_cannot_be_chosen(room: Staffroom) -> None:
    draft = await room.draft("Uten nivå")
    await room.let_colleague_read("0")
    page = await get(room.teachers, f"{path_of(draft)}/deling")
    assert "Må først få lov av lederen" in words_of(page)
    with pytest.raises(LookupError):
        await room.colleague_id(room.teachers, path_of(draft))


async def test_a_shared_draft_is_read_at_the_colleagues_level_once_it_is_closed(
    room: Staffroom,
) -> None:
    draft = await room.draft("Delt som utkast")
    survey = path_of(draft)
    await room.let_colleague_read(PSEUDONYMOUS)
    shared = await room.share(room.teachers, survey, NAMED)
    assert "Elev 1, elev 2" in words_of(shared), "the lower of the two levels"
    await until(200, lambda: get(room.colleagues, survey))
    assert "Delt som utkast" in words_of(await get(room.colleagues, "/undersokelser"))

    status = await room.teacher.open_survey(draft)
    codes = await room.teacher.new_codes(status)
    async with room.world.browser() as pupil:
        told = words_of(await enter(pupil, next(iter(codes.values()))))
        assert room.colleague.first_name in told
    await answer_all(room, codes)
    await room.teacher.close_survey(status)
    await until(200, lambda: room.colleague_reads(survey))
    report = await room.colleague_reads(survey)
    assert "elev 1" in words_of(report).lower()
    assert not any(name in report.text for name in first_names(GROUP.pupils))
    for_teacher = await get(room.teachers, f"{survey}/rapport/elevene")
    assert all(name in for_teacher.text for name in first_names(GROUP.pupils)), "the control"


async def test_a_later_reader_needs_a_leader_and_a_reason_is_told_to_pupils_and_can_be_ended(
    room: Staffroom,
) -> None:
    status = await room.teacher.open_survey(await room.draft("Delt etterpå"))
    survey = path_of(status)
    codes = await room.teacher.new_codes(status)
    await room.let_colleague_read(PSEUDONYMOUS)
    assert "bare en leder dele" in words_of(await get(room.teachers, f"{survey}/deling"))
    staff_id = await room.colleague_id(room.leaders, survey)
    forced = {"staff_id": staff_id, "level": PSEUDONYMOUS, "reason": REASON}
    assert (await post(room.teachers, f"{survey}/deling", data=forced)).status_code == 403
    assert (await room.share(room.leaders, survey, PSEUDONYMOUS)).status_code == 422
    async with room.world.browser() as pupil:
        await enter(pupil, next(iter(codes.values())))
        assert room.colleague.first_name not in words_of(await get(pupil, "/elev"))
        shared = await room.share(room.leaders, survey, PSEUDONYMOUS, reason=REASON)
        assert shared.status_code == 200
        assert REASON not in shared.text

        async def is_told() -> httpx.Response:
            page = await get(pupil, "/elev")
            is_there = room.colleague.first_name in words_of(page)
            return httpx.Response(200 if is_there else 404)

        await until(200, is_told)
    log = words_of(await get(room.leaders, "/tilgang/logg"))
    assert room.colleague_name in log
    await answer_all(room, codes)
    await room.teacher.close_survey(status)
    await until(200, lambda: room.colleague_reads(survey))

    await room.leaders.press(await room.leaders.open(f"{survey}/deling/{staff_id}/slutt"), "/slutt")
    await until(403, lambda: room.colleague_reads(survey))
    assert "ikke delt med noen" in words_of(await get(room.leaders, f"{survey}/deling"))
