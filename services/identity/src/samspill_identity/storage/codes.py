"""Access codes as rows: their hashes, and the sessions they opened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_identity.domain.codes import CodeId, CodeState, ParticipantCode
from samspill_identity.storage.tables import access_codes, pupil_sessions
from samspill_kit.ids import ParticipantId, SchoolId, SurveyId


class SqlCodes:
    """The access codes of one school, inside one transaction."""

    def __init__(self, session: AsyncSession, school_id: SchoolId) -> None:
        self._session = session
        self._school_id = school_id

    async def newest(self, survey_id: SurveyId) -> Mapping[ParticipantId, ParticipantCode]:
        found = await self._session.execute(
            sa.select(access_codes)
            .ext(distinct_on(access_codes.c.participant_id))
            .where(*self._of(access_codes, survey_id))
            .order_by(
                access_codes.c.participant_id,
                access_codes.c.made_at.desc(),
                access_codes.c.revoked_at.is_(None).desc(),
            )
        )
        return {ParticipantId(row.participant_id): _code_of(row) for row in found}

    async def replace(
        self,
        survey_id: SurveyId,
        hashes: Mapping[ParticipantId, tuple[CodeId, bytes]],
        *,
        closes_at: datetime,
        at: datetime,
    ) -> None:
        if not hashes:
            return
        before = await self.newest(survey_id)
        await self._revoke(survey_id, list(hashes), at=at)
        await self._session.execute(
            sa.insert(access_codes),
            [
                {
                    "school_id": self._school_id.value,
                    "survey_id": survey_id.value,
                    "code_id": code_id.value,
                    "participant_id": participant_id.value,
                    "code_hash": code_hash,
                    "made_at": at,
                    "closes_at": closes_at,
                    "is_renewed": participant_id in before,
                }
                for participant_id, (code_id, code_hash) in hashes.items()
            ],
        )

    async def revoke(
        self, survey_id: SurveyId, participant_id: ParticipantId, *, at: datetime
    ) -> bool:
        await self._revoke(survey_id, [participant_id], at=at)
        return participant_id in await self.newest(survey_id)

    async def close(self, survey_id: SurveyId, *, at: datetime) -> None:
        await self._session.execute(
            sa.update(pupil_sessions)
            .where(*self._of(pupil_sessions, survey_id), pupil_sessions.c.ended_at.is_(None))
            .values(ended_at=at)
        )

    async def _revoke(
        self, survey_id: SurveyId, participants: list[ParticipantId], *, at: datetime
    ) -> None:
        ids = [participant_id.value for participant_id in participants]
        await self._session.execute(
            sa.update(access_codes)
            .where(
                *self._of(access_codes, survey_id),
                access_codes.c.participant_id.in_(ids),
                access_codes.c.revoked_at.is_(None),
            )
            .values(revoked_at=at)
        )
        await self._session.execute(
            sa.update(pupil_sessions)
            .where(
                *self._of(pupil_sessions, survey_id),
                pupil_sessions.c.participant_id.in_(ids),
                pupil_sessions.c.ended_at.is_(None),
            )
            .values(ended_at=at)
        )

    def _of(self, table: sa.Table, survey_id: SurveyId) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            table.c.school_id == self._school_id.value,
            table.c.survey_id == survey_id.value,
        )


def _code_of(row: sa.Row[Any]) -> ParticipantCode:
    state = CodeState.MADE
    if row.revoked_at:
        state = CodeState.REVOKED
    elif row.used_at:
        state = CodeState.USED
    return ParticipantCode(ParticipantId(row.participant_id), state, row.made_at, row.is_renewed)
