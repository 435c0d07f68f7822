"""Fills an empty installation with the demonstration, through the pages and as its people would."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.demonstration.browsing import Browser, Page
from deploy.local.demonstration.classroom import Classroom
from deploy.local.demonstration.people import Municipality, School, SchoolClass
from deploy.local.demonstration.pupils import Pupil
from deploy.local.demonstration.staff import StaffMember

SEED: Final = "lindefjell"
CLOSED_TITLE: Final = "Trivsel i 7A"
OPEN_TITLE: Final = "Hvordan har du det i 5A?"
MIDDLE_BAND: Final = "2"
NAMED: Final = "3"
FREE_TEXT: Final = "4"

SHARE_DONE: Final = 0.55
"""Of the open survey's class; so that the live status shows every state."""

AT_ONCE: Final = 6
CODES_SHOWN: Final = 2


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The demonstration of one installation. Every step looks first whether it has been done."""

    address: str
    municipality: Municipality
    password_of: Callable[[str], str]
    marker: Path
    """Exists once everything has been loaded; later starts only need fresh codes."""
    say: Callable[[str], None]

    async def load(self) -> list[str]:
        """Load what is not there yet; returns two access codes that nobody has used."""
        school = self.municipality.schools[0]
        if not self.marker.exists():
            self.say("Loading the demonstration: two schools, five classes")
            for each in self.municipality.schools:
                await self._open_school(each)
        async with Browser(self.address) as browser:
            teacher = await self._sign_in(browser, school.teachers[0].username)
            if not self.marker.exists():
                await self._closed_survey(teacher, school.classes[2])
                await self._open_survey(teacher, school.classes[0])
                self.marker.touch()
            return await self._unused_codes(teacher, school.classes[0])

    async def _open_school(self, school: School) -> None:
        async with Browser(self.address) as browser:
            leader = await self._sign_in(browser, school.leaders[0].username)
            if not await leader.import_roster(school):
                return
            own = school.leaders[0]
            await leader.grant(f"{own.first_name} {own.last_name}", level=NAMED)
            for teacher in school.teachers:
                name = f"{teacher.first_name} {teacher.last_name}"
                await leader.grant(name, create="ja", level=FREE_TEXT)

    async def _closed_survey(self, teacher: StaffMember, group: SchoolClass) -> None:
        page = await self._survey(teacher, CLOSED_TITLE, group)
        if not page.has_form("/nokler"):
            return
        self.say(f"{len(group.pupils)} pupils of {group.name} answer a survey that is then closed")
        await self._answer(group, CLOSED_TITLE, await teacher.new_codes(page), share_done=1.0)
        await teacher.close_survey(page)

    async def _open_survey(self, teacher: StaffMember, group: SchoolClass) -> None:
        page = await self._survey(teacher, OPEN_TITLE, group)
        self.say(f"Half of {group.name} answers a survey that stays open")
        codes = await teacher.new_codes(page)
        await self._answer(group, OPEN_TITLE, codes, share_done=SHARE_DONE)

    async def _unused_codes(self, teacher: StaffMember, group: SchoolClass) -> list[str]:
        page = await teacher.survey(OPEN_TITLE)
        if page is None or not page.has_form("/nokler"):
            # The week has passed, or somebody closed it: the next week's survey takes its place.
            page = await self._survey(teacher, f"{OPEN_TITLE} Ny runde", group)
        return await teacher.renew_codes(page, at_most=CODES_SHOWN)

    async def _survey(self, teacher: StaffMember, title: str, group: SchoolClass) -> Page:
        page = await teacher.survey(title) or await teacher.make_survey(
            title, group.name, MIDDLE_BAND
        )
        return await teacher.open_survey(page) if page.has_form("/apne") else page

    async def _answer(
        self, group: SchoolClass, seed: str, codes: Mapping[str, str], *, share_done: float
    ) -> None:
        """Let those who want to answer do so, a few at once; the rest keep their codes."""
        classroom = Classroom.draw(group, f"{SEED}/{seed}")
        willing = [name for name in group.pupils if classroom.answers_at_all(name)]
        done = int(len(willing) * share_done)
        places = asyncio.Semaphore(AT_ONCE)

        async def answer(name: str, *, hand_in: bool) -> None:
            pupil = Pupil(name, codes[name], classroom, self.municipality.sentences)
            async with places, Browser(self.address) as browser:
                await pupil.answer(browser, hand_in=hand_in)

        async with asyncio.TaskGroup() as class_at_work:
            for place, name in enumerate(willing[: done + 2]):
                if name in codes:
                    class_at_work.create_task(answer(name, hand_in=place < done))

    async def _sign_in(self, browser: Browser, username: str) -> StaffMember:
        return await StaffMember.sign_in(browser, username, self.password_of(username))
