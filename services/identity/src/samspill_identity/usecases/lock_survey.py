"""Lock a survey that is being deleted, or take the lock back."""

from dataclasses import dataclass

from samspill_identity.domain.ports import Begin
from samspill_kit.clock import Clock
from samspill_kit.ids import SchoolId, SurveyId


@dataclass(frozen=True, slots=True)
class LockSurvey:
    """Once this returns no code opens the survey and no permit is given (SPEC T2)."""

    begin: Begin
    clock: Clock

    async def __call__(self, school_id: SchoolId, survey_id: SurveyId) -> None:
        async with self.begin(school_id) as work:
            await work.erasures.lock(survey_id, at=self.clock.now())
            await work.commit()

    async def take_back(self, school_id: SchoolId, survey_id: SurveyId) -> None:
        """Unlock within the days of regret."""
        async with self.begin(school_id) as work:
            await work.erasures.unlock(survey_id)
            await work.commit()
