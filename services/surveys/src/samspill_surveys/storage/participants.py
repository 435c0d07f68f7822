"""Participants as rows: ids, numbers, and names as ciphertext."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_kit.ids import ParticipantId, PupilId, SchoolId, SurveyId
from samspill_surveys.domain.participants import Participant, ParticipantList
from samspill_surveys.storage.tables import survey_participants, surveys


class SqlParticipantLists:
    """Who takes part in the surveys of one school, inside one transaction."""

    def __init__(self, session: AsyncSession, school_id: SchoolId) -> None:
        self._session = session
        self._school_id = school_id

    async def of(self, survey_id: SurveyId) -> ParticipantList:
        # One statement, so that list and version belong together at any isolation level.
        found = await self._session.execute(
            sa.select(surveys.c.list_version, *_COLUMNS)
            .outerjoin(
                survey_participants,
                (survey_participants.c.school_id == surveys.c.school_id)
                & (survey_participants.c.survey_id == surveys.c.survey_id),
            )
            .where(
                surveys.c.school_id == self._school_id.value,
                surveys.c.survey_id == survey_id.value,
            )
            .order_by(survey_participants.c.number)
        )
        rows = found.all()
        return ParticipantList(
            everyone=tuple(
                Participant(
                    ParticipantId(row.participant_id),
                    PupilId(row.pupil_id),
                    row.number,
                    row.card,
                    row.has_left,
                )
                for row in rows
                if row.participant_id is not None
            ),
            version=rows[0].list_version if rows else 0,
        )

    async def save(self, survey_id: SurveyId, participants: ParticipantList) -> None:
        keys = {"school_id": self._school_id.value, "survey_id": survey_id.value}
        statement = insert(survey_participants)
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["school_id", "survey_id", "participant_id"],
                set_={"card": statement.excluded.card, "has_left": statement.excluded.has_left},
            ),
            [
                keys
                | {
                    "participant_id": one.participant_id.value,
                    "pupil_id": one.pupil_id.value,
                    "number": one.number,
                    "card": one.sealed_card,
                    "has_left": one.has_left,
                }
                for one in participants.everyone
            ],
        )
        await self._session.execute(
            sa.update(surveys)
            .where(
                surveys.c.school_id == self._school_id.value,
                surveys.c.survey_id == survey_id.value,
            )
            .values(list_version=participants.version)
        )


_COLUMNS = (
    survey_participants.c.participant_id,
    survey_participants.c.pupil_id,
    survey_participants.c.number,
    survey_participants.c.card,
    survey_participants.c.has_left,
)
