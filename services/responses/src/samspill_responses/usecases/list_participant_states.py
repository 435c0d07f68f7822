"""Tells those who may see a survey who is done, never what (SPEC S8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_kit.ids import SurveyId
from samspill_kit.policy import Deed, allows, demand
from samspill_kit.principal import StaffPrincipal
from samspill_responses.domain.errors import SurveyNotFound, SurveyNotYours
from samspill_responses.domain.ports import ParticipantStatus, Statuses, SurveyCount


@dataclass(frozen=True, slots=True)
class ListParticipantStates:
    statuses: Statuses

    async def __call__(
        self, survey_id: SurveyId, *, by: StaffPrincipal
    ) -> Sequence[ParticipantStatus]:
        keepers = (await self.statuses.keepers(by.school_id, [survey_id])).get(survey_id)
        if keepers is None:
            raise SurveyNotFound()
        about = keepers.about(survey_id)
        demand(Deed.SEE_SURVEY, by, about, otherwise=SurveyNotYours, survey_id=survey_id)
        return await self.statuses.states(by.school_id, survey_id)


@dataclass(frozen=True, slots=True)
class CountParticipantStates:
    """What the caller may not see is left out, like what does not exist (SPEC I4)."""

    statuses: Statuses

    async def __call__(
        self, survey_ids: Sequence[SurveyId], *, by: StaffPrincipal
    ) -> Sequence[SurveyCount]:
        keepers = await self.statuses.keepers(by.school_id, survey_ids)
        seen = [
            survey_id
            for survey_id, each in keepers.items()
            if allows(Deed.SEE_SURVEY, by, each.about(survey_id))
        ]
        return await self.statuses.counts(by.school_id, seen) if seen else ()
