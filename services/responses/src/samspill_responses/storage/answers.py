"""Answers in plain SQL: the reference of the save function, and what is not on the hot path."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from samspill_responses.domain.errors import (
    ParticipantNotFound,
    StaleAcceptance,
    SurveyClosed,
)
from samspill_responses.domain.events import ParticipantStateChanged
from samspill_responses.domain.ids import QuestionId
from samspill_responses.domain.participation import ParticipantState
from samspill_responses.domain.saving import (
    Save,
    Saved,
    StoredAnswer,
    StoredPage,
    Submission,
    Writer,
)
from samspill_responses.storage.surveys import demand_usable, hold
from samspill_responses.storage.tables import (
    answer_versions,
    answers,
    pages,
    participants,
    surveys,
)
from samspill_responses.storage.unit_of_work import Begin, ResponsesWork


def of_writer(table: sa.Table, writer: Writer) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        table.c.school_id == writer.school_id.value,
        table.c.survey_id == writer.survey_id.value,
        table.c.participant_id == writer.participant_id.value,
    )


@dataclass(frozen=True, slots=True)
class SqlAnswers:
    """Each call is a transaction of its own, as it is for the function of the hot path."""

    begin: Begin

    async def save(self, save: Save) -> Saved:
        writer = save.writer
        async with self.begin(writer.school_id) as work:
            session = work.session
            await hold(session, writer.survey_id, alone=False)
            await demand_usable(session, writer.school_id, writer.survey_id)
            await _demand_open(session, save)
            state, submitted_at = await _participant(session, writer)
            is_new = await _advance_page(session, save)
            if is_new:
                await _keep(session, save)
            answered = await _count(session, writer, save.submission)
            if not is_new:
                return Saved(state, submitted_at, answered)
            after = _after(state, save.submission, answered)
            if save.submission is not None:
                submitted_at = submitted_at or save.at
            _note(work, writer, state, after, at=save.at)
            await _store_state(session, writer, after, submitted_at, has_changed=after is not state)
            await work.commit()
        return Saved(after, submitted_at, answered)

    async def page(self, writer: Writer) -> StoredPage:
        async with self.begin(writer.school_id) as work:
            session = work.session
            await hold(session, writer.survey_id, alone=False)
            await demand_usable(session, writer.school_id, writer.survey_id)
            if await _is_closed(session, writer):
                raise SurveyClosed()
            state, _ = await _participant(session, writer)
            rows = await session.execute(
                sa.select(
                    answers.c.question_id,
                    sa.case(
                        (answers.c.session_id == writer.session_id.value, answers.c.ciphertext)
                    ),
                    answers.c.mark,
                ).where(*of_writer(answers, writer))
            )
            stored = tuple(
                StoredAnswer(QuestionId(id_), sealed, mark) for id_, sealed, mark in rows
            )
        return StoredPage(state, stored)

    async def withdraw(self, writer: Writer, *, at: datetime) -> ParticipantState:
        async with self.begin(writer.school_id) as work:
            session = work.session
            await hold(session, writer.survey_id, alone=False)
            await demand_usable(session, writer.school_id, writer.survey_id)
            if await _is_closed(session, writer):
                raise SurveyClosed()
            state, submitted_at = await _participant(session, writer)
            await _remove_everything(session, writer)
            after = state.after_withdrawal()
            _note(work, writer, state, after, at=at)
            await _store_state(session, writer, after, submitted_at, has_changed=after is not state)
            await work.commit()
        return after


async def _demand_open(session: AsyncSession, save: Save) -> None:
    """A repeat of what was kept in time gets its answer also after closing."""
    if await _is_closed(session, save.writer) and not await _is_repeat(session, save):
        raise SurveyClosed()
    version = await session.scalar(
        sa.select(surveys.c.acceptance_version).where(
            surveys.c.school_id == save.writer.school_id.value,
            surveys.c.survey_id == save.writer.survey_id.value,
        )
    )
    if version != save.acceptance_version:
        raise StaleAcceptance()


async def _is_closed(session: AsyncSession, writer: Writer) -> bool:
    closed = await session.scalar(
        sa.select(
            surveys.c.sealed_at.is_not(None) | (surveys.c.closes_at <= sa.func.clock_timestamp())
        ).where(
            surveys.c.school_id == writer.school_id.value,
            surveys.c.survey_id == writer.survey_id.value,
        )
    )
    return bool(closed)


async def _is_repeat(session: AsyncSession, save: Save) -> bool:
    known = await session.scalar(
        sa.select(pages.c.sequence).where(
            *of_writer(pages, save.writer), pages.c.page_id == save.page_id.value
        )
    )
    return known is not None and known >= save.sequence


async def _participant(
    session: AsyncSession, writer: Writer
) -> tuple[ParticipantState, datetime | None]:
    found = await session.execute(
        sa.select(participants.c.state, participants.c.submitted_at)
        .where(*of_writer(participants, writer), participants.c.until_version.is_(None))
        .with_for_update(key_share=True)
    )
    row = found.one_or_none()
    if row is None:
        raise ParticipantNotFound()
    return ParticipantState(row.state), row.submitted_at


async def _advance_page(session: AsyncSession, save: Save) -> bool:
    """Whether this sequence of the page is newer than all before it."""
    statement = insert(pages).values(
        school_id=save.writer.school_id.value,
        survey_id=save.writer.survey_id.value,
        participant_id=save.writer.participant_id.value,
        page_id=save.page_id.value,
        sequence=save.sequence,
    )
    advanced = await session.execute(
        statement.on_conflict_do_update(
            index_elements=pages.primary_key,
            set_={"sequence": statement.excluded.sequence},
            where=pages.c.sequence < statement.excluded.sequence,
        ).returning(pages.c.sequence)
    )
    return advanced.one_or_none() is not None


async def _keep(session: AsyncSession, save: Save) -> None:
    if save.submission is not None and save.submission.declines:
        await _remove_everything(session, save.writer)
        return
    touched = [sealed.question_id for sealed in save.sealed] + list(save.cleared)
    await _keep_earlier_versions(session, save.writer, touched)
    if save.sealed:
        await _upsert(session, save)
    await session.execute(
        sa.delete(answers).where(
            *of_writer(answers, save.writer),
            answers.c.question_id.in_([question_id.value for question_id in save.cleared]),
        )
    )


async def _keep_earlier_versions(
    session: AsyncSession, writer: Writer, touched: Iterable[QuestionId]
) -> None:
    earlier = sa.select(answers).where(
        *of_writer(answers, writer),
        answers.c.question_id.in_([question_id.value for question_id in touched]),
        answers.c.session_id != writer.session_id.value,
    )
    names = [column.name for column in answers.columns]
    await session.execute(
        insert(answer_versions).from_select(names, earlier).on_conflict_do_nothing()
    )


async def _upsert(session: AsyncSession, save: Save) -> None:
    statement = insert(answers)
    changed = {
        column.name: statement.excluded[column.name]
        for column in answers.columns
        if not column.primary_key
    }
    await session.execute(
        statement.on_conflict_do_update(index_elements=answers.primary_key, set_=changed),
        [
            {
                "school_id": save.writer.school_id.value,
                "survey_id": save.writer.survey_id.value,
                "participant_id": save.writer.participant_id.value,
                "question_id": sealed.question_id.value,
                "ciphertext": sealed.ciphertext,
                "mark": sealed.mark,
                "session_id": save.writer.session_id.value,
                "page_id": save.page_id.value,
                "sequence": save.sequence,
                "written_at": save.at,
            }
            for sealed in save.sealed
        ],
    )


async def _remove_everything(session: AsyncSession, writer: Writer) -> None:
    for table in (answers, answer_versions):
        await session.execute(sa.delete(table).where(*of_writer(table, writer)))


async def _count(session: AsyncSession, writer: Writer, submission: Submission | None) -> int:
    """How many of the form's questions are answered and not passed over."""
    if submission is None:
        return 0
    rows = await session.execute(
        sa.select(answers.c.question_id, answers.c.mark).where(*of_writer(answers, writer))
    )
    masks = submission.masks
    return sum(masks.get(QuestionId(question_id)) == mark for question_id, mark in rows)


def _after(
    state: ParticipantState, submission: Submission | None, answered: int
) -> ParticipantState:
    if submission is None:
        return state.after_save()
    return state.after_submission(answered=answered)


def _note(
    work: ResponsesWork,
    writer: Writer,
    before: ParticipantState,
    after: ParticipantState,
    *,
    at: datetime,
) -> None:
    if after is not before:
        ids = (writer.school_id, writer.survey_id, writer.participant_id)
        work.note(ParticipantStateChanged(*ids, after, at))


async def _store_state(
    session: AsyncSession,
    writer: Writer,
    state: ParticipantState,
    submitted_at: datetime | None,
    *,
    has_changed: bool,
) -> None:
    stored: dict[str, Any] = {"state": state.value, "submitted_at": submitted_at}
    if has_changed:
        stored["state_version"] = participants.c.state_version + 1
    await session.execute(
        sa.update(participants).where(*of_writer(participants, writer)).values(stored)
    )
