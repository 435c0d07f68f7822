"""Which surveys a deletion has locked here."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from samspill_kit.db import Database
from samspill_kit.ids import SchoolId, SurveyId
from samspill_reports.storage.tables import survey_locks


class SqlLocks:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_locked(self, school_id: SchoolId, survey_id: SurveyId) -> bool:
        query = sa.select(survey_locks.c.survey_id).where(
            survey_locks.c.survey_id == survey_id.value
        )
        async with self._database.scope([school_id]) as session:
            return (await session.execute(query)).first() is not None

    async def lock(self, school_id: SchoolId, survey_id: SurveyId, *, at: datetime) -> None:
        row = {"school_id": school_id.value, "survey_id": survey_id.value, "locked_at": at}
        async with self._database.transaction([school_id]) as session:
            await session.execute(insert(survey_locks).values(row).on_conflict_do_nothing())

    async def unlock(self, school_id: SchoolId, survey_id: SurveyId) -> None:
        """Take a lock back; a tombstone stays."""
        async with self._database.transaction([school_id]) as session:
            await session.execute(
                sa.delete(survey_locks).where(
                    survey_locks.c.survey_id == survey_id.value, survey_locks.c.erased_at.is_(None)
                )
            )

    async def mark_erased(self, school_id: SchoolId, survey_id: SurveyId, *, at: datetime) -> None:
        """Turn the lock into a tombstone; nothing else of a survey is kept here."""
        row = {
            "school_id": school_id.value,
            "survey_id": survey_id.value,
            "locked_at": at,
            "erased_at": at,
        }
        async with self._database.transaction([school_id]) as session:
            await session.execute(
                insert(survey_locks)
                .values(row)
                .on_conflict_do_update(
                    index_elements=["school_id", "survey_id"], set_={"erased_at": at}
                )
            )
