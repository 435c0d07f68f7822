"""Locks, tombstones, and the removal of every row of a survey."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_kit.ids import SchoolId, SurveyId
from samspill_surveys.storage import tables

CHILDREN_FIRST: Final = (
    tables.survey_participants,
    tables.survey_readers,
    tables.survey_questions,
    tables.survey_groups,
    tables.survey_locks,
    tables.surveys,
)

FACTS: Final = (tables.outbox, tables.inbox, tables.dead_letters)


class SqlErasures:
    """Locks and tombstones of one school's surveys, inside one transaction."""

    def __init__(self, session: AsyncSession, school_id: SchoolId) -> None:
        self._session = session
        self._school_id = school_id

    async def lock(self, survey_id: SurveyId, *, at: datetime) -> None:
        await self._wait_for_others(survey_id)
        if await tombstone_of(self._session, self._school_id, survey_id) is not None:
            return
        locks = tables.survey_locks
        await self._session.execute(
            insert(locks)
            .values(school_id=self._school_id.value, survey_id=survey_id.value, locked_at=at)
            .on_conflict_do_nothing()
        )

    async def unlock(self, survey_id: SurveyId) -> None:
        locks = tables.survey_locks
        await self._session.execute(
            sa.delete(locks).where(
                locks.c.school_id == self._school_id.value, locks.c.survey_id == survey_id.value
            )
        )

    async def erase(self, survey_id: SurveyId, *, at: datetime) -> Mapping[str, int]:
        await self._wait_for_others(survey_id)
        return await remove_rows(self._session, self._school_id, survey_id, at=at)

    async def _wait_for_others(self, survey_id: SurveyId) -> None:
        """Hold the survey's row, so that whoever changes it has finished and nobody begins."""
        surveys = tables.surveys
        await self._session.execute(
            sa.select(surveys.c.state)
            .where(
                surveys.c.school_id == self._school_id.value,
                surveys.c.survey_id == survey_id.value,
            )
            .with_for_update()
        )


async def tombstone_of(
    session: AsyncSession, school_id: SchoolId, survey_id: SurveyId
) -> dict[str, int] | None:
    """The sums of an erased survey, or nothing while it lives."""
    tombstones = tables.survey_tombstones
    found = await session.execute(
        sa.select(tombstones.c.rows_removed).where(
            tombstones.c.school_id == school_id.value, tombstones.c.survey_id == survey_id.value
        )
    )
    return found.scalar_one_or_none()


async def remove_rows(
    session: AsyncSession, school_id: SchoolId, survey_id: SurveyId, *, at: datetime
) -> Mapping[str, int]:
    """Remove the survey from every table and leave a tombstone with the sums (SPEC T4)."""
    sums = await tombstone_of(session, school_id, survey_id) or {}
    for table in CHILDREN_FIRST + FACTS:
        where = [table.c.survey_id == survey_id.value]
        if table not in FACTS:
            where.append(table.c.school_id == school_id.value)
        gone = await session.execute(sa.delete(table).where(*where).returning(table.c.survey_id))
        sums[table.name] = sums.get(table.name, 0) + len(gone.all())
    await _leave_tombstone(session, school_id, survey_id, at=at, sums=sums)
    return sums


async def _leave_tombstone(
    session: AsyncSession,
    school_id: SchoolId,
    survey_id: SurveyId,
    *,
    at: datetime,
    sums: dict[str, int],
) -> None:
    statement = insert(tables.survey_tombstones).values(
        school_id=school_id.value, survey_id=survey_id.value, erased_at=at, rows_removed=sums
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["school_id", "survey_id"],
            set_={"rows_removed": statement.excluded.rows_removed},
        )
    )
