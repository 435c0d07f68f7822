"""Take one participant's access code back."""

from dataclasses import dataclass

from samspill_identity.domain.errors import CodeUnknown
from samspill_identity.domain.ports import Begin
from samspill_kit.clock import Clock
from samspill_kit.ids import ParticipantId, SurveyId
from samspill_kit.policy import Deed
from samspill_kit.principal import StaffPrincipal


@dataclass(frozen=True, slots=True)
class RevokeCode:
    """The code and the sessions it opened end; repeating it is harmless (SPEC S8)."""

    begin: Begin
    clock: Clock

    async def __call__(
        self, survey_id: SurveyId, participant_id: ParticipantId, *, by: StaffPrincipal
    ) -> None:
        async with self.begin(by.school_id) as work:
            survey = await work.surveys.get(survey_id, for_update=True)
            survey.demand_managed_by(by, Deed.HAND_OUT_CODES)
            if not await work.codes.revoke(survey_id, participant_id, at=self.clock.now()):
                raise CodeUnknown
            await work.commit()
