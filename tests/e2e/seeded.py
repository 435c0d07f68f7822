"""A small class at the second school with a closed and an open survey, made through the pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from deploy.local.demonstration.browsing import Browser, Page
from deploy.local.demonstration.classroom import Classroom
from deploy.local.demonstration.people import SchoolClass
from deploy.local.demonstration.pupils import Pupil
from deploy.local.demonstration.staff import StaffMember
from tests.e2e.main_job import import_csv

if TYPE_CHECKING:
    from tests.e2e.conftest import World

SCHOOL: Final = 1
GROUP: Final = "8S"
MIDDLE_BAND: Final = "2"
FREE_TEXT: Final = "4"

CLASS: Final = SchoolClass(
    GROUP,
    girls=("Aurora Aune", "Brita Bø", "Cathrine Carlsen", "Dagny Dybdahl", "Eira Evensen"),
    boys=("Fredrik Fagerli", "Gard Gundersen", "Halvor Hauge", "Ivar Ingvaldsen", "Jo Johnsen"),
)
"""Invented names. Small enough to be quick, large enough that a report says something."""

SENTENCES: Final = ("Mer tid ute sammen.", "At alle blir spurt om å være med.")


@dataclass(frozen=True, slots=True)
class Seeded:
    """Where the two surveys are, and the codes of the open one by name."""

    closed: str
    open: str
    codes: Mapping[str, str]

    @property
    def names(self) -> Sequence[str]:
        return CLASS.pupils


def roster_csv(group: SchoolClass) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";", lineterminator="\n")
    rows.writerow(("Navn", "Kjønn", "Klasse"))
    rows.writerows((name, "jente", group.name) for name in group.girls)
    rows.writerows((name, "gutt", group.name) for name in group.boys)
    return text.getvalue().encode()


async def seed(world: World) -> Seeded:
    """Import the class, let it answer one survey and close it, open another and make its codes."""
    async with world.browser() as leaders, world.browser() as teachers:
        leader = await world.signed_in(leaders, leader=True, school=SCHOOL)
        await import_csv(leaders, roster_csv(CLASS))
        rights = {"create": "ja", "delete": "ja", "level": FREE_TEXT}
        await leader.grant(world.teacher_name(SCHOOL), **rights)
        teacher = await world.signed_in(teachers, leader=False, school=SCHOOL)
        closed, codes = await opened(teacher, "Trivsel i høst")
        await answer_all(world, codes)
        await teacher.close_survey(closed)
        still_open, codes = await opened(teacher, "Trivsel i vinter")
    return Seeded(path_of(closed), path_of(still_open), codes)


async def opened(
    teacher: StaffMember, title: str, group: str = GROUP
) -> tuple[Page, Mapping[str, str]]:
    """Make and open a survey with the ready set; returns its status and everybody's code."""
    draft = await teacher.make_survey(title, group, MIDDLE_BAND)
    status = await teacher.open_survey(draft)
    return status, await teacher.new_codes(status)


def path_of(page: Page) -> str:
    return urlsplit(page.address).path


async def answer_all(world: World, codes: Mapping[str, str]) -> None:
    classroom = Classroom.draw(CLASS, "8S")
    for name, code in codes.items():
        async with Browser(world.address) as browser:
            await Pupil(name, code, classroom, SENTENCES).answer(browser)
