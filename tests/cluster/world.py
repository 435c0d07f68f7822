"""The world of the end-to-end tests, standing in a cluster: staff in a real Chromium, keys behind a pod."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser as Chromium
from playwright.async_api import async_playwright

from deploy.local.demonstration.browsing import Browser
from tests.e2e.chromium import ARGUMENTS, EXECUTABLE
from tests.e2e.chromium_browser import ChromiumBrowser
from tests.e2e.conftest import World

from .ingress import Ingress
from .release import Release


@dataclass(frozen=True, kw_only=True)
class ClusterWorld(World):
    """The same people and pages, reached through the gateway's service, perhaps through an ingress."""

    release: Release
    chromium: Chromium
    ingress: Ingress | None = None

    @property
    def address(self) -> str:
        return self.ingress.address if self.ingress else super().address

    @property
    def chromium_arguments(self) -> list[str]:  # type: ignore[override]  # Known only when it runs.
        return arguments_for(self.ingress)

    def browser(self) -> Browser:
        if not self.ingress:
            return super().browser()
        return Browser(self.address, ssl.create_default_context(cafile=self.ingress.authorities))

    def staff_browser(self) -> Browser:
        return ChromiumBrowser(self.address, self.chromium)

    async def key_store(self) -> Path:
        folder = self.installation.folder / "keys-of-the-cluster"
        await self.release.copy_key_store(folder)
        return folder


def arguments_for(ingress: Ingress | None) -> list[str]:
    """How Chromium is started; behind an ingress it believes that one certificate."""
    believed = [f"--ignore-certificate-errors-spki-list={ingress.key_digest}"] if ingress else []
    return [*ARGUMENTS, *believed]


@asynccontextmanager
async def world_of(release: Release, ingress: Ingress | None = None) -> AsyncIterator[ClusterWorld]:
    """Start a Chromium for as long as the world is needed."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=EXECUTABLE, args=arguments_for(ingress)
        )
        installation = release.installation
        yield ClusterWorld(
            installation,
            installation.municipality,
            release=release,
            chromium=chromium,
            ingress=ingress,
        )
        await chromium.close()
