"""Makes a survey ready for answers, or changes what decides acceptance while it is open."""

from dataclasses import dataclass

from samspill_responses.domain.ports import Acceptances, Begin
from samspill_responses.domain.survey import Preparation, PreparedSurvey


@dataclass(frozen=True, slots=True)
class PrepareSurvey:
    begin: Begin
    acceptances: Acceptances

    async def __call__(self, told: Preparation) -> None:
        """Told twice, nothing changes. Raises SurveyClosed, SurveyIsLocked, SurveyNotFound."""
        async with self.begin(told.school_id) as work:
            survey = await work.surveys.find_for_update(told.survey_id)
            if survey is None:
                survey = PreparedSurvey.begin(told)
            else:
                survey.prepare(told)
            await work.save(survey)
            await work.commit()
        self.acceptances.forget(told.survey_id)
