"""A smaller draw of `make proof-isolation` against the running system."""

import uuid

import pytest

from deploy.local.installation import LocalInstallation
from tests.isolation import mutants, pages, rpc
from tests.isolation.digests import changed, digests
from tests.isolation.world import ABROAD, NEIGHBOUR, World

pytestmark = pytest.mark.asyncio(loop_scope="session")

SERVICE_ATTEMPTS = 2_000
PAGE_ATTEMPTS = 300
SOME_MUTANTS = (
    "surveys are seen by every colleague",
    "responses tells states to every colleague",
)


async def test_nobody_reaches_through_the_services_what_is_not_theirs(
    isolation: tuple[LocalInstallation, World],
) -> None:
    world = isolation[1]
    before = await digests(world)
    figures = await rpc.run(world, SERVICE_ATTEMPTS)
    assert figures.attempts > SERVICE_ATTEMPTS * 0.9
    assert figures.leaks == []
    assert changed(before, await digests(world), world, NEIGHBOUR + ABROAD) == []


async def test_a_change_in_another_school_is_noticed(
    isolation: tuple[LocalInstallation, World],
) -> None:
    world = isolation[1]
    before = await digests(world)
    survey_id = uuid.UUID(world.places[NEIGHBOUR].surveys["draft"])
    query = "update surveys set version = version + $2 where survey_id = $1"
    await world.rows("surveys", query, survey_id, 1)
    found = changed(before, await digests(world), world, NEIGHBOUR + ABROAD)
    await world.rows("surveys", query, survey_id, -1)
    assert found == ["surveys.surveys of school B has changed"]


async def test_nobody_reaches_through_the_pages_what_is_not_theirs(
    isolation: tuple[LocalInstallation, World],
) -> None:
    figures = await pages.run(isolation[1], PAGE_ATTEMPTS)
    assert figures.attempts == PAGE_ATTEMPTS
    assert figures.leaks == []


@pytest.mark.parametrize("name", SOME_MUTANTS)
async def test_a_removed_check_is_noticed(
    isolation: tuple[LocalInstallation, World], name: str
) -> None:
    caught = await mutants.caught(*isolation, [name])
    assert caught[name]
