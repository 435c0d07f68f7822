"""A school with open surveys and unused codes, made through the pages as its staff would."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from deploy.local.demonstration.browsing import Browser
from deploy.local.demonstration.people import School, SchoolClass
from deploy.local.demonstration.staff import StaffMember
from deploy.local.installation import LocalInstallation

MIDDLE_BAND: Final = "2"
"""Its ready set has 22 questions."""

FREE_TEXT: Final = "4"

# fmt: off
GIRLS: Final = (
    "Ada", "Alma", "Anna", "Astrid", "Aurora", "Ella", "Emma", "Frida", "Hedda", "Ida", "Ingrid",
    "Iris", "Klara", "Lilly", "Maja",
)
BOYS: Final = (
    "Adam", "Aksel", "Birk", "Emil", "Filip", "Henrik", "Isak", "Jakob", "Johan", "Kasper",
    "Lucas", "Magnus", "Noah", "Oskar", "Theo",
)
LAST_NAMES: Final = ("Berg", "Dahl", "Eide", "Foss", "Haug", "Lie", "Moen", "Strand")
# fmt: on


def classes() -> tuple[SchoolClass, ...]:
    """Classes in which nobody has another's name."""
    return tuple(
        SchoolClass(
            f"Trinn {number + 1}",
            girls=tuple(f"{name} {last}" for name in GIRLS),
            boys=tuple(f"{name} {last}" for name in BOYS),
        )
        for number, last in enumerate(LAST_NAMES)
    )


class BenchSchool:
    """The teacher of a school with eight classes, who opens as many surveys as are asked for."""

    def __init__(self, teacher: StaffMember) -> None:
        self._teacher = teacher
        self._made = 0
        self._unused: list[str] = []

    @classmethod
    async def prepare(
        cls, installation: LocalInstallation, browser: Browser, *, number: int = 0
    ) -> BenchSchool:
        """Import the classes of a school that has none, and sign its teacher in with `browser`."""
        school = installation.municipality.schools[number]
        await _import(installation, dataclasses.replace(school, classes=classes()))
        username = school.teachers[0].username
        password = installation.password_of(username)
        return cls(await StaffMember.sign_in(browser, username, password))

    async def codes(self, count: int) -> list[str]:
        """Return unused codes, whole classes after one another, opening surveys for them."""
        while len(self._unused) < count:
            self._unused += (await self._survey()).values()
        taken, self._unused = self._unused[:count], self._unused[count:]
        return taken

    async def _survey(self) -> Mapping[str, str]:
        group = f"Trinn {self._made % len(LAST_NAMES) + 1}"
        self._made += 1
        draft = await self._teacher.make_survey(f"Måling {self._made}", group, MIDDLE_BAND)
        return await self._teacher.new_codes(await self._teacher.open_survey(draft))


async def _import(installation: LocalInstallation, school: School) -> None:
    async with Browser(installation.public_address) as browser:
        username = school.leaders[0].username
        password = installation.password_of(username)
        leader = await StaffMember.sign_in(browser, username, password)
        await leader.import_roster(school)
        teacher = school.teachers[0]
        name = f"{teacher.first_name} {teacher.last_name}"
        await leader.grant(name, create="ja", level=FREE_TEXT)
