"""Surveys as rows."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_kit.ids import GroupId, SchoolId, StaffId, SurveyId
from samspill_surveys.domain.errors import SurveyChangedMeanwhile, SurveyNotFound
from samspill_surveys.domain.events import SurveyEvent
from samspill_surveys.domain.lifetime import Lifetime
from samspill_surveys.domain.ports import QuestionBank
from samspill_surveys.domain.question import ChosenQuestion, LegalMode, QuestionId
from samspill_surveys.domain.survey import Plan, Reader, Survey, SurveyGroup, SurveyState
from samspill_surveys.storage import tables

Row = sa.Row[Any]


class SqlSurveys:
    """The surveys of one school, inside one transaction."""

    def __init__(
        self,
        session: AsyncSession,
        school_id: SchoolId,
        *,
        bank: QuestionBank,
        note: Callable[[SurveyEvent], None],
    ) -> None:
        self._session = session
        self._school_id = school_id
        self._bank = bank
        self._note = note
        self._stored: dict[SurveyId, tuple[Plan, tuple[Reader, ...]]] = {}

    async def get(self, survey_id: SurveyId) -> Survey:
        survey = await self._read(survey_id)
        if survey is None:
            raise SurveyNotFound
        return survey

    async def get_for_update(self, survey_id: SurveyId) -> Survey:
        where = _is(tables.surveys, self._school_id, survey_id)
        # A statement of its own: the lock must be held before the state is read.
        held = sa.select(tables.surveys.c.state).where(*where).with_for_update()
        await self._session.execute(held)
        return await self.get(survey_id)

    async def find(self, survey_id: SurveyId) -> Survey | None:
        where = _is(tables.survey_tombstones, self._school_id, survey_id)
        erased = await self._session.execute(
            sa.select(tables.survey_tombstones.c.erased_at).where(*where)
        )
        if erased.first():
            raise SurveyNotFound
        return await self._read(survey_id)

    async def add(self, survey: Survey) -> None:
        await self.find(survey.id)
        values = self._keys(survey.id) | _columns_of(survey)
        try:
            await self._session.execute(
                sa.insert(tables.surveys).values(values | {"list_version": 0})
            )
        except IntegrityError as error:
            raise SurveyChangedMeanwhile(survey_id=str(survey.id)) from error
        await self._replace_plan(survey)
        self._note_events(survey)

    async def save(self, survey: Survey) -> None:
        await self._session.execute(
            sa.update(tables.surveys)
            .where(*_is(tables.surveys, self._school_id, survey.id))
            .values(_columns_of(survey))
        )
        plan, readers = self._stored[survey.id]
        if plan != survey.plan:
            await self._replace_plan(survey)
        if readers != survey.readers:
            await self._replace(tables.survey_readers, survey.id, _rows_of_readers(survey))
        self._note_events(survey)

    def _note_events(self, survey: Survey) -> None:
        for event in survey.take_events():
            self._note(event)

    def _keys(self, survey_id: SurveyId) -> dict[str, object]:
        return {"school_id": self._school_id.value, "survey_id": survey_id.value}

    async def _replace_plan(self, survey: Survey) -> None:
        await self._replace(tables.survey_groups, survey.id, _rows_of_groups(survey))
        await self._replace(tables.survey_questions, survey.id, _rows_of_questions(survey))

    async def _replace(
        self, table: sa.Table, survey_id: SurveyId, rows: Sequence[dict[str, object]]
    ) -> None:
        await self._session.execute(sa.delete(table).where(*_is(table, self._school_id, survey_id)))
        if rows:
            keys = self._keys(survey_id)
            await self._session.execute(
                sa.insert(table),
                [keys | row | {"position": place} for place, row in enumerate(rows)],
            )

    async def _read(self, survey_id: SurveyId) -> Survey | None:
        locks = tables.survey_locks
        surveys = tables.surveys
        found = await self._session.execute(
            sa.select(surveys, locks.c.locked_at)
            .outerjoin(
                locks,
                (locks.c.school_id == surveys.c.school_id)
                & (locks.c.survey_id == surveys.c.survey_id),
            )
            .where(*_is(surveys, self._school_id, survey_id))
        )
        row = found.first()
        return await self._survey_of(row) if row else None

    async def _survey_of(self, row: Row) -> Survey:
        survey_id = SurveyId(row.survey_id)
        survey = Survey(
            id=survey_id,
            school_id=self._school_id,
            created_by=StaffId(row.created_by),
            created_at=row.created_at,
            band=row.band,
            plan=await self._plan_of(row, survey_id),
            shuffle_seed=row.shuffle_seed,
            state=SurveyState(row.state),
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            readers=tuple(
                Reader(StaffId(reader.staff_id), reader.display_name, reader.role)
                for reader in await self._children(tables.survey_readers, survey_id)
            ),
            languages=tuple(row.languages),
            participants=row.participants,
            version=row.version,
            is_locked=row.locked_at is not None,
        )
        self._stored[survey_id] = (survey.plan, survey.readers)
        return survey

    async def _plan_of(self, row: Row, survey_id: SurveyId) -> Plan:
        groups = await self._children(tables.survey_groups, survey_id)
        questions = await self._children(tables.survey_questions, survey_id)
        return Plan(
            title=row.title,
            mode=LegalMode(row.mode),
            groups=tuple(SurveyGroup(GroupId(group.group_id), group.name) for group in groups),
            questions=tuple(self._question_of(question) for question in questions),
            closes_at=row.closes_at,
            lifetime=Lifetime(row.delete_on, row.ceiling_on),
        )

    def _question_of(self, row: Row) -> ChosenQuestion:
        entry = self._bank.entry(row.catalogue_key, row.catalogue_version)
        return ChosenQuestion(QuestionId(row.question_id), entry, row.max_nominees)

    async def _children(self, table: sa.Table, survey_id: SurveyId) -> Sequence[Row]:
        found = await self._session.execute(
            sa.select(table)
            .where(*_is(table, self._school_id, survey_id))
            .order_by(table.c.position)
        )
        return found.all()


def _is(
    table: sa.Table, school_id: SchoolId, survey_id: SurveyId
) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return table.c.school_id == school_id.value, table.c.survey_id == survey_id.value


def _columns_of(survey: Survey) -> dict[str, object]:
    return {
        "title": survey.plan.title,
        "band": survey.band,
        "mode": survey.plan.mode.value,
        "state": survey.state.value,
        "created_by": survey.created_by.value,
        "created_at": survey.created_at,
        "closes_at": survey.plan.closes_at,
        "opened_at": survey.opened_at,
        "closed_at": survey.closed_at,
        "delete_on": survey.plan.lifetime.delete_on,
        "ceiling_on": survey.plan.lifetime.ceiling_on,
        "shuffle_seed": survey.shuffle_seed,
        "languages": list(survey.languages),
        "participants": survey.participants,
        "version": survey.version,
    }


def _rows_of_groups(survey: Survey) -> list[dict[str, object]]:
    return [{"group_id": group.group_id.value, "name": group.name} for group in survey.plan.groups]


def _rows_of_questions(survey: Survey) -> list[dict[str, object]]:
    return [
        {
            "question_id": question.question_id.value,
            "catalogue_key": question.entry.key,
            "catalogue_version": question.entry.version,
            "max_nominees": question.max_nominees,
        }
        for question in survey.plan.questions
    ]


def _rows_of_readers(survey: Survey) -> list[dict[str, object]]:
    return [
        {
            "staff_id": reader.staff_id.value,
            "display_name": reader.display_name,
            "role": reader.role,
        }
        for reader in survey.readers
    ]
