"""The hot path: one statement per save and per page, straight through asyncpg (ARCHITECTURE 5)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from samspill_kit.facts import Fact
from samspill_responses.domain.errors import (
    ParticipantNotFound,
    StaleAcceptance,
    SurveyClosed,
    SurveyIsLocked,
    SurveyNotFound,
)
from samspill_responses.domain.events import ParticipantStateChanged
from samspill_responses.domain.ids import QuestionId
from samspill_responses.domain.participation import ParticipantState
from samspill_responses.domain.saving import Save, Saved, StoredAnswer, StoredPage, Writer

_SAVE: Final = """
    SELECT outcome, new_state, handed_in_at, answered FROM save_answers(
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
        $20, $21)
"""
_PAGE: Final = (
    "SELECT outcome, state, question_ids, ciphertexts, marks FROM read_page($1, $2, $3, $4)"
)
_REFUSALS: Final[Mapping[str, type[Exception]]] = {
    error.code: error
    for error in (
        SurveyNotFound,
        SurveyIsLocked,
        SurveyClosed,
        StaleAcceptance,
        ParticipantNotFound,
    )
}
_AFTER_SAVE: Final = (ParticipantState.STARTED, ParticipantState.RETURNED)
_AFTER_SUBMISSION: Final = (ParticipantState.SUBMITTED, ParticipantState.DECLINED)


class Statements(Protocol):
    """The part of the kit's FastDatabase that the hot path uses."""

    async def fetchrow(self, statement: str, *arguments: object) -> Any: ...


@dataclass(frozen=True, slots=True)
class FastAnswers:
    """Both states that a save may lead to are written out beforehand; the function takes one."""

    database: Statements
    fact_of: Callable[[object], Fact]

    async def save(self, save: Save) -> Saved:
        row = await self.database.fetchrow(_SAVE, *self._arguments(save))
        _demand(row["outcome"], "saved")
        state = ParticipantState(row["new_state"])
        return Saved(state, row["handed_in_at"], row["answered"])

    async def page(self, writer: Writer) -> StoredPage:
        row = await self.database.fetchrow(_PAGE, *_of(writer))
        _demand(row["outcome"], "read")
        stored = zip(
            row["question_ids"] or (), row["ciphertexts"] or (), row["marks"] or (), strict=True
        )
        return StoredPage(
            ParticipantState(row["state"]),
            tuple(StoredAnswer(QuestionId(id_), sealed, mark) for id_, sealed, mark in stored),
        )

    def _arguments(self, save: Save) -> tuple[Any, ...]:
        submission = save.submission
        masks = submission.masks if submission else {}
        states = _AFTER_SUBMISSION if submission else _AFTER_SAVE
        facts = [self._fact(save.writer, state, save.at) for state in states]
        return (
            *_of(save.writer),
            save.page_id.value,
            save.sequence,
            save.acceptance_version,
            save.at,
            [sealed.question_id.value for sealed in save.sealed],
            [sealed.ciphertext for sealed in save.sealed],
            [sealed.mark for sealed in save.sealed],
            [question_id.value for question_id in save.cleared],
            submission is not None,
            submission is not None and submission.declines,
            [question_id.value for question_id in masks],
            list(masks.values()),
            [state.value for state in states],
            [fact.event_id.value for fact in facts],
            [fact.payload for fact in facts],
            [json.dumps(fact.headers) for fact in facts],
            facts[0].subject,
        )

    def _fact(self, writer: Writer, state: ParticipantState, at: datetime) -> Fact:
        return self.fact_of(
            ParticipantStateChanged(
                writer.school_id, writer.survey_id, writer.participant_id, state, at
            )
        )


def _of(writer: Writer) -> tuple[Any, ...]:
    return (
        writer.school_id.value,
        writer.survey_id.value,
        writer.participant_id.value,
        writer.session_id.value,
    )


def _demand(outcome: str, wanted: str) -> None:
    if outcome != wanted:
        raise _REFUSALS[outcome]()
