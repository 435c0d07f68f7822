"""Show one survey to staff."""

from dataclasses import dataclass, replace

from samspill_kit.ids import SurveyId
from samspill_kit.principal import StaffPrincipal
from samspill_surveys.domain.ports import Begin, SurveyGrants
from samspill_surveys.domain.survey import Survey, SurveyState


@dataclass(frozen=True, slots=True)
class GetSurvey:
    """A locked survey comes too, marked; whoever shows it shows its title and dates alone."""

    begin: Begin
    grants: SurveyGrants

    async def __call__(self, survey_id: SurveyId, *, by: StaffPrincipal) -> Survey:
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get(survey_id)
        survey.demand_visible_to(by)
        if survey.is_locked or survey.state is not SurveyState.DRAFT:
            return survey
        if not survey.is_managed_by(by):
            return survey  # Who would read a draft is told to those who can still change it.
        readers = await self.grants.preview_readers(survey_id)
        return replace(survey, readers=tuple(readers))
