"""One installation of real parts for all end-to-end tests, beside whatever else runs."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser as Chromium
from playwright.async_api import async_playwright

from deploy.local.demonstration.browsing import Browser
from deploy.local.demonstration.people import Municipality, SchoolClass
from deploy.local.demonstration.staff import StaffMember
from deploy.local.installation import LocalInstallation
from deploy.local.ports import Ports
from tests.e2e.chromium import ARGUMENTS, EXECUTABLE
from tests.e2e.seeded import Seeded, seed

KEY_LEASE_SECONDS = 20
"""Long enough to answer while retention is away, short enough to wait for a receipt; the code path is the same."""


@dataclass(frozen=True)
class World:
    """A running installation and its people."""

    installation: LocalInstallation
    municipality: Municipality
    main_jobs_done: list[str] = field(default_factory=list)
    """The classes that went from sign-in to erasure here."""

    chromium_arguments = ARGUMENTS

    @property
    def address(self) -> str:
        return self.installation.public_address

    def browser(self) -> Browser:
        return Browser(self.address)

    def staff_browser(self) -> Browser:
        """What leaders and teachers use."""
        return self.browser()

    async def key_store(self) -> Path:
        """The folder of the keys as they are now."""
        return self.installation.folder / "keystore"

    async def signed_in(self, browser: Browser, *, leader: bool, school: int = 0) -> StaffMember:
        chosen = self.municipality.schools[school]
        person = (chosen.leaders if leader else chosen.teachers)[0]
        password = self.installation.password_of(person.username)
        return await StaffMember.sign_in(browser, person.username, password)

    def teacher_name(self, school: int = 0) -> str:
        person = self.municipality.schools[school].teachers[0]
        return f"{person.first_name} {person.last_name}"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Start everything once; the schools begin without classes."""
    folder: Path = tmp_path_factory.mktemp("installation")
    municipality = Municipality.read()
    overrides = {
        "SAMSPILL_RETENTION_KEY_LEASE": f"PT{KEY_LEASE_SECONDS}S",
        "SAMSPILL_RETENTION_SAGA_EVERY": "PT0.5S",
    }
    installation = LocalInstallation(
        folder, Ports.free(), municipality=municipality, overrides=overrides
    )
    async with installation:
        yield World(installation, municipality)
    await asyncio.sleep(0)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def seeded(world: World) -> Seeded:
    """A class of the second school with a closed and an open survey."""
    return await seed(world)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Chromium]:
    """One Chromium; each test opens contexts of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
        yield browser
        await browser.close()


def school_with(municipality: Municipality, school: int, group: SchoolClass) -> Municipality:
    """Return the municipality with one school's classes replaced."""
    schools = list(municipality.schools)
    schools[school] = dataclasses.replace(schools[school], classes=(group,))
    return dataclasses.replace(municipality, schools=tuple(schools))
