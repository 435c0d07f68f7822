"""Tell a leader in which surveys a pupil took part, so that it can be said who has read."""

from collections.abc import Sequence
from dataclasses import dataclass

from samspill_kit.ids import PupilId
from samspill_kit.policy import Deed, demand
from samspill_kit.principal import StaffPrincipal
from samspill_surveys.domain.errors import NotForYou
from samspill_surveys.domain.ports import Participation, SurveyIndex


@dataclass(frozen=True, slots=True)
class ListParticipations:
    """Surveys that were erased are gone from it: nobody knows any more who took part (SPEC I8)."""

    index: SurveyIndex

    async def __call__(self, pupil_id: PupilId, *, by: StaffPrincipal) -> Sequence[Participation]:
        demand(Deed.READ_AUDIT, by, otherwise=NotForYou)
        return await self.index.of_pupil(by.school_id, pupil_id)
