"""Lifetimes as rows."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_kit.ids import SchoolId, StaffId, SurveyId
from samspill_retention.domain.lifetime import Lifetime

from .tables import lifetimes


class SqlLifetimes:
    """Registered surveys of one school."""

    def __init__(self, session: AsyncSession, school_id: SchoolId) -> None:
        self._session = session
        self._school_id = school_id

    async def add(self, lifetime: Lifetime) -> None:
        await self._session.execute(
            insert(lifetimes).values(_row_of(lifetime)).on_conflict_do_nothing()
        )

    async def find(self, survey_id: SurveyId) -> Lifetime | None:
        query = sa.select(lifetimes).where(*self._is(survey_id))
        row = (await self._session.execute(query)).mappings().one_or_none()
        return _lifetime_of(row) if row else None

    async def save(self, lifetime: Lifetime) -> None:
        await self._session.execute(
            sa.update(lifetimes)
            .where(*self._is(lifetime.survey_id))
            .values(delete_on=lifetime.delete_on, closed_at=lifetime.closed_at)
        )

    async def remove(self, survey_id: SurveyId) -> None:
        await self._session.execute(sa.delete(lifetimes).where(*self._is(survey_id)))

    def _is(self, survey_id: SurveyId) -> tuple[sa.ColumnElement[bool], ...]:
        """The scope would do: but either barrier alone must hold."""
        return (
            lifetimes.c.school_id == self._school_id.value,
            lifetimes.c.survey_id == survey_id.value,
        )


def _row_of(lifetime: Lifetime) -> dict[str, Any]:
    return {
        "school_id": lifetime.school_id.value,
        "survey_id": lifetime.survey_id.value,
        "created_by": lifetime.created_by.value,
        "created_at": lifetime.created_at,
        "delete_on": lifetime.delete_on,
        "ceiling_on": lifetime.ceiling_on,
        "closed_at": lifetime.closed_at,
    }


def _lifetime_of(row: sa.RowMapping) -> Lifetime:
    return Lifetime(
        school_id=SchoolId(row["school_id"]),
        survey_id=SurveyId(row["survey_id"]),
        created_by=StaffId(row["created_by"]),
        created_at=row["created_at"],
        delete_on=row["delete_on"],
        ceiling_on=row["ceiling_on"],
        closed_at=row["closed_at"],
    )
