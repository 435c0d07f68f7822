"""Remove a draft that was never opened."""

from dataclasses import dataclass

from samspill_kit.clock import Clock
from samspill_kit.ids import SurveyId
from samspill_kit.principal import StaffPrincipal
from samspill_surveys.domain.ports import Begin


@dataclass(frozen=True, slots=True)
class DiscardDraft:
    """Leaves a tombstone, so that a late repeat of the request that made the draft makes
    nothing.
    """

    begin: Begin
    clock: Clock

    async def __call__(self, survey_id: SurveyId, *, by: StaffPrincipal) -> None:
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get_for_update(survey_id)
            survey.demand_managed_by(by)
            survey.demand_draft()
            await work.erasures.erase(survey_id, at=self.clock.now())
            await work.commit()
