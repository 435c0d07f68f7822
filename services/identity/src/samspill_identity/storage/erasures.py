"""Locks, tombstones, and the removal of every row of a survey."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_identity.domain.ports import DueSurvey
from samspill_identity.storage import tables
from samspill_kit.db import Database, dead_letters_table, inbox_table
from samspill_kit.ids import SchoolId, SurveyId

CHILDREN_FIRST: Final = (
    tables.pupil_sessions,
    tables.access_codes,
    tables.survey_shares,
    tables.survey_readers,
    tables.survey_groups,
    tables.surveys,
    tables.survey_locks,
)

FACTS: Final = (inbox_table(sa.MetaData()), dead_letters_table(sa.MetaData()))

ALLOWANCE: Final = timedelta(days=7)
"""How long after the day of deletion retention is waited for (SPEC T1)."""


class SqlErasures:
    """Locks and tombstones of one school's surveys, inside one transaction."""

    def __init__(self, session: AsyncSession, school_id: SchoolId) -> None:
        self._session = session
        self._school_id = school_id

    async def lock(self, survey_id: SurveyId, *, at: datetime) -> None:
        await self._wait_for_others(survey_id)
        if await _sums_of(self._session, self._school_id, survey_id) is not None:
            return
        keys = {"school_id": self._school_id.value, "survey_id": survey_id.value}
        await self._session.execute(
            insert(tables.survey_locks).values(keys | {"locked_at": at}).on_conflict_do_nothing()
        )

    async def unlock(self, survey_id: SurveyId) -> None:
        locks = tables.survey_locks
        await self._session.execute(sa.delete(locks).where(*_is(locks, self._school_id, survey_id)))

    async def erase(self, survey_id: SurveyId, *, at: datetime) -> Mapping[str, int]:
        await self._wait_for_others(survey_id)
        return await remove_rows(self._session, self._school_id, survey_id, at=at)

    async def _wait_for_others(self, survey_id: SurveyId) -> None:
        """Hold the survey's row, so that whoever changes it has finished and nobody begins."""
        surveys = tables.surveys
        await self._session.execute(
            sa.select(surveys.c.survey_id)
            .where(*_is(surveys, self._school_id, survey_id))
            .with_for_update()
        )


class SqlOverdueSurveys:
    """The jobs role: ids and dates of what is due, in every school, and its removal."""

    def __init__(self, jobs: Database) -> None:
        self._jobs = jobs

    async def due(self, *, today: date) -> Sequence[DueSurvey]:
        surveys = tables.surveys
        async with self._jobs.transaction() as session:
            found = await session.execute(
                sa.select(surveys.c.school_id, surveys.c.survey_id).where(
                    (surveys.c.delete_on <= today - ALLOWANCE) | (surveys.c.ceiling_on <= today)
                )
            )
            return [DueSurvey(SchoolId(row.school_id), SurveyId(row.survey_id)) for row in found]

    async def erase(self, due: DueSurvey, *, at: datetime) -> Mapping[str, int]:
        async with self._jobs.transaction([due.school_id]) as session:
            return await remove_rows(session, due.school_id, due.survey_id, at=at)


async def remove_rows(
    session: AsyncSession, school_id: SchoolId, survey_id: SurveyId, *, at: datetime
) -> Mapping[str, int]:
    """Remove the survey from every table and leave a tombstone with the sums (SPEC T4)."""
    sums = await _sums_of(session, school_id, survey_id) or {}
    for table in CHILDREN_FIRST:
        gone = await session.execute(
            sa.delete(table).where(*_is(table, school_id, survey_id)).returning(table.c.survey_id)
        )
        sums[table.name] = sums.get(table.name, 0) + len(gone.all())
    for facts in FACTS:
        gone = await session.execute(
            sa.delete(facts)
            .where(facts.c.survey_id == survey_id.value)
            .returning(facts.c.survey_id)
        )
        sums[facts.name] = sums.get(facts.name, 0) + len(gone.all())
    keys = {"school_id": school_id.value, "survey_id": survey_id.value}
    statement = insert(tables.survey_tombstones).values(
        keys | {"erased_at": at, "rows_removed": sums}
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["school_id", "survey_id"],
            set_={"rows_removed": statement.excluded.rows_removed},
        )
    )
    return sums


async def _sums_of(
    session: AsyncSession, school_id: SchoolId, survey_id: SurveyId
) -> dict[str, int] | None:
    tombstones = tables.survey_tombstones
    found = await session.execute(
        sa.select(tombstones.c.rows_removed).where(*_is(tombstones, school_id, survey_id))
    )
    return found.scalar_one_or_none()


def _is(
    table: sa.Table, school_id: SchoolId, survey_id: SurveyId
) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.school_id == school_id.value, table.c.survey_id == survey_id.value
