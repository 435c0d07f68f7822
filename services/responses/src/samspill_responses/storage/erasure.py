"""Removing what a survey left, and what the timers look for (SPEC T1, T4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_kit.db import Database
from samspill_kit.ids import SchoolId, SurveyId
from samspill_responses.domain.ports import SurveyRef
from samspill_responses.storage.locks import row_counts_of
from samspill_responses.storage.surveys import hold, of_survey
from samspill_responses.storage.tables import (
    OF_A_SURVEY,
    outbox,
    survey_locks,
    surveys,
    tombstones,
)
from samspill_responses.storage.unit_of_work import Begin

GRACE: Final = timedelta(days=7)
"""How long after its day of deletion a survey waits for retention (SPEC T1)."""


@dataclass(frozen=True, slots=True)
class SqlErasure:
    """The app role erases by call in the school's scope; the jobs role only what is due."""

    begin: Begin
    jobs: Database

    async def erase(self, survey: SurveyRef, *, at: datetime) -> Mapping[str, int]:
        async with self.begin(survey.school_id) as work:
            rows = await _erase(work.session, survey, at)
            await work.commit()
        return rows

    async def erase_due(self, survey: SurveyRef, *, at: datetime) -> Mapping[str, int]:
        async with self.jobs.transaction() as session:
            return await _erase(session, survey, at)


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

    jobs: Database

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
        # The database's own calendar must agree: its policies would refuse the removal anyway, and one
        # refusal must not hold up the surveys behind it.
        is_over_here = sa.func.is_due(surveys.c.delete_on, surveys.c.ceiling_on)
        return await self._listed(
            sa.select(surveys.c.school_id, surveys.c.survey_id).where(is_over, is_over_here)
        )

    async def _listed(self, query: sa.Select[Any]) -> Sequence[SurveyRef]:
        async with self.jobs.transaction() as session:
            rows = await session.execute(query)
            return [SurveyRef(SchoolId(row[0]), SurveyId(row[1])) for row in rows]


def _is_locked() -> sa.Exists:
    """Locked surveys are neither sealed nor listed again and again."""
    found = sa.select(survey_locks.c.survey_id).where(
        survey_locks.c.school_id == surveys.c.school_id,
        survey_locks.c.survey_id == surveys.c.survey_id,
    )
    return found.exists()
