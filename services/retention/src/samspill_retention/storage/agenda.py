"""What waits in any school, read by the jobs role: ids and dates alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from samspill_kit.clock import Clock
from samspill_kit.db import Database
from samspill_kit.ids import SchoolId, SurveyId

from .tables import deletions, lifetimes

Due = Sequence[tuple[SchoolId, SurveyId]]


class SqlAgenda:
    def __init__(self, jobs: Database, clock: Clock) -> None:
        self._jobs = jobs
        self._clock = clock

    async def unfinished_deletions(self) -> Due:
        query = sa.select(deletions.c.school_id, deletions.c.survey_id).where(
            sa.not_(deletions.c.is_finished)
        )
        return await self._ids(query)

    async def due_lifetimes(self) -> Due:
        last_day = sa.func.least(lifetimes.c.delete_on, lifetimes.c.ceiling_on)
        query = sa.select(lifetimes.c.school_id, lifetimes.c.survey_id).where(
            last_day <= self._clock.now().date()
        )
        return await self._ids(query)

    async def _ids(self, query: sa.Select[Any]) -> Due:
        async with self._jobs.transaction() as session:
            rows = (await session.execute(query)).all()
        return [(SchoolId(school), SurveyId(survey)) for school, survey in rows]
