"""Refuses every later answer: by call, or by the clock when the closing time has passed."""

from dataclasses import dataclass
from datetime import datetime

from samspill_kit.clock import Clock
from samspill_kit.errors import NotFound, Refused
from samspill_kit.ids import SchoolId, SurveyId
from samspill_kit.logging import get_logger
from samspill_responses.domain.ports import Begin, Calendar

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SealSurvey:
    begin: Begin
    clock: Clock

    async def __call__(self, school_id: SchoolId, survey_id: SurveyId) -> datetime:
        """The moment of sealing; asked again, the same moment."""
        async with self.begin(school_id) as work:
            survey = await work.surveys.get_for_update(survey_id)
            sealed_at = survey.seal(at=self.clock.now())
            await work.surveys.drop_earlier_versions(survey_id)
            await work.save(survey)
            await work.commit()
        return sealed_at


@dataclass(frozen=True, slots=True)
class SealDueSurveys:
    """The timer's part: works with everything else down (SPEC R3)."""

    calendar: Calendar
    seal: SealSurvey

    async def __call__(self) -> int:
        """How many surveys were sealed now."""
        due = await self.calendar.due_for_sealing(limit=100)
        sealed = 0
        for survey in due:
            try:
                await self.seal(survey.school_id, survey.survey_id)
                sealed += 1
            except (NotFound, Refused):
                # Locked or erased since it was listed: nothing is left to seal.
                log.info("Survey was not sealed", survey_id=str(survey.survey_id))
        return sealed
