"""The database goes away in the middle of a pupil's survey and comes back (SPEC R1, R3)."""

from pathlib import Path

import pytest

from samspill_kit.db import DatabaseUnavailable, upgrade
from samspill_kit.testing.postgres import PostgresServer
from services.responses.tests.sample import FRIENDS, RECESS, SchoolClass, a_save, sealed
from services.responses.tests.storage import MIGRATIONS, Storage


@pytest.fixture
def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> PostgresServer:
    """A server of its own, since this test kills it."""
    folder: Path = tmp_path_factory.mktemp("outage")
    for each in (folder, *folder.parents[:2]):
        each.chmod(0o711)
    return PostgresServer(folder)


async def test_an_acknowledged_answer_outlives_a_crash_and_the_retry_is_kept(
    own_postgres: PostgresServer,
) -> None:
    own_postgres.start()
    try:
        urls = await own_postgres.create_database("responses")
        await upgrade(urls.owner, MIGRATIONS)
        storage = Storage(urls)
        await storage.start()
        of = SchoolClass()
        await storage.prepare(of.preparation())
        await storage.fast.save(a_save(of.writer(), sealed(RECESS, b"kept")))

        own_postgres.kill()
        second = a_save(of.writer(), sealed(FRIENDS, b"retried"), sequence=2)
        for _ in range(3):
            with pytest.raises(DatabaseUnavailable):
                await storage.fast.save(second)

        own_postgres.start()
        await storage.fast.save(second)
        page = await storage.fast.page(of.writer())
        assert {each.question_id: each.ciphertext for each in page.answers} == {
            RECESS: b"kept",
            FRIENDS: b"retried",
        }
        assert await storage.states_told(of) == ["started"]
        await storage.stop()
    finally:
        own_postgres.stop()
