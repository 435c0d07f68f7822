"""What is known of surveys, as rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_identity.domain.errors import SurveyIsLocked, SurveyNotFound
from samspill_identity.domain.surveys import Reader, RecordedSurvey
from samspill_identity.storage import tables
from samspill_kit.ids import GroupId, SchoolId, StaffId, SurveyId
from samspill_kit.principal import Level, Role


class SqlSurveys:
    """The surveys of one school, inside one transaction."""

    def __init__(self, session: AsyncSession, school_id: SchoolId) -> None:
        self._session = session
        self._school_id = school_id

    async def get(self, survey_id: SurveyId, *, for_update: bool = False) -> RecordedSurvey:
        if for_update:
            await self._hold(survey_id)
        survey = await self._read(survey_id)
        if survey is None:
            raise SurveyNotFound
        return survey

    async def find(self, survey_id: SurveyId) -> RecordedSurvey | None:
        if await self._has(tables.survey_tombstones, survey_id):
            raise SurveyNotFound
        await self._hold(survey_id)
        survey = await self._read(survey_id)
        if survey is None and await self._has(tables.survey_locks, survey_id):
            raise SurveyIsLocked(survey_id=survey_id)
        return survey

    async def save(self, survey: RecordedSurvey) -> None:
        values = {
            "created_by": survey.created_by.value,
            "delete_on": survey.delete_on,
            "ceiling_on": survey.ceiling_on,
            "has_fixed_readers": survey.readers is not None,
            "closed_at": survey.closed_at,
        }
        await self._session.execute(
            insert(tables.surveys)
            .values(self._keys(survey.id) | values)
            .on_conflict_do_update(index_elements=["school_id", "survey_id"], set_=values)
        )
        groups = [{"group_id": group_id.value} for group_id in survey.group_ids]
        await self._replace(tables.survey_groups, survey.id, groups)
        readers = [_row_of_reader(reader) for reader in survey.readers or ()]
        await self._replace(tables.survey_readers, survey.id, readers)

    async def has_open(self, *, now: datetime) -> bool:
        surveys = tables.surveys.c
        codes = tables.access_codes.c
        # A draft has no codes; when a closed survey's news is late, its codes have ended.
        taking = sa.exists().where(
            codes.school_id == surveys.school_id,
            codes.survey_id == surveys.survey_id,
            codes.closes_at > now,
        )
        found = await self._session.execute(
            sa.select(surveys.survey_id)
            .where(
                surveys.school_id == self._school_id.value,
                surveys.has_fixed_readers,
                surveys.closed_at.is_(None),
                taking,
            )
            .limit(1)
        )
        return found.first() is not None

    def _keys(self, survey_id: SurveyId) -> dict[str, object]:
        return {"school_id": self._school_id.value, "survey_id": survey_id.value}

    def _is(self, table: sa.Table, survey_id: SurveyId) -> sa.ColumnElement[bool]:
        return (table.c.school_id == self._school_id.value) & (table.c.survey_id == survey_id.value)

    async def _hold(self, survey_id: SurveyId) -> None:
        """A statement of its own: the row must be held before the lock is read."""
        surveys = tables.surveys
        held = sa.select(surveys.c.survey_id).where(self._is(surveys, survey_id))
        await self._session.execute(held.with_for_update())

    async def _has(self, table: sa.Table, survey_id: SurveyId) -> bool:
        found = await self._session.execute(
            sa.select(table.c.survey_id).where(self._is(table, survey_id))
        )
        return found.first() is not None

    async def _replace(
        self, table: sa.Table, survey_id: SurveyId, rows: Sequence[Mapping[str, object]]
    ) -> None:
        await self._session.execute(sa.delete(table).where(self._is(table, survey_id)))
        if rows:
            keys = self._keys(survey_id)
            await self._session.execute(
                sa.insert(table),
                [keys | dict(row) | {"place": place} for place, row in enumerate(rows)],
            )

    async def _read(self, survey_id: SurveyId) -> RecordedSurvey | None:
        surveys = tables.surveys
        row = (
            await self._session.execute(sa.select(surveys).where(self._is(surveys, survey_id)))
        ).first()
        if row is None:
            return None
        groups = await self._children(tables.survey_groups, survey_id)
        readers = await self._children(tables.survey_readers, survey_id)
        return RecordedSurvey(
            id=survey_id,
            school_id=self._school_id,
            created_by=StaffId(row.created_by),
            group_ids=tuple(GroupId(group.group_id) for group in groups),
            delete_on=row.delete_on,
            ceiling_on=row.ceiling_on,
            readers=tuple(map(_reader_of, readers)) if row.has_fixed_readers else None,
            closed_at=row.closed_at,
            is_locked=await self._has(tables.survey_locks, survey_id),
        )

    async def _children(self, table: sa.Table, survey_id: SurveyId) -> Sequence[sa.Row[Any]]:
        found = await self._session.execute(
            sa.select(table).where(self._is(table, survey_id)).order_by(table.c.place)
        )
        return found.all()


def _row_of_reader(reader: Reader) -> dict[str, object]:
    return {
        "staff_id": reader.staff_id.value,
        "display_name": reader.display_name,
        "role": reader.role.value,
        "level": reader.level.value,
    }


def _reader_of(row: sa.Row[Any]) -> Reader:
    return Reader(StaffId(row.staff_id), row.display_name, Role(row.role), Level(row.level))
