"""Lock a survey that is being deleted."""

from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.ids import SchoolId, SurveyId
from samspill_surveys.domain.ports import Begin, NameSeals


@dataclass(frozen=True, slots=True)
class LockSurvey:
    """Once this returns nobody reads or writes anything of the survey here (SPEC T2)."""

    begin: Begin
    seals: NameSeals
    clock: Clock

    async def __call__(self, school_id: SchoolId, survey_id: SurveyId) -> None:
        async with self.begin(school_id) as work:
            await work.erasures.lock(survey_id, at=self.clock.now())
            await work.commit()
        self.seals.forget(survey_id)
