"""Tell the states of a survey's access codes, never the codes."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_identity.domain.codes import ParticipantCode
from samspill_identity.domain.ports import Begin
from samspill_kit.ids import SurveyId
from samspill_kit.policy import Deed
from samspill_kit.principal import StaffPrincipal


@dataclass(frozen=True, slots=True)
class ListCodeStates:
    """For the survey's creator and for leaders (SPEC S8)."""

    begin: Begin

    async def __call__(
        self, survey_id: SurveyId, *, by: StaffPrincipal
    ) -> Sequence[ParticipantCode]:
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get(survey_id)
            survey.demand_managed_by(by, Deed.HAND_OUT_CODES)
            return tuple((await work.codes.newest(survey_id)).values())
