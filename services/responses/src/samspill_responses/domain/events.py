"""Facts that others may want to know; ids alone (SPEC P2)."""

from dataclasses import dataclass
from datetime import datetime

from samspill_kit.ids import ParticipantId, SchoolId, SurveyId
from samspill_responses.domain.participation import ParticipantState


@dataclass(frozen=True, slots=True)
class ParticipantStateChanged:
    """A participant started, handed in, declined or came back."""

    school_id: SchoolId
    survey_id: SurveyId
    participant_id: ParticipantId
    state: ParticipantState
    at: datetime


@dataclass(frozen=True, slots=True)
class SurveySealed:
    """No more answers are taken."""

    school_id: SchoolId
    survey_id: SurveyId
    at: datetime
