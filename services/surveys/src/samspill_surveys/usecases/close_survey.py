"""Close a survey because somebody asks for it."""

from dataclasses import dataclass

from samspill_kit.ids import SurveyId
from samspill_kit.policy import Deed
from samspill_kit.principal import StaffPrincipal
from samspill_surveys.domain.errors import SurveyNotOpen
from samspill_surveys.domain.ports import Acceptance, Begin
from samspill_surveys.domain.survey import Survey, SurveyState


@dataclass(frozen=True, slots=True)
class CloseSurvey:
    """Closed means sealed: responses is asked first. Needs no key and no stream of events (SPEC
    R3).
    """

    begin: Begin
    acceptance: Acceptance

    async def __call__(self, survey_id: SurveyId, *, by: StaffPrincipal) -> Survey:
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get(survey_id)
        survey.demand_managed_by(by, Deed.CLOSE_SURVEY)
        if survey.state is SurveyState.DRAFT:
            raise SurveyNotOpen(survey_id=str(survey_id))
        if survey.state is SurveyState.CLOSED:
            return survey
        sealed_at = await self.acceptance.seal(survey.school_id, survey.id)
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get_for_update(survey_id)
            survey.demand_managed_by(by, Deed.CLOSE_SURVEY)
            survey.close(sealed_at=sealed_at)
            await work.surveys.save(survey)
            await work.commit()
        return survey
