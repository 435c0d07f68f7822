"""What has outlived its day, seen and removed through the jobs role (SPEC T1)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from samspill_kit.db import Database
from samspill_kit.ids import SchoolId, SurveyId
from samspill_surveys.domain.lifetime import GRACE
from samspill_surveys.domain.ports import DueSurvey
from samspill_surveys.storage.erasures import remove_rows
from samspill_surveys.storage.tables import survey_tombstones, surveys


class SqlOverdueSurveys:
    """The jobs role reads ids and dates alone; policies refuse what is not due."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, *, today: date) -> Sequence[DueSurvey]:
        last_day = sa.func.least(surveys.c.delete_on + GRACE.days, surveys.c.ceiling_on)
        has_tombstone = sa.exists().where(
            survey_tombstones.c.school_id == surveys.c.school_id,
            survey_tombstones.c.survey_id == surveys.c.survey_id,
        )
        async with self._database.transaction() as session:
            found = await session.execute(
                sa.select(surveys.c.school_id, surveys.c.survey_id).where(
                    (last_day <= today) | has_tombstone
                )
            )
            return [DueSurvey(SchoolId(row.school_id), SurveyId(row.survey_id)) for row in found]

    async def erase(self, due: DueSurvey, *, at: datetime) -> Mapping[str, int]:
        async with self._database.transaction() as session:
            return await remove_rows(session, due.school_id, due.survey_id, at=at)
