"""Everything a report is computed from: one survey's form, people and answers, joined in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

from .errors import ParticipantNotInSurvey, QuestionNotInSurvey

NOMINATION: Final = "nomination"
FREE_TEXT: Final = "free_text"
SCALES: Final = frozenset({"scale_faces", "scale_frequency", "scale_agreement"})


class Level(StrEnum):
    """How much of a report its reader sees, from least to most."""

    AGGREGATE = "aggregate"
    PSEUDONYMOUS = "pseudonymous"
    NAMED = "named"
    FREE_TEXT = "free_text"

    @property
    def shows_individuals(self) -> bool:
        return self is not Level.AGGREGATE

    @property
    def shows_names(self) -> bool:
        return self in (Level.NAMED, Level.FREE_TEXT)


@dataclass(frozen=True, slots=True)
class Option:
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the survey, in the reader's language."""

    question_id: str
    text: str
    kind: str
    theme: str
    valence: str
    options: Sequence[Option] = ()
    max_nominees: int = 0
    """0: no maximum."""


@dataclass(frozen=True, slots=True)
class Participant:
    participant_id: str
    number: int
    gender: str
    """girl, boy or unknown."""
    name: str


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What one participant gave to one question; skipped and nobody are different facts (SPEC S4)."""

    participant_id: str
    question_id: str
    is_skipped: bool = False
    is_nobody: bool = False
    options: Sequence[str] = ()
    text: str = ""
    nominees: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Group:
    group_id: str
    name: str


@dataclass(frozen=True)
class Material:
    """A closed survey whole, for one reader at one level, in one language."""

    survey_id: str
    title: str
    groups: Sequence[Group]
    mode: str
    delete_on: str
    closed_at: datetime | None
    questions: Sequence[Question]
    participants: Sequence[Participant]
    states: Mapping[str, str]
    answers: Sequence[GivenAnswer]
    level: Level
    anonymised: bool
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the reader sees of each participant: the name, or "elev 7" (SPEC G6)."""

    @cached_property
    def by_question(self) -> Mapping[str, Sequence[GivenAnswer]]:
        grouped: dict[str, list[GivenAnswer]] = {each.question_id: [] for each in self.questions}
        for answer in self.answers:
            if answer.question_id in grouped:
                grouped[answer.question_id].append(answer)
        return grouped

    @cached_property
    def by_participant(self) -> Mapping[str, Mapping[str, GivenAnswer]]:
        grouped: dict[str, dict[str, GivenAnswer]] = {
            each.participant_id: {} for each in self.participants
        }
        for answer in self.answers:
            if answer.participant_id in grouped:
                grouped[answer.participant_id][answer.question_id] = answer
        return grouped

    @cached_property
    def nominations(self) -> Sequence[Question]:
        return tuple(each for each in self.questions if each.kind == NOMINATION)

    @property
    def submitted(self) -> int:
        """How many handed in, or said that they did not want to answer."""
        return sum(state in ("submitted", "declined") for state in self.states.values())

    def question(self, question_id: str) -> Question:
        """Return a nomination question; the first when no id is given.

        Raises:
            QuestionNotInSurvey: there is no such nomination in this survey.
        """
        for each in self.nominations:
            if question_id in ("", each.question_id):
                return each
        raise QuestionNotInSurvey(survey_id=self.survey_id)

    def participant(self, participant_id: str) -> Participant:
        """Return a participant.

        Raises:
            ParticipantNotInSurvey: there is none with this id.
        """
        for each in self.participants:
            if each.participant_id == participant_id:
                return each
        raise ParticipantNotInSurvey(survey_id=self.survey_id)
