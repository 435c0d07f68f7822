"""Removing what a survey left, and what the timers look for (SPEC T1, T4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CursorResult
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_kit.db.outbox import outbox
from samspill_kit.ids import SchoolId, SurveyId
from samspill_responses.domain.ports import SurveyRef
from samspill_responses.storage.surveys import hold, of_survey
from samspill_responses.storage.tables import OF_A_SURVEY, survey_locks, surveys, tombstones
from samspill_responses.storage.unit_of_work import Scopes

GRACE: Final = timedelta(days=7)
"""How long after its day of deletion a survey waits for retention (SPEC T1)."""


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


@dataclass(frozen=True, slots=True)
class SqlErasure:
    """The app role erases by call in the school's scope; the jobs role only what is due."""

    scopes: Scopes

    async def erase(self, survey: SurveyRef, *, at: datetime) -> Mapping[str, int]:
        async with self.scopes.begin(survey.school_id) as scope:
            rows = await _erase(scope.session, survey, at)
            await scope.commit()
        return rows

    async def erase_due(self, survey: SurveyRef, *, at: datetime) -> Mapping[str, int]:
        async with self.scopes.begin_as_job() as scope:
            rows = await _erase(scope.session, survey, at)
            await scope.commit()
        return rows


async def _erase(session: AsyncSession, survey: SurveyRef, at: datetime) -> Mapping[str, int]:
    """The tombstone comes first: it is what lets the timer remove the dates as well."""
    await hold(session, survey.survey_id, alone=True)
    known = await row_counts_of(session, survey.school_id, survey.survey_id)
    if known is None:
        await session.execute(
            sa.insert(tombstones).values(
                school_id=survey.school_id.value,
                survey_id=survey.survey_id.value,
                erased_at=at,
                row_counts={},
            )
        )
    removed = await _remove(session, survey)
    counts = {name: removed[name] + (known or {}).get(name, 0) for name in removed}
    tombstone = of_survey(tombstones, survey.school_id, survey.survey_id)
    await session.execute(sa.update(tombstones).where(*tombstone).values(row_counts=counts))
    return counts


async def row_counts_of(
    session: AsyncSession, school_id: SchoolId, survey_id: SurveyId
) -> dict[str, int] | None:
    """What was removed when the survey was erased; None while it lives."""
    tombstone = of_survey(tombstones, school_id, survey_id)
    return await session.scalar(sa.select(tombstones.c.row_counts).where(*tombstone))


async def _remove(session: AsyncSession, survey: SurveyRef) -> dict[str, int]:
    removed = {}
    for table in OF_A_SURVEY:
        key = of_survey(table, survey.school_id, survey.survey_id)
        removed[table.name] = await _deleted(session, sa.delete(table).where(*key))
    of_outbox = sa.delete(outbox).where(outbox.c.survey_id == survey.survey_id.value)
    removed[outbox.name] = await _deleted(session, of_outbox)
    return removed


async def _deleted(session: AsyncSession, statement: sa.Delete) -> int:
    result = cast("CursorResult[Any]", await session.execute(statement))
    return result.rowcount


@dataclass(frozen=True, slots=True)
class SqlCalendar:
    """What the jobs role may read: ids and dates, in every school."""

    scopes: Scopes

    async def due_for_sealing(self, *, limit: int) -> Sequence[SurveyRef]:
        return await self._listed(
            sa.select(surveys.c.school_id, surveys.c.survey_id)
            .where(surveys.c.sealed_at.is_(None))
            .where(surveys.c.closes_at <= sa.func.clock_timestamp())
            .where(~_is_locked())
            .order_by(surveys.c.closes_at)
            .limit(limit)
        )

    async def due_for_erasure(self, *, on: date) -> Sequence[SurveyRef]:
        is_over = (surveys.c.delete_on <= on - GRACE) | (surveys.c.ceiling_on <= on)
        return await self._listed(
            sa.select(surveys.c.school_id, surveys.c.survey_id).where(is_over)
        )

    async def _listed(self, query: sa.Select[tuple[UUID, UUID]]) -> Sequence[SurveyRef]:
        async with self.scopes.begin_as_job() as scope:
            rows = await scope.session.execute(query)
            return [SurveyRef(SchoolId(school), SurveyId(survey)) for school, survey in rows]


def _is_locked() -> sa.Exists:
    """Locked surveys are neither sealed nor listed again and again."""
    return sa.exists().where(
        survey_locks.c.school_id == surveys.c.school_id,
        survey_locks.c.survey_id == surveys.c.survey_id,
    )
