"""Say who reads a survey: for the draft as it is, and once and for all at opening."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from samspill_identity.domain.grants import in_force
from samspill_identity.domain.ports import Begin, Work
from samspill_identity.domain.surveys import Reader
from samspill_identity.usecases.know_colleagues import KnowColleagues
from samspill_kit.clock import Clock
from samspill_kit.ids import StaffId, SurveyId
from samspill_kit.policy import Deed
from samspill_kit.principal import Grant, StaffPrincipal


@dataclass(frozen=True, slots=True)
class FixReaders:
    """Pupils are told their readers by name, so opening fixes them; repeating it tells the same
    people (SPEC I2).
    """

    begin: Begin
    know_colleagues: KnowColleagues
    clock: Clock

    async def __call__(self, survey_id: SurveyId, *, by: StaffPrincipal) -> Sequence[Reader]:
        colleagues = await self.know_colleagues(by.school_id)
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get(survey_id, for_update=True)
            survey.demand_managed_by(by, Deed.SEE_READERS)
            if survey.readers is not None:
                return survey.readers
            readers = survey.readers_among(
                colleagues, await self._grants(work), await work.shares.of_survey(survey_id)
            )
            await work.surveys.save(replace(survey, readers=readers))
            await work.commit()
        return readers

    async def preview(self, survey_id: SurveyId, *, by: StaffPrincipal) -> Sequence[Reader]:
        """The same people, without fixing anything."""
        colleagues = await self.know_colleagues(by.school_id)
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get(survey_id)
            survey.demand_managed_by(by, Deed.SEE_READERS)
            if survey.readers is not None:
                return survey.readers
            return survey.readers_among(
                colleagues, await self._grants(work), await work.shares.of_survey(survey_id)
            )

    async def _grants(self, work: Work) -> Mapping[StaffId, Sequence[Grant]]:
        today = self.clock.now().date()
        everyone = await work.grants.of_everyone()
        return {one.staff_id: in_force(one.grants, today) for one in everyone}
