"""Take the lock of a deletion back within the days of regret."""

from dataclasses import dataclass

from samspill_kit.ids import SchoolId, SurveyId
from samspill_surveys.domain.ports import Begin


@dataclass(frozen=True, slots=True)
class UnlockSurvey:
    begin: Begin

    async def __call__(self, school_id: SchoolId, survey_id: SurveyId) -> None:
        async with self.begin(school_id) as work:
            await work.erasures.unlock(survey_id)
            await work.commit()
