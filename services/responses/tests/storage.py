"""Real PostgreSQL under the storage of responses, as one thing to ask a test for."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import sqlalchemy as sa

import samspill_responses
from samspill.responses.v1 import responses_events_pb2 as events_pb
from samspill_kit.db import Database, FastDatabase
from samspill_kit.ids import RandomIds, SchoolId
from samspill_kit.testing.postgres import ServiceUrls
from samspill_responses.domain.survey import Preparation, PreparedSurvey
from samspill_responses.messaging.publish import Facts
from samspill_responses.storage.answers import SqlAnswers
from samspill_responses.storage.fast_answers import FastAnswers
from samspill_responses.storage.unit_of_work import ResponsesWork
from services.responses.tests.sample import NOW, SchoolClass

MIGRATIONS = Path(samspill_responses.__file__).parent / "storage" / "migrations"
SAVE_FUNCTION = MIGRATIONS / "functions" / "save_answers_1.sql"


class Storage:
    """The storage of responses on one migrated database."""

    def __init__(self, urls: ServiceUrls) -> None:
        self.urls = urls
        self.app = Database(urls.app, connections=4, migrations=MIGRATIONS)
        self.jobs = Database(urls.jobs, connections=2)
        self.hot = FastDatabase(urls.app, size=4)
        self.facts = Facts(RandomIds())
        self.plain = SqlAnswers(self.begin)
        self.fast = FastAnswers(self.hot, self.facts)

    async def start(self) -> None:
        for part in (self.app, self.jobs, self.hot):
            await part.start()

    async def stop(self) -> None:
        for part in (self.app, self.jobs, self.hot):
            await part.stop()

    def begin(self, school_id: SchoolId) -> ResponsesWork:
        return ResponsesWork(self.app, school_id, self.facts)

    async def prepare(self, told: Preparation) -> None:
        async with self.begin(told.school_id) as work:
            await work.save(PreparedSurvey.begin(told))
            await work.commit()

    async def seal(self, of: SchoolClass) -> None:
        async with self.begin(of.school_id) as work:
            survey = await work.surveys.get_for_update(of.survey_id)
            survey.seal(at=NOW)
            await work.surveys.drop_earlier_versions(of.survey_id)
            await work.save(survey)
            await work.commit()

    async def lock(self, of: SchoolClass) -> None:
        async with self.begin(of.school_id) as work:
            await work.locks.lock(of.survey_id, at=NOW)
            await work.commit()

    async def states_told(self, of: SchoolClass) -> list[str]:
        rows = await self.outbox(of)
        changed = [row for row in rows if "state_changed" in row[0]]
        return [events_pb.ParticipantStateChanged.FromString(row[1]).state for row in changed]

    async def outbox(self, of: SchoolClass) -> list[tuple[str, bytes]]:
        """Subjects and bodies, in the order of writing."""
        query = sa.text(
            "SELECT subject, payload FROM outbox WHERE survey_id = :survey ORDER BY xmin::text::int"
        )
        async with self.jobs.transaction() as session:
            rows = await session.execute(query, {"survey": of.survey_id.value})
            return [(row[0], row[1]) for row in rows]

    async def count(self, table: str, of: SchoolClass) -> int:
        query = sa.text(f"SELECT count(*) FROM {table} WHERE survey_id = :survey")
        async with self.app.scope([of.school_id]) as session:
            return int(await session.scalar(query, {"survey": of.survey_id.value}) or 0)

    @asynccontextmanager
    async def with_mutated_save(self, mutate: Callable[[str], str]) -> AsyncIterator[FastAnswers]:
        """Answers over a copy of the save function, changed by `mutate`."""
        body = mutate(SAVE_FUNCTION.read_text(encoding="utf-8"))
        owner = await asyncpg.connect(self.urls.owner)  # type: ignore[no-untyped-call]
        try:
            await owner.execute(body.replace("FUNCTION save_answers(", "FUNCTION mutant_save("))
            yield FastAnswers(_Renamed(self.hot), self.facts)
        finally:
            await owner.execute("DROP FUNCTION IF EXISTS mutant_save")
            await owner.close()


@dataclass(frozen=True)
class _Renamed:
    hot: FastDatabase

    async def fetchrow(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        return await self.hot.fetchrow(
            statement.replace("save_answers(", "mutant_save("), *arguments
        )
