"""Read models: who is done, what a reader with a permit gets, and what the timers look for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_kit.db import Database
from samspill_kit.ids import ParticipantId, SchoolId, SurveyId
from samspill_responses.domain.errors import SurveyNotClosed
from samspill_responses.domain.ids import QuestionId
from samspill_responses.domain.participation import ParticipantState
from samspill_responses.domain.ports import ParticipantStatus, SurveyCount
from samspill_responses.domain.saving import ReceivedAnswer
from samspill_responses.domain.survey import Keepers
from samspill_responses.storage.surveys import demand_usable, hold, keepers_of, of_survey
from samspill_responses.storage.tables import answers, participants, survey_locks, surveys

_DONE: Final = tuple(state.value for state in ParticipantState if state.is_done)
_UNDER_WAY: Final = (ParticipantState.STARTED.value, ParticipantState.RETURNED.value)


@dataclass(frozen=True, slots=True)
class SqlStatuses:
    """Reads in the scope of one school; a lock is looked at in the same transaction."""

    database: Database

    async def keepers(
        self, school_id: SchoolId, survey_ids: Sequence[SurveyId]
    ) -> Mapping[SurveyId, Keepers]:
        ids = [survey_id.value for survey_id in survey_ids]
        wanted = sa.select(surveys.c.survey_id, surveys.c.created_by, surveys.c.group_ids).where(
            surveys.c.school_id == school_id.value, surveys.c.survey_id.in_(ids)
        )
        async with self.database.scope([school_id]) as session:
            rows = await session.execute(wanted)
            return {SurveyId(row.survey_id): keepers_of(row) for row in rows}

    async def states(self, school_id: SchoolId, survey_id: SurveyId) -> Sequence[ParticipantStatus]:
        async with self.database.scope([school_id]) as session:
            await hold(session, survey_id, alone=False)
            await demand_usable(session, school_id, survey_id)
            return await _present(session, school_id, survey_id, None)

    async def counts(
        self, school_id: SchoolId, survey_ids: Sequence[SurveyId]
    ) -> Sequence[SurveyCount]:
        async with self.database.scope([school_id]) as session:
            rows = await session.execute(_counts_of(school_id, survey_ids))
            return [SurveyCount(SurveyId(row[0]), *row[1:]) for row in rows]

    async def received(
        self,
        school_id: SchoolId,
        survey_id: SurveyId,
        participants: frozenset[ParticipantId] | None,
    ) -> tuple[Sequence[ReceivedAnswer], Sequence[ParticipantStatus]]:
        async with self.database.scope([school_id]) as session:
            await hold(session, survey_id, alone=False)
            await demand_usable(session, school_id, survey_id)
            await _demand_closed(session, school_id, survey_id)
            present = await _present(session, school_id, survey_id, participants)
            rows = await session.execute(_answers_of(school_id, survey_id, present))
            received = [
                ReceivedAnswer(ParticipantId(row[0]), QuestionId(row[1]), row[2]) for row in rows
            ]
        return received, present


async def _present(
    session: AsyncSession,
    school_id: SchoolId,
    survey_id: SurveyId,
    wanted: frozenset[ParticipantId] | None,
) -> list[ParticipantStatus]:
    query = (
        sa.select(participants.c.participant_id, participants.c.state)
        .where(*of_survey(participants, school_id, survey_id))
        .where(participants.c.until_version.is_(None))
        .order_by(participants.c.participant_id)
    )
    if wanted is not None:
        query = query.where(participants.c.participant_id.in_([id_.value for id_ in wanted]))
    rows = await session.execute(query)
    return [ParticipantStatus(ParticipantId(id_), ParticipantState(state)) for id_, state in rows]


def _answers_of(
    school_id: SchoolId, survey_id: SurveyId, present: Sequence[ParticipantStatus]
) -> sa.Select[Any]:
    ids = [status.participant_id.value for status in present]
    return (
        sa.select(answers.c.participant_id, answers.c.question_id, answers.c.ciphertext)
        .where(*of_survey(answers, school_id, survey_id))
        .where(answers.c.participant_id == sa.any_(sa.literal(ids, sa.ARRAY(sa.UUID))))
        .order_by(answers.c.participant_id, answers.c.question_id)
    )


async def _demand_closed(session: AsyncSession, school_id: SchoolId, survey_id: SurveyId) -> None:
    is_closed = await session.scalar(
        sa.select(
            surveys.c.sealed_at.is_not(None) | (surveys.c.closes_at <= sa.func.clock_timestamp())
        ).where(*of_survey(surveys, school_id, survey_id))
    )
    if not is_closed:
        raise SurveyNotClosed()


def _counts_of(school_id: SchoolId, survey_ids: Sequence[SurveyId]) -> sa.Select[Any]:
    ids = [survey_id.value for survey_id in survey_ids]
    state = participants.c.state
    is_locked = sa.exists().where(
        survey_locks.c.school_id == surveys.c.school_id,
        survey_locks.c.survey_id == surveys.c.survey_id,
    )
    joined = surveys.outerjoin(
        participants,
        sa.and_(
            participants.c.school_id == surveys.c.school_id,
            participants.c.survey_id == surveys.c.survey_id,
            participants.c.until_version.is_(None),
        ),
    )
    return (
        sa.select(
            surveys.c.survey_id,
            sa.func.count(participants.c.participant_id),
            sa.func.count().filter(state.in_(_DONE)),
            sa.func.count().filter(state.in_(_UNDER_WAY)),
        )
        .select_from(joined)
        .where(surveys.c.school_id == school_id.value, surveys.c.survey_id.in_(ids), ~is_locked)
        .group_by(surveys.c.survey_id)
    )
