"""Facts that a survey records about itself; ids only (SPEC P2)."""

from dataclasses import dataclass
from datetime import datetime

from samspill_kit.ids import ParticipantId, SchoolId, SurveyId


@dataclass(frozen=True, slots=True)
class SurveyOpened:
    """Pupils can answer from now on."""

    school_id: SchoolId
    survey_id: SurveyId
    at: datetime
    participants: int
    version: int


@dataclass(frozen=True, slots=True)
class SurveyClosed:
    """Responses has sealed the survey; no answer is taken any more."""

    school_id: SchoolId
    survey_id: SurveyId
    at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class ParticipantsChanged:
    """Somebody joined or left an open survey (SPEC I5)."""

    school_id: SchoolId
    survey_id: SurveyId
    at: datetime
    joined: tuple[ParticipantId, ...]
    left: tuple[ParticipantId, ...]
    version: int


SurveyEvent = SurveyOpened | SurveyClosed | ParticipantsChanged
