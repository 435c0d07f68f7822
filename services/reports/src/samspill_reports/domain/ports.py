"""What the report's use cases need from the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from samspill_kit.ids import SchoolId, SurveyId

from .material import GivenAnswer, Group, Level, Participant, Question


@dataclass(frozen=True, slots=True)
class SurveyForm:
    """What a survey is, without anything that a pupil said."""

    survey_id: str
    title: str
    is_closed: bool
    mode: str
    groups: Sequence[Group]
    questions: Sequence[Question]
    delete_on: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class RecordedAnswers:
    """Answers and states as responses opened them for one permit."""

    answers: Sequence[GivenAnswer]
    states: dict[str, str]


@dataclass(frozen=True, slots=True)
class Permit:
    """A signed proof that a reading is in the audit chain."""

    token: str
    level: Level


class Surveys(Protocol):
    """What surveys knows; the reader's passport is forwarded."""

    async def form(self, survey_id: str, locale: str) -> SurveyForm:
        """Return the survey with its questions in the reader's language."""

    async def participants(self, survey_id: str) -> Sequence[Participant]:
        """Return the survey's participants with their names, in Norwegian order."""


class Permits(Protocol):
    """Identity: no permit without its audit entry (SPEC I8, P3)."""

    async def issue(
        self, survey_id: str, *, level: Level, participants: Sequence[str], purpose: str
    ) -> Permit:
        """Return a permit of at most the level asked for, after the audit entry is committed."""


class Answers(Protocol):
    """Responses, which opens answers against a permit alone."""

    async def of(self, survey_id: str, permit: Permit) -> RecordedAnswers:
        """Return what the permit's participants answered."""


class Locks(Protocol):
    """Which surveys a deletion has locked here, or erased."""

    async def is_locked(self, school_id: SchoolId, survey_id: SurveyId) -> bool:
        """Say whether a deletion has been asked for."""
        ...

    async def lock(self, school_id: SchoolId, survey_id: SurveyId, *, at: datetime) -> None:
        """Refuse every reading from now on; safe to repeat."""

    async def unlock(self, school_id: SchoolId, survey_id: SurveyId) -> None:
        """Allow reading again, unless the survey is erased."""

    async def mark_erased(self, school_id: SchoolId, survey_id: SurveyId, *, at: datetime) -> None:
        """Keep a tombstone of the survey."""


class Measures(Protocol):
    """What an operator is told about analyses: how often and how long, never of whom."""

    def used_kept(self) -> None:
        """An analysis was still in memory."""

    def computed_quick(self, seconds: float) -> None:
        """The part for which pages wait was computed."""

    def computed_slow(self, seconds: float) -> None:
        """The part beside the pages was computed."""

    def failed(self) -> None:
        """The slow part failed."""


class Words(Protocol):
    """Sentences in the reader's language."""

    def text(self, message: str, count: int | None = None, /, **values: object) -> str:
        """Return the sentence for a Bokmål message, with its values; plural by count."""

    def decimal(self, value: float | None) -> str:
        """Write a number with three decimals in the language's way; "–" when undefined."""
