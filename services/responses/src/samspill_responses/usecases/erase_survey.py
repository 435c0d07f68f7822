"""Removes everything of a survey: by call, or by this service's own timer (SPEC T1, T4)."""

from collections.abc import Mapping
from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.ids import SchoolId, SurveyId
from samspill_kit.logging import get_logger
from samspill_responses.domain.ports import (
    Acceptances,
    AnswerSeals,
    Calendar,
    Erasure,
    SurveyRef,
)

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EraseSurvey:
    erasure: Erasure
    acceptances: Acceptances
    seals: AnswerSeals
    clock: Clock

    async def __call__(self, school_id: SchoolId, survey_id: SurveyId) -> Mapping[str, int]:
        """Rows removed per table; asked again, the same counts."""
        survey = SurveyRef(school_id, survey_id)
        rows = await self.erasure.erase(survey, at=self.clock.now())
        self.acceptances.forget(survey_id)
        self.seals.forget(survey_id)
        return rows


@dataclass(frozen=True, slots=True)
class EraseDueSurveys:
    """Works with NATS and retention dead; held back while the clock is not trusted (SPEC T7)."""

    calendar: Calendar
    erasure: Erasure
    acceptances: Acceptances
    seals: AnswerSeals
    clock: Clock

    async def __call__(self) -> int:
        """How many surveys were erased now."""
        now = self.clock.now()
        due = await self.calendar.due_for_erasure(on=now.date())
        for survey in due:
            await self.erasure.erase_due(survey, at=now)
            self.acceptances.forget(survey.survey_id)
            self.seals.forget(survey.survey_id)
            log.info("Survey erased at its deadline", survey_id=str(survey.survey_id))
        return len(due)
