"""Locks of surveys that are to be deleted (SPEC T2)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_kit.ids import SchoolId, SurveyId
from samspill_responses.storage.surveys import hold, of_survey
from samspill_responses.storage.tables import survey_locks, tombstones


class SqlLocks:
    """Locks of one school's surveys, inside one unit of work."""

    def __init__(self, session: AsyncSession, school_id: SchoolId) -> None:
        self._session = session
        self._school_id = school_id

    async def lock(self, survey_id: SurveyId, *, at: datetime) -> None:
        await hold(self._session, survey_id, alone=True)
        if await row_counts_of(self._session, self._school_id, survey_id) is not None:
            return  # Erased already: a lock would be the only row left of it.
        await self._session.execute(
            insert(survey_locks)
            .values(school_id=self._school_id.value, survey_id=survey_id.value, locked_at=at)
            .on_conflict_do_nothing()
        )

    async def unlock(self, survey_id: SurveyId) -> None:
        await hold(self._session, survey_id, alone=True)
        key = of_survey(survey_locks, self._school_id, survey_id)
        await self._session.execute(sa.delete(survey_locks).where(*key))


async def row_counts_of(
    session: AsyncSession, school_id: SchoolId, survey_id: SurveyId
) -> dict[str, int] | None:
    """What was removed when the survey was erased; None while it lives."""
    tombstone = of_survey(tombstones, school_id, survey_id)
    return await session.scalar(sa.select(tombstones.c.row_counts).where(*tombstone))
