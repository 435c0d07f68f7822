"""One running system with three schools of two municipalities, for all tests of isolation."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deploy.local.installation import LocalInstallation
from tests.isolation.world import World, running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def isolation(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[LocalInstallation, World]]:
    async with running(tmp_path_factory.mktemp("isolation")) as whole:
        yield whole
