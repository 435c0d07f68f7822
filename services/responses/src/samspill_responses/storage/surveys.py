"""Prepared surveys in SQL, with every save of one held back while it changes."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_kit.ids import GroupId, ParticipantId, SchoolId, StaffId, SurveyId
from samspill_responses.domain.acceptance import Acceptance, AcceptedQuestion, Membership
from samspill_responses.domain.answers import AnswerKind
from samspill_responses.domain.errors import SurveyIsLocked, SurveyNotFound
from samspill_responses.domain.ids import QuestionId
from samspill_responses.domain.participation import ParticipantState
from samspill_responses.domain.survey import Keepers, PreparedSurvey
from samspill_responses.storage.tables import (
    answer_versions,
    participants,
    survey_locks,
    surveys,
    tombstones,
)


async def hold(session: AsyncSession, survey_id: SurveyId, *, alone: bool) -> None:
    """Wait for the survey: saves and reads share it, sealing, locking and erasing have it alone.

    A lock in memory, because a shared lock on the row would be written by each of a class's saves.
    """
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    await session.execute(
        sa.text(f"SELECT {lock}(uuid_hash_extended(:survey_id, 0))"),
        {"survey_id": survey_id.value},
    )


async def demand_usable(session: AsyncSession, school_id: SchoolId, survey_id: SurveyId) -> None:
    """Raise SurveyNotFound or SurveyIsLocked; call it after `hold`."""
    row = await session.execute(
        sa.select(
            _exists(survey_locks, school_id, survey_id), _exists(surveys, school_id, survey_id)
        )
    )
    is_locked, is_known = row.one()
    if not is_known:
        raise SurveyNotFound()
    if is_locked:
        raise SurveyIsLocked()


def _exists(table: sa.Table, school_id: SchoolId, survey_id: SurveyId) -> sa.Exists:
    return sa.exists().where(*of_survey(table, school_id, survey_id))


def of_survey(
    table: sa.Table, school_id: SchoolId, survey_id: SurveyId
) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """The key of a survey's rows in any of its tables."""
    return table.c.school_id == school_id.value, table.c.survey_id == survey_id.value


class SqlSurveys:
    """Surveys of one school, inside one unit of work."""

    def __init__(self, session: AsyncSession, school_id: SchoolId) -> None:
        self._session = session
        self._school_id = school_id

    async def get_for_update(self, survey_id: SurveyId) -> PreparedSurvey:
        survey = await self.find_for_update(survey_id)
        if survey is None:
            raise SurveyNotFound()
        return survey

    async def find_for_update(self, survey_id: SurveyId) -> PreparedSurvey | None:
        await hold(self._session, survey_id, alone=True)
        gone = _exists(tombstones, self._school_id, survey_id)
        locked = _exists(survey_locks, self._school_id, survey_id)
        is_gone, is_locked = (await self._session.execute(sa.select(gone, locked))).one()
        if is_gone:
            raise SurveyNotFound()
        if is_locked:
            raise SurveyIsLocked()
        return await read_survey(self._session, self._school_id, survey_id)

    async def drop_earlier_versions(self, survey_id: SurveyId) -> None:
        key = of_survey(answer_versions, self._school_id, survey_id)
        await self._session.execute(sa.delete(answer_versions).where(*key))

    async def upsert(self, survey: PreparedSurvey) -> None:
        """Store the survey; the states of known participants stay as they are."""
        row = _survey_row(survey)
        statement = insert(surveys).values(row)
        changed = {name: statement.excluded[name] for name in row if not name.endswith("_id")}
        await self._session.execute(
            statement.on_conflict_do_update(index_elements=surveys.primary_key, set_=changed)
        )
        rows = [
            _participant_row(survey, id_, membership)
            for id_, membership in survey.acceptance.memberships.items()
        ]
        if rows:
            await self._upsert_participants(rows)

    async def _upsert_participants(self, rows: list[dict[str, Any]]) -> None:
        statement = insert(participants)
        changed = {
            name: statement.excluded[name]
            for name in ("participant_group", "since_version", "until_version")
        }
        await self._session.execute(
            statement.on_conflict_do_update(index_elements=participants.primary_key, set_=changed),
            rows,
        )


async def read_survey(
    session: AsyncSession, school_id: SchoolId, survey_id: SurveyId
) -> PreparedSurvey | None:
    """The survey as it is stored, without looking at locks."""
    found = await session.execute(
        sa.select(surveys).where(*of_survey(surveys, school_id, survey_id))
    )
    row = found.one_or_none()
    if row is None:
        return None
    listed = await session.execute(
        sa.select(
            participants.c.participant_id,
            participants.c.participant_group,
            participants.c.since_version,
            participants.c.until_version,
        ).where(*of_survey(participants, school_id, survey_id))
    )
    acceptance = Acceptance(
        school_id=school_id,
        survey_id=survey_id,
        version=row.acceptance_version,
        list_version=row.list_version,
        questions={question.id: question for question in map(_question_of, row.questions)},
        memberships={
            ParticipantId(id_): Membership(group, since, until)
            for id_, group, since, until in listed
        },
    )
    return PreparedSurvey(
        acceptance,
        closes_at=row.closes_at,
        delete_on=row.delete_on,
        ceiling_on=row.ceiling_on,
        sealed_at=row.sealed_at,
        keepers=keepers_of(row),
    )


def keepers_of(row: Any) -> Keepers:
    """Whose a survey's row says it is."""
    created_by = StaffId(row.created_by) if row.created_by else None
    return Keepers(created_by, tuple(map(GroupId, row.group_ids)))


def _survey_row(survey: PreparedSurvey) -> dict[str, Any]:
    acceptance = survey.acceptance
    return {
        "school_id": survey.school_id.value,
        "survey_id": survey.survey_id.value,
        "questions": [_question_row(question) for question in acceptance.questions.values()],
        "acceptance_version": acceptance.version,
        "list_version": acceptance.list_version,
        "closes_at": survey.closes_at,
        "delete_on": survey.delete_on,
        "ceiling_on": survey.ceiling_on,
        "sealed_at": survey.sealed_at,
        "created_by": survey.keepers.created_by and survey.keepers.created_by.value,
        "group_ids": [group_id.value for group_id in survey.keepers.group_ids],
    }


def _participant_row(
    survey: PreparedSurvey, participant_id: ParticipantId, membership: Membership
) -> dict[str, Any]:
    return {
        "school_id": survey.school_id.value,
        "survey_id": survey.survey_id.value,
        "participant_id": participant_id.value,
        "participant_group": membership.group,
        "since_version": membership.since,
        "until_version": membership.until,
        "state": ParticipantState.NOT_STARTED.value,
        "state_version": 0,
    }


def _question_row(question: AcceptedQuestion) -> dict[str, Any]:
    return {
        "id": str(question.id),
        "kind": question.kind.value,
        "options": sorted(question.option_keys),
        "max_nominees": question.max_nominees,
    }


def _question_of(row: dict[str, Any]) -> AcceptedQuestion:
    return AcceptedQuestion(
        id=QuestionId.parse(row["id"]),
        kind=AnswerKind(row["kind"]),
        option_keys=frozenset(row["options"]),
        max_nominees=row["max_nominees"],
    )
