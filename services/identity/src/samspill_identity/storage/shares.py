"""Shares of surveys as rows."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_identity.domain.surveys import Share
from samspill_identity.storage.tables import survey_shares
from samspill_kit.ids import SchoolId, StaffId, SurveyId
from samspill_kit.principal import Level


class SqlShares:
    """The shares of one school's surveys, inside one transaction."""

    def __init__(self, session: AsyncSession, school_id: SchoolId) -> None:
        self._session = session
        self._school_id = school_id

    async def of_survey(self, survey_id: SurveyId) -> Sequence[Share]:
        of_it = survey_shares.c.survey_id == survey_id.value
        return await self._read(of_it, survey_shares.c.shared_at)

    async def of_staff(self, staff_id: StaffId) -> Sequence[Share]:
        theirs = survey_shares.c.staff_id == staff_id.value
        return await self._read(theirs, survey_shares.c.shared_at.desc())

    async def put(self, share: Share) -> None:
        values = {
            "level": share.level.value,
            "shared_by": share.shared_by.value,
            "shared_at": share.shared_at,
            "reason": share.sealed_reason,
        }
        keys = {
            "school_id": self._school_id.value,
            "survey_id": share.survey_id.value,
            "staff_id": share.staff_id.value,
        }
        await self._session.execute(
            insert(survey_shares)
            .values(keys | values)
            .on_conflict_do_update(index_elements=list(keys), set_=values)
        )

    async def end(self, survey_id: SurveyId, staff_id: StaffId) -> bool:
        gone = await self._session.execute(
            sa.delete(survey_shares)
            .where(
                self._here(),
                survey_shares.c.survey_id == survey_id.value,
                survey_shares.c.staff_id == staff_id.value,
            )
            .returning(survey_shares.c.staff_id)
        )
        return gone.first() is not None

    async def end_of_staff(self, staff_id: StaffId) -> None:
        await self._session.execute(
            sa.delete(survey_shares).where(self._here(), survey_shares.c.staff_id == staff_id.value)
        )

    async def _read(
        self, which: sa.ColumnElement[bool], order: sa.ColumnElement[Any]
    ) -> Sequence[Share]:
        found = await self._session.execute(
            sa.select(survey_shares).where(self._here(), which).order_by(order)
        )
        return [
            Share(
                survey_id=SurveyId(row.survey_id),
                staff_id=StaffId(row.staff_id),
                level=Level(row.level),
                shared_by=StaffId(row.shared_by),
                shared_at=row.shared_at,
                sealed_reason=bytes(row.reason) if row.reason else None,
            )
            for row in found
        ]

    def _here(self) -> sa.ColumnElement[bool]:
        return survey_shares.c.school_id == self._school_id.value
